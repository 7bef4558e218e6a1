// What can follow on a command line, for the shells' completions: harness/weakmem.bash and its like ask for it.
#pragma once
#include "harness/cli/options.h"

// The words that can stand in place of argv[argc - 1], which is what was typed of it, after the words of a command that
// come before it (argv[0] is the command): one a line, with what it is behind a tab. A last line `:files` says that a
// file can stand there too.
void complete_words(const Options *options, int argc, char **argv, FILE *out);
