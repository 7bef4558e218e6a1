// Objects of one kind as columns of text, for what compresses: values of one field stand together, and one that is the
// same as that of the object before is an empty line.
//
//   =test            a field's name, with those of the parts that it is in: "machine.cpu"
//   "SB"             its value in the first object, as JSON
//   "MP"
//   =histogram       of a list: how many it has
//   =histogram.state and what they hold, list after list
#pragma once
#include "results/fields_read.h"

// Those of the fields that have one of the marks; the first has.
void columns_write(const Fields *fields, unsigned marks, const void *objects, unsigned count, Text *out);

// The text's objects, each as a line of JSON for fields_read: in *lines, `*count` of them; live in `arena`, as do the
// text's bytes, which are overwritten. Columns that are not known are passed over. False, with what is wrong, where a
// column is shorter or longer than it must be.
bool columns_read(const Fields *fields, unsigned marks, char *text, Arena *arena, const char ***lines, unsigned *count,
                  FieldsFault *fault);
