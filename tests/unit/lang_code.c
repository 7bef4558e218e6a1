// Code files: what an object of the user's C tells; what is damaged is refused; what grades say.
#include "harness/base/source.h"
#include "harness/build/users.h"
#include "harness/lang/code_grade.h"
#include "harness/lang/expr_value.h"
#include "harness/lang/print.h"
#include "harness/lang/state.h"
#include "tests/unit/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Arena *arena;
static char folder[] = "/tmp/weakmem-code-XXXXXX";

static void set_up(void) {
  arena = arena_new();
  if (!mkdtemp(folder))
    abort();
}

static void tear_down(void) {
  static const char *const names[] = {"own.c", "own.h"};
  for (unsigned i = 0; i < 2; i++)
    remove(arena_printf(arena, "%s/%s", folder, names[i]));
  rmdir(folder);
  strcpy(folder, "/tmp/weakmem-code-XXXXXX");
  arena_free(arena);
}

static const char *put(const char *name, const char *text) {
  const char *path = arena_printf(arena, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
  return path;
}

static const char *messages(const Diag *diag) {
  Text text = {0};
  diag_format(diag, &text);
  return text_finish(&text, arena);
}

static bool read_c(const char *text, const CodeSaid *said, UsersFile *out, Diag *diag) {
  Compiler compiler;
  *diag = (Diag){.arena = arena};
  ck_assert_msg(compiler_find(NULL, NULL, arena, &compiler, diag), "%s", messages(diag));
  *out = (UsersFile){.given = source_read_file(put("own.c", text), USERS_C_MOST, arena, diag)};
  return users_read(out, 1, said, &compiler, NULL, arena, diag);
}

static const char whole[] = "// What it shows,\n// in two lines.\n\n"
                            "#include <weakmem.h>\n#include \"own.h\"\n"
                            "WM_SHARED { struct pair pair; };\n"
                            "WM_RESULTS(a, b)\n"
                            "WM_INIT { shared->pair.x = 1; }\n"
                            "WM_THREAD(writer) { shared->pair.y = 1; }\n"
                            "WM_THREAD(reader) { result->a = shared->pair.y; result->b = shared->pair.x; }\n"
                            "WM_ARBITER { result->b += 0; }\n"
                            "WM_INTERESTING(\"a == 1\", \"early\")\n"
                            "WM_FORBIDDEN(\"a && !b || a < 0\", \"torn\")\n";
static const char header[] = "struct pair { int x, y; char more[24]; };\n";

START_TEST(an_object_tells_threads_results_sizes_and_grades_in_the_order_of_the_file) {
  UsersFile file;
  Diag diag;
  put("own.h", header);
  ck_assert_msg(read_c(whole, &(CodeSaid){0}, &file, &diag), "%s", messages(&diag));
  const CodeFile *code = file.code;
  ck_assert_str_eq(code->name, "own");
  ck_assert_str_eq(code->story, "What it shows, in two lines.");
  ck_assert_uint_eq(code->thread_count, 2);
  ck_assert_str_eq(code->threads[0].name, "writer");
  ck_assert_str_eq(code->threads[1].symbol, "wm_thread_reader");
  ck_assert_str_eq(code->init, "wm_init");
  ck_assert_str_eq(code->arbiter, "wm_arbiter");
  ck_assert_uint_eq(code->shared_bytes, 32);
  ck_assert_uint_eq(code->shared_alignment, 4);
  ck_assert_uint_eq(code->result_count, 2);
  ck_assert_str_eq(code->results[1], "b");
  ck_assert_uint_eq(code->grade_count, 2);
  ck_assert_int_eq(code->grades[0].kind, GRADE_INTERESTING);
  ck_assert_str_eq(code->grades[1].sentence, "torn");
  users_release(&file, 1);
}
END_TEST

START_TEST(the_worst_grade_that_holds_counts) {
  UsersFile file;
  Diag diag;
  put("own.h", header);
  ck_assert(read_c(whole, &(CodeSaid){0}, &file, &diag));
  const Test *test = code_test(file.code, arena);
  static const struct {
    Value values[2];
    const char *sentence, *state;
  } cases[] = {{{1, 0}, "torn", "a=1; b=0;"},
               {{1, 1}, "early", "a=1; b=1;"},
               {{0, 1}, NULL, "a=0; b=1;"},
               {{-1, 1}, "torn", "a=-1; b=1;"}};
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    const Grade *grade = code_grade(file.code, cases[i].values);
    if (cases[i].sentence)
      ck_assert_str_eq(grade->sentence, cases[i].sentence);
    else
      ck_assert_ptr_null(grade);
    Text text = {0};
    Value again[2];
    state_print(test, (State){cases[i].values}, &text);
    ck_assert_str_eq(text_string(&text), cases[i].state);
    ck_assert(state_parse(test, text_string(&text), again) && again[0] == cases[i].values[0]);
    ck_assert_int_eq(state_is_witness(test, (State){again}), grade && grade->kind == GRADE_FORBIDDEN);
    text_free(&text);
  }
  Text text = {0};
  condition_print(test, &text);
  ck_assert_str_eq(text_string(&text), "~exists (a && !b || a < 0)");
  text_free(&text);
  users_release(&file, 1);
}
END_TEST

// Each as C has it: the same expression compiled and read.
#define SAME(text)                                                                                                     \
  { #text, (text) }
START_TEST(expressions_of_grades_come_to_what_c_says) {
  enum { a = -3, b = 5 };
  const struct {
    const char *text;
    int value;
  } cases[] = {SAME(a + b * 2 == 7),
               SAME(a / 2 == -1 && a % 2 == -1),
               SAME(b >> 1 == 2),
               SAME(b >> 2),
               SAME((b << 3) == 40),
               SAME(a < b ? a : b),
               SAME(~a & 7),
               SAME((a ^ b) == -8),
               SAME(a | b),
               SAME(!(a <= b) || b >= 5),
               SAME((unsigned)a > 10u),
               SAME(a > 10),
               SAME((char)(b + 300)),
               SAME(-b != a - 2)};
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    UsersFile file;
    Diag diag;
    const char *forbidden[] = {cases[i].text};
    const CodeSaid said = {.forbidden = {forbidden, 1}};
    Arena *own = arena;
    static const char text[] = "#include <weakmem.h>\nWM_SHARED { int x; };\nWM_RESULTS(a, b)\nWM_THREAD(t) { }\n";
    ck_assert_msg(read_c(text, &said, &file, &diag), "%s", messages(&diag));
    const Value values[] = {a, b};
    ck_assert_msg((expr_value(file.code->grades[0].holds, values) != 0) == (cases[i].value != 0), "%s", cases[i].text);
    users_release(&file, 1);
    ck_assert_ptr_eq(own, arena);
  }
}
END_TEST

START_TEST(what_is_wrong_is_told_at_its_place) {
  static const char head[] = "#include <weakmem.h>\nWM_SHARED { int x; };\nWM_RESULTS(early, late)\n";
  static const struct {
    const char *text, *message;
  } cases[] = {{"WM_THREAD(t) { }\nWM_FORBIDDEN(\"erly == 1\", \"\")\n",
                "own.c:5:1: error: no result 'erly' (did you mean 'early'?)"},
               {"WM_THREAD(t) { }\nWM_FORBIDDEN(\"early = 1\", \"\")\n",
                "own.c:5:7: error: expected the end of the expression, found '='"},
               {"WM_THREAD(t) { }\nWM_FORBIDDEN(\"early / late\", \"\")\n",
                "own.c:5:9: error: the right operand of a division is a constant"},
               {"WM_THREAD(t) { }\nWM_FORBIDDEN(\"\", \"\")\n", "own.c:5:1: error: expected an expression"},
               {"WM_THREAD(t) { }\nWM_RESULTS_TWICE\n", "own.c does not compile"},
               {"void wm_thread_t(void) { }\n", "has no thread: "}};
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    UsersFile file;
    Diag diag;
    ck_assert(!read_c(arena_printf(arena, "%s%s", head, cases[i].text), &(CodeSaid){0}, &file, &diag));
    ck_assert_msg(strstr(messages(&diag), cases[i].message), "%s", messages(&diag));
    users_release(&file, 1);
  }
}
END_TEST

static bool read_object(const Source *object, Diag *diag) {
  *diag = (Diag){.arena = arena};
  const char *threads[] = {"wm_init"};
  CodeSaid said = {.threads = {threads, 1}, .shared_bytes = 8};
  bool good = code_read(&(CodeFile){.path = "x.o"}, &(CodeSaid){0}, object, arena, diag);
  ck_assert(good || diag->errors);
  Diag other = {.arena = arena};
  ck_assert(code_read(&(CodeFile){.path = "x.o"}, &said, object, arena, &other) || other.errors);
  return good;
}

// Each cut, and each byte turned, in memory that ends where the object does.
START_TEST(a_damaged_object_is_an_error_or_another_object) {
  UsersFile file;
  Diag diag;
  put("own.h", header);
  ck_assert(read_c(whole, &(CodeSaid){0}, &file, &diag));
  FILE *stream = fopen(file.code->object, "r");
  ck_assert_ptr_nonnull(stream);
  static char bytes[1 << 16];
  size_t length = fread(bytes, 1, sizeof bytes, stream);
  fclose(stream);
  ck_assert(read_object(&(Source){.name = "x.o", .bytes = bytes, .length = length}, &diag));
  Arena *kept = arena;
  for (size_t i = 0; i < length; i += 1 + length / 4096) {
    arena = arena_new();
    char *copy = malloc(length);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, length);
    ck_assert(!read_object(&(Source){.name = "x.o", .bytes = copy, .length = i}, &diag));
    copy[i] = (char)~copy[i];
    read_object(&(Source){.name = "x.o", .bytes = copy, .length = length}, &diag);
    free(copy);
    arena_free(arena);
  }
  arena = kept;
  users_release(&file, 1);
}
END_TEST

START_TEST(an_object_without_notes_needs_what_the_user_says) {
  static const char text[] = "void f(int *x, long *r) { *x = 1; *r = 1; }\nvoid g(int *x, long *r) { r[1] = *x; }\n";
  const char *threads[] = {"f", "g"}, *wrong[] = {"f", "gg"}, *results[] = {"a", "b"}, *forbidden[] = {"a && b"};
  UsersFile file;
  Diag diag;
  ck_assert(!read_c(text, &(CodeSaid){.threads = {wrong, 2}, .shared_bytes = 4}, &file, &diag));
  ck_assert_msg(strstr(messages(&diag), "has no function 'gg' that other files can call (did you mean"), "%s",
                messages(&diag));
  users_release(&file, 1);
  ck_assert(!read_c(text, &(CodeSaid){.threads = {threads, 2}}, &file, &diag));
  ck_assert_msg(strstr(messages(&diag), "--shared BYTES"), "%s", messages(&diag));
  users_release(&file, 1);
  const CodeSaid said = {{threads, 2}, 4, {results, 2}, {forbidden, 1}};
  ck_assert_msg(read_c(text, &said, &file, &diag), "%s", messages(&diag));
  ck_assert_str_eq(file.code->threads[1].symbol, "g");
  ck_assert_uint_eq(file.code->shared_bytes, 4);
  ck_assert_ptr_null(file.code->init);
  users_release(&file, 1);
}
END_TEST

int main(void) {
  TCase *c = unit_tests("lang_code", set_up, tear_down);
  tcase_add_test(c, an_object_tells_threads_results_sizes_and_grades_in_the_order_of_the_file);
  tcase_add_test(c, the_worst_grade_that_holds_counts);
  tcase_add_test(c, expressions_of_grades_come_to_what_c_says);
  tcase_add_test(c, what_is_wrong_is_told_at_its_place);
  tcase_add_test(c, a_damaged_object_is_an_error_or_another_object);
  tcase_add_test(c, an_object_without_notes_needs_what_the_user_says);
  return unit_run("lang_code", c);
}
