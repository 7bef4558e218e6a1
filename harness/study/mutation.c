#include "harness/study/mutation.h"

#include "harness/lang/mutant.h"
#include "harness/lang/print.h"
#include "harness/model/judge.h"
#include "results/mutants.h"

#include <string.h>

enum { MUTANTS = 16 }; // run of a test

static const double JUDGE_SECONDS = 1;    // of one mutant
static const double FIRST_SECONDS = 0.1;  // of a run whose time is yet to be set
static const double TUNING_SECONDS = 0.2; // of the search for settings that show a mutant

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

// Of a test that saw nothing.
typedef struct {
  Campaign *campaign;
  CampaignRun *run; // of the test
  Chosen chosen;
  Compiled **compiled;           // of those chosen
  TuneSetting settings[MUTANTS]; // the best ones that their runs found
  Arena *arena;
  const Stop *stop;
} Mutation;

// Runs a mutant as the test is run, for so long.
static CampaignRun run_mutant(Mutation *m, unsigned index, bool tuning, double seconds) {
  CampaignRun *run = m->run;
  const Mutant *mutant = m->chosen.mutants[index];
  CampaignRun out = {.test = mutant->test,
                     .fence = run->fence,
                     .placement = run->placement,
                     .compiled = m->compiled[index],
                     .seconds = seconds,
                     .given = run->given,
                     .record = run->record};
  out.given.tuning = tuning;
  campaign_run(m->campaign, &out, m->arena, m->stop);
  const Record *record = &out.record;
  if (record->forbidden_state && *record->forbidden_state)
    run->remark = arena_printf(m->arena, "%s: %s was seen of its mutant, %s, which %s forbids", record->test,
                               record->forbidden_state, mutant->what, record->forbidden_by);
  return out;
}

// Gives the test the settings that show mutants: it is tuned by their witnesses, since it has none of its own. A search
// that found none is made again, from those that others found.
static void find_settings(Mutation *m, double seconds) {
  enum { SEARCHES = 3 };
  CampaignRun *run = m->run;
  bool found[MUTANTS] = {false};
  run->given.settings = m->settings;
  for (unsigned i = 0; i < SEARCHES * m->chosen.count && !stop_wanted(m->stop); i++) {
    unsigned index = i % m->chosen.count;
    if (found[index])
      continue;
    const CampaignRun of_mutant = run_mutant(m, index, true, seconds);
    found[index] = of_mutant.tuned && !strcmp(of_mutant.record.engine, run->record.engine);
    if (found[index])
      m->settings[run->given.count++] = of_mutant.best;
  }
}

// What the mutants show by the settings that the test has.
static void score_mutants(Mutation *m, double seconds) {
  Record *record = &m->run->record;
  RecordMutant *mutants = ARENA_ARRAY(m->arena, RecordMutant, m->chosen.count);
  unsigned count = 0;
  while (count < m->chosen.count && !stop_wanted(m->stop)) {
    const CampaignRun of_mutant = run_mutant(m, count, false, seconds);
    mutants[count] = (RecordMutant){.what = m->chosen.mutants[count]->what,
                                    .iterations = of_mutant.record.iterations,
                                    .witnesses = of_mutant.record.witnesses,
                                    .seconds = of_mutant.record.seconds};
    count++;
  }
  record->mutants = mutants;
  record->mutant_count = count;
}

static void choose_mutants(Mutation *m) {
  const Record *record = &m->run->record;
  const Cpu *cpu = cpu_find(record->machine.arch);
  if (!cpu || test_is_assembly(m->run->test))
    return;
  Judge judge = judge_of(cpu->model, m->arena);
  choose(m->run->test, &judge, &record->machine, m->stop, m->arena, &m->chosen);
  const Test *tests[MUTANTS + 1];
  for (unsigned i = 0; i < m->chosen.count; i++)
    tests[i] = m->chosen.mutants[i]->test;
  if (m->chosen.count)
    m->compiled = build_compile(tests, m->chosen.count, compiled_engine(m->run->compiled), &m->campaign->compiler,
                                m->arena, m->stop, NULL, NULL);
}

static bool saw_nothing(const CampaignRun *run) {
  const Record *record = &run->record;
  return !strcmp(record->status, "done") && !record->witnesses && record->iterations && asks_for_a_state(run->test);
}

// Runs the test for so long, by the settings that it was given.
static void run_test_for(Mutation *m, double seconds) {
  m->run->seconds = seconds;
  if (!stop_wanted(m->stop))
    campaign_run(m->campaign, m->run, m->arena, m->stop);
}

static void run_by_mutants(Mutation *m, double confidence) {
  double most = m->campaign->options.seconds, first = most < FIRST_SECONDS ? most : FIRST_SECONDS;
  choose_mutants(m);
  if (m->chosen.count)
    find_settings(m, most < TUNING_SECONDS ? most : TUNING_SECONDS);
  if (m->chosen.count)
    score_mutants(m, confidence > 0 ? first : most);
  double wanted = confidence > 0 ? mutant_seconds(&m->run->record, confidence) : 0;
  run_test_for(m, wanted <= 0 || wanted > most ? most : wanted < first ? first : wanted);
  for (unsigned i = 0; i < m->chosen.count; i++)
    compiled_release(m->compiled[i]);
}

void mutation_run(Campaign *campaign, CampaignRun *run, double confidence, Arena *arena, const Stop *stop) {
  const Record *before = run->before;
  double most = campaign->options.seconds;
  Mutation m = {.campaign = campaign, .run = run, .arena = arena, .stop = stop};
  run->before = NULL; // there may be less left than this
  run_test_for(&m, most < FIRST_SECONDS ? most : FIRST_SECONDS);
  run->before = before;
  if (saw_nothing(run))
    run_by_mutants(&m, confidence);
  else if (confidence <= 0)
    run_test_for(&m, most);
  run->given = (TuneGiven){0}; // they were ours
}
