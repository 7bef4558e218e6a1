// Makes machine code of tests: test -> C -> the compiler -> a shared object.
#pragma once
#include "harness/base/stop.h"
#include "harness/build/compiler.h"
#include "harness/build/shape.h"

// What a compiler made of a test; cached.
typedef struct Compiled Compiled;

// Which engine `run` takes for the test; the reason why perpetual cannot, a sentence, in *reason (NULL where it can).
Engine build_engine(const Test *test, Engine asked, const char **reason);

// The C made from a test, as `show` prints it: complete, compiles by itself into a shared object.
void build_emit(const Test *test, Engine engine, Arena *arena, Text *out);

// Compiles the tests in parallel on the PUs we may use, each by content once; result i belongs to test i and is never
// NULL: one that did not compile says so when it is run. Progress, if not NULL, is called after each.
// `stop`, where not NULL, is polled: once it is non-zero compilers under way are killed, and what they did not make
// counts as not compiled. Objects that are memory files last until compiled_release.
Compiled **build_compile(const Test *const *tests, unsigned count, Engine asked, const Compiler *compiler, Arena *arena,
                         const Stop *stop, void (*progress)(unsigned done, unsigned count, void *context),
                         void *context);

// The same bit by bit (compile.h): each test's result is waited for when it is needed, in any order, though they are
// compiled in theirs. Lives in `arena`.
typedef struct Building Building;
typedef struct CompilePlaces CompilePlaces;
Building *build_begin(const Test *const *tests, unsigned count, Engine asked, const Compiler *compiler, Arena *arena,
                      const Stop *stop);
Compiled *build_await(Building *building, unsigned test);
// Until the next call compilers are at work on these PUs alone. How many are.
unsigned build_beside(Building *building, const CompilePlaces *places);
// Nothing is compiled any more. NULL is none.
void build_end(Building *building);

// Closes the memory file that the object is, where it is one: the object is gone then. NULL is none.
void compiled_release(Compiled *compiled);

// The shared object made from a test; NULL where there is none, and then why. Owned by the arena of build_compile.
const char *compiled_object(const Compiled *compiled);
const char *compiled_errors(const Compiled *compiled);
Engine compiled_engine(const Compiled *compiled);
const Shape *compiled_shape(const Compiled *compiled);

// The machine code of each thread, by objdump, for people. False with the reason in `diag`; a listing that is cut is a
// warning.
bool build_disassemble(const Compiled *compiled, Arena *arena, Text *out, Diag *diag);
// The same as build_listing has it, without lines of the source: also of the functions with pauses, P0_pausing, ...
bool compiled_listing(const Compiled *compiled, Arena *arena, Text *out, Diag *diag);
