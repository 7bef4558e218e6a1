#!/usr/bin/env bash
# Each arch/*/cpu.h stands by itself, as it must to be pasted into generated C: in C11 and GNU C, with and without
# optimisation, free of warnings, by every compiler there is for its CPU. Where the CPU or qemu-user is there too, what
# was compiled runs: every fence, the hints, and a clock that does not go back.
source "$SOURCE/tests/cli/shared/test.bash"

body='
#include <stdio.h>
int main(void) {
  char signature[13], line[CPU_CACHE_LINE];
  unsigned fences = 0;
  uint64_t begin = cpu_clock_ordered();
#define RUN(name, fence, has) if (has) { fence(); fences++; printf("%s ", name); }
  CPU_FENCES(RUN)
  cpu_fence_compiler();
  cpu_pause();
  cpu_wait();
  unsigned long hwcap = 0;
  volatile uint32_t word = 0;
#define ACCESS(name, access, has) if (has) { access(&word); printf("%s ", name); }
  CPU_ACCESSES(ACCESS)
  (void)hwcap, (void)word;
  cpu_flush(line);
  (void)cpu_has_lse(0);
  (void)cpu_hypervisor(signature);
  uint64_t sum = 0;
  for (unsigned i = 0; i < 1000; i++) sum = cpu_add(sum, 3);
  uint64_t end = cpu_clock_ordered();
  printf("%s %d\n", CPU_NAME, CPU_ADD_CYCLES);
  return !(fences && sum == 3000 && end >= begin && cpu_clock() >= begin);
}'

# compile-and-run CPU EMULATOR COMPILER...
try() {
  local cpu=$1 emulator=$2
  shift 2
  { cat "$SOURCE/arch/$cpu/cpu.h"; echo "$body"; } >"$work/$cpu.c"
  for way in "-std=c11 -O0" "-std=gnu17 -O2"; do
    # shellcheck disable=SC2086 # two options
    "$@" $way -Wall -Wextra -Wpedantic -Wshadow -Werror -static -o "$work/$cpu" "$work/$cpu.c" || fail "$cpu: $* $way"
    [[ $emulator == none ]] && continue
    $emulator "$work/$cpu" >"$work/out" || fail "$cpu: $* $way: wrong when run"
    grep -q " $cpu " "$work/out" || fail "$cpu: no name"
  done
  echo "$cpu by $*: $([[ $emulator == none ]] && echo compiled || cat "$work/out")"
}

# cross CPU TRIPLE QEMU
cross() {
  command -v "$2-gcc" >/dev/null || { echo "SKIP: $1: no $2-gcc here"; return; }
  local emulator=none
  ! command -v "$3" >/dev/null || emulator=$3
  try "$1" "$emulator" "$2-gcc"
}

# native COMPILER: for the CPU that it makes code for, which is this machine's, or else an emulator has to run it.
native() {
  command -v "$1" >/dev/null || { echo "SKIP: no $1 here"; return; }
  local cpu emulator=
  cpu=$("$1" -dumpmachine)
  cpu=${cpu%%-*}
  [[ $cpu == "$(uname -m)" || $cpu == powerpc64* ]] || emulator=qemu-$cpu
  case $cpu in
  x86_64 | aarch64) try "$cpu" "$emulator" "$1" ;;
  riscv64) try riscv "$emulator" "$1" ;;
  powerpc64*) try power "$emulator" "$1" ;;
  *) echo "SKIP: no folder for what $1 makes code for, $cpu" ;;
  esac
}
native gcc
native clang
cross x86_64 x86_64-linux-gnu qemu-x86_64
cross aarch64 aarch64-linux-gnu qemu-aarch64
cross riscv riscv64-linux-gnu qemu-riscv64
cross power powerpc64le-linux-gnu qemu-ppc64le
cross power powerpc64-linux-gnu qemu-ppc64
echo PASS
