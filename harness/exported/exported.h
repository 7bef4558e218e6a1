// What the C made from a test offers to the program around it, in a folder that `weakmem show --export` wrote.
//
// The program is in exported/, and no part of weakmem itself: with the engines and what they stand on, which go along
// as they are, it makes a test run on a machine that has a C compiler and POSIX threads but no weakmem.
#pragma once
#include "harness/engine/perpetual_shape.h"

typedef struct {
  const Shape *shape;
  const KernelCode *code;
  const char *const *fences; // of this CPU's own, those that the test needs; NULL-terminated
  // For the record.
  const char *name, *family, *file, *digest, *fence, *condition, *weakmem;
  const char *litmus; // the test's text, by which a test that weakmem does not have is judged
  const char *compiler_path, *compiler_flags;
} Exported;

extern const Exported exported;
