#include "harness/code/listing.h"

#include <string.h>

enum { LISTING_LINES = 1 << 16, LISTING_FUNCTIONS = 4096 };

typedef struct {
  const Source *source;
  Arena *arena;
  Diag *diag;
  ListedFunction *functions;
  size_t function_count, function_capacity;
  CodeLine *lines; // of the last function
  size_t line_count, line_capacity, all_lines;
  bool failed;
} Reader;

static bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static const char *skip_blanks(const char *at, const char *end) {
  while (at < end && is_blank(*at))
    at++;
  return at;
}

static const char *skip_hex(const char *at, const char *end) {
  while (at < end && is_hex(*at))
    at++;
  return at;
}

static bool fail(Reader *r, const char *at, size_t length, const char *what) {
  r->failed = true;
  return diag_error_at(r->diag, r->source, (Span){(size_t)(at - r->source->bytes), length ? length : 1}, "%s", what);
}

static void end_function(Reader *r) {
  if (!r->function_count)
    return;
  ListedFunction *function = &r->functions[r->function_count - 1];
  function->lines = r->lines;
  function->line_count = (unsigned)r->line_count;
}

// 0000000000000014 <P1>:
static bool read_heading(Reader *r, const char *at, const char *end) {
  const char *address = skip_hex(at, end);
  if (address == at || end - address < 5 || address[0] != ' ' || address[1] != '<')
    return false;
  const char *name = address + 2, *close = memchr(name, '>', (size_t)(end - name));
  if (!close || close == name || close + 1 >= end || close[1] != ':')
    return false;
  if (*name == '.') // a label within a function
    return true;
  if (r->function_count == LISTING_FUNCTIONS) {
    fail(r, at, (size_t)(end - at), "more than 4096 functions");
    return true;
  }
  end_function(r);
  r->functions = arena_grow(r->arena, r->functions, &r->function_capacity, r->function_count + 1, sizeof *r->functions);
  r->functions[r->function_count++] =
      (ListedFunction){.name = arena_copy(r->arena, name, (size_t)(close - name)),
                       .span = {(size_t)(at - r->source->bytes), (size_t)(close + 1 - at)}};
  r->lines = NULL;
  r->line_count = r->line_capacity = 0;
  return true;
}

// The bytes of an instruction, in groups of 2, 4 or 8 digits, one of them a decimal one; what is behind them.
static const char *skip_bytes(const char *at, const char *end) {
  const char *text = at;
  bool any = false;
  for (;;) {
    const char *group = skip_hex(text, end);
    size_t length = (size_t)(group - text);
    if ((length != 2 && length != 4 && length != 8) || (group < end && !is_blank(*group)))
      break;
    bool digit = false;
    for (const char *c = text; c < group; c++)
      digit |= *c >= '0' && *c <= '9';
    if (!digit && !any && length != 2)
      break;
    any = true;
    text = skip_blanks(group, end);
  }
  return any && (text == end || is_blank(text[-1])) ? text : at; // a line may hold no more than bytes
}

// A comment of the disassembler: `// #1`, `# 8 <P0+0x8>`, `; ...`.
static const char *before_comment(const char *at, const char *end) {
  for (const char *c = at + 1; c < end; c++) {
    bool begins =
        (c[0] == '/' && c + 1 < end && c[1] == '/') || c[0] == ';' || (c[0] == '#' && c + 1 < end && is_blank(c[1]));
    if (begins && is_blank(c[-1])) {
      end = c;
      break;
    }
  }
  while (end > at && is_blank(end[-1]))
    end--;
  return end;
}

// Relocations that say nothing of what an instruction does here: branches within the function, and hints to the linker.
static bool is_harmless_relocation(const char *at, const char *end) {
  static const char *const harmless[] = {"_RELAX", "_ALIGN", "_BRANCH", "_JAL", "_RVC_JUMP"};
  for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
    size_t length = strlen(harmless[i]);
    for (const char *c = at; c + length <= end; c++)
      if (!memcmp(c, harmless[i], length))
        return true;
  }
  return false;
}

static void add_line(Reader *r, const char *address, const char *address_end, const char *at, const char *end) {
  if (++r->all_lines > LISTING_LINES) {
    fail(r, at, (size_t)(end - at), "more than 65536 instructions");
    return;
  }
  while (address + 1 < address_end && *address == '0')
    address++;
  r->lines = arena_grow(r->arena, r->lines, &r->line_capacity, r->line_count + 1, sizeof *r->lines);
  r->lines[r->line_count++] =
      (CodeLine){.label = arena_printf(r->arena, ".%.*s", (int)(address_end - address), address),
                 .span = {(size_t)(at - r->source->bytes), (size_t)(end - at)}};
}

//    1c:	ldaxr	wzr, [x1]
static void read_line(Reader *r, const char *at, const char *end) {
  const char *begin = at;
  at = skip_blanks(at, end);
  if (at == begin && read_heading(r, at, end))
    return;
  const char *address = at, *address_end = skip_hex(at, end);
  if (address_end == address || address_end == end || *address_end != ':' || !r->function_count)
    return;
  at = skip_blanks(address_end + 1, end);
  if (at + 2 < end && at[0] == 'R' && at[1] == '_') {
    if (!is_harmless_relocation(at, end))
      r->functions[r->function_count - 1].unresolved =
          (Span){(size_t)(at - r->source->bytes), (size_t)(before_comment(at, end) - at)};
    return;
  }
  at = skip_bytes(at, end);
  end = before_comment(at, end);
  if (at < end)
    add_line(r, address, address_end, at, end);
}

const Listing *listing_read(const Source *source, Arena *arena, Diag *diag) {
  Reader r = {.source = source, .arena = arena, .diag = diag};
  const char *end = source->bytes + source->length;
  for (const char *line = source->bytes; line < end && !r.failed;) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    stop = stop ? stop : end;
    read_line(&r, line, stop);
    line = stop + 1;
  }
  end_function(&r);
  if (r.failed)
    return NULL;
  if (!r.function_count) {
    diag_error(diag, "%s: no function of a disassembler's listing, such as '0000000000000000 <P0>:'", source->name);
    return NULL;
  }
  Listing *listing = ARENA_NEW(arena, Listing);
  *listing = (Listing){source, r.functions, (unsigned)r.function_count};
  return listing;
}

const ListedFunction *listing_find(const Listing *listing, const char *name) {
  for (unsigned i = 0; i < listing->function_count; i++)
    if (!strcmp(listing->functions[i].name, name))
      return &listing->functions[i];
  return NULL;
}
