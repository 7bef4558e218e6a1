// Which paths of a thread are left to be put together with those of others.
#include "harness/model/path.h"
#define Suite LitmusSuite // Check has a Suite of its own
#include "harness/lang/suite.h"
#undef Suite
#include "harness/code/assembly.h"
#include "tests/unit/litmus_text.h"
#include "tests/unit/runner.h"

static Arena *arena;
static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

static ThreadPaths *paths_of(const Program *program) {
  static const EnumerationLimits limits = {.coherent_only = true, .atomic_only = true, .waits = true};
  static Deadline deadline;
  EnumerationResult result = {0};
  deadline = deadline_new(&limits, 0);
  ThreadPaths *paths = ARENA_ARRAY(arena, ThreadPaths, program->thread_count);
  for (unsigned t = 0; t < program->thread_count; t++)
    ck_assert_msg(paths_of_thread(program, t, &deadline, arena, &paths[t], &result), "%s", result.why);
  return paths;
}

static const Program *assembled(const char *text) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t.litmus", .bytes = text, .length = strlen(text)};
  Diag diag = {.arena = arena};
  const Program *program = assembly_program(test_read(source, arena, &diag), false, 0, arena, &diag);
  ck_assert_msg(program != NULL, "%s", diag.first ? diag.first->message : "");
  return program;
}

// A loop that goes two ways in each turn and then tries to put another number there, whose success is two paths (what
// it returns is what it found or what was expected). Another thread changes x once, so that one turn fails at most.
START_TEST(test_a_path_sees_no_more_changes_than_others_make) {
  const char *text = "AArch64 t\n{ 0:X0=x; 1:X0=x; }\n"
                     " P0             | P1          ;\n"
                     " MOV W4,#2      | MOV W1,#1   ;\n"
                     " LDR W1,[X0]    | STR W1,[X0] ;\n"
                     "L0:             |             ;\n"
                     " CBZ W1,L1      |             ;\n"
                     " NOP            |             ;\n"
                     "L1:             |             ;\n"
                     " MOV W2,W1      |             ;\n"
                     " CAS W2,W4,[X0] |             ;\n"
                     " CMP W2,W1      |             ;\n"
                     " MOV W1,W2      |             ;\n"
                     " B.NE L0        |             ;\n"
                     "exists (x=1)\n";
  const Program *program = assembled(text);
  ThreadPaths *paths = paths_of(program);
  ck_assert_uint_eq(paths[0].up_to[PATH_ENDS], 4 + 8 + 16 + 32 + 64);
  paths_drop_restless(program, paths, true, arena);
  ck_assert_uint_eq(paths[0].up_to[PATH_ENDS], 4 + 8);
  ck_assert_uint_eq(paths[0].up_to[PATH_CUT], 4 + 8);
}
END_TEST

// What one writes itself it may find anew; a plain store of another is a change, whatever it stores.
START_TEST(test_what_may_change_stays) {
  const char *text = "AArch64 t\n{ 0:X0=x; 1:X0=x; }\n"
                     " P0             | P1          ;\n"
                     " LDR W1,[X0]    | MOV W1,#1   ;\n"
                     " LDR W2,[X0]    | STR W1,[X0] ;\n"
                     " CMP W1,W2      | STR W1,[X0] ;\n"
                     " B.EQ L0        |             ;\n"
                     " LDR W3,[X0]    |             ;\n"
                     " CMP W2,W3      |             ;\n"
                     " B.EQ L0        |             ;\n"
                     " STR W1,[X0]    |             ;\n"
                     " LDR W4,[X0]    |             ;\n"
                     " CMP W1,W4      |             ;\n"
                     " B.EQ L0        |             ;\n"
                     " NOP            |             ;\n"
                     "L0:             |             ;\n"
                     "exists (x=1)\n";
  const Program *program = assembled(text);
  ThreadPaths *paths = paths_of(program);
  ck_assert_uint_eq(paths[0].up_to[PATH_CUT], 4);
  paths_drop_restless(program, paths, true, arena);
  ck_assert_uint_eq(paths[0].up_to[PATH_CUT], 3); // two changes of x, not three
}
END_TEST

// An exclusive pair that stores what it loaded changes nothing, where nothing comes between its halves.
START_TEST(test_what_is_written_back_is_no_change) {
  const char *text = "AArch64 t\n{ 0:X0=x; 1:X0=x; }\n"
                     " P0             | P1             ;\n"
                     " LDR W1,[X0]    | LDXR W1,[X0]   ;\n"
                     " LDR W2,[X0]    | STXR W2,W1,[X0];\n"
                     " CMP W1,W2      |                ;\n"
                     " B.EQ L0        |                ;\n"
                     " NOP            |                ;\n"
                     "L0:             |                ;\n"
                     "exists (x=1)\n";
  const Program *program = assembled(text);
  ThreadPaths *paths = paths_of(program);
  ck_assert_uint_eq(paths[0].up_to[PATH_CUT], 2);
  paths_drop_restless(program, paths, false, arena);
  ck_assert_uint_eq(paths[0].up_to[PATH_CUT], 2);
  paths_drop_restless(program, paths, true, arena);
  ck_assert_uint_eq(paths[0].up_to[PATH_CUT], 1);
}
END_TEST

START_TEST(test_branches_on_reads_that_are_equal_go_the_same_way) {
  const char *text = "AArch64 t\n{ 0:X0=x; }\n"
                     " P0          ;\n"
                     " LDR W1,[X0] ;\n"
                     " LDR W2,[X0] ;\n"
                     " CMP W1,W2   ;\n"
                     " B.NE L2     ;\n"
                     " CBZ W1,L1   ;\n"
                     " NOP         ;\n"
                     "L1:          ;\n"
                     " CBZ W2,L2   ;\n"
                     " NOP         ;\n"
                     "L2:          ;\n"
                     "exists (x=1)\n";
  ThreadPaths *paths = paths_of(assembled(text));
  ck_assert_uint_eq(paths[0].up_to[PATH_CUT], 1 + 2);
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("paths", setup, teardown);
  tcase_add_test(tests, test_a_path_sees_no_more_changes_than_others_make);
  tcase_add_test(tests, test_what_may_change_stays);
  tcase_add_test(tests, test_what_is_written_back_is_no_change);
  tcase_add_test(tests, test_branches_on_reads_that_are_equal_go_the_same_way);
  return unit_run("model_path", tests);
}
