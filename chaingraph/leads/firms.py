"""Which firm of the case a name of a text means, and the row of one that the case does not have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from chaingraph.leads.sentences.namings import KnownNames
from chaingraph.leads.sentences.where import joined, places_in
from chaingraph.matching.name_forms import normalise_name
from chaingraph.matching.names import match_firms
from chaingraph.model.case import empty_table, rows_of
from chaingraph.model.columns import split
from chaingraph.places.gazetteer import CHINA
from chaingraph.reading.links import firm_id


@dataclass(frozen=True)
class Resolved:
    """Names of texts as firms: the id of each name, the rows of firms that are new, pairs that a person decides."""

    ids: Mapping[str, str]
    new: Sequence[Mapping[str, object]]
    doubts: pd.DataFrame


def known_names(firms: pd.DataFrame) -> KnownNames:
    """The names by which texts may call the firms of a case: full, short, former and English ones."""
    pairs = []
    for row in rows_of(firms):
        names = [row["firm"], *split(row.get("aliases")), *split(row.get("former_names"))]
        pairs += [(str(name), str(row["firm_id"])) for name in names if isinstance(name, str)]
    return KnownNames.of(pairs)


def resolve(names: Iterable[tuple[str, str | None]], firms: pd.DataFrame) -> Resolved:
    """Which firm each name means.

    Parameters
    ----------
    names
        Names as texts give them, each with the id of the case's firm that it was found by, if any.
    firms
        The firms of the case.

    Returns
    -------
    Resolved
        A new firm has the seat that its name begins with (嘉兴某某有限公司), marked unsure; of a name that may be
        one of the case's firms and may not, the pair stands in ``doubts``, and the firm counts as new.
    """
    ids: dict[str, str] = {}
    open_names: dict[str, list[str]] = {}
    for name, known in sorted(set(names), key=lambda pair: (pair[0], pair[1] or "")):
        if known is not None:
            ids[name] = known
        else:
            open_names.setdefault(normalise_name(name), []).append(name)
    rows = [_row(spellings[0]) for _, spellings in sorted(open_names.items())]
    left = pd.DataFrame(rows, columns=empty_table("firms").columns)
    matches, doubts = (
        match_firms(left, firms)
        if len(left) and len(firms)
        else (pd.DataFrame(columns=["left_id", "right_id"]), pd.DataFrame())
    )
    found = dict(zip(matches["left_id"], matches["right_id"], strict=True))
    new = []
    for row, (_, spellings) in zip(rows, sorted(open_names.items()), strict=True):
        chosen = found.get(row["firm_id"], row["firm_id"])
        ids |= dict.fromkeys(spellings, str(chosen))
        if row["firm_id"] not in found:
            new.append(row)
    return Resolved(ids, new, doubts)


def _row(name: str) -> dict[str, object]:
    seat = next((place.path for place in joined(places_in(name), name) if place.start == 0), ())
    in_china = seat[:1] == (CHINA,)
    return {
        "firm_id": firm_id(name),
        "firm": name,
        "country": seat[0] if seat else CHINA if "公司" in name else None,
        "province": seat[1] if in_china and len(seat) > 1 else None,
        "city": (seat[2] if len(seat) > 2 else None) if in_china else seat[1] if len(seat) > 1 else None,
        "district": seat[3] if in_china and len(seat) > 3 else None,
        "confidence": "unsure",
    }
