#include "harness/build/threads.h"

#include "harness/build/emit.h"

#include <string.h>

// Which threads go into one object with thread t.
static bool joined(const ThreadBuild *build, unsigned t, unsigned other) {
  return build->compilers[t] == build->compilers[other];
}

static const char *source_of(const ThreadBuild *build, unsigned t, Arena *arena) {
  bool *in = ARENA_ARRAY(arena, bool, build->test->thread_count);
  for (unsigned other = 0; other < build->test->thread_count; other++)
    in[other] = joined(build, t, other);
  Text source = {0};
  emit_threads(build->test, compiler_cpu(build->compilers[t], arena), in, &source);
  return text_finish(&source, arena);
}

// One run of a compiler for each object: the units, and for each thread, in turn, which one it is in.
typedef struct {
  CompileUnit *units;
  unsigned *unit_of;
  unsigned count;
} Units;

static void add_units(const ThreadBuild *build, unsigned *unit_of, Units *units, Arena *arena) {
  for (unsigned t = 0; t < build->test->thread_count; t++) {
    unsigned first = 0;
    while (!joined(build, t, first))
      first++;
    unit_of[t] = first < t ? unit_of[first] : units->count++;
    CompileUnit *unit = &units->units[unit_of[t]];
    if (first == t) {
      const Cpu *cpu = compiler_cpu(build->compilers[t], arena);
      *unit = (CompileUnit){.compiler = build->compilers[t],
                            .source = source_of(build, t, arena),
                            .more = cpu ? cpu->object_flags : NULL};
    }
    build->objects[t] =
        (ObjectFile){.compiler = unit->compiler, .source = unit->source, .made = {.memory = -1}, .shared = first < t};
  }
}

bool build_threads_all(const ThreadBuild *builds, unsigned count, const CompileLimits *limits, Arena *arena,
                       Diag *diag) {
  size_t threads = 0;
  for (unsigned i = 0; i < count; i++)
    threads += builds[i].test->thread_count;
  Units units = {.units = ARENA_ARRAY(arena, CompileUnit, threads + 1),
                 .unit_of = ARENA_ARRAY(arena, unsigned, threads + 1)};
  threads = 0;
  for (unsigned i = 0; i < count; threads += builds[i++].test->thread_count)
    add_units(&builds[i], &units.unit_of[threads], &units, arena);
  CompileResult *results = ARENA_ARRAY(arena, CompileResult, threads + 1);
  if (!compile_all(units.units, units.count, limits, results, arena, diag))
    return false;
  threads = 0;
  for (unsigned i = 0; i < count; i++)
    for (unsigned t = 0; t < builds[i].test->thread_count; t++)
      builds[i].objects[t].made = results[units.unit_of[threads++]];
  return true;
}

bool build_threads(const Test *test, const BuildOptions *options, Arena *arena, ObjectFile *out, Diag *diag) {
  bool good = build_threads_all(&(ThreadBuild){test, options->compilers, out}, 1, &options->limits, arena, diag);
  for (unsigned t = 0; t < test->thread_count; t++)
    good &= out[t].made.object != NULL;
  return good;
}

void build_release(ObjectFile *objects, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    if (!objects[i].shared)
      compile_release(&objects[i].made, 1);
}
