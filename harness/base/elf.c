#include "harness/base/elf.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>

static bool fail(const Elf *elf, uint64_t offset, const char *what, Diag *diag) {
  return diag_error(diag, "%s: byte 0x%llx of the object: %s", elf->file->name, (unsigned long long)offset, what);
}

uint64_t elf_number(const Elf *elf, size_t offset, unsigned bytes) {
  const unsigned char *at = (const unsigned char *)elf->file->bytes + offset;
  uint64_t out = 0;
  for (unsigned i = 0; i < bytes; i++)
    out = out << 8 | at[elf->is_big ? i : bytes - 1 - i];
  return out;
}

// A member of a struct that begins at an offset.
#define MEMBER(elf, Struct, offset, member)                                                                            \
  elf_number(elf, (offset) + offsetof(Struct, member), sizeof(((Struct *)0)->member))

// Whether so many bytes from there on are in the file.
static bool is_inside(const Elf *elf, uint64_t offset, uint64_t bytes) {
  return offset <= elf->file->length && bytes <= elf->file->length - offset;
}

bool elf_is(const Source *file) { return file->length >= SELFMAG && !memcmp(file->bytes, ELFMAG, SELFMAG); }

static bool read_kind(Elf *elf, Diag *diag) {
  const Source *file = elf->file;
  if (!elf_is(file))
    return fail(elf, 0, "it does not begin as an ELF file does", diag);
  if (file->length < sizeof(Elf64_Ehdr))
    return fail(elf, file->length, "the file ends in its header", diag);
  if (file->bytes[EI_CLASS] != ELFCLASS64)
    return fail(elf, EI_CLASS, "it is not of 64 bits", diag);
  if (file->bytes[EI_DATA] != ELFDATA2LSB && file->bytes[EI_DATA] != ELFDATA2MSB)
    return fail(elf, EI_DATA, "its byte order is none", diag);
  elf->is_big = file->bytes[EI_DATA] == ELFDATA2MSB;
  return true;
}

// The string at an index of a table of strings; NULL where it does not end in it.
static const char *string_of(const Elf *elf, const struct ElfSection *strings, uint64_t index) {
  if (index >= strings->span.length)
    return NULL;
  const char *at = elf->file->bytes + strings->span.offset + index;
  return memchr(at, '\0', strings->span.length - index) ? at : NULL;
}

static bool read_section(const Elf *elf, size_t at, struct ElfSection *out, Diag *diag) {
  *out = (struct ElfSection){.type = (unsigned)MEMBER(elf, Elf64_Shdr, at, sh_type),
                             .link = (unsigned)MEMBER(elf, Elf64_Shdr, at, sh_link)};
  if (out->type == SHT_NOBITS || out->type == SHT_NULL)
    return true;
  uint64_t offset = MEMBER(elf, Elf64_Shdr, at, sh_offset), bytes = MEMBER(elf, Elf64_Shdr, at, sh_size);
  if (!is_inside(elf, offset, bytes))
    return fail(elf, at, "a section reaches beyond the end of the file", diag);
  out->span = (Span){offset, bytes};
  return true;
}

// The headers of sections; their names are in one of them.
static bool read_sections(Elf *elf, Arena *arena, Diag *diag) {
  uint64_t table = MEMBER(elf, Elf64_Ehdr, 0, e_shoff);
  unsigned count = (unsigned)MEMBER(elf, Elf64_Ehdr, 0, e_shnum);
  unsigned names = (unsigned)MEMBER(elf, Elf64_Ehdr, 0, e_shstrndx);
  if (!count || MEMBER(elf, Elf64_Ehdr, 0, e_shentsize) != sizeof(Elf64_Shdr))
    return fail(elf, offsetof(Elf64_Ehdr, e_shentsize), "it has no table of sections", diag);
  if (!is_inside(elf, table, (uint64_t)count * sizeof(Elf64_Shdr)))
    return fail(elf, offsetof(Elf64_Ehdr, e_shoff), "the table of sections reaches beyond the end of the file", diag);
  if (names >= count)
    return fail(elf, offsetof(Elf64_Ehdr, e_shstrndx), "no section has the names of the others", diag);
  elf->sections = ARENA_ARRAY(arena, struct ElfSection, count);
  elf->section_count = count;
  for (unsigned i = 0; i < count; i++)
    if (!read_section(elf, table + i * sizeof(Elf64_Shdr), &elf->sections[i], diag))
      return false;
  for (unsigned i = 0; i < count; i++) {
    size_t at = table + i * sizeof(Elf64_Shdr);
    elf->sections[i].name = string_of(elf, &elf->sections[names], MEMBER(elf, Elf64_Shdr, at, sh_name));
    if (!elf->sections[i].name)
      return fail(elf, at, "a section's name does not end", diag);
  }
  return true;
}

bool elf_read(const Source *file, Arena *arena, Elf *out, Diag *diag) {
  *out = (Elf){.file = file};
  return read_kind(out, diag) && read_sections(out, arena, diag);
}

const struct ElfSection *elf_section(const Elf *elf, const char *name) {
  for (unsigned i = 0; i < elf->section_count; i++)
    if (!strcmp(elf->sections[i].name, name))
      return &elf->sections[i];
  return NULL;
}

bool elf_symbols(const Elf *elf, Arena *arena, ElfSymbol **out, unsigned *count, Diag *diag) {
  const struct ElfSection *table = NULL;
  for (unsigned i = 0; i < elf->section_count && !table; i++)
    if (elf->sections[i].type == SHT_SYMTAB)
      table = &elf->sections[i];
  *count = table ? (unsigned)(table->span.length / sizeof(Elf64_Sym)) : 0;
  *out = ARENA_ARRAY(arena, ElfSymbol, *count + (size_t)1);
  if (table && table->link >= elf->section_count)
    return fail(elf, table->span.offset, "no section has the names of symbols", diag);
  for (unsigned i = 0; i < *count; i++) {
    size_t at = table->span.offset + i * sizeof(Elf64_Sym);
    (*out)[i] = (ElfSymbol){
        .name = string_of(elf, &elf->sections[table->link], MEMBER(elf, Elf64_Sym, at, st_name)),
        .value = MEMBER(elf, Elf64_Sym, at, st_value),
        .size = MEMBER(elf, Elf64_Sym, at, st_size),
        .section = (unsigned)MEMBER(elf, Elf64_Sym, at, st_shndx),
        .is_function = ELF64_ST_TYPE(MEMBER(elf, Elf64_Sym, at, st_info)) == STT_FUNC,
        .is_local = ELF64_ST_BIND(MEMBER(elf, Elf64_Sym, at, st_info)) == STB_LOCAL,
    };
    if (!(*out)[i].name)
      return fail(elf, at, "a symbol's name does not end", diag);
  }
  return true;
}
