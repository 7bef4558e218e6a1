// What instructions do, as instructions of the event program: the steps of a row, carried out. Private to code.
#pragma once
#include "harness/code/reading.h"
#include "harness/code/row.h"

// Carries out one instruction. False, reported, where it cannot.
bool code_carry_out(Reading *t, const RowMatch *match);
