#!/usr/bin/env bash
# sentencex 1.0.32
# English sentences that end in a common word which is also a short form are not ended there: "me" (Maine), "ill"
# (Illinois), "ore" (Oregon), "ark" (Arkansas), "miss", "art", "id", "no" and others, in small letters too, where no
# state is meant. Whether the next word is one of a list of sentence openers ("He", "She", "The", "Then") decides: before
# these the sentence ends, before any other capital, "A" and names among them, it goes on.
# Seen on 2026-11-28:
#   1 He called me. Karin left.
#   2 He called me. She left.
#   1 She was ill. Police came.
#   1 They carried copper ore. Eleven men drowned.
#   2 They carried copper tea. Eleven men drowned.
#   1 They said no. A vote follows.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check sentencex==1.0.32

"$work/venv/bin/python" - <<'PY'
import sys

from sentencex import segment

seen = {
    "He called me. Karin left.": 1,
    "He called me. She left.": 2,
    "She was ill. Police came.": 1,
    "They carried copper ore. Eleven men drowned.": 1,
    "They carried copper tea. Eleven men drowned.": 2,
    "They said no. A vote follows.": 1,
}
counts = {text: len(list(segment("en", text))) for text in seen}
for text, count in counts.items():
    print(count, text)
sys.exit(0 if counts == seen else "changed: not as described")
PY
