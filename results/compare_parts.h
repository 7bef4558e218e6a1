// What the files of the comparison share. Private to them.
#pragma once
#include "results/compare.h"

// The column of a machine in the file that is being read; UINT_MAX where there are too many.
unsigned comparison_column(Comparison *comparison, const Identity *machine, const char *source, const char *program,
                           bool predicted);

void compare_head(const SheetStyle *style, const char *title, FILE *out);
void compare_print(const Sheet *sheet, const SheetStyle *style, FILE *out);
// Fence ladders side by side, one table a test; nothing where there is none.
void compare_ladders(const Comparison *comparison, const SheetStyle *style, FILE *out);
