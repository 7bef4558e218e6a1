#include "harness/study/card.h"

#include "results/meaning.h"

#include <string.h>

static const double SECONDS = 0.5; // for the cycle of one test

// A run of which the card can make use.
typedef struct {
  const Record *record;
  unsigned orders;
  CardAnswer model; // of the state: CARD_BROKEN, if it is allowed
} Clue;

typedef struct {
  Clue *clues;
  unsigned count;
} Clues;

static CardAnswer answer_of(const Record *record) {
  const char *verdict = record_verdict(record->verdicts, record->verdict_count, meaning_model(record));
  return !strcmp(verdict, "allowed") ? CARD_BROKEN : !strcmp(verdict, "forbidden") ? CARD_KEPT : CARD_UNKNOWN;
}

// Runs of one test with one fence, as on several placements, stand one after the other: its cycle is looked for once.
static Clues find_clues(const CardRun *runs, unsigned count, const Stop *stop, Arena *arena) {
  Judge sc = judge_of(model_find("sc"), arena);
  Clues out = {.clues = ARENA_ARRAY(arena, Clue, count + 1)};
  unsigned orders = 0;
  for (unsigned i = 0; i < count && !stop_wanted(stop); i++) {
    if (!i || runs[i].test != runs[i - 1].test) {
      Arena *scratch = arena_new();
      orders = test_program_orders(runs[i].test, &sc, SECONDS, scratch);
      arena_free(scratch);
    }
    if (orders && runs[i].record->iterations)
      out.clues[out.count++] = (Clue){runs[i].record, orders, answer_of(runs[i].record)};
  }
  return out;
}

// The orders that the model keeps for certain: a state that goes against them is forbidden.
static unsigned kept_by_model(const Clues *clues) {
  unsigned kept = 0;
  for (unsigned i = 0; i < clues->count; i++)
    if (clues->clues[i].model == CARD_KEPT)
      kept |= clues->clues[i].orders;
  return kept;
}

// Whether the clue's state, if it comes about, shows that this order is not kept.
static bool blames(const Clue *clue, ProgramOrder order, unsigned kept) {
  return (clue->orders & ~kept) == 1u << order;
}

static double share(const Record *record) { return (double)record->witnesses / (double)record->iterations; }

// A state that was seen though the model forbids it says that the model keeps something that was not kept.
static CardAnswer shown_by(const Clue *clue, ProgramOrder order, unsigned kept) {
  unsigned open = clue->model == CARD_KEPT ? clue->orders : clue->orders & ~kept;
  if (clue->orders == 1u << order || open == 1u << order)
    return CARD_BROKEN;
  return open >> order & 1 ? CARD_PERHAPS : CARD_UNKNOWN;
}

static void weigh_witnesses(const Clue *clue, unsigned kept, CardRow *row) {
  CardAnswer seen = shown_by(clue, row->order, kept);
  if (!seen || (row->seen == CARD_BROKEN && seen != CARD_BROKEN))
    return;
  if (row->seen != seen || share(clue->record) > share(row->best))
    row->best = clue->record;
  row->seen = seen;
}

static void weigh_clue(const Clue *clue, unsigned kept, CardRow *row) {
  unsigned pus;
  if (clue->model == CARD_KEPT || (clue->model == CARD_BROKEN && blames(clue, row->order, kept)))
    row->model = clue->model;
  if (clue->record->witnesses) {
    weigh_witnesses(clue, kept, row);
  } else if (meaning_took_turns(clue->record, &pus)) {
    row->turns++;
  } else {
    row->runs++;
    row->iterations += clue->record->iterations;
  }
}

static CardRow row_of(const Clues *clues, unsigned kept, ProgramOrder order) {
  CardRow row = {.order = order};
  for (unsigned i = 0; i < clues->count; i++)
    if (clues->clues[i].orders >> order & 1)
      weigh_clue(&clues->clues[i], kept, &row);
  if (!row.seen && row.runs)
    row.seen = CARD_KEPT;
  return row;
}

Card card_of(const CardRun *runs, unsigned count, const Stop *stop, Arena *arena) {
  Card out = {0};
  Clues clues = find_clues(runs, count, stop, arena);
  unsigned all = 0, kept = kept_by_model(&clues);
  for (unsigned i = 0; i < clues.count; i++)
    all |= clues.clues[i].orders;
  for (unsigned order = 0; order < PO_COUNT; order++)
    if (all >> order & 1)
      out.rows[out.count++] = row_of(&clues, kept, (ProgramOrder)order);
  return out;
}
