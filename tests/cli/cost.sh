#!/usr/bin/env bash
# weakmem cost: its records, its choice of groups, one core alone, a file that another run holds.
source "$SOURCE/tests/cli/shared/test.bash"
source "$SOURCE/tests/cli/shared/signals.bash"

"$WEAKMEM" cost --quiet --only fences --format json -o "$work/costs.jsonl" >"$work/out.json"
"$WEAKMEM" cost --quiet --only latency --format json -o "$work/costs.jsonl" >/dev/null
[[ $(wc -l <"$work/costs.jsonl") == 2 ]] || fail "two runs, two lines"
cmp <(head -1 "$work/costs.jsonl") "$work/out.json" || fail "the record is not what was printed"

python3 - "$work/out.json" <<'PYTHON' || fail "not a record of weakmem.cost/1"
import json, sys
record = json.load(open(sys.argv[1]))
assert record["schema"] == "weakmem.cost/1"
assert 0.1 < record["ghz"] < 20
assert record["machine"]["arch"] and record["machine"]["cores"] >= 1
names = set()
for row in record["rows"]:
    assert row["group"] == "fences"
    assert (row["operation"], row["context"]) not in names
    names.add((row["operation"], row["context"]))
    if "reason" in row:
        assert row["reason"] and not {"ns", "cycles", "spread", "stable"} & row.keys(), row
        continue
    assert row["ns"] >= 0 and row["spread"] >= 0 and isinstance(row["stable"], bool), row
    # What an emulator or other programs make slow beyond all measure has too few samples, and is not stable.
    assert row["samples"] >= 31 or row["samples"] > 0 and not row["stable"], row
    assert not row["stable"] or row["spread"] <= 0.25 or row["ns"] == 0, row
    if "same_code_as" in row:
        twin = next(r for r in record["rows"] if r["context"] == row["context"] and r["operation"] == row["same_code_as"])
        assert row["ns"] == twin["ns"] and row["samples"] == twin["samples"], (row, twin)
    assert abs(row["cycles"] - row["ns"] * record["ghz"]) <= 0.5 * row["cycles"] + 0.01, row
assert ("compiler", "alone") in names and ("fence-seq_cst", "alone") in names
PYTHON

pu=$(taskset -pc $$ | sed -E 's/.*: *([0-9]+).*/\1/')
taskset -c "$pu" "$WEAKMEM" cost --quiet --only sharing,latency,increments --format tsv >"$work/one.tsv"
awk -F'\t' 'NR > 1 && $3 != "alone" && ($10 != "no second core" || $4 != "") {print; bad = 1}
            NR > 1 && $3 == "alone" && ($10 != "" || $4 == "") {print; bad = 1} END {exit bad}' "$work/one.tsv" ||
  fail "one core: figures where there is no second core"
[[ $(wc -l <"$work/one.tsv") -ge 9 ]] || fail "one core: rows are missing"

"$WEAKMEM" cost --only fences >"$work/text" 2>/dev/null
grep -q '^Fences, alone' "$work/text" || fail "no title"
if "$WEAKMEM" topo --format json | grep '"emulated": true' >/dev/null; then
  grep -q "not this CPU's" "$work/text" && ! grep -q 'cheapest full fence' "$work/text" || fail "an emulator's costs"
else
  # On a busy machine figures may not be stable: then it says so, and of which.
  grep -Eq 'cheapest full fence|Nothing can be said here: .*not stable' "$work/text" || fail "no sentence"
  grep -q ' is compiler$' "$work/text" || fail "C11's weaker fences are the compiler's: no word of it"
fi
! grep -q 'Locks' "$work/text" || fail "a group that was not asked for"

status=0
"$WEAKMEM" cost --only fence >/dev/null 2>"$work/err" || status=$?
[[ $status == 2 ]] && grep -q "no group 'fence'" "$work/err" || fail "--only fence"
status=0
"$WEAKMEM" cost --pus 0,0 >/dev/null 2>&1 || status=$?
[[ $status == 2 ]] || fail "--pus 0,0"
status=0
flock "$work/costs.jsonl" "$WEAKMEM" cost --only latency -o "$work/costs.jsonl" >/dev/null 2>"$work/err" || status=$?
[[ $status == 2 || $status == 3 ]] && grep -q "another run" "$work/err" || fail "a file that another run holds"

status=0
"$WEAKMEM" cost --quiet --format tsv >"$work/cut.tsv" &
until_ready $! || fail "it never handles SIGINT"
sleep 0.2
kill -INT $!
wait $! || status=$?
[[ $status == 3 ]] || fail "interrupted: exit $status"
grep -q 'not measured' "$work/cut.tsv" || fail "interrupted: nothing is left out"
status=0
timeout --preserve-status -s INT 1 "$WEAKMEM" cost --quiet -o "$work/cut.jsonl" >"$work/cut.txt" || status=$?
[[ $status == 3 ]] && grep -q '^Interrupted' "$work/cut.txt" || fail "interrupted: exit $status, and it does not say so"
grep -q '"interrupted":true' "$work/cut.jsonl" || fail "interrupted: the record does not say so"
