#!/usr/bin/env bash
# Tests in assembly: those of this CPU are run, labelled, recorded, compared and exported; those of others, and those that
# would touch more than their locations, are not.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data

"$WEAKMEM" run --time 0.01 --format json SB >"$work/here.json" 2>/dev/null
here=$(sed 's/.*"arch":"\([a-z0-9_]*\)".*/\1/' "$work/here.json")
case $here in
x86_64) dialect=X86_64 mine=SB+mfences other=MP+stlr+ldar update=increment+lock-adds ;;
aarch64) dialect=AArch64 mine=SB+dmb.ishs other=MP+movs update=increment+ldxr-stxrs ;;
*) skip "no tests of $here here" ;;
esac

# Of a family those of other CPUs are left out, with one warning; of one that is named it is an error that says what to do.
ends 0 "$WEAKMEM" run --time 0.05 --timeout 100 -o "$work/mine.jsonl" assembly
[[ $(grep -c "are not run" "$work/err") == 1 ]] || fail "not one warning: $(cat "$work/err")"
count=$(grep -c "^$dialect " "$SOURCE"/litmus/assembly/*.litmus | grep -c ':1$')
[[ $(wc -l <"$work/mine.jsonl") == "$count" ]] && ! grep -v '"status":"done"' "$work/mine.jsonl" || fail "$(cat "$work/mine.jsonl")"
for command in "run" "fences" "run SB"; do
  # shellcheck disable=SC2086 # its words
  ends 2 "$WEAKMEM" $command "$other"
  [[ $command == fences || $(<"$work/err") == *"$other is in "*"assembly, and this CPU is $here;"*"show --export DIR"* ]] || fail "$(cat "$work/err")"
done
ends 2 "$WEAKMEM" run "$SOURCE/litmus/assembly/$other.litmus"
ends 2 "$WEAKMEM" fences "$mine"
grep -q "$mine is in $dialect assembly: the ladder puts fences into C" "$work/err" || fail "$(cat "$work/err")"
mkdir "$work/others"
cp "$SOURCE/litmus/assembly/$other.litmus" "$work/others"
ends 2 "$WEAKMEM" run "$work/others"
grep -q "1 test is not run: 1 in the assembly of other CPUs" "$work/err" || fail "$(cat "$work/err")"
cp "$SOURCE/litmus/classic/SB.litmus" "$work/others"
ends 0 "$WEAKMEM" run --time 0.05 "$work/others"
ends 2 "$WEAKMEM" run --fence fence-seq_cst "$mine"
grep -q "$mine is in assembly: no fence is put between its instructions" "$work/err" || fail "$(cat "$work/err")"
ends 0 "$WEAKMEM" run --time 0.05 --fence none,fence-seq_cst --format tsv "$mine" SB
[[ $(grep -c fence-seq_cst "$work/out") -ge 1 ]] && ! grep -q "^$mine.*fence-seq_cst" "$work/out" || fail "$(cat "$work/out")"

# Both engines take what stores constants and goes straight on; the one that cannot take a test says why.
ends 0 "$WEAKMEM" run --time 0.05 --engine lockstep --format json "$mine"
grep -q '"engine":"lockstep"' "$work/out" || fail "$(cat "$work/out")"
ends 0 "$WEAKMEM" run --time 0.05 --engine perpetual "$update"
grep -q "cannot be run by the perpetual engine (it has a read-modify-write" "$work/err" || fail "$(cat "$work/err")"

# Only its own CPU's model and sc speak of it.
python3 - "$work/mine.jsonl" "$mine" "$update" <<'P' || fail "the labels: $(cat "$work/mine.jsonl")"
import json, sys
for line in open(sys.argv[1]):
    record = json.loads(line)
    assert len(record["digest"]) == 64, record
    if record["test"] in sys.argv[2:]:
        assert record["engine"] == {sys.argv[2]: "perpetual", sys.argv[3]: "lockstep"}[record["test"]], record
    for row in record["histogram"]:
        assert row["weak"] in (False, True) and list(row["verdict"].values()) == ["allowed"], row
P

# Records are compared, reported, and judged where others made them.
ends 0 "$WEAKMEM" compare "$work/mine.jsonl"
grep -qE "^${mine/+/\\+} .* f" "$work/out" || fail "$(cat "$work/out")"
if has_charts; then
  ends 0 "$WEAKMEM" report "$work/mine.jsonl" -o "$work/page.html"
  grep -q "$mine" "$work/page.html" || fail "not in the page"
else
  echo "SKIP: $NO_CHARTS"
fi
ends 0 "$WEAKMEM" show --export "$work/there" "$mine"
if grep -q '"emulated":true' "$work/here.json"; then
  echo "SKIP: what is exported for an emulated CPU does not run by itself"
else
  make -s -C "$work/there" run ARGS='--time 0.1' >"$work/out" 2>"$work/err" || fail "the export: $(cat "$work/err")"
  ends 0 "$WEAKMEM" import "$work/there/records.jsonl" -o "$work/imported.jsonl"
  grep -q '"weak":false' "$work/imported.jsonl" || fail "not judged: $(cat "$work/imported.jsonl")"
fi
sed "s/$mine/renamed/g" "$SOURCE/litmus/assembly/$mine.litmus" >"$work/renamed.litmus"
ends 0 "$WEAKMEM" show --export "$work/renamed" "$work/renamed.litmus"

# What is shown is what is compiled. Elsewhere it does not compile, and says why.
ends 0 "$WEAKMEM" show --part c "$mine"
grep -q 'KERNEL_THREAD void P0' "$work/out" || fail "$(cat "$work/out")"
ends 0 "$WEAKMEM" show "$mine"
ends 2 "$WEAKMEM" show --part c "$other"
ends 0 "$WEAKMEM" show "$other"
ends 0 "$WEAKMEM" show --export "$work/elsewhere" "$other"
if make -s -C "$work/elsewhere" "build/$other" >"$work/out" 2>&1; then fail "another CPU's assembly was compiled"; fi
grep -q 'a test in .* assembly' "$work/out" || fail "$(cat "$work/out")"

# What a test may not do.
refused() { # INIT LINES SENTENCE
  printf '%s bad\n{ %s }\n P0 ;\n%s\nexists (x=7)\n' "$dialect" "$1" "$2" >"$work/bad.litmus"
  ends 2 "$WEAKMEM" run "$work/bad.litmus"
  grep -qF -- "$3" "$work/err" || fail "$2: $(cat "$work/err")"
  ends 2 "$WEAKMEM" show --export "$work/bad" "$work/bad.litmus"
}
if [ "$dialect" = X86_64 ]; then
  refused "" " movl \$1,(%rbx) ;" "it accesses what is no location of the test"
  refused "" " movl \$1,(4198400) ;" "its address is a number"
  refused "0:rdi=x;" " movl \$1,4(%rdi) ;" "it accesses what is no location of the test"
  refused "" " ret ;" "it leaves the thread"
  refused "" " pushq %rax ;" "it uses the stack"
  refused "" " syscall ;" "no row of the x86_64 table"
  refused "0:rdi=x;" " jmp *%rdi ;" "no row of the x86_64 table"
  refused "" ' .incbin "/etc/passwd" ;' "expected an operand"
  refused "" " nop\"); abort(); // ;" "error: "
else
  refused "" " STR W0,[X1] ;" "it accesses what is no location of the test"
  refused "0:X1=x;" " STR W0,[X1,#4] ;" "it accesses what is no location of the test"
  refused "0:X1=x;" " BR X1 ;" "goes to where a value points"
  refused "" " SVC #0 ;" "no row of the aarch64 table"
fi

# A CPU that loses the fence: a compiler that leaves it out plays it, for the very code is what the model speaks of.
if [ "$here" = "$(uname -m)" ] && [ "$(nproc)" -ge 2 ] && [ "$dialect" = X86_64 ]; then
  ends 0 "$WEAKMEM" run --time 20 --until-witness SB+movs
  grep -q 'weak by the CPU' "$work/out" || fail "store buffering: $(cat "$work/out")"
  printf '#!/bin/sh\nexec sed %s | cc "$@"\n' "'s/\"mfence/\"nop/'" >"$work/losing-cc"
  chmod +x "$work/losing-cc"
  ends 1 "$WEAKMEM" run --time 20 --until-witness --cc "$work/losing-cc" SB+mfences
  grep -q '^FORBIDDEN: 0:rax=0; 1:rax=0;  seen .* x86-tso forbids it' "$work/out" || fail "no alarm: $(cat "$work/out")"
  grep -q "^Whose: the CPU's" "$work/out" || fail "who is blamed: $(cat "$work/out")"
fi
