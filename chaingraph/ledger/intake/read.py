"""A bureau's sheet into the ledger: every defect reported, none guessed, nothing recorded twice.

The order of the rows does not matter: projects are entered by id, reports by their day. A value that cannot be read is
left out and said; a row without a required value, or one of several that contradict each other, is left out whole.
Reading the same sheet again records nothing; a changed cell becomes a change, an empty one never erases.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from chaingraph.ledger.events import IDENTIFIER, Act, LedgerError, canonical
from chaingraph.ledger.fields import FACTORS, FIELD, LADDER
from chaingraph.ledger.intake.money import Unit, amount, unit
from chaingraph.ledger.intake.sheet import COLUMNS, Journal, Sheet, SheetMap, load_mapping, read_sheet
from chaingraph.ledger.project import Project
from chaingraph.ledger.store import Ledger, Recorded
from chaingraph.model.days import day_or_none
from chaingraph.model.results import LEDGER_REJECT_COLUMNS
from chaingraph.reading.cells import fold, parser, unit_scale
from chaingraph.reading.rejects import Problem

_DAYS = ("reported_on", *(f"{stage}_on" for stage in (*LADDER[1:], "ended")), "paid_on")
_PHONE = re.compile(r"1[3-9]\d{9}|\d{3,4}-\d{7,8}")
_POST = re.compile(r"长|书记|主任|主席|委员|常委|总监|秘书|干部|助理|巡视员|调研员")
_OFFICE = re.compile(r"局|委|办|中心|公司|专班|处|科|镇|街道|区|园|院|组|所|站|部|队|市|县|集团|协会|商会")
_BRACKET = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]\s*$")


@dataclass(frozen=True)
class Record:
    """One row that can be used: its number, its project's id, its fields, and where the project stands."""

    row: int
    project_id: str
    facts: Mapping[str, Any]
    standing: Mapping[str, Any]


@dataclass
class Intake:
    """What became of a sheet: rows read and used, what was recorded, and everything that was found."""

    rows: int = 0
    used: int = 0
    entered: int = 0
    changed: int = 0
    advanced: int = 0
    reported: int = 0
    rejects: pd.DataFrame = field(default_factory=pd.DataFrame)
    answers: list[tuple[str, str, Mapping[str, object]]] = field(default_factory=list)  # project, answer, values


def read_projects(path: Path, *, at: str, mapping: Path | None = None, lang: str = "zh") -> tuple[list[Record], Intake]:
    """Read a sheet without recording anything: the rows that can be used, and everything found.

    Parameters
    ----------
    at
        The day of reading; a date in the sheet that lies after it is reported.
    mapping
        A TOML file: sheet, header_rows (1 or 2), by, [columns] field = headers, [units] field = unit.

    Raises
    ------
    LedgerError
        When the sheet or the mapping cannot be read at all.
    """
    journal = Journal(lang)
    records, count = _records(path, load_mapping(mapping), journal, at)
    return records, Intake(rows=count, used=len(records), rejects=_frame(journal))


def import_projects(
    ledger: Ledger, path: str | Path, *, at: str, by: str, mapping: str | Path | None = None, lang: str = "zh"
) -> Intake:
    r"""Read a sheet and record what it says; what cannot be read or breaks a rule is left out and reported.

    Parameters
    ----------
    ledger
        An open ledger.
    path
        The bureau's sheet: ``.xlsx`` or ``.csv``.
    at
        The day of reading, YYYY-MM-DD; a date in the sheet that lies after it is left out and reported.
    by
        The office that sends the sheet.
    mapping
        A TOML file: sheet, header_rows (1 or 2), by, [columns] field = headers, [units] field = unit. None: headers are
        recognised as `ledger.fields` names them.
    lang
        Language of the reasons and remedies: zh or en.

    Returns
    -------
    Intake
        ``rows`` read and ``used``; projects ``entered`` and ``changed``, stages ``advanced``, projects ``reported``;
        ``answers`` (project id, answer, values) and ``rejects``, a row per defect: row (Int64, as in the sheet),
        column, value, effect (``row_left_out``, ``value_left_out``, ``not_recorded``: a rule refused it, ``to_decide``:
        a person has to, ``note``), reason, remedy.

    Raises
    ------
    LedgerError
        When the sheet or the mapping cannot be read at all.

    Examples
    --------
    >>> import tempfile
    >>> import chaingraph as cg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sheet = Path(folder, "sheet.csv")
    ...     lines = ("项目名称,投资方,申报地,总投资(亿元)", "构造一期,构造甲有限公司,平湖市,12", "构造二期,,平湖市,3")
    ...     _ = sheet.write_text("\n".join(lines), encoding="utf-8")
    ...     with cg.open_ledger(Path(folder, "ledger.db"), cg.load_rules("jiaxing"), create=True) as ledger:
    ...         done = import_projects(ledger, sheet, at="2024-04-01", by="平湖市投促局", lang="en")
    ...         amounts = [project.facts["investment_m"] for project in ledger.projects()]
    >>> (done.rows, done.entered), amounts
    ((2, 1), [1200.0])
    >>> done.rejects[["row", "column", "effect"]].to_numpy().tolist()
    [[3, '投资方', 'row_left_out']]
    """
    path, mapping = Path(path), None if mapping is None else Path(mapping)
    journal = Journal(lang)
    records, count = _records(path, load_mapping(mapping), journal, at)
    done = Intake(rows=count, used=len(records))
    recorder = _Recorder(ledger, journal, done, at, by, path.name)
    for record in records:
        recorder.enter(record)
    for record in records:
        recorder.doubt(record)
    days: dict[str, str] = {record.project_id: record.standing.get("reported_on", "") for record in records}
    for record in sorted(records, key=lambda record: (record.standing.get("reported_on", ""), record.project_id)):
        recorder.report(record, days)
    for record in records:
        recorder.advance(record)
    done.rejects = _frame(journal)
    return done


def _frame(journal: Journal) -> pd.DataFrame:
    found = sorted(journal.rejects, key=lambda reject: (reject.row, reject.column, reject.reason))
    kinds = {name: "Int64" if name == "row" else "str" for name in LEDGER_REJECT_COLUMNS}
    return pd.DataFrame(found, columns=list(LEDGER_REJECT_COLUMNS)).astype(kinds)


def _records(path: Path, mapping: SheetMap, journal: Journal, at: str) -> tuple[list[Record], int]:
    sheet = read_sheet(path, mapping, journal)
    readers = {name: _reader(name, sheet) for name in sheet.headers}
    by_id: dict[str, list[Record]] = defaultdict(list)
    for number, cells in sheet.rows.items():
        record = _record(number, cells, sheet, readers, journal, at)
        if record is not None:
            by_id[record.project_id].append(record)
    kept = []
    for _, several in sorted(by_id.items()):
        alike = len({canonical([dict(each.facts), dict(each.standing)]) for each in several}) == 1
        if alike:
            kept.append(several[0])
        for each in several[1:] if alike else several if len(several) > 1 else ():
            rows = ", ".join(str(other.row) for other in several if other is not each)
            problem = Problem("repeated" if alike else "conflict", {"rows": rows})
            journal.add(each.row, "", each.facts["project"], "row_left_out", problem)
    return kept, len(sheet.rows)


Reader = Callable[..., tuple[Any, Problem | None]]  # of the cell; for the investment also the row's own currency


def _reader(name: str, sheet: Sheet) -> Reader:
    """The function that reads the cells of a field, by what its header and the mapping say of units."""
    column, said = COLUMNS[name], sheet.mapping.units.get(name, "")
    bracket = _BRACKET.search(sheet.headers[name])
    said = said or (bracket[1] if bracket else "")
    if column.kind != "number":
        return parser(column)
    if name in (*FACTORS, "floor_m2"):
        scale = unit_scale(said, column) if said else None
        # 亩 (吨) is what such sheets are in, and what the field's own captions mean.
        return parser(column, scale or (1, 1))
    header = (unit(said) if said else None) or Unit(None, "")
    if name == "investment_m":
        return lambda text, stated="": amount(text, header, stated)

    def dollars(text: str) -> tuple[Any, Problem | None]:
        value, problem = amount(text, header)
        if value is not None and value[1] != "USD":
            return None, Problem("currency_conflict")
        return (None if value is None else value[0]), problem

    return dollars


def _record(
    number: int, cells: Mapping[str, str], sheet: Sheet, readers: Mapping[str, Reader], journal: Journal, at: str
) -> Record | None:
    values: dict[str, Any] = {}

    def drop(name: str, problem: Problem, effect: str = "value_left_out") -> None:
        journal.add(number, sheet.headers.get(name, name), cells.get(name, ""), effect, problem)

    stated = readers["currency"](cells["currency"])[0] if "currency" in cells else None
    for name, raw in cells.items():
        if _PHONE.search(raw) and name not in ("project_id", "credit_code", "investment_m"):
            drop(name, Problem("phone"))
            continue
        value, problem = readers[name](raw, stated or "") if name == "investment_m" else readers[name](raw)
        if problem is not None:
            drop(name, problem, "value_left_out" if value is None else "note")
        if value is not None:
            values[name] = value
    _personal(values, drop)
    values.pop("currency", None)  # it says of the amount what the amount does not say itself
    if "investment_m" in values:
        values["investment_m"], values["currency"] = values["investment_m"]
    for name in _DAYS:
        if name in values and day_or_none(values[name]) is None:
            drop(name, Problem("not_whole_day"))
            del values[name]
        elif name in values and values[name] > at:
            drop(name, Problem("later", {"at": at}))
            del values[name]
    missing = [column for column in ("project", "investor", "place") if column not in values]
    if missing:
        for name in missing:
            drop(name, Problem("required"), "row_left_out")
        return None
    project_id = str(values.pop("project_id", ""))
    if not IDENTIFIER.fullmatch(project_id):
        if project_id:
            drop("project_id", Problem("bad_identifier"))
        names = canonical([fold(values[name]) for name in ("project", "investor", "place")])
        project_id = "x-" + hashlib.sha256(names.encode()).hexdigest()[:12]
    facts = {name: value for name, value in values.items() if name in FIELD}
    return Record(number, project_id, facts, _standing(values, drop))


Drop = Callable[..., None]


def _personal(values: dict[str, Any], drop: Drop) -> None:
    """Names of people are not taken: a post in lead_post, an office in office and owner."""
    for name, word in (("lead_post", _POST), ("office", _OFFICE), ("owner", _OFFICE)):
        if name in values and not word.search(values[name]):
            drop(name, Problem("person"))
            del values[name]


def _standing(values: Mapping[str, Any], drop: Drop) -> dict[str, Any]:
    """Where the row says the project stands; what contradicts itself is left out and said."""
    found = {
        name: values[name]
        for name in ("reported_on", "stage", "end_reason", "end_kind", "lost_to", "paid_usd_m", "paid_on")
        if name in values
    }
    dates = {stage: values[f"{stage}_on"] for stage in LADDER[1:] if f"{stage}_on" in values}
    ordered = list(dates.values())
    if ordered != sorted(ordered):
        drop("stage", Problem("order", {"dates": "; ".join(f"{name} {day}" for name, day in dates.items())}))
        found.pop("stage", None)
        dates = {}
    stage = found.get("stage")
    if stage is None and dates:
        drop("stage", Problem("stage_missing", {"dates": "; ".join(dates)}))
        dates = {}
    elif stage in LADDER and any(LADDER.index(name) > LADDER.index(stage) for name in dates):
        drop("stage", Problem("stage_conflict", {"stage": stage, "dates": "; ".join(dates)}))
        found.pop("stage")
        dates = {}
    elif stage == "ended" and "end_reason" not in found:
        drop("end_reason", Problem("end_reason"))
        found.pop("stage")
    if "paid_usd_m" in found and "paid_on" not in found:
        drop("paid_usd_m", Problem("paid_day"))
        del found["paid_usd_m"]
    if stage in LADDER[1:] and stage not in dates and "stage" in found:
        drop("stage", Problem("no_date", {"stage": stage}), "note")
    return found | {"dates": dates, "ended_on": values.get("ended_on", "")}


@dataclass
class _Recorder:
    """Records rows one by one; what a rule refuses is noted with the row."""

    ledger: Ledger
    journal: Journal
    done: Intake
    at: str
    by: str
    file: str

    def record(self, row: Record, kind: str, data: Mapping[str, Any], why: str = "") -> Recorded | None:
        """Record one act of a row, unless it stands already."""
        name = hashlib.sha256(canonical([row.project_id, kind, dict(data)]).encode()).hexdigest()[:30]
        event_id = "" if kind in ("changed", "stage") else f"i{name}"  # these are told from the state
        if event_id and self.ledger.knows(event_id):
            return None
        told = f"{self.file} {row.row}" + (f": {why}" if why else "")
        try:
            done = self.ledger.record(Act(kind, row.project_id, self.at, self.by, told, data, event_id))
        except LedgerError as error:
            self.journal.add(row.row, kind, "", "not_recorded", Problem("rule", {"detail": str(error)}))
            return None
        if not done.new:
            return None
        self.done.answers.append((row.project_id, done.answer, done.values))
        return done

    def known(self, row: Record) -> Project | None:
        """The project as it stands, if it does."""
        try:
            return self.ledger.project(row.project_id)
        except LedgerError:
            return None

    def enter(self, row: Record) -> None:
        """Enter a project, or change what differs; an empty cell says nothing."""
        now = self.known(row)
        if now is None:
            self.done.entered += self.record(row, "entered", row.facts) is not None
            return
        differs = {name: value for name, value in row.facts.items() if now.facts.get(name) != value}
        if differs:
            self.done.changed += self.record(row, "changed", differs) is not None

    def doubt(self, row: Record) -> None:
        """Put to a person that a row's project may be another."""
        others = ", ".join(pair.other.project_id for pair in self.ledger.pairs(row.project_id) if pair.status == "open")
        if others:
            self.journal.add(row.row, "", row.facts["project"], "to_decide", Problem("suspect", {"others": others}))

    def report(self, row: Record, days: Mapping[str, str]) -> None:
        """Report a project on its day; who came first on one day is for a person to say."""
        on, now = row.standing.get("reported_on"), self.known(row)
        place = row.facts["place"]
        if on is None or now is None or any(place == earlier for earlier, _, _ in now.reports):
            return
        data: dict[str, Any] = {"place": place, "on": on}
        rivals = [pair.other for pair in self.ledger.pairs(row.project_id) if pair.status == "open"]
        if any(days.get(other.project_id) == on and other.facts["place"] != place for other in rivals):
            data["withhold"] = True
        self.done.reported += self.record(row, "reported", data) is not None

    def advance(self, row: Record) -> None:
        """Bring a project to the stage that the row says, by the dates that it gives."""
        stage, now = row.standing.get("stage"), self.known(row)
        if now is None:
            return
        if "paid_usd_m" in row.standing:
            self.record(row, "paid_in", {"usd_m": row.standing["paid_usd_m"], "on": row.standing["paid_on"]})
        if stage is None or stage == now.stage:
            return
        if stage == "ended":
            ending = {name: row.standing[name] for name in ("end_kind", "lost_to") if name in row.standing}
            data = {"stage": stage, "on": row.standing["ended_on"], **ending}
            self.done.advanced += self.record(row, "stage", data, row.standing["end_reason"]) is not None
            return
        if now.stage == "ended" or LADDER.index(stage) < LADDER.index(now.stage):
            problem = Problem("behind", {"stage": stage, "now": now.stage})
            self.journal.add(row.row, "stage", stage, "not_recorded", problem)
            return
        dates = row.standing["dates"]
        for name in LADDER[LADDER.index(now.stage) + 1 : LADDER.index(stage) + 1]:
            if name in dates or name == stage:
                data = {"stage": name, "on": dates.get(name, "")}
                self.done.advanced += self.record(row, "stage", data, "导入/imported") is not None
