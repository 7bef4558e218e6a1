#!/usr/bin/env bash
# list names every test of the suite with its story, which says which CPUs show it.
source "$SOURCE/tests/cli/shared/test.bash"
ends 0 "$WEAKMEM" list --format tsv
rows=$(tail -n +2 "$work/out")
files=$(find "$SOURCE/litmus" -name '*.litmus' -o -path '*/code/*.c' | wc -l)
[[ $(wc -l <<<"$rows") == "$files" && $files -ge 80 ]] || fail "$(wc -l <<<"$rows") rows for $files files"
silent=$(cut -f5 <<<"$rows" | grep -nvE 'CPU|x86|ARM|POWER|architectures') && fail "stories do not say which CPUs show it: $silent"
ends 0 "$WEAKMEM" list classic
head -n 1 "$work/out" | grep -q classic || fail "no heading: $(head -3 "$work/out")"
ends 2 "$WEAKMEM" list nothing-of-the-kind

# What is not there gets the nearest of what is; a pattern is several.
for wrong in "list clasic:classic" "run sb:SB" "rnu SB:run" "predict --model aarhc64 SB:aarch64"; do
  # shellcheck disable=SC2086 # words
  ends 2 "$WEAKMEM" ${wrong%%:*}
  grep -q "did you mean '${wrong#*:}'?" "$work/err" || fail "$wrong: $(cat "$work/err")"
done
ends 0 "$WEAKMEM" list --format tsv 'SB+f*'
cut -f1 "$work/out" | grep -q '^SB+fences$' || fail "$(cat "$work/out")"
[[ $(cut -f1 "$work/out" | tail -n +2 | grep -cv '^SB+f') == 0 ]] || fail "$(cat "$work/out")"
for command in -V --version 'run -V' 'topo --version'; do
  # shellcheck disable=SC2086
  [[ $("$WEAKMEM" $command) == "weakmem "[0-9]* ]] || fail "$command"
done
for command in 'help list' '--help list' 'list --help'; do
  # shellcheck disable=SC2086
  [[ $("$WEAKMEM" $command) == *"weakmem list publish"* ]] || fail "$command"
done
