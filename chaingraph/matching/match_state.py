"""Two lists of firms side by side while they are matched: what is settled, what a person is to be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from chaingraph.matching.name_forms import credit_key, normalise_name, stock_key
from chaingraph.model.columns import split
from chaingraph.places import regions

MATCH_COLUMNS = ("left_id", "right_id", "left", "right", "rule", "score", "margin")
REVIEW_COLUMNS = (*MATCH_COLUMNS, "reason")


@dataclass(frozen=True)
class Side:
    """One list as columns; every row is a firm."""

    ids: list[str]
    firms: list[str]
    main: list[str]  # normalised name
    others: list[tuple[str, ...]]  # normalised aliases, former names, English name
    credit: list[str]
    stock: list[str]
    places: list[regions.Path]

    def names(self, row: int) -> tuple[str, ...]:
        """All names of a firm as compared, its own first."""
        return (self.main[row], *self.others[row])


@dataclass
class State:
    """What is settled so far: pairs (left row, right row), and the pairs for review."""

    sides: tuple[Side, Side]
    matches: list[tuple[int, int, str, float, float]] = field(default_factory=list)
    review: dict[tuple[int, int], tuple[str, float, float, str]] = field(default_factory=dict)
    taken: tuple[dict[int, int], dict[int, int]] = field(default_factory=lambda: ({}, {}))

    def free(self, side: int, row: int) -> bool:
        """Whether the firm has no partner yet."""
        return row not in self.taken[side]

    def accept(self, pairs: Iterable[tuple[int, int, float, float]], rule: str) -> None:
        """Keep pairs whose firms have no other partner under this rule; the others are put to review."""
        pairs = [pair for pair in pairs if self.free(0, pair[0]) and self.free(1, pair[1])]
        partners: tuple[dict[int, set[int]], dict[int, set[int]]] = (defaultdict(set), defaultdict(set))
        for left, right, *_ in pairs:
            partners[0][left].add(right)
            partners[1][right].add(left)
        for left, right, score, margin in sorted(set(pairs), key=lambda pair: pair[:2]):
            if len(partners[0][left]) == 1 and len(partners[1][right]) == 1:
                self.settle(left, right, rule, score, margin)
            else:
                self.doubt(left, right, rule, score, margin, "several")

    def settle(self, left: int, right: int, rule: str, score: float, margin: float) -> None:
        """Take the two for one firm."""
        self.matches.append((left, right, rule, score, margin))
        self.taken[0][left] = right
        self.taken[1].setdefault(right, left)

    def doubt(self, left: int, right: int, rule: str, score: float, margin: float, reason: str) -> None:
        """Put the pair to a person; the first reason stays."""
        self.review.setdefault((left, right), (rule, score, margin, reason))

    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Matches and review, as `names.match_firms` returns them."""
        a, b = self.sides
        matched = [
            (a.ids[left], b.ids[right], a.firms[left], b.firms[right], rule, score, margin)
            for left, right, rule, score, margin in self.matches
        ]
        # A doubt about a firm that found its partner by a better rule is settled.
        doubtful = [
            (a.ids[left], b.ids[right], a.firms[left], b.firms[right], *doubt)
            for (left, right), doubt in self.review.items()
            if (self.free(0, left) and self.free(1, right)) or doubt[3] == "names_differ"
        ]
        order = ["left_id", "right_id"]
        matches = pd.DataFrame(matched, columns=list(MATCH_COLUMNS)).sort_values(order, ignore_index=True)
        columns = [*MATCH_COLUMNS[:5], "score", "margin", "reason"]
        review = pd.DataFrame(doubtful, columns=columns).sort_values(order, ignore_index=True)
        numbers = {"score": "float64", "margin": "float64"}
        text = {column: "str" for column in REVIEW_COLUMNS if column not in numbers}
        matches = matches.astype({**numbers, **{name: text[name] for name in MATCH_COLUMNS if name in text}})
        return matches, review[list(REVIEW_COLUMNS)].astype({**numbers, **text})


def side_of(firms: pd.DataFrame) -> Side:
    """One list as columns: names, codes and places as compared, sorted by id."""
    firms = firms.sort_values("firm_id", kind="stable")  # the order of the rows must not matter

    def column(name: str) -> list[object]:
        return firms[name].tolist() if name in firms else [None] * len(firms)

    main = [normalise_name(str(name)) for name in firms["firm"]]
    others = []
    for own, aliases, former, english in zip(
        main, column("aliases"), column("former_names"), column("firm_en"), strict=True
    ):
        more = [*split(aliases), *split(former), *([english] if isinstance(english, str) else [])]
        others.append(tuple(dict.fromkeys(name for text in more if (name := normalise_name(text)) and name != own)))
    places = zip(column("country"), column("province"), column("city"), column("district"), strict=True)
    return Side(
        ids=[str(value) for value in firms["firm_id"]],
        firms=[str(value) for value in firms["firm"]],
        main=main,
        others=others,
        credit=[credit_key(value) for value in column("credit_code")],
        stock=[stock_key(value) for value in column("stock_code")],
        places=[regions.path_of(place) for place in places],
    )


def ratio(one: str, other: str) -> float:
    """How alike two names are (rapidfuzz ``ratio``, 0-100)."""
    from rapidfuzz import fuzz

    return float(fuzz.ratio(one, other))


def codes_differ(a: Side, left: int, b: Side, right: int) -> bool:
    """Whether the codes of two firms show that they are two."""
    if a.credit[left] and b.credit[right] and a.credit[left] != b.credit[right]:
        return True
    # One firm may be listed in Shanghai and in Hong Kong: only two codes of the mainland contradict each other.
    one, other = a.stock[left], b.stock[right]
    return bool(one.isdigit() and other.isdigit() and one != other)


def places_differ(one: regions.Path, other: regions.Path) -> bool:
    """Whether the prefectures (abroad: the cities) are known to differ."""
    depth = min(len(one), len(other), 3)
    return one[:depth] != other[:depth]


def same_place(state: State, left: int, right: int) -> bool:
    """Whether both places are known to the prefecture (abroad: the city) and nothing known differs."""
    one, other = state.sides[0].places[left], state.sides[1].places[right]
    depth = min(len(one), len(other))
    return depth >= (3 if one[:1] == (regions.CHINA,) else 2) and one[:depth] == other[:depth]
