#include "harness/lang/suite.h"
#include "harness/base/embedded.h"
#include "harness/base/source.h"
#include "harness/base/suggestion.h"
#include "harness/lang/parser.h"
#include "harness/lang/stream.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
  LIST_DEPTH = 8,    // lists within lists
  FOLDER_DEPTH = 32, // folders within folders
  LIMIT_STREAM = 64 * LIMIT_FILE,
  ENTRY_LIMIT = 65536 // tests and lines of lists, together: a list that names itself twice would not end
};

typedef struct {
  Arena *arena;
  Diag *diag;
  TestReader *read;
  Suite suite;
  size_t capacity;
  unsigned entries;
  bool stdin_used;
} Finder;

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length >= tail && !strcmp(text + length - tail, end);
}

static void add(Finder *f, const Test *test) {
  if (!test)
    return;
  f->suite.tests = arena_grow(f->arena, f->suite.tests, &f->capacity, f->suite.count + 1, sizeof *f->suite.tests);
  f->suite.tests[f->suite.count++] = test;
}

// False, reported once, where there are too many.
static bool count_entry(Finder *f) {
  if (++f->entries <= ENTRY_LIMIT)
    return true;
  if (f->entries == ENTRY_LIMIT + 1)
    diag_error(f->diag, "more than %d tests and lines of lists", ENTRY_LIMIT);
  return false;
}

static const char *family_of(Arena *arena, const char *path) {
  const char *slash = strchr(path, '/');
  return slash ? arena_copy(arena, path, (size_t)(slash - path)) : "";
}

static const Test *parse_embedded(const Embedded *file, TestReader *read, Arena *arena, Diag *diag) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = file->path, .bytes = file->bytes, .length = file->length};
  Test *test = read(source, arena, diag);
  if (test)
    test->family = family_of(arena, file->path);
  return test;
}

static int compare_tests(const void *a, const void *b) {
  const Test *left = *(const Test *const *)a, *right = *(const Test *const *)b;
  int order = strcmp(left->family, right->family);
  return order ? order : strcmp(left->name, right->name);
}

// Whether it is for this reader: those that read C alone, as most of what looks at every test does, are for C11's
// tests.
static bool knows(TestReader *read, const Embedded *file) {
  return read != test_parse || (!strncmp(file->bytes, "C ", 2) && strncmp(file->path, "kernel/", 7) != 0);
}

Suite suite_builtin_by(TestReader *read, const char *family, Arena *arena, Diag *diag) {
  Finder f = {.arena = arena, .diag = diag, .read = read};
  for (const Embedded *file = embedded_litmus; file->path; file++)
    if (ends_with(file->path, ".litmus") && knows(read, file) &&
        (!family || !strcmp(family, family_of(arena, file->path))))
      add(&f, parse_embedded(file, read, arena, diag));
  if (f.suite.count)
    qsort(f.suite.tests, f.suite.count, sizeof *f.suite.tests, compare_tests);
  return f.suite;
}

Suite suite_builtin(const char *family, Arena *arena, Diag *diag) {
  return suite_builtin_by(test_parse, family, arena, diag);
}

// The name in a built-in test's first line, without parsing it.
static const char *embedded_name(Arena *arena, const Embedded *file) {
  const char *name = file->bytes + strcspn(file->bytes, " \n");
  name += strspn(name, " ");
  return arena_copy(arena, name, strcspn(name, " \t\r\n{"));
}

bool suite_name_matches(const char *pattern, const char *name) {
  return !strcmp(pattern, name) || (strpbrk(pattern, "*?[") && !fnmatch(pattern, name, 0));
}

// The built-in tests whose names, or whose family, a pattern such as `SB*` matches. False where there is none.
static bool find_matching(Finder *f, const char *pattern) {
  if (!strpbrk(pattern, "*?["))
    return false;
  Suite all = suite_builtin_by(f->read, NULL, f->arena, f->diag);
  bool found = false;
  for (unsigned i = 0; i < all.count; i++) {
    bool matches = suite_name_matches(pattern, all.tests[i]->name) || suite_name_matches(pattern, all.tests[i]->family);
    found |= matches;
    if (matches && count_entry(f))
      add(f, all.tests[i]);
  }
  return found;
}

// A built-in family, all of them, a test, or several by a pattern. False where there is none of that name.
static bool find_builtin(Finder *f, const char *name) {
  Suite family = suite_builtin_by(f->read, strcmp(name, "all") != 0 ? name : NULL, f->arena, f->diag);
  for (unsigned i = 0; i < family.count; i++)
    add(f, family.tests[i]);
  if (family.count)
    return true;
  for (const Embedded *file = embedded_litmus; file->path; file++)
    if (ends_with(file->path, ".litmus") && !strcmp(name, embedded_name(f->arena, file))) {
      add(f, parse_embedded(file, f->read, f->arena, f->diag));
      return true;
    }
  return find_matching(f, name);
}

static bool report_unknown(Finder *f, const char *name) {
  if (strlen(name) > PATH_MAX)
    return diag_error(f->diag, "a name of %zu bytes is no test, file or folder", strlen(name));
  Suggestion suggestion = suggestion_for(name);
  for (const Embedded *file = embedded_litmus; file->path; file++)
    if (ends_with(file->path, ".litmus")) {
      suggestion_try(&suggestion, embedded_name(f->arena, file));
      suggestion_try(&suggestion, family_of(f->arena, file->path));
    }
  const char *nearest = suggestion_text(&suggestion, f->arena);
  return diag_error(f->diag, "no test, file or folder '%s'%s", name,
                    *nearest ? nearest : "; `weakmem list` shows the tests that come with it");
}

// Each test of a text.
static void add_source(Finder *f, const Source *text) {
  Stream stream = {.all = text};
  for (const Source *source; text && (source = stream_next(&stream, f->arena)) && count_entry(f);)
    if (source->length <= LIMIT_FILE)
      add(f, f->read(source, f->arena, f->diag));
    else
      diag_error(f->diag, "%s has a test of more than %d bytes, the limit", source->name, LIMIT_FILE);
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// What lies in a folder, sorted.
static char **read_folder(Finder *f, const char *path, size_t *count) {
  DIR *dir = opendir(path);
  *count = 0;
  if (!dir) {
    diag_error(f->diag, "cannot read the folder %s: %s", path, strerror(errno));
    return NULL;
  }
  char **names = NULL;
  size_t capacity = 0;
  for (const struct dirent *entry; (entry = readdir(dir));) {
    if (entry->d_name[0] == '.')
      continue;
    names = arena_grow(f->arena, names, &capacity, *count + 1, sizeof *names);
    names[(*count)++] = arena_string(f->arena, entry->d_name);
  }
  closedir(dir);
  if (*count)
    qsort(names, *count, sizeof *names, compare_names);
  return names;
}

// Every *.litmus under a folder; hidden ones and linked folders are left out.
static void walk_folder(Finder *f, const char *path, unsigned depth) {
  if (depth > FOLDER_DEPTH) {
    diag_error(f->diag, "folders nested more than %d deep at %s", FOLDER_DEPTH, path);
    return;
  }
  size_t count;
  char **names = read_folder(f, path, &count);
  for (size_t i = 0; i < count; i++) {
    const char *child = arena_printf(f->arena, "%s%s%s", path, ends_with(path, "/") ? "" : "/", names[i]);
    struct stat status;
    if (lstat(child, &status))
      continue;
    if (S_ISDIR(status.st_mode))
      walk_folder(f, child, depth + 1);
    else if (ends_with(child, ".litmus"))
      add_source(f, source_read_file(child, LIMIT_STREAM, f->arena, f->diag));
  }
}

static void find(Finder *f, const char *folder, const char *argument, unsigned depth);

// How long a line of a list is without the blanks around it and what follows a `#`, at its begin or after a blank.
static size_t entry_length(const char *line, size_t begin, size_t length) {
  for (size_t i = begin; i < length; i++)
    if (line[i] == '#' && (i == begin || strchr(" \t", line[i - 1])))
      length = i;
  while (length > begin && strchr(" \t\r", line[length - 1]))
    length--;
  return length;
}

// The arguments in a list, one a line.
static void read_list(Finder *f, const char *path, unsigned depth) {
  if (depth > LIST_DEPTH) {
    diag_error(f->diag, "lists nested more than %d deep at %s", LIST_DEPTH, path);
    return;
  }
  const Source *source = source_read_file(path, LIMIT_FILE, f->arena, f->diag);
  if (!source || !source_is_text(source, f->diag))
    return;
  const char *slash = strrchr(path, '/');
  const char *folder = slash ? arena_copy(f->arena, path, (size_t)(slash + 1 - path)) : "";
  for (const char *line = source->bytes; *line && f->entries <= ENTRY_LIMIT;) {
    size_t length = strcspn(line, "\n");
    const char *next = line + length + (line[length] == '\n');
    size_t begin = strspn(line, " \t\r");
    size_t end = entry_length(line, begin, length);
    if (end > begin && count_entry(f))
      find(f, folder, arena_copy(f->arena, line + begin, end - begin), depth);
    line = next;
  }
}

static void find_stdin(Finder *f) {
  if (f->stdin_used) {
    diag_error(f->diag, "'-' is named twice; standard input can be read once");
    return;
  }
  f->stdin_used = true;
  add_source(f, source_read_stdin(LIMIT_STREAM, f->arena, f->diag));
}

// Adds what one argument names; a path is relative to `folder`.
static void find(Finder *f, const char *folder, const char *argument, unsigned depth) {
  if (!strcmp(argument, "-")) {
    find_stdin(f);
    return;
  }
  bool is_list = argument[0] == '@';
  const char *name = argument + is_list;
  const char *path = name[0] == '/' ? name : arena_printf(f->arena, "%s%s", folder, name);
  struct stat status;
  if (is_list) {
    read_list(f, path, depth + 1);
  } else if (!*name || stat(path, &status)) {
    if (!find_builtin(f, name))
      report_unknown(f, name);
  } else if (S_ISDIR(status.st_mode)) {
    unsigned before = f->suite.count, errors = f->diag->errors;
    walk_folder(f, path, 1);
    if (f->suite.count == before && f->diag->errors == errors)
      diag_error(f->diag, "no *.litmus file in the folder %s", path);
  } else {
    add_source(f, source_read_file(path, LIMIT_STREAM, f->arena, f->diag));
  }
}

Suite suite_find_by(TestReader *read, char *const *arguments, unsigned count, Arena *arena, Diag *diag) {
  Finder f = {.arena = arena, .diag = diag, .read = read};
  for (unsigned i = 0; i < count; i++)
    find(&f, "", arguments[i], 0);
  return f.suite;
}

Suite suite_find(char *const *arguments, unsigned count, Arena *arena, Diag *diag) {
  return suite_find_by(test_parse, arguments, count, arena, diag);
}
