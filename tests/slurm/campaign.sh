#!/usr/bin/env bash
# A campaign on a real Slurm, of Debian's packages: one slurmctld and four slurmd by name on this machine, two of a kind.
# While it runs tasks are requeued, killed with SIGKILL, and nodes go down and come back; then what failed or was lost is
# retried. Each run must have its record, once. Ends with 77, and says why, where no Slurm can be had.
#
# usage: campaign.sh [TASKS [FAULTS]]: 40 tasks, 12 faults. SOURCE and WEAKMEM are in the environment, as for tests/cli.
set -euo pipefail
: "${WEAKMEM:?}"
source "$SOURCE/tests/cli/shared/test.bash"
tasks=${1:-40} faults=${2:-12}
export SLURM_CONF=$work/slurm.conf XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data
pids=() # of the daemons that run here

# ---- The cluster

# The slurmstepd of this cluster, and no other's.
steps() {
  local pid
  for pid in $(pgrep -x slurmstepd || true); do
    ! grep -qszx "SLURM_CONF=$SLURM_CONF" "/proc/$pid/environ" || echo "$pid"
  done
}

end_cluster() {
  local pid
  for pid in $(steps); do
    pkill -9 -P "$pid" || true
    kill -9 "$pid" 2>/dev/null || true
  done
  [ ${#pids[@]} = 0 ] || kill -9 "${pids[@]}" 2>/dev/null || true
  rm -rf "$work"
}
trap end_cluster EXIT

# refuse WHY LOG: it cannot be had here.
refuse() { skip "$1: $(tail -n 3 "$2" 2>/dev/null | tr '\n' ' ')"; }

for tool in munged slurmctld slurmd sbatch; do
  PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || skip "there is no $tool (Debian: slurm-wlm munge)"
done
PATH=$PATH:/usr/sbin

# Ports that nothing listens on, most likely: of this process's number.
port=$((20000 + $$ % 20000))
host=$(hostname -s) user=$(id -un)
mkdir -p "$work"/{state,spool,log,munge}
chmod 755 "$work" "$work/munge"
(umask 077 && head -c 1024 /dev/urandom >"$work/munge.key")
cat >"$SLURM_CONF" <<CONF
ClusterName=weakmem
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
SlurmUser=$user
SlurmdUser=$user
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool/%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=1
KillWait=2
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0
SlurmdParameters=config_overrides
NodeName=n[1-2] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 2))] CPUs=$(nproc) Feature=here
NodeName=n[3-4] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 3))-$((port + 4))] CPUs=$(nproc) Feature=there
PartitionName=all Nodes=ALL Default=YES OverSubscribe=NO
CONF

munged --foreground --force --key-file="$work/munge.key" --socket="$work/munge/socket" --pid-file="$work/munge/pid" \
  --log-file="$work/log/munged" --seed-file="$work/munge/seed" 2>"$work/log/munged.err" &
pids+=($!)
disown
for ((i = 0; i < 50; i++)); do [ ! -S "$work/munge/socket" ] || break; sleep 0.1; done
munge --no-input --socket="$work/munge/socket" >/dev/null 2>"$work/log/munge" || refuse "munged does not answer" "$work/log/munged.err"
slurmctld -D >"$work/log/slurmctld" 2>&1 &
pids+=($!)
disown
for node in n1 n2 n3 n4; do
  slurmd -D -N "$node" >"$work/log/$node" 2>&1 &
  pids+=($!)
  disown
done
idle() { sinfo --noheader --Node --format '%N %t' 2>/dev/null | grep -c ' idle$' || true; }
for ((i = 0; i < 100; i++)); do [ "$(idle)" != 4 ] || break; sleep 0.1; done
[ "$(idle)" = 4 ] || refuse "slurmctld and four slurmd do not come up" "$work/log/slurmctld"
echo "$(slurmctld -V): $(sinfo --noheader --Node --format '%N(%f)' | sort -u | xargs) are idle"

# ---- The campaign, and what befalls it

cd "$work"
"$WEAKMEM" campaign plan SB MP LB R -t 0.3 --task-time 100 --repeat $((tasks / 2)) --machines here=2,there=2 -o camp
grep -c '"schema":"weakmem.plan.task/1"' camp/plan.jsonl | grep -qx "$tasks" || fail "not $tasks tasks"
runs=$((tasks * 4))
export WEAKMEM
sh camp/submit.sh

# Of the running jobs one by chance, as `JOB_INDEX`; nothing if none runs.
running() { squeue --noheader --array --states=RUNNING --format '%i' | shuf -n 1; }
# A job's batch process by chance: slurmstepd's child that is in the campaign's folder.
victim() {
  local pid
  for pid in $(steps | xargs -r -n 1 pgrep -P || true); do
    [ "$(readlink "/proc/$pid/cwd" || true)" != "$work/camp" ] || echo "$pid"
  done | shuf -n 1
}
# Slurm lets what was requeued wait for two minutes: not here.
hurry() {
  local job
  for job in $(squeue --noheader --array --states=PENDING --format '%i %r' | sed -n 's/ BeginTime$//p'); do
    scontrol update JobId="$job" StartTime=now 2>/dev/null || true
  done
}
queued() { squeue --noheader --array | wc -l; }

declare -A befell=([requeue]=0 [kill]=0 [down]=0)
kinds=(requeue kill down kill)
for ((n = 0, turns = 0; n < faults && $(queued);)); do
  ((++turns <= 5 * faults)) || fail "no fault befalls it: $(squeue)"
  kind=${kinds[n % 4]}
  for ((i = 0; i < 300; i++)); do
    job=$(running) pid=$(victim)
    [ -z "$job" ] || [ -z "$pid" ] || break
    hurry
    sleep 0.1
  done
  sleep "0.$((RANDOM % 10))"
  case $kind in
  requeue) scontrol requeue "$job" 2>/dev/null || continue ;;
  kill) kill -9 "$pid" 2>/dev/null || continue ;;
  down)
    node=n$((RANDOM % 4 + 1))
    scontrol update NodeName=$node State=DOWN Reason=test 2>/dev/null || continue
    sleep 1
    for ((i = 0; i < 50; i++)); do
      scontrol update NodeName=$node State=RESUME 2>/dev/null && break
      sleep 0.2
    done
    ;;
  esac
  befell[$kind]=$((befell[$kind] + 1))
  n=$((n + 1))
done
((befell[requeue] && befell[kill] && befell[down])) || fail "nothing befell it: ${befell[*]@K}"

drain() {
  for ((i = 0; i < 1200 && $(queued); i++)); do
    hurry
    sleep 0.2
  done
  [ "$(queued)" = 0 ] || fail "the queue does not end: $(squeue)"
}
drain
echo "requeued ${befell[requeue]} times, killed ${befell[kill]}, a node down ${befell[down]}; when the queue was empty:"
for ((round = 0; round < 10; round++)); do
  [ "$round" = 0 ] || drain
  code=0
  "$WEAKMEM" campaign status camp || code=$?
  [ "$code" != 0 ] || break
  [ "$code" = 3 ] || fail "status $code"
  "$WEAKMEM" campaign retry camp | tee again | sh || fail "$(cat again)"
done
[ "$code" = 0 ] || fail "something is never done"

# ---- Every run has its record, once; a record says which node of which kind made it

"$WEAKMEM" campaign merge camp -o all.jsonl
[ "$(wc -l <all.jsonl)" = "$runs" ] || fail "$(wc -l <all.jsonl) records, not $runs"
marks() { sed -n 's/.*"campaign":{\("plan":"[^"]*"\),"kind":"[^"]*","node":"[^"]*"\([^}]*\)}.*/\1\2/p' "$@"; }
[ "$(marks all.jsonl | sort -u | wc -l)" = "$runs" ] || fail "a run's record is there twice"
[ "$(marks camp/records/*.jsonl | sort | uniq -d | wc -l)" = 0 ] || fail "a run was done twice: $(marks camp/records/*.jsonl | sort | uniq -d)"
! grep '"kind":"here","node":"n[34]"\|"kind":"there","node":"n[12]"' all.jsonl || fail "a node of another kind"
! grep -v '"status":"done"' all.jsonl || fail "a run was not done"
echo "$(cat camp/records/*.jsonl | grep -c '"status":"began"') attempts at $tasks tasks; $runs runs, $(wc -l <all.jsonl) records, each once"
echo PASS
