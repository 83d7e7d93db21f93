"""What a row of a list rests on: a source read or only named, a register, a tag, or general knowledge."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import pandas as pd

from chaingraph.model.graph import ChainGraph

SOURCE_KINDS = ("read", "named", "register", "tagged", "general", "unstated")
ORIGINS = ("case", "both", "reference")


@cache
def _marks() -> dict[str, tuple[str, ...]]:
    content = (files("chaingraph") / "library" / "sources.toml").read_text(encoding="utf-8")
    return {kind: tuple(mark.casefold() for mark in held["marks"]) for kind, held in tomllib.loads(content).items()}


def source_kind(source: object, confidence: object) -> str:
    """What kind of source a row states, from its own two cells.

    Parameters
    ----------
    source, confidence
        The cells of the row that puts the firm into its segment; missing where it states none.

    Returns
    -------
    str
        One of `SOURCE_KINDS`: ``tagged`` (a program read it from product or register text), ``general`` (general
        knowledge, not checked), ``register`` (what a business register allows or states), ``read`` (its main statement
        was read in the source named), ``named`` (a source is named but bears out part of the row only), ``unstated``.

    Examples
    --------
    >>> source_kind("list;SegmentTagger>=0.80", "known"), source_kind("https://a.example", "seen")
    ('tagged', 'read')
    >>> source_kind("一般行业知识(未逐条核对来源)", "known"), source_kind(float("nan"), "known")
    ('general', 'unstated')
    """
    if not isinstance(source, str) or not source.strip():
        return "unstated"
    folded = source.casefold()
    for kind, marks in _marks().items():
        if any(mark in folded for mark in marks):
            return kind
    return "read" if confidence == "seen" else "named"


def firm_origins(graph: ChainGraph, added: pd.DataFrame, firm_ids: Iterable[str]) -> dict[str, str]:
    """Which case each of these firms comes from.

    Parameters
    ----------
    graph
        The graph that is surveyed, merged with the reference where there is one.
    added
        The firms of the reference (firm_id, firm); without any, all are the case's own.

    Returns
    -------
    dict
        By firm: ``case`` (the region's own), ``reference`` (the national one alone) or ``both``.
    """
    asked = set(firm_ids)
    if added.empty:
        return dict.fromkeys(asked, "case")
    matched = set(graph.matches["firm_id"]) if len(graph.matches) else set()
    firms = graph["firms"][graph["firms"]["firm_id"].isin(asked)]
    # A firm of both cases was matched; one that was not, and has id and name of one of the reference, was added from
    # there, perhaps under its id with a number behind it (`merge`).
    held = set(zip(added["firm_id"], added["firm"], strict=True))
    from_there = [
        (firm_id, firm) in held or (firm_id.rpartition("-")[0], firm) in held
        for firm_id, firm in zip(firms["firm_id"], firms["firm"], strict=True)
    ]
    return {
        str(firm): "both" if firm in matched else "reference" if national else "case"
        for firm, national in zip(firms["firm_id"], from_there, strict=True)
    }


def count_kinds(rows: pd.DataFrame, by: Iterable[str] = ("chain_id",)) -> pd.DataFrame:
    """How many rows of lists rest on which kind of source.

    Parameters
    ----------
    rows
        ``source_kind`` and the columns of ``by``.

    Returns
    -------
    DataFrame
        The columns of ``by``, source_kind, rows (at least 1); in the order of ``by`` and of `SOURCE_KINDS`.
    """
    keys = [*by, "source_kind"]
    counted = rows.groupby(keys, observed=True).size().rename("rows").reset_index()
    order: Mapping[str, int] = {kind: place for place, kind in enumerate(SOURCE_KINDS)}
    counted = counted.assign(order=counted["source_kind"].map(order))
    return counted.sort_values([*by, "order"], kind="stable", ignore_index=True).drop(columns="order")
