#!/usr/bin/env bash
# run labels what it sees; a state that this CPU's model forbids is told, kept and exits 1; races and torn accesses are
# never called forbidden.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data

"$WEAKMEM" run --time 0.3 --format json SB >"$work/SB.json" 2>/dev/null
python3 - "$work/SB.json" <<'P' || fail "the labels of SB: $(cat "$work/SB.json")"
import json, sys
record = json.loads(open(sys.argv[1]).read())
for row in record["histogram"]:
    both = row["state"] == "0:r0=0; 1:r0=0;"
    assert row["weak"] == both and row.get("by") == ("cpu" if both else None), row
    assert row["verdict"] == dict.fromkeys(["c11", "x86-tso", "aarch64", "riscv", "power"], "allowed"), row
P
grep -q '"verdict"' "$work/SB.json" || fail "no verdicts: $(cat "$work/SB.json")"

# A compiler that loses the fence: the model of every CPU forbids what is then seen. One PU would not show it.
if [ "$(nproc)" -ge 2 ]; then
  ends 1 "$WEAKMEM" run --until-witness --time 20 --cflags '-O2 -D__atomic_thread_fence(o)=((void)0)' SB+fences
  cp "$work/out" "$work/text"
  grep -q '^FORBIDDEN: 0:r0=0; 1:r0=0;' "$work/text" || fail "no alarm: $(cat "$work/text")"
  grep -q "^Whose: the compiler's" "$work/text" || fail "the compiler is not blamed: $(cat "$work/text")"
  kept=$(sed -n 's/^Kept: //p' "$work/text")
  grep -q '"culprit":"compiler"' "$kept/record.jsonl" || fail "the record: $(cat "$kept/record.jsonl")"
  for file in test.litmus test.c test.so report.txt record.jsonl; do
    [ -s "$kept/$file" ] || fail "$file is not kept: $(ls "$kept")"
  done
  # The command that runs it again does so.
  again=$(sed -n 's/^Again: weakmem //p' "$work/text")
  ends 1 eval "\"$WEAKMEM\" $again"

  # A run that goes by iterations can be run again too, and a record of it taken over is no less of an alarm.
  lost_fence=(--iterations 3M --cflags '-O2 -D__atomic_thread_fence(o)=((void)0)' SB+fences -o "$work/records")
  for turn in "" --resume; do
    ends 1 "$WEAKMEM" run "${lost_fence[@]}" $turn
  done
  grep -q '1 of 1 runs were done before' "$work/err" || fail "--resume: $(cat "$work/err")"
  ends 1 "$WEAKMEM" run "${lost_fence[@]}"
  ends 1 eval "\"$WEAKMEM\" $(sed -n 's/^Again: weakmem //p' "$work/out")"
fi

# The same of a race is undefined, and of accesses that tear unmodelled.
ends 0 "$WEAKMEM" run --time 0.2 increment-plain
grep -q 'undefined in c11' "$work/out" || fail "a race: $(cat "$work/out")"
ends 0 "$WEAKMEM" run --time 0.2 tear-64-across
grep -q 'unmodelled by c11' "$work/out" || fail "accesses that tear: $(cat "$work/out")"
[ ! -e "$work/data/weakmem/forbidden/increment-plain-1" ] || fail "a race is kept as a forbidden state"
# A compiler may turn round the plain accesses of a race: what it made of them is its own doing, and no CPU's.
cat >"$work/race.litmus" <<'T'
C race
{}
P0 (int* x, int* y) { *x = 1; *y = 1; *x = 2; }
P1 (int* x, int* y) { int r0 = *y; int r1 = *x; }
exists (1:r0=1 /\ 1:r1=0)
T
ends 0 "$WEAKMEM" run --time 0.3 "$work/race.litmus"
grep -q 'undefined in c11' "$work/out" && ! grep -q 'forbidden by' "$work/out" || fail "a race: $(cat "$work/out")"
if [ "$(uname -m)" = x86_64 ]; then # where no CPU would do it
  ends 0 "$WEAKMEM" run --time 20 --until-witness "$work/race.litmus"
  grep -q 'weak by the compiler' "$work/out" || fail "the compiler's order: $(cat "$work/out")"
fi

# What the filter leaves out, and what the histogram has no room for, is said and recorded.
cat >"$work/filter.litmus" <<'T'
C filter
{}
P0 (atomic_int* x) { int r0 = atomic_fetch_add_explicit(x, 1, memory_order_relaxed); }
P1 (atomic_int* x) { int r0 = atomic_fetch_add_explicit(x, 1, memory_order_relaxed); }
filter (0:r0=0)
exists (1:r0=1)
T
"$WEAKMEM" run --iterations 20000 --time 120 --format json "$work/filter.litmus" 2>/dev/null >"$work/json"
iterations=$(sed 's/.*"iterations":\([0-9]*\).*/\1/' "$work/json")
filtered=$(sed 's/.*"filtered":\([0-9]*\).*/\1/' "$work/json")
[ "$filtered" -gt 0 ] && [ $((iterations + filtered)) -ge 20000 ] || fail "$iterations counted and $filtered filtered"

# A race that the filter hides is one all the same.
cat >"$work/hidden.litmus" <<'T'
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
ends 0 "$WEAKMEM" predict --model c11 "$work/hidden.litmus"
grep -q 'undefined' "$work/out" || fail "a race behind the filter: $(cat "$work/out")"
ends 0 "$WEAKMEM" run --time 0.2 "$work/hidden.litmus"
grep -q 'undefined in c11' "$work/out" || fail "a race behind the filter: $(cat "$work/out")"
