#include "results/junit.h"

#include "harness/base/utf8.h"
#include "results/meaning.h"
#include "results/view.h"

#include <string.h>

// ---- XML

// What XML 1.0 has no way to write, and what a terminal would act on, is '?'.
static bool is_written(uint32_t code) {
  return code == '\n' || code == '\t' || (!utf8_is_control(code) && !utf8_is_turn(code) && (code & 0xfffe) != 0xfffe);
}

static const char *escape_of(uint32_t code) {
  switch (code) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\n':
    return "&#10;"; // else an attribute has a blank
  default:
    return NULL;
  }
}

// As XML's text and attributes take it.
static void add_xml(const char *text, bool in_attribute, Text *out) {
  size_t length = strlen(text);
  for (size_t at = 0, size; at < length; at += size ? size : 1) {
    uint32_t code;
    size = utf8_next(text + at, length - at, &code);
    const char *escape = size ? escape_of(code) : NULL;
    if (!size || !is_written(code))
      text_add_char(out, '?');
    else if (escape && (in_attribute || code != '\n'))
      text_add(out, escape);
    else
      text_add_bytes(out, text + at, size);
  }
}

static void add_attribute(const char *name, const char *value, Text *out) {
  text_printf(out, " %s=\"", name);
  add_xml(value, true, out);
  text_add_char(out, '"');
}

static void add_element(const char *name, const char *message, const char *details, Text *out) {
  text_printf(out, "      <%s", name);
  if (message)
    add_attribute("message", message, out);
  if (details && *details) {
    text_add_char(out, '>');
    add_xml(details, false, out);
    text_printf(out, "</%s>\n", name);
  } else {
    text_add(out, "/>\n");
  }
}

// ---- Cases

void junit_add(Junit *junit, const JunitCase *one) {
  static const char *const elements[] = {
      [JUNIT_PASSED] = "system-out", [JUNIT_FAILED] = "failure", [JUNIT_ERROR] = "error", [JUNIT_SKIPPED] = "skipped"};
  Text *out = &junit->cases;
  junit->counts[one->outcome]++;
  junit->seconds += one->seconds;
  text_add(out, "    <testcase");
  add_attribute("classname", one->group, out);
  add_attribute("name", one->name, out);
  if (one->seconds > 0)
    text_printf(out, " time=\"%.3f\"", one->seconds);
  bool passed = one->outcome == JUNIT_PASSED, details = one->details && *one->details;
  if (passed && !details) {
    text_add(out, "/>\n");
    return;
  }
  text_add(out, ">\n");
  add_element(elements[one->outcome], passed ? NULL : one->message, one->details, out);
  text_add(out, "    </testcase>\n");
}

void junit_end(Junit *junit, const char *suite, Text *out) {
  unsigned total = 0;
  for (unsigned i = 0; i <= JUNIT_SKIPPED; i++)
    total += junit->counts[i];
  text_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite");
  add_attribute("name", suite, out);
  text_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.3f\">\n", total,
              junit->counts[JUNIT_FAILED], junit->counts[JUNIT_ERROR], junit->counts[JUNIT_SKIPPED], junit->seconds);
  text_add_bytes(out, text_string(&junit->cases), junit->cases.length);
  text_add(out, "  </testsuite>\n</testsuites>\n");
  text_free(&junit->cases);
}

// ---- Runs

// How it was run: "threads on l3: PU 0,1; cc -O2; fence dmb-ish".
static const char *way_of(const Record *record, Arena *arena) {
  Text text = {0};
  text_printf(&text, "%s on %s: PU ", record->actors, record->placement);
  text_add_numbers(&text, record->pus, record->pu_count);
  text_printf(&text, "; %s %s", record->compiler_path, record->compiler_flags);
  if (strcmp(record->fence, "none") != 0)
    text_printf(&text, "; fence %s", record->fence);
  return text_finish(&text, arena);
}

// The histogram, and what it means.
static const char *details_of(const Record *record, Arena *arena) {
  Text text = {0};
  view_litmus7(record, &text);
  meaning_add(record, &text);
  return text_finish(&text, arena);
}

void junit_add_record(Junit *junit, const Record *record, Arena *arena) {
  bool forbidden = record->forbidden_state && *record->forbidden_state;
  bool done = !strcmp(record->status, "done"), explained = record->message && *record->message;
  const char *message =
      forbidden ? arena_printf(arena, "%s was seen, and %s forbids it", record->forbidden_state, record->forbidden_by)
      : done    ? NULL
             : arena_printf(arena, "%s%s%s", record->status, explained ? ": " : "", explained ? record->message : "");
  junit_add(junit, &(JunitCase){.group = way_of(record, arena),
                                .name = record->test,
                                .seconds = record->seconds,
                                .outcome = forbidden ? JUNIT_FAILED
                                           : done    ? JUNIT_PASSED
                                                     : JUNIT_ERROR,
                                .message = message,
                                .details = details_of(record, arena)});
}
