// Memory models in cat (Alglave, Cousot, Maranget, "Syntax and semantics of the weak consistency model specification
// language cat", 2016).
#pragma once
#include "arch/model.h"
#include "harness/base/diag.h"
#include "harness/model/execution.h"

typedef struct CatModel CatModel;

enum { CAT_FILE_LIMIT = 4 << 20 }; // bytes of one file

typedef struct {
  const char *folder;          // where `include` looks, after the folder of the file that includes; NULL: nowhere
  const char *const *paths;    // folders where it looks then, NULL-terminated; may be NULL. What is built in comes last
  const char *const *variants; // for `if "variant" then .. else`; NULL-terminated, may be NULL
} CatOptions;

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
// Whether some check of the model can only raise a flag (flag, undefined_unless).
bool cat_raises_flags(const CatModel *model);

// How one event synchronises with another (`sw`), or happens before it by way of that (`hb`), in a model with relations
// of these names, as those of C11 have.
typedef struct {
  const char *name;   // "sw" or "hb"
  unsigned to;        // the event it leads to
  unsigned *events;   // events[i] is followed, by words[i], by the next; the last one by `to`
  const char **words; // base relations, as in CatVerdict.edges; "sw" within hb
  unsigned length;
} CatStep;

typedef struct {
  bool allowed;     // every check holds
  bool undefined;   // a flag or undefined_unless that the model gives for a data race was raised (and the execution is
                    // allowed)
  const char *flag; // the name of what was raised, here or by any other `flag`; NULL: nothing
  bool has_race;    // the two accesses that raised `undefined` are known (with `explain`)
  unsigned race[2]; // they
  // Why the model says nothing of this execution: it does not end, or goes wrong on it. NULL: it does. `allowed` then
  // means nothing.
  const char *error;
  const Source *error_source;
  Span error_span;
  // Where not allowed: the first check that failed, and what fails it.
  const char *axiom; // its name (`as`), or its text
  const Source *axiom_source;
  Span axiom_span;
  unsigned *cycle; // events; a cycle for acyclic, one event for irreflexive, a pair or an event for empty
  unsigned cycle_length;
  // edges[i] leads from cycle[i] to the next event, the last one back to the first: base relations, in words that a
  // person reads ("po", "rfe", "fre", "rmw^-1"). The last is NULL where nothing leads back.
  const char **edges;
  // With `explain`: of a cycle those it goes by, each after those within it; where allowed, all of `sw`.
  CatStep *steps;
  unsigned step_count;
} CatVerdict;

// Forgets what was kept of earlier executions (their serials): to be called before those of another program.
void cat_reset(CatModel *model);

// Judges one execution. With `explain` the cycle is found too; else only `allowed`, `undefined` and `flag` are. What
// the verdict points at lives in `arena` until it is freed.
void cat_judge(CatModel *model, const Execution *execution, bool explain, Arena *arena, CatVerdict *verdict);
