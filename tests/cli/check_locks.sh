#!/usr/bin/env bash
# Locks that take or free by one order too weak: broken on the CPUs that published tables say (Dartagnan's lock tests),
# and not on x86. All of tests/data/locks by hand: `tests/cli/check_locks.sh all`, with WEAKMEM and SOURCE set.
source "$SOURCE/tests/cli/shared/test.bash"
cd "$SOURCE/tests/data/locks"
targets=
for cpu in x86_64 aarch64 power riscv; do
  echo 'int x;' >"$work/x.c"
  "$WEAKMEM" check "$work/x.c" --cc gcc --target "$cpu" 2>&1 | grep -q 'no compiler\|cannot\|not for\|no such' || targets+=${targets:+,}$cpu
done
[[ $targets ]] || skip "gcc makes code for no CPU here"

# lock FLAGS WEAK: on every CPU kept, if WEAK is 0, else broken but on x86_64. GCC 12's code for RISC-V breaks the mutex
# whatever its orders; clang's does not.
check() {
  "$WEAKMEM" check -q "$1.c" --cc gcc --target "$targets" --cflags "-O2 $2" --format tsv >"$work/out" || true
  while IFS=$'\t' read -r cpu verdict; do
    local wanted=kept
    [[ $3 == 1 && $cpu != x86_64 ]] && wanted=broken
    [[ $1 == mutex && $cpu == riscv ]] && continue
    [[ $verdict == "$wanted" ]] || fail "$1 $2 for $cpu: $verdict, not $wanted"
  done < <(cut -f 2,5 "$work/out" | tail -n +2 | sort -u)
}

locks=(ticketlock mutex)
[[ ${1:-} == all ]] && locks=(ttas ticketlock spinlock seqlock linuxrwlock mutex)
for lock in "${locks[@]}"; do
  check "$lock" "" 0
  check "$lock" -DACQ=relaxed 1
  check "$lock" -DREL=relaxed 1
done
echo PASS
