"""Modules that Gradio imports and no page here needs: they are loaded when somebody asks them for something."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

_LOOKED_FOR = frozenset(["NA"])
"""What rapidfuzz looks for in a pandas that is loaded, and does without in one that is not."""


class _Later(ModuleType):
    """Module that stands for another one, which it loads once a name of it is used."""

    def __getattr__(self, name: str) -> Any:
        special = name.startswith("__") and name != "__path__"  # inspect looks at every module that is loaded
        if special or name in _LOOKED_FOR:
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def load_later(name: str) -> None:
    """Have a module loaded at its first use and not by whoever imports it. One that is loaded stays as it is."""
    if name not in sys.modules and (spec := importlib.util.find_spec(name)):
        later = _Later(name)
        later.__spec__ = spec
        sys.modules[name] = later
