"""What changed since a former run: its tables, read back from the files it wrote, beside what is found now."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from chaingraph import __version__
from chaingraph.errors import ChaingraphError, UnknownNameError
from chaingraph.labels import text
from chaingraph.model.findings import Findings
from chaingraph.model.results import FACT_COLUMNS
from chaingraph.writers.harmless import clean_text, plain_text
from chaingraph.writers.page.records import Record, known, records, rounded, shortened
from chaingraph.writers.publishing import not_of_its_run

_SHORTLIST = ("chain_id", "segment_id", "rank", "firm_id", "firm", "candidate_kind", "fit_lift")
_GAPS = ("chain_id", "segment_id", "state")
_TOLD_OF_A_FACT = ("signal_id", "firm_id", "firm", "kind", "site_status", "date", "place", "text", "source")
_SAME = 0.005  # fits nearer than this share of one another read the same
_FILES = ("shortlist.csv", "gaps.csv", "run.json")
_TOLD = "facts.csv"  # of versions that write it
# What changes a list while the data stay.
_PARAMETERS = ("reference", "reference_date", "strategy", "top", "region", "seed", "draws")

Rows = dict[tuple[str, str], dict[str, str]]  # by chain and firm, or chain and segment


@dataclass(frozen=True)
class FormerRun:
    """What a former run wrote: targets by (chain, firm), gaps by (chain, segment), and the record of the run.

    ``asked`` says that somebody asked for the comparison: they are then told, too, that nothing changed.
    """

    targets: Rows
    gaps: Rows
    record: Mapping[str, object]
    asked: bool = False
    facts: Mapping[str, Mapping[str, str]] | None = None  # by signal; None: a run that wrote none


def read_former(folder: Path) -> FormerRun | None:
    """The former run whose files stand in a folder; None where there is none that can be read.

    Files of another program, or of a version with other columns, are no former run: the comparison is a comfort, and
    nothing that lies in the folder by chance may keep a run from finishing.
    """
    try:
        lists, states, settings = (folder / name for name in _FILES)
        targets = _read(lists, _SHORTLIST, "firm_id")
        gaps = _read(states, _GAPS, "segment_id")
        record = json.loads(settings.read_text(encoding="utf-8"))
    except (OSError, ValueError, csv.Error):  # ValueError: not UTF-8, not JSON, or not the columns asked for
        return None
    mixed = set(not_of_its_run(folder)) & {*_FILES, _TOLD}  # what changed between two runs is not told from a mixture
    if not gaps or not isinstance(record, dict) or mixed:
        return None
    return FormerRun(targets, gaps, record, facts=_facts(folder / _TOLD))


def _facts(path: Path) -> dict[str, dict[str, str]] | None:
    """The facts of a former run by signal; None where it wrote none, or none of these columns."""
    try:
        return {signal: row for (_, signal), row in _read(path, FACT_COLUMNS, "signal_id", of="firm_id").items()}
    except (OSError, ValueError, csv.Error):
        return None


def former_run(place: str | Path, *, lang: str = "zh") -> FormerRun:
    """The former run that somebody asks to compare with: its folder, or a file of it.

    Raises
    ------
    ChaingraphError
        When the files of a run do not stand there, or not those of one run.
    """
    path = Path(place)
    folder = path.parent if path.is_file() else path
    found = read_former(folder)
    if found is None and (mixed := not_of_its_run(folder)):
        raise ChaingraphError(text("errors.page_former_mixed", lang, path=folder, names=", ".join(mixed)))
    if found is None:
        raise ChaingraphError(text("errors.page_no_former_run", lang, path=path, names=", ".join(_FILES)))
    return replace(found, asked=True)


def has_chain(former: FormerRun, chain_id: str, *, lang: str = "zh") -> FormerRun:
    """The former run, which has to hold the chain.

    Raises
    ------
    UnknownNameError
        When it does not; the message lists the chains it holds.
    """
    held = sorted({chain for chain, _ in former.gaps})
    if chain_id not in held:
        raise UnknownNameError(text("errors.page_chain_not_before", lang, chain=chain_id, chains=", ".join(held)))
    return former


def _read(path: Path, columns: tuple[str, ...], key: str, *, of: str = "chain_id") -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if not set(columns) <= set(rows.fieldnames or ()):
            msg = f"{path.name}: not the columns of a run"
            raise ValueError(msg)
        held = [{name: clean_text(plain_text(row[name] or "")) for name in columns} for row in rows]
    return {(row[of], row[key]): row for row in held}


def changes_of(former: FormerRun | None, findings: Findings, chain_id: str) -> Record | None:
    """What changed in one chain since the former run.

    Returns
    -------
    dict or None
        ``as_of`` and ``version`` of the former run; ``why``: list of name, was, now (data date, version, parameters
        that differ); ``firms``: list of firm, name, kind (new, gone, moved, fit, segment), list, was, now; ``states``:
        list of segment, was, now. None where there is no former run, it did not hold the chain, or nothing changed and
        nobody asked.
    """
    if former is None or not any(chain == chain_id for chain, _ in former.gaps):
        return None
    targets = {str(row["firm_id"]): row for row in records(findings.targets["zh"]) if row["chain_id"] == chain_id}
    before = {firm: row for (chain, firm), row in former.targets.items() if chain == chain_id}
    gone = [_change(row, "gone", was=_whole(row["rank"])) for firm, row in before.items() if firm not in targets]
    firms = [change for firm, row in targets.items() for change in _firm_changes(before.get(firm), row)]
    states = [
        {"segment": str(row["segment_id"]), "was": was["state"], "now": str(row["state"])}
        for row in records(findings.gaps["zh"])
        if row["chain_id"] == chain_id
        and (was := former.gaps.get((chain_id, str(row["segment_id"])))) is not None
        and was["state"] != row["state"]
    ]
    why = _why(former.record, findings)
    if not (former.asked or gone or firms or states or why):
        return None
    kinds = ("new", "gone", "moved", "fit", "segment")
    return known(
        {
            "as_of": _told(former.record.get("data_date")),
            "version": _told(former.record.get("version")),
            "why": why,
            "firms": sorted([*gone, *firms], key=lambda row: (kinds.index(row["kind"]), _last(row), str(row["firm"]))),
            "states": sorted(states, key=lambda row: row["segment"]),
        }
    )


def moves_of(former: FormerRun | None, findings: Findings) -> Record | None:
    """Which facts of movement are new, have moved on, ended or been withdrawn since the former run.

    Returns
    -------
    dict or None
        ``day``: that the former run counted to; ``rows``: facts with ``change`` (new, moved, ended, gone), ``was`` and
        ``now`` (stages). A fact of a project that was known moves it on; one that ends it is told as ended. None where
        there is no former run, or it wrote no facts.
    """
    if former is None or former.facts is None:
        return None
    now = {str(row["signal_id"]): row for row in records(findings.facts)}
    stages: dict[str, tuple[str, str]] = {}  # the newest stage of each project known then
    for row in former.facts.values():
        if row["project_id"] and row["project_stage"]:
            newest = (row["date"], row["project_stage"])
            stages[row["project_id"]] = max(stages.get(row["project_id"], ("", "")), newest)
    rows = []
    for signal, row in now.items():
        before = former.facts.get(signal)
        stage, site = str(row["project_stage"] or ""), str(row["site_status"] or "")
        if before is not None and (before["project_stage"], before["site_status"]) == (stage, site):
            continue
        known_stage = stages.get(str(row["project_id"]), ("", ""))[1]
        was = before["project_stage"] if before is not None else known_stage
        change = "ended" if stage == "ended" else "moved" if before is not None or known_stage else "new"
        rows.append({**{name: row[name] for name in _TOLD_OF_A_FACT}, "change": change, "was": was, "now": stage})
    for signal, held in former.facts.items():
        if signal not in now:
            gone = {name: held[name] or None for name in _TOLD_OF_A_FACT}
            rows.append({**gone, "change": "gone", "was": held["project_stage"], "now": ""})
    order = ("ended", "moved", "new", "gone")
    by_day = sorted(rows, key=lambda row: (str(row["date"] or ""), str(row["signal_id"])), reverse=True)
    told = [known(row) for row in sorted(by_day, key=lambda row: order.index(str(row["change"])))]
    return {"day": _told(former.record.get("as_of", former.record.get("data_date"))), "rows": told}


def _last(row: Record) -> float:
    value = row.get("now", row.get("was"))
    return float(value) if isinstance(value, int | float) else math.inf


def _change(row: Mapping[str, object], kind: str, *, was: object = None, now: object = None) -> Record:
    facts = {"firm": row["firm_id"], "name": shortened(str(row["firm"])), "list": row["candidate_kind"]}
    return known({**facts, "kind": kind, "was": was, "now": now})


def _firm_changes(before: Mapping[str, str] | None, row: Record) -> list[Record]:
    if before is None:
        return [_change(row, "new", now=row["rank"])]
    made = []
    rank = _whole(before["rank"])
    if before["candidate_kind"] == row["candidate_kind"] and rank != row["rank"]:
        made.append(_change(row, "moved", was=rank, now=row["rank"]))
    was, now = _number(before["fit_lift"]), row["fit_lift"]
    if (was is None) != (now is None) or (was and now and abs(was - now) > _SAME * max(was, now)):
        made.append(_change(row, "fit", was=rounded(was), now=rounded(now)))
    if before["segment_id"] != row["segment_id"]:
        made.append(_change(row, "segment", was=before["segment_id"], now=row["segment_id"]))
    return made


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _whole(cell: str) -> int | None:
    value = _number(cell)
    return None if value is None else int(value)


def _why(record: Mapping[str, object], findings: Findings) -> list[Record]:
    """Data date, version and parameters that are not what they were."""
    held = record.get("parameters")
    parameters = held if isinstance(held, dict) else {}
    pairs: list[tuple[str, object, object]] = [
        ("data_date", record.get("data_date"), findings.data_date),
        ("as_of", record.get("as_of", record.get("data_date")), findings.as_of),
        ("version", record.get("version"), __version__),
    ]
    pairs += [
        (name, parameters[name], findings.parameters[name])
        for name in _PARAMETERS
        if name in parameters and name in findings.parameters
    ]
    return [known({"name": name, "was": _told(was), "now": _told(now)}) for name, was, now in pairs if was != now]


def _told(value: object) -> str:
    return "" if value is None else shortened(clean_text(str(value)))
