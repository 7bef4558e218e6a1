#!/usr/bin/env bash
# report's page in a browser: what it shows is what the records hold. Skipped (77) where there is no Chromium.
source "$SOURCE/tests/cli/shared/test.bash"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip "there is no Chromium here to look at the page with (Debian: chromium)"
has_charts || skip "$NO_CHARTS"
export XDG_DATA_HOME=$work/data
echo "$browser"
python3 "$SOURCE/tests/cli/page/check.py" "$WEAKMEM" "$work"
echo PASS
