#include "harness/study/ladder_code.h"

#include <ctype.h>
#include <string.h>

// An access to the thread's own stack that is an event is made for the order that it gives.
static bool orders(const Test *test, const Instr *instr) {
  bool is_access = instr->kind == INSTR_RMW || instr->kind == INSTR_READ || instr->kind == INSTR_WRITE;
  return instr->kind == INSTR_FENCE ||
         (is_access && !instr->address.is_register && instr->address.constant.location >= (int)test->location_count);
}

// One blank between words, none after a comma, no 0x before a zero: as two spellings of an instruction are compared.
static const char *normalised(const char *text, Arena *arena) {
  char *out = arena_string(arena, text), *to = out;
  for (const char *at = text; *at; at++) {
    if (isspace((unsigned char)*at)) {
      if (to > out && to[-1] != ' ' && to[-1] != ',')
        *to++ = ' ';
      continue;
    }
    if (at[0] == '0' && at[1] == 'x' && at[2] == '0')
      at += 2;
    *to++ = *at;
  }
  *to = '\0';
  return out;
}

static unsigned count_of(const MachineCode *code, const char *text, Arena *arena) {
  unsigned count = 0;
  for (unsigned t = 0; t < code->program->thread_count; t++)
    for (unsigned i = 0; i < code->program->threads[t].instr_count; i++) {
      const Instr *instr = &code->program->threads[t].instrs[i];
      count += orders(code->test, instr) && !strcmp(normalised(instr->text, arena), text);
    }
  return count;
}

static const CpuFence *known_fence(const Cpu *cpu, const char *text, Arena *arena) {
  for (unsigned i = 0; i < cpu->fence_count; i++)
    if (!strcmp(text, normalised(cpu->fences[i].instruction, arena)))
      return &cpu->fences[i];
  return NULL;
}

static bool is_told(const char *list, const char *text) {
  for (size_t length = strlen(text); *list; list += strcspn(list, ";"), list += *list ? 2 : 0)
    if (!strncmp(list, text, length) && (!list[length] || list[length] == ';'))
      return true;
  return false;
}

const char *ladder_emitted(const MachineCode *with, const MachineCode *without, const CpuFence **fence, Arena *arena) {
  *fence = NULL;
  const char *added = "";
  for (unsigned t = 0; t < with->program->thread_count && !*fence; t++)
    for (unsigned i = 0; i < with->program->threads[t].instr_count && !*fence; i++) {
      const Instr *instr = &with->program->threads[t].instrs[i];
      const char *text = orders(with->test, instr) ? normalised(instr->text, arena) : NULL;
      if (!text || count_of(with, text, arena) <= count_of(without, text, arena))
        continue;
      *fence = known_fence(with->cpu, text, arena);
      if (*fence || !*added)
        added = text;
      else if (!is_told(added, text))
        added = arena_printf(arena, "%s; %s", added, text);
    }
  return added;
}
