#!/usr/bin/env bash
# kill -9 at random moments of a suite, then --resume: no record is lost, and every line but one cut short is whole.
# usage: kill9.sh BINARY [MOMENTS]     (default 50)
set -euo pipefail
WEAKMEM=${1:?usage: kill9.sh BINARY [MOMENTS]} moments=${2:-50}
fail() { echo "FAIL: $*" >&2; exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/tmp"
export XDG_CACHE_HOME=$dir/cache TMPDIR=$dir/tmp
records=$dir/records
tests=(SB MP LB R S 2+2W CoRR CoRW WRC RWC)
touch "$records"

whole() { grep -c '^{.*}$' "$records" || true; }

# Processes that have the folder in their arguments.
processes() {
  local process
  for process in /proc/[0-9]*; do
    [[ $(tr '\0' ' ' 2>/dev/null <"$process/cmdline") != *"$dir"* ]] || echo "$process"
  done 2>/dev/null
}

lost=0 killed=0 known=0
for ((moment = 0; moment < moments; moment++)); do
  # Every five moments another flag, which changes nothing, makes all the runs new ones, in the same file.
  setsid "$WEAKMEM" run "${tests[@]}" --time 0.1 -o "$records" --resume --cflags "-O2 -DROUND=$((moment / 5))" \
    >/dev/null 2>"$dir/err" &
  run=$!
  sleep "$((RANDOM % 2)).$(printf '%03d' $((RANDOM % 1000)))"
  if kill -KILL $run 2>/dev/null; then killed=$((killed + 1)); fi
  wait $run 2>/dev/null || true
  now=$(whole)
  if ((now < known)); then lost=$((lost + known - now)); fi
  known=$now
done
status=0
"$WEAKMEM" run "${tests[@]}" --time 0.1 -o "$records" --resume >/dev/null 2>"$dir/err" || status=$?
((status == 0)) || fail "the last run: status $status: $(cat "$dir/err")"
((lost == 0)) || fail "$lost records lost"
broken=$(grep -vc '^{.*}$' "$records" || true)
for ((i = 0; i < 100; i++)); do # what a kill leaves dies with its parent
  [[ -n $(processes) ]] || break
  sleep 0.05
done
[[ -z $(processes) ]] || fail "left: $(processes)"
"$WEAKMEM" run SB --time 0.05 --cflags "-O2 -DCLEAN" >/dev/null 2>&1 # the next run that compiles takes away what kills left
! ls -d "$dir"/cache/weakmem/weakmem-work-* 2>/dev/null || fail "a workspace is left"
[[ -z $(ls -A "$dir/tmp") ]] || fail "left in TMPDIR: $(ls -A "$dir/tmp")"
((killed > 0)) || fail "nothing was killed"
echo "killed at $killed of $moments moments: $(whole) records, $broken lines cut short, 0 lost"
