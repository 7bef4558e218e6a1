#include "arch/instruction.h"

#include <string.h>

extern const InstructionSet instructions_aarch64, instructions_power, instructions_riscv, instructions_x86_64;

const InstructionSet *const instruction_sets[] = {&instructions_x86_64, &instructions_aarch64, &instructions_riscv,
                                                  &instructions_power, NULL};

const InstructionSet *instructions_of_dialect(const char *name, size_t length, const AssemblyDialect **dialect) {
  for (const InstructionSet *const *set = instruction_sets; *set; set++)
    for (unsigned i = 0; i < (*set)->dialect_count; i++)
      if (strlen((*set)->dialects[i].name) == length && !memcmp((*set)->dialects[i].name, name, length)) {
        *dialect = &(*set)->dialects[i];
        return *set;
      }
  return NULL;
}

const InstructionSet *instructions_of_arch(const char *arch) {
  for (const InstructionSet *const *set = instruction_sets; *set; set++)
    if (!strcmp((*set)->arch, arch))
      return *set;
  return NULL;
}
