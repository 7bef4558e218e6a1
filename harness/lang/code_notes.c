#include "harness/lang/code_notes.h"

#include <stdlib.h>
#include <string.h>

enum {
  MAGIC = 0x314d4d57,
  ALIGNED = 8,
  HEAD = 32, // bytes: six numbers of four, and one of eight; words follow
};

typedef struct {
  const Elf *elf;
  Span left; // of the section
  Arena *arena;
  Diag *diag;
  CodeNote *notes;
  size_t count, capacity;
} Reading;

static bool fail(const Reading *r, size_t at, const char *what) {
  return diag_error(r->diag, "%s: byte 0x%zx of the object, in section weakmem: %s", r->elf->file->name, at, what);
}

static unsigned number(const Reading *r, unsigned which) {
  return (unsigned)elf_number(r->elf, r->left.offset + which * (size_t)4, 4);
}

static void skip(Reading *r, size_t bytes) {
  r->left.offset += bytes;
  r->left.length -= bytes;
}

// The words of a note lie behind one another, each with its end. The one after `text`; NULL: there is none.
static const char *next_words(const char *text, const char *end) {
  const char *next = text + strlen(text) + 1;
  return next < end ? next : NULL;
}

static bool read_words(const Reading *r, unsigned bytes, CodeNote *note) {
  const char *words = r->elf->file->bytes + r->left.offset + HEAD, *end = words + bytes;
  if (!bytes || end[-1])
    return fail(r, r->left.offset, "the words of a note do not end");
  note->text = words;
  note->sentence = "";
  note->file = next_words(words, end);
  if (note->file && note->kind >= NOTE_ACCEPTABLE) {
    note->sentence = note->file;
    note->file = next_words(note->file, end);
  }
  return note->file || fail(r, r->left.offset, "words of a note are missing");
}

static bool read_note(Reading *r) {
  size_t at = r->left.offset;
  if (r->left.length < HEAD || number(r, 0) != MAGIC)
    return fail(r, at, "expected a note of weakmem.h");
  unsigned bytes = number(r, 1), kind = number(r, 2);
  size_t size = HEAD + ((size_t)bytes + ALIGNED - 1) / ALIGNED * ALIGNED;
  if (size > r->left.length)
    return fail(r, at, "a note reaches beyond the section");
  if (kind < NOTE_THREAD || kind > NOTE_FORBIDDEN)
    return fail(r, at, "a note of a kind that this version of weakmem does not know");
  CodeNote note = {.kind = kind,
                   .number = number(r, 3),
                   .line = number(r, 4),
                   .alignment = number(r, 5),
                   .bytes = elf_number(r->elf, at + 24, 8)};
  if (!read_words(r, bytes, &note))
    return false;
  r->notes = arena_grow(r->arena, r->notes, &r->capacity, r->count + 1, sizeof *r->notes);
  r->notes[r->count++] = note;
  skip(r, size);
  return true;
}

static int compare_notes(const void *a, const void *b) {
  const CodeNote *left = a, *right = b;
  return (left->number > right->number) - (left->number < right->number);
}

bool code_notes_read(const Elf *elf, Arena *arena, CodeNote **out, unsigned *count, Diag *diag) {
  const struct ElfSection *section = elf_section(elf, "weakmem");
  Reading r = {.elf = elf, .left = section ? section->span : (Span){0}, .arena = arena, .diag = diag};
  while (r.left.length >= ALIGNED) {
    bool is_padding = !elf_number(elf, r.left.offset, ALIGNED);
    if (is_padding)
      skip(&r, ALIGNED);
    else if (!read_note(&r))
      return false;
  }
  if (r.count)
    qsort(r.notes, r.count, sizeof *r.notes, compare_notes);
  *out = r.notes;
  *count = (unsigned)r.count;
  return true;
}
