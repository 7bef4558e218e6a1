// Tests as text.
#include "harness/lang/print_parts.h"

#include <sha256.h>
#include <string.h>

enum { LINE = 110 };

// As a comment of lines that are not too long. A line must not begin with '*': the parser drops those of a comment.
static void print_story(const char *story, Text *out) {
  size_t line = out->length;
  text_add(out, "(*");
  while (*story) {
    size_t word = strcspn(story, " ");
    if (out->length - line + word > LINE && *story != '*') {
      text_add_char(out, '\n');
      line = out->length;
      text_add(out, "  ");
    }
    text_add_char(out, ' ');
    text_add_bytes(out, story, word);
    story += word;
    while (*story == ' ')
      story++;
  }
  text_add(out, " *)\n");
}

// Whether the parser would take the location's type from the threads as it is.
static bool type_is_plain(const Test *test, unsigned location) {
  const Location *l = &test->locations[location];
  bool found = false, is_atomic = false;
  BaseType base = BASE_INT;
  for (unsigned t = 0; t < test->thread_count; t++)
    for (unsigned i = 0; i < test->threads[t].parameter_count; i++) {
      const Parameter *parameter = &test->threads[t].parameters[i];
      if (parameter->location != location)
        continue;
      if (!found)
        base = parameter->type.base;
      found = true;
      is_atomic |= parameter->type.is_atomic;
    }
  return base == l->type && is_atomic == l->is_atomic;
}

static void print_initial(const Test *test, unsigned location, Text *out) {
  const Location *l = &test->locations[location];
  if (!l->is_array && type_is_plain(test, location)) {
    text_printf(out, " [%s] = ", l->name);
  } else {
    text_add_char(out, ' ');
    type_print((Type){.base = l->type, .is_atomic = l->is_atomic}, out);
    text_printf(out, " %s", l->name);
    if (l->is_array)
      text_printf(out, "[%u]", l->length);
    text_add(out, l->is_array ? " = {" : " = ");
  }
  for (unsigned i = 0; i < l->length; i++) {
    text_add(out, i ? ", " : "");
    print_value(test, l->initial[i], l->type, out);
  }
  text_add(out, l->is_array ? "};" : ";");
}

static void print_init(const Test *test, Text *out) {
  text_add_char(out, '{');
  size_t empty = out->length;
  for (unsigned i = 0; i < test->location_count; i++)
    if (test->locations[i].has_initial)
      print_initial(test, i, out);
  for (unsigned t = 0; t < test->thread_count; t++)
    for (unsigned i = 0; i < test->threads[t].register_count; i++) {
      const Register *reg = &test->threads[t].registers[i];
      if (!reg->has_initial)
        continue;
      text_add_char(out, ' ');
      if (reg->type.base != BASE_INT || reg->type.is_volatile) {
        type_print(reg->type, out);
        text_add_char(out, ' ');
      }
      text_printf(out, "%u:%s = ", t, reg->name);
      print_value(test, reg->initial, reg->type.base, out);
      text_add_char(out, ';');
    }
  text_add(out, out->length > empty ? " }\n" : "}\n");
}

static void print_block(const Test *test, unsigned thread, const Stmt *block, unsigned indent, Text *out);

// `{ ... }` after an `if` or `while`, without a newline after it.
static void print_braces(const Test *test, unsigned thread, const Stmt *block, unsigned indent, Text *out) {
  if (!block) {
    text_add(out, "{}");
    return;
  }
  text_add(out, "{\n");
  print_block(test, thread, block, indent + 2, out);
  text_repeat(out, ' ', indent);
  text_add_char(out, '}');
}

static void print_statement(const Test *test, unsigned thread, const Stmt *stmt, unsigned indent, Text *out) {
  if (stmt->kind != STMT_IF && stmt->kind != STMT_WHILE) {
    print_simple_statement(test, thread, stmt, out);
    return;
  }
  print_head(test, thread, stmt, out);
  print_braces(test, thread, stmt->body, indent, out);
  const Stmt *other = stmt->else_body;
  if (!other)
    return;
  text_add(out, " else ");
  if (other->kind == STMT_IF && !other->next)
    print_statement(test, thread, other, indent, out);
  else
    print_braces(test, thread, other, indent, out);
}

static void print_block(const Test *test, unsigned thread, const Stmt *block, unsigned indent, Text *out) {
  for (const Stmt *stmt = block; stmt; stmt = stmt->next) {
    text_repeat(out, ' ', indent);
    print_statement(test, thread, stmt, indent, out);
    text_add_char(out, '\n');
  }
}

static void print_thread(const Test *test, unsigned thread, Text *out) {
  const Thread *t = &test->threads[thread];
  text_printf(out, "P%u (", thread);
  for (unsigned i = 0; i < t->parameter_count; i++) {
    text_add(out, i ? ", " : "");
    type_print(t->parameters[i].type, out);
    text_printf(out, "* %s", test->locations[t->parameters[i].location].name);
  }
  text_add(out, ") {\n");
  print_block(test, thread, t->body, 2, out);
  text_add(out, "}\n\n");
}

static bool names(const Prop *prop, unsigned observable) {
  if (prop->kind == PROP_EQUAL || prop->kind == PROP_NOT_EQUAL)
    return prop->observable == observable || (prop->against_observable && prop->other == observable);
  return (prop->left && names(prop->left, observable)) || (prop->right && names(prop->right, observable));
}

// What is shown without being part of the condition.
static void print_locations(const Test *test, Text *out) {
  bool any = false;
  for (unsigned i = 0; i < test->observable_count; i++) {
    if (names(test->condition.body, i))
      continue;
    text_add(out, any ? " " : "locations [");
    any = true;
    print_observable(test, &test->observables[i], out);
    text_add_char(out, ';');
  }
  if (any)
    text_add(out, "]\n");
}

// All but the header: the same for two tests that differ in name and description only.
static void print_content(const Test *test, Text *out) {
  print_init(test, out);
  text_add_char(out, '\n');
  for (unsigned t = 0; t < test->thread_count; t++)
    print_thread(test, t, out);
  print_locations(test, out);
  if (test->filter) {
    text_add(out, "filter ");
    print_prop(test, test->filter, out);
    text_add_char(out, '\n');
  }
  if (test->condition.quantifier == QUANTIFIER_NONE)
    return;
  condition_print(test, out);
  text_add_char(out, '\n');
}

void test_print(const Test *test, Text *out) {
  text_printf(out, "%s %s\n", test->dialect->word, test->name);
  if (test->story[0])
    print_story(test->story, out);
  for (unsigned i = 0; i < test->header_count; i++)
    text_printf(out, "%s=%s\n", test->header[i].key, test->header[i].value);
  print_content(test, out);
}

void test_digest(const Test *test, char digest[65]) {
  Text text = {0};
  for (unsigned i = 0; i < test->location_count; i++)
    if (test->locations[i].has_offset)
      text_printf(&text, "Layout=%s:%u\n", test->locations[i].name, test->locations[i].line_offset);
  print_content(test, &text);
  SHA256Data((const uint8_t *)text_string(&text), text.length, digest);
  text_free(&text);
}
