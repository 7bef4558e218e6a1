// A ticket lock: who draws the lower ticket enters first. Each of two threads increments a plain counter inside; if one
// entered before it sees what the other left, an increment is lost. Reed and Kanodia, "Synchronization with eventcounts
// and sequencers" (CACM 1979); Mellor-Crummey and Scott (TOCS 1991), section 2.2. Right on every CPU.
#include <stdatomic.h>
#include <weakmem.h>

#ifndef ENTER
#define ENTER memory_order_acquire // sees all that was done inside before
#endif
#ifndef LEAVE
#define LEAVE memory_order_release // after all that was done inside
#endif

struct ticket_lock {
  atomic_uint next, serving;
};

static void ticket_lock(struct ticket_lock *lock) {
  unsigned mine = atomic_fetch_add_explicit(&lock->next, 1, memory_order_relaxed);
  while (atomic_load_explicit(&lock->serving, ENTER) != mine)
    ;
}

static void ticket_unlock(struct ticket_lock *lock) {
  unsigned served = atomic_load_explicit(&lock->serving, memory_order_relaxed);
  atomic_store_explicit(&lock->serving, served + 1, LEAVE);
}

WM_SHARED {
  struct ticket_lock lock;
  int counter;
};
WM_RESULTS(counter)

WM_THREAD(first) {
  ticket_lock(&shared->lock);
  shared->counter++;
  ticket_unlock(&shared->lock);
}

WM_THREAD(second) {
  ticket_lock(&shared->lock);
  shared->counter++;
  ticket_unlock(&shared->lock);
}

WM_ARBITER { result->counter = shared->counter; }

WM_FORBIDDEN("counter != 2", "an increment is lost: both threads were inside")
