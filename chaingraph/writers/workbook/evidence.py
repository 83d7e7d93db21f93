"""What the lists rest on, fact by fact: one row per statement, with its source, date and confidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from chaingraph.fit.lists import NAMED_FIRMS
from chaingraph.labels import text
from chaingraph.model.case import rows_of
from chaingraph.model.columns import SEPARATOR, is_missing, split
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import SHEETS
from chaingraph.places.regions import place_text
from chaingraph.wording.english import english_of
from chaingraph.wording.phrases import names_by_id, percent
from chaingraph.writers.cell_text import code_text

_SEAT = ("country", "province", "city", "district")
_PROVENANCE = ("source", "as_of", "confidence")

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
    names, segments, chains = (names_by_id(graph, table, lang) for table in ("firms", "segments", "chains"))
    chain_of = dict(zip(graph["segments"]["segment_id"], graph["segments"]["chain_id"], strict=True))
    shown = {str(chain) for chain in findings.gaps[lang]["chain_id"]}
    listed = _listed(findings, lang)
    local = graph.firms_in(findings.region)
    made = graph["firm_segments"]
    made = made[made["segment_id"].map(chain_of).isin(shown) & made["firm_id"].isin(local | set(listed))]
    # The seat of a local firm is evidence too: it is why the firm counts as local.
    of_firm: dict[str, set[str]] = {}
    for firm, segment in zip(made["firm_id"], made["segment_id"], strict=True):
        of_firm.setdefault(firm, set()).add(chain_of[segment])
    for firm, held in listed.items():
        of_firm.setdefault(firm, set()).update(held)

    english = english_of(graph)

    def spoken(value: object) -> object:
        return english.of(value) if lang == "en" and isinstance(value, str) else value

    def told(
        entry: str, row: Row, *, firm: str | None, chain: Iterable[str], segment: str | None = None, **values: object
    ) -> dict[str, object]:
        known = {key: "" if is_missing(value) else spoken(value) for key, value in values.items()}
        joined = SEPARATOR.join(chains.get(chain_id, chain_id) for chain_id in sorted(set(chain)))
        return {
            "chain": joined or None,
            "firm": names.get(firm, firm) if firm else None,
            "statement": _tidy(text(f"workbook.fact_{entry}", lang, **known), lang),
            **{column: row.get(column) for column in _PROVENANCE},
            "firm_id": firm,
            "segment_id": segment,
        }

    def facts() -> Iterator[dict[str, object]]:
        for row in _rows(graph, "firms", of_firm):
            seat = _seat([str(row[part]) for part in _SEAT if isinstance(row[part], str)], lang)
            yield told(
                "firm",
                row,
                firm=row["firm_id"],
                chain=of_firm[row["firm_id"]],
                seat=seat,
                tiers=_coded("tier", row["tiers"], lang),
            )
        for row in rows_of(made):
            yield told(
                "segment",
                row,
                firm=row["firm_id"],
                chain=[chain_of[row["segment_id"]]],
                segment=row["segment_id"],
                name=segments.get(row["segment_id"]),
                product=row["product"],
                kind=_coded("kind", row["kind"], lang),
                status=_coded("status", row["status"], lang),
                basis=_coded("basis", row["basis"], lang),
                place=row["site_region"],
            )
        for row in _rows(graph, "firm_sites", listed):
            yield told(
                "site",
                row,
                firm=row["firm_id"],
                chain=listed[row["firm_id"]],
                place=row["region"],
                kind=_coded("site", row["kind"], lang),
                since=row["since"],
                note=row["note"],
            )
        for row in _rows(graph, "firm_signals", listed):
            if row["review"] in ("pending", "rejected"):
                continue
            yield told(
                "signal",
                row,
                firm=row["firm_id"],
                chain=listed[row["firm_id"]],
                date=row["date"],
                kind=_coded("signal", row["kind"], lang),
                stage=_coded("project_stage", row["stage"], lang),
                site=_coded("site_status", row["site_status"], lang),
                text=row["text"],
            )
        for row in rows_of(findings.routes):
            kind = code_text("link", str(row["kind"]), lang)
            yield told(
                "route",
                row,
                firm=row["firm_id"],
                chain=[row["chain_id"]],
                product=row["product"],
                kind=kind,
                source_firm=names.get(row["from_id"], row["from_name"]),
                target_firm=names.get(row["to_id"], row["to_name"]),
            )
        for row in rows_of(graph["designations"]):
            if pd.isna(row["chain_id"]) or row["chain_id"] in shown:
                firm = row["firm_id"] if isinstance(row["firm_id"], str) else None
                yield told(
                    "designation",
                    row,
                    firm=firm,
                    chain=[row["chain_id"]] if row["chain_id"] in shown else [],
                    kind=_coded("designation", row["kind"], lang),
                    name=row["name"],
                    district=row["district"],
                    year=None if pd.isna(row["year"]) else row["year"],
                    note=row["note"],
                )
        for table, entry in (("segment_rules", "rule"), ("confirmations", "confirmation")):
            for row in rows_of(graph[table]):
                chain = chain_of.get(row["segment_id"])
                if chain in shown:
                    yield told(
                        entry,
                        row,
                        firm=None,
                        chain=[chain],
                        segment=row["segment_id"],
                        name=segments.get(row["segment_id"]),
                        region=row["region"],
                        admission=_coded("admission", row.get("admission"), lang),
                        basis=row.get("basis"),
                        state=_coded("confirmed", row.get("state"), lang),
                        by=row.get("by"),
                        date=row.get("date"),
                    )
        for row in rows_of(graph["leader_purchases"]):
            chain = chain_of.get(row["segment_id"])
            if chain in shown:
                yield told(
                    "purchase",
                    row,
                    firm=row["firm_id"],
                    chain=[chain],
                    segment=row["segment_id"],
                    name=segments.get(row["segment_id"]),
                    product=row["product"],
                    supplier=names.get(row["supplier_id"]),
                    city=row["supplier_city"],
                    amount=row["annual_cny_m"],
                )
        for row in rows_of(graph["segments"]):
            flags = [name for name in ("high_value", "chokepoint") if row[name] is True]
            if row["chain_id"] in shown and flags:
                yield told(
                    "flag",
                    row,
                    firm=None,
                    chain=[row["chain_id"]],
                    segment=row["segment_id"],
                    name=segments.get(row["segment_id"]),
                    reason=row["reason"],
                    flags=_coded("flag", SEPARATOR.join(flags), lang),
                )

    frame: pd.DataFrame = pd.DataFrame(list(facts()), columns=list(SHEETS["evidence"].columns)).drop_duplicates()
    frame["confidence"] = [_coded("confidence", value, lang) for value in frame["confidence"]]
    # Firms first, under each the statements in order; what belongs to no firm follows.
    return frame.sort_values(["chain", "firm_id", "statement", "source"], kind="stable", ignore_index=True)


def _seat(units: list[str], lang: str) -> str:
    """A seat from the country inward, as Chinese writes it; in English the smallest unit comes first."""
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
