"""Files on their way into a case: what may be dropped, under which name it is kept, and what it would add."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from chaingraph.desk.desk import Asked, Upload
from chaingraph.desk.home import read_json, write_json, write_private
from chaingraph.errors import CaseError, ChaingraphError
from chaingraph.importers.imported import column_told
from chaingraph.importers.recognise import import_file, recognise
from chaingraph.labels import text
from chaingraph.leads.read import LeadsRead, read_leads
from chaingraph.leads.texts import SUFFIXES as TEXT_SUFFIXES
from chaingraph.matching.additions import ANSWERS, question_key
from chaingraph.model.columns import is_missing
from chaingraph.model.schema import TABLES
from chaingraph.reading.rejects import counted
from chaingraph.reading.xlsx import MEGABYTE
from chaingraph.writers.files import csv_text
from chaingraph.writers.harmless import clean_text
from chaingraph.writers.into.add import Addition, add_to_case
from chaingraph.writers.into.review import preview

MAX_FILES = 20
MAX_FILE = 64 * MEGABYTE
TABLE_SUFFIXES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".pdf")
SUFFIXES = tuple(dict.fromkeys((*TEXT_SUFFIXES, *TABLE_SUFFIXES)))
_NAME = 80  # characters of a name that are kept
_SILENT = 10  # texts without a fact that are named
_QUESTIONS = 100  # that are put on the page; the others go to the sheet beside the case
_TOKEN = re.compile(r"[0-9a-f]{16}")
_KINDS = ("auto", "texts", "firms")
_ABOUT = "about.json"


def safe_name(given: str) -> str:
    r"""The name under which a file is kept: no folder, nothing that a system takes for more than a name.

    Examples
    --------
    >>> safe_name("../../etc/passwd"), safe_name("C:\\x\\名单 (1).xlsx"), safe_name("a\x00<b>.csv"), safe_name("..")
    ('passwd', '名单 (1).xlsx', 'a_b_.csv', 'file')
    """
    last = re.split(r"[/\\]", given)[-1]
    plain = re.sub(r"[^\w.\- ()（）《》【】]", "_", clean_text(last)).strip(" ._")
    stem, dot, ending = plain.rpartition(".")
    short = f"{stem[: _NAME - len(ending) - 1]}{dot}{ending}" if stem and len(ending) < 10 else plain[:_NAME]
    return short or "file"


def kept(asked: Asked, uploads: Sequence[Upload], **about: str) -> str:
    """Keep files that were dropped together; returns the name of their folder in the inbox.

    Raises
    ------
    ChaingraphError
        When there are none, too many, or one is of no type that can be read, or too large.
    """
    if not uploads:
        raise ChaingraphError(asked.say("no_files"))
    if len(uploads) > MAX_FILES:
        raise ChaingraphError(asked.say("too_many_files", limit=MAX_FILES))
    for one in uploads:
        name = safe_name(one.name)
        if Path(name).suffix.lower() not in SUFFIXES:
            raise ChaingraphError(asked.say("file_type", name=name, suffixes=" ".join(SUFFIXES)))
        if len(one.content) > MAX_FILE:
            raise ChaingraphError(asked.say("file_size", name=name, limit=MAX_FILE // MEGABYTE))
    token = secrets.token_hex(8)
    folder = asked.desk.home / "inbox" / token
    folder.mkdir(parents=True, mode=0o700)
    names: list[str] = []
    for one in uploads:
        name = safe_name(one.name)
        while name in names:
            name = f"_{name}"
        write_private(folder / name, one.content)
        names.append(name)
    write_json(folder / _ABOUT, {"files": names, **about})
    return token


def pasted(asked: Asked, body: str, *, link: str, published: str) -> str:
    """Keep a text that was pasted, as a table of one text, with its link and day; returns its place in the inbox."""
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise ChaingraphError(asked.say("no_text"))
    address = link.strip()
    if address and not re.match(r"https?://\S+$", address):
        raise ChaingraphError(asked.say("bad_link"))
    captions = ("标题", "日期", "链接", "正文")
    first = body.partition("\n")[0].strip()
    title = first if "\n" in body and 4 <= len(first) <= _NAME and first[-1] not in "。;." else ""
    row = pd.DataFrame([[title or None, published or None, address or None, body]], columns=captions)
    content = csv_text(row, captions).encode("utf-8-sig")
    # Facts are known by the place they were read from: another text is another place, the same one the same.
    name = f"{asked.say('pasted_name')}_{hashlib.sha256(body.encode()).hexdigest()[:10]}.csv"
    return kept(asked, [Upload(name, content)], kind="texts", pasted="1")


@dataclass(frozen=True)
class Waiting:
    """Files that were dropped together: their folder, their names, and what they are taken for (`_KINDS`)."""

    token: str
    folder: Path
    files: tuple[str, ...]
    kind: str
    pasted: bool


def waiting(asked: Asked, token: str) -> Waiting:
    """What lies under a name in the inbox.

    Raises
    ------
    ChaingraphError
        When there is nothing.
    """
    folder = asked.desk.home / "inbox" / token
    about = read_json(folder / _ABOUT) if _TOKEN.fullmatch(token) else {}
    files = about.get("files")
    if not isinstance(files, list):
        raise ChaingraphError(asked.say("not_in_inbox"))
    kind = about.get("kind")
    return Waiting(
        token, folder, tuple(str(name) for name in files), kind if kind in _KINDS else "auto", bool(about.get("pasted"))
    )


def all_waiting(asked: Asked) -> list[Waiting]:
    """Everything in the inbox, the oldest first."""
    inbox = asked.desk.home / "inbox"
    folders = sorted(inbox.iterdir(), key=lambda folder: folder.stat().st_mtime_ns) if inbox.is_dir() else []
    return [waiting(asked, folder.name) for folder in folders if (folder / _ABOUT).is_file()]


def take_for(held: Waiting, kind: str) -> None:
    """Say what files are."""
    about = read_json(held.folder / _ABOUT)
    write_json(held.folder / _ABOUT, {**about, "kind": kind if kind in _KINDS else "auto"})


def dropped(held: Waiting) -> None:
    """Take files out of the inbox."""
    gone = held.folder.with_name(f".{held.token}")
    held.folder.replace(gone)
    shutil.rmtree(gone)


@dataclass(frozen=True)
class Part:
    """What one file, or all texts together, would add to the case.

    ``lines``: what was found, in sentences; ``facts``: of texts, what they say, beside the sentence; ``wrong``: why it
    cannot be read; ``tables``: what `add_to_case` is given.
    """

    name: str
    lines: tuple[str, ...] = ()
    facts: tuple[Mapping[str, object], ...] = ()
    columns: tuple[str, ...] = ()
    wrong: str = ""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    addition: Addition | None = None

    @property
    def adds(self) -> bool:
        """Whether the case would change, or may by an answer."""
        return self.addition is not None and bool(self.addition.files or len(self.addition.additions.questions))


def parts_of(asked: Asked, held: Waiting) -> list[Part]:
    """What the files would add: nothing is written."""
    texts: list[str] = []
    parts: list[Part] = []
    for name in held.files:
        ending = Path(name).suffix.lower()
        if held.kind == "texts" or (held.kind == "auto" and ending not in TABLE_SUFFIXES):
            texts.append(name)
            continue
        part = _firms_part(asked, held.folder / name)
        if part.wrong and held.kind == "auto" and ending in TEXT_SUFFIXES:
            texts.append(name)
        else:
            parts.append(part)
    return [*([_texts_part(asked, held, texts)] if texts else []), *parts]


def _dry(asked: Asked, tables: Mapping[str, pd.DataFrame], name: str) -> Addition:
    return add_to_case(asked.desk.case, tables, dry_run=True, about=name, lang=asked.lang)


def _added(asked: Asked, addition: Addition) -> tuple[str, ...]:
    """An addition that would be, in sentences."""
    plan = addition.additions
    lines = preview(plan.counts, asked.lang)
    if len(plan.questions):
        lines.append(text("into.questions_open", asked.lang, count=len(plan.questions)))
    if len(plan.left_out):
        lines.append(text("into.more_left_out", asked.lang, count=len(plan.left_out)))
    return tuple(lines)


def _firms_part(asked: Asked, path: Path) -> Part:
    try:
        known = recognise(path, lang=asked.lang)
        imported = import_file(path, lang=asked.lang)
        lines = [text("national.taken_for", asked.lang, file=path.name, title=known.title(asked.lang), kind=known.kind)]
        rows = [tuple(row) for row in imported.rejects.itertuples(index=False, name=None)]
        refused = [line.strip() for line in counted(rows, asked.lang)]
        if not imported.account["kept"].sum():
            return Part(path.name, wrong=text("national.nothing_kept", asked.lang, reasons="; ".join(refused) or "-"))
        addition = _dry(asked, imported.tables, path.name)
        columns = [column_told(row, asked.lang).strip() for row in imported.columns.to_dict("records")]
        lines += [*_added(asked, addition), *refused]
        return Part(path.name, tuple(lines), columns=tuple(columns), tables=imported.tables, addition=addition)
    except ChaingraphError as error:
        return Part(path.name, wrong=error.in_language(asked.lang))


def _texts_part(asked: Asked, held: Waiting, names: Sequence[str]) -> Part:
    shown = text("gaps.list_separator", asked.lang).join(names)
    try:
        found = read_leads(
            [held.folder / name for name in names], region=asked.region, case=asked.case.tables, lang=asked.lang
        )
        lines = [
            text("leads.not_read", asked.lang, file=row["table"], reason=row["reason"], remedy=row["remedy"])
            for row in found.rejects.to_dict("records")
        ]
        lines.append(text("leads.funnel", asked.lang, **found.funnel))
        if found.silent:
            silent = text("gaps.list_separator", asked.lang).join(found.silent[:_SILENT])
            lines.append(text("leads.no_facts", asked.lang, count=len(found.silent), names=silent))
        if not len(found.tables["evidence"]):
            return Part(shown, (*lines, text("leads.nothing_new", asked.lang)))
        addition = _dry(asked, found.tables, shown)
        lines += _added(asked, addition)
        return Part(shown, tuple(lines), facts=tuple(_facts(found, asked)), tables=found.tables, addition=addition)
    except CaseError as error:
        return Part(shown, wrong=error.in_language(asked.lang))


def _facts(found: LeadsRead, asked: Asked) -> list[Mapping[str, object]]:
    from chaingraph.desk.facts import shown_facts
    from chaingraph.leads.review import review_rows

    firms = pd.concat([asked.case["firms"], found.tables["firms"]], ignore_index=True)
    rows = review_rows({**found.tables, "firms": firms.drop_duplicates("firm_id")})
    return shown_facts(rows, asked.lang)


def take_in(asked: Asked, held: Waiting) -> list[Addition]:
    """Add everything to the case, a version for each part, signed; then the inbox lets go of it.

    Where a person has still to decide something, the files stay in the inbox with what is asked.

    Whoever is killed in between finds the files still there, and taking them in again adds only what was not added.
    """
    signed = asked.signed
    done = []
    for part in parts_of(asked, held):
        if part.adds:
            addition = add_to_case(
                asked.desk.case, part.tables, answers=answers_of(asked, part), day=asked.desk.today,
                about=part.name, signed=signed, lang=asked.lang,
            )  # fmt: skip
            done.append(addition)
    if not any(len(one.additions.questions) for one in done):
        dropped(held)
    return done


def _field_of(question: Mapping[str, object]) -> str:
    """The name of the field in which a question is answered."""
    return "q-" + hashlib.sha256(repr(question_key(question)).encode()).hexdigest()[:16]


def questions_of(asked: Asked, part: Part) -> list[Mapping[str, object]]:
    """What only a person can decide about a part: field, what is asked, both sides, why, what may be answered."""
    if part.addition is None:
        return []
    told: list[Mapping[str, object]] = []
    for row in part.addition.additions.questions.head(_QUESTIONS).to_dict("records"):
        known = {str(name): "" if is_missing(value) else str(value) for name, value in row.items()}
        column = TABLES[known["table"]].column(known["column"]) if known["column"] else None
        told.append(
            {
                **known,
                "field": _field_of({str(name): value for name, value in row.items()}),
                "asked": text(f"into.ask_{known['question']}", asked.lang),
                "caption": "" if column is None else column.headers[0] if asked.lang == "zh" else column.name,
                "why": text(f"into.why_{known['reason']}", asked.lang),
                "answers": [(code, text(f"into.answer_{code}", asked.lang)) for code in ANSWERS[known["question"]]],
            }
        )
    return told


def answers_of(asked: Asked, part: Part) -> dict[tuple[str, ...], str]:
    """What the person answered in the form."""
    found = {}
    rows = [] if part.addition is None else part.addition.additions.questions.to_dict("records")
    for row in rows:
        question = {str(name): value for name, value in row.items()}
        answer = asked.form.get(_field_of(question), "")
        if answer in ANSWERS[str(question["question"])]:
            found[question_key(question)] = answer
    return found
