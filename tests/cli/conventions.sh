#!/usr/bin/env bash
# What users of other tools take for granted: closed pipes, COLUMNS, CC, Markdown, files that are not written over.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data LC_ALL=C.UTF-8
cd "$work"
"$WEAKMEM" run SB MP --time 0.01 --quiet -o here.jsonl >/dev/null

# Who reads no further ends any command silently, by SIGPIPE; where that is ignored, the status says so. What was to be
# kept is kept.
unread() { # COMMAND...: its status where nobody reads what it prints, in the file status
  rm -f gone
  {
    until [[ -e gone ]]; do sleep 0.02; done
    echo 0 >status
    "$@" 2>err || echo $? >status
  } | {
    exec <&-
    touch gone
  }
}
for command in "list" "predict classic" "run --time 0.001 SB MP --no-keep -o piped.jsonl"; do
  # shellcheck disable=SC2086 # words
  unread "$WEAKMEM" $command
  [[ $(<status) == 141 ]] || fail "$command: status $(<status)"
  ! grep 'cannot write' err || fail "$command says so"
done
[[ $(wc -l <piped.jsonl) == 1 ]] || fail "no record of what was run, or it went on: $(wc -l <piped.jsonl)"
(trap '' PIPE && unread "$WEAKMEM" predict SB)
[[ $(<status) == 3 ]] && grep -q 'cannot write all of the output' err || fail "SIGPIPE ignored: $(<status) $(<err)"

# Tables are as narrow as COLUMNS says, but for what cannot be broken; in Markdown each row has as many cells as the head.
readarray -t tables <<TABLES
predict SB MP
run --time 0.005 SB MP
compare here.jsonl
compare here.jsonl --test SB
records
list classic
topo
check SB --cc cc
TABLES
narrow_only="fences --time 0.001 SB" markdown_only="cost --only accesses" # which take long
for command in "${tables[@]}" "$narrow_only"; do
  # shellcheck disable=SC2086 # words
  LC_ALL=C COLUMNS=60 "$WEAKMEM" $command >narrow 2>err || [[ $? == 3 ]] || fail "$command: $(<err)"
  wide=$(awk 'length > 60 && / [^ ]+  +[^ ]+  +[^ ]+$/' narrow)
  [[ -s narrow && -z $wide ]] || fail "COLUMNS=60 $command: $wide"
done
for command in "${tables[@]}" "$markdown_only"; do
  # shellcheck disable=SC2086
  "$WEAKMEM" $command --format markdown >table.md 2>err || [[ $? == 3 ]] || fail "$command: $(<err)"
  grep -q '^| --- ' table.md || fail "$command: no table: $(head -20 table.md)"
  awk '/^[|]/ { gsub(/\\[|]/, ""); n = gsub(/[|]/, ""); if (inside && n != cells) bad = $0; inside = cells = n; next }
    { inside = 0 } END { if (bad) { print bad; exit 1 } }' table.md || fail "$command: a row of another length"
done
[[ $(COLUMNS=40 "$WEAKMEM" predict SB | grep -c '^ \* 0:r0=0; 1:r0=0;') -ge 2 ]] || fail "predict is not split"
[[ $(COLUMNS=nonsense "$WEAKMEM" predict SB) == "$("$WEAKMEM" predict SB)" ]] || fail "COLUMNS=nonsense"

# CC is the compiler where --cc names none, with the flags behind it.
cat >mycc <<'CC'
#!/bin/sh
echo "$*" >>"$LOG"
exec cc "$@"
CC
chmod +x mycc
LOG=$work/log CC="$work/mycc -DTWICE" "$WEAKMEM" run SB --time 0.01 --format json --no-keep >mine.json 2>err || fail "CC: $(<err)"
grep -q -- '-DTWICE -O2' log || fail "flags of CC: $(<log)"
grep -q "\"path\":\"$work/mycc\"" mine.json || fail "$(<mine.json)"
rm log
CC=$work/mycc ends 0 "$WEAKMEM" run SB --time 0.01 --cc cc --no-keep
[[ ! -e log ]] || fail "CC in place of --cc"
LOG=$work/log CC=$work/mycc ends 0 "$WEAKMEM" show --part asm SB
[[ -s log ]] || fail "show knows no CC"
CC="nowhere -m32" ends 3 "$WEAKMEM" run SB --time 0.01 --no-keep
grep -q "no compiler 'nowhere' that can be run, which CC names" "$work/err" || fail "$(cat "$work/err")"

# A page takes the place of a page.
echo "my notes" >notes.txt
ends 2 "$WEAKMEM" report here.jsonl -o notes.txt
grep -q 'notes.txt is there already, and is no page' "$work/err" && [[ $(<notes.txt) == "my notes" ]] || fail "$(cat "$work/err")"
echo '<!DOCTYPE html><title>mine</title>' >mine.html
ends 2 "$WEAKMEM" report here.jsonl -o mine.html
if "$WEAKMEM" report here.jsonl -o page.html 2>err; then
  : >empty.html
  ends 0 "$WEAKMEM" report here.jsonl -o page.html
  ends 0 "$WEAKMEM" report here.jsonl -o empty.html
elif ! grep -q 'built without Chart.js' err; then
  fail "$(<err)"
fi
echo PASS
