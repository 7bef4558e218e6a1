// Tallies: every count is in the table, what finds no room is said; and what is made of them: histograms, sorted and
// marked, by the engines' words and by the test's values alike.
#include "harness/build/shape.h"
#include "harness/lang/parse.h"
#include "harness/run/histogram.h"

#include <check.h>
#include <string.h>

static Arena *arena;
static const Test *test; // observes 0:r0, 1:r0 (128 bits) and x
static const Shape *shape;
static Tally *tally;

enum { STATES = 64, WORDS = 4 };

static void setup(void) {
  static const char text[] = "C t\n{}\nP0 (atomic_int* x) { int r0 = atomic_load(x); atomic_store(x, 1); }\n"
                             "P1 (atomic_int* x) { __int128 r0 = 0; }\n"
                             "locations [1:r0;]\nexists (0:r0=1 /\\ x=1)\n";
  arena = arena_new();
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t", .bytes = text, .length = strlen(text)};
  Diag diag = {.arena = arena};
  test = test_parse(source, arena, &diag);
  ck_assert_ptr_nonnull(test);
  shape = shape_of(test, ENGINE_LOCKSTEP, arena, NULL);
  ck_assert_uint_eq(shape_words(shape, shape->shown), WORDS);
  tally = arena_alloc(arena, tally_bytes(WORDS, STATES));
  tally_init(tally, WORDS, STATES);
}

static void teardown(void) { arena_free(arena); }

static void add(int64_t r0, int64_t x, uint64_t count) {
  tally_add(tally, (uint64_t[]){(uint64_t)r0, 0, 0, (uint64_t)x}, count);
}

START_TEST(states_are_added_up_sorted_and_marked) {
  add(1, 1, 5);
  add(-3, 1, 2);
  add(1, 0, 1);
  add(1, 1, 7);
  add(0, 9, 0);
  Histogram h = histogram_of(tally, test, arena);
  ck_assert_uint_eq(h.count, 3);
  static const struct {
    int r0, x;
    uint64_t count;
    bool is_witness;
  } rows[] = {{-3, 1, 2, false}, {1, 0, 1, false}, {1, 1, 12, true}};
  for (unsigned i = 0; i < 3; i++) {
    ck_assert(h.rows[i].state.values[0] == rows[i].r0 && h.rows[i].state.values[2] == rows[i].x);
    ck_assert_uint_eq(h.rows[i].count, rows[i].count);
    ck_assert_int_eq(h.rows[i].is_witness, rows[i].is_witness);
  }
  ck_assert_uint_eq(h.total, 15);
  ck_assert_uint_eq(h.witnesses, 12);
  ck_assert_uint_eq(tally->total, 15);
}
END_TEST

START_TEST(words_are_compared_and_printed_as_values_are) {
  static const Value values[] = {0,
                                 1,
                                 -1,
                                 INT64_MAX,
                                 INT64_MIN,
                                 (Value)1 << 64,
                                 -((Value)1 << 64),
                                 (Value)UINT64_MAX,
                                 -(Value)UINT64_MAX,
                                 (Value)1 << 100,
                                 -((Value)1 << 100)};
  enum { COUNT = sizeof values / sizeof *values };
  for (unsigned a = 0; a < COUNT; a++)
    for (unsigned b = 0; b < COUNT; b++) {
      const Value one[] = {a % 2 ? -7 : 7, values[a], 0}, other[] = {7, values[b], 0};
      const uint64_t one_words[] = {(uint64_t)one[0], (uint64_t)one[1], (uint64_t)(one[1] >> 64), 0};
      const uint64_t other_words[] = {(uint64_t)other[0], (uint64_t)other[1], (uint64_t)(other[1] >> 64), 0};
      Text expected = {0}, text = {0};
      ck_assert_int_eq(shape_compare(shape, one_words, other_words), state_compare(test, (State){one}, (State){other}));
      state_print(test, (State){one}, &expected);
      shape_print(shape, one_words, &text);
      ck_assert_str_eq(text_string(&text), text_string(&expected));
      text_free(&expected);
      text_free(&text);
    }
}
END_TEST

START_TEST(states_beyond_the_room_are_counted_as_lost) {
  for (int i = 0; i < 3 * STATES; i++)
    add(i, -i, 2);
  Histogram h = histogram_of(tally, test, arena);
  ck_assert_uint_eq(h.count, STATES);
  ck_assert_uint_eq(h.total, 2ull * STATES);
  ck_assert_uint_eq(tally->lost, 4ull * STATES);
  add(0, 0, 1); // one that has room still counts
  ck_assert_uint_eq(tally->total, 2ull * STATES + 1);
}
END_TEST

START_TEST(what_was_forgotten_is_not_there) {
  add(1, 1, 5);
  for (int i = 0; i < 3 * STATES; i++)
    add(i, -i, 2);
  tally_clear(tally);
  ck_assert_uint_eq(tally->total + tally->lost, 0);
  ck_assert_uint_eq(histogram_of(tally, test, arena).count, 0);
  add(2, 2, 3);
  ck_assert_uint_eq(histogram_of(tally, test, arena).total, 3);
}
END_TEST

START_TEST(a_full_table_counts_what_it_has_no_row_for) {
  enum { MANY = 1 << 14, FAR = 30 * MANY };
  Tally *large = arena_alloc(arena, tally_bytes(2, MANY));
  tally_init(large, 2, MANY);
  for (uint64_t i = 0; i < FAR; i++)
    tally_add(large, (uint64_t[]){i, 7}, 1);
  ck_assert_uint_eq(large->total + large->lost, FAR);
  ck_assert_uint_gt(large->total, (uint64_t)MANY / 10 * 9); // nearly all rows are used
}
END_TEST

START_TEST(wide_values_are_told_apart) {
  static const uint64_t states[][WORDS] = {{0, 0, 1, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}};
  for (unsigned i = 0; i < 3; i++)
    tally_add(tally, states[i], 1);
  Histogram h = histogram_of(tally, test, arena);
  ck_assert_uint_eq(h.count, 2);
  ck_assert_uint_eq(h.total, 3);
  ck_assert(h.rows[1].state.values[1] == (Value)1 << 64);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("tally");
  TCase *c = tcase_create("tally");
  tcase_add_checked_fixture(c, setup, teardown);
  tcase_add_test(c, states_are_added_up_sorted_and_marked);
  tcase_add_test(c, words_are_compared_and_printed_as_values_are);
  tcase_add_test(c, states_beyond_the_room_are_counted_as_lost);
  tcase_add_test(c, what_was_forgotten_is_not_there);
  tcase_add_test(c, a_full_table_counts_what_it_has_no_row_for);
  tcase_add_test(c, wide_values_are_told_apart);
  suite_add_tcase(suite, c);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
