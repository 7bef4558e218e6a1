// Printing: what is printed parses back to the same tree; digests tell tests apart by what they do.
#include "harness/base/embedded.h"
#include "tests/unit/lang.h"

static void check_round_trip(const Test *test) {
  const char *first = printed(test);
  const Test *again = parsed(first);
  ck_assert_msg(test_equal(test, again), "%s", first);
  ck_assert_str_eq(printed(again), first);
}

static const char everything[] =
    "C all-of-it\n"
    "\"PodWR (* Fre *)\"\n"
    "Layout=x:60,y:0\n"
    "Empty=\n"
    "{ int x = 1; [y] = -1; uint64_t z[3] = {1, 0xffU}; z[1] = 5; 0:r9 = 3; long 1:r8 = 4; int 1:unused = 1;\n"
    "  unsigned __int128 w = 0xf23456789abcdef0123456789abcdef0; __int128 v = "
    "-170141183460469231731687303715884105728; }\n"
    "P0 (atomic_int* x, volatile int* y, uint64_t* z, unsigned __int128* w) {\n"
    "  int r0 = atomic_load(x) + *y, r1 = 2;\n"
    "  unsigned char c = (uint8_t)(r0 << 3) ^ ~r1 & -r0 | !r1;\n"
    "  volatile long l;\n"
    "  if (r0 == 1 && r1 != 2 || r9 >= 3) { *y = r0 / 3 % 5; } else if (r0) z[r0 + 1] = z[2];\n"
    "  else { atomic_store_explicit(&z[1], 1, memory_order_release); *y = 1; }\n"
    "  if (r1) { if (r0) { } else { r0 = 1; } }\n"
    "  while (atomic_compare_exchange_weak(x, &r0, r0 + 1) == 0) {}\n"
    "  while (atomic_compare_exchange_strong_explicit(x, y, *y, memory_order_release, memory_order_consume)) r0 = 0;\n"
    "  atomic_thread_fence(memory_order_seq_cst); atomic_signal_fence(memory_order_acq_rel); cpu_fence(\"lock-add\");\n"
    "  *w = 0xffffffffffffffffffffU; (void)atomic_exchange(z + r0 - 1, 5);\n"
    "  *w = -1 + - -r0 - (-r0 - -1) + 1ULL + 9223372036854775808 + -0xffffffffffffffffffffffffffffffff;\n"
    "  atomic_fetch_sub_explicit(x, *(z + 1), memory_order_acquire);\n"
    "  atomic_fetch_or(z - -r0, z[r0 << 1]); atomic_load(z + (r0 << 1)); atomic_load(z + r0 * 2);\n"
    "  _Bool b = (*y) >= 1; r0 = r0 - -1 - (r1 - 2); r0 = (r0 * r1) * (r0 * r1); r0 = -(r0 + 1); r0 = (int)(char)r0;\n"
    "  for (int i = 0; i < 3; i++, *y += i) { if (i == 1) continue; do { r0--; } while (r0 > 1); { int i = 2; } }\n"
    "  for (r0 = 1; ; ) { if (r0 ? r1 : *y ? 2 : 3) break; r0 = (r0 ? 1 : 2) + -(r1 ? 3 : 4); (*x)++; }\n"
    "}\n"
    "P1 (const _Atomic(int) volatile * x) { long r0 = -9223372036854775808; }\n"
    "locations [x; 0:r0; z[1]; [y]; z;]\n"
    "filter (~(0:r1=2 /\\ x=0) \\/ w<>1)\n"
    "forall not (x = 1 => 0:r0 = 1:r0 => (true \\/ false /\\ [z[2]] == 0xff)) \\/ y = x /\\ (x = 1 \\/ w = 2)\n";

START_TEST(every_form_survives) { check_round_trip(parsed(everything)); }
END_TEST

START_TEST(every_test_that_comes_with_it_survives) {
  unsigned count = 0;
  for (const Embedded *file = embedded_litmus; file->path; file++)
    if (strstr(file->path, ".litmus") && !strncmp(file->bytes, "C ", 2)) { // others: code_assembly.c
      check_round_trip(parsed(file->bytes));
      count++;
    }
  ck_assert_uint_gt(count, 0);
}
END_TEST

START_TEST(the_canonical_text_is_this) {
  ck_assert_str_eq(printed(parsed("C t\n/* A story. */ Key = value\n{ x=1; atomic_int y[2]; 0:r0 = 2; }\n"
                                  "P0(atomic_int *x,int *y){if(r0)*x=1;else{;}\nwhile(1){atomic_store(&y[1],-1);}}\n"
                                  "locations [y[1]; x;] exists x=0x10")),
                   "C t\n"
                   "(* A story. *)\n"
                   "Key=value\n"
                   "{ [x] = 1; atomic_int y[2] = {0, 0}; 0:r0 = 2; }\n"
                   "\n"
                   "P0 (atomic_int* x, int* y) {\n"
                   "  if (r0) {\n"
                   "    *x = 1;\n"
                   "  }\n"
                   "  while (1) {\n"
                   "    atomic_store_explicit(y + 1, -1, memory_order_seq_cst);\n"
                   "  }\n"
                   "}\n"
                   "\n"
                   "locations [[y[1]];]\n"
                   "exists ([x]=16)\n");
}
END_TEST

START_TEST(long_stories_are_broken_into_lines_and_come_back_whole) {
  Text text = {0};
  text_add(&text, "C t\n(* ");
  for (int i = 0; i < 200; i++)
    text_add(&text, i % 7 ? "word " : "* ");
  text_add(&text, "*)\n{}\nP0 () {}\n");
  const Test *test = parsed(text_string(&text));
  text_free(&text);
  check_round_trip(test);
  for (const char *line = printed(test); *line; line += strcspn(line, "\n") + 1)
    ck_assert_uint_le(strcspn(line, "\n"), 120);
}
END_TEST

START_TEST(values_print_in_decimal_and_beyond_64_bits_in_hexadecimal) {
  static const struct {
    Value value;
    BaseType type;
    const char *text;
  } values[] = {
      {-1, BASE_INT, "-1"},
      {INT64_MIN, BASE_INT64, "-9223372036854775808"},
      {(Value)UINT64_MAX, BASE_UINT64, "18446744073709551615"},
      {(Value)1 << 64, BASE_INT128, "0x10000000000000000"},
      {-((Value)1 << 64), BASE_INT128, "-0x10000000000000000"},
      {-1, BASE_UINT128, "0xffffffffffffffffffffffffffffffff"},
  };
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    Text text = {0};
    value_print(values[i].value, values[i].type, &text);
    ck_assert_str_eq(text_string(&text), values[i].text);
    text_free(&text);
  }
}
END_TEST

START_TEST(statements_print_on_one_line) {
  const Test *test = parsed("C t {} P0 (int* x) { int r0 = *x; if (r0) { *x = 1; *x = 2; } else r0 = 3; while (r0) ; "
                            "do ; while (r0); for (; r0; r0--, *x = 1) r0 = 2; }");
  static const char *const lines[] = {"int r0 = *x;", "if (r0) { ... } else { ... }", "while (r0) {}",
                                      "do {} while (r0);", "for (; r0; r0 = r0 - 1, *x = 1) { ... }"};
  const Stmt *stmt = test->threads[0].body;
  for (size_t i = 0; i < 3; i++, stmt = stmt->next) {
    Text text = {0};
    stmt_print(test, 0, stmt, &text);
    ck_assert_str_eq(text_string(&text), lines[i]);
    text_free(&text);
  }
}
END_TEST

static const char *digest(const char *text) {
  char *result = arena_alloc(arena, 65);
  test_digest(parsed(text), result);
  ck_assert_uint_eq(strlen(result), 64);
  return result;
}

START_TEST(digests_are_of_what_a_test_does) {
  const char *one = digest("C a\n(* one *)\nKey=1\nLayout=x:60,y:0\n{}\nP0 (int* x, int* y) { *x = 1; }\nexists x=1");
  ck_assert_str_eq(one, digest("C b\nLayout=y:0,x:60\n{} P0 (int* x, int *y) {\n*x = 0x1; // c\n} exists ([x] = 1)"));
  ck_assert_str_ne(one, digest("C a\nLayout=x:61,y:0\n{} P0 (int* x, int *y) { *x = 1; } exists x=1"));
  ck_assert_str_ne(one, digest("C a\nLayout=x:60,y:0\n{} P0 (int* x, int *y) { *x = 2; } exists x=1"));
  ck_assert_str_ne(one, digest("C a\nLayout=x:60,y:0\n{} P0 (int* x, int *y) { *x = 1; } ~exists x=1"));
  ck_assert_str_ne(one, digest("C a\nLayout=x:60,y:0\n{} P0 (int* x, volatile int *y) { *x = 1; } exists x=1"));
}
END_TEST

// Pairs of tests that differ in one thing.
START_TEST(trees_that_differ_are_not_equal) {
  static const char *const statements[] = {
      "*x = 1;",
      "*x = 2;",
      "*x = 1U;",
      "*y = 1;",
      "x[0] = 1;",
      "atomic_store_explicit(x, 1, memory_order_relaxed);",
      "atomic_store_explicit(x, 1, memory_order_release);",
      "r0 = 1;",
      "int r0 = 1;",
      "int r0;",
      "r1 = 1;",
      "r0 = r1;",
      "r0 = r1 + 1;",
      "r0 = r1 - 1;",
      "r0 = 1 - r1;",
      "r0 = -r1;",
      "r0 = ~r1;",
      "r0 = (int)r1;",
      "r0 = *x;",
      "r0 = *v;",
      "r0 = atomic_load(x);",
      "r0 = atomic_exchange(x, 1);",
      "r0 = atomic_exchange(x, 2);",
      "r0 = atomic_fetch_add(x, 1);",
      "r0 = atomic_fetch_sub(x, 1);",
      "r0 = atomic_compare_exchange_weak(x, y, 1);",
      "r0 = atomic_compare_exchange_strong(x, y, 1);",
      "r0 = atomic_compare_exchange_strong(x, &r0, 1);",
      "r0 = atomic_compare_exchange_strong(x, &r1, 1);",
      "r0 = atomic_compare_exchange_strong(x, y, 2);",
      "r0 = atomic_compare_exchange_strong_explicit(x, y, 1, memory_order_seq_cst, memory_order_relaxed);",
      "atomic_thread_fence(memory_order_seq_cst);",
      "atomic_thread_fence(memory_order_release);",
      "atomic_signal_fence(memory_order_seq_cst);",
      "cpu_fence(\"a\");",
      "cpu_fence(\"b\");",
      "if (r0) {}",
      "if (r1) {}",
      "if (r0) { r1 = 1; }",
      "if (r0) {} else { r1 = 1; }",
      "while (r0) {}",
      "while (r0) { r1 = 1; }",
      "r0 = 1; r0 = 1;",
      "",
  };
  const size_t count = sizeof statements / sizeof *statements;
  const Test *all[sizeof statements / sizeof *statements];
  for (size_t i = 0; i < count; i++)
    all[i] = parsed(arena_printf(arena,
                                 "C t { 0:r0 = 0; 0:r1 = 0; } P0 (int* x, int* y, volatile int* v)\n"
                                 "{ if (r0) { r1 = 1; } %s }",
                                 statements[i]));
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++)
      ck_assert_msg(test_equal(all[i], all[j]) == (i == j), "%s %s", statements[i], statements[j]);
}
END_TEST

RUN("print", every_form_survives, every_test_that_comes_with_it_survives, the_canonical_text_is_this,
    long_stories_are_broken_into_lines_and_come_back_whole, values_print_in_decimal_and_beyond_64_bits_in_hexadecimal,
    statements_print_on_one_line, digests_are_of_what_a_test_does, trees_that_differ_are_not_equal)
