#include "harness/engine/crew.h"

#include <stdio.h>
#include <string.h>

unsigned crew_actors(const Binding *binding, bool waits) {
  return binding->crowded && !waits && binding->pus > 1 ? binding->pus : binding->threads;
}

// An actor sits where the thread of its PU does.
static bool bind_seat(const void *context, unsigned actor, Diag *diag) {
  const Binding *binding = context;
  return binding->bind(binding->context, binding->seats[actor], diag);
}

Binding crew_binding(const Binding *binding, unsigned actors) {
  if (actors == binding->threads)
    return *binding;
  return (Binding){.threads = actors,
                   .spare_pu = binding->spare_pu,
                   .bind = bind_seat,
                   .context = binding,
                   .memory = binding->memory};
}

// Orders of the threads, as long as they are few.
static unsigned orders(unsigned threads) {
  unsigned count = 1;
  for (unsigned t = 2; t <= threads && count < CREW_ARRANGEMENTS; t++)
    count *= t;
  return count;
}

// Ways to cut an order: of two actors any; of more, each has about as many threads as the others.
static unsigned cuts(unsigned threads, unsigned actors) { return actors == 2 ? threads - 1 : 1; }

unsigned crew_arrangements(unsigned threads, unsigned actors) {
  unsigned count = threads > actors ? orders(threads) * cuts(threads, actors) : 1;
  return count < CREW_ARRANGEMENTS ? count : CREW_ARRANGEMENTS;
}

// The number-th order of the threads, by its Lehmer code: each digit says how many of those left are passed over.
static void order_threads(Crew *crew, unsigned number) {
  unsigned char left[SHAPE_THREADS];
  for (unsigned t = 0; t < crew->threads; t++)
    left[t] = (unsigned char)t;
  for (unsigned i = 0, count = crew->threads; i < crew->threads; i++, count--) {
    unsigned at = number % count;
    number /= count;
    crew->order[i] = left[at];
    memmove(left + at, left + at + 1, count - at - 1);
  }
}

Crew crew_arrange(unsigned threads, unsigned actors, unsigned arrangement) {
  Crew crew = {.actors = actors, .threads = threads};
  unsigned cut = cuts(threads, actors), half = 1 + arrangement % cut;
  order_threads(&crew, arrangement / cut);
  for (unsigned a = 0; a < actors; a++)
    crew.from[a + 1] = actors == 2 && !a ? half : (unsigned)((uint64_t)threads * (a + 1) / actors);
  for (unsigned a = 0; a < actors; a++) {
    for (unsigned i = crew.from[a]; i < crew.from[a + 1]; i++)
      crew.actor_of[crew.order[i]] = (unsigned char)a;
    if (crew.from[a + 1] - crew.from[a] > crew.most)
      crew.most = crew.from[a + 1] - crew.from[a];
  }
  return crew;
}

void crew_print(const Crew *crew, char *text, size_t size) {
  size_t used = 0;
  for (unsigned a = 0; a < crew->actors; a++)
    for (unsigned i = crew->from[a]; i < crew->from[a + 1] && used < size; i++) {
      int more = snprintf(text + used, size - used, "%sP%u",
                          i == 0               ? ""
                          : i == crew->from[a] ? " | "
                                               : " ",
                          (unsigned)crew->order[i]);
      used += more > 0 ? (size_t)more : 0;
    }
}
