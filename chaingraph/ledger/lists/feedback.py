"""What the ledger gives back to the shortlist: outcomes for the back-test, and who already talks to a firm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from chaingraph.ledger.derived import landing
from chaingraph.ledger.fields import LADDER
from chaingraph.ledger.project import Project
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.suspects import bare, keys
from chaingraph.matching.name_forms import normalise_name
from chaingraph.model.findings import Findings
from chaingraph.model.results import OUTCOME_COLUMNS, TALK_COLUMNS
from chaingraph.model.results.told import reason
from chaingraph.wording.phrases import as_told, sentences, told

LEAST_POSITIVES = 200  # firms signed or further, from which weights may be fitted anew
HELD = "held_elsewhere"  # the gate of a firm that another place negotiates with alone
_SHOWN_NAMES = 10


def outcomes(ledger: Ledger, region: str) -> pd.DataFrame:
    """Firms that came, as the back-test takes them (``--outcomes``): one row per firm signed or further.

    Left out are constructed examples, projects found to be the same as another, and those that ended before a signing.

    Parameters
    ----------
    ledger
        An open ledger.
    region
        The city of the ledger, as in the case (嘉兴).

    Returns
    -------
    DataFrame
        One row per firm, all columns text, by date and firm: firm (the investor's name), region (as given), date (ISO
        day of its first signing or later stage; NaN where not known).

    Raises
    ------
    LedgerError
        When the file is damaged.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import chaingraph as cg
    >>> facts = {"project": "构造一期", "investor": "构造甲有限公司", "place": "平湖市", "constructed": True}
    >>> acts = [cg.Act("entered", "p1", "2024-03-01", "平湖市投促局", data=facts | {"constructed": False}),
    ...         cg.Act("stage", "p1", "2024-05-04", "平湖市投促局", data={"stage": "signed"})]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with cg.open_ledger(Path(folder, "ledger.db"), cg.load_rules("jiaxing"), create=True) as ledger:
    ...         _ = ledger.record_all(acts)
    ...         found = outcomes(ledger, "嘉兴")
    >>> found.to_numpy().tolist()
    [['构造甲有限公司', '嘉兴', '2024-05-04']]
    """
    first: dict[str, str] = {}
    for project in ledger.projects():
        days = [project.stage_on[stage] for stage in LADDER[1:] if stage in project.stage_on]
        if project.same_as or not days or project.facts.get("constructed"):
            continue
        firm, day = str(project.facts["investor"]), min((day for day in days if day), default="")
        known = [each for each in (first.get(firm, ""), day) if each]
        first[firm] = min(known, default="")
    rows = [(firm, region, day or None) for firm, day in sorted(first.items(), key=lambda item: (item[1], item[0]))]
    return pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS)).astype("str")


def enough_to_refit(positives: pd.DataFrame) -> bool:
    """Whether there are enough outcomes to fit the score's weights anew; below, the shipped ones stay."""
    return len(positives) >= LEAST_POSITIVES


def firm_names(project: Project) -> set[str]:
    """What a project's firm is recognised by: id, credit code, and names without place and legal form."""
    about = keys(project.project_id, project.facts)
    firm_id = project.facts.get("firm_id")
    names = {f"name {bare(name)}" for name in (about.investor_key, about.group) if bare(name)}
    return (
        names
        | ({f"id {firm_id}"} if firm_id else set())
        | ({f"code {about.credit_code}"} if about.credit_code else set())
    )


def with_ledger(shortlist: pd.DataFrame, projects: Iterable[Project], *, as_of: str, place: str = "") -> pd.DataFrame:
    """A shortlist with what the ledger knows about each firm: who talks to it, since when, whether it may be offered.

    Parameters
    ----------
    shortlist
        Rows with firm, and firm_id or credit_code where known.
    projects
        The projects of the ledger as they stand: ``ledger.projects()``.
    as_of
        The day on which an exclusive negotiation is looked at, YYYY-MM-DD.
    place
        The place whose list it is; a firm in exclusive negotiation with another place is not offered to it. "" is no
        place: a firm that any place holds is not offered.

    Returns
    -------
    DataFrame
        The same rows with six columns of text, NaN where the firm is not in the ledger: ledger_project (id),
        ledger_stage, ledger_place, ledger_since (ISO day of first contact or entry), ledger_until (last day of an
        exclusive negotiation; NaN without one), and, always there, ledger_offer (``new``: not in the ledger; ``own``;
        ``open``: others talk to it; ``held``: another place negotiates alone, do not approach).

    Notes
    -----
    Of several projects of a firm the one that is held, else the latest, is shown. Firms are recognised by id, credit
    code or name without place and legal form; a project is also found under the name of its investor's group.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import chaingraph as cg
    >>> facts = {"project": "构造一期", "investor": "构造甲有限公司", "place": "平湖市", "constructed": True,
    ...          "investment_m": 1200.0, "currency": "CNY"}
    >>> acts = [cg.Act("entered", "p1", "2024-03-01", "平湖市投促局", data=facts),
    ...         cg.Act("reported", "p1", "2024-03-04", "平湖市投促局", data={"place": "平湖市"})]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with cg.open_ledger(Path(folder, "ledger.db"), cg.load_rules("jiaxing"), create=True) as ledger:
    ...         _ = ledger.record_all(acts)
    ...         held = ledger.projects()
    >>> listed = pd.DataFrame({"firm": ["构造甲有限公司", "构造乙有限公司"]})
    >>> told = with_ledger(listed, held, as_of="2024-04-01", place="桐乡市")
    >>> told[["ledger_until", "ledger_offer"]].to_numpy().tolist()
    [['2024-04-04', 'held'], [nan, 'new']]
    """
    found: dict[str, list[tuple[str, str]]] = {}
    live = {project.project_id: project for project in projects if project.open}
    for project in live.values():
        for key in firm_names(project):
            held = project.holds(as_of)
            found.setdefault(key, []).append((f"{'1' if held else '0'} {project.entered_on}", project.project_id))
    rows: list[tuple[object, ...]] = []
    for row in shortlist.to_dict("records"):
        asked = [
            f"id {row.get('firm_id')}",
            f"code {row.get('credit_code')}",
            f"name {bare(normalise_name(str(row['firm'])))}",
        ]
        hits = sorted(hit for key in asked for hit in found.get(key, []))
        if not hits:
            rows.append((None, None, None, None, None, "new"))
            continue
        project = live[hits[-1][1]]
        holder, where = project.holds(as_of), landing(project)
        offer = "held" if holder and holder != place else "own" if where == place or holder else "open"
        since = project.stage_on.get("negotiating") or project.entered_on
        rows.append(
            (project.project_id, project.stage, where, since, project.exclusive_until if holder else None, offer)
        )
    added = pd.DataFrame(rows, columns=list(TALK_COLUMNS), index=shortlist.index).astype("str")
    return pd.concat([shortlist, added], axis=1)


def findings_with_ledger(findings: Findings, projects: Sequence[Project], *, as_of: str, place: str = "") -> Findings:
    """What a run found, with what the ledger knows of each listed firm.

    Each listed firm that stands in the ledger says so as its first next step, and has the `TALK_COLUMNS`. A firm that
    another place negotiates with alone is taken off the lists of new targets; it is counted with what the gates held
    back (`HELD`), by name. Of the sector rankings it stays a member and the first reason says who holds it.

    Parameters
    ----------
    as_of
        The day on which an exclusive negotiation is looked at.
    place
        Whose lists they are; see `with_ledger`.
    """
    changed: dict[str, Any] = {}
    held: dict[str, set[str]] = {}
    for name in ("targets", "leader_targets"):
        listed = as_told(getattr(findings, name))
        rows = _talked(listed.frame, projects, as_of, place, "next_step")
        away = rows["ledger_offer"].eq("held") & rows["candidate_list"].eq("new")
        for chain_id, firm in zip(rows.loc[away, "chain_id"], rows.loc[away, "firm"], strict=True):
            held.setdefault(str(chain_id), set()).add(str(firm))
        changed[name] = replace(listed, frame=_ranked_again(rows[~away]))
    rankings = as_told(findings.rankings)
    ranked = _talked(rankings.frame, projects, as_of, place, "reasons")[list(rankings.frame.columns)]
    changed["rankings"] = replace(rankings, frame=ranked)
    gates = [(chain_id, HELD, len(firms), ";".join(sorted(firms)[:_SHOWN_NAMES])) for chain_id, firms in held.items()]
    more = pd.DataFrame(sorted(gates), columns=["chain_id", "gate", "count", "firms"])
    dropped = pd.concat([findings.dropped, more], ignore_index=True) if gates else findings.dropped
    said = reason("ledger.note_shortlist", as_of=as_of, held=len(set().union(*held.values())))
    chains = as_told(findings.gaps).frame["chain_id"].drop_duplicates()
    notes = [as_told(findings.notes).frame, pd.DataFrame({"chain_id": chains, "note": [said] * len(chains)})]
    changed["notes"] = told(pd.concat(notes, ignore_index=True))
    dropped = dropped.sort_values("chain_id", kind="stable", ignore_index=True)
    parameters = {**findings.parameters, "ledger_as_of": as_of, "ledger_place": place or None}
    return replace(findings, dropped=dropped, parameters=parameters, **changed)


def _talked(frame: pd.DataFrame, projects: Sequence[Project], as_of: str, place: str, column: str) -> pd.DataFrame:
    """The rows with the `TALK_COLUMNS`, and with what they say put before the sentences of a column."""
    found = with_ledger(frame, projects, as_of=as_of, place=place)
    said = []
    for row in found.to_dict("records"):
        own = sentences(row[column])
        if row["ledger_offer"] == "new":
            said.append(own or None)
            continue
        values = {name.removeprefix("ledger_"): row[name] for name in TALK_COLUMNS}
        values["stage"] = reason(f"ledger.stage_{row['ledger_stage']}")
        said.append((reason(f"ledger.talk_{row['ledger_offer']}", **values), *own))
    return found.assign(**{column: pd.Series(said, index=found.index, dtype="object")})


def _ranked_again(frame: pd.DataFrame) -> pd.DataFrame:
    """Ranks without a hole, each list for itself."""
    ranks = frame.groupby(["chain_id", "candidate_list"])["rank"].rank(method="first")
    return frame.assign(rank=ranks.astype(frame["rank"].dtype)).reset_index(drop=True)
