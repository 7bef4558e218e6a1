#include "harness/cli/complete.h"

#include "arch/cpus.h"
#include "harness/cli/code_files.h"
#include "harness/code/assembly.h"
#include "harness/lang/suite.h"
#include "harness/study/campaign.h"

#include <string.h>

typedef struct {
  const char *before, *partial; // what is kept of the word, as `--engine=`; what was typed behind it
  FILE *out;
  Arena *arena;
} Completion;

static void offer(const Completion *c, const char *word, const char *what) {
  if (strncmp(word, c->partial, strlen(c->partial)) != 0)
    return;
  fprintf(c->out, "%s%s", c->before, word);
  if (what && *what)
    fprintf(c->out, "\t%.*s", (int)strcspn(what, "\n\t"), what);
  fputc('\n', c->out);
}

static void offer_all(const Completion *c, const char *const *words) {
  for (; *words; words++)
    offer(c, *words, NULL);
}

// ---- Values of options

static void offer_placements(const Completion *c) {
  for (int kind = 0; kind < PLACEMENT_CUSTOM; kind++)
    offer(c, placement_name((PlacementKind)kind), NULL);
}

static void offer_fences(const Completion *c) { offer_all(c, campaign_all_fences(c->arena)); }

static void offer_models(const Completion *c) {
  for (unsigned i = 0; i < model_count; i++)
    offer(c, model_all[i]->name, model_all[i]->title);
}

static void offer_cpus(const Completion *c) {
  for (unsigned i = 0; i < cpu_count; i++)
    offer(c, cpu_all[i]->name, NULL);
}

static void offer_dialects(const Completion *c) {
  for (const Dialect *const *dialect = dialect_all; *dialect; dialect++)
    offer(c, (*dialect)->name, NULL);
}

// Options whose values are named elsewhere than in their row.
static const struct {
  const char *name;
  void (*offer)(const Completion *c);
} known[] = {{"placement", offer_placements}, {"fence", offer_fences},    {"model", offer_models}, {"as", offer_models},
             {"target", offer_cpus},          {"dialect", offer_dialects}};

static void offer_values(const Completion *c, const Option *option) {
  if (option->choices)
    offer_all(c, option->choices);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (!strcmp(known[i].name, option->name))
      known[i].offer(c);
  size_t length = strlen(option->arg);
  if (length > 4 && !strcmp(option->arg + length - 4, "|all"))
    offer(c, "all", NULL);
  if (strstr(option->arg, "FILE") || strstr(option->arg, "DIR"))
    fputs(":files\n", c->out);
}

// ---- Options

// The option that a word names, `-o` or `--output`, if it takes a value.
static const Option *takes_value(const Options *options, const char *word) {
  for (const Option *o = options->table; o->name; o++)
    if (o->arg && ((word[0] == '-' && word[1] == '-' && !strcmp(word + 2, o->name)) ||
                   (word[0] == '-' && o->letter && word[1] == o->letter && !word[2])))
      return o;
  return NULL;
}

static void offer_options(const Completion *c, const Options *options) {
  for (const Option *o = options->table; o->name; o++)
    offer(c, arena_printf(c->arena, "--%s", o->name), o->doc);
  offer(c, "--help", "Give this help list");
  offer(c, "--usage", "Give a short usage message");
  offer(c, "--version", "Print the version of weakmem");
}

// ---- Arguments

static void offer_suite(const Completion *c, const Suite *suite) {
  const char *family = "";
  for (unsigned i = 0; i < suite->count; i++) {
    if (strcmp(family, suite->tests[i]->family) != 0)
      offer(c, family = suite->tests[i]->family, "a family of tests");
    offer(c, suite->tests[i]->name, suite->tests[i]->story);
  }
}

// The examples of C for commands that take some.
static void offer_tests(const Completion *c, const Options *options) {
  Diag diag = {.arena = c->arena};
  Suite tests = suite_builtin_by(test_read, NULL, c->arena, &diag), code = code_examples(c->arena);
  offer_suite(c, &tests);
  for (const Option *o = options->table; o->name; o++)
    if (!strcmp(o->name, "code"))
      offer_suite(c, &code);
}

static void offer_arguments(const Completion *c, const Options *options) {
  const char *as = options->arguments ? options->arguments : "";
  for (const Subcommand *sub = options->subcommands; sub && sub->name; sub++)
    offer(c, sub->name, sub->options->summary);
  if (strstr(as, "TEST"))
    offer_tests(c, options);
  if (strstr(as, "FILE") || strstr(as, "DIR") || strstr(as, "RECORDS") || strstr(as, "LOG"))
    fputs(":files\n", c->out);
}

// ---- The line

static const char *word_at(int argc, char **argv, int from_end) { return argc > from_end ? argv[argc - from_end] : ""; }

void complete_words(const Options *options, int argc, char **argv, FILE *out) {
  Completion c = {.before = "", .partial = word_at(argc, argv, 1), .out = out, .arena = arena_new()};
  const char *last = word_at(argc, argv, 2);
  if (!strcmp(c.partial, "=")) { // bash takes `--engine=` apart
    c.partial = "";
  } else if (!strcmp(last, "=")) {
    last = word_at(argc, argv, 3);
  }
  const Option *option = takes_value(options, last);
  const char *equals = c.partial[0] == '-' ? strchr(c.partial, '=') : NULL;
  if (!option && equals) {
    option = takes_value(options, arena_copy(c.arena, c.partial, (size_t)(equals - c.partial)));
    c.before = arena_copy(c.arena, c.partial, (size_t)(equals + 1 - c.partial));
    c.partial = equals + 1;
  }
  if (option)
    offer_values(&c, option);
  else if (c.partial[0] == '-')
    offer_options(&c, options);
  else
    offer_arguments(&c, options);
  arena_free(c.arena);
}
