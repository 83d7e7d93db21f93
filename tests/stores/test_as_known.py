"""Cases taken back to a day: the one surveyed, the national one beside it, and the day the run counts from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chaingraph.errors import CaseError
from chaingraph.fit.reference import NationalReference
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case, Reading
from chaingraph.stores.comparison import as_known, as_reference, last_known
from tests.toy import toy_case, toy_tables


def dated(name: str) -> Case:
    """The toy case with its outside firms written down in 2024 and the others in 2019."""
    firms = toy_tables()["firms"]
    days = firms["firm_id"].str.startswith("O").map({True: "2024", False: "2019"}).astype("str")
    return Case(name, {**toy_tables(), "firms": firms.assign(as_of=days, founded=None).astype({"founded": "str"})})


def test_both_cases_and_what_they_are_compared_with_are_taken_back() -> None:
    own, national = dated("own"), dated("national")
    reference = NationalReference(build_graph(national))
    cases, compared, told = as_known((own, national), reference, "2020", keep_undated=True)
    for case in cases:
        assert not case["firms"]["firm_id"].str.startswith("O0").all()
        assert len(case["firms"]) < len(own["firms"])
    assert isinstance(compared, NationalReference)
    assert len(compared.case["firms"]) == len(cases[1]["firms"])
    assert (told["known_by"], told["undated"]) == ("2020", "keep")
    assert {row["case"] for row in told["left_out"]} == {"own", "national"}  # type: ignore[attr-defined] # a list of rows


def test_a_case_of_counts_cannot_be_taken_back() -> None:
    large = replace(toy_case(), reading=Reading(9, 3, 1))
    with pytest.raises(CaseError, match="cannot be taken back"):
        as_known((large,), as_reference(None), "2020", keep_undated=False, lang="en")


def test_the_run_counts_from_that_day_or_an_earlier_one() -> None:
    assert last_known("2022-06-30", None) == "2022-06-30"
    assert last_known("2022-06-30", "2022-01-01") == "2022-01-01"
    with pytest.raises(CaseError, match="later than --known-by"):
        last_known("2022-06-30", "2022-07", "en")


def test_a_day_before_anybody_was_known_is_refused_with_what_to_do() -> None:
    with pytest.raises(CaseError, match="--undated keep"):
        as_known((dated("own"),), as_reference(None), "1950", keep_undated=False, lang="en")
