#include "harness/study/row_test.h"

#include "harness/lang/insert.h"
#include "harness/lang/print.h"

#include <stdlib.h>
#include <string.h>

static uint64_t digest_of(const Test *test) {
  char digest[65], first[17];
  test_digest(test, digest);
  memcpy(first, digest, 16);
  first[16] = '\0';
  return strtoull(first, NULL, 16);
}

RowTests row_tests_new(Arena *arena) {
  Diag diag = {.arena = arena};
  RowTests tests = {.suite = suite_builtin(NULL, arena, &diag)};
  tests.digests = ARENA_ARRAY(arena, uint64_t, tests.suite.count + 1);
  for (unsigned i = 0; i < tests.suite.count; i++)
    tests.digests[i] = digest_of(tests.suite.tests[i]);
  return tests;
}

// "+po+fence" behind a test without fences: a bit for each thread that has one. False where it reads otherwise.
static bool read_fences(const char *tail, unsigned threads, uint64_t *mask) {
  unsigned thread = 0;
  for (*mask = 0; *tail; thread++) {
    bool fence = !strncmp(tail, "+fence", 6);
    if (!fence && strncmp(tail, "+po", 3) != 0)
      return false;
    if (fence && thread < threads)
      *mask |= UINT64_C(1) << thread;
    tail += fence ? 6 : 3;
  }
  return thread == threads;
}

const Test *row_test(const RowTests *tests, const CompareRow *row, uint64_t *fenced, Arena *arena) {
  const Test *found = NULL;
  *fenced = 0;
  for (unsigned i = 0; i < tests->suite.count; i++) {
    const Test *test = tests->suite.tests[i];
    size_t length = strlen(test->name);
    uint64_t mask;
    if (strncmp(row->test, test->name, length) != 0)
      continue;
    if (!row->test[length]) {
      *fenced = 0;
      return !row->digest || row->digest == tests->digests[i] ? test : NULL;
    }
    if (!row->digest && read_fences(row->test + length, test->thread_count, &mask)) {
      found = test_with_fence(test, "fence-seq_cst", mask, arena);
      *fenced = mask;
    }
  }
  return found;
}
