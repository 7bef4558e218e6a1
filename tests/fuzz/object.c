// Any bytes as an object file: refused with a reason, or read as a code file, whose grades then say something of
// states.
#include "harness/lang/code_grade.h"
#include "harness/lang/code_read.h"
#include "harness/lang/print.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const CodeFile *code, Arena *arena) {
  Value values[LIMIT_REGISTERS] = {1, -1, 2};
  const Grade *grade = code_grade(code, values);
  if (grade && !grade->sentence)
    abort();
  Text text = {0};
  condition_print(code_test(code, arena), &text);
  text_free(&text);
}

static void read(const Source *object, const CodeSaid *said, Arena *arena) {
  Diag diag = {.arena = arena};
  const CodeFile *code = code_read(&(CodeFile){.path = "x.o"}, said, object, arena, &diag);
  if (code)
    judge(code, arena);
  else if (!diag.errors)
    abort(); // refused without a reason
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const threads[] = {"wm_thread_first"}, *const results[] = {"a", "b"},
                           *const forbidden[] = {"a < b"};
  Arena *arena = arena_new();
  const Source object = {.name = "x.o", .bytes = arena_copy(arena, (const char *)data, size), .length = size};
  read(&object, &(CodeSaid){0}, arena);
  read(&object, &(CodeSaid){{threads, 1}, 8, {results, 2}, {forbidden, 1}}, arena);
  arena_free(arena);
  return 0;
}
