#!/usr/bin/env bash
# kill -9 at random moments of a campaign, then --resume, again and again: no record is lost or changed, none is made
# twice, and nothing is left running or on disk.
# usage: kill9.sh BINARY [MOMENTS [TEST...]]     (default 50, eight classic tests; each with every fence)
set -euo pipefail
WEAKMEM=${1:?usage: kill9.sh BINARY [MOMENTS [TEST...]]} moments=${2:-50}
tests=("${@:3}")
[[ ${#tests[@]} -gt 0 ]] || tests=(SB MP LB R S CoRR CoRW CoWR)
fail() { echo "FAIL: $*" >&2; exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/tmp"
export XDG_CACHE_HOME=$dir/cache XDG_DATA_HOME=$dir/data TMPDIR=$dir/tmp
records=$dir/records
campaign=("${tests[@]}" --fence all)

# Processes that have the folder in their arguments.
processes() {
  local process words
  for process in /proc/[0-9]*; do
    mapfile -d '' words <"$process/cmdline" || continue
    [[ "${words[*]}" != *"$dir"* ]] || echo "$process"
  done 2>/dev/null
}

# Compiled once, so that most kills come while tests run; the first moments of all see the compilers killed.
killed=0
for delay in 0.05 0.2 0.4; do
  setsid "$WEAKMEM" run "${campaign[@]}" --time 0.001 -o "$dir/warm" >/dev/null 2>&1 &
  run=$!
  sleep "$delay"
  if kill -KILL $run 2>/dev/null; then killed=$((killed + 1)); fi
  wait $run 2>/dev/null || true
done
"$WEAKMEM" run "${campaign[@]}" --time 0.001 -o "$dir/warm" --resume >/dev/null 2>"$dir/err" || fail "$(cat "$dir/err")"
expected=$(grep -c '"status":"done"' "$dir/warm")

# As long in all as the moments last, about.
time=$(awk "BEGIN { print $moments * 0.6 / $expected }")
touch "$records"
for ((moment = 0; moment < moments; moment++)); do
  cp "$records" "$dir/before"
  setsid "$WEAKMEM" run "${campaign[@]}" --time "$time" -o "$records" --resume >/dev/null 2>"$dir/err" &
  run=$!
  sleep "$((RANDOM % 2)).$(printf '%03d' $((RANDOM % 1000)))"
  if kill -KILL $run 2>/dev/null; then killed=$((killed + 1)); fi
  wait $run 2>/dev/null || true
  cmp -n "$(stat -c %s "$dir/before")" "$dir/before" "$records" || fail "moment $moment: a record was lost or changed"
done
reached=$(wc -l <"$records") status=0
"$WEAKMEM" run "${campaign[@]}" --time 0.001 -o "$records" --resume >/dev/null 2>"$dir/err" || status=$?
((status == 0)) || fail "the last run: status $status: $(cat "$dir/err")"
broken=$(grep -vc '^{.*}$' "$records" || true)
made=$(grep -c '"status":"done"' "$records")
((made == expected)) || fail "$made records of $expected runs"
((killed > 0)) || fail "nothing was killed"
for ((i = 0; i < 100; i++)); do # what a kill leaves dies with its parent
  [[ -n $(processes) ]] || break
  sleep 0.05
done
[[ -z $(processes) ]] || fail "left: $(processes)"
"$WEAKMEM" run SB --time 0.05 --cflags "-O2 -DCLEAN" >/dev/null 2>&1 # a run that compiles takes away what kills left
! ls -d "$dir"/cache/weakmem/weakmem-work-* 2>/dev/null || fail "a workspace is left"
[[ -z $(ls -A "$dir/tmp") ]] || fail "left in TMPDIR: $(ls -A "$dir/tmp")"
echo "killed $killed times, with $reached of $expected records then; $broken lines cut short, none lost, none twice"
