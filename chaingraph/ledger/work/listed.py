"""What leads in work say to the lists: who is in contact with a firm, what is known by now, whom nobody has to call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from chaingraph.choosing.calls import GROUPS, to_be_visited, visit_level, within_limits
from chaingraph.choosing.readiness import MARKS
from chaingraph.ledger.lists.feedback import with_ledger
from chaingraph.ledger.lists.filling import fill
from chaingraph.ledger.project import Project
from chaingraph.ledger.suspects import bare
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.monthly import is_place
from chaingraph.ledger.work.views import may_see
from chaingraph.matching.name_forms import normalise_name
from chaingraph.model.columns import is_missing, split
from chaingraph.model.findings import Findings
from chaingraph.model.results.told import Name, Place, Words, reason
from chaingraph.wording.phrases import as_told, sentences, told
from chaingraph.wording.work import money

_OVER = ("handed_over", "closed")
_SAME = ["chain_id", "segment_id", "firm_id"]  # a row of the lists


def findings_with_leads(
    findings: Findings, leads: Iterable[Lead], projects: Iterable[Project], *, as_of: str, place: str = ""
) -> Findings:
    """What a run found, with what the log of leads knows of each listed firm.

    Rows of the lists say which unit is in contact, as first next step and as first door; what a contact has told counts
    as a mark, and is not asked again. Among the month's calls stands nobody whose lead is over or another's, or who is
    a project of the ledger; the next firm of the city has the place (`filling.fill`), and a note says so. Whoever has a
    unit stands under it. Ranks of the lists stay.

    Parameters
    ----------
    place
        Whose lists they are: of another's lead that is not released it only reads that a unit is in contact.
    """
    known: dict[str, Lead] = {}
    for lead in sorted(leads, key=lambda lead: (lead.live, lead.last_on)):  # of several the live one, then the newest
        for key in (str(lead.facts.get("firm_id") or ""), _key(lead.firm)):
            known[key] = lead
    known.pop("", None)
    if not known:
        return findings
    changed: dict[str, Any] = {}
    for name in ("targets", "leader_targets"):
        frame = as_told(getattr(findings, name)).frame
        changed[name] = told(_spoken(frame, known, place))
    if findings.marks:
        changed["marks"] = told(_marked(as_told(findings.marks).frame, known, place))
    if findings.calls:
        lists = pd.concat([as_told(changed[name]).frame for name in ("targets", "leader_targets")], ignore_index=True)
        calls, notes = _calls(as_told(findings.calls).frame, lists, known, list(projects), as_of, place)
        changed["calls"] = told(calls)
        if notes:
            more = pd.DataFrame(notes, columns=["chain_id", "note"])
            changed["notes"] = told(pd.concat([as_told(findings.notes).frame, more], ignore_index=True))
    return replace(findings, **changed)


def _key(firm: object) -> str:
    name = firm.zh if isinstance(firm, Name) else str(firm)
    return f"name {bare(normalise_name(name))}" if name else ""


def _lead(row: Mapping[Any, Any], known: Mapping[str, Lead]) -> Lead | None:
    return known.get(str(row["firm_id"])) or known.get(_key(row["firm"]))


def _contact(lead: Lead, place: str) -> Words | None:
    """Who is in contact with the firm, or has it to do; None where nobody is."""
    if not may_see(lead, place):
        return reason("work.taken") if lead.live else None
    if lead.stage == "closed":
        return reason("work.list_closed", closing=reason(f"work.closing_{lead.closing}"), day=lead.since)
    for entry, tried in (("work.list_contacted", lead.met), ("work.list_unreached", lead.contacts)):
        if tried:
            units = "、".join(dict.fromkeys(each.by for each in tried))
            return reason(entry, units=units, day=str(tried[-1].data["on"]))
    if lead.given_to and lead.live:
        return reason("work.list_assigned", units="、".join(lead.given_to))
    return None


def _answers(lead: Lead, place: str) -> dict[str, Words]:
    """By mark what the log has told of it: the door, who decides, what is planned."""
    if not may_see(lead, place) or lead.stage == "closed" or not lead.met:
        return {}
    said = _contact(lead, place)
    found: dict[str, Words] = {} if said is None else {"door": said}
    facts = lead.facts
    posts = [str(each.data.get("post") or each.data.get("unit") or "") for each in lead.met]
    if any(posts):
        found["decision"] = reason("work.list_post", post=next(post for post in reversed(posts) if post))
    parts = [facts.get("product"), facts.get("investment_m")]
    if any(parts):
        amount = {lang: money(parts[1], facts.get("currency"), lang) for lang in ("zh", "en")}
        product = str(parts[0] or "")
        zh, en = (" ".join(filter(None, (product, amount[lang]))) for lang in ("zh", "en"))
        found["project"] = Name(zh, en)
    return found


def _spoken(frame: pd.DataFrame, known: Mapping[str, Lead], place: str) -> pd.DataFrame:
    """Rows of a list with the contact before the next steps and the doors, and with the marks that it fills."""
    columns: dict[str, list[object]] = {
        name: frame[name].astype(object).tolist()
        for name in ("next_step", "route", "open_question", "marks", "maturity")
    }
    for at, row in enumerate(frame.to_dict("records")):
        lead = _lead(row, known)
        said = None if lead is None else _contact(lead, place)
        if lead is None or said is None:
            continue
        columns["next_step"][at] = (said, *sentences(row["next_step"]))
        answers = _answers(lead, place)
        if "door" in answers:
            columns["route"][at] = (said, *sentences(row["route"]))
        if lead.met or lead.stage in _OVER:
            columns["open_question"][at] = None  # it was asked, or need not be
        marks = {*answers, *(() if is_missing(row["marks"]) else split(str(row["marks"])))}
        if answers:
            columns["marks"][at] = ";".join(mark for mark in MARKS if mark in marks)
            columns["maturity"][at] = len(marks)
    kinds = {"marks": frame["marks"].dtype, "maturity": frame["maturity"].dtype}
    made = {
        name: pd.Series(cells, index=frame.index, dtype=kinds.get(name, "object")) for name, cells in columns.items()
    }
    return frame.assign(**made)


def _marked(frame: pd.DataFrame, known: Mapping[str, Lead], place: str) -> pd.DataFrame:
    """The marks of the rows: what the log has told is filled and no longer asked."""
    filled, said, question, whom = (
        frame[name].astype(object).tolist() for name in ("filled", "said", "question", "ask_whom")
    )
    answers = {key: _answers(lead, place) for key, lead in known.items()}
    for at, row in enumerate(frame[["firm_id", "firm", "mark", "filled"]].to_dict("records")):
        own = answers.get(str(row["firm_id"])) or answers.get(_key(row["firm"])) or {}
        if row["mark"] in own and (not row["filled"] or row["mark"] == "door"):
            filled[at], said[at], question[at], whom[at] = True, own[row["mark"]], None, None
    made = {"filled": filled, "said": said, "question": question, "ask_whom": whom}
    kinds = {"filled": frame["filled"].dtype}
    return frame.assign(
        **{name: pd.Series(cells, index=frame.index, dtype=kinds.get(name, "object")) for name, cells in made.items()}
    )


def _calls(
    frame: pd.DataFrame,
    lists: pd.DataFrame,
    known: Mapping[str, Lead],
    projects: list[Project],
    as_of: str,
    place: str,
) -> tuple[pd.DataFrame, list[tuple[object, Words]]]:
    """The month's calls without those that are a project, over or another's; what a unit has in hand stands under it.

    Beside them notes, chain and sentence: who has whose place, and why.

    The marks are those of the firm's row on the lists, what the log has told included; by them it is judged anew
    whether a firm in work is to be visited.
    """
    new = lists[lists["candidate_list"] == "new"].drop_duplicates(_SAME).set_index(_SAME)
    listed = new[["marks", "tiers", "rank", "city", "decision_city"]].to_dict("index")
    named = pd.DataFrame(
        {
            "firm_id": frame["firm_id"],
            "firm": [each.zh if isinstance(each, Name) else str(each) for each in frame["firm"]],
        }
    )
    project = with_ledger(named, projects, as_of=as_of, place=place)["ledger_offer"].ne("new")
    rows: list[dict[Any, Any]] = []
    gone: list[tuple[dict[Any, Any], Words]] = []
    for row, in_ledger in zip(frame.to_dict("records"), project, strict=True):
        lead = _lead(row, known)
        why = _gone(lead, place, in_ledger=in_ledger)
        if why is not None:
            gone.append((row, why))
            continue
        if lead is not None:
            units = list(dict.fromkeys([*(each.by for each in lead.contacts), *lead.given_to]))
            row["for_whom"] = "、".join(units) or row["for_whom"]
            row["open_question"] = None if lead.met else row["open_question"]
            own = listed.get(tuple(row[name] for name in _SAME))
            if own is not None:
                marks = set() if is_missing(own["marks"]) else set(split(str(own["marks"])))
                row["maturity"] = len(marks)
                if row["group"] != "visit" and to_be_visited(marks):
                    row["visit_level"] = _level(lead, units, own["tiers"])
        rows.append(row)
    notes = fill(rows, gone, lambda row: listed.get(tuple(row[name] for name in _SAME), {}), _whom)
    kept = within_limits(_in_order(rows)).reindex(columns=list(frame.columns)).astype(frame.dtypes.to_dict())
    return kept, notes


def _gone(lead: Lead | None, place: str, *, in_ledger: bool) -> Words | None:
    """Why a firm is not called any more; None where it is. Of another's lead no more is said than that there is one."""
    if lead is not None and not may_see(lead, place):
        return reason("work.taken" if lead.live else "work.call_hidden")
    if lead is not None and lead.stage == "closed":
        return _contact(lead, place)
    return reason("work.call_project") if in_ledger or (lead is not None and not lead.live) else None


def _level(lead: Lead, units: list[str], tiers: object) -> str:
    """Who visits a firm in work, by what is to be invested, the lists that it is on, and whose lead it is."""
    amount = lead.facts.get("investment_m") if lead.facts.get("currency", "CNY") == "CNY" else None
    return visit_level(amount, tiers, next((unit for unit in units if not is_place(unit)), None))


def _in_order(rows: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """The rows by group: who was to be visited before, then those with more marks; ``by``: whose share each takes."""
    before = {id(row) for row in rows if row["group"] == "visit"}
    named = []
    for row in rows:
        promoted = id(row) not in before and not is_missing(row["visit_level"])
        group = "visit" if promoted else row["group"]
        place = 0 if group == "ask_site" or id(row) in before else 1 if promoted else 2
        named.append((place, row["maturity"], {**row, "group": group, "by": _whom(row)}))
    # Sites are asked about by nearness: there the order stays.
    named.sort(key=lambda one: (GROUPS.index(one[2]["group"]), one[0], 0 if one[2]["group"] == "ask_site" else -one[1]))
    return [row for _, _, row in named]


def _whom(row: Mapping[Any, Any]) -> object:
    named = row["for_whom"]
    return named.units[-1] if isinstance(named, Place) else None if is_missing(named) else named
