#include "harness/study/ladder.h"
#include "harness/base/time.h"

#include "harness/lang/insert.h"
#include "harness/lang/orders.h"
#include "harness/machine/clock.h"
#include "harness/study/ladder_answer.h"
#include "harness/study/ladder_code.h"
#include "harness/study/ladder_search.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { STATES = 8, QUESTIONS = 2000 };
static const double JUDGE_SECONDS = 2;    // for one model to decide one row
static const double JUDGING_SECONDS = 60; // for all of them and all rows, about
static const double SEARCH_SECONDS = 20;  // for the combinations of one model
static const double ACCESS_NOISE = 0.25;  // ns: costs of a thread's accesses that differ by less are the same

typedef struct {
  Ladder *ladder;
  LadderSite site;
  Diag *diag;
  Prediction sc;
  Cost *cost; // NULL: no figures
} Making;

static bool stopped(const LadderSite *site) { return stop_wanted(site->stop); }

static void tell(const LadderSite *site, const char *what, unsigned done, unsigned count) {
  if (site->progress)
    site->progress(site->context, what, done, count);
}

// ---- What is asked for

static bool is_weak(const Making *m, State state) { return prediction_verdict(&m->sc, state) == VERDICT_FORBIDDEN; }

static bool is_target(const Making *m, State state) {
  bool weak = m->ladder->target != TARGET_WEAK || is_weak(m, state);
  return weak && state_is_asked(m->ladder->test, state, true);
}

static EnumerationLimits limits_of(const Ladder *ladder) {
  double share = JUDGING_SECONDS / (1 + ladder->row_count) / ladder->judge_count;
  return judge_limits(fmin(JUDGE_SECONDS, share));
}

static void add_state(Ladder *ladder, State state) {
  if (ladder->state_count == STATES)
    return;
  Text text = {0};
  state_print(ladder->test, state, &text);
  ladder->states[ladder->state_count++] = text_finish(&text, ladder->arena);
}

// By what sequential consistency allows of the states that some coherent execution ends in.
static void find_target(Making *m) {
  Ladder *ladder = m->ladder;
  Judge *judge = ARENA_NEW(ladder->arena, Judge);
  *judge = judge_of(model_find("sc"), ladder->arena);
  m->sc = judge_test(judge, ladder->test, &(JudgeOptions){.limits = limits_of(ladder)}, ladder->arena);
  const ModelResult *result = &m->sc.result;
  ladder->states = ARENA_ARRAY(ladder->arena, const char *, STATES);
  ladder->target = TARGET_UNKNOWN;
  ladder->why = m->sc.why;
  if (!m->sc.program || result->unmodelled || result->gave_up)
    return;
  ladder->target = TARGET_WEAK;
  unsigned weak = 0, interleaved = 0;
  for (unsigned i = 0; i < result->candidate_count; i++) {
    State state = prediction_state(ladder->test, result->candidates[i], ladder->arena);
    if (!state_is_asked(ladder->test, state, true))
      continue;
    if (is_target(m, state)) {
      weak++;
      add_state(ladder, state);
    } else {
      interleaved++;
    }
  }
  ladder->also_interleaved = weak && interleaved && test_has_condition(ladder->test);
  if (!weak)
    ladder->target = interleaved             ? TARGET_INTERLEAVING
                     : result->bound_reached ? TARGET_UNKNOWN // what more turns of a loop lead to
                                             : TARGET_NEVER;
  if (ladder->target == TARGET_INTERLEAVING) {
    ladder->lost_update = ladder_lost_update(ladder->test);
    for (unsigned i = 0; i < result->state_count; i++) {
      State state = prediction_state(ladder->test, result->states[i], ladder->arena);
      if (is_target(m, state))
        add_state(ladder, state);
    }
  }
}

// ---- Judging

static LadderVerdict summarise(const Making *m, const Prediction *prediction) {
  const ModelResult *result = &prediction->result;
  if (!prediction->program)
    return (LadderVerdict){.speaks = false};
  LadderVerdict verdict = {.speaks = true, .verdict = VERDICT_FORBIDDEN};
  if (result->unmodelled)
    verdict.verdict = VERDICT_UNMODELLED;
  else if (result->undefined)
    verdict.verdict = VERDICT_UNDEFINED;
  if (verdict.verdict != VERDICT_FORBIDDEN)
    return verdict;
  Arena *scratch = arena_new();
  for (unsigned i = 0; i < result->state_count && verdict.verdict == VERDICT_FORBIDDEN; i++)
    if (is_target(m, prediction_state(prediction->test, result->states[i], scratch)))
      verdict.verdict = VERDICT_ALLOWED;
  if (verdict.verdict == VERDICT_FORBIDDEN && prediction_is_partial(prediction))
    verdict.verdict = VERDICT_UNKNOWN;
  for (unsigned i = 0; i < result->candidate_count && verdict.verdict == VERDICT_FORBIDDEN; i++)
    verdict.thin_air |=
        result->thin_air[i] && is_target(m, prediction_state(prediction->test, result->candidates[i], scratch));
  arena_free(scratch);
  return verdict;
}

// `code` is judged by this CPU's model: what ran. NULL: nothing did, and what the test is mapped to is; as by the
// others.
static LadderVerdict judge(const Making *m, const Test *test, const Program *code, const Judge *by) {
  Arena *scratch = arena_new();
  JudgeOptions options = {.limits = limits_of(m->ladder), .program = code, .cpu = cpu_here()};
  Prediction prediction = judge_test(by, test, &options, scratch);
  LadderVerdict verdict = summarise(m, &prediction);
  arena_free(scratch);
  return verdict;
}

static void find_judges(Ladder *ladder) {
  const char *dialect = ladder->test->dialect->name;
  const Model *first[] = {model_for(model_index(model_find("c11")), dialect), cpu_here()->model};
  ladder->judges = ARENA_ARRAY(ladder->arena, Judge, 2 + (size_t)model_count);
  for (unsigned i = 0; i < 2; i++)
    ladder->judges[ladder->judge_count++] = judge_of(first[i], ladder->arena);
  for (unsigned i = 0; ladder->options.other_models && i < model_count; i++)
    if (model_for(i, dialect) != first[0] && model_all[i] != first[1] && model_all[i] != model_find("sc"))
      ladder->judges[ladder->judge_count++] = judge_of(model_for(i, dialect), ladder->arena);
}

// ---- Planning

static unsigned places_of(const Ladder *ladder, const Test *fenced, unsigned thread) {
  Arena *scratch = arena_new();
  unsigned count = ladder_places(ladder->test, fenced, thread, scratch).count;
  arena_free(scratch);
  return count;
}

static LadderRow *add_row(Ladder *ladder, LadderRow row) {
  assert(ladder->row_count < ladder->row_capacity); // answers and combinations point at rows
  row.verdicts = ARENA_ARRAY(ladder->arena, LadderVerdict, ladder->judge_count);
  ladder->rows[ladder->row_count] = row;
  return &ladder->rows[ladder->row_count++];
}

static const char *const *same_for(const Ladder *ladder, const char *name, uint64_t threads, const char *elsewhere) {
  const char **fences = ARENA_ARRAY(ladder->arena, const char *, ladder->test->thread_count);
  for (unsigned t = 0; t < ladder->test->thread_count; t++)
    fences[t] = threads >> t & 1 ? name : elsewhere;
  return fences;
}

static void plan_fence(Ladder *ladder, LadderFence *fence, uint64_t threads, const char *where) {
  const char *elsewhere = ladder_is_heavy(ladder, fence->name) ? "compiler" : "none"; // the light side
  const char *const *fences = same_for(ladder, fence->name, threads, elsewhere);
  add_row(ladder, (LadderRow){.kind = ROW_FENCE,
                              .name = fence->name,
                              .threads = where,
                              .fences = fences,
                              .fence = fence,
                              .is_c11 = dialect_fence(ladder->test->dialect, fence->name) != NULL,
                              .test = test_with_fences(ladder->test, fences, ladder->arena)});
}

// In every thread that has a place for it, then in each of them alone.
static void plan_places(Ladder *ladder, LadderFence *fence) {
  const Test *all = test_with_fence(ladder->test, fence->name, UINT64_MAX, ladder->arena);
  unsigned threads = 0;
  uint64_t placed = 0;
  for (unsigned t = 0; t < ladder->test->thread_count; t++)
    if (places_of(ladder, all, t)) {
      placed |= (uint64_t)1 << t;
      threads++;
    }
  if (threads > 1)
    plan_fence(ladder, fence, placed, "all");
  for (unsigned t = 0; t < ladder->test->thread_count && threads && ladder->test->thread_count <= LADDER_ALONE_MAX; t++)
    if (placed >> t & 1)
      plan_fence(ladder, fence, (uint64_t)1 << t, arena_printf(ladder->arena, "P%u", t));
}

static void plan_orders(Ladder *ladder) {
  for (unsigned strength = 0; strength < STRENGTH_COUNT; strength++) {
    unsigned threads = ladder->test->thread_count;
    for (unsigned t = 0; t <= threads; t++) {
      bool all = t == threads;
      if (!all && (threads < 2 || threads > LADDER_ALONE_MAX))
        continue;
      uint64_t chosen = all ? UINT64_MAX : (uint64_t)1 << t;
      const Test *test = test_with_orders(ladder->test, strength, chosen, ladder->arena);
      if (!all && test_equal(test, ladder->test))
        continue;
      add_row(ladder, (LadderRow){.kind = ROW_ORDERS,
                                  .name = ladder->test->dialect->strengths[strength].name,
                                  .threads = all ? "all" : arena_printf(ladder->arena, "P%u", t),
                                  .is_c11 = true,
                                  .test = test});
    }
  }
}

static void plan(Ladder *ladder) {
  const char *const *names = campaign_fences(ladder->test->dialect, ladder->arena);
  unsigned count = 0, threads = ladder->test->thread_count;
  while (names[count])
    count++;
  ladder->fences = ARENA_ARRAY(ladder->arena, LadderFence, count);
  ladder->row_capacity = (count + 3) * (threads + 1) + LADDER_HERE + 1;
  ladder->rows = ARENA_ARRAY(ladder->arena, LadderRow, ladder->row_capacity);
  add_row(ladder, (LadderRow){.kind = ROW_FENCE,
                              .name = "none",
                              .threads = "all",
                              .fences = same_for(ladder, "none", 0, "none"),
                              .is_c11 = true,
                              .test = ladder->test});
  for (unsigned i = 0; i < count; i++) {
    if (!strcmp(names[i], "none"))
      continue;
    LadderFence *fence = &ladder->fences[ladder->fence_count++];
    *fence = (LadderFence){.name = names[i], .operation = names[i]};
    plan_places(ladder, fence);
  }
  if (ladder->options.orders)
    plan_orders(ladder);
}

// ---- Running

// The earlier row that was compiled to the same instructions.
static const LadderRow *find_same(const Ladder *ladder, const LadderRow *row) {
  for (const LadderRow *at = ladder->rows; at < row; at++)
    if (!at->same && machine_code_same(&at->code, &row->code))
      return at;
  return NULL;
}

static void compile_progress(unsigned done, unsigned count, void *context) {
  const LadderSite *site = context;
  tell(site, "compiled", done, count);
}

// Compiles the rows from `first` on. False, with the reason, where they cannot be placed.
static bool compile(Making *m, unsigned first) {
  Ladder *ladder = m->ladder;
  unsigned count = ladder->row_count - first;
  static const char *const no_fence[] = {"none"};
  const Test **tests = ARENA_ARRAY(ladder->arena, const Test *, count);
  for (unsigned i = 0; i < count; i++)
    tests[i] = ladder->rows[first + i].test;
  CampaignOptions options = {.tests = tests,
                             .test_count = count,
                             .fences = no_fence, // they are in the tests
                             .fence_count = 1,
                             .placement = ladder->options.placement,
                             .pus = ladder->options.pus,
                             .pu_count = ladder->options.pu_count,
                             .run = ladder->options.run};
  Campaign *campaign = ARENA_NEW(ladder->arena, Campaign);
  if (!campaign_plan(&options, m->site.topology, ladder->machine, ladder->compiler, ladder->arena, campaign, m->diag))
    return false;
  assert(campaign->count == count);
  campaign_compile(campaign, ladder->arena, m->site.stop, compile_progress, &m->site);
  for (unsigned i = 0; i < count; i++) {
    LadderRow *row = &ladder->rows[first + i];
    row->campaign = campaign;
    row->run = &campaign->runs[i];
    row->code = machine_code_of_run(row->test, row->run->compiled, false, ladder->arena);
    row->same = find_same(ladder, row);
  }
  return true;
}

static void count_seen(const Making *m, LadderRow *row) {
  Arena *scratch = arena_new();
  Value *values = ARENA_ARRAY(scratch, Value, m->ladder->test->observable_total);
  const Record *record = &row->run->record;
  row->done = !strcmp(record->status, "done");
  row->iterations = record->iterations;
  for (unsigned i = 0; i < record->state_count; i++) {
    const RecordState *state = &record->states[i];
    bool known = state_parse(m->ladder->test, state->state, values);
    assert(known); // it was printed by the same rules
    if (known && is_target(m, (State){values}))
      row->seen += state->count;
  }
  arena_free(scratch);
}

static void run_row(Making *m, LadderRow *row) {
  Campaign *campaign = ARENA_NEW(m->ladder->arena, Campaign);
  *campaign = *row->campaign;
  campaign_run(campaign, row->run, m->ladder->arena, m->site.stop);
  count_seen(m, row);
}

static void share_seen(LadderRow *row) {
  row->done = row->same->done;
  row->iterations = row->same->iterations;
  row->seen = row->same->seen;
}

static void run(Making *m, unsigned first) {
  Ladder *ladder = m->ladder;
  for (unsigned i = first; i < ladder->row_count && !stopped(&m->site); i++) {
    LadderRow *row = &ladder->rows[i];
    tell(&m->site, row->name, i, ladder->row_count);
    if (row->same)
      share_seen(row);
    else
      run_row(m, row);
    for (unsigned j = 0; j < ladder->judge_count; j++)
      if (j != LADDER_C11 || row->is_c11) // to C11 a fence of the CPU is nothing
        row->verdicts[j] = judge(m, row->test, row->code.program, &ladder->judges[j]);
  }
}

// ---- What the compiler made of each fence

static void read_code(Making *m) {
  Ladder *ladder = m->ladder;
  const MachineCode *without = &ladder->rows[0].code;
  for (unsigned i = 1; without->program && i < ladder->row_count && !stopped(&m->site); i++) {
    const LadderRow *row = &ladder->rows[i];
    LadderFence *fence = row->fence;
    if (!fence || fence->emitted || !row->code.program) // each is read once, where it stands in most threads
      continue;
    const CpuFence *is;
    fence->emitted = ladder_emitted(&row->code, without, &is, ladder->arena);
    if (dialect_fence(ladder->test->dialect, fence->name))
      fence->operation = is ? is->name : *fence->emitted ? fence->name : "compiler";
  }
}

// ---- Prices

// The row of an operation in a context. What is measured against cores that run, as a heavy fence, has no other.
static CostRow *cost_row(const Making *m, const char *operation, const char *context) {
  CostRow *row = cost_find(m->cost, operation, context);
  return row ? row : cost_find(m->cost, operation, COST_OTHERS_RUNNING);
}

// A sum of figures, and how far it may be off: the same figure may be in it more than once.
typedef struct {
  double ns, off;
  bool stable;
} Price;

static const CostRow *figure(const Making *m, const char *operation, const char *context) {
  const CostRow *row = m->cost ? cost_row(m, operation, context) : NULL;
  return row && row->measured && !row->reason ? row : NULL;
}

// A figure that is not told from nothing is nothing.
static void add_figure(const CostRow *row, Price *price) {
  double ns = row->ns < 0.05 ? 0 : row->ns;
  price->ns += ns;
  price->off += ns * row->spread;
  price->stable = price->stable && row->stable;
}

static double spread_of(const Price *price) { return price->ns == 0 ? 0 : price->off / fabs(price->ns); }

// Why there is no figure of a fence after a store to a line that another core owns.
static const char *no_figure(const Making *m, const LadderFence *fence) {
  const CostRow *row = m->cost ? cost_row(m, fence->operation, COST_AFTER_OTHER) : NULL;
  return row && row->reason ? row->reason : "not measured";
}

// Whether a store stands before one of these, so that it matters who owns the line.
static bool after_store(Places places) {
  for (unsigned i = 0; i < places.count; i++)
    if (strcmp(place_context(places.places[i]), place_contended(places.places[i])) != 0)
      return true;
  return false;
}

// What a fence adds to a thread. `far`: where another core owns the lines; *no_far: why that is not known.
static bool price_places(const Making *m, const LadderFence *fence, Places places, Price *near, Price *far,
                         const char **no_far) {
  for (unsigned i = 0; i < places.count; i++) {
    const CostRow *here = figure(m, fence->operation, place_context(places.places[i]));
    const CostRow *there = figure(m, fence->operation, place_contended(places.places[i]));
    if (!there)
      *no_far = no_figure(m, fence);
    if (!here)
      return false;
    add_figure(here, near);
    if (there == here && strcmp(place_context(places.places[i]), place_contended(places.places[i])) != 0)
      *no_far = "one price for all places";
    else if (there)
      add_figure(there, far);
  }
  return true;
}

static const LadderFence *fence_of(const Ladder *ladder, const char *name) {
  for (unsigned i = 0; i < ladder->fence_count; i++)
    if (!strcmp(ladder->fences[i].name, name))
      return &ladder->fences[i];
  return NULL; // "none"
}

static bool price_accesses(const Making *m, const Test *test, unsigned thread, Price *price) {
  for (const char *const *name = ladder_accesses(test, thread, m->ladder->arena); *name; name++) {
    const CostRow *row = figure(m, *name, COST_ALONE);
    if (!row)
      return false;
    add_figure(row, price);
  }
  return true;
}

// What the accesses of the row's threads cost more than as written.
static bool price_orders(const Making *m, const LadderRow *row, Price *price) {
  for (unsigned t = 0; t < m->ladder->test->thread_count; t++) {
    Price after = {.stable = true}, before = {.stable = true};
    if (!price_accesses(m, row->test, t, &after) || !price_accesses(m, m->ladder->test, t, &before))
      return false;
    if (fabs(after.ns - before.ns) < ACCESS_NOISE)
      continue;
    price->ns += after.ns - before.ns;
    price->off += after.off + before.off;
    price->stable = price->stable && after.stable && before.stable;
  }
  return true;
}

static bool price_fences(const Making *m, LadderRow *row, Price *near, Price *far) {
  const Ladder *ladder = m->ladder;
  bool stored = false, any = false;
  for (unsigned t = 0; t < ladder->test->thread_count; t++) {
    const LadderFence *fence = fence_of(ladder, row->fences[t]);
    Places places = fence ? ladder_places(ladder->test, row->test, t, ladder->arena) : (Places){0};
    if (!price_places(m, fence, places, near, far, &row->no_contended))
      return false;
    stored = stored || after_store(places);
    any = any || places.count;
  }
  if (any && !stored)
    row->no_contended = "no store before it";
  return true;
}

static void price(const Making *m, LadderRow *row) {
  Price near = {.stable = true}, far = {.stable = true};
  row->no_contended = row->kind == ROW_ORDERS ? "accesses that hit" : NULL;
  row->priced = row->kind == ROW_ORDERS ? price_orders(m, row, &near) : price_fences(m, row, &near, &far);
  row->ns = near.ns;
  row->contended_ns = far.ns;
  row->spread = spread_of(&near);
  row->contended_spread = spread_of(&far);
  row->stable = row->priced && near.stable;
  row->contended_stable = row->priced && !row->no_contended && far.stable;
}

typedef struct {
  CostRow **rows;
  size_t count, capacity;
} Wanted;

static void want(const Making *m, Wanted *wanted, const char *operation, const char *context) {
  CostRow *row = cost_row(m, operation, context);
  if (!row || row->reason)
    return;
  for (size_t i = 0; i < wanted->count; i++)
    if (wanted->rows[i] == row)
      return;
  wanted->rows = arena_grow(m->ladder->arena, wanted->rows, &wanted->capacity, wanted->count + 1, sizeof *wanted->rows);
  wanted->rows[wanted->count++] = row;
}

static void want_row(const Making *m, const LadderRow *row, Wanted *wanted) {
  const Ladder *ladder = m->ladder;
  for (unsigned t = 0; t < ladder->test->thread_count; t++) {
    if (row->kind == ROW_ORDERS) {
      for (const char *const *name = ladder_accesses(row->test, t, ladder->arena); *name; name++)
        want(m, wanted, *name, COST_ALONE);
      for (const char *const *name = ladder_accesses(ladder->test, t, ladder->arena); *name; name++)
        want(m, wanted, *name, COST_ALONE);
      continue;
    }
    const LadderFence *fence = fence_of(ladder, row->fences[t]);
    Places places = fence ? ladder_places(ladder->test, row->test, t, ladder->arena) : (Places){0};
    for (unsigned i = 0; i < places.count; i++) {
      want(m, wanted, fence->operation, place_context(places.places[i]));
      want(m, wanted, fence->operation, place_contended(places.places[i]));
    }
  }
}

static bool keep_measuring(void *context, const CostRow *row) {
  const LadderSite *site = context;
  tell(site, row->operation, 0, 0);
  return !stopped(site);
}

// The PUs that the test runs on, each once: the first measures.
static unsigned distinct_pus(const Placement *placement, Arena *arena, unsigned **out) {
  unsigned count = 0;
  *out = ARENA_ARRAY(arena, unsigned, placement->threads);
  for (unsigned i = 0; i < placement->threads; i++) {
    bool known = false;
    for (unsigned k = 0; k < count; k++)
      known |= (*out)[k] == placement->pus[i];
    if (!known)
      (*out)[count++] = placement->pus[i];
  }
  return count;
}

static void measure(Making *m) {
  Ladder *ladder = m->ladder;
  unsigned *pus, count = distinct_pus(&ladder->rows[0].run->placement, ladder->arena, &pus);
  Diag diag = {.arena = ladder->arena};
  m->cost = cost_new(m->site.topology, pus, count, &diag);
  if (!m->cost) {
    diag_warning(m->diag, "no costs: %s", diag.first ? diag.first->message : "they cannot be measured");
    return;
  }
  Wanted wanted = {0};
  for (unsigned i = 0; i < ladder->row_count; i++)
    want_row(m, &ladder->rows[i], &wanted);
  cost_measure(m->cost, wanted.rows, (unsigned)wanted.count, keep_measuring, &m->site);
  for (unsigned i = 0; i < ladder->row_count; i++)
    price(m, &ladder->rows[i]);
}

// ---- Combinations

// What a thread may be given, for one model.
typedef struct {
  const char **names;
  double *costs;
  unsigned count;
} Options;

// What a fence is to a CPU's model: the tags of its events. "": nothing.
static const char *strength_of(const Cpu *cpu, const Dialect *dialect, const char *name, Arena *arena) {
  const CpuFence *fence = cpu_fence(cpu, name);
  if (fence)
    return fence->tags;
  const DialectFence *own = dialect_fence(dialect, name);
  if (own->op != ACCESS_FENCE)
    return "";
  const LowerRow *row = cpu_lower(cpu, dialect->name, LOWER_FENCE, own->order, NULL);
  const char *tags = "";
  for (unsigned i = 0; row && i < row->step_count; i++)
    tags = arena_printf(arena, "%s%s;", tags, row->steps[i].tags);
  size_t length = strlen(tags);
  return row && row->step_count == 1 ? arena_copy(arena, tags, length - 1) : tags;
}

static double price_in(const Making *m, const LadderFence *fence, unsigned thread) {
  const Ladder *ladder = m->ladder;
  const Test *fenced = test_with_fence(ladder->test, fence->name, (uint64_t)1 << thread, ladder->arena);
  Price near = {0}, far = {0};
  const char *no_far;
  Places places = ladder_places(ladder->test, fenced, thread, ladder->arena);
  return price_places(m, fence, places, &near, &far, &no_far) ? near.ns : 1e9; // last of all
}

// Of fences that are the same to the model the cheapest, one of C11 where there is little between them.
static Options options_of(const Making *m, const Judge *by, unsigned thread) {
  const Ladder *ladder = m->ladder;
  Arena *arena = ladder->arena;
  Options out = {ARENA_ARRAY(arena, const char *, ladder->fence_count + 2),
                 ARENA_ARRAY(arena, double, ladder->fence_count + 2), 1};
  out.names[0] = "none";
  const char **strengths = ARENA_ARRAY(arena, const char *, ladder->fence_count + 2);
  strengths[0] = "";
  bool is_c11 = by == &ladder->judges[LADDER_C11];
  const Dialect *dialect = ladder->test->dialect;
  for (unsigned i = 0; i < ladder->fence_count; i++) {
    const LadderFence *fence = &ladder->fences[i];
    const DialectFence *own = dialect_fence(dialect, fence->name);
    if ((is_c11 && (!own || own->op != ACCESS_FENCE)) || (own && !strcmp(own->order, ORDER_HEAVY)))
      continue;
    const char *strength = is_c11 ? fence->name : strength_of(by->model->cpu, dialect, fence->name, arena);
    double cost = price_in(m, fence, thread);
    unsigned k = 0;
    while (k < out.count && strcmp(strengths[k], strength) != 0)
      k++;
    if (k == 0)
      continue;
    if (k == out.count)
      out.count++;
    else if (cost >= out.costs[k] - fmax(0.2, 0.05 * out.costs[k])) // C11's come first
      continue;
    out.names[k] = fence->name;
    out.costs[k] = cost;
    strengths[k] = strength;
  }
  const char *most = dialect->fences[dialect->fence_count - 1].name;
  most = is_c11 ? most : strength_of(by->model->cpu, dialect, most, arena);
  for (unsigned k = 1; k + 1 < out.count; k++) // the one that orders the most goes last
    if (!strcmp(strengths[k], most)) {
      const char *name = out.names[k];
      double cost = out.costs[k];
      for (unsigned i = k; i + 1 < out.count; i++) {
        out.names[i] = out.names[i + 1];
        out.costs[i] = out.costs[i + 1];
      }
      out.names[out.count - 1] = name;
      out.costs[out.count - 1] = cost;
      break;
    }
  return out;
}

typedef struct {
  const Making *making;
  const Judge *by;
  const Options *options;
  double deadline; // time_seconds
  bool late;       // it was passed, so that something was not asked
} Question;

static const char *const *picked(const Question *q, const unsigned *pick, Arena *arena) {
  unsigned threads = q->making->ladder->test->thread_count;
  const char **fences = ARENA_ARRAY(arena, const char *, threads);
  for (unsigned t = 0; t < threads; t++)
    fences[t] = q->options[t].names[pick[t]];
  return fences;
}

static bool forbids(void *context, const unsigned *pick) {
  Question *q = context;
  const Making *m = q->making;
  q->late |= stopped(&m->site) || time_seconds() > q->deadline;
  if (q->late)
    return false;
  Arena *scratch = arena_new();
  const Test *test = test_with_fences(m->ladder->test, picked(q, pick, scratch), scratch);
  LadderVerdict verdict = judge(m, test, NULL, q->by);
  arena_free(scratch);
  return verdict.speaks && verdict.verdict == VERDICT_FORBIDDEN && !verdict.thin_air;
}

// The row of this combination, made where there is none yet.
static const LadderRow *row_of(Ladder *ladder, const char *const *fences) {
  const Test *test = test_with_fences(ladder->test, fences, ladder->arena);
  for (unsigned i = 0; i < ladder->row_count; i++)
    if (ladder->rows[i].kind != ROW_ORDERS && test_equal(ladder->rows[i].test, test))
      return &ladder->rows[i];
  const char *name = fences[0];
  bool is_c11 = true;
  for (unsigned t = 0; t < ladder->test->thread_count; t++) {
    if (t)
      name = arena_printf(ladder->arena, "%s|%s", name, fences[t]);
    is_c11 &= !strcmp(fences[t], "none") || dialect_fence(ladder->test->dialect, fences[t]);
  }
  return add_row(
      ladder,
      (LadderRow){
          .kind = ROW_COMBINATION, .name = name, .threads = "each", .fences = fences, .is_c11 = is_c11, .test = test});
}

static void combine(Making *m, unsigned by) {
  Ladder *ladder = m->ladder;
  unsigned threads = ladder->test->thread_count;
  Options *options = ARENA_ARRAY(ladder->arena, Options, threads);
  SearchThread *search = ARENA_ARRAY(ladder->arena, SearchThread, threads);
  for (unsigned t = 0; t < threads; t++) {
    options[t] = options_of(m, &ladder->judges[by], t);
    search[t] = (SearchThread){options[t].costs, options[t].count};
  }
  tell(&m->site, "combinations", 0, 0);
  Question question = {m, &ladder->judges[by], options, time_seconds() + SEARCH_SECONDS, false};
  SearchResult result = ladder_search(search, threads, forbids, &question, QUESTIONS, ladder->arena);
  LadderCombination *out = &ladder->combinations[by];
  *out = (LadderCombination){.cheapest = result.cheapest && !question.late, .asked = result.asked};
  if (result.found && !stopped(&m->site))
    out->row = row_of(ladder, picked(&question, result.pick, ladder->arena));
}

static bool add_combinations(Making *m) {
  Ladder *ladder = m->ladder;
  unsigned first = ladder->row_count;
  for (unsigned by = LADDER_C11; by <= LADDER_HERE; by++)
    combine(m, by);
  if (ladder->row_count == first)
    return true;
  if (!compile(m, first))
    return false;
  run(m, first);
  for (unsigned i = first; i < ladder->row_count; i++)
    price(m, &ladder->rows[i]);
  return true;
}

// ---- Everything

bool ladder_make(const LadderOptions *options, const Test *test, const LadderSite *site, const Identity *machine,
                 const Compiler *compiler, Arena *arena, Ladder *out, Diag *diag) {
  *out = (Ladder){.test = test, .arena = arena, .options = *options, .machine = machine, .compiler = compiler};
  Making making = {.ladder = out, .site = *site, .diag = diag};
  find_judges(out);
  find_target(&making);
  plan(out);
  if (!compile(&making, 0))
    return false;
  read_code(&making);
  run(&making, 0);
  if (!stopped(site))
    measure(&making);
  bool good = !options->per_thread || out->target != TARGET_WEAK || stopped(site) || add_combinations(&making);
  cost_free(making.cost);
  out->interrupted = stopped(site);
  ladder_note(out);
  ladder_sort(out);
  ladder_choose(out);
  return good;
}

void ladder_release(const Ladder *ladder) {
  for (unsigned i = 0; i < ladder->row_count; i++)
    if (ladder->rows[i].run)
      compiled_release(ladder->rows[i].run->compiled);
}
