"""Whether quotes support a sentence, as a language model judges it (`--judge`)."""

from __future__ import annotations

import re
from functools import cache

from rag.model import LanguageModel


class Judge:
    """`judge(premise, sentence)`: whether the model says yes. Asked once for each pair; any other word is a no."""

    def __init__(self, model: LanguageModel) -> None:
        self.name = model.name
        self._model = model
        self._ask = cache(self._verdict)

    def __call__(self, premise: str, sentence: str) -> bool:
        """Whether the premise supports the sentence. Raises ModelError where the model gives no answer."""
        return self._ask(premise, sentence)

    def _verdict(self, premise: str, sentence: str) -> bool:
        said = self._model.reply("judge", f"PREMISE: {premise}\n\nCLAIM: {sentence}")
        word = re.search(r"[a-z]+", said.lower())
        return word is not None and word.group() == "yes"
