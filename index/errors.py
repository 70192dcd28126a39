"""Errors of articles, models and stores, each with a hint that says what to do."""

from __future__ import annotations


class QuothError(Exception):
    """An expected failure: `message` says what is wrong and where, `hint` what to do.

    `exit_code` is what the command line returns: 2 the caller's mistake, 3 an article could not
    be read, 4 the store is busy or damaged.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}"


class UsageError(QuothError):
    """The caller asked for something that cannot be done."""


class ArticleError(QuothError):
    """One article could not be read; the others go on."""

    exit_code = 3


class ModelError(QuothError):
    """A model is missing, damaged or not the one the index was built with."""


class StoreError(QuothError):
    """The store cannot be used as it is."""

    exit_code = 4


class StoreOutdatedError(StoreError):
    """The store was made by an earlier version and can be brought up to date."""


class StoreBusyError(StoreError):
    """Another process is writing to the store."""


class StoreAwayError(StoreError):
    """The database with the store cannot be reached, or was lost in the middle; it may be back in a moment."""


class StoreRefusedError(StoreError):
    """The database takes no change from anybody here: it is full, can only be read, or its user has no right to."""


class StoreDamagedError(StoreError):
    """The store's files do not agree with each other or cannot be read."""


class QuestionError(UsageError):
    """A question that cannot be asked."""


class EmptyQuestionError(QuestionError):
    """A question of nothing but blanks."""


class QuestionTooLongError(QuestionError):
    """A question of more characters than are read."""
