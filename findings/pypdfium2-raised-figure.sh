#!/usr/bin/env bash
# pypdfium2 5.15.2, on a page written by fpdf2 2.8.9
# A raised figure (10 to the power of 6) inside one line of text ends that line: get_text_range() glues it to the number
# before it and puts "\r\n" where the words go on, so "106" cannot be told from a hundred and six and one sentence is two
# lines. Raised a little higher it gets a line end before it, too, and is a line of its own. A lowered figure does
# neither. The font's size (FPDFText_GetFontSize) tells the figures apart; the line ends are PDFium's own (IsGenerated).
# Seen on 2026-11-27:
#   raised by 0.4 em  'held 106\r\n cells'   sizes 0: 12.0  6: 8.4   line end made up: True
#   raised by 0.8 em  'held 10\r\n6\r\n cells'
#   lowered           'held 106 cells'
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pypdfium2==5.15.2 fpdf2==2.8.9

"$work/venv/bin/python" - <<'PY'
import sys

import pypdfium2
import pypdfium2.raw
from fpdf import FPDF


def page_of(position, lift):
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=12)
    document.sup_scale = document.sub_scale = 0.7
    document.sup_lift = document.sub_lift = lift
    document.write(8, "held 10")
    document.char_vpos = position
    document.write(8, "6")
    document.char_vpos = "LINE"
    document.write(8, " cells")
    return pypdfium2.PdfDocument(bytes(document.output()))[0].get_textpage()


page = page_of("SUP", 0.4)
raised, high, lowered = page.get_text_range(), page_of("SUP", 0.8).get_text_range(), page_of("SUB", 0.15).get_text_range()
sizes = [round(pypdfium2.raw.FPDFText_GetFontSize(page, raised.index(figure)), 1) for figure in "06"]
made_up = pypdfium2.raw.FPDFText_IsGenerated(page, raised.index("\r")) == 1 if "\r" in raised else None
print(f"raised by 0.4 em  {raised!r}   sizes 0: {sizes[0]}  6: {sizes[1]}   line end made up: {made_up}")
print(f"raised by 0.8 em  {high!r}")
print(f"lowered           {lowered!r}")
same = (
    raised == "held 106\r\n cells"
    and high == "held 10\r\n6\r\n cells"
    and lowered == "held 106 cells"
    and sizes == [12.0, 8.4]
    and made_up is True
)
sys.exit(0 if same else "changed: not as described")
PY
