#include "results/mutants.h"

#include <math.h>
#include <string.h>

MutantScore mutant_score(const Record *record) {
  MutantScore out = {.count = record->mutant_count, .missed = 1};
  for (unsigned i = 0; i < record->mutant_count; i++) {
    const RecordMutant *mutant = &record->mutants[i];
    if (!mutant->witnesses || mutant->seconds <= 0)
      continue;
    double rate = (double)mutant->witnesses / mutant->seconds;
    out.rarest = !out.shown || rate < out.rarest ? rate : out.rarest;
    out.shown++;
  }
  if (out.shown)
    out.missed = exp(-out.rarest * record->seconds);
  return out;
}

double mutant_seconds(const Record *record, double confidence) {
  MutantScore score = mutant_score(record);
  return score.shown ? -log(1 - confidence) / score.rarest : 0;
}

static void add_odds(const Record *record, const MutantScore *score, Text *out) {
  enum { SURE = 100 }; // powers of ten
  double powers = score->rarest * record->seconds / log(10);
  if (powers >= SURE)
    text_printf(out, "less than once in 10^%d", SURE);
  else if (powers >= 1)
    text_printf(out, "once in 10^%.0f", floor(powers));
  else
    text_printf(out, "with %.0f %%", 100 * score->missed);
}

void mutant_sentence(const Record *record, Text *out) {
  MutantScore score = mutant_score(record);
  if (!score.count)
    return;
  if (!score.shown) {
    text_printf(out, "these settings show none of %u mutants: that the state was not seen says nothing", score.count);
    return;
  }
  text_printf(out, "these settings show %u of %u mutants, the rarest ", score.shown, score.count);
  count_add(score.rarest, out);
  text_add(out, " times a second: had this state that rate, a run this long would miss it ");
  add_odds(record, &score, out);
}

// ---- Of several records

MutantTally mutant_tally_new(Arena *arena) {
  return (MutantTally){
      .arena = arena, .engines = {.arena = arena}, .shapes = {.arena = arena}, .known = {.arena = arena}};
}

// What a mutant is known by: its test, that one's fence, and the change.
static MutantSeen *seen_find(MutantTally *t, const Record *record, const RecordMutant *mutant) {
  Text key = {0};
  const char *parts[] = {record->digest, record->test, record->fence, mutant->what};
  for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++)
    text_printf(&key, "%s%c", parts[i] ? parts[i] : "", '\0');
  size_t index = table_add(&t->known, key.bytes, key.length);
  text_free(&key);
  if (index < t->count)
    return &t->seen[index];
  size_t shape = table_add(&t->shapes, record->test, strcspn(record->test, "+"));
  t->seen = arena_grow(t->arena, t->seen, &t->capacity, t->count + (size_t)1, sizeof *t->seen);
  t->seen[t->count] = (MutantSeen){.test = arena_string(t->arena, record->test),
                                   .what = arena_string(t->arena, mutant->what),
                                   .shape = (unsigned)shape};
  return &t->seen[t->count++];
}

void mutant_tally_add(MutantTally *t, const Record *record) {
  if (!record->mutant_count)
    return;
  size_t engine = table_find(&t->engines, record->engine, strlen(record->engine));
  if (engine == TABLE_NONE && t->engines.count == MUTANT_ENGINES)
    return;
  engine = table_add(&t->engines, record->engine, strlen(record->engine));
  for (unsigned i = 0; i < record->mutant_count; i++) {
    MutantSeen *seen = seen_find(t, record, &record->mutants[i]);
    seen->ran |= UINT32_C(1) << engine;
    if (record->mutants[i].witnesses)
      seen->shown |= UINT32_C(1) << engine;
  }
}

MutantCount mutant_tally_count(const MutantTally *t, int engine, int shape) {
  MutantCount out = {0};
  uint32_t mask = engine == MUTANT_ANY ? UINT32_MAX : UINT32_C(1) << engine;
  for (unsigned i = 0; i < t->count; i++) {
    if (shape != MUTANT_ANY && t->seen[i].shape != (unsigned)shape)
      continue;
    out.count += (t->seen[i].ran & mask) != 0;
    out.shown += (t->seen[i].shown & mask) != 0;
  }
  return out;
}

static void add_key(const Table *table, size_t index, Text *out) {
  const char *key = table_key(table, index);
  text_add_printable(out, key, strlen(key));
}

void mutant_tally_sentence(const MutantTally *t, Text *out) {
  for (size_t e = 0; e < t->engines.count; e++) {
    MutantCount count = mutant_tally_count(t, (int)e, MUTANT_ANY);
    text_add(out, e ? ", " : "");
    add_key(&t->engines, e, out);
    text_printf(out, "%s %u of %u", e ? "" : " shows", count.shown, count.count);
  }
  if (t->count && !mutant_tally_count(t, MUTANT_ANY, MUTANT_ANY).shown)
    text_add(out, ": what was never seen says nothing");
}

void mutant_tally_never(const MutantTally *t, Text *out) {
  const char *between = "";
  for (size_t s = 0; s < t->shapes.count; s++) {
    MutantCount count = mutant_tally_count(t, MUTANT_ANY, (int)s);
    if (count.shown == count.count)
      continue;
    text_add(out, between);
    add_key(&t->shapes, s, out);
    text_printf(out, " %u of %u", count.count - count.shown, count.count);
    between = ", ";
  }
}

Sheet *mutant_tally_sheet(const MutantTally *t, Arena *arena) {
  static const SheetColumn columns[] = {{.name = "engine"}, {.name = "shape"}, {.name = "mutants"}, {.name = "shown"}};
  Sheet *sheet = SHEET_NEW(arena, columns);
  for (size_t e = 0; e < t->engines.count; e++)
    for (size_t s = 0; s < t->shapes.count; s++) {
      MutantCount count = mutant_tally_count(t, (int)e, (int)s);
      if (!count.count)
        continue;
      Cell *cells = sheet_row(sheet);
      cells[0] = cell_text(arena_string(arena, table_key(&t->engines, e)));
      cells[1] = cell_text(arena_string(arena, table_key(&t->shapes, s)));
      cells[2] = cell_count(count.count);
      cells[3] = cell_count(count.shown);
    }
  return sheet;
}
