from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from settings import REMOVED, SEEDS, Settings, removed_settings


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
    option = getattr(Settings(), name)
    assert getattr(Settings.read({name: option or "option"}, {variable: text}), name) in (
        option,
        Path("option"),
        "option",
    )


NUMBERS = [setting for setting in fields(Settings) if "ge" in setting.metadata]


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("QUOTH_PORT", "abc", "='abc' should be a valid integer"),
        ("QUOTH_PORT", "-5", "='-5' should be greater than or equal to 0"),
        ("QUOTH_PORT", "65536", "='65536' should be less than or equal to 65535"),
        ("QUOTH_PASSAGES_READ", "1.5", "='1.5' should be a valid integer"),
        ("QUOTH_PASSAGES_READ", "0", "='0' should be greater than or equal to 1"),
        ("QUOTH_ANSWER_THRESHOLD", "half", "='half' should be a valid number"),
        ("QUOTH_ANSWER_THRESHOLD", "7", "='7' should be less than or equal to 1"),
        ("QUOTH_ANSWER_THRESHOLD", "nan", "='nan' should be less than or equal to 1"),
        ("QUOTH_PUBLIC_CHAT", "maybe", "='maybe' should be a valid boolean"),
        *(
            ("QUOTH_CONTACT", text, f"={text!r} should match pattern '^(https?://|mailto:)\\S{{3,500}}$'")
            for text in (
                "javascript:alert(1)",
                "mailto:",
                "https://a b",
                "https://a.b\n",
                "desk@example.org",
                "//a.example",
            )
        ),
        ("QUOTH_LOG", "xml", "='xml' should be 'lines' or 'json'"),
        (
            "QUOTH_PORT",
            "9" * 5_000,
            f"='{'9' * 39}...: Unable to parse input string as an integer, exceeded maximum size",
        ),
        ("QUOTH_OWNER_TOKEN", "secret", " should have at least 16 characters"),  # and is not shown
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_bound(variable, text, says):
    with pytest.raises(ValueError) as error:
        Settings.read({}, {variable: text})
    assert str(error.value) == variable + says


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda setting: setting.name)
def test_every_number_has_bounds_that_its_default_keeps(setting):
    low, high = setting.metadata["ge"], setting.metadata["le"]
    for value in (low, setting.default, high):
        assert getattr(Settings.read({setting.name: value}, {}), setting.name) == value
    for value in (low - 1, high + 1):
        with pytest.raises(ValueError, match=f"={value} should be "):
            Settings.read({setting.name: value}, {})


def test_no_number_is_without_bounds():
    assert {s.name for s in fields(Settings) if isinstance(s.default, int | float) and s.type != "bool"} == {
        setting.name for setting in NUMBERS
    }


def test_an_option_out_of_bounds_is_named_as_it_is_typed():
    with pytest.raises(ValueError, match=r"^--port=-1 should be greater than or equal to 0$"):
        Settings.read({"port": -1}, {})
    with pytest.raises(ValueError, match=r"^--excerpts-only=-1 should be "):
        Settings.read({"excerpt_characters": -1}, {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", True),
        ("TRUE", True),
        ("yes", True),
        ("on", True),
        ("0", False),
        ("false", False),
        ("No", False),
        ("off", False),
    ],
)
def test_yes_and_no_are_written_in_many_ways(text, value):
    assert Settings.read({}, {"QUOTH_KEYS_REQUIRED": text}).keys_required is value


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("QUOTH_ANSWER_THRESHHOLD", "; did you mean QUOTH_ANSWER_THRESHOLD?"),
        ("QUOTH_PUBLICCHAT", "; did you mean QUOTH_PUBLIC_CHAT?"),
        ("QUOTH_port", "; did you mean QUOTH_PORT?"),
        ("QUOTH_QUOTED", ""),  # never one that was removed
        ("QUOTH_", ""),
    ],
)
def test_a_name_that_is_no_setting_is_an_error_with_the_nearest_that_is(variable, says):
    with pytest.raises(ValueError) as error:
        Settings.read({}, {variable: "0.9", "QUOTH_PORT": "1"})
    assert str(error.value) == f"{variable} is not a setting{says}"


def test_a_removed_setting_counts_for_nothing_and_is_warned_of():
    environment = {"QUOTH_QUOTES": "many", "QUOTH_PORT": "1"}
    assert Settings.read({}, environment) == Settings(port=1)
    [warning] = removed_settings(environment)
    assert warning.startswith("QUOTH_QUOTES is no longer a setting and counts for nothing: an answer has at most 4")
    assert list(removed_settings({"QUOTH_PORT": "1"})) == []
    assert not {setting.name for setting in fields(Settings)} & set(REMOVED)


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
