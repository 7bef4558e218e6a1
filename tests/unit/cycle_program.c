// Cycles as programs, and programs as cycles.
#include "harness/base/table.h"
#include "harness/code/assembly.h"
#include "harness/cycle/all.h"
#include "harness/cycle/write_code.h"
#include "tests/unit/cycle.h"

static const char *body(const char *text) {
  Cycle cycle = cycle_in("c11", text);
  return printed(program_of(&cycle));
}

static bool has(const char *text, const char *part) { return strstr(text, part) != NULL; }

START_TEST(the_condition_is_the_cycle) {
  ck_assert(has(body("PodWW Rfe PodRR Fre"), "exists (1:r0=1 /\\ 1:r1=0)"));
  ck_assert(has(body("PodWW Coe PodWW Coe"), "exists ([x]=2 /\\ [y]=2)"));
  ck_assert(has(body("PodWW Rfe Fri PodWR Fre Rfi DpAddrdR Fre"),
                "exists (1:r0=1 /\\ 1:r1=0 /\\ 2:r0=1 /\\ 2:r1=0 /\\ [y]=2)"));
  ck_assert(has(body("Rfe PosRR Fre"), "exists (1:r0=1 /\\ 1:r1=0)"));
}
END_TEST

START_TEST(what_stands_between_accesses_is_the_edge) {
  ck_assert(has(body("FenceReldWW Rfe PodRR Fre"), "atomic_thread_fence(memory_order_release);\n  atomic_store"));
  ck_assert(has(body("PodWW Rfe DpAddrdR Fre"), "atomic_load_explicit(x + (r0 & 128), memory_order_relaxed)"));
  ck_assert(has(body("DpDatadW Rfe PodRW Rfe"), "atomic_store_explicit(y, 1 + (r0 & 128), memory_order_relaxed)"));
  ck_assert(has(body("DpCtrldW Rfe PodRW Rfe"), "  if (r0 == 1) {\n    atomic_store_explicit(y, 1,"));
  ck_assert(
      has(body("Rfe AR Exch PodWR Fre PodWR Fre"), "int r0 = atomic_exchange_explicit(x, 2, memory_order_acq_rel)"));
  ck_assert(has(body("Rfe Rel Amo.Cas PodWR Fre PodWR Fre"),
                "int r0 = 1;\n  int r1 = atomic_compare_exchange_strong_explicit(x, &r0, 2, memory_order_release, "
                "memory_order_relaxed);"));
  ck_assert(has(body("Rfe Amo.LdAdd PodWR Fre PodWR Fre"), "atomic_fetch_add_explicit(x, 1, memory_order_relaxed)"));
  ck_assert(has(body("PodWR Fre XSc PodWR Fre"), "int r0 = atomic_exchange_explicit(y, 1, memory_order_seq_cst);"));
  ck_assert(has(body("Na PodWR Na Fre Na PodWR Na Fre Na"), "P0 (int* x, int* y) {\n  *x = 1;\n  int r0 = *y;"));
  Cycle cycle = cycle_in("linux", "FenceMbdWR Fre Release PodWW Rfe Acquire Amo.Cas PodWR Fre");
  const char *text = printed(program_of(&cycle));
  ck_assert_msg(has(text, "smp_mb();\n  int r0 = READ_ONCE(*x)") && has(text, "cmpxchg_acquire(y, 1, 2)"), "%s", text);
}
END_TEST

// The same of a test in assembly.
static const char *cycle_of_code(const char *text) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t", .bytes = text, .length = strlen(text)};
  Diag diag = {.arena = arena};
  const Test *test = test_read(source, arena, &diag);
  const Program *program = test ? assembly_program(test, true, 0, arena, &diag) : NULL;
  ck_assert_msg(program != NULL, "%s\n%s", text, messages(&diag));
  Cycle cycle;
  const char *why = cycle_of_test(test, program, &cycle);
  return why ? arena_printf(arena, "(%s)", why) : spelled(&cycle);
}

START_TEST(a_test_in_assembly_is_a_cycle_as_others_write_it) {
  // A register that the dependency goes through twice, a read that the condition does not ask for, an index.
  ck_assert_str_eq(cycle_of_code("AArch64 t\n{0:X1=b; 0:X3=a; 1:X1=a; 1:X3=b; 1:X9=c;}\n P0 | P1 ;\n"
                                 "MOV W0,#3 | LDR W0,[X1] ;\n STR W0,[X1] | EOR W2,W0,W0 ;\n"
                                 "DMB ISH | LDR W4,[X9,W2,SXTW] ;\n MOV W5,#7 | EOR W6,W4,W4 ;\n"
                                 "STLR W5,[X3] | LDR W7,[X3,W6,SXTW] ;\n exists (1:X0=7 /\\ 1:X7=0)"),
                   "DMB.ISHdWWPL RfeLP DpAddrdR DpAddrdR Fre");
  // What an exchange found is not asked for where the location's order tells it.
  ck_assert_str_eq(cycle_of_code("X86_64 t\n{}\n P0 | P1 ;\n movl $1,(x) | movl $2,(y) ;\n movl $1,%eax | mfence ;\n"
                                 "xchgl (y),%eax | movl (x),%eax ;\n exists ([y]=2 /\\ 1:rax=0)"),
                   "PodWR Exch Coe MFencedWR Fre");
  ck_assert_str_eq(cycle_of_code("AArch64 t\n{0:X1=x; 1:X1=x;}\n P0 | P1 ;\n MOV W0,#1 | MOV W0,#2 ;\n"
                                 "STADD W0,[X1] | STR W0,[X1] ;\n exists ([x]=2)"),
                   "(no annotation stands for how one of its accesses is made)");
  ck_assert_str_eq(cycle_of_code("AArch64 t\n{0:X1=x; 1:X1=x;}\n P0 | P1 ;\n LDXR W0,[X1] | MOV W0,#2 ;\n"
                                 "| STR W0,[X1] ;\n exists (0:X0=2)"),
                   "(an exclusive read has no write next to it)");
}
END_TEST

START_TEST(a_cycle_without_a_test_says_why) {
  const char *why = NULL;
  Cycle cycle = cycle_in("c11", "PodWW Coe Coi PodWW Coe Coi");
  ck_assert_ptr_null(cycle_test(&cycle, arena, &why));
  ck_assert(has(why, "does not tell the order of the writes"));
  cycle = cycle_in("c11", "Na PodWR Fre PodWR Fre");
  ck_assert_ptr_null(cycle_test(&cycle, arena, &why));
  ck_assert_str_eq(why, "a location is either atomic or not");
  cycle = cycle_in("X86_64", "PodWR PodRR PodRR PodRR PodRR PodRR PodRR PodRR Fre PodWR Fre");
  ck_assert_ptr_null(cycle_code(&cycle, "t", arena, &why));
  ck_assert_str_eq(why, "a thread of it takes more registers than the CPU has");
}
END_TEST

typedef struct {
  const char *dialect;
  unsigned count;
  Table programs;
} Round;

static const char *code_of(const Cycle *cycle) {
  const char *why, *text = cycle_code(cycle, "t", arena, &why);
  ck_assert_msg(text != NULL, "%s: %s", spelled(cycle), why);
  return text;
}

// The program, printed, is read as the same test, is no other cycle's, and is this cycle.
static bool goes_round(const Cycle *cycle, void *context) {
  Round *round = context;
  bool is_code = cycle->words->code;
  const char *text = is_code ? code_of(cycle) : printed(program_of(cycle));
  const char *program_text = is_code ? strchr(text, '{') : text; // behind the cycle
  ck_assert_uint_eq(table_add(&round->programs, program_text, strlen(program_text)), round->count);
  round->count++;
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t", .bytes = text, .length = strlen(text)};
  Diag diag = {.arena = arena};
  const Test *test = test_read(source, arena, &diag);
  ck_assert_msg(test && !diag.first, "%s\n%s", text, messages(&diag));
  ck_assert_str_eq(test->dialect->name, round->dialect);
  if (!is_code)
    ck_assert_str_eq(printed(test), text);
  const Program *program = is_code ? assembly_program(test, true, 0, arena, &diag) : NULL;
  ck_assert_msg(!diag.first, "%s\n%s", text, messages(&diag));
  Cycle other;
  const char *why = cycle_of_test(test, program, &other);
  ck_assert_msg(!why, "%s: %s", text, why);
  ck_assert_str_eq(spelled(&other), spelled(cycle));
  return true;
}

static unsigned go_round(const char *dialect, const char *edges, unsigned size, unsigned threads) {
  EdgePattern *patterns;
  unsigned count;
  Diag diag = {.arena = arena};
  Source source = {.name = "edges", .bytes = edges, .length = strlen(edges)};
  ck_assert(edges_parse(vocabulary_of(dialect), &source, false, arena, &patterns, &count, &diag));
  Round round = {.dialect = dialect, .programs.arena = arena};
  CycleLimits limits = {.size = size, .threads = threads};
  unsigned found = cycles_each(vocabulary_of(dialect), patterns, count, &limits, goes_round, &round);
  ck_assert_uint_eq(found, round.count);
  return found;
}

START_TEST(every_cycle_is_one_program_and_that_program_the_cycle) {
  // Alglave, Maranget and Tautschnig, "Herding cats", TOPLAS 2014, tables of the tests of two and of three threads:
  // MP, SB, LB, S, R, 2+2W; then W+RWC, ISA2, 3.SB, 3.LB, 3.2W, Z6.0 to Z6.5 and those with a lone write, six.
  ck_assert_uint_eq(go_round("c11", "Rfe Fre Coe Pod**", 4, 2), 6);
  ck_assert_uint_eq(go_round("c11", "Rfe Fre Coe Pod**", 6, 3), 23);
  ck_assert_uint_gt(go_round("c11", "Rfe Fre Coe Pod** PosRR Rfi Fri Coi Pos**", 5, 3), 20);
  static const char *const dialects[] = {"c11", "linux", "AArch64", "X86_64", "RISCV", "PPC"};
  for (unsigned d = 0; d < sizeof dialects / sizeof *dialects; d++)
    ck_assert_uint_gt(go_round(dialects[d], cycle_all_edges(vocabulary_of(dialects[d]), arena), 4, 2), 100);
  // Annotations of the edges beside them.
  ck_assert_uint_gt(
      go_round("AArch64", "Rfe Fre Coe PodWRLA PodRWAL PodWWPL PodRRAP PodRRQP LxSxAL LxSxPL Amo.SwpPL", 6, 2), 40);
  ck_assert_uint_gt(
      go_round("RISCV", "Rfe Fre Coe PodWRRlAq PodRWAqRl PodRRARAq ExchAqRl ExchAqP ExchPRl LxSxAqRl", 6, 2), 40);
  ck_assert_uint_eq(go_round("c11", "RfeRelAcq Fre PodWWRlxRel PodRRAcqRlx", 4, 2), 1);
}
END_TEST

// The cycle of a test as text; what is said against it, in parentheses, if it is none.
static const char *cycle_of(const char *threads) {
  Cycle cycle;
  const char *why = cycle_of_test(parsed(arena_printf(arena, "C t\n{}\n%s", threads)), NULL, &cycle);
  return why ? arena_printf(arena, "(%s)", why) : spelled(&cycle);
}

#define STORE(x, v) "atomic_store_explicit(" x ", " v ", memory_order_relaxed); "
#define LOAD(r, x) "int " r " = atomic_load_explicit(" x ", memory_order_relaxed); "

START_TEST(a_test_is_a_cycle_whatever_its_names_and_values_are) {
  const char *writer = "P0 (atomic_int* b, atomic_int* a) { " LOAD("c", "b") "int d = c ^ c; " LOAD("e", "a + d") "} ";
  const char *sb = "P1 (atomic_int* b, atomic_int* a) { " STORE("a", "7") STORE("b", "9") "} ";
  ck_assert_str_eq(cycle_of(arena_printf(arena, "%s%s exists (0:c=9 /\\ 0:e=0)", writer, sb)),
                   "PodWW Rfe DpAddrdR Fre");
  ck_assert_str_eq(cycle_of(arena_printf(arena, "%s%s ~exists (0:c=9 /\\ 0:e=0)", writer, sb)),
                   "PodWW Rfe DpAddrdR Fre");
  ck_assert_str_eq(cycle_of(arena_printf(arena, "%s%s exists (0:c=9 /\\ 0:e=7)", writer, sb)),
                   "(no round through its accesses is what its condition says)");
  ck_assert_str_eq(cycle_of(arena_printf(arena, "%s%s exists (0:c=9 \\/ 0:e=7)", writer, sb)),
                   "(its condition is not a conjunction of values)");
  ck_assert_str_eq(cycle_of(arena_printf(arena, "%s%s forall (0:c=9)", writer, sb)),
                   "(its condition asks for no state: it is neither `exists` nor `~exists`)");
  ck_assert_str_eq(
      cycle_of("P0 (__int128* x) { *x = -9223372036854775807 * 9223372036854775807 * 9223372036854775807 - "
               "9223372036854775807; } exists (x=1)"),
      "(in a cycle of one location one edge of a thread's order, and no more, contradicts the location's)");
  ck_assert_str_eq(cycle_of("P0 (atomic_int* x) { while (atomic_load(x)) {} } exists (x=1)"), "(it has a loop)");
  ck_assert_str_eq(cycle_of("P0 (atomic_int* x) { " STORE("x", "1") STORE("x", "1") "} exists (x=1)"),
                   "(the writes of a location cannot be told apart by their values)");
  ck_assert_str_eq(cycle_of("P0 (atomic_int* x) { atomic_fetch_or(x, 1); } exists (x=1)"),
                   "(no word of cycles stands for one of its read-modify-writes)");
  ck_assert_str_eq(
      cycle_of("P0 (atomic_int* x) { atomic_signal_fence(memory_order_seq_cst); " STORE("x", "1") "} exists (x=1)"),
      "(no word of cycles stands for one of its fences)");
}
END_TEST

RUN("cycle_program", the_condition_is_the_cycle, what_stands_between_accesses_is_the_edge,
    a_test_in_assembly_is_a_cycle_as_others_write_it, a_cycle_without_a_test_says_why,
    every_cycle_is_one_program_and_that_program_the_cycle, a_test_is_a_cycle_whatever_its_names_and_values_are)
