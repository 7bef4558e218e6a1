// Objects as fields.h describes them, read from JSON by yajl: it hands on one thing after the other, and no tree of the
// JSON is made.
#pragma once
#include "harness/base/arena.h"
#include "results/fields.h"

typedef struct {
  const char *why;   // a sentence; NULL: nothing is wrong
  unsigned long at;  // the column, where the text is no JSON, from 1; 0: nowhere in particular
  bool is_cut_short; // the text ends within the object
} FieldsFault;

// The "schema" of an object; "" where it has none, or is no JSON.
const char *fields_schema(const char *json, size_t length, Arena *arena);

// Reads an object: what is not in the table is passed over, what is null or absent is empty; of a name that is there
// twice the last counts. False where it is no JSON, is of another schema, lacks what is required, or a field is not of
// its kind. Lives in `arena`.
bool fields_read(const Fields *fields, const char *json, size_t length, Arena *arena, void *object, FieldsFault *fault);
