// A block that was shared says what it was made of, or that it is damaged; it holds no path.
#define Suite LitmusSuite // Check has a Suite of its own
#include "harness/lang/print.h"
#include "results/columns.h"
#include "results/share.h"
#include "results/shared.h"
#undef Suite
#include "tests/unit/runner.h"

#include <string.h>

static Arena *arena;
static LitmusSuite suite;

static void setup(void) {
  arena = arena_new();
  Diag diag = {.arena = arena};
  suite = suite_builtin(NULL, arena, &diag);
}
static void teardown(void) { arena_free(arena); }

static RecordState states[] = {{.state = "0:r0=0; 1:r0=0;", .count = UINT64_C(9007199254740993), .witness = true},
                               {.state = "0:r0=0; 1:r0=1;", .count = 7},
                               {.state = "0:r0=1; 1:r0=1; \"\\\n\xc3\xa4", .count = 1}};
static unsigned pus[] = {0, 2};

static Record run(const char *test) {
  return (Record){.test = test,
                  .family = "",
                  .file = "/home/mine/secret.litmus",
                  .digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                  .started = "2026-11-28T01:02:03Z",
                  .weakmem = "0.1.0",
                  .status = "done",
                  .machine = {.arch = "aarch64",
                              .cpu = "Neoverse-N1",
                              .vendor = "ARM",
                              .family = -1,
                              .model = 0xd0c,
                              .microcode = "",
                              .virtual_ = "",
                              .kernel = "6.18",
                              .room = {[ROOM_GOVERNOR] = "performance", [ROOM_MITIGATIONS] = "retbleed: Vulnerable"}},
                  .compiler_path = "/home/mine/secret/gcc-12",
                  .compiler_version = "clang version 15 (/home/mine/secret abc) by mine@secret",
                  .compiler_flags = "-O2 -I/home/mine/secret",
                  .engine = "lockstep",
                  .actors = "threads",
                  .fence = "none",
                  .placement = "l3",
                  .pus = pus,
                  .pu_count = 2,
                  .seconds = 0.123456,
                  .condition = "exists (0:r0=0 /\\ 1:r0=0)",
                  .source = "",
                  .program = "",
                  .states = states,
                  .state_count = 3,
                  .iterations = UINT64_C(9007199254741001),
                  .witnesses = UINT64_C(9007199254740993)};
}

static const char *block_of(const Record *records, unsigned count) {
  Text text = {0};
  ck_assert_uint_eq(share_write(records, count, &text), count);
  return text_finish(&text, arena);
}

// The records of a text's first block; *why: what was wrong.
static Records read_block(const char *block, const char *quote, const char **why) {
  Records records = {0};
  Share share = {.suite = &suite};
  ShareLine what = SHARE_INSIDE;
  *why = NULL;
  while (*block && what == SHARE_INSIDE) {
    size_t length = strcspn(block, "\n");
    const char *line = arena_printf(arena, "%s%.*s", quote, (int)length, block);
    what = share_line(&share, line, arena, &records, why);
    block += length + (block[length] == '\n');
  }
  const char *unended = share_end(&share);
  *why = *why ? *why : unended;
  if (*why || what != SHARE_WHOLE)
    records.count = 0;
  return records;
}

START_TEST(what_is_read_back_is_what_was_shared) {
  Record whole[] = {run("mine"), run("yours")}, reduced[2];
  whole[1].runs = 3;
  whole[1].machine.emulated = true;
  for (unsigned i = 0; i < 2; i++)
    ck_assert(shared_reduce(&whole[i], &suite, arena, &reduced[i]));
  const char *block = block_of(reduced, 2), *why;
  Records back = read_block(block, "", &why);
  ck_assert_uint_eq(back.count, 2);
  for (unsigned i = 0; i < 2; i++) {
    ck_assert(fields_equal(&record_fields, &reduced[i], &back.records[i], RECORD_SHARED));
    ck_assert_uint_eq(back.records[i].iterations, whole[i].iterations);
    ck_assert_uint_eq(back.records[i].witnesses, whole[i].witnesses);
    ck_assert_str_eq(back.records[i].compiler_path, "gcc-12");
    ck_assert_str_eq(back.records[i].compiler_version, "clang version 15 (... abc) by ...");
    ck_assert_str_eq(back.records[i].compiler_flags, "-O2 ...");
    ck_assert_str_eq(back.records[i].started, "2026-11-28T00:00:00Z");
    ck_assert_str_eq(back.records[i].file, "");
  }
  ck_assert_str_eq(block_of(back.records, 2), block);
  ck_assert_uint_eq(read_block(block, "> > ", &why).count, 2);
}
END_TEST

START_TEST(a_test_of_the_suite_is_told_by_its_name) {
  Record whole = run("SB"), reduced;
  char digest[65];
  for (unsigned i = 0; i < suite.count; i++)
    if (!strcmp(suite.tests[i]->name, "SB"))
      test_digest(suite.tests[i], digest);
  whole.digest = digest;
  ck_assert(shared_reduce(&whole, &suite, arena, &reduced));
  ck_assert_str_eq(reduced.condition, "");
  const char *why;
  Records back = read_block(block_of(&reduced, 1), "", &why);
  ck_assert_uint_eq(back.count, 1);
  ck_assert_str_eq(back.records->digest, digest);
  ck_assert_str_eq(back.records->family, "classic");
  ck_assert_str_eq(back.records->condition, whole.condition);
  reduced.digest = "ffff";
  ck_assert_uint_eq(read_block(block_of(&reduced, 1), "", &why).count, 0);
  ck_assert_str_eq(why, "a shared block, in its record 1: test SB is none that comes with this weakmem");
}
END_TEST

START_TEST(others_figures_are_not_shared) {
  Record record = run("mine"), reduced;
  record.source = "a paper";
  ck_assert(!shared_reduce(&record, &suite, arena, &reduced));
}
END_TEST

START_TEST(more_than_there_is_room_for_is_left_to_the_next_block) {
  enum { MANY = 400 };
  static Record records[MANY];
  for (unsigned i = 0; i < MANY; i++) {
    Record whole = run(arena_printf(arena, "test-%u", i * 2654435761u));
    ck_assert(shared_reduce(&whole, &suite, arena, &records[i]));
  }
  Text text = {0};
  unsigned done = share_write(records, MANY, &text);
  ck_assert_uint_gt(done, 20);
  ck_assert_uint_lt(done, MANY);
  ck_assert_uint_le(text.length, SHARE_BYTES);
  text_clear(&text);
  share_write(records, done + 1, &text);
  ck_assert_uint_le(text.length, SHARE_BYTES);
  text_free(&text);
}
END_TEST

START_TEST(each_machine_is_told_with_its_runs) {
  Record whole[] = {run("mine"), run("mine"), run("yours")}, reduced[3];
  whole[1].machine.cpu = "Cortex-A72";
  for (unsigned i = 0; i < 3; i++)
    ck_assert(shared_reduce(&whole[i], &suite, arena, &reduced[i]));
  const char *block = block_of(reduced, 3), *why;
  ck_assert_ptr_nonnull(strstr(block, "Neoverse-N1 (aarch64, 0 cores), kernel 6.18, weakmem 0.1.0: 2 runs, "));
  ck_assert_ptr_nonnull(strstr(block, "Cortex-A72 (aarch64, 0 cores), kernel 6.18, weakmem 0.1.0: 1 run, "));
  ck_assert_uint_eq(read_block(block, "> ", &why).count, 3);
}
END_TEST

// Each letter of a block changed, and each line and byte left out: nothing else is ever read of it.
START_TEST(what_is_damaged_is_refused) {
  Record whole = run("mine"), reduced;
  ck_assert(shared_reduce(&whole, &suite, arena, &reduced));
  const char *block = block_of(&reduced, 1), *why;
  size_t length = strlen(block), text = strcspn(block, "\n") + 1;
  text += strcspn(block + text, "\n") + 1;
  for (size_t i = text; i + 1 < length; i++) { // the last newline may be missing
    char *other = arena_string(arena, block);
    other[i] = other[i] == 'A' ? 'B' : 'A';
    Records back = read_block(other, "", &why);
    ck_assert(!back.count || fields_equal(&record_fields, &reduced, back.records, RECORD_SHARED));
    back = read_block(arena_printf(arena, "%.*s%s", (int)i, block, block + i + 1), "", &why);
    ck_assert(!back.count || fields_equal(&record_fields, &reduced, back.records, RECORD_SHARED));
    ck_assert_uint_eq(read_block(arena_copy(arena, block, i), "", &why).count, 0);
    ck_assert_ptr_nonnull(why);
  }
}
END_TEST

static const char *fault_of(const char *columns) {
  const char **lines;
  unsigned count;
  FieldsFault fault;
  bool good = columns_read(&record_fields, RECORD_SHARED, arena_string(arena, columns), arena, &lines, &count, &fault);
  return good ? "" : fault.why;
}

START_TEST(columns_that_do_not_fit_are_told) {
  ck_assert_str_eq(fault_of("=test\n\"SB\"\n\n=status\n\"done\"\n\n"), "");
  ck_assert_str_eq(fault_of("=test\n\"SB\"\n\n=status\n\"done\"\n"), "column \"status\" is too short");
  ck_assert_str_eq(fault_of("=test\n\"SB\"\n=status\n\"done\"\n\n"), "column \"status\" is too long");
  ck_assert_str_eq(fault_of("=test\n\n"), "column \"test\" begins without a value");
  ck_assert_str_eq(fault_of("=status\n\"done\"\n"), "column \"test\" is missing");
  ck_assert_str_eq(fault_of("\"SB\"\n"), "column \"\" has no name");
  ck_assert_str_eq(fault_of("=test\n1\n=histogram\n99999999999\n"), "column \"histogram\" is of nothing");
  ck_assert_str_eq(fault_of("=test\n1\n=histogram\n-x\n"), "column \"histogram\" has a length that is no number");
  ck_assert_str_eq(fault_of("=test\n1\n=histogram\n2\n=histogram.state\n\"a\"\n"),
                   "column \"histogram.state\" is too short");
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("share", setup, teardown);
  tcase_add_test(tests, what_is_read_back_is_what_was_shared);
  tcase_add_test(tests, a_test_of_the_suite_is_told_by_its_name);
  tcase_add_test(tests, others_figures_are_not_shared);
  tcase_add_test(tests, more_than_there_is_room_for_is_left_to_the_next_block);
  tcase_add_test(tests, each_machine_is_told_with_its_runs);
  tcase_add_test(tests, what_is_damaged_is_refused);
  tcase_add_test(tests, columns_that_do_not_fit_are_told);
  return unit_run("share", tests);
}
