// What tests in C with addresses may touch when they are run, and how wide what holds an address is.
#include "harness/event/confined.h"
#include "tests/unit/lang.h"

typedef struct {
  const char *text, *why; // NULL: it is confined
} Row;

#define ELSEWHERE "it accesses what is no location of the test"

static const Row rows[] = {
    {"C t { p=z; } P0 (int **p, int *x) { int *r0 = READ_ONCE(*p); int r1 = READ_ONCE(*r0); } exists (0:r1=0)", NULL},
    // It may be 0 where nothing says it is not
    {"C t {} P0 (int **p, int *x) { WRITE_ONCE(*p, x); }\n"
     "P1 (int **p) { int *r0 = READ_ONCE(*p); int r1 = READ_ONCE(*r0); } exists (1:r1=0)",
     ELSEWHERE},
    {"C t {} P0 (int **p, int *x) { WRITE_ONCE(*p, x); }\n"
     "P1 (int **p) { int *r0 = READ_ONCE(*p); if (r0) { int r1 = READ_ONCE(*r0); } } exists (1:r1=0)",
     NULL},
    {"C t { 0:r0=x; } P0 (int *x) { WRITE_ONCE(*r0, 1); } exists (x=1)", NULL},
    {"C t {} P0 (int *x) { int *r0 = x + 1; WRITE_ONCE(*r0, 1); } exists (x=1)", ELSEWHERE},
    {"C t {} P0 (int *x) { int r1 = READ_ONCE(*x); int *r0 = x + (r1 ^ r1); WRITE_ONCE(*r0, 1); } exists (x=1)", NULL},
    {"C t {} P0 (int *x, int *y) { int r0 = x < y; if (r0) { WRITE_ONCE(*x, 1); } } exists (x=1)",
     "what it does depends on the address of a location as a number"},
    {"C t {} P0 (int *x) { int r0 = x * 3; WRITE_ONCE(*x, r0); } exists (0:r0=0)",
     "would show the address of a location as a number"},
    {"C t { int y[2]; } P0 (int *y) { int *r0 = y + 1; WRITE_ONCE(*r0, 1); } exists (y[1]=1)",
     "an address may move within an array"},
    {"C t { p=x; x=y; } P0 (__int128 *x, int **p) { int *r0 = READ_ONCE(*p); WRITE_ONCE(*r0, 1); } exists (0:r0=x)",
     "it accesses a location of another width"},
};

START_TEST(a_pointer_is_followed_to_a_location_alone) {
  const Row *row = &rows[_i];
  Diag diag = {.arena = arena};
  const Test *test = parsed(row->text);
  ck_assert(test_has_addresses(test));
  ck_assert_msg(test_is_confined(test, &diag) == !row->why, "%s: %s", row->text, messages(&diag));
  ck_assert_msg(!row->why || strstr(messages(&diag), row->why), "%s", messages(&diag));
}
END_TEST

// "0:r1 64, y 64, z 32": its registers and locations, with their bits.
static const char *widths(const char *text) {
  const Test *test = parsed(text);
  const char *out = "";
  for (unsigned t = 0; t < test->thread_count; t++)
    for (unsigned r = 0; r < test->threads[t].register_count; r++) {
      const Register *reg = &test->threads[t].registers[r];
      out = arena_printf(arena, "%s%u:%s %u, ", out, t, reg->name, base_type_bits(reg->type.base));
    }
  for (unsigned l = 0; l < test->location_count; l++)
    out = arena_printf(arena, "%s%s%s %u", out, l ? ", " : "", test->locations[l].name,
                       base_type_bits(test->locations[l].type));
  return out;
}

START_TEST(what_may_hold_an_address_is_as_wide_as_one) {
  // By way of a location and a register that are declared as an int
  ck_assert_str_eq(widths("C t { p=z; } P0 (int *p, int *q) { int r0 = READ_ONCE(*p); WRITE_ONCE(*q, r0); }\n"
                          "P1 (int *q) { int r1 = READ_ONCE(*q); int r2 = 7; } exists (1:r1=z)"),
                   "0:r0 64, 1:r1 64, 1:r2 32, p 64, q 64, z 32");
  // What is pointed to, of which nothing else tells
  ck_assert_str_eq(
      widths("C t { p=z; } P0 (long *p, long *x) { long r0 = READ_ONCE(*p); *(long *)r0 = 1; WRITE_ONCE(*p, "
             "x); } exists (0:r0=z)"),
      "0:r0 64, p 64, x 64, z 64");
  ck_assert_str_eq(widths("C t { p=z; } P0 (int **p, int *x) { int *r0 = READ_ONCE(*p); int r1 = READ_ONCE(*r0); }\n"
                          "exists (0:r0=z)"),
                   "0:r0 64, 0:r1 32, p 64, x 32, z 32");
  ck_assert_str_eq(widths("C t {} P0 (int *x) { int r0 = READ_ONCE(*x); } exists (0:r0=0)"), "0:r0 32, x 32");
}
END_TEST

int main(void) {
  TCase *all = tcase_create("event_confined");
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_loop_test(all, a_pointer_is_followed_to_a_location_alone, 0, (int)(sizeof rows / sizeof *rows));
  tcase_add_test(all, what_may_hold_an_address_is_as_wide_as_one);
  struct Suite *suite = suite_create("event_confined");
  suite_add_tcase(suite, all);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
