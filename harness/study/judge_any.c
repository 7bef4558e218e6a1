#include "harness/study/judge_any.h"
#include "harness/code/assembly.h"

Prediction *judge_any_by(const Judge *judges, unsigned count, const Test *test, const JudgeOptions *options,
                         Arena *arena) {
  const InstructionSet *set = assembly_instructions(test, NULL);
  if (!set)
    return judge_test_by(judges, count, test, options, arena);
  Diag diag = {.arena = arena};
  JudgeOptions own = *options;
  own.cpu = NULL;
  own.program = assembly_program(test, model_find(set->arch)->rmw_is_one_event, 0, arena, &diag);
  Prediction *predictions = ARENA_ARRAY(arena, Prediction, count + (size_t)1);
  for (unsigned i = 0; i < count; i++)
    if (own.program && test_judged_by(test, judges[i].model))
      predictions[i] = judge_test(&judges[i], test, &own, arena);
    else
      predictions[i] = (Prediction){.test = test,
                                    .judge = &judges[i],
                                    .why = own.program ? "it is in the assembly of another CPU" : diag.first->message};
  return predictions;
}
