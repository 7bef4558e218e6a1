#include "harness/build/build.h"
#include "arch/cpus.h"
#include "harness/build/compile.h"
#include "harness/build/emit.h"

#include <string.h>
#include <unistd.h>

static Engine engine_of(const Shape *shape) { return shape->perpetual ? ENGINE_PERPETUAL : ENGINE_LOCKSTEP; }

Engine run_engine(const Test *test, Engine asked, const char **reason) {
  Arena *arena = arena_new();
  Engine engine = engine_of(shape_of(test, asked, arena, reason));
  arena_free(arena);
  return engine;
}

static void emit(const Test *test, const Shape *shape, Text *out) {
  emit_head(test, shape, out);
  emit_code(test, shape, out);
}

void run_emit(const Test *test, Engine engine, Arena *arena, Text *out) {
  emit(test, shape_of(test, engine, arena, NULL), out);
}

// ---- compiling

struct Compiled {
  const Shape *shape;
  const char *object; // NULL: not compiled, for the reason in `errors`
  const char *errors;
  int memory; // the descriptor of the memory file that `object` is; -1: it is none
};

// A sentence on the fences that this CPU has.
static const char *fence_message(const char *missing, Arena *arena) {
  const Cpu *cpu = cpu_here();
  Text text = {0};
  text_printf(&text, "this CPU has no fence '%s'", missing);
  for (unsigned i = 0; cpu && i < cpu->fence_count; i++)
    text_printf(&text, "%s%s", i ? ", " : "; it has ", cpu->fences[i].name);
  const char *message = arena_string(arena, text_string(&text));
  text_free(&text);
  return message;
}

static Compiled *compiled_new(const Test *test, Engine asked, Arena *arena) {
  Compiled *compiled = ARENA_NEW(arena, Compiled);
  *compiled = (Compiled){.shape = shape_of(test, asked, arena, NULL), .memory = -1};
  const char *missing = emit_missing_fence(test);
  if (missing)
    compiled->errors = fence_message(missing, arena);
  return compiled;
}

static void compile_sources(Compiled **compiled, const char *const *sources, const unsigned *owners, unsigned count,
                            const Compiler *compiler, Arena *arena, const Stop *stop,
                            void (*progress)(unsigned, unsigned, void *), void *context) {
  CompileResult *results = ARENA_ARRAY(arena, CompileResult, count ? count : 1);
  Diag diag = {.arena = arena};
  bool tried = compile_all(compiler, sources, count, results, arena, &diag, stop, progress, context);
  for (unsigned i = 0; i < count; i++) {
    Compiled *one = compiled[owners[i]];
    one->object = tried ? results[i].object : NULL;
    one->memory = tried ? results[i].memory : -1;
    if (one->object)
      continue;
    one->errors = tried ? results[i].errors : diag.first ? diag.first->message : NULL;
    if (!one->errors)
      one->errors = "the compiler failed without a word";
  }
}

Compiled **run_compile(const Test *const *tests, unsigned count, Engine asked, const Compiler *compiler, Arena *arena,
                       const Stop *stop, void (*progress)(unsigned done, unsigned count, void *context),
                       void *context) {
  Compiled **compiled = ARENA_ARRAY(arena, Compiled *, count ? count : 1);
  const char **sources = ARENA_ARRAY(arena, const char *, count ? count : 1);
  unsigned *owners = ARENA_ARRAY(arena, unsigned, count ? count : 1);
  unsigned source_count = 0;
  for (unsigned i = 0; i < count; i++) {
    compiled[i] = compiled_new(tests[i], asked, arena);
    if (compiled[i]->errors)
      continue;
    Text source = {0};
    emit(tests[i], compiled[i]->shape, &source);
    sources[source_count] = arena_string(arena, text_string(&source));
    owners[source_count++] = i;
    text_free(&source);
  }
  compile_sources(compiled, sources, owners, source_count, compiler, arena, stop, progress, context);
  return compiled;
}

void run_release(Compiled *compiled) {
  if (!compiled || compiled->memory < 0)
    return;
  close(compiled->memory);
  *compiled = (Compiled){.shape = compiled->shape, .errors = "it was released", .memory = -1};
}

const char *compiled_object(const Compiled *compiled) { return compiled->object; }
const char *compiled_errors(const Compiled *compiled) { return compiled->errors; }
Engine compiled_engine(const Compiled *compiled) { return engine_of(compiled->shape); }
const Shape *compiled_shape(const Compiled *compiled) { return compiled->shape; }
