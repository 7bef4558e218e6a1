// States and conditions as other tools write them. Private to results.
#pragma once
#include "harness/base/arena.h"
#include "harness/base/text.h"

#include <stdbool.h>

// `1:EAX=0`, `[x]=2`, or something else of a state, such as `~fault(P0,x)`, kept as it is.
typedef enum { ITEM_REGISTER, ITEM_LOCATION, ITEM_OTHER } ItemKind;

typedef struct {
  ItemKind kind;
  unsigned thread;   // of a register
  const char *name;  // of a location without brackets around it: "x", "y[1]"; all of what is neither
  const char *value; // decimal where it is a number
} Item;

typedef struct {
  Item *items;
  unsigned count;
} Items;

// The parts of a state. False where it is none.
bool items_read(const char *text, Arena *arena, Items *out);
// As records write it, in their order: registers by thread and name, then locations, then the rest. Sorts the items.
void items_print(Items *items, Text *out);

// How registers are to be called.
typedef struct {
  unsigned thread;
  const char *from, *to;
} Rename;

typedef struct {
  Rename *renames;
  unsigned count;
} Renames;

const char *rename_of(const Renames *renames, unsigned thread, const char *from);

// `exists (1:EAX=1 /\ 1:EBX=0)`: whether a state satisfies the body. 1, 0; -1 where the condition cannot be read, or
// names what the state does not have.
int condition_holds(const char *condition, const Items *state);
// Adds the condition, its registers renamed. False where it cannot be read.
bool condition_rename(const char *condition, const Renames *renames, Text *out);
// Whether two conditions are the same conjunction, whatever the order of its parts and the quantifier.
bool condition_same_body(const char *a, const char *b);
