// Options, the same way in every command: a table of rows, read by glibc's argp without its exits.
//
//   typedef struct {
//     Common common;
//     unsigned threads;
//   } Settings;
//   static const Option table[] = {
//       {"threads", 't', "N", "How many", OPTION_UNSIGNED, .place = offsetof(Settings, threads), .low = 1, .high = 64},
//       OPTION_QUIET("No warnings"),
//       {0}};
#pragma once
#include "harness/base/arena.h"
#include "harness/cli/command.h"
#include "harness/machine/placement.h"

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  OPTION_FLAG,      // bool
  OPTION_TEXT,      // const char *
  OPTION_UNSIGNED,  // unsigned, from low to high
  OPTION_COUNT,     // uint64_t, from low to high
  OPTION_SEED,      // uint64_t
  OPTION_SECONDS,   // double, from low to high
  OPTION_CHOICE,    // unsigned: the index of one of `choices`
  OPTION_FORMAT,    // Common.format, the same; `markdown` is text, with Common.markdown
  OPTION_FLAGS,     // const char *: a compiler's flags
  OPTION_TEXTS,     // TextList: one more each time
  OPTION_PUS,       // Common.pus
  OPTION_PLACEMENT, // Common.placement
  OPTION_LIST,      // TextList: items between commas, each one of `choices` where there are any
  OPTION_OWN        // `read` takes it
} OptionKind;

typedef struct Option { // NOLINT(clang-analyzer-optin.performance.Padding): the order is that of the rows
  const char *name;     // without dashes
  char letter;          // 0: none
  const char *arg;      // as the help names its value; NULL: it has none
  const char *doc;
  OptionKind kind;
  size_t place; // of its value in the command's settings: offsetof
  const char *const *choices;
  double low, high;
  error_t (*read)(struct argp_state *state, const char *name, const char *text, void *settings);
} Option;

// What many commands are told. Their settings begin with it.
typedef struct {
  Arena *arena;
  char **arguments;
  unsigned argument_count;
  size_t argument_capacity;
  unsigned format;    // index into the choices of --format
  bool markdown;      // FORMAT_TEXT, with its tables in Markdown
  const char *output; // NULL: none
  bool quiet;
  unsigned *pus; // NULL: not said
  unsigned pu_count;
  PlacementKind placement; // if `placed`
  bool placed;
} Common;

// NOLINTBEGIN(bugprone-macro-parentheses): they are initialisers, and names of types
#define OPTION_COMMON_FORMAT(names, text)                                                                              \
  { "format", 'f', "FORMAT", text, OPTION_FORMAT, .place = offsetof(Common, format), .choices = (names) }
#define OPTION_COMMON_OUTPUT(text)                                                                                     \
  { "output", 'o', "FILE", text, OPTION_TEXT, .place = offsetof(Common, output) }
#define OPTION_COMMON_QUIET(text)                                                                                      \
  { "quiet", 'q', NULL, text, OPTION_FLAG, .place = offsetof(Common, quiet) }
#define OPTION_COMMON_PLACEMENT                                                                                        \
  { "placement", 'p', "NAME", "Where threads sit; `weakmem topo` lists them", OPTION_PLACEMENT, .place = 0 }
#define OPTION_COMMON_PUS                                                                                              \
  { "pus", 0, "LIST", "Or the PUs themselves, in turn: 0,2 or 0-3", OPTION_PUS, .place = 0 }
// Of how tests are compiled: `run` is a RunOptions in the settings.
#define OPTION_COMPILER(Settings, run)                                                                                 \
  {"cc", 0, "CC", "The compiler (default: $CC, cc, gcc or clang)", OPTION_TEXT, .place = offsetof(Settings, run.cc)},  \
  {                                                                                                                    \
    "cflags", 0, "FLAGS", "Its flags (default -O2)", OPTION_FLAGS, .place = offsetof(Settings, run.cflags)             \
  }
#define OPTION_COMMON_SEED(Settings, run)                                                                              \
  {                                                                                                                    \
    "seed", 0, "N", "Repeat the choices of the run that had this seed", OPTION_SEED,                                   \
        .place = offsetof(Settings, run.seed)                                                                          \
  }
// NOLINTEND(bugprone-macro-parentheses)

// The formats of --format that most commands have.
enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_TSV };
extern const char *const option_formats[];

typedef struct Options Options;

// One of the commands within a command: `weakmem campaign plan`.
typedef struct {
  const char *name;
  const Options *options;
} Subcommand;

struct Options {
  const char *arguments; // as the usage line shows them: "[TEST|FILE]..."; NULL: the command takes none
  const char *summary;   // what it does; stands above the options
  const char *examples;  // stands below them, as it is written; NULL: none
  const Option *table;   // ended by a row without a name
  // What contradicts each other, or is missing: after all of them were read. NULL: nothing is looked at.
  error_t (*check)(struct argp_state *state, void *settings);
  const Subcommand *subcommands; // what its first argument is one of, ended by a row without a name; NULL: it is any
};

// True: go on. False: the command is done and returns *status: EXIT_OK after --help or console->instead, EXIT_USAGE
// after an error, which was told on console->err.
bool options_parse(const Options *options, int argc, char **argv, void *settings, const Console *console, int *status);

// The values of options. `name` is the option as the user writes it, "--threads". Each takes the whole text or none of
// it: 0, or EINVAL after an error such as "--threads: expected a number from 1 to 64, got 'x'".

error_t option_unsigned(struct argp_state *state, const char *name, const char *text, unsigned low, unsigned high,
                        unsigned *out);
// May end in k, M or G: thousands, millions, billions.
error_t option_count(struct argp_state *state, const char *name, const char *text, uint64_t low, uint64_t high,
                     uint64_t *out);
// Decimal, or hexadecimal after 0x: seeds.
error_t option_seed(struct argp_state *state, const char *name, const char *text, uint64_t *out);
// "0.1", "0.1s", "100ms", "2min" or "1h", from `low` to `high` seconds.
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
