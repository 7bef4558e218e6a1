// A dialect is a table, and other front ends share the parser's parts.
#include "tests/unit/lang.h"

#include "harness/lang/parser.h"
#include "harness/lang/state.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const Order orders[] = {{"once", "", "once", true, true, NULL},
                               {"release", "", "release", false, true, NULL},
                               {"mb", "", "mb", true, true, NULL}};

static const Primitive primitives[] = {
    {"READ_ONCE", "p", ACCESS_LOAD, "once", false, 0, 0, 0},
    {"WRITE_ONCE", "pv", ACCESS_STORE, "once", false, 0, 0, 0},
    {"smp_store_release", "av", ACCESS_STORE, "release", false, 0, 0, 0},
    {"atomic_fetch_add", "va", ACCESS_FETCH_ADD, "mb", false, 0, 0, 0},
    {"smp_mb", "", ACCESS_FENCE, "mb", false, 0, 0, 0},
};

static const Dialect kernel = {.name = "kernel",
                               .word = "C",
                               .orders = orders,
                               .order_count = COUNT(orders),
                               .primitives = primitives,
                               .primitive_count = COUNT(primitives)};

static Test *parsed_as(const Dialect *dialect, const char *text, Diag *diag) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t.litmus", .bytes = text, .length = strlen(text)};
  *diag = (Diag){.arena = arena};
  return test_parse_as(dialect, source, arena, diag);
}

START_TEST(a_second_dialect_is_a_second_table) {
  static const char text[] = "C t\n{}\n\n"
                             "P0 (int* x, int* y) {\n  WRITE_ONCE(*x, 1);\n  smp_mb();\n  smp_store_release(y, 2);\n"
                             "  int r0 = READ_ONCE(y[r0]) + atomic_fetch_add(1, x);\n}\n\n"
                             "exists (0:r0=1)\n";
  Diag diag;
  const Test *test = parsed_as(&kernel, text, &diag);
  ck_assert_msg(test, "%s", messages(&diag));
  const Stmt *stmt = test->threads[0].body;
  ck_assert_ptr_eq(stmt->expr->access.order, &orders[0]);
  ck_assert_int_eq(stmt->next->expr->access.op, ACCESS_FENCE);
  ck_assert_str_eq(stmt->next->expr->access.order->tag, "mb");
  ck_assert_str_eq(printed(test), text);
  ck_assert_ptr_null(parsed_as(&kernel, "C t {}\nP0 (int* x) { int r0 = atomic_load(x); }", &diag));
  ck_assert_ptr_nonnull(strstr(messages(&diag), "t.litmus:2:24: error: 'atomic_load' is of the dialect c11"));
  ck_assert_ptr_null(parsed_as(&kernel, "C t {}\nP0 (int* x) { int r0 = READ_ONCE(x); }", &diag));
  ck_assert_ptr_null(parsed_as(&kernel, "C t {}\nP0 (int* x) { int r0 = READ_ONCE(1 + 2); }", &diag));
}
END_TEST

// A header's words are not code: neither a comment that opens in one, nor a brace, nor a primitive's name.
START_TEST(only_the_code_tells_the_dialect) {
  static const char code[] = "{}\nP0 (int* x) {\n  WRITE_ONCE(*x, 1);\n}\nexists ([x]=1)\n";
  static const char *const headers[] = {"", "Safe=Pod/*Release\n", "Orig=atomic_store(x, 1) {\n",
                                        "\"/* { smp_mb()\"\n"};
  for (unsigned i = 0; i < COUNT(headers); i++) {
    char text[200];
    snprintf(text, sizeof text, "C t\n%s%s", headers[i], code);
    ck_assert_str_eq(parsed(text)->dialect->name, "linux");
    ck_assert_str_eq(parsed(printed(parsed(text)))->dialect->name, "linux");
  }
  ck_assert_str_eq(parsed("C t\nA=READ_ONCE(x)\n{}\nP0 (atomic_int* x) { atomic_store(x, 1); }\n")->dialect->name,
                   "c11");
}
END_TEST

// What is printed nests no deeper than what was read.
START_TEST(a_pointer_is_cast_where_it_says_another_type) {
  const char *text = "C t\n{}\n\nP0 (int* x) {\n  int r1 = READ_ONCE(*x);\n"
                     "  WRITE_ONCE(*x, ********************************************************r1);\n"
                     "  WRITE_ONCE(*(long *)r1, *(short *)*r1);\n}\n\nexists ([x]=1)\n";
  ck_assert_str_eq(printed(parsed(text)), text);
}
END_TEST

// ---- A front end with threads of its own

// "W1" is "X1".
static bool find_register(const Dialect *dialect, const char **name, Type *type) {
  ck_assert_str_eq(dialect->word, "AArch64");
  type->base = BASE_LONG;
  if (**name == 'W')
    *name = "X1";
  return **name == 'X';
}

static const Dialect assembly = {.word = "AArch64", .addresses = true, .cpu_register = find_register};

static Test *read_assembly(const char *text, Diag *diag) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "t.litmus", .bytes = text, .length = strlen(text)};
  *diag = (Diag){.arena = arena};
  Parser *p = parser_new(source, &assembly, arena, diag);
  if (!parse_header(p))
    return NULL;
  parse_init(p);
  p->test->thread_count = 2;
  p->lexer.offset = (size_t)(strstr(text, "exists") - text);
  parser_advance(p);
  parse_sections(p);
  return parser_end(p);
}

START_TEST(a_front_end_shares_header_initial_values_and_condition) {
  Diag diag;
  const Test *test = read_assembly("AArch64 MP\n\"PodWW\"\n{ uint64_t x=1; long y=x; 0:X3=&x; 1:W1=z; 1:X4=7; }\n"
                                   " P0 | P1 ;\n LDR W0,[X1] | STR W0,[X1] ;\n"
                                   "exists (1:X1=z /\\ 0:X3=x /\\ [y]=x /\\ 1:X0=1)",
                                   &diag);
  ck_assert_msg(test && !diag.first, "%s", messages(&diag));
  ck_assert_str_eq(test->name, "MP");
  ck_assert_uint_eq(test->location_count, 3);
  ck_assert_str_eq(test->threads[1].registers[0].name, "X1");
  unsigned location, element;
  ck_assert(value_is_address(test->threads[1].registers[0].initial, &location, &element));
  ck_assert_str_eq(test->locations[location].name, "z");
  ck_assert(value_is_address(test->locations[1].initial[0], &location, &element));
  ck_assert_str_eq(test->locations[location].name, "x");
  ck_assert(!value_is_address(7, &location, &element));
  Text text = {0};
  condition_print(test, &text);
  ck_assert_str_eq(text_string(&text), "exists (1:X1=z /\\ 0:X3=x /\\ [y]=x /\\ 1:X0=1)");
  text_free(&text);
  ck_assert_ptr_null(read_assembly("AArch64 t\n{ 0:r0=1; }\n\nexists (0:X1=1)", &diag));
  ck_assert_ptr_nonnull(strstr(messages(&diag), "t.litmus:2:3: error: the CPU has no register 'r0'"));
  ck_assert_ptr_null(read_assembly("C t\n{}\nexists (0:X1=1)", &diag));
}
END_TEST

static Test *condition(const char *text) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "log", .bytes = text, .length = strlen(text)};
  Diag diag = {.arena = arena};
  Test *test = condition_parse(source, arena, &diag);
  ck_assert(!test == (diag.first != NULL));
  return test;
}

START_TEST(a_condition_alone_is_a_small_test) {
  const Test *test = condition("locations [x; 0:EBX;] ~exists (0:EAX=0 /\\ 2:EAX=18446744073709551615)");
  ck_assert_uint_eq(test->thread_count, 3);
  ck_assert_uint_eq(test->observable_count, 4);
  Value values[4];
  ck_assert(state_parse(test, "0:EAX=0; 0:EBX=-3; 2:EAX=18446744073709551615; x=1;", values));
  ck_assert(state_is_witness(test, (State){values}));
  ck_assert(state_parse(test, "0:EAX=0; 0:EBX=0; 2:EAX=0; [x]=1;", values));
  ck_assert(!state_is_witness(test, (State){values}));
  ck_assert_ptr_null(condition("exists (0:EAX=)"));
  ck_assert_ptr_null(condition("exists (99:EAX=1)"));
  ck_assert_ptr_null(condition("P0 (int* x) {}"));
}
END_TEST

RUN("dialect", a_second_dialect_is_a_second_table, only_the_code_tells_the_dialect,
    a_pointer_is_cast_where_it_says_another_type, a_front_end_shares_header_initial_values_and_condition,
    a_condition_alone_is_a_small_test)
