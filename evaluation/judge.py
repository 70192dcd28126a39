"""A language model that judges whether quotes support a sentence, for whoever names one (`--judge`)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ModelError, UsageError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

PROMPT = Path(__file__).resolve().parent.parent / "prompts" / "judge.md"
TIMEOUT_SECONDS = 120


class Judge:
    """`judge(premise, sentence)`: whether the model says yes. Asked once for each pair; any other word is a no."""

    def __init__(self, name: str, model: BaseChatModel) -> None:
        self.name = name
        self._model = model
        self._told = PROMPT.read_text(encoding="utf-8")
        self._ask = cache(self._verdict)

    def __call__(self, premise: str, sentence: str) -> bool:
        """Whether the premise supports the sentence. Raises ModelError where the model gives no answer."""
        return self._ask(premise, sentence)

    def _verdict(self, premise: str, sentence: str) -> bool:
        try:
            reply = self._model.invoke([("system", self._told), ("human", f"PREMISE: {premise}\n\nCLAIM: {sentence}")])
        except Exception as error:  # each provider has its own
            raise ModelError(
                f"the judge {self.name} gave no answer ({type(error).__name__}: {error})",
                "see that it is running and that its key is right, then go on with --resume",
            ) from error
        word = re.search(r"[a-z]+", str(reply.text).lower())
        return word is not None and word.group() == "yes"


def load_judge(name: str, base_url: str | None = None) -> Judge:
    """The model `provider:model`; `base_url` is the address of an OpenAI-compatible server.

    Raises UsageError for a provider that is not known or not installed, or whose key is missing.
    """
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"base_url": base_url, "api_key": "none"} if base_url else {}
    try:
        model = init_chat_model(name, temperature=0, timeout=TIMEOUT_SECONDS, **options)
    except ImportError as error:
        raise UsageError(f"the judge {name} needs a package that is not installed", str(error)) from error
    except Exception as error:  # a wrong name, a missing key: each provider has its own error
        raise UsageError(
            f"the judge {name} cannot be used ({error})", "name it as provider:model and set its key"
        ) from error
    return Judge(name, model)
