"""A case and what it is compared with, read from where they lie."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Literal

from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import CaseError, UnknownNameError
from chaingraph.facts.known_by import known_by
from chaingraph.fit.reference import ListedReference, NationalReference, NoReference, Reference
from chaingraph.labels import both, text
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case
from chaingraph.model.graph import ChainGraph
from chaingraph.reading.read import NATIONAL_TABLES, read_case
from chaingraph.sql import OpenEngine
from chaingraph.stores.listed_box import listed_firms
from chaingraph.stores.parquet.read import WHOLE_UP_TO, firm_names, is_large, narrowed_case, read_large_case

LISTED: Literal["listed"] = "listed"  # the aggregate of listed firms that comes with the package
NO_REFERENCE: Literal["none"] = "none"
ReferenceLike = Reference | ChainGraph | Literal["listed", "none"] | None  # what users give: `as_reference`


def read_cases(
    case: str | Path,
    reference: str | Path,
    region: str,
    *,
    engine: OpenEngine = open_engine,
    lang: str = "zh",
    whole: bool = False,
) -> tuple[tuple[Case, ...], Reference]:
    """A case and what its ``--reference`` names: the cases to merge into the graph, and what to compare with.

    ``listed``: the aggregate of listed firms that comes with the package; ``none``: nothing; else a national case (a
    folder of that very name is given as ``./listed``), which is the second of the cases. Either may be a case with
    Parquet datasets: it is then read as the region sees it, with the firms that the other one has (where both are
    such cases: the own one with those read of the national one). So is an own case of tables with more than
    `WHOLE_UP_TO` firms, unless it is asked for ``whole``.

    Raises
    ------
    CaseError
        When a case is refused.
    """
    tables = None if is_large(case) else read_case(case, lang=lang)
    limit = sys.maxsize if whole else WHOLE_UP_TO

    def own_case(also: Collection[str]) -> Case:
        if tables is None:
            return read_large_case(case, region, engine, lang=lang, also=also)
        return narrowed_case(tables, region, engine, lang=lang, also=also, whole_up_to=limit)

    if reference in (LISTED, NO_REFERENCE):
        return (own_case(()),), as_reference(reference)
    if is_large(reference):
        known = set() if tables is None or len(tables["firms"]) > limit else firm_names(tables)
        national = read_large_case(reference, region, engine, lang=lang, also=known, reference=True)
    else:
        national = read_case(reference, lang=lang, required=NATIONAL_TABLES)
    own = own_case(firm_names(national))
    return (own, national), NationalReference(build_graph(national))


def as_known(
    cases: tuple[Case, ...], compared: Reference, day: str, *, keep_undated: bool, lang: str = "zh"
) -> tuple[tuple[Case, ...], Reference, dict[str, object]]:
    """Cases and what they are compared with as of an earlier day, and what a run tells of it.

    Returns
    -------
    cases, reference, told
        ``told``: known_by, undated (drop | keep), left_out (rows of `facts.known_by.KnownBy.counts`, with the case).

    Raises
    ------
    CaseError
        When a case holds counts over more firms than were read: those cannot be taken back to a day; or no firm of it
        was known by then.
    """
    found, left_out = [], []
    for case in cases:
        if case.reading is not None:
            raise CaseError(text("errors.known_by_large", lang, case=case.name))
        then = known_by(case.tables, day, keep_undated=keep_undated)
        if len(case["firms"]) and not len(then.tables["firms"]):
            raise CaseError(text("errors.known_by_nothing", lang, case=case.name, day=day))
        found.append(replace(case, tables=then.tables))
        left_out += [
            {"case": case.name, **{str(key): value for key, value in row.items()}}
            for row in then.counts.to_dict("records")
        ]
    if isinstance(compared, NationalReference):
        compared = NationalReference(build_graph(found[-1]))
    told: dict[str, object] = {"known_by": day, "undated": "keep" if keep_undated else "drop", "left_out": left_out}
    return tuple(found), compared, told


def last_known(day: str, as_of: str | None, lang: str = "zh") -> str:
    """The day that a run counts from, where only what was known by ``day`` is used.

    Raises
    ------
    CaseError
        When another day is asked for that lies later.
    """
    if as_of is not None and as_of[: len(day)] > day[: len(as_of)]:
        raise CaseError(text("errors.as_of_after_known_by", lang, as_of=as_of, known_by=day))
    return as_of or day


def as_reference(given: object) -> Reference:
    """What is given as ``reference``, as the noun: the one place where it is told what it is.

    Parameters
    ----------
    given
        The graph of a national case; ``"listed"``, the aggregate of listed firms that comes with the package; None or
        ``"none"``, the case alone; or a reference already.

    Raises
    ------
    UnknownNameError
        When it is none of these, such as the path of a case.

    Examples
    --------
    >>> as_reference(None)
    NoReference()
    """
    match given:
        case None | str("none"):
            return NoReference()
        case str("listed"):
            return ListedReference(listed_firms())
        case ChainGraph():
            return NationalReference(given)
        case NoReference() | ListedReference() | NationalReference():
            return given
        case _:
            raise UnknownNameError(both("errors.no_such_reference", given=repr(given)[:80]))
