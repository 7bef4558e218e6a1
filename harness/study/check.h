// What compilers make of tests, judged: the machine code of each test's threads by its CPU's model, against what C11,
// or the kernel's model, allows for the source. Nothing is run. Of the kernel's dialect a barrier is the instruction
// that the kernel's headers have there, and an access the C11 one that is closest.
#pragma once
#include "harness/build/threads.h"
#include "harness/model/judge.h"
#include "harness/study/machine_code.h"

// One way to compile a test: a compiler with its flags, or one for each thread, for one CPU.
typedef struct {
  const char *compiler; // as it was asked for: "clang-14", "P0=gcc,P1=clang-14"
  const char *flags;    // likewise
  const Cpu *cpu;
  const Compiler *const *of_thread; // threads beyond these have the last
  unsigned thread_count;
} CheckBuild;

typedef enum {
  CHECK_KEPT,     // the code allows nothing that its language forbids
  CHECK_BROKEN,   // it does
  CHECK_RACY,     // the source has a data race, so that nothing is forbidden
  CHECK_THIN_AIR, // what it allows is forbidden by C11's no-thin-air axiom alone, which ISO C11 does not have
  CHECK_UNREAD    // it was not judged: `why` says why not
} CheckVerdict;

const char *check_verdict_name(CheckVerdict verdict); // "thin-air"

// A state that the code allows.
typedef struct {
  State state;
  bool is_added;    // the language forbids it for the source; where the verdict is broken, by more than no-thin-air
  bool is_weak;     // sequential consistency forbids it for the source
  bool by_compiler; // a weak one: it allows it for the machine code. Else only the CPU's model does
} CheckState;

// What was made of a test in one of the ways, and what that does.
typedef struct {
  const CheckBuild *build;
  CheckVerdict verdict;
  const char *why;    // a sentence: why it was not judged, or not wholly, or raises nothing; NULL: it was
  bool failed;        // that is a failure of ours or of the machine's, not the test's
  CheckState *states; // in order
  unsigned state_count;
  const ObjectFile *objects; // of each thread
  const char *const *listings;
  MachineCode code;
  Prediction of_code; // by its CPU's model
} Check;

typedef struct {
  const Test *test;
  Prediction source;   // by its language's model: C11's, or the kernel's
  Prediction sc;       // of the source
  const Check *checks; // one for each way, in order
  unsigned count;
} CheckedTest;

typedef struct {
  const Test *const *tests;
  unsigned test_count;
  const CheckBuild *builds;
  unsigned build_count;
  EnumerationLimits limits; // of each test and model
  const Stop *stop;
  // After every test, in order; it is gone when this returns. False: no more.
  bool (*each)(const CheckedTest *checked, Arena *arena, void *context);
  void (*progress)(unsigned done, unsigned count, void *context); // of compilers that ended
  void *context;
} CheckOptions;

// Compiles and judges all. How many tests were; fewer where it was stopped, or nothing could be tried (`diag`).
unsigned check_all(const CheckOptions *options, Diag *diag);

// The compilers that are looked for where none is named.
enum { CHECK_USUAL = 2 };
extern const char *const check_usual[CHECK_USUAL];

// A way to compile for the CPU. `cc`: a compiler's name, or several, "P0=gcc,P1=clang-14". What is called gcc or
// gcc-12 is that of the CPU's tools, clang is told the target; others must make code for it as they are. False, with
// the reason, where there is no such compiler.
bool check_build_find(const char *cc, const char *flags, const Cpu *cpu, Arena *arena, CheckBuild *out, Diag *diag);
