// A test's threads as object files, by any compiler for any CPU, and their machine code read back: nothing is run.
#pragma once
#include "harness/build/compile.h"
#include "harness/lang/test.h"

typedef struct {
  const Compiler *const *compilers; // of each thread; the same one for all that are to be compiled together
  CompileLimits limits;
} BuildOptions;

typedef struct ObjectFile ObjectFile;

// One of many tests that are compiled at once.
typedef struct {
  const Test *test;
  const Compiler *const *compilers; // as BuildOptions has them
  ObjectFile *objects;              // of each thread: filled
} ThreadBuild;

// The object that a thread is in: as `void P1(int *loc_x, int *loc_y, volatile Frame1 *out)` for thread 1, where
// pointers to the locations that the thread declares come first, in its order, then, if any register is observed, one
// to what it leaves of those, in the thread's order of registers.
struct ObjectFile {
  const Compiler *compiler;
  const char *source; // the C of all threads in the object, complete; listings tell its lines
  CompileResult made;
  bool shared;         // an earlier thread's object is this one
  const char *listing; // of build_listings; NULL: none
};

// Compiles the threads into objects, one for each compiler, and fills `out` for each of the test's threads. True if all
// were made. Else the reason is in `diag`, or in `made.errors` of those that were not, in the compiler's words.
// Released by build_release whatever it returns.
bool build_threads(const Test *test, const BuildOptions *options, Arena *arena, ObjectFile *out, Diag *diag);
// The same for many, in parallel. False, with `diag`, only where nothing could be tried.
bool build_threads_all(const ThreadBuild *builds, unsigned count, const CompileLimits *limits, Arena *arena,
                       Diag *diag);

// The machine code of the threads in an object: objdump's text (binutils' or LLVM's) of the functions P0, P1, ..., each
// from its line "0000000000000000 <P0>:" to an empty one, with lines of the source (a path that ends in
// "/threads.c:12"). Within 20 s. False with the reason; a listing that is cut is a warning.
bool build_listing(const ObjectFile *object, Arena *arena, Text *out, Diag *diag);
// The same of every function of an object of this target, whoever made it.
bool build_list_object(const char *object, const char *target, Arena *arena, Text *out, Diag *diag);
// Reads many back by a process for each CPU, where one for each object would cost far more than to judge it, and keeps
// what build_listing then gives in `listing`, in `arena`. Those that this fails for are left to build_listing.
void build_listings(ObjectFile *const *objects, unsigned count, Arena *arena);

void build_release(ObjectFile *objects, unsigned count);
