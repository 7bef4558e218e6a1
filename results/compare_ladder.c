// Fence ladders side by side: for each test, what each fence cost and what was seen with it, machine by machine.
#include "results/compare_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  CELL = 22,   // columns of a machine
  NAME = 26,   // columns of a fence's name
  WHERE = 10,  // columns of the threads that have it
  TABLES = 40, // shown; the rest are counted
};

typedef struct {
  const char *fence, *threads;
  double ns; // NAN: not known
  uint64_t witnesses, iterations;
  const char *verdict; // of the machine's model; "" where none is said
} Rung;

// What is shown of one ladder.
typedef struct {
  unsigned column;
  const char *test;
  Rung *rungs;
  size_t count;
  bool interrupted;
} Ladder;

typedef struct {
  Ladder *ladders;
  size_t count, capacity;
} Ladders;

static const char *text_of(const json_t *object, const char *key, Arena *arena) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? arena_string(arena, text) : "";
}

static Rung read_rung(const json_t *row, const char *model, Arena *arena) {
  const json_t *ns = json_object_get(row, "ns");
  return (Rung){.fence = text_of(row, "fence", arena),
                .threads = text_of(row, "threads", arena),
                .ns = json_is_number(ns) ? json_number_value(ns) : NAN,
                .witnesses = (uint64_t)json_integer_value(json_object_get(row, "witnesses")),
                .iterations = (uint64_t)json_integer_value(json_object_get(row, "iterations")),
                .verdict = model ? text_of(json_object_get(row, "verdict"), model, arena) : ""};
}

static void read_ladder(const Comparison *c, unsigned column, const CompareLadder *kept, Ladders *out, Arena *arena) {
  json_t *object = json_loads(kept->json, 0, NULL);
  const json_t *rows = json_object_get(object, "rows");
  out->ladders = arena_grow(arena, out->ladders, &out->capacity, out->count + 1, sizeof *out->ladders);
  Ladder *ladder = &out->ladders[out->count++];
  *ladder = (Ladder){.column = column,
                     .test = text_of(object, "test", arena),
                     .interrupted = json_is_true(json_object_get(object, "interrupted")),
                     .rungs = ARENA_ARRAY(arena, Rung, json_array_size(rows) + 1),
                     .count = json_array_size(rows)};
  for (size_t i = 0; i < ladder->count; i++)
    ladder->rungs[i] = read_rung(json_array_get(rows, i), c->machines[column].model, arena);
  json_decref(object);
}

static Ladders read_ladders(const Comparison *c, Arena *arena) {
  Ladders out = {0};
  for (unsigned m = 0; m < c->machine_count; m++)
    for (const CompareLadder *ladder = c->machines[m].ladders; ladder; ladder = ladder->next)
      read_ladder(c, m, ladder, &out, arena);
  return out;
}

static bool same_rung(const Rung *a, const Rung *b) {
  return !strcmp(a->fence, b->fence) && !strcmp(a->threads, b->threads);
}

static const Rung *find_rung(const Ladder *ladder, const Rung *like) {
  for (size_t i = 0; i < ladder->count; i++)
    if (same_rung(&ladder->rungs[i], like))
      return &ladder->rungs[i];
  return NULL;
}

static void add_rung(const Rung *rung, Text *out) {
  Text cell = {0};
  if (isnan(rung->ns))
    text_add(&cell, "?  ");
  else
    text_printf(&cell, "%.2f  ", rung->ns);
  if (rung->witnesses) {
    compare_add_share((double)rung->witnesses / (double)rung->iterations, &cell);
  } else if (rung->iterations) {
    text_add_char(&cell, '<');
    compare_add_share(rung->iterations > 3 ? 3.0 / (double)rung->iterations : 1, &cell);
  } else {
    text_add(&cell, "not run");
  }
  bool forbidden = !strcmp(rung->verdict, "forbidden");
  text_add(&cell, forbidden ? rung->witnesses ? " F" : " f" : !strcmp(rung->verdict, "allowed") ? " a" : " ?");
  text_repeat(out, ' ', cell.length < CELL ? CELL - cell.length : 1);
  text_add(out, text_string(&cell));
  text_free(&cell);
}

static void print_rung(const Ladder *const *side, size_t count, const Rung *like, FILE *out) {
  Text line = {0};
  text_add(&line, "  ");
  compare_printable(like->fence, &line);
  text_repeat(&line, ' ', line.length < NAME ? NAME - line.length : 1);
  compare_printable(like->threads, &line);
  text_repeat(&line, ' ', line.length < NAME + WHERE ? NAME + WHERE - line.length : 1);
  for (size_t i = 0; i < count; i++) {
    const Rung *rung = find_rung(side[i], like);
    if (rung)
      add_rung(rung, &line);
    else
      text_repeat(&line, ' ', CELL);
  }
  compare_trim(&line);
  fprintf(out, "%s\n", text_string(&line));
  text_free(&line);
}

// Each rung once, in the order in which the first ladder that has it has it.
static void print_table(const Ladder *const *side, size_t count, FILE *out) {
  Text line = {0};
  text_add(&line, "  ");
  compare_printable(side[0]->test, &line);
  text_repeat(&line, ' ', line.length < NAME + WHERE ? NAME + WHERE - line.length : 1);
  for (size_t i = 0; i < count; i++)
    text_printf(&line, "%*u", CELL - 2, side[i]->column + 1);
  fprintf(out, "%s\n", text_string(&line));
  text_free(&line);
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < side[i]->count; k++) {
      bool before = false;
      for (size_t j = 0; j < i && !before; j++)
        before = find_rung(side[j], &side[i]->rungs[k]);
      if (!before && find_rung(side[i], &side[i]->rungs[k]) == &side[i]->rungs[k])
        print_rung(side, count, &side[i]->rungs[k], out);
    }
  for (size_t i = 0; i < count; i++)
    if (side[i]->interrupted)
      fprintf(out, "  The ladder of machine %u was interrupted: it is incomplete.\n", side[i]->column + 1);
}

static int by_test(const void *a, const void *b) {
  const Ladder *x = *(const Ladder *const *)a, *y = *(const Ladder *const *)b;
  int order = strcmp(x->test, y->test);
  return order ? order : (x > y) - (x < y); // in the order they were read
}

void compare_ladders(const Comparison *c, const SheetStyle *style, FILE *out) {
  Arena *arena = arena_new();
  Ladders ladders = read_ladders(c, arena);
  const Ladder **sorted = ARENA_ARRAY(arena, const Ladder *, ladders.count + 1);
  for (size_t i = 0; i < ladders.count; i++)
    sorted[i] = &ladders.ladders[i];
  if (ladders.count) {
    qsort(sorted, ladders.count, sizeof *sorted, by_test);
    compare_head(style, "Fence ladders: what the fences cost together (ns), and the share of what the test asks for",
                 out);
    fputs("  a: the CPU's model allows it with these fences  f: forbidden  F: forbidden and yet seen  ?: unjudged\n",
          out);
  }
  size_t tables = 0;
  for (size_t first = 0, end; first < ladders.count; first = end) {
    for (end = first + 1; end < ladders.count && !strcmp(sorted[end]->test, sorted[first]->test);)
      end++;
    if (++tables <= TABLES)
      print_table(sorted + first, end - first, out);
  }
  if (tables > TABLES)
    fprintf(out, "  and %zu tests more\n", tables - TABLES);
  if (tables)
    fputc('\n', out);
  arena_free(arena);
}
