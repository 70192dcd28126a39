"""The front door: what goes wrong is one line with an exit code, whatever the command. See docs/commands.md."""

from __future__ import annotations

import subprocess
import sys

import pytest

from index.errors import UsageError
from settings import HOME
from tests.commands.conftest import articles as articles
from tests.commands.conftest import built as built
from tests.commands.conftest import plain_environment as plain_environment
from tests.commands.conftest import store as store
from tests.commands.running import is_one_line, run, run_process

pytestmark = pytest.mark.usefixtures("plain_environment")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ask", ""], "question is empty"),
        (["ask", " \n"], "question is empty"),
        (["ask", "who", "--after", "2024-13"], "after:2024-13 is no date"),
        (["ask", "--questions", "x.jsonl", "--author", "Jia"], "is not filtered"),
        (["ask", "x" * 100_000], "100,000 characters"),
        (["ask", "caf\udce9?"], "question"),
        (["ask"], "one question is needed"),
        (["ask", "Who?", "--questions", "{tmp}/broken.jsonl"], "one question is needed"),
        (["ask", "--questions", "{tmp}/none.jsonl"], "{tmp}/none.jsonl cannot be read"),
        (["ask", "--questions", "{tmp}/empty.jsonl"], "{tmp}/empty.jsonl holds no questions"),
        (["eval", "{tmp}/broken.jsonl"], "{tmp}/broken.jsonl, line 2: "),
        (["eval", "{tmp}/elsewhere.jsonl"], "evidence is in no article"),
        (["ask", "Who?", "--articles", "{tmp}/empty"], "was built from {articles}, not from {tmp}/empty"),
        (["ask", "Who?", "--embedding-model", "other"], "all-MiniLM-L6-v2, not other"),
        (["ask", "Who?", "--reader-model", "{tmp}/none"], "reading model '{tmp}/none' is no folder"),
        (["ingest", "{tmp}/empty", "--embedding-model", "other"], "all-MiniLM-L6-v2, not other"),
        (["ingest", "{tmp}/none"], "{tmp}/none does not exist"),
        (["ingest", ""], "an empty path; was a variable not set?"),
        (["eval", "--draft", "-3"], "'-3' is no number from 1"),
        (["ingest", "{tmp}/empty"], "no articles under {tmp}/empty"),
        (["articles", "0123456789abcdef"], "no article 0123456789abcdef"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2_and_harms_nothing(words, says, built, articles, tmp_path):
    store, made = built
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "broken.jsonl").write_text('{"question": "Who?"}\nWhat?\n')
    (tmp_path / "elsewhere.jsonl").write_text('{"question": "Who?", "evidence": ["Dogs bark."]}')
    places = {"tmp": tmp_path, "articles": articles}
    ran = run(*(word.format(**places) for word in words), "--store", store)
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err), ran.err
    assert says.format(**places) in ran.err
    assert run("status", "--store", store, "--json").data["generation"] == made.data["generation"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--store", "x", "ingest", "y"], "the command has to come first: write `python app.py ingest ...`"),
        (["--port", "many"], "argument --port"),
        (["--colour"], "unrecognized arguments: --colour"),
        (["ingets", "y"], "is it ingest?"),
    ],
)
def test_a_misspelt_command_line_says_what_to_write(words: list[str], says: str) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err), ran.err
    assert says in ran.err


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("QUOTH_PORT", "abc", "QUOTH_PORT='abc' should be a valid integer"),
        ("QUOTH_PORT", "-5", "QUOTH_PORT='-5' should be greater than or equal to 0"),
        ("QUOTH_ANSWER_THRESHOLD", "7", "QUOTH_ANSWER_THRESHOLD='7' should be less than or equal to 1"),
        ("QUOTH_ANSWER_THRESHHOLD", "0.9", "is not a setting; did you mean QUOTH_ANSWER_THRESHOLD?"),
    ],
)
def test_a_variable_that_does_not_fit_is_one_line(variable, text, says, monkeypatch, built):
    monkeypatch.setenv(variable, text)
    ran = run("status", "--store", built[0])
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err), ran.err
    assert says in ran.err


def test_a_setting_that_is_gone_is_one_line_and_the_command_goes_on(monkeypatch, built):
    monkeypatch.setenv("QUOTH_QUOTES", "4")
    ran = run("status", "--store", built[0])
    assert ran.code == 0 and "articles: 2\n" in ran.out
    assert is_one_line(ran.err) and "QUOTH_QUOTES is no longer a setting" in ran.err


def test_a_failure_has_its_traceback_only_with_debug(built):
    ran = run_process("ask", "", "--store", built[0])
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err), ran.err
    with pytest.raises(UsageError, match="empty"):
        run("ask", "", "--store", built[0], "--debug")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nonsense"], "'nonsense'"),
        (["ask", "Who?", "--nonsense"], "--nonsense"),
        (["ingest"], "PATH"),
        (["serve", "--port", "abc"], "'abc'"),
        (["serve", "--port", "-1"], "--port=-1 should be"),
        (["serve", "--port", "70000"], "--port=70000 should be"),
        (["serve", "--excerpts-only", "-3"], "--excerpts-only=-3 should be"),
    ],
)
def test_words_that_are_no_command_are_one_line_and_exit_code_2(words, says):
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err), ran.err
    assert says in ran.err


def test_a_python_without_the_packages_is_one_line_that_says_how_to_install_them():
    for words in (["ask", "Who?"], ["ingest", "seeds/articles"], ["status"], ["doctor"], []):
        done = subprocess.run(
            [sys.executable, "-S", "app.py", *words], cwd=HOME, capture_output=True, check=False, timeout=60
        )
        said = done.stderr.decode()
        assert (done.returncode, done.stdout) == (2, b""), said
        assert is_one_line(said) and "is missing for" in said and "make setup" in said, said


@pytest.mark.parametrize("words", [["ask", "Who?"], ["ingest", "{news}"], ["serve", "--port", "0"]])
def test_a_store_is_not_made_among_articles(words, tmp_path):
    news = tmp_path / "news"
    news.mkdir()
    (news / "tea.txt").write_text("Tea\n\nTea was first drunk in China.")
    ran = run(*(word.format(news=news) for word in words), "--store", news)
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err) and f"{news} is no store but holds files of yours (tea.txt)" in ran.err
    assert f"--articles {news}" in ran.err
    assert [path.name for path in news.iterdir()] == ["tea.txt"]
