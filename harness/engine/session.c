// What the engines tell their session: counts, settings, refusals.
#include "harness/engine/session.h"
#include "harness/base/time.h"

#include <stdio.h>

unsigned session_count(EngineSession *session, const uint64_t *state, uint64_t count) {
  session->report->executed += count;
  unsigned what = session->code->classify(state);
  if (what & STATE_HIDDEN) {
    session->report->hidden += count;
    return what;
  }
  tally_add(session->tally, state, count); // its words are those of the observables that are shown, which come first
  session->report->witnesses += what & STATE_WITNESS ? count : 0;
  return what;
}

void session_lost(EngineSession *session, uint64_t count) {
  session->report->executed += count;
  session->tally->lost += count;
}

void session_began(EngineSession *session) {
  Report *report = session->report;
  if (!report->started)
    report->began = report->ended = time_seconds();
  session->deadline = session->seconds > 0 ? report->began + session->seconds : 1e18;
  report->started = 1;
}

void session_counted(EngineSession *session) { session->report->ended = time_seconds(); }

bool session_over(const EngineSession *session) {
  const Report *report = session->report;
  return __atomic_load_n(&report->stopping, __ATOMIC_RELAXED) || report->refused[0] ||
         time_seconds() >= session->deadline || (session->iterations && report->executed >= session->iterations) ||
         (session->until_witness && report->witnesses);
}

static Setting *add_setting(EngineSession *session, const char *name) {
  Report *report = session->report;
  if (report->setting_count == SETTINGS_MOST)
    return NULL;
  Setting *setting = &report->settings[report->setting_count++];
  snprintf(setting->name, sizeof setting->name, "%s", name);
  return setting;
}

void session_setting_number(EngineSession *session, const char *name, double number) {
  Setting *setting = add_setting(session, name);
  if (!setting)
    return;
  setting->is_number = true;
  setting->number = number;
}

void session_setting_text(EngineSession *session, const char *name, const char *text) {
  Setting *setting = add_setting(session, name);
  if (setting)
    snprintf(setting->text, sizeof setting->text, "%s", text);
}

void session_memory(EngineSession *session, const Team *team) { session->report->nodes |= team_nodes(team); }

void session_died(EngineSession *session, const Team *team) {
  session->report->died = team_died(team, &session->report->end);
}

void session_refuse(EngineSession *session, const char *reason) {
  if (!session->report->refused[0])
    snprintf(session->report->refused, sizeof session->report->refused, "%s", reason);
}
