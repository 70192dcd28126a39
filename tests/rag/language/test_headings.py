"""Headings that ask what a question asks, by its words or by its noun or verb."""

from __future__ import annotations

import pytest

from rag.language.headings import asks_the_same, date_asked, opening_of


@pytest.mark.parametrize(
    ("question", "heading", "title"),
    [
        ("Is the road closure permanent?", "Is the closure permanent?", "Closure of the coast road"),
        ("why did Ada Renshaw stop painting", "Why did she stop painting?", "Ada Renshaw, painter"),
        ("Why don't you use steel?", "Why not steel?", "How we build masts"),
        ("What was cut in the 2031 budget?", "What was cut", "Council approves its 2031 budget"),
        ("what was removed in 7.2", "Removed", "Release notes: Kilnmaster 7.2"),
        ("how to uninstall the kilnmaster", "Uninstalling", "Installing Kilnmaster"),
        ("What cannot be rented?", "What cannot be rented", "Rules for boats"),
        ("What are the opening hours of the baths?", "Opening hours", "The baths"),
        ("What's new in 7.2?", "New", "Release notes: Kilnmaster 7.2"),
        ("Who decided the road closure?", "Who decided this?", "Closure of the coast road"),
        ("What was cut in 2031?", "What was cut", "Council approves its budget"),
        ("Are there any known problems with the Kilnmaster?", "Known problems", "Release notes: Kilnmaster"),
        ("What was removed in version 7.2?", "Removed", "Release notes\nv7.2 (1 May 2031)"),
    ],
)
def test_a_heading_asks_the_question(question: str, heading: str, title: str) -> None:
    assert asks_the_same(question, heading, title, "2031-02-03")


@pytest.mark.parametrize(
    ("question", "heading", "title"),
    [
        ("Is the road closure expensive?", "Is the closure permanent?", "Closure of the coast road"),
        ("When was it cut?", "What was cut", "The budget"),
        ("What was removed in 7.1", "Removed", "Release notes: Kilnmaster 7.2"),
        ("What is backed up?", "What is not backed up", "Backups"),
        ("What is the tower?", "The tower", "Opening hours"),
        ("Is the tower closed?", "Closed", "The tower"),
        ("Where is the office in Leeds?", "Where is the office?", "Our office in York"),
        ("How many boats may I rent?", "How do I rent boats?", "Boats"),
        ("What was cut in 2030?", "What was cut", "Council approves its budget"),
        ("Who removed the statue?", "Removed", "The statue"),
        ("What?", "", ""),
        ("Are there any known leaks in the Kilnmaster?", "Known problems", "Release notes: Kilnmaster"),
        ("Are there no known problems?", "Known problems", "Release notes: Kilnmaster"),
        ("What was removed in 7.1?", "Removed", "Release notes\nVersion 7.2 (1 May 2031)"),
        ("What was removed in 7.2?", "Removed", "Release notes\nVersion 2.7"),
        ("What was removed in 7.2?", "Removed", "Release notes\nVersion 7.2.1"),
    ],
)
def test_a_heading_asks_something_else(question: str, heading: str, title: str) -> None:
    assert not asks_the_same(question, heading, title, "2031-02-03")


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("How many clients may I connect?", "figure"),
        ("How do I connect?", "how"),
        ("Is it open?", "yes_no"),
        ("Which shops closed?", "what"),
        ("Known problems", "nothing"),
    ],
)
def test_what_a_text_begins_asking_for(text: str, opening: str) -> None:
    assert opening_of(text) == opening


@pytest.mark.parametrize(
    ("question", "heading", "date"),
    [
        ("When was Kilnmaster 7.2 released?", "Version 7.2 (19 June 2031)", "19 June 2031"),
        ("when did version 7.2 come out", "Version 7.2 (19 June 2031)", "19 June 2031"),
        ("When was 7.1 released?", "Version 7.2 (19 June 2031)", None),
        ("When was Kilnmaster released?", "Version 7.2 (19 June 2031)", None),
        ("When was 7.2 tested in Leeds?", "Version 7.2 (19 June 2031)", None),
        ("When was 7.2 not released?", "Version 7.2 (19 June 2031)", None),
        ("Who released 7.2?", "Version 7.2 (19 June 2031)", None),
        ("When was 7.2 released?", "Version 7.2", None),
    ],
)
def test_a_heading_dates_what_it_names(question: str, heading: str, date: str | None) -> None:
    span = date_asked(question, heading, "Release notes: Kilnmaster")
    assert (span and heading[slice(*span)]) == date
