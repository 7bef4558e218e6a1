// An execution as a Graphviz graph: threads are columns, time runs down program order.
#include "harness/model/explain.h"

#include "harness/lang/print.h"

#include <string.h>

// Text inside of a quoted string of dot.
static void add_quoted(Text *out, const char *text) {
  for (; *text; text++) {
    if (*text == '"' || *text == '\\')
      text_add_char(out, '\\');
    text_add_char(out, *text);
  }
}

static void add_node(const Execution *x, unsigned index, Text *out) {
  const Event *event = &x->events[index];
  text_printf(out, "e%u [label=\"", index);
  if (event->kind == EVENT_FENCE) {
    add_quoted(out, x->program->threads[event->thread].instrs[event->instr].text);
  } else {
    const ProgramLocation *location = &x->program->locations[event->location];
    text_add(out, event->kind == EVENT_RMW ? "RW " : event->kind == EVENT_READ ? "R " : "W ");
    add_quoted(out, location->name);
    program_print_element(location, event->element, out);
    text_add_char(out, '=');
    program_print_value(x->program, event->kind == EVENT_WRITE ? event->written : event->read, out);
    if (event->kind == EVENT_RMW) {
      text_add_char(out, '/');
      program_print_value(x->program, event->written, out);
    }
    if (event->thread >= 0) {
      text_add(out, "\\n");
      add_quoted(out, x->program->threads[event->thread].instrs[event->instr].text);
    }
  }
  text_add(out, "\"];\n");
}

// Whether the initial write is worth a node: something reads it.
static bool is_read(const Execution *x, unsigned write) { return !bits_empty(relation_row(x->rf, write), x->rf.words); }

static void add_threads(const Execution *x, Text *out) {
  for (unsigned e = 0; e < x->event_count && x->events[e].thread < 0; e++)
    if (is_read(x, e)) {
      text_add(out, "  ");
      add_node(x, e, out);
    }
  for (unsigned t = 0; t < x->program->thread_count; t++) {
    text_printf(out, "  subgraph cluster_P%u {\n    label=\"P%u\"; color=gray;\n", t, t);
    for (unsigned e = 0; e < x->event_count; e++)
      if (x->events[e].thread == (int)t) {
        text_add(out, "    ");
        add_node(x, e, out);
      }
    text_add(out, "  }\n");
  }
}

static bool is_in_cycle(const CatVerdict *verdict, unsigned a, unsigned b) {
  for (unsigned i = 0; i < verdict->cycle_length && verdict->edges; i++)
    if (verdict->edges[i] && verdict->cycle[i] == a && verdict->cycle[(i + 1) % verdict->cycle_length] == b)
      return true;
  return false;
}

// The edges of a relation that are not implied by others of it, nor drawn as the cycle's.
static void add_edges(const Explanation *explanation, Relation r, const char *name, const char *style, Text *out) {
  const Execution *x = &explanation->execution;
  for (unsigned a = 0; a < x->event_count; a++) {
    if (x->events[a].thread < 0 && !is_read(x, a))
      continue;
    for (unsigned b = 0; b < x->event_count; b++) {
      if (!relation_has(r, a, b))
        continue;
      bool implied = is_in_cycle(&explanation->verdict, a, b);
      for (unsigned m = 0; m < x->event_count && !implied; m++)
        implied = relation_has(r, a, m) && relation_has(r, m, b);
      if (!implied)
        text_printf(out, "  e%u -> e%u [label=\"%s\"%s];\n", a, b, name, style);
    }
  }
}

// A read comes before the writes that follow the one it reads from.
static Relation from_read(const Execution *x, Arena *arena) {
  Relation fr = relation_new(arena, x->event_count);
  for (unsigned w = 0; w < x->event_count; w++)
    for (unsigned r = 0; r < x->event_count; r++)
      if (relation_has(x->rf, w, r))
        bits_or(relation_row(fr, r), relation_row(fr, r), relation_row(x->co, w), fr.words);
  for (unsigned r = 0; r < x->event_count;
       r++) { // the first of them stands for the rest; an exchange is not before itself
    for (unsigned w = 0; w < x->event_count; w++)
      if (relation_has(fr, r, w))
        bits_without(relation_row(fr, r), relation_row(fr, r), relation_row(x->co, w), fr.words);
    relation_row(fr, r)[r / 64] &= ~((uint64_t)1 << r % 64);
  }
  return fr;
}

static void add_steps(const CatVerdict *verdict, Text *out) {
  for (unsigned i = 0; i < verdict->step_count; i++) {
    const CatStep *step = &verdict->steps[i];
    text_printf(out, "  e%u -> e%u [label=\"%s\", color=purple, fontcolor=purple, style=%s, constraint=false];\n",
                step->events[0], step->to, step->name, strcmp(step->name, "sw") != 0 ? "dashed" : "bold");
  }
}

static void add_race(const CatVerdict *verdict, Text *out) {
  if (verdict->has_race)
    text_printf(out, "  e%u -> e%u [label=\"race\", color=red, fontcolor=red, dir=none, constraint=false];\n",
                verdict->race[0], verdict->race[1]);
}

static void add_cycle(const CatVerdict *verdict, Text *out) {
  if (!verdict->edges)
    return;
  for (unsigned i = 0; i < verdict->cycle_length; i++) {
    if (!verdict->edges[i])
      continue;
    text_printf(out, "  e%u -> e%u [label=\"", verdict->cycle[i], verdict->cycle[(i + 1) % verdict->cycle_length]);
    add_quoted(out, verdict->edges[i]);
    text_add(out, "\", color=red, fontcolor=red, penwidth=2];\n");
  }
}

void explanation_dot(const Explanation *explanation, const char *title, Text *out) {
  text_add(out, "digraph \"");
  add_quoted(out, title);
  text_add(out, "\" {\n  label=\"");
  add_quoted(out, title);
  if (!explanation->found) {
    text_add(out, ": no execution\";\n}\n");
    return;
  }
  const Execution *x = &explanation->execution;
  text_add(out, explanation->verdict.allowed ? ": allowed" : ": forbidden by ");
  if (!explanation->verdict.allowed)
    add_quoted(out, explanation->verdict.axiom ? explanation->verdict.axiom : "?");
  text_add(out, "\";\n  node [shape=box, fontname=monospace];\n");
  Arena *arena = arena_new();
  add_threads(x, out);
  add_edges(explanation, x->po, "po", "", out);
  add_edges(explanation, x->rf, "rf", ", color=darkgreen, fontcolor=darkgreen, constraint=false", out);
  add_edges(explanation, x->co, "co", ", color=blue, fontcolor=blue, constraint=false", out);
  add_edges(explanation, from_read(x, arena), "fr", ", color=orange, fontcolor=orange, constraint=false", out);
  add_edges(explanation, x->rmw, "rmw", ", style=dotted, constraint=false", out);
  add_cycle(&explanation->verdict, out);
  add_steps(&explanation->verdict, out);
  add_race(&explanation->verdict, out);
  text_add(out, "}\n");
  arena_free(arena);
}
