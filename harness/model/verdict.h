// Verdicts: which final states of a program a model allows.
#pragma once
#include "harness/model/cat.h"

typedef enum {
  VERDICT_ALLOWED,
  VERDICT_FORBIDDEN,
  VERDICT_UNDEFINED,  // C11: the program has a data race, so nothing is forbidden
  VERDICT_UNMODELLED, // accesses that tear, are misaligned, of mixed sizes or beyond their array
  VERDICT_UNKNOWN     // not among what was found allowed, but not everything was looked at
} Verdict;

const char *verdict_name(Verdict verdict); // "allowed"

typedef struct {
  EventValue **states; // allowed final states, sorted, each once; program->observable_count values each
  unsigned state_count;
  uint64_t *counts;        // of each: how many allowed executions end in it; where options->count
  bool *thin_air;          // of each candidate: no execution that ends in it is allowed, and options->thin_air alone
                           // forbids one
  EventValue **candidates; // every final state that some candidate execution ends in, sorted
  unsigned candidate_count;
  bool undefined; // some allowed execution has a data race (C11)
  const char *flag;
  uint64_t flags;        // every flag that allowed executions raise: see cat_flags
  const Execution *racy; // that one, where the two accesses that race are known; else NULL
  unsigned race[2];      // its events
  bool unmodelled;
  Misfit misfit;               // why it is unmodelled, where an access fits no element
  uint64_t executions, judged; // shown by the enumerator; given to the model: one whose state is known to be allowed
                               // need not be
  const Execution *hang;       // an allowed one in which some thread waits for ever; NULL: none was found
  bool hang_open;              // none was found, and not everything was looked at in the time
  bool bound_reached, gave_up;
  bool circular;   // EnumerationResult's
  const char *why; // a sentence, where unmodelled or gave_up
} ModelResult;

typedef struct {
  EnumerationLimits limits; // coherent_only is not looked at; with `wanted`, no wait is asked whether it ends
  const char *thin_air;     // an axiom: candidates that it alone forbids are told apart; NULL: none
  bool undefined_behaviour; // as of the Model
  bool count;               // judge and count every execution, not one for each state
  bool incoherent;          // make executions that are not coherent too, whatever the model says of them
} ModelOptions;

// Judges the executions of the program. Where the model forbids what is not coherent per location whatever else it
// does, only coherent executions are made, and the candidates are theirs. The result lives in `arena`.
ModelResult model_run(CatModel *model, const Program *program, const ModelOptions *options, Arena *arena);

// The verdict on one state (`count` values: the program's observable_count).
Verdict model_verdict(const ModelResult *result, const EventValue *state, unsigned count);
