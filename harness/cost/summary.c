#include "harness/cost/summary.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

void summary_sort(double *values, unsigned count) { qsort(values, count, sizeof *values, compare); }

double summary_quantile(const double *sorted, unsigned count, double quantile) {
  assert(count);
  double place = quantile * (count - 1);
  unsigned below = (unsigned)place;
  if (below + 1 >= count)
    return sorted[count - 1];
  return sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
}

static double median_of(const double *values, unsigned count, double *scratch) {
  memcpy(scratch, values, count * sizeof *values);
  summary_sort(scratch, count);
  return summary_quantile(scratch, count, 0.5);
}

Summary summary_of(const double *values, unsigned count, double floor, double *scratch) {
  assert(count && floor > 0);
  unsigned half = count / 2;
  double drift = 0;
  if (half) {
    double early = median_of(values, half, scratch);
    drift = fabs(median_of(values + count - half, half, scratch) - early);
  }
  Summary s = {.samples = count, .median = median_of(values, count, scratch), .drift = drift};
  double low = summary_quantile(scratch, count, 0.25), high = summary_quantile(scratch, count, 0.75);
  s.spread = (high - low) / fmax(fabs(s.median), floor);
  s.error = 1.57 * (high - low) / sqrt(count);
  double reach = fmax(3 * (high - low), floor);
  for (unsigned i = 0; i < count; i++)
    s.outliers += values[i] < low - reach || values[i] > high + reach;
  s.stable = summary_stable(&s, floor, 0.01);
  return s;
}

bool summary_stable(const Summary *summary, double floor, double share) {
  double size = fabs(summary->median);
  return summary->samples >= SUMMARY_SAMPLES && summary->error <= fmax(share * size, floor) &&
         summary->drift <= fmax(2 * share * size, 2 * floor);
}
