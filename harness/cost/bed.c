#include "harness/cost/bed.h"

#include <stdlib.h>
#include <string.h>

// Links the lines in the order of a fixed shuffle (Fisher-Yates), each to the next and the last to the first.
static void shuffle(Bed *bed) {
  uint64_t state = 0x9e3779b97f4a7c15u;
  for (unsigned i = 0; i < BED_LINES; i++)
    bed->order[i] = &bed->lines[i];
  for (unsigned i = BED_LINES - 1; i; i--) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    unsigned j = (unsigned)((state >> 33) % (i + 1));
    Line *line = bed->order[i];
    bed->order[i] = bed->order[j];
    bed->order[j] = line;
  }
  for (unsigned i = 0; i < BED_LINES; i++)
    atomic_store(&bed->order[i]->next, bed->order[(i + 1) % BED_LINES]);
}

Bed *bed_new(void) {
  Bed *bed = aligned_alloc(_Alignof(Bed), sizeof *bed);
  if (!bed)
    return NULL;
  memset(bed, 0, sizeof *bed);
  shuffle(bed);
  atomic_store(&bed->published, &bed->versions[0]);
  atomic_flag_clear(&bed->spin);
  pthread_mutex_init(&bed->mutex, NULL);
  pthread_rwlock_init(&bed->rwlock, NULL);
  return bed;
}

void bed_free(Bed *bed) {
  if (!bed)
    return;
  pthread_mutex_destroy(&bed->mutex);
  pthread_rwlock_destroy(&bed->rwlock);
  free(bed);
}
