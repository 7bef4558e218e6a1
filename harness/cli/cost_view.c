#include "harness/cli/cost_view.h"
#include "harness/cost/claim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BAR = 24, MATRIX = 16 };

// A bar is cut where it would be more than so many times the next one, which it would make vanish.
static const double cut = 8;

static bool has_figure(const CostRow *row) { return row->measured && !row->reason; }

// The contexts of a group are parts of their own, in the order in which they first come.
static bool by_context(CostGroup group) { return group == COST_CONTEXTS; }

static int compare(const void *left, const void *right) {
  const CostRow *a = *(const CostRow *const *)left, *b = *(const CostRow *const *)right;
  if (has_figure(a) != has_figure(b))
    return has_figure(b) - has_figure(a);
  if (has_figure(a) && a->ns != b->ns)
    return a->ns < b->ns ? -1 : 1;
  return a < b ? -1 : a > b; // as in the tables
}

// What the longest bar stands for: the largest cost, those that are out of all proportion to the next one left out.
static double scale_of(const CostRow *const *rows, unsigned count) {
  double scale = 0;
  for (unsigned i = count; i; i--) {
    if (!has_figure(rows[i - 1]) || rows[i - 1]->ns <= 0)
      continue;
    scale = rows[i - 1]->ns;
    double next = i > 1 ? rows[i - 2]->ns : 0;
    if (next <= 1 || scale <= cut * next)
      break;
  }
  return scale;
}

static void add_bar(double ns, double scale, const ViewStyle *style, Text *out) {
  static const char *const eighths[] = {"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589"};
  if (scale <= 0 || ns <= 0)
    return;
  long length = lround(fmin(ns / scale, 1) * BAR * 8);
  long full = ns > scale ? BAR - 2 : length / 8; // two columns for the cut
  text_add(out, "  ");
  for (long i = 0; i < full; i++)
    text_add(out, style->utf8 ? "\u2588" : "#");
  if (ns > scale)
    text_add(out, style->utf8 ? "\u2571\u2571\u2588" : "//#");
  else if (style->utf8)
    text_add(out, eighths[length ? length % 8 : 1]);
}

typedef struct {
  int operation, context; // widths
} Columns;

static Columns columns_of(const CostRow *const *rows, unsigned count) {
  Columns columns = {0};
  for (unsigned i = 0; i < count; i++) {
    columns.operation = (int)fmax(columns.operation, (double)strlen(rows[i]->operation));
    columns.context = (int)fmax(columns.context, (double)strlen(rows[i]->context));
  }
  return columns;
}

static void add_row(const CostRow *row, Columns columns, double scale, const ViewStyle *style, Text *out) {
  text_printf(out, "  %-*s  ", columns.operation, row->operation);
  if (columns.context)
    text_printf(out, "%-*s  ", columns.context, row->context);
  if (!has_figure(row)) {
    text_printf(out, "%s\n", row->reason ? row->reason : "not measured");
    return;
  }
  text_printf(out, "%8.*f  %8.1f  ", row->ns < 9.995 ? 2 : 1, row->ns, row->cycles);
  if (row->ns == 0)
    text_add(out, "     -"); // a share of nothing
  else
    text_printf(out, "%5.0f%%", 100 * row->spread);
  add_bar(row->ns, scale, style, out);
  if (!row->stable)
    text_add(out, "  not stable");
  text_add_char(out, '\n');
}

// Sorts and prints rows that have one scale.
static void add_part(const CostRow **rows, unsigned count, bool contexts, const ViewStyle *style, Text *out) {
  qsort(rows, count, sizeof *rows, compare);
  Columns columns = columns_of(rows, count);
  if (!contexts)
    columns.context = 0;
  text_printf(out, "  %*s%8s  %8s  %6s\n", columns.operation + 2 + (contexts ? columns.context + 2 : 0), "", "ns",
              "cycles", "spread");
  double scale = scale_of(rows, count);
  for (unsigned i = 0; i < count; i++)
    add_row(rows[i], columns, scale, style, out);
}

static unsigned pick(const Cost *cost, CostGroup group, const char *context, const CostRow **out) {
  unsigned count = 0;
  for (unsigned i = 0; i < cost->row_count; i++)
    if (cost->rows[i].group == group && (!context || !strcmp(cost->rows[i].context, context)))
      out[count++] = &cost->rows[i];
  return count;
}

static void add_contexts(const Cost *cost, CostGroup group, const CostRow **rows, const ViewStyle *style, Text *out) {
  for (unsigned i = 0; i < cost->row_count; i++) {
    const CostRow *row = &cost->rows[i];
    bool first = row->group == group;
    for (unsigned j = 0; j < i && first; j++)
      first = cost->rows[j].group != group || strcmp(cost->rows[j].context, row->context) != 0;
    if (!first)
      continue;
    text_printf(out, "  %s:\n", cost_context_sentence(row->context));
    add_part(rows, pick(cost, group, row->context, rows), false, style, out);
  }
}

// The PUs of the latency rows, each once, in their order.
static unsigned matrix_pus(const CostRow *const *rows, unsigned count, unsigned pus[MATRIX]) {
  unsigned found = 0;
  for (unsigned i = 0; i < count; i++)
    for (unsigned end = 0; end < 2; end++) {
      bool known = false;
      for (unsigned j = 0; j < found; j++)
        known = known || pus[j] == rows[i]->pus[end];
      if (!known && found < MATRIX)
        pus[found++] = rows[i]->pus[end];
    }
  return found;
}

static const CostRow *between(const CostRow *const *rows, unsigned count, unsigned a, unsigned b) {
  for (unsigned i = 0; i < count; i++)
    if ((rows[i]->pus[0] == a && rows[i]->pus[1] == b) || (rows[i]->pus[0] == b && rows[i]->pus[1] == a))
      return rows[i];
  return NULL;
}

static void add_matrix(const CostRow *const *rows, unsigned count, Text *out) {
  if (!count || !has_figure(rows[0])) {
    text_printf(out, "  %s\n", count && rows[0]->reason ? rows[0]->reason : "not measured");
    return;
  }
  unsigned pus[MATRIX], pu_count = matrix_pus(rows, count, pus);
  text_add(out, "  ns, PU to PU; ~ where not stable\n       ");
  for (unsigned i = 0; i < pu_count; i++)
    text_printf(out, "%7u ", pus[i]);
  for (unsigned i = 0; i < pu_count; i++) {
    text_printf(out, "\n  %5u", pus[i]);
    for (unsigned j = 0; j < pu_count; j++) {
      const CostRow *row = between(rows, count, pus[i], pus[j]);
      if (i == j || !row || !has_figure(row))
        text_printf(out, "%7s ", "-");
      else
        text_printf(out, "%7.1f%c", row->ns, row->stable ? ' ' : '~');
    }
  }
  text_add_char(out, '\n');
}

static void add_head(const Cost *cost, const Identity *identity, Text *out) {
  text_add(out, "What order costs on ");
  identity_print(identity, out);
  text_printf(out, ", measured on PU %u; core clock %.2f GHz by a chain of adds", cost->pus[0], cost->ghz);
  if (cost->counter_ghz > 0)
    text_printf(out, ", %.2f by the performance counters", cost->counter_ghz);
  text_add(out, ".\n");
  if (identity_caveat(identity))
    text_printf(out, "%s\n", identity_caveat(identity));
}

// Counts of what a reader should know of: figures, those that are not stable, samples that did not belong.
static void add_foot(const Cost *cost, const CostChoice *choice, Text *out) {
  unsigned figures = 0, loose = 0, outliers = 0, switches = 0;
  unsigned long samples = 0;
  for (unsigned i = 0; i < cost->row_count; i++) {
    const CostRow *row = &cost->rows[i];
    if (!choice->groups[row->group] || !has_figure(row))
      continue;
    figures++;
    loose += !row->stable;
    samples += row->samples;
    outliers += row->outliers;
    switches += row->switches;
  }
  text_printf(out,
              "\n%u figures, %u not stable; each the median of at least %d samples, less the same loop without the "
              "operation.\n%u of %lu samples were outliers (interrupts, stolen time); %u times another program took "
              "the PU.\n",
              figures, loose, (int)SUMMARY_SAMPLES, outliers, samples, switches);
}

void cost_view_text(const Cost *cost, const CostChoice *choice, const Identity *identity, const ViewStyle *style,
                    Text *out) {
  add_head(cost, identity, out);
  const CostRow **rows = ARENA_ARRAY(cost->arena, const CostRow *, cost->row_count);
  for (CostGroup group = 0; group < COST_GROUPS; group++) {
    if (!choice->groups[group])
      continue;
    text_printf(out, "\n%s%s%s\n", style->colour ? "\033[1m" : "", cost_group_title(group),
                style->colour ? "\033[0m" : "");
    unsigned count = pick(cost, group, NULL, rows);
    if (group == COST_LATENCY)
      add_matrix(rows, count, out);
    else if (by_context(group))
      add_contexts(cost, group, rows, style, out);
    else
      add_part(rows, count, true, style, out);
    if (identity->emulated) // no claim on a CPU that is not there
      continue;
    text_add(out, "  ");
    if (cost_claim(cost, group, out))
      text_add_char(out, '\n');
    else
      out->length -= 2;
  }
  add_foot(cost, choice, out);
}

void cost_view_tsv(const Cost *cost, const CostChoice *choice, Text *out) {
  text_add(out, "group\toperation\tcontext\tns\tcycles\tspread\tsamples\toutliers\tstable\treason\n");
  for (unsigned i = 0; i < cost->row_count; i++) {
    const CostRow *row = &cost->rows[i];
    if (!choice->groups[row->group])
      continue;
    text_printf(out, "%s\t%s\t%s\t", cost_group_name(row->group), row->operation, row->context);
    if (has_figure(row))
      text_printf(out, "%.4f\t%.3f\t%.4f\t%u\t%u\t%s\t\n", row->ns, row->cycles, row->spread, row->samples,
                  row->outliers, row->stable ? "true" : "false");
    else
      text_printf(out, "\t\t\t\t\t\t%s\n", row->reason ? row->reason : "not measured");
  }
}

// Rounded to what can be meant: a tenth of a picosecond.
static json_t *number(double value) { return json_real(round(value * 1e4) / 1e4); }

static json_t *row_to_json(const CostRow *row) {
  json_t *object = json_pack("{s:s, s:s, s:s}", "group", cost_group_name(row->group), "operation", row->operation,
                             "context", row->context);
  if (!has_figure(row)) {
    json_object_set_new(object, "reason", json_string(row->reason ? row->reason : "not measured"));
    return object;
  }
  json_object_set_new(object, "ns", number(row->ns));
  json_object_set_new(object, "cycles", number(row->cycles));
  json_object_set_new(object, "spread", number(row->spread));
  json_object_set_new(object, "samples", json_integer(row->samples));
  json_object_set_new(object, "outliers", json_integer(row->outliers));
  json_object_set_new(object, "switches", json_integer(row->switches));
  json_object_set_new(object, "stable", json_boolean(row->stable));
  json_object_set_new(object, "cores", json_integer(row->cores));
  return object;
}

json_t *cost_view_json(const Cost *cost, const CostChoice *choice, const Identity *identity) {
  json_t *object = json_object(), *pus = json_array(), *rows = json_array();
  json_object_set_new(object, "schema", json_string("weakmem.cost/1"));
  json_object_set_new(object, "weakmem", json_string(WEAKMEM_VERSION));
  json_object_set_new(object, "machine", record_machine_to_json(identity));
  for (unsigned i = 0; i < cost->cores; i++)
    json_array_append_new(pus, json_integer(cost->pus[i]));
  json_object_set_new(object, "pus", pus);
  json_object_set_new(object, "ghz", number(cost->ghz));
  if (cost->counter_ghz > 0)
    json_object_set_new(object, "counter_ghz", number(cost->counter_ghz));
  for (unsigned i = 0; i < cost->row_count; i++)
    if (choice->groups[cost->rows[i].group])
      json_array_append_new(rows, row_to_json(&cost->rows[i]));
  json_object_set_new(object, "rows", rows);
  return object;
}
