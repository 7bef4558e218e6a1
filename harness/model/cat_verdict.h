// What a model in cat is asked, and what it answers.
#pragma once
#include "arch/model.h"
#include "harness/base/diag.h"
#include "harness/model/execution.h"

typedef struct CatModel CatModel;

enum {
  CAT_FILE_LIMIT = 4 << 20, // bytes of one file
  CAT_FLAG_LIMIT = 64       // names that a model gives to flags
};

typedef struct {
  const char *folder;          // where `include` looks, after the folder of the file that includes; NULL: nowhere
  const char *const *paths;    // folders where it looks then, NULL-terminated; may be NULL. What is built in comes last
  const Source *bell;          // what the events of the model's language are: read before the model; NULL: none
  const char *const *variants; // for `if "variant" then .. else`; NULL-terminated, may be NULL
} CatOptions;

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
  const char *flag; // its name; NULL: none was
  uint64_t flags;   // every flag that was raised, a bit each: see cat_flags
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
