#!/usr/bin/env bash
# trafilatura 2.3.1 (lxml 6.1.3, lxml_html_clean 0.4.6)
# <time> is the element for a date in running text, and extract() takes each one out with its words, as it does with
# <label>, <output>, <math> and <button>: "time" stands in its list of elements to clean, between "textarea" and "use".
# What stays is mostly a good sentence without its date ("On the mill shut for good"). favor_recall=True and
# include_formatting=True change nothing; <data> and elements of one's own keep their words. A page with less than some
# 250 characters is read in another way, which keeps the date, so a test with a page of two sentences sees nothing.
# Seen on 2026-11-28 (what is left of a paragraph):
#   On <time>5 March 2024</time> the mill shut for good.  'On the mill shut for good.'
#   In <data>2024</data> the mill shut for good.          'In 2024 the mill shut for good.'
#   The <label>Lea mill</label> shut for good.            'The shut for good.'
#   the first again, on a page with little else           'On 5 March 2024 the mill shut for good.'
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check trafilatura==2.3.1 lxml==6.1.3 lxml_html_clean==0.4.6

"$work/venv/bin/python" - <<'PY'
import sys

import trafilatura

SHORT = "It was built by the Lea family."
LONG = "The mill by the river was built in 1830 by the Lea family, who ran it for two generations until the flood. " * 3
DATED = "On <time>5 March 2024</time> the mill shut for good."
CASES = [
    (LONG, DATED, "On the mill shut for good."),
    (LONG, "In <data value='2024'>2024</data> the mill shut for good.", "In 2024 the mill shut for good."),
    (LONG, "The <label>Lea mill</label> shut for good.", "The shut for good."),
    (SHORT, DATED, "On 5 March 2024 the mill shut for good."),
]
changed = False
for around, paragraph, expected in CASES:
    body = f"<article><h1>A mill</h1><p>{around}</p><p>{paragraph}</p></article>"
    page = f"<html lang='en'><head><title>A mill</title></head><body>{body}</body></html>"
    for options in ({}, {"favor_recall": True}, {"include_formatting": True}):
        text = " ".join(trafilatura.extract(page, **options).split())
        left = text.rpartition(around.strip())[2].strip()
        changed = changed or left != expected
    print(f"{len(around):>3} characters before  {paragraph:<58} {left!r}")
sys.exit("changed: not as described" if changed else 0)
PY
