#!/usr/bin/env bash
# openpyxl 3.1.5 with XlsxWriter 3.3.1
# load_workbook(data_only=True) reads the result that the writing program stored; nothing calculates. For a formula that
# no spreadsheet application has calculated it gives None when openpyxl wrote the file, but the number 0 when XlsxWriter
# did, even for a formula whose result is text: XlsxWriter stores 0 as every formula's result. "None means not
# calculated" therefore passes generated reports full of zeros as data. XlsxWriter's own value= argument puts the right
# result there.
# Seen on 2026-11-27 (A1 = 2):
#   openpyxl    =A1*2 None  ="North"&" Sea" None
#   XlsxWriter  =A1*2 0  ="North"&" Sea" 0
#   XlsxWriter, value= given  ="North"&" Sea" 'North Sea'
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check openpyxl==3.1.5 xlsxwriter==3.3.1

"$work/venv/bin/python" - <<'PY'
import io
import sys

import openpyxl
import xlsxwriter

PRODUCT, JOINED = "=A1*2", '="North"&" Sea"'


def results(data: io.BytesIO) -> list[object]:
    """Return the stored results in A2, A3 and A4."""
    sheet = openpyxl.load_workbook(data, data_only=True).active
    return [sheet[cell].value for cell in ("A2", "A3", "A4")]


by_openpyxl = io.BytesIO()
book = openpyxl.Workbook()
book.active["A1"], book.active["A2"], book.active["A3"] = 2, PRODUCT, JOINED
book.save(by_openpyxl)

by_xlsxwriter = io.BytesIO()
with xlsxwriter.Workbook(by_xlsxwriter, {"in_memory": True}) as written:
    sheet = written.add_worksheet()
    sheet.write("A1", 2)
    sheet.write_formula("A2", PRODUCT)
    sheet.write_formula("A3", JOINED)
    sheet.write_formula("A4", JOINED, value="North Sea")

first, second = results(by_openpyxl), results(by_xlsxwriter)
print(f"openpyxl    {PRODUCT} {first[0]!r}  {JOINED} {first[1]!r}")
print(f"XlsxWriter  {PRODUCT} {second[0]!r}  {JOINED} {second[1]!r}")
print(f"XlsxWriter, value= given  {JOINED} {second[2]!r}")
same = first[:2] == [None, None] and second == [0, 0, "North Sea"]
sys.exit(0 if same else "changed: not as described")
PY
