// weakmem show: a test as it was understood, the C made from it, and each thread's machine code.
#include "harness/build/emit.h"
#include "harness/cli/options.h"
#include "harness/cli/tests.h"
#include "harness/code/assembly.h"
#include "harness/lang/insert.h"
#include "harness/lang/print.h"
#include "harness/run/export.h"
#include "harness/study/check.h"

#include <string.h>

enum { PART_TEST, PART_C, PART_MACHINE_CODE, PART_ALL };

typedef struct {
  Common common;
  unsigned part;
  const char *fence, *folder, *target; // NULL: none
  const Cpu *cpu;                      // of the machine code
  RunOptions run;
} ShowSettings;

static const char *const parts[] = {"test", "c", "asm", "all", NULL};
static const char *const engines[] = {"auto", "perpetual", "lockstep", NULL}; // as Engine has them

static const Option table[] = {
    {"part", 'p', "PART", "test, c, asm, or all (the default)", OPTION_CHOICE, .place = offsetof(ShowSettings, part),
     .choices = parts},
    {"engine", 'e', "ENGINE", "auto (the default), perpetual or lockstep", OPTION_CHOICE,
     .place = offsetof(ShowSettings, run.engine), .choices = engines},
    {"fence", 0, "NAME", "With a fence between the accesses of every thread", OPTION_TEXT,
     .place = offsetof(ShowSettings, fence)},
    {"target", 0, "CPU", "The machine code for this CPU, by its compiler", OPTION_TEXT,
     .place = offsetof(ShowSettings, target)},
    {"export", 0, "DIR",
     "Write the tests to DIR as programs of their own, with a Makefile, for a machine without weakmem", OPTION_TEXT,
     .place = offsetof(ShowSettings, folder)},
    OPTION_COMPILER(ShowSettings, run),
    {0}};

static error_t check(struct argp_state *state, void *settings) {
  ShowSettings *s = settings;
  s->cpu = s->target ? cpu_find(s->target) : cpu_here();
  if (s->run.cc && (!*s->run.cc || strchr(s->run.cc, '=') || strstr(s->run.cc, ",,")))
    return option_error(state, "--cc", "expected compilers, separated by commas, not '%s'", s->run.cc);
  if (!s->cpu)
    return option_error(state, "--target", "no CPU '%s'", s->target ? s->target : "that this machine is");
  if (!s->common.argument_count)
    return option_error(state, "TEST", "which test?");
  if (s->common.argument_count > 1 && !s->folder)
    return option_error(state, s->common.arguments[1], "one test at a time");
  return 0;
}

static const Options show_options = {
    .arguments = "TEST|FILE [TEST|FILE|DIR|@LIST|-]...",
    .summary = "Shows a test as weakmem understood it, the C that it makes from it, and each thread's machine code;\n"
               "or writes tests as C that needs no weakmem to run.",
    .examples =
        "  weakmem show SB                           all of it\n"
        "  weakmem show --part asm --cflags -O0 MP   what another optimisation makes of it\n"
        "  weakmem show --part asm --cc gcc,clang --target aarch64 MP   what two compilers make of it for ARM\n"
        "  weakmem show --part c mine.litmus         the C alone\n"
        "  weakmem show --export there SB MP         a folder with the two as programs; then, where it is copied to:\n"
        "      make run                              builds and runs all, records in records.jsonl, for `weakmem "
        "import`\n"
        "      make run ARGS='--time 5'              five seconds each; build/SB --help shows the options\n"
        "      make -j4 CC=riscv64-linux-gnu-gcc     builds all for another machine\n"
        "      make run CC=riscv64-linux-gnu-gcc LDFLAGS=-static RUN=qemu-riscv64\n"
        "  weakmem show --export all classic atomicity locks publish dependency    whole families\n",
    .table = table,
    .check = check};

static void heading(const ShowSettings *s, const char *text, Text *out) {
  if (s->part == PART_ALL)
    text_printf(out, "%s// ---- %s\n\n", out->length ? "\n" : "", text);
}

// Each thread's function, its instructions beside the lines of C that they come from.
static bool show_code_by(const ShowSettings *s, const char *cc, const char *flags, const Test *test,
                         const Console *console, Text *out, Diag *diag) {
  Arena *arena = s->common.arena;
  CheckBuild build;
  if (!check_build_find(cc, flags ? flags : "-O2", s->cpu, arena, &build, diag))
    return false;
  const Compiler *compiler = build.of_thread[0];
  heading(s, arena_printf(arena, "the machine code: %s %s", compiler->version, compiler->flags), out);
  if (s->part != PART_ALL)
    text_printf(out, "// %s %s\n", compiler->version, compiler->flags);
  const Compiler **compilers = ARENA_ARRAY(arena, const Compiler *, test->thread_count);
  ObjectFile *objects = ARENA_ARRAY(arena, ObjectFile, test->thread_count);
  for (unsigned t = 0; t < test->thread_count; t++)
    compilers[t] = compiler;
  BuildOptions options = {.compilers = compilers, .limits = {.stop = console->stop}};
  Text listing = {0};
  bool good = build_threads(test, &options, arena, objects, diag) ||
              diag_error(diag, "%s", objects[0].made.errors ? objects[0].made.errors : "it was not compiled");
  good = good && build_listing(&objects[0], arena, &listing, diag);
  if (good) {
    const char **listings = ARENA_ARRAY(arena, const char *, test->thread_count);
    for (unsigned t = 0; t < test->thread_count; t++)
      listings[t] = text_string(&listing);
    MachineCode code = machine_code_read(test, s->cpu, listings, arena);
    for (unsigned t = 0; t < test->thread_count; t++) {
      good &= code.listings[t] && machine_code_function(&code, t);
      text_printf(out, "%sP%u:\n", t ? "\n" : "", t);
      machine_code_print(&code, t, objects[t].source, out);
    }
    if (!good)
      diag_error(diag, "%s", code.why);
    else if (code.why)
      diag_warning(diag, "models say nothing of this code: %s", code.why);
  }
  text_free(&listing);
  build_release(objects, test->thread_count);
  return good;
}

// By each of the compilers in turn.
static bool show_machine_code(const ShowSettings *s, const Test *test, const Console *console, Text *out, Diag *diag) {
  Compiler usual = {.path = "gcc", .flags = s->run.cflags};
  if (!s->run.cc && s->cpu == cpu_here() && !compiler_find(NULL, s->run.cflags, s->common.arena, &usual, diag))
    return false;
  const char *at = s->run.cc ? s->run.cc : usual.path;
  bool good = true;
  for (bool first = true; good && *at; first = false) {
    size_t length = strcspn(at, ",");
    if (!first && s->part != PART_ALL)
      text_add_char(out, '\n');
    good = show_code_by(s, arena_copy(s->common.arena, at, length), usual.flags, test, console, out, diag);
    at += length + (at[length] == ',');
  }
  return good;
}

// Whether a test in assembly can be made a program, of its own CPU.
static bool check_assembly(const ShowSettings *s, const Test *test, Diag *diag) {
  if (s->fence && strcmp(s->fence, "none") != 0)
    return diag_error(diag, "%s is in assembly: no fence is put between its instructions", test->name);
  return assembly_runs(test, diag);
}

// The C is compiled where it is copied to, so that nothing here says whether it can be.
static int export_tests(const ShowSettings *s, Diag *diag) {
  ExportOptions options = {
      .engine = s->run.engine, .fence = s->fence ? s->fence : "none", .cc = s->run.cc, .flags = s->run.cflags};
  Suite suite = tests_find(s->common.arguments, s->common.argument_count, NULL, s->common.arena, diag);
  for (unsigned i = 0; i < suite.count; i++)
    if (test_is_assembly(suite.tests[i]))
      check_assembly(s, suite.tests[i], diag);
    else if (tests_refused(suite.tests[i], diag->arena))
      diag_error(diag, "%s: no C is made of it: %s", suite.tests[i]->name, tests_refused(suite.tests[i], diag->arena));
  bool good = !diag->errors && export_write(s->folder, suite.tests, suite.count, &options, s->common.arena, diag);
  return good ? EXIT_OK : EXIT_USAGE;
}

static const Test *find_test(const ShowSettings *s, Diag *diag) {
  Suite suite = tests_find(s->common.arguments, 1, NULL, s->common.arena, diag);
  if (diag->errors)
    return NULL;
  if (suite.count != 1) {
    diag_error(diag, "'%s' names %u tests; show takes one", s->common.arguments[0], suite.count);
    return NULL;
  }
  return s->fence ? test_with_fence(suite.tests[0], s->fence, UINT64_MAX, s->common.arena) : suite.tests[0];
}

// Whether it is shown what the compiler is given of a test in assembly; if no more than that cannot be, the test is.
static bool shows_code(const ShowSettings *s, const Test *test, Diag *diag) {
  if (!test_is_assembly(test))
    return true;
  bool must = s->part == PART_C || s->part == PART_MACHINE_CODE || s->fence;
  bool here = cpu_here() && !strcmp(assembly_instructions(test, NULL)->arch, cpu_here()->name);
  if (must && !here)
    return diag_error(diag, "%s is in %s assembly, and this CPU is %s; --export writes a program for its own",
                      test->name, test->dialect->name, cpu_here() ? cpu_here()->name : "another");
  Diag quiet = {.arena = diag->arena};
  return here && check_assembly(s, test, must ? diag : &quiet);
}

static int show(const ShowSettings *s, const Console *console, Text *out, Diag *diag) {
  if (s->folder)
    return export_tests(s, diag);
  const Test *test = find_test(s, diag);
  if (!test)
    return EXIT_USAGE;
  if (!test_is_assembly(test) && tests_refused(test, diag->arena) && s->part != PART_TEST) {
    diag_error(diag, "%s: no C is made of it: %s; `--part test` shows the test", test->name,
               tests_refused(test, diag->arena));
    return EXIT_USAGE;
  }
  const char *reason = NULL;
  Engine engine = build_engine(test, s->run.engine, &reason);
  if (s->run.engine == ENGINE_PERPETUAL && engine != ENGINE_PERPETUAL) {
    diag_error(diag, "the perpetual engine cannot run this test: %s", reason);
    return EXIT_USAGE;
  }
  if (s->part == PART_TEST || s->part == PART_ALL) {
    heading(s, "the test", out);
    test_print(test, out);
  }
  if (s->part == PART_TEST || !shows_code(s, test, diag))
    return diag->errors ? EXIT_USAGE : EXIT_OK;
  if (s->part == PART_C || s->part == PART_ALL) {
    heading(s, arena_printf(s->common.arena, "the C, for the %s engine", engine_name(engine)), out);
    build_emit(test, s->run.engine, s->common.arena, out);
  }
  if (s->part == PART_MACHINE_CODE || s->part == PART_ALL)
    return show_machine_code(s, test, console, out, diag) ? EXIT_OK : EXIT_MACHINE;
  return EXIT_OK;
}

int command_show(int argc, char **argv, const Console *console) {
  ShowSettings settings = {.common.arena = arena_new(), .part = PART_ALL};
  int status = EXIT_OK;
  if (options_parse(&show_options, argc, argv, &settings, console, &status)) {
    Diag diag = {.arena = settings.common.arena};
    Text out = {0}, messages = {0};
    status = show(&settings, console, &out, &diag);
    fputs(text_string(&out), console->out);
    diag_format(&diag, &messages);
    fputs(text_string(&messages), console->err);
    text_free(&out);
    text_free(&messages);
  }
  arena_free(settings.common.arena);
  return status;
}
