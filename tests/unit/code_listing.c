// Listings of disassemblers: the functions, and that they become what the same code in a litmus test becomes.
#include "arch/cpus.h"
#include "harness/code/assembly.h"
#include "harness/code/listing.h"
#include "harness/lang/parse.h"
#include "harness/model/judge.h"
#include "tests/unit/runner.h"

#include <string.h>

static Arena *arena;
static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

static const Source *source_of(const char *name, const char *text) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = name, .bytes = text, .length = strlen(text)};
  return source;
}

static const char *told(const Diag *diag) {
  Text text = {0};
  diag_format(diag, &text);
  const char *copy = arena_string(arena, text_string(&text));
  text_free(&text);
  return copy;
}

// Message passing; each thread writes what it read through a pointer.
static const char mp[] = "C MP\n{}\n"
                         "P0 (atomic_int* x, atomic_int* y) { *x = 1; *y = 1; }\n"
                         "P1 (atomic_int* y, atomic_int* x) { int r0 = *y; int r1 = *x; }\n"
                         "exists (1:r0=1 /\\ 1:r1=0)\n";

// Allowed states of a program whose threads are P0 and P1 of the listing.
static const char *judged(const char *arch, const char *listing, const char **errors) {
  Diag diag = {.arena = arena};
  const Test *test = test_parse(source_of("MP.litmus", mp), arena, &diag);
  const Listing *l = listing_read(source_of("MP.objdump", listing), arena, &diag);
  if (errors)
    *errors = told(&diag);
  if (!l)
    return NULL;
  ck_assert_msg(test != NULL, "%s", told(&diag));
  const FunctionParameter first[] = {{PARAMETER_LOCATION, 0}, {PARAMETER_LOCATION, 1}};
  const FunctionParameter second[] = {
      {PARAMETER_LOCATION, 1}, {PARAMETER_LOCATION, 0}, {PARAMETER_RESULT, 0}, {PARAMETER_RESULT, 1}};
  ThreadFunction threads[] = {
      {.source = l->source, .function = listing_find(l, "P0"), .parameters = first, .parameter_count = 2},
      {.source = l->source, .function = listing_find(l, "P1"), .parameters = second, .parameter_count = 4}};
  ck_assert(threads[0].function && threads[1].function);
  const Model *model = model_find(arch);
  const Program *program =
      functions_program(test, instructions_of_arch(arch), threads, model->rmw_is_one_event, 0, arena, &diag);
  if (errors)
    *errors = told(&diag);
  if (!program && errors)
    return NULL;
  ck_assert_msg(program != NULL, "%s", told(&diag));
  Judge judge = judge_of(model, arena);
  JudgeOptions options = {.limits = judge_limits(10), .program = program};
  Prediction p = judge_test(&judge, test, &options, arena);
  Text text = {0};
  for (unsigned i = 0; i < p.result.state_count; i++)
    state_print(test, prediction_state(test, p.result.states[i], arena), &text);
  const char *copy = arena_string(arena, text_string(&text));
  text_free(&text);
  return copy;
}

#define ALL "1:r0=0; 1:r1=0;1:r0=0; 1:r1=1;1:r0=1; 1:r1=0;1:r0=1; 1:r1=1;"
#define NOT_WEAK "1:r0=0; 1:r1=0;1:r0=0; 1:r1=1;1:r0=1; 1:r1=1;"

static const char arm_relaxed[] = "\nMP.o:     file format elf64-littleaarch64\n\n\nDisassembly of section .text:\n\n"
                                  "0000000000000000 <P0>:\n"
                                  "   0:\tmov\tw2, #0x1                   \t// #1\n"
                                  "   4:\tstr\tw2, [x0]\n"
                                  "   8:\tstr\tw2, [x1]\n"
                                  "   c:\tret\n\n"
                                  "0000000000000010 <P1>:\n"
                                  "  10:\tldr\tw4, [x0]\n"
                                  "  14:\tldr\tw5, [x1]\n"
                                  "  18:\tstp\tw4, w4, [sp, #-16]!\n"
                                  "  1c:\tldr\tw6, [sp], #16\n"
                                  "  20:\tstr\tw6, [x2]\n"
                                  "  24:\tstr\tw5, [x3]\n"
                                  "  28:\tret\n";

START_TEST(binutils_listing_with_a_spill) { ck_assert_str_eq(judged("aarch64", arm_relaxed, NULL), ALL); }
END_TEST

static const char llvm_release[] = "0000000000000000 <P0>:\n"
                                   "       0: 52800028     \tmov\tw8, #1\n"
                                   "       4: b9000008     \tstr\tw8, [x0]\n"
                                   "       8: 889ffc28     \tstlr\tw8, [x1]\n"
                                   "       c: d65f03c0     \tret\n\n"
                                   "0000000000000010 <P1>:\n"
                                   "      10: 88dffc08     \tldar\tw8, [x0]\n"
                                   "      14: 34000068     \tcbz\tw8, 0x20 <P1+0x10>\n"
                                   "      18: b9400029     \tldr\tw9, [x1]\n"
                                   "      1c: 14000002     \tb\t0x24 <P1+0x14>\n"
                                   "      20: b9400029     \tldr\tw9, [x1]\n"
                                   "      24: b9000048     \tstr\tw8, [x2]\n"
                                   "      28: b9000069     \tstr\tw9, [x3]\n"
                                   "      2c: d65f03c0     \tret\n";

START_TEST(llvm_listing_with_bytes_and_branches) { ck_assert_str_eq(judged("aarch64", llvm_release, NULL), NOT_WEAK); }
END_TEST

// What gcc -O0 makes of plain accesses: all goes over the stack.
static const char x86_O0[] = "0000000000000000 <P0>:\n"
                             "   0:\tf3 0f 1e fa          \tendbr64\n"
                             "   4:\t55                   \tpush   %rbp\n"
                             "   5:\t48 89 e5             \tmov    %rsp,%rbp\n"
                             "   8:\t48 89 7d f8          \tmov    %rdi,-0x8(%rbp)\n"
                             "   c:\t48 89 75 f0          \tmov    %rsi,-0x10(%rbp)\n"
                             "  10:\t48 8b 45 f8          \tmov    -0x8(%rbp),%rax\n"
                             "  14:\tc7 00 01 00 00 00    \tmovl   $0x1,(%rax)\n"
                             "  1a:\t48 8b 45 f0          \tmov    -0x10(%rbp),%rax\n"
                             "  1e:\tc7 00 01 00 00 00    \tmovl   $0x1,(%rax)\n"
                             "  24:\t90                   \tnop\n"
                             "  25:\t5d                   \tpop    %rbp\n"
                             "  26:\tc3                   \tret\n"
                             "  27:\t66 0f 1f 84 00 00 00 \tnopw   0x0(%rax,%rax,1)\n"
                             "  2e:\t00 00 \n\n"
                             "0000000000000030 <P1>:\n"
                             "  30:\t55                   \tpush   %rbp\n"
                             "  31:\t48 89 e5             \tmov    %rsp,%rbp\n"
                             "  34:\t48 89 55 e0          \tmov    %rdx,-0x20(%rbp)\n"
                             "  38:\t8b 07                \tmov    (%rdi),%eax\n"
                             "  3a:\t89 45 fc             \tmov    %eax,-0x4(%rbp)\n"
                             "  3d:\t8b 06                \tmov    (%rsi),%eax\n"
                             "  3f:\t89 01                \tmov    %eax,(%rcx)\n"
                             "  41:\t8b 55 fc             \tmov    -0x4(%rbp),%edx\n"
                             "  44:\t48 8b 45 e0          \tmov    -0x20(%rbp),%rax\n"
                             "  48:\t89 10                \tmov    %edx,(%rax)\n"
                             "  4a:\t5d                   \tpop    %rbp\n"
                             "  4b:\tc3                   \tret\n";

START_TEST(unoptimised_code_is_read_over_its_stack) { ck_assert_str_eq(judged("x86_64", x86_O0, NULL), NOT_WEAK); }
END_TEST

static const char riscv_fences[] = "0000000000000000 <P0>:\n"
                                   "   0:\tc.li\tx15,1\n"
                                   "   2:\tc.sw\tx15,0(x10)\n"
                                   "   4:\tfence\tiorw,ow\n"
                                   "   8:\tc.sw\tx15,0(x11)\n"
                                   "   a:\tc.jr\tx1\n\n"
                                   "000000000000000c <P1>:\n"
                                   "   c:\tc.lw\tx15,0(x10)\n"
                                   "   e:\tfence\tir,iorw\n"
                                   "  12:\tc.lw\tx14,0(x11)\n"
                                   "  14:\tc.sw\tx15,0(x12)\n"
                                   "  16:\tc.sw\tx14,0(x13)\n"
                                   "  18:\tc.jr\tx1\n";

START_TEST(compressed_instructions_and_fences_of_devices) {
  ck_assert_str_eq(judged("riscv", riscv_fences, NULL), NOT_WEAK);
}
END_TEST

static const char power_control[] = "0000000000000000 <P0>:\n"
                                    "   0:\tli      r9,1\n"
                                    "   4:\tstw     r9,0(r3)\n"
                                    "   8:\tlwsync\n"
                                    "   c:\tstw     r9,0(r4)\n"
                                    "  10:\tblr\n"
                                    "\t...\n"
                                    "  1c:\tori     r2,r2,0\n\n"
                                    "0000000000000020 <P1>:\n"
                                    "  20:\tlwz     r9,0(r3)\n"
                                    "  24:\tcmpw    cr7,r9,r9\n"
                                    "  28:\tbne-    cr7,2c <P1+0xc>\n"
                                    "  2c:\tisync\n"
                                    "  30:\tlwz     r10,0(r4)\n"
                                    "  34:\tstw     r9,0(r5)\n"
                                    "  38:\tstw     r10,0(r6)\n"
                                    "  3c:\tblr\n";

START_TEST(a_branch_to_the_next_instruction_is_a_control_dependency) {
  ck_assert_str_eq(judged("power", power_control, NULL), NOT_WEAK);
}
END_TEST

// libgcc's functions do atomics by what the CPU has: 20 of them, told by their names in relocations, called or gone to.
static const char arm_outlined[] = "0000000000000000 <P0>:\n"
                                   "   0:\tmov\tx3, x1\n"
                                   "   4:\tmov\tx1, x0\n"
                                   "   8:\tmov\tw0, #0x1\n"
                                   "   c:\tstp\tx29, x30, [sp, #-16]!\n"
                                   "  10:\tbl\t0 <__aarch64_swp4_relax>\n"
                                   "\t\t\t10: R_AARCH64_CALL26\t__aarch64_swp4_relax\n"
                                   "  14:\tldp\tx29, x30, [sp], #16\n"
                                   "  18:\tmov\tw0, #0x1\n"
                                   "  1c:\tmov\tx1, x3\n"
                                   "  20:\tb\t0 <__aarch64_ldadd4_rel>\n"
                                   "\t\t\t20: R_AARCH64_JUMP26\t__aarch64_ldadd4_rel\n\n"
                                   "0000000000000030 <P1>:\n"
                                   "  30:\tldar\tw8, [x0]\n"
                                   "  34:\tldr\tw9, [x1]\n"
                                   "  38:\tstr\tw8, [x2]\n"
                                   "  3c:\tstr\tw9, [x3]\n"
                                   "  40:\tret\n";

START_TEST(calls_of_outlined_atomics_are_what_those_do) {
  ck_assert_str_eq(judged("aarch64", arm_outlined, NULL), NOT_WEAK);
}
END_TEST

static void refused(const char *arch, const char *listing, const char *why) {
  const char *errors;
  ck_assert_ptr_null(judged(arch, listing, &errors));
  ck_assert_msg(strstr(errors, why) != NULL, "'%s' is not in: %s", why, errors);
}

START_TEST(what_is_not_understood_is_refused_with_its_place) {
  refused("aarch64", "nothing of that kind\n", "no function of a disassembler's listing");
  refused("aarch64", "0000000000000000 <P0>:\n   0:\tfrob\tx0, x1\n   4:\tret\n\n0000000000000010 <P1>:\n  10:\tret\n",
          "MP.objdump:2:7: error: no row of the aarch64 table tells what 'frob' does");
  refused("x86_64",
          "0000000000000000 <P0>:\n   0:\tcall   5 <P0+0x5>\n\t\t\t1: R_X86_64_PLT32\tabort-0x4\n   5:\tret\n\n"
          "0000000000000010 <P1>:\n  10:\tret\n",
          "tells what a call of 'abort' does");
  refused("riscv",
          "0000000000000000 <P0>:\n   0:\tbeqz\ta0,0 <P0>\n\t\t\t0: R_RISCV_RVC_BRANCH\t.L0 \n   2:\tret\n\n"
          "0000000000000010 <P1>:\n  10:\tret\n",
          "'P0' refers to what lies outside of it"); // where it goes is not told
  refused("aarch64",
          "0000000000000000 <P0>:\n   0:\tmov\tv0.d[1], x9\n   4:\tret\n\n0000000000000010 <P1>:\n  10:\tret\n",
          "tells of 'mov' with these operands");
  refused("aarch64", "0000000000000000 <P0>:\n   0:\tmov\tw2, #1\n\n0000000000000010 <P1>:\n  10:\tret\n",
          "P0: its code does not end where its listing does");
  refused("aarch64",
          "0000000000000000 <P0>:\n   0:\tadd\tx2, sp, #0x8\n   4:\tstr\tx2, [x0]\n   8:\tret\n\n"
          "0000000000000010 <P1>:\n  10:\tret\n",
          "the address of the thread's stack leaves it");
  refused("aarch64",
          "0000000000000000 <P0>:\n   0:\tstr\tw0, [sp, #-16]\n   4:\tldr\tx2, [sp, #-16]\n   8:\tret\n\n"
          "0000000000000010 <P1>:\n  10:\tret\n",
          "it reads more of the stack than was put there");
  refused("aarch64",
          "0000000000000000 <P0>:\n   0:\tadd\tx2, sp, #0x8\n   4:\tstr\tx2, [sp, #-16]\n"
          "   8:\tstr\tw0, [sp, #-16]\n   c:\tldr\tx2, [sp, #-16]\n  10:\tret\n\n"
          "0000000000000020 <P1>:\n  20:\tret\n",
          "it reads more of the stack than was put there");
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("listing", setup, teardown);
  tcase_add_test(tests, binutils_listing_with_a_spill);
  tcase_add_test(tests, llvm_listing_with_bytes_and_branches);
  tcase_add_test(tests, unoptimised_code_is_read_over_its_stack);
  tcase_add_test(tests, compressed_instructions_and_fences_of_devices);
  tcase_add_test(tests, a_branch_to_the_next_instruction_is_a_control_dependency);
  tcase_add_test(tests, calls_of_outlined_atomics_are_what_those_do);
  tcase_add_test(tests, what_is_not_understood_is_refused_with_its_place);
  return unit_run("code_listing", tests);
}
