// Explanations: which axiom and cycle forbid a state, what synchronises, what races; and pictures of it.
#include "harness/model/explain.h"
#include "harness/model/judge.h"
#include "tests/unit/litmus_text.h"
#include "tests/unit/skip.h"

#include <stdio.h>
#include <stdlib.h>

static Arena *arena;
static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

#define LOAD(place, order) "atomic_load_explicit(" place ", memory_order_" order ")"
#define STORE(place, order) "atomic_store_explicit(" place ", 1, memory_order_" order ");"

#define SB(st, ld)                                                                                                     \
  "C SB\n{}\nP0 (atomic_int* x, atomic_int* y) {\n" STORE("x", st) "\nint r0 = " LOAD(                                 \
      "y", ld) ";\n}\n"                                                                                                \
               "P1 (atomic_int* x, atomic_int* y) {\n" STORE("y", st) "\nint r0 = " LOAD(                              \
                   "x", ld) ";\n}\nexists (0:r0=0 /\\ 1:r0=0)\n"
#define MP(st, ld)                                                                                                     \
  "C MP\n{}\nP0 (atomic_int* x, atomic_int* y) {\n" STORE("x", "relaxed") "\n" STORE(                                  \
      "y", st) "\n}\n"                                                                                                 \
               "P1 (atomic_int* x, atomic_int* y) {\nint r0 = " LOAD("y", ld) ";\nint r1 = " LOAD(                     \
                   "x", "relaxed") ";\n}\n"                                                                            \
                                   "exists (1:r0=1 /\\ 1:r1=0)\n"
#define LB(st, ld)                                                                                                     \
  "C LB\n{}\nP0 (atomic_int* x, atomic_int* y) {\nint r0 = " LOAD("x", ld) ";\n" STORE(                                \
      "y", st) "\n}\n"                                                                                                 \
               "P1 (atomic_int* x, atomic_int* y) {\nint r0 = " LOAD("y", ld) ";\n" STORE(                             \
                   "x", st) "\n}\nexists (0:r0=1 /\\ 1:r0=1)\n"
#define IRIW(st, ld)                                                                                                   \
  "C IRIW\n{}\nP0 (atomic_int* x) {\n" STORE("x", st) "\n}\nP1 (atomic_int* y) {\n" STORE(                             \
      "y", st) "\n}\n"                                                                                                 \
               "P2 (atomic_int* x, atomic_int* y) {\nint r0 = " LOAD("x", ld) ";\nint r1 = " LOAD(                     \
                   "y", ld) ";\n}\n"                                                                                   \
                            "P3 (atomic_int* x, atomic_int* y) {\nint r0 = " LOAD("y", ld) ";\nint r1 = " LOAD(        \
                                "x", ld) ";\n}\n"                                                                      \
                                         "exists (2:r0=1 /\\ 2:r1=0 /\\ 3:r0=1 /\\ 3:r1=0)\n"

// How the witness that gives these values to the observables comes about.
static Explanation explained(const char *text, const char *model, const Value *values) {
  const Model *arch = model_find(model);
  const Program *program = lower_text(text, arch->name, arena);
  EventValue state[8];
  for (unsigned i = 0; i < program->observable_count; i++)
    state[i] = (EventValue){-1, values[i]};
  return model_explain(cat_builtin(arch, arena), program, &(EnumerationLimits){.seconds = 60}, state, arena);
}

static const char *printed(const Explanation *explanation, void (*print)(const Explanation *, const char *, Text *)) {
  Text text = {0};
  print(explanation, "it", &text);
  const char *result = arena_string(arena, text_string(&text));
  text_free(&text);
  return result;
}

// "tso: po rfe po fre", or "allowed".
static const char *cycle(const Explanation *explanation) {
  const CatVerdict *v = &explanation->verdict;
  ck_assert(explanation->found && !v->error);
  if (v->allowed)
    return "allowed";
  Text text = {0};
  text_printf(&text, "%s:", v->axiom);
  for (unsigned i = 0; i < v->cycle_length; i++)
    text_printf(&text, " %s", v->edges[i] ? v->edges[i] : "-");
  const char *result = arena_string(arena, text_string(&text));
  text_free(&text);
  return result;
}

// Each program's witness, by model: sc, c11, x86-tso, aarch64, riscv, power.
static const struct {
  const char *text;
  Value witness[4];
  const char *cycles[6];
} goldens[] = {
    {SB("relaxed", "relaxed"), {0, 0}, {"sc: po fre po fre", "allowed", "allowed", "allowed", "allowed", "allowed"}},
    {MP("relaxed", "relaxed"),
     {1, 0},
     {"sc: po rfe po fre", "allowed", "tso: po rfe po fre", "allowed", "allowed", "allowed"}},
    {LB("relaxed", "relaxed"),
     {1, 1},
     {"sc: po rfe po rfe", "no-thin-air: po rfe po rfe", "tso: po rfe po rfe", "allowed", "allowed", "allowed"}},
    {IRIW("relaxed", "relaxed"),
     {1, 0, 1, 0},
     {"sc: rfe po fre rfe po fre", "allowed", "tso: rfe po fre rfe po fre", "allowed", "allowed", "allowed"}},
    {SB("seq_cst", "seq_cst"),
     {0, 0},
     {"sc: po fre po fre", "sc: po fre po fre", "tso: po fre po fre", "external: po fre po fre",
      "global-memory-order: po po fre po po fre", "propagation: fre po po fre po po"}},
    {MP("release", "acquire"),
     {1, 0},
     {"sc: po rfe po fre", "coherence: po rfe po fre", "tso: po rfe po fre", "external: po rfe po fre",
      "global-memory-order: po po rfe po po fre", "observation: fre po po rfe ctrl po"}},
    {LB("release", "acquire"),
     {1, 1},
     {"sc: po rfe po rfe", "coherence: po rfe po rfe", "tso: po rfe po rfe", "external: po rfe po rfe",
      "global-memory-order: po po rfe po po rfe", "no-thin-air: ctrl rfe ctrl rfe"}},
    {IRIW("release", "acquire"),
     {1, 0, 1, 0},
     {"sc: rfe po fre rfe po fre", "allowed", "tso: rfe po fre rfe po fre", "external: rfe po fre rfe po fre",
      "global-memory-order: rfe po po fre rfe po po fre", "allowed"}},
};

START_TEST(every_model_names_its_axiom_and_its_cycle) {
  for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++)
    for (unsigned m = 0; m < model_count; m++) {
      Explanation e = explained(goldens[i].text, model_all[m]->name, goldens[i].witness);
      ck_assert_msg(!strcmp(cycle(&e), goldens[i].cycles[m]), "%.4s, %s: %s, not %s", goldens[i].text + 2,
                    model_all[m]->name, cycle(&e), goldens[i].cycles[m]);
    }
}
END_TEST

START_TEST(a_cycle_is_told_event_by_event_with_what_synchronises) {
  Explanation e = explained(MP("release", "acquire"), "c11", (Value[]){1, 0});
  ck_assert_str_eq(printed(&e, explanation_print),
                   "  forbidden by it: its axiom 'coherence' (c11/model.cat:31):\n"
                   "    a    P0  W x=1             store relaxed     text.litmus:4: atomic_store_explicit(x, 1, "
                   "memory_order_relaxed);\n"
                   "         | po\n"
                   "    b    P0  W y=1             store release     text.litmus:5: atomic_store_explicit(y, 1, "
                   "memory_order_release);\n"
                   "         | rfe\n"
                   "    c    P1  R y=1 from b      load acquire      text.litmus:8: int r0 = atomic_load_explicit(y, "
                   "memory_order_acquire);\n"
                   "         | po\n"
                   "    d    P1  R x=0 from init   load relaxed      text.litmus:9: int r1 = atomic_load_explicit(x, "
                   "memory_order_relaxed);\n"
                   "         | fre\n"
                   "         back to a\n"
                   "    sw: release b --rfe--> acquire c\n"
                   "    hb: a --po--> b --sw--> c --po--> d\n");
}
END_TEST

// Through fences, over a release sequence of two threads, and on to a third thread.
static const char chain[] =
    "C chain\n{}\n"
    "P0 (atomic_int* x, atomic_int* y) {\n" STORE(
        "x", "relaxed") "\natomic_thread_fence(memory_order_release);"
                        "\n" STORE(
                            "y",
                            "relaxed") "\n}\n"
                                       "P1 (atomic_int* y) {\nint r0 = "
                                       "atomic_fetch_add_explicit(y, 1, "
                                       "memory_order_relaxed);\n}\n"
                                       "P2 (atomic_int* y, atomic_int* "
                                       "z) {\nint r0 = " LOAD(
                                           "y",
                                           "acqu"
                                           "ire") ";\n" STORE("z",
                                                              "release") "\n}\n"
                                                                         "P3 (atomic_int* "
                                                                         "x, atomic_int* "
                                                                         "z) {\nint r0 "
                                                                         "= " LOAD("z",
                                                                                   "re"
                                                                                   "la"
                                                                                   "xe"
                                                                                   "d") ";\natomic_thread_fence(memory_"
                                                                                        "order_acquire);\nint r1 "
                                                                                        "= " LOAD("x", "relaxed") ";"
                                                                                                                  "\n"
                                                                                                                  "}"
                                                                                                                  "\n"
                                                                                                                  "ex"
                                                                                                                  "is"
                                                                                                                  "ts"
                                                                                                                  " ("
                                                                                                                  "1:"
                                                                                                                  "r0"
                                                                                                                  "=1"
                                                                                                                  " /"
                                                                                                                  "\\"
                                                                                                                  " 2"
                                                                                                                  ":r"
                                                                                                                  "0="
                                                                                                                  "2 "
                                                                                                                  "/"
                                                                                                                  "\\"
                                                                                                                  " 3"
                                                                                                                  ":r"
                                                                                                                  "0="
                                                                                                                  "1 "
                                                                                                                  "/"
                                                                                                                  "\\"
                                                                                                                  " 3"
                                                                                                                  ":r"
                                                                                                                  "1="
                                                                                                                  "0)"
                                                                                                                  "\n";

START_TEST(synchronisation_is_told_through_fences_and_release_sequences) {
  Explanation e = explained(chain, "c11", (Value[]){1, 2, 1, 0});
  const char *text = printed(&e, explanation_print);
  ck_assert_msg(strstr(text, "    sw: release b --po--> c --rfe--> d --rfe--> acquire e\n"
                             "    sw: release f --rfe--> g --po--> acquire h\n"
                             "    hb: a --po--> b --sw--> e --po--> f --sw--> h --po--> i\n"),
                "%s", text);
}
END_TEST

START_TEST(an_allowed_execution_tells_all_that_synchronises) {
  Explanation e = explained(MP("release", "acquire"), "c11", (Value[]){1, 1});
  ck_assert(e.verdict.allowed && e.verdict.step_count == 1);
  ck_assert_ptr_nonnull(strstr(printed(&e, explanation_print), "    sw: release b --rfe--> acquire c\n"));
  ck_assert_ptr_nonnull(strstr(printed(&e, explanation_dot), "[label=\"sw\", "));
  e = explained(MP("relaxed", "acquire"), "c11", (Value[]){1, 1});
  ck_assert(e.verdict.allowed && e.verdict.step_count == 0);
}
END_TEST

START_TEST(a_race_is_two_accesses_and_what_does_not_order_them) {
  Explanation e =
      explained("C racy\n{}\nP0 (int* x, atomic_int* y) {\n*x = 1;\n" STORE(
                    "y", "relaxed") "\n}\n"
                                    "P1 (int* x, atomic_int* y) {\nint r0 = " LOAD(
                                        "y", "acquire") ";\nint r1 = 0;\n"
                                                        "if (r0) {\nr1 = *x;\n}\n}\nexists (1:r0=1 /\\ 1:r1=1)\n",
                "c11", (Value[]){1, 1});
  const char *text = printed(&e, explanation_print);
  ck_assert_msg(
      strstr(text, "    it has a data race (data-race), so C11 leaves the program undefined; no happens-before orders\n"
                   "    a    P0  W x=1             store plain       text.litmus:4: *x = 1;\n"
                   "    d    P1  R x=1 from a      load plain        text.litmus:11: r1 = *x;\n"),
      "%s", text);
  e = explained(
      "C racy\n{}\nP0 (int* x, atomic_int* y) {\n*x = 1;\n" STORE(
          "y", "relaxed") "\n}\n"
                          "P1 (int* x, atomic_int* y) {\nint r0 = " LOAD("y", "acquire") ";\nint r1 = *x;\n}\n"
                                                                                         "exists (1:r0=1 /\\ 1:r1=0)\n",
      "c11", (Value[]){1, 0});
  text = printed(&e, explanation_print);
  ck_assert_msg(strstr(text,
                       "      a --po--> b --rf--> c --po--> d does not synchronise all the way: b is a store relaxed, "
                       "c a load acquire\n"),
                "%s", text);
  e = explained("C racy\n{}\nP0 (int* x) {\n*x = 1;\n}\nP1 (int* x) {\n*x = 2;\n}\nexists (x=1)\n", "c11",
                (Value[]){1});
  text = printed(&e, explanation_print);
  ck_assert_msg(strstr(text, "no chain of program order and reads-from leads from one to the other\n"), "%s", text);
}
END_TEST

START_TEST(a_graph_has_the_threads_the_relations_and_the_cycle_in_red) {
  Explanation e = explained(SB("relaxed", "relaxed"), "sc", (Value[]){0, 0});
  ck_assert_str_eq(printed(&e, explanation_dot),
                   "digraph \"it\" {\n  label=\"it: forbidden by sc\";\n  node [shape=box, fontname=monospace];\n"
                   "  e0 [label=\"W x=0\"];\n  e1 [label=\"W y=0\"];\n"
                   "  subgraph cluster_P0 {\n    label=\"P0\"; color=gray;\n"
                   "    e2 [label=\"W x=1\\nstore relaxed\"];\n    e3 [label=\"R y=0\\nload relaxed\"];\n  }\n"
                   "  subgraph cluster_P1 {\n    label=\"P1\"; color=gray;\n"
                   "    e4 [label=\"W y=1\\nstore relaxed\"];\n    e5 [label=\"R x=0\\nload relaxed\"];\n  }\n"
                   "  e0 -> e5 [label=\"rf\", color=darkgreen, fontcolor=darkgreen, constraint=false];\n"
                   "  e1 -> e3 [label=\"rf\", color=darkgreen, fontcolor=darkgreen, constraint=false];\n"
                   "  e0 -> e2 [label=\"co\", color=blue, fontcolor=blue, constraint=false];\n"
                   "  e1 -> e4 [label=\"co\", color=blue, fontcolor=blue, constraint=false];\n"
                   "  e2 -> e3 [label=\"po\", color=red, fontcolor=red, penwidth=2];\n"
                   "  e3 -> e4 [label=\"fre\", color=red, fontcolor=red, penwidth=2];\n"
                   "  e4 -> e5 [label=\"po\", color=red, fontcolor=red, penwidth=2];\n"
                   "  e5 -> e2 [label=\"fre\", color=red, fontcolor=red, penwidth=2];\n}\n");
}
END_TEST

// One after the other: dot 2.43 itself may crash on many in one go.
static void check_graph(const char *text, const char *model, const Value *witness) {
  Explanation e = explained(text, model, witness);
  FILE *dot = popen("dot -Tsvg >/dev/null", "w"); // NOLINT: the shell of the machine that tests
  ck_assert_ptr_nonnull(dot);
  fputs(printed(&e, explanation_dot), dot);
  ck_assert_int_eq(pclose(dot), 0);
}

START_TEST(graphviz_reads_every_graph) {
  SKIP_IF(system("command -v dot >/dev/null") != 0, "no dot here"); // NOLINT: the same
  for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++)
    check_graph(goldens[i].text, model_all[i % model_count]->name, goldens[i].witness);
  check_graph(chain, "c11", (Value[]){1, 2, 1, 0});
}
END_TEST

START_TEST(what_no_execution_ends_in_is_said_so) {
  Explanation e = explained(SB("relaxed", "relaxed"), "c11", (Value[]){7, 7});
  ck_assert(!e.found);
  ck_assert_str_eq(printed(&e, explanation_print), "  no execution ends in it, whatever the model\n");
}
END_TEST

int main(void) {
  TCase *tests = tcase_create("explain");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, every_model_names_its_axiom_and_its_cycle);
  tcase_add_test(tests, a_cycle_is_told_event_by_event_with_what_synchronises);
  tcase_add_test(tests, synchronisation_is_told_through_fences_and_release_sequences);
  tcase_add_test(tests, an_allowed_execution_tells_all_that_synchronises);
  tcase_add_test(tests, a_race_is_two_accesses_and_what_does_not_order_them);
  tcase_add_test(tests, a_graph_has_the_threads_the_relations_and_the_cycle_in_red);
  tcase_add_test(tests, graphviz_reads_every_graph);
  tcase_add_test(tests, what_no_execution_ends_in_is_said_so);
  Suite *suite = suite_create("model");
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
