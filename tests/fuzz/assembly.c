// Any text: it is refused with a reason, or read; then printed, read again, and the same test; it becomes a program;
// and is printed for a compiler, or refused.
#include "harness/code/assembly.h"
#include "harness/lang/print.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

// Of what stands between quotes, all but the table's words are operands, labels and percent signs of the statement.
static void check_line(const char *line, size_t length) {
  static const char words[] = "abcdefghijklmnopqrstuvwxyz0123456789_.,;:()[]!#$+-%= ";
  for (size_t i = 0; i < length; i++)
    if (!memchr(words, line[i] >= 'A' && line[i] <= 'Z' ? line[i] + 32 : line[i], sizeof words - 1))
      abort();
}

static void check_printed(const Test *test, unsigned thread, const char *const *stored) {
  Text text = {0};
  test->dialect->print_code(test, thread, stored, &text);
  const char *at = strstr(text_string(&text), " volatile(\n");
  if (!at)
    abort();
  for (at++; (at = strstr(at, "\n      \"")) != NULL; at += 8)
    check_line(at + 8, strcspn(at + 8, "\\\"\n"));
  text_free(&text);
}

// A thread that goes straight on accesses locations of its test, each by a line of its own; and is printed with
// variables in the place of what it stores.
static void check_straight(const Test *test, unsigned thread, Arena *arena) {
  StraightCode code;
  if (test->dialect->straight(test, thread, arena, &code))
    return;
  const char **stored = ARENA_ARRAY(arena, const char *, test->threads[thread].line_count);
  for (unsigned i = 0; i < code.access_count; i++) {
    const LineAccess *access = &code.accesses[i];
    if (access->location >= test->location_count || access->line >= test->threads[thread].line_count ||
        stored[access->line])
      abort();
    stored[access->line] = access->is_store ? "stored" : NULL;
  }
  for (unsigned r = 0; r < test->threads[thread].register_count; r++)
    if (code.loads[r] >= (int)code.access_count)
      abort();
  check_printed(test, thread, stored);
}

static void check_code(const Test *test, Arena *arena) {
  Diag diag = {.arena = arena};
  if (!assembly_runs(test, &diag)) {
    if (!diag.errors)
      abort();
    return;
  }
  for (unsigned t = 0; t < test->thread_count; t++) {
    check_printed(test, t, NULL);
    check_straight(test, t, arena);
  }
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
    check_code(test, arena);
  }
  Text messages = {0};
  diag_format(&diag, &messages);
  text_free(&messages);
  arena_free(arena);
  return 0;
}
