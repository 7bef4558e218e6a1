#include "harness/cli/pace.h"

#include "harness/base/time.h"

#include <math.h>

static const double LEAST = 0.01; // that a test counts for, however little is left

Pace pace_begin(double budget, double each, unsigned tests) {
  return (Pace){.began = time_seconds(), .budget = budget, .each = each, .left = tests};
}

void pace_add(Pace *pace, double counted) {
  pace->counted += counted;
  pace->done++;
  pace->left--;
}

static double elapsed(const Pace *pace) { return time_seconds() - pace->began; }

// What a test takes beside counting: compiling, calibrating, judging.
static double beside(const Pace *pace) {
  return pace->done ? fmax(0, (elapsed(pace) - pace->counted) / pace->done) : 0;
}

double pace_share(const Pace *pace) {
  if (!(pace->budget > 0) || !pace->left)
    return pace->each;
  double share = fmax(LEAST, (pace->budget - elapsed(pace)) / pace->left - beside(pace));
  return pace->each > 0 ? fmin(share, pace->each) : share;
}

bool pace_is_over(const Pace *pace) { return pace->budget > 0 && elapsed(pace) >= pace->budget; }

void pace_print_left(const Pace *pace, Text *out) {
  double each = pace->each > 0 ? pace->each : pace->done ? pace->counted / pace->done : 0;
  double left = pace->budget > 0 ? pace->budget - elapsed(pace) : pace->left * (each + beside(pace));
  if (!(left > 0))
    return;
  if (left < 90)
    text_printf(out, ", %.0f s left", ceil(left));
  else if (left < 5400)
    text_printf(out, ", %.0f min left", left / 60);
  else
    text_printf(out, ", %.1f h left", left / 3600);
}
