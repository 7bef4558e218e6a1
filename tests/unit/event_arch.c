// The tables of the models, the mappings and the CPUs: complete, and as MODELS of the psABI have them.
#include "arch/cpus.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static const char *const orders[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};
enum { ORDERS = sizeof orders / sizeof orders[0] };

static const LowerRow *row_of(const Cpu *cpu, LowerOperation operation, const char *order,
                              const char *const *features) {
  return cpu_lower(cpu, "c11", operation, order, features);
}

// "sync | lwz | cmp; bc | isync": the instructions of a row.
static const char *steps(const char *cpu, LowerOperation operation, const char *order, const char *const *features) {
  static char text[256];
  const LowerRow *row = row_of(cpu_find(cpu), operation, order, features);
  size_t length = 0;
  text[0] = 0;
  for (unsigned i = 0; row && i < row->step_count; i++)
    length += (size_t)snprintf(text + length, sizeof text - length, "%s%s", i ? " | " : "", row->steps[i].instruction);
  return row ? text : "no row";
}

START_TEST(test_every_order_that_c11_gives_an_operation_has_a_row) {
  for (unsigned c = 0; c < cpu_count; c++)
    for (unsigned o = 0; o < ORDERS; o++) {
      bool release = !strcmp(orders[o], "release") || !strcmp(orders[o], "acq_rel");
      bool acquire = !strcmp(orders[o], "acquire") || !strcmp(orders[o], "acq_rel") || !strcmp(orders[o], "consume");
      const char *what = cpu_all[c]->name;
      ck_assert_msg(release == !row_of(cpu_all[c], LOWER_LOAD, orders[o], NULL), "%s load %s", what, orders[o]);
      ck_assert_msg(acquire == !row_of(cpu_all[c], LOWER_STORE, orders[o], NULL), "%s store %s", what, orders[o]);
      ck_assert_msg(row_of(cpu_all[c], LOWER_RMW, orders[o], NULL) != NULL, "%s rmw %s", what, orders[o]);
      ck_assert_msg(row_of(cpu_all[c], LOWER_FENCE, orders[o], NULL) != NULL, "%s fence %s", what, orders[o]);
    }
}
END_TEST

// Every word of `tags` is one that the model describes.
static void check_tags(const Model *model, const char *tags) {
  while (*tags) {
    size_t length = strcspn(tags, " ");
    bool known = false;
    for (unsigned t = 0; t < model->tag_count; t++)
      known |= strlen(model->tags[t].tag) == length && !strncmp(model->tags[t].tag, tags, length);
    ck_assert_msg(known, "%s: tags '%s'", model->name, tags);
    tags += length + (tags[length] == ' ');
  }
}

static void check_row(const Model *model, const LowerRow *row) {
  for (unsigned s = 0; s < row->step_count; s++) {
    const LowerStep *step = &row->steps[s];
    check_tags(model, step->tags);
    ck_assert((step->write_tags != NULL) == (step->kind == STEP_RMW || step->kind == STEP_PAIR));
    if (step->write_tags)
      check_tags(model, step->write_tags);
  }
}

START_TEST(test_every_tag_of_a_row_or_fence_is_described) {
  for (unsigned c = 0; c < cpu_count; c++) {
    const Cpu *cpu = cpu_all[c];
    for (unsigned f = 0; f < cpu->fence_count; f++)
      check_tags(cpu->model, cpu->fences[f].tags);
    for (unsigned m = 0; m < cpu->mapping_count; m++)
      for (unsigned r = 0; r < cpu->mappings[m].row_count; r++)
        check_row(cpu->model, &cpu->mappings[m].rows[r]);
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
  ck_assert_str_eq(steps("power", LOWER_LOAD, "release", NULL), "no row");
}
END_TEST

START_TEST(test_models_are_found_by_every_name_that_people_use) {
  static const char *const names[][2] = {{"x86-tso", "x86-tso"}, {"x86_64", "x86-tso"}, {"tso", "x86-tso"},
                                         {"arm", "aarch64"},     {"armv8", "aarch64"},  {"ppc", "power"},
                                         {"c11", "c11"},         {"sc", "sc"}};
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    ck_assert_ptr_nonnull(model_find(names[i][0]));
    ck_assert_str_eq(model_find(names[i][0])->name, names[i][1]);
  }
  ck_assert_ptr_null(model_find("vax"));
  ck_assert_str_eq(model_all[0]->name, "sc");
  for (unsigned i = 0; i < model_count; i++)
    ck_assert_uint_eq(model_index(model_all[i]), i);
}
END_TEST

START_TEST(test_a_cpu_and_its_model_point_at_each_other) {
  for (unsigned c = 0; c < cpu_count; c++) {
    ck_assert_ptr_eq(cpu_all[c]->model->cpu, cpu_all[c]);
    ck_assert_ptr_eq(cpu_find(cpu_all[c]->name), cpu_all[c]);
    ck_assert_ptr_eq(cpu_find(cpu_all[c]->uname), cpu_all[c]);
    ck_assert_ptr_nonnull(cpu_mapping(cpu_all[c], "c11"));
    ck_assert_ptr_null(cpu_mapping(cpu_all[c], "algol"));
  }
  ck_assert_ptr_eq(cpu_find("ppc64"), cpu_find("power"));
  ck_assert_ptr_null(cpu_find("c11"));
  ck_assert_ptr_nonnull(cpu_fence(cpu_find("aarch64"), "dmb-ishst"));
  ck_assert_ptr_null(cpu_fence(cpu_find("aarch64"), "mfence"));
}
END_TEST

int main(void) {
  TCase *tests = tcase_create("arch");
  tcase_add_test(tests, test_every_order_that_c11_gives_an_operation_has_a_row);
  tcase_add_test(tests, test_every_tag_of_a_row_or_fence_is_described);
  tcase_add_test(tests, test_rows_are_those_of_the_psabi);
  tcase_add_test(tests, test_models_are_found_by_every_name_that_people_use);
  tcase_add_test(tests, test_a_cpu_and_its_model_point_at_each_other);
  Suite *suite = suite_create("event_arch");
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
