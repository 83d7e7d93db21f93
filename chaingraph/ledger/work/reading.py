"""A ledger's file looked at by whoever only reads leads in work: nothing is written or derived anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pandas as pd

from chaingraph.ledger.file import connect, may_write, told
from chaingraph.ledger.opening import look_into
from chaingraph.ledger.rules import Rules
from chaingraph.ledger.store import WAIT, Ledger
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.log import leads_in_work
from chaingraph.ledger.work.views import due_list
from chaingraph.model.days import day_or_none


def due_in_file(
    path: str | Path | None, as_of: str, *, case: Mapping[str, pd.DataFrame] | None = None, viewer: str = ""
) -> pd.DataFrame | None:
    """What has to be done by a ledger's file, as `views.due_list`; None without a ledger or a whole day.

    Raises
    ------
    LedgerError
        When there is no such file, or it is something else or of another form.
    """
    if path is None or day_or_none(as_of) is None:
        return None
    with _read(Path(path)) as held:
        return due_list(held, as_of, case=case, viewer=viewer)


def leads_in_file(path: str | Path) -> list[Lead]:
    """The leads of a ledger's file as they stand, by id.

    Raises
    ------
    LedgerError
        When there is no such file, or it is something else or of another form.
    """
    with _read(Path(path)) as held:
        return leads_in_work(held)


@contextmanager
def _read(path: Path) -> Iterator[Ledger]:
    look_into(path)  # refuses what is no ledger of ours
    with told(path), closing(connect(path, WAIT, write=may_write(path))) as connection:
        connection.execute("PRAGMA query_only = ON")
        yield Ledger(path, connection, Rules("", "", {}), "", write=False)
