// Where a fence stands in a test: what comes before it and after it, which is what its cost depends on.
#pragma once
#include "harness/lang/test.h"

typedef enum { NEIGHBOUR_NONE, NEIGHBOUR_LOAD, NEIGHBOUR_STORE, NEIGHBOUR_UPDATE } Neighbour;

typedef struct {
  Neighbour before, after;
} Place;

typedef struct {
  Place *places;
  unsigned count;
} Places;

// The places where the thread of `fenced` has a statement more than the same thread of `original`, of which it was made
// by test_with_fences.
Places ladder_places(const Test *original, const Test *fenced, unsigned thread, Arena *arena);

// In which context of harness/cost a fence at this place is priced; and where after a store, in which if another core
// owns the store's line (else the same).
const char *place_context(Place place);
const char *place_contended(Place place);
void place_print(Place place, Text *out); // "between a store and a load"

// What harness/cost names an access, or a fence of the dialect's: "load-acquire", "fence-seq_cst". Lives in `arena`.
const char *access_priced_as(const Dialect *dialect, AccessOp op, const Order *order, Arena *arena);

// The atomic accesses of a thread, by these names: "load-acquire", "fetch_add-seq_cst". NULL-terminated.
const char *const *ladder_accesses(const Test *test, unsigned thread, Arena *arena);

// A location that some thread reads and then writes by accesses of their own while another thread writes it too, so
// that an update may be lost; NULL where there is none.
const Location *ladder_lost_update(const Test *test);
