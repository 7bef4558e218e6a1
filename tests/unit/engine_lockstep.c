// The lockstep engine, whole: text -> C -> machine code -> counts. And what the C made of expressions computes.
#include "harness/engine/lockstep.h"
#include "harness/engine/lockstep_actor.h"
#include "harness/lang/parse.h"
#include "harness/lang/state.h"
#include "harness/run/run.h"
#include "tests/unit/left.h"
#include "tests/unit/skip.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static Arena *arena;
static Diag diag;
static Left before;

static void setup(void) {
  before = left_now();
  arena = arena_new();
  diag = (Diag){.arena = arena};
}

static void teardown(void) {
  arena_free(arena);
  left_assert_nothing(&before);
}

static const Test *parse(const char *text) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "test", .bytes = text, .length = strlen(text)};
  const Test *test = test_parse(source, arena, &diag);
  Text errors = {0};
  diag_format(&diag, &errors);
  ck_assert_msg(test != NULL, "%s", text_string(&errors));
  text_free(&errors);
  return test;
}

// So many iterations, however long they take.
static RunOptions so_many(uint64_t iterations) {
  return (RunOptions){.iterations = iterations, .engine = ENGINE_LOCKSTEP, .seed = 1, .timeout = 60};
}

static RunResult run_on(const Test *test, RunOptions options, const Topology *topology, const Placement *placement) {
  Compiler compiler;
  ck_assert(compiler_find(options.cc, options.cflags, arena, &compiler, &diag));
  Compiled **compiled = build_compile(&test, 1, options.engine, &compiler, arena, NULL, NULL, NULL);
  return run_test(test, compiled[0], topology, placement, &options, arena, NULL);
}

static RunResult run_parsed(const Test *test, RunOptions options) {
  Topology *topology = topology_new(&diag);
  ck_assert_ptr_nonnull(topology);
  Placement placement = placement_default(topology, test->thread_count, arena);
  RunResult result = run_on(test, options, topology, &placement);
  topology_free(topology);
  return result;
}

static uint64_t sum(const Histogram *histogram) {
  uint64_t total = 0;
  for (unsigned i = 0; i < histogram->count; i++)
    total += histogram->rows[i].count;
  return total;
}

static const char *state_text(const Test *test, State state) {
  Text text = {0};
  state_print(test, state, &text);
  const char *copy = arena_string(arena, text_string(&text));
  text_free(&text);
  return copy;
}

static void assert_done(const RunResult *result) {
  ck_assert_msg(result->status == RUN_DONE, "%s: %s", run_status_name(result->status),
                result->message ? result->message : "");
  ck_assert_uint_eq(result->lost, 0);
  ck_assert_uint_eq(sum(&result->histogram), result->histogram.total);
}

#define RLX ", memory_order_relaxed)"

static const char SB[] = "C SB\n{}\n"
                         "P0 (atomic_int* x, atomic_int* y) { atomic_store_explicit(x, 1" RLX ";\n"
                         "  int r0 = atomic_load_explicit(y" RLX "; }\n"
                         "P1 (atomic_int* x, atomic_int* y) { atomic_store_explicit(y, 1" RLX ";\n"
                         "  int r0 = atomic_load_explicit(x" RLX "; }\n"
                         "exists (0:r0=0 /\\ 1:r0=0)\n";

// ---- counting

START_TEST(counts_add_up_to_the_iterations_asked_for) {
  static const uint64_t counts[] = {1, 63, 1000, 54321};
  for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
    RunResult result = run_parsed(parse(SB), so_many(counts[i]));
    assert_done(&result);
    ck_assert_uint_eq(result.histogram.total, counts[i]);
  }
}
END_TEST

// Threads and processes alike: an address is one of the instance that it was read in.
START_TEST(states_show_addresses_as_the_locations_they_are_of) {
  const Test *test = parse("C t\n{ p=z; z=5; y=7; 0:r9=y; 0:r3=-1; }\n"
                           "P0 (int **p, int *x, long *r) {\n"
                           "  int *r1 = READ_ONCE(*p);\n  int r2 = READ_ONCE(*r1);\n  WRITE_ONCE(*p, x);\n"
                           "  *r9 = 8;\n  long r4 = xchg(r, r3);\n}\n"
                           "locations [p; y; r; 0:r4]\nexists (0:r1=z /\\ 0:r2=5 /\\ p=x)\n");
  RunOptions options = so_many(3000);
  options.actors = _i ? ACTORS_PROCESSES : ACTORS_THREADS;
  RunResult result = run_parsed(test, options);
  assert_done(&result);
  ck_assert_uint_eq(result.histogram.count, 1);
  ck_assert_uint_eq(result.histogram.witnesses, 3000);
  const char *state = state_text(test, result.histogram.rows[0].state);
  ck_assert_str_eq(state, "0:r1=z; 0:r2=5; 0:r4=0; [p]=x; [r]=-1; [y]=8;");
  Value values[LIMIT_OBSERVABLES];
  ck_assert(state_parse(test, state, values));
  ck_assert_int_eq(state_compare(test, result.histogram.rows[0].state, (State){values}), 0);
}
END_TEST

START_TEST(processes_count_like_threads) {
  RunOptions options = so_many(20000);
  options.actors = ACTORS_PROCESSES;
  RunResult result = run_parsed(parse(SB), options);
  assert_done(&result);
  ck_assert_uint_eq(result.histogram.total, 20000);
}
END_TEST

// Threads and processes alike; each engine.
START_TEST(a_crash_of_the_test_is_a_crash_with_its_signal) {
  static const Engine engines[] = {ENGINE_LOCKSTEP, ENGINE_PERPETUAL};
  RunOptions options = so_many(1000);
  options.engine = engines[_i / 2];
  options.actors = _i % 2 ? ACTORS_PROCESSES : ACTORS_THREADS;
  options.cflags = "-O1 '-D__atomic_store_n(p,v,o)=(void)(*(volatile int *)16 = 0)'";
  RunResult result = run_parsed(parse(SB), options);
  ck_assert_msg(result.status == RUN_CRASH, "%s: %s", run_status_name(result.status),
                result.message ? result.message : "");
  ck_assert_str_eq(result.message, "crashed: segmentation fault (SIGSEGV)");
}
END_TEST

START_TEST(iterations_without_coherence_violations) {
  const Test *test = parse("C CoRR\n{}\nP0 (atomic_int* x) { atomic_store_explicit(x, 1" RLX "; }\n"
                           "P1 (atomic_int* x) { int r0 = atomic_load_explicit(x" RLX ";\n"
                           "  int r1 = atomic_load_explicit(x" RLX "; }\nexists (1:r0=1 /\\ 1:r1=0)\n");
  RunResult result = run_parsed(test, so_many(200000));
  assert_done(&result);
  ck_assert_uint_eq(result.histogram.witnesses, 0);
  ck_assert_uint_eq(result.histogram.total, 200000);
}
END_TEST

START_TEST(fetch_add_loses_nothing) {
  const Test *test = parse("C add\n{ x = 40; }\n"
                           "P0 (atomic_int* x) { atomic_fetch_add_explicit(x, 1" RLX "; }\n"
                           "P1 (atomic_int* x) { atomic_fetch_add_explicit(x, 1" RLX "; }\nexists (x=42)\n");
  RunResult result = run_parsed(test, so_many(100000));
  assert_done(&result);
  ck_assert_uint_eq(result.histogram.count, 1);
  ck_assert_uint_eq(result.histogram.witnesses, 100000);
}
END_TEST

START_TEST(what_the_filter_hides_is_run_but_not_counted) {
  const Test *test = parse("C filtered\n{}\nP0 (atomic_int* x) { int r0 = atomic_fetch_add_explicit(x, 1" RLX "; }\n"
                           "P1 (atomic_int* x) { int r0 = atomic_fetch_add_explicit(x, 1" RLX "; }\n"
                           "filter (0:r0=0)\nexists (1:r0=1)\n");
  RunResult result = run_parsed(test, so_many(30000));
  assert_done(&result);
  ck_assert_uint_le(result.histogram.count, 1);
  ck_assert_uint_gt(result.histogram.total, 0);
  ck_assert_uint_gt(result.report.hidden, 0);
  ck_assert_uint_ge(result.histogram.total + result.report.hidden, 30000);
  ck_assert_uint_eq(result.histogram.witnesses, result.histogram.total);
}
END_TEST

static double setting_number(const RunResult *result, const char *name) {
  for (unsigned i = 0; i < result->report.setting_count; i++)
    if (!strcmp(result->report.settings[i].name, name))
      return result->report.settings[i].number;
  ck_abort_msg("no setting %s", name);
  return 0;
}

START_TEST(the_batch_shown_is_the_one_that_ran) {
  static const uint64_t counts[] = {1, 100, 300, 3000};
  static const double most[] = {64, 64, 100, 1000};
  RunResult result = run_parsed(parse(SB), so_many(counts[_i]));
  assert_done(&result);
  ck_assert(setting_number(&result, "batch") <= most[_i]);
}
END_TEST

// What only a sweep brings about: threads that pause between two loads, and so see one store without the next.
START_TEST(sweeps_run_where_iterations_are_the_only_limit) {
  const Test *test = parse("C CoWW\n{}\nP0 (atomic_int* x) { atomic_store_explicit(x, 1" RLX ";\n"
                           "  atomic_store_explicit(x, 2" RLX "; }\n"
                           "P1 (atomic_int* x) { int r0 = atomic_load_explicit(x" RLX ";\n"
                           "  int r1 = atomic_load_explicit(x" RLX "; }\nexists (1:r0=1 /\\ 1:r1=2)\n");
  Topology *topology = topology_new(&diag);
  bool alone = topology_pu_count(topology) < 2;
  topology_free(topology);
  SKIP_IF(alone, "threads that take turns are too slow for so many iterations");
  RunResult result = run_parsed(test, so_many(4000000));
  assert_done(&result);
  ck_assert_uint_gt(result.histogram.witnesses, 5); // trials alone show 0 to 2
}
END_TEST

START_TEST(a_segment_is_finite_whatever_the_clock_says) {
  ck_assert_uint_eq(lockstep_segment_instances(1000000, 1), 4001);
  ck_assert_uint_eq(lockstep_segment_instances(0, 0), lockstep_segment_instances(1000, 0));
  ck_assert_uint_eq(lockstep_segment_instances(UINT64_MAX, 1e-300), lockstep_segment_instances(1, 0));
  ck_assert_uint_le(lockstep_segment_instances(1, 0), 1u << 25);
  ck_assert_uint_eq(lockstep_segment_instances(0, 1), 1);
}
END_TEST

START_TEST(threads_meet_by_the_clock_that_is_given) {
  Topology *topology = topology_new(&diag);
  bool few_pus = topology_pu_count(topology) < 2;
  topology_free(topology);
  RunOptions options = so_many(1000);
  const Clock broken = {.reason = "this clock is broken"};
  options.clock = &broken;
  RunResult result = run_parsed(parse(SB), options);
  assert_done(&result);
  ck_assert_str_eq(result.report.meeting, "memory");
  ck_assert_str_eq(result.report.meeting_reason, few_pus ? "threads share PUs" : broken.reason);
}
END_TEST

// Neither what is done before the first iteration nor a late start eats into the time.
START_TEST(the_shortest_time_counts_something) {
  RunOptions options = {.seconds = 0.001, .engine = ENGINE_LOCKSTEP, .seed = 1, .timeout = 60};
  for (unsigned i = 0; i < 20; i++) {
    RunResult result = run_parsed(parse(SB), options);
    assert_done(&result);
    ck_assert_uint_gt(result.histogram.total, 0);
    ck_assert(result.seconds > 0); // to the last count: how close to the end that is, the load decides
  }
}
END_TEST

START_TEST(a_witness_ends_the_run_where_one_is_enough) {
  RunOptions options = {.until_witness = true, .engine = ENGINE_LOCKSTEP, .seed = 3, .timeout = 60};
  const Test *test = parse("C one\n{}\nP0 (atomic_int* x) { atomic_store_explicit(x, 1" RLX "; }\nexists (x=1)\n");
  RunResult result = run_parsed(test, options); // has no other end
  assert_done(&result);
  ck_assert_uint_ge(result.histogram.witnesses, 1);
}
END_TEST

START_TEST(threads_that_share_a_pu_end) {
  const Test *test =
      parse("C four\n{}\nP0 (atomic_int* x) { atomic_store_explicit(x, 1" RLX "; }\n"
            "P1 (atomic_int* x) { atomic_store_explicit(x, 2" RLX "; }\n"
            "P2 (atomic_int* x) { int r0 = atomic_load_explicit(x" RLX "; int r1 = atomic_load_explicit(x" RLX "; }\n"
            "P3 (atomic_int* x) { int r0 = atomic_load_explicit(x" RLX "; int r1 = atomic_load_explicit(x" RLX "; }\n"
            "exists (2:r0=1 /\\ 2:r1=2 /\\ 3:r0=2 /\\ 3:r1=1)\n");
  Topology *topology = topology_new(&diag);
  unsigned pu = topology_pu(topology, 0);
  Placement placement;
  ck_assert(placement_custom(topology, &pu, 1, 4, arena, &placement, &diag));
  RunResult result = run_on(test, so_many(5000), topology, &placement);
  topology_free(topology);
  assert_done(&result);
  ck_assert_str_eq(result.report.meeting, "memory");
  ck_assert_uint_eq(result.histogram.total, 5000);
  ck_assert_uint_eq(result.histogram.witnesses, 0);
}
END_TEST

START_TEST(a_loop_without_end_is_a_timeout) {
  const Test *test = parse("C loop\n{}\nP0 (atomic_int* x) { while (atomic_load_explicit(x" RLX " == 0) { } }\n"
                           "exists (x=0)\n");
  RunOptions options = so_many(10);
  options.timeout = 0.3;
  RunResult result = run_parsed(test, options);
  ck_assert_int_eq(result.status, RUN_TIMEOUT);
  ck_assert_ptr_nonnull(result.message);
}
END_TEST

START_TEST(a_loop_that_waits_for_another_thread_ends) {
  const Test *test =
      parse("C wait\n{}\nP0 (atomic_int* x) { while (atomic_load_explicit(x, memory_order_acquire) == 0) { } }\n"
            "P1 (atomic_int* x) { atomic_store_explicit(x, 1, memory_order_release); }\nexists (x=1)\n");
  Topology *topology = topology_new(&diag);
  unsigned pu = topology_pu(topology, 0);
  Placement placement;
  ck_assert(placement_custom(topology, &pu, 1, 2, arena, &placement, &diag));
  RunResult result = run_on(test, so_many(2000), topology, &placement);
  topology_free(topology);
  assert_done(&result);
  ck_assert_uint_eq(result.histogram.witnesses, 2000);
}
END_TEST

START_TEST(a_fence_of_another_cpu_is_refused_with_what_there_is) {
  Test test = *parse("C fence\n{}\nP0 (atomic_int* x) { atomic_store_explicit(x, 1" RLX "; }\nexists (x=1)\n");
  Expr access = {.kind = EXPR_ACCESS, .access = {.op = ACCESS_CPU_FENCE, .cpu_fence = "dmb-nowhere"}};
  Stmt fence = {.kind = STMT_EXPR, .expr = &access};
  Thread thread = test.threads[0];
  thread.body = &fence;
  test.threads = &thread;
  RunResult result = run_parsed(&test, so_many(10));
  ck_assert_int_eq(result.status, RUN_NOT_COMPILED);
  ck_assert_ptr_nonnull(strstr(result.message, "this CPU has no fence 'dmb-nowhere'"));
}
END_TEST

// ---- what the C computes

typedef struct {
  const char *init, *body, *observed, *state;
} Computation;

// One thread, so one final state.
static const Computation computations[] = {
    {"", "int r0 = 2 + 3 * 4 - 1;", "0:r0", "0:r0=13;"},
    {"", "int r0 = -7 / 2; int r1 = -7 % 3;", "0:r0; 0:r1", "0:r0=-3; 0:r1=-1;"},
    {"x = 2147483647;", "int r0 = atomic_load_explicit(x" RLX "; r0 = r0 + 1;", "0:r0", "0:r0=-2147483648;"},
    {"", "int r0 = 1; int r1 = r0 << 31 >> 31;", "0:r1", "0:r1=-1;"},
    {"", "unsigned int r0 = 0; r0 = r0 - 1;", "0:r0", "0:r0=4294967295;"},
    {"", "uint8_t r0 = 255; r0 = r0 + 1; int8_t r1 = 127; r1 = r1 + 1;", "0:r0; 0:r1", "0:r0=0; 0:r1=-128;"},
    {"", "int16_t r0 = 32767; r0 = r0 + 1; uint16_t r1 = 0; r1 = r1 - 1;", "0:r0; 0:r1", "0:r0=-32768; 0:r1=65535;"},
    {"", "int64_t r0 = 1; r0 = (r0 << 62) * 2;", "0:r0", "0:r0=-9223372036854775808;"},
    {"", "uint64_t r0 = 0; r0 = r0 - 1;", "0:r0", "0:r0=18446744073709551615;"},
    {"", "__int128 r0 = 1; r0 = r0 << 100; __int128 r1 = 0; r1 = r1 - 1;", "0:r0; 0:r1",
     "0:r0=0x10000000000000000000000000; 0:r1=-1;"},
    {"", "int r0 = !5; int r1 = ~5; int r2 = (3 < 4) + (4 <= 3) + (2 != 2) + (2 == 2);", "0:r0; 0:r1; 0:r2",
     "0:r0=0; 0:r1=-6; 0:r2=2;"},
    {"", "int r0 = 12 & 10; int r1 = 12 | 10; int r2 = 12 ^ 10;", "0:r0; 0:r1; 0:r2", "0:r0=8; 0:r1=14; 0:r2=6;"},
    {"", "int r0 = 1; if (r0 == 1) { r0 = 5; } else { r0 = 6; } if (r0 == 6) { r0 = 7; }", "0:r0", "0:r0=5;"},
    {"", "int r0 = 0; int r1 = 0; while (r0 < 5) { r0 = r0 + 1; r1 = r1 + r0; }", "0:r0; 0:r1", "0:r0=5; 0:r1=15;"},
    {"", "int r0 = 0; int r1 = 3; do { r1--; if (r1 == 2) continue; r0 += r1 + 1; } while (r1 > 0);", "0:r0; 0:r1",
     "0:r0=3; 0:r1=0;"},
    {"", "int r0 = 1; for (int i = 0; i < 9; i++, r0 *= 2) { if (i == 1) continue; if (i == 4) break; r0 |= 1; }",
     "0:r0; 0:i", "0:i=4; 0:r0=22;"},
    {"", "int r0 = 0; for (;;) { do { r0++; if (r0 % 4 == 0) break; } while (1); if (r0 > 9) break; }", "0:r0",
     "0:r0=12;"},
    {"x = 5;", "(*x)++; ++*x; *x -= 9; int r0 = *x; *x &= 6; int r1 = *x; *x ^= 3;", "0:r0; 0:r1; x",
     "0:r0=-2; 0:r1=6; [x]=5;"},
    {"", "uint8_t r0 = 255; r0++; uint8_t r1 = 0; --r1; int r2 = -7; r2 /= 2; r2 %= 2; r2 >>= 1;", "0:r0; 0:r1; 0:r2",
     "0:r0=0; 0:r1=255; 0:r2=-1;"},
    // Of ?: one arm is evaluated.
    {"", "int r0 = 1 ? 4 : atomic_fetch_add_explicit(x, 1" RLX "; int r1 = r0 < 4 ? 1 : r0 == 4 ? -1 : 2;",
     "0:r0; 0:r1; x", "0:r0=4; 0:r1=-1; [x]=0;"},
    {"", "unsigned r0 = 3; int64_t r1 = 1 ? -1 : r0; int64_t r2 = 0 ? r0 : -1;", "0:r1; 0:r2",
     "0:r1=4294967295; 0:r2=4294967295;"},
    // The right side of && and || is evaluated only where C does.
    {"", "int r0 = 0 && atomic_fetch_add_explicit(x, 1" RLX "; int r1 = 1 || atomic_fetch_add_explicit(x, 1" RLX ";",
     "0:r0; 0:r1; x", "0:r0=0; 0:r1=1; [x]=0;"},
    // Operands from left to right.
    {"x = 10;", "int r0 = atomic_fetch_add_explicit(x, 1" RLX " - atomic_fetch_add_explicit(x, 5" RLX ";", "0:r0; x",
     "0:r0=-1; [x]=16;"},
    {"x = 1;", "int r0 = atomic_exchange_explicit(x, 7" RLX "; int r1 = atomic_fetch_xor_explicit(x, 2" RLX ";",
     "0:r0; 0:r1; x", "0:r0=1; 0:r1=7; [x]=5;"},
    {"x = 6;", "int r0 = atomic_fetch_and_explicit(x, 3" RLX "; int r1 = atomic_fetch_or_explicit(x, 8" RLX ";",
     "0:r0; 0:r1; x", "0:r0=6; 0:r1=2; [x]=10;"},
    {"x = -3;", "int r0 = atomic_fetch_max_explicit(x, -5" RLX "; int r1 = atomic_fetch_max_explicit(x, 2" RLX ";",
     "0:r0; 0:r1; x", "0:r0=-3; 0:r1=-3; [x]=2;"},
    {"x = -3;", "int r0 = atomic_fetch_min(x, 4); int r1 = atomic_fetch_min(x, atomic_fetch_min(x, -9));",
     "0:r0; 0:r1; x", "0:r0=-3; 0:r1=-9; [x]=-9;"},
    {"unsigned x = 1;", "unsigned r0 = atomic_fetch_max(x, 4294967295); unsigned r1 = atomic_fetch_min(x, 7);",
     "0:r0; 0:r1; x", "0:r0=1; 0:r1=4294967295; [x]=7;"},
    {"x = 6;", "int r0 = atomic_fetch_sub_explicit(x, 7" RLX ";", "0:r0; x", "0:r0=6; [x]=-1;"},
    {"x = 3;",
     "int r0 = 3; int r1 = atomic_compare_exchange_strong_explicit(x, &r0, 9, memory_order_seq_cst"
     ", memory_order_relaxed); int r2 = 3; int r3 = atomic_compare_exchange_strong_explicit(x, &r2, 1"
     ", memory_order_seq_cst, memory_order_relaxed);",
     "0:r0; 0:r1; 0:r2; 0:r3; x", "0:r0=3; 0:r1=1; 0:r2=9; 0:r3=0; [x]=9;"},
    {"x = -1;", "int r0 = *x; *x = 8; int r1 = *x;", "0:r0; 0:r1; x", "0:r0=-1; 0:r1=8; [x]=8;"},
    {"", "int r0; if (0) { r0 = 1; }", "0:r0", "0:r0=0;"},
};

// Init blocks name `a` (an array) and `y` where a row uses them; the thread takes them all.
static const char *computation_text(const Computation *c) {
  return arena_printf(arena,
                      "C computes\n{ %s atomic_int a[3] = {1, 2, 3}; }\n"
                      "P0 (atomic_int* x, atomic_int* y, atomic_int* a) { %s }\nlocations [%s;]\n",
                      c->init, c->body, c->observed);
}

static void assert_computes(const Computation *c) {
  const Test *test = parse(computation_text(c));
  RunResult result = run_parsed(test, so_many(100));
  assert_done(&result);
  ck_assert_msg(result.histogram.count == 1, "%s: %u states", c->body, result.histogram.count);
  ck_assert_str_eq(state_text(test, result.histogram.rows[0].state), c->state);
}

START_TEST(expressions_and_statements_mean_what_c_says) { assert_computes(&computations[_i]); }
END_TEST

START_TEST(compare_exchange_takes_what_it_expects_from_a_location) {
  assert_computes(&(Computation){
      "x = 5; y = 4;",
      "int r0 = atomic_compare_exchange_strong_explicit(x, y, 6, memory_order_relaxed, memory_order_relaxed); "
      "int r1 = atomic_compare_exchange_strong_explicit(x, y, 7, memory_order_relaxed, memory_order_relaxed);",
      "0:r0; 0:r1; x; y", "0:r0=0; 0:r1=1; [x]=7; [y]=5;"});
}
END_TEST

START_TEST(arrays_are_reset_and_indices_wrap_around_them) {
  assert_computes(&(Computation){"",
                                 "int r0 = atomic_load_explicit(a + 2" RLX "; int r1 = 4; "
                                 "atomic_store_explicit(a + r1, 9" RLX "; r1 = -1; "
                                 "int r2 = atomic_load_explicit(a + (r1 + 1)" RLX ";",
                                 "0:r0; 0:r2; a[0]; a[1]; a[2]", "0:r0=3; 0:r2=1; [a[0]]=1; [a[1]]=9; [a[2]]=3;"});
}
END_TEST

// ---- parts

START_TEST(layouts_keep_alignment_and_offsets) {
  const Test *test = parse("C layout\nLayout=z:60\n{ int8_t b; int64_t q; int64_t z; int a[20]; }\n"
                           "P0 (int8_t* b, int64_t* q, int64_t* z, int* a) { *b = 1; *q = 1; *z = 1; *a = 1; }\n"
                           "exists (b=1)\n");
  const Shape *shape = shape_of(test, ENGINE_LOCKSTEP, arena, NULL);
  for (unsigned compact = 0; compact < 2; compact++) {
    Layout layout = layout_of(shape, compact);
    ck_assert_uint_eq(layout.stride % LAYOUT_LINE, 0);
    for (unsigned l = 0; l < test->location_count; l++) {
      const Location *location = &test->locations[l];
      size_t size = base_type_bits(location->type) / 8, end = layout.offsets[l] + size * location->length;
      ck_assert_uint_le(end, layout.stride);
      ck_assert_uint_eq(layout.offsets[l] % (location->has_offset ? LAYOUT_LINE : size),
                        location->has_offset ? location->line_offset : 0);
      for (unsigned other = 0; other < test->location_count; other++)
        ck_assert(other == l || layout.offsets[other] >= end || layout.offsets[other] < layout.offsets[l]);
    }
  }
  ck_assert_uint_lt(layout_of(shape, true).stride, layout_of(shape, false).stride);
}
END_TEST

// Whatever the machine and the test: lines shared, left alone, flushed, and written by a thread.
START_TEST(every_way_to_touch_lines_is_tried) {
  for (unsigned threads = 1; threads <= SHAPE_THREADS; threads++) {
    TuneAxis axes[TUNE_AXES];
    unsigned count = lockstep_axes(threads, _i & 1, _i & 2, axes), seen = 0;
    for (unsigned axis = 0; axis < count; axis++)
      for (unsigned i = 0; i < axes[axis].count && !strcmp(axes[axis].name, "touch"); i++)
        seen |= axes[axis].values[i] <= (int)TOUCH_ONE ? 1u << axes[axis].values[i] : 0;
    ck_assert_uint_eq(seen, 1u << TOUCH_NONE | 1u << TOUCH_SHARED | 1u << TOUCH_FLUSH | 1u << TOUCH_ONE);
  }
}
END_TEST

// ---- the code

static const char *code_of(const Test *test, Engine engine) {
  Text text = {0};
  build_emit(test, engine, arena, &text);
  const char *copy = arena_string(arena, text_string(&text));
  text_free(&text);
  return copy;
}

// Its body is the thread's statements, then its frame; the loop over a batch's instances calls it.
START_TEST(a_thread_is_a_function_of_its_locations_and_its_frame) {
  const char *code = code_of(parse(SB), ENGINE_LOCKSTEP);
  ck_assert_ptr_nonnull(strstr(code, "KERNEL_THREAD void P1(int *loc_x, int *loc_y, volatile Frame1 *out) {\n"
                                     "  int reg_r0 = 0;\n"
                                     "  __atomic_store_n(loc_y, 1, __ATOMIC_RELAXED);\n"
                                     "  reg_r0 = __atomic_load_n(loc_x, __ATOMIC_RELAXED);\n"
                                     "  kernel_compiler_barrier();\n"
                                     "  out->reg_r0 = reg_r0;\n"
                                     "}\n"));
  ck_assert_ptr_nonnull(strstr(code, "    kernel_due(batch, i);\n    P1(loc_x, loc_y, out);\n"));
}
END_TEST

START_TEST(the_c_begins_with_the_test_as_it_is) {
  const char *code = code_of(
      parse("C odd\n(* one line ends in \\  \n the next does not *)\n{}\nP0 (atomic_int* x) { atomic_store(x, 1); }\n"
            "exists (0:r0=0 /\\ x=1)\n"),
      ENGINE_LOCKSTEP);
  ck_assert_ptr_nonnull(strstr(code, "// exists (0:r0=0 /\\ [x]=1)\n"));
  for (const char *end = strchr(code, '\n'); end && end[1] == '/'; end = strchr(end + 1, '\n')) {
    const char *last = end - 1;
    while (*last == ' ')
      last--;
    ck_assert_msg(*last != '\\', "the next line is part of the comment");
  }
}
END_TEST

START_TEST(a_volatile_store_is_volatile_whatever_its_operands_read) {
  const char *code =
      code_of(parse("C v\n{ int y[4]; }\nP0 (int* x, volatile int* y, int* z) { y[*x] = *z; y[1] = 3; }\n"
                    "exists (y[1]=3)\n"),
              ENGINE_LOCKSTEP);
  ck_assert_ptr_nonnull(strstr(code, "((volatile int *)loc_y)[at] = value;"));
  ck_assert_ptr_nonnull(strstr(code, "((volatile int *)loc_y)[1] = 3;"));
}
END_TEST

// ---- what the condition and the filter say

// One state, as these constants; whether it is a witness, and whether it is hidden, must be what the tree says.
static const struct {
  const char *condition;
  bool is_witness;
} conditions[] = {
    {"exists (0:r0=-1)", true},
    {"exists (0:r1=-1)", true}, // as C converts it
    {"exists (0:r1=4294967295)", true},
    {"exists (0:r0=0:r1)", false}, // nor the same number as a signed one that is
    {"exists (0:r2=0:r3)", true},
    {"exists (0:r2=-170141183460469231731687303715884105728)", true},
    {"exists (0:r4=18446744073709551615)", true},
    {"exists (0:r0=-1 /\\ 0:r4=1 \\/ 0:r1=4294967295)", true},
    {"exists (0:r0=-1 /\\ (0:r4=1 \\/ 0:r1=5))", false},
    {"exists (~(0:r0=-1 /\\ 0:r4=1))", true},
    {"exists (not (0:r0=1 \\/ 0:r4=1) /\\ ~(0:r1=3))", true},
    {"exists (0:r0=-1 => 0:r1=5)", false},
    {"exists (0:r0=1 => 0:r1=5)", true},
    {"exists (0:r0=1 => 0:r1=5 => 0:r1=6)", true},
    {"exists (true)", true},
    {"exists (false)", false},
    {"forall (0:r0=-1)", true},
    {"~exists (0:r0!=-1)", false},
};

START_TEST(the_codes_witnesses_are_the_trees) {
  static const char body[] = "{}\nP0 (atomic_int* x) { int r0 = -1; unsigned int r1 = 4294967295; __int128 r2 = 1;\n"
                             " r2 = r2 << 127; __int128 r3 = r2; uint64_t r4 = 0; r4 = r4 - 1; }\n"
                             "locations [0:r0; 0:r1; 0:r2; 0:r3; 0:r4;]\n";
  const Test *test = parse(arena_printf(arena, "C c\n%s%s\n", body, conditions[_i].condition));
  RunResult result = run_parsed(test, so_many(200));
  assert_done(&result);
  ck_assert_uint_eq(result.histogram.count, 1);
  ck_assert_int_eq(result.histogram.rows[0].is_witness, conditions[_i].is_witness);
  ck_assert_uint_eq(result.report.witnesses, conditions[_i].is_witness ? 200 : 0);
}
END_TEST

int main(void) {
  char root[] = "/tmp/weakmem-unit-XXXXXX"; // the tests' cache: what they share is compiled once
  if (!mkdtemp(root))
    return EXIT_FAILURE;
  setenv("XDG_CACHE_HOME", root, 1);
  Suite *suite = suite_create("lockstep");
  TCase *c = tcase_create("counting");
  tcase_add_checked_fixture(c, setup, teardown);
  tcase_add_test(c, counts_add_up_to_the_iterations_asked_for);
  tcase_add_test(c, processes_count_like_threads);
  tcase_add_loop_test(c, states_show_addresses_as_the_locations_they_are_of, 0, 2);
  tcase_add_loop_test(c, a_crash_of_the_test_is_a_crash_with_its_signal, 0, 4);
  tcase_add_test(c, iterations_without_coherence_violations);
  tcase_add_test(c, fetch_add_loses_nothing);
  tcase_add_test(c, what_the_filter_hides_is_run_but_not_counted);
  tcase_add_loop_test(c, the_batch_shown_is_the_one_that_ran, 0, 4);
  tcase_add_test(c, sweeps_run_where_iterations_are_the_only_limit);
  tcase_add_test(c, a_segment_is_finite_whatever_the_clock_says);
  tcase_add_test(c, threads_meet_by_the_clock_that_is_given);
  tcase_add_test(c, the_shortest_time_counts_something);
  tcase_add_test(c, a_witness_ends_the_run_where_one_is_enough);
  tcase_add_test(c, threads_that_share_a_pu_end);
  tcase_add_test(c, a_loop_without_end_is_a_timeout);
  tcase_add_test(c, a_loop_that_waits_for_another_thread_ends);
  tcase_add_test(c, a_fence_of_another_cpu_is_refused_with_what_there_is);
  suite_add_tcase(suite, c);
  c = tcase_create("computing");
  tcase_add_checked_fixture(c, setup, teardown);
  tcase_add_loop_test(c, expressions_and_statements_mean_what_c_says, 0,
                      (int)(sizeof computations / sizeof *computations));
  tcase_add_test(c, compare_exchange_takes_what_it_expects_from_a_location);
  tcase_add_test(c, arrays_are_reset_and_indices_wrap_around_them);
  suite_add_tcase(suite, c);
  c = tcase_create("parts");
  tcase_add_checked_fixture(c, setup, teardown);
  tcase_add_test(c, layouts_keep_alignment_and_offsets);
  tcase_add_loop_test(c, every_way_to_touch_lines_is_tried, 0, 4);
  tcase_add_test(c, a_thread_is_a_function_of_its_locations_and_its_frame);
  tcase_add_test(c, the_c_begins_with_the_test_as_it_is);
  tcase_add_test(c, a_volatile_store_is_volatile_whatever_its_operands_read);
  tcase_add_loop_test(c, the_codes_witnesses_are_the_trees, 0, (int)(sizeof conditions / sizeof *conditions));
  suite_add_tcase(suite, c);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  char command[sizeof root + 8];
  snprintf(command, sizeof command, "rm -r %s", root);
  return system(command) != 0 || failed != 0; // NOLINT: a folder of our own making
}
