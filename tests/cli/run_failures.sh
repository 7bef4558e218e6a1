#!/usr/bin/env bash
# What goes wrong with one test is that test's result: the next one runs, and the status is 3.
source "$SOURCE/tests/cli/shared/test.bash"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir "$work/tmp"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data TMPDIR=$work/tmp
status=0

statuses() { sed 's/.*"status":"\([a-z-]*\)".*/\1/' "$1" | tr '\n' ' '; }

# A hang.
cat >"$work/hang.litmus" <<'TEST'
C hang
{}
P0 (atomic_int* x) { while (1) { int r1 = atomic_load_explicit(x, memory_order_relaxed); } }
exists ([x]=1)
TEST
"$WEAKMEM" run "$work/hang.litmus" SB --time 0.1 --timeout 1 --format json >"$work/out" 2>"$work/err" || status=$?
[[ $status == 3 && $(statuses "$work/out") == "timeout done " ]] || fail "hang: $status, $(statuses "$work/out") $(cat "$work/err")"

# A crash: the test's process is killed from outside.
"$WEAKMEM" run SB MP --time 1 --format json >"$work/out" 2>"$work/err" &
run=$!
for _ in $(seq 500); do
  # The compilers are gone once the test's own process, a fork of weakmem, is the only child.
  children=()
  read -ra children 2>/dev/null <"/proc/$run/task/$run/children" || true # no newline ends it
  for child in "${children[@]}"; do
    tasks=("/proc/$child/task/"*)
    if [[ $(readlink "/proc/$child/exe") == "$(readlink "/proc/$run/exe")" && ${#tasks[@]} -ge 3 ]]; then
      kill -SEGV "$child"
      break 2
    fi
  done
  sleep 0.02
done
status=0
wait $run || status=$?
[[ $status == 3 && $(statuses "$work/out") == "crash done " ]] || fail "crash: $status, $(statuses "$work/out") $(cat "$work/err")"
head -1 "$work/out" | grep 'SIGSEGV' >/dev/null || fail "the signal is not named"

# A compiler that fails: its own words, and the status.
status=0
"$WEAKMEM" run SB --time 0.1 --cflags '-include /no/such/header.h' >"$work/out" 2>"$work/err" || status=$?
[[ $status == 3 ]] && grep -q 'not-compiled: .*header.h' "$work/out" || fail "not compiled: $status, $(cat "$work/out")"

# A library that ends the process as it is loaded, with whatever status, is a crash of that test.
printf '#include <unistd.h>\n__attribute__((constructor)) static void ends(void) { _exit(0); }\n' >"$work/ends.h"
printf '#!/bin/sh\nexec cc -include "%s/ends.h" "$@"\n' "$work" >"$work/ending-cc"
chmod 700 "$work/ending-cc"
for engine in lockstep perpetual; do
  status=0
  "$WEAKMEM" run SB --cc "$work/ending-cc" --engine $engine --time 0.1 --format json >"$work/out" 2>"$work/err" || status=$?
  [[ $status == 3 && $(statuses "$work/out") == "crash " ]] || fail "a constructor: $status, $(statuses "$work/out") $(cat "$work/err")"
done

# Without a place for the cache.
as_usual() {
  "$@" "$WEAKMEM" run SB --time 0.05 --format json >"$work/out" 2>"$work/err" || fail "$*: status $?: $(cat "$work/err")"
  [[ $(statuses "$work/out") == "done " ]] || fail "$*: $(cat "$work/out")"
  [[ -z $(ls -A "$work/tmp") ]] || fail "$* left $(ls -A "$work/tmp")"
}
as_usual env -u XDG_CACHE_HOME -u HOME
as_usual env XDG_CACHE_HOME=/proc
mkdir -p "$work/sealed/weakmem"
chmod 500 "$work/sealed" "$work/sealed/weakmem"
as_usual env XDG_CACHE_HOME="$work/sealed"
if [[ $(id -u) == 0 ]] && command -v setpriv >/dev/null; then # root may write all the same; nobody else may
  mkdir -m 755 "$work/theirs"
  chmod 755 "$work"
  chmod 1777 "$work/tmp"
  cp "$WEAKMEM" "$work/weakmem"
  WEAKMEM=$work/weakmem as_usual setpriv --reuid 65534 --regid 65534 --clear-groups env XDG_CACHE_HOME="$work/theirs"
fi

# Output that cannot be written ends the run, and says so.
cannot_write() {
  local status=0
  "$@" 2>"$work/err" || status=$?
  [[ $status == 3 ]] && grep -q 'cannot write' "$work/err" || fail "$*: status $status: $(cat "$work/err")"
}
full() { "$WEAKMEM" run SB MP --time 0.05 >/dev/full; }
closed() { "$WEAKMEM" run SB MP --time 0.05 >&-; }
full_records() { "$WEAKMEM" run SB MP --time 0.05 -o /dev/full >/dev/null; }
cannot_write full
cannot_write closed
cannot_write full_records
# So does a reader that goes: most tests are not run then.
{ "$WEAKMEM" run SB MP LB R S 2+2W --time 0.5 -o "$work/read" 2>/dev/null || true; } | head -1 >/dev/null
[[ $(wc -l <"$work/read") -gt 0 && $(wc -l <"$work/read") -lt 6 ]] || fail "$(wc -l <"$work/read") tests were run for no reader"

# What a compiler leaves running, in its group or in a session of its own, is gone with it. An emulator of user programs
# lets no process adopt orphans, by which it is found.
leaves_nothing() {
  cat >"$work/cc" <<WRAPPER
#!/bin/sh
{ sleep 1000 & echo \$!; setsid sh -c 'echo \$\$; exec sleep 1000' & } >>"$work/left"
exec cc "\$@"
WRAPPER
  chmod +x "$work/cc"
  "$WEAKMEM" run SB --time 0.05 --cc "$work/cc" >/dev/null 2>"$work/err" || fail "wrapper: status $?: $(cat "$work/err")"
  sleep 0.1
  [[ -s $work/left ]] || fail "the wrapper was not called"
  local process
  while read -r process; do
    ! kill -0 "$process" 2>/dev/null || fail "a compiler's process is left: $process"
  done <"$work/left"
}
if "$WEAKMEM" topo --format json | grep '"emulated": true' >/dev/null; then
  echo "SKIP: an emulator lets no process adopt what a compiler leaves running"
else
  leaves_nothing
fi

# Two writers: the second is refused, the first is not disturbed.
"$WEAKMEM" run SB --time 3 -o "$work/records" >/dev/null 2>&1 &
first=$!
for _ in $(seq 200); do
  [[ -e $work/records ]] && break
  sleep 0.02
done
status=0
"$WEAKMEM" run MP --time 0.05 -o "$work/records" >/dev/null 2>"$work/err" || status=$?
[[ $status == 3 ]] && grep -q 'another run' "$work/err" || fail "second writer: status $status: $(cat "$work/err")"
wait $first || fail "the first writer failed"
[[ $(wc -l <"$work/records") == 1 ]] || fail "the first writer's record"
# Memory on a NUMA node: the record says where it was; a node that is not there is bad usage, and nothing runs.
"$WEAKMEM" run SB --where node:4000 -o "$work/node" 2>"$work/err" && fail "a node that is not there was taken"
status=0
"$WEAKMEM" run SB --where node:4000 2>"$work/err" >/dev/null || status=$?
[[ $status == 2 && ! -e $work/node ]] || fail "node 4000: $status"
grep 'no memory for us on NUMA node 4000, but on 0' "$work/err" >/dev/null || fail "node 4000: $(cat "$work/err")"
for word in 0 node: node:x node:-1 node:1x node:99999; do
  status=0
  "$WEAKMEM" run SB --where "$word" >/dev/null 2>"$work/err" || status=$?
  [[ $status == 2 ]] || fail "--where $word: $status"
done
status=0
"$WEAKMEM" run SB --where node:0 --time 0.02 --format json >"$work/out" 2>"$work/err" || status=$?
grep '"where":"node:0","memory":\[0\],' "$work/out" >/dev/null || grep 'cannot put memory on NUMA node 0' "$work/out" >/dev/null ||
  fail "node 0: $status, $(cat "$work/out" "$work/err")"

[[ -z $(ls -A "$work/tmp") ]] || fail "left: $(ls -A "$work/tmp")"
echo PASS
