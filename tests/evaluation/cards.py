"""Runs as JSON, made up: one today, its baseline, and what a hostile file may hold."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from evaluation.figures import figures

TEXT = "It rained all day. Ada Renshaw 🚗 wrote the report. Nobody read it."
QUOTE = "Ada Renshaw 🚗 wrote the report."
Card = dict[str, Any]

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><style>*{display:none}</style>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "--><svg/onload=alert(1)><!--",
    "<![CDATA[<b>x</b>]]>",
    "{{ 7 * 7 }}{% for x in y %}",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x00<\x01script>\udc80\ufffe</title><h1>",
]


def citation(n: int = 1, title: str = "The <rain> & I") -> Card:
    start = TEXT.index(QUOTE)
    end = start + len(QUOTE)
    return {
        "n": n, "article_id": "a1", "title": title, "source": "rain.md", "author": "Ada", "date": "2024-04-02",
        "page": 3, "heading": None, "start": start, "end": end, "quote": QUOTE,
        "answer_spans": [[start, start + 11], [start + 4, start + 13]],
        "before": TEXT[:start], "after": TEXT[end:], "also": [],
    }  # fmt: skip


def result(
    row: str, failure: str | None = None, *, answerable: bool = True, confidence: float = 0.9, ms: int = 20
) -> Card:
    """One answer: a quote, or a refusal where that failed or was right."""
    refused = failure == "refused" or (not answerable and failure is None)
    quoted = [] if refused else [citation()]
    start = TEXT.index(QUOTE)
    values = {"answerable": float(answerable), "refused": float(refused), "confidence": confidence}
    values |= {f"ms_{stage}": float(ms) for stage in ("retrieve", "read", "total")}
    if answerable:
        values["right"] = values["first_line_right"] = float(failure is None)
        values["high_coverage"] = float(not refused)
    if quoted:
        values |= {"quote_exact": 1.0, "citation_recall": 1.0}
    sentence = {"text": QUOTE, "kind": "quote", "citations": [1], "support": confidence}
    return {
        "id": row,
        "question": f"Who wrote {row}?",
        "history": ["What is it?"],
        "answerable": answerable,
        "answers": ["Ada Renshaw"] if answerable else [],
        "tags": ["who", row],
        "intent": "list",
        "not": ["Bo Renshaw"],
        "need": None,
        "items": [["Ada Renshaw"]],
        "sides": [],
        "standalone": f"Who wrote the report {row}?",
        "evidence": [{"article_id": "a1", "start": start, "end": start + 11, "text": "Ada Renshaw"}] * answerable,
        "answer": {
            "answer": "The articles do not say." if refused else f"“{QUOTE}” [1]", "abstained": refused,
            "standalone_question": f"Who wrote the report {row}?", "confidence": confidence,
            "sentences": [sentence] if quoted else [], "citations": quoted,
            "nearest": [{"article_id": "a1", "title": "Near", "text": "It rained."}] if refused else [],
            "certainty": "high" if quoted else None, "intent": "fact", "reason": None,
            "withheld": 1, "notice": "the model is away", "timings_ms": {"total": ms},
            "retrieved": [
                {"article_id": "a1", "source": "rain.md", "start": 0, "end": 18, "score": 0.5, "read_score": 0.4},
                {"article_id": "a1", "source": "rain.md", "start": 19, "end": 51, "score": 0.9, "read_score": 0.3},
            ],
        },
        "first_line": QUOTE if quoted else "",
        "full": {"first_line": "Ada Renshaw", "certainty": "high"},
        "values": values,
        "failure": failure,
        "before": None,
    }  # fmt: skip


def scored(results: list[Card], created: str = "2026-11-22T14:00:00+00:00") -> Card:
    """A run as JSON, with the figures of these answers."""
    return {
        "schema": 1, "created": created, "questions": "rain.jsonl", "seconds": 1.5, "generation": "000001-a",
        "models": {"embedding": "mini", "reader": None, "llm": None}, "settings": {"quotes": 4}, "judge": None,
        "figures": [asdict(each) for each in figures([each["values"] for each in results])],
        "baseline": None, "changes": [], "results": results,
    }  # fmt: skip


def runs() -> tuple[Card, Card]:
    """Today's run and its baseline: ten newly refused, one that is right now, all of it faster."""
    names = [f"row-{n}" for n in range(20)]
    extra = [
        result("none", answerable=False, confidence=0.1),
        result("made-up", "should have refused", answerable=False, confidence=0.95),
    ]
    before = [result(name, "wrong words" if name == "row-19" else None, ms=90) for name in names]
    today = [result(name, "refused" if n < 10 else None, confidence=0.5 + n / 50, ms=n) for n, name in enumerate(names)]
    return scored([*today, *extra]), scored([*before, *extra], "2026-11-21T09:30:00+00:00")


def planted(value: Any, evil: str) -> Any:
    """The same data with `evil` in place of every text that people or files may have written."""
    if isinstance(value, dict):
        safe = ("failure", "kind", "certainty", "intent", "name", "group", "better", "verdict", "before")
        return {
            key: each if key in safe and not isinstance(each, dict) else planted(each, evil)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [planted(each, evil) for each in value]
    return evil if isinstance(value, str) else value
