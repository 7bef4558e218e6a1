// What the models say of a test in any language.
#pragma once
#include "harness/model/judge.h"

// As judge_test_by. A test in assembly is its own program, of which its CPU's model and sc speak; the predictions of
// others have no program. A store-exclusive that fails and is not tried again makes what was not found `unknown`: the
// models have no execution of that, and a CPU does.
Prediction *judge_any_by(const Judge *judges, unsigned count, const Test *test, const JudgeOptions *options,
                         Arena *arena);
