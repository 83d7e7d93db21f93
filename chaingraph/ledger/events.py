"""What happens to a project: one act that somebody wants recorded, and the event that stands in the ledger for good."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from chaingraph.errors import ChaingraphError
from chaingraph.labels import LANGUAGES, both, code_word, text
from chaingraph.ledger.fields import FIELD
from chaingraph.ledger.work.fields import CONTACT_FIELDS, FEEDBACK_FIELDS, LEAD_FIELD
from chaingraph.model.days import day_or_none

Data = Mapping[str, object]
KINDS = (
    "entered", "changed", "reported", "extended", "transferred", "stage", "signing_filed", "paid_in", "paid_corrected",
    "suspected", "decided", "recorded", "clock",
)  # fmt: skip
# Of leads in work (`ledger.work`): they stand in the same log, so that one chain of digests covers both.
LEAD_KINDS = (
    "lead_taken", "lead_owned", "lead_assigned", "lead_contacted", "lead_asked", "lead_answered", "lead_fed_back",
    "lead_changed", "lead_released", "lead_closed", "lead_reopened", "lead_handed_over", "lead_withdrawn",
)  # fmt: skip
IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

_SAID_OF_CONTACTS = {column.name: column for column in (*CONTACT_FIELDS, *FEEDBACK_FIELDS)}

# What a refusal tells by a code -> where the code's words stand, the first that has any.
_STAGE, _ACT = "ledger.stage_", ("ledger.stage_", "desk.kind_", "work.kind_")
_WORDED: dict[str, tuple[str, ...]] = {
    "stage": (_STAGE,), "stages": (_STAGE,), "skipped": (_STAGE,), "act": _ACT, "kinds": _ACT[1:],
    "kind": ("ledger.type_", *_ACT[1:]), "review": ("leads.review_",), "record": ("ledger.code_",),
    "records": ("ledger.code_",),
}  # fmt: skip

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?")


class LedgerError(ChaingraphError):
    """The ledger refused an act; nothing was recorded. The message says which rule, what it found and what to do.

    ``reason`` names its label (``refused_<reason>``), for callers that decide by it.
    """

    def __init__(self, *, reason: str, **values: object) -> None:
        self.reason = reason
        self.values = values
        super().__init__(_both(f"refused_{reason}", **values))


def _both(entry: str, /, **values: object) -> dict[str, str]:
    """A sentence of the ledger in both languages, for messages whose reader is not known."""
    known = {key: {lang: _told(key, value, lang)[:400] for lang in LANGUAGES} for key, value in values.items()}
    return both(f"ledger.{entry}", **known, blank="")


def _told(key: str, value: object, lang: str) -> str:
    """A value of a sentence in the reader's language: codes and fields in words, anything else as it was given."""
    if isinstance(value, Mapping):  # a choice: code -> spellings, of which the first is the Chinese word
        words = [spellings[0] if lang == "zh" and spellings else code for code, spellings in value.items()]
    elif key in ("field", "fields"):
        words = [_field_told(str(name), lang) for name in (value if isinstance(value, tuple) else (value,))]
    else:
        codes = value if isinstance(value, tuple) else (value,)
        words = [code_word(_WORDED.get(key, ()), str(code), lang) for code in codes]
    return text("gaps.list_separator", lang).join(words)


def _field_told(name: str, lang: str) -> str:
    """A field as the reader's sheets call it, with the name by which it is given."""
    called = code_word(("ledger.field_",), name, lang)
    if called == name and lang == "zh":
        column = next((known[name] for known in (LEAD_FIELD, FIELD, _SAID_OF_CONTACTS) if name in known), None)
        called = column.headers[0] if column is not None and column.headers else name
    return f"{called}（{name}）" if called != name and lang == "zh" else called


@dataclass(frozen=True)
class Act:
    """Something to be recorded: what kind, on which project, when, by which office, why, and the particulars.

    ``at`` is passed in (``YYYY-MM-DD`` or ``YYYY-MM-DDTHH:MM``); no clock is read. ``event_id`` names the act so that
    sending it again cannot record it twice; where it is empty it is made of the content.
    """

    kind: str
    project_id: str
    at: str
    by: str
    why: str = ""
    data: Data = field(default_factory=dict)
    event_id: str = ""

    @property
    def day(self) -> str:
        """The day of the act."""
        return self.at[:10]

    def identified(self, turn: int = 0) -> Act:
        """The act with its event id; ``turn`` counts how often the same words have been recorded and taken back since.

        Examples
        --------
        >>> one = Act("recorded", "p1", "2024-03-01", "市投促中心").identified()
        >>> one.event_id == Act("recorded", "p1", "2024-03-01", "市投促中心").identified().event_id
        True
        """
        if self.event_id:
            return self
        parts = [self.kind, self.project_id, self.at, self.by, self.why, dict(self.data)]
        content = canonical([*parts, turn] if turn else parts)
        digest = hashlib.sha256(content.encode()).hexdigest()[:32]
        return Act(self.kind, self.project_id, self.at, self.by, self.why, self.data, digest)


@dataclass(frozen=True)
class Event:
    """One line of the ledger. ``digest`` covers the event and the digest before it, so that no line can be altered."""

    number: int
    event_id: str
    kind: str
    project_id: str
    at: str
    by: str
    why: str
    data: Data
    digest: str

    @property
    def day(self) -> str:
        """The day of the event."""
        return self.at[:10]


def canonical(value: object) -> str:
    """JSON that is the same for the same content."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def chained(before: str, act: Act, data: Data) -> str:
    """The digest of an event that follows one with the digest ``before``."""
    content = canonical([before, act.event_id, act.kind, act.project_id, act.at, act.by, act.why, dict(data)])
    return hashlib.sha256(content.encode()).hexdigest()


def read_event(row: Sequence[Any], path: Path) -> Event:
    """The event of a row (number, event_id, kind, project_id, at, by, why, data, digest).

    Raises
    ------
    LedgerError
        When its particulars are no JSON object, or its kind is not known: the row was altered.
    """
    number, event_id, kind, project, at, by, why, data, digest = row
    try:
        content = json.loads(data)
    except (TypeError, ValueError) as error:
        raise LedgerError(reason="damaged_event", path=path, number=number, detail=error) from error
    texts = (event_id, kind, project, at, by, why, digest)
    if (
        kind not in (*KINDS, *LEAD_KINDS)
        or not isinstance(content, dict)
        or not all(isinstance(each, str) for each in texts)
    ):
        raise LedgerError(reason="damaged_event", path=path, number=number, detail=f"{kind!r} {data!r}"[:80])
    return Event(number, event_id, kind, project, at, by, why, content, digest)


def whole_day(found: object, field: str = "as_of") -> date:
    """The day that is meant, where it is a whole one.

    Raises
    ------
    LedgerError
        Naming the field otherwise.

    Examples
    --------
    >>> whole_day("2024-02-29")
    datetime.date(2024, 2, 29)
    """
    day = day_or_none(found)
    if day is None:
        raise LedgerError(reason="day", field=field, found=found)
    return day


def check_act(act: Act, kinds: Sequence[str] = KINDS) -> None:
    """Refuse an act without kind, project (or lead), moment or office; ``kinds`` are those it may be of.

    Raises
    ------
    LedgerError
        Saying which of them is missing or malformed.
    """
    if act.kind not in kinds:
        raise LedgerError(reason="kind", kind=act.kind, kinds=tuple(kinds))
    if not IDENTIFIER.fullmatch(act.project_id):
        raise LedgerError(reason="project_id", project=act.project_id)
    found = _MOMENT.fullmatch(act.at)
    if found is None or day_or_none(found[1]) is None:
        raise LedgerError(reason="moment", at=act.at)
    if not act.by.strip():
        raise LedgerError(reason="by", project=act.project_id)
    try:
        canonical(dict(act.data))
    except (TypeError, ValueError) as error:
        raise LedgerError(reason="value", field="data", found=error, kind="JSON") from error
    if act.event_id and not IDENTIFIER.fullmatch(act.event_id):
        raise LedgerError(reason="event_id", event=act.event_id)
