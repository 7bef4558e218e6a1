#include "harness/study/relax.h"

#include "harness/model/explain.h"
#include "harness/study/ladder_places.h"

#include <string.h>

typedef struct {
  const RelaxOptions *options;
  const Test *test; // whose sites the places are of
  const Prediction *sc;
  Relaxed *relaxed;
  bool moved;     // a step was taken
  unsigned asked; // judges, from the first of them on
  unsigned first; // the judge that objected last: it is asked first
  Arena *arena;
} Relaxing;

static bool stopped(const Relaxing *r) { return stop_wanted(r->options->stop); }

// ---- Objections

static EnumerationLimits limits_of(const Relaxing *r) {
  EnumerationLimits limits = judge_limits(r->options->seconds);
  limits.stop = r->options->stop;
  return limits;
}

// A state that the test asks for and the model allows.
static const EventValue *asked_state(const Relaxing *r, const Prediction *p, Arena *scratch) {
  for (unsigned i = 0; i < p->result.state_count; i++) {
    State state = prediction_state(p->test, p->result.states[i], scratch);
    if (state_is_asked(p->test, state, prediction_verdict(r->sc, state) == VERDICT_FORBIDDEN))
      return p->result.states[i];
  }
  return NULL;
}

static ObjectionKind kind_of(const Relaxing *r, const Prediction *p) {
  switch (prediction_asked(p, r->sc)) {
  case VERDICT_UNMODELLED:
    return OBJECTION_MUTE;
  case VERDICT_ALLOWED:
    return OBJECTION_STATE;
  case VERDICT_UNDEFINED:
    return OBJECTION_RACE;
  case VERDICT_FORBIDDEN:
    return p->result.hang ? OBJECTION_HANG : p->result.hang_open ? OBJECTION_OPEN : OBJECTION_NONE;
  default:
    return p->result.hang ? OBJECTION_HANG : OBJECTION_OPEN;
  }
}

static void tell(const Relaxing *r, const Prediction *p, ObjectionKind kind, Arena *scratch, Text *what, Text *lines) {
  if (kind == OBJECTION_STATE) {
    const EventValue *state = asked_state(r, p, scratch);
    state_print(p->test, prediction_state(p->test, state, scratch), what);
    EnumerationLimits limits = limits_of(r);
    if (!r->options->explain)
      return;
    Explanation explanation = model_explain(p->judge->cat, p->program, &limits, state, scratch);
    explanation_print(&explanation, p->judge->name, lines);
  } else if (kind == OBJECTION_RACE && p->result.racy) {
    race_print(p->result.racy, p->result.race, lines);
  } else if (kind == OBJECTION_HANG) {
    hang_print(p->result.hang, what);
    hang_explain(p->result.hang, p->judge->name, lines);
  } else if (kind != OBJECTION_RACE) {
    text_add(what, p->why ? p->why : "not everything was looked at");
  }
}

static Objection objection_by(const Relaxing *r, const Judge *judge, const Test *test) {
  Arena *scratch = arena_new();
  Prediction p = judge_test(judge, test, &(JudgeOptions){.limits = limits_of(r)}, scratch);
  Objection made = {.kind = kind_of(r, &p), .judge = judge};
  if (made.kind) {
    Text what = {0}, lines = {0};
    tell(r, &p, made.kind, scratch, &what, &lines);
    made.what = text_finish(&what, r->arena);
    const char *explanation = text_finish(&lines, r->arena);
    made.explanation = r->options->explain ? explanation : NULL;
  }
  arena_free(scratch);
  return made;
}

// The first that is certain; else one that is not; else none.
static Objection objection_to(Relaxing *r, const Test *test) {
  Objection open = {0};
  for (unsigned i = 0; i < r->asked; i++) {
    unsigned at = (r->first + i) % r->asked;
    Objection one = objection_by(r, &r->relaxed->judges[at], test);
    if (one.kind && one.kind < OBJECTION_OPEN) {
      r->first = at;
      return one;
    }
    if (one.kind)
      open = one;
  }
  return open;
}

// ---- Places

static void describe(const Expr *expr, Text *out) {
  if (!expr)
    return;
  text_printf(out, "(%d", (int)expr->kind);
  if (expr->kind == EXPR_BINARY)
    text_printf(out, " %d", (int)expr->binary.op);
  if (expr->kind == EXPR_UNARY)
    text_printf(out, " %d", (int)expr->unary.op);
  if (expr->kind == EXPR_ACCESS)
    text_printf(out, " %d %s %d", (int)expr->access.op, order_name(expr->access.order), expr->access.weak);
  Expr copy = *expr, **parts[EXPR_PARTS];
  unsigned count = expr_parts(&copy, parts);
  for (unsigned i = 0; i < count; i++)
    describe(*parts[i], out);
  text_add_char(out, ')');
}

// What a thread does, whatever its locations, registers and constants are.
static void describe_block(const Stmt *block, Text *out) {
  for (const Stmt *stmt = block; stmt; stmt = stmt->next) {
    text_printf(out, "[%d", (int)stmt->kind);
    describe(stmt->expr, out);
    describe_block(stmt->body, out);
    text_add_char(out, '|');
    describe_block(stmt->else_body, out);
    text_add_char(out, ']');
  }
}

static const char *described(const Relaxing *r, unsigned thread) {
  Text text = {0};
  describe_block(r->relaxed->test->threads[thread].body, &text); // as it is written, orders and all
  return text_finish(&text, r->arena);
}

// The first thread of the same code, maybe itself.
static unsigned *same_code(const Relaxing *r) {
  unsigned threads = r->test->thread_count;
  unsigned *same = ARENA_ARRAY(r->arena, unsigned, threads);
  const char **codes = ARENA_ARRAY(r->arena, const char *, threads);
  for (unsigned t = 0; t < threads; t++) {
    codes[t] = described(r, t);
    same[t] = t;
    for (unsigned k = 0; k < t && same[t] == t && !r->options->per_thread; k++)
      if (!strcmp(codes[k], codes[t]))
        same[t] = k;
  }
  return same;
}

// "P0, P1: store in line 4"
static const char *name_place(const Relaxing *r, const RelaxPlace *place) {
  Text text = {0};
  for (unsigned i = 0; i < place->count; i++)
    text_printf(&text, "%sP%u", i ? ", " : "", place->sites[i].thread);
  text_printf(&text, ": %s", order_site_name(r->test, &place->sites[0], r->arena));
  return text_finish(&text, r->arena);
}

static void find_places(Relaxing *r) {
  unsigned count, *same = same_code(r), threads = r->test->thread_count;
  OrderSite *sites = order_sites(r->test, r->arena, &count);
  const OrderSite *written = order_sites(r->relaxed->test, r->arena, &count); // as many: raising takes none away
  unsigned *begin = ARENA_ARRAY(r->arena, unsigned, threads + 1);
  for (unsigned i = count; i--;)
    begin[sites[i].thread] = i;
  r->relaxed->places = ARENA_ARRAY(r->arena, RelaxPlace, count);
  for (unsigned i = 0; i < count; i++) {
    unsigned thread = sites[i].thread;
    if (same[thread] != thread)
      continue;
    RelaxPlace *place = &r->relaxed->places[r->relaxed->place_count++];
    *place = (RelaxPlace){.sites = ARENA_ARRAY(r->arena, OrderSite, threads)};
    for (unsigned t = thread; t < threads; t++)
      if (same[t] == thread)
        place->sites[place->count++] = sites[begin[t] + i - begin[thread]];
    place->written = order_of_site(&written[i]);
    place->begun = place->order = order_of_site(&place->sites[0]);
    place->name = name_place(r, place);
  }
}

// ---- Steps

// The test with the places' orders, but for one that has another.
static const Test *test_with(const Relaxing *r, const RelaxPlace *changed, const Order *order, Arena *arena) {
  unsigned count = 0;
  for (unsigned i = 0; i < r->relaxed->place_count; i++)
    count += r->relaxed->places[i].count;
  OrderSite *sites = ARENA_ARRAY(arena, OrderSite, count);
  const Order **orders = ARENA_ARRAY(arena, const Order *, count);
  count = 0;
  for (unsigned i = 0; i < r->relaxed->place_count; i++) {
    const RelaxPlace *place = &r->relaxed->places[i];
    for (unsigned k = 0; k < place->count; k++) {
      sites[count] = place->sites[k];
      orders[count++] = place == changed ? order : place->order;
    }
  }
  return test_with_site_orders(r->test, sites, orders, count, arena);
}

static void show_progress(const Relaxing *r, const RelaxPlace *place, const Order *order) {
  if (!r->options->progress)
    return;
  Text text = {0};
  text_printf(&text, "%s: %s", place->name, order ? order->name : "without");
  r->options->progress(r->options->context, text_string(&text));
  text_free(&text);
}

static Objection try_order(Relaxing *r, const RelaxPlace *place, const Order *order) {
  show_progress(r, place, order);
  Arena *scratch = arena_new();
  Objection objection = objection_to(r, test_with(r, place, order, scratch));
  arena_free(scratch);
  return objection;
}

// Takes the weakest order that does: whose weaker ones all do not.
static void sink(Relaxing *r, RelaxPlace *place) {
  const Order *weaker[ORDER_STEPS + 1] = {NULL};
  unsigned count = orders_weaker(r->test, &place->sites[0], place->order, weaker);
  if (place->order && place->sites[0].expr->access.op == ACCESS_FENCE)
    weaker[count++] = NULL;
  while (count-- && !stopped(r)) {
    ObjectionKind kind = try_order(r, place, weaker[count]).kind;
    if (!kind && !stopped(r)) {
      place->order = weaker[count];
      return;
    }
  }
}

// Why no step further can be taken; one that can be is.
static void refute(Relaxing *r, RelaxPlace *place) {
  const Order *steps[ORDER_STEPS];
  unsigned count = order_steps(r->test, &place->sites[0], place->order, steps);
  place->step_count = 0;
  for (unsigned i = 0; i < count && !stopped(r); i++) {
    Objection objection = try_order(r, place, steps[i]);
    if (stopped(r))
      return;
    if (!objection.kind) {
      place->order = steps[i];
      r->moved = true;
      return;
    }
    place->steps[place->step_count++] = (RelaxStep){steps[i], objection};
  }
}

// Fences first, then updates, stores and loads: by what they cost on most CPUs. A compare-exchange's failure, which
// stands before it, may then go as far as its success lets it.
enum { TURNS = 4 };
static unsigned turn_of(const RelaxPlace *place) {
  switch (place->sites[0].expr->access.op) {
  case ACCESS_FENCE:
    return 0;
  case ACCESS_STORE:
    return 2;
  case ACCESS_LOAD:
    return 3;
  default:
    return 1;
  }
}

static void sink_all(Relaxing *r, unsigned asked) {
  r->asked = asked;
  r->first = 0;
  for (unsigned i = 0; i < r->relaxed->place_count; i++)
    r->relaxed->places[i].order = r->relaxed->places[i].begun;
  for (unsigned turn = 0; turn < TURNS; turn++)
    for (unsigned i = 0; i < r->relaxed->place_count; i++)
      if (turn_of(&r->relaxed->places[i]) == turn)
        sink(r, &r->relaxed->places[i]);
}

// What the language's model forbids the CPUs' forbid too, but for what rests on thin air, or on what is not read: so it
// goes down by the first alone, and again by all where one of the others objects to where that ends. Then until each
// step that is left is refuted with the orders as they are.
static void go_down(Relaxing *r) {
  unsigned all = r->relaxed->judge_count;
  sink_all(r, 1);
  r->asked = all;
  if (all > 1 && objection_to(r, test_with(r, NULL, NULL, r->arena)).kind)
    sink_all(r, all);
  do {
    r->moved = false;
    for (unsigned i = 0; i < r->relaxed->place_count; i++)
      refute(r, &r->relaxed->places[i]);
  } while (r->moved && !stopped(r));
}

// ---- The whole

static const Test *strongest(const Relaxing *r, const Test *test) {
  const Test *raised = test_with_orders(test, STRENGTH_COUNT - 1, UINT64_MAX, r->arena);
  unsigned count;
  OrderSite *sites = order_sites(raised, r->arena, &count);
  const Order **orders = ARENA_ARRAY(r->arena, const Order *, count);
  const DialectFence *full = &test->dialect->fences[test->dialect->fence_count - 1];
  for (unsigned i = 0; i < count; i++)
    orders[i] =
        sites[i].expr->access.op == ACCESS_FENCE ? dialect_order(test->dialect, full->order) : order_of_site(&sites[i]);
  return test_with_site_orders(raised, sites, orders, count, r->arena);
}

static void find_sc(Relaxing *r, const Test *test) {
  Judge *judge = ARENA_NEW(r->arena, Judge);
  *judge = judge_of(model_find("sc"), r->arena);
  Prediction *sc = ARENA_NEW(r->arena, Prediction);
  *sc = judge_test(judge, test, &(JudgeOptions){.limits = limits_of(r)}, r->arena);
  r->sc = sc;
}

// Keeps those that can speak of the test as it is written, and the first objection of one.
static void find_judges(Relaxing *r) {
  const RelaxOptions *options = r->options;
  Judge *judges = ARENA_ARRAY(r->arena, Judge, options->judge_count);
  for (unsigned i = 0; i < options->judge_count; i++) {
    Objection objection = objection_by(r, &options->judges[i], r->test);
    if (objection.kind == OBJECTION_MUTE)
      continue;
    judges[r->relaxed->judge_count++] = options->judges[i];
    if (!r->relaxed->written.kind || r->relaxed->written.kind == OBJECTION_OPEN)
      r->relaxed->written = objection.kind ? objection : r->relaxed->written;
  }
  r->relaxed->judges = judges;
  r->asked = r->relaxed->judge_count;
}

Relaxed relax(const Test *test, const RelaxOptions *options, Arena *arena) {
  Relaxed relaxed = {.test = test, .made = test};
  Relaxing r = {.options = options, .test = test, .relaxed = &relaxed, .arena = arena};
  find_sc(&r, test);
  find_judges(&r);
  relaxed.raised = relaxed.written.kind != OBJECTION_NONE;
  if (relaxed.raised) {
    r.test = strongest(&r, test);
    relaxed.strongest = objection_to(&r, r.test);
  }
  find_places(&r);
  if (!relaxed.strongest.kind)
    go_down(&r);
  relaxed.interrupted = stopped(&r);
  for (unsigned i = 0; i < relaxed.place_count; i++)
    for (unsigned k = 0; k < relaxed.places[i].step_count; k++)
      relaxed.partial |= relaxed.places[i].steps[k].objection.kind >= OBJECTION_OPEN;
  relaxed.made = test_with(&r, NULL, NULL, arena);
  return relaxed;
}

static CostRow *row_of(const Cost *cost, const Test *test, const RelaxPlace *place, const Order *order) {
  if (!order || place->sites[0].failure)
    return NULL;
  Arena *scratch = arena_new();
  const char *name = access_priced_as(test->dialect, place->sites[0].expr->access.op, order, scratch);
  CostRow *row = cost_find(cost, name, COST_ALONE);
  arena_free(scratch);
  return row && !row->reason ? row : NULL;
}

static RelaxPrice price_of(const CostRow *row) {
  bool known = row && row->measured && !row->reason;
  return known ? (RelaxPrice){row->ns, true, row->stable} : (RelaxPrice){0};
}

void relax_price(Relaxed *relaxed, Cost *cost, CostKeepOn *keep_on, void *context) {
  Arena *scratch = arena_new();
  CostRow **rows = ARENA_ARRAY(scratch, CostRow *, 2 * (size_t)relaxed->place_count);
  unsigned count = 0;
  for (unsigned i = 0; i < relaxed->place_count; i++) {
    const RelaxPlace *place = &relaxed->places[i];
    CostRow *ends[] = {row_of(cost, relaxed->test, place, place->begun),
                       row_of(cost, relaxed->test, place, place->order)};
    for (unsigned k = 0; k < 2; k++) {
      bool known = !ends[k];
      for (unsigned n = 0; n < count; n++)
        known |= rows[n] == ends[k];
      if (!known)
        rows[count++] = ends[k];
    }
  }
  cost_measure(cost, rows, count, keep_on, context);
  for (unsigned i = 0; i < relaxed->place_count; i++) {
    RelaxPlace *place = &relaxed->places[i];
    place->begun_price = price_of(row_of(cost, relaxed->test, place, place->begun));
    place->price = price_of(row_of(cost, relaxed->test, place, place->order));
  }
  arena_free(scratch);
}
