#!/usr/bin/env bash
# weakmem run FILE.c: the user's own C as the threads of a test.
source "$SOURCE/tests/cli/shared/test.bash"
cd "$work"
export XDG_DATA_HOME=$work/data
run() { "$WEAKMEM" run -q --no-keep -t 0.02 "$@"; }
notes='#include <weakmem.h>
WM_SHARED { int x; };
WM_RESULTS(a, b)
WM_THREAD(one) { shared->x = 1; result->a = 1; }
'

# Results, grades with their sentences, init and arbiter; a forbidden result that is seen is the exit status 1.
mkdir queues
cat >queues/own.h <<'C'
#pragma once
enum { HEADER = 4 };
C
cat >queues/own.c <<C
/* What it shows. More of it. */
#include "own.h"
$notes
WM_INIT { shared->x = HEADER; }
WM_THREAD(two) { result->b = 2; }
WM_ARBITER { result->b += shared->x; }
WM_INTERESTING("b == 3", "init, threads, arbiter")
WM_FORBIDDEN("a != 1 || b < 3", "never")
C
ends 0 run queues/own.c
grep -q '^own$' out && grep -q '^  What it shows\.$' out || fail "head: $(cat out)"
grep -qE '^    a=1; b=3; .*interesting: init, threads, arbiter' out || fail "states: $(cat out)"
grep -qF 'Never ~exists (a != 1 || b < 3)' out || fail "condition: $(cat out)"
ends 1 run queues/own.c --forbid 'a + b == 4' --format json -o records.jsonl
grep -qE '"family":"code".*"state":"a=1; b=3;".*"grade":"forbidden"' out || fail "record: $(cat out)"
grep -q '"forbidden_state":"a=1; b=3;"' records.jsonl || fail "records: $(cat records.jsonl)"
# What it includes is what it is, too.
digest() { grep -oE '"digest":"[0-9a-f]{64}"' "$1"; }
first=$(digest out)
ends 0 run queues/own.c --format json
[[ $(digest out) == "$first" ]] || fail "the digest changes by itself: $(digest out)"
sed -i 's/4/5/' queues/own.h
ends 0 run queues/own.c --format json
[[ $(digest out) != "$first" ]] || fail "the digest does not see the header"

# An object without notes, of functions that nobody else sees; and a folder.
cat >lock.c <<'C'
struct both { int x, y; };
__attribute__((visibility("hidden"))) int spare;
__attribute__((visibility("hidden"))) void f(struct both *s, long *r) { s->x = 1 + spare; r[0] = s->x; }
__attribute__((visibility("hidden"))) void count(struct both *s, long *r) { s->y = 2; r[1] = s->y; }
C
mkdir objects
${CC:-cc} -O2 -c lock.c -o objects/lock.o
ends 1 run --code objects --threads f,count --shared 8 --results r0,r1 --forbid 'r0 == 1 && r1 == 2'
grep -qE '^    r0=1; r1=2; .*forbidden' out || fail "object: $(cat out)"
ends 2 run objects/lock.o
grep -qF -- '--threads f,g says which' err || fail "no threads: $(cat err)"
ends 2 run objects/lock.o --threads f,cuont --shared 8
grep -qF "no function 'cuont' that other files can call (did you mean 'count'?)" err || fail "no function: $(cat err)"

# The header is C of every standard from C11 on, and C++, without a warning.
printf '%sWM_FORBIDDEN("a", "")\n' "$notes" >strict.c
compile() { "$@" -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Werror -I "$SOURCE/harness" -c strict.c -o strict.o; }
for standard in c11 c17 gnu17; do
  compile "${CC:-cc}" -std=$standard || fail "the header as $standard"
done
ends 1 run strict.o
if command -v g++ >/dev/null; then
  g++ -x c++ -Wall -Wextra -Wpedantic -Wshadow -Werror -fPIC -I "$SOURCE/harness" -c strict.c -o strict.o || fail "the header as C++"
  [[ $(uname -m) != x86_64 || $("${CC:-cc}" -dumpmachine) != x86_64* ]] || ends 1 run strict.o
fi

# What is wrong is told at its place, and nothing runs.
printf '%sWM_THREAD(two) { return 1 + ; }\n' "$notes" >wrong.c
ends 2 run wrong.c
grep -qE '^wrong\.c:5:[0-9]+: error' err || fail "compiler's words: $(cat err)"
printf '%sWM_FORBIDDEN("c == 1", "")\n' "$notes" >wrong.c
ends 2 run wrong.c
grep -qF "wrong.c:5:1: error: no result 'c'" err || fail "grade: $(cat err)"
head -c 300 objects/lock.o >cut.o
ends 2 run cut.o
grep -qE '^weakmem: error: cut\.o: byte 0x[0-9a-f]+ of the object' err || fail "damaged: $(cat err)"
ends 2 run missing.c

# A crash, a hang, a fork and an early exit are the file's result; nothing is left of it, and what it prints is no data.
printf '%sWM_THREAD(two) { *(volatile int *)16 = 0; }\n' "$notes" >crash.c
printf '%sWM_THREAD(two) { for (volatile int i = 0;; i++) ; }\n' "$notes" >hang.c
printf '#include <unistd.h>\n%sWM_THREAD(two) { if (!fork()) pause(); }\n' "$notes" >fork.c
printf '#include <stdlib.h>\n%sWM_THREAD(two) { exit(0); }\n' "$notes" >exit.c
printf '#include <stdio.h>\n%sWM_THREAD(two) { puts("a word"); fflush(stdout); }\n' "$notes" >print.c
ends 3 run crash.c
grep -qF 'crash: crashed: ' out || fail "crash: $(cat out)"
ends 3 run hang.c --timeout 0.3
grep -qF 'timeout: killed: it had not ended after 0.3 s: a thread never ends' out || fail "hang: $(cat out)"
ends 3 run fork.c
grep -qF 'crash: a thread forked' out || fail "fork: $(cat out)"
ends 3 run exit.c
grep -qF 'ended with status 0: a thread ended it' out || fail "exit: $(cat out)"
ends 0 run print.c --iterations 10
! grep -q 'a word' out && grep -q 'a word' err || fail "print: $(cat out)"
! grep -qE 'forall|\*' out || fail "a condition that nobody wrote: $(cat out)"
ends 3 run print.c --fence compiler
grep -qF "no fence is put into the user's code" err || fail "fence: $(cat err)"

# What is shared lies as it asks to; there are bounds.
printf '%s' "${notes/int x;/_Alignas(128) int x; char more[1000000];}" >large.c
printf 'WM_THREAD(two) { result->b = ((unsigned long)shared %% 128) + 1; }\nWM_FORBIDDEN("b != 1", "misaligned")\n' >>large.c
ends 0 run large.c
grep -qE 'a=1; b=1;.* 100' out || fail "aligned: $(cat out)"
for wrong in '_Alignas(256) int x;' 'int x; char more[2000000];'; do
  printf '%s' "${notes/int x;/$wrong}" >wrong.c
  ends 2 run wrong.c
  grep -qE 'what its threads share is aligned|its threads share [0-9]+ bytes' err || fail "bounds: $(cat err)"
done

# The examples: what is right is never forbidden. (An emulator may reorder what the CPU that it emulates does not.)
right=(ticket seqlock.c ring peterson.c)
"$WEAKMEM" topo --format json | grep '"emulated": true' >/dev/null && right=(ticket seqlock.c ring)
ends 0 run "${right[@]}" --iterations 2000
# A litmus test and a family of an example's name are meant by it; the example has its ending.
"$WEAKMEM" run --no-keep -q -t 0.01 --format tsv seqlock >out 2>err || [[ $? == 1 ]] # an emulator's doing
grep -q $'^seqlock\tpublish\t' out || fail "seqlock is not the litmus test: $(cat out)"
ends 0 "$WEAKMEM" predict --format tsv --model sc publish
[[ $(wc -l <out) -gt 5 ]] || fail "publish is not the family: $(cat out)"
"$WEAKMEM" run --no-keep -q -t 0.01 --format tsv publish >out 2>err || [[ $? == 1 ]] # an emulator's doing
[[ $(cut -f1 out | sort -u | wc -l) -gt 5 ]] || fail "publish is not the family: $(cat out)"
ends 0 run ticket-relaxed --format json --iterations 10
grep -qF '"file":"code/ticket-relaxed.c"' out || fail "example: $(cat out)"
echo PASS
