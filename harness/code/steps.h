// What instructions do, as instructions of the event program: the steps of a row, carried out. Private to code.
#pragma once
#include "harness/code/reading.h"
#include "harness/code/row.h"

// Carries out one instruction. False, reported, where it cannot.
bool code_carry_out(Reading *t, const RowMatch *match);
// The same for a call of one of CodeThread.idle, which returns 0.
bool code_call_idle(Reading *t);
