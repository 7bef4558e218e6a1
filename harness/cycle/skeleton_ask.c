#include "harness/cycle/skeleton.h"

typedef struct {
  const Test *test;
  Asked *asked;
  Skeleton *out;
} Asker;

// False where it is not a conjunction of values.
static bool ask(const Asker *a, const Prop *prop) {
  if (prop->kind == PROP_AND)
    return ask(a, prop->left) && ask(a, prop->right);
  if (prop->kind != PROP_EQUAL || prop->against_observable)
    return false;
  const Observable *o = &a->test->observables[prop->observable];
  if (o->is_register) {
    a->asked->has_registers[o->thread][o->reg] = true;
    a->asked->registers[o->thread][o->reg] = prop->value;
  } else {
    a->out->has_final[o->location] = true;
    a->out->final[o->location] = prop->value;
  }
  return true;
}

const char *skeleton_ask(const Test *test, Asked *asked, Skeleton *out) {
  if (test->condition.quantifier != QUANTIFIER_EXISTS && test->condition.quantifier != QUANTIFIER_NOT_EXISTS)
    return "its condition asks for no state: it is neither `exists` nor `~exists`";
  const Asker a = {test, asked, out};
  return ask(&a, test->condition.body) ? NULL : "its condition is not a conjunction of values";
}
