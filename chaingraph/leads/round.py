"""The month's round: whatever lies in a folder, texts and lists alike, as one addition to a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from chaingraph.errors import CaseError, ChaingraphError
from chaingraph.importers.imported import Imported
from chaingraph.importers.recognise import FACTS, begin_import, recognise
from chaingraph.importers.register import joined_parts
from chaingraph.leads.fact_lists import read_fact_list
from chaingraph.leads.read import LeadsRead, files_of, read_leads
from chaingraph.leads.texts import texts_of
from chaingraph.model.schema import TABLES
from chaingraph.reading.rejects import Refusal

LISTS = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls")  # may hold a list, or a table of texts


@dataclass(frozen=True)
class Round:
    """What a folder held.

    ``tables``: of all of it, in the form of a case. ``lists``: what each list was read as; ``texts``: what texts gave;
    ``refused``: files that nobody could read, with the reason.
    """

    tables: Mapping[str, pd.DataFrame]
    lists: Mapping[Path, Imported]
    texts: LeadsRead
    refused: Mapping[Path, str]


def read_round(
    folder: Path,
    *,
    region: str,
    case: Mapping[str, pd.DataFrame],
    quotes: bool = True,
    lang: str = "zh",
    each: Callable[[Path], None] = lambda path: None,
) -> Round:
    """Read all files of a folder: lists of facts, registers, published lists, and texts.

    Parameters
    ----------
    folder
        The folder; what lies in folders of it stays unread.
    region
        The region that reads.
    case
        Tables of the case that they are added to.
    quotes
        Whether passages of texts are kept.
    each
        Called with every file before it is read.

    Returns
    -------
    Round
        Rows that two files give alike stand once.

    Raises
    ------
    UnknownNameError
        When the region is not known.
    """
    texts: list[Path] = []
    lists: dict[Path, Imported] = {}
    refused: dict[Path, str] = {}
    for path in _files(folder):
        if path.suffix.lower() not in LISTS or _holds_texts(path):
            texts.append(path)
            continue
        each(path)
        try:
            lists[path] = _list(path, lang)
        except (CaseError, ChaingraphError) as error:
            refused[path] = error.in_language(lang)
    found = read_leads(texts, region=region, case=case, quotes=quotes, lang=lang, each=each)
    return Round(_joined([found.tables, *(made.tables for made in lists.values())]), lists, found, refused)


def _files(folder: Path) -> Sequence[Path]:
    more = [one for one in folder.iterdir() if one.suffix.lower() in LISTS and not one.name.startswith((".", "~$"))]
    return sorted({*files_of([folder]), *(one for one in more if one.is_file() and not one.is_symlink())})


def _holds_texts(path: Path) -> bool:
    """Whether a table is one of texts: it has a column of them."""
    try:
        next(iter(texts_of(path)), None)
    except Refusal:
        return False
    return True


def _list(path: Path, lang: str) -> Imported:
    known = recognise(path, lang=lang)
    if known.headings is not None and known.headings.kind == FACTS:
        return read_fact_list(path, known.headings, as_of=known.as_of, lang=lang)
    first, rest = begin_import(path, known, lang=lang)
    return joined_parts([first, *rest])


def _joined(parts: Sequence[Mapping[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    tables: dict[str, pd.DataFrame] = {}
    for name in TABLES:
        held = [part[name] for part in parts if name in part and len(part[name])]
        if held:
            whole = pd.concat(held, ignore_index=True)
            tables[name] = whole.drop_duplicates(list(TABLES[name].key)).reset_index(drop=True)
    return tables
