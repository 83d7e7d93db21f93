"""Families: parents and owners, joint ventures, circles, parents that are not there."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chaingraph.engines.duckdb import open_engine
from chaingraph.facts.groups import families
from chaingraph.model.case import empty_table
from tests.toy import toy_tables


def tables(parents: dict[str, str], links: list[tuple[str, str, str]]) -> dict[str, pd.DataFrame]:
    firms = empty_table("firms").reindex(columns=["firm_id", "firm", "parent_id"])
    rows = pd.DataFrame(
        [(key, f"名{key}", value or None) for key, value in parents.items()], columns=firms.columns
    ).astype("str")
    return {"firms": rows, "firm_links": pd.DataFrame(links, columns=["source_id", "target_id", "kind"]).astype("str")}


def found_families(held: dict[str, pd.DataFrame]) -> pd.DataFrame:
    with open_engine({name: held[name] for name in ("firms", "firm_links")}) as query:
        return families(query)


def group_of(parents: dict[str, str], links: list[tuple[str, str, str]] | None = None) -> dict[str, str]:
    found = found_families(tables(parents, links or []))
    assert found["group"].tolist() == [f"名{key}" for key in found["group_id"]]
    return dict(zip(found["firm_id"], found["group_id"], strict=True))


def test_the_toy_case() -> None:
    found = found_families(toy_tables()).set_index("firm_id")
    assert len(found) == 22
    assert found.loc["L02", "group"] == "乙一硅业集团股份有限公司"  # parent_id and owns say the same
    assert found.loc["O06", "group_id"] == "O13"
    assert found.loc["O03", "group_id"] == "O03"  # L01 only invests in it
    assert (found["group_id"] != found.index).sum() == 2


def test_the_topmost_parent_names_the_family() -> None:
    assert group_of({"a": "", "b": "a", "c": "b"}) == {"a": "a", "b": "a", "c": "a"}
    assert group_of({"a": "", "b": "", "c": ""}, [("a", "b", "owns"), ("b", "c", "owns")]) == {
        "a": "a",
        "b": "a",
        "c": "a",
    }


@pytest.mark.parametrize("kind", ["invests", "supplies", "partners"])
def test_only_ownership_makes_a_family(kind: str) -> None:
    assert group_of({"a": "", "b": ""}, [("a", "b", kind)]) == {"a": "a", "b": "b"}


def test_a_joint_venture_belongs_to_its_parent_or_to_itself() -> None:
    two = [("a", "j", "owns"), ("b", "j", "owns")]
    assert group_of({"a": "", "b": "", "j": "b"}, two) == {"a": "a", "b": "b", "j": "b"}
    assert group_of({"a": "", "b": "", "j": ""}, two) == {"a": "a", "b": "b", "j": "j"}
    # The same owner written twice is one owner.
    assert group_of({"a": "", "j": ""}, [("a", "j", "owns"), ("a", "j", "owns")]) == {"a": "a", "j": "a"}


def test_circles_and_parents_that_are_not_there() -> None:
    assert group_of({"a": "b", "b": "c", "c": "b"}) == {"a": "b", "b": "b", "c": "b"}
    assert group_of({"a": "a"}) == {"a": "a"}
    assert group_of({"a": "gone"}) == {"a": "a"}
    assert group_of({"a": ""}, [("a", "a", "owns"), ("gone", "a", "owns")]) == {"a": "a"}


def test_long_chains_and_long_circles_have_one_name() -> None:
    chain = {f"c{place:03d}": f"c{place - 1:03d}" if place else "" for place in range(130)}
    assert set(group_of(chain).values()) == {"c000"}
    # A circle of 7, entered from a chain of 40 whose ids are smaller.
    circle = {f"z{place}": f"z{(place + 1) % 7}" for place in range(7)}
    tail = {f"a{place:02d}": f"a{place + 1:02d}" if place < 39 else "z3" for place in range(40)}
    assert set(group_of({**circle, **tail}).values()) == {"z0"}


@pytest.mark.long
@settings(max_examples=40, deadline=None)  # each opens an engine twice
@given(
    st.lists(st.sampled_from(["", *"abcdef"]), min_size=6, max_size=6),
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.sampled_from(["owns", "invests"]))),
)
def test_any_ownership_gives_one_family_each(parents: list[str], links: list[tuple[str, str, str]]) -> None:
    given_tables = tables(dict(zip("abcdef", parents, strict=True)), links)
    found = found_families(given_tables)
    assert found["firm_id"].tolist() == list("abcdef")
    top = dict(zip(found["firm_id"], found["group_id"], strict=True))
    assert all(top[group] == group for group in top.values())  # the head of a family belongs to it
    turned = {name: frame.iloc[::-1] for name, frame in given_tables.items()}
    pd.testing.assert_frame_equal(found_families(turned), found)
