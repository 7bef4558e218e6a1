#!/usr/bin/env bash
# RISC-V and POWER, whose Debian 12 has not the libraries that weakmem needs: the C of every test that comes with it,
# by either engine, compiles without a warning for them, and some of it runs under qemu's user emulation, where it shows
# what the CPU's model allows and nothing else. So that one knows: ends with 77 where the compilers are not here.
# For POWER only what runs is made to the end: the compiler's front end is all that differs in the rest, what is the CPU's
# own is in cpu.h (cli/cpu_headers), and the passes behind it see the same as for RISC-V.
source "$SOURCE/tests/cli/shared/test.bash"
for tool in make python3 {riscv64,powerpc64le,powerpc64}-linux-gnu-gcc qemu-{riscv64,ppc64le,ppc64}; do
  command -v "$tool" >/dev/null || skip "no $tool here (Debian: make python3 qemu-user" \
    "gcc-{riscv64,powerpc64le,powerpc64}-linux-gnu libc6-dev-{riscv64,ppc64el,ppc64}-cross)"
done
! grep -q __asan_init "$WEAKMEM" || skip "the same as without sanitizers, slowly"
[[ $("$WEAKMEM" topo --format json) != *'"emulated": true'* ]] || skip "what it prints is no other CPU's under an emulator"

families=(classic atomicity locks publish dependency)
warnings='-Wall -Wextra -Wpedantic -Wshadow -Werror'
"$WEAKMEM" show --export "$work/auto" "${families[@]}" # perpetual where the test allows it
"$WEAKMEM" show --export "$work/lockstep" --engine lockstep "${families[@]}"
tests=$("$WEAKMEM" list --format tsv "${families[@]}" | tail -n +2 | wc -l)
grep -q "perpetual engine" "$work"/auto/tests/SB.c || fail "SB is not for the perpetual engine"

# Each test once more that differs: what auto has made for the lockstep engine is in the other folder too.
objects() {
  (cd "$1/tests" && for test in *.c; do
    [[ $1 == */lockstep ]] || ! cmp -s "$test" "$work/lockstep/tests/$test" || continue
    echo "build/.made/test-${test%.c}.o"
  done)
}
some=(SB SB+fences SB+seq_cst MP MP+rel-acq LB CoRR IRIW+seq_cst 2+2W S R+fences)
rmw=(fetch_add compare_exchange-loop exchange increment)

# Records of an emulated CPU, of states that its model allows.
check() { # ARCH MODEL RECORDS...
  local arch=$1 model=$2
  shift 2
  "$WEAKMEM" predict --model "$model" --format tsv "${some[@]}" "${rmw[@]}" >"$work/allowed"
  python3 - "$work/allowed" "$arch" "$@" <<'PYTHON'
import json, sys
allowed = {row[0]: set(row[3].split(" | ")) for row in (line.rstrip("\n").split("\t") for line in open(sys.argv[1]))}
records = [json.loads(line) for path in sys.argv[3:] for line in open(path)]
for r in records:
    assert r["machine"]["arch"] == sys.argv[2] and r["machine"]["emulated"] is True and not r["machine"]["cpu"], r
    assert r["status"] == "done" and r["iterations"] == sum(s["count"] for s in r["histogram"]) > 0, r
    for s in r["histogram"]:
        assert s["state"] in allowed[r["test"]], (r["test"], r["engine"], s)
engines = {r["engine"] for r in records}
assert engines == {"lockstep", "perpetual"}, engines
weak = {r["test"]: r["witnesses"] for r in records if r["witnesses"]}
print(f"  ran {len(records)}: {sum(r['iterations'] for r in records)} iterations; witnesses: {weak}")
PYTHON
}

compile() { # FOLDER COMPILER FLAGS OBJECT...
  local folder=$1 cc=$2 flags=$3
  shift 3
  make -s -C "$work/$folder" -j "$(nproc)" CC="$cc" CFLAGS="$flags" OPT=-O1 WARN="$warnings" LDFLAGS=-static "$@" \
    >"$work/out" 2>&1 || fail "$cc: $(head -20 "$work/out")"
}

all() { # COMPILER FLAGS
  local count=0 folder list
  for folder in auto lockstep; do
    mapfile -t list < <(objects "$work/$folder")
    compile $folder "$1" "$2" "${list[@]}"
    count=$((count + ${#list[@]}))
  done
  [[ $count -gt $tests ]] || fail "$count of more than $tests"
  echo "$1: compiled $tests tests, $count sources"
}

run() { # ARCH MODEL COMPILER EMULATOR
  compile auto "$3" -O1 "${some[@]/#/build/}" "${rmw[@]/#/build/}"
  rm -f "$work/records"
  for test in "${some[@]}" "${rmw[@]}"; do
    "$4" "$work/auto/build/$test" --iterations 5000 >>"$work/records" 2>"$work/err" || fail "$4: $test: $(cat "$work/err")"
  done
  echo "$4:"
  check "$1" "$2" "$work/records" || fail "$4: what was seen"
}

all riscv64-linux-gnu-gcc -O1
run riscv riscv riscv64-linux-gnu-gcc qemu-riscv64
all powerpc64le-linux-gnu-gcc "-O1 -fsyntax-only"
run power power powerpc64le-linux-gnu-gcc qemu-ppc64le
run power power powerpc64-linux-gnu-gcc qemu-ppc64 # the same with the bytes of a number in the other order
echo PASS
