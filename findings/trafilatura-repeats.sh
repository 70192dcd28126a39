#!/usr/bin/env bash
# trafilatura 2.3.1 (lxml 6.1.3, lxml_html_clean 0.4.6)
# extract(deduplicate=False) drops paragraphs that a page repeats, and which of them depends on the container: in
# <article> a copy directly after its original, in a plain <div> every later copy. So text that repeats on purpose (a
# refrain, a clause, an answer given twice) cannot be had by leaving deduplication off. deduplicate=True does not do the
# same and more: its result depends on how often the process has read the page. At first it drops the copies, then the
# same call keeps all of them, and after that it gives nothing, also for a page without any repetition.
# Seen on 2026-11-27 (paragraphs by number; each line one process that reads the same page five times):
#   article 0012   deduplicate=False  012 012 012 012 012
#   article 01020  deduplicate=False  01020 01020 01020 01020 01020
#   div     01020  deduplicate=False  012 012 012 012 012
#   div     01020  deduplicate=True   012 01020 01020 01020 none
#   article 012345 deduplicate=True   012345 012345 012345 none none
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check trafilatura==2.3.1 lxml==6.1.3 lxml_html_clean==0.4.6

cat >"$work/read.py" <<'PY'
import re
import sys

import trafilatura

container, order, deduplicate = sys.argv[1], sys.argv[2], sys.argv[3] == "True"
body = "".join(
    f"<p>Sentence number {number} stands alone here and tells of the town, its mills, its bridges and of the many "
    "people there.</p>"
    for number in order
)
page = f"<html><body><{container}><h1>Town</h1>{body}</{container}></body></html>"
texts = [trafilatura.extract(page, deduplicate=deduplicate) or "" for _ in range(5)]
print(*("".join(re.findall(r"number (\d)", text)) or "none" for text in texts))
PY

changed=0
while read -r container order deduplicate expected; do
  seen=$("$work/venv/bin/python" "$work/read.py" "$container" "$order" "$deduplicate")
  printf '%-7s %-6s deduplicate=%-5s  %s\n' "$container" "$order" "$deduplicate" "$seen"
  [ "$seen" = "$expected" ] || changed=1
done <<'CASES'
article 0012 False 012 012 012 012 012
article 01020 False 01020 01020 01020 01020 01020
div 01020 False 012 012 012 012 012
div 01020 True 012 01020 01020 01020 none
article 012345 True 012345 012345 012345 none none
CASES
if [ "$changed" = 1 ]; then
  echo "changed: not as described" >&2
fi
exit "$changed"
