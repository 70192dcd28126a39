"""A language model by name, for whoever names one: it judges citations or drafts questions, never by default."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ModelError, UsageError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

PROMPTS = Path(__file__).resolve().parent.parent / "prompts"
TIMEOUT_SECONDS = 120


class LanguageModel:
    """A LangChain chat model with its name, `provider:model`."""

    def __init__(self, name: str, model: BaseChatModel) -> None:
        self.name = name
        self._model = model

    def reply(self, prompt: str, asked: str) -> str:
        """What the model says to `asked`, told `prompts/PROMPT.md` before. Raises ModelError where it says nothing."""
        told = (PROMPTS / f"{prompt}.md").read_text(encoding="utf-8")
        try:
            return str(self._model.invoke([("system", told), ("human", asked)]).text)
        except Exception as error:  # each provider has its own
            raise ModelError(
                f"{self.name} gave no answer ({type(error).__name__}: {error})",
                "see that it is running and that its key is right; `eval` goes on with --resume",
            ) from error


def load_model(name: str, base_url: str | None = None) -> LanguageModel:
    """The model `provider:model`; `base_url` is the address of an OpenAI-compatible server.

    Raises UsageError for a provider that is not known or not installed, or whose key is missing.
    """
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"base_url": base_url, "api_key": "none"} if base_url else {}
    try:
        model = init_chat_model(name, temperature=0, timeout=TIMEOUT_SECONDS, **options)
    except ImportError as error:
        raise UsageError(f"{name} needs a package that is not installed", str(error)) from error
    except Exception as error:  # a wrong name, a missing key: each provider has its own error
        raise UsageError(f"{name} cannot be used ({error})", "name it as provider:model and set its key") from error
    return LanguageModel(name, model)
