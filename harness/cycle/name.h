// What the field calls a cycle: "MP", "SB+rfi-pos", "2+2W+fencesc+po".
#pragma once
#include "harness/cycle/cycle.h"

// Turns the cycle so that it begins where its name does. Two cycles are the same program up to names if and only if
// they are then the same edges.
void cycle_turn(Cycle *cycle);

// The name of a turned cycle, as diy7 makes it: the family, by the accesses that threads begin and end with, then what
// is between them, thread by thread, then how lone accesses are made. In `arena`.
const char *cycle_name(const Cycle *cycle, Arena *arena);
