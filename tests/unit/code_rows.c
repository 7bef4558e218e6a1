// Every row of every CPU's table: its operands and steps are well-formed, and it can be carried out.
#include "harness/code/code.h"
#include "tests/unit/runner.h"

#include <stdio.h>
#include <string.h>

static Arena *arena;
static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

// A word of the group, the first one that is not empty.
static const char *word_of(const InstructionSet *set, const char *group, size_t length) {
  const char *found = NULL;
  for (unsigned i = 0; i < set->word_count; i++)
    if (strlen(set->words[i].group) == length && !memcmp(set->words[i].group, group, length) && (!found || !*found))
      found = set->words[i].spelling;
  ck_assert_msg(found, "%s: no word of the group %.*s", set->arch, (int)length, group);
  return found;
}

static const char *register_of(const InstructionSet *set, char kind, unsigned bits, unsigned number) {
  for (unsigned i = 0; i < set->name_count; i++) {
    const RegisterName *name = &set->names[i];
    const char *mark = strchr(name->spelling, '#');
    if (name->kind != kind || (bits && name->bits != bits) || (kind == 'r' && !*name->of))
      continue;
    if (mark && name->first <= number && number <= name->last)
      return arena_printf(arena, "%.*s%u%s", (int)(mark - name->spelling), name->spelling, number, mark + 1);
    if (!mark && !strchr(name->of, '.') && !number--)
      return name->spelling;
  }
  return NULL;
}

static const char *zero_register(const InstructionSet *set) {
  for (unsigned i = 0; i < set->name_count; i++)
    if (!*set->names[i].of && set->names[i].kind == 'r')
      return set->names[i].spelling;
  return NULL;
}

static bool is_att(const InstructionSet *set) { return !strcmp(set->names[0].spelling, "rax"); }

// An operand of the kind; NULL where the CPU has none.
static const char *operand_of(const InstructionSet *set, char kind, unsigned number, unsigned bits) {
  bool brackets = set->post_index;
  const char *base = register_of(set, 'r', 64, 3);
  switch (kind) {
  case 'R':
  case 'O':
  case 'E':
    return register_of(set, 'r', bits, number);
  case 'B':
    return register_of(set, 'r', 8, number);
  case 'H':
    return register_of(set, 'r', 16, number);
  case 'W':
    return register_of(set, 'r', 32, number);
  case 'X':
  case 'Z':
    return register_of(set, 'r', 64, number);
  case 'C':
    return register_of(set, 'c', 0, 1);
  case 'N':
    return zero_register(set);
  case '#':
    return is_att(set) ? "$3" : "3";
  case 'M':
    return arena_printf(arena, brackets ? "[%s]" : "0(%s)", base);
  case '@':
    return "L0";
  default:
    return NULL;
  }
}

static void spell(const InstructionSet *set, const char *pattern, Text *out) {
  while (*pattern) {
    if (*pattern != '{') {
      text_add_char(out, *pattern++);
      continue;
    }
    const char *group = pattern + 1;
    text_add(out, word_of(set, group, strcspn(group, ":}")));
    pattern = strchr(pattern, '}') + 1;
  }
}

// A line that the row tells of; empty where the CPU has no such operand.
static const char *line_of(const InstructionSet *set, const InstructionRow *row) {
  Text text = {0};
  spell(set, row->spelling, &text);
  unsigned number = 1;
  unsigned bits = strstr(row->operands, "W") && !strstr(row->operands, "R") ? 32 : 64;
  for (const char *p = row->operands; *p; p += strspn(p, ", ")) {
    text_add(&text, p == row->operands ? " " : ", ");
    if (*p == '{') {
      const char *end = strchr(p, '}') + 1;
      spell(set, arena_copy(arena, p, (size_t)(end - p)), &text);
      p = end;
      continue;
    }
    if (*p >= '0' && *p <= '9') {
      size_t digits = strspn(p, "0123456789");
      text_add_bytes(&text, p, digits);
      p += digits;
      continue;
    }
    const char *operand = operand_of(set, p[0], number++, bits);
    ck_assert_msg(operand, "%s: '%s' has an operand of no kind", set->arch, row->spelling);
    text_add(&text, operand);
    p += 2;
  }
  const char *line = arena_string(arena, text_string(&text));
  text_free(&text);
  return line;
}

static int no_location(const void *context, const char *name) {
  (void)context;
  (void)name;
  return -1;
}

static void check_row(const InstructionSet *set, const InstructionRow *row) {
  const char *line = line_of(set, row);
  Source source = {.name = "row", .bytes = line, .length = strlen(line)};
  // A row on what goes to that function.
  static const CodeCallee callees[] = {
      {"pause", IDLE_FUNCTION}, {"heavy", HEAVY_FUNCTION}, {"followed", FOLLOWED_FUNCTION}, {NULL, NULL}};
  const char *callee = strstr(line, " __"), *known = NULL, *name = callee ? callee + 1 : NULL;
  for (unsigned i = 0; callees[i].name && !known; i++) {
    known = strstr(line, callees[i].as);
    name = known ? callees[i].name : name;
  }
  CodeLine lines[] = {{.label = "L0", .span = {0, known ? (size_t)(known - 1 - line) : strlen(line)}, .calls = name}};
  ThreadCode code = {.set = set,
                     .dialect = &set->dialects[0],
                     .source = &source,
                     .lines = lines,
                     .line_count = 1,
                     .own_location = -1,
                     .callees = callees,
                     .location_of = no_location,
                     .first_place = 100};
  Diag diag = {.arena = arena};
  ProgramThread thread;
  bool good = code_thread(&code, arena, &diag, &thread);
  Text messages = {0};
  diag_format(&diag, &messages);
  ck_assert_msg(good, "%s: '%s': %s", set->arch, row->spelling, text_string(&messages));
  ck_assert_str_ne(row->section, "");
  text_free(&messages);
}

START_TEST(every_row_can_be_carried_out) {
  for (const InstructionSet *const *set = instruction_sets; *set; set++)
    for (unsigned i = 0; i < (*set)->row_count; i++)
      check_row(*set, &(*set)->rows[i]);
}
END_TEST

START_TEST(every_dialect_is_found_by_its_word) {
  for (const InstructionSet *const *set = instruction_sets; *set; set++) {
    ck_assert_ptr_eq(instructions_of_arch((*set)->arch), *set);
    for (unsigned i = 0; i < (*set)->dialect_count; i++) {
      const AssemblyDialect *dialect;
      const char *name = (*set)->dialects[i].name;
      ck_assert_ptr_eq(instructions_of_dialect(name, strlen(name), &dialect), *set);
      ck_assert_ptr_eq(dialect, &(*set)->dialects[i]);
    }
  }
  const AssemblyDialect *dialect;
  ck_assert_ptr_null(instructions_of_dialect("C", 1, &dialect));
  ck_assert_ptr_null(instructions_of_arch("c11"));
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("rows", setup, teardown);
  tcase_add_test(tests, every_row_can_be_carried_out);
  tcase_add_test(tests, every_dialect_is_found_by_its_word);
  return unit_run("code_rows", tests);
}
