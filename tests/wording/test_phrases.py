"""Names, numbers and shares as sentences have them."""

from __future__ import annotations

import math
import pickle

import pandas as pd
import pytest

from chaingraph.model.findings import Findings, only_chains
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results.told import Name, Several, place, reason, sentences_apart
from chaingraph.wording.phrases import as_told, in_words, joined, listed, names_by_id, number, parts, percent, say, told
from tests.toy import toy_tables


def test_lists_of_names_say_how_many_are_left_out() -> None:
    assert say(listed(["a", "b"]), "zh") == "a、b"
    assert say(listed(list("abcdef")), "zh") == "a、b、c、d等6家"


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


BUYER = reason("gaps.buyer", firm=Name("甲一;二厂", "Jia; Er"))


def test_a_reason_is_worded_in_the_language_that_is_asked_for() -> None:
    assert say(BUYER, "zh") == "甲一;二厂（下游企业）"
    assert say(BUYER, "en") == "Jia; Er (downstream)"
    nested = Several((BUYER, place("中国", "江苏省"), 3), between=";")
    assert say(nested, "en") == "Jia; Er (downstream);Jiangsu, China;3"
    assert say(place("中国", "江苏省"), "zh") == "中国江苏省"


def test_sentences_of_a_cell_are_handed_over_whole() -> None:
    """A name with a semicolon would be cut in two where the sentences are joined and cut again."""
    texts = told(pd.DataFrame({"chain_id": ["pv", "hy"], "reasons": [(BUYER, reason("gaps.high_value")), None]}))
    assert texts["en"]["reasons"].dtype == "str"
    assert texts["en"]["reasons"].tolist()[0].startswith("Jia; Er (downstream); ")
    assert len(parts(texts["en"]["reasons"][0])) == 3
    apart = sentences_apart(texts, "en")["reasons"]
    assert len(apart[0]) == 2
    assert parts(apart[0])[0] == "Jia; Er (downstream)"
    assert apart.isna().tolist() == [False, True]


def test_a_table_is_worded_once_and_only_in_a_language_that_there_is() -> None:
    asked: list[tuple[str, bool]] = []

    def wording(frame: pd.DataFrame, lang: str, apart: bool) -> pd.DataFrame:
        asked.append((lang, apart))
        return in_words(frame, lang, apart)

    texts = type(told(pd.DataFrame()))(pd.DataFrame({"note": [BUYER]}), wording)
    assert texts["zh"] is texts["zh"]
    assert asked == [("zh", True), ("zh", False)]  # into sentences, and these into one text
    assert texts.apart("zh") is texts.apart("zh")
    assert len(asked) == 2
    assert "fr" not in texts
    with pytest.raises(KeyError, match="fr"):
        texts["fr"]
    assert list(texts) == ["zh", "en"]


def test_numbers_stay_numbers_and_what_is_missing_stays_missing() -> None:
    frame = pd.DataFrame({"value": [0.5], "risk": [float("nan")], "proposal": [BUYER], "rank": [1], "tier": [None]})
    shown = in_words(frame, "zh")
    assert shown["value"].tolist() == [0.5]
    assert shown["risk"].isna().all()
    assert shown.dtypes.astype(str).tolist() == ["float64", "str", "str", "int64", "str"]


def test_findings_are_narrowed_and_kept_before_they_are_worded() -> None:
    texts = told(pd.DataFrame({"chain_id": ["pv", "hy"], "reasons": [(BUYER,), ()]}))
    empty = pd.DataFrame()
    names = ("targets", "leader_targets", "rankings", "leaders", "questions", "notes")
    frames = ("terms", "shares", "words", "routes", "dropped")
    found = Findings(
        region="嘉兴", as_of="", gaps=texts, **dict.fromkeys(names, told(empty)), **dict.fromkeys(frames, empty)
    )
    kept = pickle.loads(pickle.dumps(only_chains(found, ["pv"])))
    assert kept.gaps["en"]["reasons"].tolist() == ["Jia; Er (downstream)"]


def test_a_table_edited_in_both_languages_is_told_again_as_it_was() -> None:
    texts = {
        lang: pd.DataFrame({"firm": ["甲", "乙"], "note": [note, None]}) for lang, note in (("zh", "一"), ("en", "a"))
    }
    again = as_told(texts)
    for lang, frame in texts.items():
        pd.testing.assert_frame_equal(again[lang], frame)
    assert as_told({"zh": texts["zh"]})["en"]["note"][0] == "一"
