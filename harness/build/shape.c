#include "harness/build/shape.h"
#include "harness/build/perpetual_shape.h"
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
                   .location_count = test->location_count,
                   .locations = locations_of(test, arena),
                   .shown = test->observable_count,
                   .observable_count = test->observable_total,
                   .observables = observables_of(test, arena),
                   .perpetual = asked == ENGINE_LOCKSTEP ? NULL : perpetual};
  return shape;
}
