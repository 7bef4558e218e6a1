// What a fence ladder's figures come to: the parts that work on figures alone.
#pragma once
#include "harness/study/ladder_rows.h"

// Of fences whose costs are no farther apart than this, as a share of the lesser, one of C11 is the answer.
#define LADDER_CLOSE 0.15

// Whether it is the name of membarrier(2).
bool ladder_is_heavy(const Ladder *ladder, const char *fence);
// What each row has to say about model and machine.
void ladder_note(Ladder *ladder);
// Fills `sorted`.
void ladder_sort(Ladder *ladder);
// Fills `answers`; with nothing where the ladder was interrupted.
void ladder_choose(Ladder *ladder);
// The answer, in sentences; lines of any length, each ended.
void ladder_answer(const Ladder *ladder, Text *out);
