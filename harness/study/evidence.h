// Evidence: what it takes to look into a state that should not have been seen.
#pragma once
#include "harness/study/campaign.h"

// Keeps, in a new folder under $XDG_DATA_HOME/weakmem/forbidden (else ~/.local/share/...; private to the user): the
// test with its fences, the C made from it, the shared object that ran, its machine code, the record, and the report
// below. Returns the folder's path; NULL, with a warning in `diag`, where it cannot be kept.
const char *evidence_keep(const Campaign *campaign, const CampaignRun *run, Arena *arena, Diag *diag);

// What was seen, why it is forbidden, what to check first, and the command that runs it again. `folder`: where the
// evidence is kept; NULL.
void evidence_report(const Campaign *campaign, const CampaignRun *run, const char *folder, Text *out);
