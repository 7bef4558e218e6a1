#!/usr/bin/env bash
# A million records compare within 20 s and 256 MiB: 1,000 tests on 10 machines, 100 runs each, as `run` writes them;
# then a million records of as many different tests, which is the most that there is to hold.
# Usage: WEAKMEM=build/weakmem tests/bench/compare.sh [RECORDS]
set -euo pipefail
weakmem=${WEAKMEM:-build/weakmem}
records=${1:-1000000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# generate TESTS: the records as lines.
generate() {
  awk -v records="$records" -v tests="$1" 'BEGIN {
    split("x86_64 aarch64 riscv64 ppc64le", archs, " ")
    srand(1)
    for (i = 0; i < records; i++) {
      test = i % tests; machine = int(i / tests) % 10; n = 400000 + int(rand() * 100000); w = int(n * rand() / 2)
      printf "{\"schema\":\"weakmem.run/1\",\"test\":\"T%d\",\"family\":\"classic\",\"file\":\"classic/T%d.litmus\",", test, test
      printf "\"digest\":\"%016x%048x\",\"started\":\"2026-01-02T03:04:05Z\",\"weakmem\":\"0.1.0\",", test + 1, 0
      printf "\"status\":\"done\",\"machine\":{\"arch\":\"%s\",\"cpu\":\"CPU %d\",", archs[machine % 4 + 1], machine
      printf "\"vendor\":\"Vendor\",\"family\":25,\"model\":1,\"stepping\":1,\"microcode\":\"0x1000065\",\"cores\":2,"
      printf "\"pus\":2,\"virtual\":\"kvm\",\"emulated\":false,\"kernel\":\"6.18\",\"cache_line\":64,\"lse\":false},"
      printf "\"compiler\":{\"path\":\"cc\",\"version\":\"cc (Debian 12.2.0-14+deb12u1) 12.2.0\",\"flags\":\"-O2\"},"
      printf "\"engine\":\"perpetual\",\"settings\":{\"copies\":1,\"delay\":0,\"visits\":32768},\"actors\":\"threads\","
      printf "\"fence\":\"none\",\"placement\":{\"name\":\"l3\",\"pus\":[0,1]},\"seed\":8834260229523770,"
      printf "\"iterations\":%d,\"seconds\":0.044115433000115445,", n
      printf "\"condition\":\"exists (0:r0=0 /\\\\ 1:r0=0)\",\"witnesses\":%d,\"histogram\":[", w
      for (s = 0; s < 4; s++)
        printf "%s{\"state\":\"0:r0=%d; 1:r0=%d;\",\"count\":%d,\"witness\":%s,\"weak\":%s,\"verdict\":{\"c11\":\"allowed\",\"x86-tso\":\"allowed\",\"aarch64\":\"allowed\"}}", \
          s ? "," : "", int(s / 2), s % 2, s ? int((n - w) / 3) : w, s ? "false" : "true", s ? "false" : "true"
      print "]}"
    }
  }' >"$work/records.jsonl"
}

failed=0
measure() {
  generate "$2"
  /usr/bin/time -f '%e %U %M' -o "$work/time" "$weakmem" compare --format tsv "$work/records.jsonl" >"$work/out"
  read -r seconds user kib <"$work/time"
  printf '%-28s %s records, %s MB, %s rows: %s s (limit 20; %s s of CPU), %d MiB (limit 256)\n' "$1" "$records" \
    "$(($(stat -c %s "$work/records.jsonl") / 1000000))" "$(($(wc -l <"$work/out") - 1))" "$seconds" "$user" "$((kib / 1024))"
  awk -v s="$seconds" -v k="$kib" 'BEGIN { exit !(s <= 20 && k <= 256 * 1024) }' || failed=1
}
measure "1,000 tests, 10 machines" 1000
measure "every record a test" "$records"
exit $failed
