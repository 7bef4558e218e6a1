#include "harness/cli/options.h"

#include "harness/build/words.h"

#include "harness/base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const option_formats[] = {"text", "json", "tsv", "markdown", NULL};

enum {
  KEY_HELP = '?',
  KEY_HELP_TOO = 'h',
  KEY_VERSION = 'V',
  KEY_USAGE = 256,
  KEY_FIRST
}; // then by row, if without letter

// What argp's parser is given.
typedef struct {
  const Options *options;
  const Console *console;
  void *settings;
} Reading;

static int key_of(const Option *table, unsigned row) {
  return table[row].letter ? table[row].letter : KEY_FIRST + (int)row;
}

static error_t add_argument(Common *common, char *text) {
  common->arguments = arena_grow(common->arena, common->arguments, &common->argument_capacity,
                                 common->argument_count + (size_t)1, sizeof text);
  common->arguments[common->argument_count++] = text;
  return 0;
}

static error_t read_format(struct argp_state *state, const Option *option, const char *text, Common *common) {
  error_t error = option_choice(state, "--format", text, option->choices, &common->format);
  common->markdown = !error && !strcmp(option->choices[common->format], "markdown");
  if (common->markdown)
    common->format = FORMAT_TEXT;
  return error;
}

static error_t read_list(struct argp_state *state, const char *name, const Option *option, const char *text,
                         Arena *arena, TextList *list) {
  error_t error = option_list(state, name, text, arena, &list->items, &list->count);
  for (unsigned i = 0, choice; option->choices && i < list->count && !error; i++)
    error = option_choice(state, name, list->items[i], option->choices, &choice);
  return error;
}

static void add_text(TextList *list, const char *text, Arena *arena) {
  const char **items = ARENA_ARRAY(arena, const char *, list->count + (size_t)1);
  for (unsigned i = 0; i < list->count; i++)
    items[i] = list->items[i];
  items[list->count++] = text;
  list->items = items;
}

static error_t read_option(struct argp_state *state, const Option *option, const char *text, void *settings) {
  const char *name = arena_printf(((Common *)settings)->arena, "--%s", option->name);
  Common *common = settings;
  void *value = (char *)settings + option->place;
  switch (option->kind) {
  case OPTION_FLAG:
    *(bool *)value = true;
    return 0;
  case OPTION_TEXT:
    *(const char **)value = text;
    return 0;
  case OPTION_UNSIGNED:
    return option_unsigned(state, name, text, (unsigned)option->low, (unsigned)option->high, value);
  case OPTION_COUNT:
    return option_count(state, name, text, (uint64_t)option->low, (uint64_t)option->high, value);
  case OPTION_SEED:
    return option_seed(state, name, text, value);
  case OPTION_SECONDS:
    return option_seconds(state, name, text, option->low, option->high, value);
  case OPTION_CHOICE:
    return option_choice(state, name, text, option->choices, value);
  case OPTION_FORMAT:
    return read_format(state, option, text, common);
  case OPTION_FLAGS:
    *(const char **)value = text;
    return option_flags(state, name, text, common->arena);
  case OPTION_TEXTS:
    add_text(value, text, common->arena);
    return 0;
  case OPTION_PUS:
    return option_pus(state, name, text, common->arena, &common->pus, &common->pu_count);
  case OPTION_PLACEMENT:
    common->placed = true;
    return option_placement(state, name, text, "", &common->placement);
  case OPTION_LIST:
    return read_list(state, name, option, text, common->arena, value);
  case OPTION_OWN:
    return option->read(state, name, text, settings);
  }
  return ARGP_ERR_UNKNOWN;
}

// The options as argp shows them, and the examples as they are written: argp would break their lines.
static error_t show_help(struct argp_state *state, const Options *options) {
  argp_state_help(state, state->out_stream, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC);
  if (options->examples)
    fprintf(state->out_stream, "\nExamples:\n%s", options->examples);
  return ECANCELED;
}

// --help and its like, which argp with ARGP_NO_EXIT would print and then go on from.
static error_t show(struct argp_state *state, unsigned what) {
  argp_state_help(state, state->out_stream, what);
  return ECANCELED;
}

static error_t parse(int key, char *text, struct argp_state *state) {
  const Reading *reading = state->input;
  const Option *table = reading->options->table;
  switch (key) {
  case ARGP_KEY_INIT:
    state->out_stream = reading->console->out;
    state->err_stream = reading->console->err;
    return 0;
  case KEY_HELP:
  case KEY_HELP_TOO:
    return show_help(state, reading->options);
  case KEY_USAGE:
    return show(state, ARGP_HELP_USAGE);
  case KEY_VERSION:
    fputs("weakmem " WEAKMEM_VERSION "\n", state->out_stream);
    return ECANCELED;
  case ARGP_KEY_ARG:
    return reading->options->arguments ? add_argument(reading->settings, text) : ARGP_ERR_UNKNOWN;
  case ARGP_KEY_END:
    return reading->options->check ? reading->options->check(state, reading->settings) : 0;
  default:
    for (unsigned i = 0; table[i].name; i++)
      if (key == key_of(table, i))
        return read_option(state, &table[i], text, reading->settings);
    return ARGP_ERR_UNKNOWN;
  }
}

// Leaves out argp's note on optional arguments: no option has one.
static char *filter_help(int key, const char *text, void *input) {
  (void)input;
  return key == ARGP_KEY_HELP_DUP_ARGS_NOTE ? NULL : (char *)text;
}

// The table as argp has it, and behind it what every command has.
static struct argp_option *argp_table(const Option *table, Arena *arena) {
  static const struct argp_option common[] = {{"help", KEY_HELP, NULL, 0, "Give this help list", -1},
                                              {NULL, KEY_HELP_TOO, NULL, OPTION_ALIAS, NULL, -1},
                                              {"usage", KEY_USAGE, NULL, 0, "Give a short usage message", -1},
                                              {"version", KEY_VERSION, NULL, 0, "Print the version of weakmem", -1},
                                              {0}};
  unsigned count = 0;
  while (table[count].name)
    count++;
  struct argp_option *out = ARENA_ARRAY(arena, struct argp_option, count + sizeof common / sizeof *common);
  for (unsigned i = 0; i < count; i++)
    out[i] =
        (struct argp_option){.name = table[i].name, .key = key_of(table, i), .arg = table[i].arg, .doc = table[i].doc};
  memcpy(out + count, common, sizeof common);
  return out;
}

bool options_parse(const Options *options, int argc, char **argv, void *settings, const Console *console, int *status) {
  if (console->instead) {
    console->instead(options, argc, argv, console->out);
    *status = EXIT_OK;
    return false;
  }
  Arena *arena = arena_new();
  const struct argp argp = {.options = argp_table(options->table, arena),
                            .parser = parse,
                            .args_doc = options->arguments,
                            .doc = options->summary,
                            .help_filter = filter_help};
  Reading reading = {options, console, settings};
  error_t error = argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP, NULL, &reading);
  arena_free(arena);
  *status = error == ECANCELED || !error ? EXIT_OK : EXIT_USAGE;
  return !error;
}

error_t option_error(struct argp_state *state, const char *name, const char *format, ...) {
  char *message = NULL;
  va_list args;
  va_start(args, format);
  int length = vasprintf(&message, format, args);
  va_end(args);
  argp_error(state, "%s: %s", name, length < 0 ? format : message);
  if (length >= 0)
    free(message);
  return EINVAL;
}

// Reads decimal digits, at least one, up to *end. False where there is none or the number is beyond 64 bits.
static bool read_digits(const char *text, uint64_t *out, const char **end) {
  if (!isdigit((unsigned char)*text))
    return false;
  char *after;
  errno = 0;
  *out = strtoull(text, &after, 10);
  *end = after;
  return errno == 0;
}

error_t option_unsigned(struct argp_state *state, const char *name, const char *text, unsigned low, unsigned high,
                        unsigned *out) {
  uint64_t number;
  const char *end;
  if (!read_digits(text, &number, &end) || *end || number < low || number > high)
    return option_error(state, name, "expected a number from %u to %u, got '%s'", low, high, text);
  *out = (unsigned)number;
  return 0;
}

error_t option_count(struct argp_state *state, const char *name, const char *text, uint64_t low, uint64_t high,
                     uint64_t *out) {
  uint64_t number = 0, unit = 1;
  const char *end = text;
  bool good = read_digits(text, &number, &end);
  if (good && *end) {
    unit = *end == 'k' ? 1000 : *end == 'M' ? 1000000 : *end == 'G' ? 1000000000 : 0;
    good = unit && !end[1];
  }
  if (!good || number > UINT64_MAX / unit || number * unit < low || number * unit > high)
    return option_error(state, name, "expected a number from %llu to %llu (k, M, G may follow), got '%s'",
                        (unsigned long long)low, (unsigned long long)high, text);
  *out = number * unit;
  return 0;
}

error_t option_seed(struct argp_state *state, const char *name, const char *text, uint64_t *out) {
  bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && isxdigit((unsigned char)text[2]);
  if (hexadecimal || isdigit((unsigned char)text[0])) {
    char *end;
    errno = 0;
    uint64_t number = strtoull(text, &end, hexadecimal ? 16 : 10);
    if (!errno && !*end) {
      *out = number;
      return 0;
    }
  }
  return option_error(state, name, "expected a number of up to 64 bits, decimal or after 0x hexadecimal, got '%s'",
                      text);
}

error_t option_seconds(struct argp_state *state, const char *name, const char *text, double low, double high,
                       double *out) {
  static const struct {
    const char *name;
    double seconds;
  } units[] = {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"min", 60}, {"h", 3600}};
  // Digits and one point alone: strtod by itself would also take "inf", "0x1" and "1e9".
  size_t length = strspn(text, "0123456789.");
  const char *point = strchr(text, '.');
  bool number = length > 0 && isdigit((unsigned char)text[0]) && (!point || !strchr(point + 1, '.'));
  for (size_t i = 0; number && i < sizeof units / sizeof *units; i++)
    if (!strcmp(text + length, units[i].name)) {
      double seconds = strtod(text, NULL) * units[i].seconds;
      if (!(seconds >= low && seconds <= high))
        break;
      *out = seconds;
      return 0;
    }
  return option_error(state, name, "expected a time from %gs to %gs (as 1.5, 1.5s, 200ms, 2min or 1h), got '%s'", low,
                      high, text);
}

error_t option_choice(struct argp_state *state, const char *name, const char *text, const char *const *names,
                      unsigned *out) {
  Text all = {0};
  for (unsigned i = 0; names[i]; i++) {
    if (!strcmp(names[i], text)) {
      *out = i;
      text_free(&all);
      return 0;
    }
    text_printf(&all, "%s%s", i == 0 ? "" : names[i + 1] ? ", " : " or ", names[i]);
  }
  error_t error = option_error(state, name, "expected %s, got '%s'", text_string(&all), text);
  text_free(&all);
  return error;
}

error_t option_list(struct argp_state *state, const char *name, const char *text, Arena *arena,
                    const char *const **items, unsigned *count) {
  size_t capacity = 0;
  const char **made = NULL;
  *count = 0;
  for (const char *begin = text;; begin++) {
    size_t length = strcspn(begin, ",");
    if (!length)
      return option_error(state, name, "expected a list such as a,b,c, got '%s'", text);
    made = arena_grow(arena, made, &capacity, *count + 1u, sizeof *made);
    made[(*count)++] = arena_copy(arena, begin, length);
    begin += length;
    if (!*begin)
      break;
  }
  *items = made;
  return 0;
}

// Reads `N` or `N-M` up to *end.
static bool read_range(const char *text, uint64_t *first, uint64_t *last, const char **end) {
  enum { PU_LIMIT = 1 << 16 };
  if (!read_digits(text, first, end))
    return false;
  *last = *first;
  if (**end == '-' && !read_digits(*end + 1, last, end))
    return false;
  return *first <= *last && *last < PU_LIMIT;
}

error_t option_pus(struct argp_state *state, const char *name, const char *text, Arena *arena, unsigned **pus,
                   unsigned *count) {
  enum { LIST_LIMIT = 1 << 16 };
  size_t capacity = 0;
  unsigned *made = NULL;
  *count = 0;
  for (const char *at = text;; at++) {
    uint64_t first, last;
    if (!read_range(at, &first, &last, &at) || (*at && *at != ',') || *count + (last - first) >= LIST_LIMIT)
      return option_error(state, name, "expected numbers of PUs such as 0,2,4-7, got '%s'", text);
    made = arena_grow(arena, made, &capacity, *count + (size_t)(last - first) + 1, sizeof *made);
    for (uint64_t pu = first; pu <= last; pu++)
      made[(*count)++] = (unsigned)pu;
    if (!*at)
      break;
  }
  *pus = made;
  return 0;
}

error_t option_placement(struct argp_state *state, const char *name, const char *text, const char *others,
                         PlacementKind *out) {
  if (placement_by_name(text, out) && *out != PLACEMENT_CUSTOM)
    return 0;
  Text names = {0};
  for (int kind = 0; kind < PLACEMENT_CUSTOM; kind++)
    text_printf(&names, "%s%s", kind ? ", " : "", placement_name((PlacementKind)kind));
  error_t error = option_error(state, name, "expected %s%s, got '%s'", text_string(&names), others, text);
  text_free(&names);
  return error;
}

error_t option_flags(struct argp_state *state, const char *name, const char *text, Arena *arena) {
  Diag diag = {.arena = arena};
  Words words;
  return words_split(text, arena, &words, &diag) ? 0 : option_error(state, name, "%s", diag.first->message);
}
