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
  bool is_old;        // the writes that are here, or what was forced, changed since it was filled
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
  bool asks;  // limits->promising

  SearchThread *threads;
  Cell *cells;
  unsigned cell_count;
  unsigned *first_cell; // by location: of its element 0; NO_CELL where none of it is accessed
  bool moving;          // some address is not a constant
  bool anywhere;        // ... and may be a pointer that was read
  bool moved;           // an access did since the execution was shown

  Event *events;
  const PathEvent **origins; // by event; NULL for initial writes
  unsigned *movers;          // events whose address is not a constant
  unsigned mover_count;
  int *cell_of;    // by event: of an access whose address is known; -1 else
  int *source;     // by event: the write that a read takes its value from; -1 not chosen
  unsigned *rank;  // by event: of a write, in the order of its cell
  bool *passed;    // by event, where `hangs`: a write that another write follows for certain
  int *after;      // by event: what comes first, among events that may be exchanged (alike.h); -1
  unsigned *reads; // events that read, thread by thread
  unsigned read_count;
  bool *ask; // by thread: whether its values are to be looked at
  TrailEntry *trail;
  size_t trail_count;
  WriteOrder *orders; // by cell
  EventValue *state;
  bool *known; // by observable: whether its value is
  Execution execution;
} Search;

enum { NO_CELL = 0x7fffffff, NO_READ = 0x7fffffff, NO_RANK = SEARCH_CELL_WRITES };

// A known value of an expression of a thread; NULL where it is not known.
static inline const EventValue *search_value(const Search *s, unsigned thread, ExprId expr) {
  const SearchThread *t = &s->threads[thread];
  const ValueExpr *e = &t->paths->pool.exprs[expr];
  if (e->kind == VALUE_CONSTANT)
    return &e->constant;
  return t->values[expr].known ? &t->values[expr].value : NULL;
}

// What is known (search.c). Whether an access of a thread fits the element that its address points to.
Misfit search_fit(const Search *s, unsigned thread, const PathEvent *access, EventValue address, unsigned *element);
// The cell of an address that points to an element; -1 where it was not seen that anything may access it.
int search_cell(const Search *s, EventValue address);
// Whether an event is of the turn that its thread takes for ever.
bool search_waits(const Search *s, unsigned event);
// Time is up, or enough was seen.
bool search_expired(Search *s);

// Values (search_values.c). Makes known what follows from the source of a read (NO_READ: of all reads); false where it
// contradicts a constraint of a path, or a source that writes elsewhere than is read. The orders of cells that an
// access moved to or from are old then.
bool search_propagate(Search *s, unsigned read);
// Where values depend on themselves, says that they are any, and what follows; false where nothing of that kind is:
// what is computed of one is not it again, or an address or a branch goes by one.
bool search_from_nothing(Search *s);
// Forgets what was learnt since the trail was `mark` long, and where accesses are whose address was.
void search_forget(Search *s, size_t mark);

// Orders (search_order.c). Fills the orders of all cells from the sources chosen so far: writes, and what coherence
// forces (where the limits ask for it; else that the initial write comes first). False where it goes round in circles.
bool search_force_all(Search *s);
// The same of those that are old.
bool search_force_old(Search *s);
// Adds what the source of one more read forces, to orders that are not old.
bool search_force_more(Search *s, unsigned read);
// Puts what is forced into the execution's co, or takes it away.
void search_show_forced(Search *s, bool shown);
// Copies an order as far as it is used; both are of one cell, and its writes are the same.
void search_order_copy(const WriteOrder *from, WriteOrder *to);
// Whether limits->wanted wants what may still end otherwise than is known: of registers, and of elements in the first
// `cells`, whose orders are built.
bool search_is_wanted(Search *s, unsigned cells);
// Shows every execution with the sources chosen: all orders of all cells. No order is old.
void search_orders(Search *s);
