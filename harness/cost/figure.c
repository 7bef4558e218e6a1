#include "harness/cost/figure.h"
#include "harness/cost/quiet.h"
#include "harness/cost/summary.h"

#include <math.h>

enum { TURN_SAMPLES = 5 };               // of an own core that make a turn count
static const double spread_limit = 0.25; // a figure that is wider is not stable

static bool is_own(const Sample *sample, double fastest) { return fastest == 0 || quiet_is(sample->probe, fastest); }

double figure_probe(const Sample *samples, size_t count) {
  double probes[SUMMARY_SAMPLES];
  unsigned known = 0;
  for (size_t i = 0; i < count && known < SUMMARY_SAMPLES; i++)
    probes[known++] = samples[i].probe;
  summary_sort(probes, known);
  return known > TURN_SAMPLES ? summary_quantile(probes, known, 0.25) : 0;
}

static unsigned own_samples(const Sample *samples, size_t count, double fastest, double *values) {
  unsigned own = 0;
  for (size_t i = 0; i < count; i++)
    if (is_own(&samples[i], fastest))
      values[own++] = samples[i].ns;
  return own;
}

static double median_of(double *values, unsigned count) {
  summary_sort(values, count);
  return summary_quantile(values, count, 0.5);
}

// How far the medians of the turns lie apart, and of how many turns.
static double turns_range(const Sample *samples, size_t count, double fastest, double *medians, unsigned *turns) {
  *turns = 0;
  for (size_t first = 0, end; first < count; first = end) {
    for (end = first; end < count && samples[end].turn == samples[first].turn;)
      end++;
    double *values = medians + *turns; // there is a sample for each median before
    unsigned own = own_samples(samples + first, end - first, fastest, values);
    if (own >= TURN_SAMPLES)
      medians[(*turns)++] = median_of(values, own);
  }
  if (!*turns)
    return 0;
  summary_sort(medians, *turns);
  return summary_quantile(medians, *turns, 0.9) - summary_quantile(medians, *turns, 0.1);
}

Figure figure_of(const Sample *samples, size_t count, double fastest, double floor, double least, double *scratch) {
  double *values = scratch, *more = scratch + count;
  unsigned turns;
  double range = turns_range(samples, count, fastest, more, &turns);
  unsigned own = own_samples(samples, count, fastest, values), used = own;
  if (own < SUMMARY_SAMPLES)
    used = own_samples(samples, count, 0, values);
  Summary summary = summary_of(values, used, floor, more);
  double size = fmax(fabs(summary.median), floor);
  Figure figure = {.ns = fabs(summary.median) < floor ? 0 : summary.median,
                   .spread = fmax(fmax(summary.spread, range / size), least),
                   .samples = summary.samples,
                   .outliers = summary.outliers,
                   .shared = (unsigned)count - used};
  figure.stable = own >= SUMMARY_SAMPLES && turns >= FIGURE_TURNS && summary_stable(&summary, floor, least / 3) &&
                  (figure.spread <= spread_limit || figure.ns == 0);
  return figure;
}
