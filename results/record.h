// The record: one run of one test, as a line of JSON. DESIGN.md, "The record".
//
// A record stands by itself: it holds strings, never a Test, since it may come from another machine, another version,
// or another tool.
#pragma once
#include "harness/base/diag.h"
#include "harness/machine/identity.h"
#include "results/fields.h"

typedef struct {
  const char *model;   // "x86-tso"
  const char *verdict; // "allowed", "forbidden", "undefined", "unmodelled"
} RecordVerdict;

typedef struct {
  const char *state; // "0:r0=0; 1:r0=0;"
  uint64_t count;
  bool witness;
  int weak; // 1, 0; -1 not known
  RecordVerdict *verdicts;
  unsigned verdict_count;
  const char *by; // whose doing a weak state is: "compiler", if even sequential consistency allows it for the code that
                  // ran, else "cpu"; NULL or "": not known
  bool thin_air;  // C11 forbids it by RC11's no-thin-air axiom alone, which ISO C11 does not have
  // Of the user's own code: what its grades call it, "forbidden", "interesting" or "acceptable", and why; "" if
  // nothing.
  const char *grade, *means;
} RecordState;

typedef FieldValue RecordSetting;

// A run of a mutant of the test: the test but for one change.
typedef struct {
  const char *what; // "P0 without its fence in line 5"
  uint64_t iterations, witnesses;
  double seconds;
} RecordMutant;

// Which run of a campaign over many machines it is. `plan` is NULL or "" if it is of none.
typedef struct {
  const char *plan, *kind; // the plan's digest; the kind of machine that it was planned for
  const char *node;        // the machine that ran it, by name
  unsigned task, item, repetition;
  const char **differs; // in what that machine, or its weakmem or compiler, is not what was planned for: sentences
  unsigned differs_count;
} RecordCampaign;

typedef struct {
  const char *test, *family, *file, *digest, *started, *weakmem, *status, *message;
  Identity machine;
  const char *compiler_path, *compiler_version, *compiler_flags;
  const char *engine;
  RecordSetting *settings;
  unsigned setting_count;
  const char *actors, *fence, *placement;
  unsigned *pus;
  unsigned pu_count;
  const char *where; // its memory was asked to be, "node:1"; NULL or "": nowhere
  unsigned *memory;  // NUMA nodes that held the locations' pages when the run ended
  unsigned memory_count;
  unsigned instances; // of the test at once, each on as many of the PUs, in a row; 0: one
  uint64_t seed, iterations, witnesses;
  uint64_t runs; // that it adds up (record_sum.h); 0: it is one
  uint64_t
      frame_witnesses; // about how many witnesses there are where frames may share iterations (perpetual); 0: not known
  double seconds;
  double steal;       // share of the PUs' time that a hypervisor gave to others while it ran; 0: none, or not known
  unsigned compiling; // compilers that were at work on PUs of other cores meanwhile
  const char *condition;
  RecordVerdict *verdicts; // on what the condition asks for, of sc too: allowed, if one of those states is
  unsigned verdict_count;
  bool thin_air; // C11 forbids that by RC11's no-thin-air axiom alone
  // Of figures that were not made by a run of weakmem: where they were published or logged, and what ran, which was not
  // our C11 test. Both are "" in our own.
  const char *source, *program;
  const char *litmus; // the test's text, in records that are to be judged elsewhere; "": not in it
  RecordState *states;
  unsigned state_count;
  RecordMutant *mutants; // that its CPU's model allows what the condition asks for of, run as the test was
  unsigned mutant_count;
  // In no count above: iterations in states beyond the histogram's room, and those that the test's filter leaves out.
  uint64_t lost, filtered;
  // The state seen most often of those that should not have been, and the model that forbids it; NULL or "": none.
  const char *forbidden_state, *forbidden_by;
  RecordCampaign campaign;
  const char *culprit; // whose that is: "compiler"; "cpu", or weakmem's; NULL or "": none, or not known
} Record;

// What lies at 95 % below it if nothing was seen of N independent iterations. The rule of three: something of
// probability 3/N is missed in N of them with a probability of e^-3, 5 % (Hanley and Lippman-Hand, JAMA 1983).
static inline double record_bound(uint64_t iterations) { return iterations > 3 ? 3.0 / (double)iterations : 1; }

// What a model says of a state, of what a condition asks for, or of a row of a ladder; "" if nothing.
const char *record_verdict(const RecordVerdict *verdicts, unsigned count, const char *model);

// Its fields, and those of a machine, which the other commands' objects have too: what is written, read, and the same.
extern const Fields record_fields, machine_fields;

// What tells runs apart, in groups: each field of the record that does is in one of them.
enum {
  RECORD_TEST = FIELD_MARK,         // what was run: the test, and the fence put into it
  RECORD_COMPILER = FIELD_MARK * 2, // what compiled it, and its flags
  RECORD_WAY = FIELD_MARK * 4,      // how: engine, actors, placement, PUs and memory
  RECORD_MACHINE = FIELD_MARK * 8,  // where; also whose figures they are, if not ours
  RECORD_SYSTEM = FIELD_MARK * 16,  // the machine's kernel, microcode and room, which change while it stays the same
  RECORD_TOLD = FIELD_MARK * 32,    // what was run, how, when, and what came of it; not what models say of it
  RECORD_SHARED = FIELD_MARK * 64,  // what may be shown to everybody: no path, no name of a host or a user (share.h)
  RECORD_RUN = RECORD_TEST | RECORD_COMPILER | RECORD_WAY | RECORD_MACHINE | RECORD_SYSTEM
};

// A line of a file of records, with its newline.
void record_write(const Record *record, Text *out);

// Whether they are of the same run, one thing that was run twice: all of RECORD_RUN is the same. It is the one rule of
// what may be added up. `compare` sets side by side what differs: a row a test, a column a machine and compiler.
bool record_same_run(const Record *a, const Record *b);
