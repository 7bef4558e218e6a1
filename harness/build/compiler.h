// The compiler as a program: where it is, what it is, and what decides what it makes.
#pragma once
#include "arch/cpus.h"
#include "harness/build/words.h"

// The compiler as the record names it.
typedef struct {
  const char *path, *version, *flags;
  const char *target; // compiler_target, for who asks often; NULL: not asked yet
} Compiler;

// The compiler `cc` with these flags (NULL: "-O2"). NULL: what CC names in the environment, else cc, gcc or clang.
bool compiler_find(const char *cc, const char *flags, Arena *arena, Compiler *out, Diag *diag);

// The file that `name` runs: itself where it has a slash, else the first of that name on the PATH that can be executed.
// NULL where there is none.
const char *compiler_locate(const char *name, Arena *arena);

// All that decides what the compiler makes of a source, as one text: the program with its version, the flags, the
// machine, the environment that compilers heed. NULL where more may decide it, so that what is made is not to be kept
// from run to run: the program is no gcc or clang itself but a script or ccache, or a flag names a file, or might.
const char *compiler_key(const Compiler *compiler, const Words *flags, Arena *arena);

// Which machine it makes code for, as it says: "x86_64-linux-gnu" ("-unknown" and "-pc" left out). NULL if it does not.
const char *compiler_target(const Compiler *compiler, Arena *arena);
// The CPU that is; NULL if it is none with a folder.
const Cpu *compiler_cpu(const Compiler *compiler, Arena *arena);
