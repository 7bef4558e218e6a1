#include "harness/code/program.h"
#include "harness/event/from_test.h"
#include "harness/event/values.h"

EventValue code_value(const Test *test, Value value, BaseType type) {
  EventValue v = event_value_of(test, value);
  unsigned bits = base_type_bits(type);
  if (v.location < 0 && bits < 128)
    v.number &= ((Value)1 << bits) - 1;
  return v;
}

void code_shown_as(ProgramObservable *observable, BaseType type) {
  observable->bits = base_type_bits(type);
  observable->is_signed = base_type_signed(type);
}

static void add_location(const Test *test, const Location *from, ProgramLocation *to, Arena *arena) {
  *to = (ProgramLocation){.name = from->name,
                          .length = from->length,
                          .initial = ARENA_ARRAY(arena, EventValue, from->length),
                          .stride = base_type_bits(from->type) / 8,
                          .bits = base_type_bits(from->type)};
  for (unsigned e = 0; e < from->length; e++)
    to->initial[e] = code_value(test, from->initial[e], from->type);
}

// Models speak of accesses that are single: aligned ones.
static void check_aligned(const Location *location, Program *program, Arena *arena) {
  if (!location->has_offset || location->line_offset % (base_type_bits(location->type) / 8) == 0)
    return;
  program->unmodelled = true;
  program->unmodelled_reason = arena_printf(arena, "%s is misaligned, by its Layout=", location->name);
}

Program *code_program_new(const Test *test, unsigned more, bool rmw_is_one_event, unsigned unroll, Arena *arena) {
  Program *program = ARENA_NEW(arena, Program);
  *program = (Program){.name = test->name,
                       .source = test->source,
                       .rmw_is_one_event = rmw_is_one_event,
                       .unroll = unroll ? unroll : LOWER_UNROLL,
                       .threads = ARENA_ARRAY(arena, ProgramThread, test->thread_count),
                       .thread_count = test->thread_count,
                       .locations = ARENA_ARRAY(arena, ProgramLocation, test->location_count + more),
                       .location_count = test->location_count + more,
                       .observables = ARENA_ARRAY(arena, ProgramObservable, test->observable_total),
                       .observable_count = test->observable_count,
                       .observable_total = test->observable_total,
                       .keep = test->filter ? program_keeps : NULL,
                       .keep_context = test};
  for (unsigned i = 0; i < test->location_count; i++) {
    add_location(test, &test->locations[i], &program->locations[i], arena);
    check_aligned(&test->locations[i], program, arena);
  }
  return program;
}
