from __future__ import annotations

import pytest

from evaluation.journal import Journal
from tests.evaluation.test_run import answer

FIRST, SECOND = answer([(0, "Ships sail.")], ranked=[(5, 0.9)]), answer(confidence=0.2)


def interrupted(path, *answers, resume=False):
    with pytest.raises(KeyboardInterrupt), Journal(path, resume=resume) as journal:
        for each in answers:
            journal.add(each)
        raise KeyboardInterrupt


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    path = tmp_path / "runs" / "a.jsonl"
    interrupted(path, FIRST)
    interrupted(path, SECOND, resume=True)
    with Journal(path, resume=True) as journal:
        assert journal.answers == [FIRST, SECOND]
    assert not path.exists()


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_a_line_that_a_crash_cut_off_is_asked_again(tmp_path, cut):
    path = tmp_path / "a.jsonl"
    interrupted(path, FIRST, SECOND)
    path.write_bytes(path.read_bytes()[:-cut])
    with Journal(path, resume=True) as journal:
        assert journal.answers == [FIRST]
        journal.add(SECOND)
        assert len(path.read_bytes().splitlines()) == 2


def test_a_run_that_is_not_resumed_starts_anew(tmp_path):
    path = tmp_path / "a.jsonl"
    interrupted(path, FIRST)
    with Journal(path, resume=False) as journal:
        assert journal.answers == []
        assert path.read_bytes() == b""
