// The machine code of a test's threads, as objdump (binutils) tells it.
#include "arch/cpus.h"
#include "harness/build/build.h"
#include "harness/build/spawn.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { OBJDUMP_SECONDS = 20, LISTING_BYTES = 8 << 20 };

// "0000000000001130 <thread0>:": the name, where the line opens a function.
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

// Of a disassembly the functions that run a test's threads.
static void keep_threads(const char *listing, Text *out) {
  bool keeping = false;
  while (*listing) {
    size_t length = strcspn(listing, "\n"), name_length = 0;
    const char *name = function_opened(listing, length, &name_length);
    if (name) {
      keeping = is_thread(name, name_length);
      if (keeping)
        text_printf(out, "%.*s:\n", (int)name_length, name);
    } else if (keeping && length) {
      text_add_bytes(out, listing, length);
      text_add_char(out, '\n');
    } else if (keeping) {
      text_add_char(out, '\n');
      keeping = false;
    }
    listing += length + (listing[length] == '\n');
  }
}

// The object is its standard input: the path of a memory file means something to this process alone.
static bool run_objdump(const char *objdump, const char *object, Spawn *spawn, GroupEnd *end, Diag *diag) {
  static char name[] = "objdump", disassemble[] = "--disassemble", no_bytes[] = "--no-show-raw-insn",
              section[] = "--section=.text", input[] = "/proc/self/fd/0";
  char *argv[] = {name, disassemble, no_bytes, section, input, NULL};
  int file = open(object, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return diag_error(diag, "cannot open the machine code in %s: %s", object, strerror(errno));
  SpawnCommand command = {
      .path = objdump, .argv = argv, .input = file, .timeout = OBJDUMP_SECONDS, .keep = LISTING_BYTES};
  bool started = spawn_run(spawn, &command, end, diag);
  close(file);
  return started;
}

// That of our own CPU: plain objdump may know no other than the one of the machine that an emulator runs on.
static const char *find_objdump(Arena *arena) {
  const char *own = cpu_here() ? compiler_locate(arena_printf(arena, "%s-objdump", cpu_here()->gnu), arena) : NULL;
  return own ? own : compiler_locate("objdump", arena);
}

bool run_disassemble(const Compiled *compiled, Arena *arena, Text *out, Diag *diag) {
  const char *object = compiled_object(compiled);
  if (!object)
    return diag_error(diag, "there is no machine code: %s", compiled_errors(compiled));
  const char *objdump = find_objdump(arena);
  if (!objdump)
    return diag_error(diag, "cannot show machine code: there is no objdump (Debian's package binutils)");
  Spawn spawn = {0};
  GroupEnd end = {0};
  if (!run_objdump(objdump, object, &spawn, &end, diag))
    return false;
  bool good = !end.by_signal && end.code == 0;
  if (good)
    keep_threads(text_string(&spawn.said), out);
  else
    diag_error(diag, "objdump failed: %s", text_string(&spawn.said));
  if (good && spawn.unkept) {
    text_add(out, "... (cut: the listing is too long)\n");
    diag_warning(diag, "the machine code is cut: its listing is longer than %d MiB", LISTING_BYTES >> 20);
  }
  spawn_free(&spawn);
  return good;
}
