"""A follow-up and its history -> a question that stands alone, by rules or by a model whose words are checked."""

from rag.condense.model import condense_with
from rag.condense.own import without_strange_subject
from rag.condense.rules import Turn, condense

__all__ = ["Turn", "condense", "condense_with", "without_strange_subject"]
