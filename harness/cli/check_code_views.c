#include "harness/cli/check_code_views.h"

#include "harness/cli/check_views.h"
#include "harness/lang/code_grade.h"
#include "harness/model/explain.h"

#include <string.h>

static bool is_forbidden(const UsersState *state) { return state->grade && state->grade->kind == GRADE_FORBIDDEN; }

static const char *grade_of(const UsersState *state) {
  return grade_name(state->grade ? state->grade->kind : GRADE_ACCEPTABLE);
}

static const CodeFile *code_of(const CheckedCode *checked) {
  for (unsigned i = 0; i < checked->count; i++)
    if (checked->checks[i].code.code)
      return checked->checks[i].code.code;
  return NULL;
}

// ---- A row for each way

enum { CPU, COMPILER, VERDICT, FORBIDDEN };
static const SheetColumn way_columns[] = {[CPU] = {.name = "cpu", .title = "CPU", .fit = FIT_KEY},
                                          [COMPILER] = {.name = "compiler", .fit = FIT_KEY},
                                          [VERDICT] = {.name = "verdict", .fit = FIT_KEY},
                                          [FORBIDDEN] = {.name = "why", .title = "", .fit = FIT_RUNS_ON}};

// The forbidden results that it allows, or what kept it from being judged.
static const char *reason(const UsersCheck *check, Arena *arena) {
  Text text = {0};
  for (unsigned i = 0; i < check->code.state_count; i++)
    if (is_forbidden(&check->code.states[i]))
      text_printf(&text, "%s%s", text.length ? "; " : "",
                  users_state_string(check->code.code, &check->code.states[i], arena));
  if (!text.length && check->code.why)
    text_add(&text, check->code.why);
  return text_finish(&text, arena);
}

static void print_ways(const CheckedCode *checked, const SheetStyle *style, Arena *arena, Text *out) {
  static const Tone tones[] = {
      [USERS_KEPT] = TONE_GOOD, [USERS_BROKEN] = TONE_ALARM, [USERS_HANGS] = TONE_ALARM, [USERS_OPEN] = TONE_NOTICE};
  Sheet *sheet = SHEET_NEW(arena, way_columns);
  sheet->indent = 2;
  for (unsigned i = 0; i < checked->count; i++) {
    const UsersCheck *check = &checked->checks[i];
    Cell *cells = sheet_row(sheet);
    cells[CPU] = cell_text(check->build->cpu->name);
    cells[COMPILER] = cell_text(arena_printf(arena, "%s %s", check->build->compiler, check->build->flags));
    cells[VERDICT] = cell_toned(cell_text(users_verdict_name(check->verdict)), tones[check->verdict]);
    cells[FORBIDDEN] = cell_text(reason(check, arena));
  }
  sheet_text(sheet, style, out);
}

// ---- A row for each result

static const UsersState *find_state(const UsersCheck *check, const CodeFile *code, const Value *results) {
  for (unsigned i = 0; i < check->code.state_count; i++)
    if (!memcmp(check->code.states[i].results, results, code->result_count * sizeof *results))
      return &check->code.states[i];
  return NULL;
}

// "x86_64, aarch64 (clang -O2)": CPUs, and which compilers, where not all for it.
static const char *who_allows(const CheckedCode *checked, const CodeFile *code, const Value *results, Arena *arena) {
  Text text = {0};
  for (unsigned first = 0; first < checked->count; first++) {
    const Cpu *cpu = checked->checks[first].build->cpu;
    if (first && checked->checks[first - 1].build->cpu == cpu)
      continue;
    unsigned all = 0, found = 0;
    Text compilers = {0};
    for (unsigned i = first; i < checked->count && checked->checks[i].build->cpu == cpu; i++, all++)
      if (find_state(&checked->checks[i], code, results))
        text_printf(&compilers, "%s%s %s", found++ ? ", " : "", checked->checks[i].build->compiler,
                    checked->checks[i].build->flags);
    if (found)
      text_printf(&text, "%s%s", text.length ? ", " : "", cpu->name);
    if (found && found < all)
      text_printf(&text, " (%s)", text_string(&compilers));
    text_free(&compilers);
  }
  return text_finish(&text, arena);
}

static Sheet *result_sheet(const CodeFile *code, Arena *arena) {
  SheetColumn *columns = ARENA_ARRAY(arena, SheetColumn, code->result_count + (size_t)4);
  unsigned n = 0;
  columns[n++] = (SheetColumn){.name = "mark", .title = "", .kind = KIND_MARK};
  for (unsigned r = 0; r < code->result_count; r++)
    columns[n++] = (SheetColumn){.name = code->results[r], .kind = KIND_INTEGER, .fit = FIT_KEY};
  columns[n++] = (SheetColumn){.name = "allowed", .title = "allowed on", .fit = FIT_KEY};
  columns[n++] = (SheetColumn){.name = "grade", .title = "", .fit = FIT_RUNS_ON};
  Sheet *sheet = sheet_new(arena, columns, n);
  sheet->indent = 2;
  return sheet;
}

static void add_result(const CheckedCode *checked, const CodeFile *code, const UsersState *state, Sheet *sheet,
                       Arena *arena) {
  Cell *cells = sheet_row(sheet);
  bool alarm = is_forbidden(state);
  cells[0] = cell_text(alarm ? "*" : " ");
  for (unsigned r = 0; r < code->result_count; r++)
    cells[1 + r] = cell_integer((int64_t)state->results[r]);
  cells[1 + code->result_count] = cell_text(who_allows(checked, code, state->results, arena));
  if (state->grade)
    cells[2 + code->result_count] =
        cell_toned(cell_text(arena_printf(arena, "%s%s%s", grade_of(state), *state->grade->sentence ? ": " : "",
                                          state->grade->sentence)),
                   alarm ? TONE_ALARM : TONE_PLAIN);
}

// Every result that some way allows, once.
static void print_results(const CheckedCode *checked, const CodeFile *code, const SheetStyle *style, Arena *arena,
                          Text *out) {
  Sheet *sheet = result_sheet(code, arena);
  for (unsigned c = 0; c < checked->count; c++)
    for (unsigned i = 0; i < checked->checks[c].code.state_count; i++) {
      const UsersState *state = &checked->checks[c].code.states[i];
      bool seen = false;
      for (unsigned before = 0; before < c && !seen; before++)
        seen = find_state(&checked->checks[before], code, state->results) != NULL;
      if (!seen)
        add_result(checked, code, state, sheet, arena);
    }
  if (sheet->row_count)
    sheet_text(sheet, style, out);
}

// ---- What it means

// The CPUs of this verdict's ways, each once; of how many.
static unsigned cpus_of(const CheckedCode *checked, UsersVerdict verdict, const Cpu *but, Text *out) {
  unsigned count = 0;
  for (unsigned i = 0; i < checked->count; i++) {
    const Cpu *cpu = checked->checks[i].build->cpu;
    bool told = cpu == but || checked->checks[i].verdict != verdict;
    for (unsigned before = 0; before < i && !told; before++)
      told = checked->checks[before].build->cpu == cpu && checked->checks[before].verdict == verdict;
    if (!told)
      text_printf(out, "%s%s", count++ ? ", " : "", cpu->name);
  }
  return count;
}

// Whether this machine's CPU was asked about, and keeps what was asked.
static bool is_kept_here(const CheckedCode *checked) {
  bool any = false;
  for (unsigned i = 0; i < checked->count; i++)
    if (checked->checks[i].build->cpu == cpu_here()) {
      any = true;
      if (checked->checks[i].verdict != USERS_KEPT)
        return false;
    }
  return any;
}

static bool comes_of_interleaving(const CheckedCode *checked) {
  for (unsigned c = 0; c < checked->count; c++)
    for (unsigned i = 0; i < checked->checks[c].code.state_count; i++)
      if (is_forbidden(&checked->checks[c].code.states[i]) && !checked->checks[c].code.states[i].weak &&
          !users_code_is_open(&checked->checks[c].code))
        return true;
  return false;
}

static void print_meaning(const CheckedCode *checked, const SheetStyle *style, Text *out) {
  Text broken = {0}, line = {0};
  unsigned count = cpus_of(checked, USERS_BROKEN, NULL, &broken);
  if (count && is_kept_here(checked))
    text_printf(&line, "Never seen here, however long it runs: %s forbids it. Allowed on %s.\n", cpu_here()->name,
                text_string(&broken));
  if (count && comes_of_interleaving(checked))
    text_add(&line, "It takes no reordering: some order of the threads' instructions, one after another, is enough.\n");
  text_add_lines(text_string(&line), 2, style, out);
  text_free(&broken);
  text_free(&line);
}

static void print_threads(const CodeFile *code, Text *out) {
  text_add(out, "  threads:");
  for (unsigned t = 0; t < code->thread_count; t++)
    text_printf(out, "%s P%u is %s", t ? "," : "", t, code->threads[t].name);
  text_add_char(out, '\n');
}

static void explain(const CheckedCode *checked, const UsersCheck *check, Arena *arena, Text *out) {
  const char *build = check_build_string(check->build, arena);
  bool any = false;
  for (unsigned i = 0; i < check->code.state_count && (checked->explain || !any); i++) {
    const UsersState *state = &check->code.states[i];
    if (!is_forbidden(state))
      continue;
    text_printf(out, "\n%s, %s: %s\n", users_state_string(check->code.code, state, arena), build,
                state->grade->sentence);
    any = true;
    users_code_explain(&check->code, state->at, checked->judges, &checked->limits, arena, out);
  }
  if (check->code.result.hang) {
    text_printf(out, "\na wait that never ends, %s:\n", build);
    hang_explain(check->code.result.hang, checked->judges[model_index(check->build->cpu->model)].name, out);
  }
}

static void print_explanations(const CheckedCode *checked, Arena *arena, Text *out) {
  for (unsigned i = 0; i < checked->count; i++) {
    const UsersCheck *check = &checked->checks[i];
    if (check->verdict != USERS_BROKEN && !check->code.result.hang)
      continue;
    explain(checked, check, arena, out);
    if (!checked->explain)
      return;
  }
}

void check_code_text(const CheckedCode *checked, const SheetStyle *style, Arena *arena, Text *out) {
  const CodeFile *code = code_of(checked);
  tone_add(style, TONE_BOLD, checked->file, out);
  text_add_char(out, '\n');
  print_ways(checked, style, arena, out);
  if (!code)
    return;
  text_add_char(out, '\n');
  print_results(checked, code, style, arena, out);
  print_meaning(checked, style, out);
  print_threads(code, out);
  print_explanations(checked, arena, out);
  text_add_char(out, '\n');
}

// ---- For machines

enum { FILE_, CPU_, COMPILER_, FLAGS, VERDICT_, STATE, GRADE, SENTENCE, WEAK, WHY };
static const SheetColumn row_columns[] = {
    [FILE_] = {.name = "file"},  [CPU_] = {.name = "arch"},         [COMPILER_] = {.name = "compiler"},
    [FLAGS] = {.name = "flags"}, [VERDICT_] = {.name = "verdict"},  [STATE] = {.name = "state"},
    [GRADE] = {.name = "grade"}, [SENTENCE] = {.name = "sentence"}, [WEAK] = {.name = "weak"},
    [WHY] = {.name = "why"}};

static Cell *add_row(const CheckedCode *checked, const UsersCheck *check, Sheet *sheet) {
  Cell *cells = sheet_row(sheet);
  cells[FILE_] = cell_text(checked->file);
  cells[CPU_] = cell_text(check->build->cpu->name);
  cells[COMPILER_] = cell_text(check->build->compiler);
  cells[FLAGS] = cell_text(check->build->flags);
  cells[VERDICT_] = cell_text(users_verdict_name(check->verdict));
  cells[WHY] = cell_text(check->code.why);
  return cells;
}

Sheet *check_code_rows(const CheckedCode *checked, Arena *arena) {
  Sheet *sheet = SHEET_NEW(arena, row_columns);
  for (unsigned c = 0; checked && c < checked->count; c++) {
    const UsersCheck *check = &checked->checks[c];
    for (unsigned i = 0; i < check->code.state_count; i++) {
      const UsersState *state = &check->code.states[i];
      Cell *cells = add_row(checked, check, sheet);
      cells[STATE] = cell_text(users_state_string(check->code.code, state, arena));
      cells[GRADE] = cell_text(grade_of(state));
      cells[SENTENCE] = cell_text(state->grade ? state->grade->sentence : "");
      if (is_forbidden(state))
        cells[WEAK] = cell_flag(state->weak);
    }
    if (!check->code.state_count)
      add_row(checked, check, sheet);
  }
  return sheet;
}

void check_code_junit(const CheckedCode *checked, Arena *arena, Junit *junit) {
  for (unsigned c = 0; c < checked->count; c++) {
    const UsersCheck *check = &checked->checks[c];
    static const JunitOutcome outcomes[] = {[USERS_KEPT] = JUNIT_PASSED,
                                            [USERS_BROKEN] = JUNIT_FAILED,
                                            [USERS_HANGS] = JUNIT_FAILED,
                                            [USERS_OPEN] = JUNIT_ERROR};
    JunitCase one = {.group = check_build_string(check->build, arena),
                     .name = checked->file,
                     .outcome = outcomes[check->verdict],
                     .message = reason(check, arena)};
    if (check->verdict == USERS_BROKEN || check->verdict == USERS_HANGS) {
      Text details = {0};
      explain(checked, check, arena, &details);
      one.details = text_finish(&details, arena);
    }
    junit_add(junit, &one);
  }
}
