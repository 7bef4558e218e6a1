// How often a path sees a location change.
#include "harness/model/path.h"

enum { CELLS = 256 }; // elements of all locations of a program that is looked at

typedef struct {
  const Program *program;
  bool atomic;           // nothing is written between the halves of a read-modify-write
  unsigned first[CELLS]; // by location: the cell of its element 0
  unsigned cell_count;
  unsigned others[CELLS]; // by cell: how often the other threads change it at most
} Changes;

static bool number_cells(Changes *c) {
  const Program *program = c->program;
  for (unsigned l = 0; l < program->location_count; l++) {
    if (l == CELLS || program->locations[l].length > CELLS - c->cell_count)
      return false;
    c->first[l] = c->cell_count;
    c->cell_count += program->locations[l].length;
  }
  return true;
}

// The cell of an access; -1 where its address is not a constant, or fits none.
static int cell_of(const Changes *c, const ValuePool *pool, const PathEvent *e) {
  unsigned element;
  if (!value_is_constant(pool, e->address))
    return -1;
  EventValue address = pool->exprs[e->address].constant;
  if (address.location < 0 || (unsigned)address.location >= c->program->location_count ||
      !program_element(c->program, address, &element))
    return -1;
  return (int)(c->first[address.location] + element);
}

// Whether a write leaves what was there: it is of a read-modify-write, and what that read.
static bool writes_back(const Changes *c, const Path *path, unsigned write) {
  const PathEvent *e = &path->events[write];
  if (e->kind == EVENT_RMW)
    return e->written == e->read;
  for (unsigned i = write; c->atomic && i-- > 0;) {
    const PathEvent *read = &path->events[i];
    if ((read->has_partner && i + 1 == write) || (read->is_close && read->conditional == write))
      return e->written == read->read && e->address == read->address;
  }
  return false;
}

// Adds how often a path of a thread changes each cell at most, of all its paths.
static void add_writes(Changes *c, const ThreadPaths *paths) {
  unsigned most[CELLS] = {0};
  for (unsigned p = 0; p < paths->up_to[PATH_ENDINGS - 1]; p++) {
    unsigned writes[CELLS] = {0}, anywhere = 0;
    for (unsigned i = 0; i < paths->paths[p].event_count; i++) {
      const PathEvent *e = &paths->paths[p].events[i];
      bool changes = e->kind & EVENT_WRITE && !writes_back(c, &paths->paths[p], i);
      int cell = changes ? cell_of(c, &paths->pool, e) : -1;
      anywhere += changes && cell < 0;
      if (cell >= 0)
        writes[cell]++;
    }
    for (unsigned i = 0; i < c->cell_count; i++)
      most[i] = writes[i] + anywhere > most[i] ? writes[i] + anywhere : most[i];
  }
  for (unsigned i = 0; i < c->cell_count; i++)
    c->others[i] += most[i];
}

// What a read finds different, if the path's branches say that it differs from that; NO_EXPR else.
static ExprId differs_from(const ValuePool *pool, const Constraint *constraint, ExprId read) {
  const ValueExpr *e = &pool->exprs[constraint->value];
  if (constraint->nonzero || constraint->fair || e->kind != VALUE_OPERATION || e->operation != OP_EQ)
    return NO_EXPR;
  return e->a == read ? e->b : e->b == read ? e->a : NO_EXPR;
}

// Whether the path's branches say that what an event reads is not what an access from the event `since` on left there.
static bool is_other(const ValuePool *pool, const Path *path, unsigned since, unsigned event, const int *cells) {
  for (unsigned i = 0; i < path->constraint_count; i++) {
    ExprId other = differs_from(pool, &path->constraints[i], path->events[event].read);
    for (unsigned earlier = since; other != NO_EXPR && earlier < event; earlier++) {
      const PathEvent *e = &path->events[earlier];
      if (cells[earlier] == cells[event] && (e->kind & EVENT_WRITE ? e->written : e->read) == other)
        return true;
    }
  }
  return false;
}

// Whether others write often enough: what a read finds different some other thread wrote, after all that was seen
// before. A write of the thread's own may be elsewhere, where its address is not a constant: from there on is counted
// anew.
static bool can_change(const ValuePool *pool, const Path *path, void *context) {
  const Changes *c = context;
  unsigned since[CELLS] = {0}, seen[CELLS] = {0}, since_all = 0;
  int cells[PATH_EVENTS];
  for (unsigned i = 0; i < path->event_count; i++) {
    const PathEvent *e = &path->events[i];
    int cell = cells[i] = e->kind & (EVENT_READ | EVENT_WRITE) ? cell_of(c, pool, e) : -1;
    if (cell >= 0 && e->kind & EVENT_READ) {
      unsigned from = since[cell] > since_all ? since[cell] : since_all;
      if (is_other(pool, path, from, i, cells)) {
        since[cell] = i;
        if (++seen[cell] > c->others[cell])
          return false;
      }
    }
    if (e->kind & EVENT_WRITE && cell >= 0)
      since[cell] = i;
    else if (e->kind & EVENT_WRITE)
      since_all = i + 1;
  }
  return true;
}

void paths_drop_restless(const Program *program, ThreadPaths *threads, bool atomic, Arena *arena) {
  Changes *c = ARENA_ARRAY(arena, Changes, 1);
  c->program = program;
  c->atomic = atomic;
  if (!number_cells(c))
    return;
  for (bool fewer = true; fewer;) {
    fewer = false;
    for (unsigned t = 0; t < program->thread_count; t++) {
      for (unsigned i = 0; i < c->cell_count; i++)
        c->others[i] = 0;
      for (unsigned other = 0; other < program->thread_count; other++)
        if (other != t)
          add_writes(c, &threads[other]);
      fewer |= paths_keep(&threads[t], can_change, c);
    }
  }
}
