// Threads, P0 (atomic_int* x, volatile int* y) { ... }, and their statements.
#include "harness/lang/parser.h"

#include <stdlib.h>
#include <string.h>

// A list of statements that grows at its end.
typedef struct {
  Stmt *first, **end;
} Block;

static bool parse_statement(Parser *p, Block *block);
static Stmt *parse_block(Parser *p); // after '{', to before the '}'

static bool block_ends(const Parser *p) {
  return parser_at(p, "}") || parser_at_thread(p) || p->token.kind == TOKEN_END ||
         ((parser_at(p, "exists") || parser_at(p, "forall") || parser_at(p, "locations") || parser_at(p, "filter") ||
           parser_at(p, "~")) &&
          parser_at_section(p));
}

static Stmt *statement_new(Parser *p, StmtKind kind, size_t begin) {
  Stmt *stmt = ARENA_NEW(p->arena, Stmt);
  stmt->kind = kind;
  stmt->span = parser_span_from(p, begin);
  return stmt;
}

// The statement that is a store or a fence.
static Stmt *access_statement(Parser *p, Access access, size_t begin) {
  Stmt *stmt = statement_new(p, STMT_EXPR, begin);
  stmt->expr = ARENA_NEW(p->arena, Expr);
  *stmt->expr = (Expr){.kind = EXPR_ACCESS, .span = stmt->span, .access = access};
  return stmt;
}

// Adds a statement to its block, where the thread has room for it.
static bool append(Parser *p, Block *block, Stmt *stmt) {
  *block->end = stmt;
  block->end = &stmt->next;
  if (++p->statement_count == LIMIT_STATEMENTS + 1)
    return ERROR_AT(p, stmt->span, "more than %d statements in P%u", LIMIT_STATEMENTS, p->thread);
  return true;
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
    r->type.is_volatile |= type.is_volatile;
    if (p->register_blocks[reg] == p->block) {
      ERROR_AT(p, span, "'%s' is declared twice in this block; the first time %s", name,
               place_text(p, p->register_spans[reg]));
      return -1;
    }
  }
  if (reg >= 0) {
    p->register_blocks[reg] = p->block;
    p->register_spans[reg] = span;
  }
  return reg;
}

// declaration := type NAME [ '=' expression ] { ',' NAME [ '=' expression ] } ';'
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
    int reg = declare(p, name, declared, span);
    Expr *value = NULL;
    if (parser_take(p, "=") && (!(value = parse_expression(p)) || !check_conversion(p, value, declared.base)))
      return false;
    Stmt *stmt = statement_new(p, STMT_DECLARE, begin);
    stmt->reg = reg < 0 ? 0 : (unsigned)reg;
    stmt->expr = value;
    if (!append(p, block, stmt))
      return false;
    begin = p->token.span.offset;
  } while (parser_take(p, ","));
  return parse_semicolon(p, "after the declaration");
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
    block.first = parse_block(p);
    ok = parser_expect(p, "}", "to end the block");
  } else {
    unsigned outer = p->block;
    p->block = ++p->block_count;
    ok = parse_statement(p, &block);
    p->block = outer;
  }
  parser_leave(p);
  *body = block.first;
  return ok;
}

// 'if' '(' expression ')' statement [ 'else' statement ]
static bool parse_if(Parser *p, Block *block) {
  Stmt *stmt = statement_new(p, STMT_IF, p->token.span.offset);
  parser_advance(p);
  stmt->expr = parse_parenthesised(p, "after 'if'");
  stmt->span = parser_span_from(p, stmt->span.offset);
  if (!stmt->expr || !append(p, block, stmt) || !parse_body(p, &stmt->body))
    return false;
  return !parser_take(p, "else") || parse_body(p, &stmt->else_body);
}

// 'while' '(' expression ')' statement
static bool parse_while(Parser *p, Block *block) {
  Stmt *stmt = statement_new(p, STMT_WHILE, p->token.span.offset);
  parser_advance(p);
  stmt->expr = parse_parenthesised(p, "after 'while'");
  stmt->span = parser_span_from(p, stmt->span.offset);
  return stmt->expr && append(p, block, stmt) && parse_body(p, &stmt->body);
}

// The left side of an assignment was read as an expression: it is a register or a plain access.
static bool parse_assignment(Parser *p, Block *block, const Expr *target, size_t begin) {
  bool is_register = target->kind == EXPR_REGISTER;
  if (!is_register && (target->kind != EXPR_ACCESS || target->access.op != ACCESS_LOAD || target->access.order))
    return ERROR_AT(p, target->span, "only a register or a location such as '*x' can be assigned to");
  parser_advance(p); // '='
  Expr *value = parse_expression(p);
  if (!value || !check_conversion(p, value, target->type))
    return false;
  Stmt *stmt;
  if (is_register) {
    stmt = statement_new(p, STMT_ASSIGN, begin);
    stmt->reg = target->reg;
    stmt->expr = value;
  } else {
    Access store = target->access;
    store.op = ACCESS_STORE;
    store.operand = value;
    stmt = access_statement(p, store, begin);
  }
  return append(p, block, stmt) && parse_semicolon(p, "after the assignment");
}

static bool check_no_compound(Parser *p) {
  static const char *const operators[] = {"++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="};
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
    if (parser_at(p, operators[i]))
      return ERROR_AT(p, p->token.span, "'%s' is not in the language: write 'r0 = r0 + 1' or an atomic_fetch function",
                      operators[i]);
  return true;
}

// assignment or expression statement
static bool parse_simple(Parser *p, Block *block) {
  size_t begin = p->token.span.offset;
  if (!check_no_compound(p))
    return false;
  if (parser_at(p, "(") && token_is(parser_peek(p), "void")) {
    parser_advance(p);
    parser_advance(p);
    if (!parser_expect(p, ")", "after 'void'"))
      return false;
  }
  Expr *expr = parse_expression(p);
  if (!expr || !check_no_compound(p))
    return false;
  if (parser_at(p, "="))
    return parse_assignment(p, block, expr, begin);
  Stmt *stmt = statement_new(p, STMT_EXPR, begin);
  stmt->expr = expr;
  return append(p, block, stmt) && parse_semicolon(p, "after the statement");
}

// The call of a primitive that has no value: a store, a fence.
static bool parse_call_statement(Parser *p, const Primitive *primitive, Block *block) {
  size_t begin = p->token.span.offset;
  Access access;
  return parse_access(p, primitive, &access) && append(p, block, access_statement(p, access, begin)) &&
         parse_semicolon(p, "after the statement");
}

static bool check_no_other_statement(Parser *p) {
  static const char *const words[] = {"for", "do", "switch", "goto", "return", "break", "continue"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (parser_at(p, words[i]))
      return ERROR_AT(p, p->token.span, "'%s' is not in the language: 'if' and 'while' are", words[i]);
  if (parser_at(p, "else"))
    return ERROR_AT(p, p->token.span, "no 'if' before this 'else'");
  return true;
}

// A block of its own only groups: its statements become the outer block's.
static bool parse_braces(Parser *p, Block *block) {
  if (!parser_enter(p))
    return false;
  parser_advance(p);
  Stmt *inner = parse_block(p);
  parser_leave(p);
  *block->end = inner;
  while (*block->end)
    block->end = &(*block->end)->next;
  return parser_expect(p, "}", "to end the block");
}

// statement := ';' | '{' ... '}' | if | while | declaration | assignment | call ';' | expression ';'
static bool parse_statement(Parser *p, Block *block) {
  p->terms = 0;
  if (parser_take(p, ";"))
    return true;
  if (parser_at(p, "{"))
    return parse_braces(p, block);
  if (parser_at(p, "if"))
    return parse_if(p, block);
  if (parser_at(p, "while"))
    return parse_while(p, block);
  if (!check_no_other_statement(p))
    return false;
  if (parser_at_type(p))
    return parse_declaration(p, block);
  const Primitive *primitive = primitive_find(p, p->token);
  if (primitive && !primitive_has_value(primitive) && token_is(parser_peek(p), "("))
    return parse_call_statement(p, primitive, block);
  return parse_simple(p, block);
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

static Stmt *parse_block(Parser *p) {
  Block block = {.end = &block.first};
  unsigned outer = p->block, depth = p->depth;
  p->block = ++p->block_count;
  while (!block_ends(p)) {
    if (p->statement_count > LIMIT_STATEMENTS) {
      parser_skip_group(p);
      continue;
    }
    if (!parse_statement(p, &block)) {
      p->depth = depth;
      skip_statement(p);
    }
  }
  p->block = outer;
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

// parameter := type '*' { qualifier } NAME
static bool parse_parameter(Parser *p) {
  Thread *thread = &p->test->threads[p->thread];
  Type type;
  if (!parse_type(p, &type))
    return false;
  if (!parser_at(p, "*"))
    return parser_expected(p, "'*': a thread's parameters are pointers to locations");
  parser_advance(p);
  while (parser_at(p, "const") || parser_at(p, "volatile") || parser_at(p, "restrict"))
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
  p->statement_count = 0;
  p->unknown_registers = 0;
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
  test->threads[p->thread].body = parse_block(p);
  p->lexer.in_code = false;
  if (!parser_expect(p, "}", arena_printf(p->arena, "to end P%u", p->thread)))
    skip_thread(p);
}
