"""The lists of the other ways to recruit as one file: a workbook with a sheet each, or one CSV with all rows."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pandas as pd

from chaingraph.errors import StoreError
from chaingraph.labels import text
from chaingraph.model.case import rows_of
from chaingraph.model.results import POOL_COLUMNS, POOL_SHEET_ALWAYS, POOL_SHEET_COLUMNS
from chaingraph.pools import Pool
from chaingraph.wording.phrases import in_words, say
from chaingraph.writers.cell_text import code_text
from chaingraph.writers.files import write_bytes, write_csv
from chaingraph.writers.workbook.sheet import add_table, open_book


def write_pools(pools: Sequence[Pool], path: str | Path, *, region: str, as_of: str, lang: str = "zh") -> int:
    """Write pools as ``.xlsx`` (a sheet each, with notes and what was held back) or ``.csv`` (`POOL_COLUMNS`).

    Returns
    -------
    int
        How many rows were written.

    Raises
    ------
    StoreError
        When the name ends otherwise or the file cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise StoreError(text("pools.suffix", lang, path=path))
    count = sum(len(pool.rows) for pool in pools)
    if suffix == ".csv":
        rows = pd.concat([in_words(pool.rows, lang) for pool in pools], ignore_index=True) if pools else pd.DataFrame()
        write_csv(rows, path, columns=POOL_COLUMNS)
        return count
    buffer = BytesIO()
    sheets = {pool.name: say(pool.title, lang) for pool in pools}
    book = open_book(buffer, sheets, lang=lang, as_of=as_of, title=text("pools.pools", lang, region=region))
    for pool in pools:
        shown = pool_table(pool, lang)
        columns = [name for name in POOL_SHEET_COLUMNS if name in POOL_SHEET_ALWAYS or shown[name].notna().any()]
        title = text("pools.title", lang, region=region, pool=sheets[pool.name])
        add_table(
            book, pool.name, shown, columns, title=title, captions=notes(pool, lang), frozen=3, headers=headers(lang)
        )
    book.workbook.close()
    write_bytes(buffer.getvalue(), path)
    return count


def pool_table(pool: Pool, lang: str) -> pd.DataFrame:
    """The rows of a pool with codes as words, as sheet and terminal show them."""
    rows = in_words(pool.rows, lang)
    words = {
        "pool_list": rows["list"]
        if pool.kind == "team"
        else rows["list"].map(lambda code: text(f"pools.list_{code}", lang)),
        "amount_unit": rows["amount_unit"].map(lambda code: text(f"pools.unit_{code}", lang), na_action="ignore"),
        "gap_state": rows["gap_state"].map(lambda code: code_text("state", code, lang), na_action="ignore"),
        "confidence": rows["confidence"].map(lambda code: code_text("confidence", code, lang), na_action="ignore"),
    }
    return rows.assign(**words)


def headers(lang: str) -> dict[str, str]:
    """What columns are called here and not elsewhere: who is named may be no firm."""
    return {"firm": text("pools.column_firm", lang)}


def notes(pool: Pool, lang: str) -> list[str]:
    """What to say above a list: what the case does not hold, the figures used, and who was held back and why."""
    held = [
        text("pools.held", lang, gate=text(f"gates.{row['gate']}", lang), count=row["count"], firms=row["firms"])
        for row in rows_of(in_words(pool.dropped, lang))
    ]
    return [*(say(note, lang) for note in pool.notes), *held]
