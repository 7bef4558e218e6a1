"""Records to make pages of."""
import json
import random

HOSTILE = ["</script><script>window.hacked=1;document.title='hacked'</script>", "<img src=x onerror=\"window.hacked=1\">",
           "<!--<script>", "<!-- <script x", "</script x", "--><svg onload=window.hacked=1>", "javascript:window.hacked=1", "\"'><b onmouseover=window.hacked=1>x</b>",
           "\u2028\u2029\u202eabc\u0007", "{{constructor.constructor('window.hacked=1')()}}", "&lt;script&gt;&#60;", "x" * 20000,
           "__proto__", "constructor", "%3Cscript%3E#open=<x>", "http://example.invalid/<script>", "data:text/html,<script>window.hacked=1</script>"]

X86 = {"arch": "x86_64", "cpu": "Test x86", "vendor": "V", "family": 25, "model": 1, "stepping": 1, "cores": 2, "pus": 4, "virtual": "kvm",
       "emulated": False, "kernel": "6.1", "cache_line": 64}
ARM = {"arch": "aarch64", "cpu": "Test ARM", "vendor": "ARM", "family": 65, "model": 3340, "stepping": 1, "cores": 4, "pus": 4, "virtual": "",
       "emulated": False, "kernel": "6.1", "cache_line": 64, "lse": True}
EMULATED = {**ARM, "cpu": "", "emulated": True}
ARM32 = {"arch": "arm", "cpu": "Old ARM", "cores": 2, "pus": 2}

TESTS = {  # condition, states
    "SB": (r"exists (0:r0=0 /\ 1:r0=0)", [f"0:r0={a}; 1:r0={b};" for a in (0, 1) for b in (0, 1)], "0:r0=0; 1:r0=0;"),
    "MP": (r"exists (1:r0=1 /\ 1:r1=0)", [f"1:r0={a}; 1:r1={b};" for a in (0, 1) for b in (0, 1)], "1:r0=1; 1:r1=0;"),
    "LB": (r"exists (0:r0=1 /\ 1:r0=1)", [f"0:r0={a}; 1:r0={b};" for a in (0, 1) for b in (0, 1)], "0:r0=1; 1:r0=1;"),
}


def record(test, machine, counts, started="2026-11-22T10:00:00Z", **more):
    """A run whose histogram has these counts, a state each of the test's."""
    condition, states, witness = TESTS.get(test, TESTS["SB"])
    histogram = [{"state": s, "count": n, "witness": s == witness} for s, n in zip(states, counts) if n]
    return {"schema": "weakmem.run/1", "test": test, "family": "classic", "status": "done", "started": started, "weakmem": "0.1.0",
            "machine": machine, "compiler": {"path": "cc", "version": "gcc 12", "flags": "-O2"}, "engine": "lockstep",
            "settings": {"ticks": 100, "layout": "compact"}, "actors": "threads", "fence": "none",
            "placement": {"name": "l3", "pus": [0, 1]}, "seed": 7, "seconds": 0.5, "iterations": sum(counts), "condition": condition,
            "witnesses": sum(n for s, n in zip(states, counts) if s == witness), "histogram": histogram, **more}


def cost(machine, figures):
    return {"schema": "weakmem.cost/1", "machine": machine, "ghz": 3.0, "rows": [
        {"group": "fences", "operation": name, "context": "alone", "ns": ns, "cycles": ns * 3, "spread": 0.01, "stable": ns < 50}
        for name, ns in figures.items()] + [{"operation": "serialize", "context": "alone", "reason": "not on this CPU"}]}


def ladder(machine):
    def row(name, ns, owned, seen, verdict, stable=True):
        price = {"contended_ns": owned, "contended_spread": 0.1, "contended_stable": True} if owned is not None else {"contended_reason": "no second core"}
        return {"fence": name, "threads": "all", "ns": ns, "spread": 0.06, "stable": stable, **price, "status": "done", "witnesses": seen, "iterations": 1000,
                "verdict": {"c11": verdict, "x86-tso": verdict}}
    return {"schema": "weakmem.fences/1", "machine": machine, "test": "SB", "condition": TESTS["SB"][0], "states": ["0:r0=0; 1:r0=0;"],
            "compiler": {"version": "gcc 12", "flags": "-O2"}, "placement": {"name": "l3", "pus": [0, 1]}, "target": "weak",
            "cheapest": "lock-add", "cheapest_threads": "all", "answer": "Cheapest here: lock-add.",
            "rows": [row("none", 0, 0, 900, "allowed"), row("lock-add", 4.5, 65.25, 0, "forbidden"), row("mfence", 37.5, 130, 0, "forbidden", False),
                     row("serialize", 50, None, 0, "unmodelled")]}


def plain():
    """Five machines, of which each says something else of how far to trust it."""
    published = {"source": "https://example.org/a log", "program": "assembly"}
    lines = [record("SB", X86, [900, 50, 40, 10]), record("SB", X86, [100, 200, 300, 400], "2026-11-22T11:00:00Z"), record("MP", X86, [5, 6, 0, 7]),
             record("LB", X86, [3, 4, 5, 0]), record("SB", X86, [0, 1, 2, 3], fence="mfence"),
             record("SB", ARM, [1, 2, 3, 4]), record("MP", ARM, [10, 20, 30, 2 ** 60]), record("LB", ARM, [1, 1, 1, 0]),
             record("SB", EMULATED, [0, 500, 400, 100]), record("mine", X86, [7, 8, 9, 1], family="own"),
             {**record("LB", ARM32, [5414, 997937, 995254, 1395]), **published}, {**record("MP", ARM32, [0, 9, 9, 9], engine="litmus7"), **published, "histogram": []},
             {**record("SB", {}, [1, 1, 1, 1], engine="herd7"), "iterations": 0, "witnesses": 0,
              "histogram": [{"state": state, "count": 0, "witness": state == TESTS["SB"][2]} for state in TESTS["SB"][1]]},
             cost(X86, {"mfence": 15.9, "lock-add": 5.25, "membarrier": 900.5}), cost(ARM, {"mfence": 1.5, "dmb-ish": 7.75}), ladder(X86)]
    return lines


def alarming():
    return [record("MP", X86, [5, 6, 3, 7]), record("SB", X86, [1, 1, 1, 1])]


def twice():
    before = [record("SB", X86, [1000 + i, 500000, 499000, 0]) for i in range(4)]
    after = [record("SB", X86, [9000 + i, 500000, 491000, 0]) for i in range(4)]
    return before, after


def many(tests, machines):
    chance = random.Random(1)
    for t in range(tests):
        for m in range(machines):
            kind = ("MP", "SB", "LB")[t % 3]
            line = record(kind, {**(ARM if m % 2 else X86), "cpu": f"Machine {m}"}, [chance.randrange(10 ** 6) for _ in range(4)])
            yield {**line, "test": f"{kind}+made-{t}", "family": f"family-{t % 7}"}


def hostile():
    """Every text that a record, a ladder or costs have is hostile, one after the other; and all of them at once."""
    def poison(value, text):
        if isinstance(value, dict):
            return {key: poison(inner, text) for key, inner in value.items() if key not in ("schema", "status")} | {
                key: value[key] for key in ("schema", "status") if key in value}
        if isinstance(value, list):
            return [poison(inner, text + (str(i) if isinstance(inner, dict) else "")) for i, inner in enumerate(value)]
        return text if isinstance(value, str) else value
    for text in HOSTILE:
        base = {**record("SB", X86, [1, 2, 3, 4]), "source": "s", "program": "p", "forbidden_state": "s", "forbidden_by": "m", "file": "f", "digest": "d",
                "message": "m"}
        base["histogram"][0] |= {"verdict": {"x86-tso": "forbidden"}, "weak": True}
        yield poison(base, text)
        yield {**base, "test": text}
        yield {**base, "condition": "exists (" + text + ")", "family": text}
        yield {**base, "histogram": [{"state": text, "count": 1, "witness": True, "weak": True, "verdict": {text: text, "x86-tso": "forbidden"}}],
               "iterations": 1, "witnesses": 1}
        yield {**base, "settings": {text: text}}
        yield poison(cost(X86, {"mfence": 15.9}), text)
        yield poison(ladder(X86), text)
        yield {**ladder(X86), "rows": [text, None, {"fence": {"a": 1}, "ns": text, "verdict": [text]}, {"fence": text, "ns": -1e308}]}


def write(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")
