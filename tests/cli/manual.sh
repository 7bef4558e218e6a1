#!/usr/bin/env bash
# Manual pages and completions say what the tables of options say: of every command each option, its examples, and what
# can stand where.
source "$SOURCE/tests/cli/shared/test.bash"
cd "$work"
ends 0 "$WEAKMEM" complete ''
commands=$(cut -f1 out)
[[ $(wc -l <<<"$commands") -ge 12 ]] || fail "commands: $commands"
! grep -vP '^[a-z]+\t.' out || fail "a command says nothing of itself"

options() { "$WEAKMEM" "$1" --usage | tr -d '\n' | grep -oP -- '--[a-z0-9-]+' | sort -u; }

for command in $commands; do
  ends 0 "$WEAKMEM" manual "$command"
  cp out "$command.1"
  sed 's/\\-/-/g; s/\\(aq/'"'"'/g; s/\\(ga/`/g; s/\\e/\\/g; s/^\\&//; s/\\f[BIR]//g' "$command.1" >"$command.txt"
  "$WEAKMEM" complete "$command" -- | cut -f1 | sort >offered
  options "$command" >there
  [[ -s there ]] || fail "$command has no options"
  cmp -s offered there || fail "$command completes $(comm -3 offered there)"
  while read -r option; do
    grep -qE -- "(^|, )$option(=|\$)" "$command.txt" || fail "the page of $command lacks $option"
  done <there
  "$WEAKMEM" "$command" --help | sed -n '/^Examples:$/,$ p' | tail -n +2 >examples
  [[ -s examples ]] || fail "$command has no examples"
  grep -q "^  weakmem $command" examples || fail "no example of $command: $(<examples)"
  sed -n '/^.SH EXAMPLES/,/^.SH SEE/ p' "$command.txt" | sed '1,2d' | head -n "$(wc -l <examples)" >shown
  cmp -s examples shown || fail "the page of $command: $(diff examples shown)"
done

# A command within a command has its options too: in its help, in completions, on the page of the command.
subcommands=$("$WEAKMEM" complete campaign '' | cut -f1)
[[ $(xargs <<<"$subcommands") == "plan task status retry merge" ]] || fail "campaign: $subcommands"
sub_options() { "$WEAKMEM" campaign "$1" --usage | tr -d '\n' | grep -oP -- '--[a-z0-9-]+' | sort -u; }
for sub in $subcommands; do
  "$WEAKMEM" complete campaign "$sub" -- | cut -f1 | sort | cmp -s - <(sub_options "$sub") || fail "campaign $sub is completed otherwise"
  sed -n "/^.SS weakmem campaign $sub /,/^.S[SH]/ p" campaign.txt >part
  while read -r option; do
    grep -qE -- "(^|, )$option(=|\$)" part || fail "the page of campaign $sub lacks $option"
  done < <(sub_options "$sub" | grep -vxE -- '--(help|usage|version)')
done

# The page of the whole speaks of no option that there is not, and of every command.
{
  for command in $commands; do options "$command"; done
  for sub in $subcommands; do sub_options "$sub"; done
} | sort -u >all
sed 's/\\-/-/g' "$SOURCE/harness/weakmem.1" | grep -oP -- '(?<![a-z-])--[a-z][a-z-]+' | sort -u >told
[[ -z $(comm -13 all told) ]] || fail "weakmem.1 tells of $(comm -13 all told | xargs)"
for command in $commands; do
  grep -qE "^\.B (weakmem )?$command\$" "$SOURCE/harness/weakmem.1" || fail "weakmem.1 lacks $command"
done
if command -v man >/dev/null && command -v groff >/dev/null; then
  for page in "$SOURCE/harness/weakmem.1" ./*.1; do
    warnings=$(LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings -l "$page" 2>&1 >/dev/null)
    [[ -z $warnings ]] || fail "$page: $warnings"
  done
fi

# What can stand where.
completes() { # WANTED WORD...: it is among what can stand in place of the last word
  local wanted=$1
  shift
  "$WEAKMEM" complete "$@" | cut -f1 | grep -qxF -- "$wanted" || fail "complete $*: no $wanted in $("$WEAKMEM" complete "$@" | head -5)"
}
completes run r
completes --engine run --en
completes perpetual run --engine p
completes perpetual run --engine = p
completes --engine=lockstep run SB --engine=l
completes markdown predict -f ''
completes l3 run -p l
completes all run --fence a
completes aarch64 predict --model a
completes MP run SB M
completes classic run cl
completes :files run SB ''
completes :files report ''
completes :files report --output ''
[[ -z $("$WEAKMEM" complete nonsense '') && $("$WEAKMEM" complete run zzz) == :files ]] || fail "nonsense is completed"
ends 2 "$WEAKMEM" manual nonsense

# The shells' own side of it: bash here, the others where they are.
cp "$WEAKMEM" weakmem 2>/dev/null || skip "an emulator runs the program"
PATH=$work:$PATH
touch a-file
cat >ask.bash <<'BASH'
. "$SOURCE/harness/weakmem.bash"
compopt() { :; }
ask() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _weakmem; printf '%s\n' "${COMPREPLY[@]}"; }
ask weakmem run --eng
ask weakmem run --engine = per
ask weakmem predict SB+fence
ask weakmem report a-
BASH
[[ $(bash ask.bash) == $'--engine\nperpetual\nSB+fence.rw.rws\nSB+fences\na-file' ]] || fail "bash: $(bash ask.bash)"
if command -v fish >/dev/null; then
  found=$(fish -c "source $SOURCE/harness/weakmem.fish; complete -C 'weakmem run --eng'; complete -C 'weakmem report a-'" | cut -f1 | xargs)
  [[ $found == "--engine a-file" ]] || fail "fish: $found"
fi
if command -v zsh >/dev/null; then
  zsh -n "$SOURCE/harness/_weakmem" || fail "zsh cannot read it"
fi
echo PASS
