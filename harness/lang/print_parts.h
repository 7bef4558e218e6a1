// The parts of the printed text of a test. Private to lang.
#pragma once
#include "harness/lang/print.h"

// A statement other than `if` and `while`, with its ';'.
void print_simple_statement(const Test *test, unsigned thread, const Stmt *stmt, Text *out);
// `if (r0) `, `while (r0) `.
void print_head(const Test *test, unsigned thread, const Stmt *stmt, Text *out);
// A number, or `y[1]` where it is an address.
void print_value(const Test *test, Value value, BaseType type, Text *out);
// `(0:r0=0 /\ 1:r0=0)`.
void print_prop(const Test *test, const Prop *prop, Text *out);
