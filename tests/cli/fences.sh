#!/usr/bin/env bash
# weakmem fences: the answer for store buffering and for a lost update, its records, and what it refuses.
source "$SOURCE/tests/cli/shared/test.bash"
source "$SOURCE/tests/cli/shared/signals.bash"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data

"$WEAKMEM" fences SB --quiet --time 0.01 --per-thread --format json -o "$work/ladder.jsonl" >"$work/SB.json"
cmp "$work/SB.json" "$work/ladder.jsonl" || fail "the record is not what was printed"
if command -v python3 >/dev/null; then
  python3 - "$work/SB.json" <<'PYTHON' || fail "not a record of weakmem.fences/1"
import json, sys
record = json.load(open(sys.argv[1]))
assert record["schema"] == "weakmem.fences/1" and record["test"] == "SB" and record["target"] == "weak"
here = {"x86_64": "x86-tso", "aarch64": "aarch64", "riscv": "riscv", "power": "power"}.get(record["machine"]["arch"])
rows = {(row["fence"], row["threads"]): row for row in record["rows"]}
assert len(rows) == len(record["rows"])
none, full = rows["none", "all"], rows["fence-seq_cst", "all"]
assert none["ns"] == 0 and none["verdict"]["c11"] == "allowed"
assert full["verdict"]["c11"] == "forbidden" and full["witnesses"] == 0
assert rows["fence-seq_cst", "P0"]["verdict"]["c11"] == "allowed"
assert [place["thread"] for place in full["places"]] == [0, 1]
assert {place["context"] for place in full["places"]} == {"after-store"}
costs = [row["ns"] for row in record["rows"]]
assert all(a <= b + 0.1 for a, b in zip(costs, costs[1:])), costs
for row in record["rows"]:
    assert row["spread"] >= 0 and isinstance(row["stable"], bool), row
    assert ("contended_ns" in row) != ("contended_reason" in row), row
    assert ("contended_stable" in row) == ("contended_ns" in row) == ("contended_spread" in row), row
# What was compiled to the same instructions was run and measured once.
for row in record["rows"]:
    if "same_code_as" in row:
        other = rows[tuple(row["same_code_as"].split())]
        assert all(row[key] == other[key] for key in ("iterations", "witnesses", "status")), (row, other)
        assert row["ns"] == other["ns"], (row, other)
unsettled = "cheapest cannot be told" in record["answer"] or "not stable" in record["answer"]
assert record["cheapest_c11"] == "fence-seq_cst" or unsettled, record["answer"]
assert record["per_thread"]["c11"]["fences"] == ["fence-seq_cst", "fence-seq_cst"]
if record["machine"]["emulated"]:
    print("SKIP: an emulator merges fences: they cost nothing")
else:
    assert full["ns"] > 0
if here:
    assert none["verdict"][here] == "allowed" and full["verdict"][here] == "forbidden"
if record["machine"]["arch"] == "x86_64":
    assert record["cheapest"] != "mfence" or unsettled, record["answer"]
    assert rows["lfence", "all"]["verdict"] == {here: "allowed"}
    assert full["emitted"], "what the compiler made of the fence is not known"
PYTHON
fi

# Without a second core nobody else owns a line: no figure is made up.
pu=$(taskset -pc $$ | sed -E 's/.*: *([0-9]+).*/\1/')
taskset -c "$pu" "$WEAKMEM" fences SB --quiet --time 0.01 --format tsv >"$work/one.tsv" 2>"$work/err" ||
  fail "one core: exit $?: $(cat "$work/err")"
awk -F'\t' 'NR == 1 {for (i = 1; i <= NF; i++) at[$i] = i; next}
            $at["fence"] == "none" {next}
            $at["contended_ns"] != "" || $at["contended_reason"] != "no second core" {print; bad = 1}
            END {exit bad || NR < 9}' "$work/one.tsv" || fail "one core: the price of a second one: $(head -5 "$work/one.tsv")"

"$WEAKMEM" fences increment-plain --quiet --time 0.01 >"$work/increment"
grep -q 'No fence helps' "$work/increment" && grep -q 'atomic_fetch_add(x, 1)' "$work/increment" ||
  fail "the lost update: no word of atomicity"
status=0
"$WEAKMEM" fences SB --quiet --time 0.01 --orders --format tsv >"$work/SB.tsv" 2>"$work/err" || status=$?
# An emulator may not keep the order that the accesses ask for: then that is told, as its doing.
[[ $status == 0 ]] || { [[ $status == 1 ]] && grep -q "the emulator's, or weakmem's" "$work/err"; } ||
  fail "SB: orders: exit $status: $(cat "$work/err")"
awk -F'\t' 'NR == 1 {columns = NF; for (i = 1; i <= NF; i++) at[$i] = i}
            NF != columns {bad = 1}
            $1 == "orders" && $3 == "all" {orders++; forbidden = $at["c11"] == "forbidden"; bad += forbidden != ($2 == "seq_cst")}
            END {exit bad || orders != 3}' "$work/SB.tsv" || fail "SB: orders"

# The kernel's dialect has its own fences and its own model; a heavy one in one thread does for both.
status=0
"$WEAKMEM" fences K-SB+onces --quiet --time 0.01 --orders --format tsv >"$work/K-SB.tsv" 2>"$work/err" || status=$?
[[ $status == 0 ]] || { [[ $status == 1 ]] && grep -q "the emulator's, or weakmem's" "$work/err"; } ||
  fail "K-SB+onces: exit $status: $(cat "$work/err")"
awk -F'\t' 'NR == 1 {for (i = 1; i <= NF; i++) at[$i] = i}
            $2 == "smp_mb" && $3 == "all" {good += $at["lkmm"] == "forbidden"}
            $2 == "smp_mb" && $3 == "P0" {good += $at["lkmm"] == "allowed"}
            $2 == "smp_wmb" && $3 == "all" {good += $at["lkmm"] == "allowed"}
            $2 == "membarrier" && $3 == "P1" {good += $at["lkmm"] == "forbidden"}
            $2 == "store_mb" && $3 == "all" {good += $at["lkmm"] == "forbidden"}
            END {exit good != 5}' "$work/K-SB.tsv" || fail "the kernel's ladder: $(cat "$work/K-SB.tsv")"

# A loop that waits for a flag is decided whatever its turns.
cat >"$work/wait.litmus" <<'LITMUS'
C wait
{}
P0 (atomic_int* x, atomic_int* y) {
  atomic_store_explicit(x, 1, memory_order_relaxed);
  atomic_store_explicit(y, 1, memory_order_relaxed);
}
P1 (atomic_int* y, atomic_int* x) {
  while (atomic_load_explicit(y, memory_order_relaxed) == 0) {}
  int r1 = atomic_load_explicit(x, memory_order_relaxed);
}
exists (1:r1=0)
LITMUS
"$WEAKMEM" fences "$work/wait.litmus" --quiet --time 0.01 --format json >"$work/wait.json"
grep -q '"target":"weak"' "$work/wait.json" && grep -Eq '"cheapest_c11":"fence-acq_rel"|not stable|cannot be told' "$work/wait.json" ||
  fail "a loop that waits"

# A loop beyond its bound: what more turns lead to is not known, and neither the answer nor the status says otherwise.
cat >"$work/counts.litmus" <<'LITMUS'
C counts
{}
P0 (atomic_int* x) {
  int n = 0;
  for (int r0 = 0; r0 < 9; n += r0 & 1) r0 = atomic_fetch_add_explicit(x, 1, memory_order_relaxed);
}
P1 (atomic_int* x) { int r1 = atomic_load_explicit(x, memory_order_relaxed); }
exists (1:r1=7)
LITMUS
ends 3 "$WEAKMEM" fences "$work/counts.litmus" --quiet --time 0.001 --format json
grep -q '"target":"unknown"' "$work/out" && ! grep -q '"verdict":{[^}]*forbidden' "$work/out" || fail "$(cat "$work/out")"
grep -q 'The models cannot say' "$work/out" || fail "an answer where there is none: $(cat "$work/out")"

refuses() { # STATUS PATTERN ARGUMENT...
  local want=$1 pattern=$2 status=0
  shift 2
  "$WEAKMEM" fences "$@" >"$work/out" 2>"$work/err" || status=$?
  [[ $status == "$want" ]] && grep -q "$pattern" "$work/err" && [[ ! -s $work/out ]] || fail "$*: exit $status"
}
refuses 2 'needs a test'
refuses 2 'one test at a time' SB MP
refuses 2 'the ladder is that of one' classic
refuses 2 'none-such' none-such
refuses 2 'expected' SB --format xml
refuses 2 'says where threads sit' SB --pus 0 --placement l3
refuses 3 '' SB --cc /none/such

# Interrupted (once: a second signal ends it at once), it prints what it has and says so by its status.
status=0
"$WEAKMEM" fences SB --quiet --time 5 --format tsv >"$work/cut.tsv" &
until_ready $! || fail "it never handles SIGINT"
sleep 2
kill -INT $!
wait $! || status=$?
[[ $status == 3 ]] && grep -q 'not run' "$work/cut.tsv" || fail "interrupted: exit $status"
# It gives no answer then; and timeout(1), which signals twice, is told as much.
status=0
timeout --preserve-status -s INT 2 "$WEAKMEM" fences SB --quiet --time 5 -o "$work/cut.jsonl" >"$work/cut.txt" || status=$?
[[ $status == 3 ]] || fail "timeout: exit $status"
grep -q '^Interrupted: .*no answer is given' "$work/cut.txt" || fail "interrupted: an answer: $(tail -3 "$work/cut.txt")"
grep -Eq 'Cheapest|No fence' "$work/cut.txt" && fail "interrupted: an answer"
grep '"interrupted":true' "$work/cut.jsonl" | grep -q '"cheapest":null' || fail "interrupted: the record does not say so"
"$WEAKMEM" compare "$work/cut.jsonl" >"$work/compared"
grep -q 'was interrupted: it is incomplete' "$work/compared" || fail "compare: an interrupted ladder"
grep -Eq '^  fence-seq_cst +all +\?  ' "$work/compared" ||
  fail "compare: costs that are not known: $(cat "$work/compared")"
