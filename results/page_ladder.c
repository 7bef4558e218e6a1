#include "results/page_ladder.h"
#include "arch/model.h"
#include "results/page_object.h"

#include <math.h>
#include <string.h>

enum { ROWS = 400, STATES = 64, PUS = 64 };

static char letter_of(const char *verdict, bool thin_air) {
  if (!strcmp(verdict, "forbidden"))
    return "ft"[thin_air];
  return "mua"[!strcmp(verdict, "undefined") + 2 * !strcmp(verdict, "allowed")];
}

// A letter a model (page.h).
static const char *letters_of(const RecordLadderRow *row, Arena *arena) {
  char *letters = ARENA_ARRAY(arena, char, model_count + 1);
  memset(letters, '-', model_count);
  for (unsigned a = 0; a < model_count; a++) {
    const char *verdict = record_verdict(row->verdicts, row->verdict_count, model_all[a]->name);
    if (*verdict)
      letters[a] = letter_of(verdict, model_all[a]->thin_air && row->thin_air);
  }
  return letters;
}

static Cell row_cell(const RecordLadderRow *row, Arena *arena) {
  Sheet *object = sheet_object(arena);
  page_set_text(object, "name", *row->orders ? row->orders : row->fence);
  page_set_flag(object, "orders", *row->orders);
  page_set_text(object, "threads", row->threads);
  page_set_text(object, "emitted", row->emitted);
  if (!isnan(row->ns))
    sheet_set(object, "ns", cell_number(row->ns));
  if (!isnan(row->contended_ns))
    sheet_set(object, "owned", cell_number(row->contended_ns));
  if (!isnan(row->spread))
    sheet_set(object, "spread", cell_number(row->spread));
  if (!isnan(row->contended_spread))
    sheet_set(object, "owned_spread", cell_number(row->contended_spread));
  page_set_flag(object, "loose", row->stable == 0);
  page_set_flag(object, "owned_loose", row->contended_stable == 0);
  page_set_text(object, "no_owned", row->no_contended);
  page_set_text(object, "same", row->same);
  page_set_text(object, "status", row->status);
  page_set_count(object, "seen", row->witnesses);
  page_set_count(object, "iterations", row->iterations);
  page_set_text(object, "verdicts", letters_of(row, arena));
  page_set_flag(object, "bounded", row->bounded);
  page_set_text(object, "note", row->note);
  return cell_sheet(object);
}

Sheet *page_ladder(const RecordLadder *ladder, unsigned machine, Arena *arena) {
  Sheet *object = sheet_object(arena), *states = sheet_list(arena), *rows = sheet_list(arena);
  for (unsigned i = 0; i < ladder->state_count && i < STATES; i++)
    sheet_add(states, cell_text(page_cut(ladder->states[i], PAGE_TEXT, arena)));
  for (unsigned i = 0; i < ladder->row_count && i < ROWS; i++)
    sheet_add(rows, row_cell(&ladder->rows[i], arena));
  sheet_set(object, "machine", cell_count(machine));
  page_set_text(object, "test", ladder->test);
  page_set_text(object, "condition", ladder->condition);
  page_set_text(object, "weakmem", ladder->weakmem);
  page_set_text(object, "target", ladder->target);
  page_set_text(object, "answer", ladder->answer);
  page_set_text(object, "cheapest", ladder->cheapest);
  page_set_text(object, "cheapest_threads", ladder->cheapest_threads);
  page_set_text(object, "cheapest_c11", ladder->cheapest_c11);
  page_set_text(object, "compiler", ladder->compiler_version);
  page_set_text(object, "flags", ladder->compiler_flags);
  page_set_text(object, "placement", ladder->placement);
  sheet_set(object, "pus", cell_numbers(ladder->pus, ladder->pu_count < PUS ? ladder->pu_count : PUS, arena));
  sheet_set(object, "states", cell_sheet(states));
  sheet_set(object, "rows", cell_sheet(rows));
  page_set_count(object, "beyond", ladder->row_count > ROWS ? ladder->row_count - ROWS : 0);
  return object;
}
