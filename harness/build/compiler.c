#include "harness/build/compiler.h"

#include "harness/build/spawn.h"

#include <fcntl.h>
#include <inttypes.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  VERSION_BYTES = 160, // of the first line of what `cc --version` says
  ASKED_SECONDS = 10,  // for a compiler to answer
};

#define DEFAULT_FLAGS "-O2"

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

// ---- What decides what is made

// Whether the program is gcc or clang itself: not a script, nor another program that starts it, as ccache is.
static bool is_known(const char *path) {
  char *real = realpath(path, NULL), magic[4] = {0};
  const char *name = real ? strrchr(real, '/') : NULL;
  bool named = name && (strstr(name, "gcc") || strstr(name, "clang"));
  int file = named ? open(real, O_RDONLY | O_CLOEXEC) : -1;
  free(real);
  bool good = file >= 0 && read(file, magic, sizeof magic) == (ssize_t)sizeof magic && !memcmp(magic, "\177ELF", 4);
  if (file >= 0)
    close(file);
  return good;
}

// Whether every flag is one that is known to name no file.
static bool flags_repeat(const Words *flags) {
  static const char harmless[] = "^-(O[a-z0-9]*|g[a-z0-9-]*|[DU].+|w|W[a-z0-9+=-]*|pedantic|pthread|std=[a-z0-9+]+|"
                                 "(f|m|-target=)[A-Za-z0-9_+.=-]*)$";
  regex_t pattern;
  if (regcomp(&pattern, harmless, REG_EXTENDED | REG_NOSUB))
    return false;
  bool good = true;
  for (unsigned i = 0; i < flags->count && good; i++) {
    const char *word = flags->words[i], *value = strchr(word, '=');
    bool option = word[0] == '-' && (word[1] == 'f' || word[1] == 'm');
    // Profiles and plug-ins are files also where they are not named.
    good = !regexec(&pattern, word, 0, NULL, 0) && !(option && value && !access(value + 1, F_OK)) &&
           !(option && (strstr(word, "profile") || strstr(word, "plugin")));
  }
  regfree(&pattern);
  return good;
}

static void add_environment(Text *out) {
  static const char *const heeded[] = {"PATH",          "CPATH",        "C_INCLUDE_PATH",      "GCC_EXEC_PREFIX",
                                       "COMPILER_PATH", "LIBRARY_PATH", "LD_RUN_PATH",         "LD_LIBRARY_PATH",
                                       "LD_PRELOAD",    "LDEMULATION",  "CCC_OVERRIDE_OPTIONS"};
  for (unsigned i = 0; i < sizeof heeded / sizeof *heeded; i++) {
    const char *value = getenv(heeded[i]);
    if (value)
      text_printf(out, "%s=%zu:%s\n", heeded[i], strlen(value), value);
  }
}

const char *compiler_key(const Compiler *compiler, const Words *flags, Arena *arena) {
  const char *program = compiler_locate(compiler->path, arena);
  struct stat status;
  char host[256] = ""; // -march=native means something else on another machine, with which a home may be shared
  if (!program || !is_known(program) || !flags_repeat(flags) || stat(program, &status) ||
      gethostname(host, sizeof host - 1))
    return NULL;
  Text text = {0};
  text_printf(&text, "%s %jd %jd.%09ld\n%s\n%s\n%s\n", program, (intmax_t)status.st_size,
              (intmax_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec, compiler->version, compiler->flags, host);
  add_environment(&text);
  return text_finish(&text, arena);
}

// ---- What it says of itself

// The first line of what the program says with these arguments, as far as it can be shown in one; NULL: nothing.
static const char *ask(const char *program, char **argv, Arena *arena) {
  SpawnCommand command = {.path = program, .argv = argv, .input = -1, .timeout = ASKED_SECONDS};
  Diag ignored = {.arena = arena};
  GroupEnd end = {0};
  Spawn spawn = {0};
  Adoption adoption = group_adopt();
  char *line = NULL;
  if (spawn_run(&spawn, &command, &end, &ignored) && !end.by_signal && end.code == 0) {
    size_t length = strcspn(text_string(&spawn.said), "\r\n");
    Text shown = {0};
    text_add_printable(&shown, text_string(&spawn.said), length < VERSION_BYTES ? length : VERSION_BYTES);
    line = text_finish(&shown, arena);
  }
  spawn_free(&spawn);
  group_disown(&adoption);
  return line && *line ? line : NULL;
}

// CC names the program, and may hold flags behind it, which come before the others.
static bool find_by_environment(const char *named, const char *flags, Arena *arena, Compiler *out, Diag *diag) {
  named += strspn(named, " \t");
  size_t length = strcspn(named, " \t");
  const char *program = arena_copy(arena, named, length), *behind = named + length + strspn(named + length, " \t");
  if (!compiler_locate(program, arena))
    return diag_error(diag, "there is no compiler '%s' that can be run, which CC names", program);
  if (*behind)
    flags = arena_printf(arena, "%s %s", behind, flags ? flags : DEFAULT_FLAGS);
  return compiler_find(program, flags, arena, out, diag);
}

bool compiler_find(const char *cc, const char *flags, Arena *arena, Compiler *out, Diag *diag) {
  const char *named = cc ? NULL : getenv("CC");
  if (named && *named)
    return find_by_environment(named, flags, arena, out, diag);
  static const char *const usual[] = {"cc", "gcc", "clang"};
  const char *name = cc, *program = cc ? compiler_locate(cc, arena) : NULL;
  for (unsigned i = 0; !cc && !program && i < sizeof usual / sizeof *usual; i++)
    program = compiler_locate(name = usual[i], arena);
  if (!program)
    return cc ? diag_error(diag, "there is no compiler '%s' that can be run", cc)
              : diag_error(diag, "there is no C compiler: none of cc, gcc and clang is on the PATH");
  Words words;
  if (!words_split(flags ? flags : DEFAULT_FLAGS, arena, &words, diag))
    return false;
  const char *version =
      ask(program, (char *[]){arena_string(arena, name), arena_string(arena, "--version"), NULL}, arena);
  *out = (Compiler){.path = name, .version = version ? version : "unknown", .flags = flags ? flags : DEFAULT_FLAGS};
  return true;
}

const char *compiler_target(const Compiler *compiler, Arena *arena) {
  const char *program = compiler_locate(compiler->path, arena);
  Diag ignored = {.arena = arena};
  Words words;
  if (!program || !words_split(compiler->flags, arena, &words, &ignored))
    return NULL;
  char **argv = ARENA_ARRAY(arena, char *, words.count + 3);
  argv[0] = arena_string(arena, compiler->path);
  for (unsigned i = 0; i < words.count; i++)
    argv[i + 1] = words.words[i];
  argv[words.count + 1] = arena_string(arena, "-dumpmachine");
  char *target = (char *)ask(program, argv, arena);
  static const char *const makers[] = {"-unknown", "-pc"};
  for (unsigned i = 0; target && i < 2; i++) {
    char *at = strstr(target, makers[i]);
    if (at)
      memmove(at, at + strlen(makers[i]), strlen(at + strlen(makers[i])) + 1);
  }
  return target;
}

// By the first word of what GNU's tools call it: vendors differ, and systems.
const Cpu *compiler_cpu(const Compiler *compiler, Arena *arena) {
  const char *target = compiler->target ? compiler->target : compiler_target(compiler, arena);
  size_t length = target ? strcspn(target, "-") + 1 : 0;
  for (unsigned i = 0; i < cpu_count && target; i++)
    if (!strncmp(target, cpu_all[i]->gnu, length))
      return cpu_all[i];
  return NULL;
}
