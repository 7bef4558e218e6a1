// Test -> text.
#pragma once
#include "harness/lang/test.h"

// The canonical text of a test: parses back to the same tree.
void test_print(const Test *test, Text *out);

// An expression or one statement as the litmus language spells it, for messages: no newline, blocks as "{ ... }".
void expr_print(const Test *test, unsigned thread, const Expr *expr, Text *out);
void stmt_print(const Test *test, unsigned thread, const Stmt *stmt, Text *out);

// A line of an assembly test: `L0: LDR W0,[X1]`, blanks folded.
void code_line_print(const Test *test, const CodeLine *line, Text *out);

// "reg_X1": a register's name in C.
void register_identifier(const Thread *thread, unsigned reg, Text *out);

// `exists (0:r0=0 /\ 1:r0=0)`; `forall (true)` for a test without a condition.
void condition_print(const Test *test, Text *out);

// `0:r0`, `[x]`, `[y[1]]`.
void observable_print(const Test *test, const Observable *observable, Text *out);

// `0:r0`, `[x]`, `[y[1]]`.
void observable_print(const Test *test, const Observable *observable, Text *out);
// A value of the test: as value_print, or `y[1]` where it is an address.
void test_value_print(const Test *test, Value value, BaseType type, Text *out);

// A value in decimal (hexadecimal where beyond 64 bits).
void value_print(Value value, BaseType type, Text *out);

// SHA-256, in 64 hexadecimal digits, of the canonical text without name, story and header lines other than Layout=:
// what two runs must share to be runs of the same test.
void test_digest(const Test *test, char digest[65]);
