#!/usr/bin/env bash
# pypdfium2 5.15.2 (PDFium)
# Two columns whose lines are written alternately, 10 points high and 14 apart. On the same lines, PDFium's text has a line
# of both and then a line end. With the second column 7 points lower, as a caption or a list beside the text often is, the
# text of the whole page has no line end at all; 9 points lower, one that joins a line of the second column to the next line
# of the first. Nothing in the text then tells where a line was.
# Seen on 2026-11-28 (points lower, line ends among six lines of each column, the beginning):
#   0 5 'The keeper of light 0 wrote each ship number 0 down\r\nThe keeper of light 1 wrote'
#   7 0 'The keeper of light 0 wrote each ship number 0 down The keeper of light 1 wrote '
#   9 6 'The keeper of light 0 wrote\r\neach ship number 0 down The keeper of light 1 wrote'
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pypdfium2==5.15.2 fpdf2==2.8.9

"$work/venv/bin/python" - <<'PY'
import sys

import pypdfium2
from fpdf import FPDF


def page(lower):
    made = FPDF(unit="pt")
    made.add_page()
    made.set_font("helvetica", size=10)
    for n in range(6):
        made.text(60, 100 + 14 * n, f"The keeper of light {n} wrote")
        made.text(310, 100 + 14 * n + lower, f"each ship number {n} down")
    return bytes(made.output())


ends = {}
for lower in (0, 7, 9):
    text = pypdfium2.PdfDocument(page(lower))[0].get_textpage().get_text_range()
    ends[lower] = text.count("\r\n")
    print(lower, ends[lower], repr(text[:80]))
mixed = "each ship number 0 down The keeper of light 1 wrote" in text
sys.exit(0 if ends == {0: 5, 7: 0, 9: 6} and mixed else "changed: not as described")
PY
