#include "results/meaning.h"

#include "arch/cpus.h"
#include "results/view.h"

#include <string.h>

static const char *verdict_of(const Record *record, const char *model) {
  return record_verdict(record->verdicts, record->verdict_count, model);
}

static bool is(const char *verdict, const char *wanted) { return !strcmp(verdict, wanted); }

static uint64_t weak_seen(const Record *record) {
  uint64_t count = 0;
  for (unsigned i = 0; i < record->state_count; i++)
    count += record->states[i].weak == 1 ? record->states[i].count : 0;
  return count;
}

uint64_t meaning_seen(const Record *record) {
  switch (view_condition(record)) {
  case QUANTIFIER_EXISTS:
  case QUANTIFIER_NOT_EXISTS:
    return record->witnesses;
  case QUANTIFIER_FORALL:
    return record->iterations - record->witnesses;
  case QUANTIFIER_NONE:
    break;
  }
  return weak_seen(record);
}

bool meaning_is_notable(const Record *record) {
  return meaning_seen(record) || weak_seen(record) || (record->forbidden_state && *record->forbidden_state) ||
         view_condition(record) == QUANTIFIER_NONE || strcmp(record->status, "done") != 0;
}

const char *meaning_model(const Record *record) {
  const Cpu *cpu = record->machine.arch ? cpu_find(record->machine.arch) : NULL;
  return cpu ? cpu->model->name : "";
}

const char *meaning_word(const Record *record) {
  const char *verdict = verdict_of(record, meaning_model(record));
  if (is(verdict, "forbidden"))
    return view_condition(record) == QUANTIFIER_FORALL ? "requires" : "forbids";
  return is(verdict, "allowed") ? "allows" : verdict;
}

// "P0 | P1 P2" is one on several PUs.
static bool is_crew(const Record *record) {
  for (unsigned i = 0; i < record->setting_count; i++) {
    const RecordSetting *setting = &record->settings[i];
    if (!strcmp(setting->name, "crew") && setting->text && strchr(setting->text, '|'))
      return true;
  }
  return false;
}

bool meaning_took_turns(const Record *record, unsigned *pus) {
  *pus = 0;
  for (unsigned i = 0; i < record->pu_count; i++) {
    unsigned k = 0;
    while (k < i && record->pus[k] != record->pus[i])
      k++;
    *pus += k == i;
  }
  return *pus < record->pu_count && !is_crew(record);
}

// ---- The sentence

// "it", what the condition asks for, as a sentence has it.
static const char *object_of(const Record *record) {
  return view_condition(record) == QUANTIFIER_NONE     ? "a weak state"
         : view_condition(record) == QUANTIFIER_FORALL ? "what contradicts it"
                                                       : "it";
}

// The models that give a verdict, but for one: "; aarch64, power allow it".
static void add_others(const Record *record, const char *but, const char *verdict, const char *const verbs[2],
                       Text *out) {
  unsigned count = 0;
  for (unsigned i = 0; i < record->verdict_count; i++) {
    const RecordVerdict *at = &record->verdicts[i];
    if (is(at->model, "sc") || is(at->model, but) || !is(at->verdict, verdict))
      continue;
    bool thin_air = record->thin_air && is(at->model, "c11");
    text_printf(out, "%s%s%s", count ? ", " : "; ", at->model, thin_air ? " (by no-thin-air alone)" : "");
    count++;
  }
  if (count)
    text_printf(out, " %s %s", verbs[count > 1], object_of(record));
}

static bool all_say(const Record *record, const char *verdict) {
  for (unsigned i = 0; i < record->verdict_count; i++)
    if (!is(record->verdicts[i].model, "sc") && !is(record->verdicts[i].verdict, verdict))
      return false;
  return record->verdict_count > 2 && !record->thin_air;
}

// Whose doing the most frequent of the weak states is.
static const char *made_by(const Record *record) {
  const char *by = "";
  uint64_t most = 0;
  for (unsigned i = 0; i < record->state_count; i++) {
    const RecordState *state = &record->states[i];
    if (state->weak == 1 && state->by && *state->by && state->count > most) {
      by = is(state->by, "cpu") ? "the CPU" : "the compiler";
      most = state->count;
    }
  }
  return by;
}

// Why what is allowed was not seen, or how it came about.
static void add_outcome(const Record *record, Text *out) {
  unsigned pus;
  if (meaning_seen(record)) {
    const char *by = made_by(record);
    text_printf(out, *by ? ": %s reordered" : "%s", by);
  } else if (meaning_took_turns(record, &pus)) {
    text_printf(out, ", but %u threads took turns on %u %s", record->pu_count, pus, pus == 1 ? "PU" : "PUs");
  } else {
    text_add(out, ", but it was not seen");
  }
}

// This CPU's model, what came of it, then the models that say otherwise.
static void add_models(const Record *record, const char *here, bool allowed, Text *out) {
  static const char *const verbs[2][2] = {{"forbids", "forbid"}, {"allows", "allow"}};
  static const char *const verdicts[2] = {"forbidden", "allowed"};
  bool all = all_say(record, verdicts[allowed]);
  text_printf(out, "%s %s %s", all ? "every model" : here, verbs[allowed][0], object_of(record));
  if (allowed)
    add_outcome(record, out);
  else
    text_add(out, meaning_seen(record) ? ", and yet it was seen" : "");
  if (!all)
    add_others(record, here, verdicts[!allowed], verbs[!allowed], out);
}

// Where no CPU's model speaks of a test: what the kernel's own says, which does of grace periods.
static void add_language(const Record *record, Text *out) {
  const char *verdict = verdict_of(record, "lkmm");
  bool allowed = is(verdict, "allowed");
  if (!allowed && !is(verdict, "forbidden")) {
    text_add(out, is(verdict, "undefined") ? "a data race: lkmm leaves the program undefined"
                  : is(verdict, "unknown") ? "lkmm could not decide it"
                                           : "no model speaks of it: accesses tear, are misaligned or of mixed sizes");
    return;
  }
  text_printf(out, "lkmm %s %s", allowed ? "allows" : "forbids", object_of(record));
  if (allowed)
    add_outcome(record, out);
  else
    text_add(out, meaning_seen(record) ? ", and yet it was seen" : "");
  text_add(out, "; no CPU's model speaks of grace periods");
}

void meaning_add(const Record *record, Text *out) {
  const char *here = meaning_model(record), *verdict = verdict_of(record, here);
  if (!record->iterations || !record->verdict_count)
    return;
  if (is(verdict_of(record, "sc"), "allowed")) {
    text_add(out, "an interleaving of the threads ends so: nothing need be reordered");
  } else if (is(verdict, "forbidden")) {
    add_models(record, here, false, out);
  } else if (is(verdict, "allowed")) {
    add_models(record, here, true, out);
  } else if (is(verdict, "undefined")) {
    text_add(out,
             "the program has a data race, so that C11 leaves it undefined, and a compiler may make anything of it");
  } else if (is(verdict, "unmodelled")) {
    add_language(record, out);
  } else if (*here) {
    text_printf(out, "%s could not decide it", here);
  }
  if (is(verdict_of(record, "c11"), "undefined") && !is(verdict, "undefined"))
    text_add(out, "; a data race: c11 leaves the program undefined");
}
