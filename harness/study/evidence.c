#include "harness/study/evidence.h"

#include "harness/base/data_folder.h"
#include "harness/base/file.h"
#include "harness/lang/print.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDERS = 1000 }; // that hold evidence on one test, at most

// ---- The report

// As a shell reads it back: in single quotes, unless it needs none.
static void add_quoted(const char *word, Text *out) {
  if (*word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@")]) {
    text_add(out, word);
    return;
  }
  text_add_char(out, '\'');
  for (; *word; word++)
    if (*word == '\'')
      text_add(out, "'\\''");
    else
      text_add_char(out, *word);
  text_add_char(out, '\'');
}

static void add_command(const Campaign *campaign, const CampaignRun *run, const char *folder, Text *out) {
  const Record *record = &run->record;
  text_printf(out, "weakmem run --engine %s --actors %s --pus ", record->engine, record->actors);
  text_add_numbers(out, record->pus, record->instances ? record->pu_count / record->instances : record->pu_count);
  const RunOptions *options = &campaign->options;
  text_printf(out, " --seed %llu", (unsigned long long)record->seed);
  if (options->seconds > 0)
    text_printf(out, " --time %g", options->seconds);
  if (options->iterations)
    text_printf(out, " --iterations %llu", (unsigned long long)options->iterations);
  if (options->timeout > 0)
    text_printf(out, " --timeout %g", options->timeout);
  text_printf(out, "%s --cc ", options->until_witness ? " --until-witness" : "");
  add_quoted(record->compiler_path, out);
  text_add(out, " --cflags ");
  add_quoted(record->compiler_flags, out);
  text_add_char(out, ' ');
  if (folder) {
    add_quoted(folder, out);
    text_add(out, "/test.litmus");
    return;
  }
  if (strcmp(run->fence, "none") != 0)
    text_printf(out, "--fence %s ", run->fence);
  add_quoted(record->family && *record->family ? record->test : record->file, out);
}

// Whose it is, and what tells.
static void add_culprit(const Record *record, const Violation *violation, Text *out) {
  const char *cpu = cpu_here() ? cpu_here()->model->name : "this CPU's model";
  switch (violation->culprit) {
  case CULPRIT_COMPILER:
    text_printf(out,
                "Whose: the compiler's. %s forbids the state for the source; %s allows it for the instructions that %s "
                "%s made\n       of it, which were read back. They are shown by: weakmem show --part asm\n",
                violation->model, cpu, record->compiler_path, record->compiler_flags);
    return;
  case CULPRIT_CPU:
    text_printf(out,
                "Whose: the %s's, or weakmem's. %s forbids the state for the very instructions that ran, which were "
                "read back.\n       %s\n",
                record->machine.emulated ? "emulator" : "CPU", violation->model,
                record->machine.emulated ? "No such CPU ran this, and nothing is said of one."
                                         : "Do other machines of this kind show it, and is there an erratum on it?");
    return;
  case CULPRIT_UNKNOWN:
    text_printf(out, "Whose: not known, the compiler's or the CPU's. The code that ran could not be read: %s\n",
                violation->unread);
    return;
  }
}

void evidence_report(const Campaign *campaign, const CampaignRun *run, const char *folder, Text *out) {
  const Violation *violation = &run->labels.violation;
  text_printf(out, "FORBIDDEN: %s  seen %llu times, and %s forbids it\n", violation->state,
              (unsigned long long)violation->count, violation->model);
  text_add(out, violation->why);
  add_culprit(&run->record, violation, out);
  if (violation->also)
    text_printf(out, "Also: the lockstep engine showed %s, which should not be either\n", violation->also);
  if (violation->confirmed)
    text_printf(out, "Confirmed: the lockstep engine saw it %llu times, in the functions whose code was read\n",
                (unsigned long long)violation->confirmed);
  if (folder)
    text_printf(out, "Kept: %s\n", folder);
  if (run->record.machine.emulated)
    text_add(out, "This ran under an emulator: run it again under the same one, with the emulator's command and this\n"
                  "program's path in place of `weakmem`.\n");
  text_add(out, "Again: ");
  add_command(campaign, run, folder, out);
  text_add_char(out, '\n');
}

// ---- What is kept

// A folder that was not there, named for the test: "SB-1". The name of a test may hold anything, a path's does not.
static char *new_folder(const char *test, Arena *arena) {
  const char *kept = data_folder_path("forbidden", arena);
  if (!kept)
    return NULL;
  char *name = arena_string(arena, test);
  for (char *c = name; *c; c++)
    if (*c == '/' || (unsigned char)*c < ' ')
      *c = '_';
  for (unsigned i = 1; i <= FOLDERS; i++) {
    char *path = arena_printf(arena, "%s/%.100s-%u", kept, name, i);
    Diag unsaid = {.arena = arena}; // evidence_keep warns
    if (!file_make_folders(path, 0700, &unsaid))
      return NULL;
    if (!mkdir(path, 0700))
      return path;
    if (errno != EEXIST)
      return NULL;
  }
  return NULL;
}

static bool keep_text(const char *folder, const char *name, Text *text, Arena *arena) {
  bool kept = file_create(arena_printf(arena, "%s/%s", folder, name), text_string(text), text->length);
  text_clear(text);
  return kept;
}

static bool keep_object(const char *folder, const CampaignRun *run, Arena *arena) {
  FILE *from = fopen(compiled_object(run->compiled), "rbe");
  if (!from)
    return false;
  Text bytes = {0};
  char buffer[4096];
  for (size_t length; (length = fread(buffer, 1, sizeof buffer, from)) > 0;)
    text_add_bytes(&bytes, buffer, length);
  bool kept = !ferror(from) && keep_text(folder, "test.so", &bytes, arena);
  fclose(from);
  text_free(&bytes);
  return kept;
}

static bool keep_all(const Campaign *campaign, const CampaignRun *run, const char *folder, Arena *arena, Diag *diag) {
  Text text = {0};
  test_print(run->test, &text);
  bool kept = keep_text(folder, "test.litmus", &text, arena);
  build_emit(run->test, compiled_engine(run->compiled), arena, &text);
  kept &= keep_text(folder, "test.c", &text, arena);
  kept &= keep_object(folder, run, arena);
  Diag unseen = {.arena = arena}; // no objdump: the object itself is there
  if (build_disassemble(run->compiled, arena, &text, &unseen))
    kept &= keep_text(folder, "test.s", &text, arena);
  evidence_report(campaign, run, folder, &text);
  kept &= keep_text(folder, "report.txt", &text, arena);
  text_free(&text);
  RecordWriter *writer = record_writer_open(arena_printf(arena, "%s/record.jsonl", folder), diag);
  kept &= writer && record_writer_add(writer, &run->record, diag);
  if (writer)
    record_writer_close(writer);
  return kept;
}

const char *evidence_keep(const Campaign *campaign, const CampaignRun *run, Arena *arena, Diag *diag) {
  const char *folder = new_folder(run->record.test, arena);
  if (!folder) {
    diag_warning(diag, "%s: no folder can be made to keep what it takes to look into a forbidden state",
                 run->record.test);
    return NULL;
  }
  if (!keep_all(campaign, run, folder, arena, diag))
    diag_warning(diag, "%s: not everything could be kept in %s", run->record.test, folder);
  return folder;
}
