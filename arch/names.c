#include "arch/names.h"

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

// diy's words (herdtools7 manual, "Generating tests with diy7"); a fence of a wider domain is as that of the inner one.
static const ArchOrder orders[] = {
    {"po", NULL, NULL},
    {"addr", NULL, "addr"},
    {"data", NULL, "data"},
    {"ctrl", NULL, "ctrl"},
    {"fence", "fence-seq_cst", NULL},
    // AArch64, and 32-bit ARM
    {"dmb.sy", "fence-seq_cst", NULL},
    {"dmb.ish", "fence-seq_cst", NULL},
    {"dsb.sy", "fence-seq_cst", NULL},
    {"dsb.ish", "fence-seq_cst", NULL},
    {"dmb", "fence-seq_cst", NULL},
    {"dsb", "fence-seq_cst", NULL},
    {"dmb.ld", "dmb-ishld", NULL},
    {"dmb.ishld", "dmb-ishld", NULL},
    {"dmb.st", "dmb-ishst", NULL},
    {"dmb.ishst", "dmb-ishst", NULL},
    {"isb", "isb", NULL},
    {"ctrlisb", "isb", "ctrl"},
    // POWER
    {"sync", "fence-seq_cst", NULL},
    {"lwsync", "lwsync", NULL},
    {"isync", "isync", NULL},
    {"eieio", "eieio", NULL},
    {"ctrlisync", "isync", "ctrl"},
    // RISC-V
    {"fence.rw.rw", "fence-seq_cst", NULL},
    {"fence.r.rw", "fence-r-rw", NULL},
    {"fence.rw.w", "fence-rw-w", NULL},
    {"fence.r.r", "fence-r-r", NULL},
    {"fence.w.w", "fence-w-w", NULL},
    {"fence.r.w", "fence-r-w", NULL},
    {"fence.w.r", "fence-w-r", NULL},
    {"fence.tso", "fence-tso", NULL},
    // x86
    {"mfence", "fence-seq_cst", NULL},
    {"lfence", "lfence", NULL},
    {"sfence", "sfence", NULL},
};

const ArchOrder *arch_order(const char *word, size_t length) {
  for (unsigned i = 0; i < sizeof orders / sizeof *orders; i++)
    if (strlen(orders[i].word) == length && !memcmp(orders[i].word, word, length))
      return &orders[i];
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
