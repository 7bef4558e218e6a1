#!/usr/bin/env bash
# The tests that come with weakmem, made by the cross compiler and run under qemu's user emulation: by both engines,
# between threads and between processes. What is seen is the emulator's, so that records and texts say so; it must all
# the same be what the CPU may do.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data

machine=$("$WEAKMEM" topo --format json | tr -d ' \n')
[[ $machine == *'"emulated":true'* ]] || fail "this is for a program that an emulator runs"
arch=${machine#*'"arch":"'}
arch=${arch%%'"'*}
triple=$(cc -dumpmachine)
command -v "$triple-gcc" >/dev/null || fail "no $triple-gcc"

# QEMU (7.2 does so) keeps no order between a store-release and a later load-acquire: it puts a barrier before the one and
# one after the other, and none between. Its runs are held to the model without that line; where they go against the
# whole one weakmem must say so.
sed '/^  | \[L\]; po; \[A\]$/d' "$SOURCE/arch/$arch/model.cat" >"$work/qemu.cat"
[[ $(wc -l <"$work/qemu.cat") == $(($(wc -l <"$SOURCE/arch/$arch/model.cat") - 1)) ]] || fail "the model has changed"
families=(classic atomicity publish dependency)
# 3: of a loop that tries again not everything is looked at, but all that is seen is found allowed.
judge() { # OPTION...
  local status=0
  "$WEAKMEM" predict "$@" --format tsv "${families[@]}" 2>"$work/err" || status=$?
  [[ $status == 0 || $status == 3 ]] || fail "predict $*: status $status: $(cat "$work/err")"
}
judge --cat "$work/qemu.cat" --as "$arch" >"$work/allowed"
judge --model "$arch" >"$work/strict"

# Every count of every record is of a state that the model allows. Prints tests, states, iterations, and the states
# that the whole model forbids.
check() { # RECORDS
  python3 - "$work/allowed" "$work/strict" "$arch" "$@" <<'PYTHON'
import json, sys
def read(path):
    return {row[0]: set(row[3].split(" | ")) for row in (line.rstrip("\n").split("\t") for line in open(path))}
allowed, strict, arch = read(sys.argv[1]), read(sys.argv[2]), sys.argv[3]
records = [json.loads(line) for path in sys.argv[4:] for line in open(path)]
seen, iterations, against = 0, 0, {}
for r in records:
    machine, where = r["machine"], (r["test"], r["engine"], r["actors"])
    assert machine["emulated"] is True and machine["cpu"] == "" and machine["arch"] == arch, where
    assert r["status"] == "done", (where, r)
    assert r["iterations"] == sum(state["count"] for state in r["histogram"]), where
    iterations += r["iterations"]
    for state in r["histogram"]:
        seen += 1
        verdict = state.get("verdict", {}).get(arch)
        if verdict in ("unmodelled", "undefined"):
            continue
        assert state["state"] in allowed[r["test"]], (where, state)
        if state["state"] not in strict[r["test"]]:
            assert verdict == "forbidden", (where, state)
            against[r["test"]] = against.get(r["test"], 0) + state["count"]
print(f"{len(records)} runs of {len({r['test'] for r in records})} tests, {iterations} iterations, {seen} states")
print("against the whole model, by the emulator:", against or "nothing")
PYTHON
}

run() { # RECORDS OPTION...: 1 is the emulator's doing; 3, if the other engine did not confirm it
  local records=$work/$1 status=0
  shift
  "$WEAKMEM" run --cc "$triple-gcc" --quiet -o "$records" "$@" >"$work/out" 2>"$work/err" || status=$?
  [[ $status == 0 || $status == 1 || $status == 3 ]] || fail "run $*: status $status: $(cat "$work/out" "$work/err")"
  [[ $status != 1 ]] || grep -q "the emulator's, or weakmem's" "$work/out" || fail "run $*: blames the CPU"
}
two=(SB SB+fences SB+seq_cst MP MP+fences LB CoRR CoWW R S 2+2W)
run lockstep.jsonl "${families[@]}" --engine lockstep --iterations 2000
run perpetual.jsonl SB SB+fences SB+rel-acq MP MP+rel-acq LB CoRR IRIW --engine perpetual --iterations 20000
run processes.jsonl "${two[@]}" --actors processes --iterations 20000
run perpetual-processes.jsonl SB MP LB --engine perpetual --actors processes --iterations 20000
check "$work"/*.jsonl || fail "what was seen"
for engine in lockstep perpetual; do
  grep -q "\"engine\":\"$engine\"" "$work"/processes.jsonl "$work"/perpetual-processes.jsonl || fail "no $engine"
done

# Threads meet in memory: the emulator's counter is too coarse.
"$WEAKMEM" topo | grep -q 'threads *meet in memory: the counter.s step is too coarse' || echo "the counter is fine enough"

# The words.
"$WEAKMEM" run SB --time 0.05 >"$work/out" 2>/dev/null || true
head -1 "$work/out" | grep -q "^emulated CPU ($arch, .*emulated)" || fail "run: $(head -1 "$work/out")"
sed -n 2p "$work/out" | grep -q "not this CPU's" || fail "run does not say whose doing it is"
"$WEAKMEM" run SB --time 0.05 --format tsv 2>&1 >/dev/null | grep -q 'warning: an emulator runs this' || fail "no warning"
"$WEAKMEM" cost --help >/dev/null
"$WEAKMEM" compare "$work/processes.jsonl" >"$work/out" || fail "compare"
grep -q '^test  *1 emulated' "$work/out" && ! grep -q 'ARM$' "$work/out" || fail "compare: $(head -20 "$work/out")"
"$WEAKMEM" show --part asm --cc "$triple-gcc" MP+fences >"$work/asm"
grep -q 'dmb' "$work/asm" && grep -q 'stlr\|str' "$work/asm" || fail "machine code: $(head "$work/asm")"

# Exported tests, made for the same CPU by the same compiler, say the same of who runs them.
"$WEAKMEM" show --export "$work/there" SB MP increment
make -s -C "$work/there" -j "$(nproc)" run CC="$triple-gcc" RUN="qemu-$arch" ARGS='--iterations 20000' >"$work/out" 2>&1 ||
  fail "exported: $(cat "$work/out")"
"$WEAKMEM" import "$work/there/records.jsonl" -o "$work/imported.jsonl" 2>"$work/err" || fail "import: $(cat "$work/err")"
check "$work/imported.jsonl" || fail "what exported tests have seen"
"$WEAKMEM" compare "$work/imported.jsonl" >"$work/out" && grep -q '^test  *1 emulated' "$work/out" ||
  fail "compare: $(cat "$work/out")"

# A compiler for another CPU is told apart in words.
status=0
"$WEAKMEM" run SB --cc /usr/bin/cc --time 0.05 >"$work/out" 2>&1 || status=$?
[[ $status == 3 ]] && grep -q 'makes code for another CPU' "$work/out" || fail "another compiler: $(cat "$work/out")"
echo PASS
