// The user's own C -> object files that tell what is in them: nothing is run.
#pragma once
#include "harness/build/compile.h"
#include "harness/lang/code_read.h"

enum { USERS_C_MOST = 16 << 20, USERS_OBJECT_MOST = 64 << 20 }; // bytes of a file

// Whether a name ends as that of a C file does, and as that of an object.
bool users_is_c(const char *path);
bool users_is_object(const char *path);

// How a C file is compiled: as it is, with the headers of its folder, and weakmem.h. `c` and `compiler` must outlive
// it.
CompileUnit users_unit(const Source *c, const Compiler *compiler, Arena *arena);

// What a line of the file includes, if it is `include "name"` behind its `#`, and can be read: from the folder of the
// file, or of the examples. NULL: none.
const Source *users_included(const Source *by, const char *line, Arena *arena);

typedef struct {
  const Source *given;  // C, or an object, by its name
  const CodeFile *code; // NULL: it could not be read
  CompileResult made;   // of C
} UsersFile;

// Reads what was `given`, C files all compiled first, in parallel. False where any cannot be read: reported, of C that
// does not compile in the compiler's own words. Released by users_release whatever it returns.
bool users_read(UsersFile *files, unsigned count, const CodeSaid *said, const Compiler *compiler, const Stop *stop,
                Arena *arena, Diag *diag);
void users_release(UsersFile *files, unsigned count);
