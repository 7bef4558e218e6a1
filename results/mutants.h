// What the mutants of a record's test say of what its run did not see. That a state would show as often as the mutant
// that shows least is a heuristic: Levine et al., "MC Mutants", ASPLOS 2023, section 3.4, reason so.
#pragma once
#include "results/record.h"

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
