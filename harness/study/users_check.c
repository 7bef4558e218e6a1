#include "harness/study/users_check.h"

#include "harness/lang/code_grade.h"

#include <string.h>

const char *users_verdict_name(UsersVerdict verdict) {
  static const char *const names[] = {"kept", "broken", "hangs", "open"};
  return names[verdict];
}

static const char *first_line(const char *text, Arena *arena) { return arena_copy(arena, text, strcspn(text, "\n")); }

// The line of a compiler's words that speaks of an error, else their first.
static const char *told(const Diag *diag, Arena *arena) {
  const char *all = diag->first ? diag->first->message : "no reason is known", *line = strstr(all, "error:");
  while (line && line > all && line[-1] != '\n')
    line--;
  return first_line(line ? line : all, arena);
}

static UsersVerdict verdict_of(const UsersCode *code) {
  for (unsigned i = 0; i < code->state_count; i++)
    if (code->states[i].grade && code->states[i].grade->kind == GRADE_FORBIDDEN)
      return USERS_BROKEN;
  return code->result.hang ? USERS_HANGS : code->why ? USERS_OPEN : USERS_KEPT;
}

static UsersCode judge(const UsersFile *file, const CheckBuild *build, const Compiler *compiler, const Judge *judges,
                       const UsersOptions *options, Arena *arena) {
  UsersCode code = {.code = file->code, .cpu = build->cpu};
  Diag diag = {.arena = arena};
  Text listing = {0};
  if (!build_list_object(file->code->object, compiler->target, arena, &listing, &diag) || diag.warnings) {
    text_free(&listing);
    code.why = told(&diag, arena);
    return code;
  }
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = file->code->path, .bytes = text_finish(&listing, arena)};
  source->length = strlen(source->bytes);
  return users_code_judge(file->code, build->cpu, source, judges, options, arena);
}

UsersMade users_make(const Source *given, const CodeSaid *said, const CheckBuild *build, const Stop *stop,
                     Arena *arena) {
  UsersMade made = {.build = build, .file.given = given, .compiler = *build->of_thread[0]};
  made.compiler.flags =
      arena_printf(arena, "%s -fno-tree-vectorize -fno-tree-slp-vectorize%s%s", made.compiler.flags,
                   build->cpu->object_flags ? " " : "", build->cpu->object_flags ? build->cpu->object_flags : "");
  Diag diag = {.arena = arena};
  if (!users_read(&made.file, 1, said, &made.compiler, stop, arena, &diag))
    made.why = told(&diag, arena);
  return made;
}

UsersCheck users_judge(const UsersMade *made, const Judge *judges, const UsersOptions *options, Arena *arena) {
  UsersCheck out = {.build = made->build, .code = {.cpu = made->build->cpu, .why = made->why}};
  if (made->file.code)
    out.code = judge(&made->file, made->build, &made->compiler, judges, options, arena);
  out.verdict = verdict_of(&out.code);
  return out;
}

UsersCheck users_check(const Source *given, const CodeSaid *said, const CheckBuild *build, const Judge *judges,
                       const UsersOptions *options, const Stop *stop, Arena *arena) {
  UsersMade made = users_make(given, said, build, stop, arena);
  UsersCheck out = users_judge(&made, judges, options, arena);
  users_release(&made.file, 1);
  return out;
}
