# Sourced first by every test of a command. A command that fails where nobody asked for its status is told with its
# line, and with what the program last wrote to $work/err, so that no test fails without a word.
set -Eeuo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'tell_failure "$?" "$LINENO" "$BASH_COMMAND"' ERR

tell_failure() { # STATUS LINE COMMAND
  [ -z "${SAID_FAILURE:-}" ] || return 0
  SAID_FAILURE=yes
  echo "FAIL: ${0##*/}:$2: status $1: $3" >&2
  [ ! -s "$work/err" ] || sed 's/^/  err: /' "$work/err" >&2
}

fail() {
  echo "FAIL: ${0##*/}:${BASH_LINENO[0]}: $*" >&2
  exit 1
}

# What is skipped is told with what to install at the end of ctest, from the file $SKIPPED.
skip() {
  echo "SKIP: $*"
  [ -z "${SKIPPED:-}" ] || echo "  cli/$(basename "$0" .sh): $*" >>"$SKIPPED"
  exit 77
}

# Whether `report` makes pages here: it was built with what draws their charts.
has_charts() { [[ $("$WEAKMEM" report /dev/null -o /dev/null 2>&1 || true) != *'without Chart.js'* ]]; }
NO_CHARTS="this weakmem was built without Chart.js and makes no pages (Debian: libjs-chart.js)"

# ends STATUS COMMAND...: the command ends with this status. Its output is in $work/out and $work/err.
ends() {
  local wanted=$1 got=0
  shift
  "$@" >"$work/out" 2>"$work/err" || got=$?
  [[ $got == "$wanted" ]] || fail "$* ended with $got, not $wanted: $(head -c 2000 "$work/out" "$work/err")"
}
