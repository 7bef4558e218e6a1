// Each thread is its accesses in turn: instructions of the CPU's rows, in which registers and constants are put.
#include "harness/cycle/write_code.h"
#include "harness/cycle/events.h"

#include <string.h>

enum { ROWS = 16 * CYCLE_EDGES, LINE = 96 };

typedef struct {
  const char *lines[ROWS];
  unsigned line_count;
  unsigned register_count;            // in use
  bool has_address[CYCLE_EDGES];      // of a location
  const char *addresses[CYCLE_EDGES]; // the register of it
} Column;

// What stands for {d} and the others: by letter.
typedef struct {
  const char *of[128];
} Parts;

typedef struct {
  const Cycle *cycle;
  const CycleCode *code;
  Events events;
  Arena *arena;
  Column columns[CYCLE_EDGES];
  Column *column;                     // that is written
  const char *registers[CYCLE_EDGES]; // of each read: what holds its value
  unsigned labels;
  const char *why;
} Writer;

static const char *location_name(const Writer *w, unsigned location) {
  return arena_copy(w->arena, &"xyzabcdefghijklmnopqrstuvw"[location], 1);
}

static const char *new_register(Writer *w) {
  const char *at = w->code->registers;
  for (unsigned i = 0; i < w->column->register_count && *at; i++) {
    at += strcspn(at, " ");
    at += strspn(at, " ");
  }
  w->column->register_count++;
  if (!*at)
    w->why = "a thread of it takes more registers than the CPU has";
  return arena_copy(w->arena, at, strcspn(at, " "));
}

static const char *new_label(Writer *w) { return arena_printf(w->arena, "L%02u", w->labels++); }

static const char *number(const Writer *w, unsigned value) { return arena_printf(w->arena, "%u", value); }

// A register that a location's address is in when the thread begins; its name where the CPU's instructions have that.
static const char *address_of(Writer *w, unsigned location) {
  Column *column = w->column;
  if (!w->code->address)
    return location_name(w, location);
  if (!column->has_address[location]) {
    column->has_address[location] = true;
    column->addresses[location] = new_register(w);
  }
  return column->addresses[location];
}

static const char *filled(const Writer *w, const char *text, size_t length, const Parts *parts) {
  Text line = {0};
  for (size_t i = 0; i < length; i++)
    if (text[i] == '{') {
      text_add(&line, parts->of[(unsigned char)text[i + 1]]);
      i += 2;
    } else {
      text_add_char(&line, text[i]);
    }
  return text_finish(&line, w->arena);
}

// Puts a row's instructions at the end of the thread, registers and labels of their own among them.
static void put(Writer *w, const char *row, Parts *parts) {
  if (strstr(row, "{t}"))
    parts->of['t'] = new_register(w);
  if (strstr(row, "{l}"))
    parts->of['l'] = new_label(w);
  for (const char *at = row; *at; at += strspn(at, "; ")) {
    size_t length = strcspn(at, ";");
    w->column->lines[w->column->line_count++] = filled(w, at, length, parts);
    at += length;
  }
}

// What stands before an access within its thread, by the edge that leads there.
static void put_edge(Writer *w, unsigned source, Parts *parts) {
  const Edge *edge = &w->cycle->edges[source];
  parts->of['s'] = w->registers[source];
  if (edge->kind == EDGE_ADDRESS) {
    parts->of['b'] = parts->of['a'];
    parts->of['a'] = new_register(w);
    put(w, w->code->address, parts);
  } else if (edge->kind == EDGE_DATA) {
    parts->of['v'] = new_register(w);
    put(w, w->code->data, parts);
  } else if (edge->kind == EDGE_CONTROL) {
    put(w, w->code->control, parts);
  }
  if (edge->fence)
    put(w, edge->fence->order, parts);
}

// A value to write in a register, if the row has it there.
static void put_constant(Writer *w, const char *row, Parts *parts) {
  if (!strstr(row, "{v}") || parts->of['v'])
    return;
  parts->of['v'] = new_register(w);
  put(w, w->code->constant, parts);
}

static void put_update(Writer *w, unsigned read, Parts *parts) {
  const Edge *edge = &w->cycle->edges[read];
  unsigned found = w->events.events[read].value, written = found + 1;
  const char *operation = edge->update->operation;
  parts->of['e'] = number(w, found);
  parts->of['n'] = number(w, !strcmp(operation, "add")   ? written - found
                             : !strcmp(operation, "xor") ? written ^ found
                                                         : written);
  parts->of['d'] = w->registers[read] = new_register(w);
  parts->of['r'] = edge->from->update;
  parts->of['w'] = edge->to->update;
  put_constant(w, edge->update->lines, parts);
  put(w, edge->update->lines, parts);
}

static void put_access(Writer *w, unsigned i) {
  const Event *event = &w->events.events[i];
  unsigned before = (i + w->cycle->count - 1) % w->cycle->count;
  if (w->cycle->edges[before].kind == EDGE_UPDATE)
    return;
  Parts parts = {.of['a'] = address_of(w, event->location), .of['n'] = number(w, event->value)};
  if (!w->cycle->edges[before].external)
    put_edge(w, before, &parts);
  if (w->cycle->edges[i].kind == EDGE_UPDATE) {
    put_update(w, i, &parts);
  } else if (event->direction == DIRECTION_READ) {
    parts.of['d'] = w->registers[i] = new_register(w);
    put(w, event->annotation->load, &parts);
  } else {
    put_constant(w, event->annotation->store, &parts);
    put(w, event->annotation->store, &parts);
  }
}

// ---- Text

static const char *shown(const Writer *w, const char *reg) {
  Parts parts = {.of['d'] = reg};
  return filled(w, w->code->shown, strlen(w->code->shown), &parts);
}

static void print_init(const Writer *w, Text *out) {
  text_add(out, "{\n");
  for (unsigned t = 0; t < w->events.thread_count; t++) {
    const char *between = "";
    for (unsigned i = 0; i < w->events.location_count; i++)
      if (w->columns[t].has_address[i]) {
        text_printf(out, "%s%u:%s=%s;", between, t, shown(w, w->columns[t].addresses[i]), location_name(w, i));
        between = " ";
      }
    text_add(out, *between ? "\n" : "");
  }
  text_add(out, "}\n");
}

static void print_row(const Writer *w, unsigned row, const size_t widths[CYCLE_EDGES], Text *out) {
  for (unsigned t = 0; t < w->events.thread_count; t++) {
    const Column *column = &w->columns[t];
    const char *line = row == 0                       ? arena_printf(w->arena, "P%u", t)
                       : row - 1 < column->line_count ? column->lines[row - 1]
                                                      : "";
    text_printf(out, "%s%-*s", t ? " | " : " ", (int)widths[t], line);
  }
  text_add(out, " ;\n");
}

static void print_threads(const Writer *w, Text *out) {
  size_t widths[CYCLE_EDGES];
  unsigned rows = 0;
  for (unsigned t = 0; t < w->events.thread_count; t++) {
    const Column *column = &w->columns[t];
    widths[t] = 2;
    rows = rows > column->line_count ? rows : column->line_count;
    for (unsigned i = 0; i < column->line_count; i++)
      widths[t] = widths[t] > strlen(column->lines[i]) ? widths[t] : strlen(column->lines[i]);
  }
  for (unsigned row = 0; row <= rows; row++)
    print_row(w, row, widths, out);
}

static void print_condition(const Writer *w, Text *out) {
  const Events *e = &w->events;
  const char *between = "exists (";
  for (unsigned i = 0; i < e->count; i++)
    if (w->registers[i]) {
      text_printf(out, "%s%u:%s=%u", between, e->events[i].thread, shown(w, w->registers[i]), e->events[i].value);
      between = " /\\ ";
    }
  for (unsigned i = 0; i < e->location_count; i++)
    if (e->writes[i] > 1) {
      text_printf(out, "%s[%s]=%u", between, location_name(w, i), e->writes[i]);
      between = " /\\ ";
    }
  text_add(out, ")\n");
}

const char *cycle_code(const Cycle *cycle, const char *name, Arena *arena, const char **why) {
  Writer *w = ARENA_NEW(arena, Writer);
  *w = (Writer){.cycle = cycle, .code = cycle->words->code, .arena = arena};
  w->why = events_of(cycle, &w->events);
  for (unsigned i = 0; i < w->events.count && !w->why; i++) {
    w->column = &w->columns[w->events.events[i].thread];
    put_access(w, i);
  }
  *why = w->why;
  if (w->why)
    return NULL;
  Text out = {0};
  text_printf(&out, "%s %s\nCycle=", cycle->words->dialect, name);
  cycle_print(cycle, &out);
  text_add(&out, "\n");
  print_init(w, &out);
  print_threads(w, &out);
  print_condition(w, &out);
  return text_finish(&out, arena);
}
