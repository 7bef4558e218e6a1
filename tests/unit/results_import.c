// Logs of litmus7 and herd7 become records, whatever the registers are called; what is damaged costs that test alone.
#include "results/import.h"
#include "tests/unit/left.h"

#include <stdlib.h>
#include <string.h>

static Arena *arena;
static Diag diag;
static Left before;

static void setup(void) {
  before = left_now();
  arena = arena_new();
  diag = (Diag){.arena = arena};
}

static void teardown(void) {
  arena_free(arena);
  left_assert_nothing(&before);
}

static Records import(const char *log) {
  ImportOptions options = {0};
  Records records;
  ck_assert(import_bytes("x.log", log, strlen(log), &options, arena, &records, &diag));
  return records;
}

static Record import_one(const char *log) {
  Records records = import(log);
  ck_assert_msg(!diag.first, "%s", diag.first ? diag.first->message : "");
  ck_assert_uint_eq(records.count, 1);
  return records.records[0];
}

static Records import_data(const char *name) {
  ImportOptions options = {0};
  Records records;
  const char *path = arena_printf(arena, "%s/tests/data/logs/%s", getenv("SOURCE"), name);
  ck_assert(import_file(path, &options, arena, &records, &diag));
  ck_assert_msg(!diag.first, "%s", diag.first ? diag.first->message : "");
  return records;
}

#define LOG_OPEN(name, states, rest) "Test " name " Allowed\nHistogram (2 states)\n" states "No\n\n" rest
#define LOG(name, states, rest) LOG_OPEN(name, states, rest "Time " name " 0.25\n\n")
#define SB_STATES "40    *>0:EAX=0; 1:EAX=0;\n60    :>0:EAX=1; 1:EAX=0;\n"
#define SB_REST                                                                                                        \
  "Witnesses\nPositive: 40, Negative: 60\nCondition exists (0:EAX=0 /\\ 1:EAX=0) is validated\nHash=abc\n"             \
  "Observation SB Sometimes 40 60\n"

START_TEST(a_log_of_litmus7_is_read_whole) {
  Record r = import_data("MP-x86.log").records[0];
  ck_assert_str_eq(r.test, "MP");
  ck_assert_str_eq(r.engine, "litmus7");
  ck_assert_str_eq(r.machine.arch, "x86_64");
  ck_assert_str_eq(r.machine.cpu, "AMD EPYC");
  ck_assert_str_eq(r.machine.virtual_, "hypervisor");
  ck_assert_uint_eq(r.machine.pus, 2);
  ck_assert_int_eq(r.machine.family, 25);
  ck_assert_str_eq(r.condition, "~exists (1:r0=1 /\\ 1:r1=0)");
  ck_assert_uint_eq(r.iterations, 100000);
  ck_assert_uint_eq(r.witnesses, 0);
  ck_assert_uint_eq(r.state_count, 3);
  ck_assert_str_eq(r.states[1].state, "1:r0=0; 1:r1=1;");
  ck_assert_uint_eq(r.states[1].count, 29);
  ck_assert_double_eq(r.seconds, 7.31);
  ck_assert_str_eq(r.digest, "");
}
END_TEST

START_TEST(what_herd7_predicts_is_no_count) {
  Records records = import_data("herd7.log");
  ck_assert_uint_eq(records.count, 2);
  const Record *r = &records.records[0];
  ck_assert_str_eq(r->engine, "herd7");
  ck_assert_uint_eq(r->iterations, 0);
  ck_assert_uint_eq(r->state_count, 4);
  ck_assert_str_eq(r->states[2].state, "1:r0=1; 1:r1=0;");
  ck_assert(r->states[2].witness);
  ck_assert(!r->states[0].witness);
}
END_TEST

START_TEST(registers_without_code_are_named_by_their_order) {
  Record r = import_one(LOG("Unheard-of", "1 :>0:X10=7; 0:X2=0x1f;\n2 :>0:X10=-1; 0:X2=2;\n", ""));
  ck_assert_str_eq(r.states[0].state, "0:r0=2; 0:r1=-1;");
  ck_assert_str_eq(r.states[1].state, "0:r0=31; 0:r1=7;");
  ck_assert_str_eq(r.machine.arch, "aarch64");
}
END_TEST

START_TEST(code_in_the_log_tells_program_order) {
  Record r = import_one("% Results for T.litmus %\nAArch64 T\n\n{ 1:X1=y; }\n P0          | P1 ;\n"
                        " MOV W0,#1   | LDR W5,[X1] ;\n STR W0,[X1] | LDR W2,[X3] ;\nexists (1:X2=0)\n"
                        "Generated assembler\n" LOG("T", "1 :>1:X2=0; 1:X5=1;\n2 :>1:X2=1; 1:X5=0;\n",
                                                    "Condition exists (1:X2=0 /\\ 1:X5=1) is validated\n"));
  ck_assert_str_eq(r.condition, "exists (1:r1=0 /\\ 1:r0=1)");
  ck_assert_str_eq(r.states[1].state, "1:r0=1; 1:r1=0;");
  ck_assert(r.states[1].witness);
}
END_TEST

START_TEST(the_suites_condition_tells_program_order_where_names_mislead) {
  Record r = import_one(
      LOG("MP", "1 :>1:X5=1; 1:X2=0;\n2 :>1:X5=0; 1:X2=0;\n", "Condition exists (1:X5=1 /\\ 1:X2=0) is validated\n"));
  ck_assert_str_eq(r.states[1].state, "1:r0=1; 1:r1=0;");
  ck_assert(r.states[1].witness);
  ck_assert_str_eq(r.digest, "");
}
END_TEST

START_TEST(another_test_of_a_known_name_is_told_by_its_hash) {
  Record r = import_one(LOG("SB", SB_STATES,
                            "Condition exists (0:EAX=1 /\\ 1:EAX=1) is NOT validated\n"
                            "Hash=0123456789abcdef0123456789abcdef\n"));
  ck_assert_str_eq(r.digest, "0123456789abcdef0123456789abcdef");
  ck_assert_uint_eq(r.witnesses, 0);
}
END_TEST

START_TEST(locations_stand_in_brackets_behind_registers) {
  Record r =
      import_one(LOG("S", "1 :>x=1; 1:R0=0;\n2 *>x=2; 1:R0=1;\n", "Condition exists (x=2 /\\ 1:R0=1) is validated\n"));
  ck_assert_str_eq(r.states[1].state, "1:r0=1; [x]=2;");
  ck_assert_str_eq(r.condition, "exists ([x]=2 /\\ 1:r0=1)");
  ck_assert_uint_eq(r.witnesses, 2);
}
END_TEST

START_TEST(stars_tell_where_the_condition_is_missing) {
  Record r = import_one(LOG("SB", SB_STATES, ""));
  ck_assert_uint_eq(r.witnesses, 40);
}
END_TEST

START_TEST(several_tests_in_a_log_are_as_many_records) {
  Records records = import(LOG("SB", SB_STATES, SB_REST) LOG("Other", SB_STATES, ""));
  ck_assert_uint_eq(records.count, 2);
  ck_assert_str_eq(records.records[1].test, "Other");
}
END_TEST

#define CODE "% Results for D.litmus %\nAArch64 D\n{}\n P0 ;\n MOV W0,#1 ;\nexists (true)\nGenerated assembler\n"

// A test whose counts are whole, at the end of a log whose others go on to their time.
static const char *const early[] = {"", "Witnesses\n", "Condition exists (0:EAX=0 /\\ 1:EAX=0) is validated\n"};

START_TEST(a_log_that_ends_within_a_test_behind_its_counts_is_told) {
  Records records = import(arena_printf(arena, LOG("MP", SB_STATES, "") LOG_OPEN("SB", SB_STATES, "%s"), early[_i]));
  ck_assert_uint_eq(records.count, 2);
  ck_assert_ptr_nonnull(diag.first);
  ck_assert_ptr_nonnull(strstr(diag.first->message, ": the log ends within test SB: its counts are taken"));
}
END_TEST

START_TEST(a_log_whose_tests_have_no_time_does_not_end_early) {
  Records records = import(LOG_OPEN("MP", SB_STATES, "") LOG_OPEN("SB", SB_STATES, ""));
  ck_assert_uint_eq(records.count, 2);
  ck_assert_ptr_null(diag.first);
}
END_TEST

// As a Raspberry Pi 4 says of itself, and a board of two kinds of cores.
#define ARM_PU(number, part)                                                                                           \
  "processor\t: " #number "\nFeatures\t: fp asimd crc32\nCPU implementer\t: 0x41\nCPU architecture: 8\n"               \
  "CPU variant\t: 0x0\nCPU part\t: " part "\nCPU revision\t: 3\n\n"

START_TEST(a_machine_of_arms_makers_is_named_by_its_numbers_and_its_board) {
  Record r = import_one(LOG("2+2W", "1 :>x=1; y=1;\n2 :>x=2; y=1;\n", "") "Machine:pi\n" ARM_PU(0, "0xd08")
                            ARM_PU(1, "0xd08") "Hardware\t: BCM2835\nModel\t\t: Raspberry Pi 4 Model B Rev 1.5\n");
  ck_assert_str_eq(r.machine.cpu, "Raspberry Pi 4 Model B Rev 1.5, Cortex-A72");
  ck_assert_str_eq(r.machine.vendor, "Arm");
  ck_assert_str_eq(r.machine.arch, "aarch64"); // no state names a register: its features tell
  ck_assert_int_eq(r.machine.family, 0x41);
  ck_assert_int_eq(r.machine.model, 0xd08);
  ck_assert_int_eq(r.machine.stepping, 3);
  ck_assert_uint_eq(r.machine.pus, 2);
  r = import_one(LOG("SB", SB_STATES, "") "Machine:\n" ARM_PU(0, "0xd05") ARM_PU(1, "0xd0b") ARM_PU(2, "0xd0b"));
  ck_assert_str_eq(r.machine.cpu, "Cortex-A55 + Cortex-A76");
  r = import_one(LOG("SB", SB_STATES, "") "Machine:\n" ARM_PU(0, "0xfff"));
  ck_assert_str_eq(r.machine.cpu, "");
  ck_assert_str_eq(r.machine.vendor, "Arm");
}
END_TEST

// Each is damaged in its second line or later, and so skipped; the test before it is not.
static const struct {
  const char *log, *warning;
} damaged[] = {
    {LOG("D", "1 :>0:EAX=0;\n", ""), "x.log:17: skipped: test D: states with counts and without"},
    {"Test D Allowed\nHistogram (3 states)\n1 :>0:EAX=0;\n", "x.log:14: skipped: test D is cut short: 1 of 3 states"},
    {"Test D Allowed\nNo\n", "x.log:14: skipped: test D has no histogram"},
    {LOG("D", "99999999999999999999 :>0:EAX=0;\n1 :>0:EAX=1;\n", ""), "x.log:16: skipped: test D: no count of a state"},
    {LOG("D", "9223372036854775807 :>0:EAX=0;\n1 :>0:EAX=1;\n", ""),
     "x.log:17: skipped: test D: counts beyond 64 bits"},
    {LOG("D", "1 :>0:EAX=0;\n1 :>0:EAX=0;\n", ""), "x.log:14: skipped: test D has a state twice"},
    {LOG("D", "1 :>0:EAX=0;\n1 :>0:EAX=1;\n", "Observation D Sometimes 1 2\n"),
     "x.log:14: skipped: test D: the counts of its states do not add up to its observation"},
    {LOG("D", "1 :>0:EAX=0;\n1 :>0:EAX=1;\n", "Positive: 18446744073709551616, Negative: 2\n"),
     "x.log:20: skipped: test D: no count of its witnesses"},
    {"Test D Allo\nHistogram (1 states)\n1 :>0:EAX=0;\n",
     "x.log:14: skipped: \"Test D Allo\" begins no test: no kind is called so"},
    {"Test D", "x.log:14: skipped: \"Test D\" begins no test: no kind is called so"},
    {"Test D Allowed\nHistogram (1 states)\n1 :>0:EAX=0; 1:E", "x.log:16: skipped: test D is cut short"},
    {"Test D Allowed\nHistogram (1 states)\n1 :>0:EAX=0;\nNo\nCondition exists (0:EA",
     "x.log:18: skipped: test D is cut short"},
    {"Test D Allowed\nHistogram (1 states)\n1 :>0:EAX=0;\nNo\nHash=0123", "x.log:18: skipped: test D is cut short"},
    {"Histogram (1 states)\n1 :>0:EAX=0;\nHistogram (1 states)\n",
     "x.log:14: skipped: states of no test: no line \"Test NAME KIND\" stands before them"},
    {CODE "Test D Allo\nHistogram (1 states)\n1 :>0:EAX=0;\n",
     "x.log:21: skipped: \"Test D Allo\" begins no test: no kind is called so"},
    {CODE, "x.log:14: skipped: test D has code and no result"},
    {CODE "Test D", "x.log:21: skipped: \"Test D\" begins no test: no kind is called so"},
    {"% Results for D", "x.log:14: skipped: a heading and no test"},
    {"Test D Allowed\nHistogram (1 states)\n1 :>0:EAX=0;\nNo\nTime D", "x.log:18: skipped: test D is cut short"},
    {"Test D Allowed\nHistogram (999999999 states)\n", "x.log:15: skipped: test D: more than 65536 states"},
};

START_TEST(a_damaged_test_is_skipped_with_its_place) {
  Text log = {0};
  text_add(&log, LOG("SB", SB_STATES, SB_REST));
  text_add(&log, damaged[_i].log);
  Records records = import(text_string(&log));
  text_free(&log);
  ck_assert_uint_eq(records.count, 1);
  ck_assert_uint_eq(records.skipped, 1);
  ck_assert_ptr_nonnull(diag.first);
  ck_assert_str_eq(diag.first->message, damaged[_i].warning);
}
END_TEST

START_TEST(what_no_condition_of_ours_can_say_stays_as_it_stands) {
  Record r = import_one(
      LOG("Unheard-of", "2 *>0:X1=x; ~fault(P0,x);\n1 :>0:X1=0;\n", "Condition exists (fault(P0,x)) is validated\n"));
  ck_assert_str_eq(r.states[1].state, "0:X1=x; ~fault(P0,x);");
  ck_assert_str_eq(r.condition, "exists (fault(P0,x))");
  ck_assert_uint_eq(r.witnesses, 2);
}
END_TEST

START_TEST(a_log_may_end_without_a_newline_behind_its_last_line) {
  import_one(LOG_OPEN("SB", SB_STATES, "Condition exists (0:EAX=0 /\\ 1:EAX=0) is validated\nTime SB 0.25"));
}
END_TEST

START_TEST(registers_whose_names_the_condition_does_not_tell_have_the_next_free_ones) {
  Record r = import_one(LOG("MP", "1 :>1:X5=1; 1:X2=0; 1:X9=7;\n2 :>1:X5=0; 1:X2=0; 1:X9=7;\n",
                            "Condition exists (1:X2=0 /\\ 1:X5=1) is validated\n"));
  ck_assert_str_eq(r.states[1].state, "1:r0=1; 1:r1=0; 1:r2=7;");
  ck_assert_str_eq(r.condition, "exists (1:r1=0 /\\ 1:r0=1)");
  ck_assert_str_eq(r.digest, "");
}
END_TEST

// As the logs of hardware in the RISC-V litmus tests have it.
START_TEST(a_test_without_registers_is_of_the_architecture_of_its_log) {
  Records records = import("Test 2+2W Allowed\nHistogram (1 states)\n7:>[x]=1; [y]=1;\nNo\n"
                           "Condition exists ([x]=2 /\\ [y]=2) is NOT validated\n"
                           "Test SB Allowed\nHistogram (1 states)\n7:>0:X0=1; 1:X0=1;\nNo\n"
                           "Condition exists (0:X0=0 /\\ 1:X0=0) is NOT validated\n");
  ck_assert_uint_eq(records.count, 2);
  ck_assert_str_eq(records.records[0].machine.arch, "aarch64");
}
END_TEST

START_TEST(other_spellings_of_kinds_and_validation_are_read) {
  Record r = import_one("Test 2+2W Allow\nHistogram (2 states)\n246599991:> x=1; y=1;\n479607544:> x=1; y=2;\nNo\n"
                        "Witnesses\nPositive: 0 Negative: 726207535\nCondition exists (x=2 /\\ y=2) is not validated\n"
                        "Hash=1762fc2faa075cba02bfe39439261ba5\nTime 2+2W 403.69\n");
  ck_assert_str_eq(r.condition, "exists ([x]=2 /\\ [y]=2)");
  ck_assert_uint_eq(r.iterations, 726207535);
  ck_assert_double_eq(r.seconds, 403.69);
}
END_TEST

// ---- records that were made elsewhere

#define RECORD_HEAD                                                                                                    \
  "{\"schema\":\"weakmem.run/1\",\"test\":\"SB\",\"status\":\"done\",\"started\":\"2026-01-02T03:04:05Z\","
#define RECORD_MACHINE "\"machine\":{\"arch\":\"aarch64\",\"cpu\":\"Cortex-A76\",\"cores\":4,\"pus\":4},"
#define RECORD_COUNTS "\"iterations\":100,\"witnesses\":40,\"seconds\":0.5,"
#define RECORD_STATES                                                                                                  \
  "\"histogram\":[{\"state\":\"0:r0=0; 1:r0=0;\",\"count\":40,\"witness\":true},"                                      \
  "{\"state\":\"0:r0=1; 1:r0=0;\",\"count\":60,\"witness\":false}]}\n"
#define RECORD RECORD_HEAD RECORD_MACHINE RECORD_COUNTS RECORD_STATES

START_TEST(a_record_keeps_its_machine_and_is_no_one_elses) {
  Record r = import_one(RECORD);
  ck_assert_str_eq(r.test, "SB");
  ck_assert_str_eq(r.machine.cpu, "Cortex-A76");
  ck_assert_str_eq(r.started, "2026-01-02T03:04:05Z");
  ck_assert_str_eq(r.source, "");
  ck_assert_str_eq(r.program, "");
  ck_assert_uint_eq(r.state_count, 2);
  ck_assert_uint_eq(r.iterations, 100);
}
END_TEST

START_TEST(records_and_logs_may_be_mixed) {
  Records records = import("cc -O2 -c -o build/SB.o\n" RECORD LOG("SB", SB_STATES, SB_REST) RECORD
                           "Machine:\nvendor_id : GenuineIntel\n");
  ck_assert_msg(!diag.first, "%s", diag.first ? diag.first->message : "");
  ck_assert_uint_eq(records.count, 3);
  ck_assert_str_eq(records.records[0].machine.cpu, "Cortex-A76");
  ck_assert_str_eq(records.records[1].engine, "litmus7");
  ck_assert_str_eq(records.records[2].machine.vendor, "");
}
END_TEST

START_TEST(options_name_a_machine_that_its_record_does_not_but_no_emulated_one) {
  ImportOptions options = {.machine = "Raspberry Pi 5", .arch = "x86_64"};
  static const char log[] =
      RECORD_HEAD "\"machine\":{\"arch\":\"aarch64\"}," RECORD_COUNTS RECORD_STATES RECORD_HEAD
                  "\"machine\":{\"arch\":\"aarch64\",\"emulated\":true}," RECORD_COUNTS RECORD_STATES;
  Records records;
  ck_assert(import_bytes("x", log, sizeof log - 1, &options, arena, &records, &diag));
  ck_assert_uint_eq(records.count, 2);
  ck_assert_str_eq(records.records[0].machine.cpu, "Raspberry Pi 5");
  ck_assert_str_eq(records.records[0].machine.arch, "aarch64");
  ck_assert_str_eq(records.records[1].machine.cpu, "");
}
END_TEST

static const struct {
  const char *line, *warning;
} faulty[] = {
    {RECORD_HEAD RECORD_MACHINE, "x.log:2: skipped: a record that is cut short"},
    {RECORD_HEAD "nonsense}", "x.log:2: skipped: not JSON: invalid string in json text"},
    {RECORD_HEAD RECORD_MACHINE "\"iterations\":99,\"witnesses\":40," RECORD_STATES,
     "x.log:2: skipped: the counts of its states are 100 together, its iterations 99"},
    {RECORD_HEAD RECORD_MACHINE "\"seconds\":-1}", "x.log:2: skipped: \"seconds\" is no time there is: -1"},
    {"{\"schema\":\"weakmem.run/2\",\"test\":\"SB\"}",
     "x.log:2: skipped: a newer schema than this weakmem knows: \"weakmem.run/2\""},
    {"{\"test\":\"SB\"}", "x.log:2: skipped: no record: it names no \"schema\""},
};

START_TEST(a_record_that_does_not_keep_what_records_promise_is_skipped) {
  Records records = import(arena_printf(arena, RECORD "%s", faulty[_i].line));
  ck_assert_uint_eq(records.count, 1);
  ck_assert_uint_eq(records.skipped, 1);
  ck_assert_ptr_nonnull(diag.first);
  ck_assert_str_eq(diag.first->message, faulty[_i].warning);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("import");
  TCase *tests = tcase_create("import");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, a_log_of_litmus7_is_read_whole);
  tcase_add_test(tests, what_herd7_predicts_is_no_count);
  tcase_add_test(tests, other_spellings_of_kinds_and_validation_are_read);
  tcase_add_test(tests, a_test_without_registers_is_of_the_architecture_of_its_log);
  tcase_add_test(tests, registers_without_code_are_named_by_their_order);
  tcase_add_test(tests, code_in_the_log_tells_program_order);
  tcase_add_test(tests, the_suites_condition_tells_program_order_where_names_mislead);
  tcase_add_test(tests, what_no_condition_of_ours_can_say_stays_as_it_stands);
  tcase_add_test(tests, a_log_may_end_without_a_newline_behind_its_last_line);
  tcase_add_test(tests, registers_whose_names_the_condition_does_not_tell_have_the_next_free_ones);
  tcase_add_test(tests, another_test_of_a_known_name_is_told_by_its_hash);
  tcase_add_test(tests, locations_stand_in_brackets_behind_registers);
  tcase_add_test(tests, stars_tell_where_the_condition_is_missing);
  tcase_add_test(tests, several_tests_in_a_log_are_as_many_records);
  tcase_add_loop_test(tests, a_log_that_ends_within_a_test_behind_its_counts_is_told, 0, sizeof early / sizeof *early);
  tcase_add_test(tests, a_log_whose_tests_have_no_time_does_not_end_early);
  tcase_add_test(tests, a_machine_of_arms_makers_is_named_by_its_numbers_and_its_board);
  tcase_add_loop_test(tests, a_damaged_test_is_skipped_with_its_place, 0, sizeof damaged / sizeof *damaged);
  tcase_add_test(tests, a_record_keeps_its_machine_and_is_no_one_elses);
  tcase_add_test(tests, records_and_logs_may_be_mixed);
  tcase_add_test(tests, options_name_a_machine_that_its_record_does_not_but_no_emulated_one);
  tcase_add_loop_test(tests, a_record_that_does_not_keep_what_records_promise_is_skipped, 0,
                      sizeof faulty / sizeof *faulty);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
