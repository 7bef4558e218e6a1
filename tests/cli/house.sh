#!/usr/bin/env bash
# The house: a folder includes only folders below it, and CPUs are named in arch/ alone.
source "$SOURCE/tests/cli/shared/test.bash"
cd "$SOURCE"

declare -A may=(
  [harness/base]=""
  [arch]="harness/base"
  [harness/lang]="harness/base"
  [harness/machine]="arch harness/base"
  [harness/event]="harness/lang arch harness/base"
  [harness/engine]="arch harness/base"
  [harness/build]="harness/engine harness/lang arch harness/base"
  [harness/run]="harness/build harness/engine harness/lang harness/machine arch harness/base"
  [harness/cost]="harness/machine arch harness/base"
  [results]="harness/lang harness/machine arch harness/base"
  [harness/model]="harness/event harness/lang arch harness/base"
  [harness/exported]="results harness/run harness/engine harness/machine arch harness/base"
  [harness/study]="harness/model harness/event harness/run harness/build harness/engine harness/cost results harness/lang harness/machine arch harness/base"
  [harness/cli]="harness/study harness/model harness/event harness/run harness/build harness/engine harness/cost results harness/lang harness/machine arch harness/base"
)
failed=0
fail() { echo "$*"; failed=1; }

for room in "${!may[@]}"; do
  [ -d "$room" ] || continue
  while IFS='"' read -r place target _; do
    folder=${target%/*}
    [[ $folder != arch/* ]] || folder=arch
    [[ " $room ${may[$room]} " == *" $folder "* ]] || fail "${place%:*}: $room may not include $target"
  done < <(grep -rnH '^#include "' --include='*.[ch]' "$room" || true)
done

while IFS= read -r hit; do
  fail "a CPU or inline assembly named outside arch/: $hit"
done < <(grep -nHE '__x86_64__|__aarch64__|__riscv|__powerpc|\b(__)?asm(__)?\b *(volatile|__volatile__)? *\(' -r harness results --include='*.[ch]' || true)

# What the README installs on another machine is what it installs on this one.
packages() { sed -n "/^<!-- $1 -->\$/,/^<!-- end -->\$/p" README.md | grep -o 'install -y [^&]*'; }
[[ $(packages run) == "$(packages there)" ]] || fail "README.md: other packages for another machine"

exit $failed
