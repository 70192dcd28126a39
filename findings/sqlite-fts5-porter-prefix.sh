#!/usr/bin/env bash
# SQLite 3.54.1 by apsw 3.54.1.0
# In an FTS5 table with tokenize='porter unicode61', which stores stems, a prefix query is no search for words that begin
# with the letters: they are stemmed as if they were a word and compared with the beginnings of stems. So while somebody
# types a word the hits are there, vanish, and come back with its last letter: from "genera" to "generalizatio" the index
# has only "gener", which is shorter. The same query on a table without porter always finds the word. FTS5's
# documentation describes prefix queries and the porter tokenizer, each without the other.
# Seen on 2026-11-28 (one row per word; the first and the last prefix, from three letters on, that does not find it):
#   generalization  genera ... generalizatio   without porter: none
#   organization    organi ... organizatio     without porter: none
#   universities    universi ... universitie   without porter: none
#   happiness       happin ... happines        without porter: none
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check apsw==3.54.1.0

"$work/venv/bin/python" - <<'PY'
import sys

import apsw

EXPECTED = {
    "generalization": ("genera", "generalizatio"),
    "organization": ("organi", "organizatio"),
    "universities": ("universi", "universitie"),
    "happiness": ("happin", "happines"),
}
sql = apsw.Connection(":memory:")
for table, tokenizer in (("stems", "porter unicode61"), ("words", "unicode61")):
    sql.execute(f"CREATE VIRTUAL TABLE {table} USING fts5 (word, tokenize='{tokenizer}')")
    sql.executemany(f"INSERT INTO {table} VALUES (?)", [(word,) for word in EXPECTED])


def missed(table, word):
    """Return the beginnings of the word that do not find it."""
    query = f"SELECT count(*) FROM {table} WHERE {table} MATCH ? AND word = ?"
    beginnings = [word[:length] for length in range(3, len(word) + 1)]
    return [begun for begun in beginnings if not sql.execute(query, (f"{begun}*", word)).fetchone()[0]]


changed = False
for word, (first, last) in EXPECTED.items():
    by_stems, by_words = missed("stems", word), missed("words", word)
    shown = f"{by_stems[0]} ... {by_stems[-1]}" if by_stems else "none"
    print(f"{word:<15} {shown:<26} without porter: {', '.join(by_words) or 'none'}")
    changed = changed or bool(by_words) or len(by_stems) < 3 or (by_stems[0], by_stems[-1]) != (first, last)
sys.exit("changed: not as described" if changed else 0)
PY
