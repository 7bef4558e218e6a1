#!/usr/bin/env bash
# campaign: what is planned is done, each run once, whatever ends a task on its way; what is damaged is told with its place.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data WEAKMEM
cd "$work"

# once FILE COUNT: the file has the records of so many runs, none twice.
once() {
  local runs
  runs=$(sed -n 's/.*"campaign":{\([^}]*\)}.*/\1/p' "$1")
  [[ $(wc -l <<<"$runs") == "$2" ]] || fail "$1 has $(wc -l <<<"$runs") records, not $2"
  [[ -z $(sort <<<"$runs" | uniq -d) ]] || fail "twice: $(sort <<<"$runs" | uniq -d)"
}

records() { awk '/"schema":"weakmem.run\/1"/ { n++ } END { print n + 0 }' "$1"; }

# An estimate writes nothing; a plan is what it said, and stands.
ends 0 "$WEAKMEM" campaign plan SB MP --repeat 3 --machines 'one=2:No such CPU,two' -t 0.01 --task-time 1 --estimate --format tsv
[[ $(cut -f1-4 out) == $'kind\tnodes\ttasks\truns\none\t2\t3\t6\ntwo\t1\t3\t6' ]] || fail "$(cat out)"
ends 0 "$WEAKMEM" campaign plan SB MP --repeat 3 --machines 'one=2:No such CPU,two' -t 0.01 --task-time 1 -o camp
ends 2 "$WEAKMEM" campaign plan SB MP -o camp
grep -q 'plan.jsonl is there already' err || fail "$(cat err)"
grep -qx '#SBATCH --constraint=two' camp/two.sbatch && grep -qx '#SBATCH --exclusive' camp/two.sbatch || fail "$(cat camp/two.sbatch)"
[[ $(grep sbatch camp/submit.sh) == $'sbatch --array=0-2 one.sbatch 0\nsbatch --array=0-2 two.sbatch 3' ]] || fail "$(cat camp/submit.sh)"
ends 3 "$WEAKMEM" campaign status camp --format tsv
[[ $(cut -f2 out | sort | uniq -c | xargs) == "1 state 6 waiting" ]] || fail "$(cat out)"
ends 3 "$WEAKMEM" campaign merge camp -o all.jsonl
grep -q '0 records; 12 are missing' err && [[ ! -s all.jsonl ]] || fail "$(cat err)"

# A task: its records are those of the plan, and say in what this machine differs. Twice is once.
ends 0 "$WEAKMEM" campaign task camp 1
ends 0 "$WEAKMEM" campaign task camp 1
once camp/records/1.jsonl 2
[[ $(grep -c '"kind":"one".*"repetition":1,"differs":\["the CPU is .*, not No such CPU"\]' camp/records/1.jsonl) == 2 ]] || fail "$(cat camp/records/1.jsonl)"
for wrong in 6 x -1 1x ''; do ends 2 "$WEAKMEM" campaign task camp "$wrong"; done

# Another run holds it: it is left to that one.
exec 8>>camp/records/0.jsonl
flock 8
ends 3 "$WEAKMEM" campaign task camp 0
grep -q 'task 0 is being run elsewhere' err || fail "$(cat err)"
ends 0 "$WEAKMEM" campaign task --beside camp 0
grep -qx 'task 0 is left to another run, which works on it' out && [[ ! -s err ]] || fail "$(cat out err)"
ends 3 "$WEAKMEM" campaign status camp --format tsv
grep -q $'^0\trunning\t' out || fail "$(cat out)"
exec 8>&-
ends 3 "$WEAKMEM" campaign status camp --format tsv # as of one that was killed before its first word
grep -q $'^0\tlost\t' out || fail "$(cat out)"

# Killed, and asked to end: what is in the file is whole, and the next attempt goes on with the rest.
ends 0 "$WEAKMEM" campaign plan SB MP LB R S 2+2W IRIW WRC RWC WWC ISA2 3.SB 3.LB 3.2W Z6.0 Z6.1 Z6.2 Z6.3 -t 0.05 --task-time 100 -o long
had=0
touch long/records/0.jsonl
for signal in KILL TERM KILL; do
  "$WEAKMEM" campaign task long 0 --quiet 2>err &
  until (($(records long/records/0.jsonl) > had + 1)) || ! kill -0 $! 2>/dev/null; do sleep 0.02; done
  had=$(records long/records/0.jsonl)
  kill -"$signal" $!
  wait $! 2>/dev/null || true
  [[ $signal == KILL ]] && state=lost || state=stopped
  for ((tries = 0; tries < 100; tries++)); do # what it started is still on its way out
    ends 3 "$WEAKMEM" campaign status long
    ! grep -q "^ *0 *$state " out || break
    sleep 0.1
  done
  ((tries < 100)) || fail "$signal: $(cat out)"
done
"$WEAKMEM" campaign retry long --by slurm | grep -qx 'sbatch --array=0 any.sbatch 0' || fail "$("$WEAKMEM" campaign retry long)"
"$WEAKMEM" campaign retry long --by make | grep -qx 'make task-0' || fail "$("$WEAKMEM" campaign retry long --by make)"
printf '{"schema":"weakmem.run/1","test":"SB","dig' >>long/records/0.jsonl # as by a disk that was full
"$WEAKMEM" campaign retry long --by make | sh >out 2>err || fail "$(cat out err)"
ends 0 "$WEAKMEM" campaign status long
ends 0 "$WEAKMEM" campaign merge long -o long.jsonl
once long.jsonl "$(sed -n '1s/.*"items":\([0-9]*\).*/\1/p' long/plan.jsonl)"

# Who kills a whole job may kill the test first: that is no crash of the test, and it is run again.
ends 0 "$WEAKMEM" campaign plan SB -t 1 -o hit
"$WEAKMEM" campaign task hit 0 --quiet 2>err &
for ((tries = 0; tries < 400; tries++)); do
  child=$(cut -d' ' -f1 "/proc/$!/task/$!/children" 2>/dev/null || true)
  [[ -z $child || $(cat "/proc/$child/comm" 2>/dev/null || true) != weakmem ]] || break
  sleep 0.05
done
kill -9 "$child"
wait $! || fail "$(cat err hit/records/0.jsonl)"
[[ $(grep -c '"status":"done","machine"' hit/records/0.jsonl) == 1 && $(records hit/records/0.jsonl) == 1 ]] || fail "$(cat hit/records/0.jsonl)"

# Where nothing compiles, as on a node whose disk is full, or only for another CPU, no test is to blame: the task says so, and all is done later.
# What does not compile where others do is a result.
cat >mycc <<'CC'
#!/bin/sh
case " $* " in *" -dumpmachine "*) [ ! -e "$WORK/other" ] || { echo riscv64-linux-gnu && exit; } ;; esac
case " $* " in *" -shared "*) ;; *) exec cc "$@" ;; esac
source=$(mktemp)
cat >"$source"
[ ! -e "$WORK/full" ] || { echo 'No space left on device' >&2; exit 1; }
! grep -q "$REFUSED" "$source" || { echo 'it is too hard' >&2; exit 1; }
exec cc "$@" <"$source"
CC
chmod +x mycc
export WORK=$work REFUSED='^// C MP$'
ends 0 "$WEAKMEM" campaign plan SB MP -t 0.01 --cc "$work/mycc" -o black
touch full
ends 3 "$WEAKMEM" campaign task black 0
[[ $(records black/records/0.jsonl) == 0 ]] || fail "$(cat black/records/0.jsonl)"
ends 3 "$WEAKMEM" campaign status black
grep -q '^ *0 *failed .*mycc compiles nothing here: No space left on device' out || fail "$(cat out)"
"$WEAKMEM" campaign retry black --by make | grep -q task-0 || fail "retry"
rm full
touch other
ends 3 "$WEAKMEM" campaign task black 0
grep -q 'mycc makes code for riscv, not for this CPU' err || fail "$(cat err)"
rm other
ends 0 "$WEAKMEM" campaign task black 0
grep -q '"test":"MP",.*"status":"not-compiled","message":"it is too hard' black/records/0.jsonl || fail "$(cat black/records/0.jsonl)"
ends 0 "$WEAKMEM" campaign status black
[[ $(tail -1 out | xargs) == 'any 1 1 2 2 1 '* && $(head -1 out) == *'without result'* ]] || fail "$(cat out)"

# make does what is left of a campaign, whatever else is in its folder, and no task a second time.
touch camp/task-2
make -s -C camp >out 2>err || fail "$(cat out err)"
make -s -C camp >out 2>err || fail "$(cat out err)"
[[ $(grep -c began camp/records/1.jsonl) == 1 ]] || fail "it was done again"
ends 0 "$WEAKMEM" campaign merge camp -o all.jsonl
once all.jsonl 12
grep -h run/1 camp/records/{0..5}.jsonl | cmp - all.jsonl || fail "merging changes records"
grep -h run/1 camp/records/1.jsonl >>camp/records/1.jsonl.twice && cat camp/records/1.jsonl.twice >>camp/records/1.jsonl
ends 0 "$WEAKMEM" campaign merge camp -o again.jsonl
cmp all.jsonl again.jsonl && grep -q '2 more, of runs that were done twice, are left out' err || fail "$(cat err)"

ends 0 "$WEAKMEM" campaign status camp --format junit
grep -q '<testsuite name="weakmem campaign" tests="12" failures="0" errors="0"' out || fail "$(head -3 out)"

# Damaged records: an error with its place, nothing is merged and nothing is lost; what is whole can be kept.
sed -i '2s/"count":[0-9]*/"count":"many"/' camp/records/4.jsonl
ends 2 "$WEAKMEM" campaign merge camp -o all.jsonl
grep -q 'camp/records/4.jsonl:2: "count" is not a count' err && cmp all.jsonl again.jsonl || fail "$(cat err)"
ends 2 "$WEAKMEM" campaign status camp
grep -q 'records/4.jsonl:2' err && grep -q '^ *4 *damaged ' out || fail "$(cat out err)"
ends 2 "$WEAKMEM" campaign task camp 4
ends 2 "$WEAKMEM" campaign retry camp --by make
grep -q 'records/4.jsonl:2' err && ! grep -q task-4 out || fail "$(cat out err)"
ends 0 "$WEAKMEM" campaign retry camp --by make --mend
grep -q 'as it was it is camp/records/4.jsonl.damaged$' err && grep -q task-4 out || fail "$(cat out err)"
ends 3 "$WEAKMEM" campaign status camp --format tsv # nobody did what was printed: it is not one that nobody has begun
grep -q $'^4\tfailed\t.*\t1\t2\t0\t1\tits file was damaged' out || fail "$(cat out)"
sed -i '2s/"count":[0-9]*/"count":"more"/' camp/records/4.jsonl # and once more
"$WEAKMEM" campaign retry camp --by make --mend 2>err | sh >out 2>&1 || fail "$(cat out err)"
ends 0 "$WEAKMEM" campaign merge camp -o all.jsonl
once all.jsonl 12
grep -q '"many"' camp/records/4.jsonl.damaged && grep -q '"more"' camp/records/4.jsonl.damaged-2 || fail "$(ls camp/records)"
[[ $(stat -c %a camp/records/4.jsonl) == $(stat -c %a camp/records/5.jsonl) ]] || fail "$(ls -l camp/records)"
cp camp/records/2.jsonl camp/records/3.jsonl
ends 2 "$WEAKMEM" campaign merge camp -o all.jsonl
grep -q 'camp/records/3.jsonl:1: the line is of another task' err || fail "$(cat err)"

# A task does not go on with what is another's.
ends 2 "$WEAKMEM" campaign task camp 3
grep -q 'camp/records/3.jsonl:1: the line is of another task' err || fail "$(cat err)"

# What is merged goes to no file of the campaign, and through pipes and links.
ln -s camp/records/5.jsonl into
for file in camp/plan.jsonl camp/records/5.jsonl camp/records/new into; do
  cp camp/records/5.jsonl kept
  ends 2 "$WEAKMEM" campaign merge camp -o $file
  grep -q "$file is a part of the campaign" err && cmp kept camp/records/5.jsonl || fail "$(cat err)"
done
rm camp/records/3.jsonl
make -s -C camp task-3 >out 2>err || fail "$(cat out err)"
ends 0 "$WEAKMEM" campaign merge camp -o all.jsonl
grep -q 'warning: 6 records are not as planned, on .* first: the CPU is .*, not No such CPU' err || fail "$(cat err)"
"$WEAKMEM" campaign merge camp -o - 2>err | cmp - all.jsonl || fail "standard output"
ln -s all.jsonl link.jsonl
ends 0 "$WEAKMEM" campaign merge camp -o link.jsonl
[[ -L link.jsonl ]] || fail "the link is gone"

# What is printed to start tasks again starts each of them in the folder, from wherever, whatever that is called.
odd=$work/$'it\'s "a \\ $HOME\nplace'
mkdir "$odd"
ends 0 "$WEAKMEM" campaign plan SB MP --machines one,two -t 0.01 --task-time 0.1 -o "$odd"
(cd "$odd" && "$WEAKMEM" campaign retry . --all --by slurm && "$WEAKMEM" campaign retry . --all --by make) >again
# shellcheck disable=SC2016 # the script is to read them
printf '#!/bin/sh\necho "$PWD: $*" >>"$WORK/started"\n' >sbatch
cp sbatch make
chmod +x sbatch make
(cd / && WORK=$work PATH=$work:$PATH CDPATH=/ sh "$work/again" && WORK=$work PATH=$work:$PATH CDPATH=$work sh "$odd/submit.sh") || fail "$(cat again)"
rm sbatch make
for line in '--array=0-1 one.sbatch 0' '--array=0-1 two.sbatch 2' 'task-0 task-1 task-2 task-3' '--array=0-1 one.sbatch 0' '--array=0-1 two.sbatch 2'; do
  echo "$odd: $line"
done | cmp - started || fail "$(cat again started)"
program=$work/$'my "own" $HOME'
ln -s "$(command -v "$WEAKMEM")" "$program"
WEAKMEM=$program make -s -C "$odd" >out 2>err || fail "$(cat out err)"
ends 0 "$WEAKMEM" campaign status "$odd"

# A plan takes nobody's place: not that of a Makefile either. Who may read it is for umask to say.
mkdir own
echo mine >own/Makefile
ends 2 "$WEAKMEM" campaign plan SB -o own
grep -q 'own/Makefile is there already' err && [[ $(ls own) == Makefile && $(cat own/Makefile) == mine ]] || fail "$(cat err)"
(umask 007 && "$WEAKMEM" campaign plan SB -o shared -q)
[[ $(stat -c %a shared/plan.jsonl shared/submit.sh shared/records | xargs) == "660 770 770" ]] || fail "$(ls -l shared)"

# A damaged plan is none: whatever of it is not as it was planned.
damage() { # WANTED SED
  sed -i.bak "$2" camp/plan.jsonl
  ! cmp -s camp/plan.jsonl camp/plan.jsonl.bak || fail "$2 changes nothing"
  ends 2 "$WEAKMEM" campaign task camp 0
  grep -q "camp/plan.jsonl:$1" err || fail "$2: $(cat err)"
  mv camp/plan.jsonl.bak camp/plan.jsonl
}
damage '1: .*its digest' '1s/"seconds":0.01/"seconds":100/'
damage '1: .*its digest' '2s/"litmus":"C SB/"litmus":"C SC/'
damage '5: it names what the plan does not have' '5s/"test":1/"test":2/'
damage '6: it names what the plan does not have' '6s/"count":2/"count":3/'
damage '3: it is cut short' '3s/}$//'
damage '[0-9]*: the plan ends here' '9,99d'
damage '12: the plan has ended' '11p'
damage '1: ' '1s/weakmem.plan/weakmem.run/'
damage '[0-9]*: the plan ends here' '1s/"tasks":6/"tasks":2000000000/'

# A plan that says so itself, by a digest that fits, is looked at all the same.
forge() { # STATUS MESSAGE SED
  cp camp/plan.jsonl forged/plan.jsonl
  sed -i "$3; 1s/\"digest\":\"[0-9a-f]*\"/\"digest\":\"\"/" forged/plan.jsonl
  sed -i "1s/\"digest\":\"\"/\"digest\":\"$(sha256sum <forged/plan.jsonl | cut -d' ' -f1)\"/" forged/plan.jsonl
  rm -f forged/records/*
  ends "$1" "$WEAKMEM" campaign task forged 0
  [[ -z $2 ]] || grep -q "$2" err || fail "$3: $(cat err)"
}
mkdir -p forged/records
forge 3 'this weakmem is .*, and the plan was made by 0.0.9' '1s/"weakmem":"[^"]*"/"weakmem":"0.0.9"/'
ends 3 "$WEAKMEM" campaign status forged
grep -q '^ *0 *failed .*the plan was made by 0.0.9' out || fail "$(cat out)"
forge 0 '' '1s/"arch":"[^"]*"/"arch":"other"/; 1s/"binary":"[^"]*"/"binary":"other"/'
! grep -q 'another binary' forged/records/0.jsonl || fail "$(cat forged/records/0.jsonl)"
forge 0 '' '1s/"binary":"[^"]*"/"binary":"other"/'
grep -q 'another binary' forged/records/0.jsonl || fail "$(cat forged/records/0.jsonl)"
forge 3 'its digest differs' '2s/x, 1, memory/x, 2, memory/'
forge 2 'forged/plan.jsonl:1: .* do not fit' '1s/"name":"one"/"name":"x;touch owned"/'
forge 2 'forged/plan.jsonl:1: .* do not fit' '1s/"seconds":0.01/"seconds":0.0/'

# What a machine does not offer is a record that says so.
ends 0 "$WEAKMEM" campaign plan SB --topology 'pack:4 core:2 pu:2' --placement all -t 0.01 -o far
make -s -C far >out 2>err || fail "$(cat out err)"
grep '"name":"package"' far/records/0.jsonl | grep -q '"status":"refused","message":"' || fail "$(cat far/records/0.jsonl)"
ends 2 "$WEAKMEM" campaign plan "$SOURCE/litmus/code/seqlock.c" -o x
grep -q 'seqlock.c is C, and no litmus test: .weakmem run. and' err || fail "$(cat err)"
for wrong in 'plan' 'plan SB' 'plan SB -o x -m a,a' 'plan SB -o x -m a/b' 'plan SB -o x -m a=0' 'plan SB -o x -p nowhere' 'plan no-such-test -o x' \
  'task camp' 'status' 'status nowhere' 'merge camp' 'nonsense' ''; do
  # shellcheck disable=SC2086 # words
  ends 2 "$WEAKMEM" campaign $wrong
done
[[ ! -e x ]] || fail "a mistake made a folder"
echo PASS
