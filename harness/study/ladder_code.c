#include "harness/study/ladder_code.h"

#include <ctype.h>
#include <string.h>

// "    1130:\tlock orq $0x0,(%rsp)" without its address and comment; *length 0 where the line has no instruction.
static const char *instruction_of(const char *line, size_t *length) {
  size_t end = strcspn(line, "\n");
  const char *tab = memchr(line, '\t', end);
  *length = 0;
  if (!tab)
    return line;
  const char *begin = tab + 1, *stop = line + end;
  for (const char *c = begin; c < stop; c++)
    if ((*c == '#' && c > begin && isspace((unsigned char)c[-1])) || (*c == '/' && c + 1 < stop && c[1] == '/'))
      stop = c;
  while (stop > begin && isspace((unsigned char)stop[-1]))
    stop--;
  *length = (size_t)(stop - begin);
  return begin;
}

// One blank between words, none after a comma, no 0x before a zero: as two spellings of an instruction are compared.
static const char *normalised(const char *text, size_t length, Arena *arena) {
  char *out = arena_copy(arena, text, length), *to = out;
  for (size_t i = 0; i < length; i++) {
    if (isspace((unsigned char)text[i])) {
      if (to > out && to[-1] != ' ' && to[-1] != ',')
        *to++ = ' ';
      continue;
    }
    if (text[i] == '0' && i + 2 < length && text[i + 1] == 'x' && text[i + 2] == '0')
      i += 2;
    *to++ = text[i];
  }
  *to = '\0';
  return out;
}

static bool same_first_word(const char *a, const char *b) {
  size_t length = strcspn(a, " ");
  return length == strcspn(b, " ") && !memcmp(a, b, length);
}

// Whether it may be a fence: as one of the CPU's begins, and with an operand in memory where that has one (an xchg of a
// register with itself pads code).
static bool may_be_fence(const char *instruction, const Cpu *cpu) {
  for (unsigned i = 0; i < cpu->fence_count; i++) {
    const char *fence = cpu->fences[i].instruction;
    if (same_first_word(instruction, fence) && (!strchr(fence, '(') || strchr(instruction, '(')))
      return true;
  }
  return false;
}

static const CpuFence *known_fence(const char *instruction, const Cpu *cpu, Arena *arena) {
  for (unsigned i = 0; i < cpu->fence_count; i++) {
    const char *fence = cpu->fences[i].instruction;
    if (!strcmp(instruction, normalised(fence, strlen(fence), arena)))
      return &cpu->fences[i];
  }
  return NULL;
}

static unsigned count_of(const char *listing, const char *instruction, Arena *arena) {
  unsigned count = 0;
  while (*listing) {
    size_t length;
    const char *text = instruction_of(listing, &length);
    count += length && !strcmp(normalised(text, length, arena), instruction);
    listing += strcspn(listing, "\n");
    listing += *listing == '\n';
  }
  return count;
}

// Whether the list has an instruction of this first word already: one fence may stand with several registers.
static bool is_told(const char *list, const char *instruction) {
  for (; *list; list += strcspn(list, ";"), list += *list ? 2 : 0)
    if (same_first_word(list, instruction))
      return true;
  return false;
}

const char *ladder_emitted(const char *with, const char *without, const Cpu *cpu, const CpuFence **fence,
                           Arena *arena) {
  *fence = NULL;
  Arena *scratch = arena_new();
  const char *all = "";
  for (const char *line = with; *line && !*fence; line += strcspn(line, "\n"), line += *line == '\n') {
    size_t length;
    const char *text = instruction_of(line, &length);
    const char *instruction = normalised(text, length, scratch);
    if (!length || !may_be_fence(instruction, cpu) ||
        count_of(with, instruction, scratch) <= count_of(without, instruction, scratch))
      continue;
    *fence = known_fence(instruction, cpu, scratch);
    if (*fence || !*all)
      all = instruction;
    else if (!is_told(all, instruction))
      all = arena_printf(scratch, "%s; %s", all, instruction);
  }
  all = arena_string(arena, all);
  arena_free(scratch);
  return all;
}
