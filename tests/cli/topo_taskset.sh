#!/usr/bin/env bash
# Under taskset only the PUs of the mask are offered; what is no option or no machine is an error with status 2.
source "$SOURCE/tests/cli/shared/test.bash"

all=$(taskset -cp $$ | sed 's/.*: //')
for pu in $(seq 0 $(($(nproc --all) - 1))); do
  taskset -c "$pu" true 2>/dev/null || continue # not ours
  json=$(taskset -c "$pu" "$WEAKMEM" topo --format json)
  [[ $json == *'"cores": 1, "pus": ['"$pu"'],'* ]] || fail "under taskset -c $pu: $json"
  [[ $json == *'"threads": 2, "name": "l3", "reason"'* ]] || fail "l3 is offered on PU $pu alone"
  [[ $json == *'"name": "shared-pus", "pus": ['"$pu, $pu"'], "default": true'* ]] || fail "PU $pu is not shared"
  taskset -c "$pu" "$WEAKMEM" topo | grep "PU $pu\$" >/dev/null || fail "the tree does not show PU $pu"
done
[[ $(taskset -cp $$ | sed 's/.*: //') == "$all" ]] || fail "the mask changed"

[[ $("$WEAKMEM" topo) == *$'\nSystem\n  frequency governor '*'NUMA nodes '* ]] || fail "the system is not shown"
"$WEAKMEM" topo | grep '^  \* ' >/dev/null || fail "no placement is marked"
"$WEAKMEM" topo --input 'pack:2 l3:1 core:4 pu:2' | grep 'machine     PU 0,8 ' >/dev/null || fail "sockets are not crossed"
"$WEAKMEM" topo --input "$SOURCE/tests/data/hybrid.xml" --threads 2 | grep 'kinds       PU 0,4 ' >/dev/null || fail "no kinds"
"$WEAKMEM" topo --help | grep '^Examples:' >/dev/null || fail "no examples"

usage() {
  local status=0 said
  said=$("$WEAKMEM" topo "$@" 2>&1 >/dev/null) || status=$?
  [[ $status == 2 && -n $said ]] || fail "topo $*: status $status, said '$said'"
}
usage --threads 0
usage --threads 65
usage --threads x
usage --format xml
usage --nothing
usage argument
usage --input nonsense
usage --input /nowhere.xml
usage --input "$SOURCE/README.xml"
echo PASS
