// Executions written by hand, for tests of models: threads apart by '|', events by blanks.
//
//   Wx1    writes 1 to x; co is the order of the values
//   Rx1    reads the 1 that x was written; 0 is the initial value
//   Ux0,1  reads 0 and writes 1, as one event
//   F      a fence
//   Wx1/A+X   with tags "A X"
//   Wy1<data0 with a data dependency on the thread's event 0 (also ctrl, addr)
//   Rx0* Wx1  joined by rmw, and by amo (with ! in place of *: rmw only)
#pragma once
#include "harness/model/execution.h"

#include <stdlib.h>
#include <string.h>

enum { BUILT_MAX = 200 };

typedef struct {
  Arena *arena;
  Execution x;
  Event events[BUILT_MAX];
  unsigned n;
} Built;

static inline Relation built_dependency(Built *b, const char *name) {
  return strncmp(name, "data", 4) == 0 ? b->x.data : strncmp(name, "ctrl", 4) == 0 ? b->x.ctrl : b->x.addr;
}

static inline void built_event(Built *b, char *word, int thread, unsigned first) {
  unsigned n = b->n++;
  Event *e = &b->events[n];
  *e = (Event){
      .thread = thread, .instr = n - first, .location = -1, .tags = "", .read.location = -1, .written.location = -1};
  char *rest = word + 1;
  if (word[0] == 'F') {
    e->kind = EVENT_FENCE;
  } else {
    e->kind = word[0] == 'R' ? EVENT_READ : word[0] == 'W' ? EVENT_WRITE : EVENT_RMW;
    e->location = *rest++ - 'a';
    long value = strtol(rest, &rest, 10);
    e->read.number = e->written.number = value;
    if (*rest == ',')
      e->written.number = strtol(rest + 1, &rest, 10);
  }
  for (; *rest; rest++) {
    if (*rest == '*' || *rest == '!')
      relation_add(b->x.rmw, n, n + 1);
    if (*rest == '*')
      relation_add(b->x.amo, n, n + 1);
    if (*rest == '<') {
      Relation r = built_dependency(b, rest + 1);
      relation_add(r, first + (unsigned)atoi(rest + 5), n);
    }
    if (*rest == '/') {
      size_t length = strcspn(rest + 1, "*!<");
      char *tags = arena_copy(b->arena, rest + 1, length);
      for (char *c = tags; *c; c++)
        if (*c == '+')
          *c = ' ';
      e->tags = tags;
      rest += length;
    }
  }
}

static inline bool built_writes(const Event *e) { return (e->kind & EVENT_WRITE) != 0; }
static inline bool built_reads(const Event *e) { return (e->kind & EVENT_READ) != 0; }

// Initial writes of a to z come first; po, rf and co are made from thread, order and values.
static inline const Execution *built(Built *b, Arena *arena, const char *text) {
  *b = (Built){.arena = arena};
  Relation *relations[] = {&b->x.po, &b->x.rf, &b->x.co, &b->x.addr, &b->x.data, &b->x.ctrl, &b->x.rmw, &b->x.amo};
  char *copy = arena_string(arena, text);
  unsigned words = 0, locations = 0;
  for (char *c = copy; *c; c++) {
    words += *c == ' ';
    if (strchr("RWU", *c) && (c == copy || c[-1] == ' '))
      locations |= 1u << (c[1] - 'a');
  }
  unsigned room = words + 32;
  for (unsigned i = 0; i < 8; i++)
    *relations[i] = relation_new(arena, room);
  for (int l = 0; l < 26; l++)
    if (locations >> l & 1)
      b->events[b->n++] = (Event){.kind = EVENT_WRITE, .thread = -1, .location = l, .tags = ""};
  int thread = 0;
  unsigned first = b->n;
  for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
    if (*word == '|') {
      thread++;
      first = b->n;
    } else {
      built_event(b, word, thread, first);
    }
  }
  for (unsigned i = 0; i < b->n; i++)
    for (unsigned k = 0; k < b->n; k++) {
      const Event *e = &b->events[i], *f = &b->events[k];
      if (e->thread >= 0 && e->thread == f->thread && i < k)
        relation_add(b->x.po, i, k);
      if (e->location < 0 || e->location != f->location || !built_writes(e))
        continue;
      if (built_reads(f) && e->written.number == f->read.number && i != k)
        relation_add(b->x.rf, i, k);
      if (built_writes(f) && e->written.number < f->written.number)
        relation_add(b->x.co, i, k);
    }
  // The relations were made for more events than there are.
  for (unsigned i = 0; i < 8; i++) {
    Relation fit = relation_new(arena, b->n);
    for (unsigned e = 0; e < b->n; e++)
      memcpy(relation_row(fit, e), relation_row(*relations[i], e), fit.words * sizeof(uint64_t));
    *relations[i] = fit;
  }
  static const Program none;
  b->x.program = &none;
  b->x.events = b->events;
  b->x.event_count = b->n;
  return &b->x;
}
