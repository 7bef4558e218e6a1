// The C of a test for the perpetual engine: for each thread, one visit of one copy of the locations, and the loops over
// iterations that make it, one for each number of copies.
#include "harness/build/emit.h"
#include "harness/engine/perpetual_shape.h"
#include "harness/lang/print.h"

#include <assert.h>

// How many stores to the location the thread makes before `end`; in all where that is NULL.
static unsigned stores_before(const Emit *emit, unsigned location, const Access *end) {
  unsigned count = 0;
  for (const Stmt *stmt = emit->test->threads[emit->thread].body; stmt; stmt = stmt->next) {
    const Access *access = stmt_access(stmt);
    if (access && access == end)
      break;
    count += access && access->op == ACCESS_STORE && access->address.location == location;
  }
  return count;
}

// Instead of the test's constant: the next number of the location's sequence.
static void emit_sequence(const Emit *emit, const Access *store) {
  unsigned location = store->address.location;
  text_printf(emit->out, "(%s)(i * %uu + %uu)", emit_type(emit->test->locations[location].type),
              stores_before(emit, location, NULL), stores_before(emit, location, store) + 1);
}

// The same of a thread of a CPU's code: a variable for each of its stores, which takes the place of what it stores.
static void emit_lines(const Test *test, unsigned t, Text *out) {
  Arena *arena = arena_new();
  unsigned lines = test->threads[t].line_count;
  const char **stored = ARENA_ARRAY(arena, const char *, lines);
  StraightCode code;
  (void)test->dialect->straight(test, t, arena, &code); // it is: the shape says so
  for (unsigned i = 0; i < code.access_count; i++) {
    unsigned all = 0, before = 0;
    for (unsigned j = 0; j < code.access_count; j++)
      if (code.accesses[j].is_store && code.accesses[j].location == code.accesses[i].location) {
        all++;
        before += j < i;
      }
    if (!code.accesses[i].is_store)
      continue;
    stored[code.accesses[i].line] = arena_printf(arena, "stored%u", i);
    text_printf(out, "  const uint64_t stored%u = i * %uu + %uu;\n", i, all, before + 1);
  }
  test->dialect->print_code(test, t, stored, out);
  arena_free(arena);
}

// What was read is written down behind the last access, so that it comes between none of them.
static void emit_visit(const PerpetualShape *shape, const Test *test, unsigned t, bool pauses, Text *out) {
  const Emit emit = {.test = test,
                     .thread = t,
                     .out = out,
                     .stored = emit_sequence,
                     .between = pauses ? "kernel_delay(i % 8 * (uint64_t)delay);" : NULL};
  const Thread *thread = &test->threads[t];
  text_printf(out,
              "// P%u, iteration i on one copy of the locations%s.\n"
              "KERNEL_INLINE void %s%u(char *cells, uint16_t *seen, unsigned copy, uint32_t i, uint32_t delay) {\n",
              t, pauses ? ", with pauses" : "", pauses ? "pausing" : "visit", t);
  for (unsigned p = 0; p < thread->parameter_count; p++) {
    unsigned x = thread->parameters[p].location;
    const char *type = emit_type(test->locations[x].type);
    text_printf(out, "  %s *loc_%s = (%s *)(cells + %zu + copy * %u);\n", type, test->locations[x].name, type,
                perpetual_cell(x, 0), (unsigned)PERPETUAL_CELL);
  }
  if (test_is_assembly(test)) {
    emit_lines(test, t, out);
  } else {
    emit_registers(&emit, 2);
    emit_block(&emit, thread->body, 2);
  }
  text_add(out, "  kernel_compiler_barrier();\n  (void)cells, (void)seen, (void)delay;\n");
  for (unsigned l = 0; l < shape->load_count; l++)
    if (shape->loads[l].thread == t) {
      text_printf(out, "  seen[%zu + i] = (uint16_t)", perpetual_buffer(shape->loads[l].slot, 0, 1));
      register_identifier(thread, shape->loads[l].reg, out);
      text_add(out, ";\n");
    }
  text_add(out, "}\n\n");
}

static const char *variant_name(unsigned variant) {
  static const char *const names[PERPETUAL_CODES] = {"copies1", "copies2", "copies4", "copies8", "pausing"};
  return names[variant];
}

static void emit_run(unsigned t, unsigned variant, Text *out) {
  bool pauses = variant == PERPETUAL_PAUSING;
  unsigned copies = pauses ? 1 : 1u << variant;
  text_printf(out,
              "static void P%u_%s(char *cells, uint16_t *seen, uint32_t from, uint32_t to, uint32_t delay) {\n"
              "  for (uint32_t i = from; i < to; i++) {\n",
              t, variant_name(variant));
  for (unsigned copy = 0; copy < copies; copy++)
    text_printf(out, "    kernel_delay(delay);\n    %s%u(cells, seen + %zu, %u, i, delay);\n",
                pauses ? "pausing" : "visit", t, perpetual_buffer(0, copy, copies), copy);
  text_add(out, "  }\n}\n\n");
}

void perpetual_emit(const Test *test, const Shape *shape, Text *out) {
  text_add(out, "// The threads as they are: not run here, but read, to tell what the compiler makes of them.\n");
  emit_thread_functions(test, out);
  for (unsigned t = 0; t < test->thread_count; t++) {
    emit_visit(shape->perpetual, test, t, false, out);
    emit_visit(shape->perpetual, test, t, true, out);
    for (unsigned v = 0; v < PERPETUAL_CODES; v++)
      emit_run(t, v, out);
  }
  text_add(out, "static const KernelIterations iterations[] = {\n");
  for (unsigned t = 0; t < test->thread_count; t++) {
    text_add(out, "   ");
    for (unsigned v = 0; v < PERPETUAL_CODES; v++)
      text_printf(out, " P%u_%s,", t, variant_name(v));
    text_add(out, "\n");
  }
  text_add(out, "};\n\n");
}
