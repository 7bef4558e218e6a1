// A comparison for other programs.
#include "results/compare.h"

#include <jansson.h>

#include <math.h>
#include <string.h>

static json_t *text_json(const char *text) {
  json_t *string = json_string(text);
  return string ? string : json_string("?"); // not UTF-8: a name from the command line
}

static void set_text(json_t *object, const char *key, const char *text) {
  if (text && *text)
    json_object_set_new(object, key, text_json(text));
}

static json_t *count_json(uint64_t count) {
  return count <= INT64_MAX ? json_integer((json_int_t)count) : json_real((double)count);
}

static void print_json(json_t *json, FILE *out) {
  json_dumpf(json, out, JSON_COMPACT | JSON_REAL_PRECISION(12));
  json_decref(json);
}

static json_t *ladders_json(const CompareMachine *machine) {
  json_t *array = json_array();
  for (const CompareLadder *ladder = machine->ladders; ladder; ladder = ladder->next)
    json_array_append_new(array, json_loads(ladder->json, 0, NULL));
  return array;
}

static json_t *machine_json(const CompareMachine *machine) {
  json_t *object = json_object(), *costs = json_array();
  Text name = {0};
  compare_machine_name(machine, &name);
  set_text(object, "name", text_string(&name));
  text_free(&name);
  set_text(object, "arch", machine->machine.arch);
  set_text(object, "cpu", machine->machine.cpu);
  set_text(object, "virtual", machine->machine.virtual_);
  set_text(object, "kernel", machine->machine.kernel);
  set_text(object, "model", machine->model ? machine->model : machine->known_arch ? "unmodelled" : "");
  set_text(object, "file", machine->file);
  set_text(object, "source", machine->source);
  set_text(object, "program", machine->program);
  json_object_set_new(object, "emulated", json_boolean(machine->machine.emulated));
  json_object_set_new(object, "own", json_boolean(machine->own));
  json_object_set_new(object, "predicted", json_boolean(machine->predicted));
  json_object_set_new(object, "records", json_integer((json_int_t)machine->records));
  for (size_t i = 0; i < machine->cost_count; i++)
    json_array_append_new(costs, json_pack("{s:s, s:s, s:f, s:b}", "operation", machine->costs[i].operation, "context",
                                           machine->costs[i].context, "ns", machine->costs[i].ns, "stable",
                                           machine->costs[i].stable));
  json_object_set_new(object, "costs", costs);
  json_object_set_new(object, "fences", ladders_json(machine));
  return object;
}

static json_t *states_json(const CompareCell *cell) {
  json_t *array = json_array();
  for (const CompareState *state = cell->states; state; state = state->next) {
    json_t *object = json_object();
    set_text(object, "state", state->state);
    json_object_set_new(object, "count", count_json(state->count));
    json_object_set_new(object, "wanted", json_boolean(state->wanted));
    if (state->verdict != COMPARE_UNKNOWN)
      set_text(object, "verdict", compare_verdict_name(state->verdict));
    json_array_append_new(array, object);
  }
  return array;
}

static json_t *json_of_cell(const CompareCell *cell) {
  json_t *object = json_object();
  uint64_t iterations = compare_iterations(cell);
  json_object_set_new(object, "machine", json_integer(cell->column));
  json_object_set_new(object, "verdict", json_string(compare_verdict_name(cell->verdict)));
  if (cell->predicted) {
    json_object_set_new(object, "predicts", json_string(cell->predicts ? "allowed" : "forbidden"));
  } else {
    json_object_set_new(object, "runs", json_integer(compare_runs(cell)));
    json_object_set_new(object, "iterations", count_json(iterations));
  }
  if (cell->conditional && !cell->predicted) {
    json_object_set_new(object, "seen", count_json(compare_seen(cell)));
    json_object_set_new(object, "share", json_real(compare_share(cell)));
    if (!compare_seen(cell))
      json_object_set_new(object, "bound", json_real(iterations > 3 ? 3.0 / (double)iterations : 1));
  }
  if (cell->states)
    json_object_set_new(object, "histogram", states_json(cell));
  return object;
}

static json_t *row_json(const Comparison *c, unsigned row) {
  json_t *object = json_object(), *cells = json_array();
  set_text(object, "test", c->rows[row].test);
  set_text(object, "fence", c->rows[row].fence);
  for (const CompareCell *cell = comparison_first(c, row); cell; cell = comparison_next(c, cell))
    json_array_append_new(cells, json_of_cell(cell));
  json_object_set_new(object, "cells", cells);
  Text difference = {0};
  if (compare_difference(c, row, &difference))
    set_text(object, "difference", text_string(&difference));
  text_free(&difference);
  return object;
}

static json_t *change_json(const Comparison *c, const Change *change) {
  static const char *const kinds[] = {"none", "changed", "cannot be told"};
  json_t *object = json_object();
  set_text(object, "test", c->rows[change->row].test);
  set_text(object, "fence", c->rows[change->row].fence);
  set_text(object, "way", c->labels[change->label]);
  json_object_set_new(object, "machines", json_pack("[i, i]", (int)change->before, (int)change->after));
  json_object_set_new(object, "runs", json_pack("[i, i]", (int)change->runs_before, (int)change->runs_after));
  json_object_set_new(object, "shares", json_pack("[f, f]", change->share_before, change->share_after));
  if (change->kind != CHANGE_UNTOLD)
    json_object_set_new(object, "p", json_real(change->p));
  json_object_set_new(object, "change", json_string(kinds[change->kind]));
  return object;
}

void compare_json(const Comparison *c, const Changes *changes, FILE *out) {
  fputs("{\"schema\":\"weakmem.compare/1\",\"machines\":[", out);
  for (unsigned i = 0; i < c->machine_count; i++) {
    fputs(i ? ",\n" : "\n", out);
    print_json(machine_json(&c->machines[i]), out);
  }
  fputs("],\n\"tests\":[", out);
  bool first = true;
  for (unsigned row = 0; row < c->row_count; row++) {
    if (c->test && strcmp(c->rows[row].test, c->test) != 0)
      continue;
    fputs(first ? "\n" : ",\n", out);
    first = false;
    print_json(row_json(c, row), out);
  }
  fputs("],\n\"changes\":[", out);
  for (unsigned i = 0; i < changes->count; i++) {
    fputs(i ? ",\n" : "\n", out);
    print_json(change_json(c, &changes->changes[i]), out);
  }
  fprintf(out, "],\n\"unlike\":%u}\n", changes->unlike);
}

static void add_field(const char *text, Text *out) {
  compare_printable(text ? text : "", out);
  text_add_char(out, '\t');
}

static void add_cell(const Comparison *c, const CompareCell *cell, Text *line) {
  const CompareRow *row = &c->rows[cell->row];
  const CompareMachine *machine = &c->machines[cell->column];
  add_field(row->test, line);
  add_field(row->fence, line);
  text_printf(line, "%u\t", cell->column + 1);
  add_field(machine->machine.arch, line);
  add_field(machine->predicted ? "herd7" : machine->machine.cpu, line);
  add_field(compare_verdict_name(cell->verdict), line);
  if (cell->predicted)
    text_printf(line, "\t\t%s\t\t\t", cell->predicts ? "allowed" : "forbidden");
  else if (cell->conditional)
    text_printf(line, "%u\t%llu\t%llu\t%.6g\t%.6g\t", compare_runs(cell), (unsigned long long)compare_iterations(cell),
                (unsigned long long)compare_seen(cell), compare_share(cell),
                compare_seen(cell)             ? 0
                : compare_iterations(cell) > 3 ? 3.0 / (double)compare_iterations(cell)
                                               : 1);
  else
    text_printf(line, "%u\t%llu\t\t\t\t", compare_runs(cell), (unsigned long long)compare_iterations(cell));
  add_field(machine->file, line);
  add_field(machine->source, line);
  add_field(machine->program, line);
  line->bytes[line->length - 1] = '\n';
}

void compare_tsv(const Comparison *c, FILE *out) {
  Text line = {0};
  fputs("test\tfence\tmachine\tarch\tcpu\tverdict\truns\titerations\tseen\tshare\tbound\tfile\tsource\tprogram\n", out);
  for (unsigned row = 0; row < c->row_count; row++)
    for (const CompareCell *cell = comparison_first(c, row); cell; cell = comparison_next(c, cell))
      if (!c->test || !strcmp(c->rows[row].test, c->test)) {
        text_clear(&line);
        add_cell(c, cell, &line);
        fwrite(line.bytes, 1, line.length, out);
      }
  text_free(&line);
}
