// What a run means: what this CPU's model says of the condition, beside what was seen.
#pragma once
#include "results/record.h"

// How often a state was seen that the condition asks for: a witness, of a `forall` what contradicts it, without a
// condition what is weak.
uint64_t meaning_seen(const Record *record);
// Whether something was seen that one looks for first: what the condition asks for, a weak state, or one that should
// not be; or whether the run has no condition, or was not done.
bool meaning_is_notable(const Record *record);

// The model of the record's own CPU: "x86-tso"; "" if it has none.
const char *meaning_model(const Record *record);
// What that says of the condition, in a word: "allows", "forbids", "requires" (a `forall`); "" if it says nothing.
const char *meaning_word(const Record *record);

// Whether threads took turns, so that few of them ran at once; on how many PUs in *pus. Threads that share PUs as a
// crew do not: its arrangement has those that conflict run at once.
bool meaning_took_turns(const Record *record, unsigned *pus);

// One sentence, without its full stop: "x86-tso forbids it; aarch64, riscv, power allow it". Nothing where no model
// says anything.
void meaning_add(const Record *record, Text *out);
