// Threads as object files: by one compiler or several, for this CPU or another, and read back.
#define Suite LitmusSuite // Check has a Suite of its own
#include "arch/cpus.h"
#include "harness/lang/parse.h"
#include "harness/lang/suite.h"
#undef Suite
#include "harness/build/threads.h"
#include "tests/unit/left.h"
#include "tests/unit/runner.h"
#include "tests/unit/skip.h"

#include <string.h>
#include <sys/stat.h>

static Arena *arena;
static Diag diag;
static Left before;
static Text listing;
static ObjectFile objects[2];

static void setup(void) {
  before = left_now();
  arena = arena_new();
  diag = (Diag){.arena = arena};
  listing = (Text){0};
  for (unsigned i = 0; i < 2; i++)
    objects[i] = (ObjectFile){.made = {.memory = -1}};
  setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
}

static void teardown(void) {
  build_release(objects, 2);
  text_free(&listing);
  arena_free(arena);
  left_assert_nothing(&before);
}

static const Test *test_named(const char *name) {
  char *names[] = {arena_string(arena, name)};
  LitmusSuite suite = suite_find(names, 1, arena, &diag);
  ck_assert_uint_eq(suite.count, 1);
  return suite.tests[0];
}

static bool has(const char *part) { return strstr(text_string(&listing), part) != NULL; }

static void list(unsigned thread) {
  text_clear(&listing);
  ck_assert_msg(build_listing(&objects[thread], arena, &listing, &diag), "%s", diag.first->message);
}

static void build(const char *name, const Compiler *p0, const Compiler *p1) {
  BuildOptions options = {.compilers = (const Compiler *[]){p0, p1}};
  bool built = build_threads(test_named(name), &options, arena, objects, &diag);
  ck_assert_msg(built, "%s", objects[0].made.errors ? objects[0].made.errors : "no errors given");
}

START_TEST(all_threads_of_one_compiler_are_in_one_object_that_is_read_back) {
  Compiler gcc;
  ck_assert(compiler_find("gcc", "-O2", arena, &gcc, &diag));
  build("MP+rel-acq", &gcc, &gcc);
  ck_assert_str_eq(objects[0].made.object, objects[1].made.object);
  list(0);
  ck_assert_msg(has("<P0>:\n") && has("<P1>:\n"), "%s", text_string(&listing));
  // The lines are those of the source that is told.
  const char *number = strstr(text_string(&listing), "/threads.c:"), *line = objects[0].source;
  ck_assert_ptr_nonnull(number);
  for (long at = strtol(number + strlen("/threads.c:"), NULL, 10); at > 1; at--)
    line = strchr(line, '\n') + 1;
  ck_assert(line > strstr(objects[0].source, " P0(") && line < strstr(objects[0].source, " P1("));
}
END_TEST

START_TEST(threads_of_two_compilers_are_in_two_objects) {
  Compiler slow, fast;
  ck_assert(compiler_find("gcc", "-O0", arena, &slow, &diag));
  ck_assert(compiler_find("gcc", "-O2", arena, &fast, &diag));
  build("SB", &slow, &fast);
  list(0);
  ck_assert(has("<P0>:\n") && !has("<P1>:\n"));
  size_t longer = listing.length;
  list(1);
  ck_assert(!has("<P0>:\n") && has("<P1>:\n"));
  ck_assert_uint_lt(listing.length, longer);
}
END_TEST

START_TEST(objects_listed_together_are_listed_as_they_are_alone) {
  Compiler slow, fast;
  ck_assert(compiler_find("gcc", "-O0", arena, &slow, &diag));
  ck_assert(compiler_find("gcc", "-O2", arena, &fast, &diag));
  slow.target = fast.target = compiler_target(&fast, arena);
  build("SB", &slow, &fast);
  const char *alone[2];
  for (unsigned t = 0; t < 2; t++) {
    list(t);
    alone[t] = arena_string(arena, text_string(&listing));
  }
  ObjectFile gone = {.compiler = &slow, .made = {.memory = -1}};
  build_listings((ObjectFile *const[]){&objects[0], &gone, &objects[1]}, 3, arena);
  ck_assert_ptr_null(gone.listing);
  for (unsigned t = 0; t < 2; t++) {
    ck_assert_ptr_nonnull(objects[t].listing);
    list(t);
    ck_assert_str_eq(text_string(&listing), alone[t]);
    objects[t].listing = NULL;
  }
  // One that objdump does not know as an object leaves all to be listed alone.
  gone.made.object = "/dev/null";
  build_listings((ObjectFile *const[]){&objects[0], &gone, &objects[1]}, 3, arena);
  ck_assert_ptr_null(objects[0].listing);
  list(0);
  ck_assert_str_eq(text_string(&listing), alone[0]);
}
END_TEST

// One that has no headers for the other CPU.
START_TEST(code_for_another_cpu_is_made_and_read) {
  static const struct {
    const char *flags, *instruction;
  } cpus[] = {{"-O2 --target=aarch64-linux-gnu", "stlr"},
              {"-O2 --target=powerpc64le-linux-gnu", "lwsync"},
              {"-O2 --target=riscv64-linux-gnu", "fence"},
              {"-O2 --target=x86_64-linux-gnu", "mov"}};
  Compiler clang;
  SKIP_IF(skip_emulated() || !compiler_find("clang", cpus[_i].flags, arena, &clang, &diag), "clang is not here");
  clang.target = compiler_target(&clang, arena);
  ck_assert_ptr_nonnull(clang.target);
  ck_assert_ptr_nonnull(strstr(cpus[_i].flags, clang.target));
  SKIP_IF(!compiler_locate("llvm-objdump", arena) && !compiler_locate("llvm-objdump-14", arena), "llvm is not here");
  build("MP+rel-acq", &clang, &clang);
  list(0);
  ck_assert_msg(has("<P0>:\n") && has(cpus[_i].instruction) && has("/threads.c:"), "%s", text_string(&listing));
}
END_TEST

START_TEST(every_test_of_the_suite_is_made_without_headers) {
  Compiler gcc;
  ck_assert(compiler_find("gcc", "-O2 -Wall -Werror", arena, &gcc, &diag));
  LitmusSuite suite = suite_find(NULL, 0, arena, &diag);
  for (unsigned i = 0; i < suite.count && i < 20; i++) {
    const Test *test = suite.tests[i];
    ObjectFile *made = ARENA_ARRAY(arena, ObjectFile, test->thread_count);
    const Compiler **compilers = ARENA_ARRAY(arena, const Compiler *, test->thread_count);
    for (unsigned t = 0; t < test->thread_count; t++)
      compilers[t] = &gcc;
    bool good = build_threads(test, &(BuildOptions){.compilers = compilers}, arena, made, &diag);
    ck_assert_msg(good, "%s: %s", test->name, made[0].made.errors);
    ck_assert_ptr_null(strstr(made[0].source, "#include"));
    build_release(made, test->thread_count);
  }
}
END_TEST

START_TEST(what_does_not_compile_says_so) {
  Compiler gcc;
  ck_assert(compiler_find("gcc", "-fno-such-flag", arena, &gcc, &diag));
  BuildOptions options = {.compilers = (const Compiler *[]){&gcc, &gcc}};
  ck_assert(!build_threads(test_named("SB"), &options, arena, objects, &diag));
  ck_assert_ptr_nonnull(strstr(objects[1].made.errors, "no-such-flag"));
  ck_assert(!build_listing(&objects[0], arena, &listing, &diag));
  ck_assert_ptr_nonnull(strstr(diag.first->message, "no-such-flag"));
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("threads", setup, teardown);
  tcase_add_test(tests, all_threads_of_one_compiler_are_in_one_object_that_is_read_back);
  tcase_add_test(tests, objects_listed_together_are_listed_as_they_are_alone);
  tcase_add_test(tests, threads_of_two_compilers_are_in_two_objects);
  tcase_add_loop_test(tests, code_for_another_cpu_is_made_and_read, 0, 4);
  tcase_add_test(tests, every_test_of_the_suite_is_made_without_headers);
  tcase_add_test(tests, what_does_not_compile_says_so);
  return unit_run("threads", tests);
}
