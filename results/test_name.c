#include "results/test_name.h"

#include <string.h>

const char *test_name_here(const char *name, char *buffer, size_t size) {
  static const char fence[] = "+fence";
  enum { FENCE = sizeof fence - 1 };
  size_t length = strlen(name), end = length;
  unsigned fences = 0;
  for (; end > FENCE && !memcmp(name + end - FENCE, fence, FENCE); end -= FENCE)
    fences++;
  if (fences >= 2 && !memchr(name, '+', end) && end + sizeof "+fences" <= size) {
    memcpy(buffer, name, end);
    memcpy(buffer + end, "+fences", sizeof "+fences");
    return buffer;
  }
  static const char *const others[][2] = {
      {"2+2W+fence+fence", "2+2W+fences"}, {"LB+ctrls", "LB+ctrl+ctrl"}, {"LB+datas", "LB+data+data"}};
  for (unsigned i = 0; i < sizeof others / sizeof *others; i++)
    if (!strcmp(name, others[i][0]))
      return others[i][1];
  return name;
}
