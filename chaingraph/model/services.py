"""Which segments are services: filled by firms that operate, not make."""

from __future__ import annotations

import pandas as pd

from chaingraph.model.columns import split

# GB/T 4754 divisions 13-43 are manufacturing (section C). A segment none of whose classes is there is a service.
_MANUFACTURING = range(13, 44)


def service_segments(segments: pd.DataFrame) -> pd.Series[bool]:
    """Whether each segment is a service: as it says itself, else by its codes (none of manufacturing)."""
    stated = segments["service"] if "service" in segments else pd.Series(pd.NA, segments.index, dtype="boolean")
    by_code = segments["gbt4754"].map(_is_service)
    return stated.astype("boolean").fillna(by_code.astype("boolean")).astype(bool)


def _is_service(codes: object) -> bool:
    divisions = [int(code[:2]) for code in split(codes) if code[:2].isdigit()]
    return bool(divisions) and not any(division in _MANUFACTURING for division in divisions)
