from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from settings import SEEDS, Settings


def test_without_options_and_variables_the_defaults_hold():
    assert Settings.read({}, {}) == Settings.read({"port": None}, {"QUOTH_PORT": "", "OTHER": "1"}) == Settings()
    assert SEEDS.is_dir()


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("QUOTH_STORE", "/tmp/store", "store", Path("/tmp/store")),
        ("QUOTH_ARTICLES", "news", "articles", Path("news")),
        ("QUOTH_PORT", "8000", "port", 8000),
        ("QUOTH_ANSWER_THRESHOLD", "0.7", "answer_threshold", 0.7),
        ("QUOTH_EMBEDDING_MODEL", "some/model", "embedding_model", "some/model"),
        ("QUOTH_HOST", "0.0.0.0", "host", "0.0.0.0"),
    ],
)
def test_a_variable_sets_what_it_is_named_after_and_an_option_goes_before_it(variable, text, name, value):
    assert getattr(Settings.read({}, {variable: text}), name) == value
    assert getattr(Settings.read({name: "option"}, {variable: text}), name) == "option"


@pytest.mark.parametrize(
    ("variable", "text"), [("QUOTH_PORT", "abc"), ("QUOTH_QUOTES", "1.5"), ("QUOTH_ANSWER_THRESHOLD", "half")]
)
def test_a_variable_that_is_no_number_is_named(variable, text):
    with pytest.raises(ValueError, match=f"^{variable}='{text}' is not a number$"):
        Settings.read({}, {variable: text})


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("https://their.site", ("https://their.site",)),
        (" https://A.example:8443, http://localhost:80\nhttp://[::1]:1", (
            "https://a.example:8443", "http://localhost:80", "http://[::1]:1",
        )),
        (" , ", ()),
    ],
)  # fmt: skip
def test_sites_are_origins(text, origins):
    assert Settings.read({}, {"QUOTH_EMBED_ORIGINS": text}).embed_origins == origins


@pytest.mark.parametrize(
    "text",
    [
        "https://their.site/", "https://their.site/path", "their.site", "*", "https://*.their.site", "https:", "null",
        "'self'", "https://a@their.site", "https://their.site;script-src", "https://their.site?x", "ftp://their.site",
        "https://their.site:", "https://-.site-", "data:x", "https://münchen.example",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_named(text):
    with pytest.raises(
        ValueError, match=r"^QUOTH_EMBED_ORIGINS: .* is not an origin like https://example\.org"
    ) as told:
        Settings.read({}, {"QUOTH_EMBED_ORIGINS": f"https://good.example {text}"})
    assert repr(text) in str(told.value) and "\n" not in str(told.value)


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]
