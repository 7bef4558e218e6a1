// Test -> Program.
#pragma once
#include "arch/cpus.h"
#include "harness/event/program.h"
#include "harness/lang/test.h"

typedef struct {
  const char *const *features; // of the CPU, NULL-terminated; NULL: its own, as arch/ has them
  unsigned unroll;             // turns of each loop; 0: LOWER_UNROLL
} LowerOptions;

// Enough for a compare-exchange loop of two or three threads to end in each of its ways.
enum { LOWER_UNROLL = 4 };

// Lowers a test for a model: by the mapping of its dialect to the model's CPU; the events of a language's model are the
// operations themselves. Operands are evaluated from left to right, but for C11's model in every order that C leaves
// open (C17 6.5p3): each of up to four operands of one expression that access memory may come at any place among them,
// more of them from left to right or from right to left. NULL with an error in `diag` where it cannot be (a fence the
// CPU does not have). `options` may be NULL. The program points into the test and its source, and lives in `arena`.
Program *program_from_test(const Test *test, const Model *model, const LowerOptions *options, Arena *arena, Diag *diag);
