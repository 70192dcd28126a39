"""The report of a run: what it says, and that nothing from the run becomes markup."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from dataclasses import asdict
from typing import Any

import lxml.html
import pytest

from evaluation.figures import DEFAULT_GATES, compare
from evaluation.report import write_report
from evaluation.scorecard import against
from evaluation.summary import gates, label, since, tables, verdict
from tests.evaluation.cards import HOSTILE, QUOTE, TEXT, Card, planted, result, runs, scored


@pytest.fixture(scope="module")
def card() -> Card:
    return against(*runs())


def read(card: Card) -> Any:
    return lxml.html.document_fromstring(write_report(card))


def pick(element: Any, path: str) -> list[Any]:
    """What is at a path of tags and classes, each below the one before: "table.figures caption"."""
    steps = []
    for tag, *classes in (step.split(".") for step in path.split(" ")):
        steps.append(tag or "*")
        steps += [f"[contains(concat(' ', @class, ' '), ' {name} ')]" for name in classes]
        steps.append("//")
    found: list[Any] = element.xpath(".//" + "".join(steps[:-1]))
    return found


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_the_verdict_comes_first_and_in_words(card):
    said = words(pick(read(card), ".verdict")[0])
    assert said.startswith(
        "Worse than the baseline: “first line right” and “refused without need” got worse by more than their"
    )
    assert "22 questions in 2 s: 11 failed (read but refused 10, should have refused 1)." in said
    assert said.endswith("10 questions newly failed and 1 no longer fails.")


def test_verdicts():
    today, before = runs()
    assert verdict(today)[0] == "There is no baseline to compare with."
    assert (
        verdict(against(today, today))[0]
        == "As good as the baseline: 4 gated figures, and none moved beyond chance and tolerance."
    )
    assert verdict(against(before, today))[0].startswith("Better than the baseline: “first line right”")
    ungated = against(today, before, {"quote_exact": 0.0})
    assert verdict(ungated)[0].startswith("No gated figure fell: “first line right”")
    fewer = scored([*today["results"], result("new")])
    assert verdict(against(fewer, before))[1].endswith("1 question is not compared: the baseline asked otherwise.")


def test_every_figure_stands_in_the_table_of_its_group(card):
    page = read(card)
    captions = [words(caption) for caption in pick(page, "table.figures caption")]
    assert captions == ["First line", "Answers", "Citations", "Abstention", "Latency"]
    rows = {row.find("th").text: row for row in pick(page, "table.figures tbody tr")}
    assert len(rows) == len(card["figures"])
    right = next(each for each in card["figures"] if each["name"] == "first_line_right")
    cells = [words(cell) for cell in rows["First line right"].findall("td")]
    assert cells == [
        "0.500",
        "",
        f"{right['low']:.3f} to {right['high']:.3f}",
        "0.950",
        "↓ fell: worse by 0.450 beyond its tolerance",
    ]
    assert rows["First line right"].get("class") == "fell"
    assert "gated, tolerance 0.020" in words(rows["First line right"].find("th"))
    assert "gated" not in words(rows["Total, p50"].find("th"))
    assert "Answered without grounds" in rows


@pytest.mark.parametrize(
    ("name", "arrow", "moved"),
    [
        ("ms_total_p50", "↑", "rose: better by 80 ms"),  # less is better
        ("error_rate", "↓", "fell: worse by 0.500"),
        ("hallucination_rate", "=", "same"),
    ],
)
def test_arrows_say_whether_it_got_better(card, name, arrow, moved):
    lines = {line.name.lower(): line for group in tables(card).values() for line in group}
    line = lines[label(name).lower()]
    assert (line.arrow, line.moved) == (arrow, moved)
    assert "less is better" in line.text


def test_figures_have_names_for_people():
    assert [label(name) for name in ("hallucination_rate", "retrieved_ndcg@10", "ms_read_p95", "auroc")] == [
        "answered without grounds",
        "retrieved nDCG@10",
        "read, p95",
        "AUROC",
    ]
    assert not any("hallucination" in label(name) for name in DEFAULT_GATES)


def test_without_a_baseline_the_default_gates_are_marked():
    today = runs()[0]
    assert gates(today) == {
        each["name"]: DEFAULT_GATES[each["name"]] for each in today["figures"] if each["name"] in DEFAULT_GATES
    }
    page = read(today)
    assert "gated, tolerance" in words(pick(page, "table.figures")[0])
    assert "Baseline" not in words(pick(page, "table.figures")[0])
    assert page.xpath("//select[@id='change']") == []


def test_what_became_of_a_question(card):
    became = {each["id"]: since(each) for each in card["results"]}
    assert [became[row] for row in ("row-0", "row-10", "row-19", "none")] == ["worse", "same", "better", "same"]
    other = result("x") | {"before": {"failure": None, "answer": "Something else."}}
    assert (since(other), since(result("x"))) == ("other", "")


def test_failures_are_grouped_by_stage_and_lead_to_their_questions(card):
    page = read(card)
    section = page.get_element_by_id("failed").getparent()
    assert [words(heading) for heading in section.findall("h3")] == ["Read but refused: 10", "Should have refused: 1"]
    links = pick(section, "a")
    assert len(links) == 11
    for link in links:
        assert words(page.get_element_by_id(link.get("href")[1:]).find("h3")) == words(link)


def test_a_question_is_shown_with_all_that_belongs_to_it(card):
    article = next(each for each in pick(read(card), "article") if each.get("data-id") == "row-19")
    facts = words(pick(article, ".facts")[0])
    for part in ("Right", "no longer fails", "row-19", "confidence 0.88", "19 ms", "who"):
        assert part in facts
    assert words(article.find("h3")) == "Who wrote row-19?"
    quote = pick(article, ".quote")[0]
    assert words(quote.find("p")) == f"[1] {TEXT}"
    assert pick(quote, "mark")[0].text_content() == QUOTE
    assert "".join(each.text_content() for each in pick(quote, "b")) == "Ada Renshaw 🚗"  # code points, not UTF-16
    assert words(quote.find("footer")) == "The <rain> & I · Ada · 2024-04-02 · page 3 · from the evidence"
    expected = words(pick(article, ".expected")[0])
    assert "The <rain> & I · rank 1 as retrieved, 2 after reading, quoted" in expected
    assert "In the baseline Wrong words." in expected
    assert words(pick(article, ".accepted")[0]) == "Ada Renshaw"
    assert "Searched for: Who wrote the report row-19?" in words(pick(article, ".note")[0])


def test_a_question_shows_its_first_line_how_sure_it_is_and_what_was_asked_for(card):
    article = next(each for each in pick(read(card), "article") if each.get("data-id") == "row-19")
    facts = words(pick(article, ".facts")[0])
    assert "certainty high" in facts
    assert "intent fact, expected list" in facts
    notes = [words(note) for note in pick(article, ".said .note")]
    assert f"First line, right: {QUOTE}" in notes
    assert "Asked in full (Who wrote the report row-19?): Ada Renshaw" in notes
    assert [words(each) for each in pick(article, ".accepted")][1] == "Not in the first line: Bo Renshaw"
    refused = next(each for each in pick(read(card), "article") if each.get("data-id") == "row-0")
    assert "certainty" not in words(pick(refused, ".facts")[0])
    assert not any(words(note).startswith("First line") for note in pick(refused, ".note"))


def test_a_run_of_an_earlier_version_has_a_report():
    today = runs()[0]
    newer = ("intent", "not", "need", "items", "sides", "standalone", "first_line", "full")
    for row in today["results"]:
        for name in newer:
            del row[name]
        for name in ("certainty", "intent", "reason"):
            del row["answer"][name]
        row["values"].pop("first_line_right", None)
    page = read(today)
    assert len(pick(page, "article")) == len(today["results"])
    assert not any(words(note).startswith(("First line", "Asked in full")) for note in pick(page, ".note"))
    assert "certainty" not in words(pick(page, "article")[0])


def test_charts_have_titles_descriptions_and_numbers(card):
    charts = pick(read(card), ".charts figure")
    assert [words(pick(each, "title")[0]) for each in charts] == [
        "Reliability", "Risk and coverage", "Time by stage, p50 and p95",
    ]  # fmt: skip
    for chart in charts:
        named = pick(chart, "svg")[0].get("aria-labelledby").split()
        assert [each.get("id") for each in [*pick(chart, "title"), *pick(chart, "desc")]] == named
        assert words(pick(chart, "desc")[0])
    assert [words(row) for row in pick(charts[2], "tbody tr")][-1].split() == ["Total", "10", "ms", "20", "ms"]


def test_the_wording_is_plain(card):
    said = words(read(card).find("body"))
    assert not re.search(r"\bAI\b|hallucinat", said, re.IGNORECASE)


def test_style_and_script_are_allowed_by_hash_and_nothing_else(card):
    page = read(card)
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    for kind, block in (("style", pick(page, "style")), ("script", pick(page, "script"))):
        assert len(block) == 1
        digest = base64.b64encode(hashlib.sha256(block[0].text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert page.xpath("//@style | //@onclick | //@src | //link/@href") == ["data:,"]


@pytest.mark.parametrize("evil", HOSTILE)
def test_nothing_from_the_run_becomes_markup(card, evil):
    def shape(page: Any) -> set[tuple[str, ...]]:
        return {(str(each.tag), *sorted(each.attrib)) for each in page.iter()}

    html = write_report(planted(card, evil))
    page = lxml.html.document_fromstring(html)
    assert shape(page) <= shape(read(card))
    assert len(pick(page, "script")) == len(pick(page, "style")) == 1
    assert len(pick(page, "article")) == len(card["results"])
    assert all(link.startswith("#") for link in pick(page, "a/@href"))
    seen = re.sub("[\x00\x01\udc80\ufffe]", "\ufffd", evil)
    article = pick(page, "article")[19]
    assert article.find("h3").text_content() == seen
    assert article.get("data-id") == seen
    for place in ("footer bdi", ".accepted bdi", ".facts bdi", ".was q", ".expected blockquote p"):
        assert pick(article, place)[0].text_content() == seen
    html.encode()  # no half characters are left


def test_a_stage_of_another_version_is_shown_by_its_name(card):
    old = card["results"][0] | {"before": {"failure": "<b>lost</b>", "answer": "x"}}
    page = read(card | {"results": [old]})
    assert "In the baseline <b>lost</b>. x" in words(pick(page, "article")[0])


def test_an_empty_change_list_and_a_stage_without_time():
    """A stage that takes no time at all has an interval of no width."""
    still = read(scored([result("a", ms=0), result("b", "wrong words")]))
    assert len(pick(still, "article")) == 2


def test_size_and_time():
    many = [result(f"row-{n}", None if n % 3 else "refused") for n in range(2_000)]
    changes = compare({"a": many[0]["values"]}, {"a": many[0]["values"]})
    card = scored(many[:202]) | {"changes": [asdict(each) for each in changes]}
    started = time.perf_counter()
    html = write_report(card)
    assert time.perf_counter() - started < 1
    assert len(html.encode()) < 2_000_000
    assert write_report(card | {"results": many}).count("<article") == 2_000
