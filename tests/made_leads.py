"""Texts read for tests: facts of one body, and tables of a few texts as `leads read` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from chaingraph.leads.facts import Fact, facts_of
from chaingraph.leads.read import LeadsRead, read_leads
from chaingraph.leads.sentences.passages import cleaned
from chaingraph.places.regions import region_path

TEXTS = Path(__file__).parent / "leads" / "texts"


def facts(
    body: str, published: str | None = "2025-06-12", region: str = "嘉兴", title: str | None = None
) -> list[Fact]:
    return facts_of(cleaned(body), published=published, region=region_path(region), title=title)


def told(
    body: str, published: str | None = "2025-06-12", region: str = "嘉兴"
) -> list[tuple[str, str, str | None, str]]:
    return [(fact.firm, fact.kind, fact.stage, fact.site) for fact in facts(body, published, region)]


def read(
    folder: Path, texts: Mapping[str, str], case: Mapping[str, pd.DataFrame] | None = None, *, quotes: bool = True
) -> LeadsRead:
    """Texts by name of file (with its day) written to a folder and read."""
    folder.mkdir(exist_ok=True)
    for name, body in texts.items():
        (folder / name).write_text(body, encoding="utf-8")
    return read_leads([folder / name for name in texts], region="嘉兴", case=case, quotes=quotes)


def together(one: Mapping[str, pd.DataFrame], other: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables with the new rows behind those that were there."""
    return {
        name: pd.concat([rows, other[name]], ignore_index=True) if len(other[name]) else rows
        for name, rows in one.items()
    }
