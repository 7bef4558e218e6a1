#include "harness/study/users_lines.h"

#include "harness/base/source.h"

#include <string.h>

enum { FILE_MOST = 16 << 20 };

typedef struct {
  const char *path;
  const Source *source; // NULL: it cannot be read
} File;

typedef struct {
  const Listing *listing;
  Arena *arena;
  File *files;
  size_t count, capacity;
} Lines;

static const CodeLine *line_at(const Listing *listing, size_t offset) {
  for (unsigned f = 0; f < listing->function_count; f++) {
    const ListedFunction *function = &listing->functions[f];
    if (!function->line_count || offset < function->lines[0].span.offset ||
        offset > function->lines[function->line_count - 1].span.offset)
      continue;
    for (unsigned i = 0; i < function->line_count; i++)
      if (function->lines[i].span.offset == offset)
        return &function->lines[i];
  }
  return NULL;
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

const char *users_lines_error(const Diag *diag, const Listing *listing, Arena *arena) {
  const Diagnostic *m = diag->first;
  if (!m)
    return "no reason is known";
  size_t from = m->span.offset;
  const char *bytes = listing->source->bytes;
  const CodeLine *line = NULL;
  if (m->source == listing->source) { // a place within the instruction, or of a relocation behind it
    for (; !line && from; from--)
      line = line_at(listing, from);
  }
  if (!line || !line->source_line)
    return m->message;
  char *text = arena_copy(arena, bytes + line->span.offset, line->span.length);
  for (char *tab = text; (tab = strchr(tab, '\t'));)
    *tab = ' ';
  bool named = strstr(m->message, text) != NULL;
  return arena_printf(arena, "%s:%u: %s%s%s%s", base_name(line->source_file), line->source_line, m->message,
                      named ? "" : ", in '", named ? "" : text, named ? "" : "'");
}

static const Source *file_of(Lines *l, const char *path) {
  for (size_t i = 0; i < l->count; i++)
    if (!strcmp(l->files[i].path, path))
      return l->files[i].source;
  Diag quiet = {.arena = l->arena};
  l->files = arena_grow(l->arena, l->files, &l->capacity, l->count + 1, sizeof *l->files);
  l->files[l->count] = (File){path, source_read_file(path, FILE_MOST, l->arena, &quiet)};
  return l->files[l->count++].source;
}

static bool find_line(const Source *source, unsigned number, size_t *offset) {
  const char *at = source->bytes, *end = source->bytes + source->length;
  for (unsigned line = 1; line < number && at; line++) {
    at = memchr(at, '\n', (size_t)(end - at));
    at = at ? at + 1 : NULL;
  }
  *offset = at ? (size_t)(at - source->bytes) : 0;
  return at;
}

static void tell(Lines *l, Instr *instr) {
  const CodeLine *line = line_at(l->listing, instr->span.offset);
  const Source *source = line && line->source_file ? file_of(l, line->source_file) : NULL;
  size_t offset;
  if (!source || !find_line(source, line->source_line, &offset))
    return;
  instr->source = source;
  instr->span = (Span){offset, 0};
}

const Program *users_lines_tell(const Program *program, const Listing *listing, Arena *arena) {
  Lines lines = {.listing = listing, .arena = arena};
  Program *told = ARENA_NEW(arena, Program);
  *told = *program;
  told->threads = ARENA_ARRAY(arena, ProgramThread, program->thread_count);
  for (unsigned t = 0; t < program->thread_count; t++) {
    ProgramThread *thread = &told->threads[t];
    *thread = program->threads[t];
    const Instr *before = thread->instrs;
    thread->instrs = ARENA_ARRAY(arena, Instr, thread->instr_count + (size_t)1);
    for (unsigned i = 0; i < thread->instr_count; i++) {
      thread->instrs[i] = before[i];
      tell(&lines, &thread->instrs[i]);
    }
  }
  return told;
}
