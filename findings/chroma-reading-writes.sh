#!/usr/bin/env bash
# chromadb 1.5.9
# Opening a folder with PersistentClient and closing it again, with nothing read or written, changes chroma.sqlite3: each
# opening adds a row to the table acquire_write, and nothing ever removes one. A folder that is only read grows without
# end (a page in some hundred openings), is never the same bytes twice, and has to be writable for whoever asks it.
# Seen on 2026-11-27:
#   acquire_write rows after 0, 5, 10 openings: [1, 6, 11]   the file's bytes the same: False
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check chromadb==1.5.9

"$work/venv/bin/python" - "$work/store" <<'PY'
import hashlib
import sqlite3
import subprocess
import sys
from pathlib import Path

OPEN = """
import sys
import chromadb
from chromadb.config import Settings

with chromadb.PersistentClient(sys.argv[1], Settings(anonymized_telemetry=False)) as client:
    if len(sys.argv) > 2:
        made = client.create_collection("vectors", embedding_function=None)
        made.add(ids=["a", "b"], embeddings=[[1.0, 0.0], [0.0, 1.0]])
"""
folder = Path(sys.argv[1])
file = folder / "chroma.sqlite3"


def opened(*more):
    subprocess.run([sys.executable, "-c", OPEN, str(folder), *more], check=True)


def rows():
    sql = sqlite3.connect(file)
    count = sql.execute("SELECT count(*) FROM acquire_write").fetchone()[0]
    sql.close()
    return count


opened("make")
counts, digests = [rows()], {hashlib.sha256(file.read_bytes()).hexdigest()}
for _ in range(2):
    for _ in range(5):
        opened()
    counts.append(rows())
    digests.add(hashlib.sha256(file.read_bytes()).hexdigest())
print(f"acquire_write rows after 0, 5, 10 openings: {counts}   the file's bytes the same: {len(digests) == 1}")
grows = counts[1] - counts[0] == 5 and counts[2] - counts[1] == 5
sys.exit(0 if grows and len(digests) == 3 else "changed: not as described")
PY
