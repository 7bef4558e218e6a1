#include "harness/build/emit_head.h"
#include "arch/cpu.h"
#include "harness/base/embedded.h"
#include "harness/lang/print.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

// ---- the head

static const char *embedded_text(const Embedded *files, const char *path) {
  for (; files->path; files++)
    if (!strcmp(files->path, path))
      return files->bytes;
  assert(!"the build embeds every header that is pasted");
  return "";
}

static bool line_starts(const char *line, const char *with) { return !strncmp(line, with, strlen(with)); }

// A header's text without what makes no sense in the middle of a file.
static void paste_header(const char *bytes, Text *out) {
  for (const char *line = bytes; *line;) {
    const char *end = strchr(line, '\n');
    size_t length = end ? (size_t)(end - line) + 1 : strlen(line);
    if (!line_starts(line, "#pragma once") && !line_starts(line, "#include \""))
      text_add_bytes(out, line, length);
    line += length;
  }
}

// Whether a compiler would join the next line to this one, as it does after a backslash, blanks after it or not, and
// after the trigraph that stands for one.
static bool joins_next(const char *line, size_t length) {
  while (length && line[length - 1] == ' ')
    length--;
  return (length && line[length - 1] == '\\') || (length >= 3 && !memcmp(line + length - 3, "?\?/", 3));
}

void emit_comment(const Test *test, Text *out) {
  Text canonical = {0};
  test_print(test, &canonical);
  const char *line = text_string(&canonical);
  while (*line) {
    size_t length = strcspn(line, "\n");
    text_add(out, "// ");
    for (size_t i = 0; i < length; i++) {
      char c = line[i];
      if ((unsigned char)c < ' ')
        c = ' ';
      text_add_char(out, c);
    }
    text_add(out, joins_next(line, length) ? " //\n" : "\n");
    line += length + (line[length] == '\n');
  }
  text_free(&canonical);
}

// What a litmus test does on purpose (it overflows, assigns what it never reads) is not for the compiler to remark on.
void emit_silence(Text *out) {
  text_add(out, "#if defined(__clang__)\n#pragma clang diagnostic ignored \"-Weverything\"\n"
                "#elif defined(__GNUC__)\n");
  static const char *const ignored[] = {"-Woverflow",        "-Wunused-variable",     "-Wunused-but-set-variable",
                                        "-Wunused-value",    "-Wsign-compare",        "-Wtype-limits",
                                        "-Wbool-compare",    "-Wbool-operation",      "-Wtautological-compare",
                                        "-Wpedantic",        "-Wint-in-bool-context", "-Woverlength-strings",
                                        "-Wunused-parameter"};
  for (unsigned i = 0; i < sizeof ignored / sizeof *ignored; i++)
    text_printf(out, "#pragma GCC diagnostic ignored \"%s\"\n", ignored[i]);
  text_add(out, "#endif\n\n");
}

void emit_cpu_header(const char *cpu, Text *out) {
  Text path = {0};
  text_printf(&path, "%s/cpu.h", cpu);
  paste_header(embedded_text(embedded_arch, text_string(&path)), out);
  text_free(&path);
}

void emit_head(const Test *test, const Shape *shape, Text *out) {
  if (test->code)
    text_add(out, "// The threads are functions of the user's.\n");
  else
    emit_comment(test, out);
  text_printf(out, "//\n// For the %s engine.\n\n", shape->perpetual ? "perpetual" : "lockstep");
  emit_silence(out);
  emit_cpu_header(CPU_NAME, out);
  text_add_char(out, '\n');
  paste_header(embedded_text(embedded_kernel, "kernel.h"), out);
  if (test_has_grace(test))
    paste_header(embedded_text(embedded_kernel, "rcu.h"), out);
  text_add_char(out, '\n');
  emit_misaligned_types(test, out);
}

// ---- words

const char *emit_type(BaseType base) {
  if (base == BASE_CHAR)
    return "signed char";
  return base == BASE_BOOL ? "_Bool" : base_type_name(base);
}

bool emit_is_misaligned(const Location *location) {
  return location->has_offset && location->line_offset % (base_type_bits(location->type) / 8) != 0;
}

void emit_element_type(const Location *location, Text *out) {
  if (emit_is_misaligned(location))
    text_printf(out, "Misaligned_%s", location->name);
  else
    text_add(out, emit_type(location->type));
}

// Plain accesses to a misaligned location must say so: compilers use instructions that trap for some wide types.
void emit_misaligned_types(const Test *test, Text *out) {
  for (unsigned l = 0; l < test->location_count; l++)
    if (emit_is_misaligned(&test->locations[l]))
      text_printf(out, "typedef %s Misaligned_%s __attribute__((aligned(1)));\n", emit_type(test->locations[l].type),
                  test->locations[l].name);
}

// Suffixes and casts give a constant its type; the most negative number has no literal of its own.
void emit_value(Value value, BaseType type, Text *out) {
  bool is_signed = base_type_signed(type);
  if (base_type_bits(type) == 128) {
    text_printf(out, "(%s)((unsigned __int128)0x%" PRIx64 "u << 64 | 0x%" PRIx64 "u)", emit_type(type),
                (uint64_t)((UnsignedValue)value >> 64), (uint64_t)value);
  } else if (type == BASE_INT || type == BASE_INT32) {
    if (value == INT32_MIN)
      text_add(out, "(-2147483647 - 1)");
    else
      text_printf(out, value < 0 ? "(%" PRId64 ")" : "%" PRId64, (int64_t)value);
  } else if (is_signed) {
    text_printf(out, "(%s)", emit_type(type));
    if (value == INT64_MIN)
      text_add(out, "(-9223372036854775807l - 1)");
    else
      text_printf(out, value < 0 ? "(%" PRId64 "%s)" : "%" PRId64 "%s", (int64_t)value,
                  base_type_bits(type) == 64 ? "l" : "");
  } else {
    text_printf(out, "(%s)%" PRIu64 "u%s", emit_type(type), (uint64_t)value, base_type_bits(type) == 64 ? "l" : "");
  }
}
