#!/usr/bin/env bash
# share: what a machine showed, as blocks of at most 4 kB without a name or a path; import reads back what was counted.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data

ends 2 "$WEAKMEM" share
grep -q 'nothing is kept' "$work/err" || fail "$(cat "$work/err")"
mkdir "$work/secret"
printf '#!/bin/sh\nexec cc "$@"\n' >"$work/secret/mycc"
chmod +x "$work/secret/mycc"
"$WEAKMEM" show SB --part test | sed 's/^C SB/C mine/' >"$work/secret/mine.litmus"
"$WEAKMEM" run SB MP "$work/secret/mine.litmus" --cc "$work/secret/mycc" --cflags "-O2 -I$work/secret" \
  --iterations 1000 --quiet -o "$work/here.jsonl" >"$work/out"
ends 0 "$WEAKMEM" share "$work/here.jsonl"
cp "$work/out" "$work/block"
[[ $(wc -c <"$work/block") -le 4096 ]] || fail "$(wc -c <"$work/block") bytes"

# Others read it out of the text of an issue, quoted or not: the same tests, states and counts, and the models' verdicts.
{
  printf 'Seen on my machine:\r\n\r\n'
  sed 's/^/> /; s/$/\r/' "$work/block"
  echo 'Is that so?'
} >"$work/issue"
"$WEAKMEM" import - <"$work/issue" >"$work/back.jsonl" || fail "import"
"$WEAKMEM" share "$work/back.jsonl" | cmp - "$work/block" || fail "a second time it is another block"
"$WEAKMEM" share --test SB "$work/back.jsonl" | "$WEAKMEM" import - -o "$work/one.jsonl"
[[ $(wc -l <"$work/one.jsonl") == 1 ]] || fail "--test"
python3 - "$work/here.jsonl" "$work/back.jsonl" "$work/secret" "$(hostname)" <<'PYTHON' || fail "what was read back"
import json, sys
here, back = ([json.loads(line) for line in open(name)] for name in sys.argv[1:3])
seen = lambda run: {state["state"]: (state["count"], state["witness"], state.get("weak")) for state in run["histogram"]}
assert len(here) == len(back) == 3
for a, b in zip(here, back):
    for field in ("test", "digest", "condition", "iterations", "witnesses", "machine", "engine", "placement", "weakmem"):
        assert a[field] == b[field], field
    assert a["test"] == "mine" or seen(a) == seen(b), (seen(a), seen(b))
    text = json.dumps(b)
    assert "secret" not in text and "/" not in b["compiler"]["flags"], text
    assert len(sys.argv[4]) < 4 or sys.argv[4] not in text, text
PYTHON

# The README's block is one.
ends 0 "$WEAKMEM" import "$SOURCE/README.md"
[[ $(wc -l <"$work/out") == 1 ]] || fail "$(cat "$work/out")"

# What is damaged is refused with its place, and nothing else with it.
{
  sed '3s/^..../!!!!/' "$work/block"
  cat "$work/block"
} >"$work/damaged"
ends 0 "$WEAKMEM" import "$work/damaged"
[[ $(wc -l <"$work/out") == 3 ]] || fail "$(cat "$work/out")"
grep -q 'damaged:3: skipped: .*no base64' "$work/err" || fail "$(cat "$work/err")"
head -4 "$work/block" >"$work/cut"
ends 2 "$WEAKMEM" import "$work/cut"
grep -q 'cut:4: skipped: a shared block that has no end' "$work/err" || fail "$(cat "$work/err")"
ends 2 "$WEAKMEM" share --test no-such "$work/here.jsonl"
echo PASS
