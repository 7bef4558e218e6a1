#!/usr/bin/env bash
# run --mutants says what a "never" is worth: what the nearest tests show that the model allows.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data

# The mutants of a test with fences that hold are its threads without them; each is in the record, and under the histogram.
"$WEAKMEM" gen FenceScdWR Fre FenceScdWR Fre >"$work/SB.litmus"
ends 0 "$WEAKMEM" run --no-keep -q -t 0.05 --mutants -o "$work/here.jsonl" "$work/SB.litmus"
grep -qE 'these settings show (none|[0-9]+) of 4 mutants' "$work/out" || fail "no score: $(cat "$work/out")"
[[ $(grep -cE '^ +[0-9.kMG]+ of [0-9.kMG]+: P[01] ' "$work/out") == 4 ]] || fail "not four mutants: $(cat "$work/out")"
for what in 'P0 without its fence in line 7' 'P1 without its fence in line 13'; do
  grep -qF "\"what\":\"$what\"" "$work/here.jsonl" || fail "not in the record: $what: $(cat "$work/here.jsonl")"
done

# It runs by the settings that showed them, however many tries that takes on a busy machine.
tries=0
until grep -q '"given":[1-4]' "$work/here.jsonl" || ((++tries > 20 || $(nproc) < 2)); do
  ends 0 "$WEAKMEM" run --no-keep -q -t 0.05 --mutants -o "$work/here.jsonl" "$work/SB.litmus"
done
((tries <= 20)) || fail "no settings of mutants: $(cat "$work/here.jsonl")"

# Of a suite the summary has the score by engine. A condition that was met has no mutants, nor does a run without the option.
ends 0 "$WEAKMEM" run --no-keep -t 0.02 --mutants --engine lockstep MP+fences "$work/SB.litmus"
grep -qE 'mutants that the model allows: lockstep shows [0-9]+ of [0-9]+(:|$)' "$work/out" || fail "no score: $(cat "$work/out")"
ends 0 "$WEAKMEM" run --no-keep -t 0.02 --format json "$work/SB.litmus"
! grep -q mutants "$work/out" || fail "mutants that nobody asked for"

# compare has each machine's score, by shape too, in every format.
ends 0 "$WEAKMEM" compare --alone --quiet "$work/here.jsonl"
grep -qE '^ +mutants: [a-z]+ shows [0-4] of 4' "$work/out" || fail "no score: $(cat "$work/out")"
grep -qE '^ +SB +[0-4] of 4$' "$work/out" || fail "no score by shape: $(cat "$work/out")"
ends 0 "$WEAKMEM" compare --alone --quiet --format json "$work/here.jsonl"
grep -qE '"mutants":\[\{"engine":"[a-z]+","shape":"SB","mutants":4,"shown":[0-4]\}\]' "$work/out" || fail "no score: $(cat "$work/out")"

# --confidence sets the time by them.
ends 0 "$WEAKMEM" run --no-keep -q --confidence 99 -t 1 "$work/SB.litmus"
grep -qE 'of 4 mutants' "$work/out" || fail "no mutants: $(cat "$work/out")"
for wrong in "--confidence 100" "--confidence 49" "--confidence x" "--confidence 9.9.9" "--confidence 99 --iterations 10" "--mutants --until-witness"; do
  # shellcheck disable=SC2086 # words
  ends 2 "$WEAKMEM" run $wrong SB
done
