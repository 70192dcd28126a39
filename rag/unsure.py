"""What an uncertain answer begins with: what is uncertain of a summary is the article, not what it says."""

from __future__ import annotations

from rag.intents import Intent

MAYBE = "The articles may answer this:"
OF_FORM: dict[Intent, str] = {
    "summary": "This may be what is meant:",
    "overview": "These articles have the words, but may be about something else:",
    "collection": "Going by the words in the articles:",
}
"""Forms that begin with something else than MAYBE."""


def unsure_line(intent: Intent | None) -> str:
    """Return what the notice of an uncertain answer of this form begins with."""
    return OF_FORM.get(intent, MAYBE) if intent else MAYBE
