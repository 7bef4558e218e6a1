#!/usr/bin/env bash
# --format junit: run, predict and check write what a strict reader of XML takes, and what the exit status says; the
# README's jobs fail where a compiler leaves out an order.
source "$SOURCE/tests/cli/shared/test.bash"
command -v gcc >/dev/null || skip "there is no gcc"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data

# counts FILE: what a suite says of itself, held against its cases: "tests failures errors skipped".
counts() {
  python3 - "$1" <<'PYTHON'
import sys, xml.etree.ElementTree as xml
suite, = xml.parse(sys.argv[1]).getroot()
cases = suite.findall("testcase")
counts = [len(cases)] + [sum(case.find(kind) is not None for case in cases) for kind in ("failure", "error", "skipped")]
assert counts == [int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")], suite.attrib
print(*counts)
PYTHON
}

ends 0 "$WEAKMEM" run SB MP --iterations 1000 --quiet --no-keep --format junit
[[ $(counts "$work/out") == "2 0 0 0" ]] || fail "$(cat "$work/out")"
ends 3 "$WEAKMEM" run SB --iterations 1000 --quiet --no-keep --cflags=-include/nowhere.h --format junit
[[ $(counts "$work/out") == "1 0 1 0" ]] || fail "$(cat "$work/out")"

ends 0 "$WEAKMEM" predict SB MP --model sc,c11 --format junit
[[ $(counts "$work/out") == "4 0 0 0" ]] || fail "$(cat "$work/out")"
cat >"$work/wrong.litmus" <<'TEST'
C wrong
(* Result: Never *)
{}
P0 (int *x, int *y) { WRITE_ONCE(*x, 1); int r0 = READ_ONCE(*y); }
P1 (int *x, int *y) { WRITE_ONCE(*y, 1); int r0 = READ_ONCE(*x); }
exists (0:r0=0 /\ 1:r0=0)
TEST
ends 1 "$WEAKMEM" predict --check-results "$work/wrong.litmus" K-MP+assign+dereference --format junit
[[ $(counts "$work/out") == "2 1 0 1" ]] || fail "$(cat "$work/out")"
grep -q '<failure message="the test says Never, lkmm says Sometimes">' "$work/out" || fail "$(cat "$work/out")"
printf 'C waits\n{}\nP0 (atomic_int* x) { int r0 = 0; while (r0 == 0) { r0 = atomic_load_explicit(x, memory_order_relaxed); } }\nexists (0:r0=1)\n' >"$work/waits.litmus"
ends 1 "$WEAKMEM" predict "$work/waits.litmus" --model sc --format junit
[[ $(counts "$work/out") == "1 1 0 0" ]] || fail "$(cat "$work/out")"

# The README's own lines: by a good compiler, and by one that leaves out what seq_cst asks for.
mkdir "$work/litmus" "$work/bin"
"$WEAKMEM" show SB+seq_cst --part test >"$work/litmus/SB+seq_cst.litmus"
line=$(grep -m1 -o 'weakmem check litmus/.*--format junit.*' "$SOURCE/README.md") || fail "the README has no job"
line=${line/--target x86_64,aarch64/}
line=${line/gcc,clang/gcc}
ln -s "$WEAKMEM" "$work/bin/weakmem"
cd "$work"
PATH=$work/bin:$PATH ends 0 bash -c "$line"
cat >"$work/bin/gcc" <<CC
#!/bin/sh
exec $(command -v gcc) "\$@" '-D__atomic_store_n(p,v,o)=(*(volatile int *)(p) = (v))'
CC
chmod +x "$work/bin/gcc"
PATH=$work/bin:$PATH ends 1 bash -c "$line"
[[ $(counts check.xml) == "3 3 0 0" ]] || fail "$(cat check.xml)"
grep -q '<failure message="the code allows what C11 forbids: 0:r0=0; 1:r0=0;">SB+seq_cst: broken' check.xml || fail "$(cat check.xml)"
echo PASS
