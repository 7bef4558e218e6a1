#include "harness/build/users.h"

#include "harness/base/source.h"

#include <sha2.h>
#include <string.h>

enum { C_MOST = 16 << 20, OBJECT_MOST = 64 << 20 }; // bytes

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

// A name as a string of C.
static void add_string(const char *name, Text *out) {
  text_add_char(out, '"');
  for (; *name; name++)
    text_printf(out, strchr("\"\\", *name) ? "\\%c" : "%c", *name);
  text_add_char(out, '"');
}

// The compiler reads it from standard input: its lines and __FILE__ are to be those of the file.
CompileUnit users_unit(const Source *c, const Compiler *compiler, Arena *arena) {
  Text source = {0};
  text_add(&source, "#line 1 ");
  add_string(c->name, &source);
  text_add_char(&source, '\n');
  text_add_bytes(&source, c->bytes, c->length);
  return (CompileUnit){
      .compiler = compiler, .source = text_finish(&source, arena), .folder = folder_of(c->name, arena)};
}

static const char *digest_of(const Source *source, Arena *arena) {
  char *digest = arena_alloc(arena, SHA256_DIGEST_STRING_LENGTH);
  SHA256Data((const uint8_t *)source->bytes, source->length, digest);
  return digest;
}

static bool compile(const Source *c, const Compiler *compiler, const Stop *stop, Arena *arena, CompileResult *made,
                    Diag *diag) {
  const char *end = memchr(c->bytes, '\0', c->length);
  if (end)
    return diag_error_at(diag, c, (Span){(size_t)(end - c->bytes), 1}, "a NUL: this is no text");
  CompileUnit unit = users_unit(c, compiler, arena);
  if (!compile_all(&unit, 1, &(CompileLimits){.stop = stop}, made, arena, diag))
    return false;
  if (made->object)
    return true;
  return diag_error(diag, "%s does not compile: %s %s\n%s", c->name, compiler->path, compiler->flags,
                    made->errors ? made->errors : "");
}

bool users_read(const char *path, const CodeSaid *said, const Compiler *compiler, const Stop *stop, Arena *arena,
                UsersFile *out, Diag *diag) {
  *out = (UsersFile){.made = {.memory = -1}};
  bool is_c = users_is_c(path);
  const Source *given = source_read_file(path, is_c ? C_MOST : OBJECT_MOST, arena, diag), *object = given;
  if (!given || (is_c && !compile(given, compiler, stop, arena, &out->made, diag)))
    return false;
  CodeFile known = {
      .path = path, .story = is_c ? code_read_story(given, arena) : "", .digest = digest_of(given, arena)};
  known.object = is_c ? out->made.object : path;
  if (is_c && !(object = source_read_file(known.object, OBJECT_MOST, arena, diag)))
    return false;
  const Source named = {.name = path, .bytes = object->bytes, .length = object->length};
  out->code = code_read(&known, said, &named, arena, diag);
  return out->code;
}

void users_release(UsersFile *file) { compile_release(&file->made, 1); }
