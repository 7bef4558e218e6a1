#include "harness/cost/claim.h"
#include "arch/cpus.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Costs that differ by less than this are the same: a tenth, or noise.
static bool alike(double a, double b) { return fabs(a - b) <= fmax(0.1 * fmin(fabs(a), fabs(b)), 0.1); }

static const CostRow *figure(const Cost *cost, const char *operation, const char *context) {
  const CostRow *row = cost_find(cost, operation, context);
  return row && row->measured && !row->reason ? row : NULL;
}

// A figure in words.
typedef struct {
  char text[32];
} Words;

// "12 ns", "3.4 ns", "0.25 ns".
static Words ns_of(double ns) {
  Words words;
  snprintf(words.text, sizeof words.text, "%.*f ns", ns >= 9.95 ? 0 : ns >= 0.995 ? 1 : 2, ns);
  return words;
}

static Words ratio_of(double cost, double other) {
  double ratio = cost / fmax(other, 0.01);
  Words words;
  snprintf(words.text, sizeof words.text, "%.*f times", ratio >= 9.95 ? 0 : 1, ratio);
  return words;
}

// How a cost compares with another: "as much as", "3.4 times", "0.2 times".
static Words times_of(double cost, double other) {
  if (alike(cost, other))
    return (Words){"as much as"};
  return ratio_of(cost, other);
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

// The least and the largest figure of a group; of fences, of those that are full ones and no fence of C11.
static void find_ends(const Cost *cost, CostGroup group, const CostRow **low, const CostRow **high) {
  const CostRow *c11 = figure(cost, "fence-seq_cst", COST_ALONE);
  *low = *high = NULL;
  for (unsigned i = 0; i < cost->row_count; i++) {
    const CostRow *row = &cost->rows[i];
    if (row->group != group || !row->measured || row->reason)
      continue;
    if (group == COST_FENCES && (row == c11 || !cost_is_full_fence(row->operation)))
      continue;
    *low = !*low || row->ns < (*low)->ns ? row : *low;
    *high = !*high || row->ns > (*high)->ns ? row : *high;
  }
}

static bool claim_fences(const Cost *cost, Text *out) {
  const CostRow *c11 = figure(cost, "fence-seq_cst", COST_ALONE), *low, *high;
  find_ends(cost, COST_FENCES, &low, &high);
  if (!c11 || !low)
    return false;
  text_printf(out, "The cheapest full fence of this CPU is %s, %s", low->operation, ns_of(low->ns).text);
  if (!alike(low->ns, high->ns))
    text_printf(out, "; %s costs %s that", high->operation, times_of(high->ns, low->ns).text);
  text_printf(out, "; C11's seq_cst fence costs %s the cheapest.", times_of(c11->ns, low->ns).text);
  return true;
}

static bool claim_contexts(const Cost *cost, Text *out) {
  const CostRow *alone = figure(cost, "fence-seq_cst", COST_ALONE);
  const CostRow *own = figure(cost, "fence-seq_cst", COST_AFTER_STORE);
  const CostRow *other = figure(cost, "fence-seq_cst", COST_AFTER_OTHER);
  if (!own || !other)
    return false;
  const CostRow *least = alone ? alone : own;
  bool waits = other->ns > least->ns && !alike(other->ns, least->ns);
  text_printf(out,
              "Right after a store to a line that another core owns, a seq_cst fence costs %s, %s what it costs %s%s.",
              ns_of(other->ns).text, times_of(other->ns, least->ns).text, alone ? "alone" : "after a store that hits",
              waits ? ": it waits until the line has come and the store buffer is empty" : "");
  return true;
}

// Whether an operation's cost is the same in all of these orders. *known is cleared where one was not measured.
static bool same_in(const Cost *cost, const char *operation, const char *const *orders, bool *known) {
  double low = INFINITY, high = -INFINITY;
  for (; *orders; orders++) {
    Text name = {0};
    text_printf(&name, "%s-%s", operation, *orders);
    const CostRow *row = figure(cost, text_string(&name), COST_ALONE);
    text_free(&name);
    *known = *known && row;
    if (row) {
      low = fmin(low, row->ns);
      high = fmax(high, row->ns);
    }
  }
  return alike(low, high);
}

static bool claim_accesses(const Cost *cost, Text *out) {
  static const char *const loads[] = {"relaxed", "acquire", "seq_cst", NULL};
  static const char *const updates[] = {"relaxed", "acquire", "release", "acq_rel", "seq_cst", NULL};
  const CostRow *release = figure(cost, "store-release", COST_ALONE);
  const CostRow *store = figure(cost, "store-seq_cst", COST_ALONE);
  const CostRow *relaxed = figure(cost, "load-relaxed", COST_ALONE), *load = figure(cost, "load-seq_cst", COST_ALONE);
  bool known = release && store && relaxed && load;
  bool same_loads = same_in(cost, "load", loads, &known), same_updates = same_in(cost, "fetch_add", updates, &known);
  if (!known)
    return false;
  if (same_loads)
    text_add(out, "A load costs the same in every order");
  else
    text_printf(out, "A seq_cst load costs %s a relaxed one", times_of(load->ns, relaxed->ns).text);
  text_printf(out, ", %s; a seq_cst store costs %s a release store.",
              same_updates ? "and so does a fetch_add" : "a fetch_add differs from order to order",
              times_of(store->ns, release->ns).text);
  return true;
}

static bool claim_increments(const Cost *cost, Text *out) {
  const CostRow *plain = figure(cost, "increment-plain", COST_ALONE);
  const CostRow *alone = figure(cost, "increment-seq_cst", COST_ALONE);
  const CostRow *two = figure(cost, "increment-seq_cst", "2-cores");
  if (!plain || !alone)
    return false;
  text_printf(out, "Alone, an atomic i++ costs %s a plain one", times_of(alone->ns, plain->ns).text);
  if (two)
    text_printf(out, "; when two cores do it, each waits %s, %s what it costs alone", ns_of(two->ns).text,
                times_of(two->ns, alone->ns).text);
  text_add(out, ".");
  return true;
}

static bool claim_lines(const Cost *cost, Text *out) {
  const CostRow *own = figure(cost, "read", "this-core-wrote"), *other = figure(cost, "read", "other-core-wrote");
  const CostRow *write = figure(cost, "write", "this-core-wrote"), *shared = figure(cost, "write", "both-read");
  if (!own || !other)
    return false;
  text_printf(out, "Reading a line that another core wrote takes %s, %s what one costs that this core wrote",
              ns_of(other->ns).text, times_of(other->ns, own->ns).text);
  if (write && shared)
    text_printf(out, "; writing a line that both cores have read takes %s, %s what it takes to write an own one",
                ns_of(shared->ns).text, times_of(shared->ns, write->ns).text);
  text_add(out, ".");
  return true;
}

static bool claim_latency(const Cost *cost, Text *out) {
  const CostRow *low, *high;
  find_ends(cost, COST_LATENCY, &low, &high);
  if (!low)
    return false;
  text_printf(out, "A line goes from core to core in %s (PUs %s)", ns_of(low->ns).text, low->context);
  if (!alike(low->ns, high->ns))
    text_printf(out, " to %s (PUs %s)", ns_of(high->ns).text, high->context);
  text_add(out, ".");
  return true;
}

static bool claim_sharing(const Cost *cost, Text *out) {
  const CostRow *word = figure(cost, "increment-relaxed", "same-word");
  const CostRow *line = figure(cost, "increment-relaxed", "same-line");
  const CostRow *apart = figure(cost, "increment-relaxed", "lines-apart");
  if (!word || !line || !apart)
    return false;
  text_printf(out,
              "Two cores' counters in one line cost %s what they cost in lines of their own, and %s one counter that "
              "both share.",
              times_of(line->ns, apart->ns).text, times_of(line->ns, word->ns).text);
  return true;
}

static bool claim_alignment(const Cost *cost, Text *out) {
  static const struct {
    const char *operation, *name;
  } operations[] = {{"load-plain", "a load"}, {"store-plain", "a store"}, {"fetch_add-relaxed", "a fetch_add"}};
  const char *before = "Across two lines ";
  bool any = false;
  for (unsigned i = 0; i < sizeof operations / sizeof *operations; i++) {
    const CostRow *aligned = figure(cost, operations[i].operation, "aligned");
    const CostRow *across = figure(cost, operations[i].operation, "across-line");
    if (!aligned || !across)
      continue;
    text_printf(out, "%s%s costs %s", before, operations[i].name, ratio_of(across->ns, aligned->ns).text);
    before = ", ";
    any = true;
  }
  text_add(out, any ? " what it costs aligned." : "");
  return any;
}

static bool claim_idioms(const Cost *cost, Text *out) {
  const CostRow *lock = figure(cost, "rwlock-read", COST_ALONE), *mutex = figure(cost, "mutex", COST_ALONE);
  const CostRow *read = figure(cost, "publish-read", COST_ALONE), *write = figure(cost, "publish-write", COST_ALONE);
  if (!lock || !mutex || !read || !write)
    return false;
  text_printf(out,
              "Where nobody contends, a reader-writer lock costs a reader %s an acquire load of what was published; a "
              "writer's copy and publication costs %s a mutex.",
              times_of(lock->ns, read->ns).text, times_of(write->ns, mutex->ns).text);
  return true;
}

bool cost_claim(const Cost *cost, CostGroup group, Text *out) {
  static bool (*const claims[COST_GROUPS])(const Cost *, Text *) = {
      [COST_FENCES] = claim_fences,         [COST_CONTEXTS] = claim_contexts,   [COST_ACCESSES] = claim_accesses,
      [COST_INCREMENTS] = claim_increments, [COST_LINES] = claim_lines,         [COST_LATENCY] = claim_latency,
      [COST_SHARING] = claim_sharing,       [COST_ALIGNMENT] = claim_alignment, [COST_IDIOMS] = claim_idioms};
  return claims[group](cost, out);
}
