// What is on the page, as data.
#pragma once
#include "harness/base/stop.h"
#include "results/compare.h"

enum {
  PAGE_CELLS = 30000, // beyond these, tests are left out and the page says so: what browsers open in good time
  PAGE_BYTES = 64 << 20,
  PAGE_STATES = 256 // of a test; the rest are counted
};

// A state of a test, and what each model says of it: a letter a model, in the order of model_all. a: allowed,
// f: forbidden, t: forbidden by RC11's no-thin-air axiom alone, u: undefined, m: unmodelled, ?: not decided,
// -: the model does not speak of the test.
typedef struct {
  const char *state;
  bool asked; // the condition asks for it
  const char *verdicts;
} PageState;

// What is known of the test that a row is of, by those who have the tests and the models.
typedef struct {
  const char *family, *story, *source, *condition; // NULL: not known
  const char *note;                                // a sentence: in what the row is not quite that test; NULL
  PageState *states;                               // sorted, each once: those given, and what else any model allows
  unsigned state_count;
  unsigned beyond;        // states left out
  const char *const *why; // of each of model_all a sentence, if it does not speak or could not decide all; NULL
} PageTest;

typedef struct {
  const Comparison *comparison; // read with `keep`, judged
  const Changes *changes;
  const PageTest *const *tests; // by row; NULL for one that nobody knows; NULL: nobody knows any
  const char *title;            // NULL: one is made
  const char *command;          // that made it, for the reader
  const Stop *stop;             // non-zero: write no further. NULL: never
} Page;

typedef struct {
  unsigned tests, machines;
  unsigned left_out; // tests
  unsigned alarms;   // cells in which a state was seen that the machine's model or C11 forbids
  size_t bytes;      // of the data in it
} PageCount;

// The states of a row that a page shows of any machine: sorted, each once, `*count` of them, PAGE_STATES at most.
const char *const *page_states(const Comparison *comparison, unsigned row, unsigned *count, Arena *arena);

// Writes the data as JSON that can stand inside HTML.
void page_data(const Page *page, FILE *out, PageCount *count);
