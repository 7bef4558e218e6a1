// A comparison in words.
#include "arch/names.h"
#include "results/compare.h"
#include "results/compiler_name.h"

#include <string.h>

const char *compare_verdict_name(CompareVerdict verdict) {
  static const char *const names[] = {"unknown", "allowed", "forbidden", "unmodelled"};
  return names[verdict];
}

void compare_printable(const char *text, Text *out) { text_add_printable(out, text, strlen(text)); }

void compare_machine_name(const CompareMachine *column, Text *out) {
  const Identity *machine = &column->machine;
  if (column->predicted) {
    text_add(out, "herd7, a model, no machine");
    return;
  }
  const char *unnamed = machine->emulated ? "emulated CPU" : "unknown CPU";
  compare_printable(*machine->cpu ? machine->cpu : unnamed, out);
  text_add(out, " (");
  compare_printable(*machine->arch ? machine->arch : "architecture not known", out);
  if (machine->cores)
    text_printf(out, ", %u core%s", machine->cores, machine->cores == 1 ? "" : "s");
  if (machine->pus != machine->cores)
    text_printf(out, ", %u PU%s", machine->pus, machine->pus == 1 ? "" : "s");
  if (*machine->virtual_) {
    text_add(out, ", ");
    compare_printable(machine->virtual_, out);
  }
  text_add(out, machine->emulated ? ", emulated)" : ")");
}

void compare_compiler_name(const CompareMachine *machine, Text *out) {
  compiler_name(machine->compiler_path, machine->compiler_version, machine->compiler_flags, out);
}

void compare_row_name(const CompareRow *row, Text *out) {
  compare_printable(row->test, out);
  if (strcmp(row->fence, "none") != 0) {
    text_add(out, " with ");
    compare_printable(row->fence, out);
  }
  if (row->again)
    text_printf(out, " (another test, %08x)", (unsigned)(row->digest >> 32));
}

const char *compare_row_title(const CompareRow *row, Arena *arena) {
  Text name = {0};
  compare_row_name(row, &name);
  return text_finish(&name, arena);
}

// ---- What differs

// The machines of one architecture that have the test and agree on its verdict; of one that shows other things by
// another compiler, that with one of them.
typedef struct {
  const char *arch;
  const CompareMachine *compiled; // NULL: whatever compiled it
  CompareVerdict verdict;
  unsigned machines, seen;
  bool emulated, told;
} Group;

enum { GROUPS = 32 };

// Whether two cells of one machine show the same.
static bool show_the_same(const CompareCell *a, const CompareCell *b) {
  return a->verdict == b->verdict && !compare_seen(a) == !compare_seen(b);
}

// Whether the machine is counted already, by a column that shows the same; in `*depends`, whether another compiler
// shows something else there.
static bool is_counted(const Comparison *c, const CompareCell *cell, bool *depends) {
  const CompareMachine *machine = &c->machines[cell->column];
  bool counted = false;
  *depends = false;
  for (const CompareCell *other = comparison_first(c, cell->row); other && machine->twice;
       other = comparison_next(c, other)) {
    const CompareMachine *twin = &c->machines[other->column];
    if (!comparison_same_machine(machine, twin) || comparison_same_compiler(machine, twin) || !other->conditional)
      continue;
    *depends |= !show_the_same(cell, other);
    counted |= show_the_same(cell, other) && other->column < cell->column;
  }
  counted &= !*depends;
  return counted;
}

static unsigned group_cells(const Comparison *c, unsigned row, Group groups[GROUPS]) {
  unsigned count = 0;
  for (const CompareCell *cell = comparison_first(c, row); cell; cell = comparison_next(c, cell)) {
    if (cell->predicted || !cell->conditional)
      continue;
    const CompareMachine *column = &c->machines[cell->column];
    const Identity *machine = &column->machine;
    bool depends;
    if (is_counted(c, cell, &depends))
      continue;
    Group wanted = {.arch = arch_title(machine->arch),
                    .compiled = depends ? column : NULL,
                    .emulated = machine->emulated,
                    .verdict = cell->verdict};
    unsigned g = 0;
    while (g < count && (strcmp(groups[g].arch, wanted.arch) != 0 || groups[g].emulated != wanted.emulated ||
                         groups[g].verdict != wanted.verdict || groups[g].compiled || wanted.compiled))
      g++;
    if (g == GROUPS)
      continue;
    if (g == count)
      groups[count++] = wanted;
    groups[g].machines++;
    groups[g].seen += compare_seen(cell) > 0;
  }
  return count;
}

static const char *outcome(const Group *group) {
  bool seen = group->seen > 0;
  switch (group->verdict) {
  case COMPARE_ALLOWED:
    return seen ? "seen" : "allowed and not seen";
  case COMPARE_FORBIDDEN:
    return seen ? "forbidden and yet seen" : "forbidden and not seen";
  case COMPARE_UNMODELLED:
    return seen ? "seen (unmodelled)" : "not seen (unmodelled)";
  case COMPARE_UNKNOWN:
    break;
  }
  return seen ? "seen" : "not seen";
}

// The compilers with which one machine shows the same: "the x86 machine with A or with B". Marks them as told.
static void add_compiled(Group *groups, unsigned count, unsigned first, Text *out) {
  const Group *group = &groups[first];
  text_printf(out, "the %s", group->emulated ? "emulated " : "");
  compare_printable(group->arch, out);
  text_add(out, " machine");
  for (unsigned g = first; g < count; g++) {
    const CompareMachine *with = groups[g].compiled;
    if (!with || !comparison_same_machine(with, group->compiled) || strcmp(outcome(&groups[g]), outcome(group)) != 0)
      continue;
    text_add(out, g == first ? " with " : " or with ");
    compare_compiler_name(with, out);
    groups[g].told = true;
  }
}

// The groups from `first` on that say the same of all their machines: "the x86 and ARM machines". Marks them as told.
static void add_groups(Group *groups, unsigned count, unsigned first, Text *out) {
  const Group *group = &groups[first];
  text_printf(out, "%s on ", outcome(group));
  if (group->seen && group->seen < group->machines) {
    text_printf(out, "%u of the %u %s", group->seen, group->machines, group->emulated ? "emulated " : "");
    compare_printable(group->arch, out);
    text_add(out, " machines");
    groups[first].told = true;
    return;
  }
  if (group->compiled) {
    add_compiled(groups, count, first, out);
    return;
  }
  unsigned members[GROUPS], found = 0, machines = 0;
  for (unsigned g = first; g < count; g++) {
    bool whole = !groups[g].seen || groups[g].seen == groups[g].machines;
    if (groups[g].told || groups[g].compiled || !whole || strcmp(outcome(&groups[g]), outcome(group)) != 0)
      continue;
    members[found++] = g;
    machines += groups[g].machines;
    groups[g].told = true;
  }
  text_add(out, "the ");
  for (unsigned i = 0; i < found; i++) {
    text_add(out, i == 0 ? "" : i + 1 < found ? ", " : " and ");
    text_add(out, groups[members[i]].emulated ? "emulated " : "");
    compare_printable(groups[members[i]].arch, out);
  }
  text_add(out, machines == 1 ? " machine" : " machines");
}

static bool groups_differ(const Group *groups, unsigned count) {
  bool seen = false, unseen = false, forbidden = false, allowed = false;
  for (unsigned g = 0; g < count; g++) {
    seen |= groups[g].seen > 0;
    unseen |= groups[g].seen < groups[g].machines;
    forbidden |= groups[g].verdict == COMPARE_FORBIDDEN;
    allowed |= groups[g].verdict == COMPARE_ALLOWED;
  }
  return (seen && unseen) || (forbidden && allowed);
}

bool compare_difference(const Comparison *c, unsigned row, Text *out) {
  Group groups[GROUPS];
  unsigned count = group_cells(c, row, groups);
  if (!groups_differ(groups, count))
    return false;
  compare_row_name(&c->rows[row], out);
  text_add(out, ": ");
  bool first = true;
  for (int pass = 1; pass >= 0; pass--) // where it was seen comes first
    for (unsigned g = 0; g < count; g++)
      if (!groups[g].told && (groups[g].seen > 0) == pass) {
        text_add(out, first ? "" : "; ");
        add_groups(groups, count, g, out);
        first = false;
      }
  return true;
}
