// A code file compiled in one of many ways, and judged.
#pragma once
#include "harness/build/users.h"
#include "harness/study/check.h"
#include "harness/study/users_code.h"

typedef enum {
  USERS_KEPT,   // nothing forbidden can happen
  USERS_BROKEN, // a forbidden result can
  USERS_HANGS,  // none was found, but a wait may never end
  USERS_OPEN    // it was not judged, or not wholly: `why` of its code says why not
} UsersVerdict;

typedef struct {
  const CheckBuild *build;
  UsersVerdict verdict;
  UsersCode code;
} UsersCheck;

const char *users_verdict_name(UsersVerdict verdict); // "kept"

// What a build made of a file.
typedef struct {
  const CheckBuild *build;
  Compiler compiler;
  UsersFile file;
  const char *why; // a sentence: nothing was made, or it could not be read; NULL: all is well
} UsersMade;

// Compiles what was given, and reads it. users_release of its file lets go of it, whatever came of it.
UsersMade users_make(const Source *given, const CodeSaid *said, const CheckBuild *build, const Stop *stop,
                     Arena *arena);
UsersCheck users_judge(const UsersMade *made, const Judge *judges, const UsersOptions *options, Arena *arena);

// Both. Compiles what was given, if it is C (an object is judged where it is one of the build's CPU), and judges it.
// Vectors are kept out of it, since no table tells of their registers. All lives in `arena`.
UsersCheck users_check(const Source *given, const CodeSaid *said, const CheckBuild *build, const Judge *judges,
                       const UsersOptions *options, const Stop *stop, Arena *arena);
