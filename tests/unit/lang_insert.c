// Fences between accesses.
#include "harness/lang/insert.h"
#include "tests/unit/lang.h"

// The statements of P0 with the fence f put in, on one line.
static const char *fenced(const char *statements) {
  const Test *test = parsed(arena_printf(arena, "C t { 0:r0 = 0; } P0 (atomic_int* x, int* y) { %s }", statements));
  const char *before = printed(test);
  const Test *with = test_with_fence(test, "f", 1, arena);
  ck_assert_str_eq(printed(test), before); // the tree itself is not changed
  ck_assert(test_equal(parsed(printed(with)), with));
  const char *text = strstr(printed(with), ") {\n") + 4;
  Text line = {0};
  for (const char *c = text; strncmp(c, "}\n\n", 3) != 0; c++)
    if (*c == '\n')
      text_add_char(&line, ' ');
    else if (*c != ' ' || (c[1] != ' ' && c[-1] != ' ' && c[-1] != '\n'))
      text_add_char(&line, *c);
  Text result = {0};
  for (const char *c = text_string(&line); *c;) { // cpu_fence("f"); is shown as F
    static const char fence[] = "cpu_fence(\"f\");";
    bool found = !strncmp(c, fence, sizeof fence - 1);
    text_add_bytes(&result, found ? "F" : c, 1);
    c += found ? sizeof fence - 1 : 1;
  }
  while (result.length && result.bytes[result.length - 1] == ' ')
    result.bytes[--result.length] = '\0';
  const char *shown = arena_string(arena, text_string(&result));
  text_free(&line);
  text_free(&result);
  return shown;
}

// Each of a dialect's fences, between two accesses of its own, prints as it is spelled.
static void check_fences(const Dialect *dialect, const char *text) {
  const Test *test = parsed(text);
  ck_assert_ptr_eq(test->dialect, dialect);
  ck_assert_uint_gt(dialect->fence_count, 4);
  for (unsigned i = 0; i < dialect->fence_count; i++) {
    const Test *with = test_with_fence(test, dialect->fences[i].name, 1, arena);
    ck_assert_msg(strstr(printed(with), dialect->fences[i].spelling) != NULL, "%s", printed(with));
    ck_assert(test_equal(parsed(printed(with)), with));
  }
}

START_TEST(a_dialect_has_fences_of_its_own) {
  check_fences(&dialect_c11, "C t {} P0 (atomic_int* x) { atomic_store(x, 1); int r0 = atomic_load(x); }");
  check_fences(&dialect_linux, "C t {} P0 (int* x) { WRITE_ONCE(*x, 1); int r0 = READ_ONCE(*x); }");
}
END_TEST

START_TEST(a_fence_stands_between_every_two_accesses) {
  static const char *const rows[][2] = {
      {"*y = 1;", "*y = 1;"},
      {"*y = 1; r0 = *y;", "*y = 1; F r0 = *y;"},
      {"*y = 1; r0 = 2; r0 = r0 + 1; *y = r0; *y = 3;", "*y = 1; r0 = 2; r0 = r0 + 1; F *y = r0; F *y = 3;"},
      {"r0 = 1; *y = 1; r0 = 2;", "r0 = 1; *y = 1; r0 = 2;"},
      {"r0 = *y + *y; r0 = *y;", "r0 = *y + *y; F r0 = *y;"},
      {"*y = 1; cpu_fence(\"f\"); *y = 2;", "*y = 1; F *y = 2;"},
      {"*y = 1; cpu_fence(\"g\"); *y = 2;", "*y = 1; cpu_fence(\"g\"); F *y = 2;"},
      // branches
      {"r0 = *y; if (r0) { *y = 1; }", "r0 = *y; if (r0) { F *y = 1; }"},
      {"if (r0) { *y = 1; } *y = 2;", "if (r0) { *y = 1; } F *y = 2;"},
      {"if (r0) { *y = 1; } else { r0 = 1; } *y = 2;", "if (r0) { *y = 1; } else { r0 = 1; } F *y = 2;"},
      {"if (r0) { r0 = 1; } *y = 2;", "if (r0) { r0 = 1; } *y = 2;"},
      {"*y = 1; if (*y) { r0 = 1; } else { *y = 2; }", "*y = 1; F if (*y) { r0 = 1; } else { F *y = 2; }"},
      {"*y = 1; if (r0) { cpu_fence(\"f\"); } else { cpu_fence(\"f\"); } *y = 2;",
       "*y = 1; if (r0) { F } else { F } *y = 2;"},
      {"*y = 1; if (r0) { cpu_fence(\"f\"); } *y = 2;", "*y = 1; if (r0) { F } F *y = 2;"},
      // loops
      {"while (*y == 0) {} *y = 1;", "while (*y == 0) { F } F *y = 1;"},
      {"while (r0) { *y = 1; }", "while (r0) { F *y = 1; }"},
      {"while (r0) { *y = 1; *y = 2; }", "while (r0) { F *y = 1; F *y = 2; }"},
      {"*y = 0; while (*y) { *y = 1; } *y = 2;", "*y = 0; F while (*y) { F *y = 1; F } F *y = 2;"},
      {"while (r0) { r0 = 1; } *y = 1;", "while (r0) { r0 = 1; } *y = 1;"},
      {"*y = 1; while (r0) { cpu_fence(\"f\"); } *y = 2;", "*y = 1; while (r0) { F } F *y = 2;"},
      {"do { r0 = *y; } while (r0); *y = 1;", "do { F r0 = *y; } while (r0); F *y = 1;"},
      {"do r0 = 1; while (*y); *y = 1;", "do { r0 = 1; F } while (*y); F *y = 1;"},
      {"*y = 1; do { if (r0) continue; r0 = 1; } while (*y);",
       "*y = 1; do { if (r0) { F continue; } r0 = 1; F } while (*y);"},
      {"while (*y) { if (r0) break; *y = 1; }", "while (*y) { if (r0) { break; } F *y = 1; F }"},
      {"while (1) { if (r0) break; cpu_fence(\"f\"); } *y = 1;", "while (1) { if (r0) { break; } F } *y = 1;"},
      {"while (1) { *y = 1; if (r0) break; cpu_fence(\"f\"); } *y = 1;",
       "while (1) { F *y = 1; if (r0) { break; } F } F *y = 1;"},
      {"for (; r0; *y = 1) { if (r0) continue; *y = 2; }",
       "for (; r0; cpu_fence(\"f\"), *y = 1) { if (r0) { continue; } F *y = 2; }"},
      {"for (; *y; r0 = 1) { *y = 2; }", "for (; *y; r0 = 1, cpu_fence(\"f\")) { F *y = 2; }"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_str_eq(fenced(rows[i][0]), rows[i][1]);
}
END_TEST

static const char two[] = "C t {} P0 (int* x) { *x = 1; *x = 2; } P1 (int* x) { *x = 3; *x = 4; }";

static const char *body(const Test *test, unsigned thread) {
  Text text = {0};
  stmt_print(test, thread, test->threads[thread].body->next, &text);
  const char *result = arena_string(arena, text_string(&text));
  text_free(&text);
  return result;
}

START_TEST(threads_are_chosen_by_bit_or_by_name) {
  const Test *test = parsed(two);
  ck_assert_ptr_eq(test_with_fence(test, "none", 3, arena), test);
  ck_assert_ptr_eq(test_with_fence(test, "mfence", 0, arena), test);
  const Test *second = test_with_fence(test, "mfence", 2, arena);
  ck_assert_str_eq(body(second, 0), "*x = 2;");
  ck_assert_str_eq(body(second, 1), "cpu_fence(\"mfence\");");
  ck_assert_ptr_eq(second->threads[0].body, test->threads[0].body); // shared
  const char *const fences[] = {"fence-acquire", "compiler"};
  const Test *each = test_with_fences(test, fences, arena);
  ck_assert_str_eq(body(each, 0), "atomic_thread_fence(memory_order_acquire);");
  ck_assert_str_eq(body(each, 1), "atomic_signal_fence(memory_order_seq_cst);");
}
END_TEST

START_TEST(fences_of_c11_are_spelt_as_such) {
  static const char *const names[][2] = {
      {"compiler", "atomic_signal_fence(memory_order_seq_cst);"},
      {"fence-acquire", "atomic_thread_fence(memory_order_acquire);"},
      {"fence-release", "atomic_thread_fence(memory_order_release);"},
      {"fence-acq_rel", "atomic_thread_fence(memory_order_acq_rel);"},
      {"fence-seq_cst", "atomic_thread_fence(memory_order_seq_cst);"},
      {"lock-add", "cpu_fence(\"lock-add\");"},
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    ck_assert_str_eq(body(test_with_fence(parsed(two), names[i][0], 1, arena), 0), names[i][1]);
}
END_TEST

RUN("insert", a_fence_stands_between_every_two_accesses, threads_are_chosen_by_bit_or_by_name,
    fences_of_c11_are_spelt_as_such, a_dialect_has_fences_of_its_own)
