// Time, less what other programs took: of a run cut into laps that are much alike, those that took several times as
// long as the shortest were disturbed, and count as the others do.
#pragma once

typedef struct {
  double began, shortest, sum; // seconds; of the lap; of a lap so far, 0 before there is one; of those not disturbed
  unsigned laps, disturbed;
} Stopwatch;

Stopwatch stopwatch_start(void);
// A lap has ended, and the next one begins.
void stopwatch_lap(Stopwatch *watch);
// A lap took so many seconds.
void stopwatch_add(Stopwatch *watch, double seconds);
// What all laps would have taken undisturbed.
double stopwatch_seconds(const Stopwatch *watch);
