#include "harness/base/data_folder.h"

#include <stdlib.h>

const char *data_folder_path(const char *name, Arena *arena) {
  const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
  if (data && *data == '/')
    return arena_printf(arena, "%s/weakmem/%s", data, name);
  return home && *home == '/' ? arena_printf(arena, "%s/.local/share/weakmem/%s", home, name) : NULL;
}
