// Reading a record, and whether what it says can be.
#pragma once
#include "results/fields_read.h"
#include "results/record.h"

// Reads a line of a file of records. False if it is no record of a schema we know, or contradicts itself: counts of
// states that do not add up to its iterations and witnesses, a state that is there twice, a status that is none. Fields
// that are not known are ignored. Lives in `arena`.
bool record_read(const char *line, size_t length, Arena *arena, Record *out, FieldsFault *fault);

// Whether what it says can be: false, with what contradicts itself, where it cannot.
bool record_check(const Record *record, Diag *diag);
