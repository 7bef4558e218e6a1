// The compiler as a program: where it is, what it is, and how it is told apart from others. Private to build/.
#pragma once
#include "harness/build/words.h"

// The compiler as the record names it.
typedef struct {
  const char *path, *version, *flags;
} Compiler;

// The compiler `cc` (NULL: cc, else gcc, else clang) with these flags (NULL: "-O2").
bool compiler_find(const char *cc, const char *flags, Arena *arena, Compiler *out, Diag *diag);

// The file that `name` runs: itself where it has a slash, else the first of that name on the PATH that can be executed.
// NULL where there is none.
const char *compiler_locate(const char *name, Arena *arena);

// A digest, in 64 hexadecimal digits, over fields: {"ab", "c"} and {"a", "bc"} differ.
void compiler_digest(const char *const *fields, unsigned count, char digest[65]);

// What tells the program at `path` apart from another: path, size and time of the last change. NULL where it is gone.
const char *compiler_mark(const char *path, Arena *arena);

// What decides what a compiler makes, beside its source. Only what all of these tell may be kept from run to run.

// Whether the program at `path` is gcc or clang itself: not a script, nor another program that starts it, as ccache.
bool compiler_is_known(const char *path);
// Whether the flags mean the same each time: none names a file, or might.
bool compiler_flags_repeat(const Words *flags);
// The environment variables that compilers, assemblers and linkers heed, as one text.
const char *compiler_environment(Arena *arena);
