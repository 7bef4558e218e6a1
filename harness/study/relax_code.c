#include "harness/study/relax_code.h"

#include "harness/base/source.h"
#include "harness/base/table.h"
#include "harness/model/explain.h"

#include <string.h>

static const CodeSaid nothing_said;

typedef struct {
  const RelaxCodeOptions *options;
  CodeRelaxed *relaxed;
  Table known; // a build, and what it made of the file
  CodeObjection *objections;
  size_t capacity;
  unsigned first; // the build that objected last: it is asked first
  bool moved;
  Arena *arena;
} Relaxing;

static bool stopped(const Relaxing *r) { return stop_wanted(r->options->stop); }

// ---- Objections

static const UsersState *forbidden_state(const UsersCode *code) {
  for (unsigned i = 0; i < code->state_count; i++)
    if (code->states[i].grade && code->states[i].grade->kind == GRADE_FORBIDDEN)
      return &code->states[i];
  return NULL;
}

static CodeObjection objection_of(const Relaxing *r, const UsersCheck *check, Arena *scratch) {
  static const ObjectionKind kinds[] = {[USERS_KEPT] = OBJECTION_NONE,
                                        [USERS_BROKEN] = OBJECTION_STATE,
                                        [USERS_HANGS] = OBJECTION_HANG,
                                        [USERS_OPEN] = OBJECTION_OPEN};
  CodeObjection made = {.kind = kinds[check->verdict], .build = check->build};
  const UsersCode *code = &check->code;
  Text lines = {0}, what = {0};
  if (made.kind == OBJECTION_STATE) {
    const UsersState *state = forbidden_state(code);
    text_add(&what, users_state_string(code->code, state, scratch));
    if (r->options->explain)
      users_code_explain(code, state->at, r->options->judges, &r->options->options.limits, scratch, &lines);
  } else if (made.kind == OBJECTION_HANG) {
    hang_print(code->result.hang, &what);
    if (r->options->explain)
      hang_explain(code->result.hang, r->options->judges[model_index(code->cpu->model)].name, &lines);
  } else if (code->why) {
    text_add(&what, code->why);
  }
  made.what = text_finish(&what, r->arena);
  made.explanation = lines.length ? text_finish(&lines, r->arena) : NULL;
  text_free(&lines);
  return made;
}

// Judged, unless the build made the same of the file before.
static CodeObjection judge_made(Relaxing *r, const UsersMade *made, Arena *scratch) {
  Diag diag = {.arena = scratch};
  const Source *object = source_read_file(made->file.code->object, USERS_OBJECT_MOST, scratch, &diag);
  Text key = {0};
  text_printf(&key, "%u ", (unsigned)(made->build - r->options->builds));
  if (object)
    text_add_bytes(&key, object->bytes, object->length);
  size_t count = r->known.count, index = table_add(&r->known, text_string(&key), key.length);
  text_free(&key);
  r->relaxed->asked++;
  if (index < count)
    return r->objections[index];
  r->relaxed->judged++;
  UsersCheck check = users_judge(made, r->options->judges, &r->options->options, scratch);
  r->objections = arena_grow(r->arena, r->objections, &r->capacity, count + 1, sizeof *r->objections);
  return r->objections[index] = objection_of(r, &check, scratch);
}

static CodeObjection objection_by(Relaxing *r, const CheckBuild *build, const char *const *names) {
  Arena *scratch = arena_new();
  Source source = code_orders_source(&r->relaxed->orders, names, scratch);
  UsersMade made = users_make(&source, &nothing_said, build, r->options->stop, scratch);
  CodeObjection objection = {.kind = OBJECTION_MUTE, .build = build};
  if (made.file.code)
    objection = judge_made(r, &made, scratch);
  else
    objection.what = arena_copy(r->arena, made.why, strlen(made.why));
  users_release(&made.file, 1);
  arena_free(scratch);
  return objection;
}

// The first that is certain; else one that is not; else none.
static CodeObjection objection_to(Relaxing *r, const char *const *names) {
  CodeObjection open = {0};
  for (unsigned i = 0; i < r->options->build_count && !stopped(r); i++) {
    unsigned at = (r->first + i) % r->options->build_count;
    CodeObjection one = objection_by(r, &r->options->builds[at], names);
    if (one.kind && one.kind != OBJECTION_OPEN) {
      r->first = at;
      return one;
    }
    open = one.kind ? one : open;
  }
  return open;
}

// ---- Orders

// Every weaker one, from the strongest on; compilers say which a place cannot have.
static unsigned weaker_orders(const char *order, const char *weaker[ORDER_STEPS]) {
  static const char *const names[] = {"acq_rel", "acquire", "release", "relaxed"};
  unsigned from = !strcmp(order, "seq_cst") ? 0 : !strcmp(order, "acq_rel") ? 1 : !strcmp(order, "relaxed") ? 4 : 3;
  unsigned count = 0;
  for (; from < sizeof names / sizeof *names; from++)
    weaker[count++] = names[from];
  return count;
}

// The places' orders, but for one that has another.
static const char *const *names_with(const Relaxing *r, const CodePlace *changed, const char *order) {
  const char **names = ARENA_ARRAY(r->arena, const char *, r->relaxed->orders.count + (size_t)1);
  for (unsigned i = 0; i < r->relaxed->orders.count; i++)
    names[i] = &r->relaxed->places[i] == changed ? order : r->relaxed->places[i].found;
  return names;
}

static CodeObjection try_order(Relaxing *r, const CodePlace *place, const char *order) {
  if (r->options->progress)
    r->options->progress(r->options->context, arena_printf(r->arena, "%s: %s", code_order_name(place->order, r->arena),
                                                           order ? order : "whether it is of the code"));
  return objection_to(r, names_with(r, place, order));
}

static void sink(Relaxing *r, CodePlace *place) {
  const char *weaker[ORDER_STEPS];
  unsigned count = weaker_orders(place->found, weaker);
  while (place->used && count-- && !stopped(r)) {
    ObjectionKind kind = try_order(r, place, weaker[count]).kind;
    if (!kind && !stopped(r)) {
      place->found = weaker[count];
      return;
    }
  }
}

// Whether a step of those refuted lies between the order and this one.
static bool is_beyond(const CodePlace *place, const char *order) {
  for (unsigned i = 0; i < place->step_count; i++) {
    const char *weaker[ORDER_STEPS];
    unsigned count = weaker_orders(place->steps[i].order, weaker);
    while (count--)
      if (!strcmp(weaker[count], order))
        return true;
  }
  return false;
}

// Why no step further can be taken; one that can be is. What no compiler takes is no step.
static void refute(Relaxing *r, CodePlace *place) {
  const char *weaker[ORDER_STEPS];
  unsigned count = place->used ? weaker_orders(place->found, weaker) : 0;
  place->step_count = 0;
  for (unsigned i = 0; i < count && !stopped(r); i++) {
    if (is_beyond(place, weaker[i]))
      continue;
    CodeObjection objection = try_order(r, place, weaker[i]);
    if (stopped(r))
      return;
    if (!objection.kind) {
      place->found = weaker[i];
      r->moved = true;
      return;
    }
    if (objection.kind != OBJECTION_MUTE)
      place->steps[place->step_count++] = (CodeStep){weaker[i], objection};
  }
}

// Fences first, then updates, stores and loads, and orders of which no call is seen last: as relax.h does.
enum { TURNS = 5 };
static unsigned turn_of(const CodeOrder *order) {
  return strstr(order->in, "_fence")                                ? 0
         : strstr(order->in, "store") || strstr(order->in, "clear") ? 2
         : strstr(order->in, "load")                                ? 3
         : strstr(order->in, "atomic_")                             ? 1
                                                                    : 4;
}

static void go_down(Relaxing *r) {
  for (unsigned turn = 0; turn < TURNS; turn++)
    for (unsigned i = 0; i < r->relaxed->orders.count; i++)
      if (turn_of(&r->relaxed->orders.orders[i]) == turn)
        sink(r, &r->relaxed->places[i]);
  do {
    r->moved = false;
    for (unsigned i = 0; i < r->relaxed->orders.count; i++)
      refute(r, &r->relaxed->places[i]);
  } while (r->moved && !stopped(r));
}

// ---- The whole

// The strongest order that compilers take, in place of each that is weaker. What is written stays where none is taken.
static void raise_all(Relaxing *r) {
  static const char *const strong[] = {"seq_cst", "acquire", "release"};
  for (unsigned i = 0; i < r->relaxed->orders.count; i++) {
    CodePlace *place = &r->relaxed->places[i];
    for (unsigned k = 0; place->used && k < sizeof strong / sizeof *strong; k++)
      if (objection_by(r, r->options->builds, names_with(r, place, strong[k])).kind != OBJECTION_MUTE) {
        place->found = strong[k];
        break;
      }
  }
}

// Which places are of the code: it compiles without the others.
static void find_used(Relaxing *r) {
  for (unsigned i = 0; i < r->relaxed->orders.count && !stopped(r); i++) {
    CodePlace *place = &r->relaxed->places[i];
    place->used = try_order(r, place, NULL).kind == OBJECTION_MUTE;
  }
}

static bool find_places(Relaxing *r, const Source *given, Diag *diag) {
  CodeRelaxed *relaxed = r->relaxed;
  if (strlen(given->bytes) != given->length)
    return diag_error(diag, "%s holds a NUL: this is no text", given->name);
  relaxed->orders = code_orders_find(given, users_included, r->arena);
  CodePlace *places = ARENA_ARRAY(r->arena, CodePlace, relaxed->orders.count + (size_t)1);
  for (unsigned i = 0; i < relaxed->orders.count; i++)
    places[i] = (CodePlace){.order = &relaxed->orders.orders[i], .found = relaxed->orders.orders[i].written};
  relaxed->places = places;
  relaxed->written = objection_to(r, names_with(r, NULL, NULL));
  if (relaxed->written.kind == OBJECTION_MUTE)
    diag_error(diag, "%s: %s %s for %s: %s", given->name, relaxed->written.build->compiler,
               relaxed->written.build->flags, relaxed->written.build->cpu->name, relaxed->written.what);
  else if (!relaxed->orders.count)
    diag_error(diag, "%s has no memory order, neither as memory_order_... nor by an atomic_...() without one",
               given->name);
  else
    return true;
  relaxed->orders.count = 0;
  return false;
}

CodeRelaxed relax_code(const Source *given, const RelaxCodeOptions *options, Arena *arena, Diag *diag) {
  CodeRelaxed relaxed = {0};
  Relaxing r = {.options = options, .relaxed = &relaxed, .known.arena = arena, .arena = arena};
  if (!find_places(&r, given, diag))
    return relaxed;
  find_used(&r);
  relaxed.raised = relaxed.written.kind != OBJECTION_NONE;
  if (relaxed.raised) {
    raise_all(&r);
    relaxed.strongest = objection_to(&r, names_with(&r, NULL, NULL));
  }
  for (unsigned i = 0; i < relaxed.orders.count; i++)
    relaxed.places[i].begun = relaxed.places[i].found;
  if (!relaxed.strongest.kind)
    go_down(&r);
  relaxed.interrupted = stopped(&r);
  for (unsigned i = 0; i < relaxed.orders.count; i++)
    for (unsigned k = 0; k < relaxed.places[i].step_count; k++)
      relaxed.partial |= relaxed.places[i].steps[k].objection.kind == OBJECTION_OPEN;
  return relaxed;
}
