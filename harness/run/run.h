// Runs a test on this machine: test -> C -> machine code -> pinned threads -> histogram.
#pragma once
#include "harness/machine/clock.h"
#include "harness/machine/identity.h"
#include "harness/machine/topology.h"
#include "harness/run/histogram.h"

typedef enum { ENGINE_AUTO, ENGINE_PERPETUAL, ENGINE_LOCKSTEP } Engine;
typedef enum { ACTORS_THREADS, ACTORS_PROCESSES } Actors;
typedef enum {
  RUN_DONE,
  RUN_TIMEOUT,
  RUN_CRASH,
  RUN_NOT_COMPILED,
  RUN_INTERRUPTED,
  RUN_REFUSED /* the machine cannot: cannot pin, no clock */
} RunStatus;

const char *engine_name(Engine engine);
const char *actors_name(Actors actors);
const char *run_status_name(RunStatus status); // as in the record

typedef struct {
  double seconds;      // of wall time for the test; trials and matching are part of it; 0: no limit
  uint64_t iterations; // 0: as many as the time allows
  bool until_witness;
  Engine engine;
  Actors actors;
  const char *cc;     // NULL: cc, else gcc, else clang
  const char *cflags; // NULL: "-O2"
  // 0: one is drawn from the system. What repeats with a seed: the settings tried until the first neighbour of a good
  // one, the sweeps, and every random delay. Which setting wins, and the counts, are the machine's.
  uint64_t seed;
  double timeout; // seconds after which the child is killed; 0: the default (a generous multiple of `seconds`)
} RunOptions;

// What the engine chose, as the record's "settings".
typedef struct {
  const char *name;
  bool is_number;
  double number;
  const char *text;
} Setting;

typedef struct {
  RunStatus status;
  const char *message; // why not done: the compiler's own words, the signal, what could not be pinned; NULL where done
  Engine engine;
  Setting *settings;
  unsigned setting_count;
  uint64_t seed;
  Histogram histogram;
  // Perpetual: one frame for each iteration of the first thread, as the literature counts, so that many share
  // iterations of the others; and those that are witnesses. Estimates, from a sample of 1 in 64; 0 elsewhere.
  uint64_t frames, frame_witnesses;
  uint64_t filtered; // iterations that the test's filter leaves out: in no count
  uint64_t lost;     // iterations in states beyond the histogram's room: in no count
  double seconds;    // from the first counted iteration to the last count, everything between included
  Clock clock;
  const char *meeting;        // "clock", "memory", "none": how threads met, and why in `meeting_reason`
  const char *meeting_reason; // NULL where there is nothing to say
} RunResult;

// What a compiler made of a test; cached.
typedef struct Compiled Compiled;

// The compiler as the record names it.
typedef struct {
  const char *path, *version, *flags;
} Compiler;
bool compiler_find(const RunOptions *options, Arena *arena, Compiler *out, Diag *diag);

// Which engine `run` takes for the test; the reason why perpetual cannot, a sentence, in *reason (NULL where it can).
Engine run_engine(const Test *test, Engine asked, const char **reason);

// The C made from a test, as `show` prints it: complete, compiles by itself into a shared object.
void run_emit(const Test *test, Engine engine, Arena *arena, Text *out);

// Compiles the tests in parallel on the PUs we may use, each by content once; result i belongs to test i and is never
// NULL: one that did not compile says so when it is run. Progress, if not NULL, is called after each.
// `stop`, where not NULL, is polled: once it is non-zero compilers under way are killed, and what they did not make
// counts as not compiled. Objects that are memory files last until run_release.
Compiled **run_compile(const Test *const *tests, unsigned count, const RunOptions *options, const Compiler *compiler,
                       Arena *arena, const volatile int *stop,
                       void (*progress)(unsigned done, unsigned count, void *context), void *context);

// Closes the memory file that the object is, where it is one: the object is gone then. NULL is none.
void run_release(Compiled *compiled);

// The shared object made from a test; NULL where there is none, and then why. Owned by the arena of run_compile.
const char *compiled_object(const Compiled *compiled);
const char *compiled_errors(const Compiled *compiled);
Engine compiled_engine(const Compiled *compiled);

// The machine code of each thread, by objdump. False with the reason in `diag`; a listing that is cut is a warning.
bool run_disassemble(const Compiled *compiled, Arena *arena, Text *out, Diag *diag);

// Runs one compiled test in a child process of its own. Everything that it made is gone when this returns. `stop`,
// where not NULL, is polled: once it is non-zero the run ends early with RUN_INTERRUPTED and what was counted.
RunResult run_test(const Test *test, const Compiled *compiled, const Topology *topology, const Placement *placement,
                   const RunOptions *options, Arena *arena, const volatile int *stop);
