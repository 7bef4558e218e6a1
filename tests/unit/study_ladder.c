// The fence ladder: places, what a compiler emitted, the search, and what is said of figures made up.
#include "harness/lang/insert.h"
#include "harness/lang/orders.h"
#include "harness/study/ladder.h"
#include "harness/study/ladder_answer.h"
#include "harness/study/ladder_code.h"
#include "harness/study/ladder_search.h"
#include "tests/unit/lang.h"

#define RLX ", memory_order_relaxed"

// ---- Places

static const char *places(const char *statements, const char *fence) {
  const Test *test =
      parsed(arena_printf(arena, "C t { 0:r0 = 0; } P0 (atomic_int* x, atomic_int* y) { %s }", statements));
  Places found = ladder_places(test, test_with_fence(test, fence, 1, arena), 0, arena);
  Text text = {0};
  for (unsigned i = 0; i < found.count; i++) {
    place_print(found.places[i], &text);
    text_printf(&text, " (%s, %s); ", place_context(found.places[i]), place_contended(found.places[i]));
  }
  const char *result = arena_string(arena, text_string(&text));
  text_free(&text);
  return result;
}

START_TEST(a_place_is_known_by_what_stands_around_it) {
  static const char *const rows[][2] = {
      {"*x = 1;", ""},
      {"*x = 1; r0 = *y;", "between a store and a load (after-store, after-store-to-other-core); "},
      {"r0 = *x; r0 = *y;", "between two loads (between-loads, between-loads); "},
      {"*x = 1; *y = 1;", "between two stores (after-store, after-store-to-other-core); "},
      {"r0 = *x; *y = *x;", "between two loads (between-loads, between-loads); "},
      {"r0 = atomic_exchange(x, 1); r0 = *y;", "between a read-modify-write and a load (alone, alone); "},
      {"r0 = *x; *y = 1;", "between a load and a store (alone, alone); "},
      {"*x = 1; if (r0) { r0 = *y; } *y = 2;", "between a store and a load (after-store, after-store-to-other-core); "
                                               "between a load and a store (alone, alone); "},
      {"while (*x == 0) {} *y = 1;",
       "between a load and a store (alone, alone); between a load and a store (alone, alone); "},
      // one that stands there already costs nothing more
      {"*x = 1; cpu_fence(\"f\"); r0 = *y;", ""},
      {"*x = 1; cpu_fence(\"g\"); r0 = *y;", "between a store and a load (after-store, after-store-to-other-core); "},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_str_eq(places(rows[i][0], "f"), rows[i][1]);
  ck_assert_str_eq(places("*x = 1; r0 = *y;", "fence-seq_cst"), places("*x = 1; r0 = *y;", "f"));
}
END_TEST

START_TEST(accesses_are_named_as_costs_are) {
  const Test *test = parsed("C t {} P0 (atomic_int* x, int* y) { int r0 = atomic_load_explicit(x" RLX "); *y = 1; "
                            "r0 = atomic_fetch_sub_explicit(x, 1, memory_order_release); atomic_store(x, 1); }");
  const char *const *names = ladder_accesses(test, 0, arena);
  ck_assert_str_eq(names[0], "load-relaxed");
  ck_assert_str_eq(names[1], "fetch_add-release");
  ck_assert_str_eq(names[2], "store-seq_cst");
  ck_assert_ptr_null(names[3]);
}
END_TEST

START_TEST(a_lost_update_is_known_by_a_read_and_a_write_apart) {
  static const struct {
    const char *test, *location;
  } rows[] = {
      {"C t {} P0 (atomic_int* x) { *x = *x + 1; } P1 (atomic_int* x) { *x = *x + 1; }", "x"},
      {"C t {} P0 (atomic_int* y, atomic_int* x) { *y = 1; *x = *x + 1; } P1 (atomic_int* x) { *x = 5; }", "x"},
      {"C t {} P0 (atomic_int* x) { *x = *x + 1; } P1 (atomic_int* x) { int r0 = *x; }", NULL}, // none to lose
      {"C t {} P0 (atomic_int* x) { atomic_fetch_add(x, 1); } P1 (atomic_int* x) { atomic_fetch_add(x, 1); }", NULL},
      {"C t {} P0 (atomic_int* x, atomic_int* y) { *x = *y; } P1 (atomic_int* x, atomic_int* y) { *y = *x; }", NULL},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const Location *found = ladder_lost_update(parsed(rows[i].test));
    ck_assert_msg(rows[i].location ? found && !strcmp(found->name, rows[i].location) : !found, "%s", rows[i].test);
  }
}
END_TEST

// ---- Code

// The code of a test of one thread that loads x, with more lines before its end.
static MachineCode code_with(const char *cpu, const char *load, const char *more) {
  const Test *test = parsed("C t {} P0 (atomic_int* x) { int r0 = *x; }");
  const char *listing = arena_printf(arena, "0000000000001100 <P0>:\n    1100:\t%s\n%s    1200:\tret\n", load, more);
  MachineCode code = machine_code_read(test, cpu_find(cpu), &listing, arena);
  ck_assert_msg(code.program != NULL, "%s: %s", more, code.why);
  return code;
}

START_TEST(what_the_compiler_made_of_a_fence_is_read_from_its_code) {
  static const struct {
    const char *added, *emitted, *fence;
  } rows[] = {
      {"", "", NULL},
      {"    1103:\tlock orq $0x0,(%rsp)\n", "lock orq $0,(%rsp)", "lock-or"},
      {"    1103:\tmfence\n    1109:\tmfence\n", "mfence", "mfence"},
      {"    1103:\tlock addl $0x0,(%rsp)\n", "lock addl $0,(%rsp)", "lock-add"},
      {"    1103:\tlock addl $0x0,0x8(%rsp)\n", "lock addl $0,0x8(%rsp)", NULL}, // no fence by that spelling
      {"    1103:\txchg   %eax,-0x4(%rsp)\n    1109:\txchg   %eax,-0x4(%rsp)\n", "xchg %eax,-0x4(%rsp)", NULL},
      {"    1103:\txchg   %ax,%ax\n", "", NULL}, // padding
      {"    1103:\tmov    $0x1,%eax\n", "", NULL},
      {"    1103:\tlock addl $0x0,0x8(%rsp)\n    1109:\tsfence\n", "sfence", "sfence"},
  };
  const MachineCode bare = code_with("x86_64", "mov    (%rdi),%eax", "");
  const CpuFence *fence;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const MachineCode with = code_with("x86_64", "mov    (%rdi),%eax", rows[i].added);
    ck_assert_str_eq(ladder_emitted(&with, &bare, &fence, arena), rows[i].emitted);
    ck_assert_str_eq(fence ? fence->name : "", rows[i].fence ? rows[i].fence : "");
  }
  const MachineCode with = code_with("aarch64", "ldr\tw0, [x0]", "  1104:\tdmb\tishld\n"),
                    without = code_with("aarch64", "ldr\tw0, [x0]", "");
  ck_assert_str_eq(ladder_emitted(&with, &without, &fence, arena), "dmb ishld");
  ck_assert_str_eq(fence->name, "dmb-ishld");
}
END_TEST

// ---- Search

// Forbids where every thread has at least what is needed of it.
typedef struct {
  unsigned needed[4], count, asked;
} Needed;

static bool needed_forbids(void *context, const unsigned *pick) {
  Needed *n = context;
  n->asked++;
  for (unsigned t = 0; t < n->count; t++)
    if (pick[t] < n->needed[t])
      return false;
  return true;
}

START_TEST(the_search_finds_what_each_thread_needs) {
  static const double rising[] = {0, 1, 2, 8};
  const SearchThread threads[] = {{rising, 4}, {rising, 4}, {rising, 4}};
  for (unsigned code = 0; code < 64; code++) {
    Needed n = {.needed = {code & 3, code >> 2 & 3, code >> 4}, .count = 3};
    SearchResult found = ladder_search(threads, 3, needed_forbids, &n, 1000, arena);
    ck_assert(found.found && found.cheapest);
    ck_assert_uint_eq(found.asked, n.asked);
    for (unsigned t = 0; t < 3; t++)
      ck_assert_uint_eq(found.pick[t], n.needed[t]);
    ck_assert_double_eq(found.cost, rising[n.needed[0]] + rising[n.needed[1]] + rising[n.needed[2]]);
  }
}
END_TEST

// Either thread alone is enough.
static bool either_forbids(void *context, const unsigned *pick) {
  (void)context;
  return pick[0] == 1 || pick[1] == 1;
}

START_TEST(the_search_takes_the_cheaper_of_two_ways) {
  static const double dear[] = {0, 9}, cheap[] = {0, 4};
  const SearchThread threads[] = {{dear, 2}, {cheap, 2}}, turned[] = {{cheap, 2}, {dear, 2}};
  SearchResult found = ladder_search(threads, 2, either_forbids, NULL, 100, arena);
  ck_assert(found.found && found.pick[0] == 0 && found.pick[1] == 1);
  found = ladder_search(turned, 2, either_forbids, NULL, 100, arena);
  ck_assert(found.found && found.pick[0] == 1 && found.pick[1] == 0);
}
END_TEST

static bool never_forbids(void *context, const unsigned *pick) {
  (void)context;
  (void)pick;
  return false;
}

START_TEST(the_search_ends_where_nothing_forbids_and_where_its_limit_is) {
  static const double costs[] = {0, 1, 2, 8};
  const SearchThread threads[] = {{costs, 4}, {costs, 4}, {costs, 4}};
  SearchResult found = ladder_search(threads, 3, never_forbids, NULL, 1000, arena);
  ck_assert(!found.found);
  ck_assert_uint_eq(found.asked, 1);
  Needed n = {.needed = {2, 0, 3}, .count = 3};
  found = ladder_search(threads, 3, needed_forbids, &n, 5, arena);
  ck_assert(found.found && !found.cheapest); // what it has does forbid
  ck_assert(needed_forbids(&n, found.pick));
  SearchThread many[64];
  for (unsigned t = 0; t < 64; t++)
    many[t] = (SearchThread){costs, 4};
  Needed none = {.count = 4};
  found = ladder_search(many, 64, needed_forbids, &none, 2000, arena);
  ck_assert(found.found && !found.cheapest); // 4^64 combinations
  ck_assert_double_eq(found.cost, 0);
}
END_TEST

// ---- What is said

static LadderRow rows[8];
static Ladder ladder;
static LadderFence fences[] = {{"compiler", "", "compiler"},
                               {"fence-seq_cst", "lock orq $0,(%rsp)", "lock-or"},
                               {"mfence", "mfence", "mfence"},
                               {"lock-or", "lock orq $0,(%rsp)", "lock-or"},
                               {"lfence", "lfence", "lfence"}};
static const Compiler compiler = {.path = "cc", .version = "cc 1", .flags = "-O2"};

static void begin_ladder(Target target) {
  ladder = (Ladder){.arena = arena,
                    .rows = rows,
                    .target = target,
                    .fences = fences,
                    .fence_count = 5,
                    .compiler = &compiler,
                    .judges = ARENA_ARRAY(arena, Judge, 2),
                    .judge_count = 2};
  ladder.test = parsed("C SB {} P0 (atomic_int* x) { *x = 1; } P1 (atomic_int* x) { *x = 2; }");
  ladder.judges[LADDER_C11].name = "c11";
  ladder.judges[LADDER_HERE].name = "x86-tso";
}

static LadderRow *add(const char *name, double ns, Verdict c11, Verdict here, uint64_t seen) {
  const char **each = ARENA_ARRAY(arena, const char *, 2);
  each[0] = each[1] = name;
  LadderRow *row = &rows[ladder.row_count++];
  *row = (LadderRow){.name = name,
                     .threads = "all",
                     .fences = each,
                     .ns = ns,
                     .priced = true,
                     .done = true,
                     .seen = seen,
                     .iterations = 1000000,
                     .spread = 0.03,
                     .stable = true,
                     .verdicts = ARENA_ARRAY(arena, LadderVerdict, 2),
                     .is_c11 = !strcmp(name, "none") || dialect_fence(&dialect_c11, name)};
  for (unsigned i = 0; i < sizeof fences / sizeof *fences; i++)
    if (!strcmp(fences[i].name, name))
      row->fence = &fences[i];
  row->verdicts[LADDER_C11] = (LadderVerdict){.speaks = row->is_c11, .verdict = c11};
  row->verdicts[LADDER_HERE] = (LadderVerdict){.speaks = true, .verdict = here};
  return row;
}

static const char *answer(void) {
  ladder_note(&ladder);
  ladder_sort(&ladder);
  ladder_choose(&ladder);
  Text text = {0};
  ladder_answer(&ladder, &text);
  const char *result = arena_string(arena, text_string(&text));
  text_free(&text);
  return result;
}

static const Verdict YES = VERDICT_ALLOWED, NO = VERDICT_FORBIDDEN;

START_TEST(the_cheapest_fence_that_forbids_is_the_answer) {
  begin_ladder(TARGET_WEAK);
  add("none", 0, YES, YES, 800000);
  add("mfence", 38, YES, NO, 0);
  add("lock-or", 3.9, YES, NO, 0);
  add("lfence", 9, YES, YES, 0);
  add("fence-seq_cst", 4, NO, NO, 0); // as dear as lock-or, and C11's
  const char *text = answer();
  ck_assert_str_eq(ladder.answers[LADDER_HERE]->name, "fence-seq_cst");
  ck_assert_ptr_eq(ladder.answers[LADDER_C11], ladder.answers[LADDER_HERE]);
  ck_assert_ptr_nonnull(
      strstr(text, "Cheapest here: fence-seq_cst in every thread, 4.0 ns \302\2613 %: x86-tso forbids the state"));
  ck_assert_ptr_nonnull(strstr(text, "it was seen in 0 of 1000000 iterations."));
  ck_assert_ptr_nonnull(strstr(text, "atomic_thread_fence(memory_order_seq_cst): cc makes `lock orq $0,(%rsp)` of it"));
  ck_assert_ptr_nonnull(strstr(text, "mfence there costs 9.5 times as much"));
  ladder.interrupted = true; // then something cheaper may be missing
  ck_assert_str_eq(answer(), "Interrupted: what was not measured is left out; no answer is given.\n");
  ck_assert_ptr_null(ladder.answers[LADDER_HERE]);
  ck_assert_ptr_null(ladder.answers[LADDER_C11]);
  static const char *const sorted[] = {"none", "lock-or", "fence-seq_cst", "lfence", "mfence"};
  for (unsigned i = 0; i < 5; i++)
    ck_assert_str_eq(ladder.sorted[i]->name, sorted[i]);
}
END_TEST

START_TEST(only_prices_that_are_stable_are_compared) {
  begin_ladder(TARGET_WEAK);
  add("none", 0, YES, YES, 800000);
  LadderRow *cheap = add("lock-or", 3.9, YES, NO, 0);
  add("fence-seq_cst", 8, NO, NO, 0);
  LadderRow *dear = add("mfence", 80, YES, NO, 0);
  cheap->stable = dear->stable = false;
  const char *text = answer();
  ck_assert_str_eq(ladder.answers[LADDER_HERE]->name, "fence-seq_cst");
  ck_assert_ptr_nonnull(strstr(text, "lock-or in every thread forbids it, too, and may be cheaper: its price is not"));
  ck_assert_ptr_null(strstr(text, "times as much"));
  cheap->ns = 60; // not cheaper, however little is known of it
  ck_assert_ptr_null(strstr(answer(), "may be cheaper"));
  rows[2].stable = false;
  text = answer();
  ck_assert_ptr_null(ladder.answers[LADDER_HERE]);
  ck_assert_ptr_nonnull(strstr(text, "Which fence is the cheapest cannot be told"));
  ck_assert_ptr_nonnull(strstr(text, "fence-seq_cst in every thread forbids it, and it was seen in 0 of 1000000"));
  ck_assert_ptr_null(strstr(text, "No fence here forbids"));
  ck_assert_ptr_nonnull(strstr(text, "Which is the cheapest by C11 cannot be told"));
  ck_assert_ptr_null(strstr(text, "No fence of C11"));
}
END_TEST

START_TEST(code_is_the_same_if_each_instruction_is) {
  const MachineCode bare = code_with("x86_64", "mov    (%rdi),%eax", ""),
                    again = code_with("x86_64", "mov    (%rdi),%eax", ""),
                    fenced = code_with("x86_64", "mov    (%rdi),%eax", "    1103:\tmfence\n"),
                    other = code_with("x86_64", "mov    (%rdi),%eax", "    1103:\tlfence\n");
  ck_assert(machine_code_same(&bare, &again) && machine_code_same(&fenced, &fenced));
  ck_assert(!machine_code_same(&bare, &fenced) && !machine_code_same(&fenced, &other));
  MachineCode unread = {.why = "not read"};
  ck_assert(!machine_code_same(&unread, &unread));
}
END_TEST

START_TEST(a_cpu_fence_is_told_with_its_spelling_in_c11) {
  begin_ladder(TARGET_WEAK);
  add("none", 0, YES, YES, 800000);
  add("fence-seq_cst", 8, NO, NO, 0);
  add("lock-or", 3.9, YES, NO, 0);
  const char *text = answer();
  ck_assert_str_eq(ladder.answers[LADDER_HERE]->name, "lock-or");
  ck_assert_str_eq(ladder.answers[LADDER_C11]->name, "fence-seq_cst");
  ck_assert_ptr_nonnull(strstr(text, "In C11 that is atomic_thread_fence(memory_order_seq_cst)"));
  ck_assert_ptr_nonnull(
      strstr(text, "Cheapest by C11, so on every CPU: fence-seq_cst in every thread, 8.0 ns \302\2613 % here"));
}
END_TEST

START_TEST(what_was_seen_or_not_run_or_not_priced_is_no_answer) {
  begin_ladder(TARGET_WEAK);
  add("none", 0, YES, YES, 800000);
  add("lfence", 1, YES, YES, 0); // hides it, but no model says so
  LadderRow *seen = add("lock-or", 2, YES, NO, 1);
  add("mfence", 3, YES, NO, 0)->done = false;
  add("fence-seq_cst", 4, NO, NO, 0)->priced = false;
  const char *text = answer();
  ck_assert_ptr_null(ladder.answers[LADDER_HERE]);
  ck_assert_ptr_nonnull(strstr(text, "No fence here forbids the state both by x86-tso and in the run"));
  ck_assert_str_eq(seen->note, "FORBIDDEN by x86-tso, and seen all the same");
  ck_assert_str_eq(rows[1].note, "x86-tso still allows the state, yet it is hidden here: do not rely on that");
  ck_assert_str_eq(rows[3].note, "not run");
  ck_assert_str_eq(ladder.sorted[4]->name, "fence-seq_cst"); // no price: last
}
END_TEST

START_TEST(zero_of_few_says_nothing) {
  begin_ladder(TARGET_WEAK);
  add("none", 0, YES, YES, 15); // 15 of a million: as many would not be telling
  add("lfence", 1, YES, YES, 0);
  answer();
  ck_assert_str_eq(rows[1].note, "too few iterations to tell");
  rows[0].seen = 300000;
  rows[1].seen = 10000;
  answer();
  ck_assert_str_eq(rows[1].note, "x86-tso still allows the state, but it is 30 times rarer here");
  rows[0].seen = 0;
  answer();
  ck_assert_str_eq(rows[0].note, "x86-tso allows the state, but it was not seen here");
}
END_TEST

START_TEST(no_fence_is_an_answer_of_the_cpu_and_c11_has_its_own) {
  begin_ladder(TARGET_WEAK);
  add("none", 0, YES, NO, 0);
  add("fence-seq_cst", 4, NO, NO, 0);
  const char *text = answer();
  ck_assert_str_eq(ladder.answers[LADDER_HERE]->name, "none");
  ck_assert_ptr_nonnull(strstr(text, "This CPU needs no fence in the code that cc made: x86-tso forbids the state"));
  ck_assert_ptr_nonnull(strstr(text, "Cheapest by C11, so on every CPU: fence-seq_cst"));
  // load buffering: RC11 alone forbids it
  rows[0].verdicts[LADDER_C11] = (LadderVerdict){.speaks = true, .verdict = NO, .thin_air = true};
  ladder.row_count = 1;
  ck_assert_ptr_nonnull(strstr(answer(), "by its no-thin-air axiom alone, which ISO C11 does not have"));
  ck_assert_ptr_null(ladder.answers[LADDER_C11]);
}
END_TEST

START_TEST(a_combination_is_told_thread_by_thread) {
  begin_ladder(TARGET_WEAK);
  add("none", 0, YES, YES, 9);
  LadderRow *each = add("compiler|fence-seq_cst", 4, NO, NO, 0);
  each->kind = ROW_COMBINATION;
  static const char *const names[] = {"compiler", "fence-seq_cst"};
  each->fences = names;
  ladder.combinations[LADDER_HERE] = (LadderCombination){each, true, 7};
  ck_assert_ptr_nonnull(strstr(answer(),
                               "Thread by thread, the cheapest that forbids it by x86-tso (7 combinations "
                               "asked about): compiler in P0 and fence-seq_cst in P1, 4.0 ns \302\2613 %; the run "
                               "agrees."));
}
END_TEST

START_TEST(where_no_fence_can_help_that_is_said) {
  begin_ladder(TARGET_INTERLEAVING);
  add("none", 0, YES, YES, 500000);
  add("mfence", 38, YES, YES, 0);
  ladder.lost_update = &ladder.test->locations[0];
  const char *text = answer();
  ck_assert_ptr_null(ladder.answers[LADDER_HERE]);
  ck_assert_ptr_nonnull(strstr(text, "No fence helps"));
  ck_assert_ptr_nonnull(strstr(text, "atomic_fetch_add(x, 1)"));
  ck_assert_ptr_null(rows[1].note);
  ladder.lost_update = NULL;
  ck_assert_ptr_nonnull(strstr(answer(), "atomicity"));
  rows[0].verdicts[LADDER_C11].verdict = VERDICT_UNDEFINED;
  ck_assert_ptr_nonnull(strstr(answer(), "data race"));
  begin_ladder(TARGET_UNKNOWN);
  ladder.why = "an access tears";
  add("none", 0, YES, YES, 1);
  ck_assert_ptr_nonnull(strstr(answer(), "an access tears"));
  begin_ladder(TARGET_NEVER);
  add("none", 0, NO, NO, 0);
  ck_assert_ptr_nonnull(strstr(answer(), "No fence is needed"));
}
END_TEST

RUN("ladder", a_place_is_known_by_what_stands_around_it, accesses_are_named_as_costs_are,
    a_lost_update_is_known_by_a_read_and_a_write_apart, what_the_compiler_made_of_a_fence_is_read_from_its_code,
    the_search_finds_what_each_thread_needs, the_search_takes_the_cheaper_of_two_ways,
    the_search_ends_where_nothing_forbids_and_where_its_limit_is, the_cheapest_fence_that_forbids_is_the_answer,
    only_prices_that_are_stable_are_compared, code_is_the_same_if_each_instruction_is,
    a_cpu_fence_is_told_with_its_spelling_in_c11, what_was_seen_or_not_run_or_not_priced_is_no_answer,
    zero_of_few_says_nothing, no_fence_is_an_answer_of_the_cpu_and_c11_has_its_own,
    a_combination_is_told_thread_by_thread, where_no_fence_can_help_that_is_said)
