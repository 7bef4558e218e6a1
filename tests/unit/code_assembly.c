// Litmus tests in assembly: those that come with weakmem and what their CPU's model says, how tests are printed, and
// what is refused and where.
#define Suite LitmusSuite // Check has a Suite of its own
#include "harness/lang/suite.h"
#undef Suite
#include "harness/code/assembly.h"
#include "harness/lang/print.h"
#include "harness/model/judge.h"
#include "tests/unit/runner.h"

#include <string.h>

static Arena *arena;
static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

static const char *told(const Diag *diag) {
  Text text = {0};
  diag_format(diag, &text);
  const char *copy = arena_string(arena, text_string(&text));
  text_free(&text);
  return copy;
}

static Test *read_text(const char *text, Diag *diag) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t.litmus", .bytes = text, .length = strlen(text)};
  *diag = (Diag){.arena = arena};
  return test_read(source, arena, diag);
}

static const Model *model_of(const Test *test) { return model_find(assembly_instructions(test, NULL)->arch); }

// The allowed states.
static const char *judged(const Test *test) {
  Diag diag = {.arena = arena};
  const Program *program = assembly_program(test, model_of(test)->rmw_is_one_event, 0, arena, &diag);
  ck_assert_msg(program != NULL, "%s", told(&diag));
  Judge judge = judge_of(model_of(test), arena);
  JudgeOptions options = {.limits = judge_limits(10), .program = program};
  Prediction p = judge_test(&judge, test, &options, arena);
  ck_assert_msg(!p.why, "%s: %s", test->name, p.why);
  Text text = {0};
  for (unsigned i = 0; i < p.result.state_count; i++) {
    text_add(&text, i ? " | " : "");
    state_print(test, prediction_state(test, p.result.states[i], arena), &text);
  }
  const char *copy = arena_string(arena, text_string(&text));
  text_free(&text);
  return copy;
}

static const char *states(const char *text) {
  Diag diag;
  const Test *test = read_text(text, &diag);
  ck_assert_msg(test != NULL, "%s", told(&diag));
  return judged(test);
}

static void refused(const char *text, const char *why) {
  Diag diag;
  const Test *test = read_text(text, &diag);
  if (test)
    ck_assert_ptr_null(assembly_program(test, false, 0, arena, &diag));
  ck_assert_msg(strstr(told(&diag), why) != NULL, "'%s' is not in: %s", why, told(&diag));
}

static void check_round_trip(const Test *test) {
  Diag diag;
  Text text = {0};
  test_print(test, &text);
  const Test *again = read_text(arena_string(arena, text_string(&text)), &diag);
  ck_assert_msg(again != NULL, "%s\n%s", text_string(&text), told(&diag));
  ck_assert_msg(test_equal(test, again), "%s", text_string(&text));
  text_free(&text);
}

// Of the tests that come with weakmem, three are allowed, as their stories say.
START_TEST(the_family_is_read_judged_and_printed) {
  Diag diag = {.arena = arena};
  LitmusSuite suite = suite_builtin_by(test_read, "assembly", arena, &diag);
  ck_assert_msg(!diag.first, "%s", told(&diag));
  ck_assert_uint_eq(suite.count, 21);
  for (unsigned i = 0; i < suite.count; i++) {
    const Test *test = suite.tests[i];
    check_round_trip(test);
    const Program *program = assembly_program(test, model_of(test)->rmw_is_one_event, 0, arena, &diag);
    ck_assert_msg(program != NULL, "%s", told(&diag));
    Judge judge = judge_of(model_of(test), arena);
    JudgeOptions options = {.limits = judge_limits(10), .program = program};
    Prediction p = judge_test(&judge, test, &options, arena);
    ck_assert_msg(!p.why, "%s: %s", test->name, p.why);
    bool allowed = strstr(test->story, "allows it") != NULL;
    ck_assert_msg(p.any_witness == allowed, "%s is %s", test->name, p.any_witness ? "allowed" : "forbidden");
  }
}
END_TEST

START_TEST(parts_of_registers_and_addresses_are_values) {
  ck_assert_str_eq(
      states("AArch64 t\n{ 0:X1=x; int64_t 0:X3; uint64_t 0:X4; }\nP0 ;\nMOV W0,#-1 ;\nMOV X2,X1 ;\nSXTW X3,W0 "
             ";\nMOV X4,X0 ;\nforall (0:X2=x /\\ 0:X3=-1 /\\ 0:X4=4294967295)"),
      "0:X2=x; 0:X3=-1; 0:X4=4294967295;");
  ck_assert_str_eq(states("X86_64 t\n{ uint64_t 0:rax; }\nP0 ;\nmovq $-1,%rax ;\nmovb $0,%ah ;\nforall (0:rax=0)"),
                   "0:rax=18446744073709486335;");
  ck_assert_str_eq(states("X86 t\n{}\nP0 ;\nMOV EAX,[x] ;\nMOV [y],$2 ;\nexists (0:EAX=0 /\\ y=2)"), "0:EAX=0; [y]=2;");
  ck_assert_str_eq(
      states("RISCV t\n{ 0:x6=v; int v[2]={3,4}; }\nP0 ;\nlw a0,4(x6) ;\nsw a0,0(x6) ;\nexists (v={4,4} /\\ "
             "0:a0=4)"),
      "0:x10=4; v={4,4};");
  ck_assert_str_eq(
      states("PPC t\n{ 0:r2=x; }\nP0 ;\nli r1,-1 ;\nrlwinm r3,r1,0,28,29 ;\nstw r3,0(r2) ;\nexists ([x]=12)"),
      "[x]=12;");
  // A mask that goes round.
  ck_assert_str_eq(states("PPC t\n{ uint64_t 0:r3; uint64_t 0:r5; }\nP0 ;\nli r3,5 ;\nli r4,7 ;\nli r5,5 ;\n"
                          "rldimi r3,r4,40,40 ;\nrldimi r5,r4,32,16 ;\nforall (0:r3=1 /\\ 0:r5=1)"),
                   "0:r3=7696581394432; 0:r5=30064771077;");
}
END_TEST

START_TEST(carries_go_on_and_a_dot_compares_with_0) {
  ck_assert_str_eq(states("AArch64 t\n{ uint64_t 0:X0; uint64_t 0:X1; }\nP0 ;\nMOV X2,#1 ;\nMOV X3,#2 ;\n"
                          "SUBS X0,X2,X3 ;\nSBCS X1,X3,X2 ;\nADC X4,X3,X3 ;\nNGC W5,WZR ;\n"
                          "forall (0:X0=18446744073709551615 /\\ 0:X1=0 /\\ 0:X4=5 /\\ 0:X5=0)"),
                   "0:X0=18446744073709551615; 0:X1=0; 0:X4=5; 0:X5=0;");
  ck_assert_str_eq(states("PPC t\n{ uint64_t 0:r3; }\nP0 ;\nli r1,-1 ;\nli r2,2 ;\naddc r3,r1,r2 ;\nadde r4,r2,r2 ;\n"
                          "li r5,0 ;\nsubf. r6,r2,r2 ;\nbne L0 ;\nclrlwi. r7,r1,31 ;\nble L0 ;\nli r5,1 ;\nL0: ;\n"
                          "forall (0:r3=1 /\\ 0:r4=5 /\\ 0:r5=1)"),
                   "0:r3=1; 0:r4=5; 0:r5=1;");
}
END_TEST

// Halves of what one access finds.
START_TEST(exclusive_pairs_are_one_access_of_twice_the_width) {
  ck_assert_str_eq(
      states("AArch64 t\n{ unsigned __int128 x=0x30000000000000004; 0:X1=x; uint64_t 0:X4; uint64_t 0:X5; }\nP0 ;\n"
             "MOV X2,#1 ;\nMOV X3,#2 ;\nLDXP X4,X5,[X1] ;\nSTXP W6,X2,X3,[X1] ;\n"
             "exists (0:X4=4 /\\ 0:X5=3 /\\ 0:X6=0 /\\ x=0x20000000000000001)"),
      "0:X4=4; 0:X5=3; 0:X6=0; [x]=0x20000000000000001; | 0:X4=4; 0:X5=3; 0:X6=1; [x]=0x30000000000000004;");
  ck_assert_str_eq(states("AArch64 t\n{ uint64_t x=0x200000001; 0:X1=x; }\nP0 ;\nLDAXP W4,W5,[X1] ;\n"
                          "forall (0:X4=1 /\\ 0:X5=2)"),
                   "0:X4=1; 0:X5=2;");
  ck_assert_str_eq(states("AArch64 t\n{ uint64_t x=0x200000001; 0:X1=x; 0:X4=1; 0:X5=2; }\nP0 ;\nMOV W6,#7 ;\n"
                          "MOV W7,#8 ;\nCASPAL W4,W5,W6,W7,[X1] ;\nforall (x=0x800000007 /\\ 0:X4=1 /\\ 0:X5=2)"),
                   "0:X4=1; 0:X5=2; [x]=34359738375;");
}
END_TEST

// Without a thread it is initialised in each that names it.
START_TEST(a_symbolic_register_may_be_given_without_its_thread) {
  ck_assert_str_eq(
      states("PPC t\n{ %a=x; %b=y; 1:%c=3; }\nP0 | P1 ;\nli r1,1 | mr r2,%c ;\nstw r1,0(%a) | lwz r1,0(%b) ;\n"
             "exists (0:r1=1 /\\ 1:r1=0 /\\ 1:r2=3)"),
      "0:r1=1; 1:r1=0; 1:r2=3;");
  Diag diag;
  const Test *test = read_text("AArch64 t\n{ %a=x; }\nP0 | P1 ;\nMOV X0,%a | NOP ;\nexists (0:X0=x)", &diag);
  ck_assert_msg(test != NULL, "%s", told(&diag));
  check_round_trip(test);
  const Test *typed = read_text("AArch64 t\n{ int64_t x; 0:X1=x; }\nP0 ;\nSTR X0,[X1] ;\nexists (x=1)", &diag);
  ck_assert_msg(typed != NULL, "%s", told(&diag));
  check_round_trip(typed);
  ck_assert_uint_eq(test->threads[0].register_count, 2);
  ck_assert_uint_eq(test->threads[1].register_count, 0);
  ck_assert_ptr_null(read_text("X86_64 t\n{ %rax=x; }\nP0 ;\nnop ;\nexists (0:rax=x)", &diag));
  ck_assert_msg(strstr(told(&diag), "'rax' is a register of every thread") != NULL, "%s", told(&diag));
}
END_TEST

// What old tests say of what other tools were to find is no part of the condition.
START_TEST(the_final_section_of_old_tests_is_a_condition) {
  ck_assert_str_eq(states("X86 t\n{ x=0; }\nP0 ;\nMOV [x],$1 ;\nMOV EAX,[x] ;\n"
                          "final (P0:EAX = 1);\nwith\ntso: ~exists;\ncc: exists;\ndefault: forall;\n(* of old *)\n"),
                   "0:EAX=1;");
  ck_assert_str_eq(states("AArch64 t\n{ final=1; with=2; 0:X1=final; 0:X3=with; }\nP0 ;\nLDR W0,[X1] ;\n"
                          "LDR W2,[X3] ;\nexists (0:X0=1 /\\ 0:X2=2)"),
                   "0:X0=1; 0:X2=2;");
  refused("X86 t\n{}\nP0 ;\nMOV [x],$1 ;\nfinal (x = 1)\nwith tso: maybe;", "t.litmus:6:11: error: expected 'exists'");
}
END_TEST

// Locations that only registers name: their numbers are the same however the init mixes the threads' registers.
START_TEST(a_test_whose_registers_first_name_locations_prints_as_itself) {
#define MIXED(init) "AArch64 t\n{ " init " }\nP0 | P1 ;\nLDR W0,[X1] | LDR W0,[X3] ;\nSTR W0,[X5] | STR W0,[X1] ;\n"
  static const char *const texts[] = {MIXED("1:X1=x; 1:X3=y; 0:X5=z; 0:X1=x; 0:X3=y;"),
                                      MIXED("0:X5=z; 1:X1=x; 0:X1=x; 1:X3=y; 0:X3=y;")};
#undef MIXED
  const Test *tests[2];
  for (unsigned i = 0; i < 2; i++) {
    Diag diag;
    tests[i] = read_text(texts[i], &diag);
    ck_assert_msg(tests[i] != NULL, "%s", told(&diag));
    check_round_trip(tests[i]);
  }
  ck_assert(test_equal(tests[0], tests[1]));
  char digests[2][65];
  test_digest(tests[0], digests[0]);
  test_digest(tests[1], digests[1]);
  ck_assert_str_eq(digests[0], digests[1]);
}
END_TEST

// A branch to a label of the thread, by name, in a register, and back from a subroutine.
START_TEST(control_goes_where_labels_are) {
  ck_assert_str_eq(
      states("AArch64 t\n{}\nP0 ;\nMOV W0,#3 ;\nL0: ;\nADD W1,W1,#2 ;\nSUB W0,W0,#1 ;\nCBNZ W0,L0 ;\nBL L1 ;\nB "
             "L2 ;\nL1: ADD W1,W1,#10 ;\nRET ;\nL2: ;\nforall (0:X1=16)"),
      "0:X1=16;");
  ck_assert_str_eq(
      states("AArch64 t\n{ 0:X1=P0:L1; }\nP0 ;\nBR X1 ;\nMOV W0,#1 ;\nL1: ADD W0,W0,#2 ;\nforall (0:X0=2)"), "0:X0=2;");
}
END_TEST

// Why no model speaks of the test; "" where they do.
static const char *unmodelled(const char *text) {
  Diag diag;
  const Test *test = read_text(text, &diag);
  ck_assert_msg(test != NULL, "%s", told(&diag));
  const Program *program = assembly_program(test, model_of(test)->rmw_is_one_event, 0, arena, &diag);
  ck_assert_msg(program != NULL, "%s", told(&diag));
  Judge judge = judge_of(model_of(test), arena);
  JudgeOptions options = {.limits = judge_limits(10), .program = program};
  Prediction p = judge_test(&judge, test, &options, arena);
  return p.result.unmodelled ? p.result.why : "";
}

// What is not declared is an int, of 32 bits.
START_TEST(accesses_that_do_not_fit_an_element_are_not_judged) {
#define ONE(init, line) "AArch64 t\n{ 0:X1=x; " init " }\nP0 ;\n" line " ;\nforall (0:X0=0)"
  ck_assert_str_eq(unmodelled(ONE("int x=257;", "LDRB W0,[X1]")),
                   "an access of 8 bits to x, of 32 bits: mixed sizes are not judged");
  ck_assert_str_eq(unmodelled(ONE("uint64_t x;", "LDR W0,[X1]")),
                   "an access of 32 bits to x, of 64 bits: mixed sizes are not judged");
  ck_assert_str_eq(unmodelled(ONE("int x[2]={1,2};", "LDR X0,[X1]")),
                   "an access of 64 bits to x, of 32 bits: mixed sizes are not judged");
  ck_assert_str_eq(unmodelled(ONE("", "STR X0,[X1]")),
                   "an access of 64 bits to x, of 32 bits: mixed sizes are not judged");
  ck_assert_str_eq(unmodelled(ONE("uint64_t x;", "LDADD W2,W0,[X1]")),
                   "an access of 32 bits to x, of 64 bits: mixed sizes are not judged");
  ck_assert_str_eq(unmodelled(ONE("int x[2];", "LDR W0,[X1,#2]")), "an access of 32 bits may begin within x");
  ck_assert_str_eq(unmodelled(ONE("int x[2];", "LDR W0,[X1,#8]")), "an access may be beyond its array");
  ck_assert_str_eq(unmodelled(ONE("", "LDR W0,[X5]")), "an access may be where no location is");
  ck_assert_str_eq(unmodelled(ONE("uint8_t x;", "LDRB W0,[X1]")), "");
  ck_assert_str_eq(unmodelled(ONE("int x[2];", "LDP W0,W2,[X1]")), "");
#undef ONE
}
END_TEST

// P1 reads the place from p, twice; where the first read is of P0's, only incoherence makes the second one 16, or c.
START_TEST(accesses_that_only_incoherence_makes_are_none) {
#define TWO(bad, branch)                                                                                               \
  "AArch64 t\n{ int b; uint8_t c; int64_t p=" bad "; 0:X1=b; 0:X3=p; 1:X3=p; 1:X4=" bad "; }\n"                        \
  "P0 | P1 ;\nSTR X1,[X3] | LDR X5,[X3] ;\n | LDR X6,[X3] ;\n | CMP X5,X4 ;\n | " branch " L1 ;\n | LDR W7,[X6] ;\n"   \
  " |L1: ;\nexists (1:X7=1)"
  ck_assert_str_eq(unmodelled(TWO("16", "B.EQ")), "");
  ck_assert_str_eq(unmodelled(TWO("16", "B.NE")), "an access may be where no location is");
  ck_assert_str_eq(unmodelled(TWO("c", "B.EQ")), "");
  ck_assert_str_eq(unmodelled(TWO("c", "B.NE")), "an access of 32 bits to c, of 8 bits: mixed sizes are not judged");
#undef TWO
}
END_TEST

START_TEST(what_no_row_tells_of_is_refused_at_its_place) {
  refused("AArch64 t\n{}\n P0 ;\n FROB X0 ;\nexists (0:X0=1)",
          "t.litmus:4:2: error: no row of the aarch64 table tells what 'FROB' does");
  refused("AArch64 t\n{}\n P0 ;\n ADD X0,W1,X2 ;\nexists (0:X0=1)",
          "t.litmus:4:2: error: no row of the aarch64 table tells of 'add' with these operands");
  refused("AArch64 t\n{}\n P0 ;\n CBZ W0,L1 ;\nexists (0:X0=1)", "t.litmus:4:9: error: no label 'L1' in P0");
  refused("AArch64 t\n{}\n P0 ;\n LDR W0,[X1,#4 ;\nexists (0:X0=1)", "t.litmus:4:15: error: expected");
  refused("AArch64 t\n<<script\n{}\n P0 ;\n NOP ;\nexists (0:X0=1)",
          "expected the initial values in braces, but the file ends");
  refused("AArch64 t\n{}\n P0 ;\n STR W1,[4],#8 ;\nexists (0:X0=1)", "its address has no register to write back to");
  refused("PPC t\n{}\n P0 ;\n stdu r1,8(9) ;\nexists (0:r1=1)", "its address has no register to write back to");
  refused("RISCV t\n{ 0:w5=1; }\n P0 ;\n nop ;\nexists (0:x5=1)", "t.litmus:2:3: error: the CPU has no register 'w5'");
  refused("PPC t\n{}\n P1 ;\n nop ;\nexists (0:r5=1)", "t.litmus:3:2: error: expected the name of a thread, 'P0'");
  refused("PPC t\n{}\n P0 ;\n nop\n", "expected a row of the threads, which ends in ';'");
  refused("X86_64 t\n{}\n P0 ;\n L: L: nop ;\n", "a second label of this name");
  refused("AArch64 t\n{ int64_t x=&2; }\n P0 ;\n NOP ;\nexists (x=2)",
          "t.litmus:2:14: error: expected a location, found '2'");
  Diag diag; // and no more than that
  ck_assert_ptr_null(read_text("AArch64 t\n{ ins_t 0:X1; 0:X2=x; }\n P0 ;\n NOP ;\nexists (0:X2=x)", &diag));
  ck_assert_uint_eq(diag.errors, 1);
  refused("MIPS t\n{}\n P0 ;\n nop ;\n", "expected 'C' and the test's name, found 'MIPS'");
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("assembly", setup, teardown);
  tcase_add_test(tests, the_family_is_read_judged_and_printed);
  tcase_add_test(tests, parts_of_registers_and_addresses_are_values);
  tcase_add_test(tests, carries_go_on_and_a_dot_compares_with_0);
  tcase_add_test(tests, exclusive_pairs_are_one_access_of_twice_the_width);
  tcase_add_test(tests, a_symbolic_register_may_be_given_without_its_thread);
  tcase_add_test(tests, a_test_whose_registers_first_name_locations_prints_as_itself);
  tcase_add_test(tests, the_final_section_of_old_tests_is_a_condition);
  tcase_add_test(tests, control_goes_where_labels_are);
  tcase_add_test(tests, accesses_that_do_not_fit_an_element_are_not_judged);
  tcase_add_test(tests, accesses_that_only_incoherence_makes_are_none);
  tcase_add_test(tests, what_no_row_tells_of_is_refused_at_its_place);
  return unit_run("code_assembly", tests);
}
