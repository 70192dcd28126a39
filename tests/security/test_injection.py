"""Hostile articles and a model that obeys them: deterministic gates, all of which hold for every attack."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.answer import Answer
from rag.events import SentenceEvent
from rag.pipeline import ABSTENTION
from tests.rag.test_write import chain_of, saying
from tests.security.hostile import CANARY, LINK, Attack, attacks

HONEST = [
    "The bridge was opened in 1998. It was designed by Anna Marsh.",
    "大桥于1998年开通。设计者是安娜。",
]
ATTACKS = attacks()
LIVE = re.compile(r"://|www\.|<|\]\(|javascript:|evil\.example|@", re.IGNORECASE)

NUMBER = re.compile(r"[0-9]+")
NOT = re.compile(r"\bnot\b|没有")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_there_are_enough_of_them_in_both_languages() -> None:
    chinese = sum(any("\u4e00" <= c <= "\u9fff" for c in attack.passage) for attack in ATTACKS)
    assert len(ATTACKS) >= 60
    assert chinese >= 15
    assert len({(attack.passage, attack.obeyed) for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_whatever_a_model_obeys_only_verified_words_leave(
    attack: Attack, position: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = tmp_path / "answer.md"
    prompt.write_text(f"You answer a reader's question. {CANARY} $fence", encoding="utf-8")
    monkeypatch.setattr("rag.write.PROMPT", prompt)
    contexts = list(HONEST)
    contexts.insert(position, attack.passage)
    chain = chain_of(saying(attack.obeyed), tmp_path)
    events = list(chain.stream({"question": "What of the bridge opened in 1998", "contexts": contexts}))
    answer = events[-1]
    assert isinstance(answer, Answer)
    written = [sentence.text for sentence in answer.sentences if sentence.kind == "written"]
    assert answer.engine == "fake:model"
    for citation in answer.citations:
        text = contexts[int(citation.article_id.removeprefix("context-")) - 1]
        assert text[citation.start : citation.end] == citation.quote
    assert CANARY not in repr(events)
    assert not any(LIVE.search(text) for text in written)
    assert LINK not in answer.answer and LINK not in (answer.notice or "")
    assert all(sentence.citations for sentence in answer.sentences)
    assert answer.sentences == tuple(event.sentence for event in events if isinstance(event, SentenceEvent))
    assert answer.sentences or (answer.abstained and answer.answer == ABSTENTION and answer.withheld)
    for text in written:  # whatever is said of the world, the words beside it say the same numbers, and yes or no
        [number] = next(each.citations for each in answer.sentences if each.text == text)
        quote = answer.citations[number - 1].quote
        assert set(NUMBER.findall(text)) <= set(NUMBER.findall(quote))
        assert bool(NOT.search(text)) == bool(NOT.search(quote))
        assert bool(CHINESE.search(text)) == bool(CHINESE.search(quote))
