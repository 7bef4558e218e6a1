// What starts a plan's tasks: Slurm, or make.
#pragma once
#include "harness/study/plan.h"

// Writes the plan into the folder, which is made where it is not there: manifest, records/, log/, a script of Slurm's
// for each kind of machine, submit.sh, Makefile. The manifest comes last, and never in the place of another. False with
// the reason.
bool plan_write(Plan *plan, const char *folder, Arena *arena, Diag *diag);

// The commands of a shell that start these tasks, from `folder`: `sbatch` with arrays of at most a thousand, or make.
void plan_print_sbatch(const Plan *plan, const unsigned *tasks, unsigned count, Text *out);
void plan_print_make(const unsigned *tasks, unsigned count, Text *out);
