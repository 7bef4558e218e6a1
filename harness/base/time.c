#include "harness/base/time.h"

#include <time.h>

const char *time_rfc3339(Arena *arena) {
  enum { BYTES = sizeof "2026-01-31T12:34:56Z" };
  char *text = arena_alloc(arena, BYTES);
  time_t now = time(NULL);
  struct tm utc;
  if (gmtime_r(&now, &utc))
    strftime(text, BYTES, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

double time_seconds(void) {
  struct timespec now = {0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}
