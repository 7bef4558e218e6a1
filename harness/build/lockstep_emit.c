// The C of a test for the lockstep engine: a loop over instances for each thread, and the counting of what they left.
#include "harness/build/emit.h"
#include "harness/engine/lockstep.h"

// ---- the threads

static bool observed(const Test *test, unsigned thread, unsigned reg) {
  for (unsigned i = 0; i < test->observable_total; i++) {
    const Observable *o = &test->observables[i];
    if (o->is_register && o->thread == thread && o->reg == reg)
      return true;
  }
  return false;
}

static bool leaves_frames(const Test *test, unsigned thread) {
  for (unsigned r = 0; r < test->threads[thread].register_count; r++)
    if (observed(test, thread, r))
      return true;
  return false;
}

static bool has_parameter(const Thread *thread, unsigned location) {
  for (unsigned i = 0; i < thread->parameter_count; i++)
    if (thread->parameters[i].location == location)
      return true;
  return false;
}

static void emit_frame_type(const Test *test, unsigned t, Text *out) {
  if (!leaves_frames(test, t))
    return;
  text_printf(out, "// What P%u leaves behind.\ntypedef struct {\n", t);
  for (unsigned r = 0; r < test->threads[t].register_count; r++)
    if (observed(test, t, r))
      text_printf(out, "  %s reg_%s;\n", emit_type(test->threads[t].registers[r].type.base),
                  test->threads[t].registers[r].name);
  text_printf(out, "} Frame%u;\n\n", t);
}

// A thread of one statement has no place to pause in.
static bool can_pause(const Test *test, unsigned t) {
  const Stmt *body = test->threads[t].body;
  return body && (body->next || body->kind == STMT_IF || body->kind == STMT_WHILE);
}

// Everything that the body needs is at hand before the wait, so that nothing but the body comes after it.
static void emit_thread(const Test *test, unsigned t, bool pauses, Text *out) {
  const Thread *thread = &test->threads[t];
  Emit emit = {.test = test, .thread = t, .out = out, .between = pauses ? "kernel_pause(batch);" : NULL};
  text_printf(out, "static void %s%u(KernelBatch *batch) {\n", pauses ? "pausing" : "thread", t);
  text_add(out, "  for (unsigned i = 0; i < batch->count; i++) {\n"
                "    char *at = batch->instances + i * batch->stride;\n");
  for (unsigned l = 0; l < test->location_count; l++)
    if (has_parameter(thread, l)) {
      text_add(out, "    ");
      emit_element_type(&test->locations[l], out);
      text_printf(out, " *loc_%s = kernel_hide(at + batch->offsets[%u]);\n", test->locations[l].name, l);
    }
  if (leaves_frames(test, t))
    text_printf(out, "    Frame%u *frame = kernel_hide((Frame%u *)batch->frames + i);\n", t, t);
  emit_registers(&emit, 4);
  text_add(out, "    (void)at;\n    kernel_due(batch, i);\n");
  emit_block(&emit, thread->body, 4);
  text_add(out, "    kernel_compiler_barrier();\n");
  for (unsigned r = 0; r < thread->register_count; r++)
    if (observed(test, t, r))
      text_printf(out, "    frame->reg_%s = reg_%s;\n", thread->registers[r].name, thread->registers[r].name);
  text_add(out, "  }\n}\n\n");
}

// ---- initial values

static void emit_initial_array(const Location *location, Text *out) {
  if (!location->is_array)
    return;
  text_printf(out, "static const %s initial_%s[%u] = {", emit_type(location->type), location->name, location->length);
  for (unsigned e = 0; e < location->length; e++) {
    text_add(out, e ? ", " : "");
    emit_value(location->initial[e], location->type, out);
  }
  text_add(out, "};\n");
}

// Locations may lie across a line's end, where no C object may: hence copies of bytes, which become plain moves.
static void emit_reset_instance(const Test *test, Text *out) {
  for (unsigned l = 0; l < test->location_count; l++)
    emit_initial_array(&test->locations[l], out);
  text_add(out, "\nKERNEL_INLINE void reset_instance(char *at, const size_t *offsets) {\n");
  for (unsigned l = 0; l < test->location_count; l++) {
    const Location *location = &test->locations[l];
    if (location->is_array) {
      text_printf(out, "  __builtin_memcpy(at + offsets[%u], initial_%s, sizeof initial_%s);\n", l, location->name,
                  location->name);
      continue;
    }
    text_printf(out, "  const %s initial_%s = ", emit_type(location->type), location->name);
    emit_value(location->initial[0], location->type, out);
    text_printf(out, ";\n  __builtin_memcpy(at + offsets[%u], &initial_%s, sizeof initial_%s);\n", l, location->name,
                location->name);
  }
  text_add(out,
           "  (void)at, (void)offsets;\n}\n\n"
           "static void reset(char *instances, size_t stride, const size_t *offsets, unsigned from, unsigned to) {\n"
           "  for (unsigned i = from; i < to; i++)\n"
           "    reset_instance(instances + i * stride, offsets);\n"
           "}\n\n");
}

// ---- counting

static void emit_observed_value(const Test *test, unsigned index, Text *out) {
  const Observable *o = &test->observables[index];
  const char *type = emit_type(observable_base(test, o));
  if (o->is_register) {
    text_printf(out, "    const %s v%u = ((const Frame%u *)count->frames[%u])[i].reg_%s;\n", type, index, o->thread,
                o->thread, test->threads[o->thread].registers[o->reg].name);
    return;
  }
  text_printf(out, "    %s v%u;\n    __builtin_memcpy(&v%u, at + count->offsets[%u] + %u * sizeof v%u, sizeof v%u);\n",
              type, index, index, o->location, o->element, index, index);
}

// The counter of a state of small values; others go the long way.
static void emit_count_state(const Test *test, Text *out) {
  unsigned bits = lockstep_small_bits(test), n = test->observable_total;
  if (bits) {
    text_add(out, "    const uint64_t high = (0");
    for (unsigned i = 0; i < n; i++) {
      text_printf(out, " | (uint64_t)v%u", i);
      if (base_type_bits(observable_base(test, &test->observables[i])) == 128)
        text_printf(out, " | (v%u >> 64 ? ~(uint64_t)0 : 0)", i);
    }
    text_printf(out, ") >> %u;\n    if (__builtin_expect(!high, 1)) {\n      count->small[0", bits);
    for (unsigned i = 0; i < n; i++)
      text_printf(out, " | (size_t)v%u << %u", i, i * bits);
    text_add(out, "]++;\n      continue;\n    }\n");
  }
  text_add(out, "    const uint64_t words[] = {");
  for (unsigned i = 0; i < n; i++) {
    text_printf(out, "%s(uint64_t)v%u", i ? ", " : "", i);
    if (base_type_bits(observable_base(test, &test->observables[i])) == 128)
      text_printf(out, ", (uint64_t)(v%u >> 64)", i);
  }
  text_printf(out, "%s};\n    count->state(count->table, words);\n", n ? "" : "0");
}

// Counting takes an instance's lines from the core that wrote them last, so it asks for them ahead, and resets at once.
static void emit_count(const Test *test, Text *out) {
  enum { PREFETCHED = 4 };
  text_add(out, "static void count(const KernelCount *count) {\n"
                "  for (unsigned i = count->from; i < count->to; i++) {\n"
                "    char *at = count->instances + i * count->stride;\n");
  for (unsigned l = 0; l < test->location_count && l < PREFETCHED; l++)
    text_printf(out, "    __builtin_prefetch(at + KERNEL_AHEAD * count->stride + count->offsets[%u], 1);\n", l);
  for (unsigned i = 0; i < test->observable_total; i++)
    emit_observed_value(test, i, out);
  text_add(out, "    reset_instance(at, count->offsets);\n");
  emit_count_state(test, out);
  text_add(out, "  }\n}\n\n");
}

// ---- the whole

static void emit_code(const Test *test, Text *out) {
  text_add(out, "static void (*const threads[])(KernelBatch *) = {");
  for (unsigned t = 0; t < test->thread_count; t++)
    text_printf(out, "%sthread%u", t ? ", " : "", t);
  text_add(out, "};\nstatic void (*const pausing[])(KernelBatch *) = {");
  for (unsigned t = 0; t < test->thread_count; t++)
    text_printf(out, "%s%s%u", t ? ", " : "", can_pause(test, t) ? "pausing" : "thread", t);
  text_add(out, "};\nstatic const size_t frame_bytes[] = {");
  for (unsigned t = 0; t < test->thread_count; t++)
    text_printf(out, leaves_frames(test, t) ? "%ssizeof(Frame%u)" : "%s0", t ? ", " : "", t);
  text_printf(out,
              "};\n\nextern const KernelCode lockstep_code;\n"
              "const KernelCode lockstep_code = {threads, pausing, frame_bytes, reset, count, %u, %u};\n",
              lockstep_small_bits(test), lockstep_state_words(test));
}

void lockstep_emit(const Test *test, Arena *arena, Text *out) {
  (void)arena;
  for (unsigned t = 0; t < test->thread_count; t++) {
    emit_frame_type(test, t, out);
    emit_thread(test, t, false, out);
  }
  text_add(out,
           "// The same with pauses, for sweeps: idle time between statements shows orders that are rare without.\n");
  for (unsigned t = 0; t < test->thread_count; t++)
    if (can_pause(test, t))
      emit_thread(test, t, true, out);
  emit_reset_instance(test, out);
  emit_count(test, out);
  emit_code(test, out);
}
