#!/usr/bin/env bash
# show prints the test, its C and its machine code; the C compiles by itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CACHE_HOME=$folder/cache

"$WEAKMEM" show --part test SB >"$folder/SB.litmus"
"$WEAKMEM" show --part test "$folder/SB.litmus" | diff - "$folder/SB.litmus"
for engine in perpetual lockstep; do
  "$WEAKMEM" show --part c --engine $engine SB >"$folder/SB.c"
  cc -O2 -Wall -Wextra -Werror -fwrapv -fPIC -shared -o "$folder/SB.so" "$folder/SB.c"
done
"$WEAKMEM" show --part asm SB+fences | grep -E '^(thread|run)1' >/dev/null
status=0
"$WEAKMEM" show --engine perpetual increment 2>"$folder/errors" || status=$?
[ $status = 2 ] && grep -q 'perpetual engine cannot' "$folder/errors"
status=0
"$WEAKMEM" show --cc /nonexistent SB >/dev/null 2>"$folder/errors" || status=$?
[ $status = 3 ] && grep -q nonexistent "$folder/errors"
status=0
"$WEAKMEM" show nowhere.litmus 2>"$folder/errors" || status=$?
[ $status = 2 ]

# Without a cache folder the object is in memory: the machine code is shown all the same, and to any user.
in_memory() { "$@" "$folder/weakmem" show --part asm SB | grep -E '^(thread|run)1' >/dev/null; }
cp "$WEAKMEM" "$folder/weakmem"
chmod 755 "$folder"
mkdir -m 1777 "$folder/tmp"
export TMPDIR=$folder/tmp
in_memory env -u XDG_CACHE_HOME HOME=/nonexistent
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  in_memory setpriv --reuid 65534 --regid 65534 --clear-groups env -u XDG_CACHE_HOME HOME=/nonexistent
fi
