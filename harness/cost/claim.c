#include "harness/cost/claim.h"
#include "arch/cpus.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Costs that differ by less than this are the same: a tenth, or noise.
static bool alike(double a, double b) { return fabs(a - b) <= fmax(0.1 * fmin(fabs(a), fabs(b)), 0.1); }

enum { LOOSE = 16 };

// Who makes a sentence, and which figures it cannot use.
typedef struct {
  const Cost *cost;
  const CostRow *loose[LOOSE]; // measured, but not stable
  unsigned loose_count;
  bool missing; // one was not measured
} Claiming;

static bool is_measured(const CostRow *row) { return row && row->measured && !row->reason; }

// Whether a sentence may speak of it.
static bool is_firm(Claiming *c, const CostRow *row) {
  if (!is_measured(row)) {
    c->missing = true;
    return false;
  }
  if (row->stable)
    return true;
  bool known = c->loose_count == LOOSE;
  for (unsigned i = 0; i < c->loose_count; i++)
    known = known || c->loose[i] == row;
  if (!known)
    c->loose[c->loose_count++] = row;
  return false;
}

static const CostRow *figure(Claiming *c, const char *operation, const char *context) {
  const CostRow *row = cost_find(c->cost, operation, context);
  return is_firm(c, row) ? row : NULL;
}

// A figure in words.
typedef struct {
  char text[32];
} Words;

// "12 ns +-3 %", "3.4 ns +-10 %", "0.25 ns +-3 %".
static Words ns_of(const CostRow *row) {
  Words words;
  snprintf(words.text, sizeof words.text, "%.*f ns \302\261%.0f %%",
           row->ns >= 9.95    ? 0
           : row->ns >= 0.995 ? 1
                              : 2,
           row->ns, 100 * row->spread);
  return words;
}

static Words ratio_of(const CostRow *row, const CostRow *other) {
  double ratio = row->ns / fmax(other->ns, 0.01);
  Words words;
  snprintf(words.text, sizeof words.text, "%.*f times", ratio >= 9.95 ? 0 : 1, ratio);
  return words;
}

// How a cost compares with another: "as much as", "3.4 times", "0.2 times".
static Words times_of(const CostRow *row, const CostRow *other) {
  if (row->same == other || other->same == row || alike(row->ns, other->ns))
    return (Words){"as much as"};
  return ratio_of(row, other);
}

bool cost_is_full_fence(const char *operation) {
  const Cpu *here = cpu_here();
  if (!strcmp(operation, "fence-seq_cst"))
    return true;
  const CpuFence *fence = here ? cpu_fence(here, operation) : NULL;
  const LowerRow *row = here ? cpu_lower(here, "c11", LOWER_FENCE, "seq_cst", NULL) : NULL;
  for (unsigned i = 0; fence && row && i < row->step_count; i++)
    if (row->steps[i].kind == STEP_FENCE && !strcmp(row->steps[i].tags, fence->tags))
      return true;
  return false;
}

static bool is_full_fence_of_cpu(const char *operation) {
  return strcmp(operation, "fence-seq_cst") != 0 && cost_is_full_fence(operation);
}

// The least and the largest figure of a group; of fences, of those that are full ones and no fence of C11.
static void find_ends(Claiming *c, CostGroup group, const CostRow **low, const CostRow **high) {
  *low = *high = NULL;
  for (unsigned i = 0; i < c->cost->row_count; i++) {
    const CostRow *row = &c->cost->rows[i];
    if (row->group != group || (group == COST_FENCES && !is_full_fence_of_cpu(row->operation)) || !is_measured(row) ||
        !is_firm(c, row))
      continue;
    *low = !*low || row->ns < (*low)->ns ? row : *low;
    *high = !*high || row->ns > (*high)->ns ? row : *high;
  }
}

// The full fences that cost what the cheapest does, by name.
static unsigned add_cheapest(const Cost *cost, const CostRow *low, Text *out) {
  const CostRow *last = NULL;
  unsigned count = 0;
  for (unsigned i = 0; i < cost->row_count; i++) {
    const CostRow *row = &cost->rows[i];
    if (row->group != COST_FENCES || !is_full_fence_of_cpu(row->operation) || !is_measured(row) || !row->stable ||
        !alike(row->ns, low->ns))
      continue;
    if (last)
      text_printf(out, "%s%s", count > 1 ? ", " : "", last->operation);
    last = row;
    count++;
  }
  if (last)
    text_printf(out, "%s%s", count > 1 ? " and " : "", last->operation);
  return count;
}

static bool claim_fences(Claiming *c, Text *out) {
  const CostRow *c11 = figure(c, "fence-seq_cst", COST_ALONE), *low, *high;
  find_ends(c, COST_FENCES, &low, &high);
  if (!c11 || !low)
    return false;
  Text names = {0};
  unsigned count = add_cheapest(c->cost, low, &names);
  text_printf(out, "The cheapest full fence%s of this CPU%s %s, %s", count > 1 ? "s" : "", count > 1 ? " are" : " is",
              text_string(&names), ns_of(low).text);
  text_free(&names);
  if (!alike(low->ns, high->ns))
    text_printf(out, "; %s costs %s that", high->operation, times_of(high, low).text);
  text_printf(out, "; C11's seq_cst fence costs %s the cheapest.", times_of(c11, low).text);
  const CostRow *heavy = figure(c, "membarrier", COST_OTHERS_RUNNING);
  if (heavy && heavy->ns > low->ns)
    text_printf(out,
                " A membarrier costs as much as %.0f of it: as the heavy side of an asymmetric fence it pays from so "
                "many light sides on.",
                heavy->ns / fmax(low->ns, 0.1));
  return true;
}

static bool claim_contexts(Claiming *c, Text *out) {
  const CostRow *alone = figure(c, "fence-seq_cst", COST_ALONE);
  const CostRow *own = figure(c, "fence-seq_cst", COST_AFTER_STORE);
  const CostRow *other = figure(c, "fence-seq_cst", COST_AFTER_OTHER);
  if (!own || !other)
    return false;
  const CostRow *least = alone ? alone : own;
  bool waits = other->ns > least->ns && !alike(other->ns, least->ns);
  text_printf(out,
              "Right after a store to a line that another core owns, a seq_cst fence costs %s, %s what it costs %s%s.",
              ns_of(other).text, times_of(other, least).text, alone ? "alone" : "after a store that hits",
              waits ? ": it waits until the line has come and the store buffer is empty" : "");
  return true;
}

// Whether an operation's cost is the same in all of these orders. *known is cleared where one was not measured.
static bool same_in(Claiming *c, const char *operation, const char *const *orders, bool *known) {
  double low = INFINITY, high = -INFINITY;
  for (; *orders; orders++) {
    Text name = {0};
    text_printf(&name, "%s-%s", operation, *orders);
    const CostRow *row = figure(c, text_string(&name), COST_ALONE);
    text_free(&name);
    *known = *known && row;
    if (row) {
      low = fmin(low, row->ns);
      high = fmax(high, row->ns);
    }
  }
  return alike(low, high);
}

static bool claim_accesses(Claiming *c, Text *out) {
  static const char *const loads[] = {"relaxed", "acquire", "seq_cst", NULL};
  static const char *const updates[] = {"relaxed", "acquire", "release", "acq_rel", "seq_cst", NULL};
  const CostRow *release = figure(c, "store-release", COST_ALONE);
  const CostRow *store = figure(c, "store-seq_cst", COST_ALONE);
  const CostRow *relaxed = figure(c, "load-relaxed", COST_ALONE), *load = figure(c, "load-seq_cst", COST_ALONE);
  bool known = true;
  bool same_loads = same_in(c, "load", loads, &known), same_updates = same_in(c, "fetch_add", updates, &known);
  if (!release || !store || !relaxed || !load || !known)
    return false;
  if (same_loads)
    text_add(out, "A load costs the same in every order");
  else
    text_printf(out, "A seq_cst load costs %s a relaxed one", times_of(load, relaxed).text);
  text_printf(out, ", %s; a seq_cst store costs %s a release store.",
              same_updates ? "and so does a fetch_add" : "a fetch_add differs from order to order",
              times_of(store, release).text);
  return true;
}

static bool claim_increments(Claiming *c, Text *out) {
  const CostRow *plain = figure(c, "increment-plain", COST_ALONE);
  const CostRow *alone = figure(c, "increment-seq_cst", COST_ALONE);
  const CostRow *two = figure(c, "increment-seq_cst", "2-cores");
  if (!plain || !alone)
    return false;
  text_printf(out, "Alone, an atomic i++ costs %s a plain one", times_of(alone, plain).text);
  if (two)
    text_printf(out, "; when two cores do it, each waits %s, %s what it costs alone", ns_of(two).text,
                times_of(two, alone).text);
  text_add(out, ".");
  return true;
}

static bool claim_lines(Claiming *c, Text *out) {
  const CostRow *own = figure(c, "read", "this-core-wrote"), *other = figure(c, "read", "other-core-wrote");
  const CostRow *write = figure(c, "write", "this-core-wrote"), *shared = figure(c, "write", "both-read");
  if (!own || !other)
    return false;
  text_printf(out, "Reading a line that another core wrote takes %s, %s what one costs that this core wrote",
              ns_of(other).text, times_of(other, own).text);
  if (write && shared)
    text_printf(out, "; writing a line that both cores have read takes %s, %s what it takes to write an own one",
                ns_of(shared).text, times_of(shared, write).text);
  text_add(out, ".");
  return true;
}

static bool claim_latency(Claiming *c, Text *out) {
  const CostRow *low, *high;
  find_ends(c, COST_LATENCY, &low, &high);
  if (!low)
    return false;
  text_printf(out, "A line goes from core to core in %s (PUs %s)", ns_of(low).text, low->context);
  if (!alike(low->ns, high->ns))
    text_printf(out, " to %s (PUs %s)", ns_of(high).text, high->context);
  text_add(out, ".");
  return true;
}

static bool claim_sharing(Claiming *c, Text *out) {
  const CostRow *word = figure(c, "increment-relaxed", "same-word");
  const CostRow *line = figure(c, "increment-relaxed", "same-line");
  const CostRow *apart = figure(c, "increment-relaxed", "lines-apart");
  if (!word || !line || !apart)
    return false;
  text_printf(out,
              "Two cores' counters in one line cost %s what they cost in lines of their own, and %s one counter that "
              "both share.",
              times_of(line, apart).text, times_of(line, word).text);
  return true;
}

static bool claim_alignment(Claiming *c, Text *out) {
  static const struct {
    const char *operation, *name;
  } operations[] = {{"load-plain", "a load"}, {"store-plain", "a store"}, {"fetch_add-relaxed", "a fetch_add"}};
  const char *before = "Across two lines ";
  bool any = false;
  for (unsigned i = 0; i < sizeof operations / sizeof *operations; i++) {
    const CostRow *aligned = figure(c, operations[i].operation, "aligned");
    const CostRow *across = figure(c, operations[i].operation, "across-line");
    if (!aligned || !across)
      continue;
    text_printf(out, "%s%s costs %s", before, operations[i].name, ratio_of(across, aligned).text);
    before = ", ";
    any = true;
  }
  text_add(out, any ? " what it costs aligned." : "");
  return any;
}

static bool claim_idioms(Claiming *c, Text *out) {
  const CostRow *lock = figure(c, "rwlock-read", COST_ALONE), *mutex = figure(c, "mutex", COST_ALONE);
  const CostRow *read = figure(c, "publish-read", COST_ALONE), *write = figure(c, "publish-write", COST_ALONE);
  if (!lock || !mutex || !read || !write)
    return false;
  text_printf(out,
              "Where nobody contends, a reader-writer lock costs a reader %s an acquire load of what was published; a "
              "writer's copy and publication costs %s a mutex.",
              times_of(lock, read).text, times_of(write, mutex).text);
  return true;
}

static bool claim_kernel(Claiming *c, Text *out) {
  const CostRow *mb = figure(c, "smp_mb", COST_ALONE), *inc = figure(c, "atomic_inc", COST_ALONE);
  const CostRow *returns = figure(c, "atomic_inc_return", COST_ALONE);
  const CostRow *grace = figure(c, "synchronize_rcu", COST_OTHERS_RUNNING);
  if (!mb || !inc || !returns)
    return false;
  text_printf(out, "smp_mb costs %s, %s an atomic_inc; atomic_inc_return costs %s that", ns_of(mb).text,
              times_of(mb, inc).text, times_of(returns, inc).text);
  if (grace)
    text_printf(out, "; a grace period of RCU, by membarrier, %s smp_mb", times_of(grace, mb).text);
  text_add(out, ".");
  return true;
}

// What a sentence is silent about, since figures differed from turn to turn.
static void add_loose(const Claiming *c, bool said, Text *out) {
  text_add(out, said ? " Not said of " : "Nothing can be said here: ");
  for (unsigned i = 0; i < c->loose_count; i++)
    text_printf(out, "%s%s %s",
                !i                       ? ""
                : i + 1 < c->loose_count ? ", "
                                         : " and ",
                c->loose[i]->operation, c->loose[i]->context);
  const char *did = c->loose_count > 1 ? "whose figures are not stable" : "whose figure is not stable";
  if (said)
    text_printf(out, ", %s.", did);
  else
    text_printf(out, " %s not stable. On a quiet machine they may be.",
                c->loose_count > 1 ? "have figures that are" : "has a figure that is");
}

bool cost_claim(const Cost *cost, CostGroup group, Text *out) {
  static bool (*const claims[COST_GROUPS])(Claiming *, Text *) = {
      [COST_FENCES] = claim_fences,         [COST_CONTEXTS] = claim_contexts,   [COST_ACCESSES] = claim_accesses,
      [COST_INCREMENTS] = claim_increments, [COST_LINES] = claim_lines,         [COST_LATENCY] = claim_latency,
      [COST_SHARING] = claim_sharing,       [COST_ALIGNMENT] = claim_alignment, [COST_IDIOMS] = claim_idioms,
      [COST_KERNEL] = claim_kernel};
  Claiming c = {.cost = cost};
  bool said = claims[group](&c, out);
  if (!said && c.missing)
    return false;
  if (c.loose_count)
    add_loose(&c, said, out);
  return said || c.loose_count;
}
