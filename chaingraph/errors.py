"""What chaingraph raises when it cannot go on: one family, so that a caller can catch it whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


class ChaingraphError(Exception):
    """Something the caller can put right: the message says what, where, and what to do.

    The command line prints the message and exits with 1; a traceback is for faults of ours only. Where the function
    that raises it does not know the reader's language, the message is a sentence per language (`labels.both`): as text
    it gives them all, and `in_language` the reader's.
    """

    def __init__(self, message: str | Mapping[str, str]) -> None:
        self.sentences: dict[str, str] = {} if isinstance(message, str) else dict(message)
        super().__init__(" / ".join(self.sentences.values()) if self.sentences else message)

    def in_language(self, lang: str) -> str:
        """The message for a reader of one language.

        Examples
        --------
        >>> error = ChaingraphError({"zh": "没有", "en": "none"})
        >>> error.in_language("en"), str(error), ChaingraphError("none").in_language("zh")
        ('none', '没有 / none', 'none')
        """
        return self.sentences.get(lang, str(self))


class CaseError(ChaingraphError):
    """A case was refused. ``rejects`` holds every failure found: table, row, column, value, reason, remedy."""

    def __init__(self, message: str | Mapping[str, str], rejects: pd.DataFrame | None = None) -> None:
        super().__init__(message)
        self.rejects = rejects


class UnknownNameError(ChaingraphError):
    """A chain, segment, firm, region or strategy that is not there; the message lists similar names."""


class MissingExtraError(ChaingraphError):
    """An optional library is not installed; the message is the line that installs it."""


class StoreError(ChaingraphError):
    """A store (Neo4j, DuckDB, a file) refused or broke off; the message says what is there now and how to go on."""
