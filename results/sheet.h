// A view as data: columns, rows of cells, and what is said around them. A command fills a Sheet once, whatever the
// format; the writers below make text, columns separated by tabs, JSON and the page's data of it.
//
// A sheet is a table. In JSON it may stand for other shapes too: an object is a sheet of one row, a list one of one
// column. A cell may hold a sheet, so that one sheet is a whole document. All of it lives in the arena.
#pragma once
#include "harness/base/arena.h"
#include "harness/base/text.h"

#include <stdint.h>
#include <stdio.h>

// How text looks where it goes.
typedef struct {
  bool colour;    // escape sequences of ECMA-48 (SGR)
  bool utf8;      // bars of block elements; else of '#'
  bool markdown;  // tables are Markdown's, and nothing is left out or broken
  unsigned width; // columns of the terminal; 0: not known, so that nothing is left out or broken
} SheetStyle;

typedef enum { TONE_PLAIN, TONE_BOLD, TONE_DIM, TONE_ALARM, TONE_GOOD, TONE_NOTICE } Tone;

typedef enum {
  CELL_EMPTY, // no value: no field in an object
  CELL_NULL,  // JSON's null
  CELL_TEXT,
  CELL_COUNT,
  CELL_INTEGER,
  CELL_NUMBER,
  CELL_FLAG,
  CELL_SHEET,
  CELL_JSON // a value that is JSON already
} CellKind;

typedef struct {
  CellKind kind;
  Tone tone;
  bool spans; // in text the row ends here, and the column is not made as wide
  union {
    const char *text;
    uint64_t count;
    int64_t integer;
    double number;
    bool flag;
    const struct Sheet *sheet;
  };
  const char *shown; // instead of the value, in text; NULL: the value as the column's kind has it
} Cell;

static inline Cell cell_text(const char *text) { return (Cell){.kind = text ? CELL_TEXT : CELL_EMPTY, .text = text}; }
static inline Cell cell_count(uint64_t count) { return (Cell){.kind = CELL_COUNT, .count = count}; }
static inline Cell cell_integer(int64_t integer) { return (Cell){.kind = CELL_INTEGER, .integer = integer}; }
static inline Cell cell_number(double number) { return (Cell){.kind = CELL_NUMBER, .number = number}; }
static inline Cell cell_flag(bool flag) { return (Cell){.kind = CELL_FLAG, .flag = flag}; }
static inline Cell cell_sheet(const struct Sheet *sheet) { return (Cell){.kind = CELL_SHEET, .sheet = sheet}; }
static inline Cell cell_json(const char *json) { return (Cell){.kind = CELL_JSON, .text = json}; }
static inline Cell cell_null(void) { return (Cell){.kind = CELL_NULL}; }
// A value, and how text shows it.
static inline Cell cell_shown(Cell cell, const char *shown) { return cell.shown = shown, cell; }
static inline Cell cell_toned(Cell cell, Tone tone) { return cell.tone = tone, cell; }
// A sentence for people where figures would stand.
static inline Cell cell_instead(const char *shown) { return (Cell){.shown = shown, .spans = true}; }

typedef enum {
  KIND_TEXT,        // to the left; all others to the right
  KIND_MARK,        // one character at a row's start
  KIND_COUNT,       // text shows three digits and a unit: "18.6M"
  KIND_INTEGER,     // all digits
  KIND_NUMBER,      // `places` behind the point
  KIND_SIGNIFICANT, // `places` digits
  KIND_PERCENT,     // a share of 1, with `places` digits in tsv; text shows "12.3 %"
  KIND_BAR,         // a share of `width` columns; beyond 1 the bar is cut
} ColumnKind;

// What becomes of a column where the terminal is too narrow for all: optional ones go, from the right; what is left
// goes on in a table below, which has the keys again. Text that may run on goes below its row.
typedef enum { FIT_DATA, FIT_KEY, FIT_OPTIONAL, FIT_RUNS_ON, FIT_BELOW } ColumnFit;

enum { IN_TEXT = 1, IN_TSV = 2, IN_JSON = 4, IN_DATA = IN_TSV | IN_JSON };

typedef struct {
  const char *name;  // of the column of tsv and of JSON's field
  const char *title; // above it in text; NULL: the name
  ColumnKind kind;
  ColumnFit fit;
  unsigned places;
  unsigned width; // of it in text, at least
  unsigned in;    // the formats that have it: IN_TEXT, ...; 0: all
  bool is_fixed;  // in text, is there even where every cell is empty
} SheetColumn;

typedef struct {
  Cell *cells;
  Tone tone;
} SheetRow;

typedef enum {
  SHAPE_OBJECTS, // JSON: a list of objects, one a row
  SHAPE_OBJECT,  // one object: the first row
  SHAPE_VALUES,  // a list of the first column's values
  SHAPE_ARRAYS   // a list of arrays, one a row
} SheetShape;

typedef struct Sheet {
  Arena *arena;
  SheetShape shape;
  const char *title; // in text, a line above it; NULL
  bool is_bare;      // in text, no titles of columns
  unsigned indent;   // of text
  SheetColumn *columns;
  unsigned column_count;
  size_t column_capacity;
  SheetRow *rows;
  unsigned row_count;
  size_t row_capacity;
  const char *notes; // below it in text: lines, each ended, broken to fit; NULL
} Sheet;

// An empty sheet. The columns are copied, so that they may be changed for this sheet: a title, the formats.
Sheet *sheet_new(Arena *arena, const SheetColumn *columns, unsigned count);
#define SHEET_NEW(arena, columns) sheet_new(arena, columns, sizeof(columns) / sizeof *(columns))
// The cells of a new row, all empty: valid as long as the arena.
Cell *sheet_row(Sheet *sheet);
void sheet_tone_row(Sheet *sheet, Tone tone); // of the last row

// An object, and a field behind its others. Nothing happens where the value is empty.
Sheet *sheet_object(Arena *arena);
void sheet_set(Sheet *object, const char *name, Cell value);
// A list, and a value behind its others.
Sheet *sheet_list(Arena *arena);
void sheet_add(Sheet *list, Cell value);
// Lists of numbers and of texts.
Cell cell_numbers(const unsigned *numbers, unsigned count, Arena *arena);
Cell cell_texts(const char *const *texts, unsigned count, Arena *arena);

// ---- Writers

// For people: the title, the table, the notes; as `style` has it, in Markdown.
void sheet_text(const Sheet *sheet, const SheetStyle *style, Text *out);
// The same to a stream, and a title of what follows.
void sheet_print(const Sheet *sheet, const SheetStyle *style, FILE *out);
void sheet_print_head(const SheetStyle *style, const char *title, FILE *out);
// For documents: the same as a table of GitHub's Markdown, without bars.
void sheet_markdown(const Sheet *sheet, const SheetStyle *style, Text *out);
// Columns separated by tabs: their names, and a line a row. Control characters are '?'.
void sheet_tsv_names(const Sheet *sheet, Text *out);
void sheet_tsv(const Sheet *sheet, Text *out);
void sheet_tsv_all(const Sheet *sheet, Text *out); // both

typedef struct {
  bool spaced;  // blanks after ':' and ','
  bool in_page; // can stand inside HTML, whatever texts hold, and counts be read by JavaScript
  bool lines;   // of the outermost sheet, a line a row instead of a list
} SheetJson;
// Fields that are empty are left out. NULL for `how`: none of these.
void sheet_json(const Sheet *sheet, const SheetJson *how, Text *out);

// ---- Words of these writers, also for what is said around tables

// A cell as people read it, in the arena; "" where it is empty.
const char *sheet_cell_string(const Cell *cell, const SheetColumn *column, const SheetStyle *style, Arena *arena);
const char *sheet_column_title(const SheetColumn *column);

void tone_add(const SheetStyle *style, Tone tone, const char *text, Text *out);
// The lines of `text`, each ended, broken between words where the terminal is narrower.
void text_add_wrapped(const char *text, const SheetStyle *style, Text *out);
// The same, set in.
void text_add_lines(const char *text, unsigned indent, const SheetStyle *style, Text *out);
// How many columns of a terminal text takes.
unsigned text_columns(const char *text);
// "950", "18.6M": three significant digits and k, M, G or T for powers of a thousand.
void count_add(double count, Text *out);
// "12.3 %", "1.2e-05 %".
void share_add(double share, Text *out);
// As figures for people, in the arena.
const char *count_string(double count, Arena *arena);
