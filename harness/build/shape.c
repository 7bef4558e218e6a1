#include "harness/build/shape.h"
#include "harness/build/perpetual_shape.h"
#include "harness/lang/code_file.h"
#include "harness/lang/print.h"

_Static_assert((int)SHAPE_THREADS == (int)LIMIT_THREADS && (int)SHAPE_LOCATIONS == (int)LIMIT_LOCATIONS &&
                   (int)SHAPE_OBSERVABLES == (int)LIMIT_OBSERVABLES,
               "the engines have room for every test");

static const ShapeLocation *locations_of(const Test *test, Arena *arena) {
  ShapeLocation *out = ARENA_ARRAY(arena, ShapeLocation, test->location_count + 1);
  for (unsigned l = 0; l < test->location_count; l++) {
    const Location *location = &test->locations[l];
    out[l] = (ShapeLocation){.name = location->name,
                             .bytes = base_type_bits(location->type) / 8,
                             .length = location->length,
                             .line_offset = location->has_offset ? (int)location->line_offset : -1};
  }
  return out;
}

// What the user's threads share, as one location at the start of a line: whole lines where it is to be aligned to more
// than one.
static const ShapeLocation *shared_of(const CodeFile *code, Arena *arena) {
  enum { LINE = 64 };
  uint64_t alignment = code->shared_alignment > LINE ? code->shared_alignment : 1;
  uint64_t bytes = (code->shared_bytes + alignment - 1) / alignment * alignment;
  ShapeLocation *out = ARENA_NEW(arena, ShapeLocation);
  *out = (ShapeLocation){.bytes = bytes ? (unsigned)bytes : 1, .length = 1, .line_offset = 0};
  return out;
}

static const ShapeObservable *observables_of(const Test *test, Arena *arena) {
  ShapeObservable *out = ARENA_ARRAY(arena, ShapeObservable, test->observable_total + 1);
  for (unsigned i = 0; i < test->observable_total; i++) {
    BaseType type = observable_base(test, &test->observables[i]);
    Text name = {0};
    observable_print(test, &test->observables[i], &name);
    const Observable *o = &test->observables[i];
    out[i] =
        (ShapeObservable){text_finish(&name, arena), observable_bits(test, o), base_type_signed(type), o->may_point};
  }
  return out;
}

const Shape *shape_of(const Test *test, Engine asked, Arena *arena, const char **reason) {
  const char *ignored;
  const PerpetualShape *perpetual = perpetual_shape(test, arena, reason ? reason : &ignored);
  Shape *shape = ARENA_NEW(arena, Shape);
  *shape = (Shape){.threads = test->thread_count,
                   .location_count = test->code ? 1 : test->location_count,
                   .locations = test->code ? shared_of(test->code, arena) : locations_of(test, arena),
                   .shown = test->observable_count,
                   .observable_count = test->observable_total,
                   .observables = observables_of(test, arena),
                   .perpetual = asked == ENGINE_LOCKSTEP ? NULL : perpetual};
  return shape;
}
