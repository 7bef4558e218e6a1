#include "harness/cli/predict_results.h"

#include <string.h>

static const char *const words[] = {"Always", "Never", "Sometimes", "DEADLOCK"};

// The word that a text begins with; NULL where it is none of them.
static const char *word_at(const char *text) {
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (!strncmp(text, words[i], strlen(words[i])))
      return words[i];
  return NULL;
}

// What the test's header says; NULL where it says nothing. *race: that it has one.
static const char *said_by(const Test *test, bool *race) {
  const char *bytes = test->source->bytes, *body = strchr(bytes, '{'), *line = strstr(bytes, "Result: ");
  if (!body || !line || line > body)
    return NULL;
  line += strlen("Result: ");
  const char *found = strstr(line, "DATARACE");
  *race = found && found < line + strcspn(line, "\n");
  return word_at(line);
}

static const char *said_of(const Prediction *p) {
  if (!p->result.state_count)
    return "DEADLOCK";
  return !p->any_witness ? "Never" : p->all_witnesses ? "Always" : "Sometimes";
}

void result_check(const Prediction *p, Arena *arena, ResultTally *tally, Text *out) {
  bool race = false;
  const char *said = said_by(p->test, &race);
  if (!said) {
    tally->silent++;
    return;
  }
  if (!p->program || p->result.unmodelled || prediction_is_partial(p)) {
    tally->silent++;
    text_printf(out, "%s\t%s\tunknown: %s\n", p->test->name, said, p->why);
    return;
  }
  const char *wanted = arena_printf(arena, "%s%s", said, race ? " DATARACE" : "");
  const char *found = arena_printf(arena, "%s%s", said_of(p), p->result.undefined ? " DATARACE" : "");
  bool same = !strcmp(wanted, found);
  tally->same += same;
  tally->differ += !same;
  text_printf(out, same ? "%s\t%s\n" : "%s\t%s\tbut %s says %s\n", p->test->name, wanted, p->judge->name, found);
}

void result_summary(const ResultTally *tally, Text *out) {
  text_printf(out, "%u as they say, %u otherwise, %u not compared\n", tally->same, tally->differ, tally->silent);
}
