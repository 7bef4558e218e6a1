// Where the user's own C names memory orders: in its text and in that of its headers, line by line.
#include "harness/base/source.h"
#include "harness/lang/code_orders.h"
#include "tests/unit/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Arena *arena;
static char folder[] = "/tmp/weakmem-orders-XXXXXX";

static void set_up(void) {
  arena = arena_new();
  if (!mkdtemp(folder))
    abort();
}

static void tear_down(void) {
  remove(arena_printf(arena, "%s/a.h", folder));
  rmdir(folder);
  strcpy(folder, "/tmp/weakmem-orders-XXXXXX");
  arena_free(arena);
}

static const Source *include(const Source *by, const char *line, Arena *to) {
  Diag quiet = {.arena = to};
  (void)by;
  return strstr(line, "include \"a.h\"") == line
             ? source_read_file(arena_printf(to, "%s/a.h", folder), 1 << 20, to, &quiet)
             : NULL;
}

static CodeOrders find(const char *text) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = arena_printf(arena, "%s/t.c", folder), .bytes = text, .length = strlen(text)};
  return code_orders_find(source, include, arena);
}

static void put_header(const char *text) {
  FILE *file = fopen(arena_printf(arena, "%s/a.h", folder), "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

static void check_order(const CodeOrder *order, const char *written, unsigned line, const char *in, bool failure) {
  ck_assert_str_eq(order->written, written);
  ck_assert_uint_eq(order->line, line);
  ck_assert_str_eq(order->in, in);
  ck_assert(order->failure == failure);
}

START_TEST(orders_of_calls_macros_and_compare_exchanges_are_places) {
  CodeOrders found = find("#define ENTER memory_order_acquire // memory_order_relaxed\n"
                          "int a(void) { return atomic_load_explicit(&x, ENTER); }\n"
                          "void b(void) { __atomic_store_n(&y, f(1), __ATOMIC_RELEASE);\n"
                          "  /* memory_order_seq_cst\n */ puts(\"memory_order_seq_cst\\\"\");\n"
                          "  atomic_compare_exchange_weak_explicit(&x, &e, (1),\n"
                          "    memory_order_acq_rel, memory_order_relaxed); }\n");
  ck_assert_uint_eq(found.count, 4);
  check_order(&found.orders[0], "acquire", 1, "ENTER", false);
  check_order(&found.orders[1], "release", 3, "__atomic_store_n", false);
  ck_assert(found.orders[1].is_builtins);
  check_order(&found.orders[2], "acq_rel", 7, "atomic_compare_exchange_weak_explicit", false);
  check_order(&found.orders[3], "relaxed", 7, "atomic_compare_exchange_weak_explicit", true);
}
END_TEST

START_TEST(what_is_not_said_is_seq_cst_and_can_be_said) {
  CodeOrders found = find("int a = atomic_load(&x), b = atomic_compare_exchange_strong(&x, &e, g(1, 2));");
  ck_assert_str_eq(found.text, "int a = atomic_load_explicit(&x, wm_order_0_), b = "
                               "atomic_compare_exchange_strong_explicit(&x, &e, g(1, 2), wm_order_1_, wm_order_2_);");
  check_order(&found.orders[0], "seq_cst", 1, "atomic_load", false);
  check_order(&found.orders[2], "seq_cst", 1, "atomic_compare_exchange_strong", true);
  const char *names[] = {"relaxed", "acquire", NULL};
  Source source = code_orders_source(&found, names, arena);
  ck_assert_ptr_nonnull(strstr(source.bytes, "#define wm_order_1_ memory_order_acquire\n"));
  ck_assert_ptr_nonnull(strstr(source.bytes, "#define wm_order_2_ memory_order_none_of_them\n"));
  ck_assert_uint_eq(source.length, strlen(source.bytes));
}
END_TEST

START_TEST(a_header_in_quotes_is_read_in_its_place_once_a_place) {
  put_header("#pragma once\n#include \"a.h\"\nvoid s(void) { atomic_store(&x, 1); }\n");
  CodeOrders found = find("int z;\n#include \"a.h\" // here\n#include \"a.h\"\nint l = atomic_load(&x);\n");
  ck_assert_uint_eq(found.count, 2);
  ck_assert_str_eq(found.orders[0].file, arena_printf(arena, "%s/a.h", folder));
  check_order(&found.orders[0], "seq_cst", 3, "atomic_store", false);
  check_order(&found.orders[1], "seq_cst", 4, "atomic_load", false);
  ck_assert_ptr_null(strstr(found.text, "#pragma once"));
  ck_assert_ptr_nonnull(strstr(found.text, arena_printf(arena, "#line 2 \"%s/t.c\"\n // here\n", folder)));
}
END_TEST

START_TEST(headers_that_include_themselves_have_an_end) {
  put_header("#include \"a.h\"\n#include \"a.h\"\nint a = atomic_load(&x);\n");
  ck_assert_uint_eq(find("#include \"a.h\"\n").count, 1);
}
END_TEST

START_TEST(text_that_ends_anywhere_is_read_to_its_end) {
  static const char text[] =
      "#define A memory_order_relaxed\n#include \"a.h\"\n/* */ 'x' \"\\\"\" atomic_load((((x))))))"
      " atomic_store(x, memory_order_seq_cst \\\n # // \\";
  put_header("((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((atomic_load(");
  for (size_t length = 0; length < sizeof text; length++) {
    CodeOrders found = find(arena_copy(arena, text, length));
    ck_assert_uint_le(found.count, 4);
    ck_assert_uint_ge(strlen(found.text) + 64, length);
  }
}
END_TEST

int main(void) {
  TCase *c = unit_tests("lang_code_orders", set_up, tear_down);
  tcase_add_test(c, orders_of_calls_macros_and_compare_exchanges_are_places);
  tcase_add_test(c, what_is_not_said_is_seq_cst_and_can_be_said);
  tcase_add_test(c, a_header_in_quotes_is_read_in_its_place_once_a_place);
  tcase_add_test(c, headers_that_include_themselves_have_an_end);
  tcase_add_test(c, text_that_ends_anywhere_is_read_to_its_end);
  return unit_run("lang_code_orders", c);
}
