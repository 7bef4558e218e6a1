#include "harness/code/shared.h"

#include <string.h>

enum { OWN_LOCATIONS = RESULT_LOCATION + 1 }; // from here on one a thread, of its accesses to the stack that order

static EventValue *values(const EventValue *from, unsigned count, Arena *arena) {
  EventValue *to = ARENA_ARRAY(arena, EventValue, count + (size_t)1);
  for (unsigned i = 0; i < count; i++)
    to[i] = from ? from[i] : (EventValue){-1, 0};
  return to;
}

static void add_locations(const SharedThreads *from, Program *program, Arena *arena) {
  ProgramLocation *shared = &program->locations[SHARED_LOCATION];
  *shared = (ProgramLocation){.name = "shared"};
  shared->elements = code_layout_elements(from->layout, &shared->length, arena);
  shared->initial = values(from->memory, shared->length, arena);
  program->locations[RESULT_LOCATION] = (ProgramLocation){.name = "result",
                                                          .length = from->result_count,
                                                          .initial = values(from->before, from->result_count, arena),
                                                          .stride = 8,
                                                          .bits = 64};
  for (unsigned t = 0; t < from->function_count; t++)
    program->locations[OWN_LOCATIONS + t] = (ProgramLocation){
        .name = arena_printf(arena, "stack of P%u", t), .length = 1, .initial = values(NULL, 1, arena), .stride = 8};
}

static int no_location(const void *context, const char *name) {
  (void)context;
  (void)name;
  return -1;
}

static const char *parameter_register(const InstructionSet *set, unsigned index, Arena *arena) {
  const char *at = set->parameters;
  for (; index; index--) {
    at += strcspn(at, " ");
    at += strspn(at, " ");
  }
  return arena_copy(arena, at, strcspn(at, " "));
}

// The result that a thread assigns is in one of its registers.
static bool observe(const SharedThreads *from, unsigned thread, const CodeObserved *fields, Program *program,
                    Diag *diag) {
  for (unsigned r = 0; r < from->result_count; r++) {
    ProgramObservable *to = &program->observables[r];
    if (!fields[r].is_written)
      continue;
    if (to->is_register)
      return diag_error(diag, "the result '%s' is assigned by more than one thread: %s and %s", from->results[r],
                        from->functions[to->thread], from->functions[thread]);
    *to =
        (ProgramObservable){.is_register = true, .thread = thread, .reg = fields[r].reg, .bits = 64, .is_signed = true};
  }
  return true;
}

static bool add_thread(const SharedThreads *from, unsigned thread, Program *program, Arena *arena, Diag *diag) {
  const ListedFunction *function = listing_find(from->listing, from->functions[thread]);
  if (!function)
    return diag_error(diag, "the object has no function %s", from->functions[thread]);
  ListedFunction whole;
  if (!listing_follow(from->listing, function, from->callees, arena, diag, &whole))
    return false;
  CodeRegisterValue parameters[] = {
      {parameter_register(from->set, 0, arena), {SHARED_LOCATION, 0}},
      {parameter_register(from->set, 1, arena),
       from->alone ? (EventValue){RESULT_LOCATION, 0} : (EventValue){CODE_STACK, CODE_FRAME}}};
  CodeObserved *fields = ARENA_ARRAY(arena, CodeObserved, from->result_count + (size_t)1);
  for (unsigned r = 0; r < from->result_count; r++)
    fields[r] = (CodeObserved){.offset = 8 * r, .bits = 64};
  ThreadCode code = {.set = from->set,
                     .dialect = &from->set->dialects[0],
                     .source = from->listing->source,
                     .thread = thread,
                     .lines = whole.lines,
                     .line_count = whole.line_count,
                     .initial = parameters,
                     .initial_count = 2,
                     .observed = fields,
                     .observed_count = from->alone ? 0 : from->result_count,
                     .own_location = OWN_LOCATIONS + (int)thread,
                     .has_stack = true,
                     .frame_is_zero = true,
                     .callees = from->callees,
                     .location_of = no_location,
                     .layouts = &from->layout,
                     .layout_count = 1,
                     .first_place = program->location_count};
  return code_thread(&code, arena, diag, &program->threads[thread]) &&
         (from->alone || observe(from, thread, fields, program, diag));
}

// Results are in memory until a thread is found that assigns one.
static void add_observables(const SharedThreads *from, Program *program) {
  for (unsigned r = 0; r < from->result_count; r++)
    program->observables[r] =
        (ProgramObservable){.location = RESULT_LOCATION, .element = r, .bits = 64, .is_signed = true};
  for (unsigned e = 0; from->shows_memory && e < program->locations[SHARED_LOCATION].length; e++)
    program->observables[from->result_count + e] = (ProgramObservable){.location = SHARED_LOCATION, .element = e};
}

Program *shared_program(const SharedThreads *from, Arena *arena, Diag *diag) {
  Program *program = ARENA_NEW(arena, Program);
  *program = (Program){.name = from->name,
                       .source = from->listing->source,
                       .rmw_is_one_event = from->rmw_is_one_event,
                       .unroll = from->unroll,
                       .thread_count = from->function_count,
                       .threads = ARENA_ARRAY(arena, ProgramThread, from->function_count),
                       .location_count = OWN_LOCATIONS + from->function_count,
                       .locations = ARENA_ARRAY(arena, ProgramLocation, OWN_LOCATIONS + from->function_count)};
  add_locations(from, program, arena);
  program->observable_count =
      from->result_count + (from->shows_memory ? program->locations[SHARED_LOCATION].length : 0);
  program->observable_total = program->observable_count;
  program->observables = ARENA_ARRAY(arena, ProgramObservable, program->observable_count + (size_t)1);
  add_observables(from, program);
  bool good = true;
  for (unsigned t = 0; t < from->function_count; t++)
    good &= add_thread(from, t, program, arena, diag);
  return good ? program : NULL;
}
