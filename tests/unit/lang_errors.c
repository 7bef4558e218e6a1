// What is not in the language: each fault at its place, all of them, and nothing more.
#include "tests/unit/lang.h"

static const char *errors_of(const char *text) {
  Diag diag;
  ck_assert_ptr_null(parse_bytes(text, strlen(text), &diag));
  ck_assert_uint_gt(diag.errors, 0);
  return messages(&diag);
}

// The messages of a thread's statement, on line 3 of the source, without the excerpts: "3:18 ..." each.
static const char *faults(const char *text) {
  Diag diag;
  const Test *test = parse_bytes(text, strlen(text), &diag);
  ck_assert_msg(!test == (diag.errors > 0), "%s", text);
  Text out = {0};
  for (const Diagnostic *d = diag.first; d; d = d->next) {
    unsigned line, column;
    source_position(d->source, d->span.offset, &line, &column);
    text_printf(&out, "%s%u:%u %s%s", out.length ? "\n" : "", line, column,
                d->severity == DIAG_WARNING ? "warning: " : "", d->message);
  }
  const char *result = arena_string(arena, text_string(&out));
  text_free(&out);
  return result;
}

START_TEST(an_error_shows_place_line_caret_and_what_was_expected) {
  ck_assert_str_eq(errors_of("C t\n{}\nP0 (atomic_int* x) {\n  int r0 = 1\n}\n"),
                   "t.litmus:4:13: error: expected ';' after the declaration\n"
                   "     4 |   int r0 = 1\n"
                   "       |             ^\n");
  ck_assert_str_eq(errors_of("C t\n{}\nP0 (atomic_int* x) {\n  atomic_laod(x);\n}\n"),
                   "t.litmus:4:3: error: no function 'atomic_laod' in the language (did you mean 'atomic_load'?)\n"
                   "     4 |   atomic_laod(x);\n"
                   "       |   ^~~~~~~~~~~\n");
}
END_TEST

START_TEST(all_faults_of_a_file_are_reported_in_order) {
  ck_assert_str_eq(faults("C t\n"
                          "{ x = 1; x = 2; y = &x; }\n"
                          "P0 (atomic_int* x, int y) {\n"
                          "  int r0 = ;\n"
                          "  atomic_store_explicit(x, 1, memory_order_acquire);\n"
                          "  if (r0) { goto (;;) { *x = 1; } }\n"
                          "}\n"
                          "P1 (atomic_int* x) {\n"
                          "  rr = 1;\n"
                          "  r1 += 1;\n  r2 ++ ++;\n"
                          "}\n"
                          "exists (0:r0=0 /\\ 2:r0=1 /\\ x[1]=1)\n"),
                   "2:10 'x' is initialised twice\n"
                   "2:21 expected a number: pointers are not supported as initial values\n"
                   "3:24 expected '*': a thread's parameters are pointers to locations, found 'y'\n"
                   "4:12 expected an expression, found ';'\n"
                   "5:31 a store cannot be acquire\n"
                   "6:13 'goto' is not in the language: 'if' and loops are\n"
                   "9:3 no 'rr' in P1: 'int rr = ...;' would declare a register\n"
                   "10:3 no 'r1' in P1: 'int r1 = ...;' would declare a register\n"
                   "11:3 no 'r2' in P1: 'int r2 = ...;' would declare a register\n"
                   "11:9 expected ';' after the statement, found '++'\n"
                   "13:19 no such thread: there are 2, counted from 0\n"
                   "13:29 'x' has 1 element");
}
END_TEST

// A statement of P0 (atomic_int* x, int* y, uint8_t* b) with `int r0;` before it, at line 3 column 1; its one fault.
static const struct {
  const char *statement, *fault;
} statements[] = {
    {"r0 = atomic_load_explicit(x, memory_order_release);", "3:30 a load cannot be release"},
    {"r0 = atomic_load_explicit(x, memory_order_acq_rel);", "3:30 a load cannot be acq_rel"},
    {"atomic_store_explicit(x, 1, memory_order_consume);", "3:29 a store cannot be consume"},
    {"atomic_store_explicit(x, 1, memory_order_acq_rel);", "3:29 a store cannot be acq_rel"},
    {"atomic_compare_exchange_weak_explicit(x, y, 1, memory_order_relaxed, memory_order_release);",
     "3:70 a compare_exchange that fails cannot be release"},
    {"atomic_thread_fence(memory_order_seqcst);",
     "3:21 no memory order 'memory_order_seqcst' (did you mean 'memory_order_seq_cst'?)"},
    {"atomic_thread_fence();", "3:21 expected arguments: atomic_thread_fence(order), found ')'"},
    {"atomic_store(x);", "3:15 expected ',' and the next argument: atomic_store(location, value), found ')'"},
    {"atomic_store(x, 1, 2);", "3:18 expected ')' after the arguments of atomic_store(location, value), found ','"},
    {"atomic_store(r0, 1);", "3:14 'r0' is a register; expected a location"},
    {"atomic_store(*x, 1);", "3:14 expected the address of a location: 'x', without '*'"},
    {"atomic_store(&x, 1);", "3:15 'x' is an address already: write it without '&'"},
    {"atomic_store(x[0], 1);", "3:14 expected an address: '&x[...]'"},
    {"atomic_store((int*)x, 1);", "3:15 casts of pointers are not in the language"},
    {"atomic_store(x + 1, 1);", "3:18 'x' is not an array; the initial value 'int x[2] = {0, 0};' would make it one"},
    {"r0 = atomic_store(x, 1);", "3:6 'atomic_store' has no value: it is a statement of its own"},
    {"atomic_compare_exchange_weak(x, r0, 1);", "3:33 the expected value is passed by its address: '&r0'"},
    {"atomic_compare_exchange_weak(x, 0, 1);",
     "3:33 the expected value is passed by its address: '&r0', or a location"},
    {"atomic_compare_exchange_weak(x, b, 1);", "3:33 the expected value has 8 bits, 'x' has 32"},
    {"atomic_fetch_or(o, 1);", "3:1 C has no 'atomic_fetch_or' on bool"},
    {"r0 = x;", "3:6 'x' is a location: '*x' reads it, and so does 'atomic_load(x)'"},
    {"r0 = y->z;", "3:6 'y' is a location: '*y' reads it, and so does 'atomic_load(y)'"},
    {"r0 = **x;", "3:7 pointers to pointers are not in the language"},
    {"r0 = q2;", "3:6 no 'q2' in P0: 'int q2 = ...;' would declare a register"},
    {"r0 = *w;", "3:7 'w' is not a parameter of P0: add 'atomic_int* w' to the list behind its name"},
    {"r0 = r0 / r0;", "3:11 the right operand of a division is a constant in this language"},
    {"r0 = r0 % 0;", "3:11 division by zero"},
    {"r0 = r0 / -1;", "3:11 division by -1 may overflow"},
    {"r0 = r0 << 32;", "3:12 a value of 32 bits is shifted by 0 to 31"},
    {"r0 = r0 >> r0;", "3:12 the right operand of a shift is a constant in this language"},
    {"r0 = r0 ? 1;", "3:12 expected ':' and what the value is otherwise, found ';'"},
    {"r0 = r0 ? : 1;", "3:11 expected an expression, found ':'"},
    {"r0 = (1;", "3:8 expected ')' after the expression, found ';'"},
    {"r0 = 1 1;", "3:8 expected ';' after the statement, found '1'"},
    {"r0 = r0++;", "3:8 '++' is a statement of its own in this language, and has no value"},
    {"r0 = --r0;", "3:6 '--' is a statement of its own in this language, and has no value"},
    {"while (r0--) ;", "3:10 '--' is a statement of its own in this language, and has no value"},
    {"*y++;", "3:1 in C this moves the pointer: write '(*y)++'"},
    {"(r0 + 1)++;", "3:2 only a register or a location such as '*x' can be assigned to"},
    {"*x *= 2;",
     "3:1 '*=' here would be one atomic read-modify-write, which the language does not have: write a loop of "
     "compare_exchange"},
    {"*o |= 1;", "3:1 '|=' here would be one atomic read-modify-write, which the language does not have: write a loop "
                 "of compare_exchange"},
    {"y[*y] += 1;", "3:3 the place that is updated is given by a register or a constant in this language"},
    {"r0 /= r0;", "3:7 the right operand of a division is a constant in this language"},
    {"r0 <<= 32;", "3:8 a value of 32 bits is shifted by 0 to 31"},
    {"r0 += 36893488147419103232;", "3:7 no 'int' has this value"},
    {"break;", "3:1 no loop around this 'break'"},
    {"if (r0) continue;", "3:9 no loop around this 'continue'"},
    {"do r0 = 1; until (r0);", "3:12 expected 'while' after the body of 'do', found 'until'"},
    {"do r0 = 1; while (r0)", "3:22 expected ';' after the condition"},
    {"for (r0 = 0; r0 < 2) ;", "3:20 expected ';' after the condition of 'for', found ')'"},
    {"for (int i = 0; i < 2; i++) { for (int i = 0; i < 3; i++) ; }",
     "3:40 'i' is declared around this loop already, at 3:10: one name is one register"},
    {"for (;; int r1 = 0) ;", "3:9 the last clause of 'for' declares nothing"},
    {"for (int x = 1;;) ;", "3:10 'x' is a parameter of P0 and cannot be a register too"},
    {"r0 + 1 = 2;", "3:1 only a register or a location such as '*x' can be assigned to"},
    {"*x + 1 = 2;", "3:1 only a register or a location such as '*x' can be assigned to"},
    {"atomic_load(x) = 2;", "3:1 only a register or a location such as '*x' can be assigned to"},
    {"r0 = 010;", "3:6 a number does not begin with 0 here: write it in decimal or hexadecimal"},
    {"r0 = 1Ll;", "3:6 this is not a number"},
    {"r0 = 0x;", "3:6 this is not a number"},
    {"r0 = 12ab;", "3:6 this is not a number"},
    {"r0 = 340282366920938463463374607431768211456;", "3:6 a number of more than 128 bits"},
    {"r0 = 123456789012345678901234567890;", "3:6 no 'int' has this value"},
    {"atomic_store(x, -123456789012345678901234567890);", "3:17 no 'int' has this value"},
    {"*y = (7 + 36893488147419103232);", "3:11 no 'int' has this value"},
    {"uint64_t r9 = 18446744073709551616;", "3:15 no 'uint64_t' has this value"},
    {"r0 = (int)36893488147419103232;", "3:11 no 'int' has this value"},
    {"r0 = 'a';", "3:6 characters are not in the language: write the number"},
    {"r0 = \"a\";", "3:6 expected an expression, found '\"a\"'"},
    {"r0 = \"a;", "3:6 no '\"' ends this string"},
    {"r0 = 1 @ 2;", "3:8 this character has no meaning in the litmus language"},
    {"int* r1;", "3:4 registers that are pointers are not in the language"},
    {"int r1[2];", "3:7 registers that are arrays are not in the language"},
    {"atomic_int r1;", "3:1 a register is not atomic: declare it 'int'"},
    {"long r0 = 1;", "3:6 'r0' is 'int' elsewhere in P0: one name is one register"},
    {"int x = 1;", "3:5 'x' is a parameter of P0 and cannot be a register too"},
    {"int double = 1;", "3:5 expected a register, but 'double' is a word of the language"},
    {"unsigned signed r1;", "3:1 C has no such type"},
    {"long long long r1;", "3:1 C has no such type"},
    {"int int r1;", "3:1 C has no such type"},
    {"return;", "3:1 'return' is not in the language: 'if' and loops are"},
    {"else { }", "3:1 no 'if' before this 'else'"},
    {"if r0 { }", "3:4 expected '(' after 'if', found 'r0'"},
    {"cpu_fence(mfence);", "3:11 expected the name of a fence in quotes: cpu_fence(\"name\"), found 'mfence'"},
    {"cpu_fence(\"a b\");", "3:11 a fence's name has lower-case letters, digits, '_', '.' and '-'"},
    {"cpu_fence(\"compiler\");",
     "3:11 'compiler' is no fence of a CPU: write atomic_thread_fence or atomic_signal_fence"},
    {"r0 = &x;", "3:6 '&' has its place before the expected value of atomic_compare_exchange and in '&y[1]'"},
    {"printf(x);", "3:1 no function 'printf' in the language"},
    {"system(\"true\");", "3:1 no function 'system' in the language"},
    {"asm(\"nop\");", "3:1 expected an expression, but 'asm' is a word of the language"},
    {"#include <stdio.h>", "3:1 this character has no meaning in the litmus language"},
    {"int r0 = 1;", "3:5 'r0' is declared twice in this block; the first time at 2:62"},
};

START_TEST(what_is_no_statement_is_one_error_at_its_place) {
  for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
    const char *text =
        arena_printf(arena,
                     "C t { w = 1; }\nP0 (atomic_int* x, int* y, uint8_t* b, atomic_bool* o) { int r0;\n%s\n"
                     "atomic_store(x, 2); }\nP1 (atomic_int* w) {}",
                     statements[i].statement);
    ck_assert_str_eq(faults(text), statements[i].fault);
  }
}
END_TEST

static const struct {
  const char *text, *faults;
} tests[] = {
    {"", "1:1 expected 'C' and the test's name: a test begins as \"C SB\""},
    {"X86 SB\n{}", "1:1 expected 'C' and the test's name, found 'X86': a test begins as \"C SB\""},
    {"C \n{}", "1:3 expected the test's name after 'C'"},
    {"C ../x\n{}", "1:3 a test's name has no '/'"},
    {"C t", "1:4 expected the initial values in braces, but the file ends"},
    {"C t\nP0 (int* x) {}", "2:1 expected the initial values in braces before this; '{}' says that all are 0"},
    {"C t\n(* never\n{}\nP0 () {}", "2:1 the file ends inside this comment"},
    {"C t\n{}\n(* never\nP0 () {}", "3:1 the file ends inside this comment"},
    {"C t\n{}", "2:3 expected the first thread, 'P0 (...)', but the file ends"},
    {"C t\n{ x = 1 \nP0 (int* x) {}",
     "2:8 expected ';' after an initial value\n2:8 expected '}' to end the initial values"},
    {"C t\n{ int x = 1; long x; }\nP0 (int* x) {}", "2:19 'x' was given the type 'int' before"},
    {"C t\n{ x[2] = 1; }\nP0 (int* x) {}", "2:3 'x' is not an array here; 'int x[2] = {0, 1};' would make it one"},
    {"C t\n{ int x[2] = {1, 2, 3}; }\nP0 (int* x) {}", "2:21 'x' has 2 elements"},
    {"C t\n{ int x[0]; }\nP0 (int* x) {}", "2:9 an array has at least one element"},
    {"C t\n{ *p = 1; }\nP0 (int* x) {}", "2:3 pointers are not supported as locations"},
    {"C t\n{ 0:r0 = 1; 0:r0 = 2; 4:r0 = 1; }\nP0 (int* x) {}",
     "2:13 '0:r0' is initialised twice\n2:23 no such thread: there are 1, counted from 0"},
    {"C t\n{ x=1; }\nregions: [x:0]\nP0 (int* x) {}",
     "3:1 expected a thread such as 'P1 (...)', 'locations', 'filter', 'exists' or 'forall', found 'regions'"},
    {"C t\n{ x=1; regions: [x:0] }\nP0 (int* x) {}", "2:8 'regions:' means nothing here"},
    {"C t\n{}\nexists (true)", "3:1 expected the first thread, 'P0 (...)', found 'exists'"},
    {"C t\n{}\nP0 (int* x) {}\nP0 (int* x) {}", "4:1 expected thread P1, found 'P0'"},
    {"C t\n{}\nP0 (int* x, int* x) {}", "3:18 'x' is a parameter of P0 twice"},
    {"C t\n{}\nP0 (int x) {}", "3:9 expected '*': a thread's parameters are pointers to locations, found 'x'"},
    {"C t\n{}\nP0 (int** x) {}", "3:9 pointers to pointers are not in the language"},
    {"C t\n{}\nP0 (int* x[2]) {}", "3:11 pointers to pointers are not in the language"},
    {"C t\n{}\nP0 (int x[2][2]) {}", "3:13 arrays of arrays are not in the language"},
    {"C t\n{}\nP0 (int x[0]) {}", "3:11 an array has at least one element"},
    {"C t\n{}\nP0 (int x[n]) {}", "3:11 expected a number, found 'n'"},
    {"C t\n{}\nP0 (int x[99999]) {}", "3:11 more than 1024 elements in all locations together"},
    {"C t\n{ int x[3]; }\nP0 (int x[2]) {}", "3:11 'x' was declared with 3 elements"},
    {"C t\n{}\nP0 (float* x) {}", "3:5 expected a type such as 'int' or 'atomic_int', found 'float'"},
    {"C t\n{}\nP0 (int* x) {}\nP1 (long* x) {}",
     "4:11 'x' is 64 bits wide here and 32 bits ('int') where it was declared first"},
    {"C t\n{}\nP0 (int* x) {\n  *x = 1;\nP1 (int* x) {}\nexists x=1", "4:10 expected '}' to end P0"},
    {"C t\n{}\nP0 (int* x) {\n  *x = 1;\nexists x=1", "4:10 expected '}' to end P0"},
    {"C t\n{}\nP0 (int* x) {}}\nexists x=1",
     "3:15 expected a thread such as 'P1 (...)', 'locations', 'filter', 'exists' or 'forall', found '}'"},
    {"C t\n{}\nP0 (int* x) {}\nexists (x=1", "4:12 expected ')' after the condition, but the file ends"},
    {"C t\n{}\nP0 (int* x) {}\nexists (x=)", "4:11 expected a location, or a register such as '0:r0', found ')'"},
    {"C t\n{}\nP0 (int* x) {}\nexists (x>1)", "4:10 expected '=', '!=' or '<>', found '>'"},
    {"C t\n{}\nP0 (int* x) {}\nexists *x=1", "4:8 a location is named without '*' here"},
    {"C t\n{}\nP0 (int* x) {}\nexists x=1 and x=2",
     "4:12 expected '/\\', '\\/', '=>' or the end of the condition, found 'and'"},
    {"C t\n{}\nP0 (int* x) {}\nexists x=1\nforall x=1", "5:1 a second condition"},
    {"C t\n{}\nP0 (int* x) {}\nexists (0:rq=0 /\\ z=0)",
     "4:9 warning: P0 has no register 'rq': it is 0\n4:19 warning: no thread uses a location 'z': it is 0"},
    {"C t\n{ int y[2]; }\nP0 (int* y) {}\nexists (y=1)", "4:9 'y' is an array: name an element, 'y[0]'"},
    {"C t\n{ int y[2]; }\nP0 (int* y) {}\nexists (y[2]=1)", "4:9 'y' has 2 elements"},
    {"C t\n{ int y[2]; }\nP0 (int* y) { y[2] = 1; y[-1] = 1; }", "3:17 'y' has 2 elements\n3:27 'y' has 2 elements"},
    {"C t\n{}\nP0 (uint8_t* x) { *x = 1; }\nexists (x=256)", "4:11 no 'uint8_t' has this value"},
    {"C t\n{}\nP0 (int* x) { int r0 = 1; }\nexists (x=-2147483649 \\/ 0:r0=4294967296)",
     "4:11 no 'int' has this value\n4:31 no 'int' has this value"},
    {"C t\n{}\nP0 (int* x) {}\nexists (x=340282366920938463463374607431768211455)", "4:11 no 'int' has this value"},
    {"C t\n{}\nP0 (__int128* x) {}\nfilter (x=-170141183460469231731687303715884105729)",
     "4:11 no '__int128' has this value"},
    {"C t\n{}\nP0 (int* x) {}\nexists (x=340282366920938463463374607431768211456)",
     "4:11 a number of more than 128 bits"},
    {"C t\n{ x = 4294967296; bool b = 2; int8_t 0:r0 = -129; uint8_t a[2] = {1, 256}; a[0] = -129; }\n"
     "P0 (int* x, bool* b) {}",
     "2:7 no 'int' has this value\n2:28 no 'bool' has this value\n2:45 no 'int8_t' has this value\n"
     "2:70 no 'uint8_t' has this value\n2:83 no 'uint8_t' has this value"},
    {"C t\n{ int a[340282366920938463463374607431768211455]; int b[-1]; }\nP0 (int* a) {}",
     "2:9 more than 1024 elements in all locations together\n2:57 an array has at least one element"},
    {"C t\nLayout=x:64\n{}\nP0 (int* x) {}", "2:10 expected an offset from 0 to 63 bytes"},
    {"C t\nLayout=zz:6\n{}\nP0 (int* zy) {}", "2:8 no location 'zz' in this test (did you mean 'zy'?)"},
    {"C t\nLayout=x:6 y:7\n{}\nP0 (int* x) {}", "2:12 expected ',' or the end of the line, found 'y'"},
    {"C t\nLayout=x:6,\n{}\nP0 (int* x) {}", "2:12 expected a location, but the line ends"},
    {"C t\nLayout=x:6,x:7\n{}\nP0 (int* x) {}", "2:12 'x' is placed twice"},
    {"C t\nlayout=x:6\n{}\nP0 (int* x) {}", "2:1 warning: 'layout' means nothing here (did you mean 'Layout'?)"},
};

START_TEST(what_is_no_test_is_told_at_its_place) {
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
    ck_assert_str_eq(faults(tests[i].text), tests[i].faults);
}
END_TEST

START_TEST(a_parameter_list_that_fails_does_not_fail_its_names_again) {
  ck_assert_str_eq(faults("C t\n{}\nP0 (atomic_itn* x, int* y) { int r0 = atomic_load(x) + *y + z; }"),
                   "3:5 expected a type such as 'int' or 'atomic_int', found 'atomic_itn'");
}
END_TEST

RUN("errors", an_error_shows_place_line_caret_and_what_was_expected, all_faults_of_a_file_are_reported_in_order,
    what_is_no_statement_is_one_error_at_its_place, what_is_no_test_is_told_at_its_place,
    a_parameter_list_that_fails_does_not_fail_its_names_again)
