#include "harness/build/words.h"

#include <string.h>

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

// Within "...", a backslash quotes only these.
static bool quoted_in_double(char c) { return c != '\0' && strchr("$`\"\\\n", c); }

// Copies the word at `at` without its quotes to `out`, which has room for it. Where the word ended, or NULL where a
// quote is left open.
static const char *copy_word(const char *at, char *out) {
  char quote = '\0';
  for (; *at && (quote || !is_blank(*at)); at++) {
    bool is_quote = *at == '\'' || *at == '"';
    if (quote == '\0' && is_quote)
      quote = *at;
    else if (quote != '\0' && *at == quote)
      quote = '\0';
    else if (*at == '\\' && (quote == '\0' || (quote == '"' && quoted_in_double(at[1])))) {
      if (!*++at)
        return NULL;
      *out++ = *at;
    } else
      *out++ = *at;
  }
  *out = '\0';
  return quote ? NULL : at;
}

bool words_split(const char *text, Arena *arena, Words *out, Diag *diag) {
  size_t length = strlen(text);
  // Every word takes at least one byte and a blank.
  *out = (Words){.words = ARENA_ARRAY(arena, char *, length / 2 + 2)};
  for (const char *at = text;;) {
    while (is_blank(*at))
      at++;
    if (!*at)
      return true;
    char *word = arena_alloc(arena, strlen(at) + 1);
    at = copy_word(at, word);
    if (!at)
      return diag_error(diag, "a quote is not closed in '%s'", text);
    out->words[out->count++] = word;
  }
}
