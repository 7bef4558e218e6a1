#include "harness/study/program_order.h"

#include "harness/model/explain.h"

#include <string.h>

const char *program_order_name(ProgramOrder order) {
  static const char *const names[] = {
      [PO_STORE_LOAD] = "store to load",      [PO_STORE_STORE] = "store to store",
      [PO_LOAD_LOAD] = "load to load",        [PO_LOAD_STORE] = "load to store",
      [PO_SAME_LOCATION] = "to one location", [PO_MULTI_COPY_ATOMIC] = "multi-copy atomic"};
  return names[order];
}

// ---- How two accesses of a thread are kept in order

// What keeps them, by C11's orders.
typedef enum {
  KEPT_NOT,    // nothing does
  KEPT_HERE,   // an acquire load, which says nothing of what other threads see of each other
  KEPT_FENCED, // a fence, a release store, or two seq_cst accesses: that may order other threads' stores too
  KEPT_UNCLEAR // something that C11 does not promise it of
} Kept;

static bool tagged(const Event *event, const char *tags) {
  size_t length = strlen(event->tags);
  for (const char *at = tags; length && (at = strstr(at, event->tags)); at += length)
    if ((at == tags || at[-1] == ' ') && (!at[length] || at[length] == ' '))
      return true;
  return false;
}

static bool is_relaxed(const Event *event) { return !*event->tags || tagged(event, "RLX NA"); }
static bool acquires(const Event *event) { return tagged(event, "ACQ CON ACQ_REL SC"); }
static bool releases(const Event *event) { return tagged(event, "REL ACQ_REL SC"); }

// Whether a fence orders accesses of two kinds (C17 7.17.4): what it acquires for, or releases, is on its other side.
static bool fence_orders(const Event *fence, const Event *a, const Event *b) {
  return tagged(fence, "SC") || (acquires(fence) && a->kind == EVENT_READ) ||
         (releases(fence) && b->kind == EVENT_WRITE);
}

static bool depends(const Execution *x, unsigned a, unsigned b) {
  return relation_has(x->addr, a, b) || relation_has(x->data, a, b) || relation_has(x->ctrl, a, b);
}

static Kept how_kept(const Execution *x, unsigned from, unsigned to) {
  const Event *a = &x->events[from], *b = &x->events[to];
  bool fence = false;
  for (unsigned e = from + 1; e < to; e++) // a thread's events stand in program order
    if (x->events[e].kind == EVENT_FENCE) {
      if (fence_orders(&x->events[e], a, b))
        return KEPT_FENCED;
      fence = true;
    }
  if ((b->kind == EVENT_WRITE && releases(b)) || (tagged(a, "SC") && tagged(b, "SC")))
    return KEPT_FENCED;
  if (a->kind == EVENT_READ && acquires(a))
    return KEPT_HERE;
  return fence || depends(x, from, to) || !is_relaxed(a) || !is_relaxed(b) ? KEPT_UNCLEAR : KEPT_NOT;
}

// ---- The cycle

static bool same_place(const Event *a, const Event *b) {
  return a->location == b->location && a->element == b->element;
}

static ProgramOrder order_of(const Event *a, const Event *b) {
  if (same_place(a, b))
    return PO_SAME_LOCATION;
  if (a->kind == EVENT_WRITE)
    return b->kind == EVENT_WRITE ? PO_STORE_STORE : PO_STORE_LOAD;
  return b->kind == EVENT_WRITE ? PO_LOAD_STORE : PO_LOAD_LOAD;
}

// Whether each access of the program is on it, and each is a load or a store and no more.
static bool is_whole(const Explanation *found) {
  const Execution *x = &found->execution;
  unsigned accesses = 0;
  for (unsigned e = 0; e < x->event_count; e++) {
    if (x->events[e].kind != EVENT_READ && x->events[e].kind != EVENT_WRITE && x->events[e].kind != EVENT_FENCE)
      return false;
    accesses += x->events[e].thread >= 0 && x->events[e].kind != EVENT_FENCE;
  }
  for (unsigned i = 0; i < found->verdict.cycle_length; i++)
    if (x->events[found->verdict.cycle[i]].thread < 0 || !found->verdict.edges[i])
      return false;
  return accesses == found->verdict.cycle_length;
}

// Whether a thread does nothing on the cycle but one store, which one other thread has seen and another has not.
static bool is_seen_by_some(const Explanation *found, unsigned at) {
  const Execution *x = &found->execution;
  const unsigned *cycle = found->verdict.cycle, length = found->verdict.cycle_length;
  unsigned before = cycle[(at + length - 1) % length], after = cycle[(at + 1) % length];
  int thread = x->events[cycle[at]].thread, missed = x->events[before].thread, saw = x->events[after].thread;
  return relation_has(x->rf, cycle[at], after) && saw != thread && missed != thread && saw != missed;
}

static unsigned orders_of(const Explanation *found) {
  const CatVerdict *cycle = &found->verdict;
  const Event *events = found->execution.events;
  unsigned orders = 0;
  bool fenced = false, shared = false;
  for (unsigned i = 0; i < cycle->cycle_length; i++) {
    unsigned a = cycle->cycle[i], b = cycle->cycle[(i + 1) % cycle->cycle_length];
    shared |= is_seen_by_some(found, i);
    if (strcmp(cycle->edges[i], "po") != 0)
      continue;
    Kept kept = how_kept(&found->execution, a, b);
    if (kept == KEPT_UNCLEAR)
      return 0;
    fenced |= kept == KEPT_FENCED;
    if (kept == KEPT_NOT)
      orders |= 1u << order_of(&events[a], &events[b]);
  }
  return orders | (unsigned)(shared && !fenced) << PO_MULTI_COPY_ATOMIC;
}

// ---- The state

// What a conjunction of equations gives to each observable; false where it is none.
static bool read_equations(const Prop *prop, Value *values, bool *given) {
  if (prop->kind == PROP_AND)
    return read_equations(prop->left, values, given) && read_equations(prop->right, values, given);
  if (prop->kind != PROP_EQUAL || prop->against_observable || given[prop->observable])
    return false;
  values[prop->observable] = prop->value;
  return given[prop->observable] = true;
}

// The one state that an `exists` or a `~exists` asks for.
static bool asked_state(const Test *test, Value values[LIMIT_OBSERVABLES]) {
  bool given[LIMIT_OBSERVABLES] = {false};
  Quantifier quantifier = test->condition.quantifier;
  if ((quantifier != QUANTIFIER_EXISTS && quantifier != QUANTIFIER_NOT_EXISTS) ||
      !read_equations(test->condition.body, values, given))
    return false;
  for (unsigned i = 0; i < test->observable_count; i++)
    if (!given[i])
      return false;
  return true;
}

unsigned test_program_orders(const Test *test, const Judge *sc, double seconds, Arena *arena) {
  Value values[LIMIT_OBSERVABLES] = {0};
  Diag quiet = {.arena = arena};
  if (test_is_assembly(test) || !asked_state(test, values))
    return 0;
  const Program *program = program_from_test(test, sc->model, NULL, arena, &quiet);
  if (!program || program->unmodelled)
    return 0;
  EnumerationLimits limits = judge_limits(seconds);
  Explanation found = model_explain(sc->cat, program, &limits, prediction_values(test, (State){values}, arena), arena);
  return found.found && !found.why && !found.verdict.allowed && is_whole(&found) ? orders_of(&found) : 0;
}
