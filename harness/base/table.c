// Open addressing with linear probing (Knuth, TAOCP 3, 6.4, algorithm L), at most three quarters full.
#include "harness/base/table.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

typedef struct TableSlot {
  uint32_t hash;
  uint32_t number; // index + 1; 0: free
} Slot;

typedef struct {
  const char *bytes;
  size_t length;
} Key; // of a table whose keys are of any length

static uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
  return hash ^ hash >> 32;
}

uint64_t hash_bytes(const void *bytes, size_t length) {
  const char *at = bytes;
  uint64_t hash = mix(UINT64_C(0xff51afd7ed558ccd), length), word = 0;
  for (; length >= sizeof word; at += sizeof word, length -= sizeof word) {
    memcpy(&word, at, sizeof word);
    hash = mix(hash, word);
  }
  if (!length)
    return hash;
  word = 0;
  memcpy(&word, at, length);
  return mix(hash, word);
}

const void *table_key(const Table *table, size_t index) {
  assert(index < table->count);
  return table->key_size ? (const char *)table->keys + index * table->key_size
                         : ((const Key *)table->keys)[index].bytes;
}

static bool is_key(const Table *table, size_t index, const void *key, size_t length) {
  if (!table->key_size && ((const Key *)table->keys)[index].length != length)
    return false;
  return !length || !memcmp(table_key(table, index), key, length);
}

// The slot of a key, or the free one where it belongs.
static Slot *slot_of(const Table *table, uint32_t hash, const void *key, size_t length) {
  size_t mask = table->slot_count - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    Slot *slot = &table->slots[at];
    if (!slot->number || (slot->hash == hash && is_key(table, slot->number - 1, key, length)))
      return slot;
  }
}

static void widen(Table *table) {
  const Slot *old = table->slots;
  size_t old_count = table->slot_count, count = old_count ? old_count * 2 : 16, mask = count - 1;
  Slot *slots = ARENA_ARRAY(table->arena, Slot, count);
  for (size_t i = 0; i < old_count; i++) {
    size_t at = old[i].hash & mask;
    while (slots[at].number)
      at = (at + 1) & mask;
    if (old[i].number)
      slots[at] = old[i];
  }
  table->slots = slots;
  table->slot_count = count;
}

static void add_key(Table *table, const void *key, size_t length) {
  size_t size = table->key_size ? table->key_size : sizeof(Key);
  table->keys = arena_grow(table->arena, table->keys, &table->key_capacity, table->count + 1, size);
  if (table->key_size)
    memcpy((char *)table->keys + table->count * size, key, size);
  else
    ((Key *)table->keys)[table->count] = (Key){arena_copy(table->arena, key, length), length};
  table->count++;
  assert(table->count < UINT32_MAX);
}

size_t table_find(const Table *table, const void *key, size_t length) {
  assert(!table->key_size || length == table->key_size);
  if (!table->count)
    return TABLE_NONE;
  uint32_t number = slot_of(table, (uint32_t)hash_bytes(key, length), key, length)->number;
  return number ? number - 1 : TABLE_NONE;
}

size_t table_add(Table *table, const void *key, size_t length) {
  assert(!table->key_size || length == table->key_size);
  if (table->count >= table->slot_count / 4 * 3)
    widen(table);
  uint32_t hash = (uint32_t)hash_bytes(key, length);
  Slot *slot = slot_of(table, hash, key, length);
  if (!slot->number) {
    add_key(table, key, length);
    *slot = (Slot){hash, (uint32_t)table->count};
  }
  return slot->number - 1;
}
