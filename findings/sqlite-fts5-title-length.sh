#!/usr/bin/env bash
# SQLite 3.54.1 by apsw 3.54.1.0
# FTS5's bm25() takes a row's length over all columns, also where only one of them is searched and also where the others
# have weight 0. Of two articles with the same title, which alone is searched (title : river), the one with the long body
# gets a fraction of the other's score, and falls behind an article that has the word once in a title of nine words. A
# weight of 0 takes away what a column's hits count, not its length. With a table for the titles alone (or a column that
# is UNINDEXED) the two titles are equal.
# Seen on 2026-11-28 (score of each title, larger is better):
#   title : river        short body 2.73, body of 400 words 0.22, long title 2.21
#   weights 1 and 0      short body 2.73, body of 400 words 0.22, long title 2.21
#   titles alone         short body 2.28, body of 400 words 2.28, long title 0.79
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check apsw==3.54.1.0

"$work/venv/bin/python" - <<'PY'
import sys

import apsw

ROWS = [
    ("river", "see below"),
    ("river", "word " * 400),
    ("an old song of a river and a mill", "see below"),
    *[("another thing", "see below")] * 20,
]
sql = apsw.Connection(":memory:")
sql.execute("CREATE VIRTUAL TABLE articles USING fts5 (title, body)")
sql.execute("CREATE VIRTUAL TABLE titles USING fts5 (title, body UNINDEXED)")
for table in ("articles", "titles"):
    sql.executemany(f"INSERT INTO {table} VALUES (?, ?)", ROWS)


def scores(table, rank, query):
    """Return the scores of the first three rows; FTS5's own are negative."""
    found = sql.execute(f"SELECT rowid, -{rank} FROM {table} WHERE {table} MATCH ? ORDER BY rowid", (query,))
    return [score for _, score in found]


cases = {
    "title : river": scores("articles", "bm25(articles)", "title : river"),
    "weights 1 and 0": scores("articles", "bm25(articles, 1.0, 0.0)", "river"),
    "titles alone": scores("titles", "bm25(titles)", "river"),
}
for name, (short, long, wordy) in cases.items():
    print(f"{name:<20} short body {short:.2f}, body of 400 words {long:.2f}, long title {wordy:.2f}")
(short, long, wordy), weighted, (alone, same, _) = cases.values()
described = short > 10 * long and wordy > 5 * long and weighted == [short, long, wordy] and alone == same
sys.exit(0 if described else "changed: not as described")
PY
