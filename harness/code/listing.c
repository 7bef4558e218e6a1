#include "harness/code/listing.h"

#include <string.h>

enum { LISTING_LINES = 1 << 16, FUNCTION_LINES = 1 << 12, LISTING_FUNCTIONS = 4096 };

typedef struct {
  const Source *source;
  Arena *arena;
  Diag *diag;
  ListedFunction *functions;
  size_t function_count, function_capacity;
  CodeLine *lines; // of the last function
  size_t line_count, line_capacity, all_lines;
  const char *source_file; // that was told last
  unsigned source_line;
  const char *goes_to; // the function that the next instruction goes to; NULL: not known
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

static const char *find(const char *at, const char *end, const char *what) {
  return memmem(at, (size_t)(end - at), what, strlen(what));
}

// Whether a relocation is one whose name has one of these words in it: "R_RISCV_RVC_BRANCH".
static bool is_one_of(const char *at, const char *end, const char *const *words) {
  while (*words && !find(at, end, *words))
    words++;
  return *words != NULL;
}

static CodeLine *last_line(Reader *r) { return r->line_count ? &r->lines[r->line_count - 1] : NULL; }

// A name as a relocation or an operand has it: without an addend ("-0x4", "+0x8") or the table it is called through
// ("@plt"). A name may begin with a dot.
static const char *symbol_at(Reader *r, const char *at, const char *end) {
  const char *stop = at + 1;
  while (stop < end && !strchr("+-@> \t\r", *stop))
    stop++;
  return arena_copy(r->arena, at, (size_t)(stop - at));
}

// Whether a branch that a relocation speaks of goes to itself as it is listed: then only the relocation says where to.
static bool goes_to_itself(const Reader *r, const CodeLine *line) {
  const char *text = r->source->bytes + line->span.offset, *end = text + line->span.length;
  const char *open = find(text, end, " <"), *at = open;
  while (at && at > text && is_hex(at[-1]))
    at--;
  return open && (size_t)(open - at) == strlen(line->label + 1) && !memcmp(at, line->label + 1, (size_t)(open - at));
}

// Whether a relocation is of two instructions, of which the second goes there: "R_RISCV_CALL_PLT".
static bool is_pair(const char *at, const char *end) {
  static const char *const ends[] = {"_CALL", "_CALL_PLT"};
  for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++) {
    size_t length = strlen(ends[i]);
    if ((size_t)(end - at) > length && !memcmp(end - length, ends[i], length))
      return true;
  }
  return false;
}

// What a relocation tells of the instruction before it: "R_AARCH64_CALL26	__aarch64_swp4_rel". Hints to the linker
// tell nothing, nor does the base of the table of contents, by which nothing is addressed unless another relocation
// says so.
static void read_relocation(Reader *r, const char *at, const char *end) {
  static const char *const harmless[] = {"_RELAX", "_ALIGN", NULL};
  static const char *const branches[] = {"_BRANCH", "_JAL", "_RVC_JUMP", NULL};
  static const char *const calls[] = {"_CALL", "_JUMP26", "_PLT32", "_REL24", NULL};
  const char *name = at;
  while (name < end && !is_blank(*name))
    name++;
  const char *symbol = skip_blanks(name, end);
  CodeLine *line = last_line(r);
  bool of_table = end - symbol >= 5 && !memcmp(symbol, ".TOC.", 5);
  if (!line || of_table || is_one_of(at, name, harmless) || (is_one_of(at, name, branches) && !goes_to_itself(r, line)))
    return;
  if (is_pair(at, name) && symbol < end)
    r->goes_to = symbol_at(r, symbol, end);
  else if (is_one_of(at, name, calls) && symbol < end)
    line->calls = symbol_at(r, symbol, end);
  else
    r->functions[r->function_count - 1].unresolved =
        (Span){(size_t)(at - r->source->bytes), (size_t)(before_comment(at, end) - at)};
}

// The function that an instruction goes to where that is not the one it is in: "bl 1130 <name>"; by a comment, if it
// has one operand: "jalr 30(ra) # 58 <name>".
static const char *function_elsewhere(Reader *r, const char *at, const char *end, const char *comment_end) {
  if (!memchr(at, ',', (size_t)(end - at)))
    end = comment_end;
  const char *open = find(at, end, "<");
  if (!open || end[-1] != '>' || open + 2 >= end)
    return NULL;
  const char *name = symbol_at(r, open + 1, end);
  return *name == '.' || !strcmp(name, r->functions[r->function_count - 1].name) ? NULL : name;
}

static void add_line(Reader *r, const char *address, const char *address_end, const char *at, const char *whole_end) {
  const char *end = before_comment(at, whole_end);
  if (at == end)
    return;
  while (whole_end > end && is_blank(whole_end[-1]))
    whole_end--;
  if (++r->all_lines > LISTING_LINES) {
    fail(r, at, (size_t)(end - at), "more than 65536 instructions");
    return;
  }
  if (r->line_count == FUNCTION_LINES) {
    fail(r, at, (size_t)(end - at), "a function of more than 4096 instructions");
    return;
  }
  while (address + 1 < address_end && *address == '0')
    address++;
  r->lines = arena_grow(r->arena, r->lines, &r->line_capacity, r->line_count + 1, sizeof *r->lines);
  r->lines[r->line_count++] =
      (CodeLine){.label = arena_printf(r->arena, ".%.*s", (int)(address_end - address), address),
                 .span = {(size_t)(at - r->source->bytes), (size_t)(end - at)},
                 .calls = r->goes_to ? r->goes_to : function_elsewhere(r, at, end, whole_end),
                 .source_file = r->source_file,
                 .source_line = r->source_line};
  r->goes_to = NULL;
}

// /threads.c:12 (discriminator 1)
static void read_source_line(Reader *r, const char *at, const char *end) {
  const char *colon = memrchr(at, ':', (size_t)(end - at));
  unsigned line = 0;
  const char *digit = colon ? colon + 1 : end;
  for (; digit < end && *digit >= '0' && *digit <= '9' && line < 1u << 24; digit++)
    line = 10 * line + (unsigned)(*digit - '0');
  if (digit < end && !is_blank(*digit))
    return;
  if (!line)
    return;
  r->source_line = line;
  if (!r->source_file || strlen(r->source_file) != (size_t)(colon - at) ||
      memcmp(r->source_file, at, (size_t)(colon - at)) != 0)
    r->source_file = arena_copy(r->arena, at, (size_t)(colon - at));
}

//    1c:	ldaxr	wzr, [x1]
static void read_line(Reader *r, const char *at, const char *end) {
  const char *begin = at;
  at = skip_blanks(at, end);
  if (at == begin && read_heading(r, at, end))
    return;
  const char *address = at, *address_end = skip_hex(at, end);
  if (address_end == address || address_end == end || *address_end != ':') {
    read_source_line(r, begin, end);
    return;
  }
  if (!r->function_count)
    return;
  at = skip_blanks(address_end + 1, end);
  if (at + 2 < end && at[0] == 'R' && at[1] == '_') {
    read_relocation(r, at, end);
    return;
  }
  at = skip_bytes(at, end);
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
