#!/usr/bin/env bash
# python-docx 1.2.0, mammoth 1.13.0
# Of a sentence with a tracked change, python-docx's Paragraph.text has neither what was deleted nor what was inserted:
# a sentence that stood in no version of the document. Here a "not" goes missing and the sense is reversed. Paragraphs in
# a content control (a template's field, a table of contents) are not among document.paragraphs at all. mammoth reads both,
# but its extract_raw_text joins the lines of one paragraph without a space ("12 Mill LaneLeeds"), which its HTML keeps
# apart. So neither text is safe to quote, each for another reason. What python-docx lacks is known upstream.
# Seen on 2026-11-28 (before: The mill was closed.  After: The mill was not sold.):
#   python-docx       ['The mill was .', '12 Mill Lane\nLeeds']
#   mammoth raw text  ['The mill was not sold.', 'Founded 1987.', '12 Mill LaneLeeds']
#   mammoth HTML      <p>12 Mill Lane<br />Leeds</p>
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check python-docx==1.2.0 mammoth==1.13.0

"$work/venv/bin/python" - <<'PY'
import io
import sys

import docx
import mammoth
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

W = nsdecls("w")
document = docx.Document()
changed = document.add_paragraph("The mill was ")
for change in (
    f'<w:del {W} w:id="1" w:author="Ann"><w:r><w:delText>closed</w:delText></w:r></w:del>',
    f'<w:ins {W} w:id="2" w:author="Ann"><w:r><w:t>not sold</w:t></w:r></w:ins>',
):
    changed._p.append(parse_xml(change))
changed.add_run(".")
control = f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>Founded 1987.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
changed._p.addnext(parse_xml(control))
document.add_paragraph("12 Mill Lane\nLeeds")
file = io.BytesIO()
document.save(file)

by_docx = [paragraph.text for paragraph in docx.Document(file).paragraphs]
by_mammoth = mammoth.extract_raw_text(file).value.split("\n\n")[:-1]
last = mammoth.convert_to_html(file).value.rpartition("<p>")[2]
print(f"python-docx       {by_docx}\nmammoth raw text  {by_mammoth}\nmammoth HTML      <p>{last}")
same = (
    by_docx == ["The mill was .", "12 Mill Lane\nLeeds"]
    and by_mammoth == ["The mill was not sold.", "Founded 1987.", "12 Mill LaneLeeds"]
    and last == "12 Mill Lane<br />Leeds</p>"
)
sys.exit(0 if same else "changed: not as described")
PY
