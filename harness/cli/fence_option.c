#include "harness/cli/fence_option.h"

#include "harness/base/text.h"
#include "harness/study/campaign.h"

#include <string.h>

static bool is_among(const char *name, const char *const *names) {
  while (*names && strcmp(*names, name) != 0)
    names++;
  return *names;
}

error_t option_fences(struct argp_state *state, const char *name, const char *text, Arena *arena,
                      const char *const **fences, unsigned *count) {
  const char *const *all = campaign_all_fences(arena);
  if (!strcmp(text, "all")) {
    *fences = all;
    for (*count = 0; all[*count];)
      ++*count;
    return 0;
  }
  error_t error = option_list(state, name, text, arena, fences, count);
  for (unsigned i = 0; !error && i < *count; i++) {
    if (is_among((*fences)[i], all))
      continue;
    Text names = {0};
    for (unsigned k = 0; all[k]; k++)
      text_printf(&names, "%s, ", all[k]);
    error =
        option_error(state, name, "this CPU has no fence '%s'; expected %sor all", (*fences)[i], text_string(&names));
    text_free(&names);
  }
  return error;
}
