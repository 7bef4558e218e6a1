// The C of an exported test: the code that an engine runs, then its shape and what its record says, as data.
#include "harness/run/export_emit.h"
#include "arch/cpus.h"
#include "harness/build/emit.h"
#include "harness/engine/perpetual_shape.h"
#include "harness/lang/insert.h"
#include "harness/lang/print.h"

#include <inttypes.h>
#include <string.h>

// ---- words

// A string literal. '?' might begin a trigraph.
static void add_literal(const char *text, Text *out) {
  text_add_char(out, '"');
  for (const char *at = text ? text : ""; *at; at++) {
    unsigned char c = (unsigned char)*at;
    if (c == '\n' && at[1])
      text_add(out, "\\n\"\n    \"");
    else if (c == '\n')
      text_add(out, "\\n");
    else if (c == '"' || c == '\\' || c == '?')
      text_printf(out, "\\%c", c);
    else if (c < ' ' || c >= 0x7f)
      text_printf(out, "\\%03o", c);
    else
      text_add_char(out, (char)c);
  }
  text_add_char(out, '"');
}

static void add_field(const char *name, const char *value, Text *out) {
  text_printf(out, "    .%s = ", name);
  add_literal(value, out);
  text_add(out, ",\n");
}

// ---- the shape

static void add_perpetual(const PerpetualShape *shape, const Shape *whole, Text *out) {
  for (unsigned i = 0; i < whole->observable_count; i++) {
    const PerpetualValue *value = &shape->values[i];
    unsigned digits = value->load < 0 ? 1 : shape->loads[value->load].stores + 1;
    text_printf(out, "static const uint64_t words%u[] = {", i);
    for (unsigned w = 0; w < digits * (whole->observables[i].bits > 64 ? 2 : 1); w++)
      text_printf(out, "%s0x%" PRIx64, w ? ", " : "", value->words[w]);
    text_add(out, "};\n");
  }
  text_add(out, "static const PerpetualValue values[] = {");
  for (unsigned i = 0; i < whole->observable_count; i++)
    text_printf(out, "{%d, words%u}, ", shape->values[i].load, i);
  text_printf(out,
              "{-1, NULL}};\nstatic const PerpetualShape perpetual = {\n    .threads = %u,\n    .load_count = %u,\n"
              "    .loads = {",
              shape->threads, shape->load_count);
  for (unsigned l = 0; l < shape->load_count; l++) {
    const PerpetualLoad *load = &shape->loads[l];
    text_printf(out,
                "{.thread = %u, .location = %u, .writer = %u, .stores = %u, .slot = %u, .weight = %u},\n              ",
                load->thread, load->location, load->writer, load->stores, load->slot, load->weight);
  }
  text_printf(out, "},\n    .state_count = %u,\n    .iterations = %u,\n    .values = values,\n};\n", shape->state_count,
              shape->iterations);
}

static void add_shape(const Shape *shape, Text *out) {
  text_add(out, "\n// What the engine knows of the test.\n");
  if (shape->perpetual)
    add_perpetual(shape->perpetual, shape, out);
  text_add(out, "static const ShapeLocation locations[] = {");
  for (unsigned l = 0; l < shape->location_count; l++)
    text_printf(out, "{\"%s\", %u, %u, %d}, ", shape->locations[l].name, shape->locations[l].bytes,
                shape->locations[l].length, shape->locations[l].line_offset);
  text_add(out, "{NULL, 0, 0, -1}};\nstatic const ShapeObservable observables[] = {");
  for (unsigned i = 0; i < shape->observable_count; i++)
    text_printf(out, "{\"%s\", %u, %d, %d}, ", shape->observables[i].name, shape->observables[i].bits,
                shape->observables[i].is_signed, shape->observables[i].may_point);
  text_printf(out,
              "{NULL, 0, 0, 0}};\nstatic const Shape shape = {\n    .threads = %u,\n    .location_count = %u,\n"
              "    .locations = locations,\n    .shown = %u,\n    .observable_count = %u,\n"
              "    .observables = observables,\n    .perpetual = %s,\n};\n",
              shape->threads, shape->location_count, shape->shown, shape->observable_count,
              shape->perpetual ? "&perpetual" : "NULL");
}

// ---- fences of one CPU

typedef struct {
  const char *names[64];
  unsigned count;
} Fences;

static bool add_fence(const Expr *expr, void *context) {
  Fences *fences = context;
  if (expr->kind != EXPR_ACCESS || expr->access.op != ACCESS_CPU_FENCE)
    return false;
  bool known = fences->count == sizeof fences->names / sizeof *fences->names;
  for (unsigned i = 0; i < fences->count && !known; i++)
    known = !strcmp(fences->names[i], expr->access.cpu_fence);
  if (!known)
    fences->names[fences->count++] = expr->access.cpu_fence;
  return false;
}

static Fences fences_of(const Test *test) {
  Fences fences = {0};
  test_each(test, add_fence, &fences);
  return fences;
}

// Elsewhere the compiler says which CPU the test is for.
static void add_checks(const Fences *fences, Text *out) {
  for (unsigned i = 0; i < fences->count; i++)
    for (unsigned a = 0; a < cpu_count; a++)
      if (cpu_fence(cpu_all[a], fences->names[i]))
        text_printf(out,
                    "_Static_assert(!__builtin_strcmp(CPU_NAME, \"%s\"), \"this test has the fence %s, which only %s "
                    "has\");\n",
                    cpu_all[a]->name, fences->names[i], cpu_all[a]->model->title);
  text_add(out, fences->count ? "\n" : "");
}

// ---- the whole

static void add_head(const Test *test, const Test *fenced, const ExportOptions *options, Engine engine, Text *out) {
  text_add(out, "// Written by weakmem show --export: ");
  for (const char *c = test->name; *c; c++)
    text_printf(out, "%c", (unsigned char)*c < ' ' || *c == '\\' ? ' ' : *c);
  text_printf(out,
              ", a litmus test as a program of its own.\n//\n"
              "// `make` in the folder above builds it; the program's --help tells the rest. It runs the test below by "
              "the\n// %s engine%s%s%s, and prints a record that `weakmem import` reads.\n//\n",
              engine_name(engine), strcmp(options->fence, "none") != 0 ? ", with the fence " : "",
              strcmp(options->fence, "none") != 0 ? options->fence : "",
              strcmp(options->fence, "none") != 0 ? " between the accesses of every thread" : "");
  emit_comment(fenced, out);
  text_printf(out, "\n#include \"harness/exported/exported.h\"\n%s\n",
              test_has_grace(fenced) ? "#include \"harness/engine/rcu.h\"\n" : "");
}

static const char *text_of(void (*print)(const Test *, Text *), const Test *test, Arena *arena) {
  Text text = {0};
  print(test, &text);
  return text_finish(&text, arena);
}

static void add_exported(const Test *test, const ExportOptions *options, const Fences *fences, Arena *arena,
                         Text *out) {
  char digest[65];
  test_digest(test, digest);
  text_add(out, "\nstatic const char *const fences[] = {");
  for (unsigned i = 0; i < fences->count; i++)
    text_printf(out, "\"%s\", ", fences->names[i]);
  text_add(out, "NULL};\n\n#ifndef EXPORT_CC\n#define EXPORT_CC \"cc\"\n#endif\n"
                "#ifndef EXPORT_FLAGS\n#define EXPORT_FLAGS \"\"\n#endif\n\n"
                "const Exported exported = {\n    .shape = &shape,\n    .code = &kernel_code,\n    .fences = fences,\n"
                "    .compiler_path = EXPORT_CC,\n    .compiler_flags = EXPORT_FLAGS,\n");
  add_field("name", test->name, out);
  if (test->family)
    add_field("family", test->family, out);
  add_field("file", test->source ? test->source->name : "", out);
  add_field("digest", digest, out);
  add_field("fence", options->fence, out);
  add_field("condition", text_of(condition_print, test, arena), out);
  add_field("weakmem", WEAKMEM_VERSION " (export)", out);
  add_field("litmus", text_of(test_print, test, arena), out);
  text_add(out, "};\n");
}

void export_emit(const Test *test, const ExportOptions *options, Arena *arena, Text *out) {
  const Test *fenced = test_with_fence(test, options->fence, UINT64_MAX, arena);
  const Shape *shape = shape_of(fenced, options->engine, arena, NULL);
  Fences fences = fences_of(fenced);
  add_head(test, fenced, options, shape->perpetual ? ENGINE_PERPETUAL : ENGINE_LOCKSTEP, out);
  emit_silence(out);
  add_checks(&fences, out);
  emit_misaligned_types(fenced, out);
  emit_code(fenced, shape, out);
  add_shape(shape, out);
  add_exported(test, options, &fences, arena, out);
}
