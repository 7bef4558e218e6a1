// Functions of a listing as the threads of a test.
#include "harness/code/listing.h"
#include "harness/code/program.h"

#include <string.h>

// The location that the final value of a register is put into: after the test's there is one for every register.
static unsigned result_location(const Test *test, unsigned thread, unsigned reg) {
  unsigned location = test->location_count + reg;
  for (unsigned t = 0; t < thread; t++)
    location += test->threads[t].register_count;
  return location;
}

// Where a thread's atomic accesses to its own stack take place: after those.
static unsigned own_location(const Test *test, unsigned thread) {
  return result_location(test, test->thread_count, 0) + thread;
}

static void add_own_location(const Test *test, unsigned thread, Program *program, Arena *arena) {
  ProgramLocation *to = &program->locations[own_location(test, thread)];
  *to = (ProgramLocation){.name = arena_printf(arena, "stack of P%u", thread),
                          .length = 1,
                          .initial = ARENA_NEW(arena, EventValue),
                          .stride = 8};
  *to->initial = (EventValue){-1, 0};
}

static void add_results(const Test *test, Program *program, Arena *arena) {
  for (unsigned t = 0; t < test->thread_count; t++)
    for (unsigned r = 0; r < test->threads[t].register_count; r++) {
      const Register *reg = &test->threads[t].registers[r];
      ProgramLocation *to = &program->locations[result_location(test, t, r)];
      *to = (ProgramLocation){.name = arena_printf(arena, "%u:%s", t, reg->name),
                              .length = 1,
                              .initial = ARENA_NEW(arena, EventValue),
                              .stride = base_type_bits(reg->type.base) / 8,
                              .bits = base_type_bits(reg->type.base)};
      *to->initial = (EventValue){-1, 0};
    }
}

static int no_location(const void *context, const char *name) {
  (void)context;
  (void)name;
  return -1;
}

// The name of the parameter's register; NULL beyond those that are passed in registers.
static const char *parameter_register(const InstructionSet *set, unsigned index, Arena *arena) {
  const char *at = set->parameters;
  for (unsigned i = 0; i < index && *at; i++) {
    at += strcspn(at, " ");
    at += strspn(at, " ");
  }
  return *at ? arena_copy(arena, at, strcspn(at, " ")) : NULL;
}

// What the parameter holds when the thread begins.
static EventValue parameter_value(const Test *test, unsigned thread, const FunctionParameter *parameter) {
  switch (parameter->kind) {
  case PARAMETER_LOCATION:
    break;
  case PARAMETER_RESULT:
    return (EventValue){(int)result_location(test, thread, parameter->index), 0};
  case PARAMETER_FRAME:
    return (EventValue){CODE_STACK, CODE_FRAME};
  }
  return (EventValue){(int)parameter->index, 0};
}

static bool find_parameters(const Test *test, const InstructionSet *set, unsigned thread, const ThreadFunction *from,
                            CodeRegisterValue *out, Arena *arena, Diag *diag) {
  for (unsigned i = 0; i < from->parameter_count; i++) {
    out[i] =
        (CodeRegisterValue){parameter_register(set, i, arena), parameter_value(test, thread, &from->parameters[i])};
    if (!out[i].name)
      return diag_error_at(diag, from->source, from->function->span,
                           "'%s' has more parameters than are passed in registers", from->function->name);
  }
  return true;
}

static CodeObserved *frame_fields(const Test *test, unsigned thread, const ThreadFunction *from, Arena *arena) {
  CodeObserved *fields = ARENA_ARRAY(arena, CodeObserved, from->field_count + (size_t)1);
  for (unsigned i = 0; i < from->field_count; i++) {
    BaseType type = test->threads[thread].registers[from->fields[i].reg].type.base;
    fields[i] = (CodeObserved){.offset = from->fields[i].offset, .bits = base_type_bits(type)};
  }
  return fields;
}

// The test's observables of this thread: a register is where its function puts it.
static void add_observables(const Test *test, unsigned thread, const ThreadFunction *from, const CodeObserved *fields,
                            Program *program) {
  for (unsigned i = 0; i < test->observable_total; i++) {
    const Observable *o = &test->observables[i];
    ProgramObservable *to = &program->observables[i];
    if (!o->is_register || o->thread != thread)
      continue;
    to->location = result_location(test, thread, o->reg);
    for (unsigned f = 0; f < from->field_count; f++)
      if (from->fields[f].reg == o->reg)
        *to = (ProgramObservable){.is_register = true, .thread = thread, .reg = fields[f].reg};
    code_shown_as(to, observable_base(test, o));
  }
}

static bool add_thread(const Test *test, const InstructionSet *set, unsigned thread, const ThreadFunction *from,
                       Program *program, Arena *arena, Diag *diag) {
  const ListedFunction *function = from->function;
  if (function->unresolved.length)
    return diag_error_at(diag, from->source, function->unresolved,
                         "'%s' refers to what lies outside of it, which is not followed", function->name);
  CodeRegisterValue *initial = ARENA_ARRAY(arena, CodeRegisterValue, from->parameter_count + (size_t)1);
  if (!find_parameters(test, set, thread, from, initial, arena, diag))
    return false;
  CodeObserved *fields = frame_fields(test, thread, from, arena);
  ThreadCode code = {.set = set,
                     .dialect = &set->dialects[0],
                     .source = from->source,
                     .thread = thread,
                     .lines = function->lines,
                     .line_count = function->line_count,
                     .initial = initial,
                     .initial_count = from->parameter_count,
                     .observed = fields,
                     .observed_count = from->field_count,
                     .own_location = (int)own_location(test, thread),
                     .has_stack = true,
                     .callees = from->callees,
                     .location_of = no_location,
                     .first_place = program->location_count};
  if (!code_thread(&code, arena, diag, &program->threads[thread]))
    return false;
  add_observables(test, thread, from, fields, program);
  return true;
}

static void add_observed_locations(const Test *test, Program *program) {
  for (unsigned i = 0; i < test->observable_total; i++) {
    const Observable *o = &test->observables[i];
    if (o->is_register)
      continue;
    program->observables[i] = (ProgramObservable){.location = o->location, .element = o->element};
    code_shown_as(&program->observables[i], observable_base(test, o));
  }
}

Program *functions_program(const Test *test, const InstructionSet *set, const ThreadFunction *functions,
                           bool rmw_is_one_event, unsigned unroll, Arena *arena, Diag *diag) {
  unsigned more = own_location(test, test->thread_count) - test->location_count;
  Program *program = code_program_new(test, more, rmw_is_one_event, unroll, arena);
  add_results(test, program, arena);
  add_observed_locations(test, program);
  bool good = true;
  for (unsigned t = 0; t < test->thread_count; t++)
    add_own_location(test, t, program, arena);
  for (unsigned t = 0; t < test->thread_count; t++)
    good &= add_thread(test, set, t, &functions[t], program, arena, diag);
  return good ? program : NULL;
}
