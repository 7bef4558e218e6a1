#include "harness/lang/stream.h"

#include <ctype.h>
#include <string.h>

typedef struct {
  const char *begin, *end; // without the newline
} Line;

static bool begins(Line line, const char *word) {
  size_t length = strlen(word);
  return (size_t)(line.end - line.begin) >= length && !memcmp(line.begin, word, length);
}

// `exists (...)`: after it a test has said all.
static bool is_condition(Line line) {
  static const char *const words[] = {"exists", "~exists", "~ exists", "forall", "final"};
  while (line.begin < line.end && (*line.begin == ' ' || *line.begin == '\t'))
    line.begin++;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (begins(line, words[i]))
      return true;
  return false;
}

// `C MP+fences`: a language, which is written with a capital, and a name.
static bool is_head(Line line) {
  const char *at = line.begin;
  if (at == line.end || !isupper((unsigned char)*at))
    return false;
  while (at < line.end && (isalnum((unsigned char)*at) || *at == '_'))
    at++;
  const char *word = at;
  while (at < line.end && (*at == ' ' || *at == '\t'))
    at++;
  const char *name = at;
  while (at < line.end && !isspace((unsigned char)*at))
    at++;
  const char *end = at;
  while (at < line.end && isspace((unsigned char)*at))
    at++;
  return word < name && name < end && at == line.end && !strchr("=<>/\\(){}[]:;~", *name);
}

// How deep in comments the text is behind the line.
static unsigned comments_behind(Line line, unsigned depth) {
  for (const char *at = line.begin; at + 1 < line.end; at++) {
    bool opens = at[0] == '(' && at[1] == '*', closes = at[0] == '*' && at[1] == ')' && depth;
    depth = depth + opens - closes;
    at += opens || closes;
  }
  return depth;
}

// Where in a test a line is. In the code `(*x` begins no comment, and in a comment no line is more than text.
typedef enum { IN_HEADER, IN_CODE, BEHIND_CONDITION } Part;

// The end of the test that begins at `begin`; *lines: how many it has.
static const char *test_end(const char *begin, const char *end, unsigned *lines) {
  Part part = IN_HEADER;
  unsigned depth = 0;
  for (*lines = 0; begin < end; ++*lines) {
    const char *newline = memchr(begin, '\n', (size_t)(end - begin));
    Line line = {begin, newline ? newline : end};
    if (!depth && part == BEHIND_CONDITION && is_head(line))
      return begin;
    if (!depth && part == IN_HEADER && memchr(line.begin, '{', (size_t)(line.end - line.begin)))
      part = IN_CODE;
    if (!depth && is_condition(line))
      part = BEHIND_CONDITION;
    depth = part == IN_CODE ? 0 : comments_behind(line, depth);
    begin = newline ? newline + 1 : end;
  }
  return end;
}

const Source *stream_next(Stream *stream, Arena *arena) {
  const Source *all = stream->all;
  const char *begin = all->bytes + stream->at, *end = all->bytes + all->length;
  if (begin == end && stream->count)
    return NULL;
  stream->count++;
  unsigned lines;
  const char *stop = test_end(begin, end, &lines);
  Source *source = ARENA_NEW(arena, Source);
  *source = *all;
  if (begin > all->bytes || stop < end) {
    source->length = (size_t)(stop - begin);
    source->bytes = arena_copy(arena, begin, source->length);
  }
  source->line = all->line + stream->line;
  stream->at = (size_t)(stop - all->bytes);
  stream->line += lines;
  return source;
}
