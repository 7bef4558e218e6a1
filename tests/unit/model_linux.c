// The kernel's dialect and model: what a primitive may be called with, prints as itself, and orders.
#define Suite LitmusSuite // Check has a Suite of its own
#include "harness/lang/suite.h"
#undef Suite
#include "harness/code/assembly.h"
#include "harness/lang/parse.h"
#include "harness/lang/print.h"
#include "harness/model/judge.h"
#include "tests/unit/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Arena *arena;
static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

static const Test *read_test(const char *text, Diag *diag) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t.litmus", .bytes = arena_string(arena, text), .length = strlen(text)};
  *diag = (Diag){.arena = arena};
  return test_parse(source, arena, diag);
}

static const Test *parsed(const char *text) {
  Diag diag;
  const Test *test = read_test(text, &diag);
  ck_assert_msg(test != NULL, "%s: %s", text, diag.first ? diag.first->message : "");
  ck_assert_str_eq(test->dialect->name, "linux");
  return test;
}

static Prediction predicted(const char *text) {
  Judge *judge = ARENA_NEW(arena, Judge);
  *judge = judge_of(model_find("lkmm"), arena);
  JudgeOptions options = {.limits = judge_limits(60)};
  return judge_test(judge, parsed(text), &options, arena);
}

#define P(n, ...)                                                                                                      \
  "P" #n " (int *x, int *y, int *z, spinlock_t *s, struct srcu_struct *ss, int **p) { " __VA_ARGS__ " }\n"
#define TEST(condition, ...) "C t\n{}\n" __VA_ARGS__ "exists (" condition ")\n"

// What the paper and the kernel's documentation say of the witness.
static const struct {
  const char *text;
  bool allowed;
} verdicts[] = {
    {TEST("0:r0=0 /\\ 1:r0=0",
          P(0, "WRITE_ONCE(*x, 1); int r0 = READ_ONCE(*y);") P(1, "WRITE_ONCE(*y, 1); int r0 = READ_ONCE(*x);")),
     true},
    {TEST("0:r0=0 /\\ 1:r0=0", P(0, "WRITE_ONCE(*x, 1); smp_mb(); int r0 = READ_ONCE(*y);")
                                   P(1, "WRITE_ONCE(*y, 1); smp_mb(); int r0 = READ_ONCE(*x);")),
     false},
    {TEST("0:r0=0 /\\ 1:r0=0", P(0, "WRITE_ONCE(*x, 1); atomic_inc(z); smp_mb__after_atomic(); int r0 = READ_ONCE(*y);")
                                   P(1, "smp_store_mb(*y, 1); int r0 = READ_ONCE(*x);")),
     false},
    {TEST("0:r0=0 /\\ 1:r0=0", P(0, "WRITE_ONCE(*x, 1); atomic_inc(z); int r0 = READ_ONCE(*y);")
                                   P(1, "smp_store_mb(*y, 1); int r0 = READ_ONCE(*x);")),
     true},
    {TEST("0:r0=0 /\\ 1:r0=0", P(0, "WRITE_ONCE(*x, 1); int r1 = atomic_add_return(2, z); int r0 = READ_ONCE(*y);")
                                   P(1, "smp_store_mb(*y, 1); int r0 = READ_ONCE(*x);")),
     false},
    {TEST("0:r0=0 /\\ 1:r0=0", P(0, "WRITE_ONCE(*x, 1); int r0 = READ_ONCE(*y);")
                                   P(1, "WRITE_ONCE(*y, 1); smp_memb(); int r0 = READ_ONCE(*x);")),
     false},
    // membarrier(2): the compiler moves no marked accesses, so that each two of them are a light side
    {TEST("0:r0=0 /\\ 1:r0=0", P(0, "WRITE_ONCE(*x, 1); membarrier(); int r0 = READ_ONCE(*y);")
                                   P(1, "WRITE_ONCE(*y, 1); barrier(); int r0 = READ_ONCE(*x);")),
     false},
    {TEST("0:r0=0 /\\ 1:r0=0", P(0, "WRITE_ONCE(*x, 1); barrier(); int r0 = READ_ONCE(*y);")
                                   P(1, "WRITE_ONCE(*y, 1); barrier(); int r0 = READ_ONCE(*x);")),
     true},
    {TEST("0:r0=0 /\\ 1:r0=0 /\\ 2:r0=0",
          P(0, "WRITE_ONCE(*x, 1); membarrier(); int r0 = READ_ONCE(*y);")
              P(1, "WRITE_ONCE(*y, 1); int r0 = READ_ONCE(*z);") P(2, "WRITE_ONCE(*z, 1); int r0 = READ_ONCE(*x);")),
     true},
    // One that fails orders nothing
    {TEST("0:r0=0 /\\ 1:r0=0", P(0, "WRITE_ONCE(*x, 1); int r1 = cmpxchg(z, 7, 2); int r0 = READ_ONCE(*y);")
                                   P(1, "smp_store_mb(*y, 1); int r0 = READ_ONCE(*x);")),
     true},
    {TEST("0:r0=0 /\\ 1:r0=0", P(0, "WRITE_ONCE(*x, 1); int r1 = cmpxchg(z, 0, 2); int r0 = READ_ONCE(*y);")
                                   P(1, "smp_store_mb(*y, 1); int r0 = READ_ONCE(*x);")),
     false},
    {TEST("1:r0=1 /\\ 1:r1=0", P(0, "WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1);")
                                   P(1, "int r0 = READ_ONCE(*y); smp_rmb(); int r1 = READ_ONCE(*x);")),
     false},
    {TEST("1:r0=1 /\\ 1:r1=0", P(0, "WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1);")
                                   P(1, "int r0 = READ_ONCE(*y); if (r0) { int r1 = READ_ONCE(*x); }")),
     true},
    {TEST("1:r0=1 /\\ 1:r1=0", P(0, "WRITE_ONCE(*x, 1); smp_store_release(y, 1);")
                                   P(1, "int r0 = smp_load_acquire(y); int r1 = READ_ONCE(*x);")),
     false},
    // Publication by a pointer: the address dependency orders
    {"C t\n{ p = z; }\n" P(0, "WRITE_ONCE(*x, 1); rcu_assign_pointer(*p, x);")
         P(1, "int *r0 = rcu_dereference(*p); int r1 = READ_ONCE(*r0);") "exists (1:r0=x /\\ 1:r1=0)\n",
     false},
    // A control dependency orders a store within the `if`, and none behind it
    {TEST("0:r0=1 /\\ 1:r0=1", P(0, "int r0 = READ_ONCE(*x); if (r0) WRITE_ONCE(*y, 1);")
                                   P(1, "int r0 = READ_ONCE(*y); if (r0) WRITE_ONCE(*x, 1);")),
     false},
    {TEST("0:r0=1 /\\ 1:r0=1", P(0, "int r0 = READ_ONCE(*x); if (r0) { } WRITE_ONCE(*y, 1);")
                                   P(1, "int r0 = READ_ONCE(*y); if (r0) WRITE_ONCE(*x, 1);")),
     true},
    {TEST(
         "0:r0=1 /\\ 1:r0=1",
         P(0,
           "int r0 = 0; for (int i = 0; i < 2; i++) { r0 = READ_ONCE(*x); if (r0) break; r0 += 0; } WRITE_ONCE(*y, 1);")
             P(1, "int r0 = READ_ONCE(*y); if (r0) WRITE_ONCE(*x, 1);")),
     true},
    {TEST("0:r0=1 /\\ 1:r0=1", P(0, "int r0 = READ_ONCE(*x); do { if (!r0) continue; WRITE_ONCE(*y, 1); } while (0);")
                                   P(1, "int r0 = READ_ONCE(*y); if (r0) WRITE_ONCE(*x, 1);")),
     true},
    // A lock excludes, orders what it guards, and is no full fence for a third thread
    {TEST("x=1", P(0, "spin_lock(s); int r0 = READ_ONCE(*x); WRITE_ONCE(*x, r0 + 1); spin_unlock(s);")
                     P(1, "spin_lock(s); int r0 = READ_ONCE(*x); WRITE_ONCE(*x, r0 + 1); spin_unlock(s);")),
     false},
    {TEST("0:r0=1 /\\ 1:r0=1", P(0, "int r0 = spin_trylock(s);") P(1, "int r0 = spin_trylock(s);")), false},
    {TEST("1:r0=1 /\\ 1:r1=0", P(0, "spin_lock(s); WRITE_ONCE(*x, 1); spin_unlock(s);")
                                   P(1, "int r1 = READ_ONCE(*x); int r0 = spin_is_locked(s);")),
     true},
    // A grace period waits for the critical sections that were there before it
    {TEST("0:r0=1 /\\ 0:r1=0",
          P(0, "rcu_read_lock(); int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*y); rcu_read_unlock();")
              P(1, "WRITE_ONCE(*y, 1); synchronize_rcu(); WRITE_ONCE(*x, 1);")),
     false},
    {TEST("0:r0=1 /\\ 0:r1=0",
          P(0, "rcu_read_lock(); int r1 = READ_ONCE(*y); rcu_read_unlock(); int r0 = READ_ONCE(*x);")
              P(1, "WRITE_ONCE(*y, 1); synchronize_rcu(); WRITE_ONCE(*x, 1);")),
     true},
    {TEST("0:r0=1 /\\ 0:r1=0",
          P(0, "int r2 = srcu_read_lock(ss); int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*y); "
               "srcu_read_unlock(ss, r2);") P(1, "WRITE_ONCE(*y, 1); synchronize_srcu(ss); WRITE_ONCE(*x, 1);")),
     false},
    {TEST("0:r0=1 /\\ x=5", P(0, "int r0 = atomic_add_unless(x, 2, 5);") P(1, "WRITE_ONCE(*x, 5);")), true},
    {TEST("0:r0=0 /\\ x=7", P(0, "int r0 = atomic_add_unless(x, 2, 5);") P(1, "WRITE_ONCE(*x, 5);")), false},
    {TEST("0:r0=1 /\\ x=0", P(0, "int r0 = atomic_dec_and_test(x);") P(1, "atomic_inc(x);")), true},
    {TEST("0:r0=1 /\\ x=1", P(0, "int r0 = atomic_add_negative(-1, x);") P(1, "atomic_andnot(0, x);")), false},
};

START_TEST(the_model_says_what_the_documentation_says) {
  Prediction p = predicted(verdicts[_i].text);
  ck_assert_msg(p.program && !p.why, "%s: %s", verdicts[_i].text, p.why ? p.why : "");
  ck_assert_msg(p.any_witness == verdicts[_i].allowed, "%s", verdicts[_i].text);
}
END_TEST

START_TEST(a_test_prints_as_what_reads_the_same) {
  const Test *test = parsed(verdicts[_i].text), *again;
  Text text = {0};
  test_print(test, &text);
  again = parsed(text_string(&text));
  ck_assert_msg(test_equal(test, again), "%s\n%s", verdicts[_i].text, text_string(&text));
  text_free(&text);
}
END_TEST

START_TEST(a_plain_access_races_unless_something_orders_it) {
  Prediction p = predicted(TEST("1:r0=1", P(0, "*x = 1;") P(1, "int r0 = READ_ONCE(*x);")));
  ck_assert(p.result.undefined);
  ck_assert_str_eq(p.result.flag, "data-race");
  p = predicted(TEST("1:r1=1", P(0, "*x = 1; smp_store_release(y, 1);")
                                   P(1, "int r0 = smp_load_acquire(y); if (r0) { int r1 = *x; }")));
  ck_assert(!p.result.undefined && p.any_witness);
}
END_TEST

// The flags of the executions that are allowed, apart by blanks.
static const char *flags_of(const char *text) {
  Prediction p = predicted(text);
  unsigned count;
  const char *const *names = cat_flags(p.judge->cat, &count);
  const char *all = "";
  for (unsigned i = 0; i < count; i++)
    if (p.result.flags >> i & 1)
      all = arena_printf(arena, "%s%s%s", all, *all ? " " : "", names[i]);
  return all;
}

START_TEST(what_a_test_does_wrong_is_flagged) {
  static const struct {
    const char *code, *flags;
  } wrong[] = {
      {"rcu_read_lock(); rcu_read_lock(); rcu_read_unlock(); WRITE_ONCE(*x, 1);", "unmatched-rcu-lock"},
      {"rcu_read_lock(); rcu_read_unlock(); rcu_read_unlock();", "unmatched-rcu-unlock"},
      {"int r0 = srcu_read_lock(ss);", "unmatched-srcu-lock"},
      {"int r0 = srcu_read_lock(ss); srcu_read_unlock(ss, r0); srcu_read_unlock(ss, r0);", "multiple-srcu-matches"},
      {"rcu_read_lock(); synchronize_srcu(ss); rcu_read_unlock();", "invalid-sleep"},
      {"spin_lock(s); spin_unlock(s); spin_unlock(s);", "unmatched-unlock"},
      {"*x = 1; int r0 = READ_ONCE(*x);", "mixed-accesses"},
      {"rcu_read_lock(); *x = 1; int r1 = READ_ONCE(*x); ", "unmatched-rcu-lock mixed-accesses"},
      {"rcu_read_lock(); spin_lock(s); int r0 = READ_ONCE(*x); spin_unlock(s); rcu_read_unlock();", ""},
  };
  for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
    ck_assert_str_eq(flags_of(arena_printf(arena, TEST("x=1", P(0, "%s")), wrong[i].code)), wrong[i].flags);
}
END_TEST

// As in herd: a flag is one of the executions that count.
START_TEST(what_the_filter_leaves_out_races_no_more) {
  static const char code[] = P(0, "WRITE_ONCE(*x, 1);") P(1, "int r0 = READ_ONCE(*x); smp_store_release(y, 1);")
      P(2, "int r0 = smp_load_acquire(y); if (r0) { *x = 2; }");
  ck_assert_str_eq(flags_of(arena_printf(arena, "C t\n{}\n%sexists (x=2)\n", code)), "data-race");
  ck_assert_str_eq(flags_of(arena_printf(arena, "C t\n{}\n%sfilter (1:r0=1)\nexists (x=2)\n", code)), "");
}
END_TEST

// As the kernel's lock.cat has it: with a .bell, what a lock does is no read or write until the model takes it in,
// finds the order of the locks, and puts each unlock behind its lock.
START_TEST(a_model_with_a_bell_orders_its_locks_itself) {
  static const char text[] = "flag ~empty (M | W | FW | RMW) & (LKR | LKW | UL) as accesses\n"
                             "let section = ([LKW]; po-loc; [UL]) \\ (po-loc; [LKW | UL]; po-loc)\n"
                             "let with-accesses = rf | co | fr\n"
                             "with co from linearisations(LKW | (IW & domain ((IW * LKW) & loc)), 0)\n"
                             "let co = (co | section | (section^-1; co))+\n"
                             "let rf = [IW | UL]; singlestep(co); (Bell & ([LKR]; po-loc; [LKW]))^-1\n"
                             "acyclic po | with-accesses | rf | co as sc\n";
  static const char test[] =
      TEST("0:r0=0 /\\ 1:r0=0", P(0, "spin_lock(s); int r0 = READ_ONCE(*x); WRITE_ONCE(*x, 1); spin_unlock(s);")
                                    P(1, "spin_lock(s); int r0 = READ_ONCE(*x); WRITE_ONCE(*x, 1); spin_unlock(s);"));
  Source cat = {.name = "m.cat", .bytes = text, .length = strlen(text)},
         bell = {.name = "m.bell", .bytes = "let Bell = _\n", .length = strlen("let Bell = _\n")};
  Diag diag = {.arena = arena};
  const Model *lkmm = model_find("lkmm");
  Judge judge = {"m", lkmm, cat_parse(&cat, lkmm, &(CatOptions){.bell = &bell}, arena, &diag)};
  ck_assert_msg(judge.cat != NULL, "%s", diag.first ? diag.first->message : "");
  JudgeOptions options = {.limits = judge_limits(60)};
  Prediction p = judge_test(&judge, parsed(test), &options, arena);
  ck_assert_msg(!p.why, "%s", p.why);
  ck_assert_uint_eq(p.result.state_count, 2);
  ck_assert(!p.any_witness && !p.result.flags);
}
END_TEST

START_TEST(what_the_dialect_has_not_is_an_error_at_its_place) {
  static const struct {
    const char *code, *message;
  } errors[] = {
      {"int r0 = READ_ONCE(*x); int r1 = atomic_load(y);", "'atomic_load' is of the dialect c11"},
      {"int r0 = atomic_load(y); int r1 = READ_ONCE(*x);", "'READ_ONCE' is of the dialect linux"},
      {"int r0 = READ_ONCE(*x); int r1 = atomic_inc(y);", "'atomic_inc' has no value"},
      {"smp_bm();", "no function 'smp_bm'"},
      {"int r0 = READ_ONCE(x);", "expected a location"},
      {"int r0 = READ_ONCE(*r9);", "r9"},
      {"int r0 = atomic_add_return(READ_ONCE(*y), x);", "is a register or a constant"},
  };
  for (unsigned i = 0; i < sizeof errors / sizeof *errors; i++) {
    Diag diag;
    const char *text = arena_printf(arena, "C t\n{}\nP0 (int *x, int *y) { %s smp_mb(); }\n", errors[i].code);
    if (i == 1)
      text = arena_printf(arena, "C t\n{}\nP0 (int *x, int *y) { %s }\n", errors[i].code);
    ck_assert_msg(!read_test(text, &diag), "%s", text);
    ck_assert_msg(diag.first && strstr(diag.first->message, errors[i].message), "%s: %s", errors[i].code,
                  diag.first ? diag.first->message : "");
  }
}
END_TEST

// What the kernel's headers make of the primitives keeps what the kernel's model promises.
START_TEST(a_cpu_allows_nothing_that_the_model_forbids) {
  static const char *const cpus[] = {"x86-tso", "aarch64", "riscv", "power"};
  for (unsigned c = 0; c < sizeof cpus / sizeof *cpus; c++) {
    Judge judge = judge_of(model_find(cpus[c]), arena);
    JudgeOptions options = {.limits = judge_limits(60)};
    Prediction p = judge_test(&judge, parsed(verdicts[_i].text), &options, arena);
    bool grace = strstr(verdicts[_i].text, "srcu_read") || strstr(verdicts[_i].text, "synchronize");
    ck_assert_msg(p.result.unmodelled == grace, "%s: %s: %s", cpus[c], verdicts[_i].text, p.why ? p.why : "");
    ck_assert_msg(verdicts[_i].allowed || !p.any_witness, "%s: %s", cpus[c], verdicts[_i].text);
  }
}
END_TEST

// Those that come with weakmem say what their README says.
START_TEST(our_own_tests_are_judged_as_their_stories_say) {
  Diag diag = {.arena = arena};
  char *const family[] = {"kernel"};
  LitmusSuite suite = suite_find_by(test_read, family, 1, arena, &diag);
  ck_assert_uint_eq(suite.count, 11);
  Judge judge = judge_of(model_find("lkmm"), arena);
  for (unsigned i = 0; i < suite.count; i++) {
    const Test *test = suite.tests[i];
    JudgeOptions options = {.limits = judge_limits(60)};
    Prediction p = judge_test(&judge, test, &options, arena);
    bool allowed = !strcmp(test->name, "K-SB+onces") || !strcmp(test->name, "K-SB+locks");
    ck_assert_msg(p.program && !p.result.undefined && p.any_witness == allowed, "%s", test->name);
  }
}
END_TEST

// The model orders no plain accesses by what they depend on. A value that is another each time round is none.
START_TEST(a_value_that_depends_on_itself_may_be_any) {
  static const struct {
    const char *first, *second;
    unsigned states;
    bool any;
  } rows[] = {
      {"r1 = *x; *y = r1;", "r1 = *y; *x = r1;", 2, true},
      {"r1 = *x; *y = r1 + 1;", "r1 = *y; *x = r1;", 1, false},
      {"r1 = *x; *y = r1;", "r1 = *y; *x = 1;", 2, false},
      {"r1 = READ_ONCE(*x); WRITE_ONCE(*y, r1);", "r1 = READ_ONCE(*y); WRITE_ONCE(*x, r1);", 1, false},
      {"r1 = *x; if (r1) *y = r1;", "r1 = *y; *x = r1;", 1, false},
      {"r1 = *x; if (r1 == 42) *y = r1;", "r1 = *y; *x = r1;", 1, false},
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    Prediction p = predicted(
        arena_printf(arena,
                     "C t\nDialect=linux\n{}\nP0(int *x, int *y) { int r1; %s }\nP1(int *x, int *y) { int r1; %s }\n"
                     "exists (~0:r1=0 /\\ ~0:r1=1 /\\ ~0:r1=2)\n",
                     rows[i].first, rows[i].second));
    ck_assert_msg(p.any_witness == rows[i].any, "%u", i);
    ck_assert_msg(p.result.state_count == rows[i].states, "%u: %u", i, p.result.state_count);
  }
}
END_TEST

START_TEST(casts_are_nested_no_deeper_than_anything_else) {
  static char text[1 << 20];
  Diag diag;
  char *at = text + sprintf(text, "C t\n{}\nP0(int *x) { int r0 = smp_load_acquire(");
  for (unsigned i = 0; i < 100000; i++, at += strlen(at))
    strcpy(at, "(int*)");
  strcpy(at, "x); }\nexists (0:r0=1)\n");
  ck_assert_ptr_null(read_test(text, &diag));
  ck_assert_msg(strstr(diag.first->message, "64 deep"), "%s", diag.first->message);
}
END_TEST

// A read-modify-write in the chain of a release (explanation.txt, "RELEASE SEQUENCES"), and plain accesses around it.
START_TEST(a_release_reaches_through_a_read_modify_write) {
  Prediction p =
      predicted("C t\n{}\nP0(int *x, int *y) { *x = 1; smp_store_release(y, 1); }\n"
                "P1(int *y) { int r0 = cmpxchg_relaxed(y, 1, 2); }\n"
                "P2(int *x, int *y) { int r1 = smp_load_acquire(y); int r2 = 0; if (r1 == 2) { r2 = *x; } }\n"
                "exists (2:r1=2 /\\ 2:r2=0)\n");
  ck_assert(!p.result.undefined);
  ck_assert(!p.any_witness);
}
END_TEST

START_TEST(what_is_expected_is_as_wide_as_what_is_pointed_to) {
  parsed("C t\n{p=x;}\nP0(long *a, int *x, int **p) { int *q; int old = 0; int r1; q = READ_ONCE(*p); "
         "r1 = try_cmpxchg(q, &old, 5); }\nexists (0:r1=1)\n");
}
END_TEST

int main(void) {
  TCase *all = unit_tests("linux", setup, teardown);
  int count = (int)(sizeof verdicts / sizeof *verdicts);
  tcase_add_loop_test(all, the_model_says_what_the_documentation_says, 0, count);
  tcase_add_loop_test(all, a_test_prints_as_what_reads_the_same, 0, count);
  tcase_add_loop_test(all, a_cpu_allows_nothing_that_the_model_forbids, 0, count);
  tcase_add_test(all, our_own_tests_are_judged_as_their_stories_say);
  tcase_add_test(all, a_value_that_depends_on_itself_may_be_any);
  tcase_add_test(all, a_plain_access_races_unless_something_orders_it);
  tcase_add_test(all, what_a_test_does_wrong_is_flagged);
  tcase_add_test(all, what_the_filter_leaves_out_races_no_more);
  tcase_add_test(all, a_model_with_a_bell_orders_its_locks_itself);
  tcase_add_test(all, what_the_dialect_has_not_is_an_error_at_its_place);
  tcase_add_test(all, casts_are_nested_no_deeper_than_anything_else);
  tcase_add_test(all, a_release_reaches_through_a_read_modify_write);
  tcase_add_test(all, what_is_expected_is_as_wide_as_what_is_pointed_to);
  return unit_run("linux", all);
}
