#!/usr/bin/env bash
# report: one page that holds the records, loads nothing, is there whole or not at all, and never takes their place.
source "$SOURCE/tests/cli/shared/test.bash"
export XDG_DATA_HOME=$work/data
cd "$work"
has_charts || skip "$NO_CHARTS"
status_of() { status=0; "$@" >out 2>err || status=$?; }

# This machine's own records beside the published ones.
"$WEAKMEM" run SB MP --time 0.02 --quiet -o here.jsonl >/dev/null
"$WEAKMEM" report -o own.html --title 'A & <b>' || fail "without records"
python3 - own.html <<'P' || fail "the data of own.html"
import json, re, sys
page = open(sys.argv[1], encoding="utf-8").read()
data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S).group(1))
assert data["schema"] == "weakmem.page/1" and data["title"] == "A & <b>"
assert any(m.get("own") for m in data["machines"]) and sum("source" in m for m in data["machines"]) == 8
assert "<b>" not in page, "the title is markup"
assert len(re.findall(r"<script", page)) == 3 and not re.search(r"<(img|link|iframe|object|embed|base)\b", page)
assert not re.search(r"""\b(src|href|action|data)\s*=\s*["'](?!#)""", re.sub(r"<script.*?</script>", "", page, flags=re.S)), "something is loaded"
policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
assert "default-src 'none'" in policy and "unsafe" not in policy
assert "The above copyright notice and this permission notice shall be" in page, "Chart.js without its licence"
P

# Files, standard input and output, mixed; the page does not hang on what was there before.
"$WEAKMEM" report here.jsonl --published -o two.html
"$WEAKMEM" report - -o - <here.jsonl >three.html
grep -q 'id="data"' three.html || fail "-o -"
head -c 2000 three.html >two.html # of a page
chmod 640 two.html
ln -s two.html link.html
"$WEAKMEM" report here.jsonl -o link.html
[ -L link.html ] && [ "$(stat -c %a two.html)" = 640 ] || fail "a link or a mode was not kept"
tail -c 8 two.html | grep '</html>' >/dev/null || fail "the page has no end"
mkfifo pipe
"$WEAKMEM" report here.jsonl -o pipe & timeout 60 cat pipe >piped.html; wait
tail -c 8 piped.html | grep '</html>' >/dev/null || fail "into a pipe"

# What cannot be done is said, and leaves everything as it was.
cp here.jsonl copy.jsonl
ln here.jsonl hard.jsonl
for output in here.jsonl hard.jsonl ./here.jsonl; do
  status_of "$WEAKMEM" report here.jsonl -o $output
  [ $status = 2 ] && grep -q 'one of the files' err || fail "over $output: $status"
done
status=0
# shellcheck disable=SC2094 # which is the point
"$WEAKMEM" report - -o here.jsonl <here.jsonl 2>err || status=$?
[ $status = 2 ] || fail "over standard input: $status"
status_of "$WEAKMEM" report -o "$work/data/weakmem/records.jsonl"
[ $status = 2 ] || fail "over what is kept: $status"
cmp -s here.jsonl copy.jsonl || fail "the records are another page's"
status_of "$WEAKMEM" report here.jsonl; [ $status = 2 ] && grep -q -- '-o' err || fail "no -o: $status"
status_of "$WEAKMEM" report none.jsonl -o new.html; [ $status = 2 ] || fail "a missing file: $status"
status_of "$WEAKMEM" report here.jsonl -o .; [ $status = 2 ] && grep -q folder err || fail "a folder: $status"
echo nonsense >nonsense
cp here.jsonl other.jsonl
status_of "$WEAKMEM" report here.jsonl -o other.jsonl; [ $status = 2 ] || fail "over records: $status"
cmp -s here.jsonl other.jsonl || fail "records that the page is not made of are written over"
rm other.jsonl
status_of "$WEAKMEM" report nonsense -o new.html; [ $status = 2 ] || fail "nonsense: $status"
status_of "$WEAKMEM" report here.jsonl -o no/such/new.html; [ $status = 3 ] || fail "no such folder: $status"
status_of "$WEAKMEM" report here.jsonl -o /dev/full; [ $status = 3 ] || fail "a full disk: $status"
status=0; "$WEAKMEM" report here.jsonl -o - >/dev/full 2>err || status=$?
[ $status = 3 ] || fail "a full standard output: $status"
(ulimit -f 100; trap '' XFSZ; status_of "$WEAKMEM" report here.jsonl -o two.html; [ $status = 3 ]) || fail "no room"
tail -c 8 two.html | grep '</html>' >/dev/null || fail "the old page is gone"
[ ! -e new.html ] && [ -z "$(find . -name "*new-*")" ] || fail "left behind: $(ls)"
"$WEAKMEM" report --help | grep 'weakmem report here.jsonl arm.jsonl' >/dev/null || fail "--help"
echo PASS
