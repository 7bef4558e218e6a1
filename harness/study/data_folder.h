// The user's data folder, where runs keep their latest records and the evidence of forbidden states.
#pragma once
#include "harness/base/diag.h"

// The path of `name` in $XDG_DATA_HOME/weakmem, or under ~/.local/share (XDG Base Directory Specification), in `arena`.
// NULL where neither says.
const char *data_folder_path(const char *name, Arena *arena);

// Makes every folder above `path`, private to the user where it is made here. False with the reason.
bool data_folder_make(const char *path, Arena *arena, Diag *diag);
