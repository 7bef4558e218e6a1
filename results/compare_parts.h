// What the files of the comparison share. Private to them.
#pragma once
#include "results/compare.h"

// The column of a machine in the file that is being read; UINT_MAX where there are too many.
unsigned comparison_column(Comparison *comparison, const Identity *machine, const char *source, const char *program,
                           bool predicted);

// "12.3 %", "1.2e-05 %".
void compare_add_share(double share, Text *out);
// Without the blanks at its end.
void compare_trim(Text *line);
void compare_head(const SheetStyle *style, const char *title, FILE *out);
// Fence ladders side by side, one table a test; nothing where there is none.
void compare_ladders(const Comparison *comparison, const SheetStyle *style, FILE *out);
