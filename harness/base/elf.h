// Object files as others made them: ELF of 64 bits and either byte order (System V ABI, "Object Files"). Nothing in one
// is trusted: what points beyond the file, or runs into its end, is an error at the place that says so.
#pragma once
#include "harness/base/diag.h"

#include <stdint.h>

typedef struct {
  const Source *file;
  bool is_big; // the most significant byte comes first
  struct ElfSection {
    const char *name;
    Span span; // of its bytes in the file; empty where it has none there
    unsigned type, link;
  } * sections;
  unsigned section_count;
} Elf;

typedef struct {
  const char *name;
  uint64_t value, size; // of a relocatable file, the place in its section
  unsigned section;     // 0: it is defined elsewhere
  bool is_function;
  bool is_local; // no other file can name it
} ElfSymbol;

// Whether these bytes begin as an ELF file does.
bool elf_is(const Source *file);
// False, reported, where the file is no such object or its headers are damaged.
bool elf_read(const Source *file, Arena *arena, Elf *out, Diag *diag);
// NULL: there is none of that name.
const struct ElfSection *elf_section(const Elf *elf, const char *name);
// All of them, those that the file only names included. False, reported, where the table is damaged.
bool elf_symbols(const Elf *elf, Arena *arena, ElfSymbol **out, unsigned *count, Diag *diag);
// The number of 1, 2, 4 or 8 bytes at an offset that is known to lie in the file.
uint64_t elf_number(const Elf *elf, size_t offset, unsigned bytes);
