#include "harness/cli/tests.h"
#include "harness/code/assembly.h"

#include <string.h>

// The index of the first CPU that has the fence; cpu_count: none has.
static unsigned cpu_with(const char *fence) {
  unsigned i = 0;
  while (i < cpu_count && !cpu_fence(cpu_all[i], fence))
    i++;
  return i;
}

static void add_fences(const Cpu *cpu, Text *out) {
  for (unsigned i = 0; i < cpu->fence_count; i++)
    text_printf(out, "%s%s", i ? ", " : "", cpu->fences[i].name);
}

static void report_unknown(const Test *test, const Expr *expr, Diag *diag) {
  Text names = {0};
  for (unsigned i = 0; i < cpu_count; i++) {
    text_printf(&names, "%s%s: ", names.length ? "; " : "", cpu_all[i]->name);
    add_fences(cpu_all[i], &names);
  }
  diag_error_at(diag, test->source, expr->span, "no CPU has a fence '%s'; there are, of %s", expr->access.cpu_fence,
                text_string(&names));
  text_free(&names);
}

static void report_foreign(const Test *test, const Expr *expr, const Cpu *owner, const Cpu *cpu, Diag *diag) {
  Text names = {0};
  add_fences(cpu, &names);
  diag_error_at(diag, test->source, expr->span,
                "'%s' is a fence of %s, and this CPU is %s, which has %s; `weakmem "
                "predict` judges it for %s",
                expr->access.cpu_fence, owner->name, cpu->name, text_string(&names), owner->name);
  text_free(&names);
}

typedef struct {
  const Test *test;
  const Cpu *cpu; // NULL: any
  Diag *diag;
} Check;

static bool check_fence(const Expr *expr, void *context) {
  const Check *check = context;
  if (expr->kind != EXPR_ACCESS || expr->access.op != ACCESS_CPU_FENCE)
    return false;
  unsigned owner = cpu_with(expr->access.cpu_fence);
  if (owner == cpu_count)
    report_unknown(check->test, expr, check->diag);
  else if (check->cpu && !cpu_fence(check->cpu, expr->access.cpu_fence))
    report_foreign(check->test, expr, cpu_all[owner], check->cpu, check->diag);
  return false;
}

// Whether the test can be used where code is made of C.
static bool check_language(const Test *test, const Cpu *cpu, Diag *diag) {
  if (cpu && test->dialect == &dialect_linux)
    return diag_error(diag, "%s is in the kernel's dialect, which is not run yet; `weakmem predict` judges it",
                      test->name);
  if (!cpu || !test_is_assembly(test))
    return true;
  return diag_error_at(diag, test->source, (Span){0, strcspn(test->source->bytes, " \t\r\n")},
                       "%s is in %s assembly, which is not run yet; `weakmem predict` judges it", test->name,
                       test->dialect->name);
}

static bool check_fences(const Test *test, const Cpu *cpu, Diag *diag) {
  unsigned errors = diag->errors;
  test_each(test, check_fence, &(Check){test, cpu, diag});
  return diag->errors == errors;
}

Suite tests_find(char *const *arguments, unsigned count, const Cpu *cpu, Arena *arena, Diag *diag) {
  Suite suite = suite_find_by(test_read, arguments, count, arena, diag);
  unsigned kept = 0;
  for (unsigned i = 0; i < suite.count; i++)
    if (check_language(suite.tests[i], cpu, diag) && check_fences(suite.tests[i], cpu, diag))
      suite.tests[kept++] = suite.tests[i];
  suite.count = kept;
  return suite;
}
