#include "harness/cost/perf.h"
#include "arch/cpu.h"
#include "harness/base/time.h"
#include "harness/machine/clock.h"

#include <linux/perf_event.h>
#include <math.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Our own cycles in user mode: what an unprivileged process may count.
static int counter_open(void) {
  struct perf_event_attr wanted = {.type = PERF_TYPE_HARDWARE,
                                   .size = sizeof wanted,
                                   .config = PERF_COUNT_HW_CPU_CYCLES,
                                   .disabled = 1,
                                   .exclude_kernel = 1,
                                   .exclude_hv = 1};
  return (int)syscall(SYS_perf_event_open, &wanted, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

double perf_core_ghz(void) {
  int file = counter_open();
  if (file < 0)
    return 0;
  uint64_t cycles = 0, sum = 0;
  double begin = time_seconds(), end;
  ioctl(file, PERF_EVENT_IOC_ENABLE, 0);
  do {
    for (unsigned i = 0; i < 10000; i++)
      sum = cpu_add(sum, 1);
    end = time_seconds();
  } while (end - begin < 0.001);
  ioctl(file, PERF_EVENT_IOC_DISABLE, 0);
  bool counted = read(file, &cycles, sizeof cycles) == (ssize_t)sizeof cycles;
  close(file);
  return counted ? (double)cycles / (end - begin) / 1e9 : 0;
}

bool perf_agrees(double ghz, double other_ghz) { return fabs(ghz / other_ghz - 1) <= 0.03; }
