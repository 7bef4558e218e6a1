// Several tests in one text, one after another: what a generator prints, and `cat` makes.
#pragma once
#include "harness/base/diag.h"

typedef struct {
  const Source *all;
  size_t at;      // where the next test begins
  unsigned line;  // how many lines are before it
  unsigned count; // tests so far
} Stream;

// The next test, without those behind it: a test ends behind its condition where a line has the two words that a test
// begins with. Of a text with one test alone it is the text itself, however it ends. NULL: there is none left. Lives in
// `arena`; places in it are those in the whole.
const Source *stream_next(Stream *stream, Arena *arena);
