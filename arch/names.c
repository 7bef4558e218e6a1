#include "arch/names.h"
#include "arch/instruction.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *const arch_names[] = {"x86_64",  "x86",   "aarch64", "arm",  "riscv64", "riscv",
                                  "ppc64le", "ppc64", "power",   "mips", NULL};

static const char *find(const char *const (*rows)[2], const char *name) {
  for (; (*rows)[0]; rows++)
    if (!strcmp((*rows)[0], name))
      return (*rows)[1];
  return NULL;
}

const char *arch_title(const char *name) {
  static const char *const titles[][2] = {{"x86_64", "x86"},     {"x86", "x86"},      {"aarch64", "ARM"},
                                          {"arm", "32-bit ARM"}, {"riscv", "RISC-V"}, {"riscv64", "RISC-V"},
                                          {"power", "POWER"},    {"ppc64", "POWER"},  {"ppc64le", "POWER"},
                                          {"ppc", "POWER"},      {"", "unnamed"},     {NULL, NULL}};
  const char *title = find(titles, name);
  return title ? title : name;
}

const char *arch_of_word(const char *word) {
  static const char *const words[][2] = {
      {"X86", "x86_64"},   {"X86_64", "x86_64"}, {"AArch64", "aarch64"}, {"ARM", "arm"},   {"PPC", "ppc64"},
      {"PPCGen", "ppc64"}, {"RISCV", "riscv64"}, {"RISC-V", "riscv64"},  {"MIPS", "mips"}, {NULL, NULL}};
  const char *arch = find(words, word);
  return arch ? arch : "";
}

const char *arch_of_register(const char *name) {
  bool numbered = *name && isdigit((unsigned char)name[1]);
  if (strlen(name) == 3 && strchr("ER", name[0]) && isupper((unsigned char)name[1]))
    return "x86_64";
  if (!numbered)
    return "";
  return *name == 'X' || *name == 'W' ? "aarch64" : *name == 'x' ? "riscv64" : *name == 'R' ? "arm" : "";
}

const char *const arch_cpuinfo_keys[] = {"flags", "Features", "isa", "cpu", NULL};

const char *arch_of_cpuinfo(const char *key, const char *value) {
  static const struct {
    const char *key, *part, *arch; // of its value
  } facts[] = {{"flags", "fpu", "x86_64"},  {"Features", "asimd", "aarch64"}, {"Features", "thumb", "arm"},
               {"Features", "neon", "arm"}, {"isa", "rv64", "riscv64"},       {"cpu", "POWER", "ppc64"},
               {"cpu", "PPC", "ppc64"}};
  for (unsigned i = 0; i < sizeof facts / sizeof *facts; i++)
    if (!strcmp(key, facts[i].key) && strstr(value, facts[i].part))
      return facts[i].arch;
  return "";
}

bool arch_is_sure(const char *arch) { return !strcmp(arch, "x86_64"); }

// diy's words (herdtools7 manual, "Generating tests with diy7") that no folder has: those of every CPU, and 32-bit
// ARM's.
static const ArchOrder orders[] = {
    {"po", NULL, NULL},
    {"addr", NULL, "addr"},
    {"data", NULL, "data"},
    {"ctrl", NULL, "ctrl"},
    {"fence", "fence-seq_cst", NULL},
    {"dmb", "fence-seq_cst", NULL},
    {"dsb", "fence-seq_cst", NULL},
};

static bool is_word(const ArchOrder *order, const char *word, size_t length) {
  return order->word && strlen(order->word) == length && !memcmp(order->word, word, length);
}

const ArchOrder *arch_order(const char *word, size_t length) {
  for (unsigned i = 0; i < sizeof orders / sizeof *orders; i++)
    if (is_word(&orders[i], word, length))
      return &orders[i];
  for (const InstructionSet *const *set = instruction_sets; *set; set++)
    for (unsigned i = 0; i < (*set)->cycles->fence_count; i++) {
      const FenceWord *fence = &(*set)->cycles->fences[i];
      if (is_word(&fence->between, word, length))
        return &fence->between;
      if (is_word(&fence->controlled, word, length))
        return &fence->controlled;
    }
  return NULL;
}

void arch_register(const char *reg, size_t length, char out[ARCH_REGISTER]) {
  char name[ARCH_REGISTER] = "";
  for (size_t i = 0; i < length && i < sizeof name - 1; i++)
    name[i] = (char)tolower((unsigned char)reg[i]);
  const char *start = name;
  if ((name[0] == 'r' || name[0] == 'e') && isalpha((unsigned char)name[1]))
    start++;
  if (name[0] == 'w' && isdigit((unsigned char)name[1]))
    name[0] = 'x';
  snprintf(out, ARCH_REGISTER, "%s", start);
  size_t wide = strlen(out);
  if (out[0] == 'r' && wide > 2 && strchr("dwb", out[wide - 1])) // r8d
    out[wide - 1] = '\0';
  if (wide == 2 && out[1] == 'l' && strchr("abcd", out[0])) // al
    out[1] = 'x';
}
