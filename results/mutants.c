#include "results/mutants.h"
#include "results/sheet.h"

#include <math.h>

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
