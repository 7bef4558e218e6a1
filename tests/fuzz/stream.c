// Any bytes as several tests in one text: the parts are the text, and each begins at its line.
#include "harness/lang/stream.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  Source all = {.name = "fuzz", .bytes = arena_copy(arena, (const char *)data, size), .length = size};
  Stream stream = {.all = &all};
  size_t at = 0;
  unsigned parts = 0;
  for (const Source *part; (part = stream_next(&stream, arena)); parts++) {
    unsigned line, column, of_part;
    source_position(&all, at, &line, &column);
    source_position(part, 0, &of_part, &column);
    if (part->length > size - at || memcmp(part->bytes, all.bytes + at, part->length) != 0 || line != of_part)
      abort();
    if (part->bytes[part->length])
      abort(); // it does not end
    at += part->length;
  }
  if (at != size || !parts)
    abort();
  arena_free(arena);
  return 0;
}
