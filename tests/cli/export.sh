#!/usr/bin/env bash
# show --export: tests become programs that need no weakmem; their records are read by import, judged, and compared.
source "$SOURCE/tests/cli/shared/test.bash"
if "$WEAKMEM" topo --format json | grep '"emulated": true' >/dev/null; then
  skip "what is exported for an emulated CPU does not run by itself; emulated/suite starts it by the emulator"
fi
cd "$work"
strict='-Wall -Wextra -Wpedantic -Werror'

# ---- from here to there and back

cat >hang.litmus <<'L'
C hang
{}
P0 (atomic_int* x) {
  while (atomic_load_explicit(x, memory_order_relaxed) == 0) {
  }
}
P1 (atomic_int* y) {
  atomic_store_explicit(y, 1, memory_order_relaxed);
}
exists ([y]=1)
L
cat >odd.litmus <<'L'
C odd$(name)'é
{ int64_t x = -1; }
P0 (int64_t* x) {
  *x = 5;
}
P1 (int64_t* x) {
  int64_t r0 = *x;
}
exists (1:r0=-1)
L
"$WEAKMEM" show --export there SB MP 2+2W IRIW K-MP+assign+dereference hang.litmus odd.litmus
[ "$(ls there)" = "$(printf 'Makefile\nREADME\ntests\nweakmem')" ] || fail "there: $(ls there)"
odd=$(cd there/tests && echo odd*)
[[ $odd =~ ^odd[_a-z]+\.c$ && $(find there/tests -type f | wc -l) = 7 ]] || fail "tests: $(ls there/tests)"
odd=${odd%.c}
make -s -C there -j2 WARN="$strict" >/dev/null
ends 0 make -s -C there WARN="$strict" run PROGRAMS='build/SB build/MP build/2+2W build/IRIW' ARGS='--time 0.15'
[ ! -s out ] || fail "make run prints $(cat out)"
[ "$(wc -l <there/records.jsonl)" = 4 ] || fail "not four records"

# Addresses have their locations' names there too.
ends 0 there/build/K-MP+assign+dereference --time 0.1
grep -q '"state":"1:r0=[xz]; 1:r1=[01];"' out || fail "no address: $(cat out)"

# Standard output is the record and nothing else; it has the fields of a record that weakmem writes.
ends 0 there/build/SB --time 0.2 --seed 7 --pus 0
grep -q 'exists (0:r0=0 /\\ 1:r0=0): ' err || fail "no histogram for people: $(cat err)"
cp out there/one.jsonl
"$WEAKMEM" run SB --time 0.1 --format json --no-keep >here.jsonl
"$WEAKMEM" import there/one.jsonl >one.jsonl
python3 - there/one.jsonl here.jsonl one.jsonl <<'P'
import json, sys
raw, here, judged = (json.loads(open(name).read()) for name in sys.argv[1:])
optional = {"frames", "lost", "filtered", "message", "litmus", "verdict", "memory"} # of memory: without hwloc nobody says
for record in (raw, judged):
    assert set(record) ^ set(here) <= optional, set(record) ^ set(here)
    for part in ("machine", "compiler", "placement"):
        assert set(record[part]) == set(here[part]), part
for same in ("test", "family", "file", "digest", "condition", "machine", "actors", "fence", "engine"):
    assert raw[same] == here[same], (same, raw[same], here[same])
assert raw["seed"] == 7 and raw["placement"]["pus"] == [0, 0]
assert raw["iterations"] == sum(row["count"] for row in raw["histogram"]) > 0
assert judged["verdict"] == here["verdict"] and "verdict" not in raw
assert judged["machine"] == raw["machine"] and judged["started"] == raw["started"]
verdicts = {row["state"]: (row["weak"], row["verdict"], row["witness"]) for row in here["histogram"]}
for row in judged["histogram"]:
    if row["state"] in verdicts:
        assert (row["weak"], row["verdict"], row["witness"]) == verdicts[row["state"]], row
P
"$WEAKMEM" import there/records.jsonl there/one.jsonl -o mine.jsonl
"$WEAKMEM" compare --all mine.jsonl >table
for test in SB MP 2+2W IRIW; do
  grep -q "^$test .*%.* [af]$" table || fail "compare does not show $test: $(cat table)"
done
! grep -q "another program" table || fail "an export is said to be other people's: $(cat table)"

# Records are not appended to the file that they are read from; blanks do not hide one; machines keep to themselves.
cp one.jsonl self.jsonl
ends 2 "$WEAKMEM" import self.jsonl -o self.jsonl
cmp one.jsonl self.jsonl || fail "a record is there twice"
sed 's/^{/{ /' one.jsonl >blank.jsonl
"$WEAKMEM" import blank.jsonl | cmp - one.jsonl || fail "a record behind a blank"
echo '{"schema":"weakmem.run/1","test":"SB","status":"done","machine":{},"iterations":4,"witnesses":1}' >nameless.jsonl
"$WEAKMEM" import <(cat one.jsonl nameless.jsonl) | tail -n 1 | grep '"arch":""' >/dev/null || fail "a machine gets another's name"

# What was not seen is told as the bound that it would prove.
ends 0 there/build/SB --iterations 4000 --pus 0 --seed 1
grep -qE ': 0 of [0-9]+: under [0-9.e-]+ at 95 %' err || fail "no bound: $(cat err)"

# A test that weakmem does not have is judged by the text that its record holds.
ends 0 "there/build/$odd" --iterations 100000 -q
[ ! -s err ] || fail "not quiet: $(cat err)"
"$WEAKMEM" import - <out | grep '"state":"1:r0=-1;".*"weak":false,"verdict":{' >/dev/null || fail "not judged: $(cat out)"

# ---- what goes wrong there

ends 3 there/build/hang --time 0.1 --timeout 0.5
grep -q '"status":"timeout"' out || fail "a test that hangs: $(cat out)"
"$WEAKMEM" import - <out >/dev/null
there/build/SB --time 20 >out 2>err &
pid=$!
sleep 0.5
child=$(cat /proc/$pid/task/$pid/children)
kill -SEGV "${child%% *}"
rc=0; wait $pid || rc=$?
[ $rc = 3 ] && grep -q '"status":"crash"' out || fail "a crash: $rc $(cat out)"
there/build/MP --time 20 >out 2>err &
pid=$!
sleep 0.5
child=$(cat /proc/$pid/task/$pid/children)
kill -TERM $pid
rc=0; wait $pid || rc=$?
[ $rc = 143 ] && grep -q '"status":"interrupted"' out || fail "interrupted: $rc $(cat out)"
[ ! -e /proc/"${child%% *}" ] || fail "a process is left"
# timeout(1) signals the whole group: then the test's own process has not crashed.
ends 124 timeout 0.5 there/build/MP --time 20
grep -q '"status":"interrupted"' out || fail "timeout: $(cat out)"
for options in '--time x' '--time 0' '--pus 1-0' '--pus 99999' '--seed -1' '--iterations 0' 'more' '--nonsense'; do
  read -ra words <<<"$options"
  ends 2 there/build/SB "${words[@]}"
  [ -s err ] && [ ! -s out ] || fail "SB $options: $(cat out err)"
done
ends 3 sh -c 'there/build/SB --time 0.05 >/dev/full'
ends 0 there/build/SB --help
if command -v taskset >/dev/null; then # more threads than PUs
  ends 0 taskset -c "$(taskset -cp $$ | sed 's/.*[: ]//; s/[-,].*//')" there/build/IRIW --time 0.1
  grep -q '"name":"shared-pus"' out || fail "shared PUs: $(cat out)"
fi

# ---- what is not written over

"$WEAKMEM" show --export there SB # its own
[ -x there/build/SB ] && [ -f there/records.jsonl ] || fail "more was touched than the export's own files"
echo mine >there/Makefile
ends 2 "$WEAKMEM" show --export there MP
grep -q 'there/Makefile is there already' err || fail "$(cat err)"
[ "$(cat there/Makefile)" = mine ] || fail "it was written over"
rm there/Makefile
ln -s "$work/here.jsonl" there/Makefile
ends 2 "$WEAKMEM" show --export there MP
[ -L there/Makefile ] || fail "a link was written over"
ends 2 "$WEAKMEM" show --export here.jsonl MP
ends 2 "$WEAKMEM" show --export new NO-SUCH-TEST
ends 2 "$WEAKMEM" show --export new SB --fence no-such-fence
ends 2 "$WEAKMEM" show --export new increment --engine perpetual # lockstep is not what was asked for
ends 2 "$WEAKMEM" show --export new SB --cflags "-D'X"
[ ! -e new ] && [ -z "$(find there -name '.export*')" ] || fail "something is left of what failed"
"$WEAKMEM" show --export deep/er/new SB
[ -f deep/er/new/tests/SB.c ] || fail "no folders within folders"

# A killed export's stage goes with the next one; what is someone's own, or of an export under way, stays.
mkdir -p left/.export-abcdef/tests left/.export-ghijkl left/.export-mnopqr
cp deep/er/new/tests/SB.c left/.export-abcdef/tests/
: >left/.export-abcdef/README
echo mine >left/.export-ghijkl/notes
flock left/.export-mnopqr "$WEAKMEM" show --export left SB
[ "$(cd left && echo .export-*)" = '.export-ghijkl .export-mnopqr' ] || fail "left: $(ls -A left)"

# Whatever tests are called, what is made of one is not in the way of another, nor of the Makefile's own.
names='flags harness-run-tune SB SB.o test-SB .made objects'
for name in $names; do
  sed "s/^C hang/C $name/" hang.litmus >"named-$name.litmus"
done
"$WEAKMEM" show --export named named-*.litmus
make -C named -j2 OPT=-O0 >out 2>err || fail "names: $(cat err)"
[ ! -s err ] || fail "names: $(cat err)"
! grep -q '^cc\|gnu11' out || fail "make is not quiet: $(cat out)"
[ "$(find named/build -maxdepth 1 -type f | wc -l)" = 7 ] || fail "names: $(ls named/build)"
for name in flags harness-run-tune SB SB.o test-SB; do
  named/build/$name --help | grep "test $name as" >/dev/null || fail "names: $name is another"
done
make -C named OPT=-O1 V=1 PROGRAMS= build/SB | grep gnu11 >/dev/null || fail "V=1 shows no command"

# ---- other compilers, other CPUs

# build NAME COMPILER OPTIONS...: SB and a lockstep test, once more.
build() {
  local name=$1 cc=$2
  shift 2
  command -v "${cc%% *}" >/dev/null || { echo "$name: not here"; return 1; }
  "$WEAKMEM" show --export "$name" --engine lockstep SB
  make -s -C "$name" -j2 CC="$cc" OPT=-O0 WARN="$strict" "$@" >log 2>&1 || fail "$name: $(cat log)"
}
sanitize='-fsanitize=address,undefined -fno-sanitize-recover=all'
# shellcheck disable=SC2086 # they are two words
can_sanitize() { echo 'int main(void){}' | "$1" $sanitize -x c -o probe - 2>/dev/null; }
# sanitized COMPILER: what it made runs and finds nothing wrong.
sanitized() {
  build "sanitize-$1" "$1 $sanitize" || return 0
  ends 0 "sanitize-$1/build/SB" --time 0.1
  ! grep -q 'Sanitizer\|runtime error' err || fail "$(cat err)"
}
if can_sanitize clang; then
  sanitized clang
  grep -q '"version":"clang ' out || fail "clang: $(cat out)"
else
  build clang clang || true
  ! can_sanitize cc || sanitized cc
fi
foreign() {
  build "$1" "$1-linux-gnu-gcc" LDFLAGS=-static || return 0
  command -v "qemu-$2" >/dev/null || { echo "qemu-$2: not here"; return 0; }
  ends 0 make -s -C "$1" run CC="$1-linux-gnu-gcc" OPT=-O0 WARN="$strict" LDFLAGS=-static RUN="qemu-$2" \
    ARGS='--time 0.1 --timeout 30'
  "$WEAKMEM" import "$1/records.jsonl" >out 2>err
  python3 - "$3" out <<'P' || fail "$1: $(cat out)"
import json, sys
record = json.loads(open(sys.argv[2]).read())
assert record["machine"]["arch"] == sys.argv[1] and record["machine"]["emulated"] and not record["machine"]["cpu"]
assert record["status"] == "done" and record["iterations"] > 0
assert all("weak" in row and "verdict" in row for row in record["histogram"])
P
  "$WEAKMEM" compare --all "$1/records.jsonl" | grep "emulated CPU ($3" >/dev/null || fail "$1: not said to be emulated"
}
foreign aarch64 aarch64 aarch64

# A fence of one CPU: elsewhere the compiler says whose it is.
"$WEAKMEM" show --export fenced SB --fence dmb-ish
case $(uname -m) in
aarch64) other=mfence ;;
*) other=dmb-ish ;;
esac
"$WEAKMEM" show --export fenced SB --fence $other
ends 2 make -s -C fenced build/SB
grep -q "this test has the fence $other, which only " err || fail "$(cat err)"
echo PASS
