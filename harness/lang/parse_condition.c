// After the threads: what is observed, which states count, and the condition.
#include "harness/lang/parser.h"

#include <string.h>

static Prop *parse_prop(Parser *p, bool hidden);

// The mention's index.
static unsigned mention_add(Parser *p, Mention mention) {
  p->mentions = arena_grow(p->arena, p->mentions, &p->mention_capacity, p->mention_count + 1, sizeof *p->mentions);
  p->mentions[p->mention_count] = mention;
  return (unsigned)p->mention_count++;
}

// The `0:` or `P0:` of a register; *thread is its number.
static bool at_thread_prefix(const Parser *p) {
  bool number =
      p->token.kind == TOKEN_NUMBER || (p->token.kind == TOKEN_NAME && p->token.text[0] == 'P' &&
                                        p->token.span.length > 1 && p->token.text[1] >= '0' && p->token.text[1] <= '9');
  return number && token_is(parser_peek(p), ":");
}

static bool parse_thread_prefix(Parser *p, unsigned *thread) {
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

// [ '[' NUMBER ']' ] after a location
static bool parse_element(Parser *p, Mention *m) {
  if (!parser_take(p, "["))
    return true;
  Value value;
  BaseType type;
  const char *problem = p->token.kind == TOKEN_NUMBER ? number_read(p->token, &value, &type) : "expected a number";
  if (problem)
    return ERROR_AT(p, p->token.span, "%s", problem);
  if (value < 0 || value >= LIMIT_ELEMENTS)
    return ERROR_AT(p, p->token.span, "no location has that many elements");
  parser_advance(p);
  m->has_element = true;
  m->element = (unsigned)value;
  return parser_expect(p, "]", "after the number of the element");
}

// observable := NUMBER ':' NAME | NAME [ '[' NUMBER ']' ] | '[' NAME [ '[' NUMBER ']' ] ']'
static bool parse_observable(Parser *p, Mention *m) {
  size_t begin = p->token.span.offset;
  if (parser_at(p, "*"))
    return ERROR_AT(p, p->token.span, "a location is named without '*' here");
  if (at_thread_prefix(p)) {
    m->is_register = true;
    if (!parse_thread_prefix(p, &m->thread) || !(m->name = parser_name(p, "a register")))
      return false;
  } else {
    bool bracketed = parser_take(p, "[");
    m->name = parser_name(p, "a location, or a register such as '0:r0'");
    if (!m->name || !parse_element(p, m) || (bracketed && !parser_expect(p, "]", "after the location")))
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

// atom := observable ( '=' | '==' | '!=' | '<>' ) ( [ '-' ] NUMBER | observable )
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
  bool is_number = parser_at(p, "-") || (p->token.kind == TOKEN_NUMBER && !at_thread_prefix(p));
  if (is_number ? !parser_number(p, &left.number) : !parse_observable(p, &right))
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

// unary := ( '~' | 'not' | '!' ) unary | '(' prop ')' | 'true' | 'false' | atom
static Prop *parse_unary(Parser *p, bool hidden) {
  size_t begin = p->token.span.offset;
  if (!parser_enter(p))
    return NULL;
  Prop *prop = NULL;
  if (parser_take(p, "~") || parser_take(p, "not") || parser_take(p, "!")) {
    Prop *operand = parse_unary(p, hidden);
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

// conjunction := unary { ( '/\' | '&&' ) unary }
static Prop *parse_conjunction(Parser *p, bool hidden) {
  Prop *prop = parse_unary(p, hidden);
  while (prop && (parser_take(p, "/\\") || parser_take(p, "&&")))
    prop = join(p, PROP_AND, prop, parse_unary(p, hidden));
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
  if (prop && !parser_at_section(p)) {
    parser_expected(p, "'/\\', '\\/', '=>' or the end of the condition");
    prop = NULL;
  }
  if (!prop)
    skip_to_section(p);
  return prop;
}

// locations := 'locations' '[' [ observable { ';' observable } [ ';' ] ] ']'
void parse_locations(Parser *p) {
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
void parse_filter(Parser *p) {
  if (p->test->filter)
    ERROR_AT(p, p->token.span, "a second filter");
  parser_advance(p);
  p->test->filter = parse_section_prop(p, true);
}

// condition := ( 'exists' | '~' 'exists' | 'forall' ) prop
void parse_quantified(Parser *p) {
  Condition *condition = &p->test->condition;
  if (condition->quantifier != QUANTIFIER_NONE)
    ERROR_AT(p, p->token.span, "a second condition");
  bool negated = parser_take(p, "~") || parser_take(p, "not");
  if (negated && !parser_at(p, "exists"))
    ERROR_AT(p, p->token.span, "expected 'exists' after '~'");
  condition->quantifier = negated                  ? QUANTIFIER_NOT_EXISTS
                          : parser_at(p, "exists") ? QUANTIFIER_EXISTS
                                                   : QUANTIFIER_FORALL;
  parser_advance(p);
  condition->body = parse_section_prop(p, false);
}
