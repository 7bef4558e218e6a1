// The models and the CPUs that there are: a folder each, and a line each here.
#include "arch/cpus.h"
#include "arch/instruction.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

extern const Model model_lkmm;
extern const Model model_sc, model_c11, model_x86_tso, model_aarch64, model_riscv, model_power;
extern const Cpu cpu_x86_64, cpu_aarch64, cpu_riscv, cpu_power;
extern const InstructionSet instructions_x86_64, instructions_aarch64, instructions_riscv, instructions_power;

const Model *const model_all[] = {&model_sc, &model_c11, &model_x86_tso, &model_aarch64, &model_riscv, &model_power};
const unsigned model_count = sizeof model_all / sizeof *model_all;

const Cpu *const cpu_all[] = {&cpu_x86_64, &cpu_aarch64, &cpu_riscv, &cpu_power};
const unsigned cpu_count = sizeof cpu_all / sizeof *cpu_all;

const InstructionSet *const instruction_sets[] = {&instructions_x86_64, &instructions_aarch64, &instructions_riscv,
                                                  &instructions_power, NULL};

// Those that speak of one dialect alone.
static const Model *const model_of_dialects[] = {&model_c11, &model_lkmm};

static bool is_in(const char *const *list, const char *name) {
  for (; list && *list; list++)
    if (!strcmp(*list, name))
      return true;
  return false;
}

const Model *model_find(const char *name) {
  for (unsigned i = 0; i < model_count; i++) {
    const Model *model = model_all[i];
    if (!strcmp(model->name, name) || (model->cpu && !strcmp(model->cpu->name, name)) || is_in(model->aliases, name))
      return model;
  }
  for (unsigned i = 0; i < sizeof model_of_dialects / sizeof *model_of_dialects; i++)
    if (!strcmp(model_of_dialects[i]->name, name))
      return model_of_dialects[i];
  return NULL;
}

const Model *model_for(unsigned index, const char *dialect) {
  const Model *model = model_all[index];
  for (unsigned i = 0; model->dialect && i < sizeof model_of_dialects / sizeof *model_of_dialects; i++)
    if (!strcmp(model_of_dialects[i]->dialect, dialect))
      return model_of_dialects[i];
  return model;
}

unsigned model_index(const Model *model) {
  unsigned i = 0;
  while (i < model_count && model_all[i] != model && !(model->dialect && model_all[i]->dialect))
    i++;
  assert(i < model_count);
  return i;
}

const Cpu *cpu_find(const char *name) {
  for (unsigned i = 0; i < cpu_count; i++) {
    const Cpu *cpu = cpu_all[i];
    if (!strcmp(cpu->name, name) || !strcmp(cpu->uname, name) || is_in(cpu->aliases, name))
      return cpu;
  }
  return NULL;
}

const CpuFence *cpu_fence(const Cpu *cpu, const char *name) {
  for (unsigned i = 0; i < cpu->fence_count; i++)
    if (!strcmp(cpu->fences[i].name, name))
      return &cpu->fences[i];
  return NULL;
}

const CpuFence *cpu_fence_of(const Cpu *cpu, const char *instruction) {
  for (unsigned i = 0; i < cpu->fence_count; i++)
    if (!strcmp(cpu->fences[i].instruction, instruction))
      return &cpu->fences[i];
  return NULL;
}

const char *cpu_maker(const Cpu *cpu, unsigned number) {
  for (const CpuMaker *maker = cpu->makers; maker && maker->name; maker++)
    if (maker->number == number)
      return maker->name;
  return NULL;
}

const char *cpu_core(const Cpu *cpu, unsigned maker, unsigned part) {
  for (const CpuCore *core = cpu->cores; core && core->name; core++)
    if (core->maker == maker && core->part == part)
      return core->name;
  return NULL;
}

// ---- Mappings ----

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

bool lower_rows_alike(const LowerRow *a, const LowerRow *b) {
  bool alike = a && b && a->step_count == b->step_count;
  for (unsigned i = 0; alike && i < a->step_count; i++)
    alike = !strcmp(a->steps[i].instruction, b->steps[i].instruction);
  return alike;
}

const LowerRow *mapping_row(const Mapping *mapping, LowerOperation operation, const char *order,
                            const char *const *features) {
  for (unsigned i = 0; i < mapping->row_count; i++) {
    const LowerRow *row = &mapping->rows[i];
    if (row->operation == operation && has_word(row->orders, order) && (!row->feature || is_in(features, row->feature)))
      return row;
  }
  return operation == LOWER_FAIL ? mapping_row(mapping, LOWER_LOAD, order, features) : NULL;
}

const char *cpu_feature(const Cpu *cpu, unsigned index) {
  const char *last = "";
  for (unsigned m = 0; m < cpu->mapping_count; m++)
    for (unsigned i = 0; i < cpu->mappings[m].row_count; i++) {
      const char *feature = cpu->mappings[m].rows[i].feature;
      if (!feature || !strcmp(feature, last)) // rows of one feature stand together
        continue;
      if (!index--)
        return feature;
      last = feature;
    }
  return NULL;
}

const Mapping *cpu_mapping(const Cpu *cpu, const char *dialect) {
  for (unsigned i = 0; i < cpu->mapping_count; i++)
    if (!strcmp(cpu->mappings[i].dialect, dialect))
      return &cpu->mappings[i];
  return NULL;
}

const LowerRow *cpu_lower(const Cpu *cpu, const char *dialect, LowerOperation operation, const char *order,
                          const char *const *features) {
  const Mapping *mapping = cpu_mapping(cpu, dialect);
  return mapping ? mapping_row(mapping, operation, order, features ? features : cpu->features) : NULL;
}

// ---- Instructions ----

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
