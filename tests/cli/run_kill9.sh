#!/usr/bin/env bash
# A few moments of what tests/bench/kill9.sh does at fifty.
source "$SOURCE/tests/cli/shared/test.bash"
bash "$SOURCE/tests/bench/kill9.sh" "$WEAKMEM" 6
