"""The figures of the tagger: counted by hand, on the sample that was read, as the documents quote them."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from chaingraph.tagging.evaluation import calibration, in_development, outside_rate, precision_recall, sample_figures
from chaingraph.tagging.taught import same_meaning
from tests.made_tags import TERMS
from tests.shared_data import REPOSITORY as ROOT


def test_precision_and_recall_count_firm_and_segment_pairs() -> None:
    known = pd.DataFrame({"firm_id": ["a", "a", "b"], "segment_id": ["CM14", "PV04", "EV04"], "product": "x"})
    pairs = pd.DataFrame(
        {
            "firm_id": ["a", "a", "b"],
            "segment_id": ["NC02", "PV04", "EV03"],
            "probability": [0.9, 0.8, 0.4],
            "threshold": 0.5,
        }
    )
    strict = precision_recall(pairs, known)
    assert strict == {"precision": 0.5, "recall": pytest.approx(1 / 3), "named": 2, "known": 3}
    same = same_meaning(TERMS)
    assert precision_recall(pairs, known, same) == {
        "precision": 1.0,
        "recall": pytest.approx(2 / 3),
        "named": 2,
        "known": 3,
    }
    assert precision_recall(pairs, known, same, "EV")["recall"] == 0.0
    assert calibration(pairs, known, same)[0] == {"from": 0.2, "to": 0.4, "pairs": 1, "said": 0.4, "right": 0.0}


def test_the_share_tagged_in_other_industries() -> None:
    products = pd.DataFrame({"firm_id": ["bank", "bank", "solar"], "product": ["贷款", "光伏", "光伏"]})
    firms = pd.DataFrame({"firm_id": ["bank", "solar"], "industry": ["480301", "630501"]})
    found = outside_rate(products, firms, {"text": products["product"] == "光伏"})
    assert found["products"] == 2
    assert found["text"]["all"] == 0.5
    assert found["text"]["by_industry"] == {"银行": 0.5}
    halves = [in_development("bank"), in_development("solar"), in_development("maker")]
    assert len(set(halves)) == 2
    assert found["confirming"] == (0 if halves[0] else 2)


def test_the_hand_read_sample_is_judged_by_its_verdicts() -> None:
    import hashlib

    names = ["甲", "乙", "丙", "丁"]
    verdicts = ["PV04", "none", "EV04;none", "EV03"]
    sample = pd.DataFrame(
        {
            "draw": range(4),
            "sha256": [hashlib.sha256(name.encode()).hexdigest() for name in names],
            "first": verdicts,
            "second": ["PV04", "none", "EV04", "EV03"],
            "verdict": verdicts,
        }
    )
    figures = sample_figures(sample, names, {"甲": ["PV04", "EV01"], "丙": ["EV04"]})
    assert (figures["surest_right"], figures["all_right"], figures["surest_right_decided"]) == (1.0, 0.5, 1.0)
    assert (figures["silence_right"], figures["silence_right_decided"]) == (0.5, 0.5)
    assert figures["agreement"] == 0.75


def test_the_sample_holds_no_names_and_known_segments() -> None:
    sample = pd.read_csv(ROOT / "tests" / "tagged_sample.csv", dtype="str")
    segments = set(pd.read_csv(ROOT / "data" / "jiaxing" / "segments.csv", dtype="str")["segment_id"])
    assert sample["sha256"].str.fullmatch(r"[0-9a-f]{64}").all()
    assert not sample["sha256"].duplicated().any()
    for column in ("first", "second", "verdict"):
        assert set(";".join(sample[column]).split(";")) <= segments | {"none"}


def test_the_document_quotes_the_figures_of_the_evaluation() -> None:
    figures = json.loads((ROOT / "docs" / "tagging.json").read_text(encoding="utf-8"))
    document = (ROOT / "docs" / "tagging.md").read_text(encoding="utf-8")
    for judge in ("tagger", "baseline"):
        for how in ("strict", "same_meaning"):
            held = figures["held_out"][judge][how]
            assert f"{held['precision']:.3f}" in document
            assert f"{held['recall']:.3f}" in document
            half = figures["held_out"][judge]["halves"]["confirming"][how]
            assert judge == "baseline" or f"{half['precision']:.3f} | {half['recall']:.3f}" in document
    ways = [way[half] for way in figures["outside"].values() if isinstance(way, dict) for half in ("all", "confirming")]
    for value in (*ways, figures["hand_read"]["surest_right"], figures["threshold"]):
        assert f"{value:.3f}" in document


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_quotes_the_strict_figures(name: str) -> None:
    figures = json.loads((ROOT / "docs" / "tagging.json").read_text(encoding="utf-8"))
    held = figures["held_out"]["tagger"]["strict"]
    row = next(line for line in (ROOT / name).read_text("utf-8").splitlines() if line.startswith("| `chaingraph tag`"))
    assert f"{held['precision']:.3f}" in row
    assert f"{held['recall']:.3f}" in row
