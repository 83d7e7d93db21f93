"""What is said before a language is chosen: a label with its values, and tables that hold such cells.

`chaingraph.wording.phrases.say` puts them into words, when a face asks for a language and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from chaingraph.labels import LANGUAGES

LIST = "gaps.list_separator"  # what stands between the names of a list
SET = ";"  # what joins the members of a cell that is a set
NOTHING = ""


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A name, or any text, that each language has its own form of."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place as tables write it, from the largest unit to the smallest."""

    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """Words one after another; ``between`` is a label or stands as it is, ``most`` says how many are shown at most.

    ``pieces``: they are pieces of Chinese texts; those that have no English are left out in English.
    """

    members: tuple[object, ...]
    between: str = LIST
    most: int | None = None
    pieces: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence, or a part of one: its label ``area.entry`` and what fills its blanks.

    A value is a text, a number, or words of this module. A cell of a table that holds several sentences is a tuple.
    """

    label: str
    values: tuple[tuple[str, object], ...] = ()


Words = str | Reason | Name | Place | Several


def reason(label: str, /, **values: object) -> Reason:
    """A sentence by its label and what fills its blanks.

    Examples
    --------
    >>> reason("gaps.found", count=2).values
    (('count', 2),)
    """
    return Reason(label, tuple(values.items()))


def place(*units: object) -> Place:
    """A place by its units, from the largest to the smallest."""
    return Place(tuple(map(str, units)))


@dataclass(frozen=True, eq=False)
class Told(Mapping[str, pd.DataFrame]):
    """A table by language, worded when a language is asked for, once.

    ``frame`` is the table before that: numbers, ids and codes, and `Words` where people read. ``wording`` puts it into
    words (`chaingraph.wording.phrases.in_words`): sentences as one text, or apart as a tuple.
    """

    frame: pd.DataFrame
    wording: Callable[[pd.DataFrame, str, bool], pd.DataFrame]
    _worded: dict[tuple[str, bool], pd.DataFrame] = field(default_factory=dict, init=False, repr=False)

    def __getitem__(self, lang: str) -> pd.DataFrame:
        """The table in a language, with the sentences of a cell as one text."""
        return self._in(lang, apart=False)

    def __iter__(self) -> Iterator[str]:
        """The languages."""
        return iter(LANGUAGES)

    def __len__(self) -> int:
        """How many languages there are."""
        return len(LANGUAGES)

    def apart(self, lang: str) -> pd.DataFrame:
        """The table in a language, with the sentences of a cell as a tuple."""
        return self._in(lang, apart=True)

    def changed(self, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Told:
        """The same of a changed table."""
        return Told(change(self.frame), self.wording)

    def _in(self, lang: str, *, apart: bool) -> pd.DataFrame:
        if lang not in LANGUAGES:
            raise KeyError(lang)
        if (lang, apart) not in self._worded:
            words = self.frame if apart else self._in(lang, apart=True)  # a sentence is put into words once
            self._worded[lang, apart] = self.wording(words, lang, apart)
        return self._worded[lang, apart]


Texts = Mapping[str, pd.DataFrame]  # a table by language: `Told`, or one that somebody has edited


def sentences_apart(texts: Texts, lang: str) -> pd.DataFrame:
    """A table in a language, with the sentences of a cell as a tuple where they are not one text already."""
    return texts.apart(lang) if isinstance(texts, Told) else texts[lang]


def each(texts: Texts, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Texts:
    """The same table, changed alike in every language."""
    if isinstance(texts, Told):
        return texts.changed(change)
    return {lang: change(frame) for lang, frame in texts.items()}
