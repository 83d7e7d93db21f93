"""What day it is: the one place that asks the machine. Everything else is handed a day."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

from chaingraph.errors import ChaingraphError
from chaingraph.labels import both

_PINNED = "SOURCE_DATE_EPOCH"  # seconds since 1970, as tools for reproducible builds name it


def today() -> str:
    """Today as an ISO day, by the machine's clock; where ``SOURCE_DATE_EPOCH`` is set, the day that it names.

    Raises
    ------
    ChaingraphError
        When ``SOURCE_DATE_EPOCH`` is no whole number of seconds.

    Examples
    --------
    >>> len(today())
    10
    """
    pinned = os.environ.get(_PINNED)
    if not pinned:
        return date.today().isoformat()
    try:
        return datetime.fromtimestamp(int(pinned), tz=UTC).date().isoformat()
    except (ValueError, OverflowError, OSError) as error:
        raise ChaingraphError(both("errors.pinned_day", name=_PINNED, found=pinned)) from error
