// The C around the user's own functions, for the lockstep engine: a loop over instances that calls each, and the
// counting of what they left. It is linked with their object.
#include "harness/build/emit.h"
#include "harness/lang/code_file.h"

// Each function has a name of its own here, so that none clashes with what is called the same in this file. The linker
// is told whose it is.
typedef void FunctionVisit(const char *kind, unsigned number, const char *symbol, Text *out);

static void each_function(const CodeFile *code, FunctionVisit *visit, Text *out) {
  for (unsigned t = 0; t < code->thread_count; t++)
    visit("thread", t, code->threads[t].symbol, out);
  if (code->init)
    visit("init", 0, code->init, out);
  if (code->arbiter)
    visit("arbiter", 0, code->arbiter, out);
}

static void emit_function(const char *kind, unsigned number, const char *symbol, Text *out) {
  text_printf(out, "extern void users_%s%u(void *shared, void *result); // %s\n", kind, number, symbol);
}

static void link_function(const char *kind, unsigned number, const char *symbol, Text *out) {
  text_printf(out, ",--defsym=users_%s%u=%s", kind, number, symbol);
}

const char *users_link_flag(const CodeFile *code, Arena *arena) {
  Text out = {0};
  text_add(&out, "-Wl,-Bsymbolic");
  each_function(code, link_function, &out);
  return text_finish(&out, arena);
}

static void emit_functions(const CodeFile *code, Text *out) {
  each_function(code, emit_function, out);
  text_printf(out,
              "\n// struct wm_result: each thread has its own.\ntypedef struct {\n  int64_t values[%u];\n} Frame;\n\n",
              code->result_count ? code->result_count : 1);
}

static void emit_batch(unsigned t, Text *out) {
  text_printf(out,
              "static void thread%u(KernelBatch *batch) {\n"
              "  for (unsigned i = 0; i < batch->count; i++) {\n"
              "    char *shared = batch->instances + i * batch->stride + batch->offsets[0];\n"
              "    Frame *result = (Frame *)batch->frames + i;\n"
              "    *result = (Frame){0};\n"
              "    kernel_due(batch, i);\n"
              "    users_thread%u(shared, result);\n"
              "    kernel_compiler_barrier();\n"
              "  }\n}\n\n",
              t, t);
}

static void emit_reset(const CodeFile *code, Text *out) {
  text_printf(out,
              "KERNEL_INLINE void reset_instance(char *at, const size_t *offsets) {\n"
              "  __builtin_memset(at + offsets[0], 0, %llu);\n",
              (unsigned long long)code->shared_bytes);
  if (code->init)
    text_add(out, "  Frame unused = {0};\n  users_init0(at + offsets[0], &unused);\n");
  text_add(out, "}\n\n");
  emit_reset_all(out);
}

// A result is what a thread left in it other than 0, and then what the arbiter makes of it.
static void emit_count(const Test *test, Text *out) {
  const CodeFile *code = test->code;
  text_printf(out,
              "static void count(const KernelCount *count) {\n"
              "  for (unsigned i = count->from; i < count->to; i++) {\n"
              "    char *at = count->instances + i * count->stride;\n"
              "    __builtin_prefetch(at + KERNEL_AHEAD * count->stride, 1);\n"
              "    Frame all = {0};\n"
              "    for (unsigned t = 0; t < %u; t++)\n"
              "      for (unsigned k = 0; k < %u; k++) {\n"
              "        const int64_t value = ((const Frame *)count->frames[t])[i].values[k];\n"
              "        all.values[k] = value ? value : all.values[k];\n"
              "      }\n",
              code->thread_count, code->result_count);
  if (code->arbiter)
    text_add(out, "    users_arbiter0(at + count->offsets[0], &all);\n");
  for (unsigned i = 0; i < code->result_count; i++)
    text_printf(out, "    const int64_t v%u = all.values[%u];\n", i, i);
  text_add(out, "    reset_instance(at, count->offsets);\n");
  emit_count_state(test, out);
  text_add(out, "  }\n}\n\n");
}

static void emit_table(const CodeFile *code, const char *head, const char *row, bool numbered, Text *out) {
  text_add(out, head);
  for (unsigned t = 0; t < code->thread_count; t++) {
    text_printf(out, "%s%s", t ? ", " : "", row);
    if (numbered)
      text_printf(out, "%u", t);
  }
  text_add(out, "};\n");
}

void users_emit(const Test *test, Text *out) {
  const CodeFile *code = test->code;
  emit_functions(code, out);
  for (unsigned t = 0; t < code->thread_count; t++)
    emit_batch(t, out);
  emit_reset(code, out);
  emit_count(test, out);
  emit_table(code, "static void (*const threads[])(KernelBatch *) = {", "thread", true, out);
  emit_table(code, "static void (*const pausing[])(KernelBatch *) = {", "thread", true, out);
  emit_table(code, "static const size_t frame_bytes[] = {", "sizeof(Frame)", false, out);
  emit_small_bits(test, out);
}
