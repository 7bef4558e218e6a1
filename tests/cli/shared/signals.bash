# Sourced by tests that interrupt the program.

# until_ready PID: waits for the program to handle SIGINT. Before that, on a loaded machine, it would die of it as any
# program does.
until_ready() {
  for _ in $(seq 400); do
    local caught
    caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) || caught=0
    (((16#${caught:-0} & 2) == 0)) || return 0
    sleep 0.05
  done
  return 1
}
