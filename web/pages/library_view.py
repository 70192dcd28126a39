"""The owner's list of articles as a page: rows with their marks and near copies, or what a search found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from index.store.catalogue import ArticleCatalogue, ArticleFilter, CatalogueEntry
from index.store.layout import UPLOADS_BYTES
from web.locales import Language
from web.pages.hits import Sentence, found_articles
from web.permalink import page_address
from web.render import day
from web.templating import render_template

PAGE_SIZE = 100
FOUND = 50
"""The most articles that a search shows."""
PASSAGES = 200
"""The most passages that a search looks at."""
EVERYTHING = ArticleFilter()
PENDING = 20
"""So many of the articles that are marked are named."""


@dataclass(frozen=True, slots=True)
class LibraryQuery:
    """Which part of the list to show: what is searched for in the text, a filter, and the place it begins before."""

    search: str = ""
    wanted: ArticleFilter = EVERYTHING
    before: int | None = None

    def address(self, **changed: str | int | None) -> str:
        """Return the address of the same list but for `changed`."""
        filters = {name: value for name, value in asdict(self.wanted).items() if name not in ("paths", "brought_by")}
        values = {"search": self.search, **filters, "from": self.wanted.brought_by, "before": self.before} | changed
        query = {name: value for name, value in values.items() if value not in ("", None)}
        return "/owner/articles" + (f"?{urlencode(query, errors='replace')}" if query else "")


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """An article as the list shows it; `copies` are its further near copies."""

    entry: CatalogueEntry
    address: str
    facts: Sequence[str]
    is_marked: bool
    copies: int = 0
    sentences: Sequence[Sentence] = ()


def library_page(
    catalogue: ArticleCatalogue,
    query: LibraryQuery,
    marked: Sequence[str],
    language: Language,
    *,
    collections: Sequence[str],
    sources: Sequence[str],
    allow_network: bool,
    max_bytes: int,
    is_shared: bool,
) -> str:
    """Return the page as HTML; `collections` and `sources` are what there is to choose from.

    `is_shared` says that files come in by way of a database, which does not keep them.
    """
    older: int | None = None
    if query.search:
        found = found_articles(catalogue.search(query.search, query.wanted, PASSAGES), query.search, FOUND)
        entries = [article.entry for article in found]
        sentences = {article.entry.id: article.sentences for article in found}
    else:
        entries, sentences = catalogue.page(query.wanted, PAGE_SIZE + 1, query.before), {}
        if len(entries) > PAGE_SIZE:
            entries = entries[:PAGE_SIZE]
            older = entries[-1].place
    pending = catalogue.entries(marked)
    return render_template(
        "library.html",
        language,
        query=query,
        rows=_rows(entries, sentences, catalogue, frozenset(marked), language),
        total=catalogue.count(),
        older=older,
        most_found=FOUND,
        pending=pending[:PENDING],
        pending_number=len(pending),
        pending_ids=" ".join(entry.id for entry in pending),
        collections=collections,
        sources=sources,
        allow_network=allow_network,
        max_bytes=max_bytes,
        is_shared=is_shared,
        max_waiting=UPLOADS_BYTES,
    )


def _rows(
    entries: Sequence[CatalogueEntry],
    sentences: Mapping[str, Sequence[Sentence]],
    catalogue: ArticleCatalogue,
    marked: Collection[str],
    language: Language,
) -> list[LibraryRow]:
    copies = catalogue.near_counts({entry.near for entry in entries if entry.near})
    return [
        LibraryRow(
            entry,
            page_address(entry.id),
            [fact for fact in (entry.author, entry.date and day(entry.date, language), entry.source) if fact],
            entry.id in marked,
            copies.get(entry.near or "", 1) - 1,
            sentences.get(entry.id, ()),
        )
        for entry in entries
    ]
