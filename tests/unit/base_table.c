// One hash table: keys are told apart by all of their bytes, and indices are the order in which they came.
#include "harness/base/table.h"
#include "tests/unit/runner.h"

#include <stdio.h>
#include <string.h>

static Arena *arena;

static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

static size_t add(Table *table, const char *key) { return table_add(table, key, strlen(key)); }

START_TEST(indices_follow_the_order_in_which_keys_came) {
  Table table = {.arena = arena};
  ck_assert_uint_eq(table_find(&table, "x", 1), TABLE_NONE);
  ck_assert_uint_eq(add(&table, "x"), 0);
  ck_assert_uint_eq(add(&table, ""), 1);
  ck_assert_uint_eq(add(&table, "xy"), 2);
  ck_assert_uint_eq(add(&table, "x"), 0);
  ck_assert_uint_eq(table.count, 3);
  ck_assert_str_eq(table_key(&table, 2), "xy");
  ck_assert_uint_eq(table_find(&table, "", 0), 1);
  ck_assert_uint_eq(table_find(&table, "xyz", 3), TABLE_NONE);
}
END_TEST

START_TEST(keys_may_hold_zeros_and_are_the_tables_own) {
  Table table = {.arena = arena};
  char key[] = {'a', 0, 'b'};
  ck_assert_uint_eq(table_add(&table, key, 3), 0);
  ck_assert_uint_eq(table_add(&table, key, 1), 1);
  key[2] = 'c';
  ck_assert_uint_eq(table_add(&table, key, 3), 2);
  ck_assert_int_eq(((const char *)table_key(&table, 0))[2], 'b');
}
END_TEST

START_TEST(a_hundred_thousand_keys_are_found_again) {
  enum { KEYS = 100000 };
  Table numbers = {.arena = arena, .key_size = sizeof(uint64_t)}, words = {.arena = arena};
  for (uint64_t i = 0; i < KEYS; i++) {
    uint64_t key = i << 32; // what a poor hash would put into one slot
    char word[32];
    snprintf(word, sizeof word, "%llu", (unsigned long long)i * i);
    ck_assert_uint_eq(table_add(&numbers, &key, sizeof key), i);
    ck_assert_uint_eq(add(&words, word), i);
  }
  for (uint64_t i = 0; i < KEYS; i++) {
    uint64_t key = i << 32;
    ck_assert_uint_eq(table_find(&numbers, &key, sizeof key), i);
    ck_assert(!memcmp(table_key(&numbers, i), &key, sizeof key));
    key++;
    ck_assert_uint_eq(table_find(&numbers, &key, sizeof key), TABLE_NONE);
  }
  ck_assert_uint_eq(numbers.count, KEYS);
}
END_TEST

START_TEST(every_byte_counts_in_a_hash) {
  char bytes[40] = {0};
  for (size_t length = 0; length < sizeof bytes; length++) {
    uint64_t zeros = hash_bytes(bytes, length);
    ck_assert(zeros != hash_bytes(bytes, length + 1));
    for (size_t i = 0; i < length; i++) {
      bytes[i] = 1;
      ck_assert(zeros != hash_bytes(bytes, length));
      bytes[i] = 0;
    }
  }
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("table", setup, teardown);
  tcase_add_test(tests, indices_follow_the_order_in_which_keys_came);
  tcase_add_test(tests, keys_may_hold_zeros_and_are_the_tables_own);
  tcase_add_test(tests, a_hundred_thousand_keys_are_found_again);
  tcase_add_test(tests, every_byte_counts_in_a_hash);
  return unit_run("table", tests);
}
