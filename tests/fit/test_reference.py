"""Nothing, the aggregate in the box, a national case: one noun, whose methods answer the same questions."""

from __future__ import annotations

import inspect
from pathlib import Path

import pandas as pd
import pytest

import chaingraph as cg
from chaingraph.choosing.survey_options import SurveyOptions
from chaingraph.choosing.surveying import survey, survey_tables
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import CaseError, UnknownNameError
from chaingraph.facts.derived_tables import firm_places
from chaingraph.fit.frozen import Population
from chaingraph.fit.reference import ListedReference, NationalReference, NoReference, Reference, segments_with_basis
from chaingraph.fit.score import CASE_FORM, FULL_FORM, SUMS_FORM, fit_scores
from chaingraph.model.case import Reading
from chaingraph.model.graph import ChainGraph
from chaingraph.stores.comparison import as_reference
from chaingraph.stores.listed_box import listed_firms
from tests.shared_data import FROZEN
from tests.toy import toy_tables

KINDS = ("none", "listed", "case")


@pytest.fixture(scope="module")
def graph() -> ChainGraph:
    return cg.build_graph(cg.read_case(FROZEN))


@pytest.fixture(scope="module")
def references(graph: ChainGraph) -> dict[str, Reference]:
    return {"none": as_reference(None), "listed": as_reference("listed"), "case": as_reference(graph)}


def test_a_multiple_wants_a_reference_that_knows_region_and_segment() -> None:
    counts = pd.DataFrame({"segment_id": ["A", "B"], "national": [3, 0]})
    assert segments_with_basis((100, 50), counts, ["A", "B"]) == {"A"}
    assert segments_with_basis((100, None), counts, ["A", "B"]) == {"A"}  # how many are here is not known
    assert segments_with_basis((100, 10), None, ["A", "B"]) == {"A", "B"}
    for here in (0, 51, 100):  # none of the region, or hardly any other
        assert segments_with_basis((100, here), counts, ["A", "B"]) == frozenset()


def test_rows_without_a_basis_have_no_multiple_and_no_grade_above_c(
    graph: ChainGraph, references: dict[str, Reference]
) -> None:
    found = survey(graph, "嘉兴", open_engine, SurveyOptions(draws=0), reference=references["listed"])
    with open_engine(survey_tables(graph, firm_places(graph, "嘉兴"))) as query:
        counts = references["listed"].counts(graph, "嘉兴", query)
    assert counts is not None
    without = set(counts.loc[counts["national"] == 0, "segment_id"])
    rows = found.targets["en"]
    bare = rows[rows["segment_id"].isin(without)]
    assert len(bare) > 20
    assert bare["fit_lift"].isna().all()
    assert set(bare["evidence_grade"]) == {"C"}
    assert bare["reasons"].str.contains("no multiple: the reference has no firm").any()
    others = rows[~rows["segment_id"].isin(without)]
    assert others["fit_lift"].notna().any()
    assert not others["reasons"].str.contains("no multiple: the reference has no firm").any()
    terms = found.terms[found.terms["list"] == "main"]
    fitted = rows[rows["fit_lift"].notna()]
    assert set(zip(terms["chain_id"], terms["firm_id"], strict=True)) == set(
        zip(fitted["chain_id"], fitted["firm_id"], strict=True)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_reference_answers_the_same_questions(
    kind: str, references: dict[str, Reference], graph: ChainGraph
) -> None:
    reference = references[kind]
    asked = [name for name in vars(Reference) if not name.startswith("_")]
    assert {"about", "makers", "counts", "population", "base", "firms"} <= set(asked)
    for name in asked:
        if inspect.isfunction(getattr(Reference, name)):
            assert inspect.signature(getattr(type(reference), name)) == inspect.signature(getattr(Reference, name))
    told = reference.about()
    assert told["reference_kind"] == kind
    assert (told["reference"] is None) == (kind == "none")
    assert {"firm_id", "firm"} <= set(reference.firms)
    with open_engine(survey_tables(graph, firm_places(graph, "嘉兴"))) as query:
        makers, counts = reference.makers(graph, "嘉兴", query), reference.counts(graph, "嘉兴", query)
    assert {"chain_id", "segment_id", "city", "firms"} <= set(makers)
    assert (counts is None) == makers.empty == (kind == "none")
    if counts is not None:
        whole = makers.groupby("segment_id")["firms"].sum()
        held = counts.set_index("segment_id")["national"]
        # Each firm counts once in its city and once in the country.
        assert held[whole.index].tolist() == whole.tolist()
        assert (counts["local"] <= counts["national"]).all()
    population = reference.population(graph)
    assert isinstance(population, Population)
    assert set(graph["firm_segments"]["firm_id"]) <= set(population.position)
    firms, local = reference.base(graph, "嘉兴")
    assert firms is not None
    assert local is not None
    assert 0 < local < firms


@pytest.mark.parametrize("kind", KINDS)
def test_firms_that_nobody_compares_need_no_row_and_change_no_score(
    kind: str, references: dict[str, Reference], graph: ChainGraph
) -> None:
    pool = sorted(set(graph["firm_segments"]["firm_id"]))
    seeds, some = pd.DataFrame({"firm_id": pool[:20]}), pool[20:120:3]
    whole, few = (references[kind].population(graph, firms) for firms in (None, {*pool[:20], *some}))
    if kind == "listed":
        assert len(few.firm_ids) == 20 + len(some)
    pd.testing.assert_frame_equal(
        *(fit_scores(population, seeds, some, cities=["嘉兴"]) for population in (whole, few)), check_exact=True
    )


@pytest.mark.parametrize(
    ("kind", "form", "outside", "full"),
    [("none", CASE_FORM, False, False), ("listed", SUMS_FORM, True, False), ("case", FULL_FORM, True, True)],
)
def test_each_reference_has_its_own_form_of_the_score(
    kind: str, form: dict[str, float], outside: bool, full: bool, references: dict[str, Reference], graph: ChainGraph
) -> None:
    reference = references[kind]
    assert (reference.outside, reference.full_form) == (outside, full)
    found = survey(graph, "嘉兴", open_engine, SurveyOptions(draws=0, top=3), reference=reference)
    used = found.terms.drop_duplicates("term").set_index("term")["coefficient"]
    assert used.to_dict() == dict(form)


def test_without_a_reference_nothing_is_missing_expected_or_tested(graph: ChainGraph) -> None:
    found = survey(graph, "嘉兴", open_engine, SurveyOptions(draws=0, top=3), reference=NoReference())
    gaps = found.gaps["zh"]
    assert gaps["expected"].isna().all()
    assert set(gaps["state"]) == {"none_known", "thin", "present", "present_unlisted"}
    assert found.rivals.empty
    assert set(found.targets["zh"]["origin"]) == {"case"}
    trust = found.trust["zh"].set_index("kind")["plain"]
    assert "本次未用参照，未经这样的检验" in trust["about"]
    assert not any(kind.startswith("base_chain") for kind in trust.index)


@pytest.mark.parametrize("reference", [NoReference(), ListedReference(listed_firms())], ids=["none", "listed"])
def test_fitted_weights_need_single_firms_to_compare_with(reference: Reference) -> None:
    options = SurveyOptions(weights=FULL_FORM)
    with pytest.raises(CaseError, match="--reference"):
        survey(ChainGraph("toy", toy_tables()), "嘉兴", open_engine, options, reference=reference)


def test_of_what_is_larger_than_memory_no_base_is_told() -> None:
    part = ChainGraph("toy", toy_tables(), reading=Reading(counted=1_000_000, read=22, keep=2))
    assert NoReference().base(part, "嘉兴") == (None, None)
    assert NationalReference(part).base(ChainGraph("toy", toy_tables()), "嘉兴") == (None, None)
    told = NationalReference(part).about()
    assert (told["reference_firms"], told["reference_read"], told["reference_keep"]) == (1_000_000, 22, 2)


def test_of_a_county_the_aggregate_tells_no_counts(graph: ChainGraph) -> None:
    listed = ListedReference(listed_firms())
    with open_engine(survey_tables(graph, firm_places(graph, "海宁"))) as query:
        assert listed.counts(graph, "海宁", query) is None
        assert len(listed.makers(graph, "海宁", query))


def test_what_users_give_becomes_a_reference() -> None:
    graph = ChainGraph("toy", toy_tables())
    assert as_reference(None) == as_reference("none") == NoReference()
    assert as_reference("listed") == ListedReference(listed_firms())
    assert as_reference(graph) == NationalReference(graph)
    for reference in (NoReference(), ListedReference(listed_firms()), NationalReference(graph)):
        assert as_reference(reference) is reference


@pytest.mark.parametrize("given", ["lsited", "data/national", Path("listed"), 3, pd.DataFrame()])
def test_what_is_no_reference_is_refused(given: object) -> None:
    with pytest.raises(UnknownNameError, match="listed"):
        as_reference(given)
    with pytest.raises(UnknownNameError, match="build_graph"):
        cg.survey(ChainGraph("toy", toy_tables()), region="嘉兴", reference=given)  # type: ignore[arg-type]
