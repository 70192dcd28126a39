"""A question that names a row and a column gets the cell; what it does not name is not guessed for certain."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from index.article import Article
from index.readers import read_article
from rag.extract import Bars, Extract, Limits, extract_answer
from rag.reading.base import HIGH, Reading
from rag.reading.windows import load_tokenizer
from rag.reading.words import WordVectors
from rag.retrieve import Passage
from rag.tables.cells import cells_in
from rag.tables.reader import GUESSED, SURE, TableReader
from rag.tables.rows import column_at, columns_of, rows_of
from settings import READER

WORDS = WordVectors(READER / "words.npy", load_tokenizer(READER / "tokenizer.json"))
PUMPS = """# Data of the Corda pumps

| Model | Power | Weight | Noise level | Price (EUR) |
|---|---|---|---|---|
| Corda 20 | 450 W | 7.2 kg | 61 dB | 310 |
| Corda 20 S | 470 W | 6.9 kg | 55 dB | 365 |
| Corda 75 | 1,500 W | 16.4 kg | 71 dB | 890 |
"""
BATHS = """# Dock Baths: opening hours

| Day | Pool | Sauna |
|---|---|---|
| Monday | closed | closed |
| Tuesday to Thursday | 6:30 to 21:00 | 14:00 to 22:00 |
| Sunday | 8:00 to 18:00 | 10:00 to 20:00. Women only until noon. |
"""
SCHOOLS = """School;Pupils 2023;Pupils 2024;Head teacher
Birch Lane Primary;305;298;Ottilie Kranz
St Brigid's;433;440;Fiona Gallagher
Eastfield High;1098;1131;Bernard Oyelaran
"""
CODES = """# Warning lights

| Light | What it means | What to do |
|---|---|---|
| T-4 | The oil is too hot | Stop the engine |
| T-41 | The filter is clogged | Clean the filter |
"""
SHEET = """# Tarn M2 and M4: data sheet

| | M2 | M4 |
|---|---|---|
| Power consumption | 6.5 W | 11 W |
| Weight | 410 g | 730 g |
"""
BACKUPS = """# Oak Backup: plans

| Plan | Devices | Storage |
|---|---|---|
| Twig | 3 | 1 TB |
| Crown | 100 | 12 TB |
"""
TEXTS = {
    "backups.md": BACKUPS,
    "sheet.md": SHEET,
    "pumps.md": PUMPS,
    "baths.md": BATHS,
    "schools.csv": SCHOOLS,
    "codes.md": CODES,
}


class Nothing:
    """A reader that finds nothing; it counts how often it was asked."""

    name: str | None = None
    high = HIGH
    times = 0

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        self.times += 1
        return [Reading(0.0, ())] * len(passages)


def article(name: str, text: str = "") -> Article:
    return read_article((text or TEXTS[name]).encode(), name)


def whole(*articles: Article) -> list[Passage]:
    return [Passage(each, 0, len(each.text), 1.0) for each in articles]


def answer(question: str, *articles: Article) -> Extract:
    passages = whole(*articles)
    readings = TableReader(Nothing(), WORDS).read(question, passages)
    extract = extract_answer(question, passages, readings, Bars(0.5, HIGH), Limits())
    for citation in extract.citations:
        text = next(each.text for each in articles if each.id == citation.article_id)
        assert text[citation.start : citation.end] == citation.quote
    return extract


@pytest.mark.parametrize(
    ("name", "question", "cell"),
    [
        ("pumps.md", "What is the noise level of the Corda 20?", "61 dB"),
        ("pumps.md", "What is the noise level of the Corda 20 S?", "55 dB"),
        ("pumps.md", "How heavy is the Corda 75?", "16.4 kg"),
        ("pumps.md", "How loud is the Corda 75?", "71 dB"),
        ("pumps.md", "How much does the Corda 20 cost?", "310"),
        ("pumps.md", "corda 75 power", "1,500 W"),
        ("pumps.md", "Which model weighs 6.9 kg?", "Corda 20 S"),
        ("baths.md", "When is the sauna open on Wednesday?", "14:00 to 22:00"),
        ("baths.md", "When is the pool open on Sundays?", "8:00 to 18:00"),
        ("baths.md", "Is the pool open on Monday?", "closed"),
        ("schools.csv", "How many pupils did Birch Lane Primary have in 2023?", "305"),
        ("schools.csv", "How many pupils did Eastfield have in 2024?", "1131"),
        ("schools.csv", "Who is the head teacher of St Brigid's?", "Fiona Gallagher"),
        ("sheet.md", "What is the power consumption of the Tarn M2?", "6.5 W"),
        ("codes.md", "What does T-4 mean?", "The oil is too hot"),
        ("codes.md", "What should I do about T-41?", "Clean the filter"),
        ("sheet.md", "How much does the Tarn M4 need to weigh?", "730 g"),
        ("backups.md", "How many devices can I back up with Crown?", "100"),
        ("codes.md", "what does warning light t-41 mean", "The filter is clogged"),
    ],
)
def test_the_cell_of_a_row_and_a_column_that_are_named_answers(name: str, question: str, cell: str) -> None:
    said = answer(question, article(name))
    assert (said.certainty, said.sentences[0].kind, said.sentences[0].text) == ("high", "short", cell)
    assert cell in said.citations[0].quote
    assert said.citations[0].columns


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("pumps.md", "How much does the Corda 40 cost?"),
        ("pumps.md", "How much does the Corda 20 cost in Poland?"),
        ("pumps.md", "How much do the pumps cost?"),
        ("pumps.md", "When was the Corda 75 invented and by whom?"),
        ("pumps.md", "Which is heavier, the Corda 20 or the Corda 75?"),
        ("baths.md", "When is the sauna open on Friday?"),
        ("baths.md", "When is the gym open on Sunday?"),
        ("schools.csv", "How many pupils did St Brigid's have in 2019?"),
        ("schools.csv", "How many pupils does Eastfield Middle have?"),
        ("codes.md", "What does T-5 mean?"),
        ("codes.md", "What does B-4 mean?"),
    ],
)
def test_no_cell_is_sure_where_the_row_or_something_else_asked_for_is_not_there(name: str, question: str) -> None:
    assert answer(question, article(name)).certainty != "high"


def test_a_column_that_is_a_guess_makes_the_row_uncertain() -> None:
    said = answer("How many pupils does St Brigid's have?", article("schools.csv"))
    assert (said.certainty, said.sentences[0].kind, said.sentences[0].text) == (
        "low",
        "quote",
        "St Brigid's | 433 | 440 | Fiona Gallagher",
    )


def test_a_cell_is_quoted_with_its_whole_row() -> None:
    said = answer("When is the sauna open on Sunday?", article("baths.md"))
    assert said.citations[0].quote == "Sunday | 8:00 to 18:00 | 10:00 to 20:00. Women only until noon."


def test_without_vectors_word_forms_alone_name_a_column() -> None:
    table = article("pumps.md")
    parts = [(0, len(table.text))]
    assert next(cells_in("What does the Corda 20 weigh? Its weight?", table, parts, None)).cell.text == "7.2 kg"
    assert not list(cells_in("How loud is the Corda 75?", table, parts, None))


def test_of_tables_that_differ_the_one_of_no_other_version_counts_then_the_newer_one() -> None:
    old = article("old.md", PUMPS.replace("Data of", "Version 2: data of").replace("310", "290"))
    now = article("now.md", PUMPS)
    asked = "How much does the Corda 20 cost?"
    assert [answer(asked, *pair).sentences[0].text for pair in ((old, now), (now, old))] == ["310", "310"]
    dated = [article(f"{n}.md", f"---\ndate: {n}-03-01\n---\n{PUMPS.replace('310', str(n))}") for n in (2023, 2024)]
    assert (answer(asked, *dated).sentences[0].text, answer(asked, *dated).certainty) == ("2024", "high")


def test_tables_that_differ_without_a_date_are_uncertain() -> None:
    said = answer(
        "How much does the Corda 20 cost?", article("a.md", PUMPS), article("b.md", PUMPS.replace("310", "9"))
    )
    assert (said.certainty, len(said.citations)) == ("low", 2)


def test_a_sure_cell_needs_no_model_unless_all_is_to_be_read() -> None:
    inner = Nothing()
    reader = TableReader(inner, WORDS)
    passages = whole(article("pumps.md"))
    asked = "How heavy is the Corda 75?"
    assert reader.read(asked, passages)[0].probability == SURE
    assert inner.times == 0
    assert reader.read(asked, passages, thorough=True)[0].probability == SURE
    assert inner.times == 1
    assert reader.read("How many pupils are there?", passages)[0].spans == ()
    assert GUESSED < HIGH < SURE
    assert reader.read(asked, []) == []


def test_cells_know_their_place_and_column() -> None:
    table = article("baths.md")
    [only] = table.tables
    columns = columns_of(table, only)
    rows = list(rows_of(table, only, len(columns)))
    assert columns == ("Day", "Pool", "Sauna")
    assert [row.cells[0].text for row in rows] == ["Monday", "Tuesday to Thursday", "Sunday"]
    for row in rows:
        for name, cell in zip(columns, row.cells, strict=True):
            assert table.text[cell.start : cell.end] == cell.text
            assert column_at(table, (cell.start, cell.end)) == name
    assert column_at(table, (0, 4)) is None
    assert column_at(table, (rows[0].cells[0].start, rows[0].cells[1].end)) is None


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("How heavy is the Tarn M4?", "540 g"),
        ("What is the weight of the M2?", "310 g"),
        ("How many LAN ports does the Tarn M2 have?", "2"),
    ],
)
def test_things_that_stand_side_by_side_are_columns(question: str, cell: str) -> None:
    table = article(
        "routers.md",
        "# Tarn routers\n\n| | M2 | M4 |\n|---|---|---|\n| Weight | 310 g | 540 g |\n| LAN ports | 2 | 4 |",
    )
    said = answer(question, table)
    assert (said.certainty, said.sentences[0].text) == ("high", cell)
    assert answer("How heavy is the Tarn M6?", table).certainty != "high"
    assert answer("How many USB ports does the M4 have?", table).certainty != "high"


VOTES = """# The vote in Selwick

| Ward | Winner | Votes |
|---|---|---|
| Eastfield | Joss Winter (Harbour List) | 2,480 |
| Kirkgate (north) | Anneke Dray (Greens) | 2,114 |
| Kirkgate (south) | Lewin Tasker (Harbour List) | 1,870 |
"""


def test_what_stands_in_brackets_need_not_be_named_where_one_row_alone_has_the_rest() -> None:
    table = article("votes.md", VOTES)
    said = answer("How many votes did Joss Winter get?", table)
    assert (said.certainty, said.sentences[0].text) == ("high", "2,480")
    assert answer("How many votes did Harbour List get?", table).certainty != "high"
    assert answer("Who was the winner in Kirkgate?", table).certainty != "high"
    assert answer("Who was the winner in Kirkgate south?", table).sentences[0].text == "Lewin Tasker (Harbour List)"
