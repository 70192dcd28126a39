#!/usr/bin/env bash
# polars 2.1.0, duckdb 2.0.1, pyarrow 26.0.1
# JSON lines (or a list of dicts) whose last line has what the lines before have not: a further field, a text where so far
# was null, 0.75 where so far were 0 and 1. pyarrow's read_json reads all three. The others decide by the first lines and
# then often lose the value without an error: Table.from_pylist by 1 line, polars by 100, duckdb by 20,480. What they
# lose is not the same either: polars' DataFrame makes 0 of 0.75 where read_ndjson raises an error, duckdb makes 1 of it
# and null of the text, but raises an error for the field. A short test sees nothing. infer_schema_length=None (polars),
# sample_size=-1 (duckdb) and a schema (pyarrow) keep all; for duckdb's rounding there is issue 25786.
# Seen on 2026-11-28 (what is read of the last line, by how many lines are before it):
#                lines  a further field  after null  after 0 and 1
#   pyarrow.json 20480  'mill'           'mill'      0.75
#   from_pylist  1      None             'mill'      0.75
#   polars file  100    None             error       error
#   polars dicts 100    None             error       0
#   duckdb       20479  'mill'           'mill'      0.75
#   duckdb       20480  error            None        1
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1

(cd "$work" && "$work/venv/bin/python" -) <<'PY'
import json
import sys

import duckdb
import polars
import pyarrow
import pyarrow.json

FILE = "articles.jsonl"
READERS = {
    "pyarrow.json": lambda rows: pyarrow.json.read_json(FILE).to_pylist(),
    "from_pylist": lambda rows: pyarrow.Table.from_pylist(rows).to_pylist(),
    "polars file": lambda rows: polars.read_ndjson(FILE).to_dicts(),
    "polars dicts": lambda rows: polars.DataFrame(rows).to_dicts(),
    "duckdb": lambda rows: duckdb.sql(f"FROM read_json('{FILE}')").to_arrow_table().to_pylist(),
}
ERRORS = (polars.exceptions.PolarsError, duckdb.Error, pyarrow.ArrowException)
CASES = [  # before, last
    ([{"n": 1}], {"n": 1, "found": "mill"}),
    ([{"n": 1, "found": None}], {"n": 1, "found": "mill"}),
    ([{"n": 1, "found": 0}, {"n": 1, "found": 1}], {"n": 1, "found": 0.75}),
]
EXPECTED = [
    ("pyarrow.json", 20480, ["mill", "mill", 0.75]),
    ("from_pylist", 1, [None, "mill", 0.75]),
    ("polars file", 100, [None, "error", "error"]),
    ("polars dicts", 100, [None, "error", 0]),
    ("duckdb", 20479, ["mill", "mill", 0.75]),
    ("duckdb", 20480, ["error", None, 1]),
]


def last_read(name, lines, before, last):
    rows = [before[number % len(before)] for number in range(lines)] + [last]
    with open(FILE, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    try:
        return READERS[name](rows)[-1].get("found")
    except ERRORS:
        return "error"


changed = False
for name, lines, expected in EXPECTED:
    found = [last_read(name, lines, *case) for case in CASES]
    print(f"{name:<12} {lines:<6}", *(f"{value!r:<11}" for value in found))
    changed = changed or found != expected
sys.exit("changed: not as described" if changed else 0)
PY
