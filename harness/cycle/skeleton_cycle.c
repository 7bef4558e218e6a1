#include "harness/cycle/events.h"
#include "harness/cycle/skeleton.h"

// What an edge within a thread says of the access that it leads to; `source` is the touch that it leads from.
static void depend(const Edge *edge, unsigned source, Touch *touch, uint64_t *control) {
  uint64_t from = UINT64_C(1) << source;
  touch->fence = edge->fence;
  if (edge->kind == EDGE_ADDRESS)
    touch->address = from;
  if (edge->kind == EDGE_DATA)
    touch->data = from;
  if (edge->kind == EDGE_CONTROL) // of all that follows
    *control |= from;
}

const char *skeleton_of_cycle(const Cycle *cycle, Skeleton *out) {
  *out = (Skeleton){0};
  Events e;
  const char *why = events_of(cycle, &e);
  uint64_t control = 0;
  for (unsigned i = 0; i < e.count && !why; i++) {
    const Event *event = &e.events[i];
    const Edge *before = i ? &cycle->edges[i - 1] : NULL, *after = &cycle->edges[i];
    if (before && before->kind == EDGE_UPDATE)
      continue; // its read's touch is its own
    if (!before || before->external) {
      out->first[event->thread] = out->count;
      control = 0;
    }
    Touch *touch = &out->touches[out->count];
    *touch = (Touch){.kind = event->direction == DIRECTION_READ ? TOUCH_READ : TOUCH_WRITE,
                     .annotation = event->annotation,
                     .write_annotation = event->annotation,
                     .thread = event->thread,
                     .location = event->location,
                     .asked = event->direction == DIRECTION_READ,
                     .read = event->value,
                     .written = event->value};
    if (after->kind == EDGE_UPDATE) {
      touch->kind = TOUCH_UPDATE;
      touch->update = after->update;
      touch->write_annotation = after->to;
      touch->written = event->value + (Value)1;
    }
    if (before && !before->external)
      depend(before, out->count - 1, touch, &control);
    touch->control = control;
    out->count++;
  }
  out->first[e.thread_count] = out->count;
  for (unsigned location = 0; location < e.location_count; location++) {
    out->has_final[location] = e.writes[location] > 1;
    out->final[location] = e.writes[location];
  }
  return why;
}
