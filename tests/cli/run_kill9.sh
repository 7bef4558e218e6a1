#!/usr/bin/env bash
# A few moments of what tests/bench/kill9.sh does at fifty.
set -euo pipefail
bash "$SOURCE/tests/bench/kill9.sh" "$WEAKMEM" 6
