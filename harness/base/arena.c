#include "harness/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Block {
  struct Block *next;
  size_t used, size;
  alignas(max_align_t) char bytes[];
} Block;

struct Arena {
  Block *blocks;
  size_t used;
};

enum { BLOCK_SIZE = 65536 - sizeof(Block) };

static void *checked(void *memory) {
  if (!memory) {
    fputs("weakmem: out of memory\n", stderr);
    abort();
  }
  return memory;
}

Arena *arena_new(void) { return checked(calloc(1, sizeof(Arena))); }

void arena_free(Arena *arena) {
  if (!arena)
    return;
  for (Block *block = arena->blocks, *next; block; block = next) {
    next = block->next;
    free(block);
  }
  free(arena);
}

void *arena_alloc(Arena *arena, size_t size) {
  const size_t align = alignof(max_align_t);
  if (size > SIZE_MAX / 2)
    checked(NULL);
  size = (size + align - 1) / align * align;
  Block *block = arena->blocks;
  if (!block || block->size - block->used < size) {
    size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    block = checked(malloc(sizeof(Block) + room)); // cleared piece by piece: most of a block is never asked for
    block->used = 0;
    block->size = room;
    block->next = arena->blocks;
    arena->blocks = block;
  }
  void *result = block->bytes + block->used;
  block->used += size;
  arena->used += size;
  return memset(result, 0, size);
}

void *arena_array(Arena *arena, size_t count, size_t size) {
  if (size && count > SIZE_MAX / 2 / size)
    checked(NULL);
  return arena_alloc(arena, count * size);
}

void *arena_grow(Arena *arena, void *old, size_t *capacity, size_t count, size_t size) {
  if (count <= *capacity)
    return old;
  size_t room = *capacity ? *capacity * 2 : 8;
  if (room < count)
    room = count;
  void *fresh = arena_array(arena, room, size);
  if (old)
    memcpy(fresh, old, *capacity * size);
  *capacity = room;
  return fresh;
}

char *arena_copy(Arena *arena, const char *text, size_t length) {
  char *copy = arena_alloc(arena, length + 1);
  memcpy(copy, text, length);
  return copy;
}

char *arena_string(Arena *arena, const char *text) { return arena_copy(arena, text, strlen(text)); }

char *arena_printf(Arena *arena, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char *text = arena_alloc(arena, (size_t)length + 1);
  vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return text;
}

size_t arena_used(const Arena *arena) { return arena->used; }
