"""What stands in Chinese in a case, on an English face."""

from __future__ import annotations

import pandas as pd
import pytest

from chaingraph.model.case import empty_table
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results.told import reason
from chaingraph.wording.english import English, english_of, shipped_words
from chaingraph.wording.phrases import say, told

MARK = " [zh]"


@pytest.fixture(scope="module")
def english() -> English:
    own = {"星敏感器": "star trackers", "卫星平台": "satellite buses", "新丰“两创”中心": "Xinfeng Centre"}
    columns = ["firm_id", "firm", "firm_en", "aliases"]
    firms = pd.DataFrame(
        [("a", "甲光电有限公司", "Jia Optics", "甲光"), ("b", "乙化工厂", None, "乙化")], columns=columns
    )
    return english_of(_graph(own, firms=firms.reindex(columns=empty_table("firms").columns)))


def _graph(own: dict[str, str], **tables: pd.DataFrame) -> ChainGraph:
    words = pd.DataFrame({"text": list(own), "text_en": list(own.values())})
    return ChainGraph("words", {"translations": words.reindex(columns=empty_table("translations").columns), **tables})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("星敏感器", "star trackers"),
        ("星敏感器、卫星平台", "star trackers, satellite buses"),
        ("星敏感器;卫星平台", "star trackers, satellite buses"),
        ("新丰“两创”中心", "Xinfeng Centre"),
        ("甲光", "Jia Optics"),
        ("乙化工厂", "乙化工厂"),  # a registered name that nobody has put into English
        ("乙化", "乙化"),
        ("海宁市", "Haining"),
        ("上海市松江区", "Songjiang District, Shanghai"),
        ("https://例子.cn/甲", "https://例子.cn/甲"),
        ("CT 2.0", "CT 2.0"),
    ],
)
def test_known_words_firms_and_places_are_said_in_english(english: English, said: str, expected: str) -> None:
    assert english.of(said) == expected


def test_a_name_without_english_stays_and_is_marked(english: English) -> None:
    assert english.of("无名之物") == "无名之物" + MARK
    assert english.of("星敏感器、无名之物") == "star trackers, 无名之物" + MARK


def test_of_a_products_name_what_is_known_is_shown_and_marked(english: English) -> None:
    names = ("某某星敏感器", "新卫星平台与星敏感器", "星敏感器、大卫星平台", "无名之物、卫星平台", "无名之物")
    named = English(english.words, english.firms, products=frozenset(names))
    assert [named.of(name) for name in names] == [
        "star trackers [in part]",
        "satellite buses, star trackers [in part]",
        "star trackers, satellite buses [in part]",
        "satellite buses [in part]",
        "无名之物" + MARK,
    ]
    assert english.of(names[0]) == names[0] + MARK  # of what is no product, a part would mislead
    table = pd.DataFrame({"product": [names[0]]}).reindex(columns=empty_table("firm_segments").columns)
    assert english_of(_graph({"星敏感器": "star trackers"}, firm_segments=table)).of(names[0]).endswith("[in part]")


def test_a_newspaper_keeps_its_day() -> None:
    assert english_of(_graph({})).of("嘉兴日报2024-05-06") == "Jiaxing Daily 2024-05-06"
    assert english_of(_graph({})).of("嘉兴日报2024 https://x.cn") == "Jiaxing Daily 2024 https://x.cn"


def test_a_note_is_left_out_however_short_and_beside_a_name(english: English) -> None:
    noted = English(english.words, english.firms, frozenset({"在建"}))
    assert noted.of("在建") == "[in Chinese only]"
    assert noted.of("甲光;在建") == "Jia Optics"
    assert noted.pieces("星敏感器;在") == "star trackers"


def test_a_sentence_without_english_is_left_out(english: English) -> None:
    assert english.of("公司拟在别处新建一座工厂,已公告金额与用地,具体选址仍在与多地比较之中") == "[in Chinese only]"


def test_a_cell_is_put_into_english_line_by_line(english: English) -> None:
    assert english.cell("星敏感器\n乙化工厂\n甲光") == "star trackers\n乙化工厂\nJia Optics"
    assert english.cell(3.5) == 3.5


def test_the_words_of_the_case_go_before_those_shipped() -> None:
    word, shipped = next(iter(shipped_words().items()))
    assert english_of(_graph({})).of(word) == shipped
    assert english_of(_graph({word: "ours"})).of(word) == "ours"


def test_a_sentence_says_what_fills_it_in_its_own_language(english: English) -> None:
    sentence = reason("gaps.found", count=1, firms="星敏感器")
    assert "星敏感器" in say(sentence, "zh", english.of)
    assert "star trackers" in say(sentence, "en", english.of)
    table = told(pd.DataFrame({"reasons": [(sentence, "无名之物")]}), english.of)
    assert table["en"]["reasons"].tolist() == [f"{say(sentence, 'en', english.of)}; 无名之物{MARK}"]
    assert table["zh"]["reasons"].str.contains("无名之物", regex=False).all()
