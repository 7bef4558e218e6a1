// The machine code of a test's threads, as objdump (binutils) tells it.
#include "arch/cpus.h"
#include "harness/build/build.h"
#include "harness/build/spawn.h"
#include "harness/build/threads.h"

#include <ctype.h>
#include <string.h>

enum { OBJDUMP_SECONDS = 20, LISTING_BYTES = 8 << 20, LISTED_TOGETHER = 64 };
enum { LLVM_NEWEST = 40, LLVM_OLDEST = 9 }; // versions that are looked for

// "0000000000001130 <P0>:": the name, where the line opens a function.
static const char *function_opened(const char *line, size_t length, size_t *name_length) {
  if (!length || !isxdigit((unsigned char)line[0]))
    return NULL;
  const char *open = memchr(line, '<', length);
  if (!open || length < 3 || memcmp(line + length - 2, ">:", 2) != 0)
    return NULL;
  *name_length = (size_t)(line + length - 2 - (open + 1));
  return open + 1;
}

// The function of thread 0 is P0; variants of it have more behind that.
static bool is_thread(const char *name, size_t length) {
  return length >= 2 && name[0] == 'P' && isdigit((unsigned char)name[1]);
}

// Of a disassembly the functions that run a test's threads, as they stand or with plain names. Labels within one, which
// some listings show as they do functions, are left out.
static void keep_threads(const char *listing, bool plain, Text *out) {
  bool keeping = false;
  while (*listing) {
    size_t length = strcspn(listing, "\n"), name_length = 0;
    const char *name = function_opened(listing, length, &name_length);
    bool is_function = name && *name != '.';
    if (is_function && keeping)
      text_add_char(out, '\n');
    if (is_function)
      keeping = is_thread(name, name_length);
    if (keeping && is_function && plain)
      text_printf(out, "%.*s:\n", (int)name_length, name);
    else if (keeping && length && (is_function || !name))
      text_printf(out, "%.*s\n", (int)length, listing);
    listing += length + (listing[length] == '\n');
  }
  text_add(out, keeping ? "\n" : "");
}

// What objdump is asked for, and of which objects.
typedef struct {
  const char *objdump;
  const char *const *objects; // paths
  unsigned count;
  bool lines; // of the source, and relocations
} Dump;

static bool run_objdump(const Dump *dump, Spawn *spawn, GroupEnd *end, Arena *arena, Diag *diag) {
  static const char *const fixed[] = {"objdump", "--disassemble", "--no-show-raw-insn"}, *const more[] = {
                                                                                             "--line-numbers",
                                                                                             "--reloc"};
  const char **argv = ARENA_ARRAY(arena, const char *, dump->count + (size_t)8);
  unsigned n = 0;
  for (unsigned i = 0; i < sizeof fixed / sizeof *fixed; i++)
    argv[n++] = fixed[i];
  for (unsigned i = 0; dump->lines && i < sizeof more / sizeof *more; i++)
    argv[n++] = more[i];
  for (unsigned i = 0; i < dump->count; i++)
    argv[n++] = dump->objects[i];
  SpawnCommand command = {.path = dump->objdump,
                          .argv = (char **)argv, // execv(3) changes none of them
                          .input = -1,
                          .timeout = OBJDUMP_SECONDS,
                          .keep = LISTING_BYTES};
  return spawn_run(spawn, &command, end, diag);
}

// One for the target, in the words of GNU's tools: the target's own; LLVM's, which knows all; what is called just
// objdump, which may know no other CPU than the one of the machine that an emulator runs on.
static const char *find_objdump(const char *target, Arena *arena) {
  const char *found = target ? compiler_locate(arena_printf(arena, "%s-objdump", target), arena) : NULL;
  if (!found && cpu_here() && target && !strcmp(target, cpu_here()->gnu))
    found = compiler_locate("objdump", arena);
  if (!found)
    found = compiler_locate("llvm-objdump", arena);
  for (unsigned version = LLVM_NEWEST; !found && version >= LLVM_OLDEST; version--)
    found = compiler_locate(arena_printf(arena, "llvm-objdump-%u", version), arena);
  return found ? found : compiler_locate("objdump", arena);
}

// How a listing is printed.
typedef enum { LIST_PLAIN, LIST_ADDRESSES, LIST_LINES, LIST_ALL } ListKind;

static bool has_ended_well(const Spawn *spawn, GroupEnd end) { return !spawn->late && !end.by_signal && end.code == 0; }

static bool list(const char *object, const char *target, ListKind kind, Arena *arena, Text *out, Diag *diag) {
  const char *objdump = find_objdump(target, arena);
  if (!objdump)
    return diag_error(diag, "cannot show machine code: there is no objdump (Debian's package binutils)");
  Spawn spawn = {0};
  GroupEnd end = {0};
  Dump dump = {objdump, &object, 1, kind >= LIST_LINES};
  if (!run_objdump(&dump, &spawn, &end, arena, diag))
    return false;
  bool good = has_ended_well(&spawn, end);
  if (good && kind == LIST_ALL)
    text_add(out, text_string(&spawn.said));
  else if (good)
    keep_threads(text_string(&spawn.said), kind == LIST_PLAIN, out);
  else
    diag_error(diag, "objdump failed: %s", spawn.late ? "its time was up" : text_string(&spawn.said));
  if (good && spawn.unkept) {
    text_add(out, "... (cut: the listing is too long)\n");
    diag_warning(diag, "the machine code is cut: its listing is longer than %d MiB", LISTING_BYTES >> 20);
  }
  spawn_free(&spawn);
  return good;
}

static bool list_compiled(const Compiled *compiled, ListKind kind, Arena *arena, Text *out, Diag *diag) {
  const char *object = compiled_object(compiled);
  if (!object)
    return diag_error(diag, "there is no machine code: %s", compiled_errors(compiled));
  return list(object, cpu_here() ? cpu_here()->gnu : NULL, kind, arena, out, diag);
}

bool build_disassemble(const Compiled *compiled, Arena *arena, Text *out, Diag *diag) {
  return list_compiled(compiled, LIST_PLAIN, arena, out, diag);
}

bool compiled_listing(const Compiled *compiled, Arena *arena, Text *out, Diag *diag) {
  return list_compiled(compiled, LIST_ADDRESSES, arena, out, diag);
}

static const char *target_of(const ObjectFile *object, Arena *arena) {
  return object->compiler->target ? object->compiler->target : compiler_target(object->compiler, arena);
}

bool build_listing(const ObjectFile *object, Arena *arena, Text *out, Diag *diag) {
  if (!object->made.object)
    return diag_error(diag, "there is no machine code: %s", object->made.errors ? object->made.errors : "not compiled");
  if (!object->listing)
    return list(object->made.object, target_of(object, arena), LIST_LINES, arena, out, diag);
  text_add(out, object->listing);
  return true;
}

// ---- Many at once

bool build_list_object(const char *object, const char *target, Arena *arena, Text *out, Diag *diag) {
  return list(object, target, LIST_ALL, arena, out, diag);
}

// Where objdump begins to speak of an object: "PATH:     file format elf64-x86-64". NULL if it does not.
static const char *heading_of(const char *text, const char *path) {
  for (const char *at = text; (at = strstr(at, path)) != NULL; at++) {
    const char *behind = at + strlen(path);
    if ((at == text || at[-1] == '\n') && *behind == ':' &&
        !strncmp(behind + 1 + strspn(behind + 1, " \t"), "file format", strlen("file format")))
      return at;
  }
  return NULL;
}

// What it said of all, cut where it begins with the next.
static void take_listings(const char *text, ObjectFile *const *objects, unsigned count, Arena *arena) {
  const char *begin = heading_of(text, objects[0]->made.object);
  for (unsigned i = 0; i < count && begin; i++) {
    const char *end = i + 1 < count ? heading_of(begin + 1, objects[i + 1]->made.object) : begin + strlen(begin);
    if (!end)
      return;
    Text kept = {0};
    keep_threads(arena_copy(arena, begin, (size_t)(end - begin)), false, &kept);
    objects[i]->listing = text_finish(&kept, arena);
    begin = end;
  }
}

static void list_together(const char *objdump, ObjectFile *const *objects, unsigned count, Arena *arena) {
  const char **paths = ARENA_ARRAY(arena, const char *, count);
  for (unsigned i = 0; i < count; i++)
    paths[i] = objects[i]->made.object;
  Spawn spawn = {0};
  GroupEnd end = {0};
  Diag ignored = {.arena = arena};
  Dump dump = {objdump, paths, count, true};
  if (!run_objdump(&dump, &spawn, &end, arena, &ignored))
    return;
  if (has_ended_well(&spawn, end) && !spawn.unkept)
    take_listings(text_string(&spawn.said), objects, count, arena);
  spawn_free(&spawn);
}

void build_listings(ObjectFile *const *objects, unsigned count, Arena *arena) {
  ObjectFile **group = ARENA_ARRAY(arena, ObjectFile *, count + (size_t)1);
  bool *seen = ARENA_ARRAY(arena, bool, count + (size_t)1);
  for (unsigned first = 0; first < count; first++) {
    const char *target = seen[first] ? NULL : target_of(objects[first], arena);
    const char *objdump = target ? find_objdump(target, arena) : NULL;
    unsigned grouped = 0;
    for (unsigned i = first; i < count && objdump && grouped < LISTED_TOGETHER; i++) {
      const char *other = seen[i] ? NULL : target_of(objects[i], arena);
      if (!other || strcmp(other, target) != 0)
        continue;
      seen[i] = true;
      if (objects[i]->made.object && !objects[i]->listing)
        group[grouped++] = objects[i];
    }
    if (grouped > 1)
      list_together(objdump, group, grouped, arena);
  }
}
