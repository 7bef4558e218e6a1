#!/usr/bin/env bash
# show prints the test, its C and its machine code; the C compiles by itself.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_CACHE_HOME=$work/cache

"$WEAKMEM" show --part test SB >"$work/SB.litmus"
"$WEAKMEM" show --part test "$work/SB.litmus" | diff - "$work/SB.litmus" || fail "what is shown is not the same test again"
for engine in perpetual lockstep; do
  "$WEAKMEM" show --part c --engine $engine SB >"$work/SB.c"
  cc -O2 -Wall -Wextra -Werror -fwrapv -fPIC -shared -o "$work/SB.so" "$work/SB.c"
done
ends 0 "$WEAKMEM" show --part asm SB+fences
grep -qE '^P1:$' "$work/out" || fail "no code of P1: $(cat "$work/out")"
# The instructions stand beside the source that they come from.
grep -qE '__atomic_store_n\(loc_x, 1, .* [0-9a-f]+: [a-z]+ ' "$work/out" || fail "a store: $(cat "$work/out")"
ends 0 "$WEAKMEM" show --part asm --cc gcc,gcc --cflags -O0 SB
[ "$(grep -c '^P1:$' "$work/out")" = 2 ] || fail "two compilers: $(cat "$work/out")"
ends 2 "$WEAKMEM" show --part asm --target vax SB
ends 2 "$WEAKMEM" show --engine perpetual increment
grep -q 'perpetual engine cannot' "$work/err" || fail "$(cat "$work/err")"
ends 3 "$WEAKMEM" show --cc /nonexistent SB
grep -q nonexistent "$work/err" || fail "$(cat "$work/err")"
ends 2 "$WEAKMEM" show nowhere.litmus

# Without a cache folder the object is in memory: the machine code is shown all the same, and to any user.
in_memory() { "$@" "$work/weakmem" show --part asm SB | grep -E '^P1' >/dev/null; }
cp "$WEAKMEM" "$work/weakmem"
chmod 755 "$work"
mkdir -m 1777 "$work/tmp"
export TMPDIR=$work/tmp
in_memory env -u XDG_CACHE_HOME HOME=/nonexistent
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  in_memory setpriv --reuid 65534 --regid 65534 --clear-groups env -u XDG_CACHE_HOME HOME=/nonexistent
fi
