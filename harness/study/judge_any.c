#include "harness/study/judge_any.h"
#include "harness/code/assembly.h"
#include "harness/event/confined.h"

// Whether a thread may end with a store-exclusive that failed.
static bool may_fail(const Program *program, Arena *arena) {
  Diag quiet = {.arena = arena};
  bool fails = false;
  return program_is_confined(program, &fails, &quiet) && fails;
}

static Prediction judge_one(const Judge *judge, const Test *test, const JudgeOptions *options, bool fails,
                            Arena *arena) {
  Prediction prediction = judge_test(judge, test, options, arena);
  if (fails && !prediction.result.unmodelled) {
    prediction.result.bound_reached = true;
    prediction.why =
        "a store that fails for want of its reservation is not tried again, of which there is no execution";
  }
  return prediction;
}

Prediction *judge_any_by(const Judge *judges, unsigned count, const Test *test, const JudgeOptions *options,
                         Arena *arena) {
  const InstructionSet *set = assembly_instructions(test, NULL);
  if (!set)
    return judge_test_by(judges, count, test, options, arena);
  Diag diag = {.arena = arena};
  JudgeOptions own = *options;
  own.cpu = NULL;
  own.program = assembly_program(test, model_find(set->arch)->rmw_is_one_event, 0, arena, &diag);
  bool fails = own.program && may_fail(own.program, arena);
  Prediction *predictions = ARENA_ARRAY(arena, Prediction, count + (size_t)1);
  for (unsigned i = 0; i < count; i++)
    if (own.program && test_judged_by(test, judges[i].model))
      predictions[i] = judge_one(&judges[i], test, &own, fails, arena);
    else
      predictions[i] = (Prediction){.test = test,
                                    .judge = &judges[i],
                                    .why = own.program ? "it is in the assembly of another CPU" : diag.first->message};
  return predictions;
}
