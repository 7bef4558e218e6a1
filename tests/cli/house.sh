#!/usr/bin/env bash
# The house: a folder includes only folders below it, and CPUs are named in arch/ alone.
source "$SOURCE/tests/cli/shared/test.bash"
cd "$SOURCE"

declare -A may=(
  [harness/base]=""
  [arch]="harness/base"
  [harness/lang]="harness/base"
  [harness/machine]="arch harness/base"
  [harness/cycle]="harness/event harness/lang arch harness/base"
  [harness/event]="harness/lang arch harness/base"
  [harness/code]="harness/event harness/lang arch harness/base"
  [harness/engine]="arch harness/base"
  [harness/build]="harness/engine harness/lang arch harness/base"
  [harness/run]="harness/build harness/engine harness/lang harness/machine arch harness/base"
  [harness/cost]="harness/machine arch harness/base"
  [results]="harness/lang harness/machine arch harness/base"
  [harness/model]="harness/event harness/lang arch harness/base"
  [harness/exported]="results harness/run harness/engine harness/machine arch harness/base"
  [harness/study]="harness/model harness/cycle harness/code harness/event harness/run harness/build harness/engine harness/cost results harness/lang harness/machine arch harness/base"
  [harness/cli]="harness/study harness/model harness/cycle harness/code harness/event harness/run harness/build harness/engine harness/cost results harness/lang harness/machine arch harness/base"
)
failed=0
fail() { echo "$*"; failed=1; }
# A search that dies finds nothing wrong: each reads this file too, and must find what is wrong in it.
planted=$work/planted.c
printf '#include "harness/cli/cli.h"\nconst char *const name = "mfence";\n__asm__ volatile("");\n' >"$planted"
found=""

for room in "${!may[@]}"; do
  [ -d "$room" ] || fail "a room of the table is not here: $room"
  while IFS='"' read -r place target _; do
    folder=${target%/*}
    [[ $folder != arch/* ]] || folder=arch
    [[ $place != "$planted"* ]] || { found+=" include"; continue; }
    [[ " $room ${may[$room]} " == *" $folder "* ]] || fail "${place%:*}: $room may not include $target"
  done < <(grep -rnH '^#include "' --include='*.[ch]' "$room" "$planted" || true)
done

# No circle between files, a .c and its .h being one: what each includes, and whose functions and tables it names.
# shellcheck disable=SC2016 # awk has its own $
arrows() {
  find "$@" -name '*.[ch]' | sort | xargs awk '
    FNR == 1 { file = FILENAME; sub(/[.][ch]$/, "", file) }
    /^#include "/ { split($0, part, "\""); sub(/[.]h$/, "", part[2]); if (part[2] != file) print file, part[2]; next }
    FILENAME !~ /[.]c$/ { next }
    {
      gsub(/"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047/, "")
      sub(/\/\/.*/, "")
    }
    # A function or a table that begins here. harness/exported has some of its own in place of others of that name.
    match($0, /^[A-Za-z_][A-Za-z0-9_ *]*[ *][a-z_][a-z0-9_]*(\(|(\[[^]]*\])* = )/) {
      name = substr($0, RSTART, RLENGTH)
      sub(/(\(|(\[[^]]*\])* = )$/, "", name)
      sub(/.*[ *]/, "", name)
      if (/^static /)
        own[file, name]
      else if (file !~ /^harness\/exported\//)
        home[name] = file
    }
    {
      gsub(/(->|[.]) *[A-Za-z_][A-Za-z0-9_]*/, " ")
      count = split($0, words, /[^A-Za-z0-9_]+/)
      for (i = 1; i <= count; i++)
        if (words[i] ~ /^[a-z]/)
          uses[file, words[i]]
    }
    END {
      for (use in uses) {
        split(use, part, SUBSEP)
        if (part[2] in home && home[part[2]] != part[1] && !((part[1], part[2]) in own))
          print part[1], home[part[2]]
      }
    }'
}
circle() { { arrows "$@" | tsort 2>&1 >/dev/null || true; } | sed -n 's/^tsort: \([^-].*\)$/\1/p' | tr '\n' ' '; }

round=$(circle arch harness results)
[[ -z $round ]] || fail "files in a circle: $round"
mkdir "$work/two" && cd "$work"
printf '#include "two/a.h"\n\nint a_low(void) { return 1; }\nint a_high(void) { return b_high(); }\n' >two/a.c
printf '#include "two/a.h"\n\nint b_high(void) { return a_low(); }\n' >two/b.c
[[ $(circle two) == *two/* ]] || fail "a circle of two files is not seen: $(arrows two)"
sed -i 4d two/a.c
[[ -z $(circle two) ]] || fail "a circle is seen where there is none: $(circle two)"
cd "$SOURCE"

while IFS= read -r hit; do
  [[ $hit != "$planted"* ]] || { found+=" assembly"; continue; }
  fail "a CPU or inline assembly named outside arch/: $hit"
done < <(grep -nHE '__x86_64__|__aarch64__|__riscv|__powerpc|\b(__)?asm(__)?\b *(volatile|__volatile__)? *\(' -r harness results "$planted" --include='*.[ch]' || true)

# Nor in strings: names of CPUs and models, mnemonics, fences and features, as the tables of arch/ have them. Words of C11
# and of the kernel's C, and English ones are no CPU's; an example of --help is one of every day; records have a field "lse".
named() {
  { grep -ohE '"[^" ]+"' arch/*/cpu.c
    grep -ohE 'STEP_[A-Z]+, "[^"]*"' arch/*/cpu.c
    grep -ohE '^ *\{"[^"]*", "[^"]*"' arch/*/cpu.c; } |
    grep -oE '"[^"]*"' | grep -oE '[a-z][a-z0-9_.-]+[a-z0-9]'
  # Of an instruction's pattern, what stands before its first choice. Short ones may be words of anything.
  grep -ohE '^ *\{"[^"]*", "[^"]*", "[^"]*[=(][^"]*", "' arch/*/instructions.c | cut -d'"' -f2 | sed 's/{.*//' |
    grep -oE '[a-z][a-z0-9.]{3,}' | sed 's/[.]$//'
}
words() {
  named |
    grep -vxE '(cpus|cores)\.h|model\.cat|arch|c11|relaxed|consume|acquire|release|acq_rel|seq_cst|fence|lock|unlock|locked|unlocked|xchg|cmpxchg|linux|plain|once|full|noreturn|rmb|wmb|barrier|(before|after)-[a-z-]+|str|cmp|power|add|adds|test|leave|push|sdiv' | sort -u
}
words >"$work/words"
[[ $(wc -l <"$work/words") -gt 60 ]] && grep -qx mfence "$work/words" && grep -qx x86_64 "$work/words" || fail "the words of arch/ are not read: $(cat "$work/words")"
# shellcheck disable=SC2016 # awk has its own $
while IFS= read -r hit; do
  [[ $hit != "$planted"* ]] || { found+=" string"; continue; }
  fail "a CPU named in a string outside arch/: $hit"
done < <(find harness results "$planted" -name '*.[ch]' -print0 | sort -z | xargs -0 awk '
  NR == FNR { if ($0 ~ /[-.]/) parts[$0]; else whole[$0]; next }
  /^ *\/\// || /^#include/ { next }
  {
    line = $0
    while (match(line, /"([^"\\]|\\.)*"|\/\//)) {
      text = substr(line, RSTART, RLENGTH)
      if (text == "//")
        break
      line = substr(line, RSTART + RLENGTH)
      if (text ~ /^"( *weakmem |[ #]*make |lse"$)/)
        continue
      count = split(text, words, /[^A-Za-z0-9_]+/)
      found = 0
      for (i = 1; i <= count; i++)
        found = found || words[i] in whole
      for (part in parts)
        found = found || index(text, part)
      if (found)
        print FILENAME ":" FNR ":" text
    }
  }' "$work/words")
[[ $found == "$(printf ' include%.0s' $(seq ${#may[@]})) assembly string" ]] || fail "what is planted was not found:$found"

# What the README installs on another machine is what it installs on this one.
packages() { sed -n "/^<!-- $1 -->\$/,/^<!-- end -->\$/p" README.md | grep -o 'install -y [^&]*'; }
[[ $(packages run) == "$(packages there)" ]] || fail "README.md: other packages for another machine"

# The manual has every option that a command's help has.
commands=$("$WEAKMEM" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
[ "$(wc -w <<<"$commands")" -ge 10 ] || fail "the help names too few commands: $commands"
for command in $commands; do
  subcommands=("")
  [[ $command != campaign ]] || mapfile -t subcommands < <("$WEAKMEM" complete campaign '' | cut -f1)
  # shellcheck disable=SC2086 # none, no word
  options=$(for sub in "${subcommands[@]}"; do "$WEAKMEM" "$command" $sub --help; done | grep -oE '^ +(-[a-z], )*--[a-z-]+' | grep -oE '\-\-[a-z-]+' | grep -vxE -- '--(help|usage)')
  [ -n "$options" ] || fail "$command --help names no option"
  for option in $options; do
    grep -qF -- "${option//-/\\-}" harness/weakmem.1 || fail "harness/weakmem.1 lacks $command $option"
  done
done

exit $failed
