"""What the pages say: the same in every language, nothing missing and nothing left over."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from settings import HOME
from web import locales
from web.locales import DEFAULT, count, languages, preferred, say

OTHERS = sorted(set(languages()) - {DEFAULT})
WEB = HOME / "web"


def names(said: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(said) if name}


def test_each_language_is_a_file() -> None:
    assert set(languages()) == {path.stem for path in Path(locales.__file__).parent.glob("*.json")} >= {"en", "zh"}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_keys_and_values(language: str) -> None:
    said = languages()[language]
    assert list(said) == list(languages()[DEFAULT])
    assert {key: names(said[key]) for key in said} == {key: names(said) for key, said in languages()[DEFAULT].items()}


@pytest.mark.parametrize("language", sorted(languages()))
def test_no_key_is_given_twice(language: str) -> None:
    pairs = json.loads((WEB / f"locales/{language}.json").read_text(encoding="utf-8"), object_pairs_hook=list)
    assert len(pairs) == len(languages()[language])


def keys_in_code() -> Iterator[str]:
    """The keys that Python, the templates and the scripts name."""
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    for pattern in ("*.html", "*.js"):
        for path in WEB.rglob(pattern):
            yield from re.findall(r'"([\w.]+)"', path.read_text(encoding="utf-8"))


def test_every_key_that_a_template_names_is_there() -> None:
    for path in WEB.rglob("templates/*.html"):
        text = path.read_text(encoding="utf-8")
        for key in re.findall(r'say\("([\w.]+)"[,)]', text):
            assert key in languages()[DEFAULT], (path, key)
        for key in re.findall(r'count\("([\w.]+)"', text):
            assert {f"{key}_1", f"{key}_n"} <= set(languages()[DEFAULT]), (path, key)


def test_no_key_is_left_over() -> None:
    """But for those that are put together, as chat.error.CODE, chat.reason.NAME, chat.month_N and owner.STATE are."""
    named = set(keys_in_code())
    scripts = "".join(path.read_text(encoding="utf-8") for path in WEB.rglob("*.js"))
    said = set(re.findall(r'say\("(\w+)"', scripts))
    put_together = re.compile(
        r"chat\.(error|reason|stage|unsure)\.|chat\.month_|chat\.(written|quotes)$|articles\.by_|sources\.kind_"
        r"|owner\.(idle|stopping|stopped|running|done|questions|first_line_right|high_precision|refusal_recall)(_is)?$"
        r"|library\.(is_(waiting|being_read|read|in|unchanged|left_out|failed|stopped)|waiting|queued|embedding|publishing|busy|stopping)$"
    )
    for key in languages()[DEFAULT]:
        short = key.removeprefix("script.").removeprefix("keep.").removeprefix("loader.")
        known = {key, key.removesuffix("_1").removesuffix("_n")} & named
        assert known or short in said | named or put_together.match(key), key


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"), ("", "en"), ("zh-CN,en;q=0.5", "zh"), ("fr, ZH;q=0.8, en;q=0.5", "zh"), ("fr,de", "en"),
        ("../en", "en"), ("*", "en"),
    ],
)  # fmt: skip
def test_the_first_of_a_browsers_languages_that_there_is(accepted: str | None, language: str) -> None:
    assert preferred(accepted) == language


def test_a_third_language_is_one_more_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in Path(locales.__file__).parent.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    german = json.loads((tmp_path / "en.json").read_text(encoding="utf-8")) | {"articles.all_n": "{count} Artikel"}
    (tmp_path / "de.json").write_text(json.dumps(german), encoding="utf-8")
    monkeypatch.setattr(locales, "__file__", str(tmp_path / "__init__.py"))
    languages.cache_clear()
    try:
        assert preferred("de-AT,en") == "de"
        assert count("de", "articles.all", 2) == "2 Artikel"
    finally:
        languages.cache_clear()


def test_values_are_put_in_and_one_is_said_differently() -> None:
    assert (count("en", "articles.all", 1), count("en", "articles.all", 1200)) == ("1 article", "1,200 articles")
    assert say("zh", "chat.day", day=2, month=say("zh", "chat.month_4"), year=2024) == "2024年4月2日"
