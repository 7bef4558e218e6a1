// The C of a test for the lockstep engine: a function for each thread, a loop over instances that calls it, and the
// counting of what the threads left.
#include "arch/cpu.h"
#include "harness/build/emit.h"
#include "harness/lang/print.h"

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

static void emit_frame_type(const Test *test, unsigned t, Text *out) {
  if (!leaves_frames(test, t))
    return;
  text_printf(out, "// What P%u leaves behind.\ntypedef struct {\n", t);
  for (unsigned r = 0; r < test->threads[t].register_count; r++)
    if (observed(test, t, r)) {
      text_printf(out, "  %s ", emit_type(test->threads[t].registers[r].type.base));
      register_identifier(&test->threads[t], r, out);
      text_add(out, ";\n");
    }
  text_printf(out, "} Frame%u;\n\n", t);
}

bool build_frame_offset(const Test *test, unsigned t, unsigned reg, unsigned *offset) {
  unsigned end = 0;
  for (unsigned r = 0; r <= reg; r++) {
    if (!observed(test, t, r))
      continue;
    unsigned bytes = base_type_bits(test->threads[t].registers[r].type.base) / 8;
    *offset = (end + bytes - 1) / bytes * bytes;
    end = *offset + bytes;
  }
  return observed(test, t, reg);
}

// A thread of one statement has no place to pause in.
static bool can_pause(const Test *test, unsigned t) {
  const Stmt *body = test->threads[t].body;
  return body && (body->next || body->kind == STMT_IF || body->kind == STMT_WHILE);
}

static const char *suffix(bool pauses) { return pauses ? "_pausing" : ""; }

unsigned build_given(const Test *test, unsigned t, unsigned locations[LIMIT_LOCATIONS]) {
  const Thread *thread = &test->threads[t];
  unsigned count = 0;
  uint64_t given = 0;
  for (unsigned p = 0; p < thread->parameter_count; p++) {
    locations[count++] = thread->parameters[p].location;
    given |= (uint64_t)1 << thread->parameters[p].location;
  }
  for (unsigned r = 0; r < thread->register_count && test->dialect->pointers; r++) {
    unsigned location, element;
    if (!value_is_address(thread->registers[r].initial, &location, &element) || given >> location & 1)
      continue;
    locations[count++] = location;
    given |= (uint64_t)1 << location;
  }
  return count;
}

// What a thread function is called with: pointers to the locations that the thread is given, and to its frame. `types`:
// as its parameters.
static void emit_arguments(const Test *test, unsigned t, bool types, bool pauses, Text *out) {
  unsigned given[LIMIT_LOCATIONS], count = build_given(test, t, given);
  const char *comma = "";
  for (unsigned p = 0; p < count; p++, comma = ", ") {
    const Location *location = &test->locations[given[p]];
    text_add(out, comma);
    if (types) {
      emit_element_type(location, out);
      text_add(out, " *");
    }
    text_printf(out, "loc_%s", location->name);
  }
  if (leaves_frames(test, t)) {
    text_add(out, comma);
    text_printf(out, types ? "volatile Frame%u *out" : "out", t); // each value is written as it is
    comma = ", ";
  }
  if (pauses)
    text_printf(out, "%s%sbatch", comma, types ? "KernelBatch *" : "");
  else if (types && !*comma)
    text_add(out, "void");
}

// The thread itself. Its body is the thread's statements; what its registers hold is written down behind the last one.
static void emit_thread(const Test *test, const Cpu *cpu, unsigned t, bool pauses, Text *out) {
  const Thread *thread = &test->threads[t];
  Emit emit = {.test = test, .cpu = cpu, .thread = t, .out = out, .between = pauses ? "kernel_pause(batch);" : NULL};
  for (unsigned definition = 0; definition < 2; definition++) {
    text_printf(out, "KERNEL_THREAD void P%u%s(", t, suffix(pauses));
    emit_arguments(test, t, true, pauses, out);
    text_add(out, definition ? ") {\n" : ");\n");
  }
  if (test_is_assembly(test)) {
    test->dialect->print_code(test, t, NULL, out);
  } else {
    emit_registers(&emit, 2);
    emit_block(&emit, thread->body, 2);
  }
  if (leaves_frames(test, t))
    text_add(out, "  kernel_compiler_barrier();\n");
  for (unsigned r = 0; r < thread->register_count; r++)
    if (observed(test, t, r)) {
      text_add(out, "  out->");
      register_identifier(thread, r, out);
      text_add(out, " = ");
      register_identifier(thread, r, out);
      text_add(out, ";\n");
    }
  text_add(out, "}\n\n");
}

#define TEXT(text) #text
#define TEXT_OF(macro) TEXT(macro)

// What the threads need of kernel.h and stdint.h, by what compilers know without headers.
static void emit_thread_prelude(Text *out) {
  static const char *const widths[] = {"8", "16", "32", "64"};
  for (unsigned i = 0; i < 4; i++)
    text_printf(out, "typedef __INT%s_TYPE__ int%s_t;\ntypedef __UINT%s_TYPE__ uint%s_t;\n", widths[i], widths[i],
                widths[i], widths[i]);
  text_add(out, "#if __has_attribute(noipa) // no thread becomes a call of another that has the same code\n"
                "#define KERNEL_THREAD __attribute__((noipa))\n#else\n#define KERNEL_THREAD\n#endif\n"
                "#define kernel_index(index, length) ((uint64_t)(index) % (length))\n"
                "#define kernel_loop_turn(turn) 0\nvoid kernel_membarrier(void);\n"
                "void kernel_rcu_read_lock(unsigned);\nvoid kernel_rcu_read_unlock(unsigned);\n"
                "void kernel_synchronize_rcu(unsigned, unsigned);\nint kernel_srcu_read_lock(unsigned);\n"
                "void kernel_srcu_read_unlock(unsigned, int);\nvoid kernel_synchronize_srcu(unsigned);\n");
  text_printf(out, "#define kernel_compiler_barrier() %s\n", TEXT_OF(CPU_COMPILER_BARRIER));
  text_add(out, "#define cpu_fence_compiler() kernel_compiler_barrier()\n\n");
}

void emit_threads(const Test *test, const Cpu *cpu, const bool *in, Text *out) {
  text_add(out, "#line 2 \"/threads.c\"\n"); // compilers have different names for standard input
  emit_comment(test, out);
  emit_silence(out);
  emit_cpu_fences(&(Emit){.test = test, .cpu = cpu, .out = out});
  emit_thread_prelude(out);
  emit_misaligned_types(test, out);
  for (unsigned t = 0; t < test->thread_count; t++) {
    if (!in[t])
      continue;
    emit_frame_type(test, t, out);
    emit_thread(test, cpu, t, false, out);
  }
}

// Everything that the thread needs is at hand before the wait, so that nothing but its call comes after it.
static void emit_batch(const Test *test, unsigned t, bool pauses, Text *out) {
  unsigned given[LIMIT_LOCATIONS], count = build_given(test, t, given);
  text_printf(out,
              "static void %s%u(KernelBatch *batch) {\n  for (unsigned i = 0; i < batch->count; i++) {\n"
              "    char *at = batch->instances + i * batch->stride;\n",
              pauses ? "pausing" : "thread", t);
  for (unsigned p = 0; p < count; p++) {
    unsigned l = given[p];
    text_add(out, "    ");
    emit_element_type(&test->locations[l], out);
    text_printf(out, " *loc_%s = (void *)(at + batch->offsets[%u]);\n", test->locations[l].name, l);
  }
  if (leaves_frames(test, t))
    text_printf(out, "    Frame%u *out = (Frame%u *)batch->frames + i;\n", t, t);
  text_printf(out, "    (void)at;\n    kernel_due(batch, i);\n    P%u%s(", t, suffix(pauses));
  emit_arguments(test, t, false, pauses, out);
  text_add(out, ");\n    kernel_compiler_barrier();\n  }\n}\n\n");
}

// ---- initial values

// An address is written where the instance is known: emit_initial_addresses.
static void emit_initial_value(const Location *location, unsigned element, Text *out) {
  unsigned of, at;
  if (value_is_address(location->initial[element], &of, &at))
    text_add_char(out, '0');
  else
    emit_value(location->initial[element], location->type, out);
}

static void emit_initial_addresses(const Test *test, unsigned l, Text *out) {
  const Location *location = &test->locations[l];
  for (unsigned e = 0; e < location->length; e++) {
    unsigned of, at;
    if (!value_is_address(location->initial[e], &of, &at))
      continue;
    text_printf(out,
                "  const uint64_t address_%s_%u = (uint64_t)at + offsets[%u] + %u;\n"
                "  __builtin_memcpy(at + offsets[%u] + %u, &address_%s_%u, sizeof address_%s_%u);\n",
                location->name, e, of, at * (base_type_bits(test->locations[of].type) / 8), l,
                e * (base_type_bits(location->type) / 8), location->name, e, location->name, e);
  }
}

static void emit_initial_array(const Location *location, Text *out) {
  if (!location->is_array)
    return;
  text_printf(out, "static const %s initial_%s[%u] = {", emit_type(location->type), location->name, location->length);
  for (unsigned e = 0; e < location->length; e++) {
    text_add(out, e ? ", " : "");
    emit_initial_value(location, e, out);
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
    if (!location->is_array) {
      text_printf(out, "  const %s initial_%s = ", emit_type(location->type), location->name);
      emit_initial_value(location, 0, out);
      text_add(out, ";\n");
    }
    text_printf(out, "  __builtin_memcpy(at + offsets[%u], %sinitial_%s, sizeof initial_%s);\n", l,
                location->is_array ? "" : "&", location->name, location->name);
    if (test->dialect->addresses)
      emit_initial_addresses(test, l, out);
  }
  text_add(out, "  (void)at, (void)offsets;\n}\n\n");
  emit_reset_all(out);
}

void emit_reset_all(Text *out) {
  text_add(out,
           "static void reset(char *instances, size_t stride, const size_t *offsets, unsigned from, unsigned to) {\n"
           "  for (unsigned i = from; i < to; i++)\n"
           "    reset_instance(instances + i * stride, offsets);\n"
           "}\n\n");
}

// ---- counting

// What the shown value of an observable is made of: as it was left behind, `left`, where it may be an address.
static void emit_observed_value(const Test *test, unsigned index, Text *out) {
  const Observable *o = &test->observables[index];
  const char *type = emit_type(observable_base(test, o)), *name = o->may_point ? "left" : "v";
  if (o->is_register) {
    text_printf(out, "    const %s %s%u = ((const Frame%u *)count->frames[%u])[i].", type, name, index, o->thread,
                o->thread);
    register_identifier(&test->threads[o->thread], o->reg, out);
    text_add(out, ";\n");
  } else {
    text_printf(out,
                "    %s %s%u;\n"
                "    __builtin_memcpy(&%s%u, at + count->offsets[%u] + %u * sizeof %s%u, sizeof %s%u);\n",
                type, name, index, name, index, o->location, o->element, name, index, name, index);
  }
  if (o->may_point)
    text_printf(out,
                "    const KernelValue v%u = kernel_shown(left%u, at, count->stride, count->offsets, sizes, %u);\n",
                index, index, test->location_count);
}

// Of each location: the bytes of an element, and its elements.
static void emit_sizes(const Test *test, Text *out) {
  text_add(out, "static const uint32_t sizes[][2] = {");
  for (unsigned l = 0; l < test->location_count; l++)
    text_printf(out, "%s{%u, %u}", l ? ", " : "", base_type_bits(test->locations[l].type) / 8,
                test->locations[l].length);
  text_add(out, "};\n\n");
}

// Bits of each of n values in the index of a small counter; 0: there are none.
static unsigned small_bits(unsigned n) { return n == 0 ? 1 : n > 12 ? 0 : 12 / n > 3 ? 3 : 12 / n; }

// The counter of a state of small values; others go the long way.
void emit_count_state(const Test *test, Text *out) {
  unsigned n = test->observable_total, bits = small_bits(n);
  if (bits) {
    text_add(out, "    const uint64_t high = (0");
    for (unsigned i = 0; i < n; i++) {
      text_printf(out, " | (uint64_t)v%u", i);
      if (observable_bits(test, &test->observables[i]) == 128)
        text_printf(out, " | (v%u >> 64 ? ~(uint64_t)0 : 0)", i);
    }
    text_printf(out, ") >> %u;\n    if (__builtin_expect(!high, 1)) {\n      count->small[0", bits);
    for (unsigned i = 0; i < n; i++)
      text_printf(out, " | (size_t)v%u << %u", i, i * bits);
    text_add(out, "]++;\n      continue;\n    }\n");
  }
  text_add(out, "    const uint64_t state[] = {");
  for (unsigned i = 0; i < n; i++) {
    text_printf(out, "%s(uint64_t)v%u", i ? ", " : "", i);
    if (observable_bits(test, &test->observables[i]) == 128)
      text_printf(out, ", (uint64_t)(v%u >> 64)", i);
  }
  text_printf(out, "%s};\n    count->count_state(count->table, state);\n", n ? "" : "0");
}

// Counting takes an instance's lines from the core that wrote them last, so it asks for them ahead, and resets at once.
static void emit_count(const Test *test, Text *out) {
  enum { PREFETCHED = 4 };
  if (test_has_addresses(test))
    emit_sizes(test, out);
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

static void emit_tables(const Test *test, Text *out) {
  text_add(out, "static void (*const threads[])(KernelBatch *) = {");
  for (unsigned t = 0; t < test->thread_count; t++)
    text_printf(out, "%sthread%u", t ? ", " : "", t);
  text_add(out, "};\nstatic void (*const pausing[])(KernelBatch *) = {");
  for (unsigned t = 0; t < test->thread_count; t++)
    text_printf(out, "%s%s%u", t ? ", " : "", can_pause(test, t) ? "pausing" : "thread", t);
  text_add(out, "};\nstatic const size_t frame_bytes[] = {");
  for (unsigned t = 0; t < test->thread_count; t++)
    text_printf(out, leaves_frames(test, t) ? "%ssizeof(Frame%u)" : "%s0", t ? ", " : "", t);
  text_add(out, "};\n");
  emit_small_bits(test, out);
}

void emit_small_bits(const Test *test, Text *out) {
  text_printf(out, "enum { SMALL_BITS = %u };\n\n", small_bits(test->observable_total));
}

void emit_thread_functions(const Test *test, Text *out) {
  for (unsigned t = 0; t < test->thread_count; t++) {
    emit_frame_type(test, t, out);
    emit_thread(test, NULL, t, false, out);
  }
}

void lockstep_emit(const Test *test, const Shape *shape, Text *out) {
  (void)shape;
  emit_thread_functions(test, out);
  text_add(out,
           "// The same with pauses, for sweeps: idle time between statements shows orders that are rare without.\n");
  for (unsigned t = 0; t < test->thread_count; t++)
    if (can_pause(test, t))
      emit_thread(test, NULL, t, true, out);
  text_add(out, "// Each on every instance of a batch.\n");
  for (unsigned t = 0; t < test->thread_count; t++) {
    emit_batch(test, t, false, out);
    if (can_pause(test, t))
      emit_batch(test, t, true, out);
  }
  emit_reset_instance(test, out);
  emit_count(test, out);
  emit_tables(test, out);
}
