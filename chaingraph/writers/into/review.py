"""What only a person can decide, as a sheet to fill in; and the answers read from it again."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from chaingraph.errors import CaseError, StoreError
from chaingraph.labels import LANGUAGES, both, text
from chaingraph.matching.additions import ANSWERS, QUESTION_COLUMNS, question_key
from chaingraph.model.case import rows_of
from chaingraph.model.schema import TABLES
from chaingraph.reading.rejects import Refusal, caption
from chaingraph.reading.xlsx import open_workbook, sheet_rows
from chaingraph.writers.files import csv_text, write_bytes
from chaingraph.writers.harmless import harmless_book, plain_text, safe_text

# As people read it: what is asked and answered first, by which it is found again last.
_SHEET_COLUMNS = (
    "asked", "answer", "firm", "given_firm", "caption", "held", "given", "why", "score", "source", "as_of",
    "question", "table", "key", "given_key", "column",
)  # fmt: skip


def write_questions(questions: pd.DataFrame, path: Path, lang: str) -> None:
    """Write the questions as XLSX (with drop-downs) or CSV, by the ending of the path.

    Raises
    ------
    StoreError
        When it has another ending, is there already (somebody may be filling it in), or cannot be written.
    """
    if path.exists():
        raise StoreError(both("into.review_exists", path=path))
    rows = _told(questions, lang)
    captions = [text(f"into.sheet_{name}", lang) for name in _SHEET_COLUMNS]
    if path.suffix.lower() == ".csv":
        frame = pd.DataFrame(rows, columns=captions, dtype="str")
        write_bytes(csv_text(frame, captions).encode("utf-8-sig"), path)
    elif path.suffix.lower() == ".xlsx":
        write_bytes(_workbook(rows, captions, lang), path)
    else:
        raise StoreError(both("into.review_ending", path=path))


def _told(questions: pd.DataFrame, lang: str) -> list[list[str]]:
    rows = []
    for row in rows_of(questions.sort_values(["question", "table", "key", "given_key", "column"])):
        column = None if pd.isna(row["column"]) else TABLES[row["table"]].column(row["column"])
        said = row | {
            "asked": text(f"into.ask_{row['question']}", lang),
            "caption": "" if column is None else column.headers[0] if lang == "zh" else column.name,
            "why": text(f"into.why_{row['reason']}", lang),
            "score": "" if pd.isna(row["score"]) else f"{row['score']:.0f}",
        }
        rows.append(["" if pd.isna(said[name]) else str(said[name]) for name in _SHEET_COLUMNS])
    return rows


def _workbook(rows: Sequence[Sequence[str]], captions: Sequence[str], lang: str) -> bytes:
    buffer = io.BytesIO()
    title = text("into.review_sheet", lang)
    book = harmless_book(buffer, title=title)
    head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
    plain = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 1, 16, plain)
    sheet.set_column(2, 3, 34, plain)
    sheet.set_column(4, len(captions) - 1, 18, plain)
    for place, name in enumerate(captions):
        sheet.write_string(0, place, name, head)
    question = _SHEET_COLUMNS.index("question")
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            sheet.write_string(number, place, safe_text(cell), plain)
        choices = [text(f"into.answer_{answer}", lang) for answer in ANSWERS[row[question]]]
        sheet.data_validation(number, 1, number, 1, {"validate": "list", "source": choices})
    book.close()
    return buffer.getvalue()


def read_answers(path: Path, lang: str) -> dict[tuple[str, ...], str]:
    """The answers of a sheet that was filled in, by question (`additions.question_key`); unanswered ones are left out.

    Raises
    ------
    CaseError
        When it is not such a sheet, or an answer is none of those that may be given; all such rows are named.
    """
    rows = _rows_of(path, lang)
    if not rows:
        raise CaseError(text("into.not_a_review", lang, path=path))
    known = {text(f"into.sheet_{name}", told): name for told in LANGUAGES for name in _SHEET_COLUMNS}
    header = [known.get(cell.strip(), "") for cell in rows[0][1]]
    missing = {"answer", "question", "table", "key", "given_key", "column", "held", "given"} - set(header)
    if missing:
        raise CaseError(text("into.not_a_review", lang, path=path))
    spoken = {
        text(f"into.answer_{answer}", told): answer for told in LANGUAGES for may in ANSWERS.values() for answer in may
    }
    answers: dict[tuple[str, ...], str] = {}
    wrong = []
    for number, cells in rows[1:]:
        row = {
            name: plain_text(cell.strip()) for name, cell in zip(header, [*cells, *[""] * len(header)], strict=False)
        }
        if not row["answer"]:
            continue
        answer = spoken.get(row["answer"], row["answer"])
        may = ANSWERS.get(row["question"], ())
        if answer not in may:
            choices = " / ".join(text(f"into.answer_{each}", lang) for each in may)
            wrong.append(text("into.wrong_answer", lang, row=number, answer=row["answer"], choices=choices))
        answers[_key(row)] = answer
    if wrong:
        raise CaseError("\n".join([text("into.wrong_answers", lang, path=path), *wrong]))
    return answers


def _key(row: Mapping[str, str]) -> tuple[str, ...]:
    return question_key({name: row.get(name, "") for name in QUESTION_COLUMNS})


def _rows_of(path: Path, lang: str) -> list[tuple[int, list[str]]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CaseError(text("importers.not_opened", lang, file=path, detail=error.strerror)) from error
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        try:
            book = open_workbook(data)
            return list(sheet_rows(book, next(iter(book.sheets)), []))
        except (Refusal, StopIteration) as error:
            raise CaseError(text("into.not_a_review", lang, path=path)) from error
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = data.decode("gb18030", "replace")
    return list(enumerate(csv.reader(io.StringIO(content, newline="")), start=1))


def preview(counts: pd.DataFrame, lang: str) -> list[str]:
    """Per table, how many rows are new, the same, filled, differ, doubtful or without a place."""
    told = []
    for row in rows_of(counts):
        values = {str(name): value for name, value in row.items() if name != "table"}
        told.append(text("into.counted", lang, table=caption(str(row["table"]), lang), **values))
    return told
