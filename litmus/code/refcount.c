// A reference count: who drops the last reference destroys the object, after all that others did with it. Each drop is
// a release, and the last one acquires them all. Sutter, "atomic<> Weapons" (2012), part 2; Boost.Atomic's example.
// Right on every CPU.
#include <stdatomic.h>
#include <weakmem.h>

#ifndef DROP
#define DROP memory_order_release // after one's own use of the object
#endif

struct object {
  atomic_int references;
  int used[2], seen;
};

// What is seen of the uses where the object would be freed.
static void object_drop(struct object *object) {
  if (atomic_fetch_sub_explicit(&object->references, 1, DROP) != 1)
    return;
  atomic_thread_fence(memory_order_acquire);
  object->seen = object->used[0] + object->used[1];
}

WM_SHARED { struct object object; };
WM_RESULTS(seen)

WM_INIT { atomic_store_explicit(&shared->object.references, 2, memory_order_relaxed); }

WM_THREAD(first) {
  shared->object.used[0] = 1;
  object_drop(&shared->object);
}

WM_THREAD(second) {
  shared->object.used[1] = 1;
  object_drop(&shared->object);
}

WM_ARBITER { result->seen = shared->object.seen; }

WM_FORBIDDEN("seen != 2", "the object is destroyed while another still uses it, or not at all")
