#include "harness/cli/tests.h"

// The first CPU that has a fence of this name, as an index into arch_all; arch_count where none does.
static unsigned arch_with(const char *fence) {
  unsigned a = 0;
  while (a < arch_count && !arch_fence(arch_all[a], fence))
    a++;
  return a;
}

static void add_fences(const Arch *arch, Text *out) {
  for (unsigned i = 0; i < arch->fence_count; i++)
    text_printf(out, "%s%s", i ? ", " : "", arch->fences[i].name);
}

static void report_unknown(const Test *test, const Expr *expr, Diag *diag) {
  Text names = {0};
  for (unsigned a = 0; a < arch_count; a++)
    if (arch_all[a]->fence_count) {
      text_printf(&names, "%s%s: ", names.length ? "; " : "", arch_all[a]->name);
      add_fences(arch_all[a], &names);
    }
  diag_error_at(diag, test->source, expr->span, "no CPU has a fence '%s'; there are, of %s", expr->access.cpu_fence,
                text_string(&names));
  text_free(&names);
}

static void report_foreign(const Test *test, const Expr *expr, const Arch *owner, const Arch *cpu, Diag *diag) {
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
  const Arch *cpu; // NULL: any
  Diag *diag;
} Check;

static bool check_fence(const Expr *expr, void *context) {
  const Check *check = context;
  if (expr->kind != EXPR_ACCESS || expr->access.op != ACCESS_CPU_FENCE)
    return false;
  unsigned owner = arch_with(expr->access.cpu_fence);
  if (owner == arch_count)
    report_unknown(check->test, expr, check->diag);
  else if (check->cpu && !arch_fence(check->cpu, expr->access.cpu_fence))
    report_foreign(check->test, expr, arch_all[owner], check->cpu, check->diag);
  return false;
}

static bool check_fences(const Test *test, const Arch *cpu, Diag *diag) {
  unsigned errors = diag->errors;
  test_each(test, check_fence, &(Check){test, cpu, diag});
  return diag->errors == errors;
}

Suite tests_find(char *const *arguments, unsigned count, const Arch *cpu, Arena *arena, Diag *diag) {
  Suite suite = suite_find(arguments, count, arena, diag);
  unsigned kept = 0;
  for (unsigned i = 0; i < suite.count; i++)
    if (check_fences(suite.tests[i], cpu, diag))
      suite.tests[kept++] = suite.tests[i];
  suite.count = kept;
  return suite;
}
