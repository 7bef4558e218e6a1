#include "harness/study/plan.h"

#include "harness/code/assembly.h"
#include "harness/lang/print.h"
#include "harness/study/campaign.h"
#include "results/fields_read.h"
#include "results/lines.h"

#include <sha256.h>
#include <string.h>

enum {
  RUNS_MOST = 1 << 24,   // of all tasks: beyond that it is no plan but a mistake
  LINE_BYTES = 16 << 20, // a longer line is none of ours
  DIGEST_BYTES = SHA256_DIGEST_STRING_LENGTH
};

// What a run takes beside its time: a process, its start, labels; and compiling, where that is not hidden behind other
// runs. Rounded from what the classic suite's 88 runs of 0.1 s take on two cores: about 15 s, the first time a minute.
static const double RUN_SECONDS = 0.1, CODE_SECONDS = 0.5;

// ---- The manifest's lines, as fields

static const Field kind_rows[] = {
    FIELD_ROW(PlanKind, "name", FIELD_TEXT, name, FIELD_REQUIRED),
    FIELD_ROW(PlanKind, "cpu", FIELD_TEXT, cpu, 0),
    FIELD_ROW(PlanKind, "nodes", FIELD_UNSIGNED, nodes, 0),
};
static const Fields kind_fields = {NULL, sizeof(PlanKind), FIELD_TABLE(kind_rows)};

static const Field compiler_rows[] = {
    FIELD_ROW(Compiler, "path", FIELD_TEXT, path, FIELD_REQUIRED),
    FIELD_ROW(Compiler, "version", FIELD_TEXT, version, 0),
    FIELD_ROW(Compiler, "flags", FIELD_TEXT, flags, 0),
};
static const Fields compiler_fields = {NULL, sizeof(Compiler), FIELD_TABLE(compiler_rows)};

static const Field plan_rows[] = {
    FIELD_ROW(Plan, "weakmem", FIELD_TEXT, weakmem, FIELD_REQUIRED),
    FIELD_ROW(Plan, "binary", FIELD_TEXT, binary, 0),
    FIELD_ROW(Plan, "arch", FIELD_TEXT, arch, FIELD_OPTIONAL),
    FIELD_ROW(Plan, "digest", FIELD_TEXT, digest, FIELD_REQUIRED),
    FIELD_ROW(Plan, "seconds", FIELD_REAL, seconds, FIELD_REQUIRED),
    FIELD_ROW(Plan, "task_seconds", FIELD_REAL, task_seconds, FIELD_REQUIRED),
    FIELD_ROW(Plan, "engine", FIELD_TEXT, engine, 0),
    FIELD_ROW(Plan, "seed", FIELD_COUNT, seed, FIELD_REQUIRED),
    FIELD_ROW(Plan, "repetitions", FIELD_UNSIGNED, repetitions, FIELD_REQUIRED),
    FIELD_ROWS(Plan, "kinds", FIELD_LIST, kinds, kind_count, FIELD_REQUIRED, &kind_fields),
    FIELD_ROW(Plan, "constrained", FIELD_FLAG, constrained, 0),
    FIELD_ROWS(Plan, "compilers", FIELD_LIST, compilers, compiler_count, FIELD_REQUIRED, &compiler_fields),
    FIELD_ROW(Plan, "tests", FIELD_UNSIGNED, test_count, FIELD_REQUIRED),
    FIELD_ROW(Plan, "items", FIELD_UNSIGNED, item_count, FIELD_REQUIRED),
    FIELD_ROW(Plan, "tasks", FIELD_UNSIGNED, task_count, FIELD_REQUIRED),
};
static const Fields plan_fields = {"weakmem.plan/1", sizeof(Plan), FIELD_TABLE(plan_rows)};

static const Field test_rows[] = {
    FIELD_ROW(PlanTest, "name", FIELD_TEXT, name, FIELD_REQUIRED),
    FIELD_ROW(PlanTest, "family", FIELD_TEXT, family, 0),
    FIELD_ROW(PlanTest, "file", FIELD_TEXT, file, 0),
    FIELD_ROW(PlanTest, "digest", FIELD_TEXT, digest, FIELD_REQUIRED),
    FIELD_ROW(PlanTest, "litmus", FIELD_TEXT, litmus, FIELD_REQUIRED),
};
static const Fields test_fields = {"weakmem.plan.test/1", sizeof(PlanTest), FIELD_TABLE(test_rows)};

static const Field item_rows[] = {
    FIELD_ROW(PlanItem, "test", FIELD_UNSIGNED, test, FIELD_REQUIRED),
    FIELD_ROW(PlanItem, "compiler", FIELD_UNSIGNED, compiler, FIELD_REQUIRED),
    FIELD_ROW(PlanItem, "placement", FIELD_TEXT, placement, FIELD_REQUIRED),
    FIELD_ROW(PlanItem, "actors", FIELD_TEXT, actors, FIELD_REQUIRED),
    FIELD_ROW(PlanItem, "fence", FIELD_TEXT, fence, FIELD_REQUIRED),
};
static const Fields item_fields = {"weakmem.plan.item/1", sizeof(PlanItem), FIELD_TABLE(item_rows)};

static const Field task_rows[] = {
    FIELD_ROW(PlanTask, "kind", FIELD_UNSIGNED, kind, FIELD_REQUIRED),
    FIELD_ROW(PlanTask, "repetition", FIELD_UNSIGNED, repetition, FIELD_REQUIRED),
    FIELD_ROW(PlanTask, "first", FIELD_UNSIGNED, first, FIELD_REQUIRED),
    FIELD_ROW(PlanTask, "count", FIELD_UNSIGNED, count, FIELD_REQUIRED),
    FIELD_ROW(PlanTask, "seed", FIELD_COUNT, seed, FIELD_REQUIRED),
    FIELD_ROW(PlanTask, "seconds", FIELD_REAL, seconds, 0),
};
static const Fields task_fields = {"weakmem.plan.task/1", sizeof(PlanTask), FIELD_TABLE(task_rows)};

// ---- Making

typedef struct {
  Plan *plan;
  const PlanAxes *axes;
  Arena *arena;
  size_t item_capacity, task_capacity;
} Making;

static void add_tests(Making *m) {
  Plan *plan = m->plan;
  const Suite *suite = m->axes->suite;
  plan->test_count = suite->count;
  plan->tests = ARENA_ARRAY(m->arena, PlanTest, suite->count + (size_t)1);
  for (unsigned i = 0; i < suite->count; i++) {
    const Test *test = suite->tests[i];
    Text text = {0};
    char *digest = arena_alloc(m->arena, DIGEST_BYTES);
    test_print(test, &text);
    test_digest(test, digest);
    plan->tests[i] = (PlanTest){.name = test->name,
                                .family = test->family,
                                .file = test->source ? test->source->name : "",
                                .digest = digest,
                                .litmus = text_finish(&text, m->arena)};
  }
}

static void add_item(Making *m, PlanItem item) {
  Plan *plan = m->plan;
  plan->items = arena_grow(m->arena, plan->items, &m->item_capacity, plan->item_count + (size_t)1, sizeof item);
  plan->items[plan->item_count++] = item;
}

static void add_placements(Making *m, PlanItem item) {
  const PlanAxes *axes = m->axes;
  Placement offered[PLACEMENT_COUNT] = {0};
  unsigned threads = axes->suite->tests[item.test]->thread_count;
  unsigned count = axes->placements ? axes->placement_count : placement_all(axes->topology, threads, m->arena, offered);
  for (unsigned i = 0; i < count; i++) {
    item.placement = axes->placements ? axes->placements[i] : placement_name(offered[i].kind);
    add_item(m, item);
  }
}

// What is compiled by one compiler, and run by one kind of actors, is in a row, and so is what has the same code.
static void add_items(Making *m) {
  const PlanAxes *axes = m->axes;
  for (unsigned c = 0; c < m->plan->compiler_count; c++)
    for (unsigned a = 0; a < axes->actors_count; a++)
      for (unsigned t = 0; t < axes->suite->count && m->plan->item_count < RUNS_MOST; t++)
        for (unsigned f = 0; f < axes->fence_count; f++)
          if (campaign_takes_fence(axes->suite->tests[t], axes->fences[f]))
            add_placements(m,
                           (PlanItem){.test = t, .compiler = c, .actors = axes->actors[a], .fence = axes->fences[f]});
}

static double item_seconds(const Plan *plan, unsigned item, bool first) {
  const PlanItem *it = &plan->items[item], *before = it - 1;
  bool compiled = !first && it->test == before->test && it->compiler == before->compiler &&
                  !strcmp(it->fence, before->fence) && !strcmp(it->actors, before->actors);
  return plan->seconds + RUN_SECONDS + (compiled ? 0 : CODE_SECONDS);
}

static void add_tasks(Making *m, unsigned kind, unsigned repetition) {
  Plan *plan = m->plan;
  for (unsigned first = 0, end; first < plan->item_count; first = end) {
    double seconds = 0;
    for (end = first; end < plan->item_count && (end == first || seconds < plan->task_seconds); end++)
      seconds += item_seconds(plan, end, end == first);
    plan->tasks =
        arena_grow(m->arena, plan->tasks, &m->task_capacity, plan->task_count + (size_t)1, sizeof *plan->tasks);
    plan->tasks[plan->task_count] = (PlanTask){.kind = kind,
                                               .repetition = repetition,
                                               .first = first,
                                               .count = end - first,
                                               .seed = plan_seed(plan->seed, plan->task_count),
                                               .seconds = seconds};
    plan->task_count++;
  }
}

bool plan_make(Plan *plan, const PlanAxes *axes, Arena *arena, Diag *diag) {
  Making m = {.plan = plan, .axes = axes, .arena = arena};
  add_tests(&m);
  add_items(&m);
  if (!plan->item_count)
    return diag_error(diag, "there is nothing to plan: no test takes these fences and placements");
  if ((double)plan->item_count * plan->repetitions * plan->kind_count > RUNS_MOST)
    return diag_error(diag, "the plan would have more than %u million runs", RUNS_MOST >> 20);
  for (unsigned kind = 0; kind < plan->kind_count; kind++)
    for (unsigned repetition = 0; repetition < plan->repetitions; repetition++)
      add_tasks(&m, kind, repetition);
  return true;
}

// splitmix64 (Steele, Lea and Flood, OOPSLA 2014), below 2^53 as a record's seed is, and never 0.
uint64_t plan_seed(uint64_t seed, unsigned number) {
  uint64_t z = seed + (number + (uint64_t)1) * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z = (z ^ (z >> 31)) >> 11;
  return z ? z : 1;
}

const char *plan_binary(Arena *arena) {
  char *digest = arena_alloc(arena, DIGEST_BYTES);
  return SHA256File("/proc/self/exe", digest) ? digest : "";
}

bool plan_is_kind_name(const char *name) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  static const char *const taken[] = {"all", "Makefile", "makefile", "GNUmakefile"}; // by make
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (!strcmp(name, taken[i]))
      return false;
  return *name && !strchr(".-", *name) && !name[strspn(name, letters)] && strncmp(name, "task-", 5) != 0;
}

// ---- How long

unsigned plan_kind_tasks(const Plan *plan, unsigned kind, unsigned *count) {
  *count = plan->task_count / plan->kind_count;
  return kind * *count;
}

double plan_kind_seconds(const Plan *plan, unsigned kind) {
  unsigned count, first = plan_kind_tasks(plan, kind, &count);
  double seconds = 0;
  for (unsigned i = first; i < first + count; i++)
    seconds += plan->tasks[i].seconds;
  return seconds;
}

// At most, if each task goes to the machine that is free first (Graham, Bounds on Multiprocessing Timing Anomalies,
// SIAM J. Appl. Math. 1969).
double plan_kind_wall(const Plan *plan, unsigned kind) {
  unsigned count, first = plan_kind_tasks(plan, kind, &count);
  double longest = 0, nodes = plan->kinds[kind].nodes ? plan->kinds[kind].nodes : 1;
  nodes = nodes < count ? nodes : count;
  for (unsigned i = first; i < first + count; i++)
    longest = plan->tasks[i].seconds > longest ? plan->tasks[i].seconds : longest;
  return plan_kind_seconds(plan, kind) / nodes + longest * (1 - 1 / nodes);
}

// ---- Writing

static void add_line(const Fields *fields, const void *object, Text *out) {
  JsonText json = {.out = out};
  fields_write(fields, object, &json);
  text_add_char(out, '\n');
}

static const char *digest_of(const Text *text, Arena *arena) {
  char *digest = arena_alloc(arena, DIGEST_BYTES);
  return SHA256Data((const uint8_t *)text_string(text), text->length, digest);
}

// The first line has the digest of everything, with none in its place.
static void print_with(const Plan *plan, Text *out) {
  add_line(&plan_fields, plan, out);
  for (unsigned i = 0; i < plan->test_count; i++)
    add_line(&test_fields, &plan->tests[i], out);
  for (unsigned i = 0; i < plan->item_count; i++)
    add_line(&item_fields, &plan->items[i], out);
  for (unsigned i = 0; i < plan->task_count; i++)
    add_line(&task_fields, &plan->tasks[i], out);
}

static const char *plan_digest(const Plan *plan, Arena *arena) {
  Plan without = *plan;
  without.digest = "";
  Text text = {0};
  print_with(&without, &text);
  const char *digest = digest_of(&text, arena);
  text_free(&text);
  return digest;
}

void plan_print(Plan *plan, Arena *arena, Text *out) {
  plan->digest = plan_digest(plan, arena);
  print_with(plan, out);
}

// ---- Reading

typedef struct {
  const char *path;
  Plan *plan;
  Arena *arena;
  Diag *diag;
  Lines lines;
} Reading;

static bool fail(Reading *r, unsigned long column, const char *why) {
  return column ? diag_error(r->diag, "%s:%lu:%lu: %s", r->path, r->lines.number, column, why)
                : diag_error(r->diag, "%s:%lu: %s", r->path, r->lines.number, why);
}

static bool next_object(Reading *r, const Fields *fields, void *object) {
  char *line;
  size_t length;
  FieldsFault fault;
  LineStatus status = lines_next(&r->lines, &line, &length);
  if (status == LINE_END)
    return diag_error(r->diag, "%s:%lu: the plan ends here, and is not whole", r->path, r->lines.number);
  if (status == LINE_TOO_LONG)
    return fail(r, 0, "the line is too long for a plan");
  if (!fields_read(fields, line, length, r->arena, object, &fault))
    return fail(r, fault.at, fault.why);
  return true;
}

// As many objects as the first line says, which may say anything.
static bool next_objects(Reading *r, const Fields *fields, unsigned count, void *list,
                         bool (*check)(const Plan *plan, const void *object)) {
  char *objects = NULL;
  size_t capacity = 0;
  for (unsigned i = 0; i < count; i++) {
    objects = arena_grow(r->arena, objects, &capacity, i + (size_t)1, fields->size);
    void *object = objects + i * fields->size;
    memset(object, 0, fields->size);
    if (!next_object(r, fields, object))
      return false;
    if (check && !check(r->plan, object))
      return fail(r, 0, "it names what the plan does not have");
  }
  memcpy(list, &objects, sizeof objects);
  return true;
}

static bool check_item(const Plan *plan, const void *object) {
  const PlanItem *item = object;
  return item->test < plan->test_count && item->compiler < plan->compiler_count;
}

static bool check_task(const Plan *plan, const void *object) {
  const PlanTask *task = object;
  return task->kind < plan->kind_count && task->count && task->first < plan->item_count &&
         task->count <= plan->item_count - task->first;
}

// What the first line says: a plan need not be ours, and what it names goes into commands.
static bool check_plan(const Plan *plan) {
  bool good = plan->kind_count && plan->compiler_count && plan->task_count && plan->repetitions &&
              plan->task_count % plan->kind_count == 0 && plan->seconds > 0 && plan->seconds <= 1e6;
  for (unsigned i = 0; i < plan->kind_count && good; i++)
    good = plan_is_kind_name(plan->kinds[i].name);
  return good;
}

static bool read_lines(Reading *r) {
  Plan *plan = r->plan;
  if (!next_object(r, &plan_fields, plan))
    return false;
  if (!check_plan(plan))
    return fail(r, 0, "the plan's kinds, compilers, tasks and times do not fit");
  if (!next_objects(r, &test_fields, plan->test_count, &plan->tests, NULL) ||
      !next_objects(r, &item_fields, plan->item_count, &plan->items, check_item) ||
      !next_objects(r, &task_fields, plan->task_count, &plan->tasks, check_task))
    return false;
  char *line;
  size_t length;
  if (lines_next(&r->lines, &line, &length) != LINE_END)
    return fail(r, 0, "the plan has ended before this line");
  if (strcmp(plan->digest, plan_digest(plan, r->arena)) != 0)
    return diag_error(r->diag, "%s:1: the plan is not what was planned: its digest is another than it says", r->path);
  return true;
}

bool plan_read(const char *folder, Arena *arena, Plan *out, Diag *diag) {
  *out = (Plan){0};
  Reading r = {.path = arena_printf(arena, "%s/plan.jsonl", folder), .plan = out, .arena = arena, .diag = diag};
  FILE *file = lines_open(r.path, diag);
  if (!file)
    return false;
  lines_start(&r.lines, file, LINE_BYTES);
  bool good = read_lines(&r);
  lines_free(&r.lines);
  lines_close(file);
  return good;
}

const char *plan_records_path(const char *folder, unsigned task, Arena *arena) {
  return arena_printf(arena, "%s/records/%u.jsonl", folder, task);
}

const Test *plan_test(const Plan *plan, unsigned test, Arena *arena, Diag *diag) {
  const PlanTest *planned = &plan->tests[test];
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = planned->file, .bytes = planned->litmus, .length = strlen(planned->litmus)};
  Test *read = test_read(source, arena, diag);
  if (!read)
    return NULL;
  char digest[DIGEST_BYTES];
  test_digest(read, digest);
  if (strcmp(digest, planned->digest) != 0) {
    diag_error(diag, "%s is another test here than it was when it was planned: its digest differs", planned->name);
    return NULL;
  }
  read->family = planned->family;
  return read;
}
