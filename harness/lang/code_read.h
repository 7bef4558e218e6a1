// Object file -> CodeFile -> Test. The object tells by the notes that weakmem.h puts there, or the user does; nothing
// of it is run, so that those of other CPUs are read as well.
#pragma once
#include "harness/lang/code_file.h"

enum { CODE_SHARED_MOST = 1 << 20, CODE_ALIGNMENT_MOST = 128 }; // bytes

// What the user says of an object without notes, or besides them.
typedef struct {
  TextList threads;      // symbols; empty: the notes tell
  uint64_t shared_bytes; // 0: the notes tell
  TextList results;      // names; empty: the notes tell
  TextList forbidden;    // expressions, more than the notes have
} CodeSaid;

// What is known of a code file before its object is read: the first five members of a CodeFile, but for the name.
// NULL, reported at its place, where the object is damaged, or it and the user do not say what is needed.
const CodeFile *code_read(const CodeFile *known, const CodeSaid *said, const Source *object, Arena *arena, Diag *diag);

// It as a test: of the file's name and of the family "code", without statements. Its results are registers of its first
// thread, which states show by their names alone; its condition is that no forbidden grade holds.
Test *code_test(const CodeFile *code, Arena *arena);

// The first comment of a C file, its lines joined; "".
const char *code_read_story(const Source *c, Arena *arena);
