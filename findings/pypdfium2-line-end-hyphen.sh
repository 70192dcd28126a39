#!/usr/bin/env bash
# pypdfium2 5.15.2, on a page written by fpdf2 2.8.9
# A plain hyphen at the end of a line comes out as no hyphen, joined to the next line without a break, and the two
# readers of one page do not agree on the character: get_text_range() gives U+FFFE (a noncharacter), get_text_bounded()
# gives U+0002. The two texts are not equal although both cover the page. search() finds neither "well-known" nor
# "example" in it. Between digits ("2019-" / "2020") the hyphen and the line break stay, so replacing all "-\r\n" joins
# a range of years and nothing else.
# Seen on 2026-11-27:
#   get_text_range    'an exam\ufffeple of a well\ufffeknown habit, 2019-\r\n2020'
#   get_text_bounded  'an exam\x02ple of a well\x02known habit, 2019-\r\n2020'
#   search example False, well-known False, exam- False, known True
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pypdfium2==5.15.2 fpdf2==2.8.9

"$work/venv/bin/python" - <<'PY'
import sys

import pypdfium2
from fpdf import FPDF

document = FPDF()
document.add_page()
document.set_font("Helvetica", size=12)
for line in ("an exam-", "ple of a well-", "known habit, 2019-", "2020"):
    document.cell(0, 8, line, new_x="LMARGIN", new_y="NEXT")
page = pypdfium2.PdfDocument(bytes(document.output()))[0].get_textpage()

ranged, bounded = page.get_text_range(), page.get_text_bounded()
found = {word: page.search(word).get_next() is not None for word in ("example", "well-known", "exam-", "known")}
print(f"get_text_range    {ascii(ranged)}")
print(f"get_text_bounded  {ascii(bounded)}")
print("search", ", ".join(f"{word} {hit}" for word, hit in found.items()))
expected = "an exam{0}ple of a well{0}known habit, 2019-\r\n2020"
same = (
    ranged == expected.format("\ufffe")
    and bounded == expected.format("\x02")
    and found == {"example": False, "well-known": False, "exam-": False, "known": True}
)
sys.exit(0 if same else "changed: not as described")
PY
