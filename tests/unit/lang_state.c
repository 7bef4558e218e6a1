// States: printed, read and judged by conditions.
#include "harness/lang/state.h"
#include "tests/unit/lang.h"

static const char observed[] = "C t { int y[2]; } P0 (uint8_t* x, int* y, unsigned __int128* w) { long r0; int r1; }\n"
                               "locations [0:r0; x; y; w;]\nfilter 0:r1=0\n";

static const char *state_text(const Test *test, const Value *values) {
  Text text = {0};
  state_print(test, (State){values}, &text);
  const char *result = arena_string(arena, text_string(&text));
  text_free(&text);
  return result;
}

START_TEST(a_state_prints_registers_then_locations) {
  const Test *test = parsed(observed);
  const Value values[LIMIT_OBSERVABLES] = {-1, -1, 255, 1, 2, 9};
  ck_assert_str_eq(state_text(test, values),
                   "0:r0=-1; [w]=0xffffffffffffffffffffffffffffffff; [x]=255; [y[0]]=1; [y[1]]=2;");
  ck_assert_str_eq(state_text(parsed("C t {} P0 () {}"), values), "");
}
END_TEST

START_TEST(a_state_is_read_in_every_spelling) {
  const Test *test = parsed(observed);
  static const char *const spellings[] = {
      "0:r0=-1; [w]=0xffffffffffffffffffffffffffffffff; [x]=255; [y[0]]=1; [y[1]]=2;",
      "0:r0=-1; w=-1; x=0xff; y[0]=1; y[1]=2",
      "y[1] = 0x2; y[0]=1;x=-1;\tw=340282366920938463463374607431768211455;0:r0=0xffffffffffffffff",
  };
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
    Value values[LIMIT_OBSERVABLES];
    memset(values, 1, sizeof values);
    ck_assert_msg(state_parse(test, spellings[i], values), "%s", spellings[i]);
    ck_assert_str_eq(state_text(test, values), spellings[0]);
    ck_assert(values[5] == 0); // hidden
  }
  Value none[LIMIT_OBSERVABLES];
  ck_assert(state_parse(parsed("C t {} P0 () {}"), " ", none));
}
END_TEST

START_TEST(what_is_no_state_of_the_test_is_refused) {
  const Test *test = parsed(observed);
  static const char *const refused[] = {
      "",
      "0:r0=1; w=1; x=1; y[0]=1",                 // one missing
      "0:r0=1; w=1; x=1; y[0]=1; y[1]=1; 0:r1=0", // not shown
      "0:r0=1; w=1; x=1; y[0]=1; y[1]=1; y[1]=1", // twice
      "0:r0=1; w=1; x=1; y[0]=1; y[2]=1",         // no such element
      "0:r0=1; w=1; x=1; y[0]=1; z=1",            // no such location
      "1:r0=1; w=1; x=1; y[0]=1; y[1]=1",         // no such thread
      "0:r0=1 w=1; x=1; y[0]=1; y[1]=1",          // no ';'
      "0:r0=; w=1; x=1; y[0]=1; y[1]=1",          // no value
      "0:r0=1; w=1; x=1; y[0]=1; [y[1]=1",        // no ']'
      "0:r0=a; w=1; x=1; y[0]=1; y[1]=1",         // no number
      "0:r0=1; w=1; x=1; y[0]=1; y[340282366920938463463374607431768211455]=1",
      "0:r0=1; w=1; x=1; y[0]=1; y[1]=1\xff",
      "(* 0:r0=1;",
      "0:r0=18446744073709551616; w=1; x=1; y[0]=1; y[1]=1", // no long
      "0:r0=340282366920938463463374607431768211455; w=1; x=1; y[0]=1; y[1]=1",
  };
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    Value values[LIMIT_OBSERVABLES];
    ck_assert_msg(!state_parse(test, refused[i], values), "%s", refused[i]);
  }
}
END_TEST

START_TEST(a_state_names_addresses) {
  const Test *test = parsed("C t { p=y; int y[3]; } P0 (int **p) { int *r0 = READ_ONCE(*p); } locations [p; 0:r0]");
  Value values[LIMIT_OBSERVABLES];
  ck_assert(state_parse(test, "0:r0=y[2]; p=y", values));
  ck_assert(values[0] == address_value(1, 2) && values[1] == address_value(1, 0));
  ck_assert_str_eq(state_text(test, values), "0:r0=y[2]; [p]=y;");
  static const char *const refused[] = {"0:r0=y[3]; p=y", "0:r0=q; p=y", "0:r0=; p=y", "0:r0=y[1; p=y"};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    ck_assert_msg(!state_parse(test, refused[i], values), "%s", refused[i]);
}
END_TEST

START_TEST(states_are_ordered_by_value_and_type) {
  const Test *test = parsed(observed);
  const Value low[] = {-1, 0, 0, 0, 0, 0}, high[] = {1, 0, 0, 0, 0, 0}, wide[] = {1, -1, 0, 0, 0, 0};
  const Value hidden[] = {-1, 0, 0, 0, 0, 7};
  ck_assert_int_lt(state_compare(test, (State){low}, (State){high}), 0);
  ck_assert_int_gt(state_compare(test, (State){wide}, (State){high}), 0); // all bits of an unsigned
  ck_assert_int_eq(state_compare(test, (State){low}, (State){hidden}), 0);
}
END_TEST

// The condition over x (int), y (unsigned) and 0:r0 (int8_t).
static const Test *condition_on_three(const char *prop) {
  return parsed(
      arena_printf(arena, "C t {} P0 (int* x, unsigned* y) { int8_t r0; } locations [0:r0; x; y;] exists %s", prop));
}

static bool holds(const char *prop, Value r0, Value x, Value y) {
  const Test *test = condition_on_three(prop);
  const Value values[] = {r0, x, y};
  return state_is_witness(test, (State){values});
}

START_TEST(every_connective_means_what_it_should) {
  for (int bits = 0; bits < 8; bits++) {
    int a = bits & 1, b = bits >> 1 & 1, c = bits >> 2;
    ck_assert_int_eq(holds("0:r0=1", a, b, c), a);
    ck_assert_int_eq(holds("0:r0<>1", a, b, c), !a);
    ck_assert_int_eq(holds("~(0:r0=1)", a, b, c), !a);
    ck_assert_int_eq(holds("0:r0=1 /\\ x=1", a, b, c), a && b);
    ck_assert_int_eq(holds("0:r0=1 \\/ x=1", a, b, c), a || b);
    ck_assert_int_eq(holds("0:r0=1 => x=1", a, b, c), !a || b);
    ck_assert_int_eq(holds("0:r0=1 => x=1 => y=1", a, b, c), !a || !b || c);
    ck_assert_int_eq(holds("(0:r0=1 => x=1) => y=1", a, b, c), !(!a || b) || c);
    ck_assert_int_eq(holds("0:r0=1 \\/ x=1 /\\ y=1", a, b, c), a || (b && c));
    ck_assert_int_eq(holds("(0:r0=1 \\/ x=1) /\\ y=1", a, b, c), (a || b) && c);
    ck_assert_int_eq(holds("~0:r0=1 /\\ x=1", a, b, c), !a && b);
    ck_assert_int_eq(holds("x=y", a, b, c), b == c);
    ck_assert_int_eq(holds("0:r0<>x", a, b, c), a != b);
    ck_assert_int_eq(holds("true", a, b, c), 1);
    ck_assert_int_eq(holds("false \\/ false", a, b, c), 0);
  }
}
END_TEST

// Against every completion. Where no observable comes twice, nothing is held possible that no completion shows.
START_TEST(what_part_of_a_state_leaves_possible_is_what_some_completion_shows) {
  static const char *const texts[] = {"0:r0=1",
                                      "~(0:r0=1)",
                                      "0:r0=1 /\\ x=1",
                                      "0:r0=1 \\/ x=1",
                                      "0:r0=1 => x=1 => y=1",
                                      "(0:r0=1 => x=1) => y=1",
                                      "~(0:r0=1 /\\ ~x=1 \\/ y=1)",
                                      "x=y",
                                      "x<>y /\\ 0:r0=0",
                                      "true",
                                      "~true"};
  for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
    const Test *test = condition_on_three(texts[i]);
    for (unsigned mask = 0; mask < 64; mask++) {
      const bool known[] = {mask & 1, mask & 2, mask & 4};
      const Value values[] = {mask >> 3 & 1, mask >> 4 & 1, mask >> 5 & 1};
      bool shown[2] = {false, false};
      for (unsigned other = 0; other < 8; other++) {
        Value all[3];
        for (unsigned o = 0; o < 3; o++)
          all[o] = known[o] ? values[o] : (other >> o & 1);
        shown[prop_holds(test, test->condition.body, (State){all})] = true;
      }
      for (int hold = 0; hold < 2; hold++)
        ck_assert_msg(prop_may(test, test->condition.body, (State){(Value *)values}, known, hold) == shown[hold],
                      "%s %u %d", texts[i], mask, hold);
    }
  }
}
END_TEST

START_TEST(values_compare_as_their_types_hold_them) {
  ck_assert(holds("0:r0=255", -1, 0, 0));
  ck_assert(holds("0:r0=-1", -1, 0, 0));
  ck_assert(holds("y=-1", 0, 0, 0xffffffff));
  ck_assert(!holds("x=y", 0, -1, 0xffffffff)); // as numbers
  const Test *test = parsed("C t {} P0 (unsigned __int128* x, __int128* y) {} exists x=y");
  const Value all_bits[] = {-1, -1}, ones[] = {1, 1};
  ck_assert(!state_is_witness(test, (State){all_bits}));
  ck_assert(state_is_witness(test, (State){ones}));
}
END_TEST

START_TEST(a_test_asks_for_witnesses_for_what_breaks_it_or_for_what_is_weak) {
  static const struct {
    const char *text;
    bool witness, other, weak; // what is asked for: x=1, which is not weak; x=2, not weak; x=2, weak
  } rows[] = {{"exists x=1", true, false, false},
              {"~exists x=1", true, false, false},
              {"forall x=1", false, true, true},
              {"forall true", false, false, true},
              {"", false, false, true}};
  const State one = {(Value[]){1}}, two = {(Value[]){2}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const Test *test = parsed(arena_printf(arena, "C t {} P0 (int* x) {} locations [x;] %s", rows[i].text));
    ck_assert_msg(state_is_asked(test, one, false) == rows[i].witness, "%s: a witness", rows[i].text);
    ck_assert_msg(state_is_asked(test, two, false) == rows[i].other, "%s: another", rows[i].text);
    ck_assert_msg(state_is_asked(test, two, true) == rows[i].weak, "%s: a weak one", rows[i].text);
    ck_assert_int_eq(test_has_condition(test), i < 3);
  }
}
END_TEST

START_TEST(quantifiers_judge_sets_of_states) {
  static const struct {
    const char *text;
    bool none, some, all; // witnesses among the states
  } rows[] = {
      {"exists x=1", false, true, true},
      {"~exists x=1", true, false, false},
      {"forall x=1", false, false, true},
      {"", false, false, true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const Test *test = parsed(arena_printf(arena, "C t {} P0 (int* x) {} %s", rows[i].text));
    ck_assert_int_eq(condition_validated(test, false, false), rows[i].none);
    ck_assert_int_eq(condition_validated(test, true, false), rows[i].some);
    ck_assert_int_eq(condition_validated(test, true, true), rows[i].all);
  }
}
END_TEST

START_TEST(types_wrap_and_combine_as_in_c) {
  ck_assert(type_wrap(BASE_INT8, 200) == -56);
  ck_assert(type_wrap(BASE_UINT8, -1) == 255);
  ck_assert(type_wrap(BASE_BOOL, 256) == 1);
  ck_assert(type_wrap(BASE_INT, (Value)1 << 32) == 0);
  ck_assert(type_wrap(BASE_UINT64, -1) == (Value)UINT64_MAX);
  ck_assert(type_wrap(BASE_UINT128, -1) == -1);
  ck_assert_int_eq(base_type_common(BASE_UINT8, BASE_UINT16), BASE_INT);
  ck_assert_int_eq(base_type_common(BASE_INT, BASE_UINT32), BASE_UINT);
  ck_assert_int_eq(base_type_common(BASE_UINT32, BASE_INT64), BASE_LONG);
  ck_assert_int_eq(base_type_common(BASE_ULONG, BASE_LONGLONG), BASE_ULONGLONG);
  ck_assert_int_eq(base_type_common(BASE_ULONGLONG, BASE_INT128), BASE_INT128);
}
END_TEST

RUN("state", a_state_prints_registers_then_locations, a_state_is_read_in_every_spelling,
    what_is_no_state_of_the_test_is_refused, a_state_names_addresses, states_are_ordered_by_value_and_type,
    every_connective_means_what_it_should, what_part_of_a_state_leaves_possible_is_what_some_completion_shows,
    values_compare_as_their_types_hold_them, quantifiers_judge_sets_of_states,
    a_test_asks_for_witnesses_for_what_breaks_it_or_for_what_is_weak, types_wrap_and_combine_as_in_c)
