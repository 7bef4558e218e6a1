// A dependency put into a test: on the first load, of the first access behind it, by the words alone.
#include "harness/lang/dependency.h"
#include "harness/lang/insert.h"
#include "tests/unit/lang.h"

static const Test *test_of(const char *statements) {
  return parsed(arena_printf(arena, "C t { 0:r0 = 0; } P0 (atomic_int* x, int* y, long* z) { %s }", statements));
}

// The same statements after it, as they are printed; "" if there can be none.
static const char *made(const Test *test, DependencyKind kind) {
  const char *before = printed(test);
  const Test *with = test_with_dependency(test, 0, kind, arena);
  ck_assert_str_eq(printed(test), before); // the tree itself is not changed
  if (!with)
    return "";
  ck_assert(test_equal(parsed(printed(with)), with));
  return printed(with);
}

static const char *wanted(const char *statements) { return printed(test_of(statements)); }

static const struct {
  DependencyKind kind;
  const char *statements, *with; // NULL: there can be none
} rows[] = {
    {DEPENDENCY_ADDRESS, "r0 = *y; int r1 = *x;", "r0 = *y; int r1 = *(x + (r0 ^ r0));"},
    {DEPENDENCY_ADDRESS, "int r1 = 3; r0 = *y; *x = r1; *y = 2;",
     "int r1 = 3; r0 = *y; *(x + (r0 ^ r0)) = r1; *y = 2;"},
    {DEPENDENCY_DATA, "r0 = *y; *x = 1; *y = 2;", "r0 = *y; *x = (r0 ^ r0) + 1; *y = 2;"},
    {DEPENDENCY_CONTROL, "r0 = *y; *x = 1; r0 = 5;", "r0 = *y; if (r0 == r0) { *x = 1; r0 = 5; }"},
    {DEPENDENCY_CONTROL, "r0 = *y; int r1 = *x;", "r0 = *y; if (r0 == r0) { int r1 = *x; }"},
    {DEPENDENCY_DATA, "r0 = *y; int r1 = *x;", NULL},                   // stores nothing
    {DEPENDENCY_DATA, "r0 = *y; *z = 1L;", NULL},                       // of another type
    {DEPENDENCY_ADDRESS, "*y = 1; r0 = *x;", NULL},                     // nothing is read first
    {DEPENDENCY_ADDRESS, "r0 = *y + *x; *x = 1;", NULL},                // two are
    {DEPENDENCY_ADDRESS, "r0 = *y;", NULL},                             // nothing follows
    {DEPENDENCY_ADDRESS, "r0 = *y; if (r0) { *x = 1; }", NULL},         // what follows is in a branch
    {DEPENDENCY_CONTROL, "if (r0) { *x = 1; } r0 = *y; *x = 1;", NULL}, // what comes first is
    {DEPENDENCY_ADDRESS, "short r1 = *y; *x = 1;", NULL},               // r1 ^ r1 is an int
    {DEPENDENCY_DATA, "r0 = *y; atomic_fetch_add(x, 1);", NULL},        // no plain store
};

START_TEST(what_follows_a_load_depends_on_it) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_str_eq(made(test_of(rows[i].statements), rows[i].kind), rows[i].with ? wanted(rows[i].with) : "");
}
END_TEST

START_TEST(a_fence_between_the_two_stays_there) {
  const Test *fenced = test_with_fence(test_of("r0 = *y; int r1 = *x;"), "fence-seq_cst", 1, arena);
  ck_assert_str_eq(made(fenced, DEPENDENCY_CONTROL),
                   wanted("r0 = *y; if (r0 == r0) { atomic_thread_fence(memory_order_seq_cst); int r1 = *x; }"));
  ck_assert_str_eq(made(fenced, DEPENDENCY_ADDRESS),
                   wanted("r0 = *y; atomic_thread_fence(memory_order_seq_cst); int r1 = *(x + (r0 ^ r0));"));
}
END_TEST

RUN("dependency", what_follows_a_load_depends_on_it, a_fence_between_the_two_stays_there)
