// Explanations: why a model forbids a final state of a program, or how it comes about.
#pragma once
#include "harness/model/verdict.h"

typedef struct {
  bool found;          // some execution ends in the state: the one below
  Execution execution; // an allowed one where there is any; else a forbidden one whose cycle is short
  CatVerdict verdict;  // on it
  const char *why;     // a sentence, where not everything was looked at
} Explanation;

// `state`: the values of the program's observables that are shown. Lives in `arena`.
Explanation model_explain(CatModel *model, const Program *program, const EnumerationLimits *limits,
                          const EventValue *state, Arena *arena);

// As text, every event with its instruction and source line: the cycle where the execution is forbidden, the events of
// each thread, what they read and the order of writes where it is allowed. `title`: the model's.
void explanation_print(const Explanation *explanation, const char *title, Text *out);
// The two accesses of an execution that race, and why no happens-before orders them.
void race_print(const Execution *execution, const unsigned race[2], Text *out);
// "P1 (MP.litmus:9: while (r0 == 0) {, which reads y=0), P2": the threads of an execution that wait for ever, and
// where.
void hang_print(const Execution *execution, Text *out);
// That execution, event by event; `title`: the model's that allows it.
void hang_explain(const Execution *execution, const char *title, Text *out);
// "MP.litmus:7: *x = 1;": the line of the source that an event comes from; nothing for an initial write.
void event_print_line(const Execution *execution, unsigned event, Text *out);
// The execution as a Graphviz graph; the edges of the cycle that forbids it are red.
void explanation_dot(const Explanation *explanation, const char *title, Text *out);
