"""Where each segment of a chain stands on the panorama: lane, column and row, with few crossing lines."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence

STAGES = ("upstream", "midstream", "downstream")
_ROWS = 6  # a column longer than this is split, while the panorama has room for another column
_COLUMNS = 5  # what fits beside one another on a screen of 1440 pixels and on A4 landscape
_SWEEPS = 8
_EXCHANGES = 60  # a column is also improved by exchanging neighbours while it is no longer than this

Lanes = dict[str, list[list[str]]]


def arrange(stage: Mapping[str, str], feeds: Iterable[tuple[str, str]]) -> Lanes:
    """In which lane, column and row does each segment stand?

    Lanes are the stages; a lane with many segments has several columns, and inside a lane a segment stands in no
    column left of one that feeds it. Rows follow the barycentre rule (a segment stands at the mean height of its
    neighbours in the columns beside it), swept from left to right and back; of all orders seen, the one with the
    fewest crossings is kept.

    Parameters
    ----------
    stage
        The stage of each segment id; a segment of no known stage stands midstream.
    feeds
        Pairs (from, to) of segment ids; pairs with an unknown end are left out.

    Returns
    -------
    dict
        For each stage that has segments, its columns from left to right, each a list of segment ids from top to bottom.
        The order of the input does not matter.

    References
    ----------
    Sugiyama, Tagawa, Toda: Methods for visual understanding of hierarchical system structures, IEEE SMC-11, 1981.

    Examples
    --------
    >>> arrange({"a": "upstream", "b": "upstream", "c": "midstream", "d": "midstream"}, [("a", "d"), ("b", "c")])
    {'upstream': [['a', 'b']], 'midstream': [['d', 'c']]}
    """
    links = sorted({(left, right) for left, right in feeds if left in stage and right in stage and left != right})
    lanes: Lanes = {name: [] for name in STAGES}
    members = {name: sorted(item for item in stage if _lane(stage[item]) == name) for name in STAGES}
    for name, count in _column_counts({name: len(items) for name, items in members.items()}).items():
        lanes[name] = _columns(members[name], links, count)
    ordered = _ordered([column for name in STAGES for column in lanes[name]], links)
    columns = iter(ordered)
    return {name: [next(columns) for _ in lanes[name]] for name in STAGES if lanes[name]}


def crossings(columns: Sequence[Sequence[str]], feeds: Iterable[tuple[str, str]]) -> int:
    """How many pairs of lines cross between columns?

    Lines inside one column, and lines that run backwards, are not counted; a line over several columns is counted as
    if it went straight from its first to its last column.

    Examples
    --------
    >>> crossings([["a", "b"], ["c", "d"]], [("a", "d"), ("b", "c")])
    1
    """
    place = {item: (column, row) for column, items in enumerate(columns) for row, item in enumerate(items)}
    between: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for left, right in feeds:
        if left in place and right in place and place[left][0] < place[right][0]:
            key = (place[left][0], place[right][0])
            between.setdefault(key, []).append((place[left][1], place[right][1]))
    total = 0
    for pairs in between.values():
        seen: list[int] = []
        group: list[int] = []
        last = -1
        for start, end in sorted(pairs):
            if start != last:  # lines from one card fan out, they do not cross
                for height in group:
                    insort(seen, height)
                group, last = [], start
            total += len(seen) - bisect_right(seen, end)
            group.append(end)
    return total


def _lane(stage: str) -> str:
    return stage if stage in STAGES else "midstream"


def _column_counts(sizes: Mapping[str, int]) -> dict[str, int]:
    """How many columns each lane gets: one, then one more for the lane with the longest columns while there is room."""
    counts = {name: min(size, 1) for name, size in sizes.items()}
    while sum(counts.values()) < _COLUMNS:
        longest = max(counts, key=lambda name: sizes[name] / max(counts[name], 1))
        if sizes[longest] <= _ROWS * counts[longest]:
            break
        counts[longest] += 1
    return counts


def _columns(items: list[str], links: list[tuple[str, str]], count: int) -> list[list[str]]:
    """A lane's segments in columns of nearly equal length: who is fed inside the lane stands further right."""
    if count <= 1:
        return [items] if items else []
    depth = _depths(items, links)
    by_depth = sorted(items, key=lambda item: (depth[item], item))
    length = -(-len(items) // count)
    return [sorted(by_depth[start : start + length]) for start in range(0, len(items), length)]


def _depths(items: list[str], links: list[tuple[str, str]]) -> dict[str, int]:
    """Longest path from a segment without a supplier in the lane; a cycle ends where it closes."""
    inside = set(items)
    followers: dict[str, list[str]] = {item: [] for item in items}
    waiting = dict.fromkeys(items, 0)
    for left, right in links:
        if left in inside and right in inside:
            followers[left].append(right)
            waiting[right] += 1
    depth = dict.fromkeys(items, 0)
    ready = [item for item in items if not waiting[item]]
    while ready:
        item = ready.pop()
        for follower in followers[item]:
            depth[follower] = max(depth[follower], depth[item] + 1)
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    return depth


def _ordered(columns: list[list[str]], links: list[tuple[str, str]]) -> list[list[str]]:
    neighbours: dict[str, list[str]] = {item: [] for column in columns for item in column}
    for left, right in links:
        neighbours[left].append(right)
        neighbours[right].append(left)
    best, fewest = columns, crossings(columns, links)
    current = columns
    for sweep in range(_SWEEPS):
        current = _swept(current, neighbours, backwards=sweep % 2 == 1)
        count = crossings(current, links)
        if count < fewest:
            best, fewest = current, count
    return _exchanged(best, links, fewest)


def _swept(columns: list[list[str]], neighbours: Mapping[str, list[str]], *, backwards: bool) -> list[list[str]]:
    """One sweep: each column ordered by the mean relative height of its neighbours in the columns already passed."""
    height: dict[str, float] = {}
    result = list(columns)
    order = range(len(columns) - 1, -1, -1) if backwards else range(len(columns))
    own = {item: (row + 0.5) / len(column) for column in columns for row, item in enumerate(column)}
    for index in order:
        mean = {}
        for item in columns[index]:
            known = [height[other] for other in neighbours[item] if other in height]
            mean[item] = sum(known) / len(known) if known else own[item]
        result[index] = sorted(columns[index], key=lambda item: (mean[item], own[item], item))
        size = len(result[index])
        height |= {item: (row + 0.5) / size for row, item in enumerate(result[index])}
    return result


def _exchanged(columns: list[list[str]], links: list[tuple[str, str]], fewest: int) -> list[list[str]]:
    """Exchange neighbours in a column as long as that takes crossings away; small panoramas only."""
    if fewest == 0 or max(map(len, columns), default=0) > _EXCHANGES or len(links) > _EXCHANGES:
        return columns
    best = [list(column) for column in columns]
    improved = True
    while improved:
        improved = False
        for column in best:
            for row in range(len(column) - 1):
                column[row], column[row + 1] = column[row + 1], column[row]
                count = crossings(best, links)
                if count < fewest:
                    fewest, improved = count, True
                else:
                    column[row], column[row + 1] = column[row + 1], column[row]
    return best
