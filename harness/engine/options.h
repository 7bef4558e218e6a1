// What a run is asked for.
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef enum { ENGINE_AUTO, ENGINE_PERPETUAL, ENGINE_LOCKSTEP } Engine;
typedef enum { ACTORS_THREADS, ACTORS_PROCESSES } Actors;

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

typedef enum {
  RUN_DONE,
  RUN_TIMEOUT,
  RUN_CRASH,
  RUN_NOT_COMPILED,
  RUN_INTERRUPTED,
  RUN_REFUSED /* the machine cannot: cannot pin, no clock */
} RunStatus;

// As records call them.
const char *engine_name(Engine engine);
const char *actors_name(Actors actors);
const char *run_status_name(RunStatus status);
