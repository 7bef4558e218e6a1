// Candidate executions: which there are, and what they are made of.
#include "harness/model/execution.h"
#include "tests/unit/litmus_text.h"

#include <threads.h>
#include <time.h>

static Arena *arena;
static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

// What was seen: how often each value of the first observable, and the last execution's relations counted.
typedef struct {
  unsigned seen, with[8];
  unsigned addr, data, ctrl, rmw, amo, events;
} Seen;

static unsigned pairs(Relation r) {
  unsigned count = 0;
  for (unsigned a = 0; a < r.n; a++)
    for (unsigned b = 0; b < r.n; b++)
      count += relation_has(r, a, b);
  return count;
}

static bool see(const Execution *x, void *context) {
  Seen *seen = context;
  seen->seen++;
  if (x->program->observable_count && x->state[0].number >= 0 && x->state[0].number < 8)
    seen->with[x->state[0].number]++;
  seen->addr = pairs(x->addr);
  seen->data = pairs(x->data);
  seen->ctrl = pairs(x->ctrl);
  seen->rmw = pairs(x->rmw);
  seen->amo = pairs(x->amo);
  seen->events = x->event_count;
  return true;
}

static Seen enumerate(const char *arch, bool coherent, const char *text, EnumerationResult *result) {
  Seen seen = {0};
  EnumerationLimits limits = {.coherent_only = coherent, .seconds = 20};
  *result = executions_each(lower_text(text, arch, arena), &limits, see, &seen);
  ck_assert_uint_eq(result->executions, seen.seen);
  return seen;
}

static Seen complete(const char *arch, bool coherent, const char *text) {
  EnumerationResult result;
  Seen seen = enumerate(arch, coherent, text, &result);
  ck_assert_msg(!result.gave_up, "%s", result.why);
  ck_assert(!result.bound_reached && !result.misfit.kind);
  return seen;
}

#define LOAD(r, x) "int " r " = atomic_load_explicit(" x ", memory_order_relaxed); "
#define STORE(x, v) "atomic_store_explicit(" x ", " v ", memory_order_relaxed); "
#define P(n, body) "P" n " (atomic_int* x, atomic_int* y, atomic_int* z) { " body "}\n"

START_TEST(test_store_buffering_has_four_executions) {
  const char *text =
      "C t\n{}\n" P("0", STORE("x", "1") LOAD("r0", "y")) P("1", STORE("y", "1") LOAD("r0", "x")) "exists (0:r0=0)\n";
  Seen seen = complete("c11", true, text);
  ck_assert_uint_eq(seen.seen, 4);
  ck_assert_uint_eq(seen.with[0], 2);
  ck_assert_uint_eq(seen.events, 6);
}
END_TEST

START_TEST(test_orders_of_writes_are_all_of_those_that_coherence_leaves) {
  const char *text = "C t\n{}\n" P("0", STORE("x", "1") STORE("x", "2")) P("1", STORE("x", "3")) "exists (x=3)\n";
  ck_assert_uint_eq(complete("c11", false, text).seen, 6); // 3!
  Seen coherent = complete("c11", true, text);             // 1 before 2
  ck_assert_uint_eq(coherent.seen, 3);
  ck_assert_uint_eq(coherent.with[3], 1);
  ck_assert_uint_eq(coherent.with[1], 0);
}
END_TEST

START_TEST(test_a_coherent_read_is_no_older_than_the_read_before_it) {
  const char *text = "C t\n{}\n" P("0", STORE("x", "1")) P("1", LOAD("r0", "x") LOAD("r1", "x")) "exists (1:r0=1)\n";
  ck_assert_uint_eq(complete("c11", false, text).seen, 4);
  ck_assert_uint_eq(complete("c11", true, text).seen, 3);
}
END_TEST

START_TEST(test_values_follow_from_what_is_read) {
  const char *text = "C t\n{}\n" P("0", LOAD("r0", "x") STORE("y", "r0 + 1"))
      P("1", LOAD("r0", "y") STORE("x", "r0 + 1")) "exists (x=7)\n";
  Seen seen = complete("c11", true, text); // not the one where each waits for the other
  ck_assert_uint_eq(seen.seen, 3);
  ck_assert_uint_eq(seen.with[1], 2);
  ck_assert_uint_eq(seen.with[2], 1);
}
END_TEST

START_TEST(test_a_cast_keeps_what_its_type_holds) {
  Seen narrow =
      complete("c11", true, "C t\n{ x = 258; }\n" P("0", LOAD("r0", "x") "int r1 = (uint8_t)r0;") "exists (0:r1=2)\n");
  ck_assert_uint_eq(narrow.with[2], 1);
  Seen truth =
      complete("c11", true, "C t\n{ x = 256; }\n" P("0", LOAD("r0", "x") "int r1 = (bool)r0;") "exists (0:r1=1)\n");
  ck_assert_uint_eq(truth.with[1], 1);
  Seen wide =
      complete("x86_64", true, "C t\n{ x = 5; }\n" P("0", LOAD("r0", "x") "int r1 = (int64_t)r0;") "exists (0:r1=5)\n");
  ck_assert_uint_eq(wide.with[5], 1);
}
END_TEST

START_TEST(test_no_value_comes_out_of_thin_air) {
  const char *copy =
      "C t\n{}\n" P("0", LOAD("r0", "x") STORE("y", "r0")) P("1", LOAD("r0", "y") STORE("x", "r0")) "exists (x=1)\n";
  ck_assert_uint_eq(complete("power", true, copy).seen, 3);
  const char *fake = "C t\n{}\n" P("0", LOAD("r0", "x") STORE("y", "1 + (r0 ^ r0)"))
      P("1", LOAD("r0", "y") STORE("x", "r0")) "exists (x=1)\n";
  Seen seen = complete("power", true, fake); // the value is known: an execution for the model to judge
  ck_assert_uint_eq(seen.seen, 4);
  ck_assert_uint_eq(seen.data, 2);
}
END_TEST

START_TEST(test_branches_are_taken_as_the_values_say) {
  const char *text =
      "C t\n{}\n" P("0", LOAD("r0", "x") "if (r0 == 2) { " STORE("y", "1") "} else { " STORE("y", "2") "} ")
          P("1", STORE("x", "2")) "exists (y=1)\n";
  Seen seen = complete("c11", true, text);
  ck_assert_uint_eq(seen.seen, 2);
  ck_assert_uint_eq(seen.with[1], 1);
  ck_assert_uint_eq(seen.with[2], 1);
  ck_assert_uint_eq(seen.ctrl, 1);
}
END_TEST

START_TEST(test_a_branch_orders_what_follows_it_also_after_it_joins) {
  const char *text =
      "C t\n{}\n" P("0", LOAD("r0", "x") "if (r0) { } " STORE("y", "1") STORE("z", "1")) "exists (y=1)\n";
  ck_assert_uint_eq(complete("aarch64", true, text).ctrl, 2);
}
END_TEST

START_TEST(test_addresses_may_be_computed) {
  const char *text = "C t\n{ int a[2]; }\nP0 (atomic_int* x) { " STORE(
      "x", "1") "}\n"
                "P1 (atomic_int* x, int* a) { " LOAD("r0", "x") "a[r0] = 5; int r1 = a[1]; }\nexists (1:r1=5)\n";
  Seen seen = complete("c11", true, text);
  ck_assert_uint_eq(seen.seen, 2);
  ck_assert_uint_eq(seen.with[0], 1);
  ck_assert_uint_eq(seen.with[5], 1);
  ck_assert_uint_eq(seen.addr, 1);
}
END_TEST

START_TEST(test_a_read_modify_write_is_one_event_or_a_pair) {
  const char *text = "C t\n{}\n" P("0", "int r0 = atomic_fetch_add_explicit(x, 1, memory_order_relaxed); ")
      P("1", "int r0 = atomic_fetch_add_explicit(x, 1, memory_order_relaxed); ") "exists (x=2)\n";
  Seen one = complete("c11", true, text);
  ck_assert_uint_eq(one.events, 3);
  ck_assert_uint_eq(one.rmw, 0);
  // Each reads 0, or one reads what the other wrote; who reads 0 first or last in the order is for the model.
  ck_assert_uint_eq(one.with[2], 2);
  Seen two = complete("aarch64", true, text);
  ck_assert_uint_eq(two.events, 5);
  ck_assert_uint_eq(two.rmw, 2);
  ck_assert_uint_eq(two.amo, 2);
  ck_assert_uint_eq(two.data, 2);
  ck_assert_uint_eq(complete("power", true, text).amo, 0);
}
END_TEST

START_TEST(test_pairs_are_torn_where_the_model_may_say_so_only) {
  const char *text = "C t\n{}\n" P("0", "int r0 = atomic_exchange_explicit(x, 1, memory_order_relaxed); ")
      P("1", STORE("x", "2")) "exists (0:r0=2)\n";
  Program *program = lower_text(text, "power", arena);
  Seen seen = {0};
  EnumerationLimits limits = {.coherent_only = true};
  executions_each(program, &limits, see, &seen);
  ck_assert_uint_eq(seen.seen, 3); // the store before, after or between
  seen = (Seen){0};
  limits.atomic_only = true;
  executions_each(program, &limits, see, &seen);
  ck_assert_uint_eq(seen.seen, 2);
}
END_TEST

START_TEST(test_many_increments_are_put_in_order_at_once) {
  const char *body = "atomic_fetch_add_explicit(x, 1, memory_order_relaxed); "
                     "atomic_fetch_add_explicit(x, 1, memory_order_relaxed); ";
  Text text = {0};
  text_add(&text, "C t\n{}\n");
  for (unsigned t = 0; t < 3; t++)
    text_printf(&text, "P%u (atomic_int* x) { %s}\n", t, body);
  text_add(&text, "exists (x=6)\n");
  ck_assert_uint_eq(complete("c11", true, text_string(&text)).seen, 90); // 6! / 2!^3
  text_free(&text);
}
END_TEST

// Parts of executions, and how many of them are to be gone on with.
typedef struct {
  Seen seen;
  unsigned asked, good;
} Parts;

static bool see_whole(const Execution *x, void *context) { return see(x, &((Parts *)context)->seen); }

static bool see_part(const Execution *x, void *context) {
  Parts *p = context;
  unsigned reads = 0;
  for (unsigned e = 0; e < x->event_count; e++)
    reads += (x->events[e].kind & EVENT_READ) != 0;
  ck_assert_uint_lt(pairs(x->rf), reads);
  ck_assert_uint_ge(pairs(x->co), 4); // three writes after the initial one, and two of P0
  return p->asked++ < p->good;
}

START_TEST(test_what_does_not_promise_is_given_up) {
  const char *text = "C t\n{}\n" P("0", STORE("x", "1") STORE("x", "2")) P("1", LOAD("r0", "x") LOAD("r1", "x"))
      P("2", STORE("x", "3") LOAD("r0", "y")) "exists (x=3)\n";
  unsigned all = complete("c11", true, text).seen;
  Parts every = {.good = 1000}, none = {.good = 0}, some = {.good = 3};
  EnumerationLimits limits = {.coherent_only = true, .promising = see_part};
  const Program *program = lower_text(text, "c11", arena);
  executions_each(program, &limits, see_whole, &every);
  ck_assert(every.seen.seen == all && every.asked > 3);
  executions_each(program, &limits, see_whole, &none);
  ck_assert(none.seen.seen == 0 && none.asked == 1);
  executions_each(program, &limits, see_whole, &some);
  ck_assert(some.seen.seen > 0 && some.seen.seen < all && some.asked > 3);
}
END_TEST

START_TEST(test_compare_exchange_succeeds_exactly_where_it_finds_what_it_expects) {
  const char *strong =
      "C t\n{}\n" P("0", STORE("x", "1")) "P1 (atomic_int* x, int* e) { int r0 = "
                                          "atomic_compare_exchange_strong_explicit(x, e, 2, memory_order_relaxed, "
                                          "memory_order_relaxed); }\nlocations [1:r0; e;]\nexists (1:r0=1)\n";
  Seen seen = complete("c11", true, strong);
  ck_assert_uint_eq(seen.with[0], 1); // after the store
  ck_assert_uint_eq(seen.with[1], 1); // before it: nothing comes between what it reads and what it writes
  const char *weak = "C t\n{}\n"
                     "P0 (atomic_int* x, int* e) { int r0 = atomic_compare_exchange_weak_explicit(x, e, 2, "
                     "memory_order_relaxed, memory_order_relaxed); }\nexists (0:r0=1)\n";
  seen = complete("c11", true, weak);
  ck_assert_uint_eq(seen.with[0], 1);
  ck_assert_uint_eq(seen.with[1], 1);
}
END_TEST

START_TEST(test_loops_are_turned_up_to_the_bound_and_it_is_said) {
  const char *spin = "C t\n{}\n" P("0", STORE("x", "1"))
      P("1",
        LOAD("r0", "x") "while (r0 == 0) { r0 = atomic_load_explicit(x, memory_order_relaxed); } ") "exists (1:r0=1)\n";
  EnumerationResult result;
  Seen seen = enumerate("c11", true, spin, &result);
  ck_assert(result.bound_reached);
  ck_assert_uint_eq(seen.with[1], LOWER_UNROLL + 1);
  const char *counted = "C t\n{}\n" P("0", "int i = 0; while (i < 20) { i = i + 1; } ") "exists (0:i=20)\n";
  ck_assert_uint_eq(complete("c11", true, counted).seen, 1);
  const char *endless = "C t\n{}\n" P("0", "while (1) { } ") "exists (x=0)\n";
  enumerate("c11", true, endless, &result);
  ck_assert(result.bound_reached && !result.executions);
}
END_TEST

START_TEST(test_a_loop_that_coherence_ends_does_not_reach_the_bound) {
  const char *text = "C t\n{}\n" P("0", STORE("x", "1")) "P1 (atomic_int* x, int* e) { while "
                                                         "(atomic_compare_exchange_strong_explicit(x, e, 3, "
                                                         "memory_order_relaxed, memory_order_relaxed) == 0) { } }\n"
                                                         "exists (x=3)\n";
  complete("c11", true, text);
}
END_TEST

typedef struct {
  Seen seen;
  unsigned hangs;
} Waiting;

static bool see_waiting(const Execution *x, void *context) { return see(x, &((Waiting *)context)->seen); }

static bool see_hang(const Execution *x, void *context) {
  (void)x;
  return ++((Waiting *)context)->hangs < 1000;
}

static Waiting wait(const char *arch, const char *text, bool keeps_turns) {
  Waiting w = {0};
  EnumerationLimits limits = {.coherent_only = true,
                              .atomic_only = true,
                              .seconds = 20,
                              .waits = true,
                              .alike = true,
                              .keeps_turns = keeps_turns,
                              .hang = see_hang};
  EnumerationResult result = executions_each(lower_text(text, arch, arena), &limits, see_waiting, &w);
  ck_assert_msg(!result.gave_up, "%s", result.why);
  ck_assert(!result.bound_reached);
  return w;
}

START_TEST(test_a_loop_that_only_waits_needs_no_bound) {
  const char *flag = "C t\n{}\n" P("0", STORE("x", "1")) P(
      "1", "int r0 = 0; while (r0 == 0) { r0 = atomic_load_explicit(x, memory_order_relaxed); } ") "exists (1:r0=1)\n";
  Waiting w = wait("c11", flag, true);
  ck_assert(w.seen.seen == 1 && w.seen.with[1] == 1 && w.hangs == 0);
  // What a turn counts, others see
  const char *counted = "C t\n{}\n" P("0", STORE("x", "1")) P(
      "1", "int n = 0; while (atomic_load_explicit(x, memory_order_relaxed) == 0) { n = n + 1; } ") "exists (1:n=1)\n";
  EnumerationResult result;
  EnumerationLimits limits = {.coherent_only = true, .waits = true};
  Seen seen = {0};
  result = executions_each(lower_text(counted, "c11", arena), &limits, see, &seen);
  ck_assert(result.bound_reached && seen.seen == LOWER_UNROLL + 1);
  // A turn of several accesses is kept once where races are told
  const char *two = "C t\n{}\n" P("0", STORE("x", "1"))
      P("1", "int r0 = 0; while (atomic_load_explicit(x, memory_order_relaxed) == 0) { r0 = *y; } ") "exists (x=1)\n";
  ck_assert_uint_eq(wait("c11", two, false).seen.seen, 1);
  ck_assert_uint_ge(wait("c11", two, true).seen.seen, 2);
}
END_TEST

START_TEST(test_a_wait_that_nobody_ends_is_told) {
  const char *flag = "C t\n{}\n" P("0", STORE("x", "1") STORE("x", "2")) P(
      "1", "int r0 = 0; while (r0 != 1) { r0 = atomic_load_explicit(x, memory_order_relaxed); } ") "exists (1:r0=1)\n";
  Waiting w = wait("c11", flag, true);
  ck_assert(w.seen.seen == 1 && w.hangs == 1); // it saw 1 in time, or only 2
  const char *endless = "C t\n{}\n" P("0", "while (1) { } ") "exists (x=0)\n";
  w = wait("c11", endless, true);
  ck_assert(w.seen.seen == 0 && w.hangs == 1);
  // A compare-exchange that fails though it need not does so not for ever
  const char *weak =
      "C t\n{}\n" P("0", "int e = 0; while (atomic_compare_exchange_weak_explicit(x, &e, 1, memory_order_relaxed, "
                         "memory_order_relaxed) == 0) { e = 0; } ") "exists (x=1)\n";
  w = wait("c11", weak, true);
  ck_assert(w.seen.seen == 1 && w.hangs == 0);
}
END_TEST

START_TEST(test_that_not_all_waits_were_looked_at_is_told) {
  const char *text = "C t\n{}\n" P("0", STORE("x", "1")) P("1", STORE("x", "2"))
      P("2", "while (atomic_load_explicit(x, memory_order_relaxed) != 7) { } ") "exists (x=1)\n";
  for (unsigned limit = 1; limit <= 3; limit++) { // there are two
    Waiting w = {0};
    EnumerationLimits limits = {.coherent_only = true, .executions = limit, .waits = true, .hang = see_hang};
    EnumerationResult result = executions_each(lower_text(text, "c11", arena), &limits, see_waiting, &w);
    ck_assert(!result.gave_up && !w.seen.seen);
    ck_assert(w.hangs == (limit < 2 ? limit : 2) && result.hangs_open == (limit < 2));
  }
}
END_TEST

// Three threads that take a lock by exchanges, add one each, and let it go, or do not.
static const char *lock(const char *let_go) {
  static Text text;
  text_clear(&text);
  text_add(&text, "C t\n{}\n");
  for (unsigned t = 0; t < 3; t++)
    text_printf(&text,
                "P%u (atomic_int* l, int* x) { int r0 = 1; while (r0 != 0) { "
                "r0 = atomic_exchange_explicit(l, 1, memory_order_acquire); } int r1 = *x; *x = r1 + 1; %s }\n",
                t, let_go);
  text_add(&text, "exists (x=3)\n");
  return text_string(&text);
}

START_TEST(test_an_exchange_that_writes_back_what_it_read_is_a_wait) {
  const char *const archs[] = {"c11", "aarch64"};
  for (unsigned i = 0; i < 2; i++) {
    Waiting w = wait(archs[i], lock("atomic_store_explicit(l, 0, memory_order_release);"), i == 0);
    ck_assert_uint_gt(w.seen.with[3], 0);
    ck_assert_uint_eq(w.hangs, 0);
    w = wait(archs[i], lock(""), i == 0);
    ck_assert_uint_eq(w.seen.seen, 0);
    ck_assert_uint_gt(w.hangs, 0);
  }
}
END_TEST

START_TEST(test_threads_that_are_alike_are_put_in_one_order) {
  const char *body = "atomic_fetch_add_explicit(x, 1, memory_order_relaxed); "
                     "atomic_fetch_add_explicit(x, 1, memory_order_relaxed); ";
  Text text = {0};
  text_add(&text, "C t\n{}\n");
  for (unsigned t = 0; t < 3; t++)
    text_printf(&text, "P%u (atomic_int* x) { %s}\n", t, body);
  text_add(&text, "exists (x=6)\n");
  Waiting w = wait("c11", text_string(&text), true);
  ck_assert(w.seen.seen == 15 && w.seen.with[6] == 15); // 6! / 2!^3, by 3!
  text_free(&text);
  // A register that is observed tells them apart
  const char *told = "C t\n{}\n" P("0", "int r0 = atomic_fetch_add_explicit(x, 1, memory_order_relaxed); ")
      P("1", "int r0 = atomic_fetch_add_explicit(x, 1, memory_order_relaxed); ") "exists (0:r0=1)\n";
  ck_assert_uint_eq(wait("c11", told, true).seen.seen, 2);
  // Readers alone: 3 ways that two can read one of two values
  const char *readers =
      "C t\n{}\n" P("0", STORE("x", "1")) P("1", LOAD("r0", "x")) P("2", LOAD("r0", "x")) "exists (x=1)\n";
  ck_assert_uint_eq(wait("c11", readers, true).seen.seen, 3);
}
END_TEST

START_TEST(test_states_that_the_filter_refuses_are_left_out) {
  const char *text = "C t\n{}\n" P("0", STORE("x", "1") LOAD("r0", "y"))
      P("1", STORE("y", "1") LOAD("r0", "x")) "filter (1:r0=1)\nexists (0:r0=0)\n";
  ck_assert_uint_eq(complete("c11", true, text).seen, 2);
}
END_TEST

START_TEST(test_hostile_programs_end_with_a_reason) {
  Text text = {0};
  text_add(&text, "C t\n{}\n");
  for (unsigned t = 0; t < 64; t++)
    text_printf(&text, "P%u (atomic_int* x) { atomic_store_explicit(x, %u, memory_order_relaxed); }\n", t, t + 1);
  text_add(&text, "exists (x=1)\n");
  Seen seen = {0};
  EnumerationLimits limits = {.coherent_only = true, .seconds = 0.2};
  EnumerationResult result = executions_each(lower_text(text_string(&text), "c11", arena), &limits, see, &seen);
  ck_assert(result.gave_up && result.why);

  text_clear(&text); // 2^40 paths
  text_add(&text, "C t\n{}\nP0 (atomic_int* x) { int r0 = 0; ");
  for (unsigned i = 0; i < 40; i++)
    text_add(&text, "r0 = atomic_load_explicit(x, memory_order_relaxed); if (r0) { *x = 1; } ");
  text_add(&text, "}\nexists (x=1)\n");
  result = executions_each(lower_text(text_string(&text), "c11", arena), &limits, see, &seen);
  ck_assert(result.gave_up && result.why);

  text_clear(&text); // an expression that doubles forty times
  text_add(&text,
           "C t\n{ int a[3]; }\nP0 (atomic_int* x, int* a) { int r0 = atomic_load_explicit(x, memory_order_relaxed); ");
  for (unsigned i = 0; i < 40; i++)
    text_add(&text, "r0 = r0 + r0; ");
  text_add(&text, "a[r0] = r0; }\nexists (x=1)\n");
  result = executions_each(lower_text(text_string(&text), "c11", arena), &limits, see, &seen);
  ck_assert(!result.gave_up && result.executions == 1);
  text_free(&text);
}
END_TEST

static bool stop(const Execution *x, void *context) {
  (void)x;
  return ++*(unsigned *)context < 2;
}

START_TEST(test_limits_and_the_caller_end_it) {
  Program *program = lower_text("C t\n{}\n" P("0", STORE("x", "1") LOAD("r0", "y"))
                                    P("1", STORE("y", "1") LOAD("r0", "x")) "exists (0:r0=0)\n",
                                "c11", arena);
  unsigned calls = 0;
  EnumerationLimits limits = {0};
  EnumerationResult result = executions_each(program, &limits, stop, &calls);
  ck_assert_uint_eq(calls, 2);
  ck_assert(!result.gave_up);
  Seen seen = {0};
  limits.executions = 3;
  result = executions_each(program, &limits, see, &seen);
  ck_assert(result.gave_up && seen.seen == 3);
}
END_TEST

static void count_calls(void *context, uint64_t executions) {
  (void)executions;
  ++*(unsigned *)context;
}

static int stop_in_a_while(void *flag) {
  nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
  *(volatile int *)flag = 1;
  return 0;
}

START_TEST(test_who_stops_it_waits_no_longer_than_a_moment_and_progress_is_told) {
  Text text = {0}; // 20! orders
  text_add(&text, "C t\n{}\n");
  for (unsigned t = 0; t < 20; t++)
    text_printf(&text, "P%u (atomic_int* x) { atomic_store_explicit(x, %u, memory_order_relaxed); }\n", t, t + 1);
  text_add(&text, "exists (x=1)\n");
  volatile int flag = 0;
  unsigned calls = 0;
  Seen seen = {0};
  EnumerationLimits limits = {
      .coherent_only = true, .seconds = 100, .stop = &flag, .progress = count_calls, .progress_context = &calls};
  thrd_t thread;
  ck_assert_int_eq(thrd_create(&thread, stop_in_a_while, (void *)&flag), thrd_success);
  time_t before = time(NULL);
  EnumerationResult result = executions_each(lower_text(text_string(&text), "c11", arena), &limits, see, &seen);
  thrd_join(thread, NULL);
  ck_assert(result.gave_up && !result.timed_out && time(NULL) - before < 50);
  ck_assert_str_eq(result.why, "it was interrupted");
  ck_assert_uint_ge(calls, 1);
  text_free(&text);
}
END_TEST

START_TEST(test_paths_heed_the_time_too) {
  Text text = {0}; // 64 threads of 2^14 paths with long expressions
  text_add(&text, "C t\n{}\n");
  for (unsigned t = 0; t < 64; t++) {
    text_printf(&text, "P%u (atomic_int* x) { int s = 0; int r0 = 0; ", t);
    for (unsigned i = 0; i < 14; i++)
      text_add(&text, "r0 = atomic_load_explicit(x, memory_order_relaxed); if (r0) { s = s * 3 + r0; } ");
    for (unsigned i = 0; i < 300; i++)
      text_add(&text, "s = s * s + r0; ");
    text_add(&text, "}\n");
  }
  text_add(&text, "exists (0:s=3)\n");
  Seen seen = {0};
  EnumerationLimits limits = {.coherent_only = true, .seconds = 0.2};
  time_t before = time(NULL);
  EnumerationResult result = executions_each(lower_text(text_string(&text), "c11", arena), &limits, see, &seen);
  ck_assert(result.timed_out && time(NULL) - before < 20);
  text_free(&text);
}
END_TEST

int main(void) {
  TCase *tests = tcase_create("executions");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, test_store_buffering_has_four_executions);
  tcase_add_test(tests, test_orders_of_writes_are_all_of_those_that_coherence_leaves);
  tcase_add_test(tests, test_a_coherent_read_is_no_older_than_the_read_before_it);
  tcase_add_test(tests, test_values_follow_from_what_is_read);
  tcase_add_test(tests, test_a_cast_keeps_what_its_type_holds);
  tcase_add_test(tests, test_no_value_comes_out_of_thin_air);
  tcase_add_test(tests, test_branches_are_taken_as_the_values_say);
  tcase_add_test(tests, test_a_branch_orders_what_follows_it_also_after_it_joins);
  tcase_add_test(tests, test_addresses_may_be_computed);
  tcase_add_test(tests, test_a_read_modify_write_is_one_event_or_a_pair);
  tcase_add_test(tests, test_pairs_are_torn_where_the_model_may_say_so_only);
  tcase_add_test(tests, test_many_increments_are_put_in_order_at_once);
  tcase_add_test(tests, test_what_does_not_promise_is_given_up);
  tcase_add_test(tests, test_compare_exchange_succeeds_exactly_where_it_finds_what_it_expects);
  tcase_add_test(tests, test_loops_are_turned_up_to_the_bound_and_it_is_said);
  tcase_add_test(tests, test_a_loop_that_coherence_ends_does_not_reach_the_bound);
  tcase_add_test(tests, test_a_loop_that_only_waits_needs_no_bound);
  tcase_add_test(tests, test_a_wait_that_nobody_ends_is_told);
  tcase_add_test(tests, test_that_not_all_waits_were_looked_at_is_told);
  tcase_add_test(tests, test_an_exchange_that_writes_back_what_it_read_is_a_wait);
  tcase_add_test(tests, test_threads_that_are_alike_are_put_in_one_order);
  tcase_add_test(tests, test_states_that_the_filter_refuses_are_left_out);
  tcase_add_test(tests, test_hostile_programs_end_with_a_reason);
  tcase_add_test(tests, test_limits_and_the_caller_end_it);
  tcase_add_test(tests, test_who_stops_it_waits_no_longer_than_a_moment_and_progress_is_told);
  tcase_add_test(tests, test_paths_heed_the_time_too);
  Suite *suite = suite_create("model_executions");
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
