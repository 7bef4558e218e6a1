// What every model says of every test that comes with weakmem, held to tests/data/verdicts.tsv: the same rows as
// `weakmem predict --format tsv` prints, without the file. A row that differs is told with the new one; if the new one
// is right, the table is changed with the model in one commit, which says why.
#define Suite LitmusSuite // Check has a Suite of its own
#include "harness/lang/suite.h"
#undef Suite
#include "harness/model/judge.h"
#include "tests/unit/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *condition(const Prediction *p) {
  return p->result.unmodelled ? "-" : !prediction_decides(p) ? "Unknown" : p->any_witness ? "Allowed" : "Forbidden";
}

static void add_row(const Prediction *p, Arena *arena, Text *out) {
  text_printf(out, "%s\t%s\t%s\t", p->test->name, p->judge->name, condition(p));
  for (unsigned i = 0; i < p->result.state_count; i++) {
    text_add(out, i ? " | " : "");
    state_print(p->test, prediction_state(p->test, p->result.states[i], arena), out);
  }
  text_add_char(out, '\n');
}

static FILE *open_frozen(Arena *arena) {
  const char *source = getenv("SOURCE");
  FILE *file = fopen(arena_printf(arena, "%s/tests/data/verdicts.tsv", source ? source : "."), "r");
  ck_assert_msg(file != NULL, "there is no tests/data/verdicts.tsv: SOURCE names the checkout");
  return file;
}

START_TEST(every_verdict_is_as_it_was_frozen) {
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  LitmusSuite suite = suite_builtin(NULL, arena, &diag);
  Judge *judges = judges_all(arena);
  FILE *frozen = open_frozen(arena);
  char *line = NULL;
  size_t room = 0;
  unsigned rows = 0;
  ck_assert_int_gt(getline(&line, &room, frozen), 0); // the header
  for (unsigned t = 0; t < suite.count; t++) {
    Arena *decision = arena_new();
    JudgeOptions options = {.limits = judge_limits(60)};
    Prediction *predictions = judge_test_by(judges, model_count, suite.tests[t], &options, decision);
    for (unsigned m = 0; m < model_count; m++, rows++) {
      Text row = {0};
      add_row(&predictions[m], decision, &row);
      ck_assert_msg(getline(&line, &room, frozen) > 0, "the table has no row for %s", text_string(&row));
      ck_assert_str_eq(text_string(&row), line);
      text_free(&row);
    }
    arena_free(decision);
  }
  ck_assert_msg(getline(&line, &room, frozen) < 0, "the table has a row too many: %s", line);
  ck_assert_uint_ge(rows, 800);
  free(line);
  fclose(frozen);
  arena_free(arena);
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("verdicts", NULL, NULL);
  tcase_set_timeout(tests, 300);
  tcase_add_test(tests, every_verdict_is_as_it_was_frozen);
  return unit_run("model", tests);
}
