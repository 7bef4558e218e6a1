// What the C made from a test offers to the program around it, in a folder that `weakmem show --export` wrote.
//
// The sources in this folder are no part of weakmem itself: with those of the engines, which go along as they are, they
// make a test a program of its own, for a machine that has a C compiler and POSIX threads but no weakmem.
#pragma once
#include "harness/engine/lockstep.h"
#include "harness/engine/perpetual.h"
#include "harness/machine/identity.h"

typedef struct {
  const Test *test; // without its statements, of which the C was made
  Engine engine;
  const void *code;            // as Session.code
  const PerpetualShape *shape; // NULL with lockstep
  const char *const *fences;   // of this CPU's own, those that the test needs; NULL-terminated
  // For the record.
  const char *file, *digest, *fence, *condition, *weakmem;
  const char *litmus; // the test's text, by which a test that weakmem does not have is judged
  const char *compiler_path, *compiler_flags;
} Exported;

extern const Exported exported;
