#!/usr/bin/env bash
# weakmem check FILE.c: what each CPU's model allows the compiled code of the user's own threads.
source "$SOURCE/tests/cli/shared/test.bash"
cd "$work"
export XDG_DATA_HOME=$work/data
run() { "$WEAKMEM" "$@"; }
here=$(uname -m)
[[ $here == riscv64 ]] && here=riscv
[[ $here == ppc64le ]] && here=power
here() { ends "$1" run check "${@:2}" --cc gcc --target "$here"; }

# What a header orders, in a function that is called; init, arbiter and what one thread alone assigns.
cat >flag.h <<'C'
#include <stdatomic.h>
struct box { int data; atomic_int flag; };
static __attribute__((noinline)) void put(struct box *b, int v) {
  b->data = v;
  atomic_store_explicit(&b->flag, 1, ORDER);
}
C
cat >mp.c <<'C'
// A box that is filled and looked into.
#include <weakmem.h>
#ifndef ORDER
#define ORDER memory_order_release
#endif
#include "flag.h"
WM_SHARED { struct box box[2]; int turns; };
WM_RESULTS(seen, value, turns)
WM_INIT { shared->box[1].data = 3; shared->turns = 1; }
WM_THREAD(writer) { put(&shared->box[1], 4); shared->turns++; }
WM_THREAD(reader) {
  if (atomic_load_explicit(&shared->box[1].flag, memory_order_acquire)) {
    result->seen = 1;
    result->value = shared->box[1].data;
  }
}
WM_ARBITER { result->turns = shared->turns; }
WM_FORBIDDEN("seen && value != 4", "an old value")
WM_FORBIDDEN("turns != 2", "the arbiter")
C
ends 0 run check mp.c
grep -qE '^  [a-z0-9_]+ +gcc -O2 +kept' out || fail "kept: $(cat out)"
grep -q '^    seen  value  turns  allowed on' out || fail "results: $(cat out)"
here 0 mp.c --cflags -O0 --format tsv
grep -qE $'^mp\\.c\t[a-z0-9_]+\tgcc\t-O0\tkept\tseen=1 value=4 turns=2\tacceptable' out || fail "unoptimised: $(cat out)"

# One order too weak: named by CPU, told event by event with the lines of the header.
if command -v aarch64-linux-gnu-gcc >/dev/null; then
  ends 1 run check mp.c --cc gcc --target aarch64 --cflags '-O2 -DORDER=memory_order_relaxed'
  grep -qE '^  aarch64  gcc -O2 -DORDER=memory_order_relaxed  broken +seen=1 value=3 turns=2' out || fail "broken: $(cat out)"
  grep -q '^  allowed by aarch64: an execution that ends in it' out || fail "explained: $(cat out)"
  grep -qE 'W shared\+8=4 .* flag\.h:4: b->data = v;' out || fail "lines: $(cat out)"
  ends 1 run check mp.c --cc gcc --target aarch64 --cflags '-O2 -DORDER=memory_order_relaxed' --format json
  grep -q '"verdict":"broken","state":"seen=1 value=3 turns=2","grade":"forbidden","sentence":"an old value","weak":true' out ||
    fail "json: $(cat out)"
fi

# A wait that nobody ends.
cat >hang.c <<'C'
#include <weakmem.h>
#include <stdatomic.h>
WM_SHARED { atomic_int flag; };
WM_RESULTS(a)
WM_THREAD(waits) { while (!atomic_load(&shared->flag)) ; result->a = 1; }
WM_THREAD(idle) { atomic_store(&shared->flag, 0); }
C
here 1 hang.c
grep -qE '  hangs +in some execution a wait never ends: P0 \(hang\.c:5' out || fail "hang: $(cat out)"

# What cannot be decided is named with its place: a call outside, recursion, an unknown instruction.
printf '#include <weakmem.h>\nint other(void);\nWM_SHARED { int x; };\nWM_RESULTS(a)\nWM_THREAD(t) { shared->x = other(); }\n' >call.c
here 3 call.c
grep -qE "  open +call\.c:5: .*a call of 'other'" out || fail "call: $(cat out)"
printf '#include <weakmem.h>\nWM_SHARED { double x; };\nWM_RESULTS(a)\nWM_THREAD(t) {\n shared->x *= 3; }\n' >real.c
here 3 real.c
grep -qE '  open +real\.c:5: ' out || fail "floating point: $(cat out)"

# Usage.
ends 2 run check mp.c SB
grep -qF "'SB': tests and code are checked by commands of their own" err || fail "mixed: $(cat err)"
ends 2 run check mp.c --cc P0=gcc,P1=clang
printf 'int x = ;\n' >wrong.c
here 3 wrong.c
grep -qF 'wrong.c:1:9: error' out || fail "compiler's words: $(cat out)"

# Junit; an object as it is.
here 1 hang.c --format junit
grep -q '<failure' out || fail "junit: $(cat out)"
echo PASS
