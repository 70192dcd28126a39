"""Which figures there are: what each is called, what it says, which column of measurements it is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evaluation import estimate
from evaluation.estimate import Statistic
from evaluation.expectations import INTENTS

Group = Literal["first line", "retrieval", "reading", "answers", "citations", "abstention", "latency"]
Better = Literal["more", "less"]


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure. `of` names its column; it is over the rows that have a value there."""

    name: str
    group: Group
    text: str
    of: str
    statistic: Statistic = estimate.mean
    better: Better = "more"


_RANKED = {
    "hit@1": "share of questions with evidence in the first passage",
    "hit@5": "share of questions with evidence in the first 5 passages",
    "recall@5": "share of the pieces of evidence that are in the first 5 passages",
    "recall@10": "share of the pieces of evidence that are in the first 10 passages",
    "mrr@10": "1 / rank of the first passage with evidence, 0 beyond rank 10",
    "ndcg@10": "discounted gain of the evidence in the first 10 passages, of the best possible",
    "map": "mean precision at the ranks where a piece of evidence is found",
}
_LINE = "share of answerable questions whose first line has an accepted answer and no rejected wording"
_MEANS: Mapping[Group, Mapping[str, str]] = {
    "first line": {
        "first_line_right": _LINE,
        **{f"first_line_right_{intent}": f"{_LINE}, of the intent {intent}" for intent in INTENTS},
        "high_precision": "share of the answers of high certainty whose first line is right",
        "high_coverage": "share of answerable questions answered with high certainty",
        "low_precision": "share of the answers of low certainty whose first line is right",
        "item_recall": "share of a list's items that are said",
        "item_precision": "share of a list's lines that name an item",
        "both_sides": "share of comparisons where both sides are said",
        "need_share": "share of the evidence sentences of a summary or an overview that are quoted",
        "need_met": "share of summaries and overviews that quote as many evidence sentences as they need",
        "follow_up_right": "share of follow-ups whose first line is right",
        "standalone_right": "share of the same follow-ups whose first line is right when they are asked in full",
    },
    "retrieval": {
        **{f"retrieved_{key}": f"{text}, as retrieved" for key, text in _RANKED.items()},
        "article_hit@1": "share of questions where the first article is a right one, as retrieved",
        "article_recall@10": "share of the right articles that are among the first 10",
        "article_mrr@10": "1 / rank of the first right article, 0 beyond rank 10",
        "article_ndcg@10": "discounted gain of the right articles among the first 10, of the best possible",
    },
    "reading": {f"read_{key}": f"{text}, after reading" for key, text in _RANKED.items()},
    "answers": {
        "right": "share of answerable questions answered from the evidence and with an accepted answer",
        "contains": "share of answerable questions where an accepted answer stands in what was said",
        "exact_match": "share of answerable questions where the short answer is an accepted one (SQuAD)",
        "f1": "words shared by the short answer and the nearest accepted one (SQuAD)",
        "semantic": "nearness in meaning of the short answer and the nearest accepted one",
    },
    "citations": {
        "quote_exact": "share of the quotes that are the article's exact words",
        "evidence_precision": "share of the quoted characters that are evidence",
        "evidence_recall": "share of the evidence's characters that are quoted",
        "evidence_iou": "characters that are both quoted and evidence, of those that are either",
        "citation_recall": "share of an answer's sentences that their quotes support (ALCE)",
        "citation_precision": "share of an answer's citations that this support needs (ALCE)",
        "cited_map": "mean precision at the ranks of the right articles, in the order in which articles are cited",
        "quoted_spans": "share of the spans between quotation marks that stand in an article that is cited (ragas)",
    },
    "abstention": {
        "refusal_precision": "share of refused questions that are unanswerable",
        "refusal_recall": "share of unanswerable questions that were refused",
    },
}
_LESS = {
    "hallucination_rate": "share of unanswerable questions that were answered (NoMIRACL)",
    "error_rate": "share of answerable questions that were refused (NoMIRACL)",
}
_STATISTICS: Mapping[str, tuple[str, str, Statistic, Better]] = {
    "refusal_f1": ("refused", "harmonic mean of precision and recall of refusing", estimate.refusal_f1, "more"),
    "balanced_accuracy": (
        "refused",
        "mean of the shares of unanswerable questions refused and of answerable ones answered",
        estimate.balanced_accuracy,
        "more",
    ),
    "auroc": (
        "confidence",
        "chance that an answerable question has more confidence than an unanswerable one",
        estimate.auroc,
        "more",
    ),
    "aurc": (
        "correct",
        "share wrong when only the surest are answered, mean over how many; refused answerable ones are wrong",
        estimate.aurc,
        "less",
    ),
    "calibration_error": (
        "correct_if_given",
        "distance between confidence and share right, of the answers given, in 10 bins",
        estimate.calibration_error,
        "less",
    ),
}
_STAGES = ("condense", "retrieve", "read", "write", "verify", "total")

DEFINITIONS = (
    *(Definition(name, group, text, name) for group, means in _MEANS.items() for name, text in means.items()),
    *(Definition(name, "abstention", text, name, better="less") for name, text in _LESS.items()),
    *(
        Definition(name, "abstention", text, of, statistic, better)
        for name, (of, text, statistic, better) in _STATISTICS.items()
    ),
    *(
        Definition(
            f"ms_{stage}_p{percent}",
            "latency",
            f"milliseconds ({stage}) that {percent} % of the questions kept within",
            f"ms_{stage}",
            estimate.quantile(percent / 100),
            "less",
        )
        for stage in _STAGES
        for percent in (50, 95)
    ),
)
