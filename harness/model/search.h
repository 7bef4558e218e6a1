// One choice of paths, and the search of its executions: sources for the reads, then orders for the writes. Inside of
// executions_each.
#pragma once
#include "harness/model/deadline.h"
#include "harness/model/path.h"

enum {
  SEARCH_EVENTS = 1024,   // of one execution
  SEARCH_CELL_WRITES = 64 // to one element, its initial one included
};

// What is known of an expression of a thread while sources are chosen.
typedef struct {
  bool known;
  EventValue value;
} KnownValue;

typedef struct {
  unsigned thread;
  ExprId expr;
} TrailEntry;

// A thread in the search.
typedef struct {
  const ThreadPaths *paths;
  const Path *path;   // the one chosen
  unsigned first;     // its first event
  unsigned twin;      // an earlier thread that it may take the part of (alike.h); NO_THREAD
  KnownValue *values; // by expression
  unsigned unknown;   // live expressions whose value is not known
} SearchThread;

// An element of a location that is accessed: the first events are the initial writes of the cells, in their order.
typedef struct {
  unsigned location, element;
} Cell;

// The order of the writes of a cell as far as coherence forces it: a bit for every write, by its rank among them.
typedef struct {
  unsigned *accesses; // events that access the cell, thread by thread, without its initial write
  unsigned access_count, count;
  unsigned writes[SEARCH_CELL_WRITES];   // events; the initial write first
  uint64_t before[SEARCH_CELL_WRITES];   // those that must come before it
  uint64_t block[SEARCH_CELL_WRITES];    // those that stand next to one another with it, and itself
  unsigned head[SEARCH_CELL_WRITES];     // the first of them
  unsigned follower[SEARCH_CELL_WRITES]; // which must come next: the write of a read-modify-write that read this one;
                                         // NO_RANK: any
  unsigned ordered[SEARCH_CELL_WRITES];  // an order being built
} WriteOrder;

typedef struct {
  const Program *program;
  Arena *arena; // of this choice of paths
  const EnumerationLimits *limits;
  bool (*see)(const Execution *execution, void *context);
  void *context;
  EnumerationResult *result;
  Deadline *deadline;
  bool stop;
  bool hangs; // of executions in which some thread waits for ever

  SearchThread *threads;
  Cell *cells;
  unsigned cell_count;
  unsigned *first_cell; // by location: of its element 0; NO_CELL where none of it is accessed
  bool moving;          // some address is not a constant

  Event *events;
  const PathEvent **origins; // by event; NULL for initial writes
  int *cell_of;              // by event: of an access whose address is known; -1 else
  int *source;               // by event: the write that a read takes its value from; -1 not chosen
  unsigned *rank;            // by event: of a write, in the order of its cell
  bool *passed;              // by event, where `hangs`: a write that another write follows for certain
  int *after;                // by event: what comes first, among events that may be exchanged (alike.h); -1
  unsigned *reads;           // events that read
  unsigned read_count;
  TrailEntry *trail;
  size_t trail_count;
  WriteOrder *orders; // by cell
  EventValue *state;
  Execution execution;
} Search;

enum { NO_CELL = 0x7fffffff, NO_RANK = SEARCH_CELL_WRITES };

// What is known (search.c). A known value of an expression of a thread; NULL where it is not known.
const EventValue *search_value(const Search *s, unsigned thread, ExprId expr);
// Whether an access of a thread fits the element that its address points to.
Misfit search_fit(const Search *s, unsigned thread, const PathEvent *access, EventValue address, unsigned *element);
// The cell of an address that points to an element; -1 where it was not seen that anything may access it.
int search_cell(const Search *s, EventValue address);
// Whether an event is of the turn that its thread takes for ever.
bool search_waits(const Search *s, unsigned event);
// Time is up, or enough was seen.
bool search_expired(Search *s);

// Values (search_values.c). Makes known what follows from the sources chosen; false where it contradicts a constraint
// of a path, or a source that writes elsewhere than is read.
bool search_propagate(Search *s);
// Forgets what was learnt since the trail was `mark` long.
void search_forget(Search *s, size_t mark);

// Orders (search_order.c). Fills orders[cell] from the sources chosen so far: writes, and what coherence forces (where
// the limits ask for it; else that the initial write comes first). False where it goes round in circles.
bool search_force(Search *s, unsigned cell);
bool search_force_all(Search *s);
// Shows every execution with the sources chosen: all orders of all cells. `forced` was called for each.
void search_orders(Search *s);
