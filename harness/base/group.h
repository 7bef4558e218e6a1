// Process groups: something forked that is gone, with all it started, when we say so.
//
// A group's leader dies with the thread that forked it (PR_SET_PDEATHSIG, prctl(2)), whatever ends that one.
#pragma once
#include "harness/base/diag.h"

#include <sys/types.h>

typedef struct {
  pid_t leader; // in the child: 0
  int watch;    // a pidfd that is readable once the leader has ended; -1 where the system has none
} Group;

// How a leader ended.
typedef struct {
  bool by_signal;
  int code; // the signal, or the exit status
} GroupEnd;

// Orphans adopted (PR_SET_CHILD_SUBREAPER, prctl(2)): whatever a leader leaves behind is this process's child then.
enum { ADOPTION_MOST = 64 };
typedef struct {
  int before;                 // what was set before
  pid_t known[ADOPTION_MOST]; // the children that there were already
  unsigned count;
} Adoption;

// Adopts orphans from now on.
Adoption group_adopt(void);
// Kills and reaps every child that came since group_adopt, and all that they started, also those that left their group
// for a session of their own; then things are as they were before. Call it once the last group is finished.
void group_disown(const Adoption *adoption);

// Forks. The child leads a group of its own, has every signal at its default and unblocked, /dev/null as its standard
// input, and leaves no core. False, with the reason, where there is no memory or no room for a process.
bool group_start(Group *group, Diag *diag);

// Whether the leader has ended. Waits up to `milliseconds`; 0 only looks. Returns early on a signal.
bool group_ended(const Group *group, int milliseconds);

// Kills what is left of the group and reaps all of it. How the leader ended is in *end, which may be NULL.
void group_finish(Group *group, GroupEnd *end);

// For a process just forked: dies when `parent` does, also where that has happened already.
void group_die_with(pid_t parent);

// Whether the end is by a signal that others send, and no fault of a program's own: SIGTERM, SIGKILL and their like.
bool group_end_is_others(GroupEnd end);
// "crashed: segmentation fault (SIGSEGV)", or with what status it ended; in `arena`.
const char *group_end_words(GroupEnd end, Arena *arena);
// "segmentation fault (SIGSEGV)", in `arena`.
const char *group_signal_words(int signal, Arena *arena);
