#include "harness/model/verdict.h"

#include <stdlib.h>
#include <string.h>

const char *verdict_name(Verdict verdict) {
  static const char *const names[] = {"allowed", "forbidden", "undefined", "unmodelled", "unknown"};
  return names[verdict];
}

// ---- A set of states ----

typedef struct {
  EventValue *values;
  uint64_t allowed; // executions that end in it
  bool thin_air;
} SeenState;

typedef struct {
  Arena *arena;
  unsigned width; // values of a state
  SeenState *states;
  size_t count, capacity;
  size_t *table; // open addressing: index of a state + 1; 0: free
  size_t table_size;
} StateSet;

static int compare_values(const EventValue *a, const EventValue *b, unsigned width) {
  for (unsigned i = 0; i < width; i++) {
    int order = event_value_compare(a[i], b[i]);
    if (order)
      return order;
  }
  return 0;
}

static size_t slot_of(const StateSet *set, const EventValue *values) {
  uint64_t hash = 0;
  for (unsigned i = 0; i < set->width; i++) {
    hash = (hash ^ (uint64_t)values[i].number ^ (uint64_t)(uint32_t)values[i].location << 40) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 31;
  }
  size_t slot = hash & (set->table_size - 1);
  while (set->table[slot] && compare_values(set->states[set->table[slot] - 1].values, values, set->width))
    slot = (slot + 1) & (set->table_size - 1);
  return slot;
}

static void widen(StateSet *set) {
  set->table_size = set->table_size ? set->table_size * 2 : 64;
  set->table = ARENA_ARRAY(set->arena, size_t, set->table_size);
  for (size_t i = 0; i < set->count; i++)
    set->table[slot_of(set, set->states[i].values)] = i + 1;
}

// The state with these values, added where it is new.
static SeenState *state_of(StateSet *set, const EventValue *values) {
  if (set->count * 2 >= set->table_size)
    widen(set);
  size_t slot = slot_of(set, values);
  if (!set->table[slot]) {
    set->states = arena_grow(set->arena, set->states, &set->capacity, set->count + 1, sizeof *set->states);
    EventValue *copy = ARENA_ARRAY(set->arena, EventValue, set->width);
    if (set->width)
      memcpy(copy, values, set->width * sizeof *copy);
    set->states[set->count++] = (SeenState){.values = copy};
    set->table[slot] = set->count;
  }
  return &set->states[set->table[slot] - 1];
}

// ---- Judging ----

typedef struct {
  CatModel *model;
  const ModelOptions *options;
  uint64_t flags; // that the model may raise: executions are judged until all are
  StateSet states;
  ModelResult *result;
  Arena *scratch;
  uint64_t forbidden;   // executions, so far
  long credit;          // how many more executions that are being made are looked at
  uint64_t path_serial; // of the execution that was looked at last
} Judging;

// Executions that are being made are given up where they are forbidden already. That takes as long as to judge one, so
// as many are looked at as it seems to save. The first ones that are forbidden are not given up: the states that they
// end in are told.
enum { LISTED = 2000, CREDIT_FORBIDDEN = 1, CREDIT_REFUTED = 8, PRICE_ANEW = 8, CREDIT_LIMIT = 1 << 16 };

enum { SCRATCH_LIMIT = 16 << 20, STATE_LIMIT = 1 << 20, STATE_MEMORY = 64 << 20 };

// Keeps the memory of one judgement after the other within bounds.
static void tidy(Judging *j) {
  if (arena_used(j->scratch) < SCRATCH_LIMIT)
    return;
  arena_free(j->scratch);
  j->scratch = arena_new();
}

// Whether a forbidden execution is forbidden by the thin-air axiom alone: the axiom comes last in its model, so that it
// is the first to fail. It speaks of cycles in po | rf; only where there are any is the verdict asked for again.
static bool is_thin_air(Judging *j, const Execution *execution) {
  if (!j->options->thin_air)
    return false;
  Relation both = relation_new(j->scratch, execution->event_count);
  bits_or(both.bits, execution->po.bits, execution->rf.bits, (size_t)both.n * both.words);
  if (relation_acyclic(both, set_new(j->scratch, both.n)))
    return false;
  CatVerdict verdict;
  cat_judge(j->model, execution, true, j->scratch, &verdict);
  return !verdict.allowed && verdict.axiom && !strcmp(verdict.axiom, j->options->thin_air);
}

static void give_up(Judging *j, const char *why) {
  j->result->gave_up = true;
  j->result->why = arena_string(j->states.arena, why);
}

static Execution *keep(Judging *j, const Execution *execution) {
  Execution *kept = ARENA_NEW(j->states.arena, Execution);
  *kept = execution_copy(execution, j->states.arena);
  return kept;
}

static void keep_race(Judging *j, const Execution *execution) {
  CatVerdict verdict;
  cat_judge(j->model, execution, true, j->scratch, &verdict);
  if (!verdict.has_race)
    return;
  j->result->racy = keep(j, execution);
  memcpy(j->result->race, verdict.race, sizeof j->result->race);
}

// Whether the model allows an execution; where it does, what it flags in it leaves the program without a meaning.
static bool allows(Judging *j, const Execution *execution) {
  CatVerdict verdict;
  j->path_serial = execution->path_serial;
  cat_judge(j->model, execution, false, j->scratch, &verdict);
  j->result->judged++;
  if (verdict.error) {
    give_up(j, verdict.error);
    return false;
  }
  j->result->flags |= verdict.allowed ? verdict.flags : 0;
  if (verdict.allowed && verdict.undefined && !j->result->undefined) {
    j->result->undefined = true;
    j->result->flag = arena_string(j->states.arena, verdict.flag ? verdict.flag : "");
    keep_race(j, execution);
  }
  return verdict.allowed;
}

static void gain(Judging *j, long credit) {
  j->credit = j->credit + credit < CREDIT_LIMIT ? j->credit + credit : CREDIT_LIMIT;
}

static bool promising(const Execution *part, void *context) {
  Judging *j = context;
  long price = part->path_serial == j->path_serial ? 1 : PRICE_ANEW;
  if (j->credit < price)
    return true;
  j->credit -= price;
  j->path_serial = part->path_serial;
  bool refuted = cat_refutes(j->model, part, j->options->thin_air);
  tidy(j);
  if (refuted)
    gain(j, CREDIT_REFUTED);
  return !refuted;
}

static void judge_state(Judging *j, const Execution *execution, SeenState *state) {
  if (allows(j, execution)) {
    state->allowed++;
  } else if (!j->result->gave_up) {
    state->thin_air = state->thin_air || (!state->allowed && is_thin_air(j, execution));
    if (++j->forbidden > LISTED)
      gain(j, CREDIT_FORBIDDEN);
  }
}

static bool all_raised(const Judging *j) { return !(j->flags & ~j->result->flags); }

static bool judge(const Execution *execution, void *context) {
  Judging *j = context;
  if (execution->refused) {
    if (!all_raised(j))
      allows(j, execution);
    tidy(j);
    return !j->result->gave_up;
  }
  SeenState *state = state_of(&j->states, execution->state);
  if (j->states.count > STATE_LIMIT || j->states.count * j->states.width * sizeof *state->values > STATE_MEMORY)
    give_up(j, "it has more than a million final states, or more than 64 MiB of them");
  if (!state->allowed || j->options->count || !all_raised(j))
    judge_state(j, execution, state);
  tidy(j);
  return !j->result->gave_up;
}

// An execution in which some thread waits for ever: the first that the model allows is kept.
static bool judge_hang(const Execution *execution, void *context) {
  Judging *j = context;
  CatVerdict verdict;
  cat_judge(j->model, execution, false, j->scratch, &verdict);
  if (verdict.error || !verdict.allowed) {
    gain(j, CREDIT_FORBIDDEN);
    return !verdict.error;
  }
  j->result->hang = keep(j, execution);
  return false;
}

static int compare_states(const void *a, const void *b, void *width) {
  const SeenState *x = a, *y = b;
  return compare_values(x->values, y->values, *(unsigned *)width);
}

static void list_states(StateSet *set, ModelResult *result) {
  if (set->count)
    qsort_r(set->states, set->count, sizeof *set->states, compare_states, &set->width);
  result->candidates = ARENA_ARRAY(set->arena, EventValue *, set->count);
  result->states = ARENA_ARRAY(set->arena, EventValue *, set->count);
  result->counts = ARENA_ARRAY(set->arena, uint64_t, set->count);
  result->thin_air = ARENA_ARRAY(set->arena, bool, set->count);
  for (size_t i = 0; i < set->count; i++) {
    const SeenState *state = &set->states[i];
    result->thin_air[i] = !state->allowed && state->thin_air;
    result->candidates[result->candidate_count++] = state->values;
    if (state->allowed) {
      result->counts[result->state_count] = state->allowed;
      result->states[result->state_count++] = state->values;
    }
  }
}

static const char *misfit_sentence(const Program *program, const Misfit *misfit, Arena *arena) {
  if (misfit->kind == MISFIT_NOWHERE)
    return "an access may be where no location is";
  const ProgramLocation *location = &program->locations[misfit->location];
  if (misfit->kind == MISFIT_BEYOND && !location->elements)
    return "an access may be beyond its array";
  if (location->elements)
    return arena_printf(arena, "an access of %u bits at %s+%lld, of which others access a part, or which is misaligned",
                        misfit->bits, location->name, (long long)misfit->offset);
  if (misfit->kind == MISFIT_BETWEEN)
    return arena_printf(arena, "an access of %u bits may begin within %s", misfit->bits, location->name);
  return arena_printf(arena, "an access of %u bits to %s, of %u bits: mixed sizes are not judged", misfit->bits,
                      location->name, location->bits);
}

ModelResult model_run(CatModel *model, const Program *program, const ModelOptions *options, Arena *arena) {
  ModelResult result = {.unmodelled = program->unmodelled, .why = program->unmodelled_reason};
  if (program->unmodelled)
    return result;
  EnumerationLimits limits = options->limits;
  limits.coherent_only = !options->incoherent && cat_implies_coherence(model);
  limits.atomic_only = cat_implies_atomicity(model);
  limits.waits = true;
  limits.alike = limits.widens = !options->count;
  unsigned flag_count;
  cat_flags(model, &flag_count);
  limits.keeps_turns = flag_count != 0;
  limits.refused = flag_count && options->undefined_behaviour;
  limits.hang = limits.wanted ? NULL : judge_hang;
  limits.promising = promising;
  Judging judging = {.model = model,
                     .options = options,
                     .flags = flag_count < CAT_FLAG_LIMIT ? ((uint64_t)1 << flag_count) - 1 : UINT64_MAX,
                     .states = {.arena = arena, .width = program->observable_count},
                     .result = &result,
                     .scratch = arena_new()};
  cat_reset(model);
  EnumerationResult enumeration = executions_each(program, &limits, judge, &judging);
  arena_free(judging.scratch);
  result.executions = enumeration.executions;
  result.bound_reached = enumeration.bound_reached;
  result.circular = enumeration.circular;
  result.hang_open = enumeration.hangs_open && !result.hang;
  if (enumeration.gave_up) {
    result.gave_up = true;
    result.why = enumeration.timed_out
                     ? arena_printf(arena, "it takes longer than the %g s it was given; %ju executions were looked at",
                                    limits.seconds, (uintmax_t)enumeration.executions)
                     : enumeration.why;
  }
  if (enumeration.misfit.kind) {
    result.unmodelled = true;
    result.misfit = enumeration.misfit;
    result.why = misfit_sentence(program, &enumeration.misfit, arena);
  }
  list_states(&judging.states, &result);
  return result;
}

Verdict model_verdict(const ModelResult *result, const EventValue *state, unsigned count) {
  if (result->unmodelled)
    return VERDICT_UNMODELLED;
  if (result->undefined)
    return VERDICT_UNDEFINED;
  unsigned low = 0, high = result->state_count;
  while (low < high) {
    unsigned middle = (low + high) / 2;
    int order = compare_values(result->states[middle], state, count);
    if (!order)
      return VERDICT_ALLOWED;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return result->gave_up || result->bound_reached ? VERDICT_UNKNOWN : VERDICT_FORBIDDEN;
}
