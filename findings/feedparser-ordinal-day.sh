#!/usr/bin/env bash
# feedparser 6.0.14
# ISO 8601 ordinal dates (year and day of the year) are a form that feedparser's documentation lists as recognized, by
# the example "2003-335" for 1 December. Days 200 to 365 are read correctly; days 2 to 12 and 40 to 199 of every year
# are wrong: digits of the day are taken for a month. There is no error, bozo stays False, and the wrong dates look
# plausible: day 65 becomes 1 June, and from day 130 to 199 the year is the next one. Days 13 to 39 become a day counted
# from the start of the month in which the program runs (in November, day 13 was 13 November), so they change from month
# to month and are not checked here. The spelling without a hyphen, 2024065, is read correctly.
# Seen on 2026-11-27 (text, feedparser, the standard library's strptime with %Y-%j):
#   2003-335  feedparser 2003-12-01  calendar 2003-12-01
#   2024-065  feedparser 2024-06-01  calendar 2024-03-05
#   2024-100  feedparser 2024-10-01  calendar 2024-04-09
#   2024-131  feedparser 2025-01-01  calendar 2024-05-10
#   2024065   feedparser 2024-03-05  calendar 2024-03-05
#   wrong days of 2023, without 13 to 39: 171, from 2 to 199
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check feedparser==6.0.14

"$work/venv/bin/python" - <<'PY'
import sys
from datetime import date, datetime

import feedparser

EXPECTED = {
    "2003-335": date(2003, 12, 1),
    "2024-065": date(2024, 6, 1),
    "2024-100": date(2024, 10, 1),
    "2024-131": date(2025, 1, 1),
    "2024065": date(2024, 3, 5),
}


def read(text: str) -> tuple[date, bool]:
    """Return the date that feedparser reads in `text`, and whether it calls the feed ill-formed."""
    feed = feedparser.parse(
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Feed</title>'
        f"<item><title>Item</title><dc:date>{text}</dc:date></item></channel></rss>"
    )
    return date(*feed.entries[0].updated_parsed[:3]), bool(feed.bozo)


def in_calendar(text: str) -> date:
    """Return the date that `text` names."""
    return datetime.strptime(text, "%Y-%j" if "-" in text else "%Y%j").date()


changed = False
for text, expected in EXPECTED.items():
    found, bozo = read(text)
    print(f"{text:<9} feedparser {found}  calendar {in_calendar(text)}  bozo {bozo}")
    changed = changed or (found, bozo) != (expected, False)
checked = [*range(1, 13), *range(40, 366)]
wrong = [day for day in checked if read(f"2023-{day:03}")[0] != in_calendar(f"2023-{day:03}")]
print(f"wrong days of 2023, without 13 to 39: {len(wrong)}, from {min(wrong, default=0)} to {max(wrong, default=0)}")
changed = changed or wrong != [day for day in checked if 2 <= day <= 199]
sys.exit("changed: not as described" if changed else 0)
PY
