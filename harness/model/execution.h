// Candidate executions: what a model judges.
#pragma once
#include "harness/base/stop.h"
#include "harness/event/program.h"
#include "harness/model/relation.h"

typedef enum {
  EVENT_READ = 1,
  EVENT_WRITE = 2,
  EVENT_RMW = 3, // one event that reads and writes
  EVENT_FENCE = 4,
  EVENT_BRANCH = 8 // for what lowers to them: the litmus language does not, its branches are in ctrl
} EventKind;

typedef struct {
  EventKind kind;
  int thread;     // -1: the initial write of a location
  unsigned instr; // index in the thread
  int location;   // of an access; -1 else
  unsigned element;
  EventValue read, written; // values
  const char *tags;         // as the program has them; "" none. Initial writes: ""
} Event;

// One candidate: a path through each thread, a source for each read, an order of the writes of each location. Base
// relations are complete; everything else a model derives. Owned by the enumerator, valid during the callback.
//
// Values follow from the choice of sources. A read whose value would depend on itself, through a circle of reads and
// the writes they are computed into, has none: such an execution is not made, unless limits->from_nothing asks for it.
// So no value comes out of thin air; load buffering of values that are known is made, and left to the model.
typedef struct {
  const Program *program;
  unsigned event_count;
  const Event *events; // initial writes first, then thread by thread in program order
  Relation po, rf, co, addr, data, ctrl,
      rmw;                                  // po is transitive; rmw joins a read to its write where they are two events
  Relation pick_addr, pick_data, pick_ctrl; // as addr, data and ctrl, and by what a choice took on the way
  Relation amo;            // those rmw pairs that one instruction makes (not a load-/store-exclusive pair)
  const EventValue *state; // of the program's observables, `observable_total` values
  bool refused;            // by the program's filter: it ends in no state that counts
  uint64_t waiting;        // threads that wait for ever, a bit each (the first 64); the state means nothing then
  // Parts that did not change since the callback before: a model need not recompute what depends on them alone.
  uint64_t path_serial;  // changes with the events, their values aside, po, rmw and the dependencies
  uint64_t value_serial; // changes with rf
} Execution;

// Why an access is none that a model speaks of.
typedef enum {
  MISFIT_NONE,
  MISFIT_NOWHERE, // no location is there
  MISFIT_BEYOND,  // the array has no such element
  MISFIT_BETWEEN, // it begins within an element
  MISFIT_WIDTH    // it is wider or narrower than the element
} MisfitKind;

typedef struct {
  MisfitKind kind;
  unsigned location; // but for MISFIT_NOWHERE
  unsigned bits;     // of the access
  int64_t offset;    // what its address adds to where the location begins
} Misfit;

typedef struct {
  uint64_t executions; // shown to the callback with the last bound of turns, but for those of limits->hang and those
                       // that the filter refuses
  bool bound_reached;  // some execution goes on in a loop beyond its bound; those were left out
  Misfit misfit;       // the first access that fits no element; executions with such accesses were left out
  bool circular;       // some choice of sources makes a value depend on itself; such executions were not made
  bool hangs_open;     // limits->hang was not shown all that it asked for: that took longer than was left
  bool gave_up;        // beyond the limits below, or interrupted
  bool timed_out;      // ... beyond the time
  const char *why;     // a sentence, where it gave up
} EnumerationResult;

typedef struct {
  double seconds;      // 0: no limit
  uint64_t executions; // 0: no limit
  // Leave out executions that are not coherent per location: right for a model that forbids them all.
  bool coherent_only;
  // With that, leave out those too in which another thread writes between the halves of a read-modify-write.
  bool atomic_only;
  // Make executions too in which a value depends on itself, and may be any: LOCATION_ANY stands for it, of which
  // nothing is computed but copies. (herd writes a symbol, as S8, for it.) No address is one, and no branch goes by
  // one, as in herd.
  bool from_nothing;
  // Leave out executions that end as another does: those that take turns of a loop that only waits (wait.h); those in
  // which threads that are alike, and whose registers are not observed, take each other's part (alike.h).
  bool waits, alike;
  // Look at loops with a bound of one turn first, then of more, up to the program's: where no execution reaches the
  // bound, a higher one has no other executions, and far more paths to look at. Where some does, executions are shown
  // again.
  bool widens;
  bool keeps_turns; // with `waits`: one turn of such a loop is made nonetheless where the turn has several accesses
  bool refused;     // show those too that the program's filter refuses
  // Called in the end, in the time that is left, with executions in which some threads wait for ever, each reading in
  // its last turn what is last in the coherence order, and the others end, until it returns false. Their state means
  // nothing. NULL: they are not made. With `waits`.
  bool (*hang)(const Execution *execution, void *context);
  // Asked of an execution that is being made, whether it is worth going on with: it has no values, its co is what is
  // ordered so far, and some reads have no source. With the contexts of `see` and `hang`. NULL: of none. With
  // coherent_only.
  bool (*promising)(const Execution *part, void *context);
  // Asked of a final state as far as its values are `known`, whether executions that may end in it are wanted: none are
  // made but those. NULL: all are. It is not asked of executions that do not end.
  bool (*wanted)(const EventValue *state, const bool *known, const void *context);
  const void *wanted_context;
  const Stop *stop;                                     // non-zero: give up; may be NULL
  void (*progress)(void *context, uint64_t executions); // called a few times a second; may be NULL
  void *progress_context;
} EnumerationLimits;

// A copy that lives in `arena`, without the state. The program is shared.
Execution execution_copy(const Execution *execution, Arena *arena);

// Calls `see` for every candidate execution of the program until it returns false. The order is fixed.
EnumerationResult executions_each(const Program *program, const EnumerationLimits *limits,
                                  bool (*see)(const Execution *execution, void *context), void *context);
