"""The classification of industries (GB/T 4754), whose class names tell the tagger what other industries make."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from chaingraph.errors import CaseError
from chaingraph.importers.headings import load_headings
from chaingraph.importers.published import read_columns
from chaingraph.labels import text

_CLASS = "4"  # classes have codes of four digits; sections, divisions and groups are too wide to be words


def read_classes(path: Path, lang: str) -> pd.DataFrame:
    """The four-digit classes of a table of GB/T 4754.

    Parameters
    ----------
    path
        A CSV file with code, level (1-4) and name.
    lang
        Language of the messages.

    Returns
    -------
    DataFrame
        One row per class in the order of the file: code, level, name; as `tagging.cases.case_terms` takes them.

    Raises
    ------
    CaseError
        When the file cannot be read, lacks a column, or holds no row of level 4.
    """
    rows = read_columns(path, load_headings("classes", "classes"), ("code", "level", "name"), lang)
    classes = rows[(rows["level"] == _CLASS) & rows["code"].notna() & rows["name"].notna()]
    if classes.empty:
        found = ", ".join(rows["level"].dropna().unique()[:5]) or "-"
        raise CaseError(text("importers.no_classes", lang, file=path, found=found))
    return classes[["code", "level", "name"]].reset_index(drop=True)
