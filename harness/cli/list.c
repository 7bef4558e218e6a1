// weakmem list: the tests that come with it, by family, each with its story.
#include "harness/cli/options.h"
#include "harness/lang/print.h"
#include "harness/lang/suite.h"

#include <jansson.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { INDENT = 4, NARROW = 60, WIDE = 100 };

typedef struct {
  Arena *arena;
  const char **families;
  size_t family_count, family_capacity;
  unsigned format; // index into formats
} ListSettings;

static const char *const formats[] = {"text", "json", "tsv", NULL};

static error_t parse(int key, char *text, struct argp_state *state) {
  ListSettings *s = state->input;
  switch (key) {
  case 'f':
    return option_choice(state, "--format", text, formats, &s->format);
  case ARGP_KEY_ARG:
    s->families = arena_grow(s->arena, s->families, &s->family_capacity, s->family_count + 1, sizeof *s->families);
    s->families[s->family_count++] = text;
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

static const struct argp_option argp_options[] = {
    {.name = "format", .key = 'f', .arg = "FORMAT", .doc = "text (the default), json or tsv"}, {0}};

static const Options list_options = {
    .arguments = "[FAMILY|TEST]...",
    .summary = "Lists the tests that come with weakmem, each with what it shows and which CPUs show it.",
    .examples = "  weakmem list                 every test\n"
                "  weakmem list publish         one family\n"
                "  weakmem list SB MP           two tests\n"
                "  weakmem list --format tsv    name, family, threads, condition and story, for scripts\n",
    .options = argp_options,
    .parse = parse};

// As wide as the terminal, within reason; WIDE where the output is none.
static unsigned output_width(FILE *out) {
  struct winsize size;
  if (!isatty(fileno(out)) || ioctl(fileno(out), TIOCGWINSZ, &size) || !size.ws_col)
    return WIDE;
  return size.ws_col < NARROW ? NARROW : size.ws_col > WIDE ? WIDE : size.ws_col;
}

// The story in lines of at most `width` columns, indented.
static void print_folded(FILE *out, const char *story, unsigned width) {
  unsigned column = 0;
  while (*story) {
    size_t length = strcspn(story, " ");
    if (column && column + 1 + length > width) {
      fputc('\n', out);
      column = 0;
    }
    if (!column) {
      fprintf(out, "%*s", INDENT, "");
      column = INDENT;
    } else {
      fputc(' ', out);
      column++;
    }
    fwrite(story, 1, length, out);
    column += (unsigned)length;
    story += length;
    story += strspn(story, " ");
  }
  if (column)
    fputc('\n', out);
}

static void print_text(FILE *out, Suite suite) {
  unsigned width = output_width(out);
  const char *family = NULL;
  for (unsigned i = 0; i < suite.count; i++) {
    const Test *test = suite.tests[i];
    if (!family || strcmp(family, test->family) != 0) {
      fprintf(out, "%s%s\n", family ? "\n" : "", test->family);
      family = test->family;
    }
    fprintf(out, "  %s\n", test->name);
    print_folded(out, test->story, width);
  }
}

static void print_tsv(FILE *out, Suite suite) {
  fputs("test\tfamily\tthreads\tcondition\tstory\n", out);
  for (unsigned i = 0; i < suite.count; i++) {
    const Test *test = suite.tests[i];
    Text condition = {0};
    condition_print(test, &condition);
    fprintf(out, "%s\t%s\t%u\t%s\t%s\n", test->name, test->family, test->thread_count, text_string(&condition),
            test->story);
    text_free(&condition);
  }
}

static void print_json(FILE *out, Suite suite) {
  for (unsigned i = 0; i < suite.count; i++) {
    const Test *test = suite.tests[i];
    Text condition = {0};
    condition_print(test, &condition);
    json_t *row = json_pack("{s:s, s:s, s:I, s:s, s:s}", "test", test->name, "family", test->family, "threads",
                            (json_int_t)test->thread_count, "condition", text_string(&condition), "story", test->story);
    if (row)
      json_dumpf(row, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(row);
    text_free(&condition);
  }
}

// The built-in tests that the names pick, families or single ones; all of them where none is given.
static Suite pick(const ListSettings *s, Diag *diag) {
  Suite all = suite_builtin(NULL, s->arena, diag);
  if (!s->family_count)
    return all;
  Suite picked = {.tests = ARENA_ARRAY(s->arena, const Test *, all.count)};
  for (size_t f = 0; f < s->family_count; f++) {
    bool found = false;
    for (unsigned i = 0; i < all.count; i++)
      found |= !strcmp(all.tests[i]->family, s->families[f]) || !strcmp(all.tests[i]->name, s->families[f]);
    if (!found)
      diag_error(diag, "no family or test '%s' comes with weakmem", s->families[f]);
  }
  for (unsigned i = 0; i < all.count; i++) {
    bool wanted = false;
    for (size_t f = 0; f < s->family_count; f++)
      wanted |= !strcmp(all.tests[i]->family, s->families[f]) || !strcmp(all.tests[i]->name, s->families[f]);
    if (wanted)
      picked.tests[picked.count++] = all.tests[i];
  }
  return picked;
}

int command_list(int argc, char **argv, const Console *console) {
  ListSettings settings = {.arena = arena_new()};
  int status = EXIT_OK;
  if (options_parse(&list_options, argc, argv, &settings, console, &status)) {
    Diag diag = {.arena = settings.arena};
    Suite suite = pick(&settings, &diag);
    if (diag.errors) {
      Text text = {0};
      diag_format(&diag, &text);
      fputs(text_string(&text), console->err);
      text_free(&text);
      status = EXIT_USAGE;
    } else if (settings.format == 0) {
      print_text(console->out, suite);
    } else if (settings.format == 1) {
      print_json(console->out, suite);
    } else {
      print_tsv(console->out, suite);
    }
  }
  arena_free(settings.arena);
  return status;
}
