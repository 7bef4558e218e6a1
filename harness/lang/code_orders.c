#include "harness/lang/code_orders.h"

#include "harness/base/table.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { CALLS_DEEP = 64, INCLUDES_DEEP = 32, INCLUDES_MOST = 4096, TEXT_MOST = 16 << 20 };

// A parenthesis that is open, and what stands before it.
typedef struct {
  const char *name; // of an atomic's call; NULL: another
  bool silent;      // its orders are not said
  unsigned orders;  // in it so far
  unsigned line;
  size_t offset;
} Call;

typedef struct Reading {
  const struct Reading *from; // what includes it; NULL: the user's file
  const Source *source;
  const char *at;
  unsigned line;
  const char *macro; // that this line defines; NULL: none
  bool line_begins;  // nothing but blanks was before it in the line
  Call calls[CALLS_DEEP];
  unsigned depth; // may be more than CALLS_DEEP
  unsigned includes;
} Reading;

typedef struct {
  Text text;
  Table places; // file, offset and which of a call: as many as orders
  CodeOrder *orders;
  size_t capacity;
  CodeInclude *include;
  unsigned included; // files, each as often as it is
  Arena *arena;
} Finder;

// ---- Orders

static const char *const order_names[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};
static const char by_macro[] = "memory_order_", by_builtin[] = "__ATOMIC_";

// The order that a token is; NULL: it is none.
static const char *order_said(const char *token, size_t length, bool *is_builtins) {
  for (size_t i = 0; i < sizeof order_names / sizeof *order_names; i++)
    for (unsigned k = 0; k < 2; k++) {
      const char *prefix = k ? by_builtin : by_macro;
      size_t skip = strlen(prefix);
      if (length != skip + strlen(order_names[i]) || strncmp(token, prefix, skip) != 0)
        continue;
      *is_builtins = k;
      if (!(k ? strncasecmp : strncmp)(token + skip, order_names[i], length - skip))
        return order_names[i];
    }
  return NULL;
}

static void add_order(Finder *f, const Reading *r, CodeOrder order, size_t offset) {
  const char *key = arena_printf(f->arena, "%zu %d %s", offset, order.failure, order.file = r->source->name);
  size_t count = f->places.count, index = table_add(&f->places, key, strlen(key));
  if (index == count) {
    f->orders = arena_grow(f->arena, f->orders, &f->capacity, count + 1, sizeof *f->orders);
    f->orders[index] = order;
  }
  text_printf(&f->text, "wm_order_%zu_", index);
}

// ---- Calls

static bool is_compare(const char *name) { return strstr(name, "compare_exchange"); }

// Of which the orders are not said: there is one of the same name and "_explicit" that says them.
static bool is_silent(const char *name) {
  static const char *const names[] = {"atomic_load",
                                      "atomic_store",
                                      "atomic_exchange",
                                      "atomic_fetch_add",
                                      "atomic_fetch_sub",
                                      "atomic_fetch_or",
                                      "atomic_fetch_xor",
                                      "atomic_fetch_and",
                                      "atomic_compare_exchange_strong",
                                      "atomic_compare_exchange_weak",
                                      "atomic_flag_test_and_set",
                                      "atomic_flag_clear"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(names[i], name))
      return true;
  return false;
}

static void open_call(Finder *f, Reading *r, const char *name) {
  bool atomic =
      name && (!strncmp(name, "atomic_", 7) || !strncmp(name, "__atomic_", 9) || !strncmp(name, "__c11_atomic_", 13));
  if (r->depth < CALLS_DEEP)
    r->calls[r->depth] = (Call){.name = atomic ? name : NULL,
                                .silent = atomic && is_silent(name),
                                .line = r->line,
                                .offset = (size_t)(r->at - r->source->bytes)};
  if (r->depth < CALLS_DEEP && r->calls[r->depth].silent)
    text_add(&f->text, "_explicit");
  r->depth++;
}

static void close_call(Finder *f, Reading *r) {
  if (!r->depth || --r->depth >= CALLS_DEEP)
    return;
  const Call *call = &r->calls[r->depth];
  for (unsigned i = 0; call->silent && i < (is_compare(call->name) ? 2 : 1); i++) {
    text_add(&f->text, ", ");
    add_order(f, r, (CodeOrder){.line = call->line, .in = call->name, .written = "seq_cst", .failure = i},
              call->offset);
  }
}

// The atomic's call that we are in.
static Call *call_here(Reading *r) {
  for (unsigned i = r->depth < CALLS_DEEP ? r->depth : CALLS_DEEP; i--;)
    if (r->calls[i].name)
      return &r->calls[i];
  return NULL;
}

// ---- Tokens

static void copy(Finder *f, Reading *r, const char *end) {
  for (const char *c = r->at; c < end; c++)
    r->line += *c == '\n';
  text_add_bytes(&f->text, r->at, (size_t)(end - r->at));
  r->at = end;
}

static const char *end_of_quoted(const char *at) {
  char quote = *at++;
  for (; *at && *at != quote && *at != '\n'; at++)
    if (*at == '\\' && at[1])
      at++;
  return at + (*at == quote);
}

static const char *end_of_comment(const char *at) {
  const char *end = at[1] == '*' ? strstr(at + 2, "*/") : NULL;
  return end ? end + 2 : at[1] == '*' ? at + strlen(at) : at + strcspn(at, "\n");
}

static bool is_letter(char c) { return isalnum((unsigned char)c) || c == '_'; }

static const char *end_of_word(const char *at) {
  while (is_letter(*at))
    at++;
  return at;
}

static void read_word(Finder *f, Reading *r) {
  const char *end = end_of_word(r->at), *next = end + strspn(end, " \t");
  bool builtins = false;
  const char *order = order_said(r->at, (size_t)(end - r->at), &builtins);
  if (order) {
    Call *call = call_here(r);
    CodeOrder one = {.line = r->line,
                     .in = call       ? call->name
                           : r->macro ? r->macro
                                      : "",
                     .written = order,
                     .failure = call && is_compare(call->name) && call->orders++,
                     .is_builtins = builtins};
    add_order(f, r, one, (size_t)(r->at - r->source->bytes));
    r->at = end;
  } else if (*next == '(') {
    const char *name = arena_copy(f->arena, r->at, (size_t)(end - r->at));
    copy(f, r, end);
    open_call(f, r, name);
    copy(f, r, next + 1);
  } else {
    copy(f, r, end);
  }
}

// ---- What is included

static void read_source(Finder *f, Reading *r);

static bool is_being_read(const Reading *r, const Source *source) {
  for (; r; r = r->from)
    if (!strcmp(r->source->name, source->name))
      return true;
  return false;
}

static void add_line(Finder *f, const Reading *r) {
  text_printf(&f->text, "\n#line %u ", r->line);
  code_add_string(r->source->name, &f->text);
  text_add_char(&f->text, '\n');
}

// At `#`. Whether it includes what can be read here, and was put in its place.
static bool read_include(Finder *f, Reading *r) {
  bool full = r->includes == INCLUDES_DEEP || f->included == INCLUDES_MOST || f->text.length > TEXT_MOST;
  const Source *source = full ? NULL : f->include(r->source, r->at + 1, f->arena);
  bool again = source && is_being_read(r, source);
  if (!source || (again && !strstr(source->bytes, "#pragma once")))
    return false;
  r->at = strchr(strchr(r->at, '"') + 1, '"') + 1;
  if (again)
    return true;
  // "#pragma once", which is of files, as a macro
  Reading *more = ARENA_NEW(f->arena, Reading);
  *more = (Reading){.from = r, .source = source, .at = source->bytes, .line = 1, .line_begins = true};
  more->includes = r->includes + 1;
  f->included++;
  const bool once = strstr(source->bytes, "#pragma once");
  Text guard = {0};
  for (const char *c = source->name; once && *c; c++)
    text_printf(&guard, "%02x", (unsigned char)*c);
  if (once)
    text_printf(&f->text, "\n#ifndef wm_once_%s_\n#define wm_once_%s_", text_string(&guard), text_string(&guard));
  add_line(f, more);
  read_source(f, more);
  text_add(&f->text, once ? "\n#endif" : "");
  text_free(&guard);
  add_line(f, r);
  return true;
}

// A line that begins with `#`.
static void read_directive(Finder *f, Reading *r) {
  r->line_begins = false;
  if (read_include(f, r))
    return;
  const char *word = r->at + 1 + strspn(r->at + 1, " \t");
  const char *name = word + 6 + strspn(word + (strncmp(word, "define", 6) ? 0 : 6), " \t");
  if (!strncmp(word, "pragma", 6) && !strncmp(end_of_word(word) + strspn(end_of_word(word), " \t"), "once", 4)) {
    r->at += strcspn(r->at, "\n"); // it is a macro by now, or the user's own file
    return;
  }
  bool defines = !strncmp(word, "define", 6) && !is_letter(word[6]);
  r->macro = defines ? arena_copy(f->arena, name, (size_t)(end_of_word(name) - name)) : NULL;
  copy(f, r, defines ? end_of_word(name) : r->at + 1);
}

static void read_source(Finder *f, Reading *r) {
  while (*r->at) {
    char c = *r->at;
    if (c == '#' && r->line_begins)
      read_directive(f, r);
    else if (c == '"' || c == '\'')
      copy(f, r, end_of_quoted(r->at));
    else if (c == '/' && (r->at[1] == '/' || r->at[1] == '*'))
      copy(f, r, end_of_comment(r->at));
    else if (c == '\\' && r->at[1] == '\n')
      copy(f, r, r->at + 2);
    else if (is_letter(c)) {
      r->line_begins = false;
      read_word(f, r);
    } else {
      if (c == '(')
        open_call(f, r, NULL);
      else if (c == ')')
        close_call(f, r);
      else if (c == '\n')
        r->macro = NULL;
      r->line_begins = c == '\n' || (r->line_begins && isspace((unsigned char)c));
      copy(f, r, r->at + 1);
    }
  }
}

CodeOrders code_orders_find(const Source *c, CodeInclude *include, Arena *arena) {
  Finder f = {.include = include, .places.arena = arena, .arena = arena};
  Reading *r = ARENA_NEW(arena, Reading);
  *r = (Reading){.source = c, .at = c->bytes, .line = 1, .line_begins = true};
  read_source(&f, r);
  return (CodeOrders){
      .given = c, .text = text_finish(&f.text, arena), .orders = f.orders, .count = (unsigned)f.places.count};
}

Source code_orders_source(const CodeOrders *orders, const char *const *names, Arena *arena) {
  Text text = {0};
  text_add(&text,
           "#pragma GCC diagnostic ignored \"-Wpragmas\"\n#pragma GCC diagnostic error \"-Winvalid-memory-model\"\n"
           "#ifdef __clang__\n#pragma GCC diagnostic error \"-Watomic-memory-ordering\"\n#endif\n");
  for (unsigned i = 0; i < orders->count; i++) {
    text_printf(&text, "#define wm_order_%u_ %s", i, orders->orders[i].is_builtins ? by_builtin : by_macro);
    for (const char *c = names[i] ? names[i] : "none_of_them"; *c; c++)
      text_printf(&text, "%c", orders->orders[i].is_builtins ? toupper((unsigned char)*c) : *c);
    text_add_char(&text, '\n');
  }
  text_add(&text, "#line 1 ");
  code_add_string(orders->given->name, &text);
  text_add_char(&text, '\n');
  text_add(&text, orders->text);
  Source source = {.name = orders->given->name, .length = text.length};
  source.bytes = text_finish(&text, arena);
  return source;
}

const char *code_order_name(const CodeOrder *order, Arena *arena) {
  return arena_printf(arena, "%s:%u%s%s%s", order->file, order->line, *order->in ? " " : "", order->in,
                      order->failure ? ", where it fails" : "");
}

void code_add_string(const char *name, Text *out) {
  text_add_char(out, '"');
  for (; *name; name++)
    text_printf(out, strchr("\"\\", *name) ? "\\%c" : "%c", *name);
  text_add_char(out, '"');
}
