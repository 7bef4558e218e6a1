// The user's data folder, where runs keep their latest records and the evidence of forbidden states.
#pragma once
#include "harness/base/arena.h"

// The path of `name` in $XDG_DATA_HOME/weakmem, or under ~/.local/share (XDG Base Directory Specification), in `arena`.
// NULL where neither says.
const char *data_folder_path(const char *name, Arena *arena);
