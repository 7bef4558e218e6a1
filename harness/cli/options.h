// Options, the same way in every command: glibc's argp, without its exits.
//
// A command describes its options and a parser, calls options_parse, and returns *status where that says false.
//
//   static error_t parse(int key, char *text, struct argp_state *state) {
//     Settings *s = state->input;
//     switch (key) {
//     case 't': return option_unsigned(state, "--threads", text, 1, 64, &s->threads);
//     case ARGP_KEY_ARG: ...
//     default: return ARGP_ERR_UNKNOWN;
//     }
//   }
#pragma once
#include "harness/base/arena.h"
#include "harness/cli/command.h"
#include "harness/machine/topology.h"

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  const char *arguments; // as the usage line shows them: "[TEST|FILE]..."; NULL: the command takes none
  const char *summary;   // what it does; stands above the options
  const char *examples;  // stands below them, as it is written; NULL: none
  const struct argp_option *options;
  argp_parser_t parse; // state->input is the `input` of options_parse
} Options;

// True: go on. False: the command is done and returns *status: EXIT_OK after --help, EXIT_USAGE after an error, which
// was told on console->err.
bool options_parse(const Options *options, int argc, char **argv, void *input, const Console *console, int *status);

// The values of options. `name` is the option as the user writes it, "--threads". Each takes the whole text or none of
// it: 0, or EINVAL after an error such as "--threads: expected a number from 1 to 64, got 'x'".

error_t option_unsigned(struct argp_state *state, const char *name, const char *text, unsigned low, unsigned high,
                        unsigned *out);
// May end in k, M or G: thousands, millions, billions.
error_t option_count(struct argp_state *state, const char *name, const char *text, uint64_t low, uint64_t high,
                     uint64_t *out);
// Decimal, or hexadecimal after 0x: seeds.
error_t option_seed(struct argp_state *state, const char *name, const char *text, uint64_t *out);
// "0.1", "0.1s", "100ms" or "2min", from `low` to `high` seconds.
error_t option_seconds(struct argp_state *state, const char *name, const char *text, double low, double high,
                       double *out);
// The index of one of `names`, a NULL-terminated list.
error_t option_choice(struct argp_state *state, const char *name, const char *text, const char *const *names,
                      unsigned *out);
// "a,b,c": at least one item, none of them empty. Owned by the arena.
error_t option_list(struct argp_state *state, const char *name, const char *text, Arena *arena,
                    const char *const **items, unsigned *count);
// PUs: "0,2,4-7", in that order. Owned by the arena.
error_t option_pus(struct argp_state *state, const char *name, const char *text, Arena *arena, unsigned **pus,
                   unsigned *count);
// The name of a placement; `others` are what else the option takes, for the message: " or all".
error_t option_placement(struct argp_state *state, const char *name, const char *text, const char *others,
                         PlacementKind *out);
// A compiler's flags, in words as a shell reads them: whether they can be read.
error_t option_flags(struct argp_state *state, const char *name, const char *text, Arena *arena);
// An error of the command's own: "--until-witness: the test has no condition". Returns EINVAL.
error_t option_error(struct argp_state *state, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
