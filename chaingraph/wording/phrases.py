"""Words in one language: sentences from their labels, names, lists of names, numbers and shares as they stand there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import cast

import pandas as pd

from chaingraph.labels import text
from chaingraph.model.case import cells_of
from chaingraph.model.columns import SEPARATOR, is_missing
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results.columns import COLUMNS
from chaingraph.model.results.told import Name, Place, Reason, Several, Texts, Told, Words
from chaingraph.places.english import CHINESE
from chaingraph.places.regions import place_text

MOST_NAMES = 4
_AS_WRITTEN = ("sources", "local_unit", "products")  # columns that hold what the case says, in its own language
_AS_IT_IS = frozenset((int, float, bool, type(None)))  # half of all that is said, not asked five times what it is
_BETWEEN, _OPENING, _CLOSING = ";\uff1b", "(\uff08", ")\uff09"


English = Callable[[str], str]  # what the case says in Chinese, in English (`wording.english`)


def say(words: Words | tuple[Words, ...], lang: str, english: English | None = None) -> str:
    """Words in a language; several sentences as one text.

    ``english``: how an English sentence says what the case has in Chinese; None: as the case does.

    Examples
    --------
    >>> say(Reason("gaps.buyer", (("firm", Name("甲一", "Jiayi")),)), "en")
    'Jiayi (downstream)'
    """
    return str(_said(words, lang, english if lang == "en" else None))


def _said(value: object, lang: str, english: English | None) -> object:
    if type(value) in _AS_IT_IS:
        return value
    match value:
        case str():
            return value if english is None or value.isascii() else english(value)
        case Reason():
            return text(value.label, lang, **{name: _said(held, lang, english) for name, held in value.values})
        case Name(chinese, other):
            return chinese if lang == "zh" else other
        case Place(units):
            named = [place_text(unit, lang) if english is None else english(unit) for unit in units]
            return "".join(named) if lang == "zh" else ", ".join(reversed(named))
        case Several(members, between, most, pieces):
            joint = text(between, lang) if "." in between else between
            said = [str(_said(member, lang, english)) for member in members[:most]]
            if pieces and english is not None:
                said = [word for word in said if not CHINESE.search(word)] or [text("gaps.chinese_words", lang)]
            shown = joint.join(said)
            left_out = most is not None and len(members) > most
            return shown + text("gaps.and_more", lang, count=len(members)) if left_out else shown
        case tuple():
            return joined((str(_said(sentence, lang, english)) for sentence in value), lang)
    return value


def in_words(
    frame: pd.DataFrame,
    lang: str,
    apart: bool = False,  # noqa: FBT001, FBT002 - Told's
    english: English | None = None,
) -> pd.DataFrame:
    """A table whose cells are words, in a language.

    ``apart``: a cell with several sentences stays a tuple, of texts; else they are one text. ``english`` as in `say`.
    """
    columns = {}
    spoken = english if lang == "en" else None
    for name, cells in frame.items():
        wordy = COLUMNS[str(name)].dtype == "str" if name in COLUMNS else cells.dtype == object
        if spoken is not None and name in _AS_WRITTEN and cells.dtype == "str":
            columns[str(name)] = cells.map(lambda cell: _members(cell, spoken), na_action="ignore").astype("str")
        if not wordy or not (cells.dtype == object or cells.isna().all()):
            continue  # numbers and flags; or texts in no language
        said = [
            tuple(say(sentence, lang, spoken) for sentence in cell)
            if apart and isinstance(cell, tuple)
            else _said(cell, lang, spoken)
            for cell in cells
        ]
        several = any(isinstance(cell, tuple) for cell in said)
        columns[str(name)] = pd.Series(said, index=frame.index, dtype="object" if several else "str")
    return frame.assign(**columns)


def _members(cell: str, english: English) -> str:
    """A set as the case writes it, member by member in English."""
    return cell if cell.isascii() else SEPARATOR.join(dict.fromkeys(map(english, cell.split(SEPARATOR))))


def told(frame: pd.DataFrame, english: English | None = None) -> Told:
    """A table by language, from one whose cells are words; ``english`` as in `say`."""
    return Told(frame, in_words if english is None else partial(_worded, english))


def _worded(english: English, frame: pd.DataFrame, lang: str, apart: bool) -> pd.DataFrame:  # noqa: FBT001 - Told's
    """Sentences are worded apart, once; when they are joined to one text they are English already."""
    return in_words(frame, lang, apart, english if apart else None)


def joined_sources(sources: Iterable[object]) -> str:
    """Sources, each once and in their order; missing ones are left out.

    Examples
    --------
    >>> joined_sources(["a", float("nan"), "b", "a"])
    'a;b'
    """
    return SEPARATOR.join(dict.fromkeys(source for source in sources if isinstance(source, str)))


def as_told(texts: Texts) -> Told:
    """The same of a table that somebody has edited in every language: text that differs is a name in each of them."""
    if isinstance(texts, Told):
        return texts
    chinese, english = (texts.get(lang, next(iter(texts.values()))) for lang in ("zh", "en"))
    differing = {
        name: [
            Name(here, there) if isinstance(here, str) and isinstance(there, str) and here != there else here
            for here, there in zip(chinese[name], english[name], strict=True)
        ]
        for name in chinese
        if not chinese[name].equals(english[name])
    }
    columns = {str(name): pd.Series(cells, index=chinese.index, dtype="object") for name, cells in differing.items()}
    return told(chinese.assign(**columns))


def names_of(graph: ChainGraph, table: str) -> Mapping[str, Name]:
    """Names of chains, segments or firms by id; the Chinese one stands for an English one that there is not."""
    key = f"names of {table}"
    if key not in graph.derived:
        noun = table.removesuffix("s")
        frame = graph[table]
        english = frame.assign(english=frame[f"{noun}_en"].fillna(frame[noun]))
        rows = cells_of(english, f"{noun}_id", noun, "english")
        graph.derived[key] = {held: Name(chinese, other) for held, chinese, other in rows}
    return cast("Mapping[str, Name]", graph.derived[key])


def names_by_id(graph: ChainGraph, table: str, lang: str) -> Mapping[str, str]:
    """The names of `names_of` in one language."""
    key = f"names of {table} in {lang}"
    if key not in graph.derived:
        names = names_of(graph, table).items()
        graph.derived[key] = {held: name.zh if lang == "zh" else name.en for held, name in names}
    return cast("Mapping[str, str]", graph.derived[key])


def joined(sentences: Iterable[str], lang: str) -> str:
    """Sentences as one text, as a cell of a table holds them; `parts` takes them apart again."""
    return text("gaps.sentence_separator", lang).join(sentences)


def parts(value: object) -> list[str]:
    """The sentences of a cell: those of a tuple, or of a joined text, stripped; none for a missing one.

    The names of a set are joined likewise. A semicolon within a pair of brackets joins nothing; a bracket without its
    counterpart is a letter like others.

    Examples
    --------
    >>> parts("one (a; (b) c); two"), parts("甲;乙（丙；丁"), parts(None)
    (['one (a; (b) c)', 'two'], ['甲', '乙（丙', '丁'], [])
    """
    if isinstance(value, tuple):
        return [str(sentence) for sentence in value]
    if not isinstance(value, str):
        return []
    opened: list[int] = []
    pairs: list[tuple[int, int]] = []
    between: list[int] = []
    for place, letter in enumerate(value):
        if letter in _OPENING:
            opened.append(place)
        elif letter in _CLOSING and opened:
            pairs.append((opened.pop(), place))
        elif letter in _BETWEEN:
            between.append(place)
    cuts = [place for place in between if not any(first < place < last for first, last in pairs)]
    cut = (value[first + 1 : last] for first, last in zip([-1, *cuts], [*cuts, len(value)], strict=True))
    return [part for part in map(str.strip, cut) if part]


def sentences(cell: object) -> tuple[Words, ...]:
    """What a cell of a table of words says, sentence by sentence: nothing where it is missing."""
    if isinstance(cell, tuple):
        return cell
    return () if is_missing(cell) or cell == "" else (cast("Words", cell),)


def listed(names: Sequence[Words], most: int = MOST_NAMES) -> Several:
    """The first names, and how many there are when some are left out.

    Examples
    --------
    >>> say(listed(["a", "b", "c"], most=2), "en")
    'a, b and others (3 in all)'
    """
    return Several(tuple(names), most=most)


def place_said(rank: object) -> str:
    """A place on a list; a dash for a row that has none.

    Examples
    --------
    >>> place_said(3), place_said(3.0), place_said(float("nan"))
    ('3', '3', '–')
    """
    return "–" if is_missing(rank) else str(int(float(str(rank))))


def place_words(rank: object, lang: str) -> str:
    """A place on a list in words, for a sentence; of a row without a rank that it waits in reserve.

    Examples
    --------
    >>> place_words(3, "zh"), place_words(float("nan"), "zh"), place_words(3, "en")
    ('第3位', '储备', 'rank 3')
    """
    return text("codes.no_place", lang) if is_missing(rank) else text("codes.place", lang, rank=place_said(rank))


def data_day(date: str, lang: str) -> str:
    """A date as it stands in a sentence; of data that state none, that they do not.

    Examples
    --------
    >>> data_day("2024-05", "en"), data_day("", "en")
    ('2024-05', 'not stated')
    """
    return date or text("gaps.no_date", lang)


def run_day(data_date: str, as_of: str, lang: str) -> str:
    """How far the data reach, and the day that is counted from where that is another.

    Examples
    --------
    >>> run_day("2025-12-11", "2026-11-30", "en"), run_day("2024-05", "2024-05", "en")
    ('2025-12-11, counted to 2026-11-30', '2024-05')
    """
    newest = data_day(data_date, lang)
    return newest if as_of in ("", data_date) else text("gaps.counted_to", lang, newest=newest, day=as_of)


def percent(share: float, sign: str = "%") -> str:
    """A share as whole per cent; a dash where it is not known.

    A sentence that has the sign itself asks for the figure alone (``sign=""``).

    Examples
    --------
    >>> percent(0.456), percent(0.456, sign=""), percent(float("nan"))
    ('46%', '46', '-')
    """
    return "-" if math.isnan(share) else f"{100 * share:.0f}{sign}"


def number(value: float, digits: int = 1) -> str:
    """A number with at most so many decimals, without trailing zeros.

    Examples
    --------
    >>> number(2.0), number(1.25)
    ('2', '1.2')
    """
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"
