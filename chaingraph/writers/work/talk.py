"""会见谈参 (what to know and to say at a meeting, two pages) and 首报登记表 (the form of a first report, filled in)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chaingraph.labels import text
from chaingraph.ledger.rules import Rules, amounts, size_known
from chaingraph.ledger.work.lead import Lead
from chaingraph.wording.brief import Brief
from chaingraph.wording.work import caption, money, word
from chaingraph.writers.files import write_bytes
from chaingraph.writers.work.paper import CLOSE, Document

_MOST = {"who": 4, "why": 4, "gap": 3, "partners": 3, "offer": 4, "questions": 5}  # statements of a brief
_CONTACTS, _LONG = 5, 130
_FACTS = (
    "said", "product", "investment_m", "site_status", "competing", "likelihood", "expected_on", "carrier", "drivers",
)  # fmt: skip


def write_talk(lead: Lead, path: Path, *, on: str, brief: Brief | None = None, lang: str = "zh") -> None:
    """Write what to know before a meeting with the firm of a lead, on two pages.

    Parameters
    ----------
    lead
        The lead, with its log.
    on
        The day of the meeting.
    brief
        What the lists know of the firm (`chaingraph.wording.brief.write_up`); None: only the log is told.

    Raises
    ------
    MissingExtraError
        When python-docx is not installed.
    """
    paper = Document(CLOSE, lang)
    title = text("work.talk_title", lang, firm=_cut(lead.firm, 40))
    paper.title(title, text("work.talk_below", lang, day=on, lead=lead.lead_id, owner=lead.owner))
    numbers = iter("一二三四五六七八九十" if lang == "zh" else "123456789")

    def section(key: str, statements: Sequence[str]) -> None:
        if statements:
            paper.heading(text("work.talk_part", lang, number=next(numbers), name=text(f"work.talk_{key}", lang)))
            paper.points([_cut(said, _LONG) for said in statements])

    told = dict(brief.sections) if brief is not None else {}
    parts = {key: told.get(text(f"brief.{key}", lang), ())[:most] for key, most in _MOST.items()}
    section("who", parts["who"])
    section("lead", _facts(lead, lang))
    log = [_contact(contact.by, contact.data, lang) for contact in lead.contacts[-_CONTACTS:]]
    section("log", log or [text("work.talk_no_contact", lang)])
    section("why", [*parts["why"], *parts["gap"], *parts["partners"]])
    asked = [each for each in lead.questions if each.answer is None]
    section("wishes", [f"{each.says}（{each.due}）" for each in asked if each.kind == "proposition"])
    section("offer", parts["offer"])
    own = [f"{each.says}（{each.due}）" for each in asked if each.kind == "question"]
    section("questions", [*own, *parts["questions"]] or [text("work.talk_ask", lang)])
    differ = [text("work.talk_differ", lang, field=word("field", name, lang)) for name in sorted(lead.conflicts)]
    section("care", [*differ, text("work.talk_care_said", lang)])
    write_bytes(paper.content(title), path)


def _facts(lead: Lead, lang: str) -> list[str]:
    said = []
    for name in _FACTS:
        value = lead.facts.get(name)
        shown = word(name, value, lang)
        if name == "investment_m":
            shown = money(value, lead.facts.get("currency"), lang)
        if shown:
            called = text("work.form_investment_m", lang) if name == "investment_m" else caption(name, lang)
            said.append(text("work.pair", lang, name=called, value=shown))
    source = lead.facts.get("source") or lead.facts.get("address")
    if source:
        said.append(
            text("work.pair", lang, name=caption("source", lang), value=f"{lead.facts.get('on', '')} {source}".strip())
        )
    return said


def _contact(by: str, data: object, lang: str) -> str:
    assert isinstance(data, dict)  # as it was recorded
    who = " ".join(filter(None, (data.get("unit"), data.get("post"))))
    words = [str(data["on"]), by, word("form", data.get("form"), lang), who, str(data["said"])]
    step = text("work.talk_next", lang, next=data["next"], day=data.get("next_on", "")) if data.get("next") else ""
    return " ".join(filter(None, [*words, step]))


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


_FORM = (
    ("project", "investor", "credit_code", "capital", "origin", "existing"),
    ("chain_id", "segment_id", "product", "investment_m", "drivers", "tiers"),
    ("carrier", "site_mu", "floor_m2", "zone", "site_status", "competing"),
    ("likelihood", "expected_on", "route", "cluster", "lead_post", "contact_on"),
)


def write_first_report(
    lead: Lead, path: Path, *, place: str, on: str, rules: Rules, by: str = "", lang: str = "zh"
) -> None:
    """Write the form of a first report with what the log knows; what it does not know stays empty, to be filled in.

    Parameters
    ----------
    place
        The county or city that reports.
    on
        The day of the report.
    rules
        The ledger's rules: whether the project has the size that must be reported is said by them.
    by
        The office that reports; empty: to be filled in.
    """
    paper = Document(CLOSE, lang)
    title = text("work.report_title", lang)
    paper.title(title, text("work.report_below", lang, place=place, day=on, by=by or "＿＿＿＿＿＿"))
    first = lead.contacts[0] if lead.contacts else None
    known = {
        **lead.facts,
        "investor": lead.firm,
        "project": " ".join(filter(None, (lead.firm, str(lead.facts.get("product") or "")))),
        "contact_on": first.data["on"] if first else None,
    }
    rows = []
    for names in _FORM:
        for one, two in zip(names[::2], names[1::2], strict=True):
            rows.append(
                [_label(one, lang), _form_value(one, known, lang), _label(two, lang), _form_value(two, known, lang)]
            )
    paper.table([text("work.report_item", lang), text("work.report_fill", lang)] * 2, rows, (3.2, 5.1, 3.2, 5.1))
    body = rules.get("report")
    size = None if body is None else size_known(body, known, *amounts(rules, known, on))
    paper.heading(text("work.report_rule", lang))
    paper.points([text(f"work.report_size_{'unknown' if size is None else 'yes' if size else 'no'}", lang)])
    if body is not None:
        paper.points([f"{body['paragraph']} {body['says']}"])
    paper.heading(text("work.report_progress", lang))
    log = [_cut(_contact(contact.by, contact.data, lang), _LONG) for contact in lead.contacts[-8:]]
    paper.points(log or [text("work.talk_no_contact", lang)])
    paper.heading(text("work.report_sign", lang))
    paper.table(
        [text(f"work.report_sign_{who}", lang) for who in ("place", "centre")], [["\n\n\n", "\n\n\n"]], (8.3, 8.3)
    )
    write_bytes(paper.content(title), path)


def _label(name: str, lang: str) -> str:
    return text(f"work.form_{name}", lang)


def _form_value(name: str, known: dict[str, object], lang: str) -> str:
    if name == "investment_m":
        return money(known.get(name), known.get("currency"), lang)
    value = word("" if name == "capital" else name, known.get(name), lang)
    return text(f"ledger.code_{value}", lang) if name == "capital" and value else value
