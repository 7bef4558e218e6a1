#include "harness/build/compile.h"

#include "harness/build/cache.h"
#include "harness/build/compiler.h"
#include "harness/build/spawn.h"
#include "harness/build/words.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  LOOK_MS = 50,        // how often time and `stop` are looked at; a signal cuts it short
  AT_ONCE = SPAWN_MOST // compilers, however many PUs there are
};

// What every object is made with, before the user's own flags. The language is the one weakmem prints: C17, with the
// extensions that inline assembly and __int128 are.
static const char *const fixed_flags[] = {"-std=gnu17", "-shared", "-fPIC", "-fwrapv"};
enum { FIXED_FLAGS = sizeof fixed_flags / sizeof *fixed_flags };

typedef struct {
  const Compiler *compiler;
  const char *program; // the compiler's path
  const char *mark;
  Words flags;
  double seconds;
  const char *const *sources;
  unsigned count;
  CompileResult *results;
  unsigned *same; // the first source of the same content: itself, or an earlier one
  char (*digests)[65];
  Arena *arena;
  const Stop *stop;
  void (*progress)(unsigned done, unsigned count, void *context);
  void *context;
  Cache *cache;
  unsigned done, next; // sources settled; the next to look at
  bool made;           // something is new in the cache
  bool hung;           // a compiler did not end
} Job;

// A compiler under way.
typedef struct {
  Spawn spawn;
  unsigned source;
} Running;

static bool stopped(const Job *job) { return stop_wanted(job->stop); }

static const char *object_name(const Job *job, unsigned source) {
  return arena_printf(job->arena, "%s.so", job->digests[source]);
}

static void settle(Job *job) {
  job->done++;
  if (job->progress)
    job->progress(job->done, job->count, job->context);
}

static void fail(Job *job, unsigned source, const char *errors) {
  job->results[source].errors = errors;
  settle(job);
}

// ---- What is to be made

// -march=native and its kin mean something else on another machine, with which a home folder may be shared.
static const char *machine_of(const Job *job) {
  if (!strstr(job->compiler->flags, "native"))
    return "";
  char *name = arena_alloc(job->arena, 256);
  return gethostname(name, 255) ? "" : name;
}

static void digest_sources(Job *job) {
  const char *machine = machine_of(job), *environment = compiler_environment(job->arena);
  for (unsigned i = 0; i < job->count; i++) {
    const char *fields[FIXED_FLAGS + 7] = {
        "object", job->sources[i], job->mark, job->compiler->version, job->compiler->flags, machine, environment};
    memcpy(fields + 7, fixed_flags, sizeof fixed_flags);
    compiler_digest(fields, FIXED_FLAGS + 7, job->digests[i]);
  }
}

typedef struct {
  const char *digest;
  unsigned source;
} Key;

static int by_digest(const void *a, const void *b) {
  const Key *x = a, *y = b;
  int order = strcmp(x->digest, y->digest);
  return order ? order : (x->source > y->source) - (x->source < y->source);
}

static void find_same(Job *job) {
  Key *keys = ARENA_ARRAY(job->arena, Key, job->count + 1);
  for (unsigned i = 0; i < job->count; i++)
    keys[i] = (Key){job->digests[i], i};
  qsort(keys, job->count, sizeof *keys, by_digest);
  for (unsigned i = 0; i < job->count; i++) {
    bool again = i > 0 && !strcmp(keys[i].digest, keys[i - 1].digest);
    job->same[keys[i].source] = again ? job->same[keys[i - 1].source] : keys[i].source;
  }
}

// ---- One compiler

static char **make_arguments(const Job *job, const char *object) {
  char **argv = ARENA_ARRAY(job->arena, char *, FIXED_FLAGS + job->flags.count + 7);
  unsigned n = 0;
  argv[n++] = arena_string(job->arena, job->compiler->path);
  for (unsigned i = 0; i < FIXED_FLAGS; i++)
    argv[n++] = arena_string(job->arena, fixed_flags[i]);
  for (unsigned i = 0; i < job->flags.count; i++)
    argv[n++] = job->flags.words[i];
  static const char *const last[] = {"-x", "c", "-", "-o"};
  for (unsigned i = 0; i < sizeof last / sizeof *last; i++)
    argv[n++] = arena_string(job->arena, last[i]);
  argv[n] = arena_string(job->arena, object);
  return argv;
}

// The source as a file without a name, read from its start; -1 where it cannot be written.
static int open_source(const char *source, const char *workspace, Arena *arena) {
  const char *path = arena_printf(arena, "%s/source.c", workspace);
  int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return -1;
  unlink(path);
  for (size_t left = strlen(source); left;) {
    ssize_t written = write(file, source + strlen(source) - left, left);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0) {
      close(file);
      return -1;
    }
    left -= (size_t)written;
  }
  lseek(file, 0, SEEK_SET);
  return file;
}

static bool start(Job *job, Running *running, unsigned source) {
  Diag diag = {.arena = job->arena};
  const char *workspace = cache_workspace(job->cache, &diag);
  int input = workspace ? open_source(job->sources[source], workspace, job->arena) : -1;
  if (input < 0) {
    fail(job, source,
         workspace ? arena_printf(job->arena, "cannot write its source to %s: %s", workspace, strerror(errno))
                   : diag.first->message);
    return false;
  }
  const char *object = arena_printf(job->arena, "%s/%s", workspace, object_name(job, source));
  SpawnCommand command = {.path = job->program,
                          .argv = make_arguments(job, object),
                          .input = input,
                          .temporary = workspace,
                          .timeout = job->seconds};
  running->source = source;
  bool started = spawn_start(&running->spawn, &command, &diag);
  close(input);
  if (!started)
    fail(job, source, diag.first->message);
  return started;
}

static const char *what_it_said(const Job *job, const Spawn *spawn) {
  if (!spawn->said.length)
    return NULL;
  char *said = arena_copy(job->arena, spawn->said.bytes, spawn->said.length);
  return spawn->unkept ? arena_printf(job->arena, "%s\n... and %zu bytes more", said, spawn->unkept) : said;
}

static const char *describe_failure(const Job *job, const Spawn *spawn, GroupEnd end, const char *said) {
  const char *why;
  if (spawn->late)
    why = arena_printf(job->arena, "the compiler had not ended after %.3g s and was killed", job->seconds);
  else if (end.by_signal)
    why = arena_printf(job->arena, "the compiler crashed: %s", group_signal_words(end.code, job->arena));
  else if (said)
    return said;
  else
    why = arena_printf(job->arena, "the compiler ended with status %d and said nothing", end.code);
  return said ? arena_printf(job->arena, "%s\n%s", why, said) : why;
}

static void finish(Job *job, Running *running) {
  Spawn *spawn = &running->spawn;
  CompileResult *result = &job->results[running->source];
  GroupEnd end;
  spawn_finish(spawn, &end);
  const char *said = what_it_said(job, spawn);
  if (spawn->late || end.by_signal || end.code) {
    job->hung |= spawn->late;
    result->errors = describe_failure(job, spawn, end, said);
  } else {
    Diag diag = {.arena = job->arena};
    result->object = cache_keep(job->cache, object_name(job, running->source), &result->memory, job->arena, &diag);
    job->made |= result->object != NULL;
    result->errors = result->object ? said
                     : said         ? said
                                    : arena_printf(job->arena, "the compiler made no object: %s", diag.first->message);
  }
  spawn_free(spawn);
  settle(job);
}

// ---- All of them

static unsigned usable_pus(void) {
  cpu_set_t pus;
  int count = sched_getaffinity(0, sizeof pus, &pus) ? (int)sysconf(_SC_NPROCESSORS_ONLN) : CPU_COUNT(&pus);
  return count < 1 ? 1 : count > AT_ONCE ? AT_ONCE : (unsigned)count;
}

// Settles what needs no compiler, up to the first source that does: that one, or `count`.
static unsigned next_to_make(Job *job) {
  for (; job->next < job->count; job->next++) {
    unsigned i = job->next;
    if (job->same[i] != i)
      continue; // it shares what is made of the earlier one
    job->results[i].object = cache_find(job->cache, object_name(job, i), job->arena);
    if (!job->results[i].object)
      break;
    job->results[i].cached = true;
    settle(job);
  }
  return job->next;
}

static unsigned start_more(Job *job, Running *running, unsigned under_way, unsigned most) {
  while (under_way < most && !stopped(job) && next_to_make(job) < job->count) {
    unsigned source = job->next++;
    if (job->hung)
      fail(job, source, "not compiled: the compiler hung on another test");
    else if (start(job, &running[under_way], source))
      under_way++;
  }
  return under_way;
}

static unsigned finish_ended(Job *job, Running *running, unsigned under_way) {
  for (unsigned i = 0; i < under_way;)
    if (spawn_step(&running[i].spawn)) {
      finish(job, &running[i]);
      running[i] = running[--under_way];
    } else {
      i++;
    }
  return under_way;
}

static void wait_for(Running *running, unsigned under_way) {
  Spawn *spawns[AT_ONCE];
  for (unsigned i = 0; i < under_way; i++)
    spawns[i] = &running[i].spawn;
  spawn_wait(spawns, under_way, LOOK_MS);
}

static void make(Job *job) {
  Running running[AT_ONCE];
  unsigned under_way = 0, most = usable_pus();
  for (;;) {
    under_way = start_more(job, running, under_way, most);
    if (!under_way || stopped(job))
      break;
    wait_for(running, under_way);
    under_way = finish_ended(job, running, under_way);
  }
  for (unsigned i = 0; i < under_way; i++) {
    GroupEnd end;
    spawn_finish(&running[i].spawn, &end);
    spawn_free(&running[i].spawn);
  }
}

// Sources of one content share the result, except that each has a descriptor of its own to close.
static void share(Job *job) {
  for (unsigned i = 0; i < job->count; i++) {
    if (job->same[i] == i)
      continue;
    CompileResult *result = &job->results[i];
    *result = job->results[job->same[i]];
    if (result->memory >= 0) {
      result->memory = fcntl(result->memory, F_DUPFD_CLOEXEC, 0);
      result->object = result->memory < 0 ? NULL : arena_printf(job->arena, "/proc/self/fd/%d", result->memory);
      result->errors = result->memory < 0 ? "too many files are open" : result->errors;
    }
    if (result->object || result->errors)
      settle(job);
  }
}

bool compile_within(double seconds, const Compiler *compiler, const char *const *sources, unsigned count,
                    CompileResult *results, Arena *arena, Diag *diag, const Stop *stop,
                    void (*progress)(unsigned done, unsigned count, void *context), void *context) {
  for (unsigned i = 0; i < count; i++)
    results[i] = (CompileResult){.memory = -1};
  Job job = {.compiler = compiler,
             .program = compiler_locate(compiler->path, arena),
             .seconds = seconds,
             .sources = sources,
             .count = count,
             .results = results,
             .same = ARENA_ARRAY(arena, unsigned, count + 1),
             .digests = arena_array(arena, count + 1, 65),
             .arena = arena,
             .stop = stop,
             .progress = progress,
             .context = context};
  job.mark = job.program ? compiler_mark(job.program, arena) : NULL;
  if (!job.mark)
    return diag_error(diag, "the compiler '%s' is gone", compiler->path);
  if (!words_split(compiler->flags, arena, &job.flags, diag))
    return false;
  digest_sources(&job);
  find_same(&job);
  int adopted_before = group_adopt(1);
  bool repeats = compiler_is_known(job.program) && compiler_flags_repeat(&job.flags);
  job.cache = cache_open(!repeats, arena);
  make(&job);
  share(&job);
  if (job.made)
    cache_trim(job.cache);
  cache_close(job.cache);
  group_adopt(adopted_before);
  return true;
}

bool compile_all(const Compiler *compiler, const char *const *sources, unsigned count, CompileResult *results,
                 Arena *arena, Diag *diag, const Stop *stop,
                 void (*progress)(unsigned done, unsigned count, void *context), void *context) {
  return compile_within(COMPILE_SECONDS, compiler, sources, count, results, arena, diag, stop, progress, context);
}

void compile_release(CompileResult *results, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    if (results[i].memory >= 0) {
      close(results[i].memory);
      results[i] = (CompileResult){.memory = -1};
    }
}
