#!/usr/bin/env bash
# lxml 6.1.3 (libxml2 2.14.6), beautifulsoup4 4.15.0, html5lib 1.1, trafilatura 2.3.1 (lxml_html_clean 0.4.6)
# A page of the kind old editors wrote, a <font> before each paragraph and none closed, ends for lxml after 253 of its
# 300 paragraphs, at 255 open elements: what follows, also on the outermost level, is not in the tree, and no error is
# raised (parser.error_log has one line). trafilatura, which reads with lxml, has the same 253. Beautiful Soup over the
# same lxml has all, because it reads without building lxml's tree. huge_tree=True only moves the end, to 2,045 of 3,000.
# html5lib, which does as the HTML standard says, has all, too. That libxml2 stops at a depth is known to those who met
# it; HTMLParser's documentation says of huge_tree that it allows very deep trees, not that the rest of a page is dropped.
# Seen on 2026-11-28 (paragraphs read):
#   of 300   lxml 253  trafilatura 253  lxml, huge_tree 300  bs4 with lxml 300  bs4 with html5lib 300
#   of 3000  lxml 253  trafilatura 253  lxml, huge_tree 2045  bs4 with lxml 3000
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check lxml==6.1.3 beautifulsoup4==4.15.0 html5lib==1.1 \
  trafilatura==2.3.1 lxml_html_clean==0.4.6

"$work/venv/bin/python" - <<'PY'
import re
import sys

import trafilatura
from bs4 import BeautifulSoup
from lxml import etree

READERS = {
    "lxml": lambda page: "".join(etree.fromstring(page, etree.HTMLParser()).itertext()),
    "trafilatura": lambda page: trafilatura.extract(page) or "",
    "lxml, huge_tree": lambda page: "".join(etree.fromstring(page, etree.HTMLParser(huge_tree=True)).itertext()),
    "bs4 with lxml": lambda page: BeautifulSoup(page, "lxml").get_text(),
    "bs4 with html5lib": lambda page: BeautifulSoup(page, "html5lib").get_text(),
}
changed = False
for count, expected in ((300, [253, 253, 300, 300, 300]), (3000, [253, 253, 2045, 3000])):
    body = "".join(f"<font color=navy><p>Paragraph {number} tells of the mills.</p>" for number in range(count))
    page = f"<html><head><title>Mills</title></head><body>{body}</body></html>"
    found = []
    for _, (name, read) in zip(expected, READERS.items()):
        found.append(len(set(re.findall(r"Paragraph (\d+)", read(page)))))
    print(f"of {count:<5}", "  ".join(f"{name} {seen}" for name, seen in zip(READERS, found)))
    changed = changed or found != expected
sys.exit("changed: not as described" if changed else 0)
PY
