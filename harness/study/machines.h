// Machines side by side, judged: what a comparison of records needs of the models.
#pragma once
#include "harness/base/stop.h"
#include "harness/lang/suite.h"
#include "results/compare.h"

// Judges each cell that no record judged and whose test the suite has (by digest, where the record has one; as
// "SB+po+fence" too): whether the CPU's model allows what the condition asks for. `stop` ends it early.
void machines_judge(Comparison *comparison, Arena *arena, const Stop *stop);
