"""What goes wrong while a case is read, collected so that everything can be put right in one go.

A `Problem` is one bad value, a `Refusal` one file or sheet that cannot be read at all; the `Journal` gathers both.
Reason and remedy are entries of ``library/labels/tables.toml``: ``<reason>`` and ``<reason>_remedy``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from chaingraph.errors import CaseError, ChaingraphError
from chaingraph.labels import in_language, text
from chaingraph.model.case import empty_rejects
from chaingraph.model.results import REJECT_COLUMNS
from chaingraph.model.results.columns import COLUMNS
from chaingraph.model.schema import TABLES
from chaingraph.reading.personal import personal

MAX_REJECTS = 100_000  # beyond this many, the file is not a table of ours; a full list would help nobody
SHOWN_VALUE = 200  # characters of a refused value that are kept
SHOWN_REJECTS = 10  # rejects printed in a message

# Nothing of this can be seen: control characters, soft hyphen, zero-width and direction marks, halves of surrogates.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)


def shown(value: str, limit: int = SHOWN_VALUE) -> str:
    r"""A value as it may be printed: one line, nothing invisible, at most that many characters.

    Examples
    --------
    >>> shown("A\u202e\n B")
    'A B'
    """
    cleaned = " ".join(INVISIBLE.sub("", value[: 4 * limit]).split())
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"


class Problem(NamedTuple):
    """One bad value: the label of the reason, and what fills its blanks."""

    reason: str
    values: Mapping[str, object] = MappingProxyType({})


class Refusal(ChaingraphError):
    """A file or sheet that cannot be read: the problem, and the row and the text where it was found."""

    def __init__(self, problem: Problem, row: int | None = None, found: str = "") -> None:
        super().__init__(problem.reason)
        self.problem = problem
        self.row = row
        self.found = found


class _Reject(NamedTuple):
    table: str
    row: int | None
    column: str
    value: str
    reason: str
    remedy: str


@dataclass
class Journal:
    """Everything that went wrong while one case was read, in the reader's language.

    ``refused`` are the rejects that stop the case whatever their number; ``bad_rows`` are the file rows, by table, in
    which some value was rejected; ``notes`` say what was done without anything being wrong.
    """

    path: str
    lang: str
    rejects: list[_Reject] = field(default_factory=list)
    refused: list[_Reject] = field(default_factory=list)
    bad_rows: dict[str, set[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def reject(
        self, table: str, row: int | None, column: str, value: object, problem: Problem, *, left_out: bool = False
    ) -> None:
        """Note a rejected value; with ``left_out`` the whole row is not used."""
        told = {
            key: _value_kept(table, said) if isinstance(said, str) else said for key, said in problem.values.items()
        }
        reason, remedy = self._sentences(problem.reason, told)
        if left_out:
            reason = text("tables.row_left_out", self.lang, reason=reason)
        self.rejects.append(_Reject(table, row, column, shown(_value_kept(table, str(value))), reason, remedy))
        if row is not None and row > 1:
            self.bad_rows.setdefault(table, set()).add(row)
        if len(self.rejects) > MAX_REJECTS:
            self.refuse(table, Refusal(Problem("too_many_rejects", {"limit": MAX_REJECTS})))
            raise self.refusal()

    def remark(self, table: str, row: int | None, column: str, value: object, problem: Problem) -> None:
        """Note something that was not read (a file, a column) without touching a row."""
        reason, remedy = self._sentences(problem.reason, problem.values)
        self.rejects.append(_Reject(table, row, column, shown(str(value)), reason, remedy))

    def refuse(self, table: str, refusal: Refusal, column: str = "") -> None:
        """Note a failure that stops the case, once everything else has been looked at."""
        reason, remedy = self._sentences(refusal.problem.reason, refusal.problem.values)
        entry = _Reject(table, refusal.row, column, shown(refusal.found), reason, remedy)
        self.rejects.append(entry)
        self.refused.append(entry)

    def note(self, entry: str, **values: object) -> None:
        """Say what was done: a label of tables.toml with its blanks filled."""
        self.notes.append(text(f"tables.{entry}", self.lang, **values))

    def ordered(self) -> list[_Reject]:
        """The rejects by table of the schema, row and column."""
        place = {name: rank for rank, name in enumerate(TABLES)}
        return sorted(self.rejects, key=lambda r: (place.get(r.table, len(place)), r.table, r.row or 0, r.column))

    def frame(self) -> pd.DataFrame:
        """The rejects as a table, in order."""
        if not self.rejects:
            return empty_rejects()
        frame = pd.DataFrame(self.ordered(), columns=list(REJECT_COLUMNS))
        return frame.astype({name: COLUMNS[name].dtype for name in REJECT_COLUMNS})

    def refusal(self) -> CaseError:
        """The error that refuses the case: what stops it, counts by reason, first rejects; all as a frame."""
        stopping = set(self.refused)
        others = [entry for entry in self.ordered() if entry not in stopping]
        lines = [text("tables.refused", self.lang, path=shown(self.path))]
        lines += [self._line(entry) for entry in self.refused]
        if others:
            lines += ["", text("tables.counts", self.lang), *counted(others, self.lang)]
            lines += ["", text("tables.first_rejects", self.lang)]
            lines += [self._line(entry) for entry in others[:SHOWN_REJECTS]]
        return CaseError("\n".join(lines), self.frame())

    def _sentences(self, reason: str, values: Mapping[str, object]) -> tuple[str, str]:
        known = {
            key: shown(value, 5 * SHOWN_VALUE) if isinstance(value, str) else value for key, value in values.items()
        }
        known = in_language(known, self.lang)
        known["blank"] = ""  # one value at least, so that braces in a label are always filled
        return (
            text(f"tables.{reason}", self.lang, **known),
            text(f"tables.{reason}_remedy", self.lang, **known),
        )

    def _line(self, entry: _Reject) -> str:
        return _told(*entry, lang=self.lang)


def _value_kept(table: str, value: str) -> str:
    """A refused value as it may be kept: of a table of contacts nothing personal, whichever column it stood in."""
    public = table in TABLES and any(column.public for column in TABLES[table].columns)
    return "***" if public and personal(value) else value


def _told(table: str, row: int | None, column: str, value: str, reason: str, remedy: str, *, lang: str) -> str:
    """One reject as a line: where, what was found, why, and what to do."""
    where = _place(table, column, lang)
    if row is not None:
        where.insert(1, text("tables.at_row", lang, row=row))
    said = " ".join([*([repr(value)] if value else []), reason, "→", remedy])
    return f"- {' · '.join(where)}: {said}" if where else f"- {said}"


def told(rejects: pd.DataFrame, lang: str) -> list[str]:
    """The rejects as lines of text, whole: table, row and column under the names that the reader knows."""
    rows = rejects.astype(object).where(rejects.notna(), None).itertuples(index=False, name=None)
    return [
        _told(table, None if row is None else int(row), column or "", value or "", reason, remedy, lang=lang)
        for table, row, column, value, reason, remedy in rows
    ]


def captioned(rejects: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The rejects with tables and columns under the names that the reader knows: 企业(firms), 城市(city)."""
    columns = [
        _columns(str(table), str(name), lang)
        for table, name in zip(rejects["table"], rejects["column"].fillna(""), strict=True)
    ]
    return rejects.assign(
        table=pd.Series([caption(str(table), lang) for table in rejects["table"]], index=rejects.index, dtype="str"),
        column=pd.Series([name or None for name in columns], index=rejects.index, dtype="str"),
    )


def caption(table: str, lang: str) -> str:
    """A table's name for people: its canonical name, in Chinese with the Chinese one before it."""
    return f"{TABLES[table].name_zh}({table})" if lang == "zh" and table in TABLES else table


def _columns(table: str, column: str, lang: str) -> str:
    """Columns for people; in Chinese with their Chinese header before the name."""
    if lang != "zh" or table not in TABLES:
        return column
    headers = {known.name: f"{known.headers[0]}({known.name})" for known in TABLES[table].columns if known.headers}
    return ", ".join(headers.get(name, name) for name in column.split(", "))


def _place(table: str, column: str, lang: str) -> list[str]:
    return [part for part in (caption(table, lang), _columns(table, column, lang)) if part]


def counted(rejects: Iterable[tuple[str, int | None, str, str, str, str]], lang: str) -> list[str]:
    """How often each reason occurs, by table and column, the most frequent first; one line each."""
    counts = Counter((table, column, reason) for table, _, column, _, reason, _ in rejects)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        f"  {count:>6}  {' · '.join([*_place(table, column, lang), reason])}"
        for (table, column, reason), count in ordered
    ]
