"""The reading of leads held to its aims on both halves of the labelled texts."""

from __future__ import annotations

import pytest

from chaingraph.leads.evaluation import Labelled, LabelledText, Share, nearest_name, read_labelled, score
from chaingraph.places.regions import region_path
from tests.made_leads import TEXTS

JIAXING = region_path("嘉兴")


@pytest.fixture(scope="module")
def labelled() -> list[LabelledText]:
    return read_labelled(TEXTS)


def test_the_texts_are_as_many_and_as_mixed_as_they_should_be(labelled: list[LabelledText]) -> None:
    assert len(labelled) >= 400
    assert sum(not text.labels for text in labelled) >= len(labelled) * 0.33
    assert sum(len(text.labels) > 1 for text in labelled) >= len(labelled) * 0.15
    assert len({text.body for text in labelled}) == len(labelled)
    assert 0.4 < sum(text.unseen for text in labelled) / len(labelled) < 0.6


@pytest.mark.long
@pytest.mark.parametrize("unseen", [False, True])
def test_the_aims_are_reached(labelled: list[LabelledText], *, unseen: bool) -> None:
    found = score([text for text in labelled if text.unseen == unseen], JIAXING)
    assert found["precision"]["all"].value >= 0.85
    assert found["recall"]["all"].value >= 0.60
    assert found["fields"]["amount"].value >= 0.90
    assert found["fields"]["place"].value >= 0.90
    assert found["decided"]["recall"].value >= 0.80


def test_a_keyword_and_the_nearest_name_do_worse(labelled: list[LabelledText]) -> None:
    half = [text for text in labelled if text.unseen]
    found, plain = score(half, JIAXING), score(half, JIAXING, nearest_name)
    assert plain["precision"]["all"].value < found["precision"]["all"].value
    assert plain["recall"]["all"].value < found["recall"]["all"].value


def test_an_interval_holds_the_share_and_nothing_has_none() -> None:
    low, high = Share(7, 9).interval
    assert low < Share(7, 9).value < high <= 1
    assert Share(0, 0).value != Share(0, 0).value


@pytest.mark.parametrize(
    ("body", "label", "right"),
    [
        # The label's short name, day by month, place from without; capacity of what.
        (
            "2025年3月4日,宁波甲辰电子有限公司年产5万吨电解液项目在平湖开工。",
            Labelled("甲辰", "expansion", "started", "decided", {"date": "2025-03", "place": "嘉兴", "cap": "5万吨电"}),
            {"date": 1, "place": 1, "cap": 1},
        ),
        # Finer than what is told: wrong.
        (
            "2025年3月,宁波甲辰电子有限公司项目在嘉兴开工。",
            Labelled("甲辰电子", "expansion", "started", "decided", {"date": "2025-03-04", "place": "平湖"}),
            {"date": 0, "place": 0},
        ),
        # Where a move goes is its place; of several places any.
        (
            "宁波甲辰电子有限公司将整体搬迁至平湖。",
            Labelled("甲辰", "relocation", "", "decided", {"instead": "平湖、海盐"}),
            {"instead": 1},
        ),
    ],
)
def test_what_says_the_same_in_other_words_counts_as_right(body: str, label: Labelled, right: dict[str, int]) -> None:
    text = LabelledText("a", "2025-05-06", body, (label,), unseen=False)
    found = score([text], JIAXING)
    assert found["recall"]["all"] == Share(1, 1)
    assert {name: found["fields"][name].hits for name in right} == right


def test_a_short_name_goes_to_the_firm_of_its_letters_first() -> None:
    body = "武汉甲辰与甲辰纸业公告。甲辰纸业有限公司申请破产。武汉甲辰有限公司申请破产。"
    labels = tuple(Labelled(firm, "insolvency", "", "unknown", {}) for firm in ("甲辰纸业", "武汉甲辰"))
    found = score([LabelledText("a", None, body, labels, unseen=False)], JIAXING)
    assert found["recall"]["all"] == Share(2, 2)
