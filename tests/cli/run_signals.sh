# Ctrl-C and SIGTERM: what was done is printed and recorded, the status is 3, and nothing is left.
set -euo pipefail
fail() { echo "FAIL: $*" >&2; exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/tmp"

# A process of ours has $dir in its arguments, or, where it is a compiler, in its environment.
processes() {
  local process
  for process in /proc/[0-9]*; do
    [[ $process != "/proc/$$" ]] || continue
    if tr '\0' '\n' <"$process/cmdline" 2>/dev/null | grep -q "$dir" ||
      tr '\0' '\n' 2>/dev/null <"$process/environ" | grep -q "^TMPDIR=$dir"; then
      [[ $(awk '/^State/ { print $2 }' "$process/status" 2>/dev/null) == Z ]] || echo "$process"
    fi
  done 2>/dev/null
}
nothing_left() {
  for _ in $(seq 100); do # a killed process takes its time on a busy machine
    [[ -n $(processes) ]] || break
    sleep 0.05
  done
  [[ -z $(processes) ]] || fail "$1: processes left: $(processes)"
  [[ -z $(ls -A "$dir/tmp") ]] || fail "$1: left in TMPDIR: $(ls -A "$dir/tmp")"
  ! ls -d "$dir"/cache/weakmem/weakmem-work-* 2>/dev/null || fail "$1: a workspace is left"
  ! ls /dev/shm | grep -i weakmem || fail "$1: shared memory is left"
}

# Waits until a run has come to its tests: until it has a child that is weakmem itself, not a compiler.
until_testing() { # pid
  local child
  for _ in $(seq 1000); do
    for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
      [[ $(readlink "/proc/$child/exe") != "$(readlink -f "$WEAKMEM")" ]] || return 0
    done
    sleep 0.05
  done
  fail "no test was started: $(cat "$dir/err")"
}

# Starts a run in a session of its own, as under a terminal, and sends the signal to its whole group: after some
# seconds, or a second into the first test ("testing").
interrupt() { # signal seconds|testing arguments...
  local signal=$1 delay=$2
  shift 2
  rm -f "$dir/records"
  XDG_CACHE_HOME=$dir/cache TMPDIR=$dir/tmp setsid "$WEAKMEM" run -o "$dir/records" "$@" >"$dir/out" 2>"$dir/err" &
  local run=$! status=0
  if [[ $delay == testing ]]; then
    until_testing $run
    delay=1
  fi
  sleep "$delay"
  kill "-$signal" -- "-$run" || fail "$signal after $delay s: it had ended: $(cat "$dir/err")"
  wait $run || status=$?
  [[ $status == 3 ]] || fail "$signal after $delay s: status $status: $(cat "$dir/err")"
  grep -q 'interrupted with' "$dir/err" || fail "$signal: it does not say so: $(cat "$dir/err")"
  nothing_left "$signal after $delay s"
}

# Early, while the compilers are at work, then in the middle of tests.
for signal in INT TERM HUP; do
  interrupt $signal 0.2 --time 3
  interrupt $signal testing --time 3 --actors threads SB MP LB R S
  [[ -s $dir/records ]] || fail "$signal: nothing was recorded"
  tail -1 "$dir/records" | grep -q '"status":"\(interrupted\|done\)"' || fail "$signal: $(tail -1 "$dir/records")"
  grep -q 'iterations in' "$dir/out" || fail "$signal: what was counted is not printed"
done
interrupt INT testing --time 30 --actors processes SB MP
grep -q '"status":"interrupted"' "$dir/records" || fail "processes: not recorded as interrupted"
[[ $(tail -1 "$dir/records" | grep -o '"iterations":[0-9]*') != '"iterations":0' ]] || fail "what was counted is lost"

# A second signal ends it at once, and still leaves no process.
XDG_CACHE_HOME=$dir/cache TMPDIR=$dir/tmp setsid "$WEAKMEM" run -o "$dir/other" SB --time 30 >/dev/null 2>&1 &
run=$!
sleep 1
kill -INT $run
kill -INT $run || true
wait $run || true
nothing_left "two signals"
echo PASS
