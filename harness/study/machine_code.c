#include "harness/study/machine_code.h"

#include "harness/build/emit.h"
#include "harness/build/threads.h"

#include <stdio.h>
#include <string.h>

// What thread functions may call (engine/kernel.h).
static const CodeCallee callees[] = {{"kernel_loop_turn", IDLE_FUNCTION},       {"kernel_pause", IDLE_FUNCTION},
                                     {"kernel_membarrier", HEAVY_FUNCTION},     {"kernel_rcu_read_lock", IDLE_FUNCTION},
                                     {"kernel_rcu_read_unlock", IDLE_FUNCTION}, {NULL, NULL}};

// Which of a listing's functions are a test's threads.
typedef struct {
  const char *suffix; // behind "P0"
  bool others_plain;  // a thread that has none of that name is the one without the suffix
} Variant;

static const Listing *read_listing(const Test *test, const char *text, Arena *arena, Diag *diag) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = test->name, .bytes = text, .length = strlen(text)};
  return listing_read(source, arena, diag);
}

static const ListedFunction *function_of(const Listing *listing, unsigned thread, const char *suffix, Arena *arena) {
  return listing ? listing_find(listing, arena_printf(arena, "P%u%s", thread, suffix)) : NULL;
}

static bool find_function(const Test *test, unsigned t, const Listing *listing, const Variant *variant,
                          ThreadFunction *out, Arena *arena, Diag *diag) {
  const Thread *thread = &test->threads[t];
  unsigned given[LIMIT_LOCATIONS], count = build_given(test, t, given);
  FunctionParameter *parameters = ARENA_ARRAY(arena, FunctionParameter, count + (size_t)1);
  FrameField *fields = ARENA_ARRAY(arena, FrameField, thread->register_count + (size_t)1);
  *out = (ThreadFunction){.source = listing->source,
                          .function = function_of(listing, t, variant->suffix, arena),
                          .parameters = parameters,
                          .fields = fields,
                          .callees = callees,
                          .parameter_count = count};
  if (!out->function && variant->others_plain)
    out->function = function_of(listing, t, "", arena);
  for (unsigned p = 0; p < count; p++)
    parameters[p] = (FunctionParameter){PARAMETER_LOCATION, given[p]};
  for (unsigned r = 0; r < thread->register_count; r++) {
    fields[out->field_count].reg = r;
    out->field_count += build_frame_offset(test, t, r, &fields[out->field_count].offset);
  }
  if (out->field_count)
    parameters[out->parameter_count++] = (FunctionParameter){.kind = PARAMETER_FRAME};
  return out->function ? true : diag_error(diag, "the listing has no function P%u", t);
}

// A message that does not name the instruction that it is about, with the line of the listing that it is in.
static const char *in_its_line(const Diagnostic *m, Arena *arena) {
  if (!m->source || m->message[0] == '\'' || strstr(m->message, "no row"))
    return arena_string(arena, m->message);
  size_t from = m->span.offset, to = from;
  while (from && m->source->bytes[from - 1] != '\n')
    from--;
  while (to < m->source->length && m->source->bytes[to] != '\n')
    to++;
  return arena_printf(arena, "%s, in '%.*s'", m->message, (int)(to - from), m->source->bytes + from);
}

// The first complaint, in a line: "'addl $1, (%rdx)': such an access is not followed".
static const char *first_error(const Diag *diag, Arena *arena) {
  return diag->first ? in_its_line(diag->first, arena) : "no reason is known";
}

static MachineCode read_variant(const Test *test, const Cpu *cpu, const char *const *texts, const Variant *variant,
                                Arena *arena) {
  Diag diag = {.arena = arena};
  const Listing **listings = ARENA_ARRAY(arena, const Listing *, test->thread_count);
  MachineCode code = {.test = test, .cpu = cpu, .listings = listings};
  ThreadFunction *functions = ARENA_ARRAY(arena, ThreadFunction, test->thread_count);
  const InstructionSet *set = cpu ? instructions_of_arch(cpu->name) : NULL;
  bool good = set != NULL;
  if (!good)
    diag_error(&diag, "no table tells of the instructions of this CPU");
  for (unsigned t = 0; t < test->thread_count && good; t++) {
    unsigned same = 0;
    while (texts[same] != texts[t])
      same++;
    listings[t] = same < t ? listings[same] : read_listing(test, texts[t], arena, &diag);
    good = listings[t] && find_function(test, t, listings[t], variant, &functions[t], arena, &diag);
  }
  if (good)
    code.program = functions_program(test, set, functions, cpu->model->rmw_is_one_event, 0, arena, &diag);
  if (!code.program)
    code.why = first_error(&diag, arena);
  return code;
}

MachineCode machine_code_read(const Test *test, const Cpu *cpu, const char *const *listings, Arena *arena) {
  return read_variant(test, cpu, listings, &(Variant){.suffix = ""}, arena);
}

MachineCode machine_code_of_run(const Test *test, const Compiled *compiled, bool pauses, Arena *arena) {
  Text listing = {0};
  Diag diag = {.arena = arena};
  MachineCode code = {.test = test, .cpu = cpu_here()};
  if (compiled_listing(compiled, arena, &listing, &diag) && !diag.warnings) { // one that is cut is no whole program
    const char *text = arena_string(arena, text_string(&listing));
    const char **texts = ARENA_ARRAY(arena, const char *, test->thread_count);
    for (unsigned t = 0; t < test->thread_count; t++)
      texts[t] = text;
    if (!pauses)
      code = machine_code_read(test, code.cpu, texts, arena);
    else if (compiled_engine(compiled) == ENGINE_LOCKSTEP && strstr(text, "_pausing>:\n"))
      code = read_variant(test, code.cpu, texts, &(Variant){"_pausing", true}, arena);
  } else {
    code.why = first_error(&diag, arena);
  }
  text_free(&listing);
  return code;
}

static Prediction judge_code(const MachineCode *code, const Judge *judge, const EnumerationLimits *limits,
                             Arena *arena) {
  JudgeOptions options = {.limits = *limits, .program = code->program};
  return judge_test(judge, code->test, &options, arena);
}

Prediction machine_code_by_cpu(const MachineCode *code, const Judge *judges, const EnumerationLimits *limits,
                               Arena *arena) {
  return judge_code(code, &judges[model_index(code->cpu->model)], limits, arena);
}

Prediction machine_code_by_sc(const MachineCode *code, const Judge *judges, const EnumerationLimits *limits,
                              Arena *arena) {
  return judge_code(code, &judges[model_index(model_find("sc"))], limits, arena);
}

const ListedFunction *machine_code_function(const MachineCode *code, unsigned thread) {
  char name[16];
  snprintf(name, sizeof name, "P%u", thread);
  return code->listings && code->listings[thread] ? listing_find(code->listings[thread], name) : NULL;
}

static bool same_function(const MachineCode *a, const MachineCode *b, unsigned thread) {
  const ListedFunction *left = machine_code_function(a, thread), *right = machine_code_function(b, thread);
  if (!left || !right || left->line_count != right->line_count)
    return false;
  const char *left_bytes = a->listings[thread]->source->bytes, *right_bytes = b->listings[thread]->source->bytes;
  for (unsigned i = 0; i < left->line_count; i++) {
    Span one = left->lines[i].span, other = right->lines[i].span;
    if (one.length != other.length || memcmp(left_bytes + one.offset, right_bytes + other.offset, one.length) != 0)
      return false;
  }
  return true;
}

bool machine_code_same(const MachineCode *a, const MachineCode *b) {
  bool same = a->program && b->program && a->program->thread_count == b->program->thread_count;
  for (unsigned t = 0; same && t < a->program->thread_count; t++)
    same = same_function(a, b, t);
  return same;
}

// ---- Beside the source

// The line of a source, without its indentation; its length.
static const char *line_of(const char *source, unsigned number, size_t *length) {
  const char *at = source;
  for (unsigned line = 1; line < number && *at; line++) {
    at += strcspn(at, "\n");
    at += *at == '\n';
  }
  at += strspn(at, " \t");
  *length = number ? strcspn(at, "\n") : 0;
  return at;
}

void machine_code_print(const MachineCode *code, unsigned thread, const char *source, Text *out) {
  enum { WIDTH = 62 }; // of the source's column
  const ListedFunction *function = machine_code_function(code, thread);
  if (!function)
    return;
  const char *bytes = code->listings[thread]->source->bytes;
  unsigned told = 0;
  for (unsigned i = 0; i < function->line_count; i++) {
    const CodeLine *line = &function->lines[i];
    size_t length = 0;
    const char *text = "";
    if (line->source_line != told)
      text = line_of(source, line->source_line, &length);
    told = line->source_line;
    text_printf(out, "    %-*.*s", WIDTH, (int)length, text);
    if (length > WIDTH)
      text_printf(out, "\n    %*s", WIDTH, "");
    text_printf(out, " %4s: ", line->label ? line->label + 1 : "");
    for (size_t c = 0; c < line->span.length; c++)
      text_add_printable(out, bytes[line->span.offset + c] == '\t' ? " " : bytes + line->span.offset + c, 1);
    text_add_char(out, '\n');
  }
}

// The line of C that an instruction of the listing was made from; 0: it is not known.
static unsigned source_line_of(const ListedFunction *function, Span span) {
  for (unsigned i = 0; i < function->line_count; i++)
    if (function->lines[i].span.offset == span.offset)
      return function->lines[i].source_line;
  return 0;
}

void machine_code_tell_lines(MachineCode *code, const Test *test, const ObjectFile *objects, Arena *arena) {
  Program *program = ARENA_NEW(arena, Program);
  *program = *code->program;
  program->threads = ARENA_ARRAY(arena, ProgramThread, test->thread_count);
  for (unsigned t = 0; t < test->thread_count; t++) {
    ProgramThread *thread = &program->threads[t];
    *thread = code->program->threads[t];
    const Instr *before = thread->instrs;
    thread->instrs = ARENA_ARRAY(arena, Instr, thread->instr_count + (size_t)1);
    Source *source = ARENA_NEW(arena, Source);
    *source = (Source){.name = "threads.c", .bytes = objects[t].source, .length = strlen(objects[t].source)};
    thread->source = source;
    for (unsigned i = 0; i < thread->instr_count; i++) {
      thread->instrs[i] = before[i];
      unsigned line = source_line_of(machine_code_function(code, t), before[i].span);
      size_t length;
      thread->instrs[i].span =
          (Span){line ? (size_t)(line_of(source->bytes, line, &length) - source->bytes) : source->length + 1, 0};
    }
  }
  code->program = program;
}
