// The tests that come with weakmem, inside the binary; and finding tests by name, file, folder or list.
#pragma once
#include "harness/lang/parse.h"

typedef struct {
  const Test **tests;
  unsigned count;
} Suite;

// Every built-in test, by family then name; a family alone where `family` is not NULL. Parsed into `arena`.
Suite suite_builtin(const char *family, Arena *arena, Diag *diag);

// The tests that the arguments name, in order: a built-in test's or family's name, `all`, a pattern of such names as
// shells have them (`SB*`), a file, a folder (every *.litmus under it, sorted, symbolic links to folders not followed),
// `@LIST` (a file with one such argument a line, `#` and what follows it left out, relative to the list's own folder,
// not nested more than 8 deep), `-` (standard input). A name that is both a file and a built-in test is the file.
// A file, or standard input, may hold several tests, one after another (stream.h).
// Errors are in `diag`; the tests that could be read are returned all the same.
Suite suite_find(char *const *arguments, unsigned count, Arena *arena, Diag *diag);

// The same by a reader that knows other languages than C, as test_parse does C.
typedef Test *TestReader(const Source *source, Arena *arena, Diag *diag);
Suite suite_find_by(TestReader *read, char *const *arguments, unsigned count, Arena *arena, Diag *diag);
Suite suite_builtin_by(TestReader *read, const char *family, Arena *arena, Diag *diag);

// Whether a name is the one that is asked for, or matches the pattern that is.
bool suite_name_matches(const char *pattern, const char *name);
