"""Heading files: which heading of a provider's export means which of our columns, as data (``library/headings``).

Each heading says where it was seen (``source``), or that it is only likely (``guessed``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chaingraph.model import registry
from chaingraph.model.registry import Place

_KEYS = ("header", "source", "guessed")


def load_headings(name: str | Path, kind: str) -> dict[str, tuple[str, ...]]:
    """The headings of each of our columns, in the order in which they are tried.

    Parameters
    ----------
    name
        A heading file of the library by name, or the path of a TOML file, which says by ``kind`` whose columns it
        speaks of; its headings are tried before the shipped ones.
    kind
        What is being read: register, ranking, classes, outcomes.

    Raises
    ------
    UnknownNameError
        When there is no such file, it speaks of another kind, of a column that the kind does not have, or of a heading
        twice, or does not say where a heading was seen.

    Examples
    --------
    >>> load_headings("outcomes", "outcomes")["region"]
    ('region', '地区')
    """
    found = registry.load("headings", name)
    shipped = found.name in registry.shipped("headings")
    found.where.keys(found.content, ("title", "columns") if shipped else ("title", "kind", "columns"))
    found.where.choice("kind", found.name if shipped else found.content.get("kind"), (kind,))
    told = _columns(found.content, found.where)
    if shipped:
        return told
    base = load_headings(kind, kind)
    found.where.within("[columns]").keys(told, tuple(base))
    return {column: tuple(dict.fromkeys((*told.get(column, ()), *known))) for column, known in base.items()}


def _columns(content: Mapping[str, Any], where: Place) -> dict[str, tuple[str, ...]]:
    columns = where.table("columns", content.get("columns"))
    told: dict[str, tuple[str, ...]] = {}
    taken: dict[str, str] = {}
    for column, rows in columns.items():
        part = where.within(f"[columns] {column}")
        for row in part.tables(column, rows):
            part.keys(row, _KEYS)
            header = part.text("header", row.get("header"))
            if "guessed" in row and row["guessed"] is not True:
                part.refuse("guessed", row["guessed"], "true")
            if ("source" in row) == ("guessed" in row):
                part.refuse(header, sorted(row), 'source = "…" | guessed = true')
            if "source" in row:
                part.text("source", row["source"])
            if header.casefold() in taken:
                part.refuse("header", header, f"1× ({taken[header.casefold()]})")
            taken[header.casefold()] = column
            told[column] = (*told.get(column, ()), header)
    return told
