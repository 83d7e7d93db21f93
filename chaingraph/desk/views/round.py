"""The views of the round: leads given to counties and teams, a workbook for each, and what they send back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from chaingraph.desk import inbox
from chaingraph.desk.desk import Answer, Asked, Grid, Page, Went
from chaingraph.desk.log import has_ledger, opened, signed_act
from chaingraph.desk.views.leads import FEEDBACK_DAYS, grid_of
from chaingraph.desk.views.papers import papers
from chaingraph.errors import ChaingraphError
from chaingraph.ledger.work.dispatching import units_of
from chaingraph.ledger.work.lead import Lead
from chaingraph.ledger.work.log import leads_in_work, record_leads
from chaingraph.ledger.work.merging import merge_returned
from chaingraph.ledger.work.returned import read_returned
from chaingraph.ledger.work.sheets import load_system_map
from chaingraph.ledger.work.views import work_list
from chaingraph.model.days import days_later
from chaingraph.wording.work import word
from chaingraph.writers.work.dispatch import write_dispatch, write_merged

_TO_ASSIGN = ("firm", "stage", "owner", "site_status", "said")


def _folder(asked: Asked) -> Path:
    return asked.desk.papers / asked.say("round_folder", day=asked.desk.today)


def _leads(asked: Asked) -> list[Lead]:
    if not has_ledger(asked):
        return []
    with opened(asked) as ledger:
        return leads_in_work(ledger)


def look(asked: Asked) -> Answer:
    """What is to be given out, what is out, and what came back."""
    found = _leads(asked)
    free = [lead for lead in found if lead.live and not lead.open_assignments]
    table = work_list(free, as_of=asked.desk.today)
    rows = [
        {"lead_id": str(row["lead_id"]), **{name: word(name, row[name], asked.lang) for name in _TO_ASSIGN}}
        for row in table.to_dict("records")
    ]
    out = [
        (unit, sum(1 for lead in found for each in lead.open_assignments if each.to == unit),
         sum(1 for lead in found for each in lead.open_assignments if each.to == unit and each.due < asked.desk.today))
        for unit in units_of(found)
    ]  # fmt: skip
    return Page(
        "round.html",
        {
            "free": rows,
            "captions": grid_of(table[list(_TO_ASSIGN)], asked, []).head,
            "names": _TO_ASSIGN,
            "units": out,
            "known_units": sorted({each.to for lead in found for each in lead.assignments}),
            "due": days_later(asked.desk.today, FEEDBACK_DAYS),
            "files": papers(asked),
        },
    )


def assign(asked: Asked) -> Answer:
    """Give leads to a county or team."""
    wanted, to = asked.form.get("lead", "").splitlines(), asked.form.get("to", "").strip()
    if not wanted or not to:
        raise ChaingraphError(asked.say("none_chosen_or_to"))
    acts = [signed_act(asked, "lead_assigned", name, {"to": to, "due": asked.form.get("due", "")}) for name in wanted]
    with opened(asked) as ledger:
        done = record_leads(ledger, acts)
    asked.told(asked.say("assigned_to", count=sum(1 for one in done if one.new), unit=to))
    return Went("/round")


def write(asked: Asked) -> Answer:
    """Write a workbook for every county and team that has something to feed back on."""
    asked.office()  # who sends something out has to have said who sits here
    made = write_dispatch(
        _leads(asked), _folder(asked), as_of=asked.desk.today, case=asked.case.tables, lang=asked.lang
    )
    if not made:
        raise ChaingraphError(asked.say("nothing_out"))
    for unit, path, count in made:
        asked.told(asked.say("written_for", unit=unit, count=count, file=path.name))
    return Went("/round")


def merge(asked: Asked) -> Answer:
    """Record what came back: each file once, differences side by side."""
    asked.office()  # likewise
    held = inbox.waiting(asked, inbox.kept(asked, asked.uploads))
    files = [read_returned(held.folder / name, load_system_map(None), lang=asked.lang) for name in held.files]
    with opened(asked) as ledger:
        merged = merge_returned(ledger, files, at=asked.desk.today, lang=asked.lang)
    inbox.dropped(held)
    place = _folder(asked) / asked.say("merged_file", moment=asked.desk.now()[11:].replace(":", ""))
    place.parent.mkdir(parents=True, exist_ok=True)
    write_merged(merged, place, as_of=asked.desk.today, lang=asked.lang)
    rows = merged.rows
    quiet = rows["effect"].isin(["same", "empty"])
    return Page(
        "merged.html",
        {
            "counts": [(word("effect", effect, asked.lang), count) for effect, count in merged.counts.items()],
            "rows": _linked(rows[~quiet], asked),
            "conflicts": _linked(_worded(merged.conflicts, asked.lang), asked),
            "overdue": _linked(pd.concat([merged.overdue, merged.today], ignore_index=True), asked),
            "file": place.relative_to(asked.desk.papers).as_posix(),
        },
    )


def _worded(conflicts: pd.DataFrame, lang: str) -> pd.DataFrame:
    """What units say, by the words of the field that it is about."""
    said = zip(conflicts["field"], conflicts["value"], strict=True)
    words = pd.Series([word(str(field), value, lang) for field, value in said], index=conflicts.index, dtype="str")
    return conflicts.assign(value=words)


def _linked(table: pd.DataFrame, asked: Asked) -> Grid:
    """Rows about leads, each leading to its lead."""
    ordered = table[["firm", *[name for name in table.columns if name not in ("firm", "lead_id")]]]
    links = [f"/leads/{name}" if isinstance(name, str) else "/leads" for name in table["lead_id"]]
    return grid_of(ordered, asked, links)
