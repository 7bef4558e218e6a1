// C -> machine code: the compiler, run in parallel, its results cached by content.
//
// The cache lies in $XDG_CACHE_HOME/weakmem (else ~/.cache/weakmem), mode 0700, one shared object per digest of source,
// compiler (path, size, time and version), flags and the environment that compilers heed; made under another name and
// renamed, so that two runs at once are safe. An object is used only if it is ours: a regular file of this user, not
// writable by others. Without a cache folder, and where the compiler is a script or a flag names a file, so that more
// than that decides what is made, objects are kept in memory files, gone with the process; nothing is left on disk.
#pragma once
#include "harness/base/stop.h"
#include "harness/build/compiler.h"

typedef struct {
  const char *object; // path of the shared object, for this process and its children; NULL where it did not compile
  const char *errors; // what the compiler said; NULL where it said nothing
  bool cached;        // it was there already
  int memory;         // the descriptor behind `object` where it is a memory file; else -1
} CompileResult;

// Compiles sources[i] into results[i], at most one compiler at a time for each PU we may use, each content once. False,
// with `diag`, only where nothing could be tried. `stop` as in run_test: compilers under way are killed, and what is
// not made has neither object nor errors. A compiler that takes longer than COMPILE_SECONDS is killed, and no other is
// started: it would hang for the next source too.
bool compile_all(const Compiler *compiler, const char *const *sources, unsigned count, CompileResult *results,
                 Arena *arena, Diag *diag, const Stop *stop,
                 void (*progress)(unsigned done, unsigned count, void *context), void *context);

enum { COMPILE_SECONDS = 60 };
// The same with another limit, in seconds.
bool compile_within(double seconds, const Compiler *compiler, const char *const *sources, unsigned count,
                    CompileResult *results, Arena *arena, Diag *diag, const Stop *stop,
                    void (*progress)(unsigned done, unsigned count, void *context), void *context);

// Closes the memory files among the results; their objects are gone then. Files in the cache stay.
void compile_release(CompileResult *results, unsigned count);
