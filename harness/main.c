// weakmem: see your CPU reorder memory, compare it with others, learn what order costs.
#include "harness/cli/command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Subcommands, in the order of the help.
static const Command commands[] = {
    {"list", "the tests that come with weakmem", command_list},
    {"topo", "the machine, and the placements that tests will use", command_topo},
    {0},
};

static volatile int stop;

static void on_signal(int signal) { stop = signal; }

// A first SIGINT or SIGTERM ends the run in good order; a second one ends it at once.
static void catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
}

static void print_help(FILE *out) {
  fputs("Usage: weakmem COMMAND [OPTION...] [ARGUMENT...]\n"
        "See your CPU reorder memory, judge what you see by memory models, and learn what order costs.\n\n",
        out);
  for (const Command *c = commands; c->name; c++)
    fprintf(out, "  %-9s %s\n", c->name, c->summary);
  fputs("\n`weakmem COMMAND --help` shows the options of one, with examples.\n", out);
}

int main(int argc, char **argv) {
  Console console = {.stop = &stop, .out = stdout, .err = stderr};
  if (argc < 2) {
    print_help(stderr);
    return EXIT_USAGE;
  }
  if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
    print_help(stdout);
    return EXIT_OK;
  }
  if (!strcmp(argv[1], "--version")) {
    puts("weakmem " WEAKMEM_VERSION);
    return EXIT_OK;
  }
  for (const Command *c = commands; c->name; c++)
    if (!strcmp(argv[1], c->name)) {
      catch_signals();
      char name[64];
      snprintf(name, sizeof name, "weakmem %s", c->name);
      argv[1] = name;
      int status = c->main(argc - 1, argv + 1, &console);
      if (fflush(stdout) || ferror(stdout)) {
        perror("weakmem: cannot write the output");
        return EXIT_MACHINE;
      }
      return status;
    }
  fprintf(stderr, "weakmem: no command '%s'; `weakmem --help` lists them\n", argv[1]);
  return EXIT_USAGE;
}
