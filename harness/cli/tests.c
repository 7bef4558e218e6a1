#include "harness/cli/tests.h"
#include "harness/build/emit.h"
#include "harness/build/users.h"
#include "harness/code/assembly.h"
#include "harness/event/confined.h"
#include "harness/lang/parse.h"

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

// Tests that were not asked for one by one, and that this CPU does not run.
typedef struct {
  unsigned count;
  unsigned others;  // in assembly of another CPU
  unsigned refused; // in assembly that none runs
  Text names;       // of some
} LeftOut;

static bool is_named(const Test *test, char *const *arguments, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    if (!strcmp(arguments[i], test->source->name) || !strcmp(arguments[i], test->name))
      return true;
  return false;
}

static bool leave_out(LeftOut *left_out, const Test *test) {
  enum { NAMES = 5 };
  if (left_out->count < NAMES)
    text_printf(&left_out->names, "%s%s", left_out->count ? ", " : "", test->name);
  else if (left_out->count == NAMES)
    text_add(&left_out->names, " ...");
  left_out->count++;
  return false;
}

// Whether a test in assembly can be run by the CPU.
static bool check_assembly(const Test *test, const Cpu *cpu, bool named, LeftOut *left_out, Diag *diag) {
  bool here = !strcmp(assembly_instructions(test, NULL)->arch, cpu->name);
  Diag quiet = {.arena = diag->arena};
  if (here && assembly_runs(test, named ? diag : &quiet))
    return true;
  if (!named) {
    *(here ? &left_out->refused : &left_out->others) += 1;
    return leave_out(left_out, test);
  }
  if (!here)
    diag_error_at(
        diag, test->source, (Span){0, strcspn(test->source->bytes, " \t\r\n")},
        "%s is in %s assembly, and this CPU is %s; `weakmem predict` judges it, and `weakmem show --export DIR` "
        "writes a program that runs it there",
        test->name, test->dialect->name, cpu->name);
  return false;
}

const char *tests_refused(const Test *test, Arena *arena) {
  const char *why = emit_refuses(test);
  Diag quiet = {.arena = arena};
  if (!why && test_has_addresses(test) && !test_is_confined(test, &quiet))
    why = quiet.first ? quiet.first->message : "its addresses cannot be followed";
  return why;
}

// Whether a test can be run by the CPU, as far as its language goes.
static bool check_language(const Test *test, const Cpu *cpu, bool named, LeftOut *left_out, Diag *diag) {
  if (cpu && test_is_assembly(test))
    return check_assembly(test, cpu, named, left_out, diag);
  const char *why = cpu ? tests_refused(test, diag->arena) : NULL;
  if (!why)
    return true;
  if (!named)
    return leave_out(left_out, test);
  return diag_error(diag, "%s is not run: %s; `weakmem predict` judges it", test->name, why);
}

static void report_left_out(const LeftOut *left_out, const Cpu *cpu, bool any, Diag *diag) {
  if (!left_out->count)
    return;
  const char *text = arena_printf(
      diag->arena,
      "%u test%s not run: %u in the assembly of other CPUs than %s, %u that would do more than access their locations, "
      "%u of the kernel's whose pointers may point elsewhere, or whose critical sections do not end; `weakmem predict` "
      "judges them: %s",
      left_out->count, left_out->count == 1 ? " is" : "s are", left_out->others, cpu->name, left_out->refused,
      left_out->count - left_out->others - left_out->refused, text_string(&left_out->names));
  if (any)
    diag_warning(diag, "%s", text);
  else
    diag_error(diag, "%s", text);
}

static bool check_fences(const Test *test, const Cpu *cpu, Diag *diag) {
  unsigned errors = diag->errors;
  test_each(test, check_fence, &(Check){test, cpu, diag});
  return diag->errors == errors;
}

// Whether its first word says so.
static bool test_is_c(const Source *source) {
  const char *text = source->bytes + strspn(source->bytes, " \t\r\n");
  return text[0] == 'C' && strchr(" \t", text[1]);
}

static Test *read_c11(const Source *source, Arena *arena, Diag *diag) {
  return test_is_c(source) ? test_parse_as(&dialect_c11, source, arena, diag) : test_read(source, arena, diag);
}

static Test *read_linux(const Source *source, Arena *arena, Diag *diag) {
  return test_is_c(source) ? test_parse_as(&dialect_linux, source, arena, diag) : test_read(source, arena, diag);
}

// Whoever names C of their own is told who takes it.
static void tell_of_code(char *const *arguments, unsigned count, Diag *diag) {
  for (unsigned i = 0; i < count; i++)
    if (users_is_c(arguments[i]))
      diag_error(diag, "%s is C, and no litmus test: `weakmem run` and `weakmem check` take it", arguments[i]);
}

Suite tests_find(char *const *arguments, unsigned count, const Cpu *cpu, Arena *arena, Diag *diag) {
  return tests_find_in(NULL, arguments, count, cpu, arena, diag);
}

Suite tests_find_in(const char *dialect, char *const *arguments, unsigned count, const Cpu *cpu, Arena *arena,
                    Diag *diag) {
  TestReader *read = !dialect ? test_read : !strcmp(dialect, dialect_linux.name) ? read_linux : read_c11;
  Suite suite = suite_find_by(read, arguments, count, arena, diag);
  if (diag->errors)
    tell_of_code(arguments, count, diag);
  unsigned kept = 0;
  LeftOut left_out = {0};
  for (unsigned i = 0; i < suite.count; i++) {
    const Test *test = suite.tests[i];
    if (check_language(test, cpu, is_named(test, arguments, count), &left_out, diag) && check_fences(test, cpu, diag))
      suite.tests[kept++] = test;
  }
  suite.count = kept;
  report_left_out(&left_out, cpu, kept > 0, diag);
  text_free(&left_out.names);
  return suite;
}
