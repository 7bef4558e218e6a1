#!/usr/bin/env bash
# compare: published figures with their sources, a run kept and shown beside them, the same machine twice, logs imported.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data

# Nothing is kept yet: the published figures stand alone, each with its source, and none is called ours.
"$WEAKMEM" compare --all --format tsv >"$work/published.tsv" 2>"$work/err"
grep -q 'nothing is kept' "$work/err" || fail "$(cat "$work/err")"
rows=$(tail -n +2 "$work/published.tsv" | wc -l)
lines=$(cat "$SOURCE"/results/published/*.jsonl | wc -l)
[ "$rows" = "$lines" ] || fail "$rows of $lines published figures are shown"
awk -F'\t' 'NR > 1 && ($13 == "" || $14 == "") { bad = 1 } END { exit bad || NR < 2 }' "$work/published.tsv" || fail "a figure without its source"
awk -F'\t' '$1 == "SB" && $5 ~ /M1 Max/ && $6 == "allowed" && $9 == 176874 { found = 1 } END { exit !found }' \
  "$work/published.tsv" || fail "the M1's SB"
awk -F'\t' '$4 == "arm" { seen = 1; bad += $6 != "unmodelled" } END { exit bad || !seen }' "$work/published.tsv" || fail "32-bit ARM has no model here"
awk -F'\t' '$1 == "MP+fences" && $4 == "aarch64" { seen = 1; bad += $6 != "forbidden" } END { exit bad || !seen }' "$work/published.tsv" || fail "fences"
"$WEAKMEM" compare --quiet >"$work/text"
grep -q '^test .* 6 32-bit ARM  ' "$work/text" || fail "a machine's title is cut: $(grep '^test ' "$work/text")"
grep -q 'not our C11 tests' "$work/text" || fail "whose programs they are"
grep -q '^  MP: seen on the ARM machines; ' "$work/text" || fail "what differs"

# What is run is kept, privately, and it is said once; --no-keep keeps nothing.
"$WEAKMEM" run SB MP --time 0.1 --quiet --no-keep >/dev/null
[ ! -e "$work/data" ] || fail "--no-keep kept something"
"$WEAKMEM" run SB MP --time 0.1 -o "$work/a.jsonl" >/dev/null 2>"$work/err"
grep -q "are kept in $work/data/weakmem/records.jsonl" "$work/err" || fail "where records are kept is not said: $(cat "$work/err")"
kept=$work/data/weakmem/records.jsonl
"$WEAKMEM" compare --test SB --format tsv >"$work/longer.tsv" 2>/dev/null
"$WEAKMEM" run SB --time 0.01 >/dev/null 2>"$work/err"
! grep -q 'are kept in' "$work/err" || fail "where records are kept is said again"
[ "$(wc -l <"$kept")" = 3 ] || fail "$(wc -l <"$kept") records kept, not 3"
# A short run takes nothing from a longer one.
"$WEAKMEM" compare --test SB --format tsv >"$work/both.tsv" 2>/dev/null
awk -F'\t' '$12 !~ /records.jsonl/ { next } NR == FNR { had = $8; next } { has = $8; runs = $7 } END { exit !(had > 0 && has > had && runs == 2) }' \
  "$work/longer.tsv" "$work/both.tsv" || fail "a short run took a longer one's place: $(cat "$work/longer.tsv" "$work/both.tsv")"
[ "$(stat -c %a "$kept")" = 600 ] || fail "others can read what is kept"
[ "$(stat -c %a "$work/data/weakmem")" = 700 ] || fail "others can look into the folder"
for _ in 1 2 3; do "$WEAKMEM" run SB LB --time 0.01 --quiet >/dev/null & done
wait
[ "$(wc -l <"$kept")" = 9 ] || fail "runs at once: $(wc -l <"$kept") records kept, not 9"
"$WEAKMEM" compare --format json >"$work/json"
grep -q '"own":true' "$work/json" || fail "this machine is not shown"
grep -q '"schema":"weakmem.compare/1"' "$work/json" || fail "no schema"
# A newer weakmem's lines outlive an older one's runs.
echo '{"schema":"weakmem.run/2","test":"SB","status":"done"}' >>"$kept"
"$WEAKMEM" run SB --time 0.01 --quiet >/dev/null
grep -q 'weakmem.run/2' "$kept" || fail "a newer record was thrown away"
"$WEAKMEM" compare 2>&1 >/dev/null | grep "$kept:[0-9]*: skipped: a newer schema" >/dev/null || fail "newer is not said"

# Another compiler is another column, named, though its version is the same; and so are other flags.
printf '#!/bin/sh\nexec cc "$@"\n' >"$work/mycc"
chmod +x "$work/mycc"
"$WEAKMEM" run SB --time 0.01 --quiet --cc "$work/mycc" >/dev/null
"$WEAKMEM" compare --test SB --format tsv 2>/dev/null >"$work/tsv"
awk -F'\t' -v cc="$work/mycc" '$12 ~ /records.jsonl/ { if ($15 == cc) { mine++; bad += $7 != 1 } else others += $7 > 1 } END { exit bad || mine != 1 || others != 1 }' \
  "$work/tsv" || fail "two compilers are added up: $(cat "$work/tsv")"
"$WEAKMEM" compare --quiet >"$work/text"
grep -q "mycc: .*; this machine" "$work/text" || fail "a compiler is not named: $(head -3 "$work/text")"

# This machine stands beside records that have nothing of it, if that is wanted.
sed -E 's/"cpu":"[^"]*"/"cpu":"Theirs"/' "$work/a.jsonl" >"$work/theirs.jsonl"
own() { "$WEAKMEM" compare --test SB --format json "$@" 2>/dev/null | grep -c '"own":true' || true; }
[ "$(own "$work/theirs.jsonl")" = 2 ] || fail "this machine's two compilers are not beside theirs"
[ "$(own --alone "$work/theirs.jsonl")" = 0 ] || fail "--alone is not alone"
[ "$(own "$work/a.jsonl")" = 0 ] || fail "this machine stands beside itself"
[ "$(own - <"$work/theirs.jsonl")" = 2 ] || fail "standard input"
status=0; "$WEAKMEM" compare /dev/null >/dev/null 2>"$work/err" || status=$?
[ $status = 2 ] || fail "nothing at all, beside this machine: $status"

# The same machine twice, once each side: it cannot be told.
once() { # SEEN: a record
  printf '{"schema":"weakmem.run/1","test":"SB","status":"done","machine":{"arch":"x86_64","cpu":"CPU"},"engine":"e","iterations":1000,"condition":"exists (0:r0=0 /\\\\ 1:r0=0)","witnesses":%d}\n' "$1"
}
once 10 >"$work/before.jsonl"
once 500 >"$work/after.jsonl"
"$WEAKMEM" compare "$work/before.jsonl" "$work/after.jsonl" >"$work/text"
grep -q '^The same machine twice' "$work/text" || fail "twice"
grep -q 'it cannot be told' "$work/text" || fail "one run a side tells nothing"

# A file three times over is no more runs than once.
once 10 | cat - "$work/before.jsonl" "$work/before.jsonl" >"$work/thrice.jsonl"
"$WEAKMEM" compare --alone --format tsv "$work/thrice.jsonl" >"$work/tsv" 2>"$work/err"
grep -q '2 records stand there more than once: counted once' "$work/err" || fail "thrice: $(cat "$work/err")"
[ "$(cut -f7,8 "$work/tsv" | tail -1)" = "$(printf '1\t1000')" ] || fail "thrice: $(cat "$work/tsv")"

# One test; a name in no record; what is no record at all.
"$WEAKMEM" compare --test MP --quiet | grep '^\* 1:r0=1; 1:r1=0;' >/dev/null || fail "--test"
status=0; "$WEAKMEM" compare --test No-such >/dev/null 2>&1 || status=$?
[ $status = 2 ] || fail "--test of nothing: $status"
echo nonsense >"$work/nonsense"
status=0; "$WEAKMEM" compare "$work/nonsense" >/dev/null 2>"$work/err" || status=$?
[ $status = 2 ] && grep -q "nonsense:1:1: skipped: not JSON" "$work/err" || fail "nonsense: $status, $(cat "$work/err")"
# What names its test alone is the suite's if it asks for the same, whatever else bears the name in these files.
printf '{"schema":"weakmem.run/1","test":"SB","status":"done","machine":{"arch":"x86_64","cpu":"%s"},"engine":"e","iterations":9,"condition":"exists (0:r0=%d /\\\\ 1:r0=0)","witnesses":1,"digest":"%s"}\n' \
  other 0 ffffffffffffffff asks-otherwise 1 '' >"$work/named.jsonl"
"$WEAKMEM" compare "$work/named.jsonl" --published --format tsv >"$work/tsv"
awk -F'\t' '$1 == "SB" && $4 == "aarch64" { suite++; bad += $6 != "allowed" }
            $1 == "SB" && ($5 == "other" || $5 == "asks-otherwise") { named++; bad += $6 != "unknown" }
            END { exit bad || !suite || named != 2 }' "$work/tsv" || fail "judged as another test: $(grep '^SB' "$work/tsv")"
# Costs and fence ladders of two machines, one of them made up from the other's; a damaged one is told with its line.
"$WEAKMEM" cost --only fences --format json --quiet >"$work/cost.jsonl"
"$WEAKMEM" fences SB --time 0.01 --format json --quiet >>"$work/cost.jsonl" 2>/dev/null || true
[ "$(wc -l <"$work/cost.jsonl")" = 2 ] || fail "costs and a ladder: $(wc -l <"$work/cost.jsonl") lines"
# Whether a figure settles is the machine's affair: here all do, and on the machine made up none does.
sed -E -i 's/"stable":false/"stable":true/g; s/"ns":null/"ns":1.0/g' "$work/cost.jsonl"
sed -E 's/"cpu":"[^"]*"/"cpu":"Made up"/; s/"vendor":"[^"]*"/"vendor":"None"/; s/"stable":true/"stable":false/g' \
  "$work/cost.jsonl" >"$work/other.jsonl"
echo '{"schema":"weakmem.cost/1","machine":{},"rows":[{"operation":"mfence","ns":-1}]}' >>"$work/other.jsonl"
"$WEAKMEM" compare "$work/cost.jsonl" "$work/other.jsonl" >"$work/text" 2>"$work/err"
grep -q 'Made up' "$work/text" || fail "the made-up machine"
grep -Eq '^  fence-seq_cst +alone +[0-9.]+ +[0-9.]+ ~' "$work/text" || fail "costs side by side"
grep -Eq '^  fence-seq_cst +all +[0-9.]+ +<?[0-9.e-]+ % [af] +~[0-9.]+ +<?[0-9.e-]+ % [af]' "$work/text" || fail "ladders side by side"
grep -q 'other.jsonl:3: skipped: row 1: "ns" is less than 0' "$work/err" || fail "damaged costs: $(cat "$work/err")"
# Nodes of a campaign: the one that is not as its kind is named, and those that are, are not.
for node in {1..12}; do
  seen=$((200 + node)) && [ "$node" != 7 ] || seen=1
  printf '{"schema":"weakmem.run/1","test":"SB","status":"done","machine":{"arch":"x86_64"},"engine":"lockstep","seed":%d,"iterations":1000,"condition":"exists (0:r0=0 /\\\\ 1:r0=0)","witnesses":%d,"campaign":{"plan":"p","node":"node%d"},"histogram":[{"state":"0:r0=0; 1:r0=0;","count":%d,"witness":true},{"state":"0:r0=0; 1:r0=1;","count":%d,"witness":false}]}\n' \
    "$node" "$seen" "$node" "$seen" $((1000 - seen))
done >"$work/nodes.jsonl"
"$WEAKMEM" compare --alone "$work/nodes.jsonl" >"$work/text"
grep -q 'SB: 0:r0=0; 1:r0=0; on node7 0.100 % of 1.00k, on the 11 other nodes of' "$work/text" || fail "the odd node: $(cat "$work/text")"
[ "$(grep -c ' on node' "$work/text")" = 1 ] || fail "nodes that are as the others: $(cat "$work/text")"
"$WEAKMEM" compare --alone --format json "$work/nodes.jsonl" | grep '"odd":\[{"test":"SB",[^]]*"node":"node7"' >/dev/null || fail "the odd node in JSON"
sed '/node7/d' "$work/nodes.jsonl" >"$work/alike.jsonl"
"$WEAKMEM" compare --alone "$work/alike.jsonl" | grep -q 'No node differs from its kind' || fail "nodes of one kind"
# What a terminal would act on does not reach it.
printf '{"schema":"weakmem.run/1","test":"E%s","status":"%s","machine":{"arch":"x%s"},"engine":"e","iterations":4,"condition":"exists (true)","witnesses":1}\n' \
  '\u001b[31m\u009b31m' 'done' '\u001b\u009b' E '\u001b[31m\u009b' '' >"$work/escape"
for options in --all "--test=$(printf 'E\033[31m\302\23331m')" --test=E; do
  "$WEAKMEM" compare "$options" "$work/escape" >"$work/text" 2>&1 || true
  grep -q 'escape:2: skipped' "$work/text" || fail "what is damaged is not told: $(cat "$work/text")"
  ! grep -aq $'\033\|\302\233' "$work/text" || fail "an escape sequence gets through: $options"
done

# Logs of litmus7, our own among them.
"$WEAKMEM" import "$SOURCE"/tests/data/logs/*.log -o "$work/imported.jsonl" --quiet
"$WEAKMEM" compare --format tsv "$work/imported.jsonl" >"$work/tsv"
awk -F'\t' '$1 == "MP" && $5 == "AMD EPYC" && $6 == "forbidden" && $9 == 0 { found = 1 } END { exit !found }' \
  "$work/tsv" || fail "an imported log"
awk -F'\t' '$1 == "MP" && $5 == "herd7" && $10 == "" { found = 1 } END { exit !found }' <(sed 's/allowed\t\t/\t\t/' "$work/tsv") ||
  fail "herd7"
# A board's log: its machine by its numbers, its tests by what their names mean, each judged as herd7 judges it.
awk -F'\t' '$5 == "Raspberry Pi 4 Model B Rev 1.5, Cortex-A72" { print $1, $6, $9 }' "$work/tsv" | sort >"$work/board"
printf '%s\n' 'MP+dmb.st+ctrlisb forbidden 0' 'MP+fence+addr forbidden 0' 'MP+fence+ctrl allowed 3' 'MP+fence+po allowed 5' \
  'MP+fences forbidden 0' | diff - "$work/board" || fail "a board's log"
"$WEAKMEM" compare --alone --test MP+dmb.sys "$work/imported.jsonl" | grep '^  MP+fences ' >/dev/null || fail "--test by another name"
"$WEAKMEM" run SB MP 2+2W --time 0.1 --quiet --no-keep --format litmus7 -o "$work/ours.jsonl" >"$work/ours.log"
"$WEAKMEM" import "$work/ours.log" >"$work/again.jsonl"
histogram() { sed -E 's/,"(weak|verdict|thin_air|by)":(true|false|"[a-z]*"|\{[^}]*\})//g' "$1" | grep -o '"histogram":.*'; }
[ "$(histogram "$work/ours.jsonl")" = "$(histogram "$work/again.jsonl")" ] || fail "our own log comes back otherwise"
head -c 3000 /dev/urandom >"$work/noise"
status=0; "$WEAKMEM" import "$work/noise" -o "$work/none.jsonl" >/dev/null 2>&1 || status=$?
[ $status = 2 ] && [ ! -e "$work/none.jsonl" ] || fail "a failed import leaves a file"
status=0; "$WEAKMEM" import --arch foo "$work/ours.log" >/dev/null 2>"$work/err" || status=$?
[ $status = 2 ] && grep -q "expected x86_64, .*'foo'" "$work/err" || fail "--arch foo: $status, $(cat "$work/err")"
# shellcheck disable=SC2016 # the log has its own $
printf 'X86 MP\n{}\n P0 ;\n MOV [x],$1 ;\nexists (1:EAX=1)\nTest MP Allowed\nHistogram (1 states)\n5 :>1:EAX=0;\nNo\n' >"$work/x86.log"
"$WEAKMEM" import --arch aarch64 "$work/x86.log" >"$work/x86.jsonl" 2>"$work/err"
grep -q '"arch":"x86_64"' "$work/x86.jsonl" && grep -q 'of x86_64, as the log has it, not aarch64' "$work/err" ||
  fail "--arch overrides the log: $(cat "$work/err" "$work/x86.jsonl")"
"$WEAKMEM" import --arch arm "$work/ours.log" 2>/dev/null | grep '"arch":"' >/dev/null || fail "--arch arm"
status=0; "$WEAKMEM" import "$work/noise" >/dev/null 2>&1 || status=$?
[ $status = 2 ] || fail "noise: $status"
echo PASS
