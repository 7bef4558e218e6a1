// Expressions over what is read: those that are equal whatever is read are one, so that branches are seen to
// contradict.
#include "harness/model/expression.h"
#include "tests/unit/runner.h"

static Arena *arena;
static ValuePool pool;
static ExprId x, y, any, zero; // reads of 32 bits; of any value; the number

static void setup(void) {
  arena = arena_new();
  pool = (ValuePool){.table = {.arena = arena}};
  x = value_read(&pool, 0, 32);
  y = value_read(&pool, 1, 32);
  any = value_read(&pool, 2, 0);
  zero = value_constant(&pool, (EventValue){-1, 0});
}
static void teardown(void) { arena_free(arena); }

static ExprId op(Operation operation, unsigned bits, bool is_signed, ExprId a, ExprId b) {
  return value_operation(&pool, operation, bits, is_signed, a, b);
}
static ExprId moved(unsigned bits, bool is_signed, ExprId a) { return op(OP_MOVE, bits, is_signed, a, zero); }
// As a register of 64 bits keeps a signed number of 32.
static ExprId extended(ExprId a) { return moved(64, false, moved(32, true, a)); }

START_TEST(equality_is_one_either_way_round_and_of_any_width) {
  ck_assert_uint_eq(op(OP_EQ, 32, false, x, y), op(OP_EQ, 64, true, y, x));
  ck_assert_uint_eq(op(OP_NOT, 32, false, op(OP_NE, 32, false, x, y), zero), op(OP_EQ, 32, false, x, y));
  ck_assert_uint_eq(op(OP_NE, 64, false, op(OP_LT, 32, true, x, y), zero), op(OP_LT, 32, true, x, y));
  ck_assert_uint_eq(op(OP_AND, 32, false, op(OP_EQ, 32, false, x, y), value_constant(&pool, (EventValue){-1, 1})),
                    op(OP_EQ, 32, false, x, y));
}
END_TEST

START_TEST(numbers_are_compared_by_what_they_were_extended_or_subtracted_from) {
  ExprId equal = op(OP_EQ, 32, false, x, y);
  ck_assert_uint_eq(moved(32, false, x), x);
  ck_assert_uint_eq(moved(64, false, moved(32, false, x)), x);
  ck_assert_uint_eq(op(OP_EQ, 64, false, extended(x), extended(y)), equal);
  ck_assert_uint_eq(op(OP_EQ, 64, false, op(OP_SUB, 32, false, extended(x), extended(y)), zero), equal);
  ck_assert_uint_eq(op(OP_EQ, 64, false, extended(op(OP_SUB, 32, false, x, y)), zero), equal);
  ck_assert_uint_eq(op(OP_EQ, 32, false, op(OP_XOR, 32, false, x, y), zero), equal);
}
END_TEST

START_TEST(a_part_of_a_register_is_what_was_put_there) {
  ExprId truth = op(OP_EQ, 32, false, x, y),
         rest = op(OP_AND, 64, false, any, value_constant(&pool, (EventValue){-1, ~(Value)255}));
  ExprId whole = op(OP_OR, 64, false, rest, truth), one = value_constant(&pool, (EventValue){-1, 1});
  ck_assert_uint_eq(moved(8, false, whole), truth);
  ck_assert_uint_eq(moved(8, false, op(OP_XOR, 32, false, whole, one)), op(OP_NE, 32, false, x, y));
  ck_assert_uint_ne(moved(16, false, whole), truth);
}
END_TEST

START_TEST(what_need_not_be_equal_is_not) {
  ck_assert_uint_ne(moved(32, false, any), any); // it may be negative
  ck_assert_uint_ne(moved(16, false, x), x);
  ck_assert_uint_ne(op(OP_EQ, 64, false, x, extended(y)), op(OP_EQ, 32, false, x, y));
  ck_assert_uint_ne(op(OP_EQ, 64, false, op(OP_SUB, 16, false, x, y), zero), op(OP_EQ, 32, false, x, y));
  ck_assert_uint_ne(op(OP_EQ, 64, false, op(OP_SUB, 64, false, any, x), zero),
                    op(OP_EQ, 64, false, any, x)); // pointers
}
END_TEST

static int decided(const void *context, ExprId truth) { return truth == *(const ExprId *)context ? 1 : -1; }

// Flags of two comparisons in one register, as POWER keeps them.
START_TEST(one_comparison_decides_a_bit_that_is_moved_about) {
  ExprId first = op(OP_EQ, 32, false, x, y), second = op(OP_EQ, 32, false, x, any), none = NO_EXPR, truth;
  ExprId ten = value_constant(&pool, (EventValue){-1, 10}), two = value_constant(&pool, (EventValue){-1, 2});
  ExprId flags = op(OP_OR, 64, false, op(OP_SHL, 64, false, first, ten), op(OP_SHL, 64, false, second, two));
  ExprId mask = value_constant(&pool, (EventValue){-1, 1 << 10}), bit = op(OP_AND, 64, false, flags, mask);
  bool nonzero[2];
  ck_assert(!value_truth(&pool, bit, (TruthKnown){decided, &none}, &truth, nonzero)); // either may
  ck_assert(value_truth(&pool, bit, (TruthKnown){decided, &second}, &truth, nonzero));
  ck_assert(truth == first && !nonzero[0] && nonzero[1]);
  ck_assert(value_truth(&pool, bit, (TruthKnown){decided, &first}, &truth, nonzero));
  ck_assert(truth == second && nonzero[0] && nonzero[1]);
  ck_assert(!value_truth(&pool, op(OP_ADD, 64, false, bit, x), (TruthKnown){decided, &first}, &truth, nonzero));
}
END_TEST

static int base(ExprId id) { return pool.exprs[id].base; }

START_TEST(a_pointer_stays_in_its_location) {
  ExprId first = value_constant(&pool, (EventValue){0, 1}), second = value_constant(&pool, (EventValue){1, 0});
  ck_assert_int_eq(base(x), NO_BASE);
  ck_assert_int_eq(base(op(OP_ADD, 64, false, first, x)), 0);
  ck_assert_int_eq(base(op(OP_ADD, 64, false, op(OP_MUL, 64, false, x, y), second)), 1);
  ck_assert_int_eq(base(op(OP_XOR, 64, false, op(OP_ADD, 64, false, first, x), second)), NO_BASE);
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("expressions", setup, teardown);
  tcase_add_test(tests, equality_is_one_either_way_round_and_of_any_width);
  tcase_add_test(tests, numbers_are_compared_by_what_they_were_extended_or_subtracted_from);
  tcase_add_test(tests, a_part_of_a_register_is_what_was_put_there);
  tcase_add_test(tests, what_need_not_be_equal_is_not);
  tcase_add_test(tests, one_comparison_decides_a_bit_that_is_moved_about);
  tcase_add_test(tests, a_pointer_stays_in_its_location);
  return unit_run("expressions", tests);
}
