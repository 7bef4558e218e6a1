// What the engines are given, and what each must offer. Private to engine/.
#pragma once
#include "harness/engine/options.h"
#include "harness/engine/tally.h"
#include "harness/engine/team.h"
#include "harness/lang/test.h"
#include "harness/machine/clock.h"

// What the child shares with its parent.
typedef struct {
  int stopping;                 // set by the parent: end the run
  int started;                  // counting began
  double began, ended;          // clock_seconds of the first counted iteration and of the last count
  uint64_t executed, witnesses; // iterations run, those that the filter hides included; witnesses counted
  uint64_t frames, frame_witnesses;
  char refused[256]; // a sentence, where the engine could not run
  int died;          // an actor that is a process died, as `end` says
  GroupEnd end;
  char meeting[16], meeting_reason[160];
  unsigned setting_count;
  struct {
    char name[24], text[40];
    double number;
    bool is_number;
  } settings[24];
  Clock clock;
  // the Tally follows, aligned to 64 bytes
} Report;

typedef struct {
  const Test *test;
  const void *code; // what the C made from the test exports: a KernelCode (lockstep) or PerpetualCode[] (perpetual)
  const Topology *topology;
  const Placement *placement;
  const RunOptions *options;
  uint64_t seed;
  double deadline; // clock_seconds at which the time is used up, matching and all
  Report *report;
  Tally *tally;
} Session;

// Each engine: whether it can run a test, the C of it (what comes after emit_head), and the run itself, in the child.
bool perpetual_can(const Test *test, const char **reason);
void perpetual_emit(const Test *test, Arena *arena, Text *out);
void perpetual_run(Session *session);

void lockstep_emit(const Test *test, Arena *arena, Text *out);
void lockstep_run(Session *session);

// Counts iterations that ended in a state (observable_total values), unless the filter hides it; returns whether it is
// a witness. Engines count through this, not by tally_add.
bool session_count(Session *session, const Value *values, uint64_t count);
// Counts iterations whose states an engine had no room for.
void session_lost(Session *session, uint64_t count);
// To be called at the first counted iteration, and after each count.
void session_began(Session *session);
void session_counted(Session *session);
// Whether the run should end now: time used up, told to stop, iterations reached, or a witness where one is enough.
bool session_over(const Session *session);
void session_setting_number(Session *session, const char *name, double number);
void session_setting_text(Session *session, const char *name, const char *text);
// An actor of the team died: the run crashed.
void session_died(Session *session, const Team *team);
// The run cannot be: the first reason counts.
void session_refuse(Session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
