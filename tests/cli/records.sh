#!/usr/bin/env bash
# records: what is kept is listed by what makes runs the same thing, and dropped by what chooses it.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data
kept=$work/data/weakmem/records.jsonl

# Nothing is kept yet, and nothing is made by looking.
ends 0 "$WEAKMEM" records
grep -q 'nothing is kept' "$work/err" || fail "$(cat "$work/err")"
ends 0 "$WEAKMEM" records --format tsv
[ "$(cut -f1-3 "$work/out")" = "$(printf 'test\tfence\truns')" ] || fail "$(cat "$work/out")"
ends 2 "$WEAKMEM" records SB
[ ! -e "$kept" ] || fail "looking made a file"

# Runs of one thing are one row; another compiler, other flags, another fence are others, though the version is the same.
printf '#!/bin/sh\nexec cc "$@"\n' >"$work/mycc"
chmod +x "$work/mycc"
run() { "$WEAKMEM" run --iterations 1000 --quiet "$@" >/dev/null; }
run SB
run SB --seed 3
run SB MP --cflags -O1
run SB --fence fence-seq_cst
run SB --cc "$work/mycc"
ends 0 "$WEAKMEM" records --format tsv
cut -f1,2,3,9,11 "$work/out" | tail -n +2 | sort >"$work/rows"
printf '%s\t%s\t%s\t%s\t%s\n' MP none 1 cc -O1 SB fence-seq_cst 1 cc -O2 SB none 1 "$work/mycc" -O2 SB none 1 cc -O1 SB none 2 cc -O2 |
  sort | cmp - "$work/rows" || fail "$(cat "$work/rows")"
awk -F'\t' '$1 == "SB" && $3 == 2 && $4 < 1800 { bad = 1 } END { exit bad }' "$work/out" || fail "two runs are no more than one"
ends 0 "$WEAKMEM" records
grep -q "^6 records, kept in $kept\$" "$work/out" || fail "where: $(tail -1 "$work/out")"
ends 0 "$WEAKMEM" records --fence fence-seq_cst classic --format json
[ "$(wc -l <"$work/out")" = 1 ] && grep -q '"runs":1' "$work/out" || fail "a choice: $(cat "$work/out")"

# What an experiment left is dropped, and nothing else.
ends 2 "$WEAKMEM" records --drop
ends 2 "$WEAKMEM" records --drop --all SB
ends 2 "$WEAKMEM" records --drop no-such-test
[ "$(wc -l <"$kept")" = 6 ] || fail "a mistake dropped something"
ends 0 "$WEAKMEM" records --drop --cc "$work/mycc"
grep -q '1 record is dropped' "$work/err" || fail "$(cat "$work/err")"
! grep -q mycc "$kept" || fail "it is still there"
ends 0 "$WEAKMEM" records --drop --cflags -O1 SB
ends 0 "$WEAKMEM" records --format tsv
[ "$(tail -n +2 "$work/out" | cut -f1,2,11 | sort | tr '\t\n' ' ,')" = "MP none -O1,SB fence-seq_cst -O2,SB none -O2," ] || fail "what is left: $(cat "$work/out")"
ends 0 "$WEAKMEM" records --drop --all
[ ! -s "$kept" ] || fail "not all is dropped"
# What was measured lies in a folder of its CPU, is told of in the README, and reads whole.
while read -r file; do
  [[ $file == */*.jsonl && $file != */*/* ]] || fail "results/measured/$file lies in no folder of its CPU"
  grep "^| \`$file\` |" "$SOURCE/results/measured/README.md" >/dev/null || fail "nothing is told of results/measured/$file"
  "$WEAKMEM" compare "$SOURCE/results/measured/$file" >"$work/measured" 2>"$work/err" || fail "$file: $(cat "$work/err")"
  [[ ! -s $work/err && -s $work/measured ]] || fail "$file: $(cat "$work/err")"
done < <(cd "$SOURCE/results/measured" && find . -name '*.jsonl' | sed 's|^\./||')

echo PASS
