#!/usr/bin/env bash
# Ctrl-C and SIGTERM: what was done is printed and recorded, the status is 3, and nothing is left.
source "$SOURCE/tests/cli/shared/test.bash"
source "$SOURCE/tests/cli/shared/signals.bash"
mkdir "$work/tmp"
export XDG_DATA_HOME=$work/data

# A process of ours has $work in its arguments, or, where it is a compiler, in its environment.
processes() {
  local process words state
  for process in /proc/[0-9]*; do
    [[ $process != "/proc/$$" ]] || continue
    words=()
    { mapfile -d '' words <"$process/cmdline" && mapfile -d '' -O 100000 words <"$process/environ"; } || continue
    [[ "${words[*]}" == *"$work"* ]] || continue
    read -r _ _ state _ <"$process/stat" && [[ $state == Z ]] || echo "$process"
  done 2>/dev/null
}
nothing_left() {
  for _ in $(seq 100); do # a killed process takes its time on a busy machine
    [[ -n $(processes) ]] || break
    sleep 0.05
  done
  [[ -z $(processes) ]] || fail "$1: processes left: $(processes)"
  [[ -z $(ls -A "$work/tmp") ]] || fail "$1: left in TMPDIR: $(ls -A "$work/tmp")"
  ! ls -d "$work"/cache/weakmem/weakmem-work-* 2>/dev/null || fail "$1: a workspace is left"
  [[ -z $(find /dev/shm -iname '*weakmem*' 2>/dev/null) ]] || fail "$1: shared memory is left"
}

# Starts a run in a session of its own, as under a terminal, and sends the signal to its whole group once it has made so
# many records, and a while later.
interrupt() { # signal records seconds arguments...
  local signal=$1 wanted=$2 delay=$3 what="$1 after $2 records and $3 s"
  shift 3
  : >"$work/records"
  XDG_CACHE_HOME=$work/cache TMPDIR=$work/tmp setsid "$WEAKMEM" run -o "$work/records" "$@" >"$work/out" 2>"$work/err" &
  local run=$! status=0
  for _ in $(seq 1000); do
    [[ $(wc -l <"$work/records") -lt $wanted ]] || break
    sleep 0.05
  done
  until_ready $run || fail "$what: it never handles SIGINT"
  sleep "$delay"
  kill "-$signal" -- "-$run" || fail "$what: it had ended: $(cat "$work/err")"
  wait $run || status=$?
  [[ $status == 3 ]] || fail "$what: status $status: $(cat "$work/err")"
  grep -q 'interrupted with' "$work/err" || fail "$what: it does not say so: $(cat "$work/err")"
  nothing_left "$what"
}

# Early, while the compilers are at work, then in the middle of the second test.
for signal in INT TERM HUP; do
  interrupt $signal 0 0.2 --time 3
  interrupt $signal 1 0.5 --time 1.5 SB MP LB
  head -1 "$work/records" | grep '"status":"done"' >/dev/null || fail "$signal: what was done is not recorded"
  tail -1 "$work/records" | grep '"status":"interrupted"' >/dev/null || fail "$signal: $(tail -1 "$work/records")"
  [[ $(grep -c 'iterations in' "$work/out") -ge 1 ]] || fail "$signal: what was counted is not printed"
done
if [[ $(nproc) -gt 1 ]]; then
  interrupt INT 0 1 --time 30 --instances 2 --placement same-pu SB
fi
interrupt INT 1 1 --time 2 --actors processes SB MP
tail -1 "$work/records" | grep '"status":"interrupted"' >/dev/null || fail "processes: not recorded as interrupted"
[[ $(tail -1 "$work/records" | grep -o '"iterations":[0-9]*') != '"iterations":0' ]] || fail "what was counted is lost"

# Tests run while others are not yet compiled, and what is done is recorded and kept at once.
XDG_DATA_HOME=$work/data-cold XDG_CACHE_HOME=$work/cache-cold TMPDIR=$work/tmp setsid \
  "$WEAKMEM" run all --time 0.01 -o "$work/cold" >"$work/out" 2>"$work/err" &
run=$!
for _ in $(seq 1000); do
  [[ ! -s $work/cold || ! -s $work/data-cold/weakmem/records.jsonl ]] || break
  sleep 0.02
done
kill -KILL $run || fail "it ended before anything was recorded and kept: $(cat "$work/err")"
wait $run || true
[[ -s $work/cold && -s $work/data-cold/weakmem/records.jsonl ]] || fail "nothing is recorded while tests are compiled"
compiled=$(find "$work/cache-cold" -name '*.so' | wc -l)
((compiled < 100)) || fail "$compiled tests were compiled before the first was run"
rm -rf "$work/cache-cold"

# A second signal ends it at once, and still leaves no process.
XDG_CACHE_HOME=$work/cache TMPDIR=$work/tmp setsid "$WEAKMEM" run -o "$work/other" SB --time 30 >/dev/null 2>&1 &
run=$!
until_ready $run || fail "it never handles SIGINT"
sleep 1
kill -INT $run
sleep 0.01
kill -STOP $run || true # it is held up, so that the second one still finds it
sleep 0.3               # after what passes for the first one's echo
kill -INT $run || true
kill -CONT $run || true
wait $run || true
nothing_left "two signals"
echo PASS
