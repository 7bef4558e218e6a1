// Tallies: every count is in the histogram, states are sorted and marked, what finds no room is said.
#include "harness/engine/tally.h"
#include "harness/lang/parse.h"

#include <check.h>
#include <string.h>
#include <time.h>

static Arena *arena;
static const Test *test; // observes 0:r0 and x
static Tally *tally;

enum { STATES = 64 };

static void setup(void) {
  static const char text[] = "C t\n{}\nP0 (atomic_int* x) { int r0 = atomic_load(x); atomic_store(x, 1); }\n"
                             "exists (0:r0=1 /\\ x=1)\n";
  arena = arena_new();
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){"t", text, strlen(text)};
  Diag diag = {.arena = arena};
  test = test_parse(source, arena, &diag);
  ck_assert_ptr_nonnull(test);
  tally = arena_alloc(arena, tally_size(test->observable_total, STATES));
  tally_init(tally, test->observable_total, STATES);
}

static void teardown(void) { arena_free(arena); }

static void add(int r0, int x, uint64_t count) { tally_add(tally, (Value[]){r0, x}, count); }

START_TEST(states_are_added_up_sorted_and_marked) {
  add(1, 1, 5);
  add(-3, 1, 2);
  add(1, 0, 1);
  add(1, 1, 7);
  add(0, 9, 0);
  Histogram h = tally_histogram(tally, test, arena);
  ck_assert_uint_eq(h.count, 3);
  static const struct {
    int r0, x;
    uint64_t count;
    bool is_witness;
  } rows[] = {{-3, 1, 2, false}, {1, 0, 1, false}, {1, 1, 12, true}};
  for (unsigned i = 0; i < 3; i++) {
    ck_assert(h.rows[i].state.values[0] == rows[i].r0 && h.rows[i].state.values[1] == rows[i].x);
    ck_assert_uint_eq(h.rows[i].count, rows[i].count);
    ck_assert_int_eq(h.rows[i].is_witness, rows[i].is_witness);
  }
  ck_assert_uint_eq(h.total, 15);
  ck_assert_uint_eq(h.witnesses, 12);
  ck_assert_uint_eq(tally_total(tally), 15);
}
END_TEST

START_TEST(states_beyond_the_room_are_counted_as_lost) {
  for (int i = 0; i < 3 * STATES; i++)
    add(i, -i, 2);
  Histogram h = tally_histogram(tally, test, arena);
  ck_assert_uint_eq(h.count, STATES);
  ck_assert_uint_eq(h.total, 2ull * STATES);
  ck_assert_uint_eq(tally_overflow(tally), 4ull * STATES);
  add(0, 0, 1); // one that has room still counts
  ck_assert_uint_eq(tally_total(tally), 2ull * STATES + 1);
}
END_TEST

// Looking through all rows for each would take a minute.
START_TEST(a_full_table_is_no_burden) {
  enum { MANY = 1 << 14, FAR = 30 * MANY };
  Tally *large = arena_alloc(arena, tally_size(test->observable_total, MANY));
  tally_init(large, test->observable_total, MANY);
  clock_t began = clock();
  for (int i = 0; i < FAR; i++)
    tally_add(large, (Value[]){i, 7}, 1);
  ck_assert_msg(clock() - began < 3 * CLOCKS_PER_SEC, "%g s", (double)(clock() - began) / CLOCKS_PER_SEC);
  ck_assert_uint_eq(tally_total(large) + tally_overflow(large), FAR);
  ck_assert_uint_gt(tally_total(large), (uint64_t)MANY / 10 * 9); // nearly all rows are used
}
END_TEST

START_TEST(wide_values_are_told_apart) {
  Value high = (Value)1 << 100;
  tally_add(tally, (Value[]){high, 0}, 1);
  tally_add(tally, (Value[]){0, high}, 1);
  tally_add(tally, (Value[]){high, 0}, 1);
  Histogram h = tally_histogram(tally, test, arena);
  ck_assert_uint_eq(h.count, 2);
  ck_assert_uint_eq(h.total, 3);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("tally");
  TCase *c = tcase_create("tally");
  tcase_add_checked_fixture(c, setup, teardown);
  tcase_add_test(c, states_are_added_up_sorted_and_marked);
  tcase_add_test(c, states_beyond_the_room_are_counted_as_lost);
  tcase_add_test(c, a_full_table_is_no_burden);
  tcase_add_test(c, wide_values_are_told_apart);
  suite_add_tcase(suite, c);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
