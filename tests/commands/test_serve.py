"""`app.py serve` and `app.py snippet`: how they are called."""

from __future__ import annotations

from argparse import Namespace

import pytest

from settings import Settings
from tests.commands.running import is_one_line, run

pytestmark = pytest.mark.usefixtures("plain_environment")


def test_the_snippet_is_filled_in(monkeypatch):
    assert '<script src="http://127.0.0.1:7860/widget.js" async data-title=' in run("snippet").out
    monkeypatch.setenv("QUOTH_EMBED_ORIGINS", "https://a.example, https://b.example")
    ran = run("snippet", "--url", "https://answers.example.org/")
    assert ran.out.startswith('<script src="https://answers.example.org/widget.js" async data-title=')
    assert 'QUOTH_EMBED_ORIGINS="https://a.example https://b.example"' in ran.out
    for words in (["--url", 'https://x"><script>'], ["--url", "https://x/path"], ["--url", "answers.example.org"]):
        ran = run("snippet", *words)
        assert (ran.code, ran.out) == (2, "")
        assert is_one_line(ran.err), ran.err
    monkeypatch.setenv("QUOTH_EMBED_ORIGINS", "https://a.example/path")
    ran = run("serve")
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err) and "QUOTH_EMBED_ORIGINS" in ran.err


@pytest.mark.parametrize(
    ("words", "host", "port"),
    [([], "127.0.0.1", 7860), (["--port", "8000"], "127.0.0.1", 8000), (["serve", "--host", "::1"], "::1", 7860)],
)
def test_without_a_command_it_serves(words, host, port, monkeypatch):
    served: list[Settings] = []

    def serve(settings: Settings, options: Namespace) -> int:
        served.append(settings)
        return 0

    monkeypatch.setattr("commands.serve.run_serve", serve)
    assert run(*words).code == 0
    assert [(settings.host, settings.port) for settings in served] == [(host, port)]
