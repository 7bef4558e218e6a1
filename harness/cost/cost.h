// What ways to order memory cost on this machine, place by place.
//
// A Cost is the list of rows that can be measured here, and what all of them need. The caller measures the rows it
// wants, from one thread; each is measured in threads of its own, pinned, so that the caller stays where it is. Method:
// operation.h (what is taken off), measure.h (how often).
#pragma once
#include "harness/cost/rows.h"

const char *cost_group_name(CostGroup group);  // "fences": as --only takes it
const char *cost_group_title(CostGroup group); // "Fences, alone"
bool cost_group_by_name(const char *name, CostGroup *group);

// The rows of this machine. `pus`, if not NULL, are the PUs to use: the first measures. Warns where the core's clock
// and the performance counters differ. NULL, with the reason, where memory is exhausted or no thread can be pinned.
// The topology must outlive it; freed by cost_free.
Cost *cost_new(const Topology *topology, const unsigned *pus, unsigned pu_count, Diag *diag);
void cost_free(Cost *cost);

// NULL where there is no such row.
CostRow *cost_find(const Cost *cost, const char *operation, const char *context);

// Measures rows, those with a reason left out, in turns: each row has samples taken at several times, so that rows can
// be compared though the machine changes under them (its clock; on a virtual machine, how near the cores are). A row
// takes at most about 0.2 s. May give a row a reason (the system pins no thread). A row measured again has its newer
// figure. `keep_on`, if not NULL, is called before each turn of a row; where it says false no more are measured.
typedef bool CostKeepOn(void *context, const CostRow *row);
void cost_measure(Cost *cost, CostRow *const *rows, unsigned count, CostKeepOn *keep_on, void *context);

// The contexts of the fences, as the ladder asks for them.
#define COST_ALONE "alone"
#define COST_AFTER_STORE "after-store"                  // to a line of this core's
#define COST_AFTER_OTHER "after-store-to-other-core"    // to a line that another core wrote last
#define COST_BETWEEN_LOADS "between-loads"              // of lines of this core's
#define COST_OTHERS_RUNNING "other-core-running"        // which a heavy fence interrupts
const char *cost_context_sentence(const char *context); // in words; the name itself where it needs none
