// Compiling: real compilers and broken ones; what is made is cached, trusted only where it is ours, and nothing else is
// left.
#include "arch/cpus.h"
#include "harness/base/time.h"
#include "harness/build/compile.h"
#include "harness/build/compiler.h"
#include "harness/build/words.h"
#include "harness/machine/clock.h"
#include "tests/unit/left.h"
#include "tests/unit/runner.h"
#include "tests/unit/skip.h"

#include <check.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static Arena *arena;
static Diag diag;
static Left before;
static Stop stop;
static const char *root, *cache; // the test's own folder; the cache in it

static const char *in_root(const char *name) { return arena_printf(arena, "%s/%s", root, name); }

static void setup(void) {
  before = left_now();
  arena = arena_new();
  diag = (Diag){.arena = arena};
  stop = 0;
  root = mkdtemp(arena_string(arena, "/tmp/weakmem-unit-XXXXXX"));
  ck_assert_ptr_nonnull(root);
  cache = in_root("cache/weakmem");
  ck_assert_int_eq(mkdir(in_root("tmp"), 0700), 0);
  setenv("XDG_CACHE_HOME", in_root("cache"), 1);
  setenv("TMPDIR", in_root("tmp"), 1);
}

static unsigned left_in(const char *path) { return left_entries(path) - 2; }

static void teardown(void) {
  ck_assert_uint_eq(left_in(in_root("tmp")), 0);
  char *command = arena_printf(arena, "chmod -R u+w '%s' && rm -rf '%s'", root, root);
  ck_assert_int_eq(system(command), 0);
  arena_free(arena);
  left_assert_nothing(&before);
}

// An executable script.
static const char *script(const char *name, const char *body) {
  const char *path = in_root(name);
  FILE *file = fopen(path, "w");
  fprintf(file, "#!/bin/sh\n%s\n", body);
  fclose(file);
  chmod(path, 0700);
  return path;
}

static Compiler compiler_of(const char *cc, const char *cflags) {
  Compiler compiler;
  ck_assert_msg(compiler_find(cc, cflags, arena, &compiler, &diag), "%s", diag.first ? diag.first->message : "");
  return compiler;
}

static unsigned progressed;
static void progress(unsigned done, unsigned count, void *context) {
  (void)context;
  progressed = done;
  ck_assert_uint_le(done, count);
}

static CompileUnit *units_of(const Compiler *compiler, const char *const *sources, unsigned count) {
  CompileUnit *units = ARENA_ARRAY(arena, CompileUnit, count);
  for (unsigned i = 0; i < count; i++)
    units[i] = (CompileUnit){compiler, sources[i], .shared = true};
  return units;
}

static CompileResult compile_with(const Compiler *compiler, const char *source) {
  CompileResult result;
  ck_assert(compile_all(units_of(compiler, &source, 1), 1, &(CompileLimits){0}, &result, arena, &diag));
  return result;
}

static CompileResult *compile(const char *cc, const char *const *sources, unsigned count, double seconds) {
  Compiler compiler = compiler_of(cc, NULL);
  CompileResult *results = ARENA_ARRAY(arena, CompileResult, count);
  progressed = 0;
  CompileLimits limits = {.seconds = seconds, .stop = &stop, .progress = progress};
  ck_assert(compile_all(units_of(&compiler, sources, count), count, &limits, results, arena, &diag));
  return results;
}

static CompileResult *compile_one(const char *cc, const char *source, double seconds) {
  return compile(cc, &source, 1, seconds);
}

// What the object's function `answer` returns.
static int answer(const CompileResult *result) {
  ck_assert_msg(result->object != NULL, "%s", result->errors ? result->errors : "no errors given");
  void *object = dlopen(result->object, RTLD_NOW | RTLD_LOCAL);
  ck_assert_msg(object != NULL, "%s", dlerror());
  int (*function)(void) = NULL;
  *(void **)&function = dlsym(object, "answer");
  ck_assert(function != NULL);
  int value = function();
  dlclose(object);
  return value;
}

static const char *source_of(int value) { return arena_printf(arena, "int answer(void) { return %d; }\n", value); }

// Not every machine has both compilers.
static bool is_here(const char *cc) {
  Compiler compiler;
  return compiler_find(cc, NULL, arena, &compiler, &diag);
}

// Under another name, where that tells it to make code for another CPU: one that an emulator runs.
static const char *clang(void) {
  const char *cross = arena_printf(arena, "%s-clang", cpu_here()->gnu);
  return skip_emulated() && is_here(cross) ? cross : "clang";
}

START_TEST(gcc_and_clang_make_objects_that_are_cached) {
  const char *cc = _i ? clang() : "gcc";
  SKIP_IF(!is_here(cc), "not every machine has clang");
  CompileResult *made = compile_one(cc, source_of(42), 60);
  ck_assert_int_eq(answer(made), 42);
  ck_assert(!made->cached);
  ck_assert_uint_eq(progressed, 1);
  CompileResult *again = compile_one(cc, source_of(42), 60);
  ck_assert(again->cached);
  ck_assert_str_eq(again->object, made->object);
  struct stat status;
  ck_assert_int_eq(stat(cache, &status), 0);
  ck_assert_uint_eq(status.st_mode & 0777, 0700);
  ck_assert_uint_eq(left_in(cache), 1);
}
END_TEST

START_TEST(source_flags_and_compiler_each_make_another_object) {
  const char *source = source_of(1);
  bool both = is_here(clang());
  Compiler compilers[] = {compiler_of("gcc", "-O2"), compiler_of("gcc", "-O1"),
                          both ? compiler_of(clang(), "-O2") : (Compiler){0}};
  for (unsigned i = 0; i < (both ? 3 : 2); i++) {
    CompileResult result = compile_with(&compilers[i], source);
    ck_assert_int_eq(answer(&result), 1);
    ck_assert(!result.cached);
  }
  ck_assert_int_eq(answer(compile_one("gcc", source_of(2), 60)), 2);
}
END_TEST

START_TEST(many_sources_are_made_each_content_once) {
  const char *sources[20];
  for (unsigned i = 0; i < 20; i++)
    sources[i] = source_of((int)(i / 2));
  CompileResult *results = compile("gcc", sources, 20, 60);
  for (unsigned i = 0; i < 20; i++)
    ck_assert_int_eq(answer(&results[i]), (int)(i / 2));
  ck_assert_uint_eq(progressed, 20);
  ck_assert_uint_eq(left_in(cache), 10);
}
END_TEST

START_TEST(an_error_is_told_in_the_compilers_words) {
  const char *sources[] = {"int answer(void) { return undeclared_name; }\n", source_of(3)};
  CompileResult *results = compile("gcc", sources, 2, 60);
  ck_assert_ptr_null(results[0].object);
  ck_assert_ptr_nonnull(strstr(results[0].errors, "undeclared_name"));
  ck_assert_int_eq(answer(&results[1]), 3);
}
END_TEST

START_TEST(a_compiler_that_fails_silently_is_told_so) {
  CompileResult *result = compile_one("false", source_of(1), 60);
  ck_assert_ptr_null(result->object);
  ck_assert_ptr_nonnull(strstr(result->errors, "status 1"));
}
END_TEST

START_TEST(a_compiler_that_makes_nothing_is_told_so) {
  CompileResult *result = compile_one("true", source_of(1), 60);
  ck_assert_ptr_null(result->object);
  ck_assert_ptr_nonnull(strstr(result->errors, "no object"));
}
END_TEST

START_TEST(a_compiler_that_hangs_is_killed_with_all_it_started_and_not_tried_again) {
  const char *cc = script("hangs", "[ \"$1\" = --version ] && exit 1\n"
                                   "sleep 1000 &\necho $! >\"$TMPDIR\"/../../../pid\nsleep 1000");
  const char *sources[70];
  for (unsigned i = 0; i < 70; i++)
    sources[i] = source_of((int)i);
  double began = time_seconds();
  CompileResult *results = compile(cc, sources, 70, 0.3);
  ck_assert_double_le(time_seconds() - began, 60);
  ck_assert_ptr_nonnull(strstr(results[0].errors, "0.3 s"));
  ck_assert_ptr_nonnull(strstr(results[69].errors, "hung on another"));
  ck_assert_uint_eq(progressed, 70);
  FILE *file = fopen(in_root("pid"), "r");
  int pid = 0;
  ck_assert_int_eq(fscanf(file, "%d", &pid), 1);
  fclose(file);
  SKIP_IF(skip_adopts_none(), "the system lets nobody adopt orphans: they are reaped at its leisure");
  ck_assert_int_lt(kill(pid, 0), 0);
}
END_TEST

START_TEST(a_compiler_that_never_stops_talking_is_cut_short) {
  const char *cc = script(
      "talks", "[ \"$1\" = --version ] && { yes | head -c 1000000; exit; }\nyes error | head -c 100000000 >&2\nexit 1");
  CompileResult *result = compile_one(cc, source_of(1), 60);
  ck_assert_ptr_null(result->object);
  ck_assert_uint_lt(strlen(result->errors), 100000);
  ck_assert_ptr_nonnull(strstr(result->errors, "bytes more"));
}
END_TEST

START_TEST(a_compiler_that_crashes_is_told_so) {
  CompileResult *result = compile_one(script("crashes", "kill -SEGV $$"), source_of(1), 60);
  ck_assert_ptr_nonnull(strstr(result->errors, "segmentation fault"));
}
END_TEST

static void stop_now(int signal) { stop = signal; }

START_TEST(stop_kills_what_is_under_way_and_leaves_nothing) {
  struct sigaction action = {.sa_handler = stop_now};
  sigaction(SIGALRM, &action, NULL);
  const char *cc = script("hangs", "[ \"$1\" = --version ] && exit 1\nsleep 1000");
  Compiler compiler = compiler_of(cc, NULL);
  struct itimerval soon = {.it_value = {.tv_usec = 100000}};
  setitimer(ITIMER_REAL, &soon, NULL);
  const char *sources[] = {source_of(1), source_of(2), source_of(3)};
  CompileResult results[3];
  ck_assert(compile_all(units_of(&compiler, sources, 3), 3, &(CompileLimits){.stop = &stop}, results, arena, &diag));
  for (unsigned i = 0; i < 3; i++)
    ck_assert(!results[i].object && !results[i].errors);
  ck_assert_uint_eq(left_in(cache), 0);
}
END_TEST

START_TEST(an_entry_that_others_could_have_written_is_not_used) {
  CompileResult *made = compile_one("gcc", source_of(5), 60);
  ck_assert_int_eq(chmod(made->object, 0666), 0);
  CompileResult *again = compile_one("gcc", source_of(5), 60);
  ck_assert(!again->cached);
  ck_assert_int_eq(answer(again), 5);
  // A link in its place is not followed either.
  ck_assert_int_eq(rename(made->object, in_root("elsewhere")), 0);
  ck_assert_int_eq(symlink(in_root("elsewhere"), made->object), 0);
  again = compile_one("gcc", source_of(5), 60);
  ck_assert(!again->cached);
  ck_assert_int_eq(answer(again), 5);
}
END_TEST

START_TEST(an_empty_entry_is_made_again) {
  CompileResult *made = compile_one("gcc", source_of(6), 60);
  ck_assert_int_eq(truncate(made->object, 0), 0);
  ck_assert_int_eq(answer(compile_one("gcc", source_of(6), 60)), 6);
}
END_TEST

// Where there can be no cache folder: it is a file, it is writable by others, it cannot be made, nothing names it.
static void spoil_cache(int how) {
  mkdir(in_root("cache"), 0700);
  if (how == 0)
    script("cache/weakmem", "");
  else if (how == 1) {
    mkdir(cache, 0700);
    chmod(cache, 0777);
  } else if (how == 2)
    setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
  else {
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
  }
}

START_TEST(without_a_cache_folder_objects_live_in_memory) {
  spoil_cache(_i);
  const char *sources[] = {source_of(7), source_of(8), source_of(7)};
  CompileResult *results = compile("gcc", sources, 3, 60);
  ck_assert_int_eq(answer(&results[0]), 7);
  ck_assert_int_eq(answer(&results[1]), 8);
  ck_assert_int_eq(answer(&results[2]), 7);
  ck_assert_int_ge(results[0].memory, 0);
  compile_release(results, 3);
}
END_TEST

START_TEST(a_workspace_that_a_killed_run_left_is_removed_a_locked_one_is_not) {
  compile_one("gcc", source_of(1), 60);
  const char *stale = arena_printf(arena, "%s/weakmem-work-stale1", cache);
  const char *locked = arena_printf(arena, "%s/weakmem-work-locked", cache);
  ck_assert_int_eq(mkdir(stale, 0700) | mkdir(locked, 0700), 0);
  script("cache/weakmem/weakmem-work-stale1/cc1.s", "");
  int lock = open(locked, O_RDONLY | O_DIRECTORY);
  ck_assert_int_eq(flock(lock, LOCK_EX), 0);
  compile_one("gcc", source_of(2), 60);
  ck_assert_int_lt(access(stale, F_OK), 0);
  ck_assert_int_eq(access(locked, F_OK), 0);
  close(lock);
  compile_one("gcc", source_of(3), 60);
  ck_assert_int_lt(access(locked, F_OK), 0);
}
END_TEST

// An entry of 300 MiB (sparse files take no room on disk, so it is written out) that nobody used for a day.
START_TEST(entries_long_out_of_use_go_when_the_cache_is_full) {
  compile_one("gcc", source_of(1), 60);
  const char *old = arena_printf(arena, "%s/old.so", cache);
  int file = open(old, O_WRONLY | O_CREAT, 0600);
  ck_assert_int_eq(posix_fallocate(file, 0, 300 << 20), 0);
  struct timespec day_ago[2] = {{.tv_sec = time(NULL) - 86400}, {.tv_sec = time(NULL) - 86400}};
  ck_assert_int_eq(futimens(file, day_ago), 0);
  close(file);
  ck_assert_int_eq(answer(compile_one("gcc", source_of(2), 60)), 2);
  ck_assert_int_lt(access(old, F_OK), 0);
  ck_assert(compile_one("gcc", source_of(1), 60)->cached);
}
END_TEST

START_TEST(two_runs_at_once_do_not_disturb_each_other) {
  const char *sources[8];
  for (int i = 0; i < 8; i++)
    sources[i] = source_of(i);
  pid_t others[3];
  for (int i = 0; i < 3; i++)
    if ((others[i] = fork()) == 0) {
      CompileResult *results = compile("gcc", sources, 8, 60);
      for (int k = 0; k < 8; k++)
        if (answer(&results[k]) != k)
          _exit(1);
      _exit(0);
    }
  for (int i = 0; i < 3; i++) {
    int status;
    ck_assert_int_eq(waitpid(others[i], &status, 0), others[i]);
    ck_assert_int_eq(status, 0);
  }
  ck_assert_uint_eq(left_in(cache), 8);
}
END_TEST

START_TEST(the_compiler_is_found_on_the_path_and_names_its_version) {
  Compiler usual = compiler_of(NULL, NULL), gcc = compiler_of("gcc", "-O1");
  ck_assert_str_eq(usual.path, "cc");
  ck_assert_str_eq(usual.flags, "-O2");
  ck_assert_ptr_nonnull(strstr(gcc.version, "gcc"));
  ck_assert_str_eq(compiler_of("gcc", NULL).version, gcc.version); // from the cache
  ck_assert_str_eq(compiler_of("false", NULL).version, "unknown");
  ck_assert(!compiler_find("no-such-compiler", NULL, arena, &gcc, &diag));
  ck_assert(!compiler_find("gcc", "-D'x", arena, &gcc, &diag));
  setenv("PATH", in_root("tmp"), 1);
  ck_assert(!compiler_find(NULL, NULL, arena, &gcc, &diag));
  setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
}
END_TEST

START_TEST(what_a_compiler_leaves_running_goes_with_it) {
  static const char *const ways[] = {"sleep 1000 & echo $!", "setsid sh -c 'echo $$; exec sleep 1000' &",
                                     "(set -m; (setsid sh -c 'echo $$; exec sleep 1000') & ) &"};
  const char *pids = in_root("pids");
  const char *cc = script("wrapper", arena_printf(arena, "{ %s\n } >>'%s'\n[ -s '%s' ] || sleep 0.2\nexec gcc \"$@\"",
                                                  ways[_i], pids, pids));
  CompileResult *result = compile_one(cc, source_of(1), 60);
  ck_assert_int_eq(answer(result), 1);
  compile_release(result, 1);
  FILE *file = fopen(pids, "r");
  int pid, count = 0;
  while (fscanf(file, "%d", &pid) == 1) {
    count++;
    ck_assert_msg(skip_adopts_none() || kill(pid, 0) < 0, "%d is still there", pid);
  }
  fclose(file);
  ck_assert_int_eq(count, 2); // it was asked for its version, too
}
END_TEST

// In place of the C library's: a machine that has more PUs than a cpu_set_t has room for, of which two are ours.
static size_t affinity_bytes;
int sched_getaffinity(pid_t pid, size_t bytes, cpu_set_t *pus) {
  (void)pid;
  if (bytes < 4096 / 8) {
    errno = EINVAL;
    return -1;
  }
  affinity_bytes = bytes;
  memset(pus, 0, bytes);
  CPU_SET_S(3000, bytes, pus);
  CPU_SET_S(4000, bytes, pus);
  return 0;
}

START_TEST(the_pus_of_a_very_large_machine_are_counted) {
  // Each waits for the other: two at once, or the time is up.
  const char *cc =
      script("pair", "[ \"$1\" = --version ] && exit 1\nfolder=${TMPDIR%/weakmem/*}\n"
                     "touch \"$folder/$$\"\nfor i in $(seq 100); do [ $(ls \"$folder\" | grep -c '^[0-9]') "
                     "-ge 2 ] && exec gcc \"$@\"; sleep 0.05; done");
  const char *sources[] = {source_of(1), source_of(2)};
  CompileResult *results = compile(cc, sources, 2, 60);
  ck_assert_uint_eq(affinity_bytes, 4096 / 8);
  ck_assert_int_eq(answer(&results[0]), 1);
  ck_assert_int_eq(answer(&results[1]), 2);
  compile_release(results, 2);
}
END_TEST

START_TEST(objects_of_several_compilers_are_linked) {
  Compiler gcc = compiler_of("gcc", "-O2"), other = compiler_of(is_here(clang()) ? clang() : "gcc", "-O1");
  CompileUnit units[] = {{&gcc, "int two(void) { return 2; }\n", .shared = false},
                         {&other, "int three(void) { return 3; }\n", .shared = false}};
  CompileResult objects[2], all;
  for (int round = 0; round < 2; round++) { // kept; in memory files
    if (round)
      spoil_cache(2);
    ck_assert(compile_all(units, 2, &(CompileLimits){0}, objects, arena, &diag));
    const char *paths[] = {objects[0].object, objects[1].object, NULL};
    CompileUnit linked = {.compiler = &gcc,
                          .source = "int two(void), three(void); int answer(void) { return two() * three(); }\n",
                          .objects = paths,
                          .shared = true};
    ck_assert(compile_all(&linked, 1, &(CompileLimits){0}, &all, arena, &diag));
    ck_assert_int_eq(answer(&all), 6);
    ck_assert(!all.cached);
    compile_release(objects, 2);
    compile_release(&all, 1);
  }
}
END_TEST

START_TEST(the_target_is_told_without_its_maker) {
  Compiler gcc = compiler_of("gcc", "-O2");
  ck_assert_str_eq(compiler_target(&gcc, arena), cpu_here()->gnu);
  Compiler odd = {.path = script("odd", "echo powerpc64le-unknown-linux-gnu"), .flags = ""};
  ck_assert_str_eq(compiler_target(&odd, arena), "powerpc64le-linux-gnu");
  Compiler silent = {.path = "false", .flags = ""};
  ck_assert_ptr_null(compiler_target(&silent, arena));
}
END_TEST

START_TEST(words_are_split_as_a_shell_does) {
  Words words;
  ck_assert(words_split("  -O2 -D'a b'=\"c \\\" d\"\\ e '' \t-g\n", arena, &words, &diag));
  ck_assert_uint_eq(words.count, 4);
  ck_assert_str_eq(words.words[0], "-O2");
  ck_assert_str_eq(words.words[1], "-Da b=c \" d e");
  ck_assert_str_eq(words.words[2], "");
  ck_assert_str_eq(words.words[3], "-g");
  ck_assert_ptr_null(words.words[4]);
  ck_assert(words_split("", arena, &words, &diag));
  ck_assert_uint_eq(words.count, 0);
  ck_assert(!words_split("a\\", arena, &words, &diag));
  ck_assert(!words_split("'a", arena, &words, &diag));
  ck_assert(!words_split("\"a", arena, &words, &diag));
}
END_TEST

// Flags are the user's own words: no shell sees them.
START_TEST(flags_reach_no_shell) {
  Compiler compiler = compiler_of("gcc", "-DX=1 '-DY=$(touch /tmp/weakmem-unit-shell)' -DZ=3;true");
  CompileResult result = compile_with(&compiler, "int answer(void) { return X; }\n");
  ck_assert_int_eq(answer(&result), 1);
  ck_assert_int_lt(access("/tmp/weakmem-unit-shell", F_OK), 0);
}
END_TEST

static CompileResult compile_answer(const char *cc, const char *cflags) {
  Compiler compiler = compiler_of(cc, cflags);
  return compile_with(&compiler, "#ifndef ANSWER\n#include <answer.h>\n#endif\nint answer(void) { return ANSWER; }\n");
}

static void answer_is(const char *cc, const char *cflags, int expected) {
  CompileResult result = compile_answer(cc, cflags);
  ck_assert_int_eq(answer(&result), expected);
  ck_assert(!result.cached);
  compile_release(&result, 1);
}

static const char *header(const char *name, int value) {
  const char *path = in_root(name);
  FILE *file = fopen(path, "w");
  fprintf(file, "#define ANSWER %d\n", value);
  fclose(file);
  return path;
}

START_TEST(a_script_that_calls_a_compiler_is_called_each_time) {
  const char *cc = script("wrapper", "exec gcc \"$@\" $EXTRA");
  const char *link = in_root("link");
  ck_assert_int_eq(symlink(cc, link), 0);
  for (int value = 1; value <= 3; value++) {
    setenv("EXTRA", arena_printf(arena, "-DANSWER=%d", value), 1);
    answer_is(value == 3 ? link : cc, NULL, value);
  }
  unsetenv("EXTRA");
  ck_assert_uint_eq(left_in(cache), 0);
}
END_TEST

START_TEST(a_header_that_a_flag_names_is_read_each_time) {
  static const char *const flags[] = {
      "-include %s/answer.h", "-imacros %s/answer.h", "-I%s", "-I %s", "-isystem %s", "@%s/flags",
      "-O2 -iquote. -Wp,-I%s"};
  const char *cflags = arena_printf(arena, "%s", flags[_i]);
  const char *at = strstr(cflags, "%s");
  cflags = arena_printf(arena, "%.*s%s%s", (int)(at - cflags), cflags, root, at + 2);
  FILE *file = fopen(in_root("flags"), "w");
  fprintf(file, "-I%s\n", root);
  fclose(file);
  for (int value = 1; value <= 2; value++) {
    header("answer.h", value);
    answer_is("gcc", cflags, value);
  }
}
END_TEST

START_TEST(the_environment_that_compilers_heed_tells_objects_apart) {
  static const char *const names[] = {"CPATH", "C_INCLUDE_PATH"};
  for (int value = 1; value <= 2; value++) {
    const char *folder = in_root(value == 1 ? "one" : "two");
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    header(value == 1 ? "one/answer.h" : "two/answer.h", value);
    setenv(names[_i], folder, 1);
    answer_is("gcc", NULL, value);
  }
  setenv(names[_i], in_root("one"), 1);
  CompileResult again = compile_answer("gcc", NULL);
  unsetenv(names[_i]);
  ck_assert_int_eq(answer(&again), 1);
  ck_assert(again.cached);
}
END_TEST

START_TEST(only_flags_that_name_no_file_repeat) {
  static const struct {
    const char *flags;
    bool repeat;
  } cases[] = {{"-O2 -march=native -DX=1 -UX -g3 -Wall -w -std=gnu11 -fno-inline -mcmodel=medium -pthread", true},
               {"", true},
               {"--target=riscv64-linux-gnu -mcpu=a64fx", true},
               {"-B /tmp", false},
               {"-specs=x", false},
               {"-fplugin=x", false},
               {"-fprofile-use", false},
               {"-fsanitize-ignorelist=/dev/null", false},
               {"-Wl,-T,x", false},
               {"-L.", false},
               {"-lx", false},
               {"--config x", false},
               {"x.o", false},
               {"-D X=1", false},
               {"-Xclang -load", false},
               {"@x", false}};
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    Words words;
    ck_assert(words_split(cases[i].flags, arena, &words, &diag));
    Compiler gcc = {.path = "gcc", .version = "12", .flags = cases[i].flags};
    ck_assert_msg((compiler_key(&gcc, &words, arena) != NULL) == cases[i].repeat, "%s", cases[i].flags);
  }
}
END_TEST

// ---- Bit by bit

enum { SPARE = 80 /* sources: more than compilers that run at once */ };

static Compilation *begin(const Compiler *compiler, const char *const *sources, unsigned count, CompileLimits limits,
                          CompileResult *results) {
  limits.stop = &stop;
  Compilation *out = compile_begin(units_of(compiler, sources, count), count, &limits, results, arena, &diag);
  ck_assert_ptr_nonnull(out);
  return out;
}

// A compiler that writes to a file, line by line, where it may run when it begins, and then that it ends.
static const char *telling(const char *told, const char *pause) {
  return script("telling", arena_printf(arena,
                                        "[ \"$1\" = --version ] && exec gcc --version\n"
                                        "grep Cpus_allowed_list /proc/self/status >>'%s'\n"
                                        "sleep %s; gcc \"$@\"; status=$?; echo end >>'%s'; exit $status",
                                        told, pause, told));
}

static unsigned lines_with(const char *path, const char *text) {
  FILE *file = fopen(path, "r");
  char line[4096];
  unsigned count = 0;
  while (file && fgets(line, sizeof line, file))
    count += strstr(line, text) != NULL;
  if (file)
    fclose(file);
  return count;
}

static bool bind_here(const void *context, unsigned pu) {
  (void)context;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(pu, &set);
  return !sched_setaffinity(0, sizeof set, &set);
}

START_TEST(what_is_awaited_is_there_before_all_is) {
  Compiler compiler = compiler_of(telling(in_root("told"), "0"), NULL);
  const char *sources[SPARE + 1];
  CompileResult results[SPARE + 1];
  for (unsigned i = 0; i <= SPARE; i++)
    sources[i] = source_of((int)i);
  sources[2] = sources[0]; // whose result it shares
  Compilation *job = begin(&compiler, sources, SPARE + 1, (CompileLimits){0}, results);
  compile_await(job, 0);
  ck_assert_int_eq(answer(&results[0]), 0);
  ck_assert(!results[SPARE].object && !results[SPARE].errors);
  compile_await(job, 2);
  ck_assert_int_eq(answer(&results[2]), 0);
  compile_end(job); // what is under way is killed
  ck_assert_ptr_null(results[SPARE].object);
  compile_release(results, SPARE + 1);
}
END_TEST

START_TEST(beside_other_things_compilers_run_where_they_may_and_nowhere_else) {
  const char *told = in_root("told");
  Compiler compiler = compiler_of(telling(told, "0.2"), NULL);
  const char *sources[SPARE + 1];
  CompileResult results[SPARE + 1];
  for (unsigned i = 0; i <= SPARE; i++)
    sources[i] = source_of((int)i);
  Compilation *job = begin(&compiler, sources, SPARE + 1, (CompileLimits){0}, results);
  compile_await(job, 0);
  // Those that were begun meanwhile are waited for.
  ck_assert_uint_eq(compile_beside(job, &(CompilePlaces){0}), 0);
  unsigned begun = lines_with(told, "Cpus_allowed_list");
  ck_assert_uint_eq(lines_with(told, "end"), begun);
  ck_assert_uint_gt(begun, 0);
  // On one PU there is one, and it runs there.
  unsigned pu = (unsigned)sched_getcpu();
  CompilePlaces one = {.pus = &pu, .count = 1, .bind = bind_here};
  ck_assert_uint_eq(compile_beside(job, &one), 1);
  ck_assert_uint_eq(compile_beside(job, &one), 1); // and it goes on, or the next has begun
  compile_await(job, begun);
  ck_assert_ptr_nonnull(results[begun].object);
  char *list = arena_printf(arena, "Cpus_allowed_list:\t%u\n", pu);
  ck_assert_uint_gt(lines_with(told, list), 0);
  compile_end(job);
  compile_release(results, SPARE + 1);
}
END_TEST

START_TEST(time_in_which_nobody_listens_is_not_the_compilers) {
  const char *cc =
      script("talks", "[ \"$1\" = --version ] && exec gcc --version\n"
                      "head -c 300000 /dev/zero | tr '\\0' x >&2\nfor made; do :; done; echo x >\"$made\"");
  Compiler compiler = compiler_of(cc, NULL);
  const char *source = source_of(7);
  CompileResult result;
  Compilation *job = begin(&compiler, &source, 1, (CompileLimits){.seconds = 2}, &result);
  unsigned pu = (unsigned)sched_getcpu();
  ck_assert_uint_eq(compile_beside(job, &(CompilePlaces){.pus = &pu, .count = 1, .bind = bind_here}), 1);
  usleep(2500000); // a pipe holds less than it says
  compile_await(job, 0);
  ck_assert_msg(result.object != NULL, "%.80s", result.errors);
  compile_end(job);
  compile_release(&result, 1);
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("compile", setup, teardown);
  tcase_add_loop_test(tests, gcc_and_clang_make_objects_that_are_cached, 0, 2);
  tcase_add_test(tests, source_flags_and_compiler_each_make_another_object);
  tcase_add_test(tests, many_sources_are_made_each_content_once);
  tcase_add_test(tests, an_error_is_told_in_the_compilers_words);
  tcase_add_test(tests, a_compiler_that_fails_silently_is_told_so);
  tcase_add_test(tests, a_compiler_that_makes_nothing_is_told_so);
  tcase_add_test(tests, a_compiler_that_hangs_is_killed_with_all_it_started_and_not_tried_again);
  tcase_add_test(tests, a_compiler_that_never_stops_talking_is_cut_short);
  tcase_add_test(tests, a_compiler_that_crashes_is_told_so);
  tcase_add_test(tests, stop_kills_what_is_under_way_and_leaves_nothing);
  tcase_add_test(tests, an_entry_that_others_could_have_written_is_not_used);
  tcase_add_test(tests, an_empty_entry_is_made_again);
  tcase_add_loop_test(tests, without_a_cache_folder_objects_live_in_memory, 0, 4);
  tcase_add_test(tests, a_workspace_that_a_killed_run_left_is_removed_a_locked_one_is_not);
  tcase_add_test(tests, entries_long_out_of_use_go_when_the_cache_is_full);
  tcase_add_test(tests, two_runs_at_once_do_not_disturb_each_other);
  tcase_add_test(tests, the_compiler_is_found_on_the_path_and_names_its_version);
  tcase_add_test(tests, words_are_split_as_a_shell_does);
  tcase_add_test(tests, flags_reach_no_shell);
  tcase_add_test(tests, a_script_that_calls_a_compiler_is_called_each_time);
  tcase_add_loop_test(tests, a_header_that_a_flag_names_is_read_each_time, 0, 7);
  tcase_add_loop_test(tests, the_environment_that_compilers_heed_tells_objects_apart, 0, 2);
  tcase_add_test(tests, only_flags_that_name_no_file_repeat);
  tcase_add_loop_test(tests, what_a_compiler_leaves_running_goes_with_it, 0, 3);
  tcase_add_test(tests, the_pus_of_a_very_large_machine_are_counted);
  tcase_add_test(tests, objects_of_several_compilers_are_linked);
  tcase_add_test(tests, the_target_is_told_without_its_maker);
  tcase_add_test(tests, what_is_awaited_is_there_before_all_is);
  tcase_add_test(tests, beside_other_things_compilers_run_where_they_may_and_nowhere_else);
  tcase_add_test(tests, time_in_which_nobody_listens_is_not_the_compilers);
  return unit_run("compile", tests);
}
