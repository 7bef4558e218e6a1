#!/usr/bin/env bash
# What runs under qemu-user or valgrind is said to be emulated, and shows nothing of the CPU it is not.
source "$SOURCE/tests/cli/shared/test.bash"

[[ $("$WEAKMEM" topo --format json) != *'"emulated": true'* ]] || skip "this program is itself emulated"

# whole EMULATOR...: the program itself. With AddressSanitizer in it, it would want more memory than there is.
whole() {
  command -v "$1" >/dev/null || { echo "SKIP: $1: not here"; return; }
  ! grep -q __asan_init "$WEAKMEM" || { echo "SKIP: $1: not with AddressSanitizer"; return; }
  local json
  json=$("$@" "$WEAKMEM" topo --format json 2>/dev/null) || fail "$1: status $?"
  [[ $json == *'"emulated": true'* && $json == *'"cpu": ""'* ]] || fail "$1: $json"
  echo "$1: noticed"
}
whole "qemu-$(uname -m)"
whole valgrind -q

# Other CPUs: the part that finds it out, by itself.
cat >"$work/main.c" <<'C'
#include "harness/machine/host.h"
int main(void) {
  Arena *arena = arena_new();
  bool emulated = host_emulated(arena);
  arena_free(arena);
  return emulated ? 0 : 1;
}
C
foreign() {
  command -v "$1-gcc" >/dev/null && command -v "$2" >/dev/null || { echo "SKIP: $1: not here"; return; }
  "$1-gcc" -std=c17 -D_GNU_SOURCE -static -I "$SOURCE" -o "$work/foreign" "$work/main.c" \
    "$SOURCE"/harness/machine/host.c "$SOURCE"/harness/base/{arena,text,utf8}.c "$SOURCE"/arch/*.c "$SOURCE"/arch/*/*.c
  "$2" "$work/foreign" || fail "$2 is not noticed"
  echo "$2: noticed"
}
foreign aarch64-linux-gnu qemu-aarch64
foreign riscv64-linux-gnu qemu-riscv64
foreign powerpc64le-linux-gnu qemu-ppc64le
echo PASS
