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

// Whether what was looked at tells which of the three it is.
static bool is_known(const Prediction *p) {
  bool sometimes = p->any_witness && !p->all_witnesses;
  bool never = p->decided && p->test->condition.quantifier != QUANTIFIER_FORALL && !p->any_witness;
  return !prediction_is_partial(p) || sometimes || never;
}

ResultCheck result_check(const Prediction *p, Arena *arena) {
  bool race = false;
  const char *said = said_by(p->test, &race);
  if (!said)
    return (ResultCheck){.verdict = RESULT_SILENT};
  said = arena_printf(arena, "%s%s", said, race ? " DATARACE" : "");
  if (!p->program || p->result.unmodelled || !is_known(p))
    return (ResultCheck){.verdict = RESULT_UNKNOWN, .said = said};
  const char *found = arena_printf(arena, "%s%s", said_of(p), p->result.undefined ? " DATARACE" : "");
  return (ResultCheck){.verdict = strcmp(said, found) ? RESULT_DIFFERS : RESULT_SAME, .said = said, .found = found};
}

void result_print(const Prediction *p, const ResultCheck *check, ResultTally *tally, Text *out) {
  tally->counts[check->verdict]++;
  if (check->verdict == RESULT_SILENT)
    return;
  text_printf(out, "%s\t%s", p->test->name, check->said);
  if (check->verdict == RESULT_UNKNOWN)
    text_printf(out, "\tunknown: %s", p->why);
  else if (check->verdict == RESULT_DIFFERS)
    text_printf(out, "\tbut %s says %s", p->judge->name, check->found);
  text_add_char(out, '\n');
}

void result_summary(const ResultTally *tally, Text *out) {
  const unsigned *counts = tally->counts;
  text_printf(out, "%u as they say, %u otherwise, %u not compared\n", counts[RESULT_SAME], counts[RESULT_DIFFERS],
              counts[RESULT_UNKNOWN] + counts[RESULT_SILENT]);
}
