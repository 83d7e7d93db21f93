"""Protocols on units: nothing from later is seen, style takes the headline away, a planted trade is found."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chaingraph.backtest import entries as entries_protocol
from chaingraph.backtest import openings as openings_protocol
from chaingraph.backtest.entries import entries
from chaingraph.backtest.openings import openings, units_as_json
from chaingraph.backtest.own_reading import units_reading
from chaingraph.backtest.units import (
    SETS,
    STYLE_LIMIT,
    Units,
    auroc,
    city_lift,
    meaning_lift,
    meanings,
    one_hot,
    recall,
    scored_text,
    style_text,
    units_of,
    within,
)
from chaingraph.cli.main import main
from chaingraph.errors import CaseError
from chaingraph.importers.units import read_units
from chaingraph.model.case import complete_tables
from chaingraph.writers.backtest import units_table
from tests.made_units import write_units

ROOT = Path(__file__).resolve().parents[2]


@cache
def made(*, styled: bool = False) -> Units:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        held = read_units(write_units(Path(folder, "units.csv"), styled=styled)).tables
    return units_of(complete_tables(held))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("绍兴东达电炉电气有限公司", "东达电炉电气"),
        ("菲尔特过滤器材(苏州)有限公司", "菲尔特过滤器材"),
        ("昆山市广达有限责任公司", "广达"),
        ("浙江苏泊有限公司", ""),  # what is left stands for provinces
    ],
)
def test_no_place_is_left_in_what_is_scored(name: str, text: str) -> None:
    assert scored_text(name).replace("泊", "") == text.replace("泊", "")


def test_style_is_what_a_firm_calls_itself() -> None:
    assert style_text("东达电子科技") == "电子 科技"
    assert style_text("东达") == "-"


def test_measures_by_hand() -> None:
    scores, positive = np.array([3.0, 2.0, 1.0, 0.0]), np.array([True, False, True, False])
    assert auroc(scores, positive) == (0.75, 2)
    assert np.isnan(auroc(scores, np.zeros(4, dtype=bool))[0])
    strata = np.array([0, 0, 1, 1])
    assert within(scores, positive, strata, np.ones(4, dtype=bool)) == 1.0
    assert within(scores[::-1].copy(), positive, strata, np.ones(4, dtype=bool)) == 0.0
    assert recall(scores, positive, 1) == 0.5


def test_a_lift_is_nothing_where_a_city_has_the_common_share() -> None:
    rows = one_hot(["a", "b", "a", "b"])
    members = one_hot([0, 0, 1, 1]).T.tocsr()
    assert np.allclose(city_lift(rows, members, rows), 0.0)


def screws() -> Units:
    """Units before 2003: bolts and fasteners by two words, cloth and forty other trades by one; and their scopes."""
    words = {"螺丝": "标准件", "紧固": "标准件", "织布": "坯面料"}
    words |= {chr(0x5000 + place) + chr(0x5100 + place): chr(0x5200 + place) * 3 for place in range(40)}
    told = [(f"{brand}{word}", scope) for brand in "安博晨达恩丰高宏佳凯美诺" for word, scope in words.items()]
    size = len(told)
    return replace(
        made(),
        city=np.arange(size) % 2,
        year=np.full(size, 2002),
        text=tuple(name for name, _ in told),
        scope=tuple(scope for _, scope in told),
    )


def test_names_without_a_common_piece_are_alike_by_what_they_mean() -> None:
    units = screws()
    every = np.ones(len(units.text), dtype=bool)
    asked = (*units.text, "螺丝", "紧固", "织布", "未见之词")
    scopes = (*units.scope, "", "", "", "")
    screw, fastener, cloth, unseen = meanings(asked, scopes, np.append(every, [False] * 4))[-4:]
    assert screw @ fastener > 0.9
    assert screw @ cloth < 0.3
    assert np.allclose(unseen, 0.0)


def test_a_scope_that_was_not_seen_teaches_nothing() -> None:
    units = screws()
    assert np.allclose(meanings(units.text, units.scope, np.zeros(len(units.text), dtype=bool)), 0.0)
    half = np.arange(len(units.text)) < len(units.text) // 2
    other = [scope if seen else "乱写 别的" for scope, seen in zip(units.scope, half, strict=True)]
    np.testing.assert_allclose(meanings(units.text, units.scope, half), meanings(units.text, other, half))


def test_meaning_lifts_by_hand() -> None:
    rows = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    shared = one_hot([0, 0, 1, 1]).T.tocsr()
    assert np.allclose(meaning_lift(rows, shared, rows), 0.0)
    apart = one_hot([0, 1, 0, 1]).T.tocsr()
    found = meaning_lift(rows[:1], apart, rows)
    # Two of four are alike; kappa 10: (2 + 5) / (12 * .5) in the city that holds both, 5 / 6 in the other.
    assert np.allclose(found, np.log([[7 / 6, 5 / 6]]))
    assert np.allclose(
        meaning_lift(-rows[:1], apart, rows), 0.0
    )  # like nobody says nothing, and least of all "not here"
    between = np.array([[np.cos(0.4), np.sin(0.4)]])  # cosines count to the fourth
    one, other = np.cos(0.4) ** 4, np.sin(0.4) ** 4
    share = 10 * (one + other) / 2
    expected = [(2 * one + share) / (12 * (one + other) / 2), (2 * other + share) / (12 * (one + other) / 2)]
    assert np.allclose(meaning_lift(between, apart, rows), np.log([expected]))


def test_style_words_move_no_score() -> None:
    units = made()
    asked = np.flatnonzero(units.foreign & (units.year >= 2003))
    styled = replace(
        units, text=tuple(f"{text}{('实业', '科技')[at % 2]}" for text, at in zip(units.text, units.city, strict=True))
    )
    first, second = (openings_protocol._terms(one, asked, np.arange(8), 0) for one in (units, styled))
    for term in openings_protocol.WEIGHTS:
        np.testing.assert_allclose(first[term], second[term], err_msg=term)
    assert not np.allclose(first["style"], second["style"])


def test_no_name_moves_the_score_of_the_entries() -> None:
    units = made()
    renamed = replace(units, text=tuple(f"{'实业' if at % 2 else ''}改名{at % 7}" for at in range(len(units.text))))
    first, second = (entries_protocol._window(one, 2007) for one in (units, renamed))
    for term in entries_protocol.WEIGHTS:
        np.testing.assert_array_equal(first[term], second[term], err_msg=term)
    assert all(not np.allclose(first[term], second[term]) for term in ("fit", "style", "length"))
    assert entries(units).control == {}


def test_groups_without_a_style_word_are_neither_first_nor_last_by_style() -> None:
    units = made()
    bare = replace(units, text=tuple(text if at % 2 else "东达" for at, text in enumerate(units.text)))
    silent = entries_protocol._window(bare, 2007)["style"]
    assert (silent == 0).all(axis=1).any()


def test_a_planted_trade_is_found_and_chance_is_not() -> None:
    for result, reads_names in ((openings(made()), openings_protocol.SCORE), (entries(made()), "entries_and_names")):
        rows = result.by_city.groupby("method")["same_year"].mean()
        assert result.sound
        assert rows[reads_names] > 0.6
        assert abs(rows["random"] - 0.5) < 0.1


@pytest.mark.parametrize("protocol", [openings, entries])
def test_what_comes_later_changes_nothing_before(protocol: object) -> None:
    """Every term of a year stays as it is whatever later units are called, or where they open."""
    units = made()
    late = units.year >= 2009
    other = replace(
        units,
        text=tuple("改名" if later else text for text, later in zip(units.text, late, strict=True)),
        city=np.where(late, 0, units.city),
        origin=tuple("法国" if later else origin for origin, later in zip(units.origin, late, strict=True)),
        scope=tuple("改营" if later else scope for scope, later in zip(units.scope, late, strict=True)),
    )
    if protocol is openings:
        asked = np.flatnonzero(units.foreign & (units.year >= 2003) & (units.year < 2009))
        scored = np.arange(len(units.cities))
        first, second = (openings_protocol._terms(one, asked, scored, 0) for one in (units, other))
    else:
        first, second = (entries_protocol._window(one, 2007) for one in (units, other))
        first, second = ({k: v for k, v in one.items() if k != "entered"} for one in (first, second))
    for term, values in first.items():
        np.testing.assert_allclose(values, second[term], err_msg=term)


def test_style_takes_the_headline_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = openings(made(styled=True))
    assert max(result.control.values()) > STYLE_LIMIT
    assert not result.sound
    told = units_as_json(result)
    assert {row["method"] for row in told["summary"]} <= {"random", "style_taken_out", "name_length"}
    assert len(units_reading(result, "嘉兴", "en")) == 2
    case, out = tmp_path / "case", tmp_path / "figures.json"
    source = write_units(tmp_path / "units.csv", styled=True)
    assert main(["import", str(source), "--as", "units", "--out", str(case), "--lang", "en"]) == 0
    asked = ["backtest", str(case), "--protocol", "openings", "--out", str(out), "--lang", "en"]
    assert main(asked) == 1
    said = capsys.readouterr().out
    assert "No figure is given for the score" in said
    assert "all terms" not in said
    assert json.loads(out.read_text(encoding="utf-8"))["sound"] is False


def test_a_gain_is_paired_by_city() -> None:
    summary = openings(made()).summary
    for part, rows in summary.groupby("set"):
        of = rows.set_index("method")
        base = of.loc[openings_protocol.REFERENCE]
        assert base["gain"] == 0
        expected = of.loc[openings_protocol.SCORE, "same_year"] - base["same_year"]
        assert of.loc[openings_protocol.SCORE, "gain"] == pytest.approx(expected), part


def test_a_case_without_dated_units_is_refused() -> None:
    with pytest.raises(CaseError, match="no unit with its opening date"):
        units_of(complete_tables({}))
    few = made()
    with pytest.raises(CaseError, match="no city has"):
        openings(replace(few, foreign=np.zeros(len(few.city), dtype=bool)))


@pytest.mark.parametrize("protocol", ["openings", "entries"])
def test_the_stored_figures_are_free_of_style(protocol: str) -> None:
    stored = json.loads((ROOT / "docs" / "backtest" / f"{protocol}.json").read_text(encoding="utf-8"))
    assert stored["sound"]
    assert all(value <= STYLE_LIMIT for value in stored["control"].values())
    summary = pd.DataFrame(stored["summary"]).set_index(["set", "method"])
    score = (openings_protocol if protocol == "openings" else entries_protocol).SCORE
    assert summary.loc[("held_out", score), "gain_low"] > 0
    page = (ROOT / "docs" / "backtest.md").read_text(encoding="utf-8")
    for part in SETS:
        assert units_table(stored, part=part, lang="en") in page
