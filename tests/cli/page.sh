#!/usr/bin/env bash
# report's page in a browser: what it shows is what the records hold. Skipped (77) where there is no Chromium.
set -euo pipefail
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "SKIPPED: there is no Chromium here to look at the page with (Debian: chromium)"
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_DATA_HOME=$work/data
echo "$browser"
python3 "$SOURCE/tests/cli/page/check.py" "$WEAKMEM" "$work"
echo PASS
