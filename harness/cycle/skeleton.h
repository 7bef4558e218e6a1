// What matters of a test's accesses when it is compared with a cycle: their order, how they are made, what stands
// between them, and what its condition asks of their values.
#pragma once
#include "harness/cycle/cycle.h"
#include "harness/event/program.h"
#include "harness/lang/test.h"

#include <stdint.h>

typedef enum { TOUCH_READ, TOUCH_WRITE, TOUCH_UPDATE } TouchKind;

enum { TOUCHES = 63 }; // of a thread, and of a test: sets of them are bits

// An access on the way that leads to the condition's state. Numbers of touches are those of the test.
typedef struct {
  TouchKind kind;
  const Annotation *annotation;
  const Annotation *write_annotation; // TOUCH_UPDATE: of its write
  const Update *update;               // TOUCH_UPDATE
  const FenceWord *fence;             // between it and the touch before it; NULL: none
  unsigned thread, location;
  bool asked;                      // the condition says what is read
  Value read, written;             // by such as do
  uint64_t address, data, control; // the touches that these depend on
} Touch;

typedef struct {
  Touch touches[TOUCHES];
  unsigned count;
  unsigned first[LIMIT_THREADS + 1]; // of each thread; behind them the count
  bool has_final[LIMIT_LOCATIONS];   // the condition says what the location holds in the end
  Value final[LIMIT_LOCATIONS];
} Skeleton;

// What a test's condition asks of registers: by thread.
typedef struct {
  bool has_registers[LIMIT_THREADS][LIMIT_REGISTERS];
  Value registers[LIMIT_THREADS][LIMIT_REGISTERS];
} Asked;

// Fills what is asked of locations, too. NULL, or a sentence that says why the condition is no cycle's.
const char *skeleton_ask(const Test *test, Asked *asked, Skeleton *out);

// Of a test in a dialect of C. NULL, or a sentence that says what is in the test that no cycle says.
const char *skeleton_of_test(const Test *test, const Vocabulary *words, Skeleton *out);
// The same of a test in a CPU's assembly, whose program it is.
const char *skeleton_of_code(const Test *test, const Program *program, const Vocabulary *words, Skeleton *out);
// Of the program that has the cycle for its condition. NULL, or a sentence that says why there is none.
const char *skeleton_of_cycle(const Cycle *cycle, Skeleton *out);
