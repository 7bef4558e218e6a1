// The CPUs: data on every one, in every build. cpu.h, beside, is code for the one that is compiled for.
#pragma once
#include "arch/mapping.h"
#include "arch/model.h"

// A fence of the CPU.
typedef struct {
  const char *name;        // "dmb-ish": what --fence and records call it
  const char *instruction; // "dmb ish"
  const char *tags;        // its event's tags; a tag says which instruction it is, the model says what that orders
  const char *sentence;    // what it orders, in words
  const char *feature;     // NULL: every CPU of the architecture has it
} CpuFence;

// Who made a core, and which it is, by the numbers that it gives itself.
typedef struct {
  unsigned number;
  const char *name;
} CpuMaker;
typedef struct {
  unsigned maker, part;
  const char *name;
} CpuCore;

struct Cpu {
  const char *name;           // "aarch64": the folder, as in records and --as
  const char *uname;          // uname -m of such a machine
  const char *const *aliases; // what else records and logs call such machines, NULL-terminated; NULL: nothing
  const char *gnu;            // what GNU's tools for it are called by: "aarch64-linux-gnu", as in <gnu>-gcc
  const char *object_flags;   // for an object file whose listing is to say where every branch in it goes; NULL: none is
                              // needed
  const Model *model;
  const Mapping *mappings; // one for each dialect
  unsigned mapping_count;
  const CpuFence *fences;
  unsigned fence_count;
  const char *const *features; // that rows ask for and a CPU of today has, NULL-terminated; NULL: none
  const CpuMaker *makers;      // the last has no name; NULL: it does not number them
  const CpuCore *cores;        // likewise
};

extern const Cpu *const cpu_all[];
extern const unsigned cpu_count;

// By folder, by uname -m, or by alias; NULL if there is none.
const Cpu *cpu_find(const char *name);
// The CPU that weakmem was compiled for; NULL if it has no folder.
const Cpu *cpu_here(void);

// NULL if the CPU has none for the dialect.
const Mapping *cpu_mapping(const Cpu *cpu, const char *dialect);
// The row by which the CPU does an operation of a dialect; NULL if there is none. `features`: NULL-terminated; NULL:
// the CPU's own.
const LowerRow *cpu_lower(const Cpu *cpu, const char *dialect, LowerOperation operation, const char *order,
                          const char *const *features);
// The features that rows of its mappings ask for, by index, each once; NULL: there are no more.
const char *cpu_feature(const Cpu *cpu, unsigned index);
// NULL if the number is not known.
const char *cpu_maker(const Cpu *cpu, unsigned number);
const char *cpu_core(const Cpu *cpu, unsigned maker, unsigned part);
// NULL if the CPU has none of this name.
const CpuFence *cpu_fence(const Cpu *cpu, const char *name);
// The same by its instruction, as mappings spell it: "dmb ish".
const CpuFence *cpu_fence_of(const Cpu *cpu, const char *instruction);
