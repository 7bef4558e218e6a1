#!/usr/bin/env bash
# list names every test of the suite with its story, which says which CPUs show it.
set -euo pipefail
rows=$("$WEAKMEM" list --format tsv | tail -n +2)
[ "$(wc -l <<<"$rows")" = "$(find "$SOURCE/litmus" -name '*.litmus' | wc -l)" ]
[ "$(wc -l <<<"$rows")" -ge 80 ]
! cut -f5 <<<"$rows" | grep -nvE 'CPU|x86|ARM|POWER|architectures'
"$WEAKMEM" list classic | grep -q 'Store buffering'
! "$WEAKMEM" list nothing-of-the-kind 2>/dev/null
