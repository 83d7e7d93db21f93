"""Which firm a person means who writes an id, a name, or the short name that everybody uses."""

from __future__ import annotations

import difflib

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.labels import both, near_told
from chaingraph.matching.name_forms import normalise_name
from chaingraph.matching.names import match_firms
from chaingraph.model.case import rows_of
from chaingraph.model.columns import split

_SHOWN = 8


def find_firm(firms: pd.DataFrame, asked: str) -> str:
    """The id of the firm that is meant: by id, by a name it bears or bore, by a part of one, by its short name.

    Parameters
    ----------
    firms
        The table ``firms`` of a graph.
    asked
        What was written.

    Raises
    ------
    UnknownNameError
        When none or several are meant; they, or near names, are listed.

    Examples
    --------
    >>> firms = pd.DataFrame({"firm_id": ["a"], "firm": ["浙江奥翔药业股份有限公司"], "firm_en": [None]})
    >>> find_firm(firms, "奥翔药业")
    'a'
    """
    if (firms["firm_id"] == asked).any():
        return asked
    wanted = normalise_name(asked)
    names = {str(row["firm_id"]): _names(row) for row in rows_of(firms)}
    for found in (
        [firm_id for firm_id, held in names.items() if held[0] == wanted],
        [firm_id for firm_id, held in names.items() if wanted in held],
        [firm_id for firm_id, held in names.items() if wanted and any(wanted in name for name in held)],
        _by_rule(firms, asked),
    ):
        if len(found) == 1:
            return found[0]
        if found:
            told = firms.set_index("firm_id").loc[found[:_SHOWN], "firm"]
            choices = "、".join(f"{name}({firm_id})" for firm_id, name in told.items())
            raise UnknownNameError(both("errors.firm_not_unique", name=repr(asked[:80]), choices=choices))
    near = difflib.get_close_matches(asked, [*firms["firm"], *firms["firm_en"].dropna()], n=5, cutoff=0.3)
    raise UnknownNameError(both("errors.no_such_firm", name=repr(asked[:80]), near=near_told(near)))


def _names(row: dict[str, object]) -> list[str]:
    """The names of a firm as compared, its own first."""
    english = row.get("firm_en")
    others = [
        *split(row.get("aliases")),
        *split(row.get("former_names")),
        *([english] if isinstance(english, str) else []),
    ]
    return [normalise_name(str(row["firm"])), *(normalise_name(name) for name in others)]


def _by_rule(firms: pd.DataFrame, asked: str) -> list[str]:
    """Firms that the rules of names take for the same one, or put to a person."""
    same, doubtful = match_firms(pd.DataFrame({"firm_id": ["asked"], "firm": [asked]}), firms)
    return sorted({*same["right_id"], *doubtful["right_id"]})
