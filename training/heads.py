"""What stands over an article: its title, who wrote it, and when. Such a date answers no other "when"."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

GIVEN = """
Ada Amina Anna Arjun Boris Carlos Chen Clara Daniel David Elena Emma Fatima Grace Hannah Henrik Hiroshi Ines James Jia
John Julia Karim Laura Lei Liam Lucia Maria Mei Mohammed Nadia Noah Olga Omar Paul Peter Priya Rosa Samuel Sara Sofia
Thomas Tom Wei William Yuki Zoe
""".split()
FAMILY = """
Adams Ahmed Andersen Baker Bauer Brown Chen Cohen Cruz Diaz Dubois Eriksson Evans Fischer Garcia Gupta Hall Haddad
Ivanov Jensen Johnson Kim Kowalski Lee Li Lopez Martin Meyer Miller Moreau Nakamura Nguyen Novak Okafor Patel Renshaw
Rossi Santos Schmidt Silva Smith Taylor Wang Weber Williams Wong Young Zhang
""".split()
DATES = (
    "{d.day} {d:%B} {d.year}",
    "{d:%B} {d.day}, {d.year}",
    "{d:%b} {d.day}, {d.year}",
    "{d:%Y-%m-%d}",
    "{d:%d/%m/%Y}",
)
BYLINES = (
    "By {author}, {date}",
    "By {author}, {date}",
    "By {author}\n{date}",
    "By {author}",
    "{author}, {date}",
    "{author} | {date}",
    "{date}",
    "Published {date}",
    "Published on {date} by {author}",
    "Author: {author}\nDate: {date}",
)
TITLED = 0.8
AUTHOR_ASKED = (
    "Who wrote this article?",
    "Who is the author?",
    "who wrote this",
    "By whom was this written?",
    "Who wrote the article {title}?",
    "Who is the author of {title}?",
)
DATE_ASKED = (
    "When was this published?",
    "When was this article written?",
    "What is the date of this article?",
    "publication date",
    "When did the article {title} appear?",
    "When was {title} published?",
)


@dataclass(frozen=True)
class Head:
    """The text over an article, with the empty line below it, and who and what date it names ("" for none)."""

    text: str
    author: str
    date: str

    def asked(self, title: str, rng: random.Random) -> tuple[str, int, int]:
        """Return a question about it, and where in its text the answer starts and ends."""
        known = [(self.author, AUTHOR_ASKED), (self.date, DATE_ASKED)]
        said, questions = rng.choice([pair for pair in known if pair[0]])
        start = self.text.rindex(said)
        return rng.choice(questions).format(title=title or "this"), start, start + len(said)


def head(title: str, rng: random.Random) -> Head:
    """Return a head with an author and a date that are made up."""
    author = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
    date = rng.choice(DATES).format(d=dt.date(1995, 1, 1) + dt.timedelta(days=rng.randrange(11_500)))
    byline = rng.choice(BYLINES)
    lines = [title] if title and rng.random() < TITLED else []
    lines.append(byline.format(author=author, date=date))
    text = "".join(f"{line}\n\n" for line in lines)
    return Head(text, author if "{author}" in byline else "", date if "{date}" in byline else "")
