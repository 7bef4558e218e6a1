// What a test cannot do on this machine, said where ctest's log keeps it; .ci/run prints what an emulator cannot do.
#pragma once
#include "harness/machine/host.h"

#include <stdio.h>
#include <sys/prctl.h>

#define SKIP_IF(condition, reason)                                                                                     \
  do {                                                                                                                 \
    if (condition) {                                                                                                   \
      fprintf(stderr, "SKIP %s: %s\n", __func__, reason);                                                              \
      return;                                                                                                          \
    }                                                                                                                  \
  } while (0)

// Whether an emulator runs the test: its clock, its threads and its system calls are not the machine's.
static inline bool skip_emulated(void) {
  Arena *arena = arena_new();
  bool emulated = host_emulated(arena);
  arena_free(arena);
  return emulated;
}

// Whether the system refuses to let us adopt orphans, as qemu-user does: processes that our children leave behind go
// to the system's first process then, and are reaped when that one pleases.
static inline bool skip_adopts_none(void) {
  int adopts;
  return prctl(PR_GET_CHILD_SUBREAPER, &adopts, 0, 0, 0) != 0;
}
