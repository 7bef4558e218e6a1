#include "harness/model/alike.h"

#include <string.h>

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static bool same_operand(const Operand *a, const Operand *b) {
  return a->is_register == b->is_register &&
         (a->is_register ? a->reg == b->reg : event_value_equal(a->constant, b->constant));
}

static bool same_instr(const Instr *a, const Instr *b) {
  return a->kind == b->kind && same_text(a->tags, b->tags) && same_text(a->write_tags, b->write_tags) &&
         a->is_pair == b->is_pair && a->is_exclusive == b->is_exclusive && a->operation == b->operation &&
         a->dst == b->dst && same_operand(&a->address, &b->address) && same_operand(&a->value, &b->value) &&
         same_operand(&a->a, &b->a) && same_operand(&a->b, &b->b) && a->bits == b->bits &&
         a->is_signed == b->is_signed && a->fair == b->fair && a->target == b->target;
}

static bool same_thread(const ProgramThread *a, const ProgramThread *b) {
  if (a->instr_count != b->instr_count || a->register_count != b->register_count)
    return false;
  for (unsigned r = 0; r < a->register_count; r++)
    if (!event_value_equal(a->initial[r], b->initial[r]))
      return false;
  for (unsigned i = 0; i < a->instr_count; i++)
    if (!same_instr(&a->instrs[i], &b->instrs[i]))
      return false;
  return true;
}

static bool is_observed(const Program *program, unsigned thread) {
  for (unsigned i = 0; i < program->observable_total; i++)
    if (program->observables[i].is_register && program->observables[i].thread == thread)
      return true;
  return false;
}

void alike_find(Search *s) {
  for (unsigned t = 0; t < s->program->thread_count; t++) {
    s->threads[t].twin = NO_THREAD;
    if (!s->limits->alike || is_observed(s->program, t))
      continue;
    for (unsigned other = t; other-- > 0 && s->threads[t].twin == NO_THREAD;)
      if (!is_observed(s->program, other) && same_thread(&s->program->threads[t], &s->program->threads[other]))
        s->threads[t].twin = other;
  }
}

static unsigned path_index(const SearchThread *t) { return (unsigned)(t->path - t->paths->paths); }

unsigned alike_first_path(const Search *s, unsigned thread) {
  unsigned twin = s->threads[thread].twin;
  return twin == NO_THREAD ? 0 : path_index(&s->threads[twin]);
}

// The event of a path that tells it from its twin's; the path's event count where there is none.
static unsigned telling_event(const SearchThread *t) {
  const Path *path = t->path;
  bool writes = false;
  for (unsigned i = 0; i < path->event_count; i++) {
    if (path->events[i].kind & EVENT_WRITE && value_is_constant(&t->paths->pool, path->events[i].address))
      return i;
    writes |= (path->events[i].kind & EVENT_WRITE) != 0;
  }
  for (unsigned i = 0; !writes && i < path->event_count; i++)
    if (path->events[i].kind & EVENT_READ)
      return i;
  return path->event_count;
}

void alike_order(Search *s) {
  for (unsigned e = 0; e < s->execution.event_count; e++)
    s->after[e] = -1;
  for (unsigned t = 0; t < s->program->thread_count; t++) {
    const SearchThread *thread = &s->threads[t];
    if (thread->twin == NO_THREAD)
      continue;
    const SearchThread *twin = &s->threads[thread->twin];
    unsigned event = telling_event(thread);
    if (path_index(thread) == path_index(twin) && event < thread->path->event_count)
      s->after[thread->first + event] = (int)(twin->first + event);
  }
}
