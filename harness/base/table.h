// A hash table from keys to indices: 0, 1, 2, ... in the order in which keys were added, so that what belongs to a key
// lies in an array of the caller's, and going through the table is a loop from 0 to `count`.
//
//   Table names = {.arena = arena};
//   size_t index = table_add(&names, name, strlen(name));
//   if (index == row_count) rows[row_count++] = (Row){...}; // a new key
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "harness/base/arena.h"

typedef struct {
  Arena *arena;    // owns everything; the caller sets it, and nothing else but
  size_t key_size; // the bytes of every key, which then lie side by side; 0: keys are of any length
  size_t count;
  void *keys; // the rest is the table's own
  size_t key_capacity;
  struct TableSlot *slots;
  size_t slot_count; // a power of two, or 0
} Table;

#define TABLE_NONE SIZE_MAX

// The index of a key of `length` bytes (of key_size, where that is set); TABLE_NONE if it is not there.
size_t table_find(const Table *table, const void *key, size_t length);

// The index of a key. A new one is copied into the arena, NUL-terminated if keys are of any length, and its index is
// what `count` was before. Two keys are one if their bytes are: padding counts.
size_t table_add(Table *table, const void *key, size_t length);

// The key with that index. One of fixed size moves when another is added.
const void *table_key(const Table *table, size_t index);

// 64 bits that depend on every byte. The same on every run, but not on machines of another byte order.
uint64_t hash_bytes(const void *bytes, size_t length);
