#include "harness/cli/run_card.h"

enum { ORDER, SEEN, MODEL, EVIDENCE };
static const SheetColumn columns[] = {
    [ORDER] = {.name = "order", .title = "reordered", .fit = FIT_KEY},
    [SEEN] = {.name = "here", .width = 9},
    [MODEL] = {.name = "model", .width = 9, .is_fixed = true},
    [EVIDENCE] = {.name = "evidence", .title = "", .fit = FIT_RUNS_ON},
};

// Of an order: whether it was seen not to be kept, or is allowed not to be. Multi-copy atomicity is told by its name.
static const char *const seen_words[][2] = {[CARD_UNKNOWN] = {"not tried", "not tried"},
                                            [CARD_PERHAPS] = {"perhaps", "perhaps not"},
                                            [CARD_KEPT] = {"never", "so far"},
                                            [CARD_BROKEN] = {"seen", "no"}};
static const char *const model_words[][2] = {
    [CARD_UNKNOWN] = {"", ""}, [CARD_KEPT] = {"forbidden", "yes"}, [CARD_BROKEN] = {"allowed", "no"}};

static const char *evidence_of(const CardRow *row, Arena *arena) {
  Text text = {0};
  if (row->best) {
    text_printf(&text, "%s: ", row->best->test);
    count_add((double)row->best->witnesses, &text);
    text_add(&text, " of ");
    count_add((double)row->best->iterations, &text);
    text_add(&text, row->seen == CARD_PERHAPS ? ", by this or another order" : "");
  } else if (row->runs) {
    text_add(&text, "0 of ");
    count_add((double)row->iterations, &text);
    text_printf(&text, " in %u %s", row->runs, row->runs == 1 ? "run" : "runs");
  } else {
    text_printf(&text, "threads took turns on too few PUs in %u %s", row->turns, row->turns == 1 ? "run" : "runs");
  }
  return text_finish(&text, arena);
}

static Tone tone_of(const CardRow *row) {
  if (row->seen != CARD_BROKEN)
    return TONE_PLAIN;
  return row->model == CARD_KEPT ? TONE_ALARM : TONE_NOTICE;
}

void card_print(const Card *card, const char *model, const SheetStyle *style, Text *out) {
  if (!card->count)
    return;
  Arena *arena = arena_new();
  Sheet *sheet = SHEET_NEW(arena, columns);
  sheet->columns[MODEL].title = model;
  for (unsigned i = 0; i < card->count; i++) {
    const CardRow *row = &card->rows[i];
    bool named = row->order == PO_MULTI_COPY_ATOMIC;
    Cell *cells = sheet_row(sheet);
    cells[ORDER] = cell_text(program_order_name(row->order));
    cells[SEEN] = cell_toned(cell_text(seen_words[row->seen][named]), tone_of(row));
    cells[MODEL] = cell_text(model_words[row->model][named]);
    cells[EVIDENCE] = cell_text(evidence_of(row, arena));
  }
  text_add_char(out, '\n');
  sheet_text(sheet, style, out);
  arena_free(arena);
}
