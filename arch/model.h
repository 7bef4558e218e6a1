// The memory models: data on every one, in every build. The text of each is model.cat in its folder.
#pragma once
#include <stdbool.h>

typedef struct Cpu Cpu;         // arch/cpus.h
typedef struct Mapping Mapping; // arch/mapping.h

// What a tag means: the base sets of cat that an event with it is in. `tag` on reads, writes and fences alike.
typedef struct {
  const char *tag;
  const char *sets; // names of cat base sets, separated by blanks
} ModelTag;

typedef struct {
  const char *name;           // "x86-tso": what --model and records call it
  const char *const *aliases; // what else people call it, NULL-terminated; NULL: nothing
  const char *title;          // "x86-64 (TSO)"
  const char *path;           // of its text in embedded_arch: "x86_64/model.cat"
  const Cpu *cpu;             // whose instructions it speaks of; NULL: a language's operations
  bool rmw_is_one_event;      // C11, sc and RISC-V: an exchange is one event that reads and writes
  bool unsequenced;         // its language leaves the order of an expression's operands open, and it is judged in each
  bool coherent;            // its text forbids whatever is not coherent per location
  bool undefined_behaviour; // a flag is of the whole program, raised by an execution that its filter leaves out too
  bool from_nothing;        // it leaves what depends on itself to be any value
  const char *thin_air;     // the axiom that is stricter than what the model stands for; NULL: none
  const ModelTag *tags;
  unsigned tag_count;
  const char *steps; // relations that explanations of a cycle tell of, apart by blanks; NULL: as C11's models
  const char *apart; // sets of events, apart by blanks, that its language's own files, where they come with a .bell,
                     // make reads and writes of themselves; NULL: none
  const char *const *variants; // that such files ask for (`if "variant"`), NULL-terminated; NULL: none
  const char *dialect;         // of a language's model: the tests that it speaks of; NULL: all
  const Mapping *mapping;      // of a language's model whose events are not the operations themselves: what they are
} Model;

// sc c11 x86-tso aarch64 riscv power, in this order: those that speak of C11.
extern const Model *const model_all[];
extern const unsigned model_count;
// Every model that judges tests of some dialect has a place among as many; where c11 is, another language's own model
// is, lkmm for "linux".
const Model *model_for(unsigned index, const char *dialect);

// By the model's name, its CPU's, or an alias; NULL if there is none.
const Model *model_find(const char *name);
// The place of a model in model_all.
unsigned model_index(const Model *model);
