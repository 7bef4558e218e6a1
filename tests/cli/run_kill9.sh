#!/usr/bin/env bash
# A few moments, of two tests with every fence, of what tests/bench/kill9.sh does at fifty, of eight.
source "$SOURCE/tests/cli/shared/test.bash"
bash "$SOURCE/tests/bench/kill9.sh" "$WEAKMEM" 6 SB MP
