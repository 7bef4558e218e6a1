// What an object of JSON holds, as a table: a row a field, with its name, its kind and its place in a struct. One table
// serves writing, reading (fields_read.h), and telling two structs apart, so that a new field is a row. It needs base
// alone: exported tests take it along.
#pragma once
#include "harness/base/json_text.h"

typedef enum {
  FIELD_TEXT,     // const char *; absent: ""
  FIELD_COUNT,    // uint64_t
  FIELD_UNSIGNED, // unsigned, up to INT32_MAX
  FIELD_INTEGER,  // int from -1 on; absent: -1
  FIELD_REAL,     // double, to 15 digits
  FIELD_MEASURE,  // the same; absent: NAN
  FIELD_FLAG,     // bool
  FIELD_MAYBE,    // int: 1, 0; absent: -1
  FIELD_OBJECT,   // a struct in the struct; with place 0 the fields' own places are in the outer one
  FIELD_LIST,     // of structs: a pointer to the first, and an unsigned that counts them
  FIELD_NUMBERS,  // of unsigned: likewise
  FIELD_TEXTS,    // of const char *: likewise
  FIELD_NAMES,    // an object of any names, each with a text: of structs of two const char *, likewise
  FIELD_VALUES    // ... each with a text or a number: of FieldValue, likewise
} FieldKind;

typedef struct {
  const char *name;
  bool is_number;
  double number;
  const char *text; // NULL: a number
} FieldValue;

// Bits of a field. Those from FIELD_MARK on are the table's own, and say which fields make a key.
enum {
  FIELD_OPTIONAL = 1, // not written if it is 0 or empty
  FIELD_REQUIRED = 2, // an object without it is not read
  FIELD_MARK = 4
};

typedef struct Fields Fields;

typedef struct { // NOLINT(clang-analyzer-optin.performance.Padding): the order is that of the rows
  const char *name;
  FieldKind kind;
  size_t place;
  unsigned marks;
  const Fields *fields; // of FIELD_OBJECT and FIELD_LIST
  size_t count;         // where a list is counted
} Field;

struct Fields {
  const char *schema; // the object's first field; NULL: none
  size_t size;        // of the struct; 0: the fields of a part whose place is 0
  const Field *rows;  // up to 64
  unsigned count;
};

// Rows: of one value; of a part; of any number; and all of them.
#define FIELD_ROW(Struct, name, kind, member, marks)                                                                   \
  { name, kind, offsetof(Struct, member), marks, NULL, 0 }
#define FIELD_PART(name, place, marks, fields)                                                                         \
  { name, FIELD_OBJECT, place, marks, fields, 0 }
#define FIELD_ROWS(Struct, name, kind, member, length, marks, fields)                                                  \
  { name, kind, offsetof(Struct, member), marks, fields, offsetof(Struct, length) }
#define FIELD_TABLE(rows) rows, sizeof(rows) / sizeof *(rows)

// The object as the next value.
void fields_write(const Fields *fields, const void *object, JsonText *json);
// The value of one of its fields alone; null where it is not known.
void fields_write_value(const void *object, const Field *field, JsonText *json);
// How long the list at a field of FIELD_LIST is, and its elements.
unsigned fields_list_length(const void *object, const Field *field);
const void *fields_list_element(const void *object, const Field *field, unsigned index);

// Bytes that are the same for two objects if and only if all fields with one of these marks are. NULL texts are empty.
void fields_key(const Fields *fields, const void *object, unsigned marks, Text *out);
bool fields_equal(const Fields *fields, const void *a, const void *b, unsigned marks);
