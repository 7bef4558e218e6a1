// Writing files: whole, in place of another, alone.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "harness/base/diag.h"

// Writes all of the bytes. False, with errno set, if the file would not take them: some may be written.
bool file_write_all(int file, const void *bytes, size_t length);

// Makes a file that was not there, readable and writable by its owner alone. False, with errno set, if it is there or
// cannot be written; then half of it may be.
bool file_create(const char *path, const void *bytes, size_t length);

// A file that is written beside another, to be put in its place: whoever reads it sees the old or the new, whole. Where
// the path leads to a pipe, a device or, as "-", to standard output, that is written straight.
typedef struct {
  FILE *stream;
  const char *path, *target; // as it was named, and what that leads to by links
  char *beside;              // NULL: it is written straight
} FileReplacement;

// Begins it, with the mode of what is there, else with `mode`. False with the reason.
bool file_replacement_begin(FileReplacement *replacement, const char *path, unsigned mode, Diag *diag);
// Puts it in place, or, if it is not to be kept, away. False, with the reason, where not all was written, or it cannot
// be put there; then the old one stands.
bool file_replacement_end(FileReplacement *replacement, bool keep, Diag *diag);
// The same for these bytes, with mode 0600 where there was none.
bool file_replace(const char *path, const void *bytes, size_t length, Diag *diag);

// The mode of a new file that anyone may be let to read and write: what umask(2) leaves of 0666.
unsigned file_mode(void);

// Locks the open file against everyone else who does so (flock(2)), until it is closed. Waits for `milliseconds` at
// most; false, with errno EWOULDBLOCK if another holds it still.
bool file_lock(int file, unsigned milliseconds);

// Makes the folders that a path lies in (up to its last '/'), with that mode where they are not there. False with the
// reason.
bool file_make_folders(const char *path, unsigned mode, Diag *diag);
