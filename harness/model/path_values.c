// Which values a path may read, as far as the constants that are written tell.
#include "harness/model/path.h"

enum { VALUES_KNOWN = 16 }; // of a location

// What may be in a location, any element of it.
typedef struct {
  bool any;
  unsigned count;
  EventValue values[VALUES_KNOWN];
} Contents;

static void add_value(Contents *c, EventValue value) {
  for (unsigned i = 0; i < c->count; i++)
    if (event_value_equal(c->values[i], value))
      return;
  if (c->count == VALUES_KNOWN)
    c->any = true;
  else
    c->values[c->count++] = value;
}

// The location of an access; NULL where its address is no constant, or beyond the locations.
static Contents *place(const Program *program, Contents *contents, const ValuePool *pool, ExprId address) {
  if (!value_is_constant(pool, address))
    return NULL;
  int location = pool->exprs[address].constant.location;
  return location >= 0 && (unsigned)location < program->location_count ? &contents[location] : NULL;
}

static bool add_writes(const Program *program, Contents *contents, const ThreadPaths *paths) {
  for (unsigned p = 0; p < paths->up_to[PATH_ENDINGS - 1]; p++)
    for (unsigned i = 0; i < paths->paths[p].event_count; i++) {
      const PathEvent *e = &paths->paths[p].events[i];
      if (!(e->kind & EVENT_WRITE))
        continue;
      Contents *c = place(program, contents, &paths->pool, e->address);
      if (!c)
        return false;
      if (value_is_constant(&paths->pool, e->written))
        add_value(c, paths->pool.exprs[e->written].constant);
      else
        c->any = true;
    }
  return true;
}

// What is in each location; false where a write may be anywhere.
static bool find_contents(const Program *program, Contents *contents, const ThreadPaths *threads) {
  for (unsigned l = 0; l < program->location_count; l++)
    for (unsigned e = 0; e < program->locations[l].length; e++)
      add_value(&contents[l], program->locations[l].initial[e]);
  for (unsigned t = 0; t < program->thread_count; t++)
    if (!add_writes(program, contents, &threads[t]))
      return false;
  return true;
}

typedef struct {
  bool known;
  EventValue value;
} Guess;

static const EventValue *guessed(const ValuePool *pool, const Guess *guesses, ExprId id) {
  if (value_is_constant(pool, id))
    return &pool->exprs[id].constant;
  return guesses[id].known ? &guesses[id].value : NULL;
}

// Whether the path's branches go as it takes them where one of its reads reads `value`, as far as that alone tells.
static bool may_be(const ValuePool *pool, const Path *path, ExprId read, EventValue value, Guess *guesses) {
  for (unsigned i = 0; i < path->live_count; i++) {
    ExprId id = path->live[i];
    const ValueExpr *e = &pool->exprs[id];
    guesses[id] = (Guess){id == read, value};
    if (e->kind != VALUE_OPERATION)
      continue;
    const EventValue *a = guessed(pool, guesses, e->a), *b = guessed(pool, guesses, e->b);
    if (a && b)
      guesses[id] = (Guess){true, operation_apply(e->operation, e->bits, e->is_signed, *a, *b)};
  }
  for (unsigned i = 0; i < path->constraint_count; i++) {
    const EventValue *is = guessed(pool, guesses, path->constraints[i].value);
    if (is && (is->location >= 0 || is->number != 0) != path->constraints[i].nonzero)
      return false;
  }
  return true;
}

static bool is_possible(const Program *program, Contents *contents, const ValuePool *pool, const Path *path,
                        Guess *guesses) {
  for (unsigned i = 0; i < path->event_count; i++) {
    const PathEvent *e = &path->events[i];
    const Contents *c = e->kind & EVENT_READ ? place(program, contents, pool, e->address) : NULL;
    bool possible = !c || c->any;
    for (unsigned v = 0; !possible && v < c->count; v++)
      possible = may_be(pool, path, e->read, c->values[v], guesses);
    if (!possible)
      return false;
  }
  return true;
}

typedef struct {
  const Program *program;
  Contents *contents;
  Guess *guesses; // of the thread's expressions
} Possible;

static bool may_happen(const ValuePool *pool, const Path *path, void *context) {
  const Possible *p = context;
  return is_possible(p->program, p->contents, pool, path, p->guesses);
}

void paths_drop_impossible(const Program *program, ThreadPaths *threads, Arena *arena) {
  bool loops = false;
  for (unsigned t = 0; t < program->thread_count; t++)
    loops |= threads[t].up_to[PATH_ENDINGS - 1] > threads[t].up_to[PATH_ENDS];
  Contents *contents = ARENA_ARRAY(arena, Contents, loops ? program->location_count : 0);
  if (!loops || !find_contents(program, contents, threads))
    return;
  for (unsigned t = 0; t < program->thread_count; t++) {
    Possible possible = {program, contents, ARENA_ARRAY(arena, Guess, threads[t].pool.count)};
    paths_keep(&threads[t], may_happen, &possible);
  }
}
