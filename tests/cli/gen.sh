#!/usr/bin/env bash
# gen makes tests from cycles, as files or as a stream that other commands read, and names the cycle that a test is.
source "$SOURCE/tests/cli/shared/test.bash"

ends 0 "$WEAKMEM" gen PodWR Fre PodWR Fre
head -2 "$work/out" | diff - <(printf 'C SB\nCycle=PodWR Fre PodWR Fre\n') || fail "not SB"
ends 0 "$WEAKMEM" gen Rel PodWW Rel Rfe Acq PodRR Acq Fre
head -1 "$work/out" | grep -qx 'C MP+porelrel+poacqacq' || fail "not MP+porelrel+poacqacq: $(head -1 "$work/out")"
ends 0 "$WEAKMEM" gen --dialect linux FenceWmbdWW Rfe FenceRmbdRR Fre
grep -q 'smp_wmb();' "$work/out" || fail "no smp_wmb: $(cat "$work/out")"

# A CPU's assembly: its front reads it back, as does its model, and it is the cycle.
while IFS=$'\t' read -r dialect model cycle name line verdict; do
  # shellcheck disable=SC2086 # words
  ends 0 "$WEAKMEM" gen --dialect "$dialect" $cycle
  grep -qF "$line" "$work/out" && cp "$work/out" "$work/asm.litmus" || fail "no $line: $(cat "$work/out")"
  ends 0 "$WEAKMEM" gen --name "$work/asm.litmus"
  [[ $(cat "$work/out") == "$name: $cycle" ]] || fail "not $name: $cycle, but $(cat "$work/out")"
  ends 0 "$WEAKMEM" predict --format tsv --model "$model" "$work/asm.litmus"
  [[ $(cut -f1-3 "$work/out" | tail -1) == "$name"$'\t'"$model"$'\t'"$verdict" ]] || fail "not $verdict: $(cat "$work/out")"
done <<'END'
aarch64	aarch64	DMB.SYdWW Rfe DpAddrdR Fre	MP+dmb.sy+addr	DMB SY	Forbidden
AArch64	aarch64	DMB.STdWW Rfe DpCtrldR Fre	MP+dmb.st+ctrl	CBNZ W1,L00	Allowed
aarch64	aarch64	PodWWPL RfeLA DpCtrlIsbdRAP Fre	MP+popl+ctrlisbap	LDAR W1,[X0]	Forbidden
aarch64	aarch64	PodWRPA Amo.SwpAL CoeLP PodWR Fre	R+popa-amo.swpal+po	SWPAL	Allowed
aarch64	aarch64	DpDatadW Rfe DpDatadW Rfe	LB+datas	EOR W4,W1,W1	Forbidden
aarch64	aarch64	DpDatadW Rfe DpAddrdR DpAddrdW Rfe	LB+data+addr-addr	ADD X7,X6,W8,SXTW	Forbidden
x86	x86-tso	PodWR Fre PodWR Fre	SB	movl (y),%eax	Allowed
x86	x86-tso	MFencedWR Fre MFencedWR Fre	SB+mfences	mfence	Forbidden
x86	x86-tso	PodWR Exch Coe MFencedWR Fre	R+po-rmw+mfence	xchgl (y),%eax	Forbidden
riscv	riscv	Fence.rw.rwdWR Fre Fence.rw.rwdWR Fre	SB+fence.rw.rws	fence rw,rw	Forbidden
riscv	riscv	PodWWPRl RfeRlAq PodRRAqP Fre	MP+poprl+poaqp	lw.aq	Forbidden
riscv	riscv	PodWW Rfe DpCtrlFenceIdR Fre	MP+po+ctrlfencei	fence.i	Allowed
power	power	LwSyncdWW Rfe DpCtrlIsyncdR Fre	MP+lwsync+ctrlisync	isync	Forbidden
power	power	LwSyncdWR Fre LwSyncdWR Fre	SB+lwsyncs	lwsync	Allowed
power	power	PodWR LxSx Coe SyncdWR Fre	R+po-rmw+sync	stwcx. r7,r0,r5	Allowed
END
ends 2 "$WEAKMEM" gen --dialect x86 PodWW Rfe DpAddrdR Fre
ends 2 "$WEAKMEM" gen --dialect aarch64 PodWRLL Fre PodWR Fre
here=$("$WEAKMEM" topo --format json | sed -n 's/.*"arch": *"\([^"]*\)".*/\1/p')
case $here in aarch64 | riscv64 | ppc64le | x86_64)
  "$WEAKMEM" gen -q --dialect "$here" --size 4 --threads 2 >"$work/here.litmus"
  XDG_CACHE_HOME=$work/cache ends 0 "$WEAKMEM" run --no-keep -q -t 0.01 --format tsv - <"$work/here.litmus"
  [[ $(tail -n +2 "$work/out" | cut -f1 | sort -u | wc -l) == 6 ]] || fail "not six tests of $here were run: $(cat "$work/out")" ;;
esac

# The classic families are the cycles of its edges, and the suite's tests are these cycles.
ends 0 "$WEAKMEM" gen --size 6 --threads 3
[[ $(grep '^C ' "$work/out" | sort | tr '\n' ' ') == "C 2+2W C 3.2W C 3.LB C 3.SB C ISA2 C LB C MP C R C RWC C S C SB C W+RWC C WRC C WRR+2W C WRW+2W C WRW+WR C WWC C Z6.0 C Z6.1 C Z6.2 C Z6.3 C Z6.4 C Z6.5 " ]] || fail "families: $(grep '^C ' "$work/out" | tr '\n' ' ')"
grep -q '23 tests: 6 of 2 threads, 17 of 3' "$work/err" || fail "counts: $(cat "$work/err")"
cp "$work/out" "$work/all.litmus"
for test in MP SB LB S R 2+2W WRC RWC WWC W+RWC ISA2 IRIW 3.SB 3.LB 3.2W Z6.0 Z6.1 Z6.2 Z6.3 Z6.4 Z6.5; do
  ends 0 "$WEAKMEM" gen --name "$test"
  grep -q "^$test: " "$work/out" || fail "$test is said to be $(cat "$work/out")"
done
ends 0 "$WEAKMEM" gen --name "$work/all.litmus"
cut -d: -f1 "$work/out" | diff - <(sed -n 's/^C //p' "$work/all.litmus") || fail "other names than those that were given"
cut -d' ' -f2- "$work/out" | diff - <(sed -n 's/^Cycle=//p' "$work/all.litmus") || fail "other cycles"
ends 2 "$WEAKMEM" gen --name CoWW

# To a folder, a file a test; the same tests as in the stream, which predict, check and run read.
ends 0 "$WEAKMEM" gen -q --size 6 --threads 3 -o "$work/made/here"
[ ! -s "$work/err" ] || fail "not quiet: $(cat "$work/err")"
ends 0 "$WEAKMEM" predict --format tsv --model sc,c11 "$work/made"
cut -f1-4 "$work/out" | sort >"$work/folder"
ends 0 "$WEAKMEM" predict --format tsv --model sc,c11 - <"$work/all.litmus"
cut -f1-4 "$work/out" | sort | diff - "$work/folder" || fail "the stream's verdicts are not the folder's"
# The condition is the cycle: sequential consistency forbids each, and C11 allows it of relaxed accesses, or would but
# for thin air.
[[ $(awk -F'\t' '$2 == "sc" && $3 != "Forbidden"' "$work/folder" | wc -l) == 0 ]] || fail "sc allows a cycle: $(cat "$work/folder")"
[[ $(awk -F'\t' '$2 == "sc"' "$work/folder" | wc -l) == 23 ]] || fail "not 23 tests"
"$WEAKMEM" gen --size 4 --threads 2 2>/dev/null >"$work/two.litmus"
XDG_CACHE_HOME=$work/cache ends 0 "$WEAKMEM" run --no-keep -q -t 0.01 --format tsv - <"$work/two.litmus"
[[ $(tail -n +2 "$work/out" | cut -f1 | sort -u | wc -l) == 6 ]] || fail "not six tests were run: $(cat "$work/out")"

# Lines of cycles; names that are taken get a number.
printf '# two of one\nPodWR Fre PodWR Fre\n\nFre PodWR Fre PodWR\nPodWW Rfe PodRR Fre\n' >"$work/lines"
ends 0 "$WEAKMEM" gen - <"$work/lines"
[[ $(grep '^C ' "$work/out" | tr '\n' ' ') == "C SB C SB+2 C MP " ]] || fail "lines: $(cat "$work/out")"
ends 2 "$WEAKMEM" gen - <<<$'PodWR Fre PodWR Fre\nPodWR Rfe'
grep -q '^-:2:7: error: ' "$work/err" || fail "the place of an error: $(cat "$work/err")"

# A place in a stream is one in the whole of it.
printf 'C two\n{}\nP0 () { nothing }\n' | cat "$work/two.litmus" - >"$work/broken"
ends 2 "$WEAKMEM" predict --model sc - <"$work/broken"
grep -q "^-:$(($(wc -l <"$work/two.litmus") + 3)):9: error: " "$work/err" || fail "the place of an error: $(cat "$work/err")"

# What cannot be is said.
ends 0 "$WEAKMEM" gen --size 6 --threads 3 --all --limit 10
grep -q 'may be more tests than 10' "$work/err" || fail "the limit: $(cat "$work/err")"
for wrong in "PodWR Fre" "PodWR Rfe" "Pod" "PodWW Coe Coi PodWW Coe Coi" "--size 4 PodWR Fre" "--name SB PodWR" "--name nowhere" "--dialect vax PodWR" "--size 1" "--relax PosRR" ""; do
  # shellcheck disable=SC2086 # words
  ends 2 "$WEAKMEM" gen $wrong
  [ -s "$work/err" ] || fail "no word on '$wrong'"
done
