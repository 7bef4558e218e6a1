#!/usr/bin/env bash
# relax finds orders that are enough, none of which can be weaker, and says what each weaker one would allow.
source "$SOURCE/tests/cli/shared/test.bash"

# Of MP, every test that there is with other orders: the answer is one that all models forbid, and none weaker is.
stores=(relaxed release seq_cst) loads=(relaxed acquire seq_cst)
for a in 0 1 2; do for b in 0 1 2; do for c in 0 1 2; do for d in 0 1 2; do
  printf 'C t%s\n{}\nP0 (atomic_int* x, atomic_int* y) {\n' "$a$b$c$d"
  printf '  atomic_store_explicit(%s, 1, memory_order_%s);\n' x "${stores[a]}" y "${stores[b]}"
  printf '}\nP1 (atomic_int* x, atomic_int* y) {\n'
  printf '  int %s = atomic_load_explicit(%s, memory_order_%s);\n' r0 y "${loads[c]}" r1 x "${loads[d]}"
  printf '}\nexists (1:r0=1 /\\ 1:r1=0)\n\n'
done; done; done; done >"$work/every.litmus"
ends 0 "$WEAKMEM" predict --format tsv --model c11,x86-tso,aarch64,riscv,power "$work/every.litmus"
awk -F'\t' 'NR > 1 { all[$1]++; forbids[$1] += $3 == "Forbidden" } END { for (t in all) if (forbids[t] == all[t]) print t }' \
  "$work/out" >"$work/safe"
[[ $(wc -l <"$work/safe") -gt 1 ]] || fail "no orders are safe: $(cat "$work/safe")"
ends 0 "$WEAKMEM" relax MP --no-prices --format tsv
found=t$(tail -n +2 "$work/out" | cut -f5 | sed 's/relaxed/0/; s/acquire\|release/1/; s/seq_cst/2/' | tr -d '\n')
grep -qx "$found" "$work/safe" || fail "$found is not safe: $(cat "$work/out")"
weaker=$(awk -v found="$found" '$0 != found { for (i = 2; i <= 5; i++) if (substr($0, i, 1) > substr(found, i, 1)) next; print }' "$work/safe")
[ -z "$weaker" ] || fail "weaker than $found, and safe: $weaker"
grep -q $'P0: store in line 8\trelaxed\tseq_cst\t\trelease\t\trelaxed: c11 allows 1:r0=1; 1:r1=0;' "$work/out" || fail "why: $(cat "$work/out")"

# What was written is as it says, and has nothing left to weaken.
ends 0 "$WEAKMEM" relax MP --no-prices -o "$work/weak.litmus"
grep -q 'As written: c11 allows 1:r0=1; 1:r1=0;' "$work/out" || fail "as written: $(cat "$work/out")"
ends 0 "$WEAKMEM" relax "$work/weak.litmus" --no-prices
grep -q '^No order can be weaker: c11, x86-tso, aarch64, riscv and power forbid' "$work/out" || fail "again: $(cat "$work/out")"

# Fences go as far as they can; a lock's waits are held to, threads of the same code change together, or do not.
ends 0 "$WEAKMEM" relax MP+fences --no-prices --format tsv
cut -f1,5 "$work/out" | grep -qx $'P0: fence in line 8\trelease' || fail "a fence: $(cat "$work/out")"
sed 's/memory_order_[a-z_]*/memory_order_seq_cst/g' "$SOURCE/litmus/locks/CLH-lock.litmus" >"$work/CLH.litmus"
ends 0 "$WEAKMEM" relax "$work/CLH.litmus" --no-prices --format tsv
[[ $(tail -n +2 "$work/out" | cut -f5 | tr '\n' ' ') == "relaxed acq_rel acquire release " ]] || fail "CLH: $(cat "$work/out")"
ends 0 "$WEAKMEM" relax SB --no-prices --format tsv --per-thread
cut -f1 "$work/out" | grep -qx 'P1: load in line 14' || fail "thread by thread: $(cat "$work/out")"
ends 0 "$WEAKMEM" relax MP --no-prices --target x86-tso --format tsv
[[ $(tail -n +2 "$work/out" | cut -f5 | sort -u) == relaxed ]] || fail "x86-tso alone: $(cat "$work/out")"
ends 0 "$WEAKMEM" relax LB --no-prices --explain
grep -q 'allowed by aarch64: an execution that ends in it' "$work/out" || fail "not explained: $(cat "$work/out")"
ends 0 "$WEAKMEM" relax K-SB+mbs --no-prices
grep -q 'rmb: lkmm allows 0:r0=0; 1:r0=0;' "$work/out" || fail "the kernel's: $(cat "$work/out")"
ends 0 "$WEAKMEM" relax K-RCU+grace-period --no-prices
grep -q 'No order can be weaker: lkmm forbids' "$work/out" || fail "no CPU speaks of RCU: $(cat "$work/out")"

# As an object, with prices or the reason why there is none.
ends 0 "$WEAKMEM" relax MP --quiet --format json
grep -q '"schema":"weakmem.relax/1".*"enough":true,"minimal":true' "$work/out" || fail "json: $(cat "$work/out")"

# What no orders can forbid; what cannot be decided; what is no such test.
printf 'C race\n{}\nP0 (int* x) { *x = 1; }\nP1 (int* x) { *x = 2; }\nexists (x=0)\n' >"$work/race.litmus"
ends 1 "$WEAKMEM" relax "$work/race.litmus"
grep -q 'at its strongest: c11: a data race' "$work/out" || fail "a race: $(cat "$work/out")"
printf 'C hang\n{}\nP0 (atomic_int* x) { while (atomic_load(x)) {} }\nP1 (atomic_int* x) { atomic_store(x, 1); }\nexists (x=0)\n' >"$work/hang.litmus"
ends 1 "$WEAKMEM" relax "$work/hang.litmus"
grep -q 'waits for ever: P0' "$work/out" || fail "a wait: $(cat "$work/out")"
ends 3 "$WEAKMEM" relax MCS-lock --no-prices --time 1ms
grep -q 'cannot tell' "$work/out" || fail "no time: $(cat "$work/out")"
ends 2 "$WEAKMEM" relax
ends 2 "$WEAKMEM" relax SB MP
ends 2 "$WEAKMEM" relax locks
ends 2 "$WEAKMEM" relax SB --target armv9000
grep -q "no model 'armv9000'" "$work/err" || fail "a target: $(cat "$work/err")"
ends 2 "$WEAKMEM" relax IRIW+movs
grep -q 'assembly' "$work/err" || fail "assembly: $(cat "$work/err")"

# The user's own C: places are words of its text and of its headers, also where they are not said; a macro that is not used
# is none. What is found is enough by `check`, and written so it has nothing left to weaken.
mkdir "$work/code" && cd "$work/code"
cat >spin.h <<'C'
#pragma once
#include <stdatomic.h>
#define UNUSED memory_order_acquire
struct spin { atomic_int held; }; // not memory_order_relaxed
static void spin_lock(struct spin *lock) {
  while (ENTER(&lock->held))
    ;
}
static void spin_unlock(struct spin *lock) { atomic_store(&lock->held, 0); }
C
cat >spin.c <<'C'
#include <weakmem.h>
#define ENTER(at) atomic_exchange_explicit(at, 1, memory_order_seq_cst)
#include "spin.h"
WM_SHARED { struct spin lock; int counter; };
WM_RESULTS(counter)
WM_THREAD(first) { spin_lock(&shared->lock); shared->counter++; spin_unlock(&shared->lock); }
WM_THREAD(second) { spin_lock(&shared->lock); shared->counter++; spin_unlock(&shared->lock); }
WM_ARBITER { result->counter = shared->counter; }
WM_FORBIDDEN("counter != 2", "an increment is lost")
C
here=$(uname -m)
[[ $here == riscv64 ]] && here=riscv
[[ $here == ppc64le ]] && here=power
ends 0 "$WEAKMEM" relax spin.c --cc gcc --target "$here" --format tsv
cut -f1,2 "$work/out" | tail -n +2 | diff - <(printf '%s\t%s\n' "spin.c:2 atomic_exchange_explicit" seq_cst "./spin.h:9 atomic_store" seq_cst) ||
  fail "places: $(cat "$work/out")"
if command -v aarch64-linux-gnu-gcc >/dev/null; then
  ends 0 "$WEAKMEM" relax spin.c --cc gcc --target aarch64 --explain
  grep -qE '^spin\.c:2 atomic_exchange_explicit +seq_cst +acquire +relaxed: gcc -O2 for aarch64 allows counter=1' "$work/out" ||
    fail "the exchange: $(cat "$work/out")"
  grep -qE '^\./spin\.h:9 atomic_store +seq_cst +release ' "$work/out" || fail "the store: $(cat "$work/out")"
  grep -q 'allowed by aarch64: an execution that ends in it' "$work/out" || fail "not explained: $(cat "$work/out")"
  grep -q 'This stands on the machine code of gcc -O2 for aarch64, not on C11' "$work/out" || fail "on what: $(cat "$work/out")"
  sed -i 's/memory_order_seq_cst/memory_order_acquire/' spin.c
  sed -i 's/atomic_store(&lock->held, 0)/atomic_store_explicit(\&lock->held, 0, memory_order_release)/' spin.h
  ends 0 "$WEAKMEM" check spin.c --cc gcc --target aarch64
  ends 0 "$WEAKMEM" relax spin.c --cc gcc --target aarch64
  grep -q '^0 of 2 orders can be weaker' "$work/out" || fail "again: $(cat "$work/out")"
  sed -i 's/memory_order_acquire/memory_order_relaxed/' spin.c
  ends 0 "$WEAKMEM" relax spin.c --cc gcc --target aarch64 --format json
  grep -q '"answer":"As written: gcc -O2 for aarch64 allows counter=1' "$work/out" || fail "broken as written: $(cat "$work/out")"
  grep -q '"written":"relaxed","begun":"seq_cst","order":"acquire"' "$work/out" || fail "raised: $(cat "$work/out")"
fi

# What no orders mend, what has none, what does not compile, what is no C.
sed 's/counter != 2/counter == 2/' spin.c >never.c
ends 1 "$WEAKMEM" relax never.c --cc gcc --target "$here"
grep -q '^No orders do' "$work/out" || fail "never: $(cat "$work/out")"
printf '%s\n' '#include <stdatomic.h>' '#include <weakmem.h>' 'WM_SHARED { atomic_int x; };' 'WM_RESULTS(a)' \
  'int beyond(int);' 'WM_THREAD(p) { result->a = beyond(atomic_load(&shared->x)); }' 'WM_FORBIDDEN("a", "")' >open.c
ends 3 "$WEAKMEM" relax open.c --cc gcc --target "$here"
grep -q '^Whether any orders do is not known' "$work/out" || fail "open: $(cat "$work/out")"
printf '#include <weakmem.h>\nWM_SHARED { int x; };\nWM_RESULTS(a)\nWM_THREAD(p) { result->a = shared->x; }\nWM_FORBIDDEN("a", "")\n' >none.c
ends 2 "$WEAKMEM" relax none.c --cc gcc --target "$here"
grep -q 'none.c has no memory order' "$work/err" || fail "no orders: $(cat "$work/err")"
echo 'int f(void) { return atomic_load(x; }' >broken.c
ends 2 "$WEAKMEM" relax broken.c --cc gcc --target "$here"
grep -q 'broken.c:1:' "$work/err" || fail "no C: $(cat "$work/err")"
printf 'int x;\0' >nul.c
ends 2 "$WEAKMEM" relax nul.c --cc gcc
ends 2 "$WEAKMEM" relax spin.c -o weak.c
ends 2 "$WEAKMEM" relax spin.c --target vax
grep -q "no CPU 'vax'" "$work/err" || fail "a CPU: $(cat "$work/err")"
gcc -c -x c - -o empty.o </dev/null
ends 2 "$WEAKMEM" relax empty.o
