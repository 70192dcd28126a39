"""Modules that are loaded at their first use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_chat_is_imported_without_pandas_which_comes_when_it_is_used() -> None:
    code = """
import inspect, sys
from web.chat.later import load_later
load_later("pandas")
import web.chat.page, rag.spelling
from rapidfuzz import process
assert process.extractOne("fery", ["ferry", "fare"])[0] == "ferry"
inspect.getmodule(inspect.currentframe())
assert "pandas.core" not in sys.modules and "pyarrow" not in sys.modules
later = sys.modules["pandas"]
import pandas
assert pandas is later and list(pandas.DataFrame({"a": [1]}).columns) == ["a"] and "pandas.core" in sys.modules
import pandas
assert pandas is not later and pandas.DataFrame is later.DataFrame and hasattr(pandas, "NA")
load_later("pandas")
load_later("no_such_module_anywhere")
assert sys.modules["pandas"] is pandas and "no_such_module_anywhere" not in sys.modules
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=False).returncode == 0


def test_a_part_of_a_module_that_was_not_loaded_can_be_imported() -> None:
    code = """
import sys
from web.chat.later import load_later
load_later("xml")
from xml.etree import ElementTree
assert ElementTree.fromstring("<a>1</a>").text == "1" and sys.modules["xml"].etree.ElementTree is ElementTree
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=False).returncode == 0
