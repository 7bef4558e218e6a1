#include "harness/cli/check_code.h"

#include "harness/cli/check_code_views.h"

typedef struct {
  const CodeCheckRun *run;
  Progress progress;
  const Judge *judges;
  Junit junit;
  unsigned counts[USERS_OPEN + 1];
} Session;

static void print(const Session *s, Text *text) {
  fwrite(text_string(text), 1, text->length, s->run->out);
  fflush(s->run->out);
  text_free(text);
}

static void tell(Session *s, const CheckedCode *checked, Arena *arena) {
  Text text = {0};
  if (s->run->as_junit)
    check_code_junit(checked, arena, &s->junit);
  else if (s->run->common->format == FORMAT_TSV)
    sheet_tsv(check_code_rows(checked, arena), &text);
  else if (s->run->common->format == FORMAT_JSON)
    sheet_json(check_code_rows(checked, arena), &(SheetJson){.lines = true}, &text);
  else
    check_code_text(checked, &s->run->style, arena, &text);
  progress_clear(&s->progress);
  print(s, &text);
}

// One file in every way. False once it is to stop.
static bool check_file(Session *s, const Source *file) {
  const CodeCheckRun *run = s->run;
  Arena *arena = arena_new();
  UsersCheck *checks = ARENA_ARRAY(arena, UsersCheck, run->build_count);
  CheckedCode checked = {.checks = checks,
                         .file = file->name,
                         .judges = s->judges,
                         .limits = run->options.limits,
                         .explain = run->explain};
  for (; checked.count < run->build_count && !*run->console->stop; checked.count++) {
    const CheckBuild *build = &run->builds[checked.count];
    progress_show(&s->progress, "%s: %s for %s", file->name, build->compiler, build->cpu->name);
    checks[checked.count] = users_check(file, run->said, build, s->judges, &run->options, run->console->stop, arena);
    s->counts[checks[checked.count].verdict]++;
  }
  tell(s, &checked, arena);
  arena_free(arena);
  return !*run->console->stop && !ferror(run->out);
}

int check_code(const CodeCheckRun *run) {
  Arena *arena = arena_new();
  Session s = {.run = run, .progress = progress_new(run->console, run->common->quiet), .judges = judges_all(arena)};
  Text text = {0};
  if (run->common->format == FORMAT_TSV && !run->as_junit)
    sheet_tsv_names(check_code_rows(NULL, arena), &text);
  print(&s, &text);
  bool whole = true;
  for (unsigned i = 0; i < run->files->count && whole; i++)
    whole = check_file(&s, run->files->files[i].given);
  if (run->as_junit) {
    junit_end(&s.junit, "weakmem check", &text);
    print(&s, &text);
  }
  arena_free(arena);
  bool bad = s.counts[USERS_BROKEN] || s.counts[USERS_HANGS];
  return bad ? EXIT_FORBIDDEN : s.counts[USERS_OPEN] || !whole ? EXIT_MACHINE : EXIT_OK;
}
