"""The command `keys`."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import main
from web.security.keys import Keys


def test_a_key_is_made_listed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", str(tmp_path)]
    assert main(["keys", "add", "reader", "--per-minute", "7", *store]) == 0
    said = capsys.readouterr()
    made = said.out.strip()
    found = Keys(tmp_path).find({"authorization": f"Bearer {made}"})
    assert found is not None and (found.name, found.per_minute) == ("reader", 7)
    assert made not in said.err
    assert main(["keys", *store]) == 0
    listed = capsys.readouterr().out
    assert "reader" in listed and "7" in listed and made not in listed and found.hash not in listed
    assert main(["keys", "revoke", "reader", *store]) == 0
    assert Keys(tmp_path).list() == ()
    assert main(["keys", "list", *store]) == 0
    assert "There are no keys." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add"], "does not know these words"),
        (["revoke", "nobody"], "there is no key nobody"),
        (["add", "a b"], "no name for a key"),
        (["add", "a", "--per-minute", "0"], "cannot be used 0 times"),
    ],
)
def test_the_callers_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert main(["keys", *words, "--store", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err
