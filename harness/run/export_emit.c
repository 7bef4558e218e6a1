// The C of an exported test: what an engine makes of it, then the test itself as data, without its statements.
#include "arch/cpus.h"
#include "harness/build/emit.h"
#include "harness/engine/perpetual.h"
#include "harness/lang/insert.h"
#include "harness/lang/print.h"
#include "harness/run/export.h"

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

static const char *base_name(BaseType base) {
  static const char *const names[BASE_COUNT] = {
      [BASE_CHAR] = "BASE_CHAR",       [BASE_INT8] = "BASE_INT8",         [BASE_UINT8] = "BASE_UINT8",
      [BASE_SHORT] = "BASE_SHORT",     [BASE_USHORT] = "BASE_USHORT",     [BASE_INT16] = "BASE_INT16",
      [BASE_UINT16] = "BASE_UINT16",   [BASE_INT] = "BASE_INT",           [BASE_UINT] = "BASE_UINT",
      [BASE_INT32] = "BASE_INT32",     [BASE_UINT32] = "BASE_UINT32",     [BASE_LONG] = "BASE_LONG",
      [BASE_ULONG] = "BASE_ULONG",     [BASE_LONGLONG] = "BASE_LONGLONG", [BASE_ULONGLONG] = "BASE_ULONGLONG",
      [BASE_INT64] = "BASE_INT64",     [BASE_UINT64] = "BASE_UINT64",     [BASE_INT128] = "BASE_INT128",
      [BASE_UINT128] = "BASE_UINT128", [BASE_BOOL] = "BASE_BOOL",
  };
  return names[base];
}

static void add_value(Value value, Text *out) {
  if (value >= 0 && value <= INT32_MAX)
    text_printf(out, "%" PRId64, (int64_t)value);
  else
    text_printf(out, "(Value)((UnsignedValue)0x%" PRIx64 "u << 64 | 0x%" PRIx64 "u)",
                (uint64_t)((UnsignedValue)value >> 64), (uint64_t)value);
}

// ---- the test

static void add_locations(const Test *test, Text *out) {
  if (!test->location_count)
    return;
  text_add(out, "static Location test_locations[] = {\n");
  for (unsigned l = 0; l < test->location_count; l++) {
    const Location *location = &test->locations[l];
    text_printf(out, "    {.name = \"%s\", .type = %s, .length = %u", location->name, base_name(location->type),
                location->length);
    text_add(out, location->is_array ? ", .is_array = true" : "");
    if (location->has_offset)
      text_printf(out, ", .has_offset = true, .line_offset = %u", location->line_offset);
    text_add(out, "},\n");
  }
  text_add(out, "};\n");
}

static void add_threads(const Test *test, Text *out) {
  for (unsigned t = 0; t < test->thread_count; t++) {
    const Thread *thread = &test->threads[t];
    if (!thread->register_count)
      continue;
    text_printf(out, "static Register test_registers%u[] = {", t);
    for (unsigned r = 0; r < thread->register_count; r++)
      text_printf(out, "%s{.name = \"%s\", .type = {.base = %s}}", r ? ", " : "", thread->registers[r].name,
                  base_name(thread->registers[r].type.base));
    text_add(out, "};\n");
  }
  text_add(out, "static Thread test_threads[] = {\n");
  for (unsigned t = 0; t < test->thread_count; t++)
    if (test->threads[t].register_count)
      text_printf(out, "    {.registers = test_registers%u, .register_count = %u},\n", t,
                  test->threads[t].register_count);
    else
      text_add(out, "    {.registers = NULL},\n");
  text_add(out, "};\n");
}

static void add_observables(const Test *test, Text *out) {
  if (!test->observable_total)
    return;
  text_add(out, "static Observable test_observables[] = {\n");
  for (unsigned i = 0; i < test->observable_total; i++) {
    const Observable *o = &test->observables[i];
    if (o->is_register)
      text_printf(out, "    {.is_register = true, .thread = %u, .reg = %u},\n", o->thread, o->reg);
    else
      text_printf(out, "    {.location = %u, .element = %u},\n", o->location, o->element);
  }
  text_add(out, "};\n");
}

static const char *prop_name(PropKind kind) {
  static const char *const names[] = {
      [PROP_TRUE] = "PROP_TRUE", [PROP_FALSE] = "PROP_FALSE",         [PROP_EQUAL] = "PROP_EQUAL",
      [PROP_AND] = "PROP_AND",   [PROP_NOT_EQUAL] = "PROP_NOT_EQUAL", [PROP_OR] = "PROP_OR",
      [PROP_NOT] = "PROP_NOT",   [PROP_IMPLIES] = "PROP_IMPLIES"};
  return names[kind];
}

// Parts before the whole. Returns the number that the proposition has.
static unsigned add_prop(const Prop *prop, unsigned *next, Text *out) {
  unsigned left = prop->left ? add_prop(prop->left, next, out) : 0;
  unsigned right = prop->right ? add_prop(prop->right, next, out) : 0;
  unsigned number = (*next)++;
  text_printf(out, "static Prop test_prop%u = {.kind = %s", number, prop_name(prop->kind));
  if (prop->kind == PROP_EQUAL || prop->kind == PROP_NOT_EQUAL) {
    text_printf(out, ", .observable = %u", prop->observable);
    if (prop->against_observable)
      text_printf(out, ", .against_observable = true, .other = %u", prop->other);
    text_add(out, ", .value = ");
    add_value(prop->value, out);
  }
  if (prop->left)
    text_printf(out, ", .left = &test_prop%u", left);
  if (prop->right)
    text_printf(out, ", .right = &test_prop%u", right);
  text_add(out, "};\n");
  return number;
}

static void add_test(const Test *test, Text *out) {
  static const char *const quantifiers[] = {[QUANTIFIER_NONE] = "QUANTIFIER_NONE",
                                            [QUANTIFIER_EXISTS] = "QUANTIFIER_EXISTS",
                                            [QUANTIFIER_NOT_EXISTS] = "QUANTIFIER_NOT_EXISTS",
                                            [QUANTIFIER_FORALL] = "QUANTIFIER_FORALL"};
  text_add(out, "\n// The test itself: what a state is, and which are witnesses.\n");
  add_locations(test, out);
  add_threads(test, out);
  add_observables(test, out);
  unsigned props = 0, condition = add_prop(test->condition.body, &props, out);
  unsigned filter = test->filter ? add_prop(test->filter, &props, out) : 0;
  text_add(out, "static const Test test = {\n    .name = ");
  add_literal(test->name, out);
  if (test->family) {
    text_add(out, ",\n    .family = ");
    add_literal(test->family, out);
  }
  if (test->location_count)
    text_printf(out, ",\n    .locations = test_locations,\n    .location_count = %u", test->location_count);
  text_printf(out, ",\n    .threads = test_threads,\n    .thread_count = %u", test->thread_count);
  if (test->observable_total)
    text_printf(out, ",\n    .observables = test_observables,\n    .observable_count = %u,\n    .observable_total = %u",
                test->observable_count, test->observable_total);
  text_printf(out, ",\n    .condition = {%s, &test_prop%u}", quantifiers[test->condition.quantifier], condition);
  if (test->filter)
    text_printf(out, ",\n    .filter = &test_prop%u", filter);
  text_add(out, ",\n};\n");
}

// ---- what the perpetual engine knows of it

static void add_numbers(const char *type, const char *name, const size_t *numbers, unsigned count, Text *out) {
  text_printf(out, "static %s shape_%s[] = {", type, name);
  for (unsigned i = 0; i < count; i++)
    text_printf(out, "%s%zu", i ? ", " : "", numbers[i]);
  text_add(out, count ? "};\n" : "0};\n");
}

static void add_unsigned(const char *name, const unsigned *numbers, unsigned count, Arena *arena, Text *out) {
  size_t *wide = ARENA_ARRAY(arena, size_t, count + 1);
  for (unsigned i = 0; i < count; i++)
    wide[i] = numbers[i];
  add_numbers("unsigned", name, wide, count, out);
}

static void add_shape_values(const PerpetualShape *shape, const Test *test, Text *out) {
  for (unsigned i = 0; i < test->observable_total; i++) {
    const PerpetualValue *value = &shape->values[i];
    unsigned count = value->load < 0 ? 1 : shape->loads[value->load].stores + 1;
    text_printf(out, "static const Value shape_values%u[] = {", i);
    for (unsigned digit = 0; digit < count; digit++) {
      text_add(out, digit ? ", " : "");
      add_value(value->values[digit], out);
    }
    text_add(out, "};\n");
  }
  text_add(out, "static const PerpetualValue shape_values[] = {");
  for (unsigned i = 0; i < test->observable_total; i++)
    text_printf(out, "%s{%d, shape_values%u}", i ? ", " : "", shape->values[i].load, i);
  text_add(out, test->observable_total ? "};\n" : "{0, NULL}};\n");
}

static void add_shape(const PerpetualShape *shape, const Test *test, Arena *arena, Text *out) {
  text_add(out, "\n// Which load reads whose stores, and where locations lie.\n");
  add_unsigned("slots", shape->slots, shape->threads, arena, out);
  add_unsigned("writers", shape->writers, shape->location_count, arena, out);
  add_numbers("size_t", "places", shape->places, shape->location_count, out);
  add_numbers("size_t", "strides", shape->strides, shape->location_count, out);
  add_shape_values(shape, test, out);
  text_printf(out, "static const PerpetualShape shape = {\n    .threads = %u,\n    .load_count = %u,\n    .loads = {\n",
              shape->threads, shape->load_count);
  for (unsigned l = 0; l < shape->load_count; l++) {
    const PerpetualLoad *load = &shape->loads[l];
    text_printf(out,
                "        {.thread = %u, .reg = %u, .location = %u, .writer = %u, .stores = %u, .slot = %u, .weight = "
                "%u},\n",
                load->thread, load->reg, load->location, load->writer, load->stores, load->slot, load->weight);
  }
  text_printf(out,
              "    },\n    .state_count = %u,\n    .iterations = %u,\n    .slots = shape_slots,\n"
              "    .values = shape_values,\n    .writers = shape_writers,\n    .places = shape_places,\n"
              "    .strides = shape_strides,\n    .location_count = %u,\n    .cell_bytes = %zu,\n};\n",
              shape->state_count, shape->iterations, shape->location_count, shape->cell_bytes);
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
  text_add(out, "\n#include \"harness/export/exported.h\"\n\n");
}

static const char *text_of(void (*print)(const Test *, Text *), const Test *test, Arena *arena) {
  Text text = {0};
  print(test, &text);
  const char *copy = arena_string(arena, text_string(&text));
  text_free(&text);
  return copy;
}

static void add_field(const char *name, const char *value, Text *out) {
  text_printf(out, "    .%s = ", name);
  add_literal(value, out);
  text_add(out, ",\n");
}

static void add_exported(const Test *test, const ExportOptions *options, Engine engine, const Fences *fences,
                         Arena *arena, Text *out) {
  bool perpetual = engine == ENGINE_PERPETUAL;
  char digest[65];
  test_digest(test, digest);
  text_add(out, "\nstatic const char *const fences[] = {");
  for (unsigned i = 0; i < fences->count; i++)
    text_printf(out, "\"%s\", ", fences->names[i]);
  text_add(out, "NULL};\n\n#ifndef EXPORT_CC\n#define EXPORT_CC \"cc\"\n#endif\n"
                "#ifndef EXPORT_FLAGS\n#define EXPORT_FLAGS \"\"\n#endif\n\n");
  text_printf(out,
              "const Exported exported = {\n    .test = &test,\n    .engine = %s,\n    .code = %s,\n    .shape = %s,\n"
              "    .fences = fences,\n    .compiler_path = EXPORT_CC,\n    .compiler_flags = EXPORT_FLAGS,\n",
              perpetual ? "ENGINE_PERPETUAL" : "ENGINE_LOCKSTEP", perpetual ? "perpetual_code" : "&lockstep_code",
              perpetual ? "&shape" : "NULL");
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
  Engine engine = run_engine(fenced, options->engine, NULL);
  Fences fences = fences_of(fenced);
  add_head(test, fenced, options, engine, out);
  emit_silence(out);
  add_checks(&fences, out);
  emit_misaligned_types(fenced, out);
  const char *reason;
  if (engine == ENGINE_PERPETUAL)
    perpetual_emit(fenced, arena, out);
  else
    lockstep_emit(fenced, arena, out);
  add_test(fenced, out);
  if (engine == ENGINE_PERPETUAL)
    add_shape(perpetual_shape(fenced, arena, &reason), fenced, arena, out);
  add_exported(test, options, engine, &fences, arena, out);
}
