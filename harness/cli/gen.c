// weakmem gen: tests from cycles, and the cycle that a test is.
#include "arch/cpus.h"
#include "harness/base/file.h"
#include "harness/base/source.h"
#include "harness/base/table.h"
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/cli/tests.h"
#include "harness/code/assembly.h"
#include "harness/cycle/all.h"
#include "harness/cycle/name.h"
#include "harness/cycle/read.h"
#include "harness/cycle/write.h"
#include "harness/cycle/write_code.h"
#include "harness/lang/print.h"

#include <string.h>

#define PLAIN_EDGES "Rfe Fre Coe Pod**" // what cycles are made of if nothing else is said

typedef struct {
  Common common;
  const Vocabulary *words;
  const char *file;   // --name; NULL: none
  const char *relax;  // NULL: the plain edges
  bool all, searched; // --all; anything was said that is for a search
  CycleLimits limits;
  uint64_t limit; // tests
} Settings;

static error_t read_dialect(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  const Cpu *cpu = cpu_find(text);
  s->words = cpu ? instructions_of_arch(cpu->name)->cycles : vocabulary_of(text);
  if (s->words)
    return 0;
  Text cpus = {0};
  for (unsigned i = 0; i < cpu_count; i++)
    text_printf(&cpus, ", %s", cpu_all[i]->name);
  return option_error(state, name, "no dialect '%s'; there are c11, linux%s", text,
                      text_finish(&cpus, s->common.arena));
}

static error_t read_relax(struct argp_state *state, const char *name, const char *text, void *settings) {
  (void)state;
  (void)name;
  Settings *s = settings;
  s->relax = s->relax ? arena_printf(s->common.arena, "%s %s", s->relax, text) : text;
  return 0;
}

static const Option table[] = {
    {"dialect", 0, "NAME", "c11 (the default), linux: the kernel's C, or a CPU: its assembly", OPTION_OWN,
     .read = read_dialect},
    {"size", 0, "N", "Every cycle of at most N edges (default 4)", OPTION_UNSIGNED,
     .place = offsetof(Settings, limits.size), .low = 2, .high = CYCLE_EDGES},
    {"threads", 0, "N", "... and at most N threads (default 4)", OPTION_UNSIGNED,
     .place = offsetof(Settings, limits.threads), .low = 1, .high = CYCLE_EDGES},
    {"relax", 0, "EDGES", "Every cycle made of these edges (default " PLAIN_EDGES ")", OPTION_OWN, .read = read_relax},
    {"all", 0, NULL, "Every cycle, of fences, dependencies, updates and the order of one location within a thread",
     OPTION_FLAG, .place = offsetof(Settings, all)},
    {"limit", 0, "N", "End after N tests (default 10000)", OPTION_COUNT, .place = offsetof(Settings, limit), .low = 1,
     .high = 1e6},
    {"name", 0, "TEST|FILE", "The cycle that a test is, or each of a file's or folder's", OPTION_TEXT,
     .place = offsetof(Settings, file)},
    {"output", 'o', "DIR", "A file for each test, instead of all on standard output", OPTION_TEXT,
     .place = offsetof(Common, output)},
    OPTION_COMMON_QUIET("Do not say how many there were"),
    {0}};

static error_t check(struct argp_state *state, void *settings) {
  const Settings *s = settings;
  bool searched = s->limits.size || s->limits.threads || s->relax || s->all || s->limit;
  if (s->file && (searched || s->common.argument_count || s->common.output))
    return option_error(state, "--name", "takes a test and nothing else");
  if (s->common.argument_count && searched)
    return option_error(state, "EDGE", "is for one cycle; to search for cycles of some edges say --relax '...'");
  if (!s->file && !s->common.argument_count && !searched)
    return option_error(state, "EDGE", "a cycle is missing; `--size 4` makes every one of at most 4 edges");
  return 0;
}

static const Options gen_options = {
    .arguments = "[EDGE...|-]",
    .summary = "Makes litmus tests from cycles of edges between accesses, as diy7 does: the condition of a\n"
               "test is its cycle. Without an edge it makes every cycle within --size and --threads.\n"
               "`-` reads cycles, one a line.",
    .examples = "  weakmem gen PodWR Fre PodWR Fre                      SB\n"
                "  weakmem gen PodWWRlxRel Rfe PodRRAcqRlx Fre          MP with a release store and an acquire load\n"
                "  weakmem gen FenceScdWR Fre PodWR Fre                 SB with a fence in one thread\n"
                "  weakmem gen PodWW Rfe DpAddrdR Fre | weakmem predict -\n"
                "  weakmem gen --dialect linux FenceWmbdWW Rfe FenceRmbdRR Fre\n"
                "  weakmem gen --dialect aarch64 DMB.SYdWW Rfe DpAddrdR Fre         MP+dmb.sy+addr, in assembly\n"
                "  weakmem gen --size 6 --threads 3 -o tests/           each cycle of up to 6 edges, a file a test\n"
                "  weakmem gen --name MP+rel-acq                        the cycle that a test is\n"
                "\n"
                "Edges: Rfe Fre Coe from thread to thread, Rfi Fri Coi within one; Pod or Pos, and the\n"
                "directions: PodWR; a fence between: FenceScdWR; a dependency: DpAddrdR DpDatadW DpCtrldW;\n"
                "a read-modify-write: Exch Amo.Cas Amo.LdAdd. How accesses are made follows an edge, or\n"
                "stands between two: PodWRRelAcq, Rel PodWR Acq. * is R or W.\n",
    .table = table,
    .check = check};

typedef struct {
  const Settings *settings;
  const Console *console;
  Arena *arena;
  Diag diag;
  Table names; // given already
  uint64_t made;
  unsigned by_threads[CYCLE_EDGES + 1]; // how many
  Text out;
} Session;

// ---- Tests

// A name that none has yet.
static const char *new_name(Session *c, const Cycle *cycle) {
  const char *base = cycle_name(cycle, c->arena), *name = base;
  size_t before = c->names.count;
  for (unsigned n = 2; table_add(&c->names, name, strlen(name)) != before; n++)
    name = arena_printf(c->arena, "%s+%u", base, n);
  return name;
}

// The test as text. NULL where there is none: then *why says why.
static const char *write_test(Session *c, const Cycle *cycle, const char *name, const char **why) {
  if (cycle->words->code)
    return cycle_code(cycle, name, c->arena, why);
  Test *test = cycle_test(cycle, c->arena, why);
  if (!test)
    return NULL;
  test->name = name;
  Text text = {0};
  cycle_print(cycle, &text);
  HeaderLine *header = ARENA_NEW(c->arena, HeaderLine);
  *header = (HeaderLine){"Cycle", arena_string(c->arena, text_string(&text))};
  test->header = header;
  test->header_count = 1;
  text_clear(&text);
  test_print(test, &text);
  return text_finish(&text, c->arena);
}

// False where it cannot be put where it belongs.
static bool deliver(Session *c, const Cycle *cycle) {
  const char *why;
  const char *name = new_name(c, cycle), *text = write_test(c, cycle, name, &why);
  if (!text)
    return diag_error(&c->diag, "%s", why);
  c->made++;
  c->by_threads[cycle_threads(cycle)]++;
  const char *folder = c->settings->common.output;
  if (folder) {
    const char *path = arena_printf(c->arena, "%s/%s.litmus", folder, name);
    return file_make_folders(path, 0777, &c->diag) && file_replace(path, text, strlen(text), &c->diag);
  }
  text_printf(&c->out, "%s%s", c->made > 1 ? "\n" : "", text);
  console_print(c->console, &c->out);
  return !ferror(c->console->out);
}

static void make_one(Session *c, const Source *source) {
  Cycle cycle;
  if (!cycle_parse(c->settings->words, source, c->arena, &cycle, &c->diag))
    return;
  cycle_turn(&cycle);
  deliver(c, &cycle);
}

static const Source *source_of(Arena *arena, const char *name, const char *text, size_t length) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = name, .bytes = arena_copy(arena, text, length), .length = length};
  return source;
}

// Lines of cycles; those that begin with '#' say nothing.
static void make_lines(Session *c) {
  const Source *all = source_read_stdin(LIMIT_FILE, c->arena, &c->diag);
  unsigned number = 0;
  for (size_t at = 0; all && at < all->length; number++) {
    size_t length = strcspn(all->bytes + at, "\n");
    Source *line = ARENA_NEW(c->arena, Source);
    *line = (Source){
        .name = all->name, .bytes = arena_copy(c->arena, all->bytes + at, length), .length = length, .line = number};
    if (line->bytes[strspn(line->bytes, " \t\r")] && *line->bytes != '#')
      make_one(c, line);
    at += length + 1;
  }
}

static bool take(const Cycle *cycle, void *context) {
  Session *c = context;
  return deliver(c, cycle) && c->made < c->settings->limit;
}

static void make_all(Session *c) {
  const Settings *s = c->settings;
  const char *edges = s->relax ? s->relax : PLAIN_EDGES;
  if (s->all)
    edges = arena_printf(c->arena, "%s %s", cycle_all_edges(s->words, c->arena), s->relax ? s->relax : "");
  EdgePattern *patterns;
  unsigned count;
  if (!edges_parse(s->words, source_of(c->arena, "--relax", edges, strlen(edges)), false, c->arena, &patterns, &count,
                   &c->diag))
    return;
  CycleLimits limits = s->limits;
  limits.size = limits.size ? limits.size : 4;
  limits.threads = limits.threads ? limits.threads : 4;
  cycles_each(s->words, patterns, count, &limits, take, c);
  if (c->made == s->limit)
    diag_warning(&c->diag, "there may be more tests than %llu, where --limit ends", (unsigned long long)s->limit);
  if (!c->made && !c->diag.errors)
    diag_error(&c->diag, "no cycle of at most %u edges and %u threads is made of these edges", limits.size,
               limits.threads);
}

// "57 tests: 6 of 2 threads, 51 of 3".
static void tell_counts(const Session *c) {
  if (c->settings->common.quiet || c->made < 2)
    return;
  FILE *err = c->console->err;
  fprintf(err, "weakmem: note: %llu tests:", (unsigned long long)c->made);
  const char *unit = " threads", *between = "";
  for (unsigned t = 0; t <= CYCLE_EDGES; t++)
    if (c->by_threads[t]) {
      fprintf(err, "%s %u of %u%s", between, c->by_threads[t], t, unit);
      unit = "";
      between = ",";
    }
  fputs("\n", err);
}

// ---- Cycles of tests

static void name_test(Session *c, const Test *test) {
  Cycle cycle;
  unsigned errors = c->diag.errors;
  const Program *program = test_is_assembly(test) ? assembly_program(test, true, 0, c->arena, &c->diag) : NULL;
  if (c->diag.errors > errors)
    return;
  const char *why = cycle_of_test(test, program, &cycle);
  if (why) {
    diag_error(&c->diag, "%s is no cycle: %s", test->name, why);
    return;
  }
  Text text = {0};
  text_printf(&text, "%s: ", cycle_name(&cycle, c->arena));
  cycle_print(&cycle, &text);
  text_add(&text, "\n");
  console_print(c->console, &text);
  c->made++;
}

static void name_tests(Session *c) {
  char *arguments[] = {(char *)c->settings->file};
  Suite suite = tests_find(arguments, 1, NULL, c->arena, &c->diag);
  for (unsigned i = 0; i < suite.count; i++)
    name_test(c, suite.tests[i]);
}

static void gen(Session *c) {
  const Common *common = &c->settings->common;
  if (c->settings->file) {
    name_tests(c);
  } else if (common->argument_count == 1 && !strcmp(common->arguments[0], "-")) {
    make_lines(c);
  } else if (common->argument_count) {
    Text words = {0};
    for (unsigned i = 0; i < common->argument_count; i++)
      text_printf(&words, "%s%s", i ? " " : "", common->arguments[i]);
    make_one(c, source_of(c->arena, "cycle", text_string(&words), words.length));
    text_free(&words);
  } else {
    make_all(c);
  }
  console_report(c->console, &c->diag);
  if (!c->settings->file)
    tell_counts(c);
}

int command_gen(int argc, char **argv, const Console *console) {
  Arena *arena = arena_new();
  Settings settings = {.common.arena = arena, .words = vocabulary_of(dialect_c11.name), .limits.stop = console->stop};
  int status;
  if (options_parse(&gen_options, argc, argv, &settings, console, &status)) {
    settings.limit = settings.limit ? settings.limit : 10000;
    Session session = {
        .settings = &settings, .console = console, .arena = arena, .diag.arena = arena, .names.arena = arena};
    gen(&session);
    status = session.diag.errors ? EXIT_USAGE : EXIT_OK;
  }
  arena_free(arena);
  return status;
}
