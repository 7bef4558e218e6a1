// Memory that is freed all at once. Who frees what is settled by arenas: one per test.
#pragma once
#include <stdarg.h>
#include <stddef.h>

typedef struct Arena Arena;

// A new, empty arena; the caller frees it. Aborts where memory is exhausted, as every function here does.
Arena *arena_new(void);

// Frees the arena and everything that was allocated in it. NULL is allowed.
void arena_free(Arena *arena);

// `size` zeroed bytes, aligned for any type, that live as long as the arena.
void *arena_alloc(Arena *arena, size_t size);

// An array of `count` zeroed elements of `size` bytes; aborts where the product overflows.
void *arena_array(Arena *arena, size_t count, size_t size);

// Grows an array of `*capacity` elements of `size` bytes so that it has room for `count`; old contents are kept.
void *arena_grow(Arena *arena, void *old, size_t *capacity, size_t count, size_t size);

// Copies of text, NUL-terminated.
char *arena_copy(Arena *arena, const char *text, size_t length);
char *arena_string(Arena *arena, const char *text);
char *arena_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

// How many bytes were asked for so far.
size_t arena_used(const Arena *arena);

#define ARENA_NEW(arena, Type) ((Type *)arena_alloc((arena), sizeof(Type)))
#define ARENA_ARRAY(arena, Type, count) ((Type *)arena_array((arena), (count), sizeof(Type)))
