#include "results/shared.h"

#include "harness/lang/print.h"
#include "results/record_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 4, DAY = 10 }; // of a digest that a name goes with; of "2026-11-28"

// ---- Tests that come with weakmem

static const Test *test_called(const Suite *suite, const char *name) {
  for (unsigned i = 0; i < suite->count; i++)
    if (!strcmp(suite->tests[i]->name, name))
      return suite->tests[i];
  return NULL;
}

static const char *condition_of(const Test *test, Arena *arena) {
  Text text = {0};
  condition_print(test, &text);
  return text_finish(&text, arena);
}

static void leave_test_out(Record *record, const Suite *suite, Arena *arena) {
  const Test *test = test_called(suite, record->test);
  char digest[65];
  if (!test)
    return;
  test_digest(test, digest);
  if (strcmp(digest, record->digest) != 0 || strcmp(condition_of(test, arena), record->condition) != 0)
    return;
  record->digest = arena_copy(arena, digest, DIGITS);
  record->condition = "";
}

static bool restore_test(Record *record, const Suite *suite, Arena *arena, const char **why) {
  if (strlen(record->digest) != DIGITS)
    return true;
  const Test *test = test_called(suite, record->test);
  char *digest = arena_alloc(arena, 65);
  if (test)
    test_digest(test, digest);
  if (!test || strncmp(digest, record->digest, DIGITS) != 0) {
    *why = arena_printf(arena, "test %.80s is none that comes with this weakmem", record->test);
    return false;
  }
  record->digest = digest;
  record->family = test->family;
  record->condition = condition_of(test, arena);
  return true;
}

// ---- What is nobody's business

// Text without the words that hold a path or an address, or define a macro: "clang version 19 (...)".
static const char *without_paths(const char *text, Arena *arena) {
  Text out = {0};
  while (*text) {
    size_t gap = strspn(text, " ()"), word = strcspn(text + gap, " ()");
    text_add_bytes(&out, text, gap);
    bool hidden = strcspn(text + gap, "/\\~@") < word || !strncmp(text + gap, "-D", 2);
    text_add_bytes(&out, hidden ? "..." : text + gap, hidden ? 3 : word);
    text += gap + word;
  }
  return text_finish(&out, arena);
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

bool shared_reduce(const Record *record, const Suite *suite, Arena *arena, Record *out) {
  if (*record->source || *record->program || !record->state_count || strlen(record->digest) <= DIGITS)
    return false;
  *out = *record;
  out->compiler_path = without_paths(base_name(record->compiler_path), arena);
  out->compiler_version = without_paths(record->compiler_version, arena);
  out->compiler_flags = without_paths(record->compiler_flags, arena);
  bool dated = strlen(record->started) >= DAY;
  out->started = dated ? arena_printf(arena, "%.*sT00:00:00Z", DAY, record->started) : "";
  char seconds[32];
  snprintf(seconds, sizeof seconds, "%.2g", record->seconds);
  out->seconds = strtod(seconds, NULL);
  leave_test_out(out, suite, arena);
  return true;
}

bool shared_restore(Record *record, const Suite *suite, Arena *arena, const char **why) {
  Diag diag = {.arena = arena};
  record->iterations = record->witnesses = 0;
  for (unsigned i = 0; i < record->state_count; i++) {
    const RecordState *state = &record->states[i];
    if (state->count > UINT64_MAX - record->iterations) {
      *why = "the counts of its states are beyond 64 bits";
      return false;
    }
    record->iterations += state->count;
    record->witnesses += state->witness ? state->count : 0;
  }
  if (!restore_test(record, suite, arena, why))
    return false;
  if (!record_check(record, &diag)) {
    *why = diag.first->message;
    return false;
  }
  return true;
}
