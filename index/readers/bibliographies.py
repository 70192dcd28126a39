"""BibTeX, by bibtexparser, and CSL-JSON: each entry is an article of its title, authors, place, year and abstract."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from index.article import Article, Failure
from index.errors import ArticleError
from index.readers.archive import Names
from index.readers.compose import Block, Properties, compose, tags_of, web_link
from index.readers.decode import decode
from index.readers.markup import markup_blocks

_PLACES = (
    "journal",
    "journaltitle",
    "booktitle",
    "container-title",
    "publisher",
    "school",
    "institution",
    "howpublished",
)
_TEXTS = ("abstract", "note", "annote", "annotation")
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)")
_HINT = "correct the entry, or remove it"


def read_bibtex(data: bytes, source: str) -> Iterator[Article | Failure]:
    """Return the entries of a BibTeX or BibLaTeX file; those that cannot be parsed are named."""
    import bibtexparser
    from bibtexparser.model import DuplicateBlockKeyBlock, Entry, ParsingFailedBlock

    names, found = Names(source), False
    for block in bibtexparser.parse_string(decode(data, source)).blocks:
        entry = block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else block
        if isinstance(entry, Entry):
            fields = {field.key.lower(): str(field.value) for field in entry.fields}
            read = {key: value if key in ("url", "doi", "author") else plain(value) for key, value in fields.items()}
            yield _article(names, entry.key, {**read, "author": _bibtex_names(fields), "date": _bibtex_date(read)})
            found = True
        elif isinstance(entry, ParsingFailedBlock):
            name, line = names.of(f"line {block.start_line + 1}"), block.start_line + 1
            yield Failure(name, f"{source}, line {line} is no entry of BibTeX", _HINT)
            found = True
    if not found:
        raise ArticleError(f"{source} has no entries", "export the entries")


def read_csl(data: bytes, source: str) -> Iterator[Article | Failure]:
    """Return the items of a CSL-JSON file, as Zotero and others write it."""
    try:
        items = json.loads(decode(data, source))
    except (ValueError, RecursionError) as error:
        raise ArticleError(f"{source} is not JSON ({error})", "export it again") from error
    names = Names(source)
    for number, item in enumerate(items if isinstance(items, list) else [items], start=1):
        if not isinstance(item, dict):
            name = names.of(f"item {number}")
            yield Failure(name, f"{name} is no JSON object", _HINT)
            continue
        said = {str(key).lower(): _words(value) for key, value in item.items()}
        said |= {"author": _csl_names(item.get("author")), "date": _csl_date(item.get("issued"))}
        yield _article(names, said.get("id") or f"item {number}", {**said, "keywords": said.get("keyword", "")})


def _article(names: Names, key: str, said: Mapping[str, str]) -> Article | Failure:
    """Return an entry as an article; without an abstract it still says who wrote what, where and when."""
    name = names.of(key.replace("/", "-") or "entry")
    title = " ".join(said.get("title", "").split())
    if not title:
        return Failure(name, f"{name} has no title", _HINT)
    place = next((" ".join(said[each].split()) for each in _PLACES if said.get(each)), "")
    details = ", ".join(filter(None, (place, said.get("date", "")[:4])))
    texts = (block for each in _TEXTS for block in _blocks(said.get(each, "")))
    doi = _DOI.fullmatch(said.get("doi", "").strip())
    properties = Properties(
        title=title,
        author=said.get("author") or None,
        date=said.get("date") or None,
        language=said.get("language") or said.get("langid") or None,
        link=web_link(said.get("url")) or (web_link(f"https://doi.org/{doi[1]}") if doi else None),
        tags=tags_of(said.get("keywords")),
    )
    return compose(name, properties, [Block(details), *texts])


def _blocks(text: str) -> Sequence[Block]:
    """Return an abstract's paragraphs; some are HTML or JATS."""
    if re.search(r"</\w", text):
        return list(markup_blocks(re.sub(r"(</?)jats:(?:title\b|)", r"\1", text)))
    return [Block(" ".join(part.split())) for part in re.split(r"\n\s*\n", text)]


@cache
def _converter() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="text", keep_braced_groups=False)


def plain(value: str) -> str:
    """Return a field without LaTeX's marks; a percent sign, which starts a comment there, is one here."""
    if not re.search(r"[\\{}$~]|--|``|''", value):
        return value
    try:
        return str(_converter().latex_to_text(re.sub(r"(?<!\\)%", r"\\%", value), tolerant_parsing=True))
    except (IndexError, AttributeError, TypeError, ValueError, KeyError):  # formulas that do not fit the macros in them
        return re.sub(r"[{}]", "", value)


def _bibtex_names(fields: Mapping[str, str]) -> str:
    """Return `Holm, Pia and {The Crew}` as `Pia Holm; The Crew`."""
    said = " ".join((fields.get("author") or fields.get("editor") or "").split())
    names = []
    for name in re.split(r"(?i) and (?![^{]*\})", said):
        family, comma, given = name.rpartition(",") if name.count(",") < 2 else name.partition(",")
        joined = f"{given} {family}" if comma and not name.startswith("{") else name
        names.append(" ".join(plain(joined).split()))
    return "; ".join(filter(None, names))


def _bibtex_date(said: Mapping[str, str]) -> str:
    if date := said.get("date", "").partition("/")[0].strip():
        return date
    year, month = said.get("year", "").strip(), said.get("month", "").strip().lower()
    number = _MONTHS.get(month[:3]) or (int(month) if month.isdecimal() and 1 <= int(month) <= len(_MONTHS) else 0)
    return f"{year}-{number:02}" if year and number else year


def _words(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _csl_names(people: object) -> str:
    names = []
    for person in people if isinstance(people, list) else ():
        if isinstance(person, dict):
            parts = ("given", "non-dropping-particle", "family", "suffix", "literal")
            names.append(" ".join(word for part in parts if (word := _words(person.get(part)).strip())))
    return "; ".join(filter(None, names))


def _csl_date(issued: object) -> str:
    """Return `{"date-parts": [[2024, 3, 17]]}` as 2024-03-17."""
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    numbers = [_words(part).strip() for part in first[:3]]
    if not numbers or not all(number.isdecimal() for number in numbers):
        return _words(issued.get("raw") or issued.get("literal")) if isinstance(issued, dict) else ""
    return "-".join([numbers[0].zfill(4), *(number.zfill(2) for number in numbers[1:])])
