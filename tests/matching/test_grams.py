"""The index of names: it finds what reading all of them would find."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from chaingraph.matching.grams import NameIndex, is_subsequence


@given(st.text("甲乙丙丁", max_size=5), st.lists(st.text("甲乙丙丁戊", max_size=9), min_size=1, max_size=8))
def test_the_index_finds_what_a_scan_finds(short: str, names: list[str]) -> None:
    expected = [row for row, name in enumerate(names) if short and is_subsequence(short, name)]
    assert NameIndex(names).containing(short) == expected


@settings(max_examples=300, deadline=None)
@given(st.text("甲乙丙丁戊己", min_size=4, max_size=24), st.data())
def test_the_index_loses_no_name_at_ratio_90(name: str, data: st.DataObject) -> None:
    """Change a name by hand; whatever still reaches 90 must be among the candidates."""
    from rapidfuzz import fuzz

    other = list(name)
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, max(len(other) - 1, 0)))
        other[place : place + data.draw(st.integers(0, 1))] = data.draw(st.text("甲乙庚", max_size=1))
    changed = "".join(other)
    if fuzz.ratio(name, changed) >= 90:
        assert NameIndex([changed, "辛壬癸"]).sharing_rare_grams(name)[:1] == [0]
