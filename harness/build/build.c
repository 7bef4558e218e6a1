#include "harness/build/build.h"
#include "arch/cpus.h"
#include "harness/build/compile.h"
#include "harness/build/emit.h"

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

Compiled **build_compile(const Test *const *tests, unsigned count, Engine asked, const Compiler *compiler, Arena *arena,
                         const Stop *stop, void (*progress)(unsigned done, unsigned count, void *context),
                         void *context) {
  Compiled **compiled = ARENA_ARRAY(arena, Compiled *, count + 1), **tried = ARENA_ARRAY(arena, Compiled *, count + 1);
  CompileUnit *units = ARENA_ARRAY(arena, CompileUnit, count + 1);
  CompileResult *results = ARENA_ARRAY(arena, CompileResult, count + 1);
  unsigned unit_count = 0;
  for (unsigned i = 0; i < count; i++) {
    compiled[i] = compiled_new(tests[i], asked, arena);
    if (compiled[i]->made.errors)
      continue;
    Text source = {0};
    emit(tests[i], compiled[i]->shape, &source);
    tried[unit_count] = compiled[i];
    units[unit_count++] = (CompileUnit){compiler, text_finish(&source, arena), .shared = true};
  }
  Diag diag = {.arena = arena};
  CompileLimits limits = {.stop = stop, .progress = progress, .context = context};
  bool good = compile_all(units, unit_count, &limits, results, arena, &diag);
  for (unsigned i = 0; i < unit_count; i++) {
    tried[i]->made = results[i];
    if (!results[i].object && !results[i].errors)
      tried[i]->made.errors = good ? "the compiler failed without a word" : diag.first->message;
  }
  return compiled;
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
