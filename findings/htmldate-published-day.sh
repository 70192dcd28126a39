#!/usr/bin/env bash
# htmldate 1.11.0 (trafilatura 2.3.1 calls it)
# What a page says in JSON-LD as "datePublished" is found by find_date() with extensive_search=False if it is a timestamp
# and passed over if it is a plain day, unless original_date=True is given, too. And trafilatura's own default asks for
# the original date, but a date_extraction_params that names anything else takes that back without a word: of a page with
# article:published_time and article:modified_time the day of the last change is then the article's.
# Seen on 2026-11-27:
#   2024-03-03                 original_date False: None  True: 2024-03-03
#   2024-03-03T08:00:00Z       original_date False: 2024-03-03  True: 2024-03-03
#   trafilatura                usual: 2024-03-03  with extensive_search alone: 2025-01-01
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check htmldate==1.11.0 trafilatura==2.3.1 lxml_html_clean==0.4.6

"$work/venv/bin/python" - <<'PY'
import sys

from htmldate import find_date
from trafilatura import bare_extraction


def page(head):
    return f"<html><head><title>Quay</title>{head}</head><body><article><p>Words about the quay.</p></article></body></html>"


found = []
for day in ("2024-03-03", "2024-03-03T08:00:00Z"):
    said = f'{{"@context": "https://schema.org", "@type": "NewsArticle", "datePublished": "{day}"}}'
    told = page(f'<script type="application/ld+json">{said}</script>')
    found.append([find_date(told, extensive_search=False, original_date=original) for original in (False, True)])
    print(f"{day:<26} original_date False: {found[-1][0]}  True: {found[-1][1]}")
both = page(
    '<meta property="article:published_time" content="2024-03-03T10:00:00Z">'
    '<meta property="article:modified_time" content="2025-01-01T10:00:00Z">'
)
usual = bare_extraction(both, with_metadata=True).date
named = bare_extraction(both, with_metadata=True, date_extraction_params={"extensive_search": False}).date
print(f"{'trafilatura':<26} usual: {usual}  with extensive_search alone: {named}")
same = found == [[None, "2024-03-03"], ["2024-03-03", "2024-03-03"]] and (usual, named) == ("2024-03-03", "2025-01-01")
sys.exit(0 if same else "changed: not as described")
PY
