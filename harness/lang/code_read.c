#include "harness/lang/code_read.h"

#include "harness/base/suggestion.h"
#include "harness/lang/code_grade.h"
#include "harness/lang/code_notes.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  const CodeSaid *said;
  CodeNote *notes;
  unsigned note_count;
  ElfSymbol *symbols;
  unsigned symbol_count;
  CodeFile *out;
  size_t thread_capacity, result_capacity, grade_capacity;
  Arena *arena;
  Diag *diag;
} Reading;

// ---- Names

static bool is_defined(const Reading *r, const char *name) {
  for (unsigned i = 0; i < r->symbol_count; i++)
    if (r->symbols[i].section && !r->symbols[i].is_local && !strcmp(r->symbols[i].name, name))
      return true;
  return false;
}

static bool add_thread(Reading *r, const char *name, const char *symbol) {
  CodeFile *out = r->out;
  if (!is_defined(r, symbol)) {
    Suggestion suggestion = suggestion_for(symbol);
    for (unsigned i = 0; i < r->symbol_count; i++)
      if (r->symbols[i].section && r->symbols[i].is_function && !r->symbols[i].is_local)
        suggestion_try(&suggestion, r->symbols[i].name);
    return diag_error(r->diag, "%s has no function '%s' that other files can call%s", out->path, symbol,
                      suggestion_text(&suggestion, r->arena));
  }
  if (out->thread_count == LIMIT_THREADS)
    return diag_error(r->diag, "%s has more than %d threads", out->path, LIMIT_THREADS);
  out->threads = arena_grow(r->arena, out->threads, &r->thread_capacity, out->thread_count + 1, sizeof *out->threads);
  out->threads[out->thread_count++] = (CodeFunction){name, symbol};
  return true;
}

static bool is_name(const char *text) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return *text && strspn(text, letters) == strlen(text) && !strchr("0123456789", *text);
}

static bool add_result(Reading *r, const char *name) {
  CodeFile *out = r->out;
  if (!is_name(name) || strlen(name) > LIMIT_NAME)
    return diag_error(r->diag, "%s: the result '%s' is no name", out->path, name);
  for (unsigned i = 0; i < out->result_count; i++)
    if (!strcmp(out->results[i], name))
      return diag_error(r->diag, "%s: two results are named '%s'", out->path, name);
  if (out->result_count == LIMIT_REGISTERS)
    return diag_error(r->diag, "%s has more than %d results", out->path, LIMIT_REGISTERS);
  out->results = arena_grow(r->arena, out->results, &r->result_capacity, out->result_count + 1, sizeof *out->results);
  out->results[out->result_count++] = name;
  return true;
}

// "a, b": as the macro was given them.
static bool add_results(Reading *r, const char *list) {
  char *rest = arena_string(r->arena, list);
  for (char *name; (name = strtok_r(rest, ", \t\n", &rest));)
    if (!add_result(r, name))
      return false;
  return true;
}

// ---- Grades

static bool add_grade(Reading *r, GradeKind kind, const char *text, const char *sentence, const char *file,
                      unsigned line) {
  CodeFile *out = r->out;
  Source *source = ARENA_NEW(r->arena, Source);
  *source = (Source){.name = file, .bytes = text, .length = strlen(text), .line = line ? line - 1 : 0};
  const Expr *holds = code_grade_parse(out, source, r->arena, r->diag);
  if (!holds)
    return false;
  out->grades = arena_grow(r->arena, out->grades, &r->grade_capacity, out->grade_count + 1, sizeof *out->grades);
  out->grades[out->grade_count++] = (Grade){kind, text, sentence, holds};
  return true;
}

// ---- All of it

static bool read_threads(Reading *r) {
  CodeFile *out = r->out;
  for (unsigned i = 0; i < r->note_count; i++) {
    const CodeNote *note = &r->notes[i];
    if (note->kind != NOTE_THREAD)
      continue;
    out->shared_bytes = note->bytes;
    out->shared_alignment = note->alignment;
    if (!r->said->threads.count && !add_thread(r, note->text, arena_printf(r->arena, "wm_thread_%s", note->text)))
      return false;
  }
  for (unsigned i = 0; i < r->said->threads.count; i++)
    if (!add_thread(r, r->said->threads.items[i], r->said->threads.items[i]))
      return false;
  if (!out->thread_count)
    return diag_error(r->diag,
                      "%s has no thread: 'WM_THREAD(name) { ... }' of weakmem.h makes one; of an object without, "
                      "--threads f,g says which functions they are",
                      out->path);
  return true;
}

static bool read_shared(Reading *r) {
  CodeFile *out = r->out;
  if (r->said->shared_bytes) {
    out->shared_bytes = r->said->shared_bytes;
    out->shared_alignment = 64;
  }
  uint64_t alignment = out->shared_alignment;
  if (!alignment)
    return diag_error(r->diag, "%s does not say how much its threads share: --shared BYTES does", out->path);
  if (alignment & (alignment - 1) || alignment > CODE_ALIGNMENT_MOST)
    return diag_error(r->diag, "%s: what its threads share is aligned to %llu bytes; at most %d are there", out->path,
                      (unsigned long long)alignment, CODE_ALIGNMENT_MOST);
  if (out->shared_bytes > CODE_SHARED_MOST)
    return diag_error(r->diag, "%s: its threads share %llu bytes; at most %d are there", out->path,
                      (unsigned long long)out->shared_bytes, CODE_SHARED_MOST);
  return true;
}

static bool read_results(Reading *r) {
  for (unsigned i = 0; !r->said->results.count && i < r->note_count; i++)
    if (r->notes[i].kind == NOTE_RESULTS && !add_results(r, r->notes[i].text))
      return false;
  for (unsigned i = 0; i < r->said->results.count; i++)
    if (!add_result(r, r->said->results.items[i]))
      return false;
  return true;
}

// Each that cannot be read is told.
static bool read_grades(Reading *r) {
  unsigned errors = r->diag->errors;
  for (unsigned i = 0; i < r->note_count; i++) {
    const CodeNote *note = &r->notes[i];
    if (note->kind >= NOTE_ACCEPTABLE)
      add_grade(r, (GradeKind)(note->kind - NOTE_ACCEPTABLE), note->text, note->sentence, note->file, note->line);
  }
  for (unsigned i = 0; i < r->said->forbidden.count; i++)
    add_grade(r, GRADE_FORBIDDEN, r->said->forbidden.items[i], "", "--forbid", 0);
  return r->diag->errors == errors;
}

// "seqlock", of "queues/seqlock.c".
static const char *name_of(const char *path, Arena *arena) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
  return dot && dot > name ? arena_copy(arena, name, (size_t)(dot - name)) : name;
}

const CodeFile *code_read(const CodeFile *known, const CodeSaid *said, const Source *object, Arena *arena, Diag *diag) {
  Reading r = {.said = said, .out = ARENA_NEW(arena, CodeFile), .arena = arena, .diag = diag};
  Elf elf;
  *r.out = (CodeFile){.name = name_of(known->path, arena),
                      .path = known->path,
                      .story = known->story,
                      .object = known->object,
                      .digest = known->digest};
  if (!elf_read(object, arena, &elf, diag) || !elf_symbols(&elf, arena, &r.symbols, &r.symbol_count, diag) ||
      !code_notes_read(&elf, arena, &r.notes, &r.note_count, diag))
    return NULL;
  if (!read_threads(&r) || !read_shared(&r) || !read_results(&r) || !read_grades(&r))
    return NULL;
  r.out->init = is_defined(&r, "wm_init") ? "wm_init" : NULL;
  r.out->arbiter = is_defined(&r, "wm_arbiter") ? "wm_arbiter" : NULL;
  return r.out;
}

// ---- As a test

// That some forbidden grade holds.
static Prop *forbidden(const CodeFile *code, Arena *arena) {
  Prop *all = NULL;
  for (unsigned i = 0; i < code->grade_count; i++) {
    if (code->grades[i].kind != GRADE_FORBIDDEN)
      continue;
    Prop *one = ARENA_NEW(arena, Prop), *either = ARENA_NEW(arena, Prop);
    *one = (Prop){.kind = PROP_HOLDS, .expr = code->grades[i].holds};
    *either = (Prop){.kind = PROP_OR, .left = all, .right = one};
    all = all ? either : one;
  }
  return all;
}

static void add_results_to(Test *test, const CodeFile *code, Arena *arena) {
  Thread *first = &test->threads[0];
  first->registers = ARENA_ARRAY(arena, Register, code->result_count + (size_t)1);
  first->register_count = code->result_count;
  test->observables = ARENA_ARRAY(arena, Observable, code->result_count + (size_t)1);
  test->observable_count = test->observable_total = code->result_count;
  for (unsigned i = 0; i < code->result_count; i++) {
    first->registers[i] = (Register){.name = code->results[i], .type = {.base = BASE_INT64}};
    test->observables[i] = (Observable){.is_register = true, .reg = i};
  }
}

Test *code_test(const CodeFile *code, Arena *arena) {
  Test *test = ARENA_NEW(arena, Test);
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = code->path, .bytes = ""};
  *test = (Test){.name = code->name,
                 .family = "code",
                 .story = code->story,
                 .source = source,
                 .dialect = &dialect_c11,
                 .code = code,
                 .threads = ARENA_ARRAY(arena, Thread, code->thread_count),
                 .thread_count = code->thread_count};
  add_results_to(test, code, arena);
  Prop *body = forbidden(code, arena), *nothing = ARENA_NEW(arena, Prop);
  *nothing = (Prop){.kind = PROP_FALSE};
  test->condition = (Condition){body ? QUANTIFIER_NOT_EXISTS : QUANTIFIER_NONE, body ? body : nothing};
  return test;
}

// ---- Stories

static const char *line_end(const char *at) { return at + strcspn(at, "\n"); }

// `// text` lines that follow one another, or one `/* ... */`.
const char *code_read_story(const Source *c, Arena *arena) {
  const char *at = c->bytes + strspn(c->bytes, " \t\r\n");
  Text out = {0};
  if (!strncmp(at, "/*", 2)) {
    const char *end = strstr(at + 2, "*/");
    for (at += 2; end && at < end; at++)
      if (!strchr("*\n\r", *at) || (*at == '*' && at[-1] != '\n' && at[-1] != ' '))
        text_add_char(&out, *at);
      else if (*at == '\n')
        text_add_char(&out, ' ');
    return text_finish(&out, arena);
  }
  for (; !strncmp(at, "//", 2); at = line_end(at) + (*line_end(at) == '\n')) {
    const char *text = at + 2 + strspn(at + 2, " \t");
    text_add(&out, out.length ? " " : "");
    text_add_bytes(&out, text, (size_t)(line_end(at) - text));
  }
  return text_finish(&out, arena);
}
