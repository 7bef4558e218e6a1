#!/usr/bin/env bash
# list names every test of the suite with its story, which says which CPUs show it.
source "$SOURCE/tests/cli/shared/test.bash"
ends 0 "$WEAKMEM" list --format tsv
rows=$(tail -n +2 "$work/out")
files=$(find "$SOURCE/litmus" -name '*.litmus' | wc -l)
[[ $(wc -l <<<"$rows") == "$files" && $files -ge 80 ]] || fail "$(wc -l <<<"$rows") rows for $files files"
silent=$(cut -f5 <<<"$rows" | grep -nvE 'CPU|x86|ARM|POWER|architectures') && fail "stories do not say which CPUs show it: $silent"
ends 0 "$WEAKMEM" list classic
head -n 1 "$work/out" | grep -q classic || fail "no heading: $(head -3 "$work/out")"
ends 2 "$WEAKMEM" list nothing-of-the-kind
