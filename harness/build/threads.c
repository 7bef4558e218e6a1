#include "harness/build/threads.h"

#include "harness/build/emit.h"

#include <string.h>

// Which threads go into one object with thread t.
static bool joined(const BuildOptions *options, unsigned t, unsigned other) {
  return options->compilers[t] == options->compilers[other];
}

static const char *source_of(const Test *test, const BuildOptions *options, unsigned t, Arena *arena) {
  bool *in = ARENA_ARRAY(arena, bool, test->thread_count);
  for (unsigned other = 0; other < test->thread_count; other++)
    in[other] = joined(options, t, other);
  Text source = {0};
  emit_threads(test, in, &source);
  const char *copy = arena_string(arena, text_string(&source));
  text_free(&source);
  return copy;
}

bool build_threads(const Test *test, const BuildOptions *options, Arena *arena, ObjectFile *out, Diag *diag) {
  unsigned count = 0, threads = test->thread_count;
  CompileUnit *units = ARENA_ARRAY(arena, CompileUnit, threads + 1);
  CompileResult *results = ARENA_ARRAY(arena, CompileResult, threads + 1);
  unsigned *unit_of = ARENA_ARRAY(arena, unsigned, threads + 1);
  for (unsigned t = 0; t < threads; t++) {
    unsigned first = 0;
    while (!joined(options, t, first))
      first++;
    unit_of[t] = first < t ? unit_of[first] : count++;
    CompileUnit *unit = &units[unit_of[t]];
    if (first == t)
      *unit = (CompileUnit){.compiler = options->compilers[t], .source = source_of(test, options, t, arena)};
    out[t] = (ObjectFile){.compiler = unit->compiler, .source = unit->source, .made = {.memory = -1}};
    out[t].shared = first < t;
  }
  if (!compile_all(units, count, &options->limits, results, arena, diag))
    return false;
  bool good = true;
  for (unsigned t = 0; t < threads; t++) {
    out[t].made = results[unit_of[t]];
    good &= out[t].made.object != NULL;
  }
  return good;
}

void build_release(ObjectFile *objects, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    if (!objects[i].shared)
      compile_release(&objects[i].made, 1);
}
