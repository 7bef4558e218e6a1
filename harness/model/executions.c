// Candidate executions: every choice of paths, then of sources for the reads (search_values.c follows the values), then
// of orders for the writes (search_order.c).
#include "harness/model/alike.h"
#include "harness/model/search.h"

#include <string.h>

static void give_up(Search *s, const char *why) {
  s->result->gave_up = s->stop = true;
  s->result->why = why;
}

// ---- What an execution is made of, for one choice of paths ----

// Whether an address is part of what an expression is computed from.
static bool has_pointer(const Program *program, const ValuePool *pool, ExprId id, bool *seen) {
  const ValueExpr *e = &pool->exprs[id];
  if (seen[id])
    return false;
  seen[id] = true;
  if (e->kind == VALUE_CONSTANT)
    return e->constant.location >= 0 && (unsigned)e->constant.location < program->location_count;
  return e->kind == VALUE_OPERATION &&
         (has_pointer(program, pool, e->a, seen) || has_pointer(program, pool, e->b, seen));
}

// Whether an address may be anywhere: it is computed from what is read, and pointers are stored.
static bool stores_pointers(const Search *s) {
  const Program *program = s->program;
  for (unsigned i = 0; i < program->location_count; i++)
    for (unsigned e = 0; e < program->locations[i].length; e++)
      if (program->locations[i].initial[e].location >= 0)
        return true;
  for (unsigned t = 0; t < program->thread_count; t++) {
    const Path *path = s->threads[t].path;
    const ValuePool *pool = &s->threads[t].paths->pool;
    bool *seen = ARENA_ARRAY(s->arena, bool, pool->count);
    for (unsigned i = 0; i < path->event_count; i++)
      if (path->events[i].written != NO_EXPR && has_pointer(program, pool, path->events[i].written, seen))
        return true;
  }
  return false;
}

// Marks the locations whose addresses an expression is computed from.
static void mark_bases(const Program *program, const ValuePool *pool, ExprId id, bool *seen, bool *all_of) {
  const ValueExpr *e = &pool->exprs[id];
  if (seen[id])
    return;
  seen[id] = true;
  if (e->kind == VALUE_CONSTANT && e->constant.location >= 0 &&
      (unsigned)e->constant.location < program->location_count)
    all_of[e->constant.location] = true;
  if (e->kind == VALUE_OPERATION) {
    mark_bases(program, pool, e->a, seen, all_of);
    mark_bases(program, pool, e->b, seen, all_of);
  }
}

// Which elements the chosen paths may access: those of constant addresses, and all of a location that an address is
// computed from. False where an access fits no element whatever is read.
static bool find_cells(Search *s, bool **used) {
  const Program *program = s->program;
  bool *all_of = ARENA_ARRAY(s->arena, bool, program->location_count);
  for (unsigned t = 0; t < program->thread_count; t++) {
    const Path *path = s->threads[t].path;
    const ValuePool *pool = &s->threads[t].paths->pool;
    bool *seen = ARENA_ARRAY(s->arena, bool, pool->count);
    for (unsigned i = 0; i < path->event_count; i++) {
      ExprId id = path->events[i].address;
      if (id == NO_EXPR)
        continue;
      if (value_is_constant(pool, id)) {
        EventValue address = pool->exprs[id].constant;
        unsigned element;
        Misfit misfit = search_fit(s, t, &path->events[i], address, &element);
        if (misfit.kind) {
          s->result->misfit = s->result->misfit.kind ? s->result->misfit : misfit;
          return false;
        }
        used[address.location][element] = true;
      } else {
        s->moving = true;
        mark_bases(program, pool, id, seen, all_of);
      }
    }
  }
  s->anywhere = s->moving && stores_pointers(s);
  for (unsigned i = 0; i < program->location_count; i++)
    if (all_of[i] || s->anywhere)
      memset(used[i], true, program->locations[i].length * sizeof **used);
  return true;
}

static bool make_cells(Search *s) {
  const Program *program = s->program;
  bool **used = ARENA_ARRAY(s->arena, bool *, program->location_count);
  for (unsigned i = 0; i < program->location_count; i++)
    used[i] = ARENA_ARRAY(s->arena, bool, program->locations[i].length);
  if (!find_cells(s, used))
    return false;
  unsigned count = 0;
  for (unsigned i = 0; i < program->location_count; i++)
    for (unsigned e = 0; e < program->locations[i].length; e++)
      count += used[i][e];
  s->cells = ARENA_ARRAY(s->arena, Cell, count);
  s->orders = ARENA_ARRAY(s->arena, WriteOrder, count);
  s->first_cell = ARENA_ARRAY(s->arena, unsigned, program->location_count);
  for (unsigned i = 0; i < program->location_count; i++) {
    s->first_cell[i] = NO_CELL;
    for (unsigned e = 0; e < program->locations[i].length; e++)
      if (used[i][e]) {
        if (s->first_cell[i] == NO_CELL)
          s->first_cell[i] = s->cell_count;
        s->cells[s->cell_count++] = (Cell){i, e};
      }
  }
  return true;
}

static Relation new_relation(Search *s) { return relation_new(s->arena, s->execution.event_count); }

static void initial_events(Search *s) {
  for (unsigned c = 0; c < s->cell_count; c++) {
    Cell cell = s->cells[c];
    s->events[c] = (Event){.kind = EVENT_WRITE,
                           .thread = -1,
                           .location = (int)cell.location,
                           .element = cell.element,
                           .written = s->program->locations[cell.location].initial[cell.element],
                           .tags = ""};
    s->cell_of[c] = (int)c;
  }
}

static void add_dependencies(Relation relation, const Taint *taint, unsigned first, unsigned event) {
  for (unsigned w = 0; w < PATH_EVENTS / 64; w++)
    for (uint64_t rest = taint->bits[w]; rest; rest &= rest - 1)
      relation_add(relation, first + w * 64 + (unsigned)__builtin_ctzll(rest), event);
}

static void thread_events(Search *s, unsigned thread) {
  const SearchThread *t = &s->threads[thread];
  Execution *x = &s->execution;
  for (unsigned i = 0; i < t->path->event_count; i++) {
    const PathEvent *from = &t->path->events[i];
    unsigned e = t->first + i;
    s->origins[e] = from;
    s->events[e] = (Event){
        .kind = from->kind, .thread = (int)thread, .instr = from->instr, .location = from->mark, .tags = from->tags};
    s->cell_of[e] = s->source[e] = -1;
    if (from->kind & EVENT_READ)
      s->reads[s->read_count++] = e;
    for (unsigned earlier = t->first; earlier < e; earlier++)
      relation_add(x->po, earlier, e);
    add_dependencies(x->addr, &from->address_taint, t->first, e);
    add_dependencies(x->data, &from->written_taint, t->first, e);
    add_dependencies(x->ctrl, &from->control_taint, t->first, e);
    add_dependencies(x->pick_addr, &from->address_pick, t->first, e);
    add_dependencies(x->pick_data, &from->written_pick, t->first, e);
    add_dependencies(x->pick_ctrl, &from->control_pick, t->first, e);
    if (from->has_partner) {
      relation_add(x->rmw, e, e + 1);
      if (from->is_amo)
        relation_add(x->amo, e, e + 1);
    }
    if (from->conditional)
      relation_add(x->rmw, e, t->first + from->conditional);
    const ValuePool *pool = &t->paths->pool;
    if (from->address != NO_EXPR && value_is_constant(pool, from->address))
      s->cell_of[e] = search_cell(s, pool->exprs[from->address].constant);
    else if (from->address != NO_EXPR)
      s->movers[s->mover_count++] = e;
  }
}

// A write that its thread overwrites, or an initial one that some thread does, other than by what a waiting thread
// writes back, is not the last.
static void find_passed(Search *s) {
  for (unsigned e = s->cell_count; e < s->execution.event_count; e++) {
    int cell = s->cell_of[e];
    if (cell < 0 || !(s->events[e].kind & EVENT_WRITE) || search_waits(s, e))
      continue;
    s->passed[cell] = true;
    for (unsigned earlier = s->threads[s->events[e].thread].first; earlier < e; earlier++)
      s->passed[earlier] |= s->cell_of[earlier] == cell;
  }
}

// Lays out the events of the chosen paths, and the relations that do not depend on what is read. False where there is
// no execution of them.
static bool lay_out(Search *s) {
  s->cell_count = s->read_count = s->mover_count = 0;
  s->trail_count = 0;
  s->moving = false;
  s->moved = true;
  if (!make_cells(s))
    return false;
  unsigned count = s->cell_count, live = 0;
  for (unsigned t = 0; t < s->program->thread_count; t++) {
    s->threads[t].first = count;
    s->threads[t].unknown = s->threads[t].path->live_count;
    count += s->threads[t].path->event_count;
    live += s->threads[t].path->live_count;
  }
  if (count > SEARCH_EVENTS) {
    give_up(s, "an execution has more than 1024 events");
    return false;
  }
  Execution *x = &s->execution;
  x->event_count = count;
  x->events = s->events = ARENA_ARRAY(s->arena, Event, count);
  s->origins = ARENA_ARRAY(s->arena, const PathEvent *, count);
  s->cell_of = ARENA_ARRAY(s->arena, int, count);
  s->source = ARENA_ARRAY(s->arena, int, count);
  s->after = ARENA_ARRAY(s->arena, int, count);
  s->rank = ARENA_ARRAY(s->arena, unsigned, count);
  s->passed = ARENA_ARRAY(s->arena, bool, count);
  s->reads = ARENA_ARRAY(s->arena, unsigned, count);
  s->movers = ARENA_ARRAY(s->arena, unsigned, count);
  s->trail = ARENA_ARRAY(s->arena, TrailEntry, live);
  Relation *relations[] = {&x->po,        &x->rf,        &x->co,        &x->addr, &x->data, &x->ctrl,
                           &x->pick_addr, &x->pick_data, &x->pick_ctrl, &x->rmw,  &x->amo};
  for (unsigned i = 0; i < sizeof relations / sizeof relations[0]; i++)
    *relations[i] = new_relation(s);
  initial_events(s);
  for (unsigned t = 0; t < s->program->thread_count; t++)
    thread_events(s, t);
  alike_order(s);
  if (s->hangs)
    find_passed(s);
  x->path_serial++;
  return true;
}

// ---- Sources ----

// Where the accesses are, as far as that is known.
static void fill_places(Search *s) {
  if (s->moved)
    s->execution.path_serial++;
  s->moved = false;
  for (unsigned e = s->cell_count; e < s->execution.event_count; e++)
    if (s->cell_of[e] >= 0) {
      s->events[e].location = (int)s->cells[s->cell_of[e]].location;
      s->events[e].element = s->cells[s->cell_of[e]].element;
    }
}

static void fill_values(Search *s) {
  fill_places(s);
  for (unsigned e = s->cell_count; e < s->execution.event_count; e++) {
    const PathEvent *from = s->origins[e];
    Event *event = &s->events[e];
    if (from->read != NO_EXPR)
      event->read = *search_value(s, (unsigned)event->thread, from->read);
    if (from->written != NO_EXPR)
      event->written = *search_value(s, (unsigned)event->thread, from->written);
  }
}

static bool all_known(const Search *s) {
  for (unsigned t = 0; t < s->program->thread_count; t++)
    if (s->threads[t].unknown)
      return false;
  return true;
}

// Every read has its source, and was forced with it.
static void chosen(Search *s) {
  size_t mark = s->trail_count;
  bool known = all_known(s) || (s->limits->from_nothing && search_from_nothing(s) && all_known(s));
  if (!known) {
    s->result->circular = true;
  } else if (mark == s->trail_count || search_is_wanted(s, 0)) {
    fill_values(s);
    s->execution.value_serial++;
    search_orders(s);
  }
  search_forget(s, mark);
}

// The location that an access is in; -1: its address is not known, and may be in any.
static int location_of(const Search *s, unsigned event) {
  if (s->cell_of[event] >= 0)
    return (int)s->cells[s->cell_of[event]].location;
  const PathEvent *origin = s->origins[event];
  bool open = s->anywhere || !origin || origin->address == NO_EXPR;
  return open ? -1 : s->threads[s->events[event].thread].paths->pool.exprs[origin->address].base;
}

// Whether another update has taken its value from the write: it comes right after it then, and no second one can.
static bool is_updated(const Search *s, unsigned write) {
  for (unsigned i = 0; i < s->read_count; i++)
    if (s->source[s->reads[i]] == (int)write && s->events[s->reads[i]].kind == EVENT_RMW)
      return true;
  return false;
}

// Whether a read may take its value from a write, as far as that is seen before values and orders are.
static bool may_read(const Search *s, unsigned read, unsigned write) {
  if (read == write || !(s->events[write].kind & EVENT_WRITE))
    return false;
  if (s->cell_of[read] >= 0 && s->cell_of[write] >= 0 && s->cell_of[read] != s->cell_of[write])
    return false;
  if (s->moving && location_of(s, read) >= 0 && location_of(s, write) >= 0 &&
      location_of(s, read) != location_of(s, write))
    return false;
  if (s->hangs && s->passed[write] && search_waits(s, read))
    return false;
  if (s->limits->coherent_only && s->events[read].kind == EVENT_RMW && is_updated(s, write))
    return false;
  int first = s->events[read].kind == EVENT_READ ? s->after[read] : -1;
  if (first >= 0 && s->source[first] > (int)write)
    return false;
  bool later = read < write && s->events[read].thread == s->events[write].thread;
  return !later || !s->limits->coherent_only;
}

// How much is known of a read whose source is to be chosen: whether its address is, and whether those of all writes are
// that may be there.
static unsigned known_of(const Search *s, unsigned read) {
  if (s->cell_of[read] < 0)
    return 0;
  int here = location_of(s, read);
  for (unsigned e = s->cell_count; s->moving && e < s->execution.event_count; e++)
    if (s->events[e].kind & EVENT_WRITE && s->cell_of[e] < 0) {
      int there = location_of(s, e);
      if (there < 0 || there == here)
        return 1;
    }
  return 2;
}

// The next read to choose a source for: the first of those of which most is known. What they read tells where others
// read and write.
static unsigned next_read(const Search *s) {
  unsigned next = s->read_count, most = 0;
  for (unsigned i = 0; i < s->read_count && most < 2; i++) {
    unsigned known = s->source[s->reads[i]] < 0 ? known_of(s, s->reads[i]) : 0;
    if (s->source[s->reads[i]] < 0 && (next == s->read_count || known > most)) {
      next = i;
      most = known;
    }
  }
  return next;
}

// Forces what a read's source, just chosen, does; `saved` is what was forced before, and *cell where, if that is to be
// put back.
static bool force_source(Search *s, unsigned read, WriteOrder *saved, int *cell) {
  int here = s->cell_of[read];
  bool anew = here >= 0 && s->orders[here].is_old; // from all sources, then
  if (!search_force_old(s))
    return false;
  if (!s->limits->coherent_only || here < 0 || anew)
    return true;
  search_order_copy(&s->orders[here], saved);
  *cell = here;
  return search_force_more(s, read);
}

static void choose_sources(Search *s);

// Goes on with a write as the source of a read, if it may be.
static void try_source(Search *s, unsigned read, unsigned write) {
  WriteOrder saved;
  int cell = -1;
  size_t mark = s->trail_count;
  search_force_old(s); // what moved in the try before
  s->source[read] = (int)write;
  relation_add(s->execution.rf, write, read);
  if (search_propagate(s, read) && search_is_wanted(s, 0) && force_source(s, read, &saved, &cell))
    choose_sources(s);
  relation_row(s->execution.rf, write)[read / 64] &= ~((uint64_t)1 << read % 64);
  s->source[read] = -1;
  search_forget(s, mark);
  if (cell >= 0 && !s->orders[cell].is_old)
    search_order_copy(&saved, &s->orders[cell]);
}

// Whether it is worth going on with the sources chosen so far. That is asked once an execution was shown whose accesses
// are where they are now.
static bool is_promising(Search *s) {
  if (!s->asks || !s->limits->promising || !s->limits->coherent_only)
    return true;
  for (unsigned i = 0; i < s->mover_count; i++)
    if (s->cell_of[s->movers[i]] < 0)
      return true;
  fill_places(s);
  search_show_forced(s, true);
  s->execution.value_serial++;
  bool promising = s->limits->promising(&s->execution, s->context);
  search_show_forced(s, false);
  return promising;
}

static void choose_sources(Search *s) {
  unsigned next = next_read(s);
  if (next == s->read_count) {
    chosen(s);
    return;
  }
  if (!is_promising(s))
    return;
  unsigned read = s->reads[next];
  for (unsigned write = 0; write < s->execution.event_count && !search_expired(s); write++)
    if (may_read(s, read, write))
      try_source(s, read, write);
}

// ---- Paths ----

static void search_paths(Search *s) {
  s->arena = arena_new();
  if (lay_out(s) && search_propagate(s, NO_READ) && search_is_wanted(s, 0) && search_force_all(s))
    choose_sources(s);
  search_forget(s, 0);
  arena_free(s->arena);
}

// Every choice of a path for each thread, of those that end as `end` or before it, and one at least that ends so.
static void choose_paths(Search *s, unsigned thread, PathEnd end, PathEnd so_far) {
  if (search_expired(s))
    return;
  if (thread == s->program->thread_count) {
    if (so_far == end)
      search_paths(s);
    return;
  }
  SearchThread *t = &s->threads[thread];
  for (unsigned i = alike_first_path(s, thread); i < t->paths->up_to[end] && !s->stop; i++) {
    t->path = &t->paths->paths[i];
    choose_paths(s, thread + 1, end, t->path->end > so_far ? t->path->end : so_far);
  }
}

static bool any_path(const Search *s, PathEnd end) {
  for (unsigned t = 0; t < s->program->thread_count; t++)
    if (s->threads[t].paths->up_to[end] > s->threads[t].paths->up_to[end - 1])
      return true;
  return false;
}

// Another search of the same paths; true where it gave up, or left out an execution whose accesses find no place.
static bool search_again(const Search *search, PathEnd end, Deadline deadline, bool (*see)(const Execution *, void *),
                         void *context) {
  EnumerationResult result = {0};
  Program unfiltered = *search->program;
  EnumerationLimits limits = *search->limits;
  unfiltered.keep = NULL;
  limits.wanted = NULL;
  Search s = *search;
  s.limits = &limits;
  s.program = &unfiltered; // and not that of the execution, which may be copied
  s.result = &result;
  s.see = see;
  s.context = context;
  s.hangs = s.asks = end == PATH_WAITS;
  s.stop = false;
  s.deadline = &deadline;
  choose_paths(&s, 0, end, PATH_ENDS);
  if (end == PATH_CUT && !search->result->misfit.kind)
    search->result->misfit = result.misfit;
  return result.gave_up || (end == PATH_WAITS && result.misfit.kind);
}

static bool see_one(const Execution *execution, void *context) {
  (void)execution;
  *(bool *)context = true;
  return false;
}

// Whether some execution goes on in a loop beyond its bound. Where a second is too short to tell, or an access fits
// nowhere before the bound, it may: say so.
static bool reaches_bound(const Search *s) {
  bool seen = false;
  return any_path(s, PATH_CUT) &&
         (search_again(s, PATH_CUT, deadline_new(s->limits, 1), see_one, &seen) || seen || s->result->misfit.kind);
}

// With the bound of turns that `program` has, a copy of the execution's own. `last`: no higher one will be looked at.
static EnumerationResult each_bounded(const Program *program, const Program *own, const EnumerationLimits *limits,
                                      Deadline *deadline, bool last,
                                      bool (*see)(const Execution *execution, void *context), void *context) {
  EnumerationResult result = {0};
  Arena *arena = arena_new();
  ThreadPaths *paths = ARENA_ARRAY(arena, ThreadPaths, program->thread_count);
  Search s = {.program = program,
              .limits = limits,
              .see = see,
              .context = context,
              .asks = true,
              .result = &result,
              .deadline = deadline,
              .threads = ARENA_ARRAY(arena, SearchThread, program->thread_count),
              .ask = ARENA_ARRAY(arena, bool, program->thread_count),
              .state = ARENA_ARRAY(arena, EventValue, program->observable_total),
              .known = ARENA_ARRAY(arena, bool, program->observable_total)};
  s.execution = (Execution){.program = own, .state = s.state};
  for (unsigned t = 0; t < program->thread_count && !s.stop; t++) {
    s.stop = !paths_of_thread(program, t, deadline, arena, &paths[t], &result);
    s.threads[t].paths = &paths[t];
    s.threads[t].values = ARENA_ARRAY(arena, KnownValue, paths[t].pool.count);
  }
  if (!s.stop) {
    paths_drop_impossible(program, paths, arena);
    if (limits->coherent_only)
      paths_drop_restless(program, paths, limits->atomic_only, arena);
    alike_find(&s);
    choose_paths(&s, 0, PATH_ENDS, PATH_ENDS);
  }
  if (!result.gave_up && !s.stop) {
    result.bound_reached = reaches_bound(&s);
    if (limits->hang && (last || !result.bound_reached) && any_path(&s, PATH_WAITS))
      result.hangs_open = search_again(&s, PATH_WAITS, *deadline, limits->hang, context);
  }
  arena_free(arena);
  return result;
}

EnumerationResult executions_each(const Program *program, const EnumerationLimits *limits,
                                  bool (*see)(const Execution *execution, void *context), void *context) {
  Deadline deadline = deadline_new(limits, limits->seconds);
  Program bounded = *program;
  bounded.unroll = limits->widens ? 1 : program->unroll;
  for (;;) {
    bool last = bounded.unroll >= program->unroll;
    EnumerationResult result = each_bounded(&bounded, program, limits, &deadline, last, see, context);
    if (last || result.gave_up || !result.bound_reached)
      return result;
    bounded.unroll = 2 * bounded.unroll < program->unroll ? 2 * bounded.unroll : program->unroll;
  }
}

// ---- Copies ----

static Relation copy_relation(Relation from, Arena *arena) {
  Relation to = relation_new(arena, from.n);
  if (from.n)
    memcpy(to.bits, from.bits, (size_t)from.n * from.words * sizeof *to.bits);
  return to;
}

Execution execution_copy(const Execution *from, Arena *arena) {
  Execution to = *from;
  Event *events = ARENA_ARRAY(arena, Event, from->event_count);
  if (from->event_count)
    memcpy(events, from->events, from->event_count * sizeof *events);
  to.events = events;
  to.state = NULL;
  Relation *relations[] = {&to.po,        &to.rf,        &to.co,        &to.addr, &to.data, &to.ctrl,
                           &to.pick_addr, &to.pick_data, &to.pick_ctrl, &to.rmw,  &to.amo};
  for (unsigned i = 0; i < sizeof relations / sizeof relations[0]; i++)
    *relations[i] = copy_relation(*relations[i], arena);
  return to;
}
