// The lines of the user's files that machine code was made from, as its listing tells them.
#pragma once
#include "harness/code/listing.h"

// The first complaint, in a line, with the line of C that it is about.
const char *users_lines_error(const Diag *diag, const Listing *listing, Arena *arena);
// A copy of the program whose instructions stand in those files: who explains an execution shows their lines. What
// stands in a file that cannot be read stays in the listing.
const Program *users_lines_tell(const Program *program, const Listing *listing, Arena *arena);
