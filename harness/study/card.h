// The card of a machine: which orders of a program it keeps, by what was seen and by its model, derived from the tests.
#pragma once
#include "harness/study/program_order.h"
#include "results/record.h"

// One run and its test, with its fence.
typedef struct {
  const Test *test;
  const Record *record;
} CardRun;

typedef enum {
  CARD_UNKNOWN, // no test tells
  CARD_PERHAPS, // a state was seen that comes about by this order or by another
  CARD_KEPT,    // in what ran; the model forbids the other order
  CARD_BROKEN   // seen in the other order; the model allows it
} CardAnswer;

typedef struct {
  ProgramOrder order;
  CardAnswer seen, model;
  // The run that shows it most clearly, if it was seen, or perhaps was. Else the runs that would have shown it, their
  // threads each on a PU of its own.
  const Record *best;
  unsigned runs;
  uint64_t iterations;
  unsigned turns; // runs of which nothing follows, since their threads took turns on too few PUs
} CardRow;

typedef struct {
  CardRow rows[PO_COUNT]; // of the orders that some test is about
  unsigned count;
} Card;

// If a state was seen, or is allowed, that goes against several orders, one of them was not kept: which, is known if
// the model keeps all others. If it was not seen, or is forbidden, all of them were kept. `stop` ends it early.
Card card_of(const CardRun *runs, unsigned count, const Stop *stop, Arena *arena);
