"""What a push need not look at: parts whose content is as it was pushed, in a store that nobody has written to since.

A part is a label, or a relationship type of one scope. The record of a load keeps, by part, a hash of the tables that
it is made of and its number of rows (``hashes``), and the number of the transaction that finished it
(``transaction``). While the store's newest transaction bears that number, nobody has changed anything at all since, by
hand or otherwise, and a part whose hash is the same is not read. As soon as anything was written by others, be it to
another dataset, every part is read with its properties and compared row by row; that done, the number is noted again.

The number is part of the bookmark that the server gives after every transaction. A bookmark of another make has none:
then every push reads every row, and nothing is lost but time.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import pandas as pd

from chaingraph import __version__
from chaingraph.stores.graphdb.rows import FORMAT
from chaingraph.stores.graphdb.shape import REGIONS, RUN, Edges, Nodes

_DATABASE = bytes.fromhex("91cc10")  # how a bookmark begins: one database, whose id of 16 bytes follows
_WIDTHS = {0xC8: 1, 0xC9: 2, 0xCA: 4, 0xCB: 8}  # bytes of a number, by the byte before it


class Held(NamedTuple):
    """What a load's record says of a part: hash of what it is made of, and its number of rows."""

    hash: str
    rows: int


def parts_of(nodes: Iterable[Nodes], edges: Iterable[Edges]) -> dict[str, list[Nodes | Edges]]:
    """The kinds of nodes and relationships by the part to which they belong, in their order."""
    parts: dict[str, list[Nodes | Edges]] = {}
    kinds: list[Nodes | Edges] = [*nodes, *edges]
    for kind in kinds:
        parts.setdefault(kind.part, []).append(kind)
    return parts


def part_hashes(
    parts: Mapping[str, Sequence[Nodes | Edges]],
    tables: Mapping[str, pd.DataFrame],
    regions: Sequence[str],
    run: str | None,
) -> dict[str, str]:
    """A hash of all that each part is made of: its tables in any order of rows, and how rows are made of them.

    Parameters
    ----------
    parts
        As `parts_of` gives them.
    tables
        The graph's tables, with the columns of the schema.
    regions
        Names of regions beside those in the tables.
    run
        The id of the run whose results are pushed too.
    """
    entries = {name: table_hash(frame) for name, frame in tables.items()}
    entries |= {REGIONS: json.dumps(sorted(regions), ensure_ascii=False), RUN: f"{run}{sorted(entries.items())}"}
    found = {}
    for name, kinds in parts.items():
        made = [(kind.columns, sorted((part, entries[part]) for part in kind.made_of)) for kind in kinds]
        # Hashes of pandas may differ from version to version.
        content = json.dumps([FORMAT, __version__, pd.__version__, made], ensure_ascii=False)
        found[name] = blake2b(content.encode(), digest_size=16).hexdigest()
    return found


def table_hash(frame: pd.DataFrame) -> str:
    """A hash of a table's cells; the order of rows does not matter."""
    mark = blake2b(json.dumps([list(frame.columns), len(frame)]).encode(), digest_size=16)
    if len(frame):
        mark.update(np.sort(pd.util.hash_pandas_object(frame, index=False).to_numpy()).tobytes())
    return mark.hexdigest()


def read_held(text: str | None) -> dict[str, Held]:
    """What the record of a load says of its parts; nothing where it is of an earlier version."""
    return {name: Held(*held) for name, held in json.loads(text or "{}").items()}


def transaction_number(bookmarks: Iterable[str]) -> int | None:
    """The number of the newest transaction that a session has seen; None where the server tells it in another way.

    Examples
    --------
    >>> transaction_number(["FB:kcwQZb/cMCY8T6+EUUwWrIscR8kA5JA="])
    228
    >>> transaction_number(["another server's own"]) is None
    True
    """
    found = [_number(bookmark) for bookmark in bookmarks]
    return found[0] if len(found) == 1 else None


def _number(bookmark: str) -> int | None:
    try:
        raw = base64.b64decode(bookmark.removeprefix("FB:"), validate=True)
    except ValueError:
        return None
    rest = raw[len(_DATABASE) + 16 :]
    if not raw.startswith(_DATABASE) or not rest:
        return None
    width = _WIDTHS.get(rest[0], 0)
    number = int.from_bytes(rest[1 : 1 + width], "big", signed=True) if width else rest[0]
    # What follows is an empty list; a small number is its own byte.
    whole = rest[1 + width :] == b"\x90" and (width > 0 or rest[0] < 0x80)
    return number if whole else None
