// A test as a program of its own: a folder of C and a Makefile, for a machine that has no weakmem.
//
// The folder holds a file of C for each test, and the sources of the engines and what they stand on as they are here,
// with harness/exported/ instead of hwloc and of what is above it. What the program prints is a record.
#pragma once
#include "harness/run/export_emit.h"

// "tests/MP+rel.c" of the test MP+rel: letters, digits and _+.- alone, and no two of the names differ in case alone.
// `names` has room for `count`.
void export_names(const Test *const *tests, unsigned count, Arena *arena, const char **names);

// Writes the folder, which is made where it is missing. A file that is there already and was not written by an export
// is an error, as is what cannot be written; then nothing of the folder has changed.
bool export_write(const char *folder, const Test *const *tests, unsigned count, const ExportOptions *options,
                  Arena *arena, Diag *diag);
