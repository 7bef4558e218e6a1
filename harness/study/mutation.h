// What a "never" is worth: the mutants of a test, run as it was.
#pragma once
#include "harness/study/campaign.h"

// campaign_run; but the condition of a test that never shows has no witnesses to choose settings by. So the run begins
// with a tenth of a second, and if the condition asks for a state and it was not seen, the test's mutants are searched
// for settings that show them: those of which this CPU's model allows the state, as the mapping says it; of a change
// that is made in steps the first such step. By those settings, in turns, each mutant and the test are then run, on the
// same engine and placement and for the same time. What the mutants showed is in the run's record.
//
// `confidence`, if not 0: the campaign's time is the most that the run may take. The mutants run for a tenth of a
// second each, and the test for as long as it takes not to miss, with that confidence, a state that shows as often as
// the mutant that shows least (results/mutants.h); for all the time if no mutant shows.
void mutation_run(Campaign *campaign, CampaignRun *run, double confidence, Arena *arena, const Stop *stop);
