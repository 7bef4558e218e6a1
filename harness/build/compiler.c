#include "harness/build/compiler.h"

#include "harness/build/cache.h"
#include "harness/build/spawn.h"
#include "harness/build/words.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  VERSION_BYTES = 160,  // of the first line of what `cc --version` says
  VERSION_SECONDS = 10, // for it to say that
};

static bool is_program(const char *path) {
  struct stat status;
  return !stat(path, &status) && S_ISREG(status.st_mode) && !access(path, X_OK);
}

const char *compiler_locate(const char *name, Arena *arena) {
  if (!*name)
    return NULL;
  if (strchr(name, '/'))
    return is_program(name) ? name : NULL;
  const char *path = getenv("PATH");
  for (const char *at = path ? path : "/usr/local/bin:/usr/bin:/bin", *end; at; at = *end ? end + 1 : NULL) {
    end = strchrnul(at, ':');
    // An empty element is the working folder.
    const char *file =
        end == at ? arena_printf(arena, "./%s", name) : arena_printf(arena, "%.*s/%s", (int)(end - at), at, name);
    if (is_program(file))
      return file;
  }
  return NULL;
}

void compiler_digest(const char *const *fields, unsigned count, char digest[65]) {
  SHA2_CTX context;
  SHA256Init(&context);
  for (unsigned i = 0; i < count; i++) {
    char length[32];
    int digits = snprintf(length, sizeof length, "%zu:", strlen(fields[i]));
    SHA256Update(&context, (const uint8_t *)length, (size_t)digits);
    SHA256Update(&context, (const uint8_t *)fields[i], strlen(fields[i]));
  }
  SHA256End(&context, digest);
}

const char *compiler_mark(const char *path, Arena *arena) {
  struct stat status;
  if (stat(path, &status))
    return NULL;
  return arena_printf(arena, "%s %jd %jd.%09ld", path, (intmax_t)status.st_size, (intmax_t)status.st_mtim.tv_sec,
                      status.st_mtim.tv_nsec);
}

// ---- What decides what is made

bool compiler_is_known(const char *path) {
  char *real = realpath(path, NULL), magic[4] = {0};
  if (!real)
    return false;
  const char *name = strrchr(real, '/');
  bool named = name && (strstr(name, "gcc") || strstr(name, "clang"));
  int file = named ? open(real, O_RDONLY | O_CLOEXEC) : -1;
  free(real);
  bool good = file >= 0 && read(file, magic, sizeof magic) == (ssize_t)sizeof magic && !memcmp(magic, "\177ELF", 4);
  if (file >= 0)
    close(file);
  return good;
}

static bool begins_with_one_of(const char *word, const char *const *beginnings) {
  for (; *beginnings; beginnings++)
    if (!strncmp(word, *beginnings, strlen(*beginnings)))
      return true;
  return false;
}

// Whether -f... or -m... has a file for its value. Profiles and plug-ins are files also where they are not named.
static bool may_name_file(const char *option) {
  const char *value = strchr(option, '=');
  return strstr(option, "profile") || strstr(option, "plugin") || strchr(option, '/') ||
         (value && !access(value + 1, F_OK));
}

// Flags are known to name no file, or they are taken to name one.
bool compiler_flags_repeat(const Words *flags) {
  static const char *const harmless[] = {"-O", "-g", "-D", "-U", "-w", "-W", "-std=", "-pedantic", "-pthread", NULL};
  static const char *const passed_on[] = {"-Wl,", "-Wa,", "-Wp,", NULL};
  static const char *const options[] = {"-f", "-m", NULL};
  for (unsigned i = 0; i < flags->count; i++) {
    const char *word = flags->words[i];
    bool good = begins_with_one_of(word, options)
                    ? !may_name_file(word)
                    : begins_with_one_of(word, harmless) && !begins_with_one_of(word, passed_on);
    if (!good || !strcmp(word, "-D") || !strcmp(word, "-U")) // the next word is theirs
      return false;
  }
  return true;
}

const char *compiler_environment(Arena *arena) {
  static const char *const heeded[] = {"PATH",          "CPATH",        "C_INCLUDE_PATH",      "GCC_EXEC_PREFIX",
                                       "COMPILER_PATH", "LIBRARY_PATH", "LD_RUN_PATH",         "LD_LIBRARY_PATH",
                                       "LD_PRELOAD",    "LDEMULATION",  "CCC_OVERRIDE_OPTIONS"};
  Text text = {0};
  for (unsigned i = 0; i < sizeof heeded / sizeof *heeded; i++) {
    const char *value = getenv(heeded[i]);
    if (value)
      text_printf(&text, "%s=%zu:%s\n", heeded[i], strlen(value), value);
  }
  const char *copy = arena_string(arena, text_string(&text));
  text_free(&text);
  return copy;
}

// ---- Its version

// The first line, as far as it can be shown in one.
static const char *first_line(const char *text, Arena *arena) {
  size_t length = strcspn(text, "\r\n");
  char *line = arena_copy(arena, text, length < VERSION_BYTES ? length : VERSION_BYTES);
  for (char *c = line; *c; c++)
    if ((unsigned char)*c < ' ' || *c == 0x7f)
      *c = '?';
  return line;
}

static const char *read_version(const char *path, Arena *arena) {
  char text[VERSION_BYTES + 1];
  int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, text, VERSION_BYTES);
  if (file >= 0)
    close(file);
  if (length <= 0)
    return NULL;
  text[length] = '\0';
  return first_line(text, arena);
}

// A version that cannot be kept is asked for again next time.
static void keep_version(Cache *cache, const char *name, const char *version, Arena *arena) {
  Diag ignored = {.arena = arena};
  const char *workspace = cache_workspace(cache, &ignored);
  FILE *file = workspace ? fopen(arena_printf(arena, "%s/%s", workspace, name), "wxe") : NULL;
  if (!file)
    return;
  fputs(version, file);
  int memory = -1;
  if (!fclose(file))
    cache_keep(cache, name, &memory, arena, &ignored);
  if (memory >= 0)
    close(memory);
}

// What the compiler says of itself; "unknown" where it does not. Asking takes longer than all else of a warm start, so
// that the answer is kept.
static const char *find_version(const char *program, Arena *arena) {
  const char *mark = compiler_mark(program, arena);
  if (!mark)
    return "unknown";
  char digest[65];
  compiler_digest((const char *[]){"version", mark}, 2, digest);
  const char *name = arena_printf(arena, "version-%s", digest);
  Cache *cache = cache_open(!compiler_is_known(program), arena);
  const char *kept = cache_find(cache, name, arena);
  const char *version = kept ? read_version(kept, arena) : NULL;
  if (!version) {
    char option[] = "--version";
    char *argv[] = {arena_string(arena, program), option, NULL};
    SpawnCommand command = {.path = program, .argv = argv, .input = -1, .timeout = VERSION_SECONDS};
    Diag ignored = {.arena = arena};
    GroupEnd end = {0};
    Spawn spawn = {0};
    int adopted_before = group_adopt(1);
    if (spawn_run(&spawn, &command, &end, &ignored) && !end.by_signal && end.code == 0 && spawn.said.length) {
      version = first_line(spawn.said.bytes, arena);
      keep_version(cache, name, version, arena);
    }
    spawn_free(&spawn);
    group_adopt(adopted_before);
  }
  cache_close(cache);
  return version && *version ? version : "unknown";
}

bool compiler_find(const char *cc, const char *flags, Arena *arena, Compiler *out, Diag *diag) {
  static const char *const usual[] = {"cc", "gcc", "clang"};
  const char *name = cc, *program = name ? compiler_locate(name, arena) : NULL;
  for (unsigned i = 0; !cc && !program && i < sizeof usual / sizeof *usual; i++)
    program = compiler_locate(name = usual[i], arena);
  if (!program)
    return cc ? diag_error(diag, "there is no compiler '%s' that can be run", cc)
              : diag_error(diag, "there is no C compiler: none of cc, gcc and clang is on the PATH");
  if (!flags)
    flags = "-O2";
  Words words;
  if (!words_split(flags, arena, &words, diag))
    return false;
  *out = (Compiler){.path = name, .version = find_version(program, arena), .flags = flags};
  return true;
}
