// A program run with what it says captured. Private to build/.
#pragma once
#include "harness/base/group.h"

typedef struct {
  const char *path; // of the program: no search
  char *const *argv;
  int input;             // a descriptor for its standard input; -1: nothing
  const char *temporary; // a folder for its own temporary files; NULL: as we have it
  double timeout;        // seconds
  // Called in its process first, with `pu`: false, and it does not begin. NULL: nothing is.
  bool (*bind)(const void *context, unsigned pu);
  const void *context;
  unsigned pu;
  size_t keep; // how many bytes of what it says; 0: SPAWN_KEPT
} SpawnCommand;

typedef struct {
  Group group;
  int output; // what it says on standard output and error, mixed
  Text said;  // the first `keep` bytes of that; freed by spawn_free
  size_t keep;
  size_t unkept;   // bytes beyond them
  double deadline; // time_seconds
  bool late;       // killed since its time was up
} Spawn;

enum { SPAWN_KEPT = 64 << 10, SPAWN_MOST = 64 /* that can be waited for at once */ };

// Starts it. It dies with the calling thread. False with the reason.
bool spawn_start(Spawn *spawn, const SpawnCommand *command, Diag *diag);

// Waits until one of them says something or ends, at most `milliseconds`; a signal cuts it short. At
// most SPAWN_MOST.
void spawn_wait(Spawn *const *spawns, unsigned count, int milliseconds);

// Takes in what it said. True once it has ended, or its time is up.
bool spawn_step(Spawn *spawn);

// Kills and reaps what is left of it and takes in the rest of what it said. How it ended is in *end; `said` stays
// until spawn_free.
void spawn_finish(Spawn *spawn, GroupEnd *end);
void spawn_free(Spawn *spawn);

// Starts a program, waits for it, finishes it. False where it could not be started.
bool spawn_run(Spawn *spawn, const SpawnCommand *command, GroupEnd *end, Diag *diag);
