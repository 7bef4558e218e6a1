// What the measured code works on: lines with a history, a counter, a page's end, locks; and what each
// thread has of it.
#pragma once
#include "arch/cpu.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
  WORK_LINES = 100,                 // lines with a history: as many as a body has operations
  WORK_STRIDE = 2 * CPU_CACHE_LINE, // bytes: CPUs that fetch lines in pairs fetch nothing of ours by that
  WORK_PAGE = 65536,                // bytes: the largest page of any CPU in arch/
  WORK_VERSIONS = 64,               // copies that copy-on-write publication goes through
};

// `next` is written once; what threads write afterwards is `value`, so a chain through `next` stays.
typedef struct Line {
  _Alignas(WORK_STRIDE) _Atomic(struct Line *) next;
  _Atomic uint32_t value;
} Line;

// What is published: one line, so that copying it is short.
typedef struct {
  _Alignas(WORK_STRIDE) _Atomic uint32_t words[8];
} Version;

typedef struct Workspace {
  Line lines[WORK_LINES];
  Line *order[WORK_LINES]; // the lines, shuffled: no prefetcher knows the next one
  Line own, near;          // only the measured thread's
  Line counters[64];       // one a thread, where counters lie apart; the first is the one that threads share
  _Alignas(WORK_STRIDE) _Atomic(Version *) published;
  _Alignas(WORK_STRIDE) pthread_mutex_t mutex;
  _Alignas(WORK_STRIDE) pthread_rwlock_t rwlock;
  _Alignas(WORK_STRIDE) atomic_flag spin;
  _Alignas(WORK_STRIDE) _Atomic uint32_t ball; // of the core-to-core ping-pong
  _Alignas(WORK_STRIDE) atomic_bool stop;      // the other threads end
  Version versions[WORK_VERSIONS];
  _Alignas(WORK_PAGE) unsigned char pages[2 * WORK_PAGE];
} Workspace;

enum { WORKERS = sizeof((Workspace *)0)->counters / sizeof(Line) };

// A thread's view of the workspace.
typedef struct {
  Workspace *workspace;
  _Atomic uint32_t *counter; // what it increments
  unsigned char *at;         // where it accesses memory, aligned or not
  unsigned version;          // the next that it publishes
  Line *sink;                // where a chain ended, so that none is left out
} Worker;

// A workspace with every page touched. NULL where memory is exhausted. Freed by workspace_free.
Workspace *workspace_new(void);
void workspace_free(Workspace *workspace);
