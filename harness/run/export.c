#include "harness/run/export.h"
#include "arch/cpus.h"
#include "harness/base/embedded.h"
#include "harness/base/file.h"
#include "harness/lang/insert.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// What every file of an export has in its first line, behind the comment's sign: only such files are written over.
#define MARK "Written by weakmem show --export"

// ---- names

static char safe_char(char c) { return isalnum((unsigned char)c) || (c && strchr("_+.-", c)) ? c : '_'; }

static bool same_but_for_case(const char *a, const char *b) {
  while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b))
    a++, b++;
  return tolower((unsigned char)*a) == tolower((unsigned char)*b);
}

static bool is_taken(const char *const *names, unsigned count, const char *name) {
  for (unsigned i = 0; i < count; i++)
    if (same_but_for_case(names[i], name))
      return true;
  return false;
}

void export_names(const Test *const *tests, unsigned count, Arena *arena, const char **names) {
  for (unsigned i = 0; i < count; i++) {
    char *base = arena_printf(arena, "%.100s", *tests[i]->name ? tests[i]->name : "test");
    for (char *c = base; *c; c++)
      *c = safe_char(*c);
    if (*base == '.' || *base == '-' || *base == '+')
      *base = '_';
    names[i] = base;
    for (unsigned k = 2; is_taken(names, i, names[i]); k++)
      names[i] = arena_printf(arena, "%s-%u", base, k);
  }
}

// ---- the files

typedef struct {
  const char *path; // in the folder
  const char *bytes;
  size_t length;
} File;

typedef struct {
  File *files;
  size_t count, capacity;
  Arena *arena;
} Files;

static void add_file(Files *files, const char *path, const char *bytes, size_t length) {
  files->files = arena_grow(files->arena, files->files, &files->capacity, files->count + 1, sizeof(File));
  files->files[files->count++] = (File){path, bytes, length};
}

// Takes what the text holds, and empties it.
static void add_text(Files *files, const char *path, Text *text) {
  add_file(files, path, arena_copy(files->arena, text_string(text), text->length), text->length);
  text_clear(text);
}

static void add_sources(Files *files, Text *text) {
  for (const Embedded *file = embedded_export; file->path; file++) {
    text_add(text, "// " MARK ": a part of weakmem " WEAKMEM_VERSION ", as it is.\n");
    text_add_bytes(text, file->bytes, file->length);
    add_text(files, arena_printf(files->arena, "weakmem/%s", file->path), text);
  }
}

static bool is_source(const char *path) { return !strcmp(path + strlen(path) - 2, ".c"); }

// What make makes besides the programs, where no test's name reaches: none begins with a dot.
#define MADE "build/.made/"

// "build/.made/harness-run-tune.o" of "harness/run/tune.c". Those of tests begin with "test-", as no source's does.
static const char *object_of(const char *source, Arena *arena) {
  char *object = arena_printf(arena, MADE "%s", source);
  for (char *c = object + strlen(MADE); *c; c++)
    if (*c == '/')
      *c = '-';
  object[strlen(object) - 1] = 'o';
  return object;
}

// Small and large atomic accesses are calls to the compiler's library on some CPUs.
static bool needs_libatomic(const Test *test) {
  for (unsigned l = 0; l < test->location_count; l++)
    if (base_type_bits(test->locations[l].type) < 32 || base_type_bits(test->locations[l].type) > 64)
      return true;
  return false;
}

static const char makefile_head[] =
    "# " MARK ": litmus tests as programs, for a machine without weakmem.\n"
    "#\n"
    "#   make run                    builds all, runs each, and appends its record to records.jsonl\n"
    "#   make run ARGS='--time 5'    ... with options: build/NAME --help shows them\n"
    "#   make run CC=clang CFLAGS=-O3\n"
    "#   make -j4                    builds all\n"
    "#   make build/NAME             builds one: the test in tests/NAME.c\n"
    "#   make V=1                    ... with each command shown\n"
    "#\n"
    "# Everything can be said on the command line. CFLAGS are the tests' own and go into the records; OPT compiles "
    "what\n"
    "# runs them. RUN is what runs programs that are not this machine's:\n"
    "#   make run CC=aarch64-linux-gnu-gcc LDFLAGS=-static RUN=qemu-aarch64\n"
    "\n";

static const char makefile_variables[] = "OPT = -O2\n"
                                         "WARN =\n"
                                         "LDFLAGS =\n"
                                         "LIBATOMIC = -latomic\n"
                                         "RECORDS = records.jsonl\n"
                                         "ARGS =\n"
                                         "RUN =\n"
                                         "V =\n"
                                         "QUIET = @\n"
                                         "QUIET1 =\n"
                                         "SAY = @echo\n"
                                         "SAY1 = @:\n"
                                         "C = -std=gnu11 -D_GNU_SOURCE -Iweakmem -pthread\n"
                                         "\n";

static const char makefile_targets[] =
    "all: $(PROGRAMS)\n"
    "\n"
    "# What does not compile here (a fence of another CPU) is told and left out; the status says so at the end.\n"
    "run:\n"
    "\t@status=0; $(MAKE) -k all >&2 || status=3; \\\n"
    "\tfor program in $(PROGRAMS); do \\\n"
    "\t  test ! -x $$program || $(RUN) ./$$program $(ARGS) >>$(RECORDS) || status=3; \\\n"
    "\tdone; \\\n"
    "\techo \"the records are in $(RECORDS); where weakmem is: weakmem import $(RECORDS) -o mine.jsonl\" >&2; \\\n"
    "\texit $$status\n"
    "\n"
    "clean:\n"
    "\trm -rf build\n"
    "\n"
    ".PHONY: all run clean FORCE\n"
    "FORCE:\n"
    "\n"
    "# Written anew where the compiler or the flags are others than last time: then all is built anew.\n" MADE
    "flags: FORCE\n"
    "\t@mkdir -p " MADE "\n"
    "\t@echo '$(CC) $(CFLAGS) $(OPT) $(WARN) $(LDFLAGS)' | cmp -s - " MADE "flags || \\\n"
    "\t  echo '$(CC) $(CFLAGS) $(OPT) $(WARN) $(LDFLAGS)' >" MADE "flags\n"
    "\n";

// A command of which a word is shown, unless V=1 shows all of it.
#define RULE(word) "\t$(SAY$(V)) '  " word "'\n\t$(QUIET$(V))"

static void add_program(const Test *test, const char *name, Text *out) {
  text_printf(
      out,
      "\n" MADE "test-%s.o: tests/%s.c " MADE "flags\n"
      "\t@rm -f build/%s\n" RULE("CC tests/%s.c") "$(CC) $(C) -fwrapv $(WARN) $(CFLAGS) '-DEXPORT_CC=\"$(CC)\"' "
                                                  "'-DEXPORT_FLAGS=\"$(CFLAGS)\"' -c -o " MADE "test-%s.o tests/%s.c\n",
      name, name, name, name, name, name);
  text_printf(out,
              "build/%s: " MADE
              "test-%s.o $(OBJECTS)\n" RULE("LD build/%s") "$(CC) -pthread $(LDFLAGS) -o build/%s " MADE
                                                           "test-%s.o $(OBJECTS) %s-lm\n",
              name, name, name, name, name, needs_libatomic(test) ? "$(LIBATOMIC) " : "");
}

static void add_makefile(Files *files, const Test *const *tests, const char **names, unsigned count,
                         const ExportOptions *options, Text *out) {
  text_add(out, makefile_head);
  text_printf(out, options->cc ? "CC = %s\n" : "CC ?= cc\n", options->cc);
  text_printf(out, "CFLAGS = %s\n", options->flags ? options->flags : "-O2");
  text_add(out, makefile_variables);
  text_add(out, "PROGRAMS =");
  for (unsigned i = 0; i < count; i++)
    text_printf(out, " \\\n  build/%s", names[i]);
  text_add(out, "\n\nOBJECTS =");
  for (const Embedded *file = embedded_export; file->path; file++)
    if (is_source(file->path))
      text_printf(out, " \\\n  %s", object_of(file->path, files->arena));
  text_add(out, "\n\n");
  text_add(out, makefile_targets);
  for (const Embedded *file = embedded_export; file->path; file++)
    if (is_source(file->path)) {
      const char *object = object_of(file->path, files->arena);
      text_printf(
          out, "%s: weakmem/%s " MADE "flags\n" RULE("CC weakmem/%s") "$(CC) $(C) $(WARN) $(OPT) -c -o %s weakmem/%s\n",
          object, file->path, file->path, object, file->path);
    }
  for (unsigned i = 0; i < count; i++)
    add_program(tests[i], names[i], out);
  add_text(files, "Makefile", out);
}

static const char readme[] =
    MARK ".\n"
         "\n"
         "Litmus tests as programs of their own, for a machine that has a C compiler, make and POSIX threads, but no "
         "weakmem:\n"
         "Linux on a CPU of 64 bits that has a folder in weakmem/arch; macOS and the BSDs on those CPUs, where "
         "threads cannot\n"
         "be pinned.\n"
         "\n"
         "    scp -r FOLDER there:             take it there\n"
         "    ssh there make -C FOLDER run     build all, run each for a second, append records to records.jsonl\n"
         "    scp there:FOLDER/records.jsonl there.jsonl\n"
         "    weakmem import there.jsonl -o mine.jsonl      what the memory models say of what was seen\n"
         "    weakmem compare mine.jsonl                    and beside other machines\n"
         "\n"
         "`make run ARGS='--time 5'` runs each for five seconds; `build/NAME --help` shows the options of a program.\n"
         "tests/ has a file of C for each test, which begins with the test itself. weakmem/ has the sources of "
         "weakmem's engines,\n"
         "unchanged, which run them; build/ is what make makes.\n";

static bool is_unknown_fence(const Expr *expr, void *context) {
  (void)context;
  if (expr->kind != EXPR_ACCESS || expr->access.op != ACCESS_CPU_FENCE)
    return false;
  for (unsigned i = 0; i < cpu_count; i++)
    if (cpu_fence(cpu_all[i], expr->access.cpu_fence))
      return false;
  return true;
}

// What a line of the Makefile and the shell's quotes can hold.
static bool check_word(const char *what, const char *text, Diag *diag) {
  bool good = !text || !strpbrk(text, "\n\r'\"\\$#");
  return good || diag_error(diag, "%s of an export may have no quotes, $, # or \\: '%s'", what, text);
}

static bool check(const Test *const *tests, unsigned count, const ExportOptions *options, Arena *arena, Diag *diag) {
  bool good = check_word("the compiler", options->cc, diag) && check_word("the flags", options->flags, diag);
  for (unsigned i = 0; i < count && good; i++) {
    const Test *fenced = test_with_fence(tests[i], options->fence, UINT64_MAX, arena);
    const Expr *unknown = test_each(fenced, is_unknown_fence, NULL);
    if (unknown)
      good = diag_error(diag, "no CPU that weakmem knows has a fence '%s'", unknown->access.cpu_fence);
    const char *reason;
    if (good && options->engine == ENGINE_PERPETUAL &&
        build_engine(fenced, options->engine, &reason) != ENGINE_PERPETUAL)
      good = diag_error(diag, "the perpetual engine cannot run %s: %s", tests[i]->name, reason);
  }
  return good;
}

static Files make_files(const Test *const *tests, unsigned count, const ExportOptions *options, Arena *arena) {
  Files files = {.arena = arena};
  Text text = {0};
  const char **names = ARENA_ARRAY(arena, const char *, count + 1);
  export_names(tests, count, arena, names);
  for (unsigned i = 0; i < count; i++) {
    export_emit(tests[i], options, arena, &text);
    add_text(&files, arena_printf(arena, "tests/%s.c", names[i]), &text);
  }
  add_sources(&files, &text);
  add_makefile(&files, tests, names, count, options, &text);
  add_file(&files, "README", readme, sizeof readme - 1);
  text_free(&text);
  return files;
}

// ---- writing

typedef struct {
  const char *folder, *stage; // what is written, before it is moved to its place
  Arena *arena;
  Diag *diag;
} Writing;

static bool failed(const Writing *w, const char *path) {
  return diag_error(w->diag, "cannot write %s: %s", path, strerror(errno));
}

static bool is_own(const char *path, const struct stat *status) {
  char line[128] = "";
  FILE *file = S_ISREG(status->st_mode) ? fopen(path, "re") : NULL;
  bool own = file && fgets(line, sizeof line, file) && strstr(line, MARK);
  if (file)
    fclose(file);
  return own;
}

// Whether the file may be written: it is missing, or an export's.
static bool may_write(const Writing *w, const char *path) {
  struct stat status;
  if (lstat(path, &status))
    return errno == ENOENT || failed(w, path);
  return is_own(path, &status) || diag_error(w->diag, "%s is there already, and is none that an export wrote", path);
}

static bool may_use_folder(const Writing *w, const char *path) {
  struct stat status;
  if (stat(path, &status))
    return errno == ENOENT || failed(w, path);
  return S_ISDIR(status.st_mode) || diag_error(w->diag, "%s is there already, and is no folder", path);
}

static bool write_file(const Writing *w, const char *path, const File *file) {
  FILE *out = file_make_folders(path, 0777, w->diag) ? fopen(path, "wxe") : NULL;
  if (!out)
    return w->diag->errors ? false : failed(w, path);
  bool good = fwrite(file->bytes, 1, file->length, out) == file->length;
  good = !fclose(out) && good;
  return good || failed(w, path);
}

static const char *within(const Writing *w, const char *folder, const char *path) {
  return arena_printf(w->arena, "%s/%s", folder, path);
}

// The folders that a file's path names, deepest first, as far as they are empty.
static void remove_folders(const Writing *w, const char *folder, const char *path) {
  char *copy = arena_string(w->arena, path);
  for (char *slash = strrchr(copy, '/'); slash; slash = strrchr(copy, '/')) {
    *slash = '\0';
    rmdir(within(w, folder, copy));
  }
}

static void remove_stage(const Writing *w, const Files *files) {
  for (size_t i = 0; i < files->count; i++)
    unlink(within(w, w->stage, files->files[i].path));
  for (size_t i = 0; i < files->count; i++)
    remove_folders(w, w->stage, files->files[i].path);
  rmdir(w->stage);
}

static int remove_left(const char *path, const struct stat *status, int kind, struct FTW *at) {
  (void)at;
  if (kind == FTW_F && (!status->st_size || is_own(path, status)))
    unlink(path);
  else if (kind == FTW_DP)
    rmdir(path);
  return 0;
}

// A stage that is locked is of an export under way; what another left, since it was killed, is removed.
static int lock_stage(const char *path) {
  int number = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (number < 0 || file_lock(number, 0))
    return number;
  close(number);
  return -1;
}

static void remove_leftovers(const Writing *w) {
  DIR *folder = opendir(w->folder);
  for (const struct dirent *entry; folder && (entry = readdir(folder));) {
    enum { OPEN_AT_ONCE = 8 };
    if (fnmatch(".export-??????", entry->d_name, 0) != 0)
      continue;
    const char *path = within(w, w->folder, entry->d_name);
    int lock = lock_stage(path);
    if (lock < 0)
      continue;
    nftw(path, remove_left, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS);
    close(lock);
  }
  if (folder)
    closedir(folder);
}

static bool check_places(const Writing *w, const Files *files) {
  static const char *const folders[] = {"tests", "weakmem", "build"};
  bool good = may_use_folder(w, w->folder);
  for (unsigned i = 0; i < sizeof folders / sizeof *folders && good; i++)
    good = may_use_folder(w, within(w, w->folder, folders[i]));
  for (size_t i = 0; i < files->count && good; i++)
    good = may_write(w, within(w, w->folder, files->files[i].path));
  return good;
}

static bool stage(const Writing *w, const Files *files) {
  for (size_t i = 0; i < files->count; i++)
    if (!write_file(w, within(w, w->stage, files->files[i].path), &files->files[i]))
      return false;
  return true;
}

static bool move_to_places(const Writing *w, const Files *files) {
  for (size_t i = 0; i < files->count; i++) {
    const char *place = within(w, w->folder, files->files[i].path);
    if (!file_make_folders(place, 0777, w->diag))
      return false;
    if (rename(within(w, w->stage, files->files[i].path), place))
      return failed(w, place);
  }
  return true;
}

// Everything is written beside its place first, so that a full disk is noticed before anything is changed.
static bool write_files(Writing *w, const Files *files) {
  if (!check_places(w, files))
    return false;
  bool made = !mkdir(w->folder, 0777);
  if (!made && errno != EEXIST && !(errno == ENOENT && file_make_folders(within(w, w->folder, ""), 0777, w->diag)))
    return w->diag->errors ? false : failed(w, w->folder);
  remove_leftovers(w);
  char *folder = arena_printf(w->arena, "%s/.export-XXXXXX", w->folder);
  bool good = mkdtemp(folder) || failed(w, w->folder);
  if (good) {
    int lock = lock_stage(folder);
    w->stage = folder;
    good = stage(w, files) && move_to_places(w, files);
    remove_stage(w, files);
    if (lock >= 0)
      close(lock);
  }
  if (!good && made)
    rmdir(w->folder);
  return good;
}

bool export_write(const char *folder, const Test *const *tests, unsigned count, const ExportOptions *options,
                  Arena *arena, Diag *diag) {
  if (!*folder)
    return diag_error(diag, "an export needs a folder");
  if (!check(tests, count, options, arena, diag))
    return false;
  Files files = make_files(tests, count, options, arena);
  Writing writing = {.folder = folder, .arena = arena, .diag = diag};
  return write_files(&writing, &files);
}
