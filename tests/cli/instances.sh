#!/usr/bin/env bash
# run --instances: many of a test at once, each on cores of its own and in a process of its own, and one record.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data
run() { "$WEAKMEM" run --no-keep -q "$@"; }

# auto says how many there are, and each has as many of the PUs.
ends 0 run -t 0.05 --instances auto --format json SB
[[ $(<"$work/out") =~ \"pus\":\[([0-9,]*)\]\},\"instances\":([0-9]+), ]] || fail "not said: $(<"$work/out")"
IFS=, read -ra pus <<<"${BASH_REMATCH[1]}"
[[ ${#pus[@]} == $((2 * BASH_REMATCH[2])) ]] || fail "${BASH_REMATCH[2]} instances on ${pus[*]}"
ends 0 run -t 0.05 --instances 1 SB
grep -q '1 instance of 2 threads on ' "$work/out" || fail "not said: $(<"$work/out")"

# More than there is room for are an error with the reason, and nothing is run.
ends 2 run -t 0.05 --instances 60000 SB
grep -q '^weakmem: error: 60000 instances of SB are too many: .* has room for [0-9]* on ' "$work/err" || fail "$(<"$work/err")"
[[ ! -s $work/out ]] || fail "something was run: $(<"$work/out")"
for wrong in "--instances 0" "--instances x" "--instances 2x" "--instances 99999999" "--instances auto --pus 0"; do
  # shellcheck disable=SC2086 # words
  ends 2 run $wrong SB
done

two=(--instances 2 --placement same-pu)
run -t 0.05 "${two[@]}" SB >/dev/null 2>&1 || skip "two instances need two cores"

# Each runs its part of the iterations, and both count in one histogram.
for actors in threads processes; do
  ends 0 run --iterations 10000 --engine lockstep --actors $actors "${two[@]}" --format json SB
  [[ $(<"$work/out") == *'"instances":2,'*'"iterations":10000,'* ]] || fail "$actors: $(<"$work/out")"
  [[ $(grep -o '"count":[0-9]*' "$work/out" | awk -F: '{ sum += $2 } END { print sum }') == 10000 ]] || fail "$actors: $(<"$work/out")"
done
# A witness of one ends both.
sed 's|exists.*|exists (0:r0=1 /\\ 1:r0=0)|' "$SOURCE/litmus/classic/SB.litmus" >"$work/one.litmus"
ends 0 timeout 100 "$WEAKMEM" run --no-keep -q --until-witness -t 1000 "${two[@]}" "$work/one.litmus"

# What one does to its process ends all: a crash, an early exit, a hang.
head='#include <sched.h>
#include <stdlib.h>
#include <weakmem.h>
WM_SHARED { int x; };
WM_RESULTS(r)
WM_THREAD(one) { result->r = shared->x; }
'
last=$(run --iterations 10 "${two[@]}" --format json SB | grep -o '"pus":\[[0-9,]*' | grep -o '[0-9]*$')
for end in 'abort()' 'exit(0)' 'for (;;) { __asm__ volatile(""); }'; do
  printf '%sWM_THREAD(two) { if (sched_getcpu() == %s) %s; }\n' "$head" "$last" "$end" >"$work/ends.c"
  ends 3 run -t 0.2 --timeout 2 "${two[@]}" "$work/ends.c"
  grep -qE '^ +(crash: crashed: |crash: .*ended with status 0|timeout: killed: )' "$work/out" || fail "$end: $(<"$work/out") $(<"$work/err")"
done

# Killed, none of its processes is left.
TAG=$work "$WEAKMEM" run --no-keep -q -t 30 "${two[@]}" SB >/dev/null 2>&1 &
process=$!
of_ours() { grep -lzx "TAG=$work" /proc/[0-9]*/environ 2>/dev/null | wc -l; }
until [[ $(of_ours) -ge 4 ]]; do
  kill -0 $process || fail "it ended by itself"
  sleep 0.05
done
kill -9 $process
for _ in $(seq 200); do
  [[ $(of_ours) != 0 ]] || break
  sleep 0.05
done
[[ $(of_ours) == 0 ]] || fail "processes are left"
