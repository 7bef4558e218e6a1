#include "results/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  WIDTH = 100,     // columns, where the terminal does not say
  BAR = 20,        // columns of the longest bar
  STATES = 40,     // shown of a run; the rest are counted
  STATE_WIDE = 60, // columns: a longer state pushes its bar to the right
  MESSAGE = 12     // lines of why a run was not done; the record has them all
};

#define BOLD "1"
#define DIM "2"
#define RED "1;31"
#define YELLOW "33"

static void add_styled(const SheetStyle *style, const char *code, const char *text, Text *out) {
  if (style->colour)
    text_printf(out, "\033[%sm%s\033[0m", code, text);
  else
    text_add(out, text);
}

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
  add_styled(style, BOLD, text_string(&line), out);
  if (has_fence(record))
    text_printf(out, " with %s", record->fence);
  text_add_char(out, '\n');
  if (story)
    add_story(story, style, out);
  text_clear(&line);
  text_printf(&line, "  %s, %u %s on %s", record->engine, record->pu_count, record->actors, record->placement);
  for (unsigned i = 0; i < record->pu_count; i++)
    text_printf(&line, "%s%u", i ? "," : ": PU ", record->pus[i]);
  add_settings(record, &line);
  add_styled(style, DIM, text_string(&line), out);
  text_add_char(out, '\n');
  text_free(&line);
}

// ---- The histogram

// A bar of eighths of a column; what is there at all is never shown as nothing.
static void add_bar(double share, const SheetStyle *style, Text *out) {
  static const char *const eighths[] = {"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589"};
  unsigned parts = (unsigned)lround(share * BAR * 8), full;
  if (style->utf8) {
    parts = parts ? parts : 1;
    for (full = 0; full < parts / 8; full++)
      text_add(out, "\u2588");
    text_add(out, eighths[parts % 8]);
    full += parts % 8 != 0;
  } else {
    full = parts / 8 ? parts / 8 : 1;
    text_repeat(out, '#', full);
  }
  text_repeat(out, ' ', full < BAR ? BAR - full : 0);
}

static void add_share(double share, Text *out) {
  if (share >= 0.0001)
    text_printf(out, "%7.*f %%", share >= 0.1 ? 1 : share >= 0.01 ? 2 : 3, share * 100);
  else
    text_printf(out, "%7.0e %%", share * 100);
}

// The models of one verdict, after the words that say which.
static void add_models(const RecordState *state, const char *verdict, const char *words, const SheetStyle *style,
                       const char *code, Text *out) {
  Text models = {0};
  for (unsigned i = 0; i < state->verdict_count; i++)
    if (!strcmp(state->verdicts[i].verdict, verdict))
      text_printf(&models, " %s", state->verdicts[i].model);
  if (models.length) {
    text_add(out, "  ");
    if (code)
      add_styled(style, code, words, out);
    else
      text_add(out, words);
    text_add(out, text_string(&models));
  }
  text_free(&models);
}

static bool all_allow(const RecordState *state) {
  for (unsigned i = 0; i < state->verdict_count; i++)
    if (strcmp(state->verdicts[i].verdict, "allowed") != 0)
      return false;
  return state->verdict_count > 0;
}

// Sequentially consistent, or weak and by which models allowed. A weak state that some models forbid, as a message
// passed out of order is by x86-tso, is no alarm here: which of them speak of this machine is told below the states.
static void add_verdicts(const RecordState *state, const SheetStyle *style, Text *out) {
  if (state->weak >= 0)
    text_add(out, state->weak ? "  weak" : "  sc");
  if (state->weak == 0 && all_allow(state))
    return;
  if (state->weak > 0 && all_allow(state)) {
    text_add(out, ", every model allows it");
    return;
  }
  add_models(state, "allowed", "allowed by", style, NULL, out);
  add_models(state, "forbidden", "forbidden by", style, NULL, out);
  if (state->thin_air)
    add_styled(style, DIM, " (c11: no-thin-air alone)", out);
  add_models(state, "undefined", "undefined in", style, DIM, out);
  add_models(state, "unmodelled", "unmodelled by", style, DIM, out);
}

static void add_state(const Record *record, const RecordState *state, unsigned wide, const SheetStyle *style,
                      Text *out) {
  double share = record->iterations ? (double)state->count / (double)record->iterations : 0;
  Text name = {0};
  text_add_printable(&name, state->state, strlen(state->state));
  size_t length = name.length;
  text_add(out, "    ");
  if (state->witness)
    add_styled(style, YELLOW, text_string(&name), out);
  else
    text_add(out, text_string(&name));
  text_repeat(out, ' ', length < wide ? wide - length : 0);
  text_add(out, "  ");
  add_bar(share, style, out);
  add_share(share, out);
  text_clear(&name);
  count_add((double)state->count, &name);
  text_printf(out, "  %6s", text_string(&name));
  text_add(out, state->witness ? "  *" : "   ");
  add_verdicts(state, style, out);
  while (out->length && out->bytes[out->length - 1] == ' ')
    out->bytes[--out->length] = '\0';
  text_add_char(out, '\n');
  text_free(&name);
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
  unsigned count = record->state_count, shown = count < STATES ? count : STATES, wide = 0;
  const RecordState **states = calloc(count + 1u, sizeof(const RecordState *));
  if (!states)
    return;
  for (unsigned i = 0; i < count; i++)
    states[i] = &record->states[i];
  qsort(states, count, sizeof *states, by_interest);
  qsort(states, shown, sizeof *states, by_place);
  for (unsigned i = 0; i < shown; i++) {
    size_t length = strlen(states[i]->state);
    wide = length > wide && length <= STATE_WIDE ? (unsigned)length : wide;
  }
  for (unsigned i = 0; i < shown; i++)
    add_state(record, states[i], wide, style, out);
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
  free(states);
}

// ---- What that says

// The rule of three: were iterations independent, something of probability 3/N would be missed in N of them with a
// probability of e^-3, 5 % (Hanley and Lippman-Hand, JAMA 1983).
static void add_bound(const Record *record, Text *out) {
  text_printf(out, ": under %.2g at 95 %% if iterations were independent", 3.0 / (double)record->iterations);
}

static void add_witnesses(const Record *record, Text *out) {
  count_add((double)record->witnesses, out);
  text_add(out, " of ");
  count_add((double)record->iterations, out);
}

static void add_condition(const Record *record, const SheetStyle *style, Text *out) {
  ViewCondition condition = view_condition(record);
  if (condition == CONDITION_NONE || !record->iterations)
    return;
  text_add(out, "  ");
  add_styled(style, BOLD, view_observation(record), out);
  text_add_char(out, ' ');
  text_add_printable(out, record->condition, strlen(record->condition));
  text_add(out, "\n  ");
  if (condition == CONDITION_FORALL) {
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
  bool holds = view_validated(record), may_change = holds != (condition == CONDITION_EXISTS);
  text_printf(out, "; the condition %s%s", holds ? "holds" : "does not hold", may_change ? " so far" : "");
  text_add_char(out, '\n');
}

static void add_rate(const Record *record, Text *out) {
  if (!record->iterations || record->seconds <= 0)
    return;
  text_add(out, "  ");
  count_add((double)record->iterations, out);
  text_printf(out, " iterations in %.3g s: ", record->seconds);
  count_add((double)record->iterations / record->seconds, out);
  text_add(out, "/s");
  if (record->witnesses && view_condition(record) != CONDITION_NONE) {
    text_add(out, ", ");
    count_add((double)record->witnesses / record->seconds, out);
    text_add(out, " witnesses/s");
  }
  if (record->frames > record->witnesses) {
    text_add(out, " (each counted once; about ");
    count_add((double)record->frames, out);
    text_add(out, " with frames that share iterations)");
  }
  text_add_char(out, '\n');
}

// Why it is not done, line by line: a compiler says more than one.
static void add_failure(const Record *record, const SheetStyle *style, Text *out) {
  if (is_done(record))
    return;
  text_add(out, "  ");
  add_styled(style, RED, record->status, out);
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
  add_rate(record, out);
  add_failure(record, style, out);
  text_add_char(out, '\n');
}

// ---- A suite

typedef struct {
  unsigned test, fence, placement; // columns; 0: the same in every run, and not shown
} Columns;

static unsigned widest(unsigned wide, const char *text) {
  size_t length = text ? strlen(text) : 0;
  return length > wide ? (unsigned)length : wide;
}

static bool differ(const char *a, const char *b) { return strcmp(a ? a : "", b ? b : "") != 0; }

static Columns measure(const Record *records, unsigned count) {
  Columns columns = {.test = 4};
  bool fences = false, placements = false;
  Columns wide = {.fence = 5, .placement = 9};
  for (unsigned i = 0; i < count; i++) {
    columns.test = widest(columns.test, records[i].test);
    wide.fence = widest(wide.fence, records[i].fence);
    wide.placement = widest(wide.placement, records[i].placement);
    fences |= differ(records[i].fence, records[0].fence);
    placements |= differ(records[i].placement, records[0].placement);
  }
  columns.fence = fences ? wide.fence : 0;
  columns.placement = placements ? wide.placement : 0;
  return columns;
}

static void add_cell(const char *text, unsigned wide, Text *out) {
  if (!wide)
    return;
  size_t length = text ? strlen(text) : 0;
  text_add_printable(out, text ? text : "", length);
  text_repeat(out, ' ', (length < wide ? wide - length : 0) + 2);
}

static void add_number(double number, unsigned wide, Text *out) {
  Text digits = {0};
  count_add(number, &digits);
  text_printf(out, "%*s  ", (int)wide, text_string(&digits));
  text_free(&digits);
}

static void add_row(const Record *record, const Columns *columns, const SheetStyle *style, Text *out) {
  add_cell(record->test, columns->test, out);
  add_cell(record->fence, columns->fence, out);
  add_cell(record->placement, columns->placement, out);
  add_cell(record->engine, 9, out);
  bool condition = view_condition(record) != CONDITION_NONE;
  add_cell(condition ? view_observation(record) : "", 9, out);
  add_number((double)record->iterations, 10, out);
  if (condition && record->iterations) {
    add_number((double)record->witnesses, 9, out);
    if (record->witnesses)
      add_number(record->seconds > 0 ? (double)record->witnesses / record->seconds : 0, 13, out);
    else
      text_printf(out, "  under %.1e  ", 3.0 / (double)record->iterations);
  } else {
    text_repeat(out, ' ', 26);
  }
  if (!is_done(record))
    add_styled(style, RED, record->status, out);
  else if (!view_validated(record) && view_condition(record) != CONDITION_EXISTS)
    text_add(out, "the condition does not hold");
  while (out->length && out->bytes[out->length - 1] == ' ')
    out->bytes[--out->length] = '\0';
  text_add_char(out, '\n');
}

static void add_counts(const Record *records, unsigned count, Text *out) {
  static const char *const observations[] = {"Sometimes", "Always", "Never"};
  static const char *const words[] = {"sometimes", "always", "never"};
  unsigned seen[3] = {0}, broken = 0;
  double seconds = 0;
  for (unsigned i = 0; i < count; i++) {
    broken += !is_done(&records[i]);
    seconds += records[i].seconds;
    if (view_condition(&records[i]) != CONDITION_NONE)
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

void view_summary(const Record *records, unsigned count, const SheetStyle *style, Text *out) {
  if (!count)
    return;
  Columns columns = measure(records, count);
  Text head = {0};
  add_cell("test", columns.test, &head);
  add_cell("fence", columns.fence, &head);
  add_cell("placement", columns.placement, &head);
  text_printf(&head, "%-9s  %-9s  %10s  %9s  %13s", "engine", "observed", "iterations", "witnesses", "a second");
  add_styled(style, BOLD, text_string(&head), out);
  text_add_char(out, '\n');
  text_free(&head);
  for (unsigned i = 0; i < count; i++)
    add_row(&records[i], &columns, style, out);
  add_counts(records, count, out);
}
