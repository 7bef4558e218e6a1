#include "harness/machine/identity.h"

#include "arch/cpu.h"
#include "arch/cpus.h"
#include "harness/machine/host.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#ifdef __linux__
#include <sys/auxv.h>
#endif
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

// The value of `key : value` in /proc/cpuinfo, of the first CPU that has the key; "" where none has.
static const char *cpuinfo_field(const char *cpuinfo, const char *key, Arena *arena) {
  size_t length = strlen(key);
  for (const char *line = cpuinfo; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
    if (strncmp(line, key, length) != 0)
      continue;
    const char *colon = line + length + strspn(line + length, " \t");
    if (*colon != ':')
      continue;
    const char *begin = colon + 1 + strspn(colon + 1, " \t");
    size_t end = strcspn(begin, "\n");
    while (end && isspace((unsigned char)begin[end - 1]))
      end--;
    return arena_copy(arena, begin, end);
  }
  return "";
}

// A number in decimal or after 0x; -1 where the text is none.
static int number_or_unknown(const char *text, int base) {
  char *end;
  errno = 0;
  long number = strtol(text, &end, base);
  return end == text || errno || number < 0 || number > INT32_MAX ? -1 : (int)number;
}

// x86: each fact is a line.
static void read_x86(const char *cpuinfo, Arena *arena, Identity *identity) {
  identity->cpu = cpuinfo_field(cpuinfo, "model name", arena);
  identity->vendor = cpuinfo_field(cpuinfo, "vendor_id", arena);
  identity->family = number_or_unknown(cpuinfo_field(cpuinfo, "cpu family", arena), 10);
  identity->model = number_or_unknown(cpuinfo_field(cpuinfo, "model", arena), 10);
  identity->stepping = number_or_unknown(cpuinfo_field(cpuinfo, "stepping", arena), 10);
  identity->microcode = cpuinfo_field(cpuinfo, "microcode", arena);
}

// The MIDR of a PU, from /sys; 0 where it is not there.
static unsigned long read_midr(unsigned pu, Arena *arena) {
  const char *text =
      host_file(arena, arena_printf(arena, "/sys/devices/system/cpu/cpu%u/regs/identification/midr_el1", pu));
  return strtoul(text, NULL, 16);
}

// "Cortex-A76 + Cortex-A55": the parts, each once, in the order of the PUs.
static const char *name_cores(const Cpu *cpu, const Topology *topology, Arena *arena) {
  const char *names = "";
  for (unsigned i = 0; i < topology_pu_count(topology); i++) {
    unsigned long midr = read_midr(topology_pu(topology, i), arena);
    const char *name = cpu_core(cpu, midr >> 24 & 0xff, midr >> 4 & 0xfff);
    if (name && !strstr(names, name))
      names = arena_printf(arena, "%s%s%s", names, *names ? " + " : "", name);
  }
  return names;
}

// The fields of MIDR_EL1, from /sys or, before Linux 4.7, from /proc/cpuinfo.
static void read_midrs(const Cpu *cpu, const char *cpuinfo, const Topology *topology, Arena *arena,
                       Identity *identity) {
  unsigned long midr = read_midr(topology_pu(topology, 0), arena);
  identity->cpu = name_cores(cpu, topology, arena);
  if (midr) {
    identity->family = (int)(midr >> 24 & 0xff);
    identity->model = (int)(midr >> 4 & 0xfff);
    identity->stepping = (int)((midr >> 20 & 0xf) << 4 | (midr & 0xf));
  } else {
    int variant = number_or_unknown(cpuinfo_field(cpuinfo, "CPU variant", arena), 0);
    int revision = number_or_unknown(cpuinfo_field(cpuinfo, "CPU revision", arena), 10);
    identity->family = number_or_unknown(cpuinfo_field(cpuinfo, "CPU implementer", arena), 0);
    identity->model = number_or_unknown(cpuinfo_field(cpuinfo, "CPU part", arena), 0);
    identity->stepping = variant < 0 || revision < 0 ? -1 : variant << 4 | revision;
  }
  const char *vendor = identity->family < 0 ? NULL : cpu_maker(cpu, (unsigned)identity->family);
  const char *part = identity->family < 0 || identity->model < 0
                         ? NULL
                         : cpu_core(cpu, (unsigned)identity->family, (unsigned)identity->model);
  identity->vendor = vendor ? vendor : "";
  if (!*identity->cpu)
    identity->cpu = part ? part : cpuinfo_field(cpuinfo, "model name", arena);
}

// RISC-V and POWER name the core in one line.
static void read_other(const char *cpuinfo, Arena *arena, Identity *identity) {
  identity->cpu = cpuinfo_field(cpuinfo, "uarch", arena);
  if (!*identity->cpu)
    identity->cpu = cpuinfo_field(cpuinfo, "cpu", arena);
  identity->vendor = cpuinfo_field(cpuinfo, "mvendorid", arena);
}

// Which shape /proc/cpuinfo has says whose it is.
static void read_cpu(const Topology *topology, Arena *arena, Identity *identity) {
  const char *cpuinfo = host_file(arena, "/proc/cpuinfo");
  const Cpu *cpu = cpu_here();
  if (*cpuinfo_field(cpuinfo, "vendor_id", arena))
    read_x86(cpuinfo, arena, identity);
  else if (cpu && cpu->makers &&
           (*cpuinfo_field(cpuinfo, "CPU implementer", arena) || read_midr(topology_pu(topology, 0), arena)))
    read_midrs(cpu, cpuinfo, topology, arena, identity);
  else
    read_other(cpuinfo, arena, identity);
}

// "6.18" of "6.18.44-1-amd64".
static const char *read_kernel(Arena *arena) {
  struct utsname names;
  if (uname(&names))
    return "";
  size_t length = strspn(names.release, "0123456789");
  if (names.release[length] == '.')
    length += 1 + strspn(names.release + length + 1, "0123456789");
  return arena_copy(arena, names.release, length);
}

static unsigned long read_hwcap(void) {
#ifdef __linux__
  return getauxval(AT_HWCAP);
#else
  return 0;
#endif
}

// Where there is no /proc: exported tests on macOS.
static const char *ask_sysctl(Arena *arena) {
#ifdef __APPLE__
  char name[128];
  size_t length = sizeof name;
  if (!sysctlbyname("machdep.cpu.brand_string", name, &length, NULL, 0) && length)
    return arena_copy(arena, name, length - 1);
#endif
  (void)arena;
  return "";
}

Identity identity_unknown(void) {
  return (Identity){.arch = "",
                    .cpu = "",
                    .vendor = "",
                    .family = -1,
                    .model = -1,
                    .stepping = -1,
                    .microcode = "",
                    .virtual_ = "",
                    .kernel = ""};
}

Identity identity_read(const Topology *topology, Arena *arena) {
  unsigned line = topology_cache_line(topology);
  Identity identity = identity_unknown();
  identity.arch = CPU_NAME;
  identity.cores = topology_cores(topology);
  identity.pus = topology_pu_count(topology);
  identity.virtual_ = host_hypervisor(arena);
  identity.emulated = host_emulated(arena);
  identity.kernel = read_kernel(arena);
  identity.cache_line = line ? line : CPU_CACHE_LINE;
  identity.has_lse = cpu_has_lse(read_hwcap()) != 0;
  // What the system says of its CPU is not true of one that another program plays.
  if (!identity.emulated)
    read_cpu(topology, arena, &identity);
  if (!identity.emulated && !*identity.cpu)
    identity.cpu = ask_sysctl(arena);
  // A maker's number of zero is "reserved for software use": qemu's own CPU.
  if (cpu_here() && cpu_here()->makers && identity.family == 0)
    identity.emulated = true;
  return identity;
}

void identity_print(const Identity *identity, Text *out) {
  const char *unknown = identity->emulated ? "emulated CPU" : "unknown CPU";
  text_printf(out, "%s (%s, %u core%s", *identity->cpu ? identity->cpu : unknown, identity->arch, identity->cores,
              identity->cores == 1 ? "" : "s");
  if (identity->pus != identity->cores)
    text_printf(out, ", %u PUs", identity->pus);
  if (*identity->virtual_)
    text_printf(out, ", %s", identity->virtual_);
  text_add(out, identity->emulated ? ", emulated)" : ")");
}

const char *identity_caveat(const Identity *identity) {
  return identity->emulated ? "An emulator runs this: what is seen and what it costs is the emulator's doing and its "
                              "host's, not this CPU's."
                            : NULL;
}
