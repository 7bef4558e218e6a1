// The user's own C among a command's arguments: files that end in .c or .o, and the examples that come with weakmem.
#pragma once
#include "harness/build/users.h"
#include "harness/cli/options.h"
#include "harness/lang/suite.h"

typedef struct {
  CodeSaid said;
  bool folders; // those among the arguments hold code files
} CodeOptions;

// NOLINTBEGIN(bugprone-macro-parentheses): they are names of members
// Rows of a table: `code` is a CodeOptions in the settings.
#define OPTION_CODE(Settings, code)                                                                                    \
  {"code",      0,                                                                                                     \
   NULL,        "Folders hold the user's C and objects, not litmus tests",                                             \
   OPTION_FLAG, .place = offsetof(Settings, code.folders)},                                                            \
      {"threads",   0,                                                                                                 \
       "F,G",       "Of an object without weakmem.h's notes: the functions that are its threads",                      \
       OPTION_LIST, .place = offsetof(Settings, code.said.threads)},                                                   \
      {"shared",     0,                                                                                                \
       "BYTES",      "... and how much they share, by their first parameter",                                          \
       OPTION_COUNT, .place = offsetof(Settings, code.said.shared_bytes),                                              \
       .low = 1,     .high = CODE_SHARED_MOST},                                                                        \
      {"results",   0,                                                                                                 \
       "A,B",       "... and the names of the 64-bit results that the second points to",                               \
       OPTION_LIST, .place = offsetof(Settings, code.said.results)},                                                   \
  {                                                                                                                    \
    "forbid", 0, "EXPR", "A forbidden result, as 'a != b'; may be said again", OPTION_TEXTS,                           \
        .place = offsetof(Settings, code.said.forbidden)                                                               \
  }
// NOLINTEND(bugprone-macro-parentheses)

typedef struct {
  UsersFile *files; // `given` alone is set
  unsigned count;
} CodeFiles;

// The examples that come with weakmem, of the family "code": their names and stories, of which nothing is compiled.
Suite code_examples(Arena *arena);

// Takes those that name code out of the arguments, in their order. False, reported, where one cannot be opened.
bool code_files_take(Common *common, const CodeOptions *options, CodeFiles *out, Diag *diag);
// Compiles and reads them, and puts each as a test behind those of the suite. users_release lets go of them.
bool code_files_add(const CodeFiles *files, const CodeOptions *options, const Compiler *compiler, const Stop *stop,
                    Suite *suite, Arena *arena, Diag *diag);
