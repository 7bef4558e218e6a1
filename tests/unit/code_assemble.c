// Assembly tests as they are given to a compiler: each CPU's instructions printed again, and what is not run.
#include "harness/code/assembly.h"
#include "harness/event/confined.h"
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

static Test *read_text(const char *text) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t.litmus", .bytes = text, .length = strlen(text)};
  Diag diag = {.arena = arena};
  Test *test = test_read(source, arena, &diag);
  ck_assert_msg(test != NULL, "%s\n%s", text, told(&diag));
  return test;
}

// The instructions of P0, one a line.
static const char *printed(const char *text) {
  const Test *test = read_text(text);
  Diag diag = {.arena = arena};
  ck_assert_msg(assembly_runs(test, &diag), "%s", told(&diag));
  Text out = {0}, lines = {0};
  test->dialect->print_code(test, 0, NULL, &out);
  for (const char *at = text_string(&out); (at = strstr(at, "      \"")) != NULL; at = strchr(at, '\n'))
    text_printf(&lines, "%.*s\n", (int)strcspn(at + 7, "\\\""), at + 7);
  const char *copy = arena_string(arena, text_string(&lines));
  text_free(&out);
  text_free(&lines);
  return copy;
}

static void not_run(const char *text, const char *why) {
  const Test *test = read_text(text);
  Diag diag = {.arena = arena};
  ck_assert_msg(!assembly_runs(test, &diag), "%s", text);
  ck_assert_msg(strstr(told(&diag), why) != NULL, "'%s' is not in: %s", why, told(&diag));
}

// Locations are addressed by registers that the compiler chooses; a width that no operand says is said.
START_TEST(x86_is_printed_as_its_assembler_has_it) {
  ck_assert_str_eq(printed("X86_64 t\n{ int64_t x[3]; int64_t y; 0:rdi=x; }\nP0 ;\nmovq $1,(x) ;\nL: lock addq "
                           "$-2,8(%rdi) ;\nmovq y(%rip),%rax ;\nxorl %ebx,%ebx ;\nmovq x(,%rbx,4),%rcx ;\nmovq "
                           "2(%rdi,%rbx,2),%r9 ;\nmovq $x,%rdx ;\njne L ;\nexists (0:rax=1)"),
                   "testq %%rsp, %%rsp\nmovq $1, 0(%q[at_x])\n.Lline1_%=:\nlock addq $-2, 8(%q[rdi])\n"
                   "movq 0(%q[at_y]), %q[rax]\nxorl %k[rbx], %k[rbx]\nmovq 0(%q[at_x], %q[rbx], 1), %q[rcx]\n"
                   "movq 2(%q[rdi], %q[rbx], 2), %q[r9]\nmovq %q[at_x], %q[rdx]\njne .Lline1_%=\n");
  ck_assert_str_eq(printed("X86 t\n{}\nP0 ;\nMOV [x],$1 ;\nMOV EAX,[y] ;\nLOCK CMPXCHG [y],ECX ;\nINC [x] ;\nSETE DL "
                           ";\nexists (0:EAX=1)"),
                   "testq %%rsp, %%rsp\nmovl $1, 0(%q[at_x])\nmovl 0(%q[at_y]), %k[rax]\n"
                   "lock cmpxchgl %k[rcx], 0(%q[at_y])\nincl 0(%q[at_x])\nsete %b[rdx]\n");
}
END_TEST

START_TEST(aarch64_is_printed_as_its_assembler_has_it) {
  ck_assert_str_eq(
      printed("AArch64 t\n{ int64_t x[4]; int64_t *p=x[1]; 0:X1=x; 0:X18=p; }\nP0 ;\nLDR X2,[X18] ;\nSTR X0,[X2,#8] "
              ";\nEOR X3,X0,X0 ;\nLDR X4,[X1,X3,LSL #3] ;\nSTR XZR,[X1],#8 ;\nLDR X5,[X1,#8]! ;\nCSEL X5,X6,XZR,EQ ;\n"
              "L: STLXR W8,X7,[X1] ;\nADD X7,X7,W3,UXTW #2 ;\nCBNZ W8,L ;\nCASAL X7,X8,[X1] ;\nDMB ISHLD ;\n"
              "MOVK X9,#5,LSL #16 ;\nexists (0:X0=1)"),
      ".arch_extension lse; .arch_extension rcpc\nmsr nzcv, xzr\nldr %x[x2], [%x[x18]]\nstr %x[x0], [%x[x2], #8]\n"
      "eor %x[x3], %x[x0], %x[x0]\nldr %x[x4], [%x[x1], %x[x3], lsl #3]\nstr xzr, [%x[x1]], #8\n"
      "ldr %x[x5], [%x[x1], #8]!\ncsel %x[x5], %x[x6], xzr, eq\n.Lline7_%=:\nstlxr %w[x8], %x[x7], [%x[x1]]\n"
      "add %x[x7], %x[x7], %w[x3], uxtw #2\ncbnz %w[x8], .Lline7_%=\ncasal %x[x7], %x[x8], [%x[x1]]\ndmb ishld\n"
      "movk %x[x9], #5, lsl #16\n");
}
END_TEST

START_TEST(riscv_and_power_are_printed_as_their_assemblers_have_them) {
  ck_assert_str_eq(printed("RISCV t\n{ 0:x6=x; }\nP0 ;\nli x5,1 ;\nL: lr.w.aq a0,(x6) ;\nsc.w.rl t4,x5,0(x6) ;\nbne "
                           "x29,x0,L ;\nfence rw,w ;\namoadd.w.aqrl zero,x5,(x6) ;\nexists (0:x10=1)"),
                   "li %[x5], 1\n.Lline1_%=:\nlr.w.aq %[x10], 0(%[x6])\nsc.w.rl %[x29], %[x5], 0(%[x6])\n"
                   "bne %[x29], x0, .Lline1_%=\nfence rw, w\namoadd.w.aqrl x0, %[x5], 0(%[x6])\n");
  ck_assert_str_eq(printed("PPC t\n{ 0:r2=x; }\nP0 ;\nL: lwarx r1,r0,r2 ;\naddi r1,r1,1 ;\nstwcx. r1,r0,r2 ;\nbne L "
                           ";\ncmpw cr3,r1,r0 ;\nstw r1,0(r2) ;\nlwsync ;\nexists (0:r1=1)"),
                   "mtcrf 255, %[nothing]; mtxer %[nothing]\n.Lline0_%=:\nlwarx %[r1], 0, %[r2]\n"
                   "addi %[r1], %[r1], 1\nstwcx. %[r1], 0, %[r2]\nbne .Lline0_%=\ncmpw 3, %[r1], %[r0]\n"
                   "stw %[r1], 0(%[r2])\nlwsync\n");
}
END_TEST

// What a thread stores and where its registers' values come from; or why that cannot be told.
static const char *told_straight(const char *text) {
  const Test *test = read_text(text);
  StraightCode *code = ARENA_NEW(arena, StraightCode);
  const char *why = test->dialect->straight(test, 0, arena, code);
  if (why)
    return why;
  Text out = {0};
  for (unsigned i = 0; i < code->access_count; i++)
    text_printf(&out, "%s%s", test->locations[code->accesses[i].location].name,
                code->accesses[i].is_store ? "=" : "? ");
  for (unsigned i = 0; i < code->access_count; i++)
    if (code->accesses[i].is_store)
      text_printf(&out, "%d@%u ", (int)code->accesses[i].value, code->accesses[i].line);
  for (unsigned r = 0; r < test->threads[0].register_count; r++)
    if (test->observables[0].reg == r)
      text_printf(&out, "%s %d", test->threads[0].registers[r].name,
                  code->loads[r] < 0 ? (int)code->values[r] : code->loads[r]);
  const char *copy = arena_string(arena, text_string(&out));
  text_free(&out);
  return copy;
}

START_TEST(a_thread_that_goes_straight_on_is_told_by_its_accesses) {
#define ARM(lines) "AArch64 t\n{ 0:X1=x; 0:X3=y; }\nP0 ;\n" lines " ;\nexists (0:X0=1)"
  ck_assert_str_eq(told_straight(ARM("MOV W2,#3 ;\nSTR W2,[X1] ;\nDMB ISH ;\nLDR W0,[X3]")), "x=y? 3@1 X0 1");
  ck_assert_str_eq(told_straight(ARM("MOV W2,#3 ;\nADD W2,W2,#4 ;\nSTLR W2,[X1] ;\nMOV W0,#9")), "x=7@2 X0 9");
  ck_assert_str_eq(told_straight(ARM("LDAR W2,[X3] ;\nMOV W0,W2")), "y? X0 0");
  const char *computes = "it computes with what it has read", *variable = "a store's value is not a constant";
  ck_assert_str_eq(told_straight(ARM("LDR W2,[X3] ;\nADD W0,W2,#1")), computes);
  ck_assert_str_eq(told_straight(ARM("LDR W2,[X3] ;\nEOR W4,W2,W2 ;\nLDR W0,[X1,W4,SXTW]")), computes);
  ck_assert_str_eq(told_straight(ARM("LDR W2,[X3] ;\nSTR W2,[X1] ;\nMOV W0,#1")), variable);
  ck_assert_str_eq(told_straight(ARM("LDR W2,[X3] ;\nAND W2,W2,#0 ;\nADD W2,W2,#1 ;\nSTR W2,[X1]")), variable);
  ck_assert_str_eq(told_straight(ARM("LDR W0,[X3] ;\nCBZ W0,L ;\nNOP ;\nL: NOP")), "it has a branch or a loop");
  ck_assert_str_eq(told_straight(ARM("MOV W2,#1 ;\nSWP W2,W0,[X3]")), "it has a read-modify-write");
  ck_assert_str_eq(told_straight(ARM("LDXR W0,[X3]")), "it has a read-modify-write");
#undef ARM
}
END_TEST

// The variable stands where the instruction names what it stores, as wide as that.
START_TEST(a_store_may_take_a_variable) {
  static const struct {
    const char *text, *line;
  } rows[] = {
      {"X86_64 t\n{ int x; }\nP0 ;\nmovl $1,(x) ;\nexists (0:rax=1)", "movl %k[v], 0(%q[at_x])"},
      {"X86_64 t\n{ int64_t x; 0:rbx=2; }\nP0 ;\nmovq %rbx,(x) ;\nexists (0:rax=1)", "movq %q[v], 0(%q[at_x])"},
      {"AArch64 t\n{ 0:X1=x; }\nP0 ;\nSTLR WZR,[X1] ;\nexists (0:X0=1)", "stlr %w[v], [%x[x1]]"},
      {"RISCV t\n{ 0:x6=x; 0:x5=1; }\nP0 ;\nsw x5,0(x6) ;\nexists (0:x7=1)", "sw %[v], 0(%[x6])"},
      {"PPC t\n{ 0:r2=x; 0:r1=1; }\nP0 ;\nstw r1,0(r2) ;\nexists (0:r3=1)", "stw %[v], 0(%[r2])"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const Test *test = read_text(rows[i].text);
    Text out = {0};
    test->dialect->print_code(test, 0, (const char *const[]){"v"}, &out);
    ck_assert_msg(strstr(text_string(&out), rows[i].line) != NULL, "%s", text_string(&out));
    ck_assert_msg(strstr(text_string(&out), "[v] \"") != NULL, "%s", text_string(&out));
    text_free(&out);
  }
}
END_TEST

// Whatever the rows say of it, it is not for a test to do.
START_TEST(what_leaves_the_thread_or_uses_its_stack_is_not_run) {
#define X86(lines) "X86_64 t\n{ 0:rdi=x; }\nP0 ;\n" lines " ;\nexists (0:rax=1)"
  not_run(X86("movl $1,(%rdi) ;\nret"), "t.litmus:5:1: error: 'ret' is not run: it leaves the thread");
  not_run(X86("pushq %rdi"), "it uses the stack of the thread that runs it");
  not_run(X86("popq %rdi"), "it uses the stack of the thread that runs it");
  not_run(X86("leave"), "it uses the stack of the thread that runs it");
  not_run(X86("jmp *%rdi"), "no row of the x86_64 table tells of 'jmp'");
  not_run(X86("syscall"), "no row of the x86_64 table tells what 'syscall' does");
  not_run(X86("int $3"), "no row of the x86_64 table tells what 'int' does");
  not_run(X86(".globl x"), "no row of the x86_64 table tells what '.globl' does");
  not_run(X86("movb %ah,(%rdi)"), "such a register is not taken");
  not_run("AArch64 t\n{ 0:X1=x; }\nP0 ;\nBR X1 ;\nexists (0:X0=1)", "goes to where a value points");
  not_run("AArch64 t\n{}\nP0 ;\nBL L ;\nL: NOP ;\nexists (0:X0=1)", "it uses where the thread goes back to");
  not_run("AArch64 t\n{}\nP0 ;\nL: ADR X0,L ;\nexists (0:X0=1)", "it takes the address of a place in the code");
  not_run("AArch64 t\n{ 0:X1=P0:L; }\nP0 ;\nL: NOP ;\nexists (0:X0=1)", "begins with a place in the code");
  not_run("RISCV t\n{ 0:x6=x; }\nP0 ;\njalr x1,x6,0 ;\nexists (0:x5=1)", "goes to where a value points");
  not_run("PPC t\n{}\nP0 ;\nmflr r3 ;\nexists (0:r3=1)", "it uses where the thread goes back to");
}
END_TEST

// By its address an access is seen to be of a location, along every path and whatever is read.
START_TEST(what_may_access_anything_but_its_locations_is_not_run) {
  not_run(X86("movl $1,(4096)"), "its address is a number");
  not_run(X86("movl $1,4096"), "it has nowhere to put its result");
  not_run(X86("movl $1,(%rbx)"), "'movl $1,(%rbx)': it accesses what is no location of the test");
  not_run(X86("movl $1,(%rsp)"), "it accesses what is no location of the test");
  not_run(X86("movl $1,4(%rdi)"), "it accesses what is no location of the test");
  not_run(X86("movl $1,-4(%rdi)"), "it accesses what is no location of the test");
  not_run(X86("movq $1,(%rdi)"), "it accesses what is no location of the test");
  not_run(X86("movl $1,2(%rdi)"), "it accesses what is no location of the test");
  not_run(X86("movl %edi,%eax ;\nmovl $1,(%rax)"), "it may access what is no location of the test");
  not_run(X86("leal x(%rip),%eax ;\nmovl $1,(%rax)"), "it may access what is no location of the test");
  not_run(X86("movl (y),%ebx ;\nmovl $1,(%rdi,%rbx) ;\nmovl $4,(y)"), "it accesses what is no location of the test");
  not_run(X86("movl (y),%ebx ;\nmovl $1,(%rdi,%rbx) ;\nincl (y)"), "it accesses what is no location of the test");
  not_run(X86("movl (%rdi),%ebx ;\nshlq $2,%rbx ;\nmovl $1,(%rdi,%rbx) ;\nmovl $1,(x)"), "is no location");
  not_run(X86("xorl %ebx,%ebx ;\nL: addq $4,%rbx ;\ncmpl $9,(y) ;\njne L ;\nmovl $1,(%rdi,%rbx)"),
          "more ways to go than are followed");
  not_run("X86_64 t\n{ int64_t p; 0:rdi=x; }\nP0 | P1 ;\nmovq %rdi,(p) | movq (p),%rax ;\n | movl $1,(%rax) ;\n"
          "exists (1:rbx=1)",
          "it accesses what is no location of the test"); // p is 0 at first
  not_run("X86_64 t\n{ int p=x; }\nP0 ;\nnop ;\nexists (0:rbx=1)", "has not its 64 bits");
  not_run(X86("movq %rdi,%rax"), "a register would show the address of a location as a number");
  not_run("X86_64 t\n{ int64_t p; 0:rdi=x; }\nP0 ;\nmovq %rdi,(p) ;\nexists (p=1)",
          "a location would show the address");
  not_run(X86("testq $4095,%rdi ;\nje L ;\nmovl $1,(x) ;\nL: nop"), "depends on the address of a location as a number");
}
END_TEST

START_TEST(what_accesses_its_locations_alone_is_run) {
  // A dependency that changes nothing; a value of few; an address handed over; a loop that waits; a lock.
  printed(X86("movl (y),%ebx ;\nxorl %ebx,%ebx ;\nmovl (%rdi,%rbx),%eax"));
  printed(X86("movl (y),%ebx ;\nandl $0,%ebx ;\nmovl (%rdi,%rbx),%eax"));
  printed("X86_64 t\n{ int a[2]; 0:rdi=a; }\nP0 | P1 ;\nmovl (y),%ebx | movl $1,(y) ;\nmovl (%rdi,%rbx,4),%eax | "
          "mfence ;\nexists (0:rax=1)");
  printed("X86_64 t\n{ int64_t p=y; 0:rdi=x; }\nP0 | P1 ;\nmovq %rdi,(p) | movq (p),%rcx ;\n | movl $1,(%rcx) ;\n"
          "exists (x=1 /\\ y=0)");
  printed(X86("L: movl (y),%ebx ;\ntestl %ebx,%ebx ;\nje L ;\nmovl (x),%eax"));
  printed(X86("L: movl $1,%eax ;\nxchgl %eax,(y) ;\ncmpl $0,%eax ;\njne L ;\nlock incl (x) ;\nmovl $0,(y)"));
  printed("AArch64 t\n{ 0:X1=x; 0:X3=y; }\nP0 ;\nLDR W0,[X1] ;\nEOR W2,W0,W0 ;\nADD W2,W2,#1 ;\nSTR W2,[X3] ;\nAND "
          "X4,X2,#0 ;\nLDR W5,[X3,X4] ;\nexists (0:X0=1)");
}
END_TEST

// A CPU may let a store-exclusive fail once, which no path of a program is of: what then goes on from it is followed.
START_TEST(a_store_exclusive_that_fails_goes_on) {
  static const struct {
    const char *text;
    bool may_fail;
  } tests[] = {
      {"AArch64 t\n{ 0:X1=x; }\nP0 ;\nL: LDXR W0,[X1] ;\nSTXR W2,W0,[X1] ;\nCBNZ W2,L ;\nexists (0:X2=0)", false},
      {"AArch64 t\n{ 0:X1=x; }\nP0 ;\nLDXR W0,[X1] ;\nSTXR W2,W0,[X1] ;\nexists (0:X2=0)", true},
  };
  for (unsigned i = 0; i < 2; i++) {
    Diag diag = {.arena = arena};
    const Program *program = assembly_program(read_text(tests[i].text), true, 0, arena, &diag);
    bool may_fail;
    ck_assert_msg(program_is_confined(program, &may_fail, &diag), "%s", told(&diag));
    ck_assert_int_eq(may_fail, tests[i].may_fail);
  }
  not_run("AArch64 t\n{ 0:X1=x; }\nP0 ;\nLDXR W0,[X1] ;\nSTXR W2,W0,[X1] ;\nLSL X2,X2,#2 ;\nSTR W0,[X1,X2] ;\n"
          "exists (0:X0=1)",
          "it accesses what is no location of the test");
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("assemble", setup, teardown);
  tcase_add_test(tests, x86_is_printed_as_its_assembler_has_it);
  tcase_add_test(tests, aarch64_is_printed_as_its_assembler_has_it);
  tcase_add_test(tests, riscv_and_power_are_printed_as_their_assemblers_have_them);
  tcase_add_test(tests, a_thread_that_goes_straight_on_is_told_by_its_accesses);
  tcase_add_test(tests, a_store_may_take_a_variable);
  tcase_add_test(tests, what_leaves_the_thread_or_uses_its_stack_is_not_run);
  tcase_add_test(tests, what_may_access_anything_but_its_locations_is_not_run);
  tcase_add_test(tests, what_accesses_its_locations_alone_is_run);
  tcase_add_test(tests, a_store_exclusive_that_fails_goes_on);
  return unit_run("code_assemble", tests);
}
