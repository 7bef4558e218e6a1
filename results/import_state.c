#include "results/import_state.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS = 256, DEPTH = 64, NUMBER_THREADS = 1024 };

// ---- States

static bool is_name_char(char c) { return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '%' || c == '$'; }

// A number in decimal; other text as it is.
static const char *read_value(const char *text, size_t length, Arena *arena) {
  const char *copy = arena_copy(arena, text, length);
  const char *digits = copy + (*copy == '-' || *copy == '+');
  char *end;
  errno = 0;
  unsigned long long number = strtoull(digits, &end, !strncmp(digits, "0x", 2) || !strncmp(digits, "0X", 2) ? 16 : 10);
  if (!isdigit((unsigned char)*digits) || *end || errno)
    return copy;
  return arena_printf(arena, "%s%llu", *copy == '-' && number ? "-" : "", number);
}

// `1:EAX`: the length of the number before the colon; 0 where there is none.
static size_t thread_length(const char *text, size_t length, unsigned *thread) {
  size_t digits = 0;
  *thread = 0;
  while (digits < length && isdigit((unsigned char)text[digits]) && *thread < NUMBER_THREADS)
    *thread = *thread * 10 + (unsigned)(text[digits++] - '0');
  return digits && digits < length && text[digits] == ':' && *thread < NUMBER_THREADS ? digits : 0;
}

static bool read_item(const char *text, size_t length, Arena *arena, Item *out) {
  const char *equals = memchr(text, '=', length);
  size_t left = equals ? (size_t)(equals - text) : 0;
  while (left && text[left - 1] == ' ')
    left--;
  *out = (Item){.kind = ITEM_OTHER, .name = arena_copy(arena, text, length), .value = ""};
  if (!left)
    return !equals;
  const char *value = equals + 1 + strspn(equals + 1, " ");
  size_t value_length = (size_t)(text + length - value);
  if (value > text + length || !value_length)
    return false;
  size_t digits = thread_length(text, left, &out->thread);
  const char *name = digits ? text + digits + 1 : text;
  size_t name_length = digits ? left - digits - 1 : left;
  if (!digits && name[0] == '[' && name[name_length - 1] == ']') {
    name++;
    name_length -= name_length >= 2 ? 2 : 1;
  }
  for (size_t i = 0; i < name_length; i++)
    if (!is_name_char(name[i]) && (digits || !strchr("[]", name[i]) || !name[i]))
      return true; // neither
  if (!name_length)
    return false;
  out->kind = digits ? ITEM_REGISTER : ITEM_LOCATION;
  out->name = arena_copy(arena, name, name_length);
  out->value = read_value(value, value_length, arena);
  return true;
}

bool items_read(const char *text, Arena *arena, Items *out) {
  *out = (Items){.items = ARENA_ARRAY(arena, Item, 1)};
  size_t capacity = 1;
  while (*(text += strspn(text, " \t;"))) {
    size_t length = strcspn(text, ";"), whole = length;
    while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
      length--;
    if (out->count == ITEMS)
      return false;
    out->items = arena_grow(arena, out->items, &capacity, out->count + 1, sizeof *out->items);
    if (!read_item(text, length, arena, &out->items[out->count++]))
      return false;
    text += whole;
  }
  return true;
}

static int by_place(const void *a, const void *b) {
  const Item *x = a, *y = b;
  if (x->kind != y->kind)
    return x->kind < y->kind ? -1 : 1;
  if (x->kind == ITEM_REGISTER && x->thread != y->thread)
    return x->thread < y->thread ? -1 : 1;
  return strcmp(x->name, y->name);
}

void items_print(Items *items, Text *out) {
  if (items->count)
    qsort(items->items, items->count, sizeof *items->items, by_place);
  for (unsigned i = 0; i < items->count; i++) {
    const Item *item = &items->items[i];
    text_add(out, i ? " " : "");
    if (item->kind == ITEM_REGISTER)
      text_printf(out, "%u:%s=%s;", item->thread, item->name, item->value);
    else if (item->kind == ITEM_LOCATION)
      text_printf(out, "[%s]=%s;", item->name, item->value);
    else
      text_printf(out, "%s;", item->name);
  }
}

const char *rename_of(const Renames *renames, unsigned thread, const char *from) {
  for (unsigned i = 0; i < renames->count; i++)
    if (renames->renames[i].thread == thread && !strcmp(renames->renames[i].from, from))
      return renames->renames[i].to;
  return from;
}

// ---- Conditions
//
// body := and { '\/' and } ; and := unary { '/\' unary } ; unary := ('~' | 'not') unary | '(' body ')' | atom
// atom := 'true' | 'false' | [ NUMBER ':' ] NAME ('=' | '!=' | '<>') VALUE

typedef struct {
  const char *at;
  const Items *state;     // NULL: only the text is wanted
  const Renames *renames; // NULL: only the truth is wanted
  Text *out;
  Arena *arena;
  unsigned depth;
  bool bad;
} Walk;

static void emit(const Walk *walk, const char *text) {
  if (walk->out)
    text_add(walk->out, text);
}

static bool take(Walk *walk, const char *word) {
  size_t length = strlen(word);
  walk->at += strspn(walk->at, " \t");
  if (strncmp(walk->at, word, length) != 0 || (isalpha((unsigned char)*word) && is_name_char(walk->at[length])))
    return false;
  walk->at += length;
  return true;
}

static int fail(Walk *walk) {
  walk->bad = true;
  return -1;
}

static int value_in(const Walk *walk, const Item *wanted, bool equal) {
  if (!walk->state)
    return -1;
  for (unsigned i = 0; i < walk->state->count; i++) {
    const Item *item = &walk->state->items[i];
    if (item->kind == wanted->kind && !strcmp(item->name, wanted->name) &&
        (item->kind != ITEM_REGISTER || item->thread == wanted->thread))
      return !strcmp(item->value, wanted->value) == equal;
  }
  return -1;
}

static int walk_atom(Walk *walk) {
  if (take(walk, "true") || take(walk, "false")) {
    bool truth = walk->at[-1] == 'e' && walk->at[-2] == 'u';
    emit(walk, truth ? "true" : "false");
    return truth;
  }
  const char *start = walk->at;
  size_t left = strcspn(start, "=!<()/\\");
  bool equal = start[left] == '=';
  if (!equal && strncmp(start + left, "!=", 2) != 0 && strncmp(start + left, "<>", 2) != 0)
    return fail(walk);
  const char *value = start + left + (equal ? 1 : 2);
  value += strspn(value, " \t");
  size_t length = strcspn(value, " \t()/\\");
  Item item;
  const char *text = arena_printf(walk->arena, "%.*s=%.*s", (int)left, start, (int)length, value);
  if (left > 256 || length > 256 || !length || !read_item(text, strlen(text), walk->arena, &item) ||
      item.kind == ITEM_OTHER)
    return fail(walk);
  walk->at = value + length;
  if (walk->out && item.kind == ITEM_REGISTER)
    text_printf(walk->out, "%u:%s%s%s", item.thread, rename_of(walk->renames, item.thread, item.name),
                equal ? "=" : "!=", item.value);
  else if (walk->out)
    text_printf(walk->out, "[%s]%s%s", item.name, equal ? "=" : "!=", item.value);
  return value_in(walk, &item, equal);
}

static int walk_or(Walk *walk);

static int walk_unary(Walk *walk) {
  if (++walk->depth > DEPTH)
    return fail(walk);
  int truth;
  if (take(walk, "~") || take(walk, "not")) {
    emit(walk, "~");
    truth = walk_unary(walk);
    truth = truth < 0 ? truth : !truth;
  } else if (take(walk, "(")) {
    emit(walk, "(");
    truth = walk_or(walk);
    if (!take(walk, ")"))
      return fail(walk);
    emit(walk, ")");
  } else {
    truth = walk_atom(walk);
  }
  walk->depth--;
  return truth;
}

// Of two truths, one of which may not be known.
static int both(int a, int b) { return a == 0 || b == 0 ? 0 : a < 0 || b < 0 ? -1 : 1; }
static int either(int a, int b) { return a == 1 || b == 1 ? 1 : a < 0 || b < 0 ? -1 : 0; }

static int walk_and(Walk *walk) {
  int truth = walk_unary(walk);
  while (!walk->bad && take(walk, "/\\")) {
    emit(walk, " /\\ ");
    truth = both(truth, walk_unary(walk));
  }
  return truth;
}

static int walk_or(Walk *walk) {
  int truth = walk_and(walk);
  while (!walk->bad && take(walk, "\\/")) {
    emit(walk, " \\/ ");
    truth = either(truth, walk_and(walk));
  }
  return truth;
}

static int walk(Walk *walk) {
  static const char *const quantifiers[] = {"exists", "~exists", "~ exists", "forall"};
  static const char *const spelt[] = {"exists ", "~exists ", "~exists ", "forall "};
  unsigned q = 0;
  while (q < 4 && !take(walk, quantifiers[q]))
    q++;
  if (q == 4)
    return fail(walk);
  emit(walk, spelt[q]);
  int truth = walk_or(walk);
  walk->at += strspn(walk->at, " \t");
  return *walk->at ? fail(walk) : truth;
}

int condition_holds(const char *condition, const Items *state) {
  Walk w = {.at = condition, .state = state, .arena = arena_new()};
  int truth = walk(&w);
  arena_free(w.arena);
  return w.bad ? -1 : truth;
}

bool condition_rename(const char *condition, const Renames *renames, Text *out) {
  Text text = {0};
  Walk w = {.at = condition, .renames = renames, .out = &text, .arena = arena_new()};
  (void)walk(&w);
  arena_free(w.arena);
  if (!w.bad)
    text_add(out, text_string(&text));
  text_free(&text);
  return !w.bad;
}

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

// The parts between the `/\` of a condition, without blanks and parentheses, sorted.
static unsigned split_body(const char *condition, Arena *arena, const char ***parts) {
  Text part = {0};
  unsigned count = 0;
  size_t capacity = 0;
  *parts = NULL;
  const char *at = condition + (*condition == '~');
  while (isalpha((unsigned char)*at))
    at++;
  for (;; at++) {
    bool end = !*at || !strncmp(at, "/\\", 2);
    if (end) {
      *parts = arena_grow(arena, *parts, &capacity, count + 1, sizeof **parts);
      (*parts)[count++] = arena_string(arena, text_string(&part));
      text_clear(&part);
      at += *at ? 1 : 0;
    } else if (!strchr(" ()", *at)) {
      text_add_char(&part, *at);
    }
    if (!*at)
      break;
  }
  text_free(&part);
  qsort(*parts, count, sizeof **parts, by_text);
  return count;
}

bool condition_same_body(const char *a, const char *b) {
  Arena *arena = arena_new();
  const char **x, **y;
  unsigned count = split_body(a, arena, &x);
  bool same = split_body(b, arena, &y) == count;
  for (unsigned i = 0; i < count && same; i++)
    same = !strcmp(x[i], y[i]);
  arena_free(arena);
  return same;
}
