#include "harness/lang/code_grade.h"

#include "harness/lang/expr_value.h"
#include "harness/lang/parser.h"

static Parser *parser_of_results(const CodeFile *code, const Source *source, Arena *arena, Diag *diag) {
  Parser *p = parser_new(source, &dialect_c11, arena, diag);
  if (!p)
    return NULL;
  p->is_bare = true;
  p->test->thread_count = 1;
  for (unsigned i = 0; i < code->result_count; i++)
    register_add(p, 0, code->results[i], (Type){.base = BASE_INT64}, (Span){0});
  parser_advance(p);
  return p;
}

// The expression is all of the text.
const Expr *code_grade_parse(const CodeFile *code, const Source *source, Arena *arena, Diag *diag) {
  unsigned errors = diag->errors;
  Parser *p = parser_of_results(code, source, arena, diag);
  const Expr *expr = p ? parse_expression(p) : NULL;
  if (expr && p->token.kind != TOKEN_END)
    parser_unexpected(p, "the end of the expression");
  return diag->errors == errors ? expr : NULL;
}

const char *grade_name(GradeKind kind) {
  static const char *const names[] = {"acceptable", "interesting", "forbidden"};
  return names[kind];
}

const Grade *code_grade(const CodeFile *code, const Value *results) {
  const Grade *worst = NULL;
  for (unsigned i = 0; i < code->grade_count; i++) {
    const Grade *grade = &code->grades[i];
    if ((!worst || grade->kind > worst->kind) && expr_value(grade->holds, results))
      worst = grade;
  }
  return worst;
}
