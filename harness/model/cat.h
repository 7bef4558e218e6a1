// Memory models in cat (Alglave, Cousot, Maranget, "Syntax and semantics of the weak consistency model specification
// language cat", 2016).
#pragma once
#include "harness/model/cat_verdict.h"

// Parses a model and tries it out on a small execution; `as` says what its programs' tags mean. NULL with errors, each
// with its place, in `diag`.
CatModel *cat_parse(const Source *source, const Model *as, const CatOptions *options, Arena *arena, Diag *diag);
// The same of a file. It may include those of its folder, and of `paths` (CatOptions).
CatModel *cat_load(const char *path, const Model *as, const char *const *paths, Arena *arena, Diag *diag);
// One of the models that come with weakmem. Never fails.
CatModel *cat_builtin(const Model *model, Arena *arena);

// Whether every execution that is not coherent per location is forbidden whatever else it does (seen from the model's
// text).
bool cat_implies_coherence(const CatModel *model);

// Whether every execution in which another thread writes between the read and the write of an rmw pair is forbidden.
// Where the two are one event, coherence says so.
bool cat_implies_atomicity(const CatModel *model);
// The names of what the model's checks that forbid nothing (flag, undefined_unless) may raise, each once, as they
// stand.
const char *const *cat_flags(const CatModel *model, unsigned *count);

// Forgets what was kept of earlier executions (their serials): to be called before those of another program.
void cat_reset(CatModel *model);

// Whether an execution that is being made is forbidden already, whatever becomes of it: not all of its reads have a
// source, and its co has what is ordered so far. Of the model's checks those tell whose expressions grow with rf and
// co. `but`: the name of a check that is left out; NULL: none is.
bool cat_refutes(CatModel *model, const Execution *part, const char *but);

// Judges one execution. With `explain` the cycle is found too; else only `allowed`, `undefined` and `flag` are. What
// the verdict points at lives in `arena` until it is freed.
void cat_judge(CatModel *model, const Execution *execution, bool explain, Arena *arena, CatVerdict *verdict);
