#include "results/compiler_name.h"

#include <string.h>

static void add(const char *before, const char *text, Text *out) {
  if (!*text)
    return;
  text_add(out, out->length ? before : "");
  text_add_printable(out, text, strlen(text));
}

void compiler_name(const char *path, const char *version, const char *flags, Text *out) {
  Text name = {0};
  if (strchr(path, '/') || !strstr(version, path))
    add("", path, &name);
  add(": ", version, &name);
  add(" ", flags, &name);
  text_add_bytes(out, text_string(&name), name.length);
  text_free(&name);
}
