// The pace of a run of many tests: how long the rest takes, and what each may take of a budget. Times are in seconds.
#pragma once
#include "harness/base/text.h"

typedef struct {
  double began;   // time_seconds
  double budget;  // for all of it; 0: there is none
  double each;    // that a test counts for at most; 0: no limit
  double counted; // by those that are done
  unsigned done, left;
} Pace;

Pace pace_begin(double budget, double each, unsigned tests);
// A test is done that counted so long.
void pace_add(Pace *pace, double counted);

// How long the next test may count: its share of what is left of the budget, without what a test takes beside counting.
double pace_share(const Pace *pace);
bool pace_is_over(const Pace *pace);
// ", 3 min left"; nothing where it is not known.
void pace_print_left(const Pace *pace, Text *out);
