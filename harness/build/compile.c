#include "harness/build/compile.h"

#include "harness/base/embedded.h"
#include "harness/base/file.h"
#include "harness/base/pus.h"
#include "harness/base/table.h"
#include "harness/base/time.h"
#include "harness/build/cache.h"
#include "harness/build/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <string.h>
#include <unistd.h>

enum {
  LOOK_MS = 50,        // how often time and `stop` are looked at; a signal cuts it short
  AT_ONCE = SPAWN_MOST // compilers, however many PUs there are
};

// What a unit comes to.
typedef struct {
  const char *program; // the compiler's path
  Words flags;
  const char *key;  // of the compiler; NULL: what it makes is not kept
  const char *name; // of what is made
  unsigned same;    // the first unit of the same name: itself, or an earlier one
} Plan;

// A compiler under way.
typedef struct {
  Spawn spawn;
  unsigned unit;
  bool bound;
  unsigned pu; // where bound
} Running;

typedef struct Compilation {
  const CompileUnit *units;
  unsigned count;
  CompileLimits limits;
  CompileResult *results;
  Plan *plans;
  Arena *arena;
  Cache *cache;
  Adoption adoption;
  unsigned done, next; // units settled; the next to look at
  bool hung;           // a compiler did not end
  Running running[AT_ONCE];
  unsigned under_way, most;
  double left; // when we last looked at them
} Job;

static void settle(Job *job) {
  job->done++;
  if (job->limits.progress)
    job->limits.progress(job->done, job->count, job->limits.context);
}

static void fail(Job *job, unsigned unit, const char *errors) {
  job->results[unit].errors = errors;
  settle(job);
}

// ---- What is to be made

// The language is the one weakmem prints: C17, with the extensions that inline assembly and __int128 are.
#define MADE_FOR_ALL "-std=gnu17", "-fPIC", "-fwrapv"
static const char *const shared_flags[] = {MADE_FOR_ALL, "-shared", NULL};
// DWARF 4: of version 5, binutils 2.40 tells the name of the input in place of what #line says.
static const char *const object_flags[] = {MADE_FOR_ALL, "-c", "-gdwarf-4", NULL};

// What is the user's is compiled as the user says.
static const char *const users_flags[] = {"-fPIC", "-c", "-gdwarf-4", NULL};

static const char *const *fixed_flags(const CompileUnit *unit) {
  return unit->shared ? shared_flags : unit->folder ? users_flags : object_flags;
}

static bool is_kept(const Job *job, unsigned unit) {
  return job->plans[unit].key && !job->units[unit].objects && !job->units[unit].folder;
}

// "<digest>.so": fields stand behind their lengths, so that {"ab", "c"} and {"a", "bc"} differ.
static const char *name_of(const Job *job, unsigned unit) {
  const CompileUnit *u = &job->units[unit];
  const Plan *plan = &job->plans[unit];
  const char *fields[] = {plan->key ? plan->key : "", plan->program, u->compiler->flags, u->source ? u->source : "",
                          u->folder ? u->folder : ""};
  Text text = {0};
  for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
    text_printf(&text, "%zu:%s", strlen(fields[i]), fields[i]);
  for (const char *const *flag = fixed_flags(u); *flag; flag++)
    text_printf(&text, "%zu:%s", strlen(*flag), *flag);
  if (u->more)
    text_printf(&text, "%zu:%s", strlen(u->more), u->more);
  for (const char *const *object = u->objects; object && *object; object++)
    text_printf(&text, "%zu:%s", strlen(*object), *object);
  char digest[SHA256_DIGEST_STRING_LENGTH];
  SHA256Data((const uint8_t *)text_string(&text), text.length, digest);
  text_free(&text);
  return arena_printf(job->arena, "%s.%s", digest, u->shared ? "so" : "o");
}

static bool plan_all(Job *job, Diag *diag) {
  Table names = {.arena = job->arena};
  unsigned *first = ARENA_ARRAY(job->arena, unsigned, job->count + 1);
  for (unsigned i = 0; i < job->count; i++) {
    const Compiler *compiler = job->units[i].compiler;
    Plan *plan = &job->plans[i];
    if (i && compiler == job->units[i - 1].compiler) {
      *plan = job->plans[i - 1];
    } else {
      plan->program = compiler_locate(compiler->path, job->arena);
      if (!plan->program)
        return diag_error(diag, "the compiler '%s' is gone", compiler->path);
      if (!words_split(compiler->flags, job->arena, &plan->flags, diag))
        return false;
      plan->key = compiler_key(compiler, &plan->flags, job->arena);
    }
    plan->name = name_of(job, i);
    size_t index = table_add(&names, plan->name, strlen(plan->name));
    plan->same = first[index] ? first[index] - 1 : i;
    first[index] = plan->same + 1;
  }
  return true;
}

// ---- One compiler

static char **make_arguments(const Job *job, unsigned unit, const char *workspace) {
  const CompileUnit *u = &job->units[unit];
  const Words *flags = &job->plans[unit].flags;
  unsigned n = 0, objects = 0;
  while (u->objects && u->objects[objects])
    objects++;
  const char **argv = ARENA_ARRAY(job->arena, const char *, flags->count + objects + 20);
  argv[n++] = u->compiler->path;
  for (const char *const *flag = fixed_flags(u); *flag; flag++)
    argv[n++] = *flag;
  if (u->more)
    argv[n++] = u->more;
  for (unsigned i = 0; i < flags->count; i++)
    argv[n++] = flags->words[i];
  for (unsigned i = 0; i < objects; i++)
    argv[n++] = u->objects[i];
  const char *const where[] = {"-iquote", u->folder, "-I", workspace};
  for (unsigned i = 0; u->folder && i < 4; i++)
    argv[n++] = where[i];
  static const char *const source[] = {"-x", "c", "-"};
  for (unsigned i = 0; u->source && i < 3; i++)
    argv[n++] = source[i];
  argv[n++] = "-o";
  argv[n] = arena_printf(job->arena, "%s/%s", workspace, job->plans[unit].name);
  return (char **)argv; // execv(3) changes none of them
}

// The source as a file without a name, read from its start; -1 where it cannot be written.
static int open_source(const char *source, const char *workspace, Arena *arena) {
  const char *path = arena_printf(arena, "%s/source.c", workspace);
  int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return -1;
  unlink(path);
  if (file_write_all(file, source, strlen(source)) && !lseek(file, 0, SEEK_SET))
    return file;
  close(file);
  return -1;
}

// <weakmem.h> beside what is made, and the examples, which include one another. They are there already from an earlier
// unit, or are written.
static bool put_files(const char *workspace, const Embedded *files, Arena *arena) {
  for (; files->path; files++)
    if (!file_create(arena_printf(arena, "%s/%s", workspace, files->path), files->bytes, files->length) &&
        errno != EEXIST)
      return false;
  return true;
}

static bool put_headers(const char *workspace, Arena *arena) {
  return put_files(workspace, embedded_header, arena) && put_files(workspace, embedded_code, arena);
}

// On one of the places, or, if there are none, anywhere.
static bool start(Job *job, Running *running, unsigned unit, const CompilePlaces *places, unsigned place) {
  Diag diag = {.arena = job->arena};
  const char *workspace = cache_workspace(job->cache, &diag), *source = job->units[unit].source;
  bool ready = workspace && (!job->units[unit].folder || put_headers(workspace, job->arena));
  int input = ready ? open_source(source ? source : "", workspace, job->arena) : -1;
  if (input < 0) {
    fail(job, unit,
         workspace ? arena_printf(job->arena, "cannot write its source to %s: %s", workspace, strerror(errno))
                   : diag.first->message);
    return false;
  }
  const Plan *plan = &job->plans[unit];
  SpawnCommand command = {
      .path = plan->program,
      .argv = make_arguments(job, unit, workspace),
      .input = input,
      .temporary = workspace,
      .timeout = job->limits.seconds,
  };
  running->unit = unit;
  running->bound = places;
  if (places) {
    running->pu = command.pu = places->pus[place];
    command.bind = places->bind;
    command.context = places->context;
  }
  bool started = spawn_start(&running->spawn, &command, &diag);
  close(input);
  if (!started)
    fail(job, unit, diag.first->message);
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
    why = arena_printf(job->arena, "the compiler had not ended after %.3g s and was killed", job->limits.seconds);
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
  CompileResult *result = &job->results[running->unit];
  GroupEnd end;
  spawn_finish(spawn, &end);
  const char *said = what_it_said(job, spawn);
  if (spawn->late || end.by_signal || end.code) {
    job->hung |= spawn->late;
    result->errors = describe_failure(job, spawn, end, said);
  } else {
    Diag diag = {.arena = job->arena};
    result->object = cache_keep(job->cache, job->plans[running->unit].name, is_kept(job, running->unit),
                                &result->memory, job->arena, &diag);
    result->errors = said;
    if (!result->object && !said)
      result->errors = arena_printf(job->arena, "the compiler made no object: %s", diag.first->message);
  }
  spawn_free(spawn);
  settle(job);
}

// ---- All of them

static unsigned usable_pus(Arena *arena) {
  unsigned count;
  if (!pus_allowed(arena, &count))
    return 1;
  return count > AT_ONCE ? AT_ONCE : count;
}

// Settles what needs no compiler, up to the first unit that does: that one, or `count`.
static unsigned next_to_make(Job *job) {
  for (; job->next < job->count; job->next++) {
    unsigned i = job->next;
    CompileResult *result = &job->results[i];
    if (job->plans[i].same != i)
      continue; // it shares what is made of the earlier one
    if (is_kept(job, i))
      result->object = cache_find(job->cache, job->plans[i].name, job->arena);
    if (!result->object)
      break;
    result->cached = true;
    settle(job);
  }
  return job->next;
}

// Starts another if something is left to do. False where nothing is.
static bool start_next(Job *job, const CompilePlaces *places, unsigned place) {
  while (!stop_wanted(job->limits.stop) && next_to_make(job) < job->count) {
    unsigned unit = job->next++;
    if (job->hung) {
      fail(job, unit, "not compiled: the compiler hung on another test");
    } else if (start(job, &job->running[job->under_way], unit, places, place)) {
      job->under_way++;
      return true;
    }
  }
  return false;
}

static void finish_ended(Job *job) {
  for (unsigned i = 0; i < job->under_way;)
    if (spawn_step(&job->running[i].spawn)) {
      finish(job, &job->running[i]);
      job->running[i] = job->running[--job->under_way];
    } else {
      i++;
    }
}

static void wait_for_any(Job *job) {
  Spawn *spawns[AT_ONCE];
  for (unsigned i = 0; i < job->under_way; i++)
    spawns[i] = &job->running[i].spawn;
  spawn_wait(spawns, job->under_way, LOOK_MS);
  finish_ended(job);
}

static void kill_all(Job *job) {
  for (unsigned i = 0; i < job->under_way; i++) {
    GroupEnd end;
    spawn_finish(&job->running[i].spawn, &end);
    spawn_free(&job->running[i].spawn);
  }
  job->under_way = 0;
}

// Time in which nobody listened to the compilers is not theirs: they may have waited for that.
static void look_again(Job *job) {
  double away = time_seconds() - job->left;
  for (unsigned i = 0; i < job->under_way; i++)
    job->running[i].spawn.deadline += away;
}

static void look_away(Job *job) {
  if (stop_wanted(job->limits.stop))
    kill_all(job);
  job->left = time_seconds();
}

static bool is_made(const CompileResult *result) { return result->object || result->errors; }

// Units of one content share the result, except that each has a descriptor of its own to close.
static void share(Job *job, unsigned unit) {
  CompileResult *result = &job->results[unit];
  const CompileResult *made = &job->results[job->plans[unit].same];
  if (result == made || is_made(result) || !is_made(made))
    return;
  *result = *made;
  if (result->memory >= 0) {
    result->memory = fcntl(result->memory, F_DUPFD_CLOEXEC, 0);
    result->object = result->memory < 0 ? NULL : cache_memory_path(result->memory, job->arena);
    result->errors = result->memory < 0 ? "too many files are open" : result->errors;
  }
  settle(job);
}

Compilation *compile_begin(const CompileUnit *units, unsigned count, const CompileLimits *limits,
                           CompileResult *results, Arena *arena, Diag *diag) {
  for (unsigned i = 0; i < count; i++)
    results[i] = (CompileResult){.memory = -1};
  Job *job = ARENA_NEW(arena, Job);
  *job = (Job){.units = units,
               .count = count,
               .limits = *limits,
               .results = results,
               .plans = ARENA_ARRAY(arena, Plan, count + 1),
               .arena = arena,
               .most = usable_pus(arena),
               .left = time_seconds()};
  if (job->limits.seconds <= 0)
    job->limits.seconds = COMPILE_SECONDS;
  if (!plan_all(job, diag))
    return NULL;
  job->adoption = group_adopt();
  job->cache = cache_open(arena);
  return job;
}

void compile_await(Compilation *job, unsigned unit) {
  look_again(job);
  const CompileResult *made = &job->results[job->plans[unit].same];
  while (!is_made(made) && !stop_wanted(job->limits.stop)) {
    while (job->under_way < job->most && start_next(job, NULL, 0))
      continue;
    if (is_made(made) || !job->under_way)
      break;
    wait_for_any(job);
  }
  share(job, unit);
  look_away(job);
}

static bool is_at(const Running *running, const CompilePlaces *places) {
  for (unsigned i = 0; i < places->count && running->bound; i++)
    if (places->pus[i] == running->pu)
      return true;
  return false;
}

static bool are_all_at(const Job *job, const CompilePlaces *places) {
  for (unsigned i = 0; i < job->under_way; i++)
    if (!is_at(&job->running[i], places))
      return false;
  return true;
}

static bool is_taken(const Job *job, unsigned pu) {
  for (unsigned i = 0; i < job->under_way; i++)
    if (job->running[i].pu == pu)
      return true;
  return false;
}

unsigned compile_beside(Compilation *job, const CompilePlaces *places) {
  look_again(job);
  while (!are_all_at(job, places) && !stop_wanted(job->limits.stop))
    wait_for_any(job);
  finish_ended(job);
  for (unsigned i = 0; i < places->count && job->under_way < job->most; i++)
    if (!is_taken(job, places->pus[i]) && !start_next(job, places, i))
      break;
  look_away(job);
  return job->under_way;
}

void compile_end(Compilation *job) {
  kill_all(job);
  cache_close(job->cache);
  group_disown(&job->adoption);
}

bool compile_all(const CompileUnit *units, unsigned count, const CompileLimits *limits, CompileResult *results,
                 Arena *arena, Diag *diag) {
  Compilation *job = compile_begin(units, count, limits, results, arena, diag);
  if (!job)
    return false;
  for (unsigned i = 0; i < count; i++)
    compile_await(job, i);
  compile_end(job);
  return true;
}

void compile_release(CompileResult *results, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    if (results[i].memory >= 0) {
      close(results[i].memory);
      results[i] = (CompileResult){.memory = -1};
    }
}

// As what is the user's, it is not kept: what another run made once would say nothing of now.
bool compile_works(const Compiler *compiler, const Stop *stop, Arena *arena, Diag *diag) {
  const CompileUnit unit = {
      .compiler = compiler, .source = "#include <stdint.h>\nuint64_t works;\n", .shared = true, .folder = "/"};
  const CompileLimits limits = {.stop = stop};
  CompileResult result = {0};
  if (!compile_all(&unit, 1, &limits, &result, arena, diag))
    return false;
  bool works = result.object;
  compile_release(&result, 1);
  return works || diag_error(diag, "%s compiles nothing here: %s", compiler->path, result.errors ? result.errors : "");
}
