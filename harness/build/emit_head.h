// What C made from a test begins with, and how it spells types and values.
#pragma once
#include "harness/engine/shape.h"
#include "harness/lang/test.h"

// The head of every file: the test as a comment, then cpu.h and kernel.h.
void emit_head(const Test *test, const Shape *shape, Text *out);
// Its parts, for files that include these headers instead: the test as `//` comments; pragmas that keep compilers from
// remarking on what tests do; types of locations that Layout= misaligns; cpu.h of
// the CPU of that name.
void emit_comment(const Test *test, Text *out);
void emit_silence(Text *out);
void emit_misaligned_types(const Test *test, Text *out);
void emit_cpu_header(const char *cpu, Text *out);

// "int", "signed char": as C spells the type here.
const char *emit_type(BaseType base);
// Whether Layout= puts a location where its type's natural alignment does not hold.
bool emit_is_misaligned(const Location *location);
// The type of a location's elements, as what `loc_x` points to: says so where Layout= misaligns it.
void emit_element_type(const Location *location, Text *out);
// The value as a constant expression of the type.
void emit_value(Value value, BaseType type, Text *out);
