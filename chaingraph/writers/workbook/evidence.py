"""What the lists rest on, fact by fact: one row per statement, with its source, date and confidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from chaingraph.fit.lists import NAMED_FIRMS
from chaingraph.labels import text
from chaingraph.model.case import cells_of, rows_of, usable_signals
from chaingraph.model.columns import SEPARATOR, is_missing, split
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import SHEETS
from chaingraph.places.regions import place_text
from chaingraph.wording.english import english_of
from chaingraph.wording.phrases import names_by_id, percent
from chaingraph.writers.cell_text import code_text

_PROVENANCE = ("source", "as_of", "confidence")
# What each statement says (``fact_…`` of the labels) by column of its table, with the group of codes that it holds.
_SAYS: dict[str, dict[str, str | None]] = {
    "firm": {"tiers": "tier"},
    "segment": {"kind": "kind", "product": None, "status": "status", "basis": "basis", "site_region": None},
    "site": {"region": None, "kind": "site", "since": None, "note": None},
    "signal": {
        "date": None, "kind": "signal", "stage": "project_stage", "site_status": "site_status", "text": None
    },
    "route": {"kind": "link", "product": None},
    "designation": {"kind": "designation", "name": None, "district": None, "year": None, "note": None},
    "rule": {"region": None, "admission": "admission", "basis": None},
    "confirmation": {"region": None, "state": "confirmed", "by": None, "date": None},
    "purchase": {"product": None, "supplier_city": None, "annual_cny_m": None},
    "flag": {"reason": None},
}  # fmt: skip
_OF_SEGMENTS = {
    "segment_rules": "rule", "confirmations": "confirmation", "leader_purchases": "purchase", "segments": "flag"
}  # fmt: skip

Row = Mapping[Any, Any]


def facts(findings: Findings, graph: ChainGraph, lang: str) -> pd.DataFrame:
    """The facts of movement that may be used, in words: `results.FACT_COLUMNS`, the reasons to call first."""
    if findings.facts.empty:
        return pd.DataFrame()
    names = names_by_id(graph, "firms", lang)
    told = findings.facts
    words = {"kind": "signal", "project_stage": "project_stage", "site_status": "site_status"}
    said: dict[str, Any] = {
        column: [_coded(group, code, lang) for code in told[column]] for column, group in words.items()
    }
    ended = text("page.project_ended", lang)  # a firm of which a project ended has left no business
    kinds = zip(said["kind"], told["project_stage"], strict=True)
    said["kind"] = [ended if stage == "ended" else kind for kind, stage in kinds]
    said["firm"] = [names.get(firm, firm) for firm in told["firm_id"]]
    yes = text("template.flag_yes", lang)
    said["call_reason"] = [yes if reason is True else None for reason in told["call_reason"]]
    return told.assign(**{column: pd.Series(held, index=told.index, dtype="str") for column, held in said.items()})


def evidence(findings: Findings, graph: ChainGraph, lang: str) -> pd.DataFrame:
    """Which facts stand behind the lists?

    Returns
    -------
    DataFrame
        One row per fact about a listed firm, a local firm of a listed chain, a segment or a route: chain (name; several
        joined; NaN = of no one chain), firm, statement, source, as_of (NaN = the source states no date), confidence
        (caption), firm_id, segment_id (NaN where the fact is not about one). Sorted by chain, firm and statement.
    """
    told = _Teller(graph, lang)
    shown = {str(chain) for chain in findings.gaps[lang]["chain_id"]}
    listed = _listed(findings, lang)
    made = graph["firm_segments"]
    local = graph.firms_in(findings.region)
    made = made[made["segment_id"].map(told.chain_of).isin(shown) & made["firm_id"].isin(local | set(listed))]
    # The seat of a local firm is evidence too: it is why the firm counts as local.
    of_firm: dict[str, set[str]] = {firm: set(chains) for firm, chains in listed.items()}
    for firm, segment in cells_of(made, "firm_id", "segment_id"):
        of_firm.setdefault(firm, set()).add(told.chain_of[segment])
    rows = [
        *(told.of_firm("firm", row, of_firm, seat=_seat(row, lang)) for row in _rows(graph, "firms", of_firm)),
        *(told.of_segment("segment", row, firm=row["firm_id"]) for row in rows_of(made)),
        *(told.of_firm("site", row, listed) for row in _rows(graph, "firm_sites", listed)),
        *(
            told.of_firm("signal", row, listed)
            for row in rows_of(usable_signals(graph["firm_signals"]))
            if row["firm_id"] in listed
        ),
        *(told.route(row) for row in rows_of(findings.routes)),
        *(
            told.designation(row, [row["chain_id"]] if row["chain_id"] in shown else [])
            for row in rows_of(graph["designations"])
            if is_missing(row["chain_id"]) or row["chain_id"] in shown
        ),
        *(
            told.of_segment(entry, row, firm=row["firm_id"] if entry == "purchase" else None)
            for table, entry in _OF_SEGMENTS.items()
            for row in rows_of(graph[table])
            if told.chain_of.get(row["segment_id"]) in shown and (entry != "flag" or _flags(row))
        ),
    ]
    frame: pd.DataFrame = pd.DataFrame(rows, columns=list(SHEETS["evidence"].columns)).drop_duplicates()
    frame["confidence"] = [_coded("confidence", value, lang) for value in frame["confidence"]]
    # Firms first, under each the statements in order; what belongs to no firm follows.
    return frame.sort_values(["chain", "firm_id", "statement", "source"], kind="stable", ignore_index=True)


class _Teller:
    """Rows of the case as statements of the sheet, in one language."""

    def __init__(self, graph: ChainGraph, lang: str) -> None:
        self.lang = lang
        self.firms, self.segments, self.chains = (
            names_by_id(graph, table, lang) for table in ("firms", "segments", "chains")
        )
        self.chain_of = dict(cells_of(graph["segments"], "segment_id", "chain_id"))
        self.english = english_of(graph)

    def _told(
        self,
        entry: str,
        row: Row,
        more: Mapping[str, object],
        *,
        firm: str | None,
        chains: Iterable[str],
        segment: str | None = None,
    ) -> dict[str, object]:
        """One row of the sheet; ``more`` is what the statement says beside the columns of `_SAYS`."""
        lang = self.lang
        said = {
            column: _coded(group, row[column], lang) if group else row[column] for column, group in _SAYS[entry].items()
        }
        known = {name: "" if is_missing(value) else self._spoken(value) for name, value in {**said, **more}.items()}
        return {
            "chain": SEPARATOR.join(self.chains.get(chain_id, chain_id) for chain_id in sorted(set(chains))) or None,
            "firm": self.firms.get(firm, firm) if firm else None,
            "statement": _tidy(text(f"workbook.fact_{entry}", lang, **known), lang),
            **{column: row.get(column) for column in _PROVENANCE},
            "firm_id": firm,
            "segment_id": segment,
        }

    def _spoken(self, value: object) -> object:
        return self.english.of(value) if self.lang == "en" and isinstance(value, str) else value

    def of_firm(self, entry: str, row: Row, chains: Mapping[str, Iterable[str]], **more: object) -> dict[str, object]:
        """What is known of a firm, for all chains that it is shown in."""
        return self._told(entry, row, more, firm=row["firm_id"], chains=chains[row["firm_id"]])

    def of_segment(self, entry: str, row: Row, *, firm: str | None) -> dict[str, object]:
        """What is known of a segment, or of a firm in it."""
        segment = row["segment_id"]
        more: dict[str, object] = {"name": self.segments.get(segment)}
        if entry == "purchase":
            more["supplier"] = self.firms.get(row["supplier_id"])
        if entry == "flag":
            more["flags"] = _coded("flag", SEPARATOR.join(_flags(row)), self.lang)
        return self._told(entry, row, more, firm=firm, chains=[self.chain_of[segment]], segment=segment)

    def route(self, row: Row) -> dict[str, object]:
        """One step of the way to a target."""
        ends = {
            "source_firm": self.firms.get(row["from_id"], row["from_name"]),
            "target_firm": self.firms.get(row["to_id"], row["to_name"]),
        }
        return self._told("route", row, ends, firm=row["firm_id"], chains=[row["chain_id"]])

    def designation(self, row: Row, chains: Iterable[str]) -> dict[str, object]:
        """A title that was given to a firm, a chain or the region."""
        firm = row["firm_id"] if isinstance(row["firm_id"], str) else None
        return self._told("designation", row, {}, firm=firm, chains=chains)


def _flags(segment: Row) -> list[str]:
    return [name for name in ("high_value", "chokepoint") if segment[name] is True]


def _seat(firm: Row, lang: str) -> str:
    """A seat from the country inward, as Chinese writes it; in English the smallest unit comes first."""
    units = [firm[part] for part in ("country", "province", "city", "district") if isinstance(firm[part], str)]
    said = [place_text(unit, lang) for unit in dict.fromkeys(units)]
    return ", ".join(dict.fromkeys(reversed(said))) if lang == "en" else "".join(said)


def _listed(findings: Findings, lang: str) -> dict[str, set[str]]:
    """The chains in whose lists each firm stands."""
    held: dict[str, set[str]] = {}
    for texts in (findings.targets, findings.leader_targets, findings.rankings, findings.leaders):
        frame = texts[lang]
        for chain_id, firm_id in zip(frame["chain_id"], frame["firm_id"], strict=True):
            if isinstance(firm_id, str):
                held.setdefault(firm_id, set()).add(chain_id)
    return held


def _rows(graph: ChainGraph, table: str, firms: Mapping[str, object]) -> list[dict[Any, Any]]:
    frame = graph[table]
    rows: list[dict[Any, Any]] = rows_of(frame[frame["firm_id"].isin(list(firms))])
    return rows


def _coded(group: str, value: object, lang: str) -> str | None:
    return code_text(group, value, lang) if isinstance(value, str) else None


def _tidy(statement: str, lang: str) -> str:
    """The statement without the marks that blanks left behind."""
    joint, end = ("; ", ".") if lang == "en" else ("\uff1b", "。")
    parts = [part.strip() for part in statement.split("|")]
    kept = [part for part in parts if part and part[-1] not in ":\uff1a"]
    return joint.join(kept) + end


def local_shares(findings: Findings, lang: str) -> pd.DataFrame:
    """Which local firms is each candidate nearest to, and by what share?

    Returns
    -------
    DataFrame
        One row per chain, list and firm: the largest three local firms with their share of the likeness, as text
        (``宏达高科 37%``).
    """
    keys = ["chain_id", "list", "firm_id"]
    name = "local_firm" if lang == "zh" else "local_firm_en"
    first = findings.shares[findings.shares["rank"] <= NAMED_FIRMS].sort_values([*keys, "rank"], kind="stable")
    told = [f"{local} {percent(share)}" for local, share in zip(first[name], first["share"], strict=True)]
    return first.assign(text=told).groupby(keys)["text"].agg("\n".join).reset_index()


def joined_words(findings: Findings, lang: str) -> dict[tuple[str, str], str]:
    """The words each candidate's products share with local firms' products, by chain and firm; each word once."""
    words: dict[tuple[str, str], dict[str, None]] = {}
    frame, column = findings.words, "words_en" if lang == "en" and "words_en" in findings.words else "words"
    for row in rows_of(frame.sort_values(list(frame.columns), kind="stable")):
        words.setdefault((row["chain_id"], row["firm_id"]), {}).update(dict.fromkeys(split(row[column])))
    return {key: text("gaps.list_separator", lang).join(held) for key, held in words.items() if held}
