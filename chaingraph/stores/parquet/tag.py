"""Tagging a case larger than memory: its products are read firm by firm, a part at a time, and judged as any others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from chaingraph.engines.duckdb import closed_connection
from chaingraph.errors import StoreError
from chaingraph.labels import both
from chaingraph.model.case import empty_table
from chaingraph.sql import sql_text
from chaingraph.tagging.cases import tag_products

if TYPE_CHECKING:
    from chaingraph.tagging.tagger import SegmentTagger

_MEMORY_LIMIT = "2GB"  # of the engine, which sorts the products by firm; what does not fit is spilled
_CHUNKS = 50  # of 2,048 rows each: about as many products as 10,000 firms of a register have


def tagged_parts(large: Mapping[str, Path], tagger: SegmentTagger) -> Iterator[tuple[int, dict[str, pd.DataFrame]]]:
    """The rows that put the firms of a large case into segments.

    Parameters
    ----------
    large
        The datasets of the case, ``firms`` and ``firm_products`` among them.
    tagger
        From `tagging.cases.learn_tagger`.

    Yields
    ------
    tuple of int and dict
        How many products were read, and the part for `writers.datasets.write_datasets`: rows of firm_segments with the
        province of the firm. First what the case says itself (which stays where both say something), then
        `tagging.cases.tag_products` of some firms each; a firm stands in one part, so that the tags do not depend on
        how the products are divided.

    Raises
    ------
    StoreError
        When a dataset cannot be read.
    """
    if "firm_segments" in large:
        for rows in _streamed(large, "large/segments_told"):
            yield 0, {"firm_segments": _rows_of("firm_segments", rows)}
    for rows in _firm_by_firm(_streamed(large, "large/products")):
        provinces = rows.drop_duplicates("firm_id").set_index("firm_id")["province"]
        tagged = tag_products(_rows_of("firm_products", rows), tagger)
        yield len(rows), {"firm_segments": tagged.assign(province=tagged["firm_id"].map(provinces).astype("str"))}


def _streamed(large: Mapping[str, Path], question: str) -> Iterator[pd.DataFrame]:
    """The answer to a question, so many rows at a time."""
    import duckdb

    with closed_connection(dict(large), memory_limit=_MEMORY_LIMIT) as connection:
        try:
            connection.execute(sql_text(question))
            while len(chunk := connection.fetch_df_chunk(_CHUNKS)):
                yield chunk
        except duckdb.Error as error:
            raise StoreError(both("engines.datasets_unreadable", error=error)) from error


def _firm_by_firm(chunks: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """The same rows, cut only where one firm ends and the next begins."""
    held: list[pd.DataFrame] = []
    for chunk in chunks:
        last = chunk["firm_id"] == chunk["firm_id"].iloc[-1]
        if not last.all():
            yield pd.concat([*held, chunk[~last]], ignore_index=True)
            held = []
        held.append(chunk[last])
    if held:
        yield pd.concat(held, ignore_index=True)


def _rows_of(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in the types of the table, with their province."""
    kinds = {**empty_table(table).dtypes.to_dict(), "province": "str"}
    return rows[list(kinds)].astype(kinds)
