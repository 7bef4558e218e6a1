#include "results/import_code.h"
#include "arch/names.h"

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

size_t code_place(const Code *code, unsigned thread, const char *reg) {
  char wanted[ARCH_REGISTER], word[ARCH_REGISTER];
  arch_register(reg, strlen(reg), wanted);
  if (thread >= CODE_THREADS)
    return SIZE_MAX;
  const char *text = text_string(&code->threads[thread]);
  for (const char *at = text; *at;) {
    size_t length = 0;
    while (is_word(at[length]))
      length++;
    arch_register(at, length, word);
    if (length && length < sizeof word && !strcmp(word, wanted))
      return (size_t)(at - text);
    at += length ? length : 1;
  }
  return SIZE_MAX;
}
