// The machine code of a test's threads, as objdump (binutils) tells it.
#include "arch/cpus.h"
#include "harness/build/build.h"
#include "harness/build/spawn.h"
#include "harness/build/threads.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { OBJDUMP_SECONDS = 20, LISTING_BYTES = 8 << 20 };
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

// The object is its standard input: the path of a memory file means something to this process alone.
static bool run_objdump(const char *objdump, const char *object, bool lines, Spawn *spawn, GroupEnd *end, Diag *diag) {
  static char name[] = "objdump", disassemble[] = "--disassemble", no_bytes[] = "--no-show-raw-insn",
              numbers[] = "--line-numbers", relocations[] = "--reloc", input[] = "/proc/self/fd/0";
  char *argv[] = {name, disassemble, no_bytes, input, lines ? numbers : NULL, lines ? relocations : NULL, NULL};
  int file = open(object, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return diag_error(diag, "cannot open the machine code in %s: %s", object, strerror(errno));
  SpawnCommand command = {
      .path = objdump, .argv = argv, .input = file, .timeout = OBJDUMP_SECONDS, .keep = LISTING_BYTES};
  bool started = spawn_run(spawn, &command, end, diag);
  close(file);
  return started;
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
typedef enum { LIST_PLAIN, LIST_ADDRESSES, LIST_LINES } ListKind;

static bool list(const char *object, const char *target, ListKind kind, Arena *arena, Text *out, Diag *diag) {
  const char *objdump = find_objdump(target, arena);
  if (!objdump)
    return diag_error(diag, "cannot show machine code: there is no objdump (Debian's package binutils)");
  Spawn spawn = {0};
  GroupEnd end = {0};
  if (!run_objdump(objdump, object, kind == LIST_LINES, &spawn, &end, diag))
    return false;
  bool good = !spawn.late && !end.by_signal && end.code == 0;
  if (good)
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

bool build_listing(const ObjectFile *object, Arena *arena, Text *out, Diag *diag) {
  const Compiler *compiler = object->compiler;
  if (!object->made.object)
    return diag_error(diag, "there is no machine code: %s", object->made.errors ? object->made.errors : "not compiled");
  const char *target = compiler->target ? compiler->target : compiler_target(compiler, arena);
  return list(object->made.object, target, LIST_LINES, arena, out, diag);
}
