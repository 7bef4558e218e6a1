// What a set of samples says: the median, how far it can be trusted, and what did not belong to it.
//
// Robust throughout, since samples on a shared machine have a long tail: an interrupt or a stolen time slice adds
// microseconds to one sample and must not move the figure.
#pragma once
#include <stdbool.h>

typedef struct {
  double median;
  double spread;     // interquartile range / median; not less than 0
  double error;      // half the width of the median's 95 % interval (McGill, Tukey, Larsen 1978), in the samples' unit
  double drift;      // |median of the later half - median of the earlier half|
  unsigned samples;  // all of them
  unsigned outliers; // Tukey's "far out": more than three interquartile ranges beyond the quartiles
  bool stable;       // summary_stable, to a hundredth
} Summary;

enum { SUMMARY_SAMPLES = 31 }; // fewer are never called stable

// Of `count` samples, in the order in which they were taken (drift needs it); at least one. `floor` is the smallest
// difference that means anything, in the samples' unit: spread, error and outliers are not measured more finely.
// `scratch` has room for `count`.
Summary summary_of(const double *values, unsigned count, double floor, double *scratch);

// At least SUMMARY_SAMPLES, the error at most this share of the median, the drift at most twice that, or both below the
// floor.
bool summary_stable(const Summary *summary, double floor, double share);

// The quantile (0 to 1) of sorted values, interpolated.
double summary_quantile(const double *sorted, unsigned count, double quantile);
void summary_sort(double *values, unsigned count);
