#include "harness/base/pus.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <unistd.h>

#ifdef __linux__

// The system refuses to tell if there is not room for all that it has.
unsigned *pus_allowed(Arena *arena, unsigned *count) {
  *count = 0;
  for (unsigned room = 1024; room <= 1u << 20; room *= 2) {
    cpu_set_t *set = CPU_ALLOC(room);
    size_t bytes = CPU_ALLOC_SIZE(room);
    bool known = set && !sched_getaffinity(0, bytes, set), retry = set && !known && errno == EINVAL;
    unsigned *pus = known ? ARENA_ARRAY(arena, unsigned, room) : NULL;
    for (unsigned pu = 0; pu < room && known; pu++)
      if (CPU_ISSET_S(pu, bytes, set))
        pus[(*count)++] = pu;
    CPU_FREE(set);
    if (!retry)
      return *count ? pus : NULL;
  }
  return NULL;
}

#else

unsigned *pus_allowed(Arena *arena, unsigned *count) {
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  *count = online > 0 && online < 1 << 20 ? (unsigned)online : 1;
  unsigned *pus = ARENA_ARRAY(arena, unsigned, *count);
  for (unsigned i = 0; i < *count; i++)
    pus[i] = i;
  return pus;
}

#endif
