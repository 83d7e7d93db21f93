"""Rows as dictionaries: as pandas gives them, whatever the columns are made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from chaingraph.model.case import empty_table, rows_of

KINDS = {
    "text": pd.Series(["甲", None, ""], dtype="str"),
    "number": pd.Series([1.5, np.nan, -0.0]),
    "whole": pd.Series([1, 2, 3]),
    "integer": pd.Series([1, None, 3], dtype="Int64"),
    "flag": pd.Series([True, None, False], dtype="boolean"),
    "certain": pd.Series([True, False, True]),
    "anything": pd.Series([np.int64(1), pd.NA, ("a", "b")], dtype="object"),
}


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
def test_rows_are_those_of_pandas(storage: str) -> None:
    if storage == "pyarrow":
        pytest.importorskip("pyarrow")
    with pd.option_context("mode.string_storage", storage):
        frame = pd.DataFrame({**KINDS, "text": KINDS["text"].astype("str")})
        ours, theirs = rows_of(frame), frame.to_dict("records")
    assert repr(ours) == repr(theirs)
    assert [list(map(type, row.values())) for row in ours] == [list(map(type, row.values())) for row in theirs]
    assert rows_of(frame.iloc[:0]) == []


def test_an_empty_table_is_nobody_else_s() -> None:
    mine = empty_table("firms")
    mine.loc[0, "firm"] = "甲"
    mine["more"] = 1
    assert len(empty_table("firms")) == 0
    assert "more" not in empty_table("firms")
