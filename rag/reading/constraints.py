"""What a question insists on, and whether a quote keeps to it: its years, names and numbers, and the side it asks for.

A reading model takes another company's or year's figure for the one asked for. A quote *contradicts* where it is about
another year or other names and nothing near it is about those asked for, or where it says who supports and the question
asks who opposes; it *lacks* what can be found neither in it nor near it; else it *meets* the question. Near are its
paragraph up to its end, the sentence before that, its heading, its article's title and, for a year, the article's date.
A row of a table is read with the names of its columns and the sentence above the table. A quote without names is about
whom its article names often.
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
from rag.language.mentions import has_word, mentions
from rag.language.names import names_in
from rag.language.places import country_of, is_place
from rag.language.stance import Stance, stance_after, stance_asked
from rag.language.time import MONTH, WEEKDAY, days_in
from rag.language.years import YEAR_ALONE, years_spoken_of

_FIGURE = re.compile(r"(?<![\w.,])[0-9][0-9.,]*(?<![.,])(?!\w)")
_WORD = re.compile(r"[^\W_][\w.&'’-]*[^\W_]|[^\W_]")
_CONTRACTION = re.compile(r"(?:i|it|he|she|we|you|they|who|what|that|there|let)['’]\w+", re.IGNORECASE)
_CAPITAL = re.compile(r"(?<=[\w,;:’'”)] )[A-Z][\w&-]*")
_INSIDE = re.compile(r"[\w,;:’”)] ")
"""What stands before a word inside a sentence."""
_CAPITALISED = re.compile(r"\b[A-Z][a-zA-Z]+\b")
_BEFORE = 400
"""Characters before a quote that are looked at."""
_OFTEN = 4
_KEPT = 16
_TITLES = frozenset(
    "mr mrs ms miss dr prof professor sir dame lord lady president chancellor minister senator governor mayor judge"
    " captain general colonel king queen prince princess pope father brother sister saint st".split()
)
"""What stands before a last name and is no first name."""
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

    `forms` has, for a name that is an acronym, what it stands for, and the reverse. `groups` are names of several that
    the question calls by one word ("the Greens").
    """

    names: tuple[tuple[str, ...], ...] = ()
    years: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()
    forms: tuple[tuple[tuple[str, ...], str], ...] = ()
    stance: Stance | None = None
    groups: frozenset[tuple[str, ...]] = frozenset()

    def fit(self, article: Article, quote: Span, answering: Sequence[Span] = ()) -> Fit:
        """Return how `article.text[slice(*quote)]` keeps to them. Names among the `answering` words are no others."""
        if self.stance and _stance(article, quote) not in (None, self.stance):
            return Fit.CONTRADICTS
        near = _near(article, quote) if self.names or self.figures else ""
        if self._is_of_another(article.text[slice(*quote)], near):
            return Fit.CONTRADICTS
        names = self._names_fit(article, quote, near, answering)
        return min(self._years_fit(article, quote), names, self._figures_fit(article, quote, near))

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

    def _names_fit(self, article: Article, quote: Span, near: str, answering: Sequence[Span]) -> Fit:
        if not self.names:
            return Fit.MEETS
        said = article.text[slice(*quote)]
        others = _other_names(_without(article.text, quote, answering), self.names)
        named = [self.stands(name, near) for name in self.names]
        if not others:
            about = (is_near or self._is_about(article, name) for name, is_near in zip(self.names, named, strict=True))
            return Fit.MEETS if all(about) else Fit.LACKS
        if any(self.stands(name, said) for name in self.names):
            return Fit.MEETS if all(named) else Fit.LACKS
        if not any(named):
            return Fit.CONTRADICTS
        refers = any(pronoun.search(said) for pronoun in (HE, IT, THEY))
        return Fit.MEETS if refers and all(named) else Fit.LACKS

    def _is_of_another(self, said: str, near: str) -> bool:
        """Return whether a quote has somebody of the same last name, and nothing near it the one who is asked for."""
        return any(_is_another(name, said) and not self.stands(name, near) for name in self.names)

    def stands(self, name: tuple[str, ...], text: str) -> bool:
        """Whether a text names it, in either form, or a country's people: "the German carmakers" for Germany."""
        if any(has_word(form, text) for form in self._forms_of(name)) or _names_country(name, text):
            return True
        if name in self.groups and re.search(rf"(?<!\w){re.escape(_one_of(name[-1]).capitalize())}(?!\w)", text):
            return True
        if len(name) == 1 and WEEKDAY.fullmatch(name[0].capitalize()):
            return days_in(name[0].capitalize()) <= days_in(text)
        return _stands(name, text) and not _is_another(name, text)

    def _forms_of(self, name: tuple[str, ...]) -> Iterator[str]:
        return (form for known, form in self.forms if known == name)

    def _is_about(self, article: Article, name: tuple[str, ...]) -> bool:
        """Return whether an article names it again and again, so that a sentence without a name may be about it."""
        forms = (name[-1], *self._forms_of(name))
        return sum(1 for form in forms for _ in mentions(form, article.text)) >= _OFTEN

    def _figures_fit(self, article: Article, quote: Span, near: str) -> Fit:
        if not self.figures:
            return Fit.MEETS
        said = article.text[slice(*quote)] + near
        return Fit.MEETS if self.figures <= set(_FIGURE.findall(said)) else Fit.LACKS


def constraints_of(question: str, texts: Sequence[str]) -> Constraints:
    """Return what the question insists on; `texts` are passages, which tell names that it writes in small letters.

    The last ones are kept: reading, ranking and the forms of an answer ask of the same passages.
    """
    return _constraints_of(question, tuple(texts))


@lru_cache(_KEPT)
def _constraints_of(question: str, texts: tuple[str, ...]) -> Constraints:
    years = frozenset(YEAR_ALONE.findall(question))
    figures = frozenset(_FIGURE.findall(question)) - years
    names = _names_of(question, texts)
    groups = frozenset(_groups(names, question))
    return Constraints(names, years, figures, tuple(_forms(names, texts)), stance_asked(question), groups)


def _names_of(question: str, texts: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the question's names, also those that only the texts write with a capital."""
    found = [
        _words(name.text)
        for name in names_in(question)
        if not YEAR_ALONE.fullmatch(name.text) and not _CONTRACTION.fullmatch(name.text)
    ]
    known = {word for name in found for word in name}
    others = [word for word in _words(question) if word not in known and word.isalpha() and len(word) > 1]
    found += _names_by(texts, others)
    return tuple(dict.fromkeys(name for name in found if name))


def _names_by(texts: Sequence[str], words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return those of a question's words that the texts write as names."""
    lowered = [(text, text.lower()) for text in texts]
    return [(word,) for word in words if not _is_time_or_people(word) and _is_written_as_name(word, lowered)]


def _groups(names: Sequence[tuple[str, ...]], question: str) -> Iterator[tuple[str, ...]]:
    """Yield the names of several of a kind: one word in the plural after "the"."""
    for name in names:
        plural = len(name) == 1 and _one_of(name[0]) != name[0]
        if plural and re.search(rf"\bthe {re.escape(name[0])}(?!\w)", question, re.IGNORECASE):
            yield name


def _one_of(plural: str) -> str:
    """Return what one of several is called: "green" of the Greens, "tory" of the Tories."""
    if plural.endswith("ies") and len(plural) > 4:
        return f"{plural[:-3]}y"
    return plural[:-1] if plural.endswith("s") and not plural.endswith("ss") and len(plural) > 3 else plural


def _is_another(name: tuple[str, ...], text: str) -> bool:
    """Whether a text has a last name only with another first name: "Arthur Penhale" for Edwin Penhale."""
    if len(name) == 1 or not has_word(name[-1], text) or any(has_word(word, text) for word in name[:-1]):
        return False
    known = (_words(found.text) for found in names_in(text))
    return any(len(other) > 1 and other[-1] == name[-1] and other[0] not in _TITLES for other in known)


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


def _is_written_as_name(word: str, texts: Sequence[tuple[str, str]]) -> bool:
    """Whether texts, also given in small letters, write it with a capital wherever that says something.

    That is inside a sentence, or inside the word.
    """
    forms = []
    for text, low in texts:
        last = 0
        for at in mentions(word, text, low):
            form = text[at : at + len(word)]
            if (at - last > 1 and _INSIDE.match(text, at - 2, at)) or form[1:] != form[1:].lower():
                forms.append(form)
            last = at + len(word)
    return bool(forms) and sum(form != form.lower() for form in forms) >= _USUAL * len(forms)


def _stands(name: Sequence[str], text: str) -> bool:
    """Whether a text names it: by all of its words, or of a name of several by its last or first one."""
    words = [word for word in (name[-1], name[0]) if len(word) > 1]
    return any(has_word(word, text) for word in words)


def _names_country(name: Sequence[str], text: str) -> bool:
    country = country_of(name[0]) if len(name) == 1 else ""
    return bool(country) and any(country_of(word.lower()) == country for word in _CAPITALISED.findall(text))


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
    if table := article.table_at(start):  # another row is about something else
        before = text[max(0, table.start - _BEFORE) : table.start].strip()
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
