// What the figures of a ladder say.
#include "harness/study/ladder_answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Notes

// Zero of N says something only where this many would have been seen without the fence.
static const double TELLING = 20;
// From here on a state is called rarer.
static const double RARER = 10;

static double rate_of(const LadderRow *row) {
  return row->iterations ? (double)row->seen / (double)row->iterations : 0;
}

static bool forbids(const LadderRow *row, unsigned judge) {
  const LadderVerdict *verdict = &row->verdicts[judge];
  return verdict->speaks && verdict->verdict == VERDICT_FORBIDDEN;
}

// A model allows the state in this row as it does without it, but the machine makes a difference.
static const char *note_ignored(const Ladder *ladder, const LadderRow *row, const LadderRow *none) {
  const char *model = ladder->judges[LADDER_HERE].name;
  double expected = rate_of(none) * (double)row->iterations;
  if (row->seen) {
    if (expected < RARER * (double)row->seen)
      return NULL;
    return arena_printf(ladder->arena, "%s still allows the state, but it is %.0f times rarer here", model,
                        expected / (double)row->seen);
  }
  if (expected < TELLING)
    return "too few iterations to tell";
  return arena_printf(ladder->arena, "%s still allows the state, yet it is hidden here: do not rely on that", model);
}

static const char *note_of(const Ladder *ladder, const LadderRow *row) {
  const LadderRow *none = &ladder->rows[0];
  const char *model = ladder->judges[LADDER_HERE].name;
  const LadderVerdict *here = &row->verdicts[LADDER_HERE];
  const CampaignRun *run = row->same ? row->same->run : row->run;
  if (!row->done)
    return run && run->record.message ? run->record.message : "not run";
  if (ladder->target != TARGET_WEAK || !here->speaks)
    return NULL;
  if (forbids(row, LADDER_HERE) && row->seen)
    return arena_printf(ladder->arena, "FORBIDDEN by %s, and seen all the same", model);
  if (forbids(row, LADDER_C11) && !row->verdicts[LADDER_C11].thin_air && row->seen)
    return "FORBIDDEN by c11, and seen all the same";
  if (here->verdict != VERDICT_ALLOWED)
    return NULL;
  if (row == none)
    return row->seen ? NULL : arena_printf(ladder->arena, "%s allows the state, but it was not seen here", model);
  return note_ignored(ladder, row, none);
}

void ladder_note(Ladder *ladder) {
  for (unsigned i = 0; i < ladder->row_count; i++)
    ladder->rows[i].note = note_of(ladder, &ladder->rows[i]);
}

// ---- Order

// Rows whose costs differ by less than what is printed stay in the order in which they were planned.
static int compare(const void *left, const void *right) {
  const LadderRow *a = *(const LadderRow *const *)left, *b = *(const LadderRow *const *)right;
  if ((a->kind == ROW_ORDERS) != (b->kind == ROW_ORDERS))
    return a->kind == ROW_ORDERS ? 1 : -1;
  if (a->priced != b->priced)
    return a->priced ? -1 : 1;
  double left_ns = round(a->ns * 10), right_ns = round(b->ns * 10);
  if (a->priced && left_ns != right_ns)
    return left_ns < right_ns ? -1 : 1;
  return a < b ? -1 : a > b;
}

void ladder_sort(Ladder *ladder) {
  ladder->sorted = ARENA_ARRAY(ladder->arena, const LadderRow *, ladder->row_count);
  for (unsigned i = 0; i < ladder->row_count; i++)
    ladder->sorted[i] = &ladder->rows[i];
  qsort(ladder->sorted, ladder->row_count, sizeof *ladder->sorted, compare);
}

// ---- The choice

// Costs that cannot be told apart, or between which there is so little that a fence of C11 is the better answer.
static bool alike(const LadderRow *a, const LadderRow *b) {
  double off = fmax(a->ns * a->spread, b->ns * b->spread);
  return fabs(a->ns - b->ns) <= fmax(fmax(off, LADDER_CLOSE * fmin(a->ns, b->ns)), 0.2);
}

bool ladder_is_heavy(const Ladder *ladder, const char *name) {
  const DialectFence *fence = dialect_fence(ladder->test->dialect, name);
  return fence && !strcmp(fence->order, ORDER_HEAVY);
}

static bool eligible(const LadderRow *row, unsigned judge) {
  return row->kind != ROW_ORDERS && row->done && row->priced && row->iterations && !row->seen && forbids(row, judge) &&
         !(judge == LADDER_C11 && row->verdicts[judge].thin_air);
}

// A heavy fence is for one side, which is told apart.
static bool is_candidate(const Ladder *ladder, const LadderRow *row, unsigned judge, bool stable) {
  return eligible(row, judge) && row->stable == stable && !ladder_is_heavy(ladder, row->name);
}

static const LadderRow *cheapest(const Ladder *ladder, unsigned judge, bool stable) {
  const LadderRow *least = NULL, *best = NULL;
  for (unsigned i = 0; i < ladder->row_count; i++) {
    const LadderRow *row = &ladder->rows[i];
    if (is_candidate(ladder, row, judge, stable) && (!least || row->ns < least->ns))
      least = row;
  }
  for (unsigned i = 0; least && i < ladder->row_count; i++) {
    const LadderRow *row = &ladder->rows[i];
    if (is_candidate(ladder, row, judge, stable) && alike(row, least) && (!best || row->is_c11 > best->is_c11))
      best = row;
  }
  return best;
}

void ladder_choose(Ladder *ladder) {
  for (unsigned judge = LADDER_C11; judge <= LADDER_HERE; judge++) {
    bool asked = ladder->target == TARGET_WEAK && !ladder->interrupted;
    const LadderRow *best = asked ? cheapest(ladder, judge, true) : NULL;
    const LadderRow *loose = asked ? cheapest(ladder, judge, false) : NULL;
    ladder->answers[judge] = best;
    ladder->unsettled[judge] = loose && (!best || loose->ns * (1 - loose->spread) < best->ns) ? loose : NULL;
  }
}

// ---- The answer

static const char *spelling_of(const Ladder *ladder, const char *name) {
  const DialectFence *fence = dialect_fence(ladder->test->dialect, name);
  return fence ? fence->spelling : NULL;
}

// What the fences of the test's language are those of.
static const char *language(const Ladder *ladder) { return ladder->test->dialect->language; }

// "14.9 ns +-3 %", "0.0 ns", "150.1 ns, which is not stable".
static void add_price(const LadderRow *row, Text *out) {
  text_printf(out, "%.1f ns", row->ns);
  if (row->ns != 0)
    text_printf(out, " \302\261%.0f %%", 100 * row->spread);
  if (!row->stable)
    text_add(out, ", which is not stable");
}

static const LadderFence *fence_named(const Ladder *ladder, const char *name) {
  for (unsigned i = 0; i < ladder->fence_count; i++)
    if (!strcmp(ladder->fences[i].name, name))
      return &ladder->fences[i];
  return NULL;
}

static bool has_no_fence(const LadderRow *row, unsigned threads) {
  for (unsigned t = 0; t < threads; t++)
    if (strcmp(row->fences[t], "none") != 0)
      return false;
  return true;
}

// "lock-or in every thread", "fence-release in P0 and fence-acquire in P1".
static void add_row(const LadderRow *row, unsigned threads, Text *out) {
  if (row->kind == ROW_ORDERS) {
    text_printf(out, "%s accesses in %s", row->name, strcmp(row->threads, "all") != 0 ? row->threads : "every thread");
    return;
  }
  if (has_no_fence(row, threads)) {
    text_add(out, "no fence");
    return;
  }
  if (row->kind == ROW_FENCE) {
    text_printf(out, "%s in %s", row->name, strcmp(row->threads, "all") != 0 ? row->threads : "every thread");
    return;
  }
  unsigned left = 0;
  for (unsigned t = 0; t < threads; t++)
    left += strcmp(row->fences[t], "none") != 0;
  for (unsigned t = 0, told = 0; t < threads; t++) {
    if (!strcmp(row->fences[t], "none"))
      continue;
    told++;
    text_printf(out, "%s%s in P%u", told == 1 ? "" : told == left ? " and " : ", ", row->fences[t], t);
  }
}

// That it was not seen, and in how many; the row has the bound.
static void add_none_of(const LadderRow *row, Text *out) {
  text_printf(out, "0 of %llu iterations", (unsigned long long)row->iterations);
}

// Without its folder.
static const char *compiler_of(const Ladder *ladder) {
  const char *slash = strrchr(ladder->compiler->path, '/');
  return slash ? slash + 1 : ladder->compiler->path;
}

// How each fence of the row is spelt in C11, and what the compiler makes of it.
static void add_spellings(const Ladder *ladder, const LadderRow *row, Text *out) {
  for (unsigned t = 0; t < ladder->test->thread_count; t++) {
    bool told = !strcmp(row->fences[t], "none");
    for (unsigned i = 0; i < t; i++)
      told |= !strcmp(row->fences[t], row->fences[i]);
    const LadderFence *fence = told ? NULL : fence_named(ladder, row->fences[t]);
    const char *spelling = fence ? spelling_of(ladder, fence->name) : NULL;
    if (!spelling)
      continue;
    if (!fence->emitted)
      text_printf(out, "  %s is %s.\n", fence->name, spelling);
    else if (*fence->emitted)
      text_printf(out, "  %s is %s: %s makes `%s` of it.\n", fence->name, spelling, compiler_of(ladder),
                  fence->emitted);
    else
      text_printf(out, "  %s is %s: %s makes no instruction of it, but keeps accesses on their sides.\n", fence->name,
                  spelling, compiler_of(ladder));
  }
}

// A fence of the CPU's, by the fence of C11 that is made of the same instruction, or that is as strong.
static void add_fence_for(const Ladder *ladder, const LadderRow *row, Text *out) {
  for (unsigned i = 0; row->fence && i < ladder->fence_count; i++) {
    const LadderFence *fence = &ladder->fences[i];
    if (spelling_of(ladder, fence->name) && !strcmp(fence->operation, row->fence->operation)) {
      text_printf(out, "  In %s that is %s, of which %s makes `%s`.\n", language(ladder),
                  spelling_of(ladder, fence->name), compiler_of(ladder), fence->emitted);
      return;
    }
  }
}

// The dearest row that does the same in the same threads.
static void add_dearest(const Ladder *ladder, const LadderRow *best, Text *out) {
  const LadderRow *worst = NULL;
  for (unsigned i = 0; i < ladder->row_count; i++) {
    const LadderRow *row = &ladder->rows[i];
    if (row->kind == ROW_FENCE && !strcmp(row->threads, best->threads) && eligible(row, LADDER_HERE) && row->stable &&
        !ladder_is_heavy(ladder, row->name) && (!worst || row->ns > worst->ns))
      worst = row;
  }
  if (worst && best->ns > 0.5 && worst->ns > 1.2 * best->ns)
    text_printf(out, "  %s there costs %.1f times as much.\n", worst->name, worst->ns / best->ns);
}

// Where no price of a fence that forbids is stable.
static void answer_unsettled(const Ladder *ladder, Text *out) {
  text_printf(out,
              "Which fence is the cheapest cannot be told: no price of one that %s says forbids the state is stable. ",
              ladder->judges[LADDER_HERE].name);
  add_row(ladder->unsettled[LADDER_HERE], ladder->test->thread_count, out);
  text_add(out, " forbids it, and it was seen in ");
  add_none_of(ladder->unsettled[LADDER_HERE], out);
  text_add(out, ". Another run, or a quiet machine, may tell.\n");
}

// Where one that may be cheaper has no stable price.
static void add_unsettled(const LadderRow *row, unsigned threads, Text *out) {
  text_add(out, "  ");
  add_row(row, threads, out);
  text_add(out, " forbids it, too, and may be cheaper: its price is not stable.\n");
}

static void answer_here(const Ladder *ladder, Text *out) {
  const char *model = ladder->judges[LADDER_HERE].name;
  const LadderRow *best = ladder->answers[LADDER_HERE];
  if (!best && ladder->unsettled[LADDER_HERE]) {
    answer_unsettled(ladder, out);
    return;
  }
  if (!best) {
    text_printf(out, "No fence here forbids the state both by %s and in the run.\n", model);
    return;
  }
  if (has_no_fence(best, ladder->test->thread_count)) {
    text_printf(out, "This CPU needs no fence in the code that %s made: %s forbids the state, and it was seen in ",
                compiler_of(ladder), model);
    add_none_of(best, out);
    text_add(out, ".\n");
    return;
  }
  text_add(out, "Cheapest here: ");
  add_row(best, ladder->test->thread_count, out);
  text_add(out, ", ");
  add_price(best, out);
  text_printf(out, ": %s forbids the state, and it was seen in ", model);
  add_none_of(best, out);
  text_add(out, ".\n");
  add_spellings(ladder, best, out);
  if (!best->is_c11)
    add_fence_for(ladder, best, out);
  add_dearest(ladder, best, out);
  if (ladder->unsettled[LADDER_HERE])
    add_unsettled(ladder->unsettled[LADDER_HERE], ladder->test->thread_count, out);
}

static const LadderRow *row_named(const Ladder *ladder, const char *name, const char *threads) {
  for (unsigned i = 0; i < ladder->row_count; i++)
    if (ladder->rows[i].kind == ROW_FENCE && !strcmp(ladder->rows[i].name, name) &&
        !strcmp(ladder->rows[i].threads, threads))
      return &ladder->rows[i];
  return NULL;
}

// Of two threads, a heavy fence in one instead of the cheapest fence in both: what the other saves pays for it in the
// end.
static void answer_asymmetric(const Ladder *ladder, Text *out) {
  const LadderRow *best = ladder->answers[LADDER_HERE], *cheapest = NULL, *saved = NULL;
  if (!best || best->kind != ROW_FENCE || ladder->test->thread_count != 2 || strcmp(best->threads, "all") != 0)
    return;
  for (unsigned t = 0; t < 2; t++) {
    const LadderRow *heavy = row_named(ladder, "membarrier", t ? "P1" : "P0");
    const LadderRow *light = row_named(ladder, best->name, t ? "P0" : "P1");
    if (!heavy || !light || !eligible(heavy, LADDER_HERE) || !light->priced || !light->stable || light->ns < 0.5 ||
        (cheapest && heavy->ns / light->ns >= cheapest->ns / saved->ns))
      continue;
    cheapest = heavy;
    saved = light;
  }
  if (!cheapest)
    return;
  text_printf(out, "One-sided: membarrier in %s and a compiler's barrier in %s forbid it too", cheapest->threads,
              saved->threads);
  if (cheapest->stable)
    text_printf(out,
                ", %.0f ns there against the %.1f ns of %s here: by these prices it pays where %s runs %.0f times or "
                "more for each time that %s does.\n",
                cheapest->ns, saved->ns, best->name, saved->threads, cheapest->ns / saved->ns, cheapest->threads);
  else
    text_add(out, "; what it costs there is not stable, so that from when on it pays cannot be told.\n");
}

static bool c11_is(const Ladder *ladder, Verdict verdict) {
  return ladder->rows[0].verdicts[LADDER_C11].speaks && ladder->rows[0].verdicts[LADDER_C11].verdict == verdict;
}

static void answer_c11(const Ladder *ladder, Text *out) {
  const LadderRow *best = ladder->answers[LADDER_C11];
  if (c11_is(ladder, VERDICT_UNDEFINED) && best) {
    text_printf(out, "As written the test has a data race, so %s gives it no meaning; with ", language(ladder));
    add_row(best, ladder->test->thread_count, out);
    text_add(out, ", ");
    add_price(best, out);
    text_printf(out, " here, it has none, and %s forbids the state.\n", language(ladder));
    return;
  }
  if (c11_is(ladder, VERDICT_UNDEFINED)) {
    text_printf(out,
                "The test has a data race, so %s gives it no meaning: what is said here holds for the code that this "
                "compiler made, and no fence makes it right in C. Make the accesses atomic.\n",
                language(ladder));
    return;
  }
  if (best && best == ladder->answers[LADDER_HERE]) {
    text_printf(out, "%s forbids the state so, too: on every CPU.\n", language(ladder));
    return;
  }
  if (best && has_no_fence(best, ladder->test->thread_count)) {
    text_printf(out, "%s forbids the state as the test is written: compilers must give each CPU what it needs.\n",
                language(ladder));
    return;
  }
  if (best) {
    text_printf(out, "Cheapest by %s, so on every CPU: ", language(ladder));
    add_row(best, ladder->test->thread_count, out);
    text_add(out, ", ");
    add_price(best, out);
    text_add(out, " here.\n");
    add_spellings(ladder, best, out);
    if (ladder->unsettled[LADDER_C11])
      add_unsettled(ladder->unsettled[LADDER_C11], ladder->test->thread_count, out);
    return;
  }
  if (ladder->rows[0].verdicts[LADDER_C11].thin_air) {
    text_add(out, "RC11 forbids the state by its no-thin-air axiom alone, which ISO C11 does not have.\n");
    return;
  }
  if (ladder->unsettled[LADDER_C11])
    text_printf(out,
                "Which is the cheapest by %s cannot be told: no price of a fence that it says forbids the state is "
                "stable.\n",
                language(ladder));
  else if (c11_is(ladder, VERDICT_ALLOWED))
    text_printf(out, "No fence of %s between the accesses forbids the state by the model and in the run.\n",
                language(ladder));
}

static void answer_orders(const Ladder *ladder, Text *out) {
  const LadderRow *best = NULL;
  for (unsigned i = 0; i < ladder->row_count; i++) {
    const LadderRow *row = &ladder->rows[i];
    if (row->kind == ROW_ORDERS && row->done && row->stable && row->iterations && !row->seen &&
        forbids(row, LADDER_C11) && !row->verdicts[LADDER_C11].thin_air && (!best || row->ns < best->ns - 0.05))
      best = row;
  }
  if (!best)
    return;
  text_add(out, "By orders instead of fences: ");
  add_row(best, ladder->test->thread_count, out);
  text_printf(out, ", %+.1f ns", best->ns);
  if (best->ns != 0)
    text_printf(out, " \302\261%.0f %%", 100 * best->spread);
  text_printf(out, "; %s forbids the state so.\n", language(ladder));
}

static void answer_combinations(const Ladder *ladder, Text *out) {
  for (unsigned judge = LADDER_HERE + 1; judge-- > LADDER_C11;) {
    const LadderCombination *found = &ladder->combinations[judge];
    if (!found->row)
      continue;
    text_printf(out, "Thread by thread, %s %s by %s (%u combinations asked about): ",
                found->cheapest ? "the cheapest" : "one that is cheap, of those looked at,",
                found->row->seen ? "that should forbid it" : "that forbids it", ladder->judges[judge].name,
                found->asked);
    add_row(found->row, ladder->test->thread_count, out);
    text_add(out, ", ");
    add_price(found->row, out);
    text_add(out, found->row->done ? found->row->seen ? "; but the run SAW the state.\n" : "; the run agrees.\n"
                                   : "; it was not run.\n");
  }
}

static void answer_interleaving(const Ladder *ladder, Text *out) {
  text_add(out, "No fence helps: sequential consistency itself allows what the condition asks for, as an "
                "interleaving of whole accesses, and fences can only restore sequential consistency.\n");
  if (c11_is(ladder, VERDICT_UNDEFINED))
    text_printf(out, "The test has a data race besides, so %s gives it no meaning.\n", language(ladder));
  if (ladder->lost_update)
    text_printf(out,
                "What is missing is atomicity: %s is read and then written by two accesses, and another thread's write "
                "comes in between. Make them one, such as atomic_fetch_add(%s, 1), a compare-exchange loop, or a "
                "lock around both.\n",
                ladder->lost_update->name, ladder->lost_update->name);
  else
    text_add(out, "If it must not be, what is missing is atomicity: accesses that belong together must become one "
                  "read-modify-write (atomic_fetch_add, compare-exchange), or stand under one lock.\n");
}

void ladder_answer(const Ladder *ladder, Text *out) {
  if (ladder->interrupted) {
    text_add(out, "Interrupted: what was not measured is left out; no answer is given.\n");
    return;
  }
  switch (ladder->target) {
  case TARGET_INTERLEAVING:
    answer_interleaving(ladder, out);
    return;
  case TARGET_NEVER:
    text_printf(out,
                "No fence is needed: no execution that is coherent at each location ends as the condition asks for, "
                "and every CPU and %s keep that coherence.\n",
                language(ladder));
    return;
  case TARGET_UNKNOWN:
    text_printf(out, "The models cannot say what a fence does for this test: %s. The counts are all there is.\n",
                ladder->why ? ladder->why : "they were given too little time");
    return;
  case TARGET_WEAK:
    break;
  }
  if (ladder->also_interleaved)
    text_add(out, "The condition also asks for states that sequential consistency allows. No fence can forbid those; "
                  "the rows count the others alone.\n");
  answer_here(ladder, out);
  answer_asymmetric(ladder, out);
  answer_c11(ladder, out);
  answer_combinations(ladder, out);
  answer_orders(ladder, out);
}
