#include "results/meaning.h"
#include "results/mutants.h"
#include "results/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  WIDTH = 100, // columns, where the terminal does not say
  BAR = 20,    // columns of the longest bar
  STATES = 40, // shown of a run; the rest are counted
  MESSAGE = 12 // lines of why a run was not done; the record has them all
};

static unsigned width_of(const SheetStyle *style) { return style->width ? style->width : WIDTH; }

static bool is_done(const Record *record) { return !strcmp(record->status, "done"); }

static bool has_fence(const Record *record) {
  return record->fence && *record->fence && strcmp(record->fence, "none") != 0;
}

// ---- What was run

// The first sentence of a story, its blanks and line breaks made one blank each, cut to the terminal's width.
static void add_story(const char *story, const SheetStyle *style, Text *out) {
  Text line = {0};
  for (const char *at = story; *at && !(at > story && at[-1] == '.' && strchr(" \n\t", *at)); at++) {
    bool blank = strchr(" \n\t\r", *at);
    if (!blank)
      text_add_printable(&line, at, 1);
    else if (line.length && line.bytes[line.length - 1] != ' ')
      text_add_char(&line, ' ');
  }
  size_t most = width_of(style) > 20 ? width_of(style) - 6 : 14;
  if (line.length > most) {
    while (most > 0 && line.bytes[most] != ' ')
      most--;
    line.length = most ? most : width_of(style) / 2;
    line.bytes[line.length] = '\0';
    text_add(&line, " ...");
  }
  if (line.length)
    text_printf(out, "  %s\n", text_string(&line));
  text_free(&line);
}

static void add_settings(const Record *record, Text *out) {
  for (unsigned i = 0; i < record->setting_count; i++) {
    const RecordSetting *setting = &record->settings[i];
    text_printf(out, "%s%s ", i ? ", " : "; ", setting->name);
    if (setting->is_number)
      text_printf(out, "%.6g", setting->number);
    else
      text_add(out, setting->text ? setting->text : "");
  }
}

static void add_head(const Record *record, const char *story, const SheetStyle *style, Text *out) {
  Text line = {0};
  text_add_printable(&line, record->test, strlen(record->test));
  tone_add(style, TONE_BOLD, text_string(&line), out);
  if (has_fence(record))
    text_printf(out, " with %s", record->fence);
  text_add_char(out, '\n');
  if (story)
    add_story(story, style, out);
  text_clear(&line);
  text_printf(&line, "  %s, ", record->engine);
  if (record->instances)
    text_printf(&line, "%u instance%s of ", record->instances, record->instances > 1 ? "s" : "");
  unsigned actors = record->instances ? record->pu_count / record->instances : record->pu_count;
  text_printf(&line, "%u %s on %s", actors, record->actors, record->placement);
  text_add(&line, record->pu_count ? ": PU " : "");
  text_add_numbers(&line, record->pus, record->pu_count);
  if (record->where && *record->where && record->memory_count) {
    text_add(&line, ", memory on NUMA node ");
    text_add_numbers(&line, record->memory, record->memory_count);
  }
  add_settings(record, &line);
  tone_add(style, TONE_DIM, text_string(&line), out);
  text_add_char(out, '\n');
  text_free(&line);
}

// ---- The histogram

enum { STATE, SHARE_BAR, SHARE, COUNT, WITNESS, VERDICTS };
static const SheetColumn state_columns[] = {
    [STATE] = {.name = "state", .fit = FIT_KEY},
    [SHARE_BAR] = {.name = "bar", .kind = KIND_BAR, .width = BAR, .fit = FIT_OPTIONAL},
    [SHARE] = {.name = "share", .kind = KIND_PERCENT, .width = 7},
    [COUNT] = {.name = "count", .kind = KIND_COUNT, .width = 6},
    [WITNESS] = {.name = "witness", .width = 1, .is_fixed = true},
    [VERDICTS] = {.name = "verdicts", .fit = FIT_RUNS_ON},
};

// The models of one verdict, after the words that say which.
static void add_models(const RecordState *state, const char *verdict, const char *words, Text *out) {
  for (unsigned i = 0; i < state->verdict_count; i++)
    if (!strcmp(state->verdicts[i].verdict, verdict)) {
      text_printf(out, "%s %s", words, state->verdicts[i].model);
      words = "";
    }
}

static bool all_allow(const RecordState *state) {
  for (unsigned i = 0; i < state->verdict_count; i++)
    if (strcmp(state->verdicts[i].verdict, "allowed") != 0)
      return false;
  return state->verdict_count > 0;
}

// Sequentially consistent, or weak and by which models allowed. A weak state that some models forbid, as a message
// passed out of order is by x86-tso, is no alarm here: which of them speak of this machine is told below the states.
static void add_verdicts(const RecordState *state, Text *out) {
  if (state->grade && *state->grade)
    text_printf(out, "%s%s%s  ", state->grade, state->means && *state->means ? ": " : "",
                state->means ? state->means : "");
  if (state->weak >= 0)
    text_add(out, state->weak ? "weak" : "sc");
  if (state->weak > 0 && state->by && *state->by)
    text_printf(out, " by the %s", !strcmp(state->by, "cpu") ? "CPU" : state->by);
  if (state->weak >= 0 && all_allow(state)) {
    text_add(out, state->weak ? ", every model allows it" : "");
    return;
  }
  add_models(state, "allowed", "  allowed by", out);
  add_models(state, "forbidden", "  forbidden by", out);
  text_add(out, state->thin_air ? " (c11: no-thin-air alone)" : "");
  add_models(state, "undefined", "  undefined in", out);
  add_models(state, "unmodelled", "  unmodelled by", out);
}

static Cell verdicts_cell(const RecordState *state, Arena *arena) {
  Text words = {0};
  add_verdicts(state, &words);
  const char *text = text_string(&words) + strspn(text_string(&words), " ");
  Cell cell = cell_text(arena_string(arena, text));
  text_free(&words);
  return cell;
}

static void add_state(const Record *record, const RecordState *state, Sheet *sheet) {
  double share = record->iterations ? (double)state->count / (double)record->iterations : 0;
  Cell *cells = sheet_row(sheet);
  cells[STATE] = cell_toned(cell_text(state->state), state->witness ? TONE_NOTICE : TONE_PLAIN);
  cells[SHARE_BAR] = cells[SHARE] = cell_number(share);
  cells[COUNT] = cell_count(state->count);
  cells[WITNESS] = cell_text(state->witness ? "*" : "");
  bool alarms = state->grade && !strcmp(state->grade, "forbidden");
  cells[VERDICTS] = cell_toned(verdicts_cell(state, sheet->arena), alarms ? TONE_ALARM : TONE_PLAIN);
}

// Witnesses first, then the most frequent, then the order of the record.
static int by_interest(const void *a, const void *b) {
  const RecordState *x = *(const RecordState *const *)a, *y = *(const RecordState *const *)b;
  if (x->witness != y->witness)
    return x->witness ? -1 : 1;
  if (x->count != y->count)
    return x->count > y->count ? -1 : 1;
  return (x > y) - (x < y);
}

static int by_place(const void *a, const void *b) {
  const RecordState *x = *(const RecordState *const *)a, *y = *(const RecordState *const *)b;
  return (x > y) - (x < y);
}

// What is in no count, and yet ran.
static void add_uncounted(uint64_t count, const char *why, Text *out) {
  if (!count)
    return;
  text_add(out, "    and ");
  count_add((double)count, out);
  text_printf(out, " iterations %s\n", why);
}

static void add_states(const Record *record, const SheetStyle *style, Text *out) {
  Arena *arena = arena_new();
  unsigned count = record->state_count, shown = count < STATES ? count : STATES;
  const RecordState **states = ARENA_ARRAY(arena, const RecordState *, count + 1);
  for (unsigned i = 0; i < count; i++)
    states[i] = &record->states[i];
  qsort(states, count, sizeof *states, by_interest);
  qsort(states, shown, sizeof *states, by_place);
  Sheet *sheet = SHEET_NEW(arena, state_columns);
  sheet->is_bare = true;
  sheet->indent = 4;
  for (unsigned i = 0; i < shown; i++)
    add_state(record, states[i], sheet);
  sheet_text(sheet, style, out);
  double hidden = 0;
  for (unsigned i = shown; i < count; i++)
    hidden += (double)states[i]->count;
  if (shown < count) {
    text_printf(out, "    and %u rarer states, together ", count - shown);
    count_add(hidden, out);
    text_add_char(out, '\n');
  }
  add_uncounted(record->lost, "in states beyond the histogram's room, in no count; witnesses may be among them", out);
  add_uncounted(record->filtered, "that the filter leaves out", out);
  arena_free(arena);
}

// ---- What that says

static void add_bound(const Record *record, Text *out) {
  text_printf(out, ": under %.2g at 95 %% if iterations were independent", record_bound(record->iterations));
}

static void add_witnesses(const Record *record, Text *out) {
  count_add((double)record->witnesses, out);
  text_add(out, " of ");
  count_add((double)record->iterations, out);
}

static void add_condition(const Record *record, const SheetStyle *style, Text *out) {
  Quantifier condition = view_condition(record);
  if (condition == QUANTIFIER_NONE || !record->iterations)
    return;
  text_add(out, "  ");
  tone_add(style, TONE_BOLD, view_observation(record), out);
  text_add_char(out, ' ');
  text_add_printable(out, record->condition, strlen(record->condition));
  text_add(out, "\n  ");
  if (condition == QUANTIFIER_FORALL) {
    uint64_t others = record->iterations - record->witnesses;
    text_add(out, "contradicted by ");
    count_add((double)others, out);
    text_add(out, " of ");
    count_add((double)record->iterations, out);
    if (!others)
      add_bound(record, out);
  } else {
    add_witnesses(record, out);
    if (!record->witnesses)
      add_bound(record, out);
  }
  bool holds = view_validated(record), may_change = holds != (condition == QUANTIFIER_EXISTS);
  text_printf(out, "; the condition %s%s", holds ? "holds" : "does not hold", may_change ? " so far" : "");
  text_add_char(out, '\n');
}

static void add_meaning(const Record *record, const SheetStyle *style, Text *out) {
  Text sentence = {0};
  meaning_add(record, &sentence);
  if (sentence.length) {
    text_add(out, "  ");
    tone_add(style, TONE_BOLD, text_string(&sentence), out);
    text_add_char(out, '\n');
  }
  text_free(&sentence);
}

// What the run's mutants say of what it did not see, and each of them.
static void add_mutants(const Record *record, Text *out) {
  if (!record->mutant_count)
    return;
  text_add(out, "  ");
  mutant_sentence(record, out);
  text_add_char(out, '\n');
  for (unsigned i = 0; i < record->mutant_count; i++) {
    const RecordMutant *mutant = &record->mutants[i];
    text_add(out, "    ");
    count_add((double)mutant->witnesses, out);
    text_add(out, " of ");
    count_add((double)mutant->iterations, out);
    text_add(out, ": ");
    text_add_printable(out, mutant->what, strlen(mutant->what));
    text_add_char(out, '\n');
  }
}

static void add_rate(const Record *record, Text *out) {
  if (!record->iterations || record->seconds <= 0)
    return;
  text_add(out, "  ");
  count_add((double)record->iterations, out);
  text_printf(out, " iterations in %.3g s: ", record->seconds);
  count_add((double)record->iterations / record->seconds, out);
  text_add(out, "/s");
  if (record->witnesses && view_condition(record) != QUANTIFIER_NONE) {
    text_add(out, ", ");
    count_add((double)record->witnesses / record->seconds, out);
    text_add(out, " witnesses/s");
  }
  if (record->frame_witnesses > record->witnesses) {
    text_add(out, " (each counted once; about ");
    count_add((double)record->frame_witnesses, out);
    text_add(out, " with frames that share iterations)");
  }
  text_add_char(out, '\n');
}

// Why it is not done, line by line: a compiler says more than one.
static void add_failure(const Record *record, const SheetStyle *style, Text *out) {
  if (is_done(record))
    return;
  text_add(out, "  ");
  tone_add(style, TONE_ALARM, record->status, out);
  unsigned lines = 0;
  for (const char *at = record->message; at && *at; lines++) {
    size_t length = strcspn(at, "\n");
    if (lines < MESSAGE) {
      text_add(out, lines == 0 ? ": " : "    ");
      text_add_printable(out, at, length);
      text_add_char(out, '\n');
    }
    at += length + (at[length] == '\n');
  }
  if (lines > MESSAGE)
    text_printf(out, "    and %u lines more\n", lines - MESSAGE);
  if (!record->message || !*record->message)
    text_add_char(out, '\n');
}

void view_run(const Record *record, const char *story, const SheetStyle *style, Text *out) {
  add_head(record, story, style, out);
  add_states(record, style, out);
  add_condition(record, style, out);
  add_meaning(record, style, out);
  add_mutants(record, out);
  add_rate(record, out);
  add_failure(record, style, out);
  text_add_char(out, '\n');
}

// ---- A suite

enum { TEST, FENCE, PLACEMENT, ENGINE, MODEL, OBSERVED, ITERATIONS, WITNESSES, RATE, REMARK };
static const SheetColumn run_columns[] = {
    [TEST] = {.name = "test", .fit = FIT_KEY},
    [FENCE] = {.name = "fence", .fit = FIT_KEY},
    [PLACEMENT] = {.name = "placement", .fit = FIT_KEY},
    [ENGINE] = {.name = "engine", .width = 9, .fit = FIT_OPTIONAL},
    [MODEL] = {.name = "model", .title = ""},
    [OBSERVED] = {.name = "observed", .width = 9, .is_fixed = true},
    [ITERATIONS] = {.name = "iterations", .kind = KIND_COUNT},
    [WITNESSES] = {.name = "witnesses", .kind = KIND_COUNT, .is_fixed = true},
    [RATE] = {.name = "a second", .kind = KIND_COUNT, .width = 13, .fit = FIT_OPTIONAL, .is_fixed = true},
    [REMARK] = {.name = "remark", .title = "", .fit = FIT_RUNS_ON},
};

static bool differ(const char *a, const char *b) { return strcmp(a ? a : "", b ? b : "") != 0; }

static void add_run(const Record *record, Sheet *sheet) {
  Cell *cells = sheet_row(sheet);
  bool condition = view_condition(record) != QUANTIFIER_NONE;
  cells[TEST] = cell_text(record->test);
  cells[FENCE] = cell_text(record->fence);
  cells[PLACEMENT] = cell_text(record->placement);
  cells[ENGINE] = cell_text(record->engine);
  cells[MODEL] = cell_text(meaning_word(record));
  cells[OBSERVED] = cell_text(condition ? view_observation(record) : "");
  cells[ITERATIONS] = cell_count(record->iterations);
  if (condition && record->iterations) {
    cells[WITNESSES] = cell_count(record->witnesses);
    cells[RATE] = cell_number(record->seconds > 0 ? (double)record->witnesses / record->seconds : 0);
    if (!record->witnesses)
      cells[RATE].shown = arena_printf(sheet->arena, "under %.1e", record_bound(record->iterations));
  }
  if (!is_done(record))
    cells[REMARK] = cell_text(record->status);
  else if (!view_validated(record) && view_condition(record) != QUANTIFIER_EXISTS)
    cells[REMARK] = cell_text("the condition does not hold");
}

static void add_counts(const Record *records, unsigned count, Text *out) {
  static const char *const observations[] = {"Sometimes", "Always", "Never"};
  static const char *const words[] = {"sometimes", "always", "never"};
  unsigned seen[3] = {0}, broken = 0;
  double seconds = 0;
  for (unsigned i = 0; i < count; i++) {
    broken += !is_done(&records[i]);
    seconds += records[i].seconds;
    if (view_condition(&records[i]) != QUANTIFIER_NONE)
      for (unsigned o = 0; o < 3; o++)
        seen[o] += !strcmp(view_observation(&records[i]), observations[o]);
  }
  text_printf(out, "%u %s, %.3g s of counting; witnesses", count, count == 1 ? "run" : "runs", seconds);
  for (unsigned o = 0; o < 3; o++)
    text_printf(out, "%s %s in %u", o ? "," : "", words[o], seen[o]);
  if (broken)
    text_printf(out, "; %u not done", broken);
  text_add_char(out, '\n');
}

// Of what was not seen: how much of it the model forbids, and what kept the rest from being seen.
static void add_conclusion(const Record *records, unsigned count, Text *out) {
  unsigned forbidden = 0, allowed = 0, turns = 0, pus;
  for (unsigned i = 0; i < count; i++) {
    const Record *record = &records[i];
    if (meaning_seen(record) || !record->iterations)
      continue;
    bool allows = !strcmp(meaning_word(record), "allows");
    forbidden += !strcmp(record_verdict(record->verdicts, record->verdict_count, meaning_model(record)), "forbidden");
    allowed += allows;
    turns += allows && meaning_took_turns(record, &pus);
  }
  if (!forbidden && !allowed)
    return;
  text_printf(out, "of what was not seen, %s forbids %u and allows %u", meaning_model(&records[0]), forbidden, allowed);
  if (turns && turns == allowed)
    text_add(out, ", of which threads took turns on too few PUs");
  else if (turns)
    text_printf(out, ", in %u of which threads took turns on too few PUs", turns);
  text_add_char(out, '\n');
}

// What of it one looks for first: alarms, failures, what is weak, what else was seen, what may yet be seen.
static unsigned rank(const Record *record) {
  if (record->forbidden_state && *record->forbidden_state)
    return 0;
  if (!is_done(record))
    return 1;
  if (meaning_seen(record))
    return strcmp(record_verdict(record->verdicts, record->verdict_count, "sc"), "forbidden") != 0 ? 3 : 2;
  return strcmp(meaning_word(record), "allows") != 0 ? 5 : 4;
}

static int by_rank(const void *a, const void *b) {
  const Record *x = *(const Record *const *)a, *y = *(const Record *const *)b;
  unsigned left = rank(x), right = rank(y);
  return left != right ? (left > right) - (left < right) : (x > y) - (x < y);
}

// The mutation score, by engine, and what is never shown: by shape, and the first few by name.
static void add_scores(const Record *records, unsigned count, Arena *arena, Text *out) {
  enum { NAMED = 8 };
  MutantTally tally = mutant_tally_new(arena);
  for (unsigned i = 0; i < count; i++)
    mutant_tally_add(&tally, &records[i]);
  if (!tally.count)
    return;
  MutantCount all = mutant_tally_count(&tally, MUTANT_ANY, MUTANT_ANY);
  text_add(out, "mutants that the model allows: ");
  mutant_tally_sentence(&tally, out);
  text_add_char(out, '\n');
  if (all.shown == all.count)
    return;
  text_add(out, "  never shown: ");
  mutant_tally_never(&tally, out);
  text_add_char(out, '\n');
  unsigned named = 0;
  for (unsigned i = 0; i < tally.count && named < NAMED; i++)
    if (!tally.seen[i].shown) {
      text_add(out, "    ");
      text_add_printable(out, tally.seen[i].test, strlen(tally.seen[i].test));
      text_add(out, ", ");
      text_add_printable(out, tally.seen[i].what, strlen(tally.seen[i].what));
      text_add_char(out, '\n');
      named++;
    }
  if (all.count - all.shown > named)
    text_printf(out, "    and %u more\n", all.count - all.shown - named);
}

// Fences and placements are shown if runs differ in them.
void view_summary(const Record *records, unsigned count, const SheetStyle *style, Text *out) {
  if (!count)
    return;
  Arena *arena = arena_new();
  const Record **ordered = ARENA_ARRAY(arena, const Record *, count);
  for (unsigned i = 0; i < count; i++)
    ordered[i] = &records[i];
  qsort(ordered, count, sizeof *ordered, by_rank);
  Sheet *sheet = SHEET_NEW(arena, run_columns);
  sheet->columns[FENCE].in = sheet->columns[PLACEMENT].in = IN_DATA;
  sheet->columns[MODEL].title = meaning_model(&records[0]);
  for (unsigned i = 0; i < count; i++) {
    add_run(ordered[i], sheet);
    if (differ(records[i].fence, records[0].fence))
      sheet->columns[FENCE].in = IN_TEXT;
    if (differ(records[i].placement, records[0].placement))
      sheet->columns[PLACEMENT].in = IN_TEXT;
  }
  sheet_text(sheet, style, out);
  add_counts(records, count, out);
  add_scores(records, count, arena, out);
  add_conclusion(records, count, out);
  arena_free(arena);
}
