#include "harness/study/machine_code.h"

#include "harness/build/emit.h"
#include "harness/build/threads.h"

#include <stdio.h>
#include <string.h>

// What thread functions may call (engine/kernel.h).
static const char *const idle[] = {"kernel_loop_turn", "kernel_pause", NULL};

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
  FunctionParameter *parameters = ARENA_ARRAY(arena, FunctionParameter, thread->parameter_count + (size_t)1);
  FrameField *fields = ARENA_ARRAY(arena, FrameField, thread->register_count + (size_t)1);
  *out = (ThreadFunction){.source = listing->source,
                          .function = function_of(listing, t, variant->suffix, arena),
                          .parameters = parameters,
                          .fields = fields,
                          .idle = idle,
                          .parameter_count = thread->parameter_count};
  if (!out->function && variant->others_plain)
    out->function = function_of(listing, t, "", arena);
  for (unsigned p = 0; p < thread->parameter_count; p++)
    parameters[p] = (FunctionParameter){PARAMETER_LOCATION, thread->parameters[p].location};
  for (unsigned r = 0; r < thread->register_count; r++) {
    fields[out->field_count].reg = r;
    out->field_count += build_frame_offset(test, t, r, &fields[out->field_count].offset);
  }
  if (out->field_count)
    parameters[out->parameter_count++] = (FunctionParameter){.kind = PARAMETER_FRAME};
  return out->function ? true : diag_error(diag, "the listing has no function P%u", t);
}

// The first complaint, in a line: "'addl $1, (%rdx)': such an access is not followed".
static const char *first_error(const Diag *diag, Arena *arena) {
  return diag->first ? arena_string(arena, diag->first->message) : "no reason is known";
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
    else if (strstr(text, "_pausing>:\n"))
      code = read_variant(test, code.cpu, texts, &(Variant){"_pausing", true}, arena);
  } else {
    code.why = first_error(&diag, arena);
  }
  text_free(&listing);
  return code;
}

const ListedFunction *machine_code_function(const MachineCode *code, unsigned thread) {
  char name[16];
  snprintf(name, sizeof name, "P%u", thread);
  return code->listings && code->listings[thread] ? listing_find(code->listings[thread], name) : NULL;
}
