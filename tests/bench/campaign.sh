#!/usr/bin/env bash
# A campaign of 1,000 nodes that each ran 400 tests merges, compares and becomes a page within 30 s and 256 MiB each:
# made-up records, one in fifty of them there twice, as `task` writes them.
# Usage: WEAKMEM=build/weakmem tests/bench/campaign.sh [NODES]
set -euo pipefail
weakmem=$(realpath "${WEAKMEM:-build/weakmem}")
nodes=${1:-1000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Two hundred tests, each with two fences.
mkdir tests
for ((i = 1; i <= 200; i++)); do
  printf 'C T%d\n{}\nP0 (atomic_int* x) { atomic_store_explicit(x, %d, memory_order_relaxed); }\n' "$i" "$i"
  printf 'P1 (atomic_int* x) { int r0 = atomic_load_explicit(x, memory_order_relaxed); }\nexists (1:r0=%d)\n' "$i"
done | awk '/^C T/ { file = "tests/" $2 ".litmus" } { print >file }'
"$weakmem" campaign plan tests --fence none,fence-seq_cst --repeat "$nodes" --task-time 1000h -o camp --quiet
python3 - "$nodes" <<'PYTHON'
import json, random, sys
random.seed(1)
lines = [json.loads(line) for line in open("camp/plan.jsonl")]
plan, tests = lines[0], [l for l in lines if l["schema"] == "weakmem.plan.test/1"]
items = [l for l in lines if l["schema"] == "weakmem.plan.item/1"]
assert plan["tasks"] == int(sys.argv[1]) and len(items) == 400, (plan["tasks"], len(items))
machine = {"arch": "x86_64", "cpu": "CPU", "vendor": "Vendor", "family": 25, "model": 1, "stepping": 1, "microcode": "0x1",
           "cores": 96, "pus": 192, "virtual": "", "emulated": False, "kernel": "6.18", "cache_line": 64, "lse": False,
           "governor": "performance", "boost": "on", "smt": "on", "mitigations": "retbleed: Vulnerable, spectre_v2: Retpolines",
           "huge_pages": "madvise", "cpu_limit": "none", "cpuset": "0-191", "nodes": "0-1"}
verdict = {"c11": "allowed", "x86-tso": "allowed", "aarch64": "allowed", "riscv": "allowed", "power": "allowed"}
for task in range(plan["tasks"]):
    with open(f"camp/records/{task}.jsonl", "w") as out:
        attempt = {"schema": "weakmem.attempt/1", "task": task, "plan": plan["digest"], "node": f"n{task}", "status": "began"}
        print(json.dumps(attempt, separators=(",", ":")), file=out)
        for number, item in enumerate(items):
            test, counts = tests[item["test"]], [random.randrange(1000000) for _ in range(4)]
            record = {"schema": "weakmem.run/1", "test": test["name"], "file": test["file"], "digest": test["digest"],
                      "started": "2026-01-02T03:04:05Z", "weakmem": plan["weakmem"], "status": "done", "machine": machine,
                      "compiler": plan["compilers"][0], "engine": "perpetual",
                      "settings": {"copies": 1, "delay": 0, "visits": 32768}, "actors": "threads", "fence": item["fence"],
                      "placement": {"name": "l3", "pus": [0, 1]}, "seed": number + 1, "iterations": sum(counts),
                      "seconds": 1.5, "condition": "exists (0:r0=0 /\\ 1:r0=0)", "verdict": verdict, "witnesses": counts[0],
                      "campaign": {"plan": plan["digest"], "kind": "any", "node": f"n{task}", "task": task, "item": number,
                                   "repetition": task},
                      "histogram": [{"state": f"0:r0={i >> 1}; 1:r0={i & 1};", "count": counts[i], "witness": not i,
                                     "weak": not i, "verdict": verdict} for i in range(4)]}
            for _ in range(1 + (number % 50 == 0)):
                print(json.dumps(record, separators=(",", ":")), file=out)
PYTHON
du -sh camp/records | sed 's/\t.*/ of records/'

python3 - "$weakmem" "$nodes" <<'PYTHON'
import os, sys, time
weakmem, wanted, bad = sys.argv[1], 400 * int(sys.argv[2]), False

# Runs a command alone, so that what is measured is its own.
def measure(verb, *arguments):
    global bad
    began, child = time.time(), os.fork()
    if not child:
        os.dup2(os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.execv(weakmem, [weakmem, *arguments])
    _, status, use = os.wait4(child, 0)
    took, memory = time.time() - began, use.ru_maxrss / 1024
    records = sum(1 for _ in open("all.jsonl"))
    print(f"{records} records {verb} in {took:.1f} s ({use.ru_utime + use.ru_stime:.1f} s of CPU), {memory:.0f} MiB; limits 30 s, 256 MiB")
    bad |= status != 0 or records != wanted or took > 30 or memory > 256

measure("merged", "campaign", "merge", "camp", "-o", "all.jsonl")
measure("compared", "compare", "all.jsonl")
measure("reported", "report", "all.jsonl", "-o", "page.html")
sys.exit(bad)
PYTHON
echo PASS
