// Any bytes as a cycle: what parses is printed and parsed again, and is the same; the test of it is parsed again, and
// is the same cycle.
#include "harness/cycle/name.h"
#include "harness/cycle/read.h"
#include "harness/cycle/write.h"
#include "harness/lang/parse.h"
#include "harness/lang/print.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what, const char *first, const char *second) {
  fprintf(stderr, "%s\n%s\n%s\n", what, first, second);
  abort();
}

static bool parse(const Vocabulary *words, const char *bytes, size_t length, Arena *arena, Cycle *out) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "fuzz", .bytes = arena_copy(arena, bytes, length), .length = length};
  Diag diag = {.arena = arena};
  bool good = cycle_parse(words, source, arena, out, &diag);
  if (good == (diag.errors > 0))
    abort(); // refused without a reason, or taken with one
  Text messages = {0};
  diag_format(&diag, &messages);
  text_free(&messages);
  return good;
}

static const char *print(const Cycle *cycle, Arena *arena) {
  Text text = {0};
  cycle_print(cycle, &text);
  return text_finish(&text, arena);
}

static void check_program(const Cycle *cycle, Arena *arena) {
  const char *why;
  Test *test = cycle_test(cycle, arena, &why);
  if (!test)
    return;
  test->name = cycle_name(cycle, arena);
  Text text = {0};
  test_print(test, &text);
  const char *made = text_finish(&text, arena);
  Source source = {.name = "made", .bytes = made, .length = strlen(made)};
  Diag diag = {.arena = arena};
  const Test *again = test_parse_as(test->dialect, &source, arena, &diag);
  if (!again && strlen(test->name) < LIMIT_NAME)
    fail("the test does not parse", made, diag.first ? diag.first->message : "");
  Cycle other;
  why = again ? cycle_of_test(again, &other) : NULL;
  if (why && again->thread_count > 1 && again->thread_count <= 8)
    fail("the test is no cycle", made, why);
  if (again && !why && strcmp(print(cycle, arena), print(&other, arena)) != 0)
    fail("the test is another cycle", print(cycle, arena), print(&other, arena));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  for (const Dialect *const *d = dialect_all; *d; d++) {
    const Vocabulary *words = vocabulary_of(*d);
    Cycle cycle, again;
    if (!parse(words, (const char *)data, size, arena, &cycle))
      continue;
    cycle_turn(&cycle);
    const char *text = print(&cycle, arena);
    if (!parse(words, text, strlen(text), arena, &again))
      fail("what is printed does not parse", text, "");
    cycle_turn(&again);
    if (strcmp(print(&again, arena), text) != 0)
      fail("printed again it differs", text, print(&again, arena));
    check_program(&cycle, arena);
  }
  arena_free(arena);
  return 0;
}
