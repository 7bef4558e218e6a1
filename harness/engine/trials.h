// Choosing an engine's settings by short trials: random ones first, then neighbours of the best; the few best are kept.
// Most of the time then goes to the best one, while a part goes on trying others and sweeps over settings that no trial
// would keep, so that rare states appear too.
//
// A machine has other work: single scores lie. A setting's score is the median of its last ones. One that looks as good
// as the best runs in turns with it, so that what disturbs one disturbs the other, before it can take its place. What a
// setting brings drifts, so the best is measured as it runs, and gives way to the next one where it no longer is the
// best; once it brings much less than it did, all is forgotten but where it stands, and the search begins anew.
//
// A setting is a point on a few axes, each a short list of values in which neighbours are alike. The same seed proposes
// the same settings until the first neighbour; from there on proposals follow what the machine showed.
#pragma once
#include "harness/engine/session.h"

enum { TUNE_KEPT = 6, TUNE_SCORES = 5 };

typedef struct {
  const char *name;
  const int *values;
  unsigned count;
} TuneAxis;

typedef struct {
  TuneSetting setting;
  double scores[TUNE_SCORES]; // the last ones
  unsigned count;             // of all that there were
  double score;               // the median of the last ones; of two the lower
} TuneKept;

typedef struct {
  const TuneAxis *axes; // borrowed
  unsigned axis_count;
  uint64_t random;
  TuneKept kept[TUNE_KEPT]; // best first
  unsigned kept_count;
  TuneSetting best;  // kept[0]'s
  double best_score; // negative before the first trial
} Tuner;

// What a trial brought. Variety makes settings comparable where none met the condition.
typedef struct {
  uint64_t targets; // states that were looked for: witnesses; of `forall`, what is none
  double variety;   // the sum over the different states of log2(1 + count)
  double seconds;
} TuneOutcome;

// Targets per second; without targets a number below 1 that grows with the variety.
double tune_score(const TuneOutcome *outcome);

void tuner_init(Tuner *tuner, const TuneAxis *axes, unsigned axis_count, uint64_t seed);
// A setting drawn at random.
TuneSetting tuner_random(Tuner *tuner);
// One of the kept settings, mostly the best, moved by a few steps on one or two axes.
TuneSetting tuner_near(Tuner *tuner);
// One of the kept settings other than the best, to be tried again; the best where there is no other.
TuneSetting tuner_again(Tuner *tuner);
// Whether a trial's score deserves more of them: a lucky trial must not win.
bool tuner_promising(const Tuner *tuner, double score);
// Keeps the setting where its score is among the highest. To one that is kept already it is one more score.
void tuner_judge(Tuner *tuner, const TuneSetting *setting, double score);
// Forgets every setting and score.
void tuner_forget(Tuner *tuner);
// Whether it is a point on the tuner's axes.
bool tuner_has(const Tuner *tuner, const TuneSetting *setting);
int tuner_value(const Tuner *tuner, const TuneSetting *setting, unsigned axis);

// ---- the schedule

typedef enum {
  TRIAL_SHORT,
  TRIAL_AGAIN, // about twice as long: for a setting that looked good
  TRIAL_LONG   // what the best setting runs for between looks at others
} TrialLength;

// An engine's part in the schedule. What runs nothing since an actor died returns false, and ends all.
typedef struct {
  EngineSession *session;
  Tuner *tuner;
  void *engine; // the first argument of what follows
  // Runs a setting; its score is in *score.
  bool (*run)(void *engine, const TuneSetting *setting, TrialLength length, double *score);
  // The turn-th sweep: a short run by some setting that is far from what trials look for.
  bool (*sweep)(void *engine, unsigned turn);
  // Told the best setting each time it has run; NULL: need not be.
  void (*note)(void *engine, const TuneSetting *setting);
  unsigned most; // trials of a search, at most; 0: as many as a tenth of what is left has room for
} Trials;

// Runs trials from `first` on, then the best setting and what else the schedule has, until the session is over. Where
// the session was given settings there is no search: they have the best one's time, in turns, whatever they bring, so
// that runs that were given the same can be compared. False where an actor died.
bool trials_run(const Trials *trials, TuneSetting first);
