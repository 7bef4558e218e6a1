// Whatever parses is printed, parsed again and must be the same test; a state of it must survive printing too.
#include "harness/lang/parse.h"
#include "harness/lang/insert.h"
#include "harness/lang/mutant.h"
#include "harness/lang/print.h"
#include "harness/lang/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Test *parse(const char *bytes, size_t length, Arena *arena, Diag *diag) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "fuzz.litmus", .bytes = arena_copy(arena, bytes, length), .length = length};
  return test_parse(source, arena, diag);
}

static void fail(const char *what, const Text *text, const Diag *diag) {
  Text messages = {0};
  diag_format(diag, &messages);
  fprintf(stderr, "%s\n%s\n%s", what, text_string(text), text_string(&messages));
  abort();
}

static void check_round_trip(const Test *test, Arena *arena) {
  Diag diag = {.arena = arena};
  Text first = {0}, second = {0};
  test_print(test, &first);
  const Test *again = parse(text_string(&first), first.length, arena, &diag);
  if (!again)
    fail("the printed test does not parse", &first, &diag);
  if (!test_equal(test, again))
    fail("the printed test is another test", &first, &diag);
  test_print(again, &second);
  if (first.length != second.length || memcmp(first.bytes, second.bytes, first.length))
    fail("printing twice differs", &second, &diag);
  text_free(&first);
  text_free(&second);
}

// Each mutant is a test: its text parses, and prints alike.
static void check_mutants(const Test *test, Arena *arena) {
  enum { MUTANTS = 20 };
  unsigned count;
  const Mutant *mutants = mutants_of(test, arena, &count);
  for (unsigned i = 0; i < count && i < MUTANTS; i++) {
    Diag diag = {.arena = arena};
    Text first = {0}, second = {0};
    test_print(mutants[i].test, &first);
    const Test *again = parse(text_string(&first), first.length, arena, &diag);
    if (!again)
      fail(mutants[i].what, &first, &diag);
    test_print(again, &second);
    if (strcmp(text_string(&first), text_string(&second)) != 0)
      fail(mutants[i].what, &second, &diag);
    text_free(&first);
    text_free(&second);
  }
}

// The state of all -1, which is each type's largest or smallest pattern.
static void check_state(const Test *test, const Diag *diag) {
  Value written[LIMIT_OBSERVABLES] = {0}, read[LIMIT_OBSERVABLES];
  for (unsigned i = 0; i < test->observable_count; i++)
    written[i] = type_wrap(observable_base(test, &test->observables[i]), -1);
  Text text = {0};
  state_print(test, (State){written}, &text);
  if (!state_parse(test, text_string(&text), read) || state_compare(test, (State){written}, (State){read}))
    fail("a printed state reads as another", &text, diag);
  text_free(&text);
  (void)state_is_witness(test, (State){read});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  const Test *test = parse((const char *)data, size, arena, &diag);
  Text messages = {0};
  diag_format(&diag, &messages);
  text_free(&messages);
  if (test) {
    check_round_trip(test, arena);
    check_state(test, &diag);
    check_mutants(test, arena);
    check_round_trip(test_with_fence(test, "mfence", ~UINT64_C(0), arena), arena);
  } else if (!diag.errors) {
    abort(); // refused without a reason
  }
  arena_free(arena);
  return 0;
}
