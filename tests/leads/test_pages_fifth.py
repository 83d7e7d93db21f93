"""What a cause table of all labelled pages taught: names by grammar in Japanese and German, one firm by two names."""

from __future__ import annotations

import pytest

from chaingraph.leads.sentences.figures import amounts_in
from chaingraph.leads.sentences.passages import passages
from chaingraph.leads.sentences.where import places_in
from tests.made_leads import facts

Told = list[tuple[str, str, str | None]]


def said(body: str, published: str | None = "2025-05-06") -> Told:
    return sorted((fact.firm, fact.kind, fact.stage) for fact in facts(body, published))


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        # Japanese: who acts stands before its particle, at the head of a clause or behind what he is.
        ("甲環化成は広東省に新工場を建てると発表した。", [("甲环化成", "expansion", "announced")]),
        ("電子部品大手のジャクサが蘇州に工場を新設する。", [("ジャクサ", "expansion", "announced")]),
        ("甲環化学のガラス設備が完工。", []),
        ("甲環化学の蘇州工場が完工。", [("甲环化学", "expansion", "producing")]),
        # The line of a digest: who, comma, what, day.
        ("12月甲環工業、広州の子会社を閉鎖(8日)。", [("甲环工业", "downsizing", None)]),
        # Under a heading a longer name of its firm is that firm.
        ("▼甲環\n甲環電子化成は、蘇州に工場を増設。", [("甲环", "expansion", "announced")]),
        # What is made, when, how much: no firm, though the particle stands behind it.
        ("竣工は12月、稼働は3月を予定。投資額は約60億円で新工場を建設。", []),
        ("産業用電池の新工場建設を決定した。", []),
        # German: the name is what follows what the firm is, from the beginning of the sentence on.
        (
            "Der Mannheimer Spezialist Jaxa Antriebe hat in Dalian ein Werk eröffnet.",
            [("Jaxa Antriebe", "expansion", "producing")],
        ),
        (
            "Die Jaxa GmbH in Neustadt an der Wied hat beim Amtsgericht Insolvenz beantragt.",
            [("Jaxa GmbH", "insolvency", None)],
        ),
        (
            "Über die Firma Jaxa Antriebe in Selb ist zum 1. Juni das Insolvenzverfahren eröffnet worden.",
            [("Jaxa Antriebe", "insolvency", None)],
        ),
        (
            "Zulieferer Jaxa gibt Selb auf\nDas Unternehmen will den Standort nach eigenen Angaben ganz schließen.",
            [("Jaxa", "downsizing", None)],
        ),
        # A short name that begins a full one is that firm; not where the full one is a unit elsewhere.
        (
            "甲环生物完成1亿元C轮融资\n上海甲环生物技术有限公司宣布完成1亿元C轮融资。",
            [("上海甲环生物技术有限公司", "fundraising", None)],
        ),
        (
            "甲环汽车集团重整案\n甲环汽车科技集团有限公司被法院裁定重整。",
            [("甲环汽车科技集团有限公司", "insolvency", None)],
        ),
        (
            "甲环日升公告,公司拟募资10亿元。甲环日升(宁波)光伏有限公司扩产项目开工。",
            [("甲环日升", "fundraising", None), ("甲环日升(宁波)光伏有限公司", "expansion", "started")],
        ),
    ],
)
def test_who_a_passage_is_about(body: str, wanted: Told) -> None:
    assert said(body) == wanted


def test_countries_are_places_in_japanese_and_german() -> None:
    assert [place.path for place in places_in("ベトナムとハンガリーに工場、タイヤの工場")] == [("越南",), ("匈牙利",)]
    assert [place.path for place in places_in("ein Werk in Ungarn")] == [("匈牙利",)]


def test_whence_firms_come_is_not_where_they_build() -> None:
    (fact,) = facts("日本企业加大投资。甲环化成株式会社扩产项目开工。")
    assert fact.place is None


def test_amounts_as_germans_and_japanese_write_them() -> None:
    told = amounts_in("7,34 Milliarden Euro, 42 Mio. Euro, PLN 300 million, 2亿米ドル")
    assert [(one.million, one.currency) for one in told] == [(7340, "EUR"), (42, "EUR"), (300, "PLN"), (200, "USD")]


def test_a_german_day_ends_no_sentence() -> None:
    assert len(list(passages("Das Verfahren ist zum 1. Juni eröffnet. Alles endet."))) == 2


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        # English: what a firm is stands behind its name, a day before it.
        (
            "Vantor Tyres, the Japanese maker of tyres, will open a plant in Lehi.",
            [("Vantor Tyres", "expansion", "announced")],
        ),
        ("On May 6 Vantor said it would shut its plant in Lehi.", [("Vantor", "downsizing", None)]),
        ("Vantor Running will move most of its production to Lehi.", [("Vantor Running", "relocation", None)]),
        # Who builds a base for another is not the one that it is of.
        ("乙辰建设公司承建的宁波甲环电子有限公司生产基地开工。", [("宁波甲环电子有限公司", "expansion", "started")]),
        # Evening announcements, one round after another, a plot taken, an assessment begun.
        ("甲环科技5月5日晚公告,拟投资3亿元建设新基地。", [("甲环科技", "expansion", "announced")]),
        ("甲环动力近期连续完成两轮融资。", [("甲环动力", "fundraising", None)]),
        ("宁波甲环电子有限公司以3750万元拿下D-12地块。", [("宁波甲环电子有限公司", "land", None)]),
        ("宁波甲环电子有限公司扩产项目开展环评。", [("宁波甲环电子有限公司", "filing", None)]),
    ],
)
def test_who_acts_in_english_and_by_the_words_of_announcements(body: str, wanted: Told) -> None:
    assert said(body) == wanted
