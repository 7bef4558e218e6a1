// What the engines tell their session: counts, settings, refusals.
#include "harness/engine/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool session_count(Session *session, const Value *values, uint64_t count) {
  const Test *test = session->test;
  session->report->executed += count;
  if (test->filter && !prop_holds(test, test->filter, (State){values}))
    return false;
  // What only the filter looks at is not part of the state that is shown.
  Value shown[LIMIT_OBSERVABLES] = {0};
  memcpy(shown, values, test->observable_count * sizeof *shown);
  tally_add(session->tally, shown, count);
  bool is_witness = state_is_witness(test, (State){shown});
  session->report->witnesses += is_witness ? count : 0;
  return is_witness;
}

void session_lost(Session *session, uint64_t count) {
  session->report->executed += count;
  tally_overflowed(session->tally, count);
}

void session_began(Session *session) {
  session->report->began = session->report->ended = clock_seconds();
  session->report->started = 1;
}

void session_counted(Session *session) { session->report->ended = clock_seconds(); }

bool session_over(const Session *session) {
  const Report *report = session->report;
  const RunOptions *options = session->options;
  return __atomic_load_n(&report->stopping, __ATOMIC_RELAXED) || report->refused[0] ||
         clock_seconds() >= session->deadline || (options->iterations && report->executed >= options->iterations) ||
         (options->until_witness && report->witnesses);
}

void session_setting_number(Session *session, const char *name, double number) {
  Report *report = session->report;
  if (report->setting_count == sizeof report->settings / sizeof *report->settings)
    return;
  unsigned i = report->setting_count;
  snprintf(report->settings[i].name, sizeof report->settings[i].name, "%s", name);
  report->settings[i].number = number;
  report->settings[i].is_number = true;
  report->setting_count = i + 1;
}

void session_setting_text(Session *session, const char *name, const char *text) {
  Report *report = session->report;
  if (report->setting_count == sizeof report->settings / sizeof *report->settings)
    return;
  unsigned i = report->setting_count;
  snprintf(report->settings[i].name, sizeof report->settings[i].name, "%s", name);
  snprintf(report->settings[i].text, sizeof report->settings[i].text, "%s", text);
  report->settings[i].is_number = false;
  report->setting_count = i + 1;
}

void session_died(Session *session, const Team *team) {
  session->report->died = team_died(team, &session->report->end);
}

void session_refuse(Session *session, const char *format, ...) {
  if (session->report->refused[0])
    return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(session->report->refused, sizeof session->report->refused, format, arguments);
  va_end(arguments);
}
