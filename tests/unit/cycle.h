// What the cycle_*.c tests share: cycles from text, and the programs of them.
#pragma once
#include "harness/cycle/name.h"
#include "harness/cycle/read.h"
#include "harness/cycle/write.h"
#include "tests/unit/lang.h"

static inline bool parse_cycle(const char *dialect, const char *text, Cycle *out, Diag *diag) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "cycle", .bytes = text, .length = strlen(text)};
  *diag = (Diag){.arena = arena};
  return cycle_parse(vocabulary_of(dialect), source, arena, out, diag);
}

// As its name begins.
static inline Cycle cycle_in(const char *dialect, const char *text) {
  Diag diag;
  Cycle cycle;
  bool good = parse_cycle(dialect, text, &cycle, &diag);
  ck_assert_msg(good, "%s\n%s", text, messages(&diag));
  cycle_turn(&cycle);
  return cycle;
}

static inline const char *spelled(const Cycle *cycle) {
  Text text = {0};
  cycle_print(cycle, &text);
  return text_finish(&text, arena);
}

static inline Test *program_of(const Cycle *cycle) {
  const char *why;
  Test *test = cycle_test(cycle, arena, &why);
  ck_assert_msg(test != NULL, "%s: %s", spelled(cycle), why);
  test->name = "t";
  return test;
}
