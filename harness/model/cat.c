#include "harness/model/cat.h"
#include "harness/base/embedded.h"
#include "harness/base/source.h"
#include "harness/model/cat_model.h"

#include <assert.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

// Of one run, and of the one that tries a model out: see cat_eval.c's charge.
static const uint64_t STEPS = 20000000, TRIAL_STEPS = 1000000;

// Every name that the architecture's tags put events into.
static void collect_sets(CatModel *model) {
  for (unsigned t = 0; t < model->as->tag_count; t++)
    for (const char *w = model->as->tags[t].sets; *w;) {
      size_t length = strcspn(w, " ");
      char *name = arena_copy(model->arena, w, length);
      bool known = length == 0;
      for (unsigned i = 0; i < model->arch_set_count; i++)
        known |= strcmp(model->arch_sets[i], name) == 0;
      assert(known || model->arch_set_count < ARCH_SET_LIMIT);
      if (!known && model->arch_set_count < ARCH_SET_LIMIT)
        model->arch_sets[model->arch_set_count++] = name;
      w += length + (w[length] == ' ');
    }
}

static void begin(Machine *m, const Execution *x);
static bool run_block(Machine *m, const CatBlock *block, unsigned from, const Env *env, bool top);

// An execution of a thread that reads a location and writes it.
static Execution small_execution(Arena *arena) {
  static const Program none;
  enum { INITIAL, READ, WRITE, COUNT };
  Event *events = ARENA_ARRAY(arena, Event, COUNT);
  events[INITIAL] = (Event){.kind = EVENT_WRITE, .thread = -1, .tags = ""};
  events[READ] = (Event){.kind = EVENT_READ, .tags = ""};
  events[WRITE] = (Event){.kind = EVENT_WRITE, .instr = 1, .tags = ""};
  Execution x = {.program = &none, .event_count = COUNT, .events = events};
  Relation *relations[] = {&x.po,        &x.rf,        &x.co,        &x.addr, &x.data, &x.ctrl,
                           &x.pick_addr, &x.pick_data, &x.pick_ctrl, &x.rmw,  &x.amo};
  for (unsigned i = 0; i < sizeof relations / sizeof relations[0]; i++)
    *relations[i] = relation_new(arena, COUNT);
  relation_add(x.po, READ, WRITE);
  relation_add(x.rf, INITIAL, READ);
  relation_add(x.co, INITIAL, WRITE);
  return x;
}

// Computes all that the model defines and checks, once: what is given the wrong kind of value is so in every execution,
// and what does not end here ends nowhere. False with the error and its place in `diag`.
static bool try_out(Machine *m, Diag *diag) {
  Arena *arena = arena_new();
  Execution x = small_execution(arena);
  m->trial = true;
  begin(m, &x);
  run_block(m, &m->model->block, 0, NULL, true);
  m->trial = false;
  m->program = NULL;
  arena_free(arena);
  return !m->error || diag_error_at(diag, m->error_source, m->error_span, "%s", m->error);
}

CatModel *cat_parse(const Source *source, const Model *as, const CatOptions *options, Arena *arena, Diag *diag) {
  CatModel *model = ARENA_NEW(arena, CatModel);
  model->arena = arena;
  model->as = as;
  CatTree tree = {0};
  if (!cat_parse_tree(source, as, options, arena, diag, &tree))
    return NULL;
  model->title = tree.title ? tree.title : as->name;
  model->block = tree.block;
  collect_sets(model);
  if (tree.bell && as->apart)
    model->apart = cat_sets_named(model, as->apart);
  if (!cat_resolve(model, diag))
    return NULL;
  Machine *m = &model->machine;
  m->model = model;
  m->globals = ARENA_ARRAY(arena, Kept, model->global_count + 1);
  m->bases = ARENA_ARRAY(arena, Kept, cat_base_count + model->arch_set_count);
  for (unsigned i = 0; i < model->block.count; i++)
    model->block.first[i].grows = cat_check_grows(model, &model->block.first[i]);
  model->implies_coherence = cat_shows_coherence(model);
  model->implies_atomicity = cat_shows_atomicity(model);
  return try_out(m, diag) ? model : NULL;
}

// "linux-kernel.bell" beside "linux-kernel.cat", of a language's model; NULL where there is none.
static const Source *bell_beside(const char *path, const Model *as, Arena *arena) {
  size_t length = strlen(path), suffix = strlen(".cat");
  if (!as->dialect || length < suffix || strcmp(path + length - suffix, ".cat") != 0)
    return NULL;
  Diag unread = {.arena = arena};
  const char *bell = arena_printf(arena, "%.*s.bell", (int)(length - suffix), path);
  return access(bell, F_OK) ? NULL : source_read_file(bell, CAT_FILE_LIMIT, arena, &unread);
}

CatModel *cat_load(const char *path, const Model *as, const char *const *paths, Arena *arena, Diag *diag) {
  const Source *source = source_read_file(path, CAT_FILE_LIMIT, arena, diag);
  if (!source)
    return NULL;
  const char *slash = strrchr(path, '/');
  const char *folder = !slash ? "." : slash == path ? "/" : arena_copy(arena, path, (size_t)(slash - path));
  CatOptions options = {
      .folder = folder, .paths = paths, .bell = bell_beside(path, as, arena), .variants = as->variants};
  return cat_parse(source, as, &options, arena, diag);
}

CatModel *cat_builtin(const Model *builtin, Arena *arena) {
  const Embedded *file = embedded_arch;
  while (file->path && strcmp(file->path, builtin->path) != 0)
    file++;
  assert(file->path);
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = file->path, .bytes = file->bytes, .length = file->length};
  Diag diag = {.arena = arena};
  CatModel *model = cat_parse(source, builtin, NULL, arena, &diag);
  assert(model);
  model->implies_coherence = builtin->coherent;
  return model;
}

bool cat_implies_coherence(const CatModel *model) { return model->implies_coherence; }
bool cat_implies_atomicity(const CatModel *model) { return model->implies_atomicity; }

const char *const *cat_flags(const CatModel *model, unsigned *count) {
  *count = model->flag_count;
  return model->flags;
}

void cat_reset(CatModel *model) {
  model->machine.program = NULL;
  model->machine.path_serial = 0;
}

static bool holds(Machine *m, const CatStatement *s, CatValue v) {
  if (v.kind == VALUE_EMPTY)
    return true;
  if (s->test == TEST_EMPTY && v.kind == VALUE_SET)
    return bits_empty(v.bits, m->words);
  if (s->test == TEST_EMPTY && (v.kind == VALUE_EVENT || v.kind == VALUE_TAG || v.kind == VALUE_LIST))
    return v.kind == VALUE_LIST && v.a == 0;
  if (s->test == TEST_EMPTY && v.kind == VALUE_UNIVERSE)
    return m->n == 0;
  Relation r = machine_as_relation(m, s->expr, v);
  if (m->error)
    return true;
  if (s->test == TEST_EMPTY)
    return bits_empty(r.bits, m->relation_size);
  if (s->test == TEST_IRREFLEXIVE)
    return relation_irreflexive(r);
  return relation_acyclic(r, (EventSet){m->n, m->words, machine_set(m)});
}

static bool test_holds(Machine *m, const CatStatement *s, const Env *env) {
  return holds(m, s, cat_eval(m, s->expr, env)) != s->negated;
}

// Whether a name is one that models give to a data race.
static bool names_race(const char *name) { return name && strcasestr(name, "race"); }

static void raise_flag(Machine *m, const CatStatement *s, const Env *env, bool undefined) {
  m->flags |= (uint64_t)1 << s->flag;
  if (!undefined || m->undefined)
    return;
  m->undefined = true;
  m->flag = s->name;
  if (m->explain)
    cat_explain_race(m, s, env);
}

// What a check's outcome means; false where it forbids the execution.
static bool take_outcome(Machine *m, const CatStatement *s, bool held, const Env *env) {
  if (m->trial)
    return true;
  switch (s->role) {
  case ROLE_CHECK:
    if (!held && m->explain && !m->verdict->axiom)
      cat_explain(m, s, env);
    return held;
  case ROLE_UNDEFINED_UNLESS:
    if (!held)
      raise_flag(m, s, env, true);
    return true;
  case ROLE_FLAG:
    if (held)
      raise_flag(m, s, env, names_race(s->name));
    return true;
  case ROLE_ASSERT:
    if (!held)
      machine_fail(m, s->expr, "what the model asserts does not hold");
    return true;
  }
  return true;
}

static bool run_test(Machine *m, CatStatement *s, const Env *env, bool top) {
  if (top && s->judged == m->generation[s->part])
    return take_outcome(m, s, s->held, env);
  bool held = test_holds(m, s, env);
  if (m->error)
    return true;
  s->held = held;
  s->judged = top ? m->generation[s->part] : 0;
  return take_outcome(m, s, held, env);
}

static const Env *bind_name(Machine *m, const char *name, CatValue v, const Env *env) {
  Env *made = machine_alloc(m, sizeof *made);
  *made = (Env){.value = v, .up = env};
  return name ? made : env;
}

// let inside a procedure or another block: names for the rest of it.
static const Env *run_let(Machine *m, const CatStatement *s, const Env *env) {
  const Env *inside = env;
  if (s->kind == STATEMENT_LET_REC) {
    machine_fail(m, s->bindings[0].value, "let rec belongs at the top of a model, or in an expression");
    return env;
  }
  for (unsigned i = 0; i < s->binding_count; i++)
    inside =
        machine_bind(m, s->bindings[i].value, &s->bindings[i].pattern, cat_eval(m, s->bindings[i].value, env), inside);
  return inside;
}

static bool run_call(Machine *m, const CatStatement *s, const Env *env) {
  CatValue p = cat_eval(m, s->expr, env), argument = cat_eval(m, s->argument, env);
  if (m->error)
    return true;
  if (p.kind != VALUE_PROCEDURE) {
    machine_expected(m, s->expr, "a procedure", p);
    return true;
  }
  const Env *inside = p.env;
  if (p.a == 1 /* local: it is no global that it could name */ && p.procedure->recursive)
    inside = bind_name(m, p.procedure->name, p, inside);
  inside = machine_bind(m, s->argument, &p.procedure->params, argument, inside);
  return run_block(m, &p.procedure->body, 0, inside, false);
}

static bool run_forall(Machine *m, const CatStatement *s, const Env *env) {
  CatValue *items;
  unsigned count;
  if (!machine_items(m, s->expr, cat_eval(m, s->expr, env), &items, &count))
    return true;
  for (unsigned i = 0; i < count && !m->error; i++)
    if (!run_block(m, &s->body, 0, bind_name(m, s->name, items[i], env), false))
      return false;
  return true;
}

// What was computed from the choice before is no longer so: a new generation of what depends on the whole execution.
// Its memory is kept, for the choices are in it.
static void choose(Machine *m, const CatStatement *s, CatValue v) {
  m->generation[PART_ORDER] = ++m->generations;
  m->globals[s->slot] = (Kept){v, m->generation[PART_ORDER]};
}

// co is what the execution says it is: of orders to choose a co from, the one that says so of the writes that it is of.
static bool can_choose(Machine *m, const CatStatement *s, CatValue v) {
  if (strcmp(s->name, "co") != 0)
    return true;
  if (v.kind != VALUE_RELATION)
    return false;
  Relation order = machine_relation_of(m, v.bits), co = machine_relation_of(m, machine_relation(m));
  EventSet from = machine_set_of(m, machine_set(m)), writes = machine_set_of(m, machine_set(m));
  relation_domain(from, order);
  relation_range(writes, order);
  bits_or(writes.bits, writes.bits, from.bits, m->words);
  relation_restrict_from(co, writes, m->execution->co);
  relation_restrict_to(co, co, writes);
  return bits_equal(v.bits, co.bits, m->relation_size);
}

// with x from choices, then the rest: allowed where some choice lets the rest hold. Flags are those of the choices that
// do.
static bool run_with(Machine *m, const CatBlock *block, unsigned at, const Env *env, bool top) {
  const CatStatement *s = &block->first[at];
  CatValue *items;
  unsigned count;
  bool some = false, undefined = m->undefined;
  const char *flag = m->flag;
  uint64_t flags = m->flags, raised = m->flags;
  if (!machine_items(m, s->expr, cat_eval(m, s->expr, env), &items, &count))
    return true;
  CatValue none = {.kind = VALUE_EMPTY};
  if (m->trial) { // any choice tells as much
    items = count ? items : &none;
    count = 1;
  }
  for (unsigned i = 0; i < count && !m->error; i++) {
    const Env *inside = env;
    if (!m->trial && !can_choose(m, s, items[i]))
      continue;
    if (top)
      choose(m, s, items[i]);
    else
      inside = bind_name(m, s->name, items[i], env);
    bool undefined_before = m->undefined;
    const char *flag_before = m->flag;
    m->undefined = undefined;
    m->flag = flag;
    m->flags = flags;
    bool held = run_block(m, block, at + 1, inside, top);
    some |= held;
    raised |= held ? m->flags : 0;
    if (!held || (undefined_before && !m->undefined)) {
      m->undefined = undefined_before;
      m->flag = flag_before;
    }
  }
  m->flags = raised;
  if (count == 0 && m->explain && !m->verdict->axiom)
    cat_explain(m, s, env);
  return some;
}

static bool run_match(Machine *m, const CatStatement *s, const Env *env) {
  CatValue v = cat_eval(m, s->expr, env);
  if (!m->error && v.kind != VALUE_TAG)
    machine_expected(m, s->expr, "a tag", v);
  if (m->error)
    return true;
  for (unsigned i = 0; i < s->clause_count; i++)
    if (!s->clauses[i].tag || strcmp(s->clauses[i].tag, m->model->tags[v.a]) == 0)
      return run_block(m, &s->clauses[i].body, 0, env, false);
  machine_fail(m, s->expr, "no clause is for this tag");
  return true;
}

static void compute_all(Machine *m, const CatStatement *s) {
  for (unsigned i = 0; i < s->binding_count; i++)
    for (unsigned k = 0, slot = s->bindings[i].slot; k < s->bindings[i].pattern.count; k++)
      if (s->bindings[i].pattern.names[k])
        machine_global(m, slot++);
}

static bool run_statements(Machine *m, const CatBlock *block, unsigned from, const Env *env, bool top) {
  for (unsigned i = from; i < block->count && !m->error; i++) {
    CatStatement *s = &block->first[i];
    bool good = true;
    switch (s->kind) {
    case STATEMENT_LET:
    case STATEMENT_LET_REC:
      if (!top)
        env = run_let(m, s, env);
      else if (m->trial) // else what the top defines is computed when it is asked for
        compute_all(m, s);
      break;
    case STATEMENT_TEST:
      good = run_test(m, s, env, top);
      break;
    case STATEMENT_PROCEDURE:
      if (!top)
        env = bind_name(m, s->name, (CatValue){.kind = VALUE_PROCEDURE, .a = 1, .procedure = s, .env = env}, env);
      break;
    case STATEMENT_CALL:
      good = run_call(m, s, env);
      break;
    case STATEMENT_FORALL:
      good = run_forall(m, s, env);
      break;
    case STATEMENT_WITH:
      return run_with(m, block, i, env, top);
    case STATEMENT_MATCH:
      good = run_match(m, s, env);
      break;
    case STATEMENT_SHOW:
    case STATEMENT_ENUM:
      break;
    }
    if (!good)
      return false;
  }
  return true;
}

enum { CALL_LIMIT = 300 };

static bool run_block(Machine *m, const CatBlock *block, unsigned from, const Env *env, bool top) {
  enum { WEIGHT = 5 }; // a block nests as many C calls as several expressions do
  if (m->depth + WEIGHT > CALL_LIMIT * WEIGHT) {
    const CatStatement *s = block->count ? &block->first[0] : NULL;
    machine_limit(m, s ? s->expr : NULL, "procedures call each other too deeply here: does this end?");
    return true;
  }
  m->depth += WEIGHT;
  bool good = run_statements(m, block, from, env, top);
  m->depth -= WEIGHT;
  return good;
}

// Finds out what changed since the execution before, and drops what was computed from it.
static void begin(Machine *m, const Execution *x) {
  bool path = x->program != m->program || x->event_count != m->n || !x->path_serial || x->path_serial != m->path_serial;
  bool value = path || !x->value_serial || x->value_serial != m->value_serial;
  const bool changed[PART_COUNT] = {path, value, true};
  m->execution = x;
  m->program = x->program;
  m->path_serial = x->path_serial;
  m->value_serial = x->value_serial;
  m->n = x->event_count;
  m->words = relation_words(m->n);
  m->relation_size = (size_t)m->n * m->words;
  for (Part p = PART_PATH; p < PART_COUNT; p++)
    if (changed[p]) {
      m->generation[p] = ++m->generations;
      pool_reset(&m->pools[p]);
    }
  m->pool = PART_ORDER;
  m->steps = m->trial ? TRIAL_STEPS : STEPS;
  m->memory = 0;
  m->depth = 0;
  m->error = NULL;
  m->hopeless = false;
  m->undefined = m->has_race = false;
  m->flag = NULL;
  m->flags = 0;
}

bool cat_refutes(CatModel *model, const Execution *part, const char *but) {
  Machine *m = &model->machine;
  CatVerdict verdict = {0};
  m->explain = false;
  m->verdict = &verdict;
  begin(m, part);
  for (unsigned i = 0; i < model->block.count && !m->error; i++) {
    CatStatement *s = &model->block.first[i];
    if (s->grows && !(but && s->name && !strcmp(s->name, but)) && !run_test(m, s, NULL, true))
      return !m->error;
  }
  return false;
}

void cat_judge(CatModel *model, const Execution *execution, bool explain, Arena *arena, CatVerdict *verdict) {
  Machine *m = &model->machine;
  *verdict = (CatVerdict){0};
  m->explain = explain;
  m->arena = arena;
  m->verdict = verdict;
  begin(m, execution);
  bool allowed = run_block(m, &model->block, 0, NULL, true);
  if (allowed && explain && !m->error)
    cat_explain_steps(m);
  if (m->error)
    *verdict = (CatVerdict){.error = m->error, .error_source = m->error_source, .error_span = m->error_span};
  else if (allowed)
    *verdict = (CatVerdict){.allowed = true,
                            .undefined = m->undefined,
                            .flag = m->flag,
                            .flags = m->flags,
                            .has_race = m->undefined && m->has_race,
                            .race = {m->race[0], m->race[1]},
                            .steps = verdict->steps,
                            .step_count = verdict->step_count};
}
