// The machine room: what a machine's system does to all that is measured there, as far as it lets anybody read it. Two
// machines that differ in it, or one at two times, have figures that are not comparable as they stand. It is a part of
// an Identity. Read from /sys and /proc, as Linux has them (Documentation/ABI/testing/sysfs-devices-system-cpu;
// admin-guide/cgroup-v2.rst, cgroup-v1/).
#pragma once
#include "harness/base/arena.h"

typedef enum {
  ROOM_GOVERNOR,    // of the frequency: "performance"; of PUs that differ "performance + powersave"
  ROOM_BOOST,       // beyond the nominal frequency: "on", "off"
  ROOM_SMT,         // as the kernel says it: "on", "off", "forceoff", "notsupported", "notimplemented"
  ROOM_MITIGATIONS, // "retbleed: Vulnerable, spectre_v2: Retpolines": of what the CPU is affected by, the first clause
  ROOM_HUGE_PAGES,  // transparent ones: "always", "madvise", "never"
  ROOM_CPU_LIMIT,   // of the control groups around this process: the time of so many PUs, as "1.5"; "none"
  ROOM_CPUSET,      // the PUs that its control group may use, as "0-3,8"
  ROOM_NODES,       // the NUMA nodes that have memory, as "0-1"
  ROOM_COUNT
} RoomFact;

// What the record calls a fact, and what people do: "cpu_limit", "CPU limit in PUs".
const char *room_name(RoomFact fact);
const char *room_title(RoomFact fact);

// Reads all facts, in the order above: one line of printable ASCII each, owned by the arena; "" if it cannot be known.
// `root` is the folder that has sys/ and proc/; "" for the machine's own. Paths of control groups are read and never
// told. Never fails.
void room_read(const char *root, Arena *arena, const char *facts[ROOM_COUNT]);
