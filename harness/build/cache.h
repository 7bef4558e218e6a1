// The cache folder and, beside it, the private folder where things are made. Private to build/.
//
// Entries are used only if they are ours: regular files of this user that others cannot write, in a folder of the
// same kind. What is made is made in a workspace, a folder locked by the run that works in it; one whose lock is free
// was left by a run that was killed, and is removed by the next that compiles.
#pragma once
#include "harness/base/diag.h"

typedef struct Cache Cache;

enum {
  CACHE_BYTES = 256 << 20,  // beyond this, entries go that
  CACHE_AGE = 12 * 60 * 60, // seconds long nobody used: a run may still need the others
};

// Opens $XDG_CACHE_HOME/weakmem or ~/.cache/weakmem, making it (mode 0700) where it is not there. Never NULL: where
// that cannot be had the cache is empty and keeps nothing.
Cache *cache_open(Arena *arena);
// Removes the workspace and what is beyond the cache's bounds, and closes the folder.
void cache_close(Cache *cache);

// The path of the entry of that name, marked as used now; NULL where there is none to trust.
const char *cache_find(Cache *cache, const char *name, Arena *arena);

// The workspace: a folder on the file system of the cache, else in $TMPDIR or /tmp. NULL with the reason.
const char *cache_workspace(Cache *cache, Diag *diag);

// Makes the entry `name` out of the file of that name in the workspace, whole or not at all, and returns its path; NULL
// with the reason. Where there is no cache, or it is not to be `kept`, the path is that of a memory file
// (memfd_create(2)), whose descriptor is in *memory and is the caller's to close (else *memory is -1).
const char *cache_keep(Cache *cache, const char *name, bool kept, int *memory, Arena *arena, Diag *diag);

// The path of a memory file, for this process and those that it starts.
const char *cache_memory_path(int memory, Arena *arena);
