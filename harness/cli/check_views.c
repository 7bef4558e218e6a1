#include "harness/cli/check_views.h"

#include "harness/lang/print.h"
#include "harness/model/explain.h"

#include <stdlib.h>
#include <string.h>

static const char *kept(Text *text, Arena *arena) {
  const char *string = arena_string(arena, text_string(text));
  text_free(text);
  return string;
}

const char *check_build_string(const CheckBuild *build, Arena *arena) {
  return arena_printf(arena, "%s%s%s for %s", build->compiler, *build->flags ? " " : "", build->flags,
                      build->cpu->name);
}

static const char *state_string(const Test *test, State state, Arena *arena) {
  Text text = {0};
  state_print(test, state, &text);
  return kept(&text, arena);
}

// ---- The line of a test

// "kept", or "kept 3, broken 1".
static void add_verdicts(const CheckedTest *checked, const SheetStyle *style, Text *out) {
  unsigned counts[CHECK_UNREAD + 1] = {0};
  for (unsigned c = 0; c < checked->count; c++)
    counts[checked->checks[c].verdict]++;
  const char *comma = "";
  for (unsigned v = 0; v <= CHECK_UNREAD; v++) {
    if (!counts[v])
      continue;
    text_add(out, comma);
    comma = ", ";
    tone_add(style,
             v == CHECK_BROKEN ? TONE_ALARM
             : v == CHECK_KEPT ? TONE_GOOD
                               : TONE_NOTICE,
             check_verdict_name(v), out);
    if (counts[v] < checked->count)
      text_printf(out, " %u", counts[v]);
  }
}

enum { STATES_SHOWN = 2 }; // on the line of a test

// Which weak states the code of some way allows by this one's doing, each once.
static void add_weak(const CheckedTest *checked, bool by_compiler, Arena *arena, Text *out) {
  const char *shown[STATES_SHOWN];
  unsigned count = 0;
  State *states = NULL;
  size_t capacity = 0;
  for (unsigned c = 0; c < checked->count; c++)
    for (unsigned i = 0; i < checked->checks[c].state_count; i++) {
      const CheckState *s = &checked->checks[c].states[i];
      bool known = !s->is_weak || s->by_compiler != by_compiler;
      for (unsigned k = 0; k < count && !known; k++)
        known = !state_compare(checked->test, states[k], s->state);
      if (known)
        continue;
      states = arena_grow(arena, states, &capacity, count + 1, sizeof *states);
      if (count < STATES_SHOWN)
        shown[count] = state_string(checked->test, s->state, arena);
      states[count++] = s->state;
    }
  for (unsigned i = 0; i < count && i < STATES_SHOWN; i++)
    text_printf(out, "%s%s", i ? " | " : "; ", shown[i]);
  if (count > STATES_SHOWN)
    text_printf(out, " and %u more", count - STATES_SHOWN);
  if (count)
    text_add(out, by_compiler ? " by the compiler" : " by the CPU");
}

// Why tests were not judged, each reason once, with the first way that has it.
static void add_reasons(const CheckedTest *checked, Arena *arena, Text *out) {
  for (unsigned c = 0; c < checked->count; c++) {
    const Check *check = &checked->checks[c];
    unsigned same = 0, more = 0;
    for (unsigned d = 0; check->why && d < checked->count; d++) {
      const Check *other = &checked->checks[d];
      bool equal = other->why && other->verdict == check->verdict && !strcmp(other->why, check->why);
      same += equal && d < c;
      more += equal && d > c;
    }
    if (!check->why || same)
      continue;
    if (check->verdict == CHECK_RACY) { // whoever compiles it
      text_printf(out, "  racy: %s\n", check->why);
      continue;
    }
    text_printf(out, "  %s by %s", check_verdict_name(check->verdict), check_build_string(check->build, arena));
    text_printf(out, more ? " and %u more: %s\n" : ": %.0u%s\n", more, check->why);
  }
}

// ---- What was broken

static void explain(const Prediction *p, const EnumerationLimits *limits, State state, Arena *arena, Text *out) {
  const EventValue *values = prediction_values(p->test, state, arena);
  Explanation explanation = model_explain(p->judge->cat, p->program, limits, values, arena);
  explanation_print(&explanation, p->judge->name, out);
}

static const CheckState *first_added(const Check *check) {
  const CheckState *state = check->states;
  while (!state->is_added)
    state++;
  return state;
}

static void add_code(const Test *test, const Check *check, Arena *arena, Text *out) {
  for (unsigned t = 0; t < test->thread_count; t++) {
    text_printf(out, "  P%u by %s:\n", t, check_build_string(check->build, arena));
    machine_code_print(&check->code, t, check->objects[t].source, out);
  }
}

// All on the first way of each CPU, a line on each of the others.
static void add_broken(const CheckedTest *checked, const EnumerationLimits *limits, const SheetStyle *style,
                       Arena *arena, Text *out) {
  for (unsigned c = 0; c < checked->count; c++) {
    Check check = checked->checks[c];
    if (check.verdict != CHECK_BROKEN)
      continue;
    bool told = false;
    for (unsigned d = 0; d < c; d++)
      told |= checked->checks[d].verdict == CHECK_BROKEN && checked->checks[d].build->cpu == check.build->cpu;
    State state = first_added(&check)->state;
    text_add(out, "  ");
    tone_add(style, TONE_ALARM, "broken", out);
    text_printf(out, " by %s%s: %s\n", told ? "" : "the compiler, ", check_build_string(check.build, arena),
                state_string(checked->test, state, arena));
    if (told)
      continue;
    explain(&checked->source, limits, state, arena, out);
    machine_code_tell_lines(&check.code, checked->test, check.objects, arena);
    check.of_code.program = check.code.program;
    explain(&check.of_code, limits, state, arena, out);
    add_code(checked->test, &check, arena, out);
  }
}

void check_text(const CheckedTest *checked, const EnumerationLimits *limits, const SheetStyle *style, Arena *arena,
                Text *out) {
  text_printf(out, "%s: ", checked->test->name);
  add_verdicts(checked, style, out);
  add_weak(checked, true, arena, out);
  add_weak(checked, false, arena, out);
  text_add_char(out, '\n');
  add_reasons(checked, arena, out);
  add_broken(checked, limits, style, arena, out);
}

// ---- Columns and objects

enum { TEST, COMPILER, FLAGS, ARCH, VERDICT, STATES };
static const SheetColumn columns[] = {
    [TEST] = {.name = "test"}, [COMPILER] = {.name = "compiler"}, [FLAGS] = {.name = "flags"},
    [ARCH] = {.name = "arch"}, [VERDICT] = {.name = "verdict"},   [STATES] = {.name = "states"}};

Sheet *check_rows(const CheckedTest *checked, Arena *arena) {
  Sheet *sheet = SHEET_NEW(arena, columns);
  for (unsigned c = 0; checked && c < checked->count; c++) {
    const Check *check = &checked->checks[c];
    Cell *cells = sheet_row(sheet);
    Text states = {0};
    for (unsigned i = 0; i < check->state_count; i++)
      if (check->states[i].is_added) {
        text_add(&states, states.length ? " | " : "");
        state_print(checked->test, check->states[i].state, &states);
      }
    cells[TEST] = cell_text(checked->test->name);
    cells[COMPILER] = cell_text(check->build->compiler);
    cells[FLAGS] = cell_text(check->build->flags);
    cells[ARCH] = cell_text(check->build->cpu->name);
    cells[VERDICT] = cell_text(check_verdict_name(check->verdict));
    cells[STATES] = cell_text(kept(&states, arena));
  }
  return sheet;
}

static Cell versions_cell(const CheckBuild *build, Arena *arena) {
  const char **versions = ARENA_ARRAY(arena, const char *, build->thread_count);
  for (unsigned t = 0; t < build->thread_count; t++)
    versions[t] = build->of_thread[t]->version;
  return build->thread_count == 1 ? cell_text(versions[0]) : cell_texts(versions, build->thread_count, arena);
}

Sheet *check_objects(const CheckedTest *checked, Arena *arena) {
  Sheet *list = sheet_list(arena);
  for (unsigned c = 0; c < checked->count; c++) {
    const Check *check = &checked->checks[c];
    Sheet *object = sheet_object(arena), *added = sheet_list(arena), *weak = sheet_list(arena);
    for (unsigned i = 0; i < check->state_count; i++) {
      const CheckState *s = &check->states[i];
      const char *text = state_string(checked->test, s->state, arena);
      if (s->is_added)
        sheet_add(added, cell_text(text));
      if (!s->is_weak)
        continue;
      Sheet *one = sheet_object(arena);
      sheet_set(one, "state", cell_text(text));
      sheet_set(one, "by", cell_text(s->by_compiler ? "compiler" : "cpu"));
      sheet_add(weak, cell_sheet(one));
    }
    sheet_set(object, "schema", cell_text("weakmem.check/1"));
    sheet_set(object, "test", cell_text(checked->test->name));
    sheet_set(object, "file", cell_text(checked->test->source->name));
    sheet_set(object, "compiler", cell_text(check->build->compiler));
    sheet_set(object, "version", versions_cell(check->build, arena));
    sheet_set(object, "flags", cell_text(check->build->flags));
    sheet_set(object, "arch", cell_text(check->build->cpu->name));
    sheet_set(object, "verdict", cell_text(check_verdict_name(check->verdict)));
    sheet_set(object, "states", cell_sheet(added));
    sheet_set(object, "weak", cell_sheet(weak));
    sheet_set(object, "reason", cell_text(check->why));
    sheet_add(list, cell_sheet(object));
  }
  return list;
}

// ---- JUnit

// What is broken in the first of its ways has the test's text with it.
void check_junit(const CheckedTest *checked, const EnumerationLimits *limits, Arena *arena, Junit *out) {
  Sheet *rows = check_rows(checked, arena);
  bool told = false;
  for (unsigned c = 0; c < checked->count; c++) {
    const Check *check = &checked->checks[c];
    JunitCase one = {.group = check_build_string(check->build, arena), .name = checked->test->name};
    if (check->verdict == CHECK_BROKEN) {
      Text details = {0};
      if (!told)
        check_text(checked, limits, &(SheetStyle){0}, arena, &details);
      told = true;
      one.outcome = JUNIT_FAILED;
      one.message = arena_printf(arena, "the code allows what %s forbids: %s", checked->test->dialect->language,
                                 rows->rows[c].cells[STATES].text);
      one.details = text_finish(&details, arena);
    } else if (check->verdict != CHECK_KEPT) {
      one.outcome = check->failed ? JUNIT_ERROR : JUNIT_SKIPPED;
      one.message = arena_printf(arena, "%s%s%s", check_verdict_name(check->verdict), check->why ? ": " : "",
                                 check->why ? check->why : "");
    }
    junit_add(out, &one);
  }
}

// ---- The table at the end

// Whether two ways are of one compiler and CPU, whatever their flags.
static bool same_compiler(const CheckBuild *a, const CheckBuild *b) {
  return a->cpu == b->cpu && !strcmp(a->compiler, b->compiler);
}

// The first way of each compiler and CPU: the table's columns.
static unsigned columns_of(const CheckTable *table, unsigned *firsts) {
  unsigned count = 0;
  for (unsigned b = 0; b < table->build_count; b++) {
    unsigned known = 0;
    while (known < count && !same_compiler(&table->builds[firsts[known]], &table->builds[b]))
      known++;
    if (known == count)
      firsts[count++] = b;
  }
  return count;
}

// How much a verdict matters: a broken one most.
static unsigned weight(CheckVerdict verdict) {
  static const unsigned weights[] = {
      [CHECK_KEPT] = 0, [CHECK_RACY] = 1, [CHECK_THIN_AIR] = 2, [CHECK_UNREAD] = 3, [CHECK_BROKEN] = 4};
  return weights[verdict];
}

// What matters most of the ways of one compiler: "kept", "broken -O2 -O3".
static Cell verdict_cell(const CheckTable *table, const CheckVerdict *verdicts, const CheckBuild *of, Arena *arena) {
  CheckVerdict worst = CHECK_KEPT;
  unsigned all = 0, such = 0;
  for (unsigned b = 0; b < table->build_count; b++)
    if (same_compiler(&table->builds[b], of) && weight(verdicts[b]) > weight(worst))
      worst = verdicts[b];
  Text text = {0};
  text_add(&text, check_verdict_name(worst));
  for (unsigned b = 0; b < table->build_count; b++)
    all += same_compiler(&table->builds[b], of), such += same_compiler(&table->builds[b], of) && verdicts[b] == worst;
  for (unsigned b = 0; b < table->build_count && such < all; b++)
    if (same_compiler(&table->builds[b], of) && verdicts[b] == worst)
      text_printf(&text, " %s", table->builds[b].flags);
  Tone tone = worst == CHECK_BROKEN ? TONE_ALARM : worst == CHECK_KEPT ? TONE_PLAIN : TONE_DIM;
  return cell_toned(cell_text(kept(&text, arena)), tone);
}

static Sheet *new_table(const CheckTable *table, const unsigned *firsts, unsigned count, Arena *arena) {
  SheetColumn *shown = ARENA_ARRAY(arena, SheetColumn, count + (size_t)1);
  bool one_cpu = true;
  for (unsigned i = 1; i < count; i++)
    one_cpu &= table->builds[firsts[i]].cpu == table->builds[firsts[0]].cpu;
  shown[0] = (SheetColumn){.name = "test", .fit = FIT_KEY};
  for (unsigned i = 0; i < count; i++) {
    const CheckBuild *build = &table->builds[firsts[i]];
    const char *name = one_cpu ? build->compiler : arena_printf(arena, "%s %s", build->compiler, build->cpu->name);
    shown[i + 1] = (SheetColumn){.name = name, .width = 8};
  }
  return sheet_new(arena, shown, count + 1);
}

void check_table_text(const CheckTable *table, const SheetStyle *style, Arena *arena, Text *out) {
  unsigned *firsts = ARENA_ARRAY(arena, unsigned, table->build_count), count = columns_of(table, firsts);
  unsigned counts[CHECK_UNREAD + 1] = {0};
  Sheet *sheet = new_table(table, firsts, count, arena);
  for (unsigned t = 0; t < table->test_count; t++) {
    const CheckVerdict *verdicts = &table->verdicts[(size_t)t * table->build_count];
    Cell *cells = sheet_row(sheet);
    cells[0] = cell_text(table->names[t]);
    for (unsigned i = 0; i < count; i++)
      cells[i + 1] = verdict_cell(table, verdicts, &table->builds[firsts[i]], arena);
    for (unsigned b = 0; b < table->build_count; b++)
      counts[verdicts[b]]++;
  }
  text_add_char(out, '\n');
  sheet_text(sheet, style, out);
  text_printf(out, "\n%u test%s, %u way%s to compile %s:", table->test_count, table->test_count == 1 ? "" : "s",
              table->build_count, table->build_count == 1 ? "" : "s", table->test_count == 1 ? "it" : "each");
  const char *comma = " ";
  for (unsigned v = 0; v <= CHECK_UNREAD; v++)
    if (counts[v]) {
      text_printf(out, "%s%u %s", comma, counts[v], check_verdict_name(v));
      comma = ", ";
    }
  text_add_char(out, '\n');
}

// ---- Versions

// "clang for riscv": what a compiler is called without its version, and its CPU where that is not this one.
static const char *family_of(const CheckBuild *build, Arena *arena) {
  const char *dash = strrchr(build->compiler, '-');
  bool versioned = dash && dash[1] && !dash[1 + strspn(dash + 1, "0123456789.")];
  size_t length = versioned ? (size_t)(dash - build->compiler) : strlen(build->compiler);
  const char *name = arena_copy(arena, build->compiler, length);
  return build->cpu == cpu_here() ? name : arena_printf(arena, "%s for %s", name, build->cpu->name);
}

// 12.002 of "gcc (Debian 12.2.0-14) 12.2.0": the first number with a point in it.
static double version_of(const CheckBuild *build) {
  for (const char *at = build->of_thread[0]->version; *at; at++) {
    char *end;
    unsigned long major = strtoul(at, &end, 10);
    if (*at < '0' || *at > '9')
      continue;
    if (*end == '.' && end[1] >= '0' && end[1] <= '9')
      return (double)major + (double)strtoul(end + 1, NULL, 10) / 1000;
    at = end - 1;
  }
  return 0;
}

enum { GOOD_TEST, GOOD_COMPILER, GOOD_FROM, GOOD_BROKEN, GOOD_UNREAD };
static const SheetColumn good_columns[] = {[GOOD_TEST] = {.name = "test", .fit = FIT_KEY},
                                           [GOOD_COMPILER] = {.name = "compiler", .fit = FIT_KEY},
                                           [GOOD_FROM] = {.name = "kept_from", .title = "kept from"},
                                           [GOOD_BROKEN] = {.name = "broken_by", .title = "broken by"},
                                           [GOOD_UNREAD] = {.name = "unread_by", .title = "unread by"}};

// Whether some way of this compiler, with whatever flags, comes to the verdict.
static bool comes_to(const CheckTable *table, unsigned test, const char *compiler, const Cpu *cpu,
                     CheckVerdict verdict) {
  for (unsigned b = 0; b < table->build_count; b++)
    if (!strcmp(table->builds[b].compiler, compiler) && table->builds[b].cpu == cpu &&
        table->verdicts[(size_t)test * table->build_count + b] == verdict)
      return true;
  return false;
}

// One family's row: `order` has its ways, by version.
static void add_first_good(const CheckTable *table, unsigned test, const unsigned *order, unsigned count,
                           Sheet *sheet) {
  const char *broken = "", *unread = "", *from = NULL;
  for (unsigned i = 0; i < count; i++) {
    const CheckBuild *build = &table->builds[order[i]];
    if (i && !strcmp(table->builds[order[i - 1]].compiler, build->compiler))
      continue; // with other flags
    bool breaks = comes_to(table, test, build->compiler, build->cpu, CHECK_BROKEN);
    bool is_unread = !breaks && comes_to(table, test, build->compiler, build->cpu, CHECK_UNREAD);
    const char **list = breaks ? &broken : &unread;
    if (breaks || is_unread)
      *list = arena_printf(sheet->arena, "%s%s%s", *list, **list ? " " : "", build->compiler);
    from = breaks || is_unread ? NULL : from ? from : build->compiler;
  }
  Cell *cells = sheet_row(sheet);
  cells[GOOD_TEST] = cell_text(table->names[test]);
  cells[GOOD_COMPILER] = cell_text(family_of(&table->builds[order[0]], sheet->arena));
  cells[GOOD_FROM] = cell_text(from ? from : "none");
  cells[GOOD_BROKEN] = cell_text(broken);
  cells[GOOD_UNREAD] = cell_text(unread);
}

static int compare_versions(const void *a, const void *b, void *builds) {
  double x = version_of((const CheckBuild *)builds + *(const unsigned *)a);
  double y = version_of((const CheckBuild *)builds + *(const unsigned *)b);
  return (x > y) - (x < y);
}

Sheet *check_first_good(const CheckTable *table, Arena *arena) {
  Sheet *sheet = SHEET_NEW(arena, good_columns);
  unsigned *order = ARENA_ARRAY(arena, unsigned, table->build_count);
  for (unsigned t = 0; t < table->test_count; t++)
    for (unsigned b = 0; b < table->build_count; b++) {
      const char *family = family_of(&table->builds[b], arena);
      unsigned count = 0;
      bool known = false;
      for (unsigned d = 0; d < table->build_count; d++) {
        bool same = !strcmp(family_of(&table->builds[d], arena), family);
        known |= same && d < b;
        if (same)
          order[count++] = d;
      }
      if (known)
        continue;
      qsort_r(order, count, sizeof *order, compare_versions, (void *)table->builds);
      add_first_good(table, t, order, count, sheet);
    }
  return sheet;
}
