// Which orders of a program a test puts to the proof.
//
// Sequential consistency forbids a test's final state by a cycle of program order and of what goes through memory
// (Shasha and Snir, "Efficient and correct execution of parallel programs that share memory", TOPLAS 1988). If the
// state comes about, one of the cycle's orders was not kept; if a model forbids it, it keeps them all.
#pragma once
#include "harness/model/judge.h"

typedef enum {
  PO_STORE_LOAD, // of accesses to two locations, with nothing that would order them
  PO_STORE_STORE,
  PO_LOAD_LOAD,
  PO_LOAD_STORE,
  PO_SAME_LOCATION,    // of two accesses to one: coherence
  PO_MULTI_COPY_ATOMIC // a store reaches all other threads at once
} ProgramOrder;
enum { PO_COUNT = PO_MULTI_COPY_ATOMIC + 1 };

const char *program_order_name(ProgramOrder order); // "store to load"

// The orders that the state the test asks for goes against, a bit each: 1 << PO_STORE_LOAD. A fence, or access
// orders of C11, keep an order as C11 has it: then it is not among them. 0 where the test does not tell: it asks for no
// state, or several, or one that is sequentially consistent; the cycle does not take in all of its accesses; or it
// depends on more, as on an exchange, a dependency, or a fence that C11 does not know. `seconds`: for the search.
unsigned test_program_orders(const Test *test, const Judge *sc, double seconds, Arena *arena);
