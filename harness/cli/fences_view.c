#include "harness/cli/fences_view.h"

#include "harness/lang/insert.h"
#include "harness/lang/print.h"

#include <math.h>
#include <string.h>

enum { VERDICT_WIDTH = 10, COUNT_WIDTH = 24 };

// ---- Cells

static const char *verdict_cell(const LadderVerdict *verdict) {
  if (!verdict->speaks)
    return "-";
  if (verdict->thin_air)
    return "forbidden'";
  return verdict->verdict == VERDICT_UNKNOWN ? "?" : verdict_name(verdict->verdict);
}

// "1.97M of 2.31M", "0 of 411k: under 7.3e-06".
static void add_count(const LadderRow *row, Text *out) {
  if (!row->iterations) {
    text_add(out, "-");
    return;
  }
  count_add((double)row->seen, out);
  text_add(out, " of ");
  count_add((double)row->iterations, out);
  if (!row->seen)
    text_printf(out, ": under %.1e", 3 / (double)row->iterations);
}

static const char *emitted_of(const LadderRow *row) {
  if (!row->fence || !row->fence->emitted)
    return NULL;
  return *row->fence->emitted ? row->fence->emitted : "no instruction";
}

typedef struct {
  int name, threads;
} Columns;

static Columns columns_of(const Ladder *ladder) {
  Columns columns = {5, 7};
  for (unsigned i = 0; i < ladder->row_count; i++) {
    int name = (int)strlen(ladder->rows[i].name);
    columns.name = name > columns.name ? name : columns.name;
  }
  return columns;
}

// ---- Text

static void add_head(const Ladder *ladder, Text *out) {
  const Compiler *compiler = ladder->compiler;
  identity_print(ladder->machine, out);
  const char *caveat = identity_caveat(ladder->machine);
  text_printf(out, "; %s %s\n%s%s\n%s: ", compiler->version, compiler->flags, caveat ? caveat : "", caveat ? "\n" : "",
              ladder->test->name);
  condition_print(ladder->test, out);
  text_add_char(out, '\n');
  if (ladder->state_count) {
    text_add(out, ladder->target == TARGET_WEAK ? "  weak states asked for:" : "  states asked for:");
    for (unsigned i = 0; i < ladder->state_count; i++)
      text_printf(out, "%s %s", i ? " |" : "", ladder->states[i]);
    text_add_char(out, '\n');
  }
  const Placement *placement = &ladder->rows[0].run->placement;
  text_printf(out, "  threads on %s: PU ", placement_name(placement->kind));
  for (unsigned t = 0; t < placement->threads; t++)
    text_printf(out, "%s%u", t ? "," : "", placement->pus[t]);
  text_add_char(out, '\n');
}

// Where fences stand, and in which context each is priced.
static void add_places(const Ladder *ladder, Text *out) {
  bool any = false;
  const Test *marked = test_with_fence(ladder->test, "?", UINT64_MAX, ladder->arena);
  for (unsigned t = 0; t < ladder->test->thread_count; t++) {
    Places places = ladder_places(ladder->test, marked, t, ladder->arena);
    for (unsigned i = 0; i < places.count; i++) {
      text_printf(out, i ? ", " : "  in P%u ", t);
      place_print(places.places[i], out);
      const char *context = place_context(places.places[i]);
      text_printf(out, " (priced %s)", cost_context_sentence(context));
    }
    if (places.count)
      text_add_char(out, '\n');
    any |= places.count > 0;
  }
  if (!any)
    text_add(out, "  a fence has no place: no thread has two statements that access memory\n");
}

static void add_cost(const LadderRow *row, double ns, Text *out) {
  if (row->priced)
    text_printf(out, "%8.1f  ", fabs(ns) < 0.05 ? 0 : ns);
  else
    text_printf(out, "%8s  ", "?");
}

static void add_row(const Ladder *ladder, const LadderRow *row, Columns columns, const SheetStyle *style, Text *out) {
  bool answer = row == ladder->answers[LADDER_HERE];
  const char *bold = style->colour && answer ? "\033[1m" : "", *plain = style->colour && answer ? "\033[0m" : "";
  text_printf(out, "%s%c %-*s  %-*s", bold, answer ? '>' : ' ', columns.name, row->name, columns.threads, row->threads);
  add_cost(row, row->ns, out);
  add_cost(row, row->contended_ns, out);
  for (unsigned j = 0; j < ladder->judge_count; j++)
    text_printf(out, "%-*s  ", VERDICT_WIDTH, row->run && row->done ? verdict_cell(&row->verdicts[j]) : "");
  Text count = {0};
  add_count(row, &count);
  text_printf(out, "%-*s", row->note || emitted_of(row) ? COUNT_WIDTH : 0, text_string(&count));
  text_free(&count);
  if (emitted_of(row))
    text_printf(out, "  %s", emitted_of(row));
  if (row->note)
    text_printf(out, "%s  %s", emitted_of(row) ? ";" : "", row->note);
  text_printf(out, "%s\n", plain);
}

static void add_titles(const Ladder *ladder, Columns columns, const char *what, Text *out) {
  text_printf(out, "\n  %-*s  %-*s%8s  %8s  ", columns.name, what, columns.threads, "threads", "ns", "ns owned");
  for (unsigned j = 0; j < ladder->judge_count; j++)
    text_printf(out, "%-*s  ", VERDICT_WIDTH, ladder->judges[j].name);
  text_printf(out, "%-*s  code\n", COUNT_WIDTH, "seen");
}

// Lines broken between words before `width` columns.
static void add_wrapped(const char *text, unsigned width, Text *out) {
  enum { NARROW = 40, WIDE = 110 };
  unsigned limit = width < NARROW || width > WIDE ? WIDE : width;
  for (unsigned column = 0; *text;) {
    size_t word = strcspn(text, " \n");
    if (column && column + word > limit) {
      out->length -= out->bytes[out->length - 1] == ' ';
      text_add(out, "\n  ");
      column = 2;
    }
    text_add_bytes(out, text, word);
    column += (unsigned)word;
    text += word;
    if (*text) {
      text_add_char(out, *text);
      column = *text == '\n' ? 0 : column + 1;
      text++;
    }
    while (!column && *text == ' ') { // what is set in stays so
      text_add_char(out, *text++);
      column++;
    }
  }
}

static void add_legend(const Ladder *ladder, const SheetStyle *style, Text *out) {
  bool thin_air = false, silent = false;
  for (unsigned i = 0; i < ladder->row_count; i++)
    for (unsigned j = 0; j < ladder->judge_count; j++) {
      thin_air |= ladder->rows[i].verdicts[j].thin_air;
      silent |= !ladder->rows[i].verdicts[j].speaks;
    }
  Text text = {0};
  text_add(&text, "  ns: what a row adds to the test, all its fences together, each in its context");
  text_add(&text, ladder->options.orders ? " (of orders: what the accesses cost more than as written)" : "");
  text_add(&text, "; ns owned: the same where another core owns the lines that are stored to. seen: in how many "
                  "iterations; of zero the bound at 95 % if they were independent.");
  if (silent)
    text_add(&text, " -: the model knows no such fence.");
  if (thin_air)
    text_add(&text, " ': by RC11's no-thin-air axiom alone.");
  text_add_char(&text, '\n');
  text_add_char(out, '\n');
  add_wrapped(text_string(&text), style->width, out);
  text_free(&text);
}

void fences_view_text(const Ladder *ladder, const SheetStyle *style, Text *out) {
  add_head(ladder, out);
  add_places(ladder, out);
  Columns columns = columns_of(ladder);
  RowKind last = ROW_ORDERS;
  bool first = true;
  for (unsigned i = 0; i < ladder->row_count; i++) {
    const LadderRow *row = ladder->sorted[i];
    if (first || (row->kind == ROW_ORDERS && last != ROW_ORDERS))
      add_titles(ladder, columns, row->kind == ROW_ORDERS ? "orders" : "fence", out);
    add_row(ladder, row, columns, style, out);
    last = row->kind;
    first = false;
  }
  add_legend(ladder, style, out);
  Text answer = {0};
  ladder_answer(ladder, &answer);
  text_add_char(out, '\n');
  add_wrapped(text_string(&answer), style->width, out);
  text_free(&answer);
}

// ---- Columns

void fences_view_tsv(const Ladder *ladder, Text *out) {
  text_add(out, "kind\tfence\tthreads\tns\tcontended_ns\twitnesses\titerations\temitted\tanswer");
  for (unsigned j = 0; j < ladder->judge_count; j++)
    text_printf(out, "\t%s", ladder->judges[j].name);
  text_add(out, "\tnote\n");
  for (unsigned i = 0; i < ladder->row_count; i++) {
    const LadderRow *row = ladder->sorted[i];
    text_printf(out, "%s\t%s\t%s\t", row->kind == ROW_ORDERS ? "orders" : "fence", row->name, row->threads);
    if (row->priced)
      text_printf(out, "%.2f\t%.2f", row->ns, row->contended_ns);
    else
      text_add_char(out, '\t');
    text_printf(out, "\t%llu\t%llu\t%s\t%s", (unsigned long long)row->seen, (unsigned long long)row->iterations,
                emitted_of(row) ? emitted_of(row) : "", row == ladder->answers[LADDER_HERE] ? "yes" : "no");
    for (unsigned j = 0; j < ladder->judge_count; j++)
      text_printf(out, "\t%s", row->verdicts[j].speaks ? verdict_name(row->verdicts[j].verdict) : "");
    text_printf(out, "\t%s\n", row->note ? row->note : "");
  }
}

// ---- JSON

static json_t *number(double value) { return json_real(round(value * 1e4) / 1e4); }

static json_t *strings(const char *const *list, unsigned count) {
  json_t *array = json_array();
  for (unsigned i = 0; i < count; i++)
    json_array_append_new(array, json_string(list[i]));
  return array;
}

static json_t *contexts_of(const Ladder *ladder, const LadderRow *row) {
  json_t *array = json_array();
  for (unsigned t = 0; t < ladder->test->thread_count; t++) {
    Places places = ladder_places(ladder->test, row->test, t, ladder->arena);
    for (unsigned i = 0; i < places.count; i++)
      json_array_append_new(array,
                            json_pack("{s:i, s:s}", "thread", (int)t, "context", place_context(places.places[i])));
  }
  return array;
}

static json_t *row_to_json(const Ladder *ladder, const LadderRow *row) {
  json_t *object = json_object(), *verdicts = json_object();
  json_object_set_new(object, row->kind == ROW_ORDERS ? "orders" : "fence", json_string(row->name));
  json_object_set_new(object, "threads", json_string(row->threads));
  if (row->fences) {
    json_object_set_new(object, "fences", strings(row->fences, ladder->test->thread_count));
    json_object_set_new(object, "places", contexts_of(ladder, row));
  }
  if (row->fence && row->fence->emitted)
    json_object_set_new(object, "emitted", json_string(row->fence->emitted));
  if (row->priced) {
    json_object_set_new(object, "ns", number(row->ns));
    json_object_set_new(object, "contended_ns", number(row->contended_ns));
  }
  json_object_set_new(object, "status", json_string(row->run && row->run->done ? row->run->record.status : "not-run"));
  json_object_set_new(object, "witnesses", json_integer((json_int_t)row->seen));
  json_object_set_new(object, "iterations", json_integer((json_int_t)row->iterations));
  for (unsigned j = 0; j < ladder->judge_count; j++)
    if (row->verdicts[j].speaks && row->verdicts[j].verdict != VERDICT_UNKNOWN)
      json_object_set_new(verdicts, ladder->judges[j].name, json_string(verdict_name(row->verdicts[j].verdict)));
  json_object_set_new(object, "verdict", verdicts);
  if (row->verdicts[LADDER_HERE].bounded)
    json_object_set_new(object, "bounded", json_true());
  if (row->verdicts[LADDER_C11].thin_air)
    json_object_set_new(object, "thin_air", json_true());
  if (row->note)
    json_object_set_new(object, "note", json_string(row->note));
  return object;
}

static json_t *name_or_null(const LadderRow *row) { return row ? json_string(row->name) : json_null(); }

static void add_combinations(const Ladder *ladder, json_t *object) {
  json_t *found = json_object();
  for (unsigned judge = 0; judge <= LADDER_HERE; judge++) {
    const LadderCombination *combination = &ladder->combinations[judge];
    if (!combination->row)
      continue;
    json_t *fences = strings(combination->row->fences, ladder->test->thread_count);
    json_object_set_new(found, ladder->judges[judge].name,
                        json_pack("{s:o, s:b, s:i}", "fences", fences, "cheapest", combination->cheapest, "asked",
                                  (int)combination->asked));
  }
  json_object_set_new(object, "per_thread", found);
}

json_t *fences_view_json(const Ladder *ladder) {
  static const char *const targets[] = {[TARGET_WEAK] = "weak",
                                        [TARGET_INTERLEAVING] = "interleaving",
                                        [TARGET_NEVER] = "never",
                                        [TARGET_UNKNOWN] = "unknown"};
  json_t *object = json_object(), *rows = json_array(), *pus = json_array();
  const Placement *placement = &ladder->rows[0].run->placement;
  const Compiler *compiler = ladder->compiler;
  json_object_set_new(object, "schema", json_string("weakmem.fences/1"));
  json_object_set_new(object, "weakmem", json_string(WEAKMEM_VERSION));
  json_object_set_new(object, "machine", record_machine_to_json(ladder->machine));
  json_object_set_new(
      object, "compiler",
      json_pack("{s:s, s:s, s:s}", "path", compiler->path, "version", compiler->version, "flags", compiler->flags));
  json_object_set_new(object, "test", json_string(ladder->test->name));
  json_object_set_new(object, "condition", json_string(ladder->rows[0].run->record.condition));
  for (unsigned t = 0; t < placement->threads; t++)
    json_array_append_new(pus, json_integer(placement->pus[t]));
  json_object_set_new(object, "placement",
                      json_pack("{s:s, s:o}", "name", placement_name(placement->kind), "pus", pus));
  json_object_set_new(object, "target", json_string(targets[ladder->target]));
  json_object_set_new(object, "states", strings(ladder->states, ladder->state_count));
  json_object_set_new(object, "cheapest", name_or_null(ladder->answers[LADDER_HERE]));
  if (ladder->answers[LADDER_HERE])
    json_object_set_new(object, "cheapest_threads", json_string(ladder->answers[LADDER_HERE]->threads));
  json_object_set_new(object, "cheapest_c11", name_or_null(ladder->answers[LADDER_C11]));
  Text answer = {0};
  ladder_answer(ladder, &answer);
  json_object_set_new(object, "answer", json_string(text_string(&answer)));
  text_free(&answer);
  if (ladder->interrupted)
    json_object_set_new(object, "interrupted", json_true());
  else if (ladder->options.per_thread)
    add_combinations(ladder, object);
  for (unsigned i = 0; i < ladder->row_count; i++)
    json_array_append_new(rows, row_to_json(ladder, ladder->sorted[i]));
  json_object_set_new(object, "rows", rows);
  return object;
}
