#include "harness/study/users_code.h"

#include "harness/code/shared.h"
#include "harness/event/alone.h"
#include "harness/lang/code_grade.h"
#include "harness/lang/code_read.h"
#include "harness/model/explain.h"
#include "harness/study/users_lines.h"

#include <stdlib.h>
#include <string.h>

enum { LAYOUT_TURNS = 256 };

// What code may call that does nothing to memory.
static const CodeCallee callees[] = {{"sched_yield", IDLE_FUNCTION}, {NULL, NULL}};

typedef struct {
  const CodeFile *code;
  const Cpu *cpu;
  const Listing *listing;
  const InstructionSet *set;
  const Judge *judges;
  const UsersOptions *options;
  const Test *test;
  CodeLayout layout;
  Program *init, *threads, *arbiter; // NULL: there is none
  Arena *arena;
  Diag diag;
  const char *why; // the first thing that could not be done
} Reader;

static const Judge *judge_by(const Reader *r, const Model *model) { return &r->judges[model_index(model)]; }
static const Judge *judge_alone(const Reader *r) { return judge_by(r, model_find("sc")); }

static bool fail(Reader *r, const char *why) {
  r->why = r->why ? r->why : why;
  return false;
}

// ---- Programs

static Program *read_functions(Reader *r, const char *const *functions, unsigned count, bool alone) {
  SharedThreads from = {.name = r->code->name,
                        .listing = r->listing,
                        .set = r->set,
                        .functions = functions,
                        .function_count = count,
                        .results = r->code->results,
                        .result_count = r->code->result_count,
                        .alone = alone,
                        .shows_memory = alone || r->code->arbiter,
                        .layout = &r->layout,
                        .callees = callees,
                        .rmw_is_one_event = alone || r->cpu->model->rmw_is_one_event,
                        .unroll = r->options->unroll ? r->options->unroll : LOWER_UNROLL};
  Program *program = shared_program(&from, r->arena, &r->diag);
  if (!program)
    fail(r, users_lines_error(&r->diag, r->listing, r->arena));
  return program;
}

static bool read_programs(Reader *r) {
  const char **symbols = ARENA_ARRAY(r->arena, const char *, r->code->thread_count);
  for (unsigned t = 0; t < r->code->thread_count; t++)
    symbols[t] = r->code->threads[t].symbol;
  r->threads = read_functions(r, symbols, r->code->thread_count, false);
  if (r->threads && r->code->init)
    r->init = read_functions(r, &r->code->init, 1, true);
  if (r->threads && r->code->arbiter)
    r->arbiter = read_functions(r, &r->code->arbiter, 1, true);
  return !r->why;
}

// An access found no element where it takes place: whether there is one from now on.
static bool learn(Reader *r, Value offset, unsigned bits) {
  return code_layout_touch(&r->layout, offset, bits) && r->layout.changed;
}

static bool learn_of(Reader *r, const Misfit *misfit) {
  return misfit->kind > MISFIT_NOWHERE && misfit->location == SHARED_LOCATION && learn(r, misfit->offset, misfit->bits);
}

// ---- Functions that run alone: what they leave, which is what the program shows. NULL: nothing, or not yet known.

static const EventValue *run_alone(Reader *r, const Program *program, const char *symbol) {
  AloneRun run = program_run_alone(program, r->arena);
  if (run.misfits && run.address.location != SHARED_LOCATION)
    fail(r, arena_printf(r->arena, "%s accesses what lies nowhere", symbol));
  else if (run.misfits && !learn(r, run.address.number, run.bits))
    fail(r, arena_printf(r->arena, "%s makes an access of %u bits at shared+%lld, of which others access a part",
                         symbol, run.bits, (long long)run.address.number));
  else if (run.why)
    fail(r, arena_printf(r->arena, "%s does not end: %s", symbol, run.why));
  return run.state;
}

static void set_memory(Program *program, const EventValue *values) {
  ProgramLocation *shared = &program->locations[SHARED_LOCATION];
  if (shared->length)
    memcpy(shared->initial, values, shared->length * sizeof *values);
}

static bool prepare(Reader *r) {
  const EventValue *left = r->init ? run_alone(r, r->init, r->code->init) : NULL;
  if (left)
    set_memory(r->threads, left + r->code->result_count);
  return left || !r->init;
}

// What the arbiter makes of a state of the threads' program.
static const EventValue *arbitrate(Reader *r, const EventValue *state) {
  if (!r->arbiter)
    return state;
  unsigned results = r->code->result_count;
  if (results)
    memcpy(r->arbiter->locations[RESULT_LOCATION].initial, state, results * sizeof *state);
  set_memory(r->arbiter, state + results);
  return run_alone(r, r->arbiter, r->code->arbiter);
}

// ---- States

typedef struct {
  UsersState *states;
  unsigned count;
} States;

static int compare_states(const void *a, const void *b, void *context) {
  const UsersState *x = a, *y = b;
  const CodeFile *code = context;
  for (unsigned i = 0; i < code->result_count; i++)
    if (x->results[i] != y->results[i])
      return x->results[i] < y->results[i] ? -1 : 1;
  return 0;
}

static bool find_states(Reader *r, const ModelResult *result, States *out) {
  out->states = ARENA_ARRAY(r->arena, UsersState, result->state_count + (size_t)1);
  for (unsigned i = 0; i < result->state_count; i++) {
    const EventValue *last = arbitrate(r, result->states[i]);
    if (!last)
      return false;
    UsersState *state = &out->states[i];
    *state = (UsersState){.results = ARENA_ARRAY(r->arena, Value, r->code->result_count + (size_t)1),
                          .at = result->states[i]};
    for (unsigned v = 0; v < r->code->result_count; v++) {
      if (last[v].location >= 0)
        return fail(r, arena_printf(r->arena, "the result '%s' may be an address, which is no number that is known",
                                    r->code->results[v]));
      state->results[v] = last[v].number;
    }
    state->grade = code_grade(r->code, state->results);
  }
  qsort_r(out->states, result->state_count, sizeof *out->states, compare_states, (void *)r->code);
  for (unsigned i = 0; i < result->state_count; i++)
    if (!out->count || compare_states(&out->states[out->count - 1], &out->states[i], (void *)r->code) != 0)
      out->states[out->count++] = out->states[i];
  return true;
}

static bool is_forbidden(const UsersState *state) { return state->grade && state->grade->kind == GRADE_FORBIDDEN; }

// Which forbidden states come of no interleaving of the machine code.
static void find_weak(Reader *r, UsersState *states, unsigned count) {
  bool any = false;
  for (unsigned i = 0; i < count; i++)
    any |= is_forbidden(&states[i]);
  if (!any)
    return;
  JudgeOptions options = {.limits = r->options->limits, .program = r->threads};
  Prediction sc = judge_test(judge_alone(r), r->test, &options, r->arena);
  States kept = {0};
  if (prediction_is_partial(&sc) || !find_states(r, &sc.result, &kept))
    return;
  for (unsigned i = 0; i < count; i++) {
    bool found = false;
    for (unsigned k = 0; k < kept.count && !found; k++)
      found = !compare_states(&states[i], &kept.states[k], (void *)r->code);
    states[i].weak = is_forbidden(&states[i]) && !found;
  }
}

// ---- All of it

// The programs, and what the model says, once all elements are known that they access.
static void judge(Reader *r, UsersCode *out) {
  for (unsigned turn = 0; turn < LAYOUT_TURNS; turn++) {
    r->layout.changed = false;
    if (!read_programs(r))
      return;
    if (r->layout.changed || (!prepare(r) && !r->why))
      continue;
    if (r->why)
      return;
    out->program = users_lines_tell(r->threads, r->listing, r->arena);
    JudgeOptions options = {.limits = r->options->limits, .program = out->program};
    Prediction p = judge_test(judge_by(r, r->cpu->model), r->test, &options, r->arena);
    States states = {0};
    if (learn_of(r, &p.result.misfit) || (!find_states(r, &p.result, &states) && !r->why))
      continue;
    out->result = p.result;
    out->states = states.states;
    out->state_count = states.count;
    fail(r, p.why);
    find_weak(r, states.states, states.count);
    return;
  }
  fail(r, "which parts of what is shared are accessed is not settled");
}

UsersCode users_code_judge(const CodeFile *code, const Cpu *cpu, const Source *listing, const Judge *judges,
                           const UsersOptions *options, Arena *arena) {
  UsersCode out = {.code = code, .cpu = cpu};
  Reader r = {.code = code,
              .cpu = cpu,
              .set = instructions_of_arch(cpu->name),
              .judges = judges,
              .options = options,
              .test = code_test(code, arena),
              .layout = code_layout_new((unsigned)code->shared_bytes, arena),
              .arena = arena,
              .diag = {.arena = arena}};
  r.listing = r.set ? listing_read(listing, arena, &r.diag) : NULL;
  if (!r.set)
    fail(&r, "no table tells of the instructions of this CPU");
  else if (!r.listing)
    fail(&r, r.diag.first->message);
  else
    judge(&r, &out);
  out.why = r.why;
  return out;
}

bool users_code_is_open(const UsersCode *code) {
  return !code->program || code->result.unmodelled || code->result.gave_up || code->result.bound_reached;
}

void users_code_explain(const UsersCode *code, const EventValue *state, const Judge *judges,
                        const EnumerationLimits *limits, Arena *arena, Text *out) {
  const Judge *by = &judges[model_index(code->cpu->model)];
  Explanation explanation = model_explain(by->cat, code->program, limits, state, arena);
  explanation_print(&explanation, by->name, out);
}

const char *users_state_string(const CodeFile *code, const UsersState *state, Arena *arena) {
  Text text = {0};
  for (unsigned r = 0; r < code->result_count; r++)
    text_printf(&text, "%s%s=%lld", r ? " " : "", code->results[r], (long long)state->results[r]);
  return text_finish(&text, arena);
}
