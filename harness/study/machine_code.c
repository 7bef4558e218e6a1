#include "harness/study/machine_code.h"

#include "harness/build/emit.h"
#include "harness/build/threads.h"

#include <stdio.h>
#include <string.h>

static const Listing *read_listing(const Test *test, const char *text, Arena *arena, Diag *diag) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = test->name, .bytes = text, .length = strlen(text)};
  return listing_read(source, arena, diag);
}

static const ListedFunction *function_of(const Listing *listing, unsigned thread) {
  char name[16];
  snprintf(name, sizeof name, "P%u", thread);
  return listing ? listing_find(listing, name) : NULL;
}

static bool find_function(const Test *test, unsigned t, const Listing *listing, ThreadFunction *out, Arena *arena,
                          Diag *diag) {
  const Thread *thread = &test->threads[t];
  FunctionParameter *parameters = ARENA_ARRAY(arena, FunctionParameter, thread->parameter_count + (size_t)1);
  FrameField *fields = ARENA_ARRAY(arena, FrameField, thread->register_count + (size_t)1);
  *out = (ThreadFunction){.source = listing->source,
                          .function = function_of(listing, t),
                          .parameters = parameters,
                          .fields = fields,
                          .idle = "kernel_loop_turn", // of the engine's kernel.h
                          .parameter_count = thread->parameter_count};
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

// The first error, in a line: "'addl $1, (%rdx)': such an access is not followed".
static const char *first_error(const Diag *diag, Arena *arena) {
  for (const Diagnostic *m = diag->first; m; m = m->next)
    if (m->severity == DIAG_ERROR)
      return arena_string(arena, m->message);
  return "its machine code could not be read";
}

MachineCode machine_code_read(const Test *test, const Cpu *cpu, const char *const *texts, Arena *arena) {
  Diag diag = {.arena = arena};
  const Listing **listings = ARENA_ARRAY(arena, const Listing *, test->thread_count);
  MachineCode code = {.cpu = cpu, .listings = listings};
  ThreadFunction *functions = ARENA_ARRAY(arena, ThreadFunction, test->thread_count);
  const InstructionSet *set = cpu ? instructions_of_arch(cpu->name) : NULL;
  bool good = set || diag_error(&diag, "no table tells of the instructions of this CPU");
  for (unsigned t = 0; t < test->thread_count && good; t++) {
    unsigned same = 0;
    while (texts[same] != texts[t])
      same++;
    listings[t] = same < t ? listings[same] : read_listing(test, texts[t], arena, &diag);
    good = listings[t] && find_function(test, t, listings[t], &functions[t], arena, &diag);
  }
  if (good)
    code.program = functions_program(test, set, functions, cpu->model->rmw_is_one_event, 0, arena, &diag);
  if (!code.program)
    code.why = first_error(&diag, arena);
  return code;
}

const ListedFunction *machine_code_function(const MachineCode *code, unsigned thread) {
  return function_of(code->listings[thread], thread);
}
