#include "results/compare_room.h"

#include <string.h>

enum { VALUES = 8, COLUMNS = 16 }; // that are told; the rest are counted

static const char *fact_of(const Comparison *c, unsigned column, RoomFact fact) {
  const CompareMachine *machine = &c->machines[column];
  return machine->predicted ? "" : machine->machine.room[fact];
}

// The first column that says what this one does.
static unsigned first_like(const Comparison *c, unsigned column, RoomFact fact) {
  unsigned first = 0;
  while (strcmp(fact_of(c, first, fact), fact_of(c, column, fact)) != 0)
    first++;
  return first;
}

static void add_columns(const Comparison *c, unsigned first, RoomFact fact, Text *out) {
  unsigned count = 0;
  for (unsigned i = first; i < c->machine_count; i++)
    if (first_like(c, i, fact) == first && count++ < COLUMNS)
      text_printf(out, "%s%u%s", count > 1 ? ", " : " on ", i + 1,
                  c->machines[i].room_varies[fact] ? " (not always)" : "");
  if (count > COLUMNS)
    text_printf(out, " and %u more", count - COLUMNS);
}

bool compare_room_difference(const Comparison *c, RoomFact fact, Text *out) {
  Text line = {0};
  unsigned values = 0;
  bool varies = false;
  for (unsigned i = 0; i < c->machine_count; i++) {
    varies |= c->machines[i].room_varies[fact];
    if (!*fact_of(c, i, fact) || first_like(c, i, fact) != i || values++ >= VALUES)
      continue;
    text_add(&line, values > 1 ? "; " : "");
    compare_printable(fact_of(c, i, fact), &line);
    add_columns(c, i, fact, &line);
  }
  if (values > VALUES)
    text_printf(&line, "; and %u more", values - VALUES);
  bool differs = values > 1 || varies;
  if (differs)
    text_printf(out, "%s: %s", room_title(fact), text_string(&line));
  text_free(&line);
  return differs;
}

Sheet *compare_room_differences(const Comparison *c, Arena *arena) {
  Sheet *list = sheet_list(arena);
  for (unsigned fact = 0; fact < ROOM_COUNT; fact++) {
    Text line = {0};
    if (compare_room_difference(c, (RoomFact)fact, &line))
      sheet_add(list, cell_text(arena_string(arena, text_string(&line))));
    text_free(&line);
  }
  return list;
}
