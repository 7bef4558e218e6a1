#include "harness/machine/host.h"

#include "arch/cpu.h"
#include "arch/cpus.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

bool host_read(const char *path, size_t limit, Text *out) {
  enum { CHUNK = 1 << 12 };
  char chunk[CHUNK];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return false;
  ssize_t got = 0;
  while (out->length <= limit && (got = read(file, chunk, CHUNK)) > 0)
    text_add_bytes(out, chunk, (size_t)got);
  close(file);
  return got == 0 && out->length <= limit;
}

const char *host_file(Arena *arena, const char *path) {
  enum { LIMIT = 1 << 18 };
  Text text = {0};
  host_read(path, LIMIT, &text);
  while (text.length && isspace((unsigned char)text.bytes[text.length - 1]))
    text.length--;
  return text_finish(&text, arena);
}

// Emulators of programs pretend that /proc/self/exe is the program; the kernel, asked by another name, says who it is
// that runs.
static bool run_by_another_program(void) {
  int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return false;
  struct stat pretended, real;
  bool both = !fstat(file, &pretended) && !stat("/proc/thread-self/exe", &real);
  close(file);
  return both && (pretended.st_dev != real.st_dev || pretended.st_ino != real.st_ino);
}

// Whether the kernel says that it was made for another architecture than we were. Since Linux 6.1.
static bool kernel_is_foreign(Arena *arena) {
  const char *machine = host_file(arena, "/proc/sys/kernel/arch");
  for (unsigned i = 0; i < cpu_count; i++)
    if (!strcmp(cpu_all[i]->uname, machine))
      return cpu_all[i] != cpu_here();
  return false;
}

// Rosetta, on macOS (Apple, "About the Rosetta translation environment").
static bool is_translated(void) {
  int translated = 0;
#ifdef __APPLE__
  size_t length = sizeof translated;
  if (sysctlbyname("sysctl.proc_translated", &translated, &length, NULL, 0))
    translated = 0;
#endif
  return translated == 1;
}

bool host_emulated(Arena *arena) {
  char signature[13];
  if (run_by_another_program() || kernel_is_foreign(arena) || is_translated())
    return true;
  return cpu_hypervisor(signature) && !strcmp(signature, "TCGTCGTCGTCG");
}

typedef struct {
  const char *text, *name;
} Naming;

// What hypervisors call themselves in CPUID leaf 40000000H.
static const Naming signatures[] = {
    {"KVMKVMKVM", "kvm"},          {"Linux KVM Hv", "kvm"},        {"Microsoft Hv", "hyperv"},
    {"VMwareVMware", "vmware"},    {"XenVMMXenVMM", "xen"},        {"bhyve bhyve ", "bhyve"},
    {"TCGTCGTCGTCG", "qemu"},      {"ACRNACRNACRN", "acrn"},       {"prl hyperv  ", "parallels"},
    {" lrpepyh  vr", "parallels"}, {"VBoxVBoxVBox", "virtualbox"}, {"QNXQVMBSQG", "qnx"},
};

// Parts of what firmware and device trees say of a virtual machine.
static const Naming marks[] = {
    {"linux,kvm", "kvm"},
    {"xen,xen", "xen"},
    {"KVM", "kvm"},
    {"QEMU", "kvm"},
    {"VMware", "vmware"},
    {"Virtual Machine", "hyperv"},
    {"VirtualBox", "virtualbox"},
    {"innotek", "virtualbox"},
    {"Xen", "xen"},
    {"BHYVE", "bhyve"},
    {"Parallels", "parallels"},
    {"Apple Virtualization", "apple"},
    {"Google Compute Engine", "kvm"},
    {"OpenStack", "kvm"},
    {"Alibaba Cloud ECS", "kvm"},
};

static const char *find_mark(const char *text) {
  for (unsigned i = 0; i < sizeof marks / sizeof *marks; i++)
    if (strstr(text, marks[i].text))
      return marks[i].name;
  return NULL;
}

// From the firmware, where the CPU does not say: on ARM, RISC-V and POWER.
static const char *ask_firmware(Arena *arena) {
  static const char *const paths[] = {"/proc/device-tree/hypervisor/compatible", "/sys/class/dmi/id/sys_vendor",
                                      "/sys/class/dmi/id/product_name", "/sys/class/dmi/id/bios_vendor"};
  for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
    const char *name = find_mark(host_file(arena, paths[i]));
    if (name)
      return name;
  }
  const char *product = host_file(arena, "/sys/class/dmi/id/product_name");
  if (!strcmp(host_file(arena, "/sys/class/dmi/id/sys_vendor"), "Amazon EC2") && !strstr(product, ".metal"))
    return "kvm";
  const char *cpuinfo = host_file(arena, "/proc/cpuinfo");
  if (strstr(cpuinfo, "emulated by qemu"))
    return "kvm";
  return strstr(cpuinfo, "pSeries") ? "powervm" : "";
}

const char *host_hypervisor(Arena *arena) {
  char signature[13];
  if (cpu_hypervisor(signature)) {
    for (unsigned i = 0; i < sizeof signatures / sizeof *signatures; i++)
      if (!strcmp(signature, signatures[i].text))
        return signatures[i].name;
    for (char *c = signature; *c; c++)
      if (!isprint((unsigned char)*c))
        *c = '?';
    return signature[0] ? arena_string(arena, signature) : "unknown";
  }
  const char *type = host_file(arena, "/sys/hypervisor/type");
  if (*type)
    return type;
  return CPU_TELLS_HYPERVISOR ? "" : ask_firmware(arena);
}
