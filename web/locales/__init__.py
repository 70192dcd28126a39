"""What the pages say: one JSON file a language (`en.json`), all with the same keys.

A further language is one more file. Keys begin with the part of the pages that says them; `{name}` stands for a value.
A number of things is said in two forms, the keys KEY_1 and KEY_n.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

Language = str
"""The name of a language that has a file here."""
DEFAULT: Language = "en"


@cache
def languages() -> Mapping[Language, Mapping[str, str]]:
    """Return the words of each language by their key."""
    files = sorted(Path(__file__).parent.glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


def preferred(accept_language: str | None) -> Language:
    """Return the first of a browser's languages that there is here; they come best first (RFC 9110, 12.5.4)."""
    for choice in (accept_language or "").lower().split(","):
        language = choice.split(";")[0].strip().split("-")[0]
        if language in languages():
            return language
    return DEFAULT


def say(language: Language, key: str, **values: object) -> str:
    """Return the words of `key` as plain text, to be escaped where it is set as HTML."""
    return languages()[language][key].format(**values)


def count(language: Language, key: str, number: int) -> str:
    """Return the words of `key` for a number of things: English says one of them differently."""
    return say(language, f"{key}_1" if number == 1 else f"{key}_n", count=number)


def has(key: str) -> bool:
    """Return whether there are words of this key."""
    return key in languages()[DEFAULT]


def unsure_key(intent: str) -> str:
    """Return the key of what an uncertain answer begins with; some forms of answers have one of their own."""
    return own if has(own := f"chat.unsure.{intent}") else "chat.unsure"


def for_scripts(*prefixes: str) -> dict[Language, dict[str, str]]:
    """Return the words of the keys that begin so, in each language, for a script that chooses the language itself."""
    return {
        language: {key: said for key, said in words.items() if key.startswith(prefixes)}
        for language, words in languages().items()
    }
