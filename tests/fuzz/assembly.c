// Any text: it is refused with a reason, or read; then printed, read again, and the same test; and it becomes a
// program.
#include "harness/code/assembly.h"
#include "harness/lang/print.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Test *read_text(const char *bytes, size_t length, Arena *arena, Diag *diag) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "fuzz.litmus", .bytes = arena_copy(arena, bytes, length), .length = length};
  return test_read(source, arena, diag);
}

static void check_round_trip(const Test *test, Arena *arena) {
  Diag diag = {.arena = arena};
  Text text = {0};
  test_print(test, &text);
  const Test *again = read_text(text_string(&text), text.length, arena, &diag);
  if (!again || !test_equal(test, again)) {
    Text messages = {0};
    diag_format(&diag, &messages);
    fprintf(stderr, "printed, it is another test:\n%s\n%s", text_string(&text), text_string(&messages));
    abort();
  }
  text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  const Test *test = read_text((const char *)data, size, arena, &diag);
  if (!test && !diag.errors)
    abort(); // refused without a reason
  if (test && test_is_assembly(test)) {
    check_round_trip(test, arena);
    if (!assembly_program(test, false, 0, arena, &diag) && !diag.errors)
      abort();
  }
  Text messages = {0};
  diag_format(&diag, &messages);
  text_free(&messages);
  arena_free(arena);
  return 0;
}
