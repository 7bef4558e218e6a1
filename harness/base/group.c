#include "harness/base/group.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#else // where an exported test may run: nobody adopts, and who is killed leaves its children
enum { PR_GET_CHILD_SUBREAPER, PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, PR_SET_DUMPABLE };
#define prctl(...) (void)0
#endif

// The children of this process, as /proc tells them; at most ADOPTION_MOST, of which none is missing if there are
// fewer.
static unsigned children(pid_t pids[ADOPTION_MOST]) {
  unsigned count = 0;
  DIR *tasks = opendir("/proc/self/task");
  for (const struct dirent *task; tasks && (task = readdir(tasks));) {
    char path[sizeof "/proc/self/task//children" + sizeof task->d_name];
    snprintf(path, sizeof path, "/proc/self/task/%s/children", task->d_name);
    FILE *list = fopen(path, "re");
    while (list && count < ADOPTION_MOST && fscanf(list, "%d", &pids[count]) == 1)
      count++;
    if (list)
      fclose(list);
  }
  if (tasks)
    closedir(tasks);
  return count;
}

Adoption group_adopt(void) {
  Adoption adoption = {0};
  adoption.count = children(adoption.known);
  prctl(PR_GET_CHILD_SUBREAPER, &adoption.before, 0, 0, 0);
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  return adoption;
}

static bool is_known(const Adoption *adoption, pid_t pid) {
  for (unsigned i = 0; i < adoption->count; i++)
    if (adoption->known[i] == pid)
      return true;
  return false;
}

// One that is killed may leave children, who are ours then: again, until there is none.
void group_disown(const Adoption *adoption) {
  enum { ROUNDS = 100 };
  bool found = adoption->count < ADOPTION_MOST;
  for (unsigned round = 0; found && round < ROUNDS; round++) {
    pid_t now[ADOPTION_MOST];
    unsigned count = children(now);
    found = false;
    for (unsigned i = 0; i < count; i++) {
      if (is_known(adoption, now[i]))
        continue;
      found = true;
      kill(now[i], SIGKILL);
      while (waitpid(now[i], NULL, 0) < 0 && errno == EINTR)
        continue;
    }
  }
  prctl(PR_SET_CHILD_SUBREAPER, adoption->before, 0, 0, 0);
}

void group_die_with(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent) // it died before the call above
    _exit(127);
}

// A signal that came between fork and setpgid was meant for the parent: ignoring it for a moment discards it.
static void reset_signals(void) {
  for (int s = 1; s < NSIG; s++) {
    signal(s, SIG_IGN);
    signal(s, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

// No core: neither in a file nor, since a limit of 0 does not bind those, through a handler in core_pattern.
static void leave_no_core(void) {
  struct rlimit none = {0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static void read_nothing(void) {
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0)
    return;
  dup2(null, STDIN_FILENO);
  if (null != STDIN_FILENO)
    close(null);
}

// The order matters: once signals are at their default a Ctrl-C could kill the child, so it leaves the terminal's
// group first.
static void become_leader(pid_t parent) {
  setpgid(0, 0);
  group_die_with(parent);
  reset_signals();
  leave_no_core();
  read_nothing();
}

// A descriptor that is readable once the process has ended; -1 where there is none to be had.
static int watch_process(pid_t process) {
#ifdef SYS_pidfd_open
  return (int)syscall(SYS_pidfd_open, process, 0);
#else
  (void)process;
  return -1;
#endif
}

bool group_start(Group *group, Diag *diag) {
  pid_t parent = getpid();
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before); // no handler of ours may run in the child
  pid_t leader = fork();
  int reason = errno;
  if (leader == 0) {
    *group = (Group){.leader = 0, .watch = -1};
    become_leader(parent);
    return true;
  }
  sigprocmask(SIG_SETMASK, &before, NULL);
  if (leader < 0)
    return diag_error(diag, "cannot start a process: %s", strerror(reason));
  setpgid(leader, leader); // as the child does: whoever comes first
  *group = (Group){.leader = leader, .watch = watch_process(leader)};
  return true;
}

// The leader stays a zombie until group_finish, so that its number and its group's cannot be taken by another.
static bool is_zombie(pid_t pid) {
  siginfo_t info = {0};
  return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid == pid;
}

static void await_zombie(pid_t pid) {
  siginfo_t info;
  while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) && errno == EINTR)
    continue;
}

bool group_ended(const Group *group, int milliseconds) {
  if (is_zombie(group->leader))
    return true;
  if (milliseconds <= 0)
    return false;
  struct pollfd watch = {.fd = group->watch, .events = POLLIN};
  bool blind = group->watch < 0; // then a short sleep, again and again, is all that is left
  poll(&watch, blind ? 0 : 1, blind && milliseconds > 2 ? 2 : milliseconds);
  return is_zombie(group->leader);
}

// Nothing is killed by number once the leader is reaped: until then the number is the group's. No member escapes, since
// a process with a signal pending cannot fork, and those that are left keep the number until they are reaped too.
void group_finish(Group *group, GroupEnd *end) {
  kill(group->leader, SIGKILL); // one that did not get to lead a group yet
  kill(-group->leader, SIGKILL);
  await_zombie(group->leader);
  kill(-group->leader, SIGKILL);
  int status = 0;
  while (waitpid(group->leader, &status, 0) < 0 && errno == EINTR)
    continue;
  if (end)
    *end = WIFSIGNALED(status) ? (GroupEnd){true, WTERMSIG(status)} : (GroupEnd){false, WEXITSTATUS(status)};
  // What the leader started is ours by adoption, in the same group.
  while (waitpid(-group->leader, NULL, 0) > 0 || errno == EINTR)
    continue;
  if (group->watch >= 0)
    close(group->watch);
  *group = (Group){.watch = -1};
}

bool group_end_is_others(GroupEnd end) {
  return end.by_signal && (end.code == SIGTERM || end.code == SIGKILL || end.code == SIGINT || end.code == SIGHUP);
}

const char *group_end_words(GroupEnd end, Arena *arena) {
  if (!end.by_signal)
    return arena_printf(arena, "the test's process ended with status %d", end.code);
  return arena_printf(arena, "crashed: %s%s", group_signal_words(end.code, arena),
                      end.code == SIGKILL ? ", sent by another process or for want of memory" : "");
}

const char *group_signal_words(int signal, Arena *arena) {
#ifdef __GLIBC__
  const char *description = sigdescr_np(signal), *name = sigabbrev_np(signal);
#else
  const char *description = strsignal(signal), *name = NULL;
  if (description)
    return arena_printf(arena, "%s (signal %d)", description, signal);
#endif
  if (!description || !name)
    return arena_printf(arena, "signal %d", signal);
  char *words = arena_printf(arena, "%s (SIG%s)", description, name);
  words[0] = (char)tolower((unsigned char)words[0]);
  return words;
}
