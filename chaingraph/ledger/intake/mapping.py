"""Mapping files: how another system calls our columns and codes, in a TOML file of the user's."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chaingraph.ledger.events import LedgerError


def mapping_content(path: Path, shapes: Mapping[str, type]) -> dict[str, Any]:
    """What a mapping file says, by key; each key is one of ``shapes``, its value of that type.

    Raises
    ------
    LedgerError
        When the file cannot be read, or a key or the type of its value is another.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LedgerError(reason="mapping", path=path, key="TOML", found=error) from error
    for key, value in content.items():
        if not isinstance(value, shapes.get(key, ())):
            raise LedgerError(reason="mapping", path=path, key=key, found=value)
    return content
