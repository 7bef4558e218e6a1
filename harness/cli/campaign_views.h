// The tables of `weakmem campaign`.
#pragma once
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "harness/study/fleet.h"

// How long a plan takes: a row for each kind of machine.
Sheet *campaign_estimate(const Plan *plan, Arena *arena);
// How many of each kind's tasks are in which state, and how far their runs are.
Sheet *campaign_kinds(const Plan *plan, const FleetTask *tasks, Arena *arena);
// All tasks, or those of which something is to be said: running, stopped, failed, lost, damaged.
Sheet *campaign_tasks(const Plan *plan, const FleetTask *tasks, bool all, Arena *arena);
// A table in the format that was asked for.
void campaign_print(const Common *common, const Sheet *sheet, const Console *console);
