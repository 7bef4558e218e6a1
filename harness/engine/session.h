// A run, as an engine is given it and as it tells of it.
#pragma once
#include "harness/engine/names.h"
#include "harness/engine/shape.h"
#include "harness/engine/tally.h"
#include "harness/engine/team.h"

// What an engine chose, as the record's "settings".
typedef struct {
  char name[24];
  bool is_number;
  double number;
  char text[40];
} Setting;

enum { SETTINGS_MOST = 24, TUNE_AXES = 16 };

// A point on an engine's axes (trials.h): an index into each one's values.
typedef struct {
  unsigned char at[TUNE_AXES];
} TuneSetting;

// Settings that runs of the same engine, placement and number of threads found, for a run to go by, in turns; none:
// trials find its own. `tuning`: all of its time is for trials, of which they are the first.
typedef struct {
  const TuneSetting *settings;
  unsigned count;
  bool tuning;
} TuneGiven;

// What the child shares with its parent, and leaves behind however it ends.
typedef struct {
  _Alignas(64) int stopping; // set by the parent: end the run
  int started;               // counting began
  int done;                  // the engine returned
  double began, ended;       // time_seconds of the first counted iteration and of the last count
  uint64_t executed;         // iterations run, counted or not
  uint64_t hidden;           // ... of which the filter hides the state: in no count
  uint64_t witnesses;
  // Perpetual: one frame for each iteration of the first thread, as the literature counts, so that many share
  // iterations of the others; and those that are witnesses. Estimates, from a sample of 1 in 64; 0 elsewhere.
  uint64_t frames, frame_witnesses;
  char refused[256]; // a sentence, where the engine could not run
  uint64_t nodes;    // NUMA nodes that held the memory of the locations when it ended, a bit each; 0: not known
  int died;          // an actor that is a process died, as `end` says
  GroupEnd end;
  char meeting[16], meeting_reason[160]; // "clock", "memory", "none": how threads met; and why, where there is a reason
  unsigned setting_count;
  Setting settings[SETTINGS_MOST];
  bool tuned; // trials found a setting that brings what the condition asks for: the best
  TuneSetting best;
} Report;

typedef struct {
  const Shape *shape;
  const KernelCode *code; // the engine's that shape->perpetual names
  Binding binding;
  Actors actors;
  double seconds;      // of wall time, trials and matching included; 0: no limit
  uint64_t iterations; // 0: as many as the time allows
  bool until_witness;
  uint64_t seed;
  TuneGiven given;
  double ticks_per_second; // of cpu_clock
  const char *no_clock;    // why threads cannot meet by it; NULL where they can
  Report *report;
  Tally *tally;    // of the observables that states show
  double deadline; // time_seconds at which the time is used up; session_began sets it
} EngineSession;

// Counts iterations that ended in a state (of all observables), unless the filter hides it; returns what the state is,
// STATE_.... Engines count through this, not by tally_add.
unsigned session_count(EngineSession *session, const uint64_t *state, uint64_t count);
// Counts iterations whose states an engine had no room for.
void session_lost(EngineSession *session, uint64_t count);
// To be called at the first counted iteration, again where a part of the run begins, and after each count.
void session_began(EngineSession *session);
void session_counted(EngineSession *session);
// Whether the run should end now: time used up, told to stop, iterations reached, or a witness where one is enough.
bool session_over(const EngineSession *session);
void session_setting_number(EngineSession *session, const char *name, double number);
void session_setting_text(EngineSession *session, const char *name, const char *text);
// Tells where the team's memory is, at the end of the run.
void session_memory(EngineSession *session, const Team *team);
// An actor of the team died: the run crashed.
void session_died(EngineSession *session, const Team *team);
// The run cannot be: the first reason counts.
void session_refuse(EngineSession *session, const char *reason);
