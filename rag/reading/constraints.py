"""What a question insists on, and whether a quote keeps to it: its years, names and numbers, and the side it asks for.

A reading model takes another company's or year's figure for the one asked for. A quote *contradicts* where it is about
another year or other names and nothing near it is about those asked for, or where it says who supports and the question
asks who opposes; it *lacks* what can be found neither in it nor near it; else it *meets* the question. Near are its
paragraph up to its end, the sentence before that, its heading, its article's title and, for a year, the article's date.
A row of a table is read with the names of its columns. A quote without names is about whom its article names often.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from index.article import Article
from index.chunk import sentence_spans
from index.terms import STOP_WORDS
from rag.language.acronyms import COMMON, acronyms_in
from rag.language.english import HE, IT, THEY
from rag.language.enumerations import Span
from rag.language.names import names_in
from rag.language.places import country_of, is_place
from rag.language.stance import Stance, stance_after, stance_asked
from rag.language.time import MONTH, WEEKDAY
from rag.language.years import YEAR_ALONE, years_spoken_of

_FIGURE = re.compile(r"(?<![\w.,])[0-9][0-9.,]*(?<![.,])(?!\w)")
_WORD = re.compile(r"[^\W_][\w.&'’-]*[^\W_]|[^\W_]")
_CONTRACTION = re.compile(r"(?:i|it|he|she|we|you|they|who|what|that|there|let)['’]\w+", re.IGNORECASE)
_CAPITAL = re.compile(r"(?<=[\w,;:’'”)] )[A-Z][\w&-]*")
_CAPITALISED = re.compile(r"\b[A-Z][a-zA-Z]+\b")
_BEFORE = 400
"""Characters before a quote that are looked at."""
_OFTEN = 4
_KEPT = 16
_USUAL = 0.8
"""A word of the question is a name if the passages write it with a capital at least so often inside a sentence."""


class Fit(IntEnum):
    """How a quote keeps to a question; a higher one is better."""

    CONTRADICTS = 0
    LACKS = 1
    MEETS = 2


@dataclass(frozen=True, slots=True)
class Constraints:
    """The names of a question, each as its lower-case words; its years; its other numbers; the stance that it asks for.

    `forms` has, for a name that is an acronym, what it stands for, and the reverse.
    """

    names: tuple[tuple[str, ...], ...] = ()
    years: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()
    forms: tuple[tuple[tuple[str, ...], str], ...] = ()
    stance: Stance | None = None

    def fit(self, article: Article, quote: Span, answering: Sequence[Span] = ()) -> Fit:
        """Return how `article.text[slice(*quote)]` keeps to them. Names among the `answering` words are no others."""
        if self.stance and _stance(article, quote) not in (None, self.stance):
            return Fit.CONTRADICTS
        names = self._names_fit(article, quote, answering)
        return min(self._years_fit(article, quote), names, self._figures_fit(article, quote))

    def unmet(self, article: Article, quote: Span) -> list[str]:
        """Return what neither the quote nor anything near it names, for a person to read."""
        near = _near(article, quote)
        missing = [" ".join(name) for name in self.names if not self.stands(name, near)]
        return missing + [year for year in sorted(self.years) if year not in near and not _of_year(article, year)]

    def _years_fit(self, article: Article, quote: Span) -> Fit:
        if not self.years:
            return Fit.MEETS
        own = set(YEAR_ALONE.findall(f"{article.columns_at(quote[0]) or ''}\n{article.text[slice(*quote)]}"))
        if own & self.years:
            return Fit.MEETS
        if own:
            return Fit.CONTRADICTS
        last = years_spoken_of(_near(article, quote, below=False))
        if last:
            return Fit.MEETS if last[-1] in self.years else Fit.LACKS
        return Fit.MEETS if any(_of_year(article, year) for year in self.years) else Fit.LACKS

    def _names_fit(self, article: Article, quote: Span, answering: Sequence[Span]) -> Fit:
        if not self.names:
            return Fit.MEETS
        said, near = article.text[slice(*quote)], _near(article, quote)
        others = _other_names(_without(article.text, quote, answering), self.names)
        if any(self.stands(name, said) for name in self.names) or not others:
            met = all(self.stands(name, near) or (not others and self._is_about(article, name)) for name in self.names)
            return Fit.MEETS if met else Fit.LACKS
        if not any(self.stands(name, near) for name in self.names):
            return Fit.CONTRADICTS
        refers = any(pronoun.search(said) for pronoun in (HE, IT, THEY))
        return Fit.MEETS if refers and all(self.stands(name, near) for name in self.names) else Fit.LACKS

    def stands(self, name: tuple[str, ...], text: str) -> bool:
        """Whether a text names it, in either form, or a country's people: "the German carmakers" for Germany."""
        forms = any(_named(form, text) for form in self._forms_of(name))
        return forms or _stands(name, text) or _names_country(name, text)

    def _forms_of(self, name: tuple[str, ...]) -> Iterator[str]:
        return (form for known, form in self.forms if known == name)

    def _is_about(self, article: Article, name: tuple[str, ...]) -> bool:
        """Return whether an article names it again and again, so that a sentence without a name may be about it."""
        return sum(len(_named(form, article.text)) for form in (name[-1], *self._forms_of(name))) >= _OFTEN

    def _figures_fit(self, article: Article, quote: Span) -> Fit:
        near = article.text[slice(*quote)] + _near(article, quote)
        return Fit.MEETS if self.figures <= set(_FIGURE.findall(near)) else Fit.LACKS


def constraints_of(question: str, texts: Sequence[str]) -> Constraints:
    """Return what the question insists on; `texts` are passages, which tell names that it writes in small letters.

    The last ones are kept: reading, ranking and the forms of an answer ask of the same passages.
    """
    return _constraints_of(question, tuple(texts))


@lru_cache(_KEPT)
def _constraints_of(question: str, texts: tuple[str, ...]) -> Constraints:
    years = frozenset(YEAR_ALONE.findall(question))
    found = [
        _words(name.text)
        for name in names_in(question)
        if not YEAR_ALONE.fullmatch(name.text) and not _CONTRACTION.fullmatch(name.text)
    ]
    known = {word for name in found for word in name}
    others = (word for word in _words(question) if word not in known and word.isalpha() and len(word) > 1)
    found += [(word,) for word in others if not _is_time_or_people(word) and _is_written_as_name(word, texts)]
    figures = frozenset(_FIGURE.findall(question)) - years
    names = tuple(dict.fromkeys(name for name in found if name))
    return Constraints(names, years, figures, tuple(_forms(names, texts)), stance_asked(question))


def _is_time_or_people(word: str) -> bool:
    """Whether a word is written with a capital and is no name: "friday", "polish"."""
    time = WEEKDAY.fullmatch(word.capitalize()) or re.fullmatch(MONTH, word, re.IGNORECASE)
    return bool(time or (country_of(word) and not is_place(word)))


def _forms(names: Sequence[tuple[str, ...]], texts: Sequence[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each name that has another form, by the texts or known to all, as an acronym or in full, with that form."""
    for acronym, words in (COMMON | acronyms_in(texts)).items() if names else ():
        short, full = _words(acronym), _words(words)
        yield from ((name, form) for name in names for own, form in ((short, words), (full, acronym)) if name == own)


def _words(text: str) -> tuple[str, ...]:
    return tuple(
        word for found in _WORD.findall(text) if (word := re.sub(r"['’]s?$", "", found).lower()) not in STOP_WORDS
    )


def _is_written_as_name(word: str, texts: Sequence[str]) -> bool:
    """Whether the texts write it with a capital wherever that says something: inside a sentence, or inside the word."""
    pattern = re.compile(rf"(?P<inside>[\w,;:’”)] )?(?<!\w)(?P<form>{re.escape(word)})\b", re.IGNORECASE)
    matches = [match for text in texts for match in pattern.finditer(text)]
    forms = [match["form"] for match in matches if match["inside"] or match["form"][1:] != match["form"][1:].lower()]
    return bool(forms) and sum(form != form.lower() for form in forms) >= _USUAL * len(forms)


def _stands(name: Sequence[str], text: str) -> bool:
    """Whether a text names it: by all of its words, or of a name of several by its last or first one."""
    words = [word for word in (name[-1], name[0]) if len(word) > 1]
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in words)


def _names_country(name: Sequence[str], text: str) -> bool:
    country = country_of(name[0]) if len(name) == 1 else ""
    return bool(country) and any(country_of(word.lower()) == country for word in _CAPITALISED.findall(text))


def _named(form: str, text: str) -> list[str]:
    return re.findall(rf"(?<!\w){re.escape(form)}(?!\w)", text, re.IGNORECASE)


def _without(text: str, quote: Span, answering: Sequence[Span]) -> str:
    """Return a quote without the words that answer, where these are not all of it."""
    said, (first, last) = text[slice(*quote)], quote
    for start, end in answering:
        if (start, end) != quote and first <= start and end <= last:
            said = f"{said[: start - first]}{' ' * (end - start)}{said[end - first :]}"
    return said


def _near(article: Article, quote: Span, *, below: bool = True) -> str:
    """Return the text around the quote that says what it is about."""
    start, end = quote
    text = article.text
    paragraph = max(text.rfind("\n", 0, start) + 1, start - _BEFORE)
    before = text[max(0, paragraph - _BEFORE) : paragraph].strip()
    sentences = list(sentence_spans(before, article.language))
    last = before[sentences[-1].start :] if sentences else ""
    said = (article.title, article.heading_at(start), last, article.columns_at(start), text[paragraph:start])
    above = "\n".join(each or "" for each in said)
    return f"{above}\n{text[start:end]}" if below else above


def _stance(article: Article, quote: Span) -> Stance | None:
    start, end = quote
    return stance_after(article.text[max(0, start - _BEFORE) : start], article.text[start:end])


def _of_year(article: Article, year: str) -> bool:
    return (article.date or "").startswith(year)


def _other_names(text: str, names: Sequence[Sequence[str]]) -> bool:
    """Whether a text has names that are not those asked for."""
    asked = {word for name in names for word in name}
    capitals = {match.lower() for match in _CAPITAL.findall(text)} | {name.lower() for name in _opening_name(text)}
    return bool(capitals - asked)


def _opening_name(text: str) -> list[str]:
    """Return the sentence's first word if it cannot be but a name: it has a capital or digit further in."""
    match = re.match(r"\W*([\w&-]+)", text)
    return [match[1]] if match and re.search(r"(?<=.)[A-Z0-9]", match[1]) else []
