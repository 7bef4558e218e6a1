#include "harness/build/users.h"

#include "harness/base/embedded.h"
#include "harness/base/source.h"
#include "harness/base/table.h"
#include "harness/lang/code_orders.h"

#include <sha2.h>
#include <string.h>
#include <unistd.h>

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length > tail && !strcmp(text + length - tail, end);
}

bool users_is_c(const char *path) { return ends_with(path, ".c"); }
bool users_is_object(const char *path) { return ends_with(path, ".o"); }

static const char *folder_of(const char *path, Arena *arena) {
  const char *slash = strrchr(path, '/');
  return !slash ? "." : slash == path ? "/" : arena_copy(arena, path, (size_t)(slash - path));
}

// The compiler reads it from standard input: its lines and __FILE__ are to be those of the file.
CompileUnit users_unit(const Source *c, const Compiler *compiler, Arena *arena) {
  Text source = {0};
  text_add(&source, "#line 1 ");
  code_add_string(c->name, &source);
  text_add_char(&source, '\n');
  text_add_bytes(&source, c->bytes, c->length);
  return (CompileUnit){
      .compiler = compiler, .source = text_finish(&source, arena), .folder = folder_of(c->name, arena)};
}

// ---- What the user wrote

typedef struct {
  Table seen; // names of files
  SHA2_CTX digest;
  Arena *arena;
} Written;

enum { INCLUDED_MOST = 256 }; // files

static const Source *find_included(const char *path, const char *name, Arena *arena) {
  Diag quiet = {.arena = arena};
  const Source *found = access(path, R_OK) ? NULL : source_read_file(path, USERS_C_MOST, arena, &quiet);
  for (const Embedded *file = embedded_code; !found && file->path; file++)
    if (!strcmp(file->path, name)) {
      Source *source = ARENA_NEW(arena, Source);
      *source = (Source){.name = name, .bytes = file->bytes, .length = file->length};
      found = source;
    }
  return found;
}

// After `#`: the name of `include "name"`; NULL: it is no such line.
static const char *included(const char *line, Arena *arena) {
  line += strspn(line, " \t");
  if (strncmp(line, "include", 7) != 0)
    return NULL;
  line += 7 + strspn(line + 7, " \t");
  size_t length = *line == '"' ? strcspn(line + 1, "\"\n") : 0;
  return length && line[1 + length] == '"' ? arena_copy(arena, line + 1, length) : NULL;
}

const Source *users_included(const Source *by, const char *line, Arena *arena) {
  const char *name = included(line, arena);
  if (!name)
    return NULL;
  const char *path = *name == '/' ? name : arena_printf(arena, "%s/%s", folder_of(by->name, arena), name);
  return find_included(path, name, arena);
}

// A file and those that it includes by their names in quotes, whether the compiler comes to that line or not.
static void add_written(Written *w, const Source *source) {
  size_t before = w->seen.count;
  if (before == INCLUDED_MOST || table_add(&w->seen, source->name, strlen(source->name)) < before)
    return;
  SHA256Update(&w->digest, (const uint8_t *)source->bytes, source->length);
  for (const char *at = source->bytes; (at = strchr(at, '#')); at++) {
    const Source *more = users_included(source, at + 1, w->arena);
    if (more)
      add_written(w, more);
  }
}

static const char *digest_of(const Source *given, Arena *arena) {
  char *digest = arena_alloc(arena, SHA256_DIGEST_STRING_LENGTH);
  Written written = {.seen = {.arena = arena}, .arena = arena};
  SHA256Init(&written.digest);
  if (users_is_c(given->name))
    add_written(&written, given);
  else
    SHA256Update(&written.digest, (const uint8_t *)given->bytes, given->length);
  SHA256End(&written.digest, digest);
  return digest;
}

// ---- Compiling and reading it

static bool check_text(const Source *c, Diag *diag) {
  const char *end = memchr(c->bytes, '\0', c->length);
  return !end || diag_error_at(diag, c, (Span){(size_t)(end - c->bytes), 1}, "a NUL: this is no text");
}

// The objects of C files.
static bool compile(UsersFile *files, unsigned count, const Compiler *compiler, const Stop *stop, Arena *arena,
                    Diag *diag) {
  CompileUnit *units = ARENA_ARRAY(arena, CompileUnit, count + (size_t)1);
  CompileResult *results = ARENA_ARRAY(arena, CompileResult, count + (size_t)1);
  unsigned made = 0;
  for (unsigned i = 0; i < count; i++)
    if (users_is_c(files[i].given->name))
      units[made++] = users_unit(files[i].given, compiler, arena);
  if (made && !compile_all(units, made, &(CompileLimits){.stop = stop}, results, arena, diag))
    return false;
  made = 0;
  for (unsigned i = 0; i < count; i++)
    if (users_is_c(files[i].given->name))
      files[i].made = results[made++];
  return true;
}

static bool read_object(UsersFile *file, const CodeSaid *said, const Compiler *compiler, Arena *arena, Diag *diag) {
  const Source *given = file->given, *object = given;
  CodeFile known = {.path = given->name, .story = "", .object = given->name, .digest = digest_of(given, arena)};
  if (users_is_c(given->name)) {
    if (!file->made.object)
      return diag_error(diag, "%s does not compile: %s %s\n%s", given->name, compiler->path, compiler->flags,
                        file->made.errors ? file->made.errors : "interrupted");
    known.story = code_read_story(given, arena);
    known.object = file->made.object;
    object = source_read_file(known.object, USERS_OBJECT_MOST, arena, diag);
  }
  if (!object)
    return false;
  const Source named = {.name = given->name, .bytes = object->bytes, .length = object->length};
  file->code = code_read(&known, said, &named, arena, diag);
  return file->code;
}

bool users_read(UsersFile *files, unsigned count, const CodeSaid *said, const Compiler *compiler, const Stop *stop,
                Arena *arena, Diag *diag) {
  unsigned errors = diag->errors;
  for (unsigned i = 0; i < count; i++) {
    files[i].made = (CompileResult){.memory = -1};
    if (users_is_c(files[i].given->name))
      check_text(files[i].given, diag);
  }
  if (diag->errors > errors || !compile(files, count, compiler, stop, arena, diag))
    return false;
  for (unsigned i = 0; i < count; i++)
    read_object(&files[i], said, compiler, arena, diag);
  return diag->errors == errors;
}

void users_release(UsersFile *files, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    compile_release(&files[i].made, 1);
}
