// The tables of `weakmem campaign`.
#pragma once
#include "harness/study/fleet.h"
#include "results/sheet.h"

// How long a plan takes: a row for each kind of machine.
Sheet *campaign_estimate(const Plan *plan, Arena *arena);
// How many of each kind's tasks are in which state, and how far their runs are.
Sheet *campaign_kinds(const Plan *plan, const FleetTask *tasks, Arena *arena);
// All tasks, or those of which something is to be said: running, stopped, failed, lost, damaged.
Sheet *campaign_tasks(const Plan *plan, const FleetTask *tasks, bool all, Arena *arena);
