"""The view of one firm: what it is, how it stands, facts, ties, questions, what was done, and why it is on no list."""

from __future__ import annotations

import csv
import hashlib
from typing import Any

import pandas as pd

from chaingraph.desk import runs
from chaingraph.desk.desk import Answer, Asked, Grid, Page, Went
from chaingraph.desk.held import stamp_of
from chaingraph.desk.log import has_ledger, opened
from chaingraph.desk.views.history import changed_cells
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import ChaingraphError, UnknownNameError
from chaingraph.facts.standing import STANDING_TABLES, standing
from chaingraph.labels import text
from chaingraph.leads.review import sources_of
from chaingraph.ledger.work.log import leads_in_work
from chaingraph.matching.asked_name import find_firm
from chaingraph.matching.merge import build_graph
from chaingraph.model.columns import Column, is_missing
from chaingraph.model.graph import ChainGraph
from chaingraph.model.schema import TABLES
from chaingraph.reading.rejects import caption
from chaingraph.reading.unfinished import versions_of
from chaingraph.wording.work import word
from chaingraph.writers.files import number_text
from chaingraph.writers.into.add import add_to_case
from chaingraph.writers.review_sheet import worded

# Tables that say something of a firm, in the order of the page, with the columns that name firms in them.
_TABLES = (
    ("firm_segments", ("firm_id",)),
    ("firm_sites", ("firm_id",)),
    ("firm_links", ("from_id", "to_id")),
    ("projects", ("firm_id",)),
    ("designations", ("firm_id",)),
    ("outreach", ("firm_id",)),
    ("key_firms", ("firm_id",)),
    ("excluded", ("firm_id",)),
    ("confirmations", ("firm_id",)),
)
_VERSIONS = 40  # newest versions that are looked through for the firm


def _graph(asked: Asked) -> ChainGraph:
    case = asked.case
    found: ChainGraph = asked.desk.held.of_case("graph", case, lambda: build_graph(case))
    return found


def _caption(column: Column, lang: str) -> str:
    return column.headers[0] if lang == "zh" and column.headers else column.name


def _cell(column: Column, value: Any, lang: str, names: dict[str, dict[str, str]]) -> str:
    if is_missing(value):
        return ""
    if isinstance(value, str) and column.choices and value in column.choices:
        return column.choices[value][0] if lang == "zh" else value
    if isinstance(value, str) and column.name.endswith(("segment_id", "chain_id")):
        return names["segments"].get(value, names["chains"].get(value, value))
    if isinstance(value, str) and column.refers_to == "firms.firm_id":
        return names["firms"].get(value, value)
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return text("ledger.code_yes" if value else "ledger.code_no", lang)
    return number_text(value) if isinstance(value, float) else str(value)


def _names(asked: Asked) -> dict[str, dict[str, str]]:
    found = {}
    for table, key, name in (
        ("segments", "segment_id", "segment"),
        ("chains", "chain_id", "chain"),
        ("firms", "firm_id", "firm"),
    ):
        rows = asked.case[table]
        words = rows[f"{name}_en"].fillna(rows[name]) if asked.lang == "en" and f"{name}_en" in rows else rows[name]
        found[table] = {str(one): str(said) for one, said in zip(rows[key], words, strict=True)}
    return found


def _rows(asked: Asked, table: str, columns: tuple[str, ...], firm_id: str, names: dict[str, dict[str, str]]) -> Grid:
    """What a table says of the firm: only columns in which something is known."""
    frame = asked.case[table]
    mine = pd.Series(data=False, index=frame.index)
    for column in columns:
        if column in frame:
            mine |= frame[column] == firm_id
    rows = frame[mine]
    hidden = columns if len(columns) == 1 else ()
    shown = [
        column for column in TABLES[table].columns
        if column.name in rows and column.name not in hidden and rows[column.name].notna().any()
    ]  # fmt: skip
    head = [_caption(column, asked.lang) for column in shown]
    cells = [
        [_cell(column, row[column.name], asked.lang, names) for column in shown] for row in rows.to_dict("records")
    ]
    return Grid(head, cells)


def firm(asked: Asked) -> Answer:
    """The firm that is asked for by name or id; where none is, a form to look one up."""
    wanted = asked.args.get("name", "").strip()
    if not wanted:
        return Page("find.html", {"firms": sorted(asked.case["firms"]["firm"])[:2000]})
    firm_id = find_firm(asked.case["firms"], wanted)
    names = _names(asked)
    row = asked.case["firms"].set_index("firm_id").loc[firm_id]
    facts = [
        (_caption(column, asked.lang), _cell(column, row.get(column.name), asked.lang, names))
        for column in TABLES["firms"].columns
        if column.name in row.index
    ]
    work = runs.work_of(asked.desk, "why")
    asks_now = _why_key(asked, firm_id)
    return Page(
        "firm.html",
        {
            "firm_id": firm_id,
            "name": names["firms"][firm_id],
            "facts": [pair for pair in facts if pair[1]],
            "standing": _standing(asked, firm_id, names),
            "signals": _signals(asked, firm_id),
            "tables": [
                (caption(table, asked.lang), grid)
                for table, columns in _TABLES
                if (grid := _rows(asked, table, columns, firm_id, names)).rows
            ],
            "questions": _questions(asked, firm_id),
            "leads": _leads(asked, firm_id),
            "changes": _changes(asked, firm_id),
            "segments": sorted(names["segments"].items(), key=lambda pair: pair[1]),
            "why": work if work is not None and work.key == asks_now else None,
        },
    )


def _standing(asked: Asked, firm_id: str, names: dict[str, dict[str, str]]) -> list[dict[str, str]]:
    region = asked.desk.chosen()["region"]
    if not region:
        return []
    graph = _graph(asked)
    only = ChainGraph(graph.name, {name: graph[name][graph[name]["firm_id"] == firm_id] for name in STANDING_TABLES})
    with open_engine({name: only[name] for name in STANDING_TABLES}) as query:
        rows = standing(only, query, region)
    told = []
    for row in rows.to_dict("records"):
        known = {str(key): "" if is_missing(value) else str(value) for key, value in row.items()}
        known["said"] = asked.say(f"stands_{known['gate']}")
        known["segment"] = names["segments"].get(known["segment_id"], "")
        told.append(known)
    return told


def _signals(asked: Asked, firm_id: str) -> list[dict[str, str]]:
    signals = asked.case["firm_signals"]
    mine = signals[signals["firm_id"] == firm_id]
    evidence = asked.case["evidence"]
    sources = sources_of(evidence[evidence["signal_id"].isin(mine["signal_id"])])
    rows = mine.merge(sources, on="signal_id", how="left").sort_values("date", ascending=False, na_position="last")
    names = ("signal_id", "date", "kind", "stage", "site_status", "place", "text", "quote", "address", "source")
    reviews = {
        "pending": asked.say("pending"),
        **{code: asked.say(f"review_{code}") for code in ("accepted", "corrected", "rejected")},
    }
    return [
        {name: worded(name, row[name], asked.lang) for name in names} | {"review": reviews.get(str(row["review"]), "")}
        for row in rows.to_dict("records")
    ]


def _questions(asked: Asked, firm_id: str) -> list[str]:
    """Questions of the last run that name the firm."""
    path = asked.desk.out / "questions.csv"
    name = str(asked.case["firms"].set_index("firm_id").loc[firm_id, "firm"])
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["question"] for row in rows if name in row.get("question", "") or name in row.get("ask_whom", "")]


def _leads(asked: Asked, firm_id: str) -> list[tuple[str, str, str]]:
    """Leads in work of this firm: id, stage, whose they are."""
    if not has_ledger(asked):
        return []
    with opened(asked) as ledger:
        found = leads_in_work(ledger)
    return [
        (lead.lead_id, word("stage", lead.stage, asked.lang), lead.owner)
        for lead in found
        if lead.facts.get("firm_id") == firm_id
    ]


def _changes(asked: Asked, firm_id: str) -> list[tuple[str, list[str]]]:
    """Changes of the case that are about the firm or a fact of it: version, and the cells of the row."""
    signals = asked.case["firm_signals"]
    own = {firm_id, *signals.loc[signals["firm_id"] == firm_id, "signal_id"]}
    found = []
    for version in reversed(versions_of(asked.desk.case)[-_VERSIONS:]):
        found += [(version.name, row) for row in changed_cells(version)[1] if own & set(row[2].split(";"))]
    return found


def _why_key(asked: Asked, firm_id: str) -> str:
    """What an answer is good for: the firm, the region, the language, and the files of the case as they are."""
    said = (firm_id, asked.desk.chosen()["region"], asked.lang, stamp_of(asked.desk.case))
    return hashlib.sha256(repr(said).encode()).hexdigest()


def ask_why(asked: Asked) -> Answer:
    """Begin to work out why the firm is, or is not, on the lists: the command ``explain``."""
    firm_id = _known(asked)
    arguments = ["explain", str(asked.desk.case), "--firm", firm_id, "--region", asked.region, "--lang", asked.lang]
    runs.begin(asked.desk, "why", arguments, key=_why_key(asked, firm_id))
    return Went(f"/firm?name={firm_id}#why")


def _known(asked: Asked) -> str:
    firm_id = asked.form.get("firm_id", "")
    if not (asked.case["firms"]["firm_id"] == firm_id).any():
        raise UnknownNameError(asked.say("no_firm", name=firm_id[:40]))
    return firm_id


def confirm(asked: Asked) -> Answer:
    """Write what was checked on the spot: the firm makes this here, or does not."""
    firm_id, segment, state = _known(asked), asked.form.get("segment_id", ""), asked.form.get("state", "")
    if not (asked.case["segments"]["segment_id"] == segment).any() or state not in ("present", "missing"):
        raise ChaingraphError(asked.say("no_segment"))
    signed = asked.signed
    found = {"segment_id": segment, "region": asked.region, "firm_id": firm_id, "state": state}
    rests_on = {"by": signed["by"], "source": signed["by"], "confidence": "seen"}
    row = found | rests_on | {"date": asked.desk.today, "as_of": asked.desk.today}
    table = pd.DataFrame([row]).reindex(columns=asked.case["confirmations"].columns)
    table = table.astype(asked.case["confirmations"].dtypes.to_dict())
    about = asked.say("confirmed_about", firm=_names(asked)["firms"][firm_id])
    done = add_to_case(
        asked.desk.case, {"confirmations": table}, day=asked.desk.today, about=about, signed=signed, lang=asked.lang
    )
    differs = len(done.additions.questions)
    if done.version is not None:
        asked.told(asked.say("confirmed", version=done.version.name))
    else:
        asked.told(asked.say("confirmed_before" if not differs else "confirmed_otherwise"), wrong=bool(differs))
    return Went(f"/firm?name={firm_id}")
