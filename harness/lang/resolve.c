// What can be known only once all of a test is read: the types of initial values, what the condition's names name.
#include "harness/lang/parser.h"
#include "harness/lang/print.h"

#include <stdlib.h>
#include <string.h>

// The value of a number, whose type is known now. One that the type does not have could never be seen: it is an error,
// where herd would search for it in vain.
static Value value_of(Parser *p, Number number, BaseType type) {
  if (!number_fits(number, type))
    ERROR_AT(p, number.span, "no '%s' has this value", base_type_name(type));
  return number_value(number, type);
}

static void resolve_register(Parser *p, InitRegister *init) {
  if (init->thread >= p->test->thread_count) {
    ERROR_AT(p, init->span, "no such thread: there are %u, counted from 0", p->test->thread_count);
    return;
  }
  Thread *thread = &p->test->threads[init->thread];
  int reg = register_find(thread, init->name);
  if (reg < 0)
    reg = register_add(p, init->thread, init->name, init->type, init->span);
  if (reg < 0)
    return;
  Register *r = &thread->registers[reg];
  r->has_initial = true;
  r->type.is_volatile |= init->type.is_volatile;
  if (init->is_given)
    r->initial = value_of(p, init->number, r->type.base);
}

void resolve_initial_values(Parser *p) {
  for (unsigned i = 0; i < p->test->location_count; i++) {
    Location *l = &p->test->locations[i];
    for (unsigned j = 0; j < l->length; j++)
      l->initial[j] = value_of(p, p->notes[i].numbers[j], l->type);
  }
  for (size_t i = 0; i < p->init_register_count; i++)
    resolve_register(p, &p->init_registers[i]);
}

// A register or location that only the condition names is 0, as in herd; more often it is a slip.
static void warn_unknown(Parser *p, const Mention *m) {
  Suggestion suggestion = suggestion_for(m->name);
  const Test *test = p->test;
  if (m->is_register) {
    const Thread *thread = &test->threads[m->thread];
    for (unsigned i = 0; i < thread->register_count; i++)
      suggestion_try(&suggestion, thread->registers[i].name);
    WARNING_AT(p, m->span, "P%u has no register '%s': it is 0%s", m->thread, m->name, suggestion_text(p, &suggestion));
    return;
  }
  for (unsigned i = 0; i < test->location_count; i++)
    suggestion_try(&suggestion, test->locations[i].name);
  WARNING_AT(p, m->span, "no thread uses a location '%s': it is 0%s", m->name, suggestion_text(p, &suggestion));
}

static int compare_mentions(const void *a, const void *b) {
  const Mention *left = *(const Mention *const *)a, *right = *(const Mention *const *)b;
  if (left->is_register != right->is_register)
    return left->is_register ? -1 : 1;
  if (left->is_register && left->thread != right->thread)
    return left->thread < right->thread ? -1 : 1;
  int order = strcmp(left->name, right->name);
  if (order)
    return order;
  if (left->element != right->element)
    return left->element < right->element ? -1 : 1;
  return left->is_hidden - right->is_hidden;
}

// Checks what a mention names, and makes it where nothing else names it. In sorted order, so that the numbers of what
// is made do not depend on the order of mention.
static bool resolve_name(Parser *p, const Mention *m) {
  Test *test = p->test;
  if (m->is_register) {
    if (m->thread >= test->thread_count)
      return ERROR_AT(p, m->span, "no such thread: there are %u, counted from 0", test->thread_count);
    if (register_find(&test->threads[m->thread], m->name) >= 0)
      return true;
    warn_unknown(p, m);
    return register_add(p, m->thread, m->name, (Type){.base = BASE_INT}, m->span) >= 0;
  }
  int location = location_find(test, m->name);
  if (location < 0) {
    warn_unknown(p, m);
    location = location_intern(p, m->name, m->span);
  }
  if (location < 0)
    return false;
  const Location *l = &test->locations[location];
  if (l->is_array && !m->has_element && !m->is_whole)
    return ERROR_AT(p, m->span, "'%s' is an array: name an element, '%s[0]'", l->name, l->name);
  if (m->is_whole && !m->has_element && l->length > LIMIT_OBSERVABLES)
    return ERROR_AT(p, m->span, "more than %d registers and locations are observed", LIMIT_OBSERVABLES);
  if (m->element >= l->length)
    return ERROR_AT(p, m->span, "'%s' has %u element%s", l->name, l->length, l->length == 1 ? "" : "s");
  return true;
}

// Puts the elements of an array that `locations` names in the array's place.
static void expand_arrays(Parser *p) {
  size_t count = p->mention_count;
  for (size_t i = 0; i < count; i++) {
    Mention m = p->mentions[i];
    int location = m.is_register ? -1 : location_find(p->test, m.name);
    unsigned length = location < 0 ? 0 : p->test->locations[location].length;
    if (!length || !m.is_whole || m.has_element || length > LIMIT_OBSERVABLES)
      continue;
    p->mentions =
        arena_grow(p->arena, p->mentions, &p->mention_capacity, p->mention_count + length, sizeof *p->mentions);
    m.has_element = true;
    p->mentions[i].has_element = true;
    for (m.element = 1; m.element < length; m.element++)
      p->mentions[p->mention_count++] = m;
  }
}

static Observable observable_of(const Test *test, const Mention *m) {
  Observable o = {.is_register = m->is_register, .thread = m->thread, .element = m->element};
  if (m->is_register)
    o.reg = (unsigned)register_find(&test->threads[m->thread], m->name);
  else
    o.location = (unsigned)location_find(test, m->name);
  return o;
}

static bool same_observable(const Mention *a, const Mention *b) {
  return a->is_register == b->is_register && (!a->is_register || a->thread == b->thread) && a->element == b->element &&
         !strcmp(a->name, b->name);
}

// Makes the observables of the sorted mentions: those that are shown, or those that only the filter names.
static bool add_observables(Parser *p, Mention **sorted, bool hidden) {
  Test *test = p->test;
  for (size_t i = 0, end; i < p->mention_count; i = end) {
    // The mentions of one observable stand together, those that show it first.
    for (end = i; end < p->mention_count && same_observable(sorted[i], sorted[end]);)
      end++;
    if (sorted[i]->is_hidden != hidden)
      continue;
    if (test->observable_total == LIMIT_OBSERVABLES)
      return ERROR_AT(p, sorted[i]->span, "more than %d registers and locations are observed", LIMIT_OBSERVABLES);
    test->observables[test->observable_total] = observable_of(test, sorted[i]);
    for (size_t j = i; j < end; j++)
      sorted[j]->observable = test->observable_total;
    test->observable_total++;
  }
  if (!hidden)
    test->observable_count = test->observable_total;
  return true;
}

// In a proposition: mentions become observables, values are wrapped to their types.
static void resolve_prop(Parser *p, Prop *prop) {
  if (prop->left)
    resolve_prop(p, prop->left);
  if (prop->right)
    resolve_prop(p, prop->right);
  if (prop->kind != PROP_EQUAL && prop->kind != PROP_NOT_EQUAL)
    return;
  const Mention *left = &p->mentions[prop->observable];
  prop->observable = left->observable;
  if (prop->against_observable)
    prop->other = p->mentions[prop->other].observable;
  else
    prop->value = value_of(p, left->number, observable_base(p->test, &p->test->observables[prop->observable]));
}

void resolve_mentions(Parser *p) {
  Test *test = p->test;
  expand_arrays(p);
  Mention **sorted = ARENA_ARRAY(p->arena, Mention *, p->mention_count + 1);
  for (size_t i = 0; i < p->mention_count; i++)
    sorted[i] = &p->mentions[i];
  qsort(sorted, p->mention_count, sizeof(Mention *), compare_mentions);
  bool ok = true;
  for (size_t i = 0; i < p->mention_count; i++)
    ok &= resolve_name(p, sorted[i]);
  test->observables = ARENA_ARRAY(p->arena, Observable, LIMIT_OBSERVABLES);
  if (!ok || !add_observables(p, sorted, false) || !add_observables(p, sorted, true))
    return;
  if (test->condition.body)
    resolve_prop(p, test->condition.body);
  if (test->filter)
    resolve_prop(p, test->filter);
}
