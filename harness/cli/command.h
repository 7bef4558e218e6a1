// The subcommands: one file each, options in, one call, text out.
#pragma once
#include "harness/base/stop.h"

#include <stdbool.h>
#include <stdio.h>

struct Options;

typedef struct {
  const Stop *stop; // non-zero after SIGINT or SIGTERM: finish what is in flight, print it, end
  FILE *out, *err;  // data; everything else
  // Is told of a command's options in place of the command being done; NULL: it is done.
  void (*instead)(const struct Options *options, int argc, char **argv, FILE *out);
} Console;

enum { EXIT_OK = 0, EXIT_FORBIDDEN = 1, EXIT_USAGE = 2, EXIT_MACHINE = 3 };

typedef struct {
  const char *name;
  const char *summary;                                        // one line for `weakmem --help`
  int (*main)(int argc, char **argv, const Console *console); // argv[0] is "weakmem NAME"
  bool orderly; // looks at `stop`, and at what could not be written; else signals and closed pipes end it as they end
                // others
} Command;

int command_run(int argc, char **argv, const Console *console);
int command_campaign(int argc, char **argv, const Console *console);
int command_predict(int argc, char **argv, const Console *console);
int command_check(int argc, char **argv, const Console *console);
int command_relax(int argc, char **argv, const Console *console);
int command_fences(int argc, char **argv, const Console *console);
int command_cost(int argc, char **argv, const Console *console);
int command_compare(int argc, char **argv, const Console *console);
int command_records(int argc, char **argv, const Console *console);
int command_share(int argc, char **argv, const Console *console);
int command_import(int argc, char **argv, const Console *console);
int command_report(int argc, char **argv, const Console *console);
int command_gen(int argc, char **argv, const Console *console);
int command_show(int argc, char **argv, const Console *console);
int command_list(int argc, char **argv, const Console *console);
int command_topo(int argc, char **argv, const Console *console);
