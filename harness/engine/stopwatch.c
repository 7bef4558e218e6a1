#include "harness/engine/stopwatch.h"
#include "harness/base/time.h"

Stopwatch stopwatch_start(void) { return (Stopwatch){.began = time_seconds()}; }

void stopwatch_lap(Stopwatch *watch) {
  double now = time_seconds();
  stopwatch_add(watch, now - watch->began);
  watch->began = now;
}

void stopwatch_add(Stopwatch *watch, double seconds) {
  enum { DISTURBED = 3 }; // times the shortest
  watch->laps++;
  if (watch->laps > 1 && seconds > DISTURBED * watch->shortest) {
    watch->disturbed++;
    return;
  }
  if (watch->laps > 1 && DISTURBED * seconds < watch->shortest) { // all before it were disturbed
    watch->disturbed = watch->laps - 1;
    watch->sum = 0;
  }
  if (watch->laps == 1 || seconds < watch->shortest)
    watch->shortest = seconds;
  watch->sum += seconds;
}

double stopwatch_seconds(const Stopwatch *watch) {
  unsigned quiet = watch->laps - watch->disturbed;
  return quiet ? watch->sum * watch->laps / quiet : 0;
}
