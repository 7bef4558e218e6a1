// The user's own C -> object files that tell what is in them: nothing is run.
#pragma once
#include "harness/build/compile.h"
#include "harness/lang/code_read.h"

// How the C file is compiled: as it is, with headers of its own folder, and with weakmem.h. `c` and `compiler` must
// outlive it.
CompileUnit users_unit(const Source *c, const Compiler *compiler, Arena *arena);

// Reads a code file that ends in .o, or in .c and is compiled first; the object lasts until users_release. NULL,
// reported: the compiler's own words of what it would not compile.
typedef struct {
  const CodeFile *code;
  CompileResult made; // of a .c
} UsersFile;
bool users_read(const char *path, const CodeSaid *said, const Compiler *compiler, const Stop *stop, Arena *arena,
                UsersFile *out, Diag *diag);
void users_release(UsersFile *file);
// Whether a name ends so.
bool users_is_c(const char *path);
bool users_is_object(const char *path);
