// weakmem campaign plan: what is asked for, and the plan that is made of it.
#pragma once
#include "harness/cli/options.h"

extern const Options campaign_plan_options;
int campaign_plan_main(int argc, char **argv, const Console *console);
