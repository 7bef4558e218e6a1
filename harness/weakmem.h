// weakmem.h: your own C as the threads of a test.
//
//   #include <weakmem.h>
//   #include "queue.h"                     // what is to be tested: any C of yours
//
//   WM_SHARED { struct queue queue; };     // what the threads share: zero in every iteration
//   WM_RESULTS(sent, got, left)            // what an iteration shows: numbers of 64 bits, 0 at first
//   WM_INIT { queue_init(&shared->queue); }    // optional: runs before the threads
//   WM_THREAD(producer) { result->sent = queue_push(&shared->queue, 1); }
//   WM_THREAD(consumer) { result->got = queue_pop(&shared->queue); }
//   WM_ARBITER { result->left = queue_pop(&shared->queue); }       // optional: runs when all threads ended
//   WM_FORBIDDEN("sent && got + left != 1", "what was pushed is lost, or there twice")    // what results mean
//
//   weakmem run queue.c                          here, in billions of iterations: which results, how often
//   weakmem check queue.c                        what each CPU's memory model allows for the compiled code
//
// The file is an ordinary translation unit of C (or, by its object file, of C++): it is compiled as it is, and needs
// neither `main` nor this header's folder on the compiler's path. Each thread's body runs once an iteration, all of
// them at the same time, on a fresh WM_SHARED. A body may call what it likes and loop as long as it waits for another
// thread; one that crashes, exits, forks or never ends ends the run, which says so. Each result is assigned by one
// thread, or by the arbiter, which sees what the threads left. Nothing here has a cost at run time.
#ifndef WEAKMEM_H
#define WEAKMEM_H

#ifdef __cplusplus
#define WM_C_ extern "C"
#else
#define WM_C_ extern
#endif

struct wm_shared;
struct wm_result;

// WM_SHARED { members };  comes first: the type of what the threads share. In bodies it is `shared`.
#define WM_SHARED struct wm_shared

// WM_RESULTS(name, ...)  comes before what assigns one: the numbers that a state shows, up to 64. In bodies, `result`.
#define WM_RESULTS(...)                                                                                                \
  struct wm_result {                                                                                                   \
    __INT64_TYPE__ __VA_ARGS__;                                                                                        \
  };                                                                                                                   \
  WM_NOTE_(WM_RESULTS_, 0, 0, #__VA_ARGS__)

// WM_THREAD(name) { body }  a thread, up to 64 of them, in the order of the file: void wm_thread_name(shared, result).
#define WM_THREAD(name)                                                                                                \
  WM_NOTE_(WM_THREAD_, sizeof(struct wm_shared), __alignof__(struct wm_shared), #name)                                 \
  WM_FUNCTION_(wm_thread_##name)

// WM_INIT { body }  runs before the threads, when all of `shared` is zero. What it leaves in `result` counts for
// nothing.
#define WM_INIT WM_FUNCTION_(wm_init)

// WM_ARBITER { body }  runs when all threads have ended; it may assign results, too.
#define WM_ARBITER WM_FUNCTION_(wm_arbiter)

// Grades: what a state means for which the expression holds, over the results' names, with C's operators. A forbidden
// state that is seen, or that a model allows, is a fault of the code, and the exit status 1; an interesting one is
// told; the others are acceptable. If several hold, the worst counts.
#define WM_FORBIDDEN(expression, sentence) WM_NOTE_(WM_FORBIDDEN_, 0, 0, expression "\0" sentence)
#define WM_INTERESTING(expression, sentence) WM_NOTE_(WM_INTERESTING_, 0, 0, expression "\0" sentence)
#define WM_ACCEPTABLE(expression, sentence) WM_NOTE_(WM_ACCEPTABLE_, 0, 0, expression "\0" sentence)

// The rest is how the object file says all this: notes in its section "weakmem", which weakmem reads without running
// any of it. `number` tells their order, since compilers keep none.
enum wm_note_ { WM_THREAD_ = 1, WM_RESULTS_, WM_ACCEPTABLE_, WM_INTERESTING_, WM_FORBIDDEN_ };

#define WM_FUNCTION_(name)                                                                                             \
  WM_C_ __attribute__((noinline, visibility("default"))) void name(struct wm_shared *shared,                           \
                                                                   struct wm_result *result);                          \
  void name(struct wm_shared *shared __attribute__((unused)), struct wm_result *result __attribute__((unused)))

#define WM_NOTE_(kind, bytes, alignment, text) WM_NOTE_OF_(__COUNTER__, kind, bytes, alignment, text "\0" __FILE__)
#define WM_NOTE_OF_(number, kind, bytes, alignment, text) WM_NOTE_AS_(number, kind, bytes, alignment, text)
#define WM_NOTE_AS_(number, kind, bytes, alignment, text)                                                              \
  static const struct {                                                                                                \
    unsigned magic, size, what, order, line, align;                                                                    \
    unsigned long long shared;                                                                                         \
    char words[sizeof(text)];                                                                                          \
  } wm_note_##number##_ __attribute__((section("weakmem"), used, aligned(8))) = {                                      \
      0x314d4d57, sizeof(text), kind, number, __LINE__, alignment, bytes, text};

#endif
