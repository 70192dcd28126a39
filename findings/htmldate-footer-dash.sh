#!/usr/bin/env bash
# htmldate 1.11.0 (lxml 6.1.3, dateparser 1.5.0)
# A page with no date but a copyright range gets 1 January of one of its years, and the dash decides which: the last
# year after a plain hyphen, the FIRST after an en dash or a spaced hyphen, which are the typographically careful
# spellings. "© 1998–2024" makes a page 26 years older than "© 1998-2024". The result has the form of an exact day, and
# original_date=True does not change it; only extensive_search=False gives None.
# Seen on 2026-11-27:
#   © 1998-2024 Example Ltd    find_date 2024-01-01  original_date 2024-01-01  extensive_search=False None
#   © 1998–2024 Example Ltd    find_date 1998-01-01  original_date 1998-01-01  extensive_search=False None
#   © 1998 - 2024 Example Ltd  find_date 1998-01-01  original_date 1998-01-01  extensive_search=False None
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check htmldate==1.11.0 lxml==6.1.3 dateparser==1.5.0

PYTHONIOENCODING=utf-8 "$work/venv/bin/python" - <<'PY'
import sys

from htmldate import find_date

EXPECTED = {
    "© 1998-2024 Example Ltd": "2024-01-01",
    "© 1998\u20132024 Example Ltd": "1998-01-01",
    "© 1998 - 2024 Example Ltd": "1998-01-01",
}
changed = False
for notice, expected in EXPECTED.items():
    page = (
        '<!DOCTYPE html><html lang="en"><head><title>Rivers</title></head><body><article><h1>Rivers</h1>'
        f"<p>Rivers carry silt to the sea.</p></article><footer><p>{notice}</p></footer></body></html>"
    )
    found = find_date(page)
    original = find_date(page, original_date=True)
    narrow = find_date(page, extensive_search=False)
    print(f"{notice:<26} find_date {found}  original_date {original}  extensive_search=False {narrow}")
    changed = changed or (found, original, narrow) != (expected, expected, None)
sys.exit("changed: not as described" if changed else 0)
PY
