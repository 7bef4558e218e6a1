#include "harness/build/build.h"
#include "arch/cpus.h"
#include "harness/build/compile.h"
#include "harness/build/emit.h"
#include "harness/lang/code_file.h"

#include <string.h>
#include <unistd.h>

static Engine engine_of(const Shape *shape) { return shape->perpetual ? ENGINE_PERPETUAL : ENGINE_LOCKSTEP; }

Engine build_engine(const Test *test, Engine asked, const char **reason) {
  Arena *arena = arena_new();
  Engine engine = engine_of(shape_of(test, asked, arena, reason));
  arena_free(arena);
  return engine;
}

static void emit(const Test *test, const Shape *shape, Text *out) {
  emit_head(test, shape, out);
  emit_code(test, shape, out);
}

void build_emit(const Test *test, Engine engine, Arena *arena, Text *out) {
  emit(test, shape_of(test, engine, arena, NULL), out);
}

// ---- compiling

struct Compiled {
  const Shape *shape;
  CompileResult made; // without an object: not compiled, for the reason in its errors
};

// A sentence on the fences that this CPU has.
static const char *fence_message(const char *missing, Arena *arena) {
  const Cpu *cpu = cpu_here();
  Text text = {0};
  text_printf(&text, "this CPU has no fence '%s'", missing);
  for (unsigned i = 0; cpu && i < cpu->fence_count; i++)
    text_printf(&text, "%s%s", i ? ", " : "; it has ", cpu->fences[i].name);
  return text_finish(&text, arena);
}

static Compiled *compiled_new(const Test *test, Engine asked, Arena *arena) {
  Compiled *compiled = ARENA_NEW(arena, Compiled);
  *compiled = (Compiled){.shape = shape_of(test, asked, arena, NULL), .made = {.memory = -1}};
  const char *missing = emit_missing_fence(test);
  if (missing)
    compiled->made.errors = fence_message(missing, arena);
  return compiled;
}

struct Building {
  Compiled **compiled; // one a test
  unsigned *units;     // of each test, where it is compiled
  bool *taken;         // of each unit: its result is the test's now
  CompileUnit *all;
  unsigned unit_count;
  CompileResult *results;
  Compilation *compilation; // NULL: none could be begun, for the reason in `why`
  const char *why;
};

// The user's object is linked with it.
static CompileUnit unit_of(const Test *test, const char *source, const Compiler *compiler, Arena *arena) {
  CompileUnit unit = {.compiler = compiler, .source = source, .shared = true};
  if (!test->code)
    return unit;
  const char **objects = ARENA_ARRAY(arena, const char *, 2);
  objects[0] = test->code->object;
  unit.objects = objects;
  unit.more = users_link_flag(test->code, arena);
  return unit;
}

static Building *plan(const Test *const *tests, unsigned count, Engine asked, const Compiler *compiler, Arena *arena) {
  Building *out = ARENA_NEW(arena, Building);
  *out = (Building){.compiled = ARENA_ARRAY(arena, Compiled *, count + 1),
                    .units = ARENA_ARRAY(arena, unsigned, count + 1),
                    .taken = ARENA_ARRAY(arena, bool, count + 1),
                    .all = ARENA_ARRAY(arena, CompileUnit, count + 1),
                    .results = ARENA_ARRAY(arena, CompileResult, count + 1)};
  for (unsigned i = 0; i < count; i++) {
    out->compiled[i] = compiled_new(tests[i], asked, arena);
    out->units[i] = out->unit_count;
    if (out->compiled[i]->made.errors)
      continue;
    Text source = {0};
    emit(tests[i], out->compiled[i]->shape, &source);
    out->all[out->unit_count++] = unit_of(tests[i], text_finish(&source, arena), compiler, arena);
  }
  return out;
}

static Building *begin(const Test *const *tests, unsigned count, Engine asked, const Compiler *compiler, Arena *arena,
                       const CompileLimits *limits) {
  Building *out = plan(tests, count, asked, compiler, arena);
  Diag diag = {.arena = arena};
  out->compilation = compile_begin(out->all, out->unit_count, limits, out->results, arena, &diag);
  out->why = out->compilation ? "the compiler failed without a word" : diag.first->message;
  return out;
}

Building *build_begin(const Test *const *tests, unsigned count, Engine asked, const Compiler *compiler, Arena *arena,
                      const Stop *stop) {
  return begin(tests, count, asked, compiler, arena, &(CompileLimits){.stop = stop});
}

Compiled *build_await(Building *building, unsigned test) {
  Compiled *compiled = building->compiled[test];
  if (compiled->made.object || compiled->made.errors)
    return compiled;
  if (building->compilation)
    compile_await(building->compilation, building->units[test]);
  building->taken[building->units[test]] = true;
  compiled->made = building->results[building->units[test]];
  if (!compiled->made.object && !compiled->made.errors)
    compiled->made.errors = building->why;
  return compiled;
}

unsigned build_beside(Building *building, const CompilePlaces *places) {
  return building->compilation ? compile_beside(building->compilation, places) : 0;
}

void build_end(Building *building) {
  if (!building || !building->compilation)
    return;
  compile_end(building->compilation);
  for (unsigned i = 0; i < building->unit_count; i++)
    if (!building->taken[i])
      compile_release(&building->results[i], 1);
}

Compiled **build_compile(const Test *const *tests, unsigned count, Engine asked, const Compiler *compiler, Arena *arena,
                         const Stop *stop, void (*progress)(unsigned done, unsigned count, void *context),
                         void *context) {
  CompileLimits limits = {.stop = stop, .progress = progress, .context = context};
  Building *building = begin(tests, count, asked, compiler, arena, &limits);
  for (unsigned i = 0; i < count; i++)
    build_await(building, i);
  build_end(building);
  return building->compiled;
}

void compiled_release(Compiled *compiled) {
  if (!compiled || compiled->made.memory < 0)
    return;
  compile_release(&compiled->made, 1);
  compiled->made.errors = "it was released";
}

const char *compiled_object(const Compiled *compiled) { return compiled->made.object; }
const char *compiled_errors(const Compiled *compiled) { return compiled->made.errors; }
Engine compiled_engine(const Compiled *compiled) { return engine_of(compiled->shape); }
const Shape *compiled_shape(const Compiled *compiled) { return compiled->shape; }
