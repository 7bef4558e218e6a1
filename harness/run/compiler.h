// The compiler as a program: where it is, what it is, and how it is told apart from others. Private to run/.
#pragma once
#include "harness/run/run.h"

// The file that `name` runs: itself where it has a slash, else the first of that name on the PATH that can be executed.
// NULL where there is none.
const char *compiler_locate(const char *name, Arena *arena);

// A digest, in 64 hexadecimal digits, over fields: {"ab", "c"} and {"a", "bc"} differ.
void compiler_digest(const char *const *fields, unsigned count, char digest[65]);

// What tells the program at `path` apart from another: path, size and time of the last change. NULL where it is gone.
const char *compiler_mark(const char *path, Arena *arena);
