// Tests in the text of a unit test.
#pragma once
#include "harness/event/from_test.h"
#include "harness/lang/parse.h"

#include <check.h>
#include <string.h>

// The test that a text is; the unit test fails where it is none.
static inline Test *parse_text(const char *text, Arena *arena) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "text.litmus", .bytes = text, .length = strlen(text)};
  Diag diag = {.arena = arena};
  Test *test = test_parse(source, arena, &diag);
  Text messages = {0};
  diag_format(&diag, &messages);
  ck_assert_msg(test != NULL, "%s", text_string(&messages));
  text_free(&messages);
  return test;
}

static inline Program *lower_text(const char *text, const char *arch, Arena *arena) {
  Diag diag = {.arena = arena};
  Program *program = program_from_test(parse_text(text, arena), model_find(arch), NULL, arena, &diag);
  ck_assert_msg(program != NULL, "%s", diag.first ? diag.first->message : "");
  return program;
}
