// Options: what is read, what is refused, and that nothing exits.
#include "harness/cli/options.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  Arena *arena;
  unsigned threads, format;
  uint64_t iterations, seed;
  double time;
  const char *const *names;
  unsigned name_count;
  unsigned *pus;
  unsigned pu_count;
  const char *argument;
} Settings;

static const char *const formats[] = {"text", "json", "tsv", NULL};

static error_t parse(int key, char *text, struct argp_state *state) {
  Settings *s = state->input;
  switch (key) {
  case 't':
    return option_unsigned(state, "--threads", text, 1, 64, &s->threads);
  case 'f':
    return option_choice(state, "--format", text, formats, &s->format);
  case 'i':
    return option_count(state, "--iterations", text, 1, UINT64_MAX, &s->iterations);
  case 's':
    return option_seed(state, "--seed", text, &s->seed);
  case 'T':
    return option_seconds(state, "--time", text, 0.001, 3600, &s->time);
  case 'm':
    return option_list(state, "--model", text, s->arena, &s->names, &s->name_count);
  case 'p':
    return option_pus(state, "--pus", text, s->arena, &s->pus, &s->pu_count);
  case ARGP_KEY_ARG:
    if (s->argument)
      return ARGP_ERR_UNKNOWN;
    s->argument = text;
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

static const struct argp_option table[] = {
    {"threads", 't', "N", 0, "Threads", 0},  {"format", 'f', "NAME", 0, "Format", 0},
    {"iterations", 'i', "N", 0, "Count", 0}, {"seed", 's', "N", 0, "Seed", 0},
    {"time", 'T', "SECONDS", 0, "Time", 0},  {"model", 'm', "NAMES", 0, "Models", 0},
    {"pus", 'p', "NUMBERS", 0, "PUs", 0},    {0},
};

static const Options options = {.arguments = "[TEST]",
                                .summary = "Does what a test needs.",
                                .examples = "  weakmem try SB\n",
                                .options = table,
                                .parse = parse};

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

static const Outcome *with(const char *first, const char *second) {
  release();
  char *argv[] = {(char *)"weakmem try", (char *)first, (char *)second, NULL};
  int argc = second ? 3 : first ? 2 : 1;
  outcome.settings.arena = arena;
  size_t out_size, err_size;
  Console console = {.out = open_memstream(&outcome.out, &out_size), .err = open_memstream(&outcome.err, &err_size)};
  outcome.goes_on = options_parse(&options, argc, argv, &outcome.settings, &console, &outcome.status);
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
  ck_assert_uint_eq(with("--format", "tsv")->settings.format, 2);
  ck_assert(with("--iterations", "20M")->settings.iterations == 20000000);
  ck_assert(with("--iterations", "18446744073709551615")->settings.iterations == UINT64_MAX);
  ck_assert(with("--seed", "0xfFfF")->settings.seed == 65535);
  ck_assert(with("--seed", "010")->settings.seed == 10);
  ck_assert_double_eq_tol(with("--time", "200ms")->settings.time, 0.2, 1e-12);
  ck_assert_double_eq_tol(with("--time", "1.5s")->settings.time, 1.5, 1e-12);
  ck_assert_double_eq_tol(with("--time", "2min")->settings.time, 120, 1e-12);
  ck_assert_str_eq(with("SB", NULL)->settings.argument, "SB");
}
END_TEST

START_TEST(lists_are_read) {
  const Settings *s = &with("--model", "sc,x86-tso")->settings;
  ck_assert_uint_eq(s->name_count, 2);
  ck_assert_str_eq(s->names[0], "sc");
  ck_assert_str_eq(s->names[1], "x86-tso");
  s = &with("--pus", "3,0,5-7,3")->settings;
  const unsigned expected[] = {3, 0, 5, 6, 7, 3};
  ck_assert_uint_eq(s->pu_count, 6);
  ck_assert_mem_eq(s->pus, expected, sizeof expected);
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
    {"--format", "xml", "--format: expected text, json or tsv, got 'xml'"},
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
    {"--nothing", NULL, NULL},
    {"SB", "MP", "Too many arguments"},
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

int main(void) {
  Suite *suite = suite_create("options");
  TCase *all = tcase_create("options");
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_test(all, values_are_read);
  tcase_add_test(all, lists_are_read);
  tcase_add_loop_test(all, what_is_no_value_is_a_usage_error, 0, sizeof refused / sizeof *refused);
  tcase_add_test(all, help_goes_to_stdout_and_ends_in_good_order);
  suite_add_tcase(suite, all);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
