// What the condition and the filter say of a state, as C; and the table that the C exports.
#include "harness/build/emit.h"

// A value as it is compared: as a number, whatever its type.
static void emit_observed(const Test *test, unsigned index, unsigned word, Text *out) {
  const Observable *o = &test->observables[index];
  const char *type = o->may_point ? "__int128" : emit_type(observable_base(test, o));
  text_printf(out, "  const __int128 v%u = (%s)", index, type);
  if (observable_bits(test, o) == 128)
    text_printf(out, "((unsigned __int128)state[%u] << 64 | state[%u]);\n", word + 1, word);
  else
    text_printf(out, "state[%u];\n", word);
}

// Two observables are equal where they are the same number: -1 is not the largest unsigned.
static void emit_equal(const Test *test, const Prop *prop, Text *out) {
  text_printf(out, "%sv%u == ", prop->kind == PROP_EQUAL ? "(" : "!(", prop->observable);
  if (!prop->against_observable) {
    emit_value(prop->value, BASE_INT128, out);
  } else {
    bool one = base_type_signed(observable_base(test, &test->observables[prop->observable]));
    bool other = base_type_signed(observable_base(test, &test->observables[prop->other]));
    text_printf(out, one == other ? "v%u" : "v%u && v%u >= 0", prop->other, prop->other);
  }
  text_add_char(out, ')');
}

// `a -> b` is `!a || b`: operands of the operator that they are part of need no parentheses, of which compilers bear
// only so many.
static PropKind operator_of(const Prop *prop) { return prop->kind == PROP_IMPLIES ? PROP_OR : prop->kind; }

static void emit_prop(const Test *test, const Prop *prop, Text *out);

static void emit_part(const Test *test, const Prop *part, PropKind whole, Text *out) {
  bool bare = operator_of(part) == whole || (part->kind != PROP_AND && operator_of(part) != PROP_OR);
  text_add(out, bare ? "" : "(");
  emit_prop(test, part, out);
  text_add(out, bare ? "" : ")");
}

static void emit_prop(const Test *test, const Prop *prop, Text *out) {
  switch (prop->kind) {
  case PROP_TRUE:
  case PROP_FALSE:
    text_add_char(out, prop->kind == PROP_TRUE ? '1' : '0');
    return;
  case PROP_EQUAL:
  case PROP_NOT_EQUAL:
    emit_equal(test, prop, out);
    return;
  case PROP_HOLDS:
    text_add_char(out, '(');
    emit_expr(&(Emit){.test = test, .out = out}, prop->expr);
    text_add_char(out, ')');
    return;
  case PROP_NOT:
    text_add(out, "!");
    emit_part(test, prop->left, PROP_NOT, out);
    return;
  case PROP_AND:
  case PROP_OR:
  case PROP_IMPLIES:
    break;
  }
  text_add(out, prop->kind == PROP_IMPLIES ? "!" : "");
  emit_part(test, prop->left, prop->kind == PROP_IMPLIES ? PROP_NOT : prop->kind, out);
  text_add(out, prop->kind == PROP_AND ? " && " : " || ");
  emit_part(test, prop->right, operator_of(prop), out);
}

static const char *asked(Quantifier quantifier) {
  switch (quantifier) {
  case QUANTIFIER_EXISTS:
  case QUANTIFIER_NOT_EXISTS:
    return "witness";
  case QUANTIFIER_FORALL:
    return "!witness";
  case QUANTIFIER_NONE:
    break;
  }
  return "0";
}

static void emit_classify(const Test *test, Text *out) {
  text_add(out, "static unsigned classify(const uint64_t *state) {\n");
  for (unsigned i = 0, word = 0; i < test->observable_total; i++) {
    emit_observed(test, i, word, out);
    word += observable_bits(test, &test->observables[i]) == 128 ? 2 : 1;
  }
  for (unsigned i = 0; test->code && i < test->observable_total; i++)
    text_printf(out, "  const int64_t reg_%s = (int64_t)v%u;\n  (void)reg_%s;\n", test->threads[0].registers[i].name, i,
                test->threads[0].registers[i].name);
  text_add(out, "  const int witness = ");
  emit_prop(test, test->condition.body, out);
  text_add(out, ";\n  const int hidden = ");
  text_add(out, test->filter ? "!" : "0");
  if (test->filter)
    emit_part(test, test->filter, PROP_NOT, out);
  text_printf(
      out, ";\n  return (witness ? STATE_WITNESS : 0) | (%s ? STATE_ASKED : 0) | (hidden ? STATE_HIDDEN : 0);\n}\n\n",
      asked(test->condition.quantifier));
}

void emit_code(const Test *test, const Shape *shape, Text *out) {
  if (test->code)
    users_emit(test, out);
  else if (shape->perpetual)
    perpetual_emit(test, shape, out);
  else
    lockstep_emit(test, shape, out);
  emit_classify(test, out);
  text_add(out,
           "extern const KernelCode kernel_code;\n"
           "__attribute__((visibility(\"default\"))) const KernelCode kernel_code = {\n    .classify = classify,\n");
  if (shape->perpetual)
    text_add(out, "    .iterations = iterations,\n");
  else
    text_add(out, "    .threads = threads,\n    .pausing = pausing,\n    .frame_bytes = frame_bytes,\n"
                  "    .reset = reset,\n    .count = count,\n    .small_bits = SMALL_BITS,\n");
  bool grace = test_has_grace(test), locks = test_has_locks(test);
  if (test_has_loop(test) || test_is_assembly(test))
    text_add(out, "    .waits = 1,\n");
  if (grace || test_has_heavy_fence(test))
    text_add(out, "    .heavy = 1,\n");
  if (grace || locks)
    text_printf(out, "    .means = \"%s%s%s\",\n", locks ? "spin locks" : "", locks && grace ? ", " : "",
                grace ? "RCU by membarrier" : "");
  text_add(out, "};\n");
}
