// The asymmetric fence, held against what membarrier(2) does: a full fence in each other thread, somewhere between the
// call and its return. Every place where it may be is tried, with the call and the return as messages between full
// fences; what the models allow must be what they allow in some of these programs.
#include "harness/lang/parse.h"
#include "harness/model/judge.h"
#include "tests/unit/runner.h"

#include <string.h>

static Arena *arena;
static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

enum { THREADS = 3, PLACES = 3 }; // before, between and after a thread's two accesses

#define STORE(location, value) "atomic_store_explicit(" location ", " value ", memory_order_relaxed);"
#define LOAD(reg, location) "int " reg " = atomic_load_explicit(" location ", memory_order_relaxed);"
#define FULL "atomic_thread_fence(memory_order_seq_cst);"

// Cycles of three threads.
static const struct {
  const char *accesses[THREADS][2];
  const char *witness;
} shapes[] = {
    {{{STORE("x", "1"), LOAD("r", "y")}, {STORE("y", "1"), LOAD("r", "z")}, {STORE("z", "1"), LOAD("r", "x")}},
     "0:r=0 /\\ 1:r=0 /\\ 2:r=0"},
    {{{STORE("x", "1"), STORE("y", "1")}, {LOAD("r", "y"), STORE("z", "1")}, {LOAD("r", "z"), LOAD("s", "x")}},
     "1:r=1 /\\ 2:r=1 /\\ 2:s=0"},
    {{{STORE("x", "1"), STORE("y", "1")}, {STORE("y", "2"), LOAD("r", "z")}, {STORE("z", "1"), LOAD("r", "x")}},
     "[y]=2 /\\ 1:r=0 /\\ 2:r=0"},
};

static bool allows(const char *text, const Judge *judge) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t.litmus", .bytes = text, .length = strlen(text)};
  Diag diag = {.arena = arena};
  const Test *test = test_parse(source, arena, &diag);
  ck_assert_msg(test != NULL, "%s: %s", text, diag.first ? diag.first->message : "");
  JudgeOptions options = {.limits = judge_limits(60)};
  Prediction prediction = judge_test(judge, test, &options, arena);
  ck_assert(prediction.program && !prediction_is_partial(&prediction));
  return prediction.any_witness;
}

// The fence in `thread` that the call of `heavy` makes there.
static void add_full_fence(Text *out, Text *filter, unsigned heavy, unsigned thread) {
  text_printf(out, " int g%u = atomic_load_explicit(q%u, memory_order_relaxed); " FULL, heavy, heavy);
  text_printf(out, " atomic_store_explicit(a%u%u, 1, memory_order_relaxed);", heavy, thread);
  text_printf(filter, "%s%u:g%u=1", filter->length ? " /\\ " : "", thread, heavy);
}

// The call and the return.
static void add_call(Text *out, Text *filter, unsigned heavy) {
  text_printf(out, " " FULL " atomic_store_explicit(q%u, 1, memory_order_relaxed);", heavy);
  for (unsigned t = 0; t < THREADS; t++) {
    if (t == heavy)
      continue;
    text_printf(out, " int k%u = atomic_load_explicit(a%u%u, memory_order_relaxed);", t, heavy, t);
    text_printf(filter, "%s%u:k%u=1", filter->length ? " /\\ " : "", heavy, t);
  }
  text_add(out, " " FULL);
}

// The shape with heavy fences in the threads of `heavy`; by themselves, or, where `places` is not NULL, as what they
// do: places[h][t] is where that of thread h lies in thread t.
static const char *program(size_t shape, unsigned heavy, unsigned (*places)[THREADS]) {
  Text out = {0}, filter = {0};
  text_add(&out, "C t\n{}\n");
  for (unsigned t = 0; t < THREADS; t++) {
    text_printf(&out, "P%u (atomic_int* x, atomic_int* y, atomic_int* z", t);
    for (unsigned h = 0; places && h < THREADS; h++)
      text_printf(&out, ", atomic_int* q%u, atomic_int* a%u0, atomic_int* a%u1, atomic_int* a%u2", h, h, h, h);
    text_add(&out, ") {");
    for (unsigned at = 0; at < PLACES; at++) {
      for (unsigned h = 0; places && h < THREADS; h++)
        if (heavy >> h & 1 && h != t && places[h][t] == at)
          add_full_fence(&out, &filter, h, t);
      if (at == 1 && heavy >> t & 1 && places)
        add_call(&out, &filter, t);
      else if (at == 1 && heavy >> t & 1)
        text_add(&out, " membarrier();");
      text_printf(&out, " %s", at < 2 ? shapes[shape].accesses[t][at] : "");
    }
    text_add(&out, " }\n");
  }
  if (filter.length)
    text_printf(&out, "filter (%s)\n", text_string(&filter));
  text_printf(&out, "exists (%s)\n", shapes[shape].witness);
  text_free(&filter);
  return text_finish(&out, arena);
}

// The next choice of places, for the fences that are looked at; false after the last.
static bool next(unsigned heavy, unsigned (*places)[THREADS]) {
  for (unsigned h = 0; h < THREADS; h++)
    for (unsigned t = 0; t < THREADS; t++) {
      if (!(heavy >> h & 1) || h == t)
        continue;
      if (++places[h][t] < PLACES)
        return true;
      places[h][t] = 0;
    }
  return false;
}

static bool some_place_allows(size_t shape, unsigned heavy, const Judge *judge) {
  unsigned places[THREADS][THREADS] = {{0}};
  bool allowed = false;
  do {
    allowed = allows(program(shape, heavy, places), judge);
  } while (!allowed && next(heavy, places));
  return allowed;
}

START_TEST(a_heavy_fence_is_a_full_one_somewhere_in_every_other_thread) {
  unsigned allowed = 0, count = 0;
  for (unsigned m = 0; m < model_count; m++) {
    if (!model_all[m]->cpu)
      continue;
    Judge judge = judge_of(model_all[m], arena);
    for (size_t shape = 0; shape < sizeof shapes / sizeof *shapes; shape++)
      for (unsigned heavy = 1; heavy < 1 << THREADS; heavy++) {
        if (heavy == 7 || (shape && (heavy & (heavy - 1)))) // two heavy ones have 81 places: once is enough
          continue;
        bool is = allows(program(shape, heavy, NULL), &judge);
        ck_assert_msg(is == some_place_allows(shape, heavy, &judge), "shape %zu, heavy %x, %s", shape, heavy,
                      judge.name);
        allowed += is;
        count++;
      }
  }
  ck_assert_uint_gt(allowed, 0);
  ck_assert_uint_lt(allowed, count);
}
END_TEST

int main(void) {
  TCase *all = unit_tests("asymmetric", setup, teardown);
  tcase_set_timeout(all, 120);
  tcase_add_test(all, a_heavy_fence_is_a_full_one_somewhere_in_every_other_thread);
  return unit_run("asymmetric", all);
}
