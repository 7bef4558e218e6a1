// What the mutants of a record's test say of what its run did not see. That a state would show as often as the mutant
// that shows least is a heuristic: Levine et al., "MC Mutants", ASPLOS 2023, section 3.4, reason so.
#pragma once
#include "harness/base/table.h"
#include "results/record.h"
#include "results/sheet.h"

typedef struct {
  unsigned count, shown;
  double rarest; // witnesses a second of the one that shows least; 0: none shows
  double missed; // e^-(rarest * seconds): how likely the run would have missed a state of that rate
} MutantScore;

MutantScore mutant_score(const Record *record);

// What a run must last for a state of the rarest rate to be missed no more often than 1 - `confidence`, which is
// below 1. 0: no mutant shows.
double mutant_seconds(const Record *record, double confidence);

// "these settings show 5 of 5 mutants, the rarest 41 times a second: had this state that rate, a run this long would
// miss it once in 10^9"; nothing where the record has no mutants.
void mutant_sentence(const Record *record, Text *out);

// ---- Of several records: which mutants each engine shows, and which are never shown, by shape

enum { MUTANT_ENGINES = 16, MUTANT_ANY = -1 };

typedef struct {
  const char *test, *what;
  unsigned shape;      // index into `shapes`
  uint32_t ran, shown; // a bit an engine: by index into `engines`
} MutantSeen;

// Each mutant counts once for each engine, however often that ran it: it is shown if one run shows it.
typedef struct {
  Arena *arena;
  Table engines, shapes, known; // a shape is a test's name up to its first '+': "MP"
  MutantSeen *seen;
  unsigned count;
  size_t capacity;
} MutantTally;

typedef struct {
  unsigned count, shown;
} MutantCount;

MutantTally mutant_tally_new(Arena *arena);
// Of the records that have mutants; their texts are copied. Engines beyond MUTANT_ENGINES are left out.
void mutant_tally_add(MutantTally *tally, const Record *record);
// Of one engine and one shape, by their indices, or of MUTANT_ANY.
MutantCount mutant_tally_count(const MutantTally *tally, int engine, int shape);
// "lockstep shows 12 of 15, perpetual 20 of 20", and what it means if none is shown; nothing if there are none.
void mutant_tally_sentence(const MutantTally *tally, Text *out);
// "MP 2 of 4, LB 4 of 4": the mutants that no engine shows, of those of their shape. Nothing if each is shown.
void mutant_tally_never(const MutantTally *tally, Text *out);
// engine, shape, mutants, shown: a row for each engine and shape that has some, in `arena`.
Sheet *mutant_tally_sheet(const MutantTally *tally, Arena *arena);
