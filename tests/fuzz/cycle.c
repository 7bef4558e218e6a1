// Any bytes as a cycle, of each dialect and CPU: what parses is printed and parsed again, and is the same; the test of
// it is read again, and is the same cycle.
#include "harness/code/assembly.h"
#include "harness/cycle/name.h"
#include "harness/cycle/read.h"
#include "harness/cycle/write.h"
#include "harness/cycle/write_code.h"
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

// The test of a cycle, as text; NULL: there is none.
static const char *make(const Cycle *cycle, Arena *arena) {
  const char *why, *name = cycle_name(cycle, arena);
  if (strlen(name) >= LIMIT_NAME)
    return NULL;
  if (cycle->words->code)
    return cycle_code(cycle, name, arena, &why);
  Test *test = cycle_test(cycle, arena, &why);
  if (!test)
    return NULL;
  test->name = name;
  Text text = {0};
  test_print(test, &text);
  return text_finish(&text, arena);
}

static void check_program(const Cycle *cycle, Arena *arena) {
  const char *made = make(cycle, arena);
  if (!made)
    return;
  Source source = {.name = "made", .bytes = made, .length = strlen(made)};
  Diag diag = {.arena = arena};
  const Test *again = test_read(&source, arena, &diag);
  const Program *program = again && test_is_assembly(again) ? assembly_program(again, true, 0, arena, &diag) : NULL;
  if (!again || diag.first)
    fail("the test does not parse", made, diag.first ? diag.first->message : "");
  Cycle other;
  const char *why = cycle_of_test(again, program, &other);
  if (why && again->thread_count > 1 && again->thread_count <= 8)
    fail("the test is no cycle", made, why);
  if (!why && strcmp(print(cycle, arena), print(&other, arena)) != 0)
    fail("the test is another cycle", print(cycle, arena), print(&other, arena));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  static const char *const dialects[] = {"c11", "linux", "AArch64", "X86_64", "RISCV", "PPC"};
  for (unsigned d = 0; d < sizeof dialects / sizeof *dialects; d++) {
    const Vocabulary *words = vocabulary_of(dialects[d]);
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
