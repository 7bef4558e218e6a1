#include "results/import_code.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 1 << 18 }; // of a thread's code that are kept

void code_clear(Code *code) {
  for (unsigned i = 0; i < CODE_THREADS; i++)
    text_free(&code->threads[i]);
  *code = (Code){0};
}

static void read_row(Code *code, const char *line) {
  for (unsigned thread = 0; thread < CODE_THREADS; thread++) {
    size_t length = strcspn(line, "|;");
    Text *text = &code->threads[thread];
    if (text->length + length < TEXT_BYTES) {
      text_add_bytes(text, line, length);
      text_add_char(text, '\n');
    }
    line += length;
    if (*line++ != '|')
      return;
  }
}

void code_line(Code *code, const char *line, Arena *arena) {
  line += strspn(line, " \t");
  if (!code->arch) {
    char arch[32], name[256];
    if (sscanf(line, "%31s %255s", arch, name) == 2) {
      code->arch = arena_string(arena, arch);
      code->name = arena_string(arena, name);
    }
    return;
  }
  bool is_head = !strncmp(line, "P0", 2) && !isalnum((unsigned char)line[2]);
  static const char *const ends[] = {"exists", "~exists", "forall", "locations", "filter", "Generated"};
  for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++)
    code->ended |= !strncmp(line, ends[i], strlen(ends[i]));
  if (code->begun && !code->ended && strchr(line, ';'))
    read_row(code, line);
  code->begun |= is_head && strchr(line, ';') && strcmp(code->arch, "C") != 0;
}

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

// A register's name without its width and in small letters: rax, eax and ax are "ax"; X0 and W0 are "x0".
static void normalise(const char *reg, size_t length, char out[16]) {
  char name[16] = "";
  for (size_t i = 0; i < length && i < sizeof name - 1; i++)
    name[i] = (char)tolower((unsigned char)reg[i]);
  const char *start = name;
  if ((name[0] == 'r' || name[0] == 'e') && isalpha((unsigned char)name[1]))
    start++;
  if (name[0] == 'w' && isdigit((unsigned char)name[1]))
    name[0] = 'x';
  snprintf(out, 16, "%s", start);
  size_t wide = strlen(out);
  if (out[0] == 'r' && wide > 2 && strchr("dwb", out[wide - 1])) // r8d
    out[wide - 1] = '\0';
  if (wide == 2 && out[1] == 'l' && strchr("abcd", out[0])) // al
    out[1] = 'x';
}

size_t code_place(const Code *code, unsigned thread, const char *reg) {
  char wanted[16], word[16];
  normalise(reg, strlen(reg), wanted);
  if (thread >= CODE_THREADS)
    return SIZE_MAX;
  const char *text = text_string(&code->threads[thread]);
  for (const char *at = text; *at;) {
    size_t length = 0;
    while (is_word(at[length]))
      length++;
    normalise(at, length, word);
    if (length && length < sizeof word && !strcmp(word, wanted))
      return (size_t)(at - text);
    at += length ? length : 1;
  }
  return SIZE_MAX;
}

const char *code_arch(const char *word) {
  static const char *const archs[][2] = {{"X86", "x86_64"},    {"X86_64", "x86_64"},  {"AArch64", "aarch64"},
                                         {"ARM", "arm"},       {"PPC", "ppc64"},      {"PPCGen", "ppc64"},
                                         {"RISCV", "riscv64"}, {"RISC-V", "riscv64"}, {"MIPS", "mips"}};
  for (unsigned i = 0; i < sizeof archs / sizeof *archs; i++)
    if (!strcmp(archs[i][0], word))
      return archs[i][1];
  return "";
}
