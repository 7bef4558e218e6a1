// Any text as the user's C: its memory orders are found, each a macro of the text that is compiled.
#include "harness/lang/code_orders.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Every file includes itself, by another name.
static const Source *include(const Source *by, const char *line, Arena *arena) {
  const char *quote = strchr(line, '"');
  bool includes = !strncmp(line, "include \"", 9) && strchr(quote + 1, '"');
  Source *source = ARENA_NEW(arena, Source);
  *source = *by;
  source->name = arena_printf(arena, "%sx", by->name);
  return includes ? source : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena *arena = arena_new();
  const Source source = {
      .name = "/nowhere/fuzz.c", .bytes = arena_copy(arena, (const char *)data, size), .length = size};
  CodeOrders found = code_orders_find(&source, include, arena);
  const char **names = ARENA_ARRAY(arena, const char *, found.count + (size_t)1);
  for (unsigned i = 0; i < found.count; i++) {
    names[i] = found.orders[i].written;
    if (!found.orders[i].line || !strstr(found.text, arena_printf(arena, "wm_order_%u_", i)))
      abort();
  }
  Source made = code_orders_source(&found, names, arena);
  if (strlen(made.bytes) != made.length)
    abort();
  arena_free(arena);
  return 0;
}
