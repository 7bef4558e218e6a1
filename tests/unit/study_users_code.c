// The user's own code from listings of its object: calls, structures, the stack, init and arbiter.
#include "harness/study/users_code.h"
#include "tests/unit/runner.h"

#include <string.h>

static Arena *arena;
static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

// What a listing allows on a CPU, as "1,2 | 3,4"; `why` is there too. Threads are a and b, where the listing has them.
static const char *allowed(const char *arch, const char *listing, const char **why) {
  static const char *names[] = {"x", "y"};
  static CodeFunction threads[] = {{"a", "a"}, {"b", "b"}};
  CodeFile code = {.name = "users",
                   .path = "users.o",
                   .story = "",
                   .digest = "",
                   .threads = threads,
                   .thread_count = strstr(listing, "<b>:") ? 2 : 1,
                   .init = strstr(listing, "<wm_init>:") ? "wm_init" : NULL,
                   .arbiter = strstr(listing, "<wm_arbiter>:") ? "wm_arbiter" : NULL,
                   .shared_bytes = 32,
                   .results = names,
                   .result_count = 2};
  Source source = {.name = "users.objdump", .bytes = listing, .length = strlen(listing)};
  UsersOptions options = {.limits = judge_limits(20)};
  UsersCode out = users_code_judge(&code, cpu_find(arch), &source, judges_all(arena), &options, arena);
  Text text = {0};
  for (unsigned i = 0; i < out.state_count; i++)
    text_printf(&text, "%s%d,%d", i ? " | " : "", (int)out.states[i].results[0], (int)out.states[i].results[1]);
  *why = out.why ? out.why : "";
  return text_finish(&text, arena);
}

static void allows(const char *arch, const char *listing, const char *states) {
  const char *why, *found = allowed(arch, listing, &why);
  ck_assert_msg(!*why, "%s", why);
  ck_assert_str_eq(found, states);
}

static void refused(const char *arch, const char *listing, const char *reason) {
  const char *why;
  ck_assert_str_eq(allowed(arch, listing, &why), "");
  ck_assert_msg(strstr(why, reason) != NULL, "'%s' is not in: %s", reason, why);
}

START_TEST(a_function_that_is_called_comes_back_and_one_gone_to_ends_the_thread) {
  allows("aarch64",
         "0000000000000000 <add>:\n   0:\tldr\tw2, [x0]\n   4:\tadd\tw2, w2, #0x1\n   8:\tstr\tw2, [x0]\n   c:\tret\n\n"
         "0000000000000010 <a>:\n  10:\tstp\tx29, x30, [sp, #-32]!\n  14:\tstr\tx1, [sp, #16]\n  18:\tbl\t0 <add>\n"
         "  1c:\tbl\t0 <add>\n  20:\tldr\tx1, [sp, #16]\n  24:\tldr\tw3, [x0]\n  28:\tstr\tx3, [x1]\n"
         "  2c:\tldp\tx29, x30, [sp], #32\n  30:\tb\t0 <add>\n  34:\tstr\tx3, [x1, #8]\n\n"
         "0000000000000040 <wm_arbiter>:\n  40:\tldr\tw2, [x0]\n  44:\tstr\tx2, [x1, #8]\n  48:\tret\n",
         "2,3");
  allows(
      "x86_64",
      "0000000000000000 <set>:\n   0:\tmov    %rdx,(%rsi)\n   3:\tmov    0x8(%rsp),%rax\n   8:\tmov    %rax,0x8(%rsi)\n"
      "   c:\tret\n\n0000000000000010 <gone>:\n  10:\tmov    $0x7,%edx\n  15:\tpush   $0x5\n  17:\tcall   0 <set>\n"
      "  1c:\tadd    $0x8,%rsp\n  20:\tret\n\n0000000000000030 <a>:\n  30:\tjmp    10 <gone>\n  32:\tmovq   "
      "$0x9,(%rsi)\n"
      "  39:\tret\n",
      "7,5");
}
END_TEST

START_TEST(a_wide_access_of_what_others_access_in_parts_is_one_to_each_part) {
  allows(
      "x86_64",
      "0000000000000000 <wm_init>:\n   0:\tmovq   $0x3,0x8(%rdi)\n   8:\tret\n\n"
      "0000000000000010 <a>:\n  10:\tmovabs $0x200000001,%rax\n  1a:\tmov    %rax,0x8(%rdi)\n  1e:\tret\n\n"
      "0000000000000020 <b>:\n  20:\tmov    0xc(%rdi),%eax\n  23:\tmov    %rax,(%rsi)\n  26:\tmov    0x8(%rdi),%eax\n"
      "  29:\tmov    %rax,0x8(%rsi)\n  2c:\tret\n",
      "0,1 | 0,3 | 2,1");
  refused("x86_64",
          "0000000000000000 <a>:\n   0:\tlock xadd %eax,(%rdi)\n   4:\tret\n\n"
          "0000000000000010 <b>:\n  10:\tmovw   $0x1,(%rdi)\n  15:\tret\n",
          "mixed sizes are not judged");
}
END_TEST

START_TEST(pointers_into_what_is_shared_are_followed_through_memory) {
  allows("aarch64",
         "0000000000000000 <wm_init>:\n   0:\tadd\tx2, x0, #0x10\n   4:\tstr\tx2, [x0]\n   8:\tmov\tw3, #0x5\n"
         "   c:\tstr\tw3, [x0, #20]\n  10:\tret\n\n"
         "0000000000000020 <a>:\n  20:\tldr\tx2, [x0]\n  24:\torr\tx2, x2, #0x1\n  28:\tand\tx4, x2, #0x1\n"
         "  2c:\tand\tx2, x2, #0xfffffffffffffffe\n  30:\tldr\tw3, [x2, #4]\n  34:\tstp\tx3, x4, [x1]\n  38:\tret\n",
         "5,1");
}
END_TEST

START_TEST(a_loop_whose_accesses_are_not_placed_before_its_bound_is_followed_beyond_it) {
  allows("aarch64",
         "0000000000000000 <a>:\n   0:\tldr\tw2, [x0]\n   4:\tadd\tx3, x0, x2\n   8:\tldr\tw4, [x3, #16]\n"
         "   c:\tcbz\tw4, 14 <a+0x14>\n  10:\tadd\tw6, w6, #0x1\n  14:\tadd\tw5, w5, #0x1\n"
         "  18:\tcmp\tw5, #0x3\n  1c:\tb.ne\t0 <a>\n  20:\tstp\tx5, x6, [x1]\n  24:\tret\n\n"
         "0000000000000040 <b>:\n  40:\tldr\tw2, [x0]\n  44:\tadd\tx3, x0, x2\n  48:\tmov\tw4, #0x4\n"
         "  4c:\tstr\tw4, [x3, #16]\n  50:\tret\n",
         "3,0 | 3,1 | 3,2 | 3,3");
}
END_TEST

START_TEST(a_result_that_is_an_address_is_no_number) {
  refused("aarch64", "0000000000000000 <a>:\n   0:\tstr\tx0, [x1]\n   4:\tret\n", "'x' may be an address");
}
END_TEST

START_TEST(what_lies_on_the_stack_is_read_in_any_pieces) {
  allows("aarch64",
         "0000000000000000 <a>:\n   0:\tmov\tx2, #0x7\n   4:\tlsl\tx2, x2, #32\n   8:\tstr\tx2, [sp, #-16]\n"
         "   c:\tmov\tw3, #0x2\n  10:\tstr\tw3, [sp, #-16]\n  14:\tldr\tw4, [sp, #-12]\n  18:\tldr\tx5, [sp, #-16]\n"
         "  1c:\tlsr\tx5, x5, #31\n  20:\tstp\tx4, x5, [x1]\n  24:\tret\n",
         "7,14");
  // What one way alone puts there may be read behind both.
  allows("aarch64",
         "0000000000000000 <a>:\n   0:\tldr\tw2, [x0]\n   4:\tcbz\tw2, c <a+0xc>\n   8:\tstr\tw2, [sp, #-16]\n"
         "   c:\tcbz\tw2, 18 <a+0x18>\n  10:\tldr\tw3, [sp, #-16]\n  14:\tstr\tx3, [x1]\n  18:\tret\n\n"
         "0000000000000020 <b>:\n  20:\tmov\tw2, #0x4\n  24:\tstr\tw2, [x0]\n  28:\tret\n",
         "0,0 | 4,0");
}
END_TEST

START_TEST(a_register_is_cleared_whatever_it_had) {
  allows("x86_64",
         "0000000000000000 <a>:\n   0:\tmov    (%rdi),%eax\n   2:\ttest   %eax,%eax\n   4:\tje     b <a+0xb>\n"
         "   6:\tlea    -0x8(%rsp),%rdx\n   b:\txor    %edx,%edx\n   d:\tmov    %rdx,(%rsi)\n  10:\tret\n",
         "0,0");
}
END_TEST

START_TEST(what_cannot_be_followed_is_named_with_its_line) {
  refused("x86_64",
          "0000000000000000 <f>:\n/u/users.c:7\n   0:\tcall   10 <a>\n   5:\tret\n\n"
          "0000000000000010 <a>:\n  10:\tcall   0 <f>\n  15:\tret\n",
          "users.c:7: 'a' calls itself, which is not followed");
  refused("aarch64", "0000000000000000 <a>:\n/u/users.c:8\n   0:\tbl\t0 <a>\n   4:\tret\n",
          "it calls itself, or what a value points to");
  refused("aarch64", "0000000000000000 <a>:\n/u/users.c:8\n   0:\tldr\tx2, [x0]\n   4:\tbr\tx2\n",
          "it goes to where a value points");
  refused(
      "x86_64",
      "0000000000000000 <a>:\n/u/users.c:9\n   0:\tcall   5 <a+0x5>\n\t\t\t1: R_X86_64_PLT32\tputs-0x4\n   5:\tret\n",
      "users.c:9: no row of the x86_64 table tells what a call of 'puts' does");
  refused("x86_64", "0000000000000000 <a>:\n/u/users.c:9\n   0:\tmovl   $0x1,0x40(%rdi)\n   8:\tret\n",
          "it accesses what lies outside of what is shared");
  refused("x86_64", "0000000000000000 <f>:\n   0:\tnop\n\n0000000000000010 <a>:\n  10:\tcall   0 <f>\n  15:\tret\n",
          "what is called does not end where its listing does");
  refused("aarch64",
          "0000000000000000 <a>:\n   0:\tstr\tx0, [x1]\n   4:\tret\n\n0000000000000010 <b>:\n  10:\tstr\tx0, [x1]\n  "
          "14:\tret\n",
          "the result 'x' is assigned by more than one thread: a and b");
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("users_code", setup, teardown);
  tcase_add_test(tests, a_function_that_is_called_comes_back_and_one_gone_to_ends_the_thread);
  tcase_add_test(tests, a_wide_access_of_what_others_access_in_parts_is_one_to_each_part);
  tcase_add_test(tests, pointers_into_what_is_shared_are_followed_through_memory);
  tcase_add_test(tests, a_loop_whose_accesses_are_not_placed_before_its_bound_is_followed_beyond_it);
  tcase_add_test(tests, a_result_that_is_an_address_is_no_number);
  tcase_add_test(tests, what_lies_on_the_stack_is_read_in_any_pieces);
  tcase_add_test(tests, a_register_is_cleared_whatever_it_had);
  tcase_add_test(tests, what_cannot_be_followed_is_named_with_its_line);
  return unit_run("study_users_code", tests);
}
