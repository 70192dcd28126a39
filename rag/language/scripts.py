"""Writing systems that set no blanks between words."""

from __future__ import annotations

import re

HAN = "\u4e00-\u9fff"
"""Chinese characters in everyday use, as a range for a regular expression."""
CJK = "\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han, its radicals and compatibility forms, and kana, as ranges for a regular expression."""
_HAN = re.compile(f"[{HAN}]")
_CJK = re.compile(f"[{CJK}]")


def has_han(text: str) -> bool:
    """Return whether a Chinese character stands in `text`."""
    return _HAN.search(text) is not None


def has_cjk(text: str) -> bool:
    """Return whether a character of Chinese or Japanese stands in `text`."""
    return _CJK.search(text) is not None
