"""Every sentence a user reads, in Chinese and English: ``library/labels/<area>.toml``, one entry per sentence.

An entry is a table with the keys ``zh`` and ``en``; ``{name}`` in it is filled from the values given.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from chaingraph.errors import UnknownNameError

Language = Literal["zh", "en"]
LANGUAGES: tuple[str, ...] = get_args(Language)


@cache
def _area(area: str) -> dict[str, dict[str, str]]:
    path = files("chaingraph") / "library" / "labels" / f"{area}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def text(key: str, lang: str, /, **values: object) -> str:
    """The sentence ``area.entry`` in a language, with its blanks filled.

    Raises
    ------
    UnknownNameError
        When the language or the entry does not exist.

    Examples
    --------
    >>> text("schema.table", "en")
    'table'
    """
    if lang not in LANGUAGES:
        msg = f"language {lang!r}: choose one of {', '.join(LANGUAGES)} / 语言只能是 {'、'.join(LANGUAGES)}"
        raise UnknownNameError(msg)
    area, _, entry = key.partition(".")
    try:
        sentence = _area(area)[entry][lang]
    except KeyError as error:
        msg = f"no label {key!r} in {lang!r}"
        raise UnknownNameError(msg) from error
    return sentence.format(**values) if values else sentence


def both(key: str, /, **values: object) -> dict[str, str]:
    """The sentence in every language, by language: for an error where the reader's is not known.

    A value that is told in every language itself (a dict of this function) is filled in by language.

    Examples
    --------
    >>> both("schema.table")["en"]
    'table'
    """
    return {lang: text(key, lang, **in_language(values, lang)) for lang in LANGUAGES}


def code_word(groups: Sequence[str], code: str, lang: str) -> str:
    """A code in words: the first of the groups (``area.prefix_``) that has any; the code where none has.

    Examples
    --------
    >>> code_word(("work.stage_", "ledger.stage_"), "signed", "zh"), code_word(("ledger.stage_",), "?", "zh")
    ('签约', '?')
    """
    for group in groups:
        area, _, prefix = group.partition(".")
        sentences = _area(area).get(f"{prefix}{code}")
        if sentences is not None:
            return sentences[lang]
    return code


def near_told(names: Iterable[str]) -> str | dict[str, str]:
    """Near names for a sentence of `both`, or that there are none.

    Examples
    --------
    >>> near_told(["嘉兴", "嘉善"]), near_told([])["zh"]
    ('嘉兴, 嘉善', '无')
    """
    return ", ".join(names) or both("errors.none_near")


def in_language(values: Mapping[str, object], lang: str) -> dict[str, object]:
    """Values of a sentence in one language: of those that are told in every language (`both`) the one of this.

    Examples
    --------
    >>> in_language({"near": {"zh": "无", "en": "none"}, "count": 2}, "en")
    {'near': 'none', 'count': 2}
    """
    return {name: value[lang] if isinstance(value, dict) else value for name, value in values.items()}


def language(arguments: Sequence[str], environment: str) -> str:
    """The language that is asked for: the last ``--lang``, else the environment's, else Chinese.

    Examples
    --------
    >>> language(["run", "--lang=en"], "zh"), language([], "en"), language(["--lang", "fr"], "")
    ('en', 'en', 'zh')
    """
    words = [*arguments, ""]
    asked = [words[place + 1] for place, word in enumerate(arguments) if word == "--lang"]
    asked += [word.removeprefix("--lang=") for word in arguments if word.startswith("--lang=")]
    wanted = asked[-1] if asked else environment
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def entries(area: str, lang: str) -> dict[str, str]:
    """All sentences of an area in one language, by entry; for code lists (states, tiers) and page labels.

    Examples
    --------
    >>> entries("schema", "en")["row"]
    'row'
    """
    return {entry: sentences[lang] for entry, sentences in _area(area).items()}
