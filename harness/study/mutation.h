// What a "never" is worth: the mutants of a test, run as it was.
#pragma once
#include "harness/study/campaign.h"

// campaign_run, and then, if the condition asks for a state and the run did not see it, the same of its test's mutants:
// of those that this CPU's model allows the state of, as the mapping says it, each with the run's engine, placement and
// time. Of a change that is made in steps the first such step is run. What they showed is in the run's record.
//
// `confidence`, if not 0: the campaign's time is the most that the run may take. It begins with a tenth of a second,
// and if nothing was seen it is run again for as long as it takes not to miss, with that confidence, a state that shows
// as often as the mutant that shows least (results/mutants.h); for all the time if no mutant shows.
void mutation_run(Campaign *campaign, CampaignRun *run, double confidence, Arena *arena, const Stop *stop);
