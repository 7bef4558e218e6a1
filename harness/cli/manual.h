// A manual page of each command, made of its table of options: man(7).
#pragma once
#include "harness/cli/options.h"

// The page of the command that argv[0] names, "weakmem run".
void manual_page(const Options *options, int argc, char **argv, FILE *out);
