// Results as continuous integration reads them: JUnit's XML, as Jenkins, GitLab and GitHub's actions take it, which is
// no standard: the elements are those of Ant's task, a testsuite of testcases that passed or hold a failure, an error
// or a skipped.
#pragma once
#include "results/record.h"

typedef enum {
  JUNIT_PASSED,
  JUNIT_FAILED,  // what ends a command with status 1
  JUNIT_ERROR,   // what ends it with 3
  JUNIT_SKIPPED, // what there is nothing to say of
} JunitOutcome;

typedef struct {
  const char *group; // "gcc -O2 for x86_64": what tells its cases from others' of the same name
  const char *name;  // the test's
  double seconds;    // that it took; 0: not said
  JunitOutcome outcome;
  const char *message; // a line on it; NULL
  const char *details; // lines; NULL
} JunitCase;

// Cases that are being gathered. Junit{0} is none; junit_end frees it.
typedef struct {
  Text cases;
  unsigned counts[JUNIT_SKIPPED + 1];
  double seconds;
} Junit;

void junit_add(Junit *junit, const JunitCase *one);
// A run: failed if a state was seen that should not have been, an error if it was not done. Its histogram is in it.
void junit_add_record(Junit *junit, const Record *record, Arena *arena);
// The document: one suite of this name.
void junit_end(Junit *junit, const char *suite, Text *out);
