"""Several cases made one graph: firms resolved across cases, ids remapped in every table, nothing overwritten."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from chaingraph.errors import CaseError
from chaingraph.labels import both
from chaingraph.matching.confirmed import with_confirmations
from chaingraph.matching.name_forms import credit_key, normalise_name, stock_key
from chaingraph.matching.names import match_firms
from chaingraph.model.case import Case, rows_of
from chaingraph.model.columns import DTYPES, PROVENANCE, SEPARATOR, Table, is_missing, split
from chaingraph.model.graph import ChainGraph
from chaingraph.model.schema import TABLES
from chaingraph.places import regions

FIRM_ID = "firms.firm_id"
Filled = tuple[str | float, str | float]  # columns filled, source they came from; NaN where none
GRAPH_MATCH_COLUMNS = (
    "firm_id", "other_id", "firm", "other", "rule", "score", "margin", "case", "filled", "filled_from",
)  # fmt: skip
GRAPH_REVIEW_COLUMNS = ("firm_id", "other_id", "firm", "other", "rule", "score", "margin", "reason", "case")

# Filled from the other row where the first case's row holds nothing; the blocks are filled whole or not at all.
_FILLED = ("stock_code", "credit_code", "founded", "employees")
_PLACE = ("country", "province", "city", "district")
_INDUSTRY = ("industry_scheme", "industry")
WEAK = ("form", "subsequence", "similar")  # rules that go by likeness
_NOT_CONTENT = {column.name for column in PROVENANCE} | {"note", "reason"}


def build_graph(*cases: Case, name: str | None = None) -> ChainGraph:
    """One graph from one or several cases.

    One case: its tables as they are. Several: the first case wins. A firm of a later case that is already there (same
    id and name, else by the rules of `chaingraph.matching.names`) takes its id in every table; otherwise it is added,
    under a new id if its own is taken by another firm. Rows are unique by the key of their table; the first case's row
    stays. In a firm's row only what is empty is filled from the later case: codes, founded, employees, industry with
    its scheme, the place where no city is known; aliases and former names are joined. ``matches`` says which row was
    filled from which source. Pairs that the rules leave open are in ``review`` and stay two firms. What was counted
    over all firms of the first case stays what it is: firms that only a later case has are not counted in it. What
    people confirmed of single firms stands in the rows it is about (`confirmed.with_confirmations`).

    Parameters
    ----------
    *cases
        The cases, in order of precedence.
    name
        Name of the graph; by default the names of the cases joined with ``+``.

    Returns
    -------
    ChainGraph
        ``matches``: one row per firm row joined to another: firm_id (kept), other_id (its id in the other case), firm,
        other, rule, score (0-100), margin, case (name of the other case), filled (columns filled), filled_from (source
        of the other row). ``review``: one row per open pair, ids as in the graph, with the reason.

    Raises
    ------
    CaseError
        When a chain or segment id stands for different things in two cases; they are named.

    Examples
    --------
    >>> from chaingraph.reading.example import load_example
    >>> graph = build_graph(load_example())
    >>> len(graph["firms"]), graph.chain_id("储能")
    (20, 'ES')
    """
    if not cases:
        raise CaseError(both("errors.no_case_given"))
    graph_name = name or "+".join(dict.fromkeys(case.name for case in cases))
    tables = {table: cases[0][table] for table in TABLES}
    matches = _typed(pd.DataFrame(), GRAPH_MATCH_COLUMNS)
    review = _typed(pd.DataFrame(), GRAPH_REVIEW_COLUMNS)
    for case in cases[1:]:
        _refuse_conflicts(tables, case, ("chains", "segments"))
        found, doubtful, ids = _resolve(tables["firms"], case, matches)
        tables, filled = _join(tables, case, ids)
        matches = pd.concat([matches, _typed(_with_filled(found, filled), GRAPH_MATCH_COLUMNS)])
        review = pd.concat([review, _typed(doubtful, GRAPH_REVIEW_COLUMNS)])
    first = cases[0]
    tables = with_confirmations(tables)
    return ChainGraph(
        graph_name,
        tables,
        matches.reset_index(drop=True),
        review.reset_index(drop=True),
        totals=first.totals,
        makers=first.makers,
        reading=first.reading,
    )


def _typed(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    frame = frame.reindex(columns=list(columns))
    return frame.astype({column: "float64" if column in {"score", "margin"} else "str" for column in frame.columns})


def _with_filled(found: pd.DataFrame, filled: Mapping[str, Filled]) -> pd.DataFrame:
    log = [filled.get(str(other), (math.nan, math.nan)) for other in found["other_id"]]
    return found.assign(filled=[columns for columns, _ in log], filled_from=[source for _, source in log])


def _resolve(
    firms: pd.DataFrame, case: Case, earlier: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Which firms of the case are there already: matches, review, and the id in the graph of every firm of the case."""
    others = case["firms"].sort_values("firm_id", ignore_index=True)
    same = same_ids(firms, others)
    matched, doubtful = match_firms(
        others[~others["firm_id"].isin(same)], firms[~firms["firm_id"].isin(same)].sort_values("firm_id")
    )
    known = dict(zip(firms["firm_id"], firms["firm"], strict=True))
    identical = others[others["firm_id"].isin(same)]
    found = pd.DataFrame(
        {
            "firm_id": [*identical["firm_id"], *matched["right_id"]],
            "other_id": [*identical["firm_id"], *matched["left_id"]],
            "firm": [*(known[key] for key in identical["firm_id"]), *matched["right"]],
            "other": [*identical["firm"], *matched["left"]],
            "rule": ["same_id"] * len(identical) + list(matched["rule"]),
            "score": [100.0] * len(identical) + list(matched["score"]),
            "margin": [math.nan] * len(identical) + list(matched["margin"]),
            "case": case.name,
        }
    )
    # Two later cases that reach one firm by likeness only need not mean the same firm: the second asks a person.
    before = earlier.loc[earlier["rule"].isin(WEAK), "firm_id"]
    chained = found["rule"].isin(WEAK) & found["firm_id"].isin(before)
    ids = dict(zip(found.loc[~chained, "other_id"], found.loc[~chained, "firm_id"], strict=True))
    taken = set(firms["firm_id"]) | set(others["firm_id"])
    for firm_id in others["firm_id"]:
        if firm_id not in ids:
            ids[firm_id] = _new_id(firm_id, taken) if firm_id in known else firm_id
            taken.add(ids[firm_id])
    open_pairs = pd.concat(
        [
            pd.DataFrame(
                {
                    "firm_id": doubtful["right_id"],
                    "other_id": doubtful["left_id"],
                    "firm": doubtful["right"],
                    "other": doubtful["left"],
                    "rule": doubtful["rule"],
                    "score": doubtful["score"],
                    "margin": doubtful["margin"],
                    "reason": doubtful["reason"],
                    "case": case.name,
                }
            ),
            found[chained].assign(reason="several"),
        ],
        ignore_index=True,
    )
    open_pairs["other_id"] = open_pairs["other_id"].map(ids)
    return found[~chained], open_pairs, ids


def same_ids(firms: pd.DataFrame, others: pd.DataFrame) -> set[str]:
    """Ids that both lists give to a firm of the same name, without codes that contradict each other."""
    shared = firms.merge(others, on="firm_id", suffixes=("", "_other"))
    same = set()
    for row in rows_of(shared):
        codes = [(stock_key(row[f"stock_code{end}"]), credit_key(row[f"credit_code{end}"])) for end in ("", "_other")]
        differ = any(one and other and one != other for one, other in zip(*codes, strict=True))
        if not differ and normalise_name(row["firm"]) == normalise_name(row["firm_other"]):
            same.add(str(row["firm_id"]))
    return same


def _new_id(firm_id: str, taken: set[str]) -> str:
    number = 2
    while f"{firm_id}-{number}" in taken:
        number += 1
    return f"{firm_id}-{number}"


def _join(
    tables: Mapping[str, pd.DataFrame], case: Case, ids: Mapping[str, str]
) -> tuple[dict[str, pd.DataFrame], dict[str, Filled]]:
    """The tables with those of a case added under the ids of the graph; and what was filled, one row per firm."""
    joined: dict[str, pd.DataFrame] = {}
    filled: dict[str, Filled] = {}
    kept: dict[str, dict[str, str]] = {}
    for table in TABLES.values():
        first, later = tables[table.name], case[table.name]
        if table.name == "firms":
            first, filled = _fill(first, case["firms"], ids)
        if len(later):
            later = _remapped(later, table, ids)
        rows = pd.concat([frame for frame in (first, later) if len(frame)] or [first])
        rows, kept[table.name] = _once(_following(rows, table, kept), table)
        rows = rows.drop_duplicates(list(table.key)).sort_values(list(table.order), kind="stable", ignore_index=True)
        joined[table.name] = rows.astype({column.name: DTYPES[column.kind] for column in table.columns})
    return joined, filled


def _once(rows: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, dict[str, str]]:
    """Rows that say the same under two ids once; which id stands for each that went."""
    made = next((column for column in table.columns if column.made_from), None)
    if made is None or not len(rows):
        return rows, {}
    said = list(made.made_from)
    first = rows.groupby(said, dropna=False, sort=False)[made.name].transform("first")
    gone = rows[made.name] != first
    return rows[~gone], dict(zip(rows.loc[gone, made.name], first[gone], strict=True))


def _following(rows: pd.DataFrame, table: Table, kept: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Rows whose references follow an id that went to the one that stands for it."""
    for column in table.columns:
        target = kept.get(column.refers_to.partition(".")[0])
        if target and column.kind == "id":
            rows = rows.assign(**{column.name: rows[column.name].replace(dict(target))})
    return rows


def _remapped(frame: pd.DataFrame, table: Table, ids: Mapping[str, str]) -> pd.DataFrame:
    """Rows with the graph's firm ids; a link of a firm to itself, once its two names are one firm, is none."""
    columns = [column.name for column in table.columns if FIRM_ID in (column.refers_to, f"{table.name}.{column.name}")]
    frame = frame.sort_values(list(frame.columns), kind="stable")
    if not columns:
        return frame
    frame = frame.assign(**{column: frame[column].map(ids.get, na_action="ignore") for column in columns})
    if table.name == "firms":
        itself = frame["parent_id"] == frame["firm_id"]
        return frame.assign(parent_id=frame["parent_id"].mask(itself))
    if len(columns) > 1:
        return frame[frame[columns[0]] != frame[columns[1]]]
    return frame


def _fill(firms: pd.DataFrame, others: pd.DataFrame, ids: Mapping[str, str]) -> tuple[pd.DataFrame, dict[str, Filled]]:
    """The first case's firms with empty cells filled from the rows that were taken for them."""
    rows = {str(row["firm_id"]): row for row in rows_of(firms)}
    log: dict[str, Filled] = {}
    for other in rows_of(others.sort_values("firm_id")):
        row = rows.get(ids[other["firm_id"]])
        if row is None:
            continue
        new = _new_cells(row, {str(key): value for key, value in other.items()})
        row.update(new)
        if new:
            source = math.nan if is_missing(other["source"]) else str(other["source"])
            log[str(other["firm_id"])] = (SEPARATOR.join(new), source)
    filled = firms.copy()
    for column in (*_FILLED, *_PLACE, *_INDUSTRY, "aliases", "former_names"):
        values = [rows[str(key)][column] for key in firms["firm_id"]]
        filled[column] = pd.Series(values, index=firms.index, dtype=firms[column].dtype)
    return filled, log


def _new_cells(row: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    """The cells that the other row adds to this one; never one that is there already."""
    new = {column: other[column] for column in _FILLED if is_missing(row[column]) and not is_missing(other[column])}
    here, there = (regions.path_of([one[column] for column in _PLACE]) for one in (row, other))
    if is_missing(row["city"]) and len(there) > len(here) and there[: len(here)] == here:
        new.update(
            {column: other[column] for column in _PLACE if is_missing(row[column]) and not is_missing(other[column])}
        )
    if is_missing(row["industry"]) and not is_missing(other["industry"]):
        new.update({column: other[column] for column in _INDUSTRY if not is_missing(other[column])})
    known = {normalise_name(str(row["firm"]))}
    for column, names in (
        ("former_names", split(other["former_names"])),
        ("aliases", (str(other["firm"]), *split(other["aliases"]))),
    ):
        known |= {normalise_name(text) for held in ("former_names", "aliases") for text in split(row[held])}
        more = []
        for text in names:
            if normalise_name(text) not in known:
                known.add(normalise_name(text))
                more.append(text)
        if more:
            new[column] = SEPARATOR.join((*split(row[column]), *more))
    return new


def _refuse_conflicts(tables: Mapping[str, pd.DataFrame], case: Case, names: Iterable[str]) -> None:
    """Refuse ids that stand for different things: what both rows state must agree, but for source and wording."""
    conflicts = []
    for name in names:
        table = TABLES[name]
        key = table.key[0]
        shared = tables[name].merge(case[name], on=key, suffixes=("", "_other")).sort_values(key)
        compared = [column for column in table.columns if column.name != key and column.name not in _NOT_CONTENT]
        for row in rows_of(shared):
            for column in compared:
                one, other = row[column.name], row[f"{column.name}_other"]
                if is_missing(one) or is_missing(other):
                    continue
                same = set(split(one)) == set(split(other)) if column.kind == "set" else one == other
                if not same:
                    conflicts.append(f"{name} {row[key]}: {column.name} {str(one)[:60]!r} ≠ {str(other)[:60]!r}")
    if conflicts:
        shown = "; ".join(conflicts[:10]) + ("; …" if len(conflicts) > 10 else "")
        raise CaseError(both("errors.ids_in_conflict", case=repr(case.name), count=len(conflicts), shown=shown))
