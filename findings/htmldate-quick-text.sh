#!/usr/bin/env bash
# htmldate 1.11.0
# find_date(extensive_search=False) is documented to do without the "pattern-based opportunistic text search", but ends
# with one: a plain day in the running text, or a build's day in a sidebar, is the page's date, where nothing else is. A day
# in words in the same place is not. And of three articles or events on a page, the first one's <time> is.
# Seen on 2026-11-28:
#   <p>Version 2.1 of 2018-05-05.</p>                    2018-05-05
#   <div class="version">(59807616e 2018-05-05)</div>    2018-05-05
#   <p>Version 2.1 of 5 May 2018.</p>                    None
#   three events with <time>                             2023-01-01
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check htmldate==1.11.0

"$work/venv/bin/python" - <<'PY'
import sys

from htmldate import find_date

EVENTS = "".join(f'<li><time datetime="2023-0{n}-01">Fair {n}</time></li>' for n in (1, 2, 3))
PARTS = {
    "<p>Version 2.1 of 2018-05-05.</p>": "2018-05-05",
    '<div class="version">(59807616e 2018-05-05)</div>': "2018-05-05",
    "<p>Version 2.1 of 5 May 2018.</p>": None,
    f"<ul>{EVENTS}</ul>": "2023-01-01",
}
found = {}
for part in PARTS:
    page = f"<html><head><title>Quay</title></head><body><main><p>Words about the quay.</p>{part}</main></body></html>"
    found[part] = find_date(page, extensive_search=False, original_date=True)
    print(f"{part if len(part) < 60 else 'three events with <time>':<52} {found[part]}")
sys.exit(0 if found == PARTS else "changed: not as described")
PY
