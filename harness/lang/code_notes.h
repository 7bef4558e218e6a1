// The notes that weakmem.h puts into an object file.
#pragma once
#include "harness/base/elf.h"

// As weakmem.h numbers them.
typedef enum { NOTE_THREAD = 1, NOTE_RESULTS, NOTE_ACCEPTABLE, NOTE_INTERESTING, NOTE_FORBIDDEN } NoteKind;

typedef struct {
  NoteKind kind;
  unsigned number, line;
  const char *text, *sentence, *file; // what was said, and where; the sentence is a grade's, else ""
  uint64_t bytes, alignment;          // of what is shared: a thread's
} CodeNote;

// In the order of the file. False, reported, where they are damaged; there may be none.
bool code_notes_read(const Elf *elf, Arena *arena, CodeNote **out, unsigned *count, Diag *diag);
