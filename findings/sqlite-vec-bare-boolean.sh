#!/usr/bin/env bash
# sqlite-vec 0.1.9 with SQLite 3.54.1 by apsw 3.54.1.0
# "AND published = 1" and "AND published" ask for the same rows of any table of SQLite's. In a KNN query of a vec0 table
# the first is applied before the nearest k are taken, the second to those k, because SQLite passes on comparisons only:
# k = 5 gives any number from 0 to 5. The same holds for NOT draft, and for year + 0 > 2020 against year > 2020. And a
# whole-number column cuts the number it is compared with: year > 2020.5 has the rows of 2021 on, but year < 2020.5 lacks
# those of 2020. There is no error; the query that the maintainer's plan of the feature shows (issue 26) has a bare column.
# Seen on 2026-11-28 (1,000 rows, one in ten published, half of 2020; rows found for k = 5):
#   published = 1   5     published   0
#   draft = 0       5     NOT draft   0
#   year < 2021     5, of 2019 and 2020     year < 2020.5   5, of 2019
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check sqlite-vec==0.1.9 apsw==3.54.1.0

"$work/venv/bin/python" - <<'PY'
import json
import sys

import apsw
import sqlite_vec

sql = apsw.Connection(":memory:")
sql.enable_load_extension(True)
sql.load_extension(sqlite_vec.loadable_path())
sql.execute("CREATE VIRTUAL TABLE passages USING vec0 (vector float[2], published boolean, draft boolean, year integer)")
rows = []
for number in range(1000):
    published = number % 10 == 9
    rows.append((json.dumps([number, 0]), published, not published, 2019 + number % 2))
sql.executemany("INSERT INTO passages (vector, published, draft, year) VALUES (?, ?, ?, ?)", rows)


def found(condition):
    """Return the years of the nearest five that meet the condition."""
    query = f"SELECT year FROM passages WHERE vector MATCH '[0, 0]' AND k = 5 AND {condition}"
    return [year for (year,) in sql.execute(query)]


def plain(condition):
    """Return how many rows meet the condition in a query of the usual kind."""
    return sql.execute(f"SELECT count(*) FROM passages WHERE {condition}").fetchone()[0]


EXPECTED = {"published = 1": 5, "published": 0, "draft = 0": 5, "NOT draft": 0}
changed = False
for condition, expected in EXPECTED.items():
    nearest = found(condition)
    print(f"{condition:<15} {len(nearest)} of the nearest, {plain(condition)} in all")
    changed = changed or len(nearest) != expected or plain(condition) != 100
whole, cut = found("year < 2021"), found("year < 2020.5")
print(f"year < 2021     years {sorted(set(whole))}   year < 2020.5   years {sorted(set(cut))}")
changed = changed or set(whole) != {2019, 2020} or set(cut) != {2019}
sys.exit("changed: not as described" if changed else 0)
PY
