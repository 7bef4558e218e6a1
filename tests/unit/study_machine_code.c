// What a compiler made of a test's threads, read back and judged: for this CPU and, by clang, for the others.
#define Suite LitmusSuite // Check has a Suite of its own
#include "harness/build/threads.h"
#include "harness/lang/parse.h"
#include "harness/lang/suite.h"
#undef Suite
#include "harness/model/judge.h"
#include "harness/study/machine_code.h"
#include "tests/unit/left.h"
#include "tests/unit/runner.h"
#include "tests/unit/skip.h"

#include <stdio.h>
#include <string.h>

static Arena *arena;
static Diag diag;
static Left before;

static void setup(void) {
  before = left_now();
  arena = arena_new();
  diag = (Diag){.arena = arena};
  setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
}

static void teardown(void) {
  arena_free(arena);
  left_assert_nothing(&before);
}

static LitmusSuite tests_named(const char *name) {
  char *names[] = {arena_string(arena, name)};
  return suite_find(names, 1, arena, &diag);
}

// The code that the compiler makes of the test, read.
static MachineCode made(const Test *test, const Compiler *compiler, const Cpu *cpu) {
  const Compiler **compilers = ARENA_ARRAY(arena, const Compiler *, test->thread_count);
  const char **listings = ARENA_ARRAY(arena, const char *, test->thread_count);
  ObjectFile *objects = ARENA_ARRAY(arena, ObjectFile, test->thread_count);
  for (unsigned t = 0; t < test->thread_count; t++)
    compilers[t] = compiler;
  bool built = build_threads(test, &(BuildOptions){.compilers = compilers}, arena, objects, &diag);
  ck_assert_msg(built, "%s: %s", test->name, objects[0].made.errors);
  Text listing = {0};
  ck_assert(build_listing(&objects[0], arena, &listing, &diag));
  const char *text = arena_string(arena, text_string(&listing));
  text_free(&listing);
  build_release(objects, test->thread_count);
  for (unsigned t = 0; t < test->thread_count; t++)
    listings[t] = text;
  return machine_code_read(test, cpu, listings, arena);
}

static Prediction judged(const Test *test, const MachineCode *code, const char *model) {
  Judge judge = judge_of(model_find(model), arena);
  JudgeOptions options = {.limits = judge_limits(10), .program = code ? code->program : NULL};
  return judge_test(&judge, test, &options, arena);
}

static bool witness_allowed(const char *name, const char *cc, const char *flags, const char *cpu) {
  Compiler compiler;
  ck_assert(compiler_find(cc, flags, arena, &compiler, &diag));
  LitmusSuite suite = tests_named(name);
  ck_assert_uint_eq(suite.count, 1);
  MachineCode code = made(suite.tests[0], &compiler, cpu ? cpu_find(cpu) : cpu_here());
  ck_assert_msg(code.program != NULL, "%s: %s", name, code.why);
  return judged(suite.tests[0], &code, code.cpu->model->name).any_witness;
}

static const char *const here[] = {"-O0", "-O1", "-O2", "-O3"};

START_TEST(what_a_compiler_made_here_is_judged_as_what_it_does) {
  SKIP_IF(skip_emulated(), "an emulator has no compiler");
  ck_assert(witness_allowed("SB", "gcc", here[_i], NULL));
  ck_assert(!witness_allowed("SB+fences", "gcc", here[_i], NULL));
}
END_TEST

// What is pointed to, and the location that only a register begins with, are known in the code.
START_TEST(code_with_addresses_is_judged_like_the_test) {
  SKIP_IF(skip_emulated(), "an emulator has no compiler");
  static const char text[] =
      "C t\n{ p=z; 1:r9=z; }\n"
      "P0 (int *x, int **p) { WRITE_ONCE(*x, 1); smp_store_release(p, x); }\n"
      "P1 (int **p) { int *r0 = READ_ONCE(*p); int r1 = READ_ONCE(*r0); int r2 = READ_ONCE(*r9); }\n"
      "locations [p; 1:r9]\nexists (1:r0=x /\\ 1:r1=0)\n";
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t", .bytes = text, .length = strlen(text)};
  const Test *test = test_parse(source, arena, &diag);
  Compiler compiler;
  ck_assert(compiler_find("gcc", here[_i], arena, &compiler, &diag));
  MachineCode code = made(test, &compiler, cpu_here());
  ck_assert_msg(code.program != NULL, "%s", code.why);
  Prediction of_code = judged(test, &code, cpu_here()->model->name), of_test = judged(test, NULL, "lkmm");
  ck_assert_uint_eq(of_code.result.state_count, 2);
  ck_assert_uint_eq(of_test.result.state_count, 2);
  for (unsigned s = 0; s < 2; s++)
    for (unsigned i = 0; i < test->observable_count; i++)
      ck_assert(event_value_equal(of_code.result.states[s][i], of_test.result.states[s][i]));
}
END_TEST

// Every C test of the suite becomes a program, and where there is no race it does nothing that C11 forbids.
START_TEST(the_whole_suite_is_read) {
  SKIP_IF(skip_emulated(), "an emulator has no compiler");
  Compiler gcc;
  unsigned unread = 0;
  ck_assert(compiler_find("gcc", here[_i], arena, &gcc, &diag));
  LitmusSuite suite = suite_find(NULL, 0, arena, &diag);
  for (unsigned i = 0; i < suite.count; i++) {
    MachineCode code = made(suite.tests[i], &gcc, cpu_here());
    if (!code.program) {
      printf("%s: %s\n", suite.tests[i]->name, code.why);
      unread++;
      continue;
    }
  }
  ck_assert_uint_eq(unread, 0);
}
END_TEST

// ---- Listings by hand

static const Test *loads_x(void) {
  static const char text[] = "C t\n{}\nP0 (atomic_int* x) { int r0 = *x; }\nP1 (atomic_int* x) { *x = 3; }\n"
                             "exists (0:r0=1)\n";
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t", .bytes = text, .length = strlen(text)};
  return test_parse(source, arena, &diag);
}

// What the code of P0 leaves in r0, "3 0"; or why it is not read. %rdi points to x, %rsi to the frame.
static const char *leaves(const char *lines) {
  const Test *test = loads_x();
  const char *listing = arena_printf(arena,
                                     "0000000000000000 <P0>:\n%s\n0000000000000100 <P1>:\n"
                                     " 100:\tmovl $0x3,(%%rdi)\n 106:\tret\n",
                                     lines);
  MachineCode code = machine_code_read(test, cpu_find("x86_64"), (const char *const[]){listing, listing}, arena);
  if (!code.program)
    return code.why;
  Prediction p = judged(test, &code, "x86-tso");
  const char *values = "";
  for (unsigned i = 0; i < p.result.state_count; i++)
    values = arena_printf(arena, "%s%s%d", values, i ? " " : "", (int)p.result.states[i][0].number);
  return values;
}

START_TEST(a_shift_leaves_the_bit_that_it_shifted_out) {
  ck_assert_str_eq(leaves(" 0:\tmov (%rdi),%eax\n 2:\tshr $1,%eax\n 4:\tsetb %al\n 6:\tmovzbl %al,%eax\n"
                          " 8:\tmov %eax,(%rsi)\n a:\tret\n"),
                   "0 1");
  ck_assert_str_eq(leaves(" 0:\tmov $0x0,%eax\n 1:\tcmp $0x1,%eax\n 2:\tmov $0x0,%ecx\n 3:\tshl %cl,%eax\n"
                          " 4:\tsetb %al\n 6:\tmovzbl %al,%eax\n 8:\tmov %eax,(%rsi)\n a:\tret\n"),
                   "1"); // by none: the flags stay
}
END_TEST

START_TEST(a_product_leaves_whether_it_was_cut) {
#define PRODUCT(lines, flag)                                                                                           \
  leaves(" 0:\tmov (%rdi),%eax\n" lines " 10:\t" flag " %al\n 14:\tmovzbl %al,%eax\n 17:\tmov %eax,(%rsi)\n "          \
         "19:\tret\n")
  ck_assert_str_eq(PRODUCT(" 2:\timul $0x40000000,%eax,%eax\n", "seto"), "0 1");
  ck_assert_str_eq(PRODUCT(" 2:\timul $0x20000000,%eax,%eax\n", "seto"), "0");
  ck_assert_str_eq(PRODUCT(" 2:\tneg %eax\n 4:\timul $0xffffffffffffffff,%eax,%eax\n", "setb"), "0");
  ck_assert_str_eq(PRODUCT(" 2:\tneg %eax\n 4:\timul $0x40000000,%eax,%eax\n", "setb"), "0 1");
  ck_assert_str_eq(PRODUCT(" 2:\tmovabs $0x4000000000000000,%rcx\n 4:\timul %rcx,%rax\n", "setb"), "0 1");
  ck_assert_str_eq(PRODUCT(" 2:\tmovabs $0x2000000000000000,%rcx\n 4:\timul %rcx,%rax\n", "setb"), "0");
#undef PRODUCT
}
END_TEST

START_TEST(products_and_quotients_go_over_two_registers_and_carries_go_on) {
#define AFTER(lines) leaves(" 0:\tmov (%rdi),%eax\n" lines " 20:\tmov %eax,(%rsi)\n 22:\tret\n")
  ck_assert_str_eq(AFTER(" 2:\tsub $0x7,%eax\n 4:\tcltd\n 5:\tmov $0x2,%ecx\n 8:\tidiv %ecx\n"), "-3 -2");
  ck_assert_str_eq(AFTER(" 2:\tsub $0x6,%eax\n 4:\tcltd\n 5:\tmov $0x4,%ecx\n 8:\tidiv %ecx\n a:\tmov %edx,%eax\n"),
                   "-3 -2");
  ck_assert_str_eq(AFTER(" 2:\tcltq\n 3:\tsub $0x7,%rax\n 4:\tcqto\n 5:\tmov $0x2,%ecx\n 8:\tidiv %rcx\n"), "-3 -2");
  ck_assert_str_eq(AFTER(" 2:\tmov $0x1,%edx\n 5:\tmov $0x10,%ecx\n 8:\tdiv %rcx\n a:\tshr $0x3c,%rax\n"), "1");
  ck_assert_str_eq(AFTER(" 2:\tmov $0x55555556,%edx\n 5:\timul %edx\n a:\tmov %edx,%eax\n"), "0 1");
  ck_assert_str_eq(AFTER(" 2:\tsub $0x7,%eax\n 4:\tcltd\n 5:\tmovl $0x2,-0x8(%rsp)\n 8:\tidivl -0x8(%rsp)\n"), "-3 -2");
  ck_assert_str_eq(AFTER(" 2:\tmovq $0x2,-0x8(%rsp)\n 8:\timulq -0x8(%rsp)\n"), "0 6");
  ck_assert_str_eq(AFTER(" 2:\tneg %rax\n 5:\tmov $0x1,%edx\n 8:\timul %rdx\n a:\tmov %edx,%eax\n"), "-1 0");
  ck_assert_str_eq(AFTER(" 2:\tmovabs $0x8000000000000000,%rcx\n 5:\tmul %rcx\n a:\tmov %edx,%eax\n"), "0 1");
  ck_assert_str_eq(AFTER(" 2:\tcmp $0x1,%eax\n 5:\tsbb %eax,%eax\n"), "-1 0");
  ck_assert_str_eq(AFTER(" 2:\tcmp $0x1,%eax\n 5:\tmov $0x5,%eax\n 8:\tadc $0x0,%eax\n"), "5 6");
  ck_assert_str_eq(AFTER(" 2:\tor $0xf0,%eax\n 5:\tcbtw\n 8:\tcwtl\n"), "-16 -13");
#undef AFTER
}
END_TEST

START_TEST(a_jump_to_a_function_that_does_nothing_returns) {
  ck_assert_str_eq(leaves(" 0:\tmov (%rdi),%eax\n 2:\tmov %eax,(%rsi)\n 4:\tjmp 2000 <kernel_pause>\n"
                          " 9:\tmovl $0x7,(%rsi)\n f:\tret\n"),
                   "0 3");
  ck_assert_str_eq(leaves(" 0:\tmov (%rdi),%eax\n 2:\tmov %eax,(%rsi)\n 4:\tcall 2000 <kernel_pause>\n"
                          " 9:\tmovl $0x7,(%rsi)\n f:\tret\n"),
                   "7");
  ck_assert_str_eq(leaves(" 0:\tmov (%rdi),%eax\n 2:\tmov %eax,(%rsi)\n 4:\ttest %eax,%eax\n"
                          " 6:\tjne 2000 <kernel_pause>\n 9:\tmovl $0x7,(%rsi)\n f:\tret\n"),
                   "3 7");
  ck_assert_ptr_nonnull(
      strstr(leaves(" 0:\tjrcxz 2000 <kernel_pause>\n f:\tret\n"), "tells what a call of 'kernel_pause' does"));
}
END_TEST

// Padding behind the end, with the stack as it is there, before what another way goes on with.
START_TEST(what_nothing_goes_to_is_no_way_to_what_follows) {
  ck_assert_str_eq(leaves(" 0:\tpush %rbx\n 1:\tmov (%rdi),%eax\n 2:\ttest %eax,%eax\n 4:\tjne 10 <P0+0x10>\n"
                          " 6:\tmov %eax,(%rsi)\n 8:\tpop %rbx\n 9:\tret\n a:\tnopw 0x0(%rax,%rax,1)\n"
                          " 10:\tmovl $0x5,(%rsi)\n 12:\tpop %rbx\n 13:\tret\n 14:\t.byte 0x7\n"),
                   "0 5");
}
END_TEST

START_TEST(what_only_a_later_jump_goes_to_has_what_that_one_knows) {
  ck_assert_str_eq(leaves(" 0:\tmov (%rdi),%eax\n 2:\tmov %rsp,%rcx\n 4:\tjmp 10 <P0+0x10>\n 6:\tadd %ecx,%eax\n"
                          " 8:\tmov %eax,(%rsi)\n a:\tret\n 10:\tmov $0x1,%ecx\n 12:\tjmp 6 <P0+0x6>\n"),
                   "1 4");
  // A loop that is entered in its midst: what the guess loses in it is not lost.
  ck_assert_str_eq(leaves(" 0:\tmov (%rdi),%eax\n 2:\tmov %rsp,%rcx\n 4:\tjmp 10 <P0+0x10>\n 6:\tnop\n"
                          " 8:\tadd %ecx,%eax\n a:\tcmp $0x4,%eax\n c:\tjge 18 <P0+0x18>\n 10:\tmov $0x1,%ecx\n"
                          " 12:\ttest %eax,%eax\n 14:\tjne 6 <P0+0x6>\n 16:\tmov $0x9,%eax\n 17:\tjmp 8 <P0+0x8>\n"
                          " 18:\tmov %eax,(%rsi)\n 1a:\tret\n"),
                   "4 10");
  ck_assert_ptr_nonnull(strstr(leaves(" 0:\tmov (%rdi),%eax\n 2:\tjmp 10 <P0+0x10>\n 6:\tadd %ecx,%eax\n"
                                      " 8:\tmov %eax,(%rsi)\n a:\tret\n 10:\tmov %rsp,%rcx\n 12:\tjmp 6 <P0+0x6>\n"),
                               "computes from the stack's address"));
}
END_TEST

START_TEST(a_slot_holds_what_was_put_there_on_every_way) {
  ck_assert_str_eq(leaves(" 0:\tmov (%rdi),%eax\n 2:\tmov %rax,-0x8(%rsp)\n 4:\tmov -0x8(%rsp),%ecx\n"
                          " 6:\tmov %ecx,(%rsi)\n 8:\tret\n"),
                   "0 3");
  ck_assert_ptr_nonnull(strstr(leaves(" 0:\tmov (%rdi),%eax\n 1:\tmov %rax,-0x8(%rsp)\n 2:\ttest %eax,%eax\n"
                                      " 4:\tje c <P0+0xc>\n 6:\tmovl $0x5,-0x8(%rsp)\n c:\tmov -0x8(%rsp),%rax\n"
                                      " d:\tmov %eax,(%rsi)\n f:\tret\n"),
                               "do not agree"));
  ck_assert_ptr_nonnull(strstr(leaves(" 0:\tmovl $0x5,-0x8(%rsp)\n 6:\tmov -0x8(%rsp),%rax\n d:\tmov %eax,(%rsi)\n"
                                      " f:\tret\n"),
                               "more of the stack"));
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("machine code", setup, teardown);
  tcase_add_loop_test(tests, what_a_compiler_made_here_is_judged_as_what_it_does, 0, 4);
  tcase_add_loop_test(tests, the_whole_suite_is_read, 0, 4);
  tcase_add_loop_test(tests, code_with_addresses_is_judged_like_the_test, 0, 4);
  tcase_add_loop_test(tests, the_whole_suite_is_read, 0, 4);
  tcase_add_test(tests, a_shift_leaves_the_bit_that_it_shifted_out);
  tcase_add_test(tests, a_product_leaves_whether_it_was_cut);
  tcase_add_test(tests, products_and_quotients_go_over_two_registers_and_carries_go_on);
  tcase_add_test(tests, a_jump_to_a_function_that_does_nothing_returns);
  tcase_add_test(tests, what_nothing_goes_to_is_no_way_to_what_follows);
  tcase_add_test(tests, what_only_a_later_jump_goes_to_has_what_that_one_knows);
  tcase_add_test(tests, a_slot_holds_what_was_put_there_on_every_way);
  return unit_run("machine code", tests);
}
