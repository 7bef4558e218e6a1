// The tables of the architectures: complete, and as MODELS of the psABI have them.
#include "arch/arch.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static const char *const orders[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};
enum { ORDERS = sizeof orders / sizeof orders[0] };

static bool is_cpu(const Arch *arch) { return arch->row_count > 0; }

// "sync | lwz | cmp; bc | isync": the instructions of a row.
static const char *steps(const char *arch, LowerOperation operation, const char *order, const char *const *features) {
  static char text[256];
  const LowerRow *row = arch_lower(arch_find(arch), operation, order, features);
  size_t length = 0;
  text[0] = 0;
  for (unsigned i = 0; row && i < row->step_count; i++)
    length += (size_t)snprintf(text + length, sizeof text - length, "%s%s", i ? " | " : "", row->steps[i].instruction);
  return row ? text : "no row";
}

START_TEST(test_every_order_that_c11_gives_an_operation_has_a_row) {
  for (unsigned a = 0; a < arch_count; a++)
    for (unsigned o = 0; o < ORDERS && is_cpu(arch_all[a]); o++) {
      bool release = !strcmp(orders[o], "release") || !strcmp(orders[o], "acq_rel");
      bool acquire = !strcmp(orders[o], "acquire") || !strcmp(orders[o], "acq_rel") || !strcmp(orders[o], "consume");
      const char *what = arch_all[a]->name;
      ck_assert_msg(release == !arch_lower(arch_all[a], LOWER_LOAD, orders[o], NULL), "%s load %s", what, orders[o]);
      ck_assert_msg(acquire == !arch_lower(arch_all[a], LOWER_STORE, orders[o], NULL), "%s store %s", what, orders[o]);
      ck_assert_msg(arch_lower(arch_all[a], LOWER_RMW, orders[o], NULL) != NULL, "%s rmw %s", what, orders[o]);
      ck_assert_msg(arch_lower(arch_all[a], LOWER_FENCE, orders[o], NULL) != NULL, "%s fence %s", what, orders[o]);
    }
}
END_TEST

// Every word of `tags` is one that the architecture describes.
static void check_tags(const Arch *arch, const char *tags) {
  while (*tags) {
    size_t length = strcspn(tags, " ");
    bool known = false;
    for (unsigned t = 0; t < arch->tag_count; t++)
      known |= strlen(arch->tags[t].tag) == length && !strncmp(arch->tags[t].tag, tags, length);
    ck_assert_msg(known, "%s: tags '%s'", arch->name, tags);
    tags += length + (tags[length] == ' ');
  }
}

START_TEST(test_every_tag_of_a_row_or_fence_is_described) {
  for (unsigned a = 0; a < arch_count; a++) {
    const Arch *arch = arch_all[a];
    for (unsigned f = 0; f < arch->fence_count; f++)
      check_tags(arch, arch->fences[f].tags);
    for (unsigned r = 0; r < arch->row_count; r++)
      for (unsigned s = 0; s < arch->rows[r].step_count; s++) {
        const LowerStep *step = &arch->rows[r].steps[s];
        check_tags(arch, step->tags);
        ck_assert((step->write_tags != NULL) == (step->kind == STEP_RMW || step->kind == STEP_PAIR));
        if (step->write_tags)
          check_tags(arch, step->write_tags);
      }
  }
}
END_TEST

START_TEST(test_rows_are_those_of_the_psabi) {
  static const char *const none[] = {NULL}, *const lse[] = {"sve", "lse", NULL};
  ck_assert_str_eq(steps("x86_64", LOWER_STORE, "seq_cst", NULL), "xchg");
  ck_assert_str_eq(steps("x86_64", LOWER_FENCE, "acq_rel", NULL), "");
  ck_assert_str_eq(steps("x86_64", LOWER_FENCE, "seq_cst", NULL), "mfence");
  ck_assert_str_eq(steps("aarch64", LOWER_LOAD, "seq_cst", NULL), "ldar");
  ck_assert_str_eq(steps("aarch64", LOWER_RMW, "acquire", NULL), "swpa");
  ck_assert_str_eq(steps("aarch64", LOWER_RMW, "acquire", lse), "swpa");
  ck_assert_str_eq(steps("aarch64", LOWER_RMW, "acquire", none), "ldaxr; stxr");
  ck_assert_str_eq(steps("riscv", LOWER_LOAD, "seq_cst", NULL), "fence rw,rw | lw | fence r,rw");
  ck_assert_str_eq(steps("riscv", LOWER_STORE, "seq_cst", NULL), "fence rw,w | sw");
  ck_assert_str_eq(steps("power", LOWER_LOAD, "acquire", NULL), "lwz | cmp; bc | isync");
  ck_assert_str_eq(steps("power", LOWER_RMW, "seq_cst", NULL), "sync | lwarx; stwcx. | bne | isync");
  ck_assert_str_eq(steps("power", LOWER_FENCE, "acquire", NULL), "lwsync");
  ck_assert_str_eq(steps("c11", LOWER_LOAD, "relaxed", NULL), "no row");
}
END_TEST

START_TEST(test_architectures_are_found_by_folder_and_by_model) {
  ck_assert_ptr_eq(arch_find("x86_64"), arch_find("x86-tso"));
  ck_assert_ptr_null(arch_find("vax"));
  ck_assert_str_eq(arch_all[0]->model, "sc");
  ck_assert_ptr_nonnull(arch_fence(arch_find("aarch64"), "dmb-ishst"));
  ck_assert_ptr_null(arch_fence(arch_find("aarch64"), "mfence"));
  if (arch_here())
    ck_assert(is_cpu(arch_here()));
}
END_TEST

int main(void) {
  TCase *tests = tcase_create("arch");
  tcase_add_test(tests, test_every_order_that_c11_gives_an_operation_has_a_row);
  tcase_add_test(tests, test_every_tag_of_a_row_or_fence_is_described);
  tcase_add_test(tests, test_rows_are_those_of_the_psabi);
  tcase_add_test(tests, test_architectures_are_found_by_folder_and_by_model);
  Suite *suite = suite_create("event_arch");
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
