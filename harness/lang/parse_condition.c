// After the threads: what is observed, which states count and the condition. What can be known only once all is read
// (the types of initial values, what the condition's names name) comes last.
#include "harness/lang/parser.h"
#include "harness/lang/print.h"

#include <stdlib.h>
#include <string.h>

static Prop *parse_prop(Parser *p, bool hidden);
static Prop *join(Parser *p, PropKind kind, Prop *left, Prop *right);

// The mention's index.
static unsigned mention_add(Parser *p, Mention mention) {
  p->mentions = arena_grow(p->arena, p->mentions, &p->mention_capacity, p->mention_count + 1, sizeof *p->mentions);
  p->mentions[p->mention_count] = mention;
  return (unsigned)p->mention_count++;
}

// Over the `0:` or `P0:` of a register; *thread is its number.
bool parse_thread_prefix(Parser *p, unsigned *thread) {
  Token token = p->token;
  if (token.kind == TOKEN_NAME) {
    token.text++;
    token.span.length--;
  }
  Value value;
  BaseType type;
  const char *problem = number_read(token, &value, &type);
  if (problem)
    return ERROR_AT(p, p->token.span, "%s", problem);
  // Whether there is such a thread is asked when all are known.
  *thread = value < 0 || value > LIMIT_THREADS ? LIMIT_THREADS : (unsigned)value;
  parser_advance(p);
  parser_advance(p); // ':'
  return true;
}

// observable := NUMBER ':' NAME | NAME [ '[' NUMBER ']' ] | '[' NAME [ '[' NUMBER ']' ] ']'
static bool parse_observable(Parser *p, Mention *m) {
  size_t begin = p->token.span.offset;
  if (parser_at(p, "*"))
    return ERROR_AT(p, p->token.span, "a location is named without '*' here");
  if (parser_at_register(p)) {
    m->is_register = true;
    if (!parse_thread_prefix(p, &m->thread) || !(m->name = parser_register_name(p)))
      return false;
    m->type = (Type){.base = p->is_bare ? BASE_INT128 : BASE_INT};
    if (!parser_cpu_register(p, &m->name, &m->type, (Span){begin, p->previous_end - begin}))
      return false;
  } else {
    bool bracketed = parser_take(p, "[");
    m->name = parser_name(p, "a location, or a register such as '0:r0'");
    if (!m->name || !parse_element(p, &m->has_element, &m->element) ||
        (bracketed && !parser_expect(p, "]", "after the location")))
      return false;
  }
  m->span = parser_span_from(p, begin);
  return true;
}

static Prop *prop_new(Parser *p, PropKind kind, size_t begin) {
  Prop *prop = ARENA_NEW(p->arena, Prop);
  prop->kind = kind;
  prop->span = parser_span_from(p, begin);
  return parser_count_term(p, prop->span) ? prop : NULL;
}

// A value, or an observable that this one is compared with. Where the dialect has addresses, a bare name is one.
static bool parse_right_side(Parser *p, Number *number, Mention *other, bool *is_number) {
  *is_number = true;
  if (parser_at(p, "-") || (p->token.kind == TOKEN_NUMBER && !parser_at_register(p)))
    return parser_number(p, number);
  if (p->test->dialect->addresses && p->token.kind == TOKEN_NAME && !parser_at_register(p))
    return parse_address_value(p, number);
  *is_number = false;
  return parse_observable(p, other);
}

// atom := observable ( '=' | '==' | '!=' | '<>' ) ( [ '-' ] NUMBER | observable )
// `x={1,2}`, after the '=', in a dialect that has it: every element is compared.
static Prop *parse_elements_atom(Parser *p, Mention array, bool equal, size_t begin) {
  Prop *all = NULL;
  parser_advance(p); // '{'
  for (array.element = 0; array.element < LIMIT_ELEMENTS; array.element++) {
    array.has_element = array.is_grouped = true;
    if (!parser_number(p, &array.number))
      return NULL;
    Prop *prop = prop_new(p, PROP_EQUAL, begin);
    if (!prop)
      return NULL;
    prop->observable = mention_add(p, array);
    all = all ? join(p, PROP_AND, all, prop) : prop;
    if (!all || !parser_take(p, ","))
      break;
  }
  if (!all || !parser_expect(p, "}", "or ',' after an element"))
    return NULL;
  Prop *prop = equal ? all : prop_new(p, PROP_NOT, begin);
  if (prop != all && prop)
    prop->left = all;
  return prop;
}

static Prop *parse_atom(Parser *p, bool hidden) {
  size_t begin = p->token.span.offset;
  Mention left = {.is_hidden = hidden}, right = {.is_hidden = hidden};
  if (!parse_observable(p, &left))
    return NULL;
  bool equal = parser_at(p, "=") || parser_at(p, "==");
  if (!equal && !parser_at(p, "!=") && !parser_at(p, "<>")) {
    parser_expected(p, "'=', '!=' or '<>'");
    return NULL;
  }
  parser_advance(p);
  if (p->test->dialect->addresses && !left.is_register && parser_at(p, "{"))
    return parse_elements_atom(p, left, equal, begin);
  bool is_number;
  if (!parse_right_side(p, &left.number, &right, &is_number))
    return NULL;
  Prop *prop = prop_new(p, equal ? PROP_EQUAL : PROP_NOT_EQUAL, begin);
  if (!prop)
    return NULL;
  prop->observable = mention_add(p, left);
  prop->against_observable = !is_number;
  if (!is_number)
    prop->other = mention_add(p, right);
  return prop;
}

// negation := ( '~' | 'not' | '!' ) negation | '(' prop ')' | 'true' | 'false' | atom
static Prop *parse_negation(Parser *p, bool hidden) {
  size_t begin = p->token.span.offset;
  if (!parser_enter(p))
    return NULL;
  Prop *prop = NULL;
  if (parser_take(p, "~") || parser_take(p, "not") || parser_take(p, "!")) {
    Prop *operand = parse_negation(p, hidden);
    if (operand && (prop = prop_new(p, PROP_NOT, begin)))
      prop->left = operand;
  } else if (parser_take(p, "(")) {
    prop = parse_prop(p, hidden);
    if (prop && !parser_expect(p, ")", "after the condition"))
      prop = NULL;
    if (begin == p->condition_begin)
      p->group_end = p->previous_end;
  } else if (parser_at(p, "true") || parser_at(p, "false")) {
    PropKind kind = parser_at(p, "true") ? PROP_TRUE : PROP_FALSE;
    parser_advance(p);
    prop = prop_new(p, kind, begin);
  } else {
    prop = parse_atom(p, hidden);
  }
  parser_leave(p);
  return prop;
}

static Prop *join(Parser *p, PropKind kind, Prop *left, Prop *right) {
  Prop *prop = right ? prop_new(p, kind, left->span.offset) : NULL;
  if (prop) {
    prop->left = left;
    prop->right = right;
  }
  return prop;
}

// conjunction := negation { ( '/\' | '&&' ) negation }
static Prop *parse_conjunction(Parser *p, bool hidden) {
  Prop *prop = parse_negation(p, hidden);
  while (prop && (parser_take(p, "/\\") || parser_take(p, "&&")))
    prop = join(p, PROP_AND, prop, parse_negation(p, hidden));
  return prop;
}

// disjunction := conjunction { ( '\/' | '||' ) conjunction }
static Prop *parse_disjunction(Parser *p, bool hidden) {
  Prop *prop = parse_conjunction(p, hidden);
  while (prop && (parser_take(p, "\\/") || parser_take(p, "||")))
    prop = join(p, PROP_OR, prop, parse_conjunction(p, hidden));
  return prop;
}

// prop := disjunction [ '=>' prop ]
static Prop *parse_prop(Parser *p, bool hidden) {
  Prop *prop = parse_disjunction(p, hidden);
  if (!prop || !parser_take(p, "=>"))
    return prop;
  Prop *right = parser_enter(p) ? parse_prop(p, hidden) : NULL;
  if (right)
    parser_leave(p);
  return join(p, PROP_IMPLIES, prop, right);
}

static void skip_to_section(Parser *p) {
  while (!parser_at_section(p))
    parser_advance(p);
}

static Prop *parse_section_prop(Parser *p, bool hidden) {
  p->depth = p->deepest = 0;
  p->terms = 0;
  p->condition_begin = p->token.span.offset;
  p->group_end = 0;
  Prop *prop = parse_prop(p, hidden);
  p->depth = 0;
  // The printer puts parentheses around the whole, which must not be one level too many.
  if (prop && p->deepest == LIMIT_NESTING && p->group_end != p->previous_end) {
    ERROR_AT(p, prop->span, "nested more than %d deep", LIMIT_NESTING - 1);
    prop = NULL;
  }
  if (prop && p->test->dialect->addresses) // as some of herd's assembly tests end
    parser_take(p, ";");
  if (prop && !parser_at_section(p)) {
    parser_expected(p, "'/\\', '\\/', '=>' or the end of the condition");
    prop = NULL;
  }
  if (!prop)
    skip_to_section(p);
  return prop;
}

// locations := 'locations' '[' [ observable { ';' observable } [ ';' ] ] ']'
static void parse_locations(Parser *p) {
  parser_advance(p);
  if (!parser_expect(p, "[", "after 'locations'")) {
    skip_to_section(p);
    return;
  }
  while (!parser_at(p, "]")) {
    Mention mention = {.is_whole = true};
    if (!parse_observable(p, &mention)) {
      skip_to_section(p);
      return;
    }
    if (p->mention_count > LIMIT_ELEMENTS) {
      ERROR_AT(p, mention.span, "more than %d names", LIMIT_ELEMENTS);
      skip_to_section(p);
      return;
    }
    mention_add(p, mention);
    if (!parser_at(p, "]") && !parser_expect(p, ";", "or ']' after a location")) {
      skip_to_section(p);
      return;
    }
  }
  parser_advance(p);
}

// filter := 'filter' prop
static void parse_filter(Parser *p) {
  if (p->test->filter)
    ERROR_AT(p, p->token.span, "a second filter");
  parser_advance(p);
  p->test->filter = parse_section_prop(p, true);
}

// quantifier := 'exists' | '~' 'exists' | 'forall'; `final`, where it stands for a section, is 'exists'
static Quantifier parse_quantifier(Parser *p) {
  bool negated = parser_take(p, "~") || parser_take(p, "not");
  if (negated && !parser_at(p, "exists"))
    ERROR_AT(p, p->token.span, "expected 'exists' after '~'");
  Quantifier quantifier = negated                  ? QUANTIFIER_NOT_EXISTS
                          : parser_at(p, "forall") ? QUANTIFIER_FORALL
                                                   : QUANTIFIER_EXISTS;
  parser_advance(p);
  return quantifier;
}

// expectations := 'with' { NAME ':' quantifier [ ';' ] }: what other tools were to find, which is no part of the test
static void parse_expectations(Parser *p) {
  parser_advance(p);
  while (p->token.kind == TOKEN_NAME && token_is(parser_peek(p), ":")) {
    parser_advance(p);
    parser_advance(p);
    if (!parser_at(p, "~") && !parser_at(p, "not") && !parser_at(p, "exists") && !parser_at(p, "forall")) {
      parser_expected(p, "'exists', '~exists' or 'forall'");
      return;
    }
    parse_quantifier(p);
    parser_take(p, ";");
  }
}

// condition := quantifier prop
static void parse_quantified(Parser *p) {
  Condition *condition = &p->test->condition;
  if (condition->quantifier != QUANTIFIER_NONE)
    ERROR_AT(p, p->token.span, "a second condition");
  condition->quantifier = parse_quantifier(p);
  condition->body = parse_section_prop(p, false);
}

void parse_sections(Parser *p) {
  while (p->token.kind != TOKEN_END) {
    if (parser_at(p, "locations")) {
      parse_locations(p);
    } else if (parser_at(p, "filter")) {
      parse_filter(p);
    } else if (parser_at(p, "with") && parser_at_section(p)) {
      parse_expectations(p);
    } else if (parser_at_section(p)) {
      parse_quantified(p);
    } else {
      parser_unexpected(p, p->test->condition.quantifier == QUANTIFIER_NONE
                               ? "a thread such as 'P1 (...)', 'locations', 'filter', 'exists' or 'forall'"
                               : "the end of the file");
      do
        parser_advance(p);
      while (!parser_at_section(p) && !parser_at_thread(p));
      if (parser_at_thread(p))
        return;
    }
  }
}

// ---- Once all is read

// The value of a number, whose type is known now. One that the type does not have could never be seen: it is an error,
// where herd would search for it in vain.
static Value value_of(Parser *p, Number number, BaseType type) {
  if (number.address && strchr(number.address, ':')) {
    const char *label = strchr(number.address, ':') + 1;
    bool named = number.address[0] == 'P';
    int place = test_label_place(p->test, (unsigned)strtoul(number.address + named, NULL, 10), label);
    if (place < 0)
      ERROR_AT(p, number.span, "no label '%s'", number.address);
    return place < 0 ? 0 : address_value((unsigned)place, 0);
  }
  if (number.address) {
    int location = location_intern(p, number.address, number.span);
    return location < 0 ? 0 : address_value((unsigned)location, (unsigned)number.magnitude);
  }
  if (!number_fits(number, type))
    ERROR_AT(p, number.span, "no '%s' has this value", base_type_name(type));
  return number_value(number, type);
}

// The register that is initialised, made where it is new; -1, reported, where there is none.
static int find_initialised(Parser *p, const InitRegister *init) {
  bool unread = !p->test->thread_count && p->diag->errors > p->errors; // since something before them is wrong
  if (init->thread == EVERY_THREAD || unread)
    return -1;
  if (init->thread >= p->test->thread_count) {
    ERROR_AT(p, init->span, "no such thread: there are %u, counted from 0", p->test->thread_count);
    return -1;
  }
  Thread *thread = &p->test->threads[init->thread];
  int reg = register_find(thread, init->name);
  return reg < 0 ? register_add(p, init->thread, init->name, init->type, init->span) : reg;
}

// In the order of threads and their registers: the numbers of locations that only registers name do not depend on how
// the init mixes them.
static int compare_registers(const void *a, const void *b) {
  const InitRegister *left = a, *right = b;
  if (left->thread != right->thread)
    return left->thread < right->thread ? -1 : 1;
  return (left->reg > right->reg) - (left->reg < right->reg);
}

static void resolve_registers(Parser *p) {
  for (size_t i = 0; i < p->init_register_count; i++) {
    InitRegister *init = &p->init_registers[i];
    init->reg = find_initialised(p, init);
  }
  if (p->init_register_count)
    qsort(p->init_registers, p->init_register_count, sizeof *p->init_registers, compare_registers);
  for (size_t i = 0; i < p->init_register_count; i++) {
    const InitRegister *init = &p->init_registers[i];
    if (init->reg < 0)
      continue;
    Register *r = &p->test->threads[init->thread].registers[init->reg];
    r->has_initial = true;
    r->type.is_volatile |= init->type.is_volatile;
    if (init->is_given)
      r->initial = value_of(p, init->number, r->type.base);
  }
}

void resolve_initial_values(Parser *p) {
  for (unsigned i = 0; i < p->test->location_count; i++) {
    Location *l = &p->test->locations[i];
    for (unsigned j = 0; j < l->length; j++)
      l->initial[j] = value_of(p, p->notes[i].numbers[j], l->type);
  }
  resolve_registers(p);
}

// A register or location that only the condition names is 0, as in herd; more often it is a slip.
static void warn_unknown(Parser *p, const Mention *m) {
  Suggestion suggestion = suggestion_for(m->name);
  const Test *test = p->test;
  if (m->is_register) {
    const Thread *thread = &test->threads[m->thread];
    for (unsigned i = 0; i < thread->register_count; i++)
      suggestion_try(&suggestion, thread->registers[i].name);
    WARNING_AT(p, m->span, "P%u has no register '%s': it is 0%s", m->thread, m->name,
               suggestion_text(&suggestion, p->arena));
    return;
  }
  for (unsigned i = 0; i < test->location_count; i++)
    suggestion_try(&suggestion, test->locations[i].name);
  WARNING_AT(p, m->span, "no thread uses a location '%s': it is 0%s", m->name, suggestion_text(&suggestion, p->arena));
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
    if (!p->is_bare && !test->dialect->cpu_register)
      warn_unknown(p, m);
    return register_add(p, m->thread, m->name, m->type, m->span) >= 0;
  }
  int location = location_find(test, m->name);
  if (location < 0) {
    if (!p->is_bare)
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
  if (m->is_grouped && l->is_array)
    test->locations[location].is_grouped = true;
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
    m.is_grouped = p->mentions[i].is_grouped = p->test->dialect->addresses;
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
  for (size_t i = 0; p->is_bare && i < p->mention_count; i++)
    if (sorted[i]->thread >= test->thread_count && sorted[i]->thread < LIMIT_THREADS)
      test->thread_count = sorted[i]->thread + 1;
  for (size_t i = 0; i < p->mention_count; i++)
    ok &= resolve_name(p, sorted[i]);
  test->observables = ARENA_ARRAY(p->arena, Observable, LIMIT_OBSERVABLES);
  if (!ok || !add_observables(p, sorted, false) || !add_observables(p, sorted, true))
    return;
  bool points = test_has_addresses(test);
  for (unsigned i = 0; i < test->observable_total; i++)
    test->observables[i].may_point = points && base_type_bits(observable_base(test, &test->observables[i])) == 64;
  if (test->condition.body)
    resolve_prop(p, test->condition.body);
  if (test->filter)
    resolve_prop(p, test->filter);
}
