#!/usr/bin/env bash
# weakmem check: what compilers make of tests, against what C11 allows.
source "$SOURCE/tests/cli/shared/test.bash"
command -v gcc >/dev/null || skip "there is no gcc"
export XDG_CACHE_HOME=$work/cache

# What is kept, and by whom the weak state comes.
ends 0 "$WEAKMEM" check SB SB+fences --cc gcc
grep -q '^SB: kept; 0:r0=0; 1:r0=0; by the CPU$' "$work/out" || fail "$(cat "$work/out")"
grep -q '^SB+fences: kept$' "$work/out" || fail "$(cat "$work/out")"
grep -q '^2 tests, 1 way to compile each: 2 kept$' "$work/out" || fail "$(cat "$work/out")"

# A loop of compare-exchanges is decided, also over the stack: its paths that contradict themselves are seen to.
ends 0 "$WEAKMEM" check fetch_max --cc gcc --cflags "-O0,-O2"

# The kernel's tests are held to the kernel's model, on each CPU by its own barriers: an xchg of its LL/SC loops is a
# full barrier too. A grace period is in no code.
ends 0 "$WEAKMEM" check K-SB+onces K-SB+mbs K-MP+assign+dereference K-SB+inc+xchg K-RCU+grace-period --cc gcc --format tsv
[[ $(grep -cP '\tkept\t$' "$work/out") == 4 ]] || fail "$(cat "$work/out")"
grep -qP '^K-RCU\+grace-period\t.*\tunread\t' "$work/out" || fail "$(cat "$work/out")"
if command -v clang >/dev/null; then
  targets=riscv,power,x86_64
  "$WEAKMEM" topo --format json | grep '"emulated": true' >/dev/null || targets+=,aarch64 # clang is of the host
  ends 0 "$WEAKMEM" check K-SB+mbs K-SB+inc+xchg --cc clang --target "$targets" --format tsv
  commas=${targets//[^,]/}
  [[ $(grep -cP '\tkept\t$' "$work/out") == $((2 * ${#commas} + 2)) ]] || fail "$(cat "$work/out")"
fi

# Columns: a line for each test, compiler, flags and CPU.
ends 0 "$WEAKMEM" check SB MP --cc gcc --cflags "-O0,-O2 -fno-inline" --format tsv
[[ $(head -1 "$work/out") == $'test\tcompiler\tflags\tarch\tverdict\tstates' ]] || fail "no header: $(cat "$work/out")"
[[ $(wc -l <"$work/out") == 5 ]] || fail "$(cat "$work/out")"
grep -qP '^MP\tgcc\t-O2 -fno-inline\t[a-z0-9_]+\tkept\t$' "$work/out" || fail "$(cat "$work/out")"

# A race leaves nothing to break, and load buffering is no one's bug.
cat >"$work/racy.litmus" <<'TEST'
C racy
{}
P0 (int* x) { *x = 1; }
P1 (int* x) { int r0 = *x; }
exists (1:r0=1)
TEST
ends 0 "$WEAKMEM" check "$work/racy.litmus" --cc gcc --format tsv
grep -qP '^racy\tgcc\t-O2\t[a-z0-9_]+\tracy\t$' "$work/out" || fail "$(cat "$work/out")"

ends 0 "$WEAKMEM" check "$work/racy.litmus" --cc gcc
grep -q 'racy: the source has a data race.*racy.litmus:3: .*racy.litmus:4: ' "$work/out" || fail "$(cat "$work/out")"

# A compiler that leaves out an order is caught, with the instructions beside the source, why C11 forbids the state and
# how the CPU comes to it; whatever the format, the status is 1.
cat >"$work/SB+sc.litmus" <<'TEST'
C SB+sc
{}
P0 (atomic_int* x, atomic_int* y) {
  atomic_store_explicit(x, 1, memory_order_seq_cst);
  int r0 = atomic_load_explicit(y, memory_order_seq_cst);
}
P1 (atomic_int* x, atomic_int* y) {
  atomic_store_explicit(y, 1, memory_order_seq_cst);
  int r0 = atomic_load_explicit(x, memory_order_seq_cst);
}
exists (0:r0=0 /\ 1:r0=0)
TEST
cat >"$work/careless" <<'CC'
#!/bin/sh
exec gcc "$@" '-D__atomic_store_n(p,v,o)=(*(volatile int *)(p) = (v))'
CC
chmod +x "$work/careless"
ends 1 "$WEAKMEM" check "$work/SB+sc.litmus" --cc "gcc,$work/careless"
for text in 'broken by the compiler, .*careless -O2 for .*: 0:r0=0; 1:r0=0;' 'forbidden by c11: ' 'allowed by ' 'P0 by .*careless' \
  '__atomic_store_n(loc_x, 1, __ATOMIC_SEQ_CST); .*: '; do
  grep -q "$text" "$work/out" || fail "'$text' is not in: $(cat "$work/out")"
done
ends 1 "$WEAKMEM" check "$work/SB+sc.litmus" --cc "gcc,$work/careless" --format tsv
[[ $(cut -f5,6 "$work/out" | tail -2) == $'kept\t\nbroken\t0:r0=0; 1:r0=0;' ]] || fail "$(cat "$work/out")"
ends 1 "$WEAKMEM" check "$work/SB+sc.litmus" --cc "$work/careless" --format json
grep -q '"verdict":"broken","states":\["0:r0=0; 1:r0=0;"\],"weak":\[{"state":"0:r0=0; 1:r0=0;","by":"cpu"}\]' "$work/out" || fail "$(cat "$work/out")"
ends 1 "$WEAKMEM" check "$work/SB+sc.litmus" --cc "gcc,$work/careless" --format junit -o "$work/out.xml"
grep -q 'tests="2" failures="1" errors="0" skipped="0"' "$work/out.xml" || fail "$(cat "$work/out.xml")"
grep -q '<failure message="the code allows what C11 forbids: 0:r0=0; 1:r0=0;">' "$work/out.xml" || fail "$(cat "$work/out.xml")"

# Threads by different compilers: one careless one is enough.
ends 1 "$WEAKMEM" check "$work/SB+sc.litmus" --cc "P0=gcc,P1=$work/careless" --format tsv
ends 0 "$WEAKMEM" check "$work/SB+sc.litmus" --cc "P0=gcc,P1=gcc" --format tsv

# Bad usage; a compiler that is not there, or makes code for another CPU.
ends 2 "$WEAKMEM" check SB --target vax
grep -q "no CPU 'vax'; there are x86_64, " "$work/err" || fail "$(cat "$work/err")"
ends 3 "$WEAKMEM" check SB --cc no-such-compiler
grep -q "there is no compiler 'no-such-compiler'" "$work/err" || fail "$(cat "$work/err")"
ends 3 "$WEAKMEM" check SB --cc P1=gcc
ends 2 "$WEAKMEM" check SB+mfences
grep -q 'assembly, which no compiler has made' "$work/err" || fail "$(cat "$work/err")"

# What does not compile was not read: that is no success.
ends 3 "$WEAKMEM" check SB --cc gcc --cflags=-include/nowhere.h --format tsv
grep -qP '\tunread\t' "$work/out" || fail "$(cat "$work/out")"

# Who reordered: -O2 merges plain accesses, -O0 does not.
ends 0 "$WEAKMEM" check MP+merged-stores --cc gcc --cflags "-O0,-O2" --format json
grep -q '"flags":"-O2",.*"by":"compiler"' "$work/out" || fail "$(cat "$work/out")"
! grep -q '"flags":"-O0",.*"by":"compiler"' "$work/out" || fail "$(cat "$work/out")"

# What clang made of atomics up to 16, and of fetch_add(0) still; C11 allows it where the same location is loaded next.
if command -v clang-14 >/dev/null; then
  for test in SB+xchg SB+fadd0; do
    ends 1 "$WEAKMEM" check "$test" --cc clang-14 --target x86_64,riscv,power --format tsv
    [[ $(grep -c $'\tbroken\t0:r0=0; 1:r0=0;$' "$work/out") == 3 ]] || fail "$(cat "$work/out")"
  done
  ends 0 "$WEAKMEM" check SB+fadd0-same --cc clang-14 --target x86_64
fi

# Code of other CPUs is read as well, calls of libgcc's atomics included.
for cpu in aarch64 riscv64 powerpc64le; do
  command -v "$cpu-linux-gnu-gcc" >/dev/null || continue
  ends 0 "$WEAKMEM" check SB+xchg compare_exchange --cc gcc --cflags "-O0,-O2" --format tsv --target "$(sed "s/riscv64/riscv/;s/powerpc64le/power/" <<<"$cpu")"
  ! grep -q unread "$work/out" || fail "$(cat "$work/out")"
done

# From which version on.
ends 1 "$WEAKMEM" check "$work/SB+sc.litmus" --cc "gcc,$work/careless" --first-good --format tsv
[[ $(head -1 "$work/out") == $'test\tcompiler\tkept_from\tbroken_by\tunread_by' ]] || fail "$(cat "$work/out")"
grep -qP '^SB\+sc\tgcc\tgcc\t\t$' "$work/out" || fail "$(cat "$work/out")"
ends 3 "$WEAKMEM" check SB --cc gcc --cflags -fno-such-flag --first-good --format tsv
grep -qP '^SB\tgcc\tnone\t\tgcc$' "$work/out" || fail "what does not compile breaks nothing: $(cat "$work/out")"
echo PASS
