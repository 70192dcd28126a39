"""The same articles in a folder and in PostgreSQL give the same answers."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from index.archive import move_store
from index.embed import DEFAULT, load_embeddings
from rag.chain import build_chain
from settings import HOME, Settings
from tests.postgres import ABSENT, Server

pytest.importorskip("psycopg", reason=ABSENT)
EVERY = 9
"""Each so-many-th of the starter questions is asked; `make bench-scale` asks the first hundred."""


def test_starter_questions_have_the_same_first_line(seed_store: Path, postgres: Server, models: Path) -> None:
    place = postgres.place()
    move_store(seed_store, place)
    lines = (HOME / "seeds" / "questions.jsonl").read_text(encoding="utf-8").splitlines()[::EVERY]
    model, firsts = load_embeddings(DEFAULT, models), []
    for store in (seed_store, place):
        with closing(build_chain(Settings(store=store, reader_model="none", answers_kept=0), model)) as chain:
            answers = [chain.invoke({"question": json.loads(line)["question"]}) for line in lines]
        firsts.append([answer.sentences[0].text if answer.sentences else "" for answer in answers])
    assert firsts[0] == firsts[1]
    assert sum(map(bool, firsts[0])) > len(lines) // 2
