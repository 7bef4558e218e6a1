#include "results/sheet.h"

#include <string.h>

Sheet *sheet_new(Arena *arena, const SheetColumn *columns, unsigned count) {
  Sheet *sheet = ARENA_NEW(arena, Sheet);
  *sheet = (Sheet){.arena = arena, .column_count = count};
  sheet->columns = arena_grow(arena, NULL, &sheet->column_capacity, count, sizeof *columns);
  if (count)
    memcpy(sheet->columns, columns, count * sizeof *columns);
  return sheet;
}

Cell *sheet_row(Sheet *sheet) {
  sheet->rows =
      arena_grow(sheet->arena, sheet->rows, &sheet->row_capacity, sheet->row_count + (size_t)1, sizeof *sheet->rows);
  SheetRow *row = &sheet->rows[sheet->row_count++];
  *row = (SheetRow){.cells = ARENA_ARRAY(sheet->arena, Cell, sheet->column_count + 1)};
  for (unsigned i = 0; i < sheet->column_count; i++)
    row->cells[i] = (Cell){0};
  return row->cells;
}

void sheet_tone_row(Sheet *sheet, Tone tone) { sheet->rows[sheet->row_count - 1].tone = tone; }

// ---- Objects and lists

Sheet *sheet_object(Arena *arena) {
  Sheet *object = sheet_new(arena, NULL, 0);
  object->shape = SHAPE_OBJECT;
  sheet_row(object);
  return object;
}

void sheet_set(Sheet *object, const char *name, Cell value) {
  if (value.kind == CELL_EMPTY)
    return;
  unsigned count = object->column_count++;
  size_t cells = object->column_capacity;
  object->columns =
      arena_grow(object->arena, object->columns, &object->column_capacity, count + (size_t)1, sizeof *object->columns);
  object->rows->cells = arena_grow(object->arena, object->rows->cells, &cells, count + (size_t)1, sizeof(Cell));
  object->columns[count] = (SheetColumn){.name = name};
  object->rows->cells[count] = value;
}

Sheet *sheet_list(Arena *arena) {
  static const SheetColumn value[] = {{.name = "value"}};
  Sheet *list = SHEET_NEW(arena, value);
  list->shape = SHAPE_VALUES;
  return list;
}

void sheet_add(Sheet *list, Cell value) { *sheet_row(list) = value; }

Cell cell_numbers(const unsigned *numbers, unsigned count, Arena *arena) {
  Sheet *list = sheet_list(arena);
  for (unsigned i = 0; i < count; i++)
    sheet_add(list, cell_count(numbers[i]));
  return cell_sheet(list);
}

Cell cell_texts(const char *const *texts, unsigned count, Arena *arena) {
  Sheet *list = sheet_list(arena);
  for (unsigned i = 0; i < count; i++)
    sheet_add(list, cell_text(texts[i]));
  return cell_sheet(list);
}
