// C -> machine code: compilers, run in parallel, what they make cached by content.
//
// The cache lies in $XDG_CACHE_HOME/weakmem (else ~/.cache/weakmem), mode 0700, one file per digest of source and
// compiler_key; made under another name and renamed, so that two runs at once are safe. An object is used only if it is
// ours: a regular file of this user, not writable by others. Without a cache folder, and where compiler_key does not
// tell all that decides what is made, objects are memory files, gone with the process; nothing is left on disk.
#pragma once
#include "harness/base/stop.h"
#include "harness/build/compiler.h"

// One run of a compiler.
typedef struct {
  const Compiler *compiler;
  const char *source;         // C; NULL: `objects` alone
  const char *const *objects; // paths, ended by NULL, of what is linked with it; NULL: none
  bool shared;                // makes a shared object; else an object file, not linked, with the lines of its source
  const char *more;           // a flag more than the compiler's own; NULL: none
  const char *folder; // the source is the user's, of this folder: it finds its headers there, and weakmem.h, and
                      // what is made is not kept, since they decide it too; NULL: weakmem printed it
} CompileUnit;

typedef struct {
  const char *object; // path of what was made, for this process and those it starts; NULL where it did not compile
  const char *errors; // what the compiler said; NULL where it said nothing
  bool cached;        // it was there already
  int memory;         // the descriptor behind `object` where it is a memory file; else -1
} CompileResult;

enum { COMPILE_SECONDS = 60 };

typedef struct {
  double seconds;                                                 // for each compiler; 0: COMPILE_SECONDS
  const Stop *stop;                                               // NULL: never
  void (*progress)(unsigned done, unsigned count, void *context); // after each unit; NULL
  void *context;
} CompileLimits;

// Compiles units[i] into results[i], at most one compiler at a time for each PU we may use, units of one content once.
// False, with `diag`, only where nothing could be tried. Once it is told to stop, compilers under way are killed, and
// what is not made has neither object nor errors. A compiler that takes too long is killed, and no other is started: it
// would hang for the next source too. Nothing that a compiler started is left when this returns.
bool compile_all(const CompileUnit *units, unsigned count, const CompileLimits *limits, CompileResult *results,
                 Arena *arena, Diag *diag);

// Whether the compiler makes anything here at all, now: where it does not, what did not compile is not to blame. False
// with what it said.
bool compile_works(const Compiler *compiler, const Stop *stop, Arena *arena, Diag *diag);

// The same bit by bit, for whoever has other things to do meanwhile.
typedef struct Compilation Compilation;

// PUs, and what binds the process that calls it to one of them.
typedef struct CompilePlaces {
  const unsigned *pus;
  unsigned count;
  bool (*bind)(const void *context, unsigned pu);
  const void *context;
} CompilePlaces;

// Nothing is started yet. Units, limits and results must outlive it; it lives in `arena`. NULL where nothing can be
// tried.
Compilation *compile_begin(const CompileUnit *units, unsigned count, const CompileLimits *limits,
                           CompileResult *results, Arena *arena, Diag *diag);
// Waits until results[unit] is there; meanwhile the units after it are compiled too, as compile_all does.
void compile_await(Compilation *compilation, unsigned unit);
// From when this returns until the next call compilers are at work on these PUs alone, at most one on each: others are
// waited for, and what is left to compile is begun there. How many are at work. Their time goes on with the next call.
unsigned compile_beside(Compilation *compilation, const CompilePlaces *places);
// Kills what is under way. Results that are there stay.
void compile_end(Compilation *compilation);

// Closes the memory files among the results; their objects are gone then. Files in the cache stay.
void compile_release(CompileResult *results, unsigned count);
