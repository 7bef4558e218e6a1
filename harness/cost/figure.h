// From samples to a figure. Private to cost/.
//
// Samples during which another program ran on the core are no part of it (quiet.h). They are taken in turns, between
// which time passes: a figure is stable if it is the same in all of them.
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct {
  double ns;     // an operation
  double probe;  // the slower of the two probes around it
  unsigned turn; // that it was taken in; they rise
} Sample;

typedef struct {
  double ns;     // the median
  double spread; // as a share of ns: the width of the middle half of the samples, or how far the turns' medians lie
                 // apart (the farthest tenth on either side aside), or `least`, whichever is the most
  unsigned samples, outliers;
  unsigned shared; // samples that were left out
  bool stable;
} Figure;

enum { FIGURE_TURNS = 10 }; // with samples of an own core: fewer are never called stable

// `fastest`: the probe of a core that is ours alone, 0: not known, so that every sample counts. `floor`: the smallest
// difference that means anything, in ns. `least`: what measurements differ by that are repeated another time. `scratch`
// has room for twice `count`, which is at least 1. Where the core was hardly ever ours the figure is that of a shared
// one, and not stable.
Figure figure_of(const Sample *samples, size_t count, double fastest, double floor, double least, double *scratch);

// What probes of one turn's samples take where the core is ours: a quarter of them were as fast. 0: there are too few.
double figure_probe(const Sample *samples, size_t count);
