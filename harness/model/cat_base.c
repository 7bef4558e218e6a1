// The base sets and relations of cat, by name, computed from an execution.
#include "harness/model/cat_model.h"

#include <string.h>

// Events of any of the kinds; an RMW is a read and a write.
static void sets_of_kind(const Machine *m, uint64_t *out, unsigned kinds) {
  const Execution *x = m->execution;
  for (unsigned e = 0; e < x->event_count; e++)
    if (x->events[e].kind & kinds)
      out[e / 64] |= (uint64_t)1 << e % 64;
}

static void base_accesses(const Machine *m, uint64_t *out) { sets_of_kind(m, out, EVENT_READ | EVENT_WRITE); }
static void base_reads(const Machine *m, uint64_t *out) { sets_of_kind(m, out, EVENT_READ); }
static void base_writes(const Machine *m, uint64_t *out) { sets_of_kind(m, out, EVENT_WRITE); }
static void base_fences(const Machine *m, uint64_t *out) { sets_of_kind(m, out, EVENT_FENCE); }
static void base_branches(const Machine *m, uint64_t *out) { sets_of_kind(m, out, EVENT_BRANCH); }

static void base_initial_writes(const Machine *m, uint64_t *out) {
  for (unsigned e = 0; e < m->n; e++)
    if (m->execution->events[e].thread < 0)
      out[e / 64] |= (uint64_t)1 << e % 64;
}

static bool is_access(const Event *e) { return (e->kind & (EVENT_READ | EVENT_WRITE)) != 0; }

static bool is_observed(const Program *program, const Event *e) {
  for (unsigned i = 0; i < program->observable_total; i++) {
    const ProgramObservable *o = &program->observables[i];
    if (!o->is_register && (int)o->location == e->location && o->element == e->element)
      return true;
  }
  return false;
}

// The last write of each location that is observed.
static void base_final_writes(const Machine *m, uint64_t *out) {
  base_writes(m, out);
  for (unsigned e = 0; e < m->n; e++)
    if (!bits_empty(relation_row(m->execution->co, e), m->words) ||
        !is_observed(m->execution->program, &m->execution->events[e]))
      out[e / 64] &= ~((uint64_t)1 << e % 64);
}

// Events that read and write at once.
static void base_amos(const Machine *m, uint64_t *out) {
  for (unsigned e = 0; e < m->n; e++)
    if (m->execution->events[e].kind == EVENT_RMW)
      out[e / 64] |= (uint64_t)1 << e % 64;
}

static void add_ends(const Machine *m, uint64_t *out, Relation pairs) {
  for (unsigned a = 0; a < m->n; a++)
    for (unsigned b = 0; b < m->n; b++)
      if (relation_has(pairs, a, b)) {
        out[a / 64] |= (uint64_t)1 << a % 64;
        out[b / 64] |= (uint64_t)1 << b % 64;
      }
}

// What one instruction reads and writes at once, and where that is two events, both. Exclusives are told by their tags.
static void base_atomics(const Machine *m, uint64_t *out) {
  base_amos(m, out);
  add_ends(m, out, m->execution->amo);
}

// Those, and where they are two, both.
static void base_rmws(const Machine *m, uint64_t *out) {
  base_amos(m, out);
  add_ends(m, out, m->execution->rmw);
}

static void base_all(const Machine *m, uint64_t *out) { set_fill((EventSet){m->n, m->words, out}); }
static void base_none(const Machine *m, uint64_t *out) { memset(out, 0, m->words * sizeof *out); }

static void copy(const Machine *m, uint64_t *out, Relation r) {
  if (m->relation_size && r.bits)
    memcpy(out, r.bits, m->relation_size * sizeof *out);
}

static void base_po(const Machine *m, uint64_t *out) { copy(m, out, m->execution->po); }
static void base_rf(const Machine *m, uint64_t *out) { copy(m, out, m->execution->rf); }
static void base_co(const Machine *m, uint64_t *out) { copy(m, out, m->execution->co); }
static void base_addr(const Machine *m, uint64_t *out) { copy(m, out, m->execution->addr); }
static void base_data(const Machine *m, uint64_t *out) { copy(m, out, m->execution->data); }
static void base_ctrl(const Machine *m, uint64_t *out) { copy(m, out, m->execution->ctrl); }
static void base_pick_addr(const Machine *m, uint64_t *out) { copy(m, out, m->execution->pick_addr); }
static void base_pick_data(const Machine *m, uint64_t *out) { copy(m, out, m->execution->pick_data); }
static void base_pick_ctrl(const Machine *m, uint64_t *out) { copy(m, out, m->execution->pick_ctrl); }
static void base_rmw(const Machine *m, uint64_t *out) { copy(m, out, m->execution->rmw); }
static void base_amo(const Machine *m, uint64_t *out) { copy(m, out, m->execution->amo); }

static void pairs(const Machine *m, uint64_t *out, bool (*holds)(const Event *a, const Event *b)) {
  const Event *events = m->execution->events;
  for (unsigned a = 0; a < m->n; a++)
    for (unsigned b = 0; b < m->n; b++)
      if (holds(&events[a], &events[b]))
        out[(size_t)a * m->words + b / 64] |= (uint64_t)1 << b % 64;
}

static bool same_event(const Event *a, const Event *b) { return a == b; }
static bool same_access(const Event *a, const Event *b) { return a == b && is_access(a); }
static bool same_location(const Event *a, const Event *b) {
  return a->location >= 0 && a->location == b->location && a->element == b->element; // marks are no accesses
}
// Initial writes belong to no thread: they are external to every one, and not to one another.
static bool same_thread(const Event *a, const Event *b) { return a->thread >= 0 && a->thread == b->thread; }
static bool other_thread(const Event *a, const Event *b) {
  return (a->thread < 0 ? -1 : a->thread) != (b->thread < 0 ? -1 : b->thread);
}
static bool same_instruction(const Event *a, const Event *b) {
  return a == b || (same_thread(a, b) && a->instr == b->instr);
}

static void base_id(const Machine *m, uint64_t *out) { pairs(m, out, same_event); }
static void base_sm(const Machine *m, uint64_t *out) { pairs(m, out, same_access); }
static void base_loc(const Machine *m, uint64_t *out) { pairs(m, out, same_location); }
static void base_int(const Machine *m, uint64_t *out) { pairs(m, out, same_thread); }
static void base_ext(const Machine *m, uint64_t *out) { pairs(m, out, other_thread); }
static void base_same_instr(const Machine *m, uint64_t *out) { pairs(m, out, same_instruction); }

const Base cat_bases[] = {
    {"R", true, true, PART_PATH, base_reads},
    {"W", true, true, PART_PATH, base_writes},
    {"M", true, true, PART_PATH, base_accesses},
    {"RMW", true, true, PART_PATH, base_rmws},
    {"AMO", true, false, PART_PATH, base_amos},
    {"X", true, false, PART_PATH, base_atomics},
    {"EX", true, false, PART_PATH, base_none},
    {"F", true, false, PART_PATH, base_fences},
    {"B", true, false, PART_PATH, base_branches},
    {"BCC", true, false, PART_PATH, base_branches},
    {"PRED", true, false, PART_PATH, base_none},
    {"IW", true, false, PART_PATH, base_initial_writes},
    {"FW", true, true, PART_ORDER, base_final_writes},
    {"Exp", true, false, PART_PATH, base_all},
    {"NExp", true, false, PART_PATH, base_none},
    {"EXEC", true, false, PART_PATH, base_all},
    {"SPEC", true, false, PART_PATH, base_none},
    {"po", false, false, PART_PATH, base_po},
    {"partial_po", false, false, PART_PATH, base_po},
    {"rf", false, true, PART_VALUE, base_rf},
    {"co", false, true, PART_ORDER, base_co},
    {"addr", false, false, PART_PATH, base_addr},
    {"data", false, false, PART_PATH, base_data},
    {"ctrl", false, false, PART_PATH, base_ctrl},
    // Ours: dependencies through what a conditional select or a compare-and-swap picked (Arm ARM B2.3.2).
    {"pick-addr", false, false, PART_PATH, base_pick_addr},
    {"pick-data", false, false, PART_PATH, base_pick_data},
    {"pick-ctrl", false, false, PART_PATH, base_pick_ctrl},
    {"rmw", false, true, PART_PATH, base_rmw},
    {"amo", false, false, PART_PATH, base_amo},
    {"loc", false, false, PART_PATH, base_loc},
    {"int", false, false, PART_PATH, base_int},
    {"ext", false, false, PART_PATH, base_ext},
    {"id", false, false, PART_PATH, base_id},
    {"sm", false, false, PART_PATH, base_sm},
    {"si", false, false, PART_PATH, base_sm},
    {"same-instr", false, false, PART_PATH, base_same_instr},
    {"same-instance", false, false, PART_PATH, base_same_instr},
    {"same-static", false, false, PART_PATH, base_same_instr},
    // What is known of co before it is chosen. Ours is chosen already.
    {"pco", false, false, PART_PATH, base_none},
    // What happens inside one instruction: ours are single events, or pairs that rmw joins.
    {"iico_data", false, false, PART_PATH, base_rmw},
    {"iico_ctrl", false, false, PART_PATH, base_none},
    {"iico_order", false, false, PART_PATH, base_none},
    {"rf-reg", false, false, PART_PATH, base_none},
};
const unsigned cat_base_count = sizeof cat_bases / sizeof cat_bases[0];

static bool word_in(const char *words, const char *word, size_t length) {
  for (const char *w = words; *w;) {
    size_t n = strcspn(w, " ");
    if (n == length && memcmp(w, word, n) == 0)
      return true;
    w += n + (w[n] == ' ');
  }
  return false;
}

uint64_t cat_sets_named(const CatModel *model, const char *names) {
  uint64_t sets = 0;
  for (unsigned s = 0; s < model->arch_set_count; s++)
    if (word_in(names, model->arch_sets[s], strlen(model->arch_sets[s])))
      sets |= (uint64_t)1 << s;
  return sets;
}

// The sets that a list of tags puts an event into.
static uint64_t sets_of_tags(const CatModel *model, const char *tags) {
  uint64_t sets = 0;
  for (unsigned t = 0; t < model->as->tag_count; t++)
    if (word_in(tags, model->as->tags[t].tag, strlen(model->as->tags[t].tag)))
      sets |= cat_sets_named(model, model->as->tags[t].sets);
  return sets;
}

uint64_t machine_tag_sets(Machine *m, const char *tags) {
  if (!tags || !*tags)
    return 0;
  for (size_t i = 0; i < m->tag_count; i++)
    if (strcmp(m->tags[i].text, tags) == 0)
      return m->tags[i].sets;
  m->tags = arena_grow(m->model->arena, m->tags, &m->tag_capacity, m->tag_count + 1, sizeof *m->tags);
  m->tags[m->tag_count].text = arena_string(m->model->arena, tags);
  m->tags[m->tag_count].sets = sets_of_tags(m->model, tags);
  return m->tags[m->tag_count++].sets;
}

const char *const cat_primitives[PRIMITIVE_COUNT] = {
    [PRIMITIVE_DOMAIN] = "domain",
    [PRIMITIVE_RANGE] = "range",
    [PRIMITIVE_CLASSES_LOC] = "classes-loc",
    [PRIMITIVE_CLASSES] = "classes",
    [PRIMITIVE_LINEARISATIONS] = "linearisations",
    [PRIMITIVE_DIFFERENT_VALUES] = "different-values",
    [PRIMITIVE_INTER_TRANSITIVE] = "inter_transitive",
    [PRIMITIVE_FROMTO] = "fromto",
    [PRIMITIVE_FAIL] = "fail",
};
