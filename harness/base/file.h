// Writing files: whole, in place of another, alone.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "harness/base/diag.h"

// Writes all of the bytes. False, with errno set, if the file would not take them: some may be written.
bool file_write_all(int file, const void *bytes, size_t length);

// Makes a file that was not there, readable and writable by its owner alone. False, with errno set, if it is there or
// cannot be written; then half of it may be.
bool file_create(const char *path, const void *bytes, size_t length);

// Puts these bytes in the place of the file, or makes it (mode 0600): whoever reads it sees the old or the new, whole.
// False with the reason; then the old one stands.
bool file_replace(const char *path, const void *bytes, size_t length, Diag *diag);

// The mode of a new file that anyone may be let to read and write: what umask(2) leaves of 0666.
unsigned file_mode(void);

// Locks the open file against everyone else who does so (flock(2)), until it is closed. Waits for `milliseconds` at
// most; false, with errno EWOULDBLOCK if another holds it still.
bool file_lock(int file, unsigned milliseconds);

// Makes the folders that a path lies in (up to its last '/'), with that mode where they are not there. False with the
// reason.
bool file_make_folders(const char *path, unsigned mode, Diag *diag);
