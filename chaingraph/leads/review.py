"""What waits for a person, as a sheet with the sentence beside the proposed fact; and what the person decided.

Decisions are kept in ``firm_signals.review``: a later reading of the same texts finds the signal there and adds
nothing, so that a rejected one does not come back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from chaingraph.errors import StoreError
from chaingraph.labels import LANGUAGES, text
from chaingraph.leads.bands import BANDS, Band, band, features
from chaingraph.leads.products import SegmentWords
from chaingraph.model.case import rows_of
from chaingraph.model.columns import REVIEWS, Column, is_missing
from chaingraph.model.schema import TABLES
from chaingraph.reading.cells import fold, parser
from chaingraph.reading.delimited import Rows, csv_rows, delimiter_of, head_text, text_encoding
from chaingraph.reading.rejects import shown
from chaingraph.reading.xlsx import open_workbook, sheet_rows

# What may be corrected in the sheet; who it is about may not: that is another fact.
EDITABLE = ("kind", "stage", "site_status", "date", "amount_cny_m", "place", "instead_place", "product")
_OF_PROJECTS = ("product", "segment_id", "amount_cny_m")  # what a project says by the words of its facts
REVIEW_COLUMNS = (
    "decision", "quote", "firm", *EDITABLE[:5], "written", *EDITABLE[5:], "band", "sources", "published", "title",
    "address", "signal_id",
)  # fmt: skip
_DECISIONS = {"accepted": ("accept", "yes"), "corrected": ("correct",), "rejected": ("reject", "no")}
_NUMBER_DIGITS = 6
_CLEARS = ("无", "-", "—", "――", "清空", "none")  # what a person writes where a cell is to hold nothing


def sources_of(evidence: pd.DataFrame) -> pd.DataFrame:
    """The sources of each signal in one row.

    Returns
    -------
    DataFrame
        signal_id, sources (how many places of texts), and of the earliest: quote, published, title, address; written:
        the amounts as the texts write them, those that differ side by side.
    """
    rows = []
    ordered = evidence.sort_values(["signal_id", "published", "address", "start"], na_position="last")
    for signal_id, group in ordered.groupby("signal_id", sort=True):
        first = group.iloc[0]
        amounts = list(dict.fromkeys(str(value) for value in group["amount"].dropna()))
        rows.append(
            {
                "signal_id": signal_id,
                "sources": len(group),
                **{name: first[name] for name in ("quote", "published", "title", "address")},
                "written": " / ".join(amounts) or None,
            }
        )
    columns = ["signal_id", "sources", "quote", "published", "title", "address", "written"]
    return pd.DataFrame(rows, columns=columns).astype({"signal_id": "str"})


def review_rows(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Signals that wait for review, one row each with its sentence; the surer bands first, those of one firm together.

    Parameters
    ----------
    tables
        ``firms``, ``firm_signals`` and ``evidence`` of a case.

    Returns
    -------
    DataFrame
        `REVIEW_COLUMNS`; decision is empty, band as in `bands`.

    Examples
    --------
    >>> import chaingraph as cg
    >>> len(review_rows(cg.load_example().tables))
    0
    """
    signals = tables["firm_signals"]
    waiting = signals[signals["review"] == "pending"].drop(columns=["source", "as_of", "confidence"])
    named = tables["firms"][["firm_id", "firm"]]
    rows = waiting.merge(named, on="firm_id", how="left").merge(
        sources_of(tables["evidence"]), on="signal_id", how="left"
    )
    rows["decision"] = pd.Series([None] * len(rows), dtype="str", index=rows.index)
    rows["band"] = pd.Series([_band(row) for row in rows_of(rows)], dtype="str", index=rows.index)
    order = rows["band"].map({name: place for place, name in enumerate(BANDS)})
    rows = rows.assign(order=order).sort_values(
        ["order", "firm", "published", "signal_id"], na_position="last", ignore_index=True
    )
    return rows[list(REVIEW_COLUMNS)]


def _band(row: Mapping[str, object]) -> Band:
    """How sure a waiting signal is; without a quote nobody can tell, and it stands between."""
    quote = row["quote"]
    if not isinstance(quote, str):
        return "middle"
    size = row["capacity"] if is_missing(row["land_mu"]) else row["land_mu"]
    values = {"date": row["date"], "amount": row["written"], "place": row["place"], "product": row["product"]}
    values |= {"size": size, "instead": row["instead_place"]}
    return band(features(str(row["firm"]), quote, str(row["kind"]), row["stage"], values))


@dataclass(frozen=True)
class Reviewed:
    """What a review changes: cells by signal, how many of each decision, which rows of the sheet were not used."""

    changes: Mapping[str, Mapping[str, object]]
    counts: Mapping[str, int]
    problems: Sequence[tuple[int, str]]


def read_review(path: Path, lang: str) -> list[tuple[int, dict[str, str]]]:
    """The rows of a review sheet (XLSX or CSV): row of the file, cells by our column, in whichever language it is.

    Raises
    ------
    StoreError
        When it is no review sheet.
    Refusal
        When the file cannot be read.
    """
    if path.suffix.lower() == ".xlsx":
        book = open_workbook(path.read_bytes())
        rows: Rows = iter([]) if not book.sheets else sheet_rows(book, next(iter(book.sheets)), [])
    else:
        data = path.read_bytes()
        with path.open("rb") as stream:
            encoding = text_encoding(stream)
        mark = delimiter_of(head_text(data[:65_536], whole=len(data) <= 65_536), lambda cell: _column(cell) is not None)
        rows = csv_rows(iter(data.decode(encoding).splitlines(keepends=True)), mark)
    places: dict[str, int] = {}
    found = []
    for number, cells in rows:
        if not places:
            named = {column: place for place, cell in enumerate(cells) if (column := _column(cell))}
            places = named if {"signal_id", "decision"} <= set(named) else {}
            continue
        found.append((number, {name: cells[place].strip() for name, place in places.items() if place < len(cells)}))
    if not places:
        wanted = ", ".join(text(f"leads.column_{name}", lang) for name in ("decision", "signal_id"))
        raise StoreError(text("leads.review_no_columns", lang, file=shown(path.name), columns=wanted))
    return found


def _column(cell: str) -> str | None:
    known = fold(cell)
    for name in REVIEW_COLUMNS:
        if known in (name, *(fold(text(f"leads.column_{name}", lang)) for lang in LANGUAGES)):
            return name
    return None


def reviewed(
    signals: pd.DataFrame,
    rows: Sequence[tuple[int, Mapping[str, str]]],
    lang: str,
    segments: SegmentWords | None = None,
    amounts: Mapping[str, str] | None = None,
) -> Reviewed:
    """What a person decided on the signals of a sheet.

    A row without a decision waits on. A row whose cells were changed must say so by its decision; one that cannot be
    used leaves its signal as it is. What a corrected cell says is said in the signal's short text too, and a corrected
    product finds its segment by ``segments``. A cell that says 无 or - is emptied; one that is left empty is refused.
    ``amounts`` is what the texts write of each signal (``written`` of `sources_of`), which nobody corrects.
    """
    told = rows_of(signals)
    held = {str(row["signal_id"]): row for row in told}
    changes: dict[str, dict[str, object]] = {}
    problems = []
    for number, cells in rows:
        if not cells.get("decision"):
            continue
        signal_id = cells.get("signal_id", "")
        decision = _decision(cells["decision"])
        if signal_id not in held:
            problems.append((number, text("leads.review_unknown_signal", lang, value=shown(signal_id))))
            continue
        if decision is None:
            problems.append((number, text("leads.review_bad_decision", lang, value=shown(cells["decision"]))))
            continue
        changed, wrong = _changes(held[signal_id], cells, lang)
        if amounts is not None and fold(cells.get("written", "")) != fold(amounts.get(signal_id, "")):
            names = {name: text(f"leads.column_{name}", lang) for name in ("written", "amount_cny_m")}
            wrong = wrong or text("leads.review_original", lang, **names)
        if decision == "accepted" and changed and not wrong:
            columns = ", ".join(text(f"leads.column_{name}", lang) for name in changed)
            wrong = text("leads.review_changed", lang, columns=columns)
        if wrong and decision != "rejected":
            problems.append((number, wrong))
            continue
        kept = {**changed, **_following(held[signal_id], changed, segments)} if decision == "corrected" else {}
        changes[signal_id] = {**kept, "review": decision}
    counts = {name: sum(1 for one in changes.values() if one["review"] == name) for name in _DECISIONS}
    waiting = signals.loc[signals["review"] == "pending", "signal_id"]
    counts["pending"] = sum(1 for signal_id in waiting if signal_id not in changes)
    return Reviewed(changes, counts, problems)


def _decision(word: str) -> str | None:
    known = fold(word)
    for decision, words in _DECISIONS.items():
        if known in (decision, *(fold(one) for one in (*words, *REVIEWS[decision]))):
            return decision
    return None


def _changes(signal: Mapping[str, object], cells: Mapping[str, str], lang: str) -> tuple[dict[str, object], str]:
    """The values that a row changes, and why one of them cannot be used; empty where all can."""
    changes: dict[str, object] = {}
    for name in EDITABLE:
        if name not in cells:
            continue
        column = TABLES["firm_signals"].column(name)
        if not column.required and fold(cells[name]) in _CLEARS:
            changes |= {} if is_missing(signal.get(name)) else {name: ""}
            continue
        value, problem = parser(column)(_canonical(column, cells[name]))
        if problem is None and value is None and not is_missing(signal.get(name)):
            shown_name = text(f"leads.column_{name}", lang)
            entry = "leads.review_required" if column.required else "leads.review_emptied"
            return {}, text(entry, lang, column=shown_name)
        if problem is not None:
            reason = text(f"tables.{problem.reason}", lang, **problem.values, blank="")
            shown_name = text(f"leads.column_{name}", lang)
            return {}, text("leads.review_bad_value", lang, column=shown_name, value=shown(cells[name]), reason=reason)
        if not _equal(signal.get(name), value):
            changes[name] = value
    return changes, ""


def _following(
    signal: Mapping[str, object], changed: Mapping[str, object], segments: SegmentWords | None
) -> dict[str, object]:
    """What changes with cells: the short text, which repeats them, and the segment of another product."""
    found: dict[str, object] = {}
    words = signal.get("text")
    if isinstance(words, str):
        parts = words.split(" ")
        for name in ("product", "place", "instead_place"):
            held, now, mark = signal.get(name), changed.get(name), "→" if name == "instead_place" else ""
            if isinstance(held, str) and isinstance(now, str):
                said = {mark + held} | {part for part in parts if name == "place" and part.endswith(held)}
                parts = [(f"{mark}{now}" if now else "") if part in said else part for part in parts]
        told = " ".join(filter(None, parts))
        if changed.get("stage") == "":
            for lang in LANGUAGES:
                held = text(f"leads.stage_{signal['stage']}", lang)
                told = told.replace(f"({held})", "")
        found |= {"text": told} if told != words else {}
    product = changed.get("product")
    if segments is not None and isinstance(product, str) and (segment := segments.segment_of(product)):
        found["segment_id"] = segment
    return found


def changes_by_table(held: Mapping[str, pd.DataFrame], done: Reviewed) -> dict[str, Mapping[str, Mapping[str, object]]]:
    """What a review changes of each table: the facts, and of their projects what stands there by a corrected fact.

    Parameters
    ----------
    held
        ``firm_signals`` and ``projects`` of the case.

    Returns
    -------
    dict
        Table -> id of a row -> new values by column.
    """
    projects = {str(row["project_id"]): row for row in rows_of(held["projects"])}
    found: dict[str, dict[str, object]] = {}
    for row in rows_of(held["firm_signals"]):
        changed, project = done.changes.get(str(row["signal_id"]), {}), projects.get(str(row["project_id"]))
        for name in _OF_PROJECTS:
            if project is not None and name in changed and _equal(project[name], row[name]):
                found.setdefault(str(row["project_id"]), {})[name] = changed[name]
    return {"firm_signals": done.changes, "projects": found}


def _canonical(column: Column, cell: str) -> str:
    """A choice as the sheet words it, as its code."""
    if not column.choices:
        return cell
    area = {"stage": "leads.stage_", "site_status": "leads.site_", "kind": "codes.signal_"}[column.name]
    for code in column.choices:
        if fold(cell) in (fold(text(f"{area}{code}", lang)) for lang in LANGUAGES):
            return code
    return cell


def _equal(one: object, other: object) -> bool:
    if is_missing(one) or is_missing(other):
        return is_missing(one) and is_missing(other)
    if isinstance(one, float) and isinstance(other, int | float):
        return f"{one:.{_NUMBER_DIGITS}g}" == f"{float(other):.{_NUMBER_DIGITS}g}"
    return one == other
