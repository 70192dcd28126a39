"""docs/evaluation.md names the figures, the gates and the keys that there are."""

from __future__ import annotations

import re

from evaluation.definitions import DEFINITIONS
from evaluation.figures import DEFAULT_GATES
from settings import HOME

TEXT = (HOME / "docs" / "evaluation.md").read_text(encoding="utf-8")


def test_every_figure_is_described():
    names = set(re.findall(r"`([a-z0-9_@.]+)`", TEXT))
    families = {name.removesuffix("...") for name in names if name.endswith("...")}
    ends = {name for name in names if name.startswith(("_", "@"))}
    for name in (definition.name for definition in DEFINITIONS if definition.group != "latency"):
        assert name in names or any(name.startswith(start) for start in families) or any(name.endswith(e) for e in ends)


def test_the_gates_are_these():
    [listed] = re.findall(r"`quote_exact`: 0\): (.+?)\.\n", TEXT, re.DOTALL)
    assert set(re.findall(r"`([^`]+)`", listed)) == set(DEFAULT_GATES)
