#include "harness/machine/identity.h"

#include "arch/cpu.h"
#include "arch/cpus.h"
#include "arch/names.h"
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

// ---- /proc/cpuinfo

// The line behind this one; NULL: there is none.
static const char *line_after(const char *line) {
  const char *end = strchr(line, '\n');
  return end ? end + 1 : NULL;
}

// What stands behind `key :` in a line; NULL: another key does.
static const char *value_in(const char *line, const char *key, Arena *arena) {
  size_t length = strlen(key);
  if (strncmp(line, key, length) != 0)
    return NULL;
  const char *colon = line + length + strspn(line + length, " \t");
  if (*colon != ':')
    return NULL;
  const char *begin = colon + 1 + strspn(colon + 1, " \t");
  size_t end = strcspn(begin, "\n");
  while (end && isspace((unsigned char)begin[end - 1]))
    end--;
  return arena_copy(arena, begin, end);
}

const char *identity_cpuinfo_field(const char *cpuinfo, const char *key, Arena *arena) {
  for (const char *line = cpuinfo; line; line = line_after(line)) {
    const char *value = value_in(line, key, arena);
    if (value)
      return value;
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

static int number_in(const char *cpuinfo, const char *key, int base, Arena *arena) {
  return number_or_unknown(identity_cpuinfo_field(cpuinfo, key, arena), base);
}

// x86: each fact is a line.
static void read_x86(const char *cpuinfo, Arena *arena, Identity *identity) {
  identity->cpu = identity_cpuinfo_field(cpuinfo, "model name", arena);
  identity->vendor = identity_cpuinfo_field(cpuinfo, "vendor_id", arena);
  identity->family = number_in(cpuinfo, "cpu family", 10, arena);
  identity->model = number_in(cpuinfo, "model", 10, arena);
  identity->stepping = number_in(cpuinfo, "stepping", 10, arena);
  identity->microcode = identity_cpuinfo_field(cpuinfo, "microcode", arena);
}

static const char *name_core(const char *names, const char *name, Arena *arena) {
  return name && !strstr(names, name) ? arena_printf(arena, "%s%s%s", names, *names ? " + " : "", name) : names;
}

// ARM: the numbers of a core, each a line. "Cortex-A76 + Cortex-A55": the names, each once, in the order of the PUs.
static void read_cores(const Cpu *cpu, const char *cpuinfo, Arena *arena, Identity *identity) {
  int variant = number_in(cpuinfo, "CPU variant", 0, arena), revision = number_in(cpuinfo, "CPU revision", 10, arena);
  int maker = -1;
  identity->family = number_in(cpuinfo, "CPU implementer", 0, arena);
  identity->model = number_in(cpuinfo, "CPU part", 0, arena);
  identity->stepping = variant < 0 || revision < 0 ? -1 : variant << 4 | revision;
  identity->cpu = "";
  for (const char *line = cpuinfo; line; line = line_after(line)) {
    const char *number = value_in(line, "CPU implementer", arena), *part = value_in(line, "CPU part", arena);
    if (number)
      maker = number_or_unknown(number, 0);
    if (part && maker >= 0 && number_or_unknown(part, 0) >= 0)
      identity->cpu =
          name_core(identity->cpu, cpu_core(cpu, (unsigned)maker, (unsigned)number_or_unknown(part, 0)), arena);
  }
  const char *vendor = identity->family < 0 ? NULL : cpu_maker(cpu, (unsigned)identity->family);
  identity->vendor = vendor ? vendor : "";
  if (!*identity->cpu)
    identity->cpu = identity_cpuinfo_field(cpuinfo, "model name", arena);
  if (!*identity->cpu)
    identity->cpu = identity_cpuinfo_field(cpuinfo, "Processor", arena);
}

// RISC-V and POWER name the core in one line.
static void read_other(const char *cpuinfo, Arena *arena, Identity *identity) {
  static const char *const keys[] = {"uarch", "cpu", "model name", "Processor"};
  identity->cpu = "";
  for (unsigned i = 0; i < sizeof keys / sizeof *keys && !*identity->cpu; i++)
    identity->cpu = identity_cpuinfo_field(cpuinfo, keys[i], arena);
  identity->vendor = identity_cpuinfo_field(cpuinfo, "mvendorid", arena);
}

// The CPU whose makers number their cores.
static const Cpu *cpu_with_makers(void) {
  for (unsigned i = 0; i < cpu_count; i++)
    if (cpu_all[i]->makers)
      return cpu_all[i];
  return NULL;
}

// What is no name of a CPU.
static void read_rest(const char *cpuinfo, Arena *arena, Identity *identity) {
  bool counts = !identity->pus;
  for (const char *line = cpuinfo; line; line = line_after(line)) {
    const char *number = value_in(line, "processor", arena);
    identity->pus += counts && number && isdigit((unsigned char)*number) && identity->pus < UINT16_MAX;
  }
  int cores = number_in(cpuinfo, "cpu cores", 10, arena);
  if (!identity->cores && cores > 0)
    identity->cores = (unsigned)cores;
  for (unsigned i = 0; !*identity->arch && arch_cpuinfo_keys[i]; i++)
    identity->arch =
        arch_of_cpuinfo(arch_cpuinfo_keys[i], identity_cpuinfo_field(cpuinfo, arch_cpuinfo_keys[i], arena));
  if (!*identity->virtual_ && strstr(identity_cpuinfo_field(cpuinfo, "flags", arena), " hypervisor"))
    identity->virtual_ = "hypervisor";
}

// Which shape it has says whose it is.
void identity_of_cpuinfo(const char *cpuinfo, Arena *arena, Identity *identity) {
  const Cpu *cpu = cpu_with_makers();
  if (*identity_cpuinfo_field(cpuinfo, "vendor_id", arena))
    read_x86(cpuinfo, arena, identity);
  else if (cpu && *identity_cpuinfo_field(cpuinfo, "CPU implementer", arena))
    read_cores(cpu, cpuinfo, arena, identity);
  else
    read_other(cpuinfo, arena, identity);
  read_rest(cpuinfo, arena, identity);
}

// ---- The CPU that runs this

// The MIDR of a PU, from /sys; 0 where it is not there.
static unsigned long read_midr(unsigned pu, Arena *arena) {
  const char *text =
      host_file(arena, arena_printf(arena, "/sys/devices/system/cpu/cpu%u/regs/identification/midr_el1", pu));
  return strtoul(text, NULL, 16);
}

// The fields of MIDR_EL1, which /proc/cpuinfo has too, of the PUs that we may use.
static void read_midrs(const Cpu *cpu, const Topology *topology, Arena *arena, Identity *identity) {
  unsigned long midr = read_midr(topology_pu(topology, 0), arena);
  if (!midr)
    return; // before Linux 4.7
  const char *names = "";
  for (unsigned i = 0; i < topology_pu_count(topology); i++) {
    unsigned long other = read_midr(topology_pu(topology, i), arena);
    names = name_core(names, cpu_core(cpu, other >> 24 & 0xff, other >> 4 & 0xfff), arena);
  }
  identity->family = (int)(midr >> 24 & 0xff);
  identity->model = (int)(midr >> 4 & 0xfff);
  identity->stepping = (int)((midr >> 20 & 0xf) << 4 | (midr & 0xf));
  const char *vendor = cpu_maker(cpu, (unsigned)identity->family);
  identity->vendor = vendor ? vendor : "";
  if (*names)
    identity->cpu = names;
}

static void read_cpu(const Topology *topology, Arena *arena, Identity *identity) {
  const Cpu *cpu = cpu_here();
  identity_of_cpuinfo(host_file(arena, "/proc/cpuinfo"), arena, identity);
  if (cpu && cpu->makers)
    read_midrs(cpu, topology, arena, identity);
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
  Identity identity = {.arch = "",
                       .cpu = "",
                       .vendor = "",
                       .family = -1,
                       .model = -1,
                       .stepping = -1,
                       .microcode = "",
                       .virtual_ = "",
                       .kernel = ""};
  for (unsigned i = 0; i < ROOM_COUNT; i++)
    identity.room[i] = "";
  return identity;
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
  if (!identity.emulated) {
    read_cpu(topology, arena, &identity);
    room_read("", arena, identity.room);
  }
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
    text_printf(out, ", %u PU%s", identity->pus, identity->pus == 1 ? "" : "s");
  if (*identity->virtual_)
    text_printf(out, ", %s", identity->virtual_);
  text_add(out, identity->emulated ? ", emulated)" : ")");
}

const char *identity_caveat(const Identity *identity) {
  return identity->emulated ? "An emulator runs this: what is seen and what it costs is the emulator's doing and its "
                              "host's, not this CPU's."
                            : NULL;
}
