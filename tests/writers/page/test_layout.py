"""The panorama's layout: against a hand-drawn chain, a count of crossings by brute force, and invariants."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chaingraph.writers.page.layout import STAGES, arrange, crossings

# Two lanes drawn crossed on purpose: a-f, b-e, c-d cross three times as written, and not at all when turned round.
CROSSED = {"a": "upstream", "b": "upstream", "c": "upstream", "d": "midstream", "e": "midstream", "f": "midstream"}
FEEDS = [("a", "f"), ("b", "e"), ("c", "d")]


def flat(lanes: dict[str, list[list[str]]]) -> list[list[str]]:
    return [column for columns in lanes.values() for column in columns]


def crossed(columns: list[list[str]], feeds: list[tuple[str, str]]) -> int:
    """Every pair of lines between the same two columns, one by one."""
    place = {item: (column, row) for column, items in enumerate(columns) for row, item in enumerate(items)}
    lines = [(place[a], place[b]) for a, b in feeds if place[a][0] < place[b][0]]
    return sum(
        (first[0][1] - second[0][1]) * (first[1][1] - second[1][1]) < 0
        for first, second in combinations(lines, 2)
        if (first[0][0], first[1][0]) == (second[0][0], second[1][0])
    )


def test_crossed_lines_are_turned_round() -> None:
    assert crossings([["a", "b", "c"], ["d", "e", "f"]], FEEDS) == 3
    lanes = arrange(CROSSED, FEEDS)
    assert list(lanes) == ["upstream", "midstream"]
    assert crossings(flat(lanes), FEEDS) == 0


def test_a_long_lane_gets_a_second_column_and_what_is_fed_stands_right_of_its_feeder() -> None:
    stage = {f"m{number}": "midstream" for number in range(8)}
    lanes = arrange(stage, [("m0", "m7"), ("m7", "m1")])
    first, second = lanes["midstream"]
    assert (len(first), len(second)) == (4, 4)
    assert "m0" in first
    assert {"m7", "m1"} <= set(second)


def test_no_panorama_is_wider_than_five_columns() -> None:
    stage = {f"s{number:03d}": STAGES[number % 3] for number in range(300)}
    assert len(flat(arrange(stage, []))) == 5


def test_a_segment_without_a_known_stage_stands_midstream_and_unknown_ends_are_left_out() -> None:
    assert arrange({"a": "", "b": "sideways"}, [("a", "nowhere"), ("b", "b")]) == {"midstream": [["a", "b"]]}


chains = st.integers(1, 24).flatmap(
    lambda count: st.tuples(
        st.lists(st.sampled_from(STAGES), min_size=count, max_size=count),
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=40),
        st.randoms(use_true_random=False),
    )
)


@settings(deadline=None)
@given(chains)
def test_everything_is_placed_once_whatever_the_order_of_the_input(drawn: tuple[Any, ...]) -> None:
    stages, pairs, random = drawn
    stage = {f"s{number:02d}": name for number, name in enumerate(stages)}
    feeds = [(f"s{a:02d}", f"s{b:02d}") for a, b in pairs]
    lanes = arrange(stage, feeds)
    placed = [item for column in flat(lanes) for item in column]
    assert sorted(placed) == sorted(stage)
    assert all(stage[item] == name for name, columns in lanes.items() for column in columns for item in column)
    turned = [*stage.items()]
    random.shuffle(turned)
    random.shuffle(feeds)
    assert arrange(dict(turned), feeds) == lanes


@settings(deadline=None)
@given(chains)
def test_crossings_are_counted_right_and_never_more_than_by_id(drawn: tuple[Any, ...]) -> None:
    stages, pairs, _ = drawn
    stage = {f"s{number:02d}": name for number, name in enumerate(stages)}
    feeds = sorted({(f"s{a:02d}", f"s{b:02d}") for a, b in pairs if a != b})
    columns = flat(arrange(stage, feeds))
    by_id = [sorted(column) for column in columns]
    assert crossings(columns, feeds) == crossed(columns, feeds)
    assert crossings(by_id, feeds) == crossed(by_id, feeds)
    assert crossings(columns, feeds) <= crossings(by_id, feeds)
