#!/usr/bin/env bash
# run labels what it sees; a state that this CPU's model forbids is told, kept and exits 1; races and torn accesses are
# never called forbidden.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CACHE_HOME=$folder/cache XDG_DATA_HOME=$folder/data

"$WEAKMEM" run --time 0.3 --format json SB >"$folder/SB.json" 2>/dev/null
python3 - "$folder/SB.json" <<'P' 2>/dev/null || { command -v python3 >/dev/null && exit 1; }
import json, sys
record = json.loads(open(sys.argv[1]).read())
for row in record["histogram"]:
    both = row["state"] == "0:r0=0; 1:r0=0;"
    assert row["weak"] == both, row
    assert row["verdict"] == dict.fromkeys(["c11", "x86-tso", "aarch64", "riscv", "power"], "allowed"), row
P
grep -q '"verdict"' "$folder/SB.json"

# A compiler that loses the fence: the model of every CPU forbids what is then seen. One PU would not show it.
if [ "$(nproc)" -ge 2 ]; then
  status=0
  "$WEAKMEM" run --until-witness --time 20 --cflags '-O2 -D__atomic_thread_fence(o)=((void)0)' SB+fences \
    >"$folder/text" 2>/dev/null || status=$?
  [ $status = 1 ]
  grep -q '^FORBIDDEN: 0:r0=0; 1:r0=0;' "$folder/text"
  kept=$(sed -n 's/^Kept: //p' "$folder/text")
  for file in test.litmus test.c test.so report.txt record.jsonl; do
    [ -s "$kept/$file" ]
  done
  # The command that runs it again does so.
  again=$(sed -n 's/^Again: weakmem //p' "$folder/text")
  status=0
  eval "\"$WEAKMEM\" $again" >/dev/null 2>&1 || status=$?
  [ $status = 1 ]

  # A run that goes by iterations can be run again too, and a record of it taken over is no less of an alarm.
  lost_fence=(--iterations 3M --cflags '-O2 -D__atomic_thread_fence(o)=((void)0)' SB+fences -o "$folder/records")
  for turn in "" --resume; do
    status=0
    "$WEAKMEM" run "${lost_fence[@]}" $turn >"$folder/text" 2>"$folder/errors" || status=$?
    [ $status = 1 ]
  done
  grep -q '1 of 1 runs were done before' "$folder/errors"
  "$WEAKMEM" run "${lost_fence[@]}" >"$folder/text" 2>/dev/null || true
  status=0
  eval "\"$WEAKMEM\" $(sed -n 's/^Again: weakmem //p' "$folder/text")" >/dev/null 2>&1 || status=$?
  [ $status = 1 ]
fi

# The same of a race is undefined, and of accesses that tear unmodelled.
"$WEAKMEM" run --time 0.2 increment-plain 2>/dev/null | grep 'undefined in c11' >/dev/null
"$WEAKMEM" run --time 0.2 tear-64-across 2>/dev/null | grep 'unmodelled by c11' >/dev/null
[ ! -e "$folder/data/weakmem/forbidden/increment-plain-1" ]
# A compiler may turn round the plain accesses of a race: no CPU's model speaks of what it makes of them.
cat >"$folder/race.litmus" <<'T'
C race
{}
P0 (int* x, int* y) { *x = 1; *y = 1; *x = 2; }
P1 (int* x, int* y) { int r0 = *y; int r1 = *x; }
exists (1:r0=1 /\ 1:r1=0)
T
"$WEAKMEM" run --time 0.3 "$folder/race.litmus" 2>/dev/null >"$folder/text"
grep -q 'undefined in c11' "$folder/text"
if grep 'forbidden by' "$folder/text"; then exit 1; fi

# What the filter leaves out, and what the histogram has no room for, is said and recorded.
cat >"$folder/filter.litmus" <<'T'
C filter
{}
P0 (atomic_int* x) { int r0 = atomic_fetch_add_explicit(x, 1, memory_order_relaxed); }
P1 (atomic_int* x) { int r0 = atomic_fetch_add_explicit(x, 1, memory_order_relaxed); }
filter (0:r0=0)
exists (1:r0=1)
T
"$WEAKMEM" run --iterations 20000 --time 5 --format json "$folder/filter.litmus" 2>/dev/null >"$folder/json"
iterations=$(sed 's/.*"iterations":\([0-9]*\).*/\1/' "$folder/json")
filtered=$(sed 's/.*"filtered":\([0-9]*\).*/\1/' "$folder/json")
[ "$filtered" -gt 0 ] && [ $((iterations + filtered)) -ge 20000 ]

# A race that the filter hides is one all the same.
cat >"$folder/hidden.litmus" <<'T'
C hidden
{}
P0 (int* x, int* y, atomic_int* z) { *x = 1; *y = 1; *x = 2; atomic_store_explicit(z, 1, memory_order_relaxed); }
P1 (int* x, int* y, atomic_int* z) {
  int r0 = atomic_load_explicit(z, memory_order_relaxed);
  int r1 = 5;
  if (r0) { r1 = *x; }
}
filter (1:r0=0)
exists (1:r1=5)
T
"$WEAKMEM" predict --model c11 "$folder/hidden.litmus" >/dev/null
"$WEAKMEM" run --time 0.2 "$folder/hidden.litmus" >/dev/null 2>&1
