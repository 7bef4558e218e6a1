// Paths: the ways that control can take through one thread, its reads left open.
#pragma once
#include "harness/model/deadline.h"
#include "harness/model/execution.h"
#include "harness/model/expression.h"

enum {
  PATH_EVENTS = 256,        // of one path
  PATH_STEPS = 20000,       // instructions of one path
  PATH_FORKS = 1024,        // undecided branches of one path
  PATH_COUNT = 20000,       // paths of one thread
  PATH_ALL_STEPS = 5000000, // instructions of all paths of one thread
  PATH_MEMORY = 256 << 20   // bytes of all paths of a program
};

// Reads of the path that something depends on.
typedef struct {
  uint64_t bits[PATH_EVENTS / 64];
} Taint;

typedef struct {
  EventKind kind;
  unsigned instr;
  const char *tags;
  ExprId address, read, written; // of accesses; NO_EXPR where there is none
  Taint address_taint, written_taint, control_taint;
  Taint address_pick, written_pick, control_pick; // what choices depended on, and all of the taints above
  bool has_partner, is_amo; // the read of a pair whose write is the next event; which one instruction makes
  unsigned conditional;     // of an exclusive read: the event that stored conditionally on it; 0: none
  bool is_close;            // ... and nothing of the thread wrote between them
  int mark;                 // the location that a fence marks; -1
} PathEvent;

// A value that must be zero, or must not be, on this path.
typedef struct {
  ExprId value;
  bool nonzero;
  bool fair;      // asked only of a turn that is taken for ever:
  unsigned event; // ... of the one that has this event, or begins with it
} Constraint;

typedef enum {
  PATH_ENDS,  // a whole path
  PATH_WAITS, // in a loop that only waits (wait.h), it takes the same turn for ever
  PATH_CUT,   // it goes on in a loop beyond the bound
  PATH_ENDINGS
} PathEnd;

typedef struct {
  PathEvent *events;
  unsigned event_count;
  Constraint *constraints;
  unsigned constraint_count;
  ExprId *registers; // the last value of each of the thread's registers
  ExprId *live; // the expressions that are not constant and matter: events, constraints, what is observed; operands
                // first
  unsigned live_count;
  PathEnd end;
  unsigned wait_from; // PATH_WAITS: the first event of its last turn
} Path;

typedef struct {
  ValuePool pool;
  Path *paths;                  // by how they end
  unsigned up_to[PATH_ENDINGS]; // how many end so, or in a way before it
} ThreadPaths;

// Every path of a thread that its own branches do not contradict; with limits->waits, those alone that take no turn of
// a loop that only waits. False, with result->gave_up and why, beyond the limits or the deadline.
bool paths_of_thread(const Program *program, unsigned thread, Deadline *deadline, Arena *arena, ThreadPaths *out,
                     EnumerationResult *result);

// Keeps those paths of a thread that may happen; whether any went.
bool paths_keep(ThreadPaths *paths, bool (*may_happen)(const ValuePool *pool, const Path *path, void *context),
                void *context);

// In a program with loops, takes away the paths that read what nobody writes: every write to the location writes a
// constant, and with none of them the path's branches go as it takes them.
void paths_drop_impossible(const Program *program, ThreadPaths *threads, Arena *arena);

// For models that imply coherence, takes away the paths that see a location change more often than other threads change
// it: of the writes that a thread sees in turn none comes twice (CoRR: Alglave, Maranget, Tautschnig, "Herding cats",
// figure 6). Such are the turns that a compare-exchange loop would take after failing as often as others can make it
// fail. `atomic`: the model implies atomicity too, so that what writes back what it read changes nothing.
void paths_drop_restless(const Program *program, ThreadPaths *threads, bool atomic, Arena *arena);
