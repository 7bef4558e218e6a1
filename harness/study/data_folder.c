#include "harness/study/data_folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *data_folder_path(const char *name, Arena *arena) {
  const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
  if (data && *data == '/')
    return arena_printf(arena, "%s/weakmem/%s", data, name);
  return home && *home == '/' ? arena_printf(arena, "%s/.local/share/weakmem/%s", home, name) : NULL;
}

bool data_folder_make(const char *path, Arena *arena, Diag *diag) {
  char *copy = arena_string(arena, path);
  for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(copy, 0700) && errno != EEXIST)
      return diag_error(diag, "cannot make the folder %s: %s", copy, strerror(errno));
    *slash = '/';
  }
  return true;
}
