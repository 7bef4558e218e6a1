// Options: what is read, what is refused, and that nothing exits.
#include "harness/cli/options.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  Common common;
  unsigned threads, format;
  uint64_t iterations, seed;
  double time;
  const char *const *names;
  unsigned name_count;
} Settings;

static error_t read_models(struct argp_state *state, const char *name, const char *text, void *settings) {
  Settings *s = settings;
  return option_list(state, name, text, s->common.arena, &s->names, &s->name_count);
}

static const Option table[] = {
    {"threads", 't', "N", "Threads", OPTION_UNSIGNED, .place = offsetof(Settings, threads), .low = 1, .high = 64},
    {"format", 'f', "NAME", "Format", OPTION_CHOICE, .place = offsetof(Settings, format), .choices = option_formats},
    {"iterations", 0, "N", "Count", OPTION_COUNT, .place = offsetof(Settings, iterations), .low = 1, .high = 0x1p60},
    {"seed", 0, "N", "Seed", OPTION_SEED, .place = offsetof(Settings, seed)},
    {"time", 'T', "SECONDS", "Time", OPTION_SECONDS, .place = offsetof(Settings, time), .low = 0.001, .high = 3600},
    {"model", 'm', "NAMES", "Models", OPTION_OWN, .read = read_models},
    OPTION_COMMON_PUS,
    {0},
};

static error_t check(struct argp_state *state, void *settings) {
  unsigned count = ((const Settings *)settings)->common.argument_count;
  return count > 1 ? option_error(state, "TEST", "one is enough") : 0;
}

static const Options options = {.arguments = "[TEST]",
                                .summary = "Does what a test needs.",
                                .examples = "  weakmem try SB\n",
                                .table = table,
                                .check = check};
static const Options without = {.summary = "Takes no argument.", .table = table};

// What one command line gave.
typedef struct {
  Settings settings;
  bool goes_on;
  int status;
  char *out, *err;
} Outcome;

static Arena *arena;
static Outcome outcome;

static void release(void) {
  free(outcome.out);
  free(outcome.err);
  outcome = (Outcome){0};
}

static const Options *tried = &options;

static const Outcome *with(const char *first, const char *second) {
  release();
  char *argv[] = {(char *)"weakmem try", (char *)first, (char *)second, NULL};
  int argc = second ? 3 : first ? 2 : 1;
  outcome.settings.common.arena = arena;
  size_t out_size, err_size;
  Console console = {.out = open_memstream(&outcome.out, &out_size), .err = open_memstream(&outcome.err, &err_size)};
  outcome.goes_on = options_parse(tried, argc, argv, &outcome.settings, &console, &outcome.status);
  fclose(console.out);
  fclose(console.err);
  return &outcome;
}

static void set_up(void) { arena = arena_new(); }

static void tear_down(void) {
  release();
  arena_free(arena);
}

START_TEST(values_are_read) {
  ck_assert_uint_eq(with("--threads", "64")->settings.threads, 64);
  ck_assert_uint_eq(with("--format", "tsv")->settings.format, FORMAT_TSV);
  ck_assert(with("--iterations", "20M")->settings.iterations == 20000000);
  ck_assert(with("--seed", "0xfFfF")->settings.seed == 65535);
  ck_assert(with("--seed", "010")->settings.seed == 10);
  ck_assert_double_eq_tol(with("--time", "200ms")->settings.time, 0.2, 1e-12);
  ck_assert_double_eq_tol(with("--time", "1.5s")->settings.time, 1.5, 1e-12);
  ck_assert_double_eq_tol(with("--time", "2min")->settings.time, 120, 1e-12);
  ck_assert_str_eq(with("SB", NULL)->settings.common.arguments[0], "SB");
}
END_TEST

START_TEST(lists_are_read) {
  const Settings *s = &with("--model", "sc,x86-tso")->settings;
  ck_assert_uint_eq(s->name_count, 2);
  ck_assert_str_eq(s->names[0], "sc");
  ck_assert_str_eq(s->names[1], "x86-tso");
  s = &with("--pus", "3,0,5-7,3")->settings;
  const unsigned expected[] = {3, 0, 5, 6, 7, 3};
  ck_assert_uint_eq(s->common.pu_count, 6);
  ck_assert_mem_eq(s->common.pus, expected, sizeof expected);
}
END_TEST

static const struct {
  const char *option, *text, *says;
} refused[] = {
    {"--threads", "x", "--threads: expected a number from 1 to 64, got 'x'"},
    {"--threads", "", "got ''"},
    {"--threads", "0", "got '0'"},
    {"--threads", "65", "got '65'"},
    {"--threads", "-1", "got '-1'"},
    {"--threads", "+1", "got '+1'"},
    {"--threads", " 1", "got ' 1'"},
    {"--threads", "1 ", "got '1 '"},
    {"--threads", "4294967297", "got '4294967297'"},
    {"--threads", "99999999999999999999999", "got '99999999999999999999999'"},
    {"--format", "xml", "--format: expected text, json, tsv or markdown, got 'xml'"},
    {"--iterations", "1x", "got '1x'"},
    {"--iterations", "1MM", "got '1MM'"},
    {"--iterations", "18446744073709551615k", "got '18446744073709551615k'"},
    {"--seed", "0x", "got '0x'"},
    {"--seed", "-1", "got '-1'"},
    {"--seed", "18446744073709551616", "got '18446744073709551616'"},
    {"--time", "inf", "got 'inf'"},
    {"--time", "nan", "got 'nan'"},
    {"--time", "0x1p3", "got '0x1p3'"},
    {"--time", "1e3", "got '1e3'"},
    {"--time", "1.2.3", "got '1.2.3'"},
    {"--time", "0", "got '0'"},
    {"--time", "61min", "got '61min'"},
    {"--time", "", "got ''"},
    {"--model", "", "got ''"},
    {"--model", "sc,", "got 'sc,'"},
    {"--model", ",sc", "got ',sc'"},
    {"--pus", "", "got ''"},
    {"--pus", "0,", "got '0,'"},
    {"--pus", "2-1", "got '2-1'"},
    {"--pus", "0-99999999", "got '0-99999999'"},
    {"--pus", "0-60000,0-60000", "got '0-60000,0-60000'"},
    {"--pus", "0 1", "got '0 1'"},
    {"--iterations", "18446744073709551615", "got '18446744073709551615'"},
    {"--nothing", NULL, NULL},
    {"SB", "MP", "one is enough"},
};

START_TEST(what_is_no_value_is_a_usage_error) {
  const Outcome *o = with(refused[_i].option, refused[_i].text);
  ck_assert_msg(!o->goes_on, "%s", refused[_i].option);
  ck_assert_int_eq(o->status, EXIT_USAGE);
  if (refused[_i].says)
    ck_assert_msg(strstr(o->err, refused[_i].says), "%s", o->err);
  ck_assert(strstr(o->err, "Try `weakmem try --help'"));
  ck_assert_str_eq(o->out, "");
}
END_TEST

START_TEST(help_goes_to_stdout_and_ends_in_good_order) {
  const Outcome *o = with("--help", "--nothing");
  ck_assert(!o->goes_on);
  ck_assert_int_eq(o->status, EXIT_OK);
  ck_assert(strstr(o->out, "Usage: weakmem try [OPTION...] [TEST]"));
  ck_assert(strstr(o->out, "Does what a test needs."));
  ck_assert(strstr(o->out, "--threads=N"));
  ck_assert(strstr(o->out, "Examples:\n  weakmem try SB\n"));
  ck_assert_str_eq(o->err, "");
}
END_TEST

// What an error advises to look at is there.
START_TEST(usage_and_version_are_options_of_every_command) {
  const Outcome *o = with("--threads", "x");
  ck_assert(strstr(o->err, "weakmem try --usage"));
  o = with("--usage", NULL);
  ck_assert(!o->goes_on && o->status == EXIT_OK);
  ck_assert(strstr(o->out, "Usage: weakmem try"));
  ck_assert(strstr(o->out, "[--threads=N]"));
  o = with("--version", NULL);
  ck_assert(!o->goes_on && o->status == EXIT_OK);
  ck_assert_str_eq(o->out, "weakmem " WEAKMEM_VERSION "\n");
}
END_TEST

START_TEST(a_command_without_arguments_takes_none) {
  tried = &without;
  ck_assert(strstr(with("SB", NULL)->err, "Too many arguments"));
  tried = &options;
}
END_TEST

int main(void) {
  Suite *suite = suite_create("options");
  TCase *all = tcase_create("options");
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_test(all, values_are_read);
  tcase_add_test(all, lists_are_read);
  tcase_add_loop_test(all, what_is_no_value_is_a_usage_error, 0, sizeof refused / sizeof *refused);
  tcase_add_test(all, help_goes_to_stdout_and_ends_in_good_order);
  tcase_add_test(all, usage_and_version_are_options_of_every_command);
  tcase_add_test(all, a_command_without_arguments_takes_none);
  suite_add_tcase(suite, all);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
