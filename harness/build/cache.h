// The cache folder and, beside it, the private folder where things are made. Private to build/.
//
// Entries are used only if they are ours: regular files of this user that others cannot write, in a folder of the
// same kind. What is made is made in a workspace, a folder locked by the run that works in it; one whose lock is free
// was left by a run that was killed, and is removed by the next that compiles.
#pragma once
#include "harness/base/diag.h"

typedef struct Cache Cache;

enum {
  CACHE_BYTES = 256 << 20,  // beyond this the entries longest out of use go,
  CACHE_AGE = 12 * 60 * 60, // seconds; except those used since then, since a run may still need them
};

// Opens $XDG_CACHE_HOME/weakmem or ~/.cache/weakmem, making it (mode 0700) where it is not there. Never NULL: where
// that cannot be had the cache is empty and keeps things in memory files (memfd_create(2)). So does one that is
// `forgetful`, which just works in the folder: for what must be made anew each time.
Cache *cache_open(bool forgetful, Arena *arena);
// Removes the workspace and closes the folder; entries stay.
void cache_close(Cache *cache);

// The path of the entry of that name, marked as used now; NULL where there is none to trust.
const char *cache_find(Cache *cache, const char *name, Arena *arena);

// The workspace: a folder on the file system of the cache, else in $TMPDIR or /tmp. NULL with the reason.
const char *cache_workspace(Cache *cache, Diag *diag);

// Makes the entry `name` out of the file of that name in the workspace, whole or not at all, and returns its path; NULL
// with the reason. Where there is no cache the path is that of a memory file, whose descriptor is in *memory and is the
// caller's to close (else *memory is -1).
const char *cache_keep(Cache *cache, const char *name, int *memory, Arena *arena, Diag *diag);

// Removes entries so that the cache is within its bounds.
void cache_trim(Cache *cache);
