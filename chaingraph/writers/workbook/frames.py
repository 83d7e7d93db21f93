"""The tables behind the workbook's sheets: findings as people read them, captions for codes, one row per row shown."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from chaingraph.labels import text
from chaingraph.model.case import rows_of
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import GAP_STATES, MARKS, OVERVIEW_COLUMNS, TERMS
from chaingraph.model.results.columns import COLUMNS
from chaingraph.model.results.told import sentences_apart
from chaingraph.places.latin import english_place
from chaingraph.places.regions import place_text
from chaingraph.wording.english import english_of
from chaingraph.wording.phrases import names_by_id, place_said
from chaingraph.writers.cell_text import code_text, lines
from chaingraph.writers.workbook.evidence import joined_words, local_shares

LISTS = ("new", "leader", "reinvest")
FIRST_ROWS = 10  # of a list on a chain's sheet
# Names of firms, each in the language of its column; and what was put into words of a language when it was told.
_NAMES = ("firm", "firm_other", "group")
_WORDED = (
    "ask_whom", "comparables", "explanation", "gap_reasons", "impact", "item", "landing", "likelihood_facts",
    "local_buyers", "next_step", "open_question", "problem", "proposal", "question", "reason", "reasons", "risk",
    "remark", "route", "said", "sites", "statement", "top_targets", "way", "why", "why_now",
)  # fmt: skip
# What a first conversation has to find out where the cell is blank.
FIND_OUT = ("decision_city", "size_class", "signal", "reach", "propensity", "route", "admission")


def captioned(frame: pd.DataFrame, graph: ChainGraph, lang: str) -> pd.DataFrame:
    """A table with codes as captions, joined sentences one a line, and names in the language of the book.

    ``firm_other`` is its name in the other language; ``seat`` the city, with the country for a foreign firm.
    """
    shown = frame.copy()
    if "chain" not in shown:
        names = names_by_id(graph, "chains", lang)
        shown["chain"] = [names.get(chain_id, chain_id) for chain_id in shown["chain_id"]]
    for known in (COLUMNS[name] for name in shown if name in COLUMNS):
        if known.codes:
            shown[known.name] = _each(shown[known.name], partial(_code, known.codes, lang))
        if known.stacked:
            shown[known.name] = pd.Series(map(lines, shown[known.name]), index=shown.index, dtype="str")
    if "local_buyers" in shown:
        joint = ", " if lang == "en" else "、"
        shown["local_buyers"] = _each(shown["local_buyers"], lines).str.replace("\n", joint, regex=False)
    if {"firm", "firm_en"} <= set(shown.columns):
        english = shown["firm_en"].fillna(shown["firm"])
        other = shown["firm_en"] if lang == "zh" else shown["firm"].where(shown["firm"] != english)
        shown = shown.assign(firm=english if lang == "en" else shown["firm"], firm_other=other)
    if {"country", "city"} <= set(shown.columns):
        pairs = zip(shown["country"], shown["city"], strict=True)
        shown["seat"] = [_seat(country, city, lang) for country, city in pairs]
    for column in ("decision_city", "nearest_supplier_city"):
        if column in shown and lang == "en":
            shown[column] = _each(shown[column], english_place)
    return shown


def in_english(frame: pd.DataFrame, graph: ChainGraph) -> pd.DataFrame:
    """A table with what the case says in Chinese put into English (`wording.english`), names of firms in Chinese aside.

    What was told in words stands in the language of the book already.
    """
    english = english_of(graph)
    left = {*_NAMES, *_WORDED}
    shown = {
        str(name): cells.map(english.cell)
        for name, cells in frame.items()
        if name not in left and (cells.dtype == "str" or cells.dtype == object)
    }
    return frame.assign(**shown)


def _each(values: pd.Series[Any], change: Callable[[str], str | None]) -> pd.Series[str]:
    """Every text changed; what is missing stays missing."""
    changed = [change(value) if isinstance(value, str) else None for value in values]
    return pd.Series(changed, index=values.index, dtype="str")


def _code(group: str, lang: str, value: str) -> str:
    return code_text(group, value, lang)


def _seat(country: object, city: object, lang: str) -> str | None:
    known = [place_text(part, lang) for part in (country, city) if isinstance(part, str)]
    if len(known) == 2 and (country == "中国" or country == city):
        return known[1]
    return " ".join(known) or None


def targets(findings: Findings, graph: ChainGraph, lang: str) -> pd.DataFrame:
    """Who is to be approached: new targets, leader-driven ones and reinvestments of all chains in one table.

    Returns
    -------
    DataFrame
        One row per chain, list and firm, by chain, list and rank: the shortlist's columns, captioned; ``list``
        (caption), ``list_code``, gap_reasons (why the segment is a gap), find_out (what is not known and worth
        asking), codes of the firm.
    """
    rows = _in_lists(sentences_apart(findings.targets, lang), sentences_apart(findings.leader_targets, lang))
    gap_reasons = sentences_apart(findings.gaps, lang).set_index("segment_id")["reasons"]
    firms = graph["firms"].set_index("firm_id")
    rows["gap_reasons"] = rows["segment_id"].map(gap_reasons)
    for column in ("credit_code", "stock_code"):
        rows[column] = rows["firm_id"].map(firms[column])
    joint = ", " if lang == "en" else "、"
    captions = {column: text(f"workbook.find_{column}", lang) for column in FIND_OUT}
    blank = rows[list(FIND_OUT)].isna()
    rows["find_out"] = [
        joint.join(captions[column] for column, missing in zip(FIND_OUT, row, strict=True) if missing) or None
        for row in blank.itertuples(index=False, name=None)
    ]
    rows["list"] = [code_text("candidate", code, lang) for code in rows["list_code"]]
    rows["signal"] = [
        f"{date} {code_text('signal', kind, lang)}" if isinstance(date, str) and isinstance(kind, str) else None
        for kind, date in zip(rows["signal"], rows["signal_date"], strict=True)
    ]
    return captioned(rows, graph, lang)


def _in_lists(main: pd.DataFrame, led: pd.DataFrame) -> pd.DataFrame:
    """New targets, leader-driven ones, and groups already here: once each, those that only a leader leads to last."""
    key = ["chain_id", "firm_id"]
    here = main[main["candidate_list"] == "reinvest"]
    known = set(here[key].itertuples(index=False, name=None))
    further = led[led["candidate_list"] == "reinvest"]
    unlisted = [firm not in known for firm in further[key].itertuples(index=False, name=None)]
    further = further[pd.Series(unlisted, index=further.index, dtype=bool)]
    further = further.sort_values(["chain_id", "rank", "firm_id"], kind="stable")
    largest = here.groupby("chain_id")["rank"].max().dropna().to_dict()
    places = zip(further["chain_id"], further.groupby("chain_id").cumcount(), strict=True)
    ranks = pd.array([int(largest.get(chain, 0)) + place + 1 for chain, place in places], dtype="Int64")
    parts = {
        "new": main[main["candidate_list"] == "new"],
        "leader": led[led["candidate_list"] == "new"],
        "reinvest": pd.concat([here, further.assign(rank=ranks)], ignore_index=True),
    }
    rows = pd.concat([part.assign(list_code=name) for name, part in parts.items()], ignore_index=True)
    order = rows["list_code"].map({name: order for order, name in enumerate(LISTS)})
    tied = rows["firm_id"].where(rows["rank"].notna(), "")  # who has no rank stays in the order of the list
    keys = ["chain_id", "list_order", "rank", "tied"]
    ordered = rows.assign(list_order=order, tied=tied).sort_values(keys, kind="stable").drop(columns="tied")
    return ordered.reset_index(drop=True)


def first_rows(shown: pd.DataFrame) -> pd.DataFrame:
    """The first ten of each list of a chain, and those that somebody has filled in; the sheet of all holds the rest."""
    early = shown.groupby("list_code", sort=False).cumcount() < FIRST_ROWS
    marked = shown.reindex(columns=list(MARKS)).notna().any(axis="columns")
    return shown[early | marked]


def overview(findings: Findings, graph: ChainGraph, shown: pd.DataFrame, lang: str) -> tuple[pd.DataFrame, list[str]]:
    """One row per chain: class, strategy, leaders, segments by state, how many targets, the first three.

    Returns
    -------
    DataFrame, list of str
        The table, and its columns in order (a column ``state:code`` per state that occurs).
    """
    gaps = findings.gaps[lang]
    names = names_by_id(graph, "chains", lang)
    chains = graph["chains"].set_index("chain_id")
    states = [state for state in GAP_STATES if (gaps["state"] == state).any()]
    leaders = captioned(sentences_apart(findings.leaders, lang), graph, lang)
    leaders = leaders.sort_values(["chain_id", "rank"], kind="stable")
    notes = notes_by_chain(findings, lang)
    rows = []
    for chain_id in chain_ids(findings, lang):
        own = gaps[gaps["chain_id"] == chain_id]
        listed = shown[shown["chain_id"] == chain_id]
        lists = listed["list_code"].value_counts()
        first = listed[(listed["list_code"] == "new") & listed["rank"].notna()].head(3)
        strategy = first["strategy"].iloc[0] if len(first) else None
        if strategy is None and isinstance(chains["strategy"].get(chain_id), str):
            strategy = code_text("strategy", str(chains["strategy"][chain_id]), lang)
        kind = chains["chain_class"].get(chain_id)
        rows.append(
            {
                "chain": names.get(chain_id, chain_id),
                "chain_class": code_text("class", kind, lang) if isinstance(kind, str) else None,
                "strategy": strategy,
                "leaders": "\n".join(leaders.loc[leaders["chain_id"] == chain_id, "firm"].dropna().head(5)) or None,
                "segment_total": len(own),
                **{f"state:{state}": int((own["state"] == state).sum()) for state in states},
                **{f"{name}_count": int(lists.get(name, 0)) for name in LISTS},
                "top_targets": _top(first, lang),
                "remark": "\n".join(notes.get(chain_id, [])) or None,
            }
        )
    columns = [name for name in OVERVIEW_COLUMNS if name != "remark" or any(row["remark"] for row in rows)]
    place = columns.index("state:")
    columns[place : place + 1] = [f"state:{state}" for state in states]
    return pd.DataFrame(rows, columns=columns), columns


def _top(first: pd.DataFrame, lang: str) -> str | None:
    told = [
        text("workbook.top_target", lang, rank=place_said(row["rank"]), firm=row["firm"], segment=row["segment"])
        for row in rows_of(first)
    ]
    return "\n".join(told) or None


def chain_ids(findings: Findings, lang: str) -> list[str]:
    """The chains that a run looked at, by id."""
    held = (findings.gaps[lang]["chain_id"], findings.targets[lang]["chain_id"], findings.leaders[lang]["chain_id"])
    return sorted({str(chain) for chains in held for chain in chains.dropna()})


def notes_by_chain(findings: Findings, lang: str) -> dict[str | None, list[str]]:
    """Captions and caveats by chain; under None those said of no one chain or of every one."""
    notes: dict[str | None, list[str]] = {}
    for chain_id, note in zip(findings.notes[lang]["chain_id"], findings.notes[lang]["note"], strict=True):
        notes.setdefault(chain_id if isinstance(chain_id, str) else None, []).append(str(note))
    own = [held for chain_id, held in notes.items() if chain_id is not None]
    common = [note for note in own[0] if all(note in held for held in own)] if len(own) > 1 else []
    shown = {chain_id: [note for note in held if note not in common] for chain_id, held in notes.items()}
    return {None: [*shown.pop(None, []), *common], **shown}


def terms(findings: Findings, graph: ChainGraph, shown: pd.DataFrame, lang: str) -> pd.DataFrame:
    """How the fit of each listed firm comes about.

    Returns
    -------
    DataFrame
        One row per chain, strategy and listed firm: contribution of each term in nats, their sum, exp(sum) as fit_lift,
        the local firms it is nearest to (largest three, with their share of the likeness), the words shared with them.
    """
    keys = [key for key in ("chain_id", "list", "strategy", "firm_id") if key in findings.terms]
    columns = [*keys, *(f"term_{name}" for name in TERMS), "sum", "fit_lift", "near", "words"]
    if findings.terms.empty:
        return pd.DataFrame(columns=[*columns, "chain", "firm"])
    listed = set(zip(shown["chain_id"], shown["firm_id"], strict=True))
    held = findings.terms[
        [key in listed for key in zip(findings.terms["chain_id"], findings.terms["firm_id"], strict=True)]
    ]
    wide = held.pivot(index=keys, columns="term", values="contribution").reindex(columns=list(TERMS))
    table = wide.add_prefix("term_").reset_index()
    parts = [f"term_{name}" for name in TERMS]
    table["sum"] = table[parts].sum(axis=1, min_count=1)
    table["fit_lift"] = table["sum"].map(math.exp)  # a missing sum stays missing
    shares = local_shares(findings, lang)
    by = ["chain_id", "list", "firm_id"]
    near = dict(zip(zip(*(shares[name] for name in by), strict=True), shares["text"], strict=True))
    table["near"] = [near.get(key) for key in zip(*(table[name] for name in by), strict=True)]
    words = joined_words(findings, lang)
    table["words"] = [words.get(key) for key in zip(table["chain_id"], table["firm_id"], strict=True)]
    names = names_by_id(graph, "firms", lang)
    table["firm"] = table["firm_id"].map(names)
    return captioned(table.sort_values(keys, kind="stable"), graph, lang)
