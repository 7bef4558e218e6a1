// The judge: what the memory models say of a test, within a time and a memory.
#pragma once
#include "arch/cpus.h"
#include "harness/event/from_test.h"
#include "harness/lang/state.h"
#include "harness/model/verdict.h"

// A model to judge by. Its text is read once.
typedef struct {
  const char *name; // "c11", "x86-tso", or of the user's file
  const Model *model;
  CatModel *cat;
} Judge;

Judge judge_of(const Model *model, Arena *arena);
// One for each of model_all, in its order: that of a model is at model_index.
Judge *judges_all(Arena *arena);

typedef struct {
  EnumerationLimits limits; // of each model; coherent_only and from_nothing are not looked at
  LowerOptions lower;
  const Program *program; // is judged in place of what the test is lowered to: what was read from machine code, with
                          // the test's observables; NULL: none is
  const Cpu *cpu;         // whose code `lower` and `program` speak of: the others' is as the test is lowered by itself.
                          // NULL: they speak of every model's
  bool count;             // judge and count every execution, not one for each state
} JudgeOptions;

// The same with another language's model where c11 is: model_for.
Judge *judges_for(const char *dialect, Arena *arena);

// Limits for one model: seconds, and the number of executions, which bounds memory as time does not.
EnumerationLimits judge_limits(double seconds);
// The same, and of the executions those alone that may end in what the condition asks for. The test must have one, and
// outlive the limits.
EnumerationLimits judge_limits_asked(EnumerationLimits limits, const Test *test);

// What one model says of a test.
typedef struct {
  const Test *test;
  const Judge *judge;
  const Program *program; // NULL if the test cannot be lowered for the model
  const char *why;        // a sentence, where it cannot, or where not everything could be decided or shown
  ModelResult result;     // empty if program is NULL
  bool any_witness;       // some allowed state is a witness
  bool all_witnesses;     // every one is
  bool decided;           // what the condition asks for was looked for by itself, since all would have taken too long
  bool filtered_out;      // executions were looked at, and the test's filter leaves out all: `why` says so
} Prediction;

// Lives in `arena`; the test, the judge and options->program must outlive it. Where all executions are more than the
// limits allow, those alone are looked at, within the same limits again, that may end as the condition asks; not for a
// model in which a race leaves a program without a meaning: one may be elsewhere.
Prediction judge_test(const Judge *judge, const Test *test, const JudgeOptions *options, Arena *arena);
// The same by several: `count` predictions, in the judges' order.
Prediction *judge_test_by(const Judge *judges, unsigned count, const Test *test, const JudgeOptions *options,
                          Arena *arena);

// Whether the model could not decide all: it ran out of time or memory, or a loop reached its bound.
bool prediction_is_partial(const Prediction *prediction);
// Whether the condition is decided all the same: by a state that was found, or since all was looked at.
bool prediction_decides(const Prediction *prediction);
// The verdict on a final state of the test.
Verdict prediction_verdict(const Prediction *prediction, State state);
// Whether the state is forbidden by the thin-air axiom alone (RC11's no-thin-air), which what the model stands for does
// not have. So is a state that no execution ends in, if values that depend on themselves might end in it: none is made
// of them, for that axiom's sake.
bool prediction_is_thin_air(const Prediction *prediction, State state);
// The verdict on what the condition asks for (state_is_asked): allowed, if the model allows one of those states. `sc`
// says which states are weak; NULL: none is known to be.
Verdict prediction_asked(const Prediction *prediction, const Prediction *sc);

// A program's state as the test's; its values live in `arena`.
State prediction_state(const Test *test, const EventValue *state, Arena *arena);
// And back: observable_count values, as models and explanations take them.
const EventValue *prediction_values(const Test *test, State state, Arena *arena);
// Every final state that some candidate execution of some prediction ends in: sorted, each once. `*count` of them.
State *predictions_states(const Prediction *predictions, unsigned prediction_count, unsigned *count, Arena *arena);
