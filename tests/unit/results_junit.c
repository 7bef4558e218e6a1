// JUnit's XML holds whatever a test's name and a message hold.
#include "results/junit.h"
#include "tests/unit/runner.h"

static Arena *arena;

static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

static const char *document(Junit *junit) {
  Text text = {0};
  junit_end(junit, "suite", &text);
  return text_finish(&text, arena);
}

START_TEST(what_xml_cannot_hold_is_escaped_or_replaced) {
  Junit junit = {0};
  junit_add(&junit, &(JunitCase){.group = "a&b",
                                 .name = "<\"'>\x01\xff\xc3\xa4",
                                 .outcome = JUNIT_FAILED,
                                 .message = "two\nlines \xef\xbf\xbf",
                                 .details = "]]> & \xe2\x80\xae\nend"});
  ck_assert_str_eq(document(&junit), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
                                     "  <testsuite name=\"suite\" tests=\"1\" failures=\"1\" errors=\"0\" "
                                     "skipped=\"0\" time=\"0.000\">\n"
                                     "    <testcase classname=\"a&amp;b\" name=\"&lt;&quot;'&gt;??\xc3\xa4\">\n"
                                     "      <failure message=\"two&#10;lines ?\">]]&gt; &amp; ?\nend</failure>\n"
                                     "    </testcase>\n  </testsuite>\n</testsuites>\n");
}
END_TEST

START_TEST(a_run_fails_by_a_forbidden_state_and_errs_where_it_was_not_done) {
  RecordState seen = {.state = "0:r0=0;", .count = 3, .witness = true, .weak = 1};
  Record run = {.test = "SB",
                .status = "done",
                .actors = "threads",
                .placement = "l3",
                .compiler_path = "cc",
                .compiler_flags = "-O2",
                .fence = "none",
                .condition = "exists (0:r0=0)",
                .iterations = 3,
                .witnesses = 3,
                .states = &seen,
                .state_count = 1};
  Junit junit = {0};
  junit_add_record(&junit, &run, arena);
  ck_assert_uint_eq(junit.counts[JUNIT_PASSED], 1);
  run.forbidden_state = "0:r0=0;";
  run.forbidden_by = "x86-tso";
  junit_add_record(&junit, &run, arena);
  ck_assert_uint_eq(junit.counts[JUNIT_FAILED], 1);
  run.forbidden_state = NULL;
  run.status = "timeout";
  run.message = "it hung";
  junit_add_record(&junit, &run, arena);
  ck_assert_uint_eq(junit.counts[JUNIT_ERROR], 1);
  const char *text = document(&junit);
  ck_assert_ptr_nonnull(strstr(text, "<failure message=\"0:r0=0; was seen, and x86-tso forbids it\">Test SB Allowed"));
  ck_assert_ptr_nonnull(strstr(text, "<error message=\"timeout: it hung\">"));
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("junit", setup, teardown);
  tcase_add_test(tests, what_xml_cannot_hold_is_escaped_or_replaced);
  tcase_add_test(tests, a_run_fails_by_a_forbidden_state_and_errs_where_it_was_not_done);
  return unit_run("junit", tests);
}
