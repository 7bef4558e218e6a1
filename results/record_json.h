// Records and machines as trees of jansson, for what still makes its JSON so.
#pragma once
#include "results/records.h"

#include <jansson.h>

// New references.
json_t *record_to_json(const Record *record);
json_t *record_machine_to_json(const Identity *machine);
// An object as it stands in a file of records: one line, with its newline. False where it cannot be written as JSON.
bool record_add_line(const json_t *object, Text *out);
bool record_writer_add_json(RecordWriter *writer, const json_t *object, Diag *diag);
