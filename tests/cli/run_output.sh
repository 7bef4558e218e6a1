#!/usr/bin/env bash
# What `weakmem run` prints and records, in every format, and the status it ends with.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data LC_ALL=C.UTF-8
weakmem() { "$WEAKMEM" "$@" 2>"$work/err"; }

# Text: head, story, settings, states with bars and a mark, observation, rate.
weakmem run SB --time 0.3 >"$work/text" || fail "status $? of run SB: $(cat "$work/err")"
grep -q '^SB$' "$work/text" || fail "no name"
grep -q '^  Store buffering' "$work/text" || fail "no story"
grep -Eq '^  (perpetual|lockstep), 2 threads on [a-z0-9-]+: PU [0-9]+,[0-9]+' "$work/text" || fail "no engine or placement"
grep -Eq '^    0:r0=[01]; 1:r0=[01];  .*[█▉▊▋▌▍▎▏].* %' "$work/text" || fail "no bar"
grep -Eq '^  (Sometimes|Never|Always) exists \(0:r0=0 /\\ 1:r0=0\)$' "$work/text" || fail "no observation"
grep -Eq 'iterations in [0-9.e-]+ s: ' "$work/text" || fail "no rate"
! grep -q $'\033' "$work/text" || fail "colour in a file"
LC_ALL=C weakmem run SB >"$work/text"
grep -q '#' "$work/text" || fail "no bars where the locale is not UTF-8: $(cat "$work/text")"
! grep -q '[█▏]' "$work/text" || fail "block elements where the locale is not UTF-8"

# What can never be seen has its bound.
weakmem run CoRR | grep -E '0 of [0-9.]+[kMG]?: under [0-9.e-]+ at 95 % if iterations were independent' >/dev/null || fail "no bound"

# A suite has the histograms of what was seen, or with -v all; what each means; and it ends in a table, with the model beside
# what was seen, and in a card.
weakmem run SB R --until-witness --time 20 >"$work/text"
grep -q '^test .*observed' "$work/text" || fail "no table"
grep -q '^2 runs' "$work/text" || fail "the table does not count"
grep -q '^SB$' "$work/text" || fail "no histogram of SB"
grep -q '^store to load  *seen  *allowed  *[SBR]*: ' "$work/text" || fail "no card: $(cat "$work/text")"
grep -q '^  every model allows it: the CPU reordered$' "$work/text" || fail "SB means nothing"
weakmem run MP LB --iterations 30k -v >"$work/text"
grep -q '^MP$' "$work/text" && grep -q '^LB$' "$work/text" || fail "-v does not print all histograms"
if "$WEAKMEM" topo --format json | grep '"arch": "x86_64"' >/dev/null; then
  grep -q '^  x86-tso forbids it; c11, aarch64, riscv, power allow it$' "$work/text" || fail "what MP means: $(cat "$work/text")"
  weakmem run MP LB --iterations 30k >"$work/text"
  ! grep -q '^MP$' "$work/text" || fail "a histogram of what was not seen"
  grep -q '^2 histograms in which nothing was seen: -v$' "$work/text" || fail "what is left out is not told"
  grep -q '^MP .* forbids  *Never' "$work/text" || fail "no model in the table"
  grep -q '^load to load  *never  *forbidden  *0 of ' "$work/text" || fail "no order that is kept: $(cat "$work/text")"
fi
[[ $(weakmem run SB MP --time 0.1 --quiet | wc -l) == 7 ]] || fail "quiet is not quiet"
[[ ! -s $work/err ]] || fail "quiet says $(cat "$work/err")"

# JSON lines are the records that -o appends.
weakmem run SB --format json -o "$work/records" --time 0.1 >"$work/json"
cmp "$work/json" "$work/records" || fail "json and record differ"
python3 - "$work/json" <<'PY' || fail "the record is not what it should be"
import json, sys
r = json.loads(open(sys.argv[1]).read())
assert r["schema"] == "weakmem.run/1" and r["test"] == "SB" and r["family"] == "classic" and r["status"] == "done"
assert sum(s["count"] for s in r["histogram"]) == r["iterations"] > 0
assert sum(s["count"] for s in r["histogram"] if s["witness"]) == r["witnesses"]
assert 0 < r["seconds"] < 30 and len(r["digest"]) == 64 and r["placement"]["pus"] and r["machine"]["pus"] > 0
PY

# --resume does not run again what is there; another test is run and appended.
weakmem run SB MP -o "$work/records" --resume --time 0.1 >"$work/text"
grep -q '1 of 2 runs were done before' "$work/err" || fail "resume: $(cat "$work/err")"
[[ $(wc -l <"$work/records") == 2 ]] || fail "resume did not append one record"
grep -q '^SB  ' "$work/text" || fail "the table lacks what was done before"
# A short run does not pass for a longer one: it goes on for the rest, and the table tells of both together.
weakmem run SB MP -o "$work/short" --iterations 10k >/dev/null
weakmem run SB MP -o "$work/short" --resume --iterations 50k >"$work/text"
grep -q '0 of 2 runs were done before; 2 for less' "$work/err" || fail "it does not say what goes on: $(cat "$work/err")"
weakmem run SB MP -o "$work/short" --resume --iterations 50k >"$work/again"
grep -q '2 of 2 runs were done before' "$work/err" && [[ $(wc -l <"$work/short") == 4 ]] || fail "10k and 40k: $(cat "$work/err")"
[[ $(sed -n '/^test /,$p' "$work/text") == "$(sed -n '/^test /,$p' "$work/again")" ]] || fail "the table is of the last run alone"
python3 - "$work/short" <<'PY' || fail "it did not go on where it was"
import json, sys
for name in ["SB", "MP"]:
    counts = [r["iterations"] for r in map(json.loads, open(sys.argv[1])) if r["test"] == name]
    assert len(counts) == 2 and 36000 < counts[1] < 49000, counts
PY
weakmem run SB -o "$work/short" --resume --until-witness --time 20 >/dev/null
grep -q '1 of 1 runs were done before' "$work/err" || fail "its witness was seen before: $(cat "$work/err")"
weakmem run SB -o "$work/records" --resume --fence fence-seq_cst --time 0.1 >/dev/null
[[ $(wc -l <"$work/records") == 3 ]] || fail "another fence is another run"

# Columns, and litmus7's log (mcompare7 reads it, where it is installed).
weakmem run SB --format tsv --time 0.1 | awk -F'\t' 'NF != 13 { bad = 1 } END { exit bad || NR < 2 }' || fail "tsv columns"
weakmem run SB CoRR --format litmus7 --time 0.1 >"$work/log"
grep -q '^Test SB Allowed$' "$work/log" && grep -Eq '^[0-9]+ *[*:]>0:r0=[01]; 1:r0=[01];$' "$work/log" &&
  grep -Eq '^Observation SB (Sometimes|Never|Always) [0-9]+ [0-9]+$' "$work/log" || fail "litmus7 log: $(cat "$work/log")"
if command -v mcompare7 >/dev/null; then
  mcompare7 "$work/log" "$work/log" >"$work/compared" 2>&1 || fail "mcompare7: $(cat "$work/compared")"
  grep -q '^SB ' "$work/compared" && grep -q '^CoRR' "$work/compared" || fail "mcompare7 did not see the tests"
fi

# The options that choose what is run.
weakmem run SB --engine lockstep --actors processes --time 0.1 | grep '^  lockstep, 2 processes' >/dev/null || fail "actors"
weakmem run SB --placement same-pu --time 0.1 | grep ' on same-pu: ' >/dev/null || fail "placement"
weakmem run SB --pus 0 --time 0.1 | grep 'PU 0,0' >/dev/null || fail "pus"
weakmem run SB --fence all --time 0.02 -q >"$work/text"
for fence in none compiler fence-acquire fence-seq_cst; do
  grep -q "^SB  *$fence " "$work/text" || fail "--fence all lacks $fence"
done
weakmem run SB --placement all --time 0.02 -q | grep 'same-pu' >/dev/null || fail "--placement all"
weakmem run SB --iterations 1000 --format json >"$work/json" || fail "--iterations"
weakmem run SB --until-witness --time 20 --format json >"$work/json"
grep -q '"witnesses":[1-9]' "$work/json" || fail "no witness of SB: $(cat "$work/json")"
a=$(weakmem run SB --seed 7 --time 0.05 --format json | grep -o '"seed":[0-9]*')
[[ $a == '"seed":7' ]] || fail "seed: $a"
printf 'SB\n# a comment\nMP\n' >"$work/list"
weakmem run "@$work/list" --time 0.02 -q | grep '^MP' >/dev/null || fail "@LIST"
printf 'C tiny\n{}\nP0 (atomic_int* x) { atomic_store_explicit(x, 1, memory_order_relaxed); }\nexists ([x]=1)\n' |
  weakmem run - --time 0.02 | grep '^  Always ' >/dev/null || fail "standard input"

# `all` is every test that this CPU can run, and a budget is for all of them; a terminal is told how long it takes still.
weakmem list all --format tsv | cmp -s - <(weakmem list --format tsv) || fail "list all"
status=0
weakmem run all --budget 1.5 -q >"$work/text" || status=$?
[[ $status == 3 ]] && grep -Eq '^weakmem: the budget is used up with [0-9]+ of [0-9]+ runs done$' "$work/err" || fail "budget: $status, $(cat "$work/err")"
weakmem run SB MP --budget 60 --time 0.05 -o "$work/budget" >/dev/null || fail "a budget that suffices"
python3 - "$work/budget" <<'PY' || fail "a budget gives a test more than its time"
import json, sys
assert all(json.loads(line)["seconds"] < 5 for line in open(sys.argv[1]))
PY
weakmem run SB MP --budget 60 --time 0.05 -o "$work/budget" --resume >/dev/null
[[ $(wc -l <"$work/budget") == 2 ]] || fail "what had its time was run again"
SHELL=/bin/sh script -qec "'$WEAKMEM' run SB MP LB --budget 1min --time 0.7 --no-keep" /dev/null >"$work/terminal" 2>/dev/null || skip_terminal=yes
[[ ${skip_terminal:-} ]] || grep -Eq '\[2/3\] MP, [0-9]+ (s|min) left' "$work/terminal" || fail "no time left: $(cat -v "$work/terminal")"

# Where a placement leaves a core alone, tests are compiled there meanwhile, and the record says so.
if (($(nproc) >= 2 && $(nproc) <= 4)) && [[ $("$WEAKMEM" topo --format json | grep -o '"cores": *[0-9]*' | grep -o '[0-9]*$') == "$(nproc)" ]]; then
  weakmem run SB MP LB R S 2+2W CoRR --pus 0 --time 0.05 --cflags -O1 --format json >"$work/json"
  head -1 "$work/json" | grep '"compiling":[1-3],' >/dev/null || fail "nothing is compiled beside: $(cat "$work/json")"
  weakmem run MP SB LB R S 2+2W CoRR --time 0.05 --cflags "-O1 -g" --format json >"$work/json"
  (($(nproc) > 2)) || ! grep -q '"compiling"' "$work/json" || fail "compiled on the PUs that were measured"
fi

# Bad usage and bad tests: 2, something said, nothing run.
usage() {
  local status=0
  "$WEAKMEM" run "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  [[ $status == 2 && -s $work/err && ! -s $work/out ]] || fail "run $*: status $status: $(cat "$work/err" "$work/out")"
}
usage --no-such-option
usage --time 0
usage --time x SB
usage --budget 0 SB
usage --format xml SB
usage --engine fast SB
usage --placement moon SB
usage --fence moon SB
usage --cflags "'" SB
usage --resume SB
usage --pus 0 --placement l3 SB
usage no-such-test
printf 'C broken\n{}\nP0 (int* x) { *x = ; }\n' >"$work/broken.litmus"
usage "$work/broken.litmus" SB
grep -q 'broken.litmus:3:' "$work/err" || fail "no place in $(cat "$work/err")"
mkdir "$work/empty"
usage "$work/empty"

# What the machine cannot do: 3.
machine() {
  local status=0
  "$WEAKMEM" run "$@" >/dev/null 2>"$work/err" || status=$?
  [[ $status == 3 && -s $work/err ]] || fail "run $*: status $status: $(cat "$work/err")"
}
machine SB --cc no-such-compiler
machine SB --pus 8191
machine SB -o /no/such/folder/records
echo PASS
