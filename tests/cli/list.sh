#!/usr/bin/env bash
# list names every test of the suite with its story, which says which CPUs show it.
set -eu
rows=$("$WEAKMEM" list --format tsv | tail -n +2)
[ "$(wc -l <<<"$rows")" = "$(find "$SOURCE/litmus" -name '*.litmus' | wc -l)" ]
[ "$(wc -l <<<"$rows")" -ge 80 ]
if cut -f5 <<<"$rows" | grep -nvE 'CPU|x86|ARM|POWER|architectures'; then
  echo "these stories do not say which CPUs show it"
  exit 1
fi
"$WEAKMEM" list classic | head -n 1 | grep classic >/dev/null
status=0
"$WEAKMEM" list nothing-of-the-kind 2>/dev/null || status=$?
[ $status = 2 ]
