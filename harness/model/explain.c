#include "harness/model/explain.h"

#include "harness/lang/print.h"

#include <string.h>

// ---- Finding an execution ----

typedef struct {
  CatModel *model;
  const EventValue *state;
  unsigned width; // of the state
  Explanation *out;
  Arena *arena;
  unsigned looked_at;
} Looking;

enum { LOOK_LIMIT = 4096 }; // forbidden executions compared for the shortest cycle

static bool may_be_it(const EventValue *state, const bool *known, const void *context) {
  const Looking *l = context;
  for (unsigned i = 0; i < l->width; i++)
    if (known[i] && !event_value_equal(state[i], l->state[i]))
      return false;
  return true;
}

static bool look(const Execution *execution, void *context) {
  Looking *l = context;
  CatVerdict verdict;
  cat_judge(l->model, execution, true, l->arena, &verdict);
  if (verdict.error) {
    l->out->why = verdict.error;
    return false;
  }
  bool better = !l->out->found || verdict.allowed || verdict.cycle_length < l->out->verdict.cycle_length;
  if (better) {
    l->out->found = true;
    l->out->execution = execution_copy(execution, l->arena);
    l->out->verdict = verdict;
  }
  return !verdict.allowed && ++l->looked_at < LOOK_LIMIT;
}

static void look_through(Looking *l, const Program *program, const EnumerationLimits *limits) {
  cat_reset(l->model);
  EnumerationResult result = executions_each(program, limits, look, l);
  if (result.gave_up)
    l->out->why = result.why;
}

Explanation model_explain(CatModel *model, const Program *program, const EnumerationLimits *limits,
                          const EventValue *state, Arena *arena) {
  Explanation out = {0};
  EnumerationLimits coherent = *limits;
  Looking looking = {.model = model, .state = state, .width = program->observable_count, .out = &out, .arena = arena};
  coherent.coherent_only = cat_implies_coherence(model);
  coherent.atomic_only = cat_implies_atomicity(model);
  coherent.waits = coherent.alike = coherent.widens = true;
  coherent.wanted = may_be_it;
  coherent.wanted_context = &looking;
  look_through(&looking, program, &coherent);
  if (!out.found && !out.why && coherent.atomic_only) { // then only what another thread tears apart ends there
    coherent.atomic_only = false;
    look_through(&looking, program, &coherent);
  }
  if (!out.found && !out.why && coherent.coherent_only) { // or what is not coherent
    coherent.coherent_only = false;
    look_through(&looking, program, &coherent);
  }
  return out;
}

// ---- Naming events ----

// "a" to "z", then "a1" ...: the events of threads in order. Initial writes are "init".
static void print_label(const Execution *x, unsigned event, Text *out) {
  unsigned rank = 0;
  for (unsigned e = 0; e < event; e++)
    rank += x->events[e].thread >= 0;
  if (x->events[event].thread < 0) {
    text_add(out, "init");
    return;
  }
  text_add_char(out, (char)('a' + rank % 26));
  if (rank >= 26)
    text_printf(out, "%u", rank / 26);
}

static void print_place(const Execution *x, const Event *event, Text *out) {
  const ProgramLocation *location = &x->program->locations[event->location];
  text_add(out, location->name);
  program_print_element(location, event->element, out);
}

// "R x=1", "W y=2", "RW x=0 then 1", "F".
static void print_action(const Execution *x, const Event *event, Text *out) {
  switch (event->kind) {
  case EVENT_FENCE:
    text_add(out, "F");
    return;
  case EVENT_BRANCH:
    text_add(out, "B");
    return;
  case EVENT_READ:
    text_add(out, "R ");
    break;
  case EVENT_WRITE:
    text_add(out, "W ");
    break;
  case EVENT_RMW:
    text_add(out, "RW ");
    break;
  }
  print_place(x, event, out);
  text_add_char(out, '=');
  program_print_value(x->program, event->kind == EVENT_WRITE ? event->written : event->read, out);
  if (event->kind == EVENT_RMW) {
    text_add(out, " then ");
    program_print_value(x->program, event->written, out);
  }
}

static const Instr *instr_of(const Execution *x, const Event *event) {
  return event->thread < 0 ? NULL : &x->program->threads[event->thread].instrs[event->instr];
}

// The line of the source that an event comes from, without its indentation: "MP.litmus:7: *x = 1;".
void event_print_line(const Execution *x, unsigned index, Text *out) {
  const Event *event = &x->events[index];
  const Instr *instr = instr_of(x, event);
  const Source *source = instr ? instr->source ? instr->source : x->program->threads[event->thread].source : NULL;
  source = source ? source : x->program->source;
  if (!instr || !source || instr->span.offset > source->length)
    return;
  unsigned line, column;
  source_position(source, instr->span.offset, &line, &column);
  size_t start = instr->span.offset, end = instr->span.offset;
  while (start > 0 && source->bytes[start - 1] != '\n')
    start--;
  while (end < source->length && source->bytes[end] != '\n')
    end++;
  while (start < end && (source->bytes[start] == ' ' || source->bytes[start] == '\t'))
    start++;
  const char *slash = strrchr(source->name, '/');
  text_printf(out, "%s:%u: ", slash ? slash + 1 : source->name, line);
  for (size_t i = start; i < end; i++) {
    unsigned char c = (unsigned char)source->bytes[i];
    text_add_bytes(out, c == '\t' ? " " : c < ' ' || c == 127 ? "?" : source->bytes + i, 1);
  }
}

// " from b": where a read's value comes from.
static void print_origin(const Execution *x, unsigned read, Text *out) {
  for (unsigned w = 0; w < x->event_count; w++)
    if (relation_has(x->rf, w, read)) {
      text_add(out, " from ");
      print_label(x, w, out);
    }
}

// "    a    P0  W x=1            mov        MP.litmus:7: ...", in columns.
static void print_event(const Execution *x, unsigned index, Text *out) {
  const Event *event = &x->events[index];
  const Instr *instr = instr_of(x, event);
  Text label = {0}, action = {0};
  print_label(x, index, &label);
  print_action(x, event, &action);
  print_origin(x, index, &action);
  if (instr) {
    text_printf(out, "    %-4s P%d  %-16s  %-16s  ", text_string(&label), event->thread, text_string(&action),
                instr->text);
    event_print_line(x, index, out);
  } else {
    text_printf(out, "    %-8s %s", text_string(&label), text_string(&action));
  }
  text_add_char(out, '\n');
  text_free(&label);
  text_free(&action);
}

void hang_print(const Execution *x, Text *out) {
  bool first = true;
  for (int t = 0; t < 64; t++) {
    if (!(x->waiting >> t & 1))
      continue;
    text_printf(out, "%sP%d", first ? "" : ", ", t);
    first = false;
    unsigned last = x->event_count;
    for (unsigned e = 0; e < x->event_count; e++)
      if (x->events[e].thread == t && x->events[e].kind & EVENT_READ)
        last = e;
    if (last == x->event_count)
      continue;
    text_add(out, " (");
    event_print_line(x, last, out);
    text_add(out, ", which reads ");
    print_place(x, &x->events[last], out);
    text_add_char(out, '=');
    program_print_value(x->program, x->events[last].read, out);
    text_add(out, ")");
  }
}

// ---- As text ----

static void print_axiom(const CatVerdict *v, Text *out) {
  text_printf(out, "its axiom '%s'", v->axiom ? v->axiom : "?");
  if (v->axiom_source) {
    unsigned line, column;
    source_position(v->axiom_source, v->axiom_span.offset, &line, &column);
    text_printf(out, " (%s:%u)", v->axiom_source->name, line);
  }
}

static void print_cycle(const Explanation *e, Text *out) {
  const CatVerdict *v = &e->verdict;
  for (unsigned i = 0; i < v->cycle_length; i++) {
    print_event(&e->execution, v->cycle[i], out);
    if (v->edges && v->edges[i])
      text_printf(out, "         | %s\n", v->edges[i]);
  }
  if (v->cycle_length && v->edges && v->edges[v->cycle_length - 1]) {
    text_add(out, "         back to ");
    print_label(&e->execution, v->cycle[0], out);
    text_add_char(out, '\n');
  }
}

static void print_threads(const Execution *x, Text *out) {
  for (unsigned e = 0; e < x->event_count; e++)
    if (x->events[e].thread >= 0)
      print_event(x, e, out);
}

// How many writes are before this one.
static unsigned writes_before(const Execution *x, unsigned write) {
  unsigned before = 0;
  for (unsigned w = 0; w < x->event_count; w++)
    before += relation_has(x->co, w, write);
  return before;
}

static void print_orders(const Execution *x, Text *out) {
  for (unsigned first = 0; first < x->event_count && x->events[first].thread < 0; first++) {
    unsigned count = 0;
    for (unsigned w = 0; w < x->event_count; w++)
      count += relation_has(x->co, first, w);
    if (count < 2) // one write has no order
      continue;
    text_add(out, "    order of the writes to ");
    print_place(x, &x->events[first], out);
    text_add_char(out, ':');
    for (unsigned rank = 1; rank <= count; rank++)
      for (unsigned w = 0; w < x->event_count; w++)
        if (relation_has(x->co, first, w) && writes_before(x, w) == rank) {
          text_add_char(out, ' ');
          print_label(x, w, out);
        }
    text_add_char(out, '\n');
  }
}

void hang_explain(const Execution *x, const char *title, Text *out) {
  text_printf(out, "  allowed by %s: an execution in which a wait never ends: ", title);
  hang_print(x, out);
  text_add_char(out, '\n');
  print_threads(x, out);
  print_orders(x, out);
}

// "sw: release b --rfe--> acquire c", "hb: a --po--> b --sw--> c".
static void print_steps(const Explanation *e, Text *out) {
  for (unsigned i = 0; i < e->verdict.step_count; i++) {
    const CatStep *s = &e->verdict.steps[i];
    bool synchronises = !strcmp(s->name, "sw");
    text_printf(out, "    %s: %s", s->name, synchronises ? "release " : "");
    for (unsigned k = 0; k < s->length; k++) {
      print_label(&e->execution, s->events[k], out);
      text_printf(out, " --%s--> ", s->words[k]);
    }
    text_add(out, synchronises ? "acquire " : "");
    print_label(&e->execution, s->to, out);
    text_add_char(out, '\n');
  }
}

// The shortest way from one event to another by program order and reads-from, and what each read on it would have to
// be to synchronise. False where there is none.
static bool print_way(const Execution *x, unsigned from, unsigned to, Text *out) {
  Arena *arena = arena_new();
  Relation steps = relation_new(arena, x->event_count);
  bits_or(steps.bits, x->po.bits, x->rf.bits, (size_t)steps.n * steps.words);
  unsigned *path = ARENA_ARRAY(arena, unsigned, steps.n), *scratch = ARENA_ARRAY(arena, unsigned, 2 * (size_t)steps.n);
  unsigned length = relation_path(steps, from, to, path, scratch);
  if (length) {
    text_add(out, "      ");
    for (unsigned i = 0; i < length; i++) {
      print_label(x, path[i], out);
      text_add(out, relation_has(x->po, path[i], i + 1 < length ? path[i + 1] : to) ? " --po--> " : " --rf--> ");
    }
    print_label(x, to, out);
    text_add(out, " does not synchronise all the way");
    const char *between = ": ";
    for (unsigned i = 0; i < length; i++) {
      unsigned next = i + 1 < length ? path[i + 1] : to;
      if (relation_has(x->po, path[i], next))
        continue;
      text_add(out, between);
      between = "; ";
      print_label(x, path[i], out);
      text_printf(out, " is a %s, ", instr_of(x, &x->events[path[i]])->text);
      print_label(x, next, out);
      text_printf(out, " a %s", instr_of(x, &x->events[next])->text);
    }
    text_add_char(out, '\n');
  }
  arena_free(arena);
  return length;
}

void race_print(const Execution *x, const unsigned race[2], Text *out) {
  print_event(x, race[0], out);
  print_event(x, race[1], out);
  if (!print_way(x, race[0], race[1], out) && !print_way(x, race[1], race[0], out))
    text_add(out, "      no chain of program order and reads-from leads from one to the other\n");
}

void explanation_print(const Explanation *explanation, const char *title, Text *out) {
  if (!explanation->found) {
    text_printf(out, "  no execution ends in it%s%s\n", explanation->why ? " of those looked at: " : "",
                explanation->why ? explanation->why : ", whatever the model");
    return;
  }
  if (!explanation->verdict.allowed) {
    text_printf(out, "  forbidden by %s: ", title);
    print_axiom(&explanation->verdict, out);
    text_add(out, ":\n");
    print_cycle(explanation, out);
    print_steps(explanation, out);
    return;
  }
  text_printf(out, "  allowed by %s: an execution that ends in it\n", title);
  print_threads(&explanation->execution, out);
  print_orders(&explanation->execution, out);
  print_steps(explanation, out);
  if (!explanation->verdict.undefined)
    return;
  text_printf(out, "    it has a data race (%s), so %s leaves the program undefined%s\n",
              explanation->verdict.flag ? explanation->verdict.flag : "",
              strcmp(title, "lkmm") ? "C11" : "the kernel's model",
              explanation->verdict.has_race ? "; no happens-before orders" : "");
  if (explanation->verdict.has_race)
    race_print(&explanation->execution, explanation->verdict.race, out);
}
