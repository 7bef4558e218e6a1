#include "harness/study/mutation.h"

#include "harness/lang/mutant.h"
#include "harness/lang/print.h"
#include "harness/model/judge.h"
#include "results/mutants.h"

#include <string.h>

enum { MUTANTS = 16 }; // run of a test

static const double JUDGE_SECONDS = 1;   // of one mutant
static const double FIRST_SECONDS = 0.1; // of a run whose time is yet to be set

// ---- Those that the model allows

static bool asks_for_a_state(const Test *test) {
  return test->condition.quantifier == QUANTIFIER_EXISTS || test->condition.quantifier == QUANTIFIER_NOT_EXISTS;
}

static bool allows(const Judge *judge, const Test *test, const Identity *machine, const Stop *stop) {
  static const char *const no_features[] = {NULL};
  Arena *arena = arena_new();
  bool old = !machine->has_lse && *machine->kernel;
  JudgeOptions options = {.limits = judge_limits(JUDGE_SECONDS), .lower = {.features = old ? no_features : NULL}};
  options.limits.stop = stop;
  bool allowed = judge_test(judge, test, &options, arena).any_witness;
  arena_free(arena);
  return allowed;
}

typedef struct {
  const Mutant *mutants[MUTANTS];
  unsigned count;
} Chosen;

// The first allowed one of each site, each program once.
static void choose(const Test *test, const Judge *judge, const Identity *machine, const Stop *stop, Arena *arena,
                   Chosen *out) {
  unsigned count, done = 0; // the site that has one
  const Mutant *all = mutants_of(test, arena, &count);
  char digests[MUTANTS][65], digest[65];
  for (unsigned i = 0; i < count && out->count < MUTANTS && !stop_wanted(stop); i++) {
    if (all[i].site == done || !allows(judge, all[i].test, machine, stop))
      continue;
    test_digest(all[i].test, digest);
    bool known = false;
    for (unsigned k = 0; k < out->count; k++)
      known |= !strcmp(digests[k], digest);
    done = all[i].site;
    if (known)
      continue;
    memcpy(digests[out->count], digest, sizeof digest);
    out->mutants[out->count++] = &all[i];
  }
}

// ---- Their runs

static RecordMutant run_mutant(Campaign *campaign, CampaignRun *run, const Mutant *mutant, Compiled *compiled,
                               Arena *arena, const Stop *stop) {
  CampaignRun of_mutant = {.test = mutant->test,
                           .fence = run->fence,
                           .placement = run->placement,
                           .compiled = compiled,
                           .seconds = run->seconds,
                           .record = run->record};
  campaign_run(campaign, &of_mutant, arena, stop);
  const Record *record = &of_mutant.record;
  if (record->forbidden_state && *record->forbidden_state)
    run->remark = arena_printf(arena, "%s: %s was seen of its mutant, %s, which %s forbids", record->test,
                               record->forbidden_state, mutant->what, record->forbidden_by);
  return (RecordMutant){.what = mutant->what,
                        .iterations = record->iterations,
                        .witnesses = record->witnesses,
                        .seconds = record->seconds};
}

static bool saw_nothing(const CampaignRun *run) {
  const Record *record = &run->record;
  return !strcmp(record->status, "done") && !record->witnesses && record->iterations && asks_for_a_state(run->test);
}

static void run_mutants(Campaign *campaign, CampaignRun *run, Arena *arena, const Stop *stop) {
  Record *record = &run->record;
  const Cpu *cpu = cpu_find(record->machine.arch);
  if (!cpu || test_is_assembly(run->test))
    return;
  Judge judge = judge_of(cpu->model, arena);
  Chosen chosen = {0};
  choose(run->test, &judge, &record->machine, stop, arena, &chosen);
  const Test *tests[MUTANTS + 1];
  for (unsigned i = 0; i < chosen.count; i++)
    tests[i] = chosen.mutants[i]->test;
  if (!chosen.count || stop_wanted(stop))
    return;
  Compiled **compiled =
      build_compile(tests, chosen.count, campaign->options.engine, &campaign->compiler, arena, stop, NULL, NULL);
  RecordMutant *mutants = ARENA_ARRAY(arena, RecordMutant, chosen.count);
  unsigned count = 0;
  for (unsigned i = 0; i < chosen.count; i++) {
    if (!stop_wanted(stop))
      mutants[count++] = run_mutant(campaign, run, chosen.mutants[i], compiled[i], arena, stop);
    compiled_release(compiled[i]);
  }
  record->mutants = mutants;
  record->mutant_count = count;
}

void mutation_run(Campaign *campaign, CampaignRun *run, double confidence, Arena *arena, const Stop *stop) {
  double most = campaign->options.seconds;
  if (confidence > 0)
    run->seconds = most < FIRST_SECONDS ? most : FIRST_SECONDS;
  campaign_run(campaign, run, arena, stop);
  if (!saw_nothing(run) || stop_wanted(stop))
    return;
  run_mutants(campaign, run, arena, stop);
  double wanted = mutant_seconds(&run->record, confidence);
  run->seconds = wanted <= 0 || wanted > most ? most : wanted;
  if (confidence > 0 && run->seconds > FIRST_SECONDS && !stop_wanted(stop))
    campaign_run(campaign, run, arena, stop);
}
