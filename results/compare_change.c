// The same machine twice: noise or change.
#include "results/compare.h"
#include "results/student.h"

#include <math.h>
#include <stdlib.h>

// ---- Pairs

static double share_of(const CompareWay *way) {
  return way->iterations ? (double)way->seen / (double)way->iterations : 0;
}

// The variance of the mean of one side's runs.
static double variance_of_mean(const CompareWay *way) {
  double sample = way->squares / (way->runs - 1);
  double independent = way->runs / (4 * (double)way->iterations); // of one run of mean length
  return (sample > independent ? sample : independent) / way->runs;
}

// Welch's test; the degrees of freedom by Satterthwaite.
static double welch(const CompareWay *a, const CompareWay *b) {
  double va = variance_of_mean(a), vb = variance_of_mean(b);
  double t = fabs(a->mean - b->mean) / sqrt(va + vb);
  double freedom = (va + vb) * (va + vb) / (va * va / (a->runs - 1) + vb * vb / (b->runs - 1));
  return student_p(t, freedom);
}

static bool has_moved(double before, double after) {
  double low = before < after ? before : after, high = before < after ? after : before;
  return high > 2 * low; // also where it was not seen on one side
}

static Change change_of(const CompareCell *a, const CompareCell *b, const CompareWay *before, const CompareWay *after) {
  Change change = {.row = a->row,
                   .before = a->column,
                   .after = b->column,
                   .label = before->label,
                   .runs_before = before->runs,
                   .runs_after = after->runs,
                   .share_before = share_of(before),
                   .share_after = share_of(after),
                   .p = 1};
  if (!before->seen && !after->seen)
    return change;
  change.kind = CHANGE_UNTOLD;
  if (before->runs >= CHANGE_RUNS && after->runs >= CHANGE_RUNS) {
    change.p = welch(before, after);
    change.tested = true;
    change.kind = CHANGE_NONE; // until Holm says otherwise
  }
  return change;
}

static const CompareWay *way_of(const CompareCell *cell, unsigned label) {
  const CompareWay *way = &cell->way;
  while (way && (way->label != label || !way->runs))
    way = way->next;
  return way;
}

typedef struct {
  const Comparison *comparison;
  Changes out;
  size_t capacity;
} Pairing;

static void pair_cells(Pairing *pairing, const CompareCell *a, const CompareCell *b) {
  if (!a->conditional || !b->conditional)
    return;
  unsigned pairs = pairing->out.count;
  for (const CompareWay *before = &a->way; before; before = before->next) {
    const CompareWay *after = way_of(b, before->label);
    if (!before->runs || !after)
      continue;
    Changes *out = &pairing->out;
    out->changes =
        arena_grow(pairing->comparison->arena, out->changes, &pairing->capacity, out->count + 1, sizeof *out->changes);
    out->changes[out->count++] = change_of(a, b, before, after);
  }
  pairing->out.unlike += pairing->out.count == pairs;
}

// The latest column before this one of the same machine and compiler, else the machine's first; this one if it has
// none.
static unsigned column_before(const Comparison *c, unsigned column) {
  const CompareMachine *machine = &c->machines[column];
  unsigned first = column;
  for (unsigned i = column; i-- > 0 && machine->twice;) {
    if (comparison_same_compiler(&c->machines[i], machine))
      return i;
    if (comparison_same_machine(&c->machines[i], machine))
      first = i;
  }
  return first;
}

static unsigned *columns_before(const Comparison *c) {
  unsigned *before = ARENA_ARRAY(c->arena, unsigned, c->machine_count + (size_t)1);
  for (unsigned column = 0; column < c->machine_count; column++)
    before[column] = column_before(c, column);
  return before;
}

static int by_p(const void *a, const void *b) {
  double x = (*(const Change *const *)a)->p, y = (*(const Change *const *)b)->p;
  return (x > y) - (x < y);
}

// Holm's step-down: the i-th smallest p of the n that were tested must be at most 5 % / (n - i), and so must all before
// it.
static void judge(Changes *changes, Arena *arena) {
  Change **told = ARENA_ARRAY(arena, Change *, changes->count + 1);
  unsigned count = 0;
  for (unsigned i = 0; i < changes->count; i++)
    if (changes->changes[i].tested)
      told[count++] = &changes->changes[i];
  qsort(told, count, sizeof *told, by_p);
  for (unsigned i = 0; i < count && told[i]->p <= 0.05 / (count - i); i++)
    told[i]->kind = CHANGE_SIGNIFICANT;
}

Changes comparison_changes(const Comparison *c) {
  Pairing pairing = {.comparison = c};
  const unsigned *before = columns_before(c);
  for (unsigned i = 0; i < c->cell_count; i++) {
    const CompareCell *cell = &c->cells[i];
    if (before[cell->column] == cell->column || c->machines[cell->column].predicted)
      continue;
    const CompareCell *earlier = comparison_cell(c, cell->row, before[cell->column]);
    if (earlier)
      pair_cells(&pairing, earlier, cell);
  }
  Changes *out = &pairing.out;
  if (out->count)
    judge(out, c->arena);
  for (unsigned i = 0; i < out->count; i++) {
    const Change *change = &out->changes[i];
    out->significant += change->kind == CHANGE_SIGNIFICANT;
    out->untold += change->kind == CHANGE_UNTOLD;
    out->moved += change->kind == CHANGE_UNTOLD && has_moved(change->share_before, change->share_after);
  }
  return *out;
}
