#include "harness/cli/code_files.h"

#include "harness/base/embedded.h"
#include "harness/base/source.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
  Arena *arena;
  Diag *diag;
  CodeFiles *out;
  size_t capacity;
} Finder;

static void add_source(Finder *f, const Source *source) {
  if (!source)
    return;
  f->out->files = arena_grow(f->arena, f->out->files, &f->capacity, f->out->count + (size_t)1, sizeof *f->out->files);
  f->out->files[f->out->count++] = (UsersFile){.given = source};
}

static bool is_code(const char *path) { return users_is_c(path) || users_is_object(path); }

static void add_file(Finder *f, const char *path) {
  size_t most = users_is_c(path) ? USERS_C_MOST : USERS_OBJECT_MOST;
  add_source(f, source_read_file(path, most, f->arena, f->diag));
}

static int is_shown(const struct dirent *entry) { return entry->d_name[0] != '.' && is_code(entry->d_name); }

// Of one folder, by name.
static void add_folder(Finder *f, const char *path) {
  struct dirent **entries = NULL;
  int count = scandir(path, &entries, is_shown, alphasort);
  for (int i = 0; i < count; i++) {
    add_file(f, arena_printf(f->arena, "%s/%s", path, entries[i]->d_name));
    free(entries[i]);
  }
  free(entries);
  if (count <= 0)
    diag_error(f->diag, "no file in the folder %s ends in .c or .o", path);
}

// "ticket", of "ticket.c".
static const char *name_of(const Embedded *file, Arena *arena) {
  return arena_copy(arena, file->path, strlen(file->path) - 2);
}

static const Source *source_of(const Embedded *file, Arena *arena) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = arena_printf(arena, "code/%s", file->path), .bytes = file->bytes, .length = file->length};
  return source;
}

Suite code_examples(Arena *arena) {
  Suite suite = {0};
  for (const Embedded *file = embedded_code; file->path; file++)
    suite.count++;
  suite.tests = ARENA_ARRAY(arena, const Test *, suite.count + (size_t)1);
  for (unsigned i = 0; i < suite.count; i++) {
    Test *test = ARENA_NEW(arena, Test);
    const Source *source = source_of(&embedded_code[i], arena);
    *test = (Test){.name = name_of(&embedded_code[i], arena),
                   .family = "code",
                   .story = code_read_story(source, arena),
                   .source = source};
    suite.tests[i] = test;
  }
  return suite;
}

// Whether a litmus test or a family that comes with weakmem bears the name, "publish/seqlock.litmus".
static bool is_of_suite(const char *name) {
  size_t length = strlen(name);
  for (const Embedded *file = embedded_litmus; file->path; file++) {
    const char *slash = strchr(file->path, '/'), *base = slash ? slash + 1 : file->path;
    bool family = slash && (size_t)(slash - file->path) == length && !strncmp(file->path, name, length);
    if (family || (!strncmp(base, name, length) && !strcmp(base + length, ".litmus")))
      return true;
  }
  return false;
}

// An example that comes with weakmem, as "ticket.c", or as "ticket" where nothing of the suite is called so; or all of
// them. False where there is none of that name.
static bool add_example(Finder *f, const char *name) {
  unsigned before = f->out->count;
  bool bare = !is_of_suite(name);
  for (const Embedded *file = embedded_code; file->path; file++)
    if (!strcmp(name, "code") || !strcmp(name, file->path) || (bare && !strcmp(name, name_of(file, f->arena))))
      add_source(f, source_of(file, f->arena));
  return f->out->count > before;
}

static bool take(Finder *f, const char *argument, bool folders) {
  struct stat status;
  bool there = !stat(argument, &status);
  if (!there && add_example(f, argument))
    return true;
  if (there && S_ISDIR(status.st_mode) && folders)
    add_folder(f, argument);
  else if (there ? S_ISREG(status.st_mode) && is_code(argument) : is_code(argument))
    add_file(f, argument);
  else
    return false;
  return true;
}

bool code_files_take(Common *common, const CodeOptions *options, CodeFiles *out, Diag *diag) {
  unsigned errors = diag->errors, left = 0;
  Finder f = {.arena = common->arena, .diag = diag, .out = out};
  *out = (CodeFiles){0};
  for (unsigned i = 0; i < common->argument_count; i++)
    if (!take(&f, common->arguments[i], options->folders))
      common->arguments[left++] = common->arguments[i];
  common->argument_count = left;
  return diag->errors == errors;
}

bool code_files_add(const CodeFiles *files, const CodeOptions *options, const Compiler *compiler, const Stop *stop,
                    Suite *suite, Arena *arena, Diag *diag) {
  if (!users_read(files->files, files->count, &options->said, compiler, stop, arena, diag))
    return false;
  const Test **tests = ARENA_ARRAY(arena, const Test *, suite->count + (size_t)files->count + 1);
  for (unsigned i = 0; i < suite->count; i++)
    tests[i] = suite->tests[i];
  for (unsigned i = 0; i < files->count; i++)
    tests[suite->count++] = code_test(files->files[i].code, arena);
  suite->tests = tests;
  return true;
}
