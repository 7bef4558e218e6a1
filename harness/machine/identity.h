// Who this machine is: the fields of the record's "machine".
#pragma once
#include "harness/base/arena.h"
#include "harness/machine/placement.h"
#include "harness/machine/room.h"

typedef struct {
  const char *arch;            // "x86_64": the arch/ folder of the CPU weakmem was compiled for
  const char *cpu;             // "AMD EPYC 7763", "Neoverse-N1": as the system names it; "" if it does not, or emulated
  const char *vendor;          // "AuthenticAMD"; "" if not known, as below
  int family, model, stepping; // x86: CPUID; ARM: of MIDR implementer, part, variant*16+revision; -1 if not known
  const char *microcode;       // "0x1000065"
  unsigned cores, pus;         // that we may use
  const char *virtual_;        // hypervisor: "kvm", "xen", ...; "" on bare metal
  bool emulated;               // under qemu-user or another CPU emulator: never shown as this CPU's
  const char *kernel;          // "6.18"
  unsigned cache_line;         // bytes
  bool has_lse;                // AArch64: atomic instructions (FEAT_LSE)
  const char *room[ROOM_COUNT]; // what its system does; "" if not known, or emulated
} Identity;

// One of which nothing is known.
Identity identity_unknown(void);

// Strings are owned by the arena. Never fails: what cannot be known is empty.
Identity identity_read(const Topology *topology, Arena *arena);

// What a text as /proc/cpuinfo has it says of a machine, of whatever CPU; what else is known of it stays. `pus`,
// `cores`, `arch` and `virtual_` are set if they were not known.
void identity_of_cpuinfo(const char *cpuinfo, Arena *arena, Identity *identity);
// The value of `key : value` in such a text, of the first CPU that has the key; "" if none has.
const char *identity_cpuinfo_field(const char *cpuinfo, const char *key, Arena *arena);

// A short phrase for a table's head: "AMD EPYC (x86_64, 2 cores, kvm)".
void identity_print(const Identity *identity, Text *out);

// What a text must say of an emulated machine's figures, in sentences; NULL where the machine is what it says.
const char *identity_caveat(const Identity *identity);

// What spoils a measurement, each as a warning: an emulator, other load, steal time, a hypervisor, a governor that
// changes the clock, SMT siblings in use, too few PUs. Two calls: `begin` before the run remembers the counters, `end`
// after it (once its child processes have been waited for: their time is ours) warns. Where /proc or /sys are missing
// less is noticed.
typedef struct {
  double seconds;  // time_seconds
  double own;      // seconds of CPU that this process and its children used
  double busy;     // seconds that the PUs of the placement were busy
  double steal;    // seconds that the hypervisor gave them to others
  double siblings; // seconds that the SMT siblings of these PUs were busy
  unsigned pus;    // of the placement, each once
} Conditions;
Conditions conditions_begin(const Topology *topology, const Placement *placement);
// The share of the PUs' time that the hypervisor gave to others since `begin`; 0 where that is not counted.
double conditions_steal(const Conditions *begin, const Topology *topology, const Placement *placement);
void conditions_end(const Conditions *begin, const Topology *topology, const Placement *placement, Diag *diag);
