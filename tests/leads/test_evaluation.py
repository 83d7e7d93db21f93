"""The reading of leads held to its aims on both halves of the labelled texts."""

from __future__ import annotations

import pytest

from chaingraph.leads.evaluation import LabelledText, Share, nearest_name, read_labelled, score
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
