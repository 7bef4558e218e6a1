#include "harness/cli/fences_view.h"

#include "harness/lang/insert.h"
#include "harness/lang/print.h"
#include "results/view.h"

#include <math.h>
#include <string.h>

// ---- Cells

static Cell verdict_cell(const LadderVerdict *verdict) {
  Cell cell = cell_text(verdict->speaks ? verdict_name(verdict->verdict) : NULL);
  return cell_shown(cell, !verdict->speaks                      ? "-"
                          : verdict->thin_air                   ? "forbidden'"
                          : verdict->verdict == VERDICT_UNKNOWN ? "?"
                                                                : NULL);
}

// "1.97M of 2.31M", "0 of 411k: under 7.3e-06".
static Cell seen_cell(const LadderRow *row, Arena *arena) {
  const char *seen = count_string((double)row->seen, arena), *all = count_string((double)row->iterations, arena);
  if (!row->iterations)
    return cell_text("-");
  return cell_text(row->seen ? arena_printf(arena, "%s of %s", seen, all)
                             : arena_printf(arena, "0 of %s: under %.1e", all, record_bound(row->iterations)));
}

static const char *emitted_of(const LadderRow *row) {
  if (!row->fence || !row->fence->emitted)
    return NULL;
  return *row->fence->emitted ? row->fence->emitted : "no instruction";
}

static Cell code_cell(const LadderRow *row, Arena *arena) {
  const char *emitted = emitted_of(row);
  if (!emitted || !row->note)
    return cell_text(emitted ? emitted : row->note);
  return cell_text(arena_printf(arena, "%s;  %s", emitted, row->note));
}

static Cell price_cell(const LadderRow *row, double ns, bool stable, Arena *arena) {
  Cell cell = row->priced ? cell_number(round(ns * 1e4) / 1e4) : (Cell){0};
  return cell_shown(cell,
                    row->priced ? arena_printf(arena, "%s%.1f", stable ? "" : "~", fabs(ns) < 0.05 ? 0 : ns) : "?");
}

static Cell owned_cell(const LadderRow *row, Arena *arena) {
  if (row->priced && row->no_contended)
    return cell_shown((Cell){0}, "-");
  return price_cell(row, row->contended_ns, row->contended_stable, arena);
}

// Of a cost of nothing there is no share.
static Cell spread_cell(bool known, double ns, double spread, Arena *arena) {
  if (!known)
    return cell_shown((Cell){0}, "");
  return cell_shown(cell_number(round(spread * 1e4) / 1e4), ns == 0 ? "" : arena_printf(arena, "%.0f%%", 100 * spread));
}

static bool has_owned(const LadderRow *row) { return row->priced && !row->no_contended; }

// "lock-or all".
static const char *same_of(const LadderRow *row, Arena *arena) {
  return row->same ? arena_printf(arena, "%s %s", row->same->name, row->same->threads) : NULL;
}

// ---- Rows

enum { MARK, KIND, NAME, THREADS, NS, SPREAD, OWNED, OWNED_SPREAD, WITNESSES, ITERATIONS, EMITTED, ANSWER, VERDICTS };
enum { SEEN, CODE, NOTE, STABLE, OWNED_STABLE, NO_OWNED, SAME, LAST }; // behind the verdicts

static const SheetColumn first_columns[] = {
    [MARK] = {.name = " ", .kind = KIND_MARK, .width = 1, .in = IN_TEXT, .fit = FIT_KEY, .is_fixed = true},
    [KIND] = {.name = "kind", .in = IN_TSV},
    [NAME] = {.name = "fence", .fit = FIT_KEY},
    [THREADS] = {.name = "threads", .fit = FIT_KEY},
    [NS] = {.name = "ns", .kind = KIND_NUMBER, .places = 2, .width = 8},
    [SPREAD] = {.name = "spread", .title = "\302\261", .kind = KIND_NUMBER, .places = 4, .fit = FIT_OPTIONAL},
    [OWNED] = {.name = "contended_ns", .title = "ns owned", .kind = KIND_NUMBER, .places = 2, .fit = FIT_OPTIONAL},
    [OWNED_SPREAD] =
        {.name = "contended_spread", .title = "\302\261", .kind = KIND_NUMBER, .places = 4, .fit = FIT_OPTIONAL},
    [WITNESSES] = {.name = "witnesses", .in = IN_DATA},
    [ITERATIONS] = {.name = "iterations", .in = IN_DATA},
    [EMITTED] = {.name = "emitted", .in = IN_TSV},
    [ANSWER] = {.name = "answer", .in = IN_TSV},
};
static const SheetColumn last_columns[] = {
    [SEEN] = {.name = "seen", .in = IN_TEXT},
    [CODE] = {.name = "code", .fit = FIT_RUNS_ON, .in = IN_TEXT},
    [NOTE] = {.name = "note", .in = IN_DATA},
    [STABLE] = {.name = "stable", .in = IN_DATA},
    [OWNED_STABLE] = {.name = "contended_stable", .in = IN_DATA},
    [NO_OWNED] = {.name = "contended_reason", .in = IN_DATA},
    [SAME] = {.name = "same_code_as", .in = IN_DATA},
};

static Sheet *new_sheet(const Ladder *ladder) {
  unsigned count = VERDICTS + ladder->judge_count;
  SheetColumn *columns = ARENA_ARRAY(ladder->arena, SheetColumn, count + LAST);
  memcpy(columns, first_columns, sizeof first_columns);
  for (unsigned j = 0; j < ladder->judge_count; j++)
    columns[VERDICTS + j] = (SheetColumn){.name = ladder->judges[j].name, .in = IN_TEXT | IN_TSV};
  memcpy(columns + count, last_columns, sizeof last_columns);
  return sheet_new(ladder->arena, columns, count + LAST);
}

static void add_row(const Ladder *ladder, const LadderRow *row, Sheet *sheet) {
  Cell *cells = sheet_row(sheet), *last = cells + VERDICTS + ladder->judge_count;
  bool answer = row == ladder->answers[LADDER_HERE];
  cells[MARK] = cell_text(answer ? ">" : " ");
  cells[KIND] = cell_text(row->kind == ROW_ORDERS ? "orders" : "fence");
  cells[NAME] = cell_text(row->name);
  cells[THREADS] = cell_text(row->threads);
  cells[NS] = price_cell(row, row->ns, row->stable, ladder->arena);
  cells[SPREAD] = spread_cell(row->priced, row->ns, row->spread, ladder->arena);
  cells[OWNED] = owned_cell(row, ladder->arena);
  cells[OWNED_SPREAD] = spread_cell(has_owned(row), row->contended_ns, row->contended_spread, ladder->arena);
  cells[WITNESSES] = cell_count(row->seen);
  cells[ITERATIONS] = cell_count(row->iterations);
  cells[EMITTED] = cell_text(emitted_of(row));
  cells[ANSWER] = cell_text(answer ? "yes" : "no");
  for (unsigned j = 0; j < ladder->judge_count; j++)
    cells[VERDICTS + j] = verdict_cell(&row->verdicts[j]);
  for (unsigned j = 0; j < ladder->judge_count && !row->done; j++)
    cells[VERDICTS + j].shown = ""; // what was not run was not judged
  last[SEEN] = seen_cell(row, ladder->arena);
  last[CODE] = code_cell(row, ladder->arena);
  last[NOTE] = cell_text(row->note);
  last[STABLE] = cell_flag(row->stable);
  last[OWNED_STABLE] = cell_flag(row->contended_stable);
  last[NO_OWNED] = cell_text(row->no_contended);
  last[SAME] = cell_text(same_of(row, ladder->arena));
  if (answer)
    sheet_tone_row(sheet, TONE_BOLD);
}

Sheet *fences_view_rows(const Ladder *ladder) {
  Sheet *sheet = new_sheet(ladder);
  for (unsigned i = 0; i < ladder->row_count; i++)
    add_row(ladder, ladder->sorted[i], sheet);
  return sheet;
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
  text_add_numbers(out, placement->pus, placement->threads);
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

// The ladder of fences, or that of orders, under a title of its own.
static void add_ladder(const Ladder *ladder, bool orders, const SheetStyle *style, Text *out) {
  Sheet *sheet = new_sheet(ladder);
  sheet->columns[NAME].title = orders ? "orders" : "fence";
  for (unsigned i = 0; i < ladder->row_count; i++)
    if ((ladder->sorted[i]->kind == ROW_ORDERS) == orders)
      add_row(ladder, ladder->sorted[i], sheet);
  if (sheet->row_count)
    text_add_char(out, '\n');
  sheet_text(sheet, style, out);
}

// Why rows have no figure where another core owns the lines, each reason once.
static void add_reasons(const Ladder *ladder, Text *out) {
  for (unsigned i = 0; i < ladder->row_count; i++) {
    const char *reason = ladder->rows[i].no_contended;
    bool told = !reason;
    for (unsigned k = 0; k < i && !told; k++)
      told = ladder->rows[k].no_contended && !strcmp(ladder->rows[k].no_contended, reason);
    if (!told)
      text_printf(out, " (-: %s)", reason);
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
  text_add(&text, "; \302\261: repeated measurements lie within so much of it; ~: not stable; ns owned: the same where "
                  "another core owns the lines that are stored to");
  add_reasons(ladder, &text);
  text_add(&text,
           ". seen: in how many iterations; of zero the bound at 95 % if they were independent. Rows compiled to "
           "the same instructions share one run and one measurement. Of fences within 15 % of the cheapest the answer "
           "is one of C11.");
  if (silent)
    text_add(&text, " -: the model knows no such fence.");
  if (thin_air)
    text_add(&text, " ': by RC11's no-thin-air axiom alone.");
  text_add_char(&text, '\n');
  text_add_char(out, '\n');
  text_add_wrapped(text_string(&text), style, out);
  text_free(&text);
}

void fences_view_text(const Ladder *ladder, const SheetStyle *style, Text *out) {
  Text head = {0};
  add_head(ladder, &head);
  add_places(ladder, &head);
  text_add_wrapped(text_string(&head), style, out);
  text_free(&head);
  add_ladder(ladder, false, style, out);
  add_ladder(ladder, true, style, out);
  add_legend(ladder, style, out);
  Text answer = {0};
  ladder_answer(ladder, &answer);
  text_add_char(out, '\n');
  text_add_wrapped(text_string(&answer), style, out);
  text_free(&answer);
}

// ---- JSON

static Cell contexts_cell(const Ladder *ladder, const LadderRow *row) {
  Sheet *list = sheet_list(ladder->arena);
  for (unsigned t = 0; t < ladder->test->thread_count; t++) {
    Places places = ladder_places(ladder->test, row->test, t, ladder->arena);
    for (unsigned i = 0; i < places.count; i++) {
      Sheet *place = sheet_object(ladder->arena);
      sheet_set(place, "thread", cell_count(t));
      sheet_set(place, "context", cell_text(place_context(places.places[i])));
      sheet_add(list, cell_sheet(place));
    }
  }
  return cell_sheet(list);
}

static Cell verdicts_cell(const Ladder *ladder, const LadderRow *row) {
  Sheet *object = sheet_object(ladder->arena);
  for (unsigned j = 0; j < ladder->judge_count; j++)
    if (row->verdicts[j].speaks && row->verdicts[j].verdict != VERDICT_UNKNOWN)
      sheet_set(object, ladder->judges[j].name, cell_text(verdict_name(row->verdicts[j].verdict)));
  return cell_sheet(object);
}

static Cell row_cell(const Ladder *ladder, const LadderRow *row) {
  Arena *arena = ladder->arena;
  Sheet *object = sheet_object(arena);
  sheet_set(object, row->kind == ROW_ORDERS ? "orders" : "fence", cell_text(row->name));
  sheet_set(object, "threads", cell_text(row->threads));
  if (row->fences) {
    sheet_set(object, "fences", cell_texts(row->fences, ladder->test->thread_count, arena));
    sheet_set(object, "places", contexts_cell(ladder, row));
  }
  sheet_set(object, "emitted", cell_text(row->fence ? row->fence->emitted : NULL));
  sheet_set(object, "ns", price_cell(row, row->ns, true, arena));
  sheet_set(object, "spread", spread_cell(row->priced, row->ns, row->spread, arena));
  if (row->priced)
    sheet_set(object, "stable", cell_flag(row->stable));
  sheet_set(object, "contended_ns", owned_cell(row, arena));
  sheet_set(object, "contended_spread", spread_cell(has_owned(row), row->contended_ns, row->contended_spread, arena));
  if (has_owned(row))
    sheet_set(object, "contended_stable", cell_flag(row->contended_stable));
  sheet_set(object, "contended_reason", cell_text(row->no_contended));
  sheet_set(object, "same_code_as", cell_text(same_of(row, arena)));
  const CampaignRun *run = row->same ? row->same->run : row->run;
  sheet_set(object, "status", cell_text(run && run->done ? run->record.status : "not-run"));
  sheet_set(object, "witnesses", cell_count(row->seen));
  sheet_set(object, "iterations", cell_count(row->iterations));
  sheet_set(object, "verdict", verdicts_cell(ladder, row));
  if (row->verdicts[LADDER_C11].thin_air)
    sheet_set(object, "thin_air", cell_flag(true));
  sheet_set(object, "note", cell_text(row->note));
  return cell_sheet(object);
}

static Cell name_or_null(const LadderRow *row) { return row ? cell_text(row->name) : cell_null(); }

static Cell combinations_cell(const Ladder *ladder) {
  Sheet *found = sheet_object(ladder->arena);
  for (unsigned judge = 0; judge <= LADDER_HERE; judge++) {
    const LadderCombination *combination = &ladder->combinations[judge];
    if (!combination->row)
      continue;
    Sheet *object = sheet_object(ladder->arena);
    sheet_set(object, "fences", cell_texts(combination->row->fences, ladder->test->thread_count, ladder->arena));
    sheet_set(object, "cheapest", cell_flag(combination->cheapest));
    sheet_set(object, "asked", cell_count(combination->asked));
    sheet_set(found, ladder->judges[judge].name, cell_sheet(object));
  }
  return cell_sheet(found);
}

static Cell compiler_cell(const Compiler *compiler, Arena *arena) {
  Sheet *object = sheet_object(arena);
  sheet_set(object, "path", cell_text(compiler->path));
  sheet_set(object, "version", cell_text(compiler->version));
  sheet_set(object, "flags", cell_text(compiler->flags));
  return cell_sheet(object);
}

static Cell placement_cell(const Placement *placement, Arena *arena) {
  Sheet *object = sheet_object(arena);
  sheet_set(object, "name", cell_text(placement_name(placement->kind)));
  sheet_set(object, "pus", cell_numbers(placement->pus, placement->threads, arena));
  return cell_sheet(object);
}

static Cell answer_cell(const Ladder *ladder) {
  Text answer = {0};
  ladder_answer(ladder, &answer);
  return cell_text(text_finish(&answer, ladder->arena));
}

Sheet *fences_view_object(const Ladder *ladder) {
  static const char *const targets[] = {[TARGET_WEAK] = "weak",
                                        [TARGET_INTERLEAVING] = "interleaving",
                                        [TARGET_NEVER] = "never",
                                        [TARGET_UNKNOWN] = "unknown"};
  Arena *arena = ladder->arena;
  Sheet *object = sheet_object(arena), *rows = sheet_list(arena);
  const LadderRow *answer = ladder->answers[LADDER_HERE];
  for (unsigned i = 0; i < ladder->row_count; i++)
    sheet_add(rows, row_cell(ladder, ladder->sorted[i]));
  sheet_set(object, "schema", cell_text("weakmem.fences/1"));
  sheet_set(object, "weakmem", cell_text(WEAKMEM_VERSION));
  sheet_set(object, "machine", view_machine(ladder->machine, arena));
  sheet_set(object, "compiler", compiler_cell(ladder->compiler, arena));
  sheet_set(object, "test", cell_text(ladder->test->name));
  sheet_set(object, "condition", cell_text(ladder->rows[0].run->record.condition));
  sheet_set(object, "placement", placement_cell(&ladder->rows[0].run->placement, arena));
  sheet_set(object, "target", cell_text(targets[ladder->target]));
  sheet_set(object, "states", cell_texts(ladder->states, ladder->state_count, arena));
  sheet_set(object, "cheapest", name_or_null(answer));
  sheet_set(object, "cheapest_threads", cell_text(answer ? answer->threads : NULL));
  sheet_set(object, "cheapest_c11", name_or_null(ladder->answers[LADDER_C11]));
  sheet_set(object, "answer", answer_cell(ladder));
  if (ladder->interrupted)
    sheet_set(object, "interrupted", cell_flag(true));
  else if (ladder->options.per_thread)
    sheet_set(object, "per_thread", combinations_cell(ladder));
  sheet_set(object, "rows", cell_sheet(rows));
  return object;
}
