#include "arch/arch.h"

#include <string.h>

extern const Arch arch_sc, arch_c11, arch_x86_64, arch_aarch64, arch_riscv, arch_power;

const Arch *const arch_all[] = {&arch_sc, &arch_c11, &arch_x86_64, &arch_aarch64, &arch_riscv, &arch_power};
const unsigned arch_count = sizeof arch_all / sizeof arch_all[0];

const Arch *arch_find(const char *name) {
  for (unsigned i = 0; i < arch_count; i++)
    if (!strcmp(arch_all[i]->name, name) || !strcmp(arch_all[i]->model, name))
      return arch_all[i];
  return NULL;
}

// Whether `word` is among the blank-separated words of `list`.
static bool has_word(const char *list, const char *word) {
  size_t length = strlen(word);
  for (const char *at = list; *at;) {
    size_t span = strcspn(at, " ");
    if (span == length && !memcmp(at, word, length))
      return true;
    at += span + strspn(at + span, " ");
  }
  return false;
}

static bool has_feature(const char *const *features, const char *feature) {
  for (; features && *features; features++)
    if (!strcmp(*features, feature))
      return true;
  return false;
}

const LowerRow *arch_lower(const Arch *arch, LowerOperation operation, const char *order, const char *const *features) {
  if (!features)
    features = arch->features;
  for (unsigned i = 0; i < arch->row_count; i++) {
    const LowerRow *row = &arch->rows[i];
    if (row->operation == operation && has_word(row->orders, order) &&
        (!row->feature || has_feature(features, row->feature)))
      return row;
  }
  return operation == LOWER_FAIL ? arch_lower(arch, LOWER_LOAD, order, features) : NULL;
}

const ArchFence *arch_fence(const Arch *arch, const char *name) {
  for (unsigned i = 0; i < arch->fence_count; i++)
    if (!strcmp(arch->fences[i].name, name))
      return &arch->fences[i];
  return NULL;
}
