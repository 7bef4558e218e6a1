// What spoils a measurement, seen by comparing the system's counters before and after.
#include "harness/base/time.h"
#include "harness/machine/clock.h"
#include "harness/machine/host.h"
#include "harness/machine/identity.h"
#include "harness/machine/tree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

// What /proc/stat says of one PU, in ticks since boot.
typedef struct {
  double busy, steal;
} PuTimes;

static PuTimes read_pu(const char *stat, unsigned pu, Arena *arena) {
  const char *key = arena_printf(arena, "\ncpu%u ", pu), *line = strstr(stat, key);
  if (!line)
    return (PuTimes){0};
  enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, FIELDS };
  double fields[FIELDS] = {0};
  const char *at = line + strlen(key);
  for (unsigned i = 0; i < FIELDS; i++) {
    char *end;
    fields[i] = (double)strtoull(at, &end, 10);
    at = end;
  }
  return (PuTimes){fields[USER] + fields[NICE] + fields[SYSTEM] + fields[IRQ] + fields[SOFTIRQ], fields[STEAL]};
}

// Seconds of CPU that this process and the children it has waited for have used.
static double own_seconds(void) {
  double seconds = 0;
  const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
  for (unsigned i = 0; i < 2; i++) {
    struct rusage usage;
    if (!getrusage(whose[i], &usage))
      seconds += (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
  }
  return seconds;
}

Conditions conditions_begin(const Topology *topology, const Placement *placement) {
  Arena *arena = arena_new();
  double tick = 1.0 / (double)sysconf(_SC_CLK_TCK);
  const char *stat = host_file(arena, "/proc/stat");
  Conditions now = {.seconds = time_seconds(), .own = own_seconds()};
  for (unsigned i = 0; i < topology_pu_count(topology); i++) {
    unsigned pu = topology_pu(topology, i);
    bool placed = placement_has(placement, pu), sibling = !placed && placement_is_sibling(topology, placement, pu);
    if (!placed && !sibling)
      continue;
    PuTimes times = read_pu(stat, pu, arena);
    now.pus += placed;
    now.steal += placed ? times.steal * tick : 0;
    *(placed ? &now.busy : &now.siblings) += times.busy * tick;
  }
  arena_free(arena);
  return now;
}

// What changed between two readings is worth a warning from 2 % on, and from five ticks of the system's counters on,
// so that a short run is not blamed for their rounding.
static bool notable(double seconds, double elapsed) {
  return seconds > 0.02 * elapsed && seconds * (double)sysconf(_SC_CLK_TCK) >= 5;
}

static void warn_of_load(const Conditions *begin, const Conditions *end, Diag *diag) {
  double elapsed = (end->seconds - begin->seconds) * end->pus;
  double steal = end->steal - begin->steal, siblings = end->siblings - begin->siblings;
  double others = end->busy - begin->busy - (end->own - begin->own);
  if (!(elapsed > 0))
    return;
  if (notable(steal, elapsed))
    diag_warning(diag, "the hypervisor took away %.0f %% of the PUs' time (steal): rates are too low, and uneven",
                 100 * steal / elapsed);
  if (notable(others, elapsed))
    diag_warning(diag, "other programs used %.0f %% of the PUs' time: rates are too low, and uneven",
                 100 * others / elapsed);
  if (notable(siblings, elapsed))
    diag_warning(diag, "the SMT siblings of the PUs were busy for %.0f %% of the time: they share the cores' buffers",
                 100 * siblings / elapsed);
}

static void warn_of_governor(const Placement *placement, Diag *diag) {
  for (unsigned t = 0; t < placement->threads; t++) {
    const char *governor =
        host_file(diag->arena, arena_printf(diag->arena, "/sys/devices/system/cpu/cpu%u/cpufreq/scaling_governor",
                                            placement->pus[t]));
    if (!strcmp(governor, "powersave") || !strcmp(governor, "conservative") || !strcmp(governor, "ondemand")) {
      diag_warning(diag, "the frequency governor of PU %u is '%s': the clock may change as the run goes on",
                   placement->pus[t], governor);
      return;
    }
  }
}

// Whether two threads have one core though the placement is not for that.
static bool threads_are_siblings(const Topology *topology, const Placement *placement) {
  for (unsigned t = 0; t < placement->threads; t++)
    if (placement->kind != PLACEMENT_SMT && placement_is_sibling(topology, placement, placement->pus[t]))
      return true;
  return false;
}

double conditions_steal(const Conditions *begin, const Topology *topology, const Placement *placement) {
  Conditions end = conditions_begin(topology, placement);
  double elapsed = (end.seconds - begin->seconds) * end.pus;
  return elapsed > 0 ? (end.steal - begin->steal) / elapsed : 0;
}

void conditions_end(const Conditions *begin, const Topology *topology, const Placement *placement, Diag *diag) {
  Conditions end = conditions_begin(topology, placement);
  if (host_emulated(diag->arena))
    diag_warning(diag, "an emulator runs this: what is seen and measured is its doing and its host's, not this CPU's");
  warn_of_load(begin, &end, diag);
  const char *hypervisor = host_hypervisor(diag->arena);
  if (*hypervisor)
    diag_warning(diag, "this is a virtual machine (%s): it may lose its PUs at any time without a trace", hypervisor);
  warn_of_governor(placement, diag);
  if (threads_are_siblings(topology, placement))
    diag_warning(diag, "some threads are SMT siblings: they share a core's store buffer and first-level cache");
  if (placement_oversubscribed(placement) && placement->kind != PLACEMENT_SAME_PU)
    diag_warning(diag, "%u threads take turns on %u PU%s: fewer run at once", placement->threads, end.pus,
                 end.pus == 1 ? "" : "s");
}
