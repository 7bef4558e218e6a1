// Threads, P0 (atomic_int* x, volatile int* y) { ... }, and their statements.
#include "harness/lang/parser.h"

#include <stdlib.h>
#include <string.h>

static bool parse_statement(Parser *p, Block *block);
// After '{', to before the '}'. `dissolves`: the statements become the outer block's.
static Stmt *parse_block(Parser *p, bool dissolves);

// What the parser goes back to after a block.
typedef struct {
  unsigned block;
  bool dissolves;
} BlockScope;

static BlockScope begin_block(Parser *p, bool dissolves) {
  BlockScope outer = {p->block, p->block_dissolves};
  p->block = ++p->block_count;
  p->block_dissolves = dissolves;
  return outer;
}

typedef struct LiveRegister {
  unsigned reg, block;
} LiveRegister;

static void end_block(Parser *p, BlockScope outer) {
  while (p->live_count && p->live[p->live_count - 1].block == p->block)
    p->live_count--;
  p->block = outer.block;
  p->block_dissolves = outer.dissolves;
}

static bool block_ends(const Parser *p) {
  return parser_at(p, "}") || parser_at_thread(p) || p->token.kind == TOKEN_END ||
         ((parser_at(p, "exists") || parser_at(p, "forall") || parser_at(p, "locations") || parser_at(p, "filter") ||
           parser_at(p, "~")) &&
          parser_at_section(p));
}

// A `;` that is missing at the end of a line is reported and taken for granted.
static bool parse_semicolon(Parser *p, const char *where) {
  if (parser_expect(p, ";", where))
    return true;
  const char *gap = p->source->bytes + p->previous_end;
  return memchr(gap, '\n', p->token.span.offset - p->previous_end) || parser_at(p, "}");
}

// "at 3:7"
static const char *place_text(Parser *p, Span span) {
  unsigned line, column;
  source_position(p->source, span.offset, &line, &column);
  return arena_printf(p->arena, "at %u:%u", line, column);
}

// Declares a register, or finds the one of that name: a register is the thread's, whatever block declares it.
static int declare(Parser *p, const char *name, Type type, Span span) {
  Thread *thread = &p->test->threads[p->thread];
  if (is_parameter(thread, location_find(p->test, name))) {
    ERROR_AT(p, span, "'%s' is a parameter of P%u and cannot be a register too", name, p->thread);
    return -1;
  }
  int reg = register_find(thread, name);
  if (reg < 0) {
    reg = register_add(p, p->thread, name, type, span);
    for (size_t i = 0; reg >= 0 && i < p->init_register_count; i++) {
      const InitRegister *init = &p->init_registers[i];
      if (init->thread == p->thread && !strcmp(init->name, name) && init->has_type && init->type.base != type.base)
        ERROR_AT(p, span, "the initial values say that '%u:%s' is '%s'", p->thread, name,
                 base_type_name(init->type.base));
    }
  } else {
    Register *r = &thread->registers[reg];
    if (r->type.base != type.base) {
      ERROR_AT(p, span, "'%s' is '%s' elsewhere in P%u: one name is one register", name, base_type_name(r->type.base),
               p->thread);
      return -1;
    }
    for (size_t i = 0; p->in_for && i < p->live_count; i++)
      if (p->live[i].reg == (unsigned)reg) {
        ERROR_AT(p, span, "'%s' is declared around this loop already, %s: one name is one register", name,
                 place_text(p, p->register_spans[reg]));
        return -1;
      }
    r->type.is_volatile |= type.is_volatile;
    if (p->register_blocks[reg] == p->block) {
      ERROR_AT(p, span, "'%s' is declared twice in this block; the first time %s", name,
               place_text(p, p->register_spans[reg]));
      return -1;
    }
  }
  if (reg >= 0) {
    p->live = arena_grow(p->arena, p->live, &p->live_capacity, p->live_count + 1, sizeof *p->live);
    p->live[p->live_count++] = (LiveRegister){(unsigned)reg, p->block};
    p->register_blocks[reg] = p->block;
    p->register_spans[reg] = span;
  }
  return reg;
}

// What a declaration is in the tree. One in a block that dissolves comes to stand in the block around it, where no
// register is declared twice: of one that is known already only the value is left.
static bool append_declaration(Parser *p, Block *block, unsigned reg, bool known, Expr *value, size_t begin) {
  bool again = known && (p->block_dissolves || p->moved_registers >> reg & 1);
  if (p->block_dissolves)
    p->moved_registers |= UINT64_C(1) << reg;
  if (again && !value)
    return true;
  Stmt *stmt = statement_new(p, again ? STMT_ASSIGN : STMT_DECLARE, begin);
  stmt->reg = reg;
  stmt->expr = value;
  return block_append(p, block, stmt);
}

// Whether a statement of this thread declared the register before.
static bool is_declared(const Parser *p, const char *name) {
  int reg = register_find(&p->test->threads[p->thread], name);
  return reg >= 0 && p->register_blocks[reg];
}

// declaration := type NAME [ '=' expression ] { ',' NAME [ '=' expression ] }
static bool parse_declaration(Parser *p, Block *block) {
  size_t begin = p->token.span.offset;
  Type type;
  if (!parse_type(p, &type))
    return false;
  if (type.is_atomic)
    return ERROR_AT(p, parser_span_from(p, begin), "a register is not atomic: declare it '%s'",
                    base_type_name(type.base));
  do {
    Type declared = type;
    parse_stars(p, &declared);
    if (parser_at(p, "*"))
      return ERROR_AT(p, p->token.span, "registers that are pointers are not in the language");
    Span span = p->token.span;
    const char *name = parser_name(p, "a register");
    if (!name)
      return false;
    if (parser_at(p, "["))
      return ERROR_AT(p, p->token.span, "registers that are arrays are not in the language");
    bool known = is_declared(p, name);
    int reg = declare(p, name, declared, span);
    Expr *value = NULL;
    if (parser_take(p, "=") && (!(value = parse_expression(p)) || !check_conversion(p, value, declared.base)))
      return false;
    if (!append_declaration(p, block, reg < 0 ? 0 : (unsigned)reg, known, value, begin))
      return false;
    begin = p->token.span.offset;
  } while (parser_take(p, ","));
  return true;
}

// '(' expression ')'
static Expr *parse_parenthesised(Parser *p, const char *where) {
  if (!parser_expect(p, "(", where))
    return NULL;
  Expr *condition = parse_expression(p);
  return condition && parser_expect(p, ")", "after the condition") ? condition : NULL;
}

// The statement, or the statements of the braces, that a condition guards.
static bool parse_body(Parser *p, Stmt **body) {
  Block block = {.end = &block.first};
  if (!parser_enter(p))
    return false;
  bool ok;
  if (parser_take(p, "{")) {
    block.first = parse_block(p, false);
    ok = parser_expect(p, "}", "to end the block");
  } else {
    BlockScope outer = begin_block(p, false);
    ok = parse_statement(p, &block);
    end_block(p, outer);
  }
  parser_leave(p);
  *body = block.first;
  return ok;
}

static bool parse_loop_body(Parser *p, Stmt **body) {
  p->loops++;
  bool ok = parse_body(p, body);
  p->loops--;
  return ok;
}

// 'if' '(' expression ')' statement [ 'else' statement ]
static bool parse_if(Parser *p, Block *block) {
  Stmt *stmt = statement_new(p, STMT_IF, p->token.span.offset);
  parser_advance(p);
  stmt->expr = parse_parenthesised(p, "after 'if'");
  stmt->span = parser_span_from(p, stmt->span.offset);
  if (!stmt->expr || !block_append(p, block, stmt) || !parse_body(p, &stmt->body))
    return false;
  return !parser_take(p, "else") || parse_body(p, &stmt->else_body);
}

// 'while' '(' expression ')' statement
static bool parse_while(Parser *p, Block *block) {
  Stmt *stmt = statement_new(p, STMT_WHILE, p->token.span.offset);
  parser_advance(p);
  stmt->expr = parse_parenthesised(p, "after 'while'");
  stmt->span = parser_span_from(p, stmt->span.offset);
  return stmt->expr && block_append(p, block, stmt) && parse_loop_body(p, &stmt->body);
}

// 'do' statement 'while' '(' expression ')' ';'
static bool parse_do(Parser *p, Block *block) {
  Stmt *stmt = statement_new(p, STMT_WHILE, p->token.span.offset);
  stmt->body_first = true;
  parser_advance(p);
  if (!block_append(p, block, stmt) || !parse_loop_body(p, &stmt->body) ||
      !parser_expect(p, "while", "after the body of 'do'"))
    return false;
  p->terms = 0;
  size_t begin = p->previous_end - strlen("while");
  stmt->expr = parse_parenthesised(p, "after 'while'");
  stmt->span = parser_span_from(p, begin);
  return stmt->expr && parse_semicolon(p, "after the condition");
}

// declaration | simple { ',' simple }
static bool parse_clause(Parser *p, Block *block) {
  p->terms = 0;
  if (parser_at_type(p))
    return parse_declaration(p, block);
  do {
    if (!parse_simple(p, block))
      return false;
  } while (parser_take(p, ","));
  return true;
}

// After 'for' '(': [ clause ] ';' [ expression ] ';' [ clause ] ')'. The first clause comes to stand before the loop.
static bool parse_clauses(Parser *p, Block *block, Stmt *loop) {
  Block step = {.end = &step.first};
  if (!parser_at(p, ";") && !parse_clause(p, block))
    return false;
  if (!parser_expect(p, ";", "after the first clause of 'for'"))
    return false;
  p->terms = 0;
  loop->expr = parser_at(p, ";") ? constant_new(p, 1, BASE_INT, p->previous_end) : parse_expression(p);
  if (!loop->expr || !parser_expect(p, ";", "after the condition of 'for'"))
    return false;
  if (parser_at_type(p))
    return ERROR_AT(p, p->token.span, "the last clause of 'for' declares nothing");
  if (!parser_at(p, ")") && !parse_clause(p, &step))
    return false;
  loop->else_body = step.first;
  return parser_expect(p, ")", "after the last clause of 'for'");
}

// 'for' '(' clauses ')' statement
static bool parse_for(Parser *p, Block *block) {
  Stmt *stmt = statement_new(p, STMT_WHILE, p->token.span.offset);
  BlockScope outer = begin_block(p, true);
  parser_advance(p);
  p->in_for = true;
  bool ok = parser_expect(p, "(", "after 'for'") && parse_clauses(p, block, stmt);
  p->in_for = false;
  stmt->span = parser_span_from(p, stmt->span.offset);
  ok = ok && block_append(p, block, stmt) && parse_loop_body(p, &stmt->body);
  end_block(p, outer);
  return ok;
}

// 'break' ';' | 'continue' ';'
static bool parse_jump(Parser *p, Block *block) {
  size_t begin = p->token.span.offset;
  bool is_break = parser_at(p, "break");
  if (!p->loops)
    return ERROR_AT(p, p->token.span, "no loop around this '%s'", token_text(p, p->token));
  parser_advance(p);
  return block_append(p, block, statement_new(p, is_break ? STMT_BREAK : STMT_CONTINUE, begin)) &&
         parse_semicolon(p, is_break ? "after 'break'" : "after 'continue'");
}

static bool check_no_other_statement(Parser *p) {
  static const char *const words[] = {"switch", "goto", "return"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (parser_at(p, words[i]))
      return ERROR_AT(p, p->token.span, "'%s' is not in the language: 'if' and loops are", words[i]);
  if (parser_at(p, "else"))
    return ERROR_AT(p, p->token.span, "no 'if' before this 'else'");
  return true;
}

// A block of its own only groups: its statements become the outer block's.
static bool parse_braces(Parser *p, Block *block) {
  if (!parser_enter(p))
    return false;
  parser_advance(p);
  Stmt *inner = parse_block(p, true);
  parser_leave(p);
  *block->end = inner;
  while (*block->end)
    block->end = &(*block->end)->next;
  return parser_expect(p, "}", "to end the block");
}

// statement := ';' | '{' ... '}' | if | while | do | for | jump | ( declaration | simple ) ';'
static bool parse_statement(Parser *p, Block *block) {
  static const struct {
    const char *word;
    bool (*parse)(Parser *p, Block *block);
  } rules[] = {{"{", parse_braces}, {"if", parse_if},      {"while", parse_while},  {"do", parse_do},
               {"for", parse_for},  {"break", parse_jump}, {"continue", parse_jump}};
  p->terms = 0;
  if (parser_take(p, ";"))
    return true;
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (parser_at(p, rules[i].word))
      return rules[i].parse(p, block);
  if (!check_no_other_statement(p))
    return false;
  if (parser_at_type(p))
    return parse_declaration(p, block) && parse_semicolon(p, "after the declaration");
  return parse_simple(p, block) && parse_semicolon(p, "after the statement");
}

// After a statement that failed: skips the rest of it, through its `;` or its braces, but not what ends the block.
static void skip_statement(Parser *p) {
  while (!block_ends(p)) {
    bool braces = parser_at(p, "{"), end = parser_at(p, ";");
    parser_skip_group(p);
    if (braces || end)
      return;
  }
}

static Stmt *parse_block(Parser *p, bool dissolves) {
  Block block = {.end = &block.first};
  unsigned depth = p->depth, loops = p->loops;
  BlockScope outer = begin_block(p, dissolves);
  while (!block_ends(p)) {
    if (p->statement_count > LIMIT_STATEMENTS) {
      parser_skip_group(p);
      continue;
    }
    if (!parse_statement(p, &block)) {
      p->depth = depth;
      p->loops = loops;
      skip_statement(p);
    }
  }
  end_block(p, outer);
  return block.first;
}

// How the location is seen here has to agree with how it was seen before.
static bool join_location(Parser *p, unsigned location, Type type, Span span) {
  Location *l = &p->test->locations[location];
  LocationNote *note = &p->notes[location];
  if (!note->has_type) {
    note->has_type = true;
    l->type = type.base;
  }
  l->is_atomic |= type.is_atomic;
  if (p->test->dialect->pointers) { // which are sloppy: what holds an address is as wide as one
    if (base_type_bits(type.base) > base_type_bits(l->type))
      l->type = type.base;
    return true;
  }
  if (base_type_bits(l->type) != base_type_bits(type.base))
    return ERROR_AT(p, span, "'%s' is %u bits wide here and %u bits ('%s') where it was declared first", l->name,
                    base_type_bits(type.base), base_type_bits(l->type), base_type_name(l->type));
  return true;
}

// Makes a location an array of so many elements, or sees that it is one.
static bool declare_length(Parser *p, unsigned location, Value length, Span span) {
  Location *l = &p->test->locations[location];
  Number first = p->notes[location].numbers[0];
  if (l->is_array && length != l->length)
    return ERROR_AT(p, span, "'%s' was declared with %u elements", l->name, l->length);
  if (l->is_array)
    return true;
  if (!location_set_length(p, location, length, span))
    return false;
  p->notes[location].numbers[0] = first;
  l->is_array = true;
  for (unsigned i = 0; i <= location; i++) // an init block says so, which names locations in their order
    p->test->locations[i].has_initial = true;
  return true;
}

// After a parameter's name: [ '[' [ 'static' ] [ NUMBER ] ']' ]. Without a number the init block says how many
// elements there are.
static bool parse_parameter_length(Parser *p, unsigned location, bool *found) {
  *found = parser_take(p, "[");
  if (!*found)
    return true;
  Number number = {0};
  parser_take(p, "static");
  if (!parser_at(p, "]")) {
    if (!parser_number(p, &number))
      return false;
    Value length = number.magnitude > LIMIT_ELEMENTS ? LIMIT_ELEMENTS + 1 : (Value)number.magnitude;
    if (!declare_length(p, location, number.is_negative ? 0 : length, number.span))
      return false;
  }
  if (!parser_expect(p, "]", "after the number of elements"))
    return false;
  return !parser_at(p, "[") || ERROR_AT(p, p->token.span, "arrays of arrays are not in the language");
}

// parameter := type ( '*' { qualifier } NAME | NAME '[' [ NUMBER ] ']' )
static bool parse_parameter(Parser *p) {
  Thread *thread = &p->test->threads[p->thread];
  Type type;
  bool is_array = false;
  if (!parse_type(p, &type))
    return false;
  bool is_pointer = parser_take(p, "*");
  if (!is_pointer && !token_is(parser_peek(p), "["))
    return parser_expected(p, "'*': a thread's parameters are pointers to locations");
  while (is_pointer && (parser_at(p, "const") || parser_at(p, "volatile") || parser_at(p, "restrict")))
    parser_advance(p);
  parse_stars(p, &type);
  if (parser_at(p, "*"))
    return ERROR_AT(p, p->token.span, "pointers to pointers are not in the language");
  Span span = p->token.span;
  const char *name = parser_name(p, "the name of a location");
  if (!name)
    return false;
  int location = location_intern(p, name, span);
  if (location < 0)
    return false;
  if (is_parameter(thread, location))
    return ERROR_AT(p, span, "'%s' is a parameter of P%u twice", name, p->thread);
  if (is_pointer && parser_at(p, "["))
    return ERROR_AT(p, p->token.span, "pointers to pointers are not in the language");
  if (!parse_parameter_length(p, (unsigned)location, &is_array))
    return false;
  if (!thread->parameters)
    thread->parameters = ARENA_ARRAY(p->arena, Parameter, LIMIT_LOCATIONS);
  thread->parameters[thread->parameter_count++] = (Parameter){.location = (unsigned)location, .type = type};
  return join_location(p, (unsigned)location, type, span);
}

// parameters := '(' [ 'void' | parameter { ',' parameter } ] ')'
static bool parse_parameters(Parser *p) {
  if (!parser_expect(p, "(", "after the thread's name"))
    return false;
  if (parser_at(p, "void") && token_is(parser_peek(p), ")"))
    parser_advance(p);
  if (!parser_at(p, ")")) {
    do {
      if (!parse_parameter(p))
        return false;
    } while (parser_take(p, ","));
  }
  return parser_expect(p, ")", "or ',' after a parameter");
}

// Threads are numbered from 0 in the order they stand in. One that is numbered otherwise is read all the same.
static bool check_number(Parser *p) {
  const char *text = token_text(p, p->token);
  unsigned long number = p->token.span.length < 8 ? strtoul(text + 1, NULL, 10) : LIMIT_THREADS;
  unsigned expected = p->test->thread_count;
  if (expected == LIMIT_THREADS)
    return ERROR_AT(p, p->token.span, "more than %d threads", LIMIT_THREADS);
  if (number != expected)
    ERROR_AT(p, p->token.span, "expected thread P%u, found '%s'", expected, text);
  return true;
}

// To where the next thread or section begins. A thread's own braces are skipped as a whole.
static void skip_thread(Parser *p) {
  while (!parser_at_thread(p) && !parser_at_section(p))
    parser_advance(p);
}

// thread := 'P0' parameters '{' { statement } '}'
void parse_thread(Parser *p) {
  Test *test = p->test;
  if (!check_number(p)) {
    parser_advance(p);
    skip_thread(p);
    return;
  }
  p->thread = test->thread_count++;
  test->threads[p->thread] = (Thread){0};
  p->register_blocks = ARENA_ARRAY(p->arena, unsigned, LIMIT_REGISTERS);
  p->register_spans = ARENA_ARRAY(p->arena, Span, LIMIT_REGISTERS);
  p->block = p->block_count = 0;
  p->live_count = 0;
  p->statement_count = 0;
  p->unknown_registers = p->moved_registers = 0;
  p->loops = 0;
  p->block_dissolves = false;
  p->depth = 0;
  parser_advance(p);
  p->parameters_failed = !parse_parameters(p);
  p->depth = 0;
  while (p->parameters_failed && !parser_at(p, "{") && !parser_at_thread(p) && !parser_at_section(p))
    parser_advance(p);
  if (!parser_at(p, "{")) {
    if (!p->parameters_failed)
      parser_expected(p, "'{' before the thread's statements");
    skip_thread(p);
    return;
  }
  p->lexer.in_code = true;
  parser_advance(p);
  test->threads[p->thread].body = parse_block(p, false);
  p->lexer.in_code = false;
  if (!parser_expect(p, "}", arena_printf(p->arena, "to end P%u", p->thread)))
    skip_thread(p);
}
