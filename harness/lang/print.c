// Tests as text: values, expressions, conditions, statements, then the whole. Parentheses stand where the tree needs
// them and nowhere else.
#include "harness/lang/print.h"

#include "harness/lang/code_file.h"

#include <assert.h>
#include <sha256.h>
#include <string.h>

static unsigned precedence_of(const Expr *expr) {
  switch (expr->kind) {
  case EXPR_BINARY:
    return binary_operators[expr->binary.op].precedence;
  case EXPR_CONDITIONAL:
    return PRECEDENCE_CONDITIONAL;
  case EXPR_UNARY:
    return PRECEDENCE_UNARY;
  case EXPR_CONSTANT:
    return expr->constant < 0 && base_type_signed(expr->type) ? PRECEDENCE_UNARY : PRECEDENCE_PRIMARY;
  case EXPR_ACCESS:
    return !expr->access.order && !(expr->access.address.index && !expr->access.address.pointer) ? PRECEDENCE_UNARY
                                                                                                 : PRECEDENCE_PRIMARY;
  default:
    return PRECEDENCE_PRIMARY;
  }
}

static void print_magnitude(UnsignedValue value, Text *out) {
  char digits[40];
  size_t i = sizeof digits;
  do {
    digits[--i] = (char)('0' + (int)(value % 10));
    value /= 10;
  } while (value);
  text_add_bytes(out, digits + i, sizeof digits - i);
}

// In decimal, with the suffix that gives the number its type again.
static void print_constant(Value value, BaseType type, Text *out) {
  static const char *const suffixes[BASE_COUNT] = {
      [BASE_UINT] = "U",      [BASE_LONG] = "L",        [BASE_ULONG] = "UL",
      [BASE_LONGLONG] = "LL", [BASE_ULONGLONG] = "ULL", [BASE_UINT128] = "U"};
  bool negative = value < 0 && base_type_signed(type);
  if (negative)
    text_add_char(out, '-');
  print_magnitude(negative ? -(UnsignedValue)value : (UnsignedValue)value, out);
  if (suffixes[type])
    text_add(out, suffixes[type]);
}

static void print_within(const Test *test, unsigned thread, const Expr *expr, unsigned weakest, Text *out) {
  bool parentheses = precedence_of(expr) < weakest;
  if (parentheses)
    text_add_char(out, '(');
  expr_print(test, thread, expr, out);
  if (parentheses)
    text_add_char(out, ')');
}

// As an operand of an atomic: `x`, `y + r0`.
static void print_address(const Test *test, unsigned thread, Address address, Text *out) {
  if (address.pointer) {
    if (address.base != pointer_base(test, thread, address.pointer))
      text_printf(out, "(%s *)", base_type_name(address.base));
    print_within(test, thread, address.pointer, PRECEDENCE_UNARY, out);
    return;
  }
  text_add(out, test->locations[address.location].name);
  if (!address.index)
    return;
  text_add(out, " + ");
  print_within(test, thread, address.index, PRECEDENCE_ADDITIVE, out);
}

// As a plain access: `*x`, `y[r0]`.
static void print_place(const Test *test, unsigned thread, Address address, Text *out) {
  if (address.pointer) {
    text_add_char(out, '*');
    print_address(test, thread, address, out);
    return;
  }
  const char *name = test->locations[address.location].name;
  if (!address.index) {
    text_printf(out, "*%s", name);
    return;
  }
  text_printf(out, "%s[", name);
  expr_print(test, thread, address.index, out);
  text_add_char(out, ']');
}

static void print_unary(const Test *test, unsigned thread, const Expr *expr, Text *out) {
  const Expr *operand = expr->unary.operand;
  switch (expr->unary.op) {
  case UNARY_CAST:
    text_printf(out, "(%s)", base_type_name(expr->type));
    break;
  case UNARY_NEGATE:
    text_add_char(out, '-');
    bool minus = (operand->kind == EXPR_UNARY && operand->unary.op == UNARY_NEGATE) ||
                 (operand->kind == EXPR_CONSTANT && precedence_of(operand) == PRECEDENCE_UNARY);
    if (minus)
      text_add_char(out, ' ');
    break;
  case UNARY_COMPLEMENT:
    text_add_char(out, '~');
    break;
  case UNARY_NOT:
    text_add_char(out, '!');
    break;
  }
  print_within(test, thread, operand, PRECEDENCE_UNARY, out);
}

static void print_argument(const Test *test, unsigned thread, const Access *access, char argument, bool second,
                           Text *out) {
  switch (argument) {
  case 'a':
    print_address(test, thread, access->address, out);
    break;
  case 'p':
    print_place(test, thread, access->address, out);
    break;
  case 'e':
    if (access->expected_in_register)
      text_printf(out, "&%s", test->threads[thread].registers[access->expected_register].name);
    else
      print_address(test, thread, access->expected, out);
    break;
  case 'c':
    expr_print(test, thread, access->compared, out);
    break;
  case 'v':
    expr_print(test, thread, access->operand, out);
    break;
  case 'm': {
    const Order *order = second ? access->failure : access->order;
    assert(order);
    text_add(out, order->spelling);
    break;
  }
  default:
    text_printf(out, "\"%s\"", access->cpu_fence);
  }
}

// The first row of the dialect that says all of the access.
static const Primitive *primitive_of(const Test *test, const Access *access) {
  for (unsigned i = 0; i < test->dialect->primitive_count; i++) {
    const Primitive *row = &test->dialect->primitives[i];
    if (row->op == access->op && row->weak == access->weak && row->result <= RESULT_NONE &&
        (!row->order || !strcmp(row->order, order_name(access->order))))
      return row;
  }
  assert(!"an access that the dialect can say");
  return NULL;
}

// `*x`, `*x = 1`, or a call.
static void print_access(const Test *test, unsigned thread, const Access *access, Text *out) {
  if (!access->order && !access_is_fence(access->op)) {
    print_place(test, thread, access->address, out);
    if (!access->operand)
      return;
    text_add(out, " = ");
    expr_print(test, thread, access->operand, out);
    return;
  }
  const Primitive *row = primitive_of(test, access);
  text_printf(out, "%s(", row->name);
  bool second = false;
  for (const char *a = row->arguments; *a; a++) {
    text_add(out, a == row->arguments ? "" : ", ");
    print_argument(test, thread, access, *a, second, out);
    second |= *a == 'm';
  }
  text_add_char(out, ')');
}

void expr_print(const Test *test, unsigned thread, const Expr *expr, Text *out) {
  unsigned location, element;
  switch (expr->kind) {
  case EXPR_CONSTANT:
    if (test->dialect->pointers && value_is_address(expr->constant, &location, &element)) {
      text_printf(out, element ? "&%s[%u]" : "%s", test->locations[location].name, element);
      return;
    }
    print_constant(expr->constant, expr->type, out);
    return;
  case EXPR_REGISTER:
    text_add(out, test->threads[thread].registers[expr->reg].name);
    return;
  case EXPR_UNARY:
    print_unary(test, thread, expr, out);
    return;
  case EXPR_BINARY: {
    const Operator *op = &binary_operators[expr->binary.op];
    print_within(test, thread, expr->binary.left, op->precedence, out);
    text_printf(out, " %s ", op->symbol);
    print_within(test, thread, expr->binary.right, op->precedence + 1, out);
    return;
  }
  case EXPR_CONDITIONAL:
    print_within(test, thread, expr->conditional.condition, PRECEDENCE_LOOSEST, out);
    text_add(out, " ? ");
    expr_print(test, thread, expr->conditional.yes, out);
    text_add(out, " : ");
    expr_print(test, thread, expr->conditional.no, out);
    return;
  case EXPR_ACCESS:
    print_access(test, thread, &expr->access, out);
    return;
  }
}

// A statement that has no others in it, without its ';'.
static void print_simple_statement(const Test *test, unsigned thread, const Stmt *stmt, Text *out) {
  switch (stmt->kind) {
  case STMT_DECLARE:
  case STMT_ASSIGN: {
    const Register *reg = &test->threads[thread].registers[stmt->reg];
    if (stmt->kind == STMT_DECLARE) {
      type_print(reg->type, out);
      text_add_char(out, ' ');
    }
    text_add(out, reg->name);
    if (stmt->expr) {
      text_add(out, " = ");
      expr_print(test, thread, stmt->expr, out);
    }
    break;
  }
  case STMT_BREAK:
  case STMT_CONTINUE:
    text_add(out, stmt->kind == STMT_BREAK ? "break" : "continue");
    break;
  default:
    assert(stmt->kind == STMT_EXPR);
    expr_print(test, thread, stmt->expr, out);
    break;
  }
}

static bool has_body(const Stmt *stmt) { return stmt->kind == STMT_IF || stmt->kind == STMT_WHILE; }

// `if (r0) `, `while (r0) `, `for (; r0; r0 = r0 - 1) `, `do `.
static void print_head(const Test *test, unsigned thread, const Stmt *stmt, Text *out) {
  assert(has_body(stmt));
  if (stmt->body_first) {
    text_add(out, "do ");
    return;
  }
  const Stmt *step = stmt->kind == STMT_WHILE ? stmt->else_body : NULL;
  text_add(out, stmt->kind == STMT_IF ? "if (" : step ? "for (; " : "while (");
  expr_print(test, thread, stmt->expr, out);
  for (const char *before = "; "; step; step = step->next, before = ", ") {
    text_add(out, before);
    print_simple_statement(test, thread, step, out);
  }
  text_add(out, ") ");
}

// ` while (r0);` after the body of `do`.
static void print_tail(const Test *test, unsigned thread, const Stmt *stmt, Text *out) {
  if (!stmt->body_first)
    return;
  text_add(out, " while (");
  expr_print(test, thread, stmt->expr, out);
  text_add(out, ");");
}

void stmt_print(const Test *test, unsigned thread, const Stmt *stmt, Text *out) {
  if (!has_body(stmt)) {
    print_simple_statement(test, thread, stmt, out);
    text_add_char(out, ';');
    return;
  }
  print_head(test, thread, stmt, out);
  text_add(out, stmt->body ? "{ ... }" : "{}");
  print_tail(test, thread, stmt, out);
  if (stmt->kind == STMT_IF && stmt->else_body)
    text_add(out, " else { ... }");
}

void value_print(Value value, BaseType type, Text *out) {
  bool negative = value < 0 && base_type_signed(type);
  UnsignedValue magnitude = negative ? -(UnsignedValue)value : (UnsignedValue)value;
  unsigned long long low = (unsigned long long)magnitude, high = (unsigned long long)(magnitude >> 64);
  if (negative)
    text_add_char(out, '-');
  if (high)
    text_printf(out, "0x%llx%016llx", high, low);
  else
    text_printf(out, "%llu", low);
}

// A place in the code, by its label: `0:L0`.
static void print_code_place(const Test *test, unsigned place, Text *out) {
  unsigned thread = 0;
  while (thread + 1 < test->thread_count && place >= test_first_place(test, thread + 1))
    thread++;
  unsigned line = place - test_first_place(test, thread);
  const Thread *t = &test->threads[thread];
  if (line < t->line_count && t->lines[line].label)
    text_printf(out, "%u:%s", thread, t->lines[line].label);
  else
    text_printf(out, "%u:%u", thread, line);
}

void test_value_print(const Test *test, Value value, BaseType type, Text *out) {
  unsigned location, element;
  if (!test->dialect->addresses || !value_is_address(value, &location, &element))
    value_print(value, type, out);
  else if (location == LOCATION_ANY)
    text_printf(out, element ? "any%u" : "any", element);
  else if (location >= LIMIT_LOCATIONS)
    print_code_place(test, location, out);
  else
    text_printf(out, element ? "%s[%u]" : "%s", test->locations[location].name, element);
}

void observable_print(const Test *test, const Observable *o, Text *out) {
  if (o->is_register) {
    if (!test->code)
      text_printf(out, "%u:", o->thread);
    text_add(out, test->threads[o->thread].registers[o->reg].name);
    return;
  }
  const Location *l = &test->locations[o->location];
  if (l->is_array)
    text_printf(out, test_is_assembly(test) ? "%s[%u]" : "[%s[%u]]", l->name, o->element);
  else
    text_printf(out, "[%s]", l->name);
}

static void print_atom(const Test *test, const Prop *prop, Text *out) {
  const Observable *left = &test->observables[prop->observable];
  observable_print(test, left, out);
  text_add(out, prop->kind == PROP_EQUAL ? "=" : "<>");
  if (prop->against_observable)
    observable_print(test, &test->observables[prop->other], out);
  else
    test_value_print(test, prop->value, observable_base(test, left), out);
}

static unsigned prop_precedence(const Prop *prop) {
  switch (prop->kind) {
  case PROP_HOLDS: // C's operators are another language's
    return 0;
  case PROP_IMPLIES:
    return 1;
  case PROP_OR:
    return 2;
  case PROP_AND:
    return 3;
  case PROP_NOT:
    return 4;
  default:
    return 5;
  }
}

static void print_prop_within(const Test *test, const Prop *prop, unsigned weakest, Text *out) {
  unsigned precedence = prop_precedence(prop);
  if (precedence < weakest)
    text_add_char(out, '(');
  switch (prop->kind) {
  case PROP_TRUE:
  case PROP_FALSE:
    text_add(out, prop->kind == PROP_TRUE ? "true" : "false");
    break;
  case PROP_EQUAL:
  case PROP_NOT_EQUAL:
    print_atom(test, prop, out);
    break;
  case PROP_HOLDS:
    expr_print(test, 0, prop->expr, out);
    break;
  case PROP_NOT:
    text_add_char(out, '~');
    print_prop_within(test, prop->left, precedence, out);
    break;
  case PROP_IMPLIES: // groups to the right
    print_prop_within(test, prop->left, precedence + 1, out);
    text_add(out, " => ");
    print_prop_within(test, prop->right, precedence, out);
    break;
  case PROP_AND:
  case PROP_OR:
    print_prop_within(test, prop->left, precedence, out);
    text_add(out, prop->kind == PROP_AND ? " /\\ " : " \\/ ");
    print_prop_within(test, prop->right, precedence + 1, out);
    break;
  }
  if (precedence < weakest)
    text_add_char(out, ')');
}

// `(0:r0=0 /\ 1:r0=0)`.
static void print_prop(const Test *test, const Prop *prop, Text *out) {
  text_add_char(out, '(');
  print_prop_within(test, prop, 0, out);
  text_add_char(out, ')');
}

void condition_print(const Test *test, Text *out) {
  static const char *const words[] = {
      [QUANTIFIER_EXISTS] = "exists ", [QUANTIFIER_NOT_EXISTS] = "~exists ", [QUANTIFIER_FORALL] = "forall "};
  if (test->condition.quantifier == QUANTIFIER_NONE) {
    text_add(out, "forall (true)");
    return;
  }
  text_add(out, words[test->condition.quantifier]);
  print_prop(test, test->condition.body, out);
}

enum { LINE = 110 };

// As a comment of lines that are not too long. A line must not begin with '*': the parser drops those of a comment.
static void print_story(const char *story, Text *out) {
  size_t line = out->length;
  text_add(out, "(*");
  while (*story) {
    size_t word = strcspn(story, " ");
    if (out->length - line + word > LINE && *story != '*') {
      text_add_char(out, '\n');
      line = out->length;
      text_add(out, "  ");
    }
    text_add_char(out, ' ');
    text_add_bytes(out, story, word);
    story += word;
    while (*story == ' ')
      story++;
  }
  text_add(out, " *)\n");
}

// Whether the parser would take the location's type from the threads as it is.
static bool type_is_plain(const Test *test, unsigned location) {
  const Location *l = &test->locations[location];
  bool found = false, is_atomic = false;
  BaseType base = BASE_INT;
  for (unsigned t = 0; t < test->thread_count && !test_is_assembly(test); t++)
    for (unsigned i = 0; i < test->threads[t].parameter_count; i++) {
      const Parameter *parameter = &test->threads[t].parameters[i];
      if (parameter->location != location)
        continue;
      if (!found)
        base = parameter->type.base;
      found = true;
      is_atomic |= parameter->type.is_atomic;
    }
  return base == l->type && is_atomic == l->is_atomic;
}

static void print_initial(const Test *test, unsigned location, Text *out) {
  const Location *l = &test->locations[location];
  if (!l->is_array && type_is_plain(test, location)) {
    text_printf(out, " [%s] = ", l->name);
  } else {
    text_add_char(out, ' ');
    type_print((Type){.base = l->type, .is_atomic = l->is_atomic}, out);
    text_printf(out, " %s", l->name);
    if (l->is_array)
      text_printf(out, "[%u]", l->length);
    text_add(out, l->is_array ? " = {" : " = ");
  }
  for (unsigned i = 0; i < l->length; i++) {
    text_add(out, i ? ", " : "");
    test_value_print(test, l->initial[i], l->type, out);
  }
  text_add(out, l->is_array ? "};" : ";");
}

static void print_init(const Test *test, Text *out) {
  text_add_char(out, '{');
  size_t empty = out->length;
  for (unsigned i = 0; i < test->location_count; i++)
    if (test->locations[i].has_initial)
      print_initial(test, i, out);
  for (unsigned t = 0; t < test->thread_count; t++)
    for (unsigned i = 0; i < test->threads[t].register_count; i++) {
      const Register *reg = &test->threads[t].registers[i];
      if (!reg->has_initial)
        continue;
      text_add_char(out, ' ');
      if (reg->type.base != BASE_INT || reg->type.is_volatile) {
        type_print(reg->type, out);
        text_add_char(out, ' ');
      }
      text_printf(out, "%u:%s = ", t, reg->name);
      test_value_print(test, reg->initial, reg->type.base, out);
      text_add_char(out, ';');
    }
  text_add(out, out->length > empty ? " }\n" : "}\n");
}

static void print_block(const Test *test, unsigned thread, const Stmt *block, unsigned indent, Text *out);

// `{ ... }` after an `if` or a loop, without a newline after it.
static void print_braces(const Test *test, unsigned thread, const Stmt *block, unsigned indent, Text *out) {
  if (!block) {
    text_add(out, "{}");
    return;
  }
  text_add(out, "{\n");
  print_block(test, thread, block, indent + 2, out);
  text_repeat(out, ' ', indent);
  text_add_char(out, '}');
}

static void print_statement(const Test *test, unsigned thread, const Stmt *stmt, unsigned indent, Text *out) {
  if (!has_body(stmt)) {
    print_simple_statement(test, thread, stmt, out);
    text_add_char(out, ';');
    return;
  }
  print_head(test, thread, stmt, out);
  print_braces(test, thread, stmt->body, indent, out);
  print_tail(test, thread, stmt, out);
  const Stmt *other = stmt->else_body;
  if (!other || stmt->kind == STMT_WHILE)
    return;
  text_add(out, " else ");
  if (other->kind == STMT_IF && !other->next)
    print_statement(test, thread, other, indent, out);
  else
    print_braces(test, thread, other, indent, out);
}

static void print_block(const Test *test, unsigned thread, const Stmt *block, unsigned indent, Text *out) {
  for (const Stmt *stmt = block; stmt; stmt = stmt->next) {
    text_repeat(out, ' ', indent);
    print_statement(test, thread, stmt, indent, out);
    text_add_char(out, '\n');
  }
}

static void print_thread(const Test *test, unsigned thread, Text *out) {
  const Thread *t = &test->threads[thread];
  text_printf(out, "P%u (", thread);
  for (unsigned i = 0; i < t->parameter_count; i++) {
    text_add(out, i ? ", " : "");
    type_print(t->parameters[i].type, out);
    text_printf(out, "* %s", test->locations[t->parameters[i].location].name);
  }
  text_add(out, ") {\n");
  print_block(test, thread, t->body, 2, out);
  text_add(out, "}\n\n");
}

// A cell of the table of threads: `L0: LDR W0,[X1]`, blanks folded.
void register_identifier(const Thread *thread, unsigned reg, Text *out) {
  const char *name = thread->registers[reg].name;
  if (*name == '%') // a symbolic one, which may have any sign of a word
    text_printf(out, "reg_%u", reg);
  else
    text_printf(out, "reg_%s", name);
}

void code_line_print(const Test *test, const CodeLine *line, Text *out) {
  if (line->label)
    text_printf(out, line->span.length ? "%s: " : "%s:", line->label);
  const char *text = test->source->bytes + line->span.offset;
  for (size_t i = 0; i < line->span.length; i++) {
    bool blank = text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r');
    if (!blank)
      text_add_char(out, text[i]);
    else if (out->bytes[out->length - 1] != ' ')
      text_add_char(out, ' ');
  }
}

// A column as wide as its widest cell, and a row of it: row 0 has the thread's name.
static void print_column(const Test *test, unsigned thread, unsigned row, Text *out) {
  const Thread *t = &test->threads[thread];
  size_t width = 0;
  Text cell = {0};
  for (unsigned i = 0; i <= t->line_count; i++) {
    text_clear(&cell);
    if (i)
      code_line_print(test, &t->lines[i - 1], &cell);
    else
      text_printf(&cell, "P%u", thread);
    width = cell.length > width ? cell.length : width;
  }
  text_clear(&cell);
  if (!row)
    text_printf(&cell, "P%u", thread);
  else if (row <= t->line_count)
    code_line_print(test, &t->lines[row - 1], &cell);
  text_printf(out, "%s%s", thread ? " | " : " ", text_string(&cell));
  text_repeat(out, ' ', width - cell.length);
  text_free(&cell);
}

static void print_table(const Test *test, Text *out) {
  unsigned rows = 0;
  for (unsigned t = 0; t < test->thread_count; t++)
    rows = test->threads[t].line_count > rows ? test->threads[t].line_count : rows;
  for (unsigned row = 0; row <= rows; row++) {
    for (unsigned t = 0; t < test->thread_count; t++)
      print_column(test, t, row, out);
    text_add(out, " ;\n");
  }
  text_add_char(out, '\n');
}

static bool names(const Prop *prop, unsigned observable) {
  if (prop->kind == PROP_EQUAL || prop->kind == PROP_NOT_EQUAL)
    return prop->observable == observable || (prop->against_observable && prop->other == observable);
  return (prop->left && names(prop->left, observable)) || (prop->right && names(prop->right, observable));
}

// What is shown without being part of the condition.
static void print_locations(const Test *test, Text *out) {
  bool any = false;
  for (unsigned i = 0; i < test->observable_count; i++) {
    if (names(test->condition.body, i))
      continue;
    text_add(out, any ? " " : "locations [");
    any = true;
    observable_print(test, &test->observables[i], out);
    text_add_char(out, ';');
  }
  if (any)
    text_add(out, "]\n");
}

// All but the header: the same for two tests that differ in name and description only.
static void print_content(const Test *test, Text *out) {
  print_init(test, out);
  text_add_char(out, '\n');
  for (unsigned t = 0; t < test->thread_count && !test_is_assembly(test); t++)
    print_thread(test, t, out);
  if (test_is_assembly(test))
    print_table(test, out);
  print_locations(test, out);
  if (test->filter) {
    text_add(out, "filter ");
    print_prop(test, test->filter, out);
    text_add_char(out, '\n');
  }
  if (test->condition.quantifier == QUANTIFIER_NONE)
    return;
  condition_print(test, out);
  text_add_char(out, '\n');
}

// Whether a call tells which dialect the test is in: all but one's own names do, and those of several.
static bool is_telling(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_ACCESS && expr->access.order && !access_is_fetch(expr->access.op);
}

void test_print(const Test *test, Text *out) {
  text_printf(out, "%s %s\n", test->dialect->word, test->name);
  if (test->dialect->pointers && !test_each(test, is_telling, NULL))
    text_add(out, "Dialect=linux\n");
  if (test->story[0])
    print_story(test->story, out);
  for (unsigned i = 0; i < test->header_count; i++)
    text_printf(out, "%s=%s\n", test->header[i].key, test->header[i].value);
  print_content(test, out);
}

void test_digest(const Test *test, char digest[65]) {
  Text text = {0};
  if (test->code) {
    memcpy(digest, test->code->digest, 65);
    return;
  }
  for (unsigned i = 0; i < test->location_count; i++)
    if (test->locations[i].has_offset)
      text_printf(&text, "Layout=%s:%u\n", test->locations[i].name, test->locations[i].line_offset);
  print_content(test, &text);
  SHA256Data((const uint8_t *)text_string(&text), text.length, digest);
  text_free(&text);
}
