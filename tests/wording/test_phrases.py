"""Names, numbers and shares as sentences have them."""

from __future__ import annotations

import math

import pandas as pd

from chaingraph.model.graph import ChainGraph
from chaingraph.wording.phrases import joined, listed, names_by_id, number, parts, percent
from tests.toy import toy_tables


def test_lists_of_names_say_how_many_are_left_out() -> None:
    assert listed(["a", "b"], "zh") == "a、b"
    assert listed(list("abcdef"), "zh") == "a、b、c、d等6家"


def test_numbers_lose_their_trailing_zeros() -> None:
    assert number(3.14159, 2) == "3.14"
    assert number(10.0) == number(10, 0) == "10"


def test_a_share_has_one_figure_with_and_without_its_sign() -> None:
    assert percent(0.456) == percent(0.456, sign="") + "%" == "46%"
    assert percent(0.0) == "0%"
    assert percent(math.nan) == percent(math.nan, sign="") == "-"


def test_a_name_in_english_falls_back_to_the_chinese_one() -> None:
    tables = toy_tables()
    tables["segments"].loc[tables["segments"]["segment_id"] == "HY02", "segment_en"] = pd.NA
    graph = ChainGraph("toy", tables)
    chinese, english = (names_by_id(graph, "segments", lang) for lang in ("zh", "en"))
    same = {segment_id for segment_id, name in english.items() if name == chinese[segment_id]}
    assert same == {"HY02"}


def test_sentences_are_cut_where_they_were_joined() -> None:
    said = ["one (a; (b) c)", "two"]
    assert joined(said, "en") == "one (a; (b) c); two"
    for lang in ("zh", "en"):
        assert parts(joined([*said, "丙（丁；戊）"], lang)) == [*said, "丙（丁；戊）"]
    # A bracket that is never closed, or was never opened, holds nothing together.
    assert parts("a) b;c;(d;e") == ["a) b", "c", "(d", "e"]
    assert parts("((a;b);c);d;") == ["((a;b);c)", "d"]
    assert parts(None) == []
