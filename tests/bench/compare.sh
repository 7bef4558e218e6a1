#!/usr/bin/env bash
# A million records compare within 20 s and 256 MiB, whatever their shape: as `run` writes them, of 1,000 tests on 10
# machines; each of a test of its own, which is the most rows there can be; each of a machine of its own; tests and
# machines both many, which is the most cells. Then as many bytes in records of 100 states, and as one line.
# Usage: WEAKMEM=build/weakmem tests/bench/compare.sh [RECORDS]
set -euo pipefail
weakmem=${WEAKMEM:-build/weakmem}
records=${1:-1000000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# generate RECORDS TESTS MACHINES STATES: the records as lines.
generate() {
  awk -v records="$1" -v tests="$2" -v machines="$3" -v states="$4" 'BEGIN {
    split("x86_64 aarch64 riscv64 ppc64le", archs, " ")
    verdict = "\"verdict\":{\"c11\":\"allowed\",\"x86-tso\":\"allowed\",\"aarch64\":\"allowed\"}}"
    for (s = 1; s < states; s++)
      rest = rest sprintf(",{\"state\":\"0:r0=%03d; 1:r0=%d;\",\"count\":%d,\"witness\":false,\"weak\":false,", s, s % 2, s) verdict
    others = states * (states - 1) / 2
    srand(1)
    for (i = 0; i < records; i++) {
      test = i % tests; machine = int(i / (tests < records ? tests : 1)) % machines; w = int(400000 * rand())
      printf "{\"schema\":\"weakmem.run/1\",\"test\":\"T%d\",\"family\":\"classic\",\"file\":\"classic/T%d.litmus\",", test, test
      printf "\"digest\":\"%016x%048x\",\"started\":\"2026-01-02T03:04:05Z\",\"weakmem\":\"0.1.0\",", test + 1, 0
      printf "\"status\":\"done\",\"machine\":{\"arch\":\"%s\",\"cpu\":\"CPU %d\",", archs[machine % 4 + 1], machine
      printf "\"vendor\":\"Vendor\",\"family\":25,\"model\":1,\"stepping\":1,\"microcode\":\"0x1000065\",\"cores\":2,"
      printf "\"pus\":2,\"virtual\":\"kvm\",\"emulated\":false,\"kernel\":\"6.18\",\"cache_line\":64,\"lse\":false},"
      printf "\"compiler\":{\"path\":\"cc\",\"version\":\"cc (Debian 12.2.0-14+deb12u1) 12.2.0\",\"flags\":\"-O2\"},"
      printf "\"engine\":\"perpetual\",\"settings\":{\"copies\":1,\"delay\":0,\"visits\":32768},\"actors\":\"threads\","
      printf "\"fence\":\"none\",\"placement\":{\"name\":\"l3\",\"pus\":[0,1]},\"seed\":%d,", i
      printf "\"iterations\":%d,\"seconds\":0.044115433000115445,", others + w
      printf "\"condition\":\"exists (0:r0=0 /\\\\ 1:r0=0)\",\"witnesses\":%d,\"histogram\":[", w
      printf "{\"state\":\"0:r0=000; 1:r0=0;\",\"count\":%d,\"witness\":true,\"weak\":true,%s%s]}\n", w, verdict, rest
    }
  }'
}

failed=0
# measure SHAPE READ: compares what is in $work/records.jsonl; READ is how many records must be read of it.
measure() {
  /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$weakmem" compare --format tsv "$work/records.jsonl" >"$work/out" 2>"$work/err"
  read -r seconds user system kib <"$work/time"
  local read megabytes verdict
  read=$(awk -F'\t' 'NR > 1 { runs += $7 } END { print runs + 0 }' "$work/out")
  read=$((read + $(sed -n 's/.*warning: \([0-9]*\) records of machines beyond.*/\1/p' "$work/err" | grep . || echo 0)))
  megabytes=$(($(stat -c %s "$work/records.jsonl") / 1000000))
  verdict=$(awk -v s="$seconds" -v k="$kib" -v read="$read" -v wanted="$2" \
    'BEGIN { printf "%.2f and %.2f of the limits: %s", s / 20, k / 262144, s <= 20 && k <= 262144 && read == wanted ? "PASS" : "FAIL" }')
  printf '%-38s %8d records, %5d MB: %6.2f s (CPU %s + %s), %4d MiB; %s\n' "$1" "$read" "$megabytes" "$seconds" "$user" "$system" "$((kib / 1024))" "$verdict"
  case $verdict in *FAIL) failed=1 ;; esac
}

shape() { # NAME RECORDS TESTS MACHINES STATES
  generate "$2" "$3" "$4" "$5" >"$work/records.jsonl"
  measure "$1" "$2"
}
shape "1,000 tests on 10 machines" "$records" 1000 10 4
shape "a test each" "$records" "$records" 10 4
shape "a machine each" "$records" 1 "$records" 4
shape "4,000 tests on 250 machines" "$records" 4000 250 4
shape "100 states each, a tenth as many" "$((records / 10))" 1000 10 100
generate 2 1 1 4 >"$work/two"
{ head -1 "$work/two"; head -c $((records * 500)) /dev/zero | tr '\0' x; echo; tail -1 "$work/two"; } >"$work/records.jsonl"
measure "one long line" 2
exit $failed
