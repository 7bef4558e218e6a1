// A comparison: records of several machines, added up by machine and test as they are read, and what differs between
// them. It holds a row for each test, a cell for each machine that has it, and of each record at most a hash.
#pragma once
#include "harness/base/table.h"
#include "results/compare_nodes.h"
#include "results/mutants.h"
#include "results/objects.h"
#include "results/records.h"
#include "results/view.h"

#include <stdio.h>

// What the model of a machine's CPU says of what the test's condition asks for: of its witnesses, of `forall` of what
// contradicts it, and without a condition of weak states.
typedef enum {
  COMPARE_UNKNOWN, // nobody has judged it
  COMPARE_ALLOWED, // or C11-undefined, in which case nothing is forbidden
  COMPARE_FORBIDDEN,
  COMPARE_UNMODELLED // the architecture has no model here, or the model does not cover what the test does
} CompareVerdict;

// How a way of running a test was run, for those who want to trace a figure: Comparison.keep.
typedef struct {
  char first[36], last[36]; // when the earliest and the latest of its runs started (RFC 3339); "" where no record says
  const char *settings;     // of the first that was read: "copies 1, delay 0"
  const char *pus;          // "0,1"
  const char *weakmem;      // its version
  // A state that should not have been seen, and the model that forbids it; "" where there was none.
  const char *forbidden_state, *forbidden_by;
  uint64_t seed;
  double seconds; // all its runs together
} CompareRun;

// One way of running a test: engine, actors, placement and PUs (RECORD_WAY). Shares are compared like with like.
typedef struct CompareWay {
  struct CompareWay *next;
  CompareRun *run;           // NULL unless Comparison.keep
  uint64_t iterations, seen; // saturating
  double mean, squares;      // of the runs' asin(sqrt(share)): mean, and sum of squared distances from it (Welford)
  uint64_t first_run;        // what tells the first of them from others
  unsigned label;            // index into Comparison.labels
  unsigned runs;
} CompareWay;

typedef struct CompareState {
  struct CompareState *next;
  const char *state;
  uint64_t count;
  bool asked; // the condition asks for it
  CompareVerdict verdict;
  const unsigned char *said; // what records say of it, model by model: compare_said. NULL: nothing
} CompareState;

typedef struct {
  unsigned row, column;
  bool conditional; // the test has a condition; else there is nothing to count but iterations
  bool predicted;   // a model's states, not counts: herd7's
  bool predicts;    // ... among them what the condition asks for
  CompareVerdict verdict;
  // Of records that tell their test by its name alone, as published and imported ones do: what they ask for. NULL where
  // a record has the test's digest.
  const char *condition;
  CompareWay way;       // and those behind it
  CompareState *states; // in order; of the test that was asked for alone, or of all: Comparison.keep
  unsigned state_count;
  unsigned next; // comparison_next
} CompareCell;

typedef struct {
  const char *test, *fence;       // "none" is "none"
  uint64_t digest;                // the first 64 bits of the test's; 0: no record says
  bool again;                     // another test of the same name has a row before it
  unsigned first;                 // comparison_first
  const char *family, *condition; // as the first record has them; NULL unless Comparison.keep
} CompareRow;

typedef struct {
  const char *group, *operation, *context; // the group is "" where none is said
  double ns, cycles, spread;               // 0 where not said
  bool stable;
} CompareCost;

// A fence ladder ("weakmem.fences/1") as it was read: one object.
typedef struct CompareLadder {
  struct CompareLadder *next;
  RecordLadder ladder;
  const char *json; // its line
} CompareLadder;

// A column: a machine, and the compiler whose code it ran, with its flags.
typedef struct {
  uint64_t key;      // of the machine
  uint64_t compiled; // of the compiler
  Identity machine;
  const char *compiler_path, *compiler_version, *compiler_flags; // "" where no record says
  const char *file;                                              // where its records were read from
  const char *source, *program;                                  // other people's figures; "" in ours
  const char *model;                                             // of its CPU; NULL where it has none here
  bool known_arch;                                               // its architecture is named
  bool own;                                                      // this machine's own records
  bool predicted;                                                // herd7's: no machine at all
  bool twice;                                                    // the same machine has another column
  bool room_varies[ROOM_COUNT];                                  // its records do not agree on it
  unsigned long records;
  unsigned cells;
  CompareCost *costs;
  size_t cost_count, cost_capacity;
  double cost_ghz;        // of the clock that `cycles` counts; 0 where not said
  CompareLadder *ladders; // in the order they were read
  unsigned ladder_count;
  MutantTally mutants; // that were run for what it never showed
} CompareMachine;

typedef struct Comparison {
  Arena *arena;
  const char *test; // keep this one's states; NULL: of none
  const char *also; // ... and those of this one; NULL: of no other
  bool keep;        // keep what a page shows: all tests' states, and how each was run
  const char *file; // being read
  bool own;
  unsigned first_of_file; // column
  CompareMachine *machines;
  unsigned machine_count;
  size_t machine_capacity;
  CompareRow *rows;
  unsigned row_count;
  size_t row_capacity;
  CompareCell *cells;
  unsigned cell_count;
  size_t cell_capacity;
  const char **labels;
  unsigned label_count;
  size_t label_capacity;
  Table row_table, label_table;
  Nodes nodes;          // of campaigns: what each counted
  NodeFindings found;   // by comparison_finish: how they differ
  Table again_table;    // what tells records apart that are not the first of their way
  unsigned long beyond; // records of machines beyond COMPARE_MACHINES
  unsigned long empty;  // records that counted nothing
  unsigned long again;  // records that a column had already: the same run, not another
  unsigned long kept_states, kept_runs;
  unsigned long unkept; // states and runs beyond COMPARE_KEPT_STATES and COMPARE_KEPT_RUNS, and ladders
} Comparison;

enum {
  COMPARE_MACHINES = 256,
  COMPARE_STATES = 4096, // of a cell
  COMPARE_COSTS = 512,
  COMPARE_LADDERS = 256, // of a machine
  COMPARE_KEPT_ROWS = 20000,
  COMPARE_KEPT_STATES = 400000,
  COMPARE_KEPT_RUNS = 60000
};

// An empty one, whose `test` and `keep` may be set before anything is added. comparison_free frees what is not the
// arena's.
Comparison comparison_new(Arena *arena);
void comparison_free(Comparison *comparison);
// The column of a record's machine and compiler in the file that is being read; UINT_MAX if there are too many.
unsigned comparison_column(Comparison *comparison, const Record *record, bool predicted);
// What is added from now on was read from there. The same machine in two files is two columns, and so are two
// compilers.
void comparison_file(Comparison *comparison, const char *name, bool own);
void comparison_add(Comparison *comparison, const Record *record);
// The line of a cost object or of a fence ladder. False, with what is wrong, if it is none or is damaged; then none of
// it is kept.
bool comparison_add_cost(Comparison *comparison, const char *line, size_t length, FieldsFault *fault);
bool comparison_add_fences(Comparison *comparison, const char *line, size_t length, FieldsFault *fault);
// A node that differs from its kind, as a sentence without its end.
void compare_odd_node(const Comparison *comparison, const NodeOdd *odd, Text *out);
// What of `found` is not named, and how it was compared; nothing where no nodes were.
void compare_nodes_note(const Comparison *comparison, Text *out);
void compare_nodes_text(const Comparison *comparison, const SheetStyle *style, FILE *out);
// Objects of "spreads" and "odd".
Sheet *compare_nodes_sheet(const Comparison *comparison, Arena *arena);
// After the last of them: costs and ladders that stand in a file of their own join the machine's column.
void comparison_finish(Comparison *comparison);

// Whether the row is of a test whose states are kept.
bool comparison_is_asked(const Comparison *comparison, unsigned row);
// NULL: that machine has no record of that test.
const CompareCell *comparison_cell(const Comparison *comparison, unsigned row, unsigned column);
// The cells of a row, in the order of their columns, and NULL.
const CompareCell *comparison_first(const Comparison *comparison, unsigned row);
const CompareCell *comparison_next(const Comparison *comparison, const CompareCell *cell);
// What the machine's model says, if no record does. Of a cell of this comparison.
void comparison_set_verdict(Comparison *comparison, const CompareCell *cell, CompareVerdict verdict);
// The state of that name; NULL if the cell has none.
const CompareState *compare_state(const CompareCell *cell, const char *name);
// The cell's states, what tells most first: forbidden, asked for, seen most.
const CompareState **compare_cell_states(const CompareCell *cell, Arena *arena);
// The states that any machine has of a row, sorted, each once, `*count` of them: of each machine those `most` that tell
// most.
const char *const *compare_row_states(const Comparison *comparison, unsigned row, unsigned most, unsigned *count,
                                      Arena *arena);
// Whether two columns are the same machine; and the same compiler too.
bool comparison_same_machine(const CompareMachine *a, const CompareMachine *b);
bool comparison_same_compiler(const CompareMachine *a, const CompareMachine *b);
// Whether one of the first so many columns is that record's machine.
bool comparison_has_machine(const Comparison *comparison, unsigned columns, const Record *record);

// What was seen of what the condition asks for, over all ways.
uint64_t compare_seen(const CompareCell *cell);
uint64_t compare_iterations(const CompareCell *cell);
unsigned compare_runs(const CompareCell *cell);
// The largest share among its ways; 0 where nothing was seen.
double compare_share(const CompareCell *cell);

const char *compare_verdict_name(CompareVerdict verdict);
// What records say of a state by the model of model_all[model]: "allowed", "forbidden", "undefined", "unmodelled"; ""
// where none does. That of sc is made of `weak`.
const char *compare_said(const CompareState *state, unsigned model);
// "AMD EPYC (x86_64, 2 cores, kvm)".
void compare_machine_name(const CompareMachine *machine, Text *out);
// "cc (Debian 12.2.0-14) 12.2.0 -O2"; nothing if it is not known.
void compare_compiler_name(const CompareMachine *machine, Text *out);
// Text of records, which may hold what a terminal would act on: that is shown as '?'.
void compare_printable(const char *text, Text *out);
// "SB", "SB with mfence"; the same in the arena.
void compare_row_name(const CompareRow *row, Text *out);
const char *compare_row_title(const CompareRow *row, Arena *arena);

// What differs between the machines in one row, as a sentence: "MP: seen on the ARM machines; forbidden and not seen on
// the x86 machine". False where nothing does.
bool compare_difference(const Comparison *comparison, unsigned row, Text *out);

// ---- The same machine twice: another time, or by another compiler

typedef enum { CHANGE_NONE, CHANGE_SIGNIFICANT, CHANGE_UNTOLD } ChangeKind;

// A test that one machine has in two columns, run in the same way. The column before is one of the same compiler, else
// the machine's first.
typedef struct {
  unsigned row, before, after; // columns
  unsigned label;
  unsigned runs_before, runs_after;
  double share_before, share_after;
  double p;    // before correction; 1 unless tested
  bool tested; // both sides have CHANGE_RUNS, and one saw something
  ChangeKind kind;
} Change;

typedef struct {
  Change *changes;
  unsigned count, significant, untold;
  unsigned moved;  // of those untold: seen on one side alone, or more than twice as often
  unsigned unlike; // tests that both sides have and ran in other ways, so that nothing can be set side by side
} Changes;

enum { CHANGE_RUNS = 3 }; // that either side needs for its spread to be known

// Iterations of one run are not independent, so that counts alone cannot tell noise from change: runs that were
// repeated can. Where both sides have CHANGE_RUNS or more, their shares p are compared as asin(sqrt(p)), which makes
// the variance independent of the share, by Welch's t test (Biometrika 34, 1947); a side's variance is taken to be at
// least that of independent iterations, 1/4N. Over all tests together at most 5 % are called changed by chance
// (Holm, Scand. J. Statistics 6, 1979). Lives in the comparison's arena.
Changes comparison_changes(const Comparison *comparison);

// ---- Views

typedef struct {
  SheetStyle style;
  bool all; // also tests that a single machine has
} CompareStyle;

void compare_text(const Comparison *comparison, const Changes *changes, const CompareStyle *style, FILE *out);
// One test's histograms side by side: Comparison.test.
void compare_histograms(const Comparison *comparison, const CompareStyle *style, FILE *out);
// One object, "weakmem.compare/1".
void compare_json(const Comparison *comparison, const Changes *changes, FILE *out);
void compare_tsv(const Comparison *comparison, FILE *out);
