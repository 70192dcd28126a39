"""Rich text, by striprtf: its paragraphs, without formatting; title, author and date from its info group."""

from __future__ import annotations

import datetime as dt
import re
from itertools import groupby

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, tags_of
from index.readers.metadata import name_of, title_of
from index.readers.rows import new_table
from index.readers.rtf_marks import as_shown

_CODE_PAGE = re.compile(r"\\ansicpg(\d{3,5})")
_INFO = r"\{{\\{}\s((?:[^{{}}\\]|\\[^\n]){{1,500}})\}}"
_MADE = re.compile(r"\{\\(?:revtim|creatim)\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_PARAGRAPH_IN_CELL = re.compile(r"\\par(?=\s*\}*\s*\\(?:nest)?cell\b)")
"""A cell's own end is enough; with this one its row would be several lines."""
_CELL_ENDS = re.compile(r"\|(?=[ \t]*(?:\n|$))")


def read_rtf(data: bytes, source: str) -> Article:
    """Return an article of one paragraph for each of the file's."""
    from striprtf.striprtf import rtf_to_text

    code = data.decode("latin-1")  # RTF is ASCII; what is not, is escaped in the code page it names
    page = _CODE_PAGE.search(code[:4096])
    encoding = f"cp{page[1]}" if page and page[1] != "0" else "cp1252"

    def words(part: str) -> str:
        return str(rtf_to_text(part, encoding=encoding, errors="strict"))  # type: ignore[no-untyped-call]

    def said(name: str) -> str | None:
        found = re.search(_INFO.format(name), code[:65536])
        return (" ".join(words(f"{{\\rtf1\\ansi {found[1]}}}").split()) if found else "") or None

    try:
        lines = _CELL_ENDS.sub("", words(as_shown(_PARAGRAPH_IN_CELL.sub("", code)))).replace("\x0c", "\n").split("\n")
        rows = [re.sub(r"[ \t]*\|[ \t]*", " | ", line) for line in lines]
        blocks = [
            Block(row, table=table if is_row else 0)
            for is_row, group in groupby(rows, key=lambda row: " | " in row)
            for table in (new_table(),)
            for row in group
        ]
    except (UnicodeError, LookupError) as error:
        raise ArticleError(f"{source} holds characters that {encoding} has not", "save it as .docx") from error
    if not any(block.tidied for block in blocks):
        raise ArticleError(f"{source} has no text", "give the document that has it")
    properties = Properties(
        title=title_of(said("title")) or name_of(source),
        author=said("author"),
        date=_date(code),
        tags=tags_of(said("keywords")),
    )
    return compose(source, properties, blocks)


def _date(code: str) -> str | None:
    days = []
    for year, month, day in _MADE.findall(code[:65536]):
        try:
            days.append(dt.date(int(year), int(month), int(day)).isoformat())
        except ValueError:
            continue
    return max(days, default=None)
