#include "results/import_test.h"
#include "arch/names.h"
#include "harness/lang/parse.h"
#include "harness/lang/print.h"
#include "harness/lang/state.h"
#include "results/condition.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const LogTest *log;
  Arena *arena;
  Test *test;                           // of the log: its condition and what its states show
  bool has_condition;                   // which lang could read
  unsigned ranks[LIMIT_OBSERVABLES];    // its observables, registers of a thread in the order they are to be named
  const char *names[LIMIT_OBSERVABLES]; // how its registers are called here; NULL: not known yet
} Reading;

// ---- The log's test

// `locations [1:EAX; x;]` of what a state shows. False where it shows something else.
static bool add_locations(const char *state, Text *out) {
  text_add(out, "locations [");
  for (size_t length; *(state += strspn(state, " \t;")); state += length) {
    length = strcspn(state, ";");
    const char *equals = memchr(state, '=', length);
    if (!equals)
      return false;
    text_add_bytes(out, state, (size_t)(equals - state));
    text_add(out, ";");
  }
  text_add(out, "]");
  return true;
}

static Test *parse_bare(const char *state, const char *condition, Arena *arena) {
  Text text = {0};
  Diag quiet = {.arena = arena};
  Test *test = NULL;
  if (add_locations(state, &text)) {
    text_add(&text, " ");
    text_add(&text, condition);
    Source *source = ARENA_NEW(arena, Source);
    *source = (Source){.name = "", .bytes = arena_string(arena, text_string(&text)), .length = text.length};
    test = condition_parse(source, arena, &quiet);
  }
  text_free(&text);
  return test;
}

static bool reads_states(const Test *test, const LogTest *log, Arena *arena) {
  Value *values = ARENA_ARRAY(arena, Value, test->observable_total + (size_t)1);
  for (size_t i = 0; i < log->state_count; i++)
    if (!state_parse(test, log->states[i].text, values))
      return false;
  return true;
}

static bool read_test(Reading *r) {
  const char *state = r->log->state_count ? r->log->states[0].text : "";
  r->test = parse_bare(state, r->log->condition ? r->log->condition : "", r->arena);
  r->has_condition = r->test && r->log->condition;
  if (!r->test && r->log->condition)
    r->test = parse_bare(state, "", r->arena);
  return r->test && reads_states(r->test, r->log, r->arena);
}

// ---- The names of its registers

static bool is_c(const Code *code) { return code && !strcmp(code->arch, "C"); }

static Register *register_of(const Reading *r, unsigned observable) {
  const Observable *o = &r->test->observables[observable];
  return o->is_register ? &r->test->threads[o->thread].registers[o->reg] : NULL;
}

static int by_rank(const void *a, const void *b, void *context) {
  const Reading *r = context;
  unsigned i = *(const unsigned *)a, k = *(const unsigned *)b;
  const Observable *x = &r->test->observables[i], *y = &r->test->observables[k];
  if (!x->is_register || !y->is_register || x->thread != y->thread)
    return (i > k) - (i < k); // as lang has them: by threads, then locations
  const char *left = register_of(r, i)->name, *right = register_of(r, k)->name;
  const Code *code = r->log->code && r->log->code->begun ? r->log->code : NULL;
  size_t before = code ? code_place(code, x->thread, left) : 0, after = code ? code_place(code, x->thread, right) : 0;
  return before != after ? (before < after ? -1 : 1) : strverscmp(left, right);
}

static void rank(Reading *r) {
  for (unsigned i = 0; i < r->test->observable_count; i++)
    r->ranks[i] = i;
  qsort_r(r->ranks, r->test->observable_count, sizeof *r->ranks, by_rank, r);
}

// What the suite's test calls the register that is `index`th of those it shows of a thread, in program order; NULL.
static const char *suite_name(const Test *suite, unsigned thread, unsigned index) {
  if (!suite || thread >= suite->thread_count)
    return NULL;
  for (unsigned reg = 0; reg < suite->threads[thread].register_count; reg++)
    for (unsigned i = 0; i < suite->observable_count; i++) {
      const Observable *o = &suite->observables[i];
      if (o->is_register && o->thread == thread && o->reg == reg && !index--)
        return suite->threads[thread].registers[reg].name;
    }
  return NULL;
}

static bool is_used(const Reading *r, unsigned thread, const char *name) {
  for (unsigned i = 0; i < r->test->observable_count; i++)
    if (r->names[i] && r->test->observables[i].thread == thread && !strcmp(r->names[i], name))
      return true;
  return false;
}

static const char *free_name(const Reading *r, unsigned thread) {
  const char *name;
  for (unsigned i = 0; (name = suite_name(r->log->suite, thread, i)); i++)
    if (!is_used(r, thread, name))
      return name;
  for (unsigned i = 0;; i++) {
    name = arena_printf(r->arena, "r%u", i);
    if (!is_used(r, thread, name))
      return name;
  }
}

static bool is_suites(const Reading *r, unsigned observable) {
  const Observable *o = &r->test->observables[observable];
  const char *name;
  for (unsigned i = 0; (name = suite_name(r->log->suite, o->thread, i)); i++)
    if (!strcmp(name, register_of(r, observable)->name))
      return true;
  return false;
}

static bool keeps_names(const Reading *r) {
  bool keeps = is_c(r->log->code) || r->log->suite;
  for (unsigned i = 0; i < r->test->observable_count && keeps && !is_c(r->log->code); i++)
    keeps = !register_of(r, i) || is_suites(r, i);
  return keeps;
}

// The suite's condition tells which register is which of its own.
static void name_by_condition(Reading *r) {
  unsigned twins[LIMIT_OBSERVABLES];
  if (!r->log->suite || !r->has_condition || !condition_match(r->test, r->ranks, r->log->suite, twins))
    return;
  for (unsigned i = 0; i < r->test->observable_count; i++) {
    const Observable *o = twins[i] == CONDITION_NO_TWIN ? NULL : &r->log->suite->observables[twins[i]];
    if (o && o->is_register)
      r->names[i] = r->log->suite->threads[o->thread].registers[o->reg].name;
  }
}

static void rename_registers(Reading *r) {
  rank(r);
  if (keeps_names(r))
    return;
  name_by_condition(r);
  for (unsigned i = 0; i < r->test->observable_count; i++) {
    unsigned observable = r->ranks[i];
    if (register_of(r, observable) && !r->names[observable])
      r->names[observable] = free_name(r, r->test->observables[observable].thread);
  }
  for (unsigned i = 0; i < r->test->observable_count; i++)
    if (r->names[i])
      register_of(r, i)->name = r->names[i];
}

// ---- The record

static int by_state(const void *a, const void *b) {
  return strcmp(((const RecordState *)a)->state, ((const RecordState *)b)->state);
}

static const char *print_state(const Test *test, const Value *values, Arena *arena) {
  Text text = {0};
  state_print(test, (State){values}, &text);
  return text_finish(&text, arena);
}

static const char *print_condition(const Test *test, Arena *arena) {
  Text text = {0};
  condition_print(test, &text);
  return text_finish(&text, arena);
}

// litmus7 marks what one looks for, which of `forall` is what contradicts it.
static bool is_starred_witness(const LogTest *log, const LogState *state) {
  return state->starred != (log->condition && !strncmp(log->condition, "forall", strlen("forall")));
}

static void add_state(const LogState *state, const char *text, bool witness, Record *record) {
  record->states[record->state_count++] =
      (RecordState){.state = text, .count = state->count, .witness = witness, .weak = -1};
  record->witnesses += witness ? state->count : 0;
}

// The states as the log has them.
static void add_raw(const LogTest *log, Record *record) {
  for (size_t i = 0; i < log->state_count; i++)
    add_state(&log->states[i], log->states[i].text, is_starred_witness(log, &log->states[i]), record);
}

// The states by their values, which were read before the registers had their new names: as the suite prints them if its
// test shows the same, else in the order that the new names have.
static void add_states(Reading *r, const Value *const *values, Record *record) {
  const LogTest *log = r->log;
  const char *first = log->state_count ? print_state(r->test, values[0], r->arena) : "";
  const Test *own = parse_bare(first, "", r->arena), *as = log->suite;
  for (size_t i = 0; i < log->state_count && as; i++) {
    Value *ignored = ARENA_ARRAY(r->arena, Value, as->observable_total + (size_t)1);
    as = state_parse(as, print_state(r->test, values[i], r->arena), ignored) ? as : NULL;
  }
  as = as ? as : own;
  for (size_t i = 0; i < log->state_count; i++) {
    bool witness =
        r->has_condition ? state_is_witness(r->test, (State){values[i]}) : is_starred_witness(log, &log->states[i]);
    const char *text = print_state(r->test, values[i], r->arena);
    Value *again = as ? ARENA_ARRAY(r->arena, Value, as->observable_total + (size_t)1) : NULL;
    if (as && state_parse(as, text, again))
      text = print_state(as, again, r->arena);
    add_state(&log->states[i], text, witness, record);
  }
}

static const Value **read_values(const Reading *r) {
  const Value **all = ARENA_ARRAY(r->arena, const Value *, r->log->state_count + 1);
  for (size_t i = 0; i < r->log->state_count; i++) {
    Value *values = ARENA_ARRAY(r->arena, Value, r->test->observable_total + (size_t)1);
    (void)state_parse(r->test, r->log->states[i].text, values); // as it did before
    all[i] = values;
  }
  return all;
}

LogFacts import_test(const LogTest *log, Arena *arena, Record *record) {
  Reading reading = {.log = log, .arena = arena};
  LogFacts facts = {.arch = ""};
  record->states = ARENA_ARRAY(arena, RecordState, log->state_count + 1);
  record->condition = log->condition ? log->condition : "";
  if (!read_test(&reading)) {
    add_raw(log, record);
  } else {
    const Value **values = read_values(&reading);
    for (unsigned i = 0; i < reading.test->observable_count && !*facts.arch; i++)
      facts.arch = register_of(&reading, i) ? arch_of_register(register_of(&reading, i)->name) : "";
    rename_registers(&reading);
    if (reading.has_condition)
      record->condition = print_condition(reading.test, arena);
    facts.is_suite = reading.has_condition && log->suite && condition_same_body(reading.test, log->suite);
    add_states(&reading, values, record);
  }
  if (record->state_count)
    qsort(record->states, record->state_count, sizeof *record->states, by_state);
  return facts;
}
