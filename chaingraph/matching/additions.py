"""What would change if tables were added to a case: new rows, empty cells filled, and what a person has to decide.

Nothing is written here. A firm of the tables is a firm of the case by id and name, by code, by its name or by a former
or other name; what merely looks alike is asked. In a row that is there already only empty cells are filled, and names
and lists are added to; a value that differs is asked, never overwritten.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from chaingraph.matching.cell_changes import PLACES, Change, bare_place, changes_of, empty, source_added
from chaingraph.matching.merge import WEAK, same_ids
from chaingraph.matching.names import match_firms
from chaingraph.model.case import Case, rows_of
from chaingraph.model.columns import DTYPES, SEPARATOR, Table, made_id, split
from chaingraph.model.schema import TABLES
from chaingraph.reading.cells import slug
from chaingraph.reading.links import firm_id

# States of a row that was given, in the order in which they are counted.
STATES = ("new", "same", "filled", "differs", "doubtful", "left_out")
QUESTION_COLUMNS = (
    "question", "table", "key", "given_key", "firm", "given_firm", "column", "held", "given", "reason", "score",
    "source", "as_of", "answer",
)  # fmt: skip
ANSWERS = {"same_firm": ("same", "other"), "value": ("keep", "take")}  # what may be answered to which question
_NAMED = {"chains": "chain", "segments": "segment"}  # tables whose ids several cases give to different things
Row = dict[str, object]
Key = tuple[object, ...]


@dataclass(frozen=True)
class Additions:
    """What adding tables to a case would do.

    ``new``: by table, rows to add, with the ids of the case. ``changes``: cells of rows that are there
    (`cell_changes.Change`). ``questions``: what only a person can decide, one row per pair of firms or per value
    (`QUESTION_COLUMNS`). ``left_out``: rows that find no place, with the reason: table, key, reason, detail.
    ``counts``: per table, how many given rows are in which state (`STATES`).
    """

    new: Mapping[str, pd.DataFrame]
    changes: tuple[Change, ...]
    questions: pd.DataFrame
    left_out: pd.DataFrame
    counts: pd.DataFrame

    @property
    def changes_nothing(self) -> bool:
        """Whether nothing would be written."""
        return not self.new and not self.changes


def plan_additions(
    case: Case,
    tables: Mapping[str, pd.DataFrame],
    written: Mapping[str, pd.DataFrame],
    answers: Mapping[tuple[str, ...], str] | None = None,
) -> Additions:
    """What would change?

    Parameters
    ----------
    case
        The case as it was read.
    tables
        Clean tables that are to be added (of an import, or of reviewed facts).
    written
        By table, the cells as they stand in the files, row by row as in ``case``: a cell is empty only where nothing at
        all is written.
    answers
        What a person has answered, by `question_key`.

    Returns
    -------
    Additions
        The same for the same rows in any order.
    """
    plan = _Plan(case, written, answers or {})
    for name, table in TABLES.items():
        given = tables.get(name)
        if given is not None and len(given):
            ordered = given.sort_values(list(table.order), kind="stable", ignore_index=True)
            (plan.add_firms if name == "firms" else plan.add_rows)(table, rows_of(ordered))
    return plan.finished(tables)


def question_key(question: Mapping[str, object]) -> tuple[str, ...]:
    """What an answer belongs to: it counts only while both values are those that the person saw."""
    named = ("question", "table", "key", "given_key", "column", "held", "given")
    return tuple("" if empty(question[name]) else str(question[name]) for name in named)


def gives_ids(written: Mapping[str, pd.DataFrame]) -> bool:
    """Whether the case's own file of firms gives ids; one that does not is read with an id made of code or name."""
    firms = written.get("firms")
    return firms is None or ("firm_id" in firms and any(not empty(cell) for cell in firms["firm_id"]))


def derived_id(row: Mapping[str, object]) -> str:
    """The id that a firm has when it is read without one (`links.with_firm_ids`)."""
    code = next((str(row[name]) for name in ("credit_code", "stock_code") if not empty(row.get(name))), "")
    return firm_id(code) if code else slug(str(row["firm"]))


class _Plan:
    """The plan while it is made: ids settled so far, rows and questions gathered."""

    def __init__(self, case: Case, written: Mapping[str, pd.DataFrame], answers: Mapping[tuple[str, ...], str]) -> None:
        self.case, self.answers = case, answers
        self.written = {name: rows_of(frame) for name, frame in written.items()}
        self.gives_ids = gives_ids(written)
        self.ids: dict[str, dict[str, str]] = {name: {} for name in TABLES}  # of the case, by table and given id
        self.waiting: dict[str, set[str]] = {name: set() for name in TABLES}  # ids that have no place yet, by table
        self.known = {name: set(case[name][table.key[0]].dropna()) for name, table in TABLES.items()}
        self.new: dict[str, list[Row]] = {}
        self.held: dict[str, list[Row]] = {}  # rows of the case, with what is added to them
        self.changes: dict[tuple[str, int, str], Change] = {}
        self.questions: list[Row] = []
        self.left_out: list[Row] = []
        self.states: list[tuple[str, str]] = []

    def add_firms(self, table: Table, given: list[Row]) -> None:
        held = self.case["firms"]
        frame = pd.DataFrame(given)
        pairs, doubts = _pairs(held, frame)
        places = {str(firm_id): place for place, firm_id in enumerate(held["firm_id"])}
        names = dict(zip(held["firm_id"], held["firm"], strict=True))
        for row in given:
            own = str(row["firm_id"])
            found = pairs.get(own) or self._answered(row, doubts.get(own, []), names)
            if found:
                self.ids["firms"][own] = found
            elif own in doubts and not self._all_other(row, doubts[own], names):
                self.waiting["firms"].add(own)
                self._state("firms", "doubtful")
                continue
            else:
                self.ids["firms"][own] = self._free_id(own if self.gives_ids else derived_id(row))
        for row in given:
            own = str(row["firm_id"])
            if own in self.waiting["firms"]:
                continue
            row = self._with_case_ids(table, row) | {"firm_id": self.ids["firms"][own]}
            if empty(row["parent_id"]) or row["parent_id"] == row["firm_id"]:
                row["parent_id"] = math.nan
            place = places.get(self.ids["firms"][own])
            if place is None:
                self._new(table, row)
            else:
                self._compare(table, place, row)

    def _free_id(self, own: str) -> str:
        """The given id, or where the case gives it to another firm the same with a number behind it."""
        made, number = own, 2
        while made in self.known["firms"]:
            made, number = f"{own}-{number}", number + 1
        self.known["firms"].add(made)
        return made

    def _answered(self, row: Row, doubts: list[Row], names: Mapping[str, str]) -> str:
        """The firm that a person has said it is."""
        said = [doubt for doubt in doubts if self._answer(_pair_question(row, doubt, names)) == "same"]
        return str(said[0]["right_id"]) if len(said) == 1 else ""

    def _all_other(self, row: Row, doubts: list[Row], names: Mapping[str, str]) -> bool:
        """Whether a person has said of every firm like it that it is another one; what is open is asked."""
        questions = [_pair_question(row, doubt, names) for doubt in doubts]
        if all(self._answer(question) == "other" for question in questions):
            return True
        self.questions += questions
        return False

    def _answer(self, question: Row) -> str:
        answer = self.answers.get(question_key(question), "")
        return answer if answer in ANSWERS[str(question["question"])] else ""

    def add_rows(self, table: Table, given: list[Row]) -> None:
        made = next((column for column in table.columns if column.made_from), None)
        said = made.made_from if made else table.key
        held = {
            _key(row, said): (place, row) for place, row in reversed(list(enumerate(rows_of(self.case[table.name]))))
        }
        added: set[Key] = set()
        for first in given:
            row = self._with_case_ids(table, first)
            lacking = self._lacking(table, row)
            found = held.get(_key(row, said))
            if lacking is not None:
                self._no_place(table, first, *lacking)
            elif found and self._is_another(table, found[1], row):
                self._no_place(table, first, "id_taken", str(found[1][_NAMED[table.name]]))
            elif found:
                if made:
                    self.ids[table.name][str(first[made.name])] = str(found[1][made.name])
                self._compare(table, found[0], row)
            elif _key(row, said) in added:
                self._state(table.name, "same")
            else:
                added.add(_key(row, said))
                self._new(table, row)

    def _is_another(self, table: Table, held: Row, row: Row) -> bool:
        name = _NAMED.get(table.name)
        return name is not None and held[name] != row[name]

    def _with_case_ids(self, table: Table, row: Row) -> Row:
        """The row with the case's ids, and with an id made of them where it is to be made."""
        row = {column.name: row.get(column.name, math.nan) for column in table.columns}
        makes = [column for column in table.columns if column.made_from]
        former = {column.name: made_id(column.name[0], [row[name] for name in column.made_from]) for column in makes}
        for column in table.columns:
            ids = self.ids.get(column.refers_to.partition(".")[0])
            if ids and column.kind == "id" and not empty(row[column.name]):
                row[column.name] = ids.get(str(row[column.name]), row[column.name])
        for column in makes:
            if empty(row[column.name]) or row[column.name] == former[column.name]:
                row[column.name] = made_id(column.name[0], [row[name] for name in column.made_from])
                self.ids[table.name][former[column.name]] = str(row[column.name])
        return row

    def _lacking(self, table: Table, row: Row) -> tuple[str, str] | None:
        """Why the row finds no place: what it must point to is not there, or waits itself."""
        for column in table.columns:
            target = column.refers_to.partition(".")[0]
            if column.required and empty(row[column.name]):
                return "required", column.headers[0] if column.headers else column.name
            if not target or empty(row[column.name]):
                continue
            for named in split(row[column.name]) if column.kind == "set" else (str(row[column.name]),):
                if named in self.waiting[target]:
                    return "waits", named
                if named not in self.known[target] and (column.required or column.kind != "set"):
                    return "no_such", named
        return None

    def _no_place(self, table: Table, row: Row, reason: str, detail: str) -> None:
        self.waiting[table.name].add(str(row[table.key[0]]))
        self._state(table.name, "doubtful" if reason == "waits" else "left_out")
        if reason != "waits":
            key = ";".join(str(part) for part in _key(row, table.key))
            self.left_out.append({"table": table.name, "key": key, "reason": reason, "detail": detail})

    def _new(self, table: Table, row: Row) -> None:
        self.known[table.name].add(row[table.key[0]])
        self.new.setdefault(table.name, []).append(row)
        self._state(table.name, "new")

    def _compare(self, table: Table, place: int, row: Row) -> None:
        """Fill what is empty in a row that is there, and ask about what differs."""
        if table.name not in self.held:
            self.held[table.name] = rows_of(self.case[table.name])
        held, written = self.held[table.name][place], self.written.get(table.name)
        cells = {} if written is None else written[place]
        filled, differing = changes_of(table, place, held, cells, row)
        open_ = []
        for change in differing:
            question = _value_question(table, held, row, change)
            answer = self._answer(question)
            if answer == "take":
                filled = [*filled, change]
            elif not answer:
                open_.append(question)
        for change in [*filled, *source_added(table, place, filled, cells, row)]:
            self._keep(change, held, cells)
        self.questions += open_
        self._state(table.name, "differs" if open_ else "filled" if filled else "same")

    def _keep(self, change: Change, held: Row, cells: Row) -> None:
        """Keep a change, and what the row says with it: another given row may mean the same one."""
        key = (change.table, change.place, change.column)
        former = self.changes.get(key)
        if former is not None and change.added:
            change = former._replace(value=f"{former.value}{SEPARATOR}{change.value}")
        self.changes[key] = change
        before = f"{change.held}{SEPARATOR}" if change.added else ""
        cells[change.column] = held[change.column] = f"{before}{change.value}" if before else change.value

    def _state(self, table: str, state: str) -> None:
        self.states.append((table, state))

    def finished(self, tables: Mapping[str, pd.DataFrame]) -> Additions:
        new = {}
        for name, rows in self.new.items():
            frame = pd.DataFrame(rows, columns=TABLES[name].names)
            new[name] = frame.astype({column.name: DTYPES[column.kind] for column in TABLES[name].columns})
        counts = pd.DataFrame(
            [
                {"table": name, "rows": len(tables[name])}
                | {state: self.states.count((name, state)) for state in STATES}
                for name in TABLES
                if len(tables.get(name, ()))
            ],
            columns=["table", "rows", *STATES],
        )
        questions = pd.DataFrame(self.questions, columns=list(QUESTION_COLUMNS))
        return Additions(
            new,
            tuple(self.changes.values()),
            questions,
            pd.DataFrame(self.left_out, columns=["table", "key", "reason", "detail"]),
            counts,
        )


def _key(row: Row, columns: Sequence[str]) -> Key:
    cells = ((name, None if empty(row[name]) else row[name]) for name in columns)
    return tuple(bare_place(cell) if name in PLACES and isinstance(cell, str) else cell for name, cell in cells)


def _pairs(held: pd.DataFrame, given: pd.DataFrame) -> tuple[dict[str, str], dict[str, list[Row]]]:
    """The case's firm for each given one, where that is sure; and for the others the firms that they may be."""
    same = same_ids(held, given)
    found, doubtful = match_firms(given[~given["firm_id"].isin(same)], held[~held["firm_id"].isin(same)])
    # What goes by likeness is written into nobody's case unasked: an error would stand there as the bureau's own word.
    sure = found[~found["rule"].isin(WEAK)]
    asked = doubtful["reason"] == "names_differ"
    sure = sure[~sure["left_id"].isin(doubtful.loc[asked, "left_id"])]
    alike = found[found["rule"].isin(WEAK)].assign(reason="alike")
    pairs = {firm_id: firm_id for firm_id in same} | dict(zip(sure["left_id"], sure["right_id"], strict=True))
    doubts: dict[str, list[Row]] = {}
    for pair in rows_of(pd.concat([doubtful, alike], ignore_index=True)):
        if pair["left_id"] not in pairs:
            doubts.setdefault(str(pair["left_id"]), []).append(pair)
    return pairs, doubts


def _pair_question(row: Row, doubt: Row, names: Mapping[str, str]) -> Row:
    asked = {
        "question": "same_firm",
        "table": "firms",
        "key": doubt["right_id"],
        "given_key": row["firm_id"],
        "firm": names[str(doubt["right_id"])],
        "given_firm": row["firm"],
        "reason": doubt["reason"],
        "score": doubt["score"],
        "source": row["source"],
        "as_of": row["as_of"],
    }
    return {name: asked.get(name, math.nan) for name in QUESTION_COLUMNS}


def _value_question(table: Table, held: Row, row: Row, change: Change) -> Row:
    key = ";".join(str(part) for part in _key(held, table.key))
    given_key = ";".join(str(part) for part in _key(row, table.key))
    asked = {
        "question": "value",
        "table": table.name,
        "key": key,
        "given_key": given_key,
        "firm": held.get("firm", held.get("firm_id")),
        "given_firm": row.get("firm", row.get("firm_id")),
        "column": change.column,
        "held": change.held,
        "given": _said(change.value),
        "reason": "differs",
        "source": row["source"],
        "as_of": row["as_of"],
    }
    return {name: asked.get(name, math.nan) for name in QUESTION_COLUMNS}


def _said(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)
