// weakmem: see your CPU reorder memory, compare it with others, learn what order costs.
#include "harness/base/suggestion.h"
#include "harness/base/time.h"
#include "harness/cli/complete.h"
#include "harness/cli/manual.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Subcommands, in the order of the help.
static const Command commands[] = {
    {"run", "run tests on this machine: how often each state was seen", command_run, true},
    {"campaign", "many machines: plan, tasks for Slurm or make, status, one file of it", command_campaign, true},
    {"predict", "what each memory model allows", command_predict, true},
    {"check", "what compilers make of a test, against what C11 allows", command_check, true},
    {"gen", "tests from cycles, and the cycle that a test is", command_gen, true},
    {"show", "the test, the C made from it, and each thread's machine code", command_show, false},
    {"fences", "the fence ladder of a test: what each fence costs, forbids and hides", command_fences, true},
    {"relax", "the weakest orders with which nothing forbidden can happen", command_relax, true},
    {"cost", "what barriers and atomics cost here", command_cost, true},
    {"compare", "machines side by side: yours, others', and published figures", command_compare, false},
    {"records", "what `run` kept of this machine: list it, drop it", command_records, false},
    {"report", "a page to look at: machines, tests, histograms, fences and costs", command_report, true},
    {"share", "what a machine showed as a block of text, to be pasted into an issue", command_share, false},
    {"import", "litmus7's and herd7's logs, and what was shared, as records", command_import, false},
    {"list", "the tests that come with weakmem", command_list, false},
    {"topo", "the machine, and the placements that tests will use", command_topo, false},
    {0},
};

static Stop stop;
static bool pipe_ends_it;      // SIGPIPE was not ignored when the program began
static _Atomic double stopped; // time_seconds when it was set; 0: it is not

// timeout(1) signals the program and then its group: what comes so soon after the first is the same wish.
static const double ECHO_SECONDS = 0.2;

static void on_signal(int number) {
  double none = 0, now = time_seconds();
  if (atomic_compare_exchange_strong(&stopped, &none, now)) {
    stop = number;
  } else if (now - none >= ECHO_SECONDS) {
    signal(number, SIG_DFL);
    raise(number);
  }
}

// A first SIGINT, SIGTERM or SIGHUP ends the run in good order; a second one ends it at once.
static void catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  struct sigaction before;
  if (!sigaction(SIGHUP, NULL, &before) && before.sa_handler != SIG_IGN) // nohup(1) means it
    sigaction(SIGHUP, &action, NULL);
  pipe_ends_it = signal(SIGPIPE, SIG_IGN) == SIG_DFL;
}

// Standard output that nobody reads any more, as after `| head`, ends the program as it ends others, after all that was
// to be kept was kept.
static void end_with_reader(void) {
  struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
  if (!pipe_ends_it || poll(&out, 1, 0) <= 0 || !(out.revents & (POLLERR | POLLHUP)))
    return;
  signal(SIGPIPE, SIG_DFL);
  raise(SIGPIPE);
}

// Where a standard stream is closed the next file opened would take its place, and its output.
static void fill_standard_streams(void) {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
    if (fcntl(stream, F_GETFD) < 0)
      (void)!open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY); // so that its use still fails
}

static void print_help(FILE *out) {
  fputs("Usage: weakmem COMMAND [OPTION...] [ARGUMENT...]\n"
        "See your CPU reorder memory, judge what you see by memory models, and learn what order costs.\n\n",
        out);
  for (const Command *c = commands; c->name; c++)
    fprintf(out, "  %-9s %s\n", c->name, c->summary);
  fputs("\n`weakmem help COMMAND` shows the options of one, with examples; `weakmem --version` the version.\n", out);
}

static const Command *command_named(const char *name) {
  for (const Command *c = commands; c->name; c++)
    if (!strcmp(name, c->name))
      return c;
  return NULL;
}

static int refuse_command(const char *name) {
  Arena *arena = arena_new();
  Suggestion suggestion = suggestion_for(name);
  for (const Command *c = commands; c->name; c++)
    suggestion_try(&suggestion, c->name);
  fprintf(stderr, "weakmem: no command '%s'%s; `weakmem --help` lists them\n", name,
          suggestion_text(&suggestion, arena));
  arena_free(arena);
  return EXIT_USAGE;
}

static int start(const Command *command, int argc, char **argv, const Console *console) {
  char name[64];
  snprintf(name, sizeof name, "weakmem %s", command->name);
  argv[0] = name;
  return command->main(argc, argv, console);
}

// `weakmem complete WORD...`, for shells: what can stand in place of the last word.
static int complete(int argc, char **argv, Console *console) {
  const char *first = argc > 0 ? argv[0] : "";
  for (const Command *c = commands; argc <= 1 && c->name; c++)
    if (!strncmp(c->name, first, strlen(first)))
      printf("%s\t%s\n", c->name, c->summary);
  const Command *command = argc > 1 ? command_named(first) : NULL;
  console->instead = complete_words;
  return command ? start(command, argc, argv, console) : EXIT_OK;
}

// `weakmem manual COMMAND`, for packages: its page.
static int manual(int argc, char **argv, Console *console) {
  const Command *command = argc == 1 ? command_named(argv[0]) : NULL;
  if (!command)
    return refuse_command(argc ? argv[0] : "");
  console->instead = manual_page;
  return start(command, argc, argv, console);
}

// Memory that a test's arenas give back is soon asked for again: to return it to the system each time takes as long as
// to judge a test by all models.
static void keep_memory(void) {
  enum { KEPT = 64 << 20 }; // bytes
#ifdef M_TRIM_THRESHOLD
  mallopt(M_TRIM_THRESHOLD, KEPT);
#endif
}

int main(int argc, char **argv) {
  static char help[] = "--help";
  char *of_command[] = {argv[0], argc > 2 ? argv[2] : NULL, help, NULL};
  // `weakmem help run`, and `weakmem --help run`, are `weakmem run --help`.
  if (argc == 3 && (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help")))
    argv = of_command;
  const Command *command = argc < 2 ? NULL : command_named(argv[1]);
  if (command && command->orderly) // before all else: what comes earlier ends it without a word
    catch_signals();
  keep_memory();
  fill_standard_streams();
  Console console = {.stop = &stop, .out = stdout, .err = stderr};
  if (argc < 2) {
    print_help(stderr);
    return EXIT_USAGE;
  }
  if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
    print_help(stdout);
    return EXIT_OK;
  }
  if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
    puts("weakmem " WEAKMEM_VERSION);
    return EXIT_OK;
  }
  int status = command                        ? start(command, argc - 1, argv + 1, &console)
               : !strcmp(argv[1], "complete") ? complete(argc - 2, argv + 2, &console)
               : !strcmp(argv[1], "manual")   ? manual(argc - 2, argv + 2, &console)
                                              : refuse_command(argv[1]);
  if (fflush(stdout) || ferror(stdout)) {
    end_with_reader();
    fputs("weakmem: cannot write all of the output\n", stderr);
    return EXIT_MACHINE;
  }
  return status;
}
