from __future__ import annotations

import math
from dataclasses import replace

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import AP, RR, Success, nDCG

from evaluation.metrics import failure, measure, ranking, said
from evaluation.questions import Row
from evaluation.result import EvidencePlace
from rag.answer import Answer, Citation, Models, Place, Retrieved, Sentence, Timings

SHIPS = "Ships sail far. Ships sink deep. Ships rust."
CATS = "Cats sleep. Ships sink deep."
TEXTS = {"ships": SHIPS, "cats": CATS}
SAIL = EvidencePlace("ships", 0, 15, "Ships sail far.")
SINK = EvidencePlace("ships", 16, 32, "Ships sink deep.")
SINK_TOO = EvidencePlace("cats", 12, 28, "Ships sink deep.")
ROW = Row("1", "q")


def cite(n: int, quote: str, article: str = "ships", spans: tuple[tuple[int, int], ...] = ()) -> Citation:
    start = TEXTS[article].index(quote)
    return Citation(n, article, article, f"news/{article}.md", start, start + len(quote), quote, answer_spans=spans)


def answered(citations: list[Citation], sentences: list[Sentence] | None = None, trace=None, **more) -> Answer:
    """An answer that quotes, a sentence for each citation unless told otherwise."""
    if sentences is None:
        sentences = [Sentence(c.quote, "quote", (c.n,), 0.9) for c in citations]
    return Answer(
        id="1",
        question="q",
        standalone_question="q",
        abstained=not citations,
        answer="",
        confidence=0.7,
        engine="reader",
        models=Models("fake"),
        generation="1",
        timings_ms=Timings(retrieve=3, read=8, total=12),
        sentences=tuple(sentences),
        citations=tuple(citations),
        retrieved=trace,
        **more,
    )


def passages(*found: tuple[str, int, int, float]) -> tuple[Retrieved, ...]:
    return tuple(
        Retrieved(article, f"news/{article}.md", start, end, score, 0.5) for article, start, end, score in found
    )


def values(
    row: Row, answer: Answer, *evidence: EvidencePlace, supports=lambda premise, text: text in premise, similarity=None
):
    measured = measure(row, answer, evidence, TEXTS.get, supports, similarity)
    assert all(isinstance(value, float) and math.isfinite(value) for value in measured.values())
    return measured


def naive(ranks: list[int | None], relevant: int) -> dict[str, float]:
    """The textbook's formulas."""
    slots: list[int] = []
    for rank in sorted(rank for rank in ranks if rank):
        slots.append(max(rank, slots[-1] + 1) if slots else rank)
    first = min(slots, default=math.inf)
    return {
        "hit@1": float(first <= 1),
        "hit@5": float(first <= 5),
        "mrr@10": 1 / first if first <= 10 else 0.0,
        "ndcg@10": sum(1 / math.log2(s + 1) for s in slots if s <= 10)
        / sum(1 / math.log2(i + 1) for i in range(1, min(relevant, 10) + 1)),
        "map": sum((i + 1) / slot for i, slot in enumerate(slots)) / relevant,
        "recall@5": sum(rank is not None and rank <= 5 for rank in ranks) / relevant,
        "recall@10": sum(rank is not None and rank <= 10 for rank in ranks) / relevant,
    }


@given(st.lists(st.none() | st.integers(1, 60), min_size=1, max_size=14))
def test_ranking_measures_follow_their_formulas(ranks):
    assert ranking(ranks, len(ranks)) == pytest.approx(naive(ranks, len(ranks)))


@given(st.sets(st.integers(1, 60), max_size=14), st.integers(0, 14))
def test_ranking_measures_are_those_of_trec_eval(reached, missing):
    relevant = len(reached) + missing or 1
    measures = {"hit@1": Success @ 1, "hit@5": Success @ 5, "mrr@10": RR @ 10, "ndcg@10": nDCG @ 10, "map": AP}
    judged = {"": {str(rank): 1 for rank in [*reached, *range(-relevant + len(reached), 0)]}}
    ranked = {"": {str(rank): -float(rank) for rank in range(1, 61)}}
    theirs = {metric.measure: metric.value for metric in ir_measures.iter_calc(measures.values(), judged, ranked)}
    ours = ranking([*reached, *[None] * (relevant - len(reached))], relevant)
    assert {name: ours[name] for name in measures} == pytest.approx({n: theirs[m] for n, m in measures.items()})


def test_ranking_by_hand():
    found = ranking([3, None, 1], 3)
    assert found["map"] == pytest.approx((1 / 1 + 2 / 3) / 3)
    assert found["ndcg@10"] == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3) + 1 / 2))
    assert (found["mrr@10"], found["recall@5"]) == (1, pytest.approx(2 / 3))
    late = ranking([11], 1)
    assert (late["mrr@10"], late["ndcg@10"], late["recall@10"], late["map"]) == (0, 0, 0, pytest.approx(1 / 11))


def test_one_passage_with_all_the_evidence_is_ideal():
    assert set(ranking([1, 1, 1], 3).values()) == {1.0}


def test_passages_before_and_after_reading():
    trace = passages(("cats", 0, 11, 0.1), ("ships", 33, 44, 0.9), ("ships", 0, 20, 0.5))
    found = values(ROW, answered([], trace=trace), SAIL, SINK)
    assert (found["read_hit@1"], found["read_mrr@10"]) == (0, pytest.approx(1 / 3))
    assert (found["retrieved_hit@1"], found["retrieved_mrr@10"], found["retrieved_recall@5"]) == (0, 0.5, 1)
    assert found["retrieved_ndcg@10"] == pytest.approx(naive([2, 2], 2)["ndcg@10"])


def test_equal_scores_go_by_place_and_not_by_what_reading_made_of_them():
    found = values(ROW, answered([], trace=passages(("ships", 0, 15, 0.5), ("cats", 0, 11, 0.5))), SAIL)
    assert (found["retrieved_hit@1"], found["read_hit@1"]) == (0, 1)


def test_the_same_words_elsewhere_are_the_same_piece():
    found = values(ROW, answered([], trace=passages(("cats", 12, 28, 0.9))), SINK, SINK_TOO)
    assert (found["retrieved_recall@5"], found["article_recall@10"]) == (1, 1)


def test_articles_of_the_evidence():
    trace = passages(("ships", 33, 44, 0.9), ("ships", 0, 15, 0.8), ("cats", 0, 28, 0.7))
    found = values(ROW, answered([], trace=trace), EvidencePlace("cats", 0, 11, "Cats sleep."))
    assert (found["article_hit@1"], found["article_mrr@10"], found["article_recall@10"]) == (0, 0.5, 1)


@pytest.mark.parametrize("name", ["cats", "news/cats.md", "cats.md"])
def test_articles_named_by_the_row(name):
    row = replace(ROW, articles=(name, "gone.md"))
    found = values(row, answered([], trace=passages(("cats", 0, 11, 0.5))))
    assert (found["article_hit@1"], found["article_recall@10"]) == (1, 0.5)
    assert "read_hit@1" not in found


def test_contexts_measure_reading_alone():
    row = replace(ROW, contexts=(SHIPS,))
    found = values(row, answered([], trace=passages(("ships", 0, 15, 0.0))), SAIL)
    assert found["read_hit@1"] == 1
    assert not [name for name in found if name.startswith(("retrieved", "article"))]


def test_without_a_trace_or_evidence_there_is_no_ranking():
    assert "read_hit@1" not in values(ROW, answered([]), SAIL)
    assert "read_hit@1" not in values(ROW, answered([], trace=passages(("ships", 0, 15, 0.5))))


def test_nothing_retrieved_is_the_worst_ranking():
    found = values(ROW, answered([], trace=()), SAIL)
    assert (found["retrieved_map"], found["read_ndcg@10"], found["article_hit@1"]) == (0, 0, 0)


def test_what_was_said_is_as_short_as_can_be():
    quote = cite(1, "Ships sail far.", spans=((6, 10),))
    best = cite(2, "Ships sink deep.")
    quotes = [Sentence(quote.quote, "quote", (1,), 0.9), Sentence(best.quote, "quote", (2,), 0.8)]
    assert said(answered([quote, best], quotes)) == "sail"
    assert said(answered([quote, best], [Sentence("far", "short", (1,), 0.9), *quotes])) == "far"
    assert said(answered([quote, best], [replace(quotes[0], support=0.1), quotes[1]])) == "Ships sink deep."
    assert said(answered([])) == ""


def test_wording_takes_the_nearest_accepted_answer():
    row = replace(ROW, answers=("deep", "Ships sail"))
    found = values(row, answered([cite(1, "Ships sail far.")]), similarity=lambda a, b: len(b) / 100)
    assert found["exact_match"] == 0
    assert found["f1"] == pytest.approx(4 / 5)
    assert (found["contains"], found["semantic"]) == (1, 0.1)


def test_an_answer_refused_counts_nothing_even_where_nothing_is_accepted():
    row = replace(ROW, answers=("the",))
    found = values(row, answered([]), SAIL, similarity=lambda a, b: 1.0)
    wording = [found[name] for name in ("exact_match", "f1", "contains", "semantic", "right")]
    assert wording == [0] * 5
    assert (found["evidence_recall"], found["evidence_iou"]) == (0, 0)
    assert not {"quote_exact", "evidence_precision", "citation_recall"} & found.keys()


def test_evidence_overlap_by_characters():
    found = values(ROW, answered([cite(1, "far. Ships sink"), cite(2, "Ships rust.")]), SAIL, SINK)
    quoted, evidence, shared = 15 + 11, 15 + 16, 4 + 10
    assert found["evidence_precision"] == pytest.approx(shared / quoted)
    assert found["evidence_recall"] == pytest.approx(shared / evidence)
    assert found["evidence_iou"] == pytest.approx(shared / (quoted + evidence - shared))


@pytest.mark.parametrize("quotes", [("Ships sail", "sail far."), ("Ships sail far.", "sail"), ("sail far.", "Ships ")])
def test_overlapping_quotes_count_once(quotes):
    found = values(ROW, answered([cite(n, quote) for n, quote in enumerate(quotes, start=1)]), SAIL)
    assert (found["evidence_precision"], found["evidence_recall"], found["evidence_iou"]) == (1, 1, 1)


def test_same_offsets_in_another_article_do_not_meet():
    found = values(ROW, answered([cite(1, "Cats sleep.", "cats")]), SAIL)
    assert (found["evidence_iou"], found["right"]) == (0, 0)


@pytest.mark.parametrize(("start", "end", "hit"), [(0, 16, 0), (32, 40, 0), (0, 17, 1), (31, 40, 1)])
def test_a_passage_beside_the_evidence_does_not_hold_it(start, end, hit):
    assert values(ROW, answered([], trace=passages(("ships", start, end, 0.5))), SINK)["read_hit@1"] == hit


def test_words_in_two_places_meet_at_the_best():
    elsewhere = replace(cite(1, "Ships sink deep.", "cats"), also=(Place("ships", 16, 32, "Ships sink deep."),))
    assert values(ROW, answered([elsewhere]), SINK)["evidence_iou"] == 1
    assert values(ROW, answered([cite(1, "Ships sink deep.", "cats")]), SINK, SINK_TOO)["evidence_iou"] == 1


def test_a_quote_that_the_article_does_not_have():
    true = cite(1, "Ships sail far.")
    false = replace(cite(2, "Ships rust."), start=32, end=43)
    gone = replace(cite(3, "Ships rust."), article_id="gone")
    assert values(ROW, answered([true]))["quote_exact"] == 1
    assert values(ROW, answered([true, false, gone]))["quote_exact"] == pytest.approx(1 / 3)
    wrong_twin = replace(true, also=(Place("cats", 0, 15, true.quote),))
    assert values(ROW, answered([wrong_twin]))["quote_exact"] == 0.5


def test_citations_as_alce_counts_them():
    citations = [cite(1, "Ships sail far."), cite(2, "Ships sink deep."), cite(3, "Ships rust.")]
    needs_both = Sentence("sail sink", "written", (1, 2), 0.5)
    needs_one = Sentence("rust", "written", (1, 3), 0.5)
    unsupported = Sentence("swim", "written", (1, 2, 3), 0.5)

    def supports(premise: str, text: str) -> bool:
        return all(word in premise for word in text.split())

    found = values(ROW, answered(citations, [needs_both, needs_one, unsupported]), supports=supports)
    assert found["citation_recall"] == pytest.approx(2 / 3)
    assert found["citation_precision"] == pytest.approx((2 + 1 + 0) / (2 + 2 + 3))


def test_citations_that_each_support_alone_are_all_needed():
    citations = [cite(1, "Ships sail far."), cite(2, "Ships rust.")]
    assert values(ROW, answered(citations, [Sentence("Ships", "written", (1, 2), 0.5)]))["citation_precision"] == 1


@pytest.mark.parametrize(
    ("row", "evidence", "right"),
    [
        (replace(ROW, answers=("far",)), [SAIL], 1),
        (replace(ROW, answers=("far",)), [SINK], 0),
        (replace(ROW, answers=("deep",)), [SAIL], 0),
        (ROW, [SAIL], 1),
        (replace(ROW, answers=("far",)), [], 1),
        (replace(ROW, articles=("ships.md",)), [], 1),
        (replace(ROW, articles=("cats.md",)), [], 0),
        (ROW, [], None),
        (replace(ROW, answerable=False), [], None),
    ],
)
def test_right_is_quoted_from_the_evidence_with_an_accepted_answer(row, evidence, right):
    assert values(row, answered([cite(1, "Ships sail far.")]), *evidence).get("right") == right


def test_an_unanswerable_row_is_judged_by_its_refusal_and_its_citations():
    found = values(replace(ROW, answerable=False), answered([cite(1, "Ships rust.")], trace=passages()))
    assert {name for name in found if not name.startswith("ms_")} == {
        *("answerable", "refused", "confidence", "quote_exact", "citation_recall", "citation_precision")
    }
    assert (found["answerable"], found["refused"], found["confidence"]) == (0, 0, 0.7)


def test_time_by_stage():
    found = values(ROW, answered([]))
    assert (found["ms_retrieve"], found["ms_read"], found["ms_total"], found["ms_write"]) == (3, 8, 12, 0)


HIT, MISS = ("ships", 0, 15, 0.9), ("cats", 0, 11, 0.1)


@pytest.mark.parametrize(
    ("row", "citations", "trace", "stage"),
    [
        (ROW, [cite(1, "Ships sail far.")], [HIT], None),
        (ROW, [], [MISS], "not retrieved"),
        (ROW, [cite(1, "Ships rust.")], [MISS], "not retrieved"),
        (ROW, [], [MISS] * 5 + [HIT], "not read"),
        (ROW, [], [MISS, HIT], "refused"),
        (ROW, [cite(1, "Ships rust.")], [HIT], "wrong words"),
        (replace(ROW, answers=("deep",)), [cite(1, "Ships sail far.")], [HIT], "wrong words"),
        (
            replace(ROW, answers=("far",)),
            [cite(1, "Ships rust."), cite(2, "Ships sail far.")],
            [HIT],
            "wrong first line",
        ),
        (replace(ROW, answers=("far",)), [cite(1, "Ships sail far.")], [HIT], None),
        (replace(ROW, answerable=False), [], [], None),
        (replace(ROW, answerable=False), [cite(1, "Ships rust.")], [], "should have refused"),
    ],
)
def test_the_stage_that_failed(row, citations, trace, stage):
    evidence = [SAIL] if row.answerable else []
    assert failure(row, values(row, answered(citations, trace=passages(*trace)), *evidence)) == stage


@pytest.mark.parametrize(("citations", "stage"), [([], "refused"), ([cite(1, "Ships rust.")], None)])
def test_a_row_that_knows_nothing_can_only_be_refused_wrongly(citations, stage):
    assert failure(ROW, values(ROW, answered(citations))) == stage
