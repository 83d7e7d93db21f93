"""会见谈参 (what to know and to say at a meeting, two pages) and 首报登记表 (the form of a first report, filled in)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from chaingraph.labels import text
from chaingraph.ledger.rules import Rules, amounts, size_known
from chaingraph.ledger.work.lead import Lead, Question
from chaingraph.places.regions import CHINA, place_text
from chaingraph.wording.brief import Brief
from chaingraph.wording.work import caption, day_in_words, money, word
from chaingraph.writers.files import write_bytes
from chaingraph.writers.work.asks import still_to_ask
from chaingraph.writers.work.paper import CLOSE, Document

_MOST = {"who": 4, "why": 4, "gap": 3, "partners": 3, "offer": 4, "questions": 5}  # statements of a brief
_CONTACTS, _LONG, _ASKS = 5, 130, 7
_TOLD_BY_LOG = ("signal", "size_class", "decision_city", "likelihood")  # asked of a firm that nobody has talked to
_NAMED = ("chain_id", "segment_id")
_FACTS = (
    "said", "product", "investment_m", "site_status", "competing", "likelihood", "expected_on", "carrier", "drivers",
)  # fmt: skip


def write_talk(
    lead: Lead, path: Path, *, on: str, brief: Brief | None = None, chain: str | None = None, lang: str = "zh"
) -> None:
    """Write what to know before a meeting with the firm of a lead, on two pages.

    Parameters
    ----------
    lead
        The lead, with its log.
    on
        The day of the meeting.
    brief
        What the lists know of the firm (`chaingraph.wording.brief.write_up`); None: only the log is told.
    chain
        What people call the chain that the lead is of; None: it is of none that is known.

    Raises
    ------
    MissingExtraError
        When python-docx is not installed.
    """
    paper = Document(CLOSE, lang)
    title = text("work.talk_title", lang, firm=_cut(lead.firm, 40))
    paper.title(title, text("work.talk_below", lang, day=day_in_words(on, lang), owner=lead.owner))
    numbers = iter("一二三四五六七八九十" if lang == "zh" else "123456789")

    def section(key: str, statements: Sequence[str]) -> None:
        if statements:
            paper.heading(text("work.talk_part", lang, number=next(numbers), name=text(f"work.talk_{key}", lang)))
            paper.points([_cut(said, _LONG) for said in statements])

    told = dict(brief.sections) if brief is not None else {}
    parts = {key: told.get(text(f"brief.{key}", lang), ())[:most] for key, most in _MOST.items()}
    # That nothing but the country is on record helps nobody at a table.
    bare = (text("explain.site_alone", lang), text("explain.site_seat", lang, place=place_text(CHINA, lang)))
    section("who", [said for said in parts["who"] if said not in bare])
    of = [] if chain is None else [text("work.pair", lang, name=caption("chain_id", lang), value=chain)]
    section("lead", [*of, *_facts(lead, lang)])
    log = [_contact(contact.by, contact.data, lang) for contact in lead.contacts[-_CONTACTS:]]
    section("log", log or [text("work.talk_no_contact", lang)])
    why = [said for said in parts["why"] if said != text("brief.unlisted", lang)]
    section("why", [*why, *parts["gap"], *parts["partners"]])
    asked = [each for each in lead.questions if each.answer is None]
    section("wishes", [_put(each, lang) for each in asked if each.kind == "proposition"])
    section("problems", _problems(lead, lang))
    section("offer", parts["offer"])
    told_by_log = {text(f"brief.ask_{name}", lang) for name in _TOLD_BY_LOG}
    more = [said for said in parts["questions"] if said not in told_by_log]
    section("questions", [*still_to_ask(lead, lang), *more][:_ASKS])
    differ = [text("work.talk_differ", lang, field=word("field", name, lang)) for name in sorted(lead.conflicts)]
    section("care", [*differ, text("work.talk_care_said", lang)])
    write_bytes(paper.content(title), path)


def _put(asked: Question, lang: str) -> str:
    """A question or wish with who has to answer it and until when."""
    entry = "work.talk_put_to" if asked.to else "work.ask_due"
    return text(entry, lang, says=asked.says, to=asked.to, day=asked.due)


def _problems(lead: Lead, lang: str) -> list[str]:
    """What the leader will be asked: problems fed back, what our own offices still owe, what they have answered."""
    said = [
        text("work.talk_problem", lang, unit=unit, day=told.get("on", ""), says=told["problem"])
        for unit, told in lead.feedback.items()
        if told.get("problem")
    ]
    for each in lead.questions:
        if each.answer is not None:
            said.append(text("work.talk_answered", lang, says=each.says, answer=each.answer))
        elif each.kind == "question" and each.to:
            said.append(_put(each, lang))
    return said


def _facts(lead: Lead, lang: str) -> list[str]:
    said = []
    for name in _FACTS:
        value = lead.facts.get(name)
        shown = word(name, value, lang)
        if name == "said":  # the headline stands under the source
            shown = shown.removeprefix(str(lead.facts.get("source") or "")).strip()
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
    met = _met(by, data, lang)
    step = text("work.talk_next", lang, next=data["next"]) if data.get("next") else ""
    day = text("work.talk_next_on", lang, day=data["next_on"]) if step and data.get("next_on") else ""
    return text("work.pair", lang, name=met, value=f"{data['said']}{step}{day}")


def _met(by: str, data: Mapping[str, object], lang: str) -> str:
    """A contact without what was said: the day, who of us, in which form, and with which post."""
    unit, post = str(data.get("unit") or ""), str(data.get("post") or "")
    who = post if unit in post else f"{unit} {post}".strip()
    return " ".join(filter(None, [str(data["on"]), by, word("form", data.get("form"), lang), who]))


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


_FORM = (
    ("project", "investor", "credit_code", "capital", "origin", "existing"),
    ("chain_id", "segment_id", "product", "investment_m", "drivers", "tiers"),
    ("carrier", "site_mu", "floor_m2", "zone", "site_status", "competing"),
    ("likelihood", "expected_on", "route", "cluster", "lead_post", "contact_on"),
)


def write_first_report(
    lead: Lead,
    path: Path,
    *,
    place: str,
    on: str,
    rules: Rules,
    by: str = "",
    names: Mapping[str, str] | None = None,
    lang: str = "zh",
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
    names
        What the case calls its chains and segments, by id.
    """
    paper = Document(CLOSE, lang)
    title = text("work.report_title", lang)
    paper.title(
        title, text("work.report_below", lang, place=place, day=day_in_words(on, lang), by=by or "＿＿＿＿＿＿")
    )
    first = lead.met[0] if lead.met else None
    known = {
        **lead.facts,
        "investor": lead.firm,
        "project": text("work.report_project", lang, firm=lead.firm, product=lead.facts.get("product") or ""),
        **{name: (names or {}).get(str(value), value) for name, value in lead.facts.items() if name in _NAMED},
        "contact_on": first.data["on"] if first else None,
    }
    rows = []
    for fields in _FORM:
        for one, two in zip(fields[::2], fields[1::2], strict=True):
            rows.append(
                [_label(one, lang), _form_value(one, known, lang), _label(two, lang), _form_value(two, known, lang)]
            )
    paper.table([text("work.report_item", lang), text("work.report_fill", lang)] * 2, rows, (3.2, 5.1, 3.2, 5.1))
    body = rules.get("report")
    size = None if body is None else size_known(body, known, *amounts(rules, known, on))
    paper.heading(text("work.report_rule", lang))
    told = "no_rule" if body is None else "unknown" if size is None else "yes" if size else "no"
    paper.points([text(f"work.report_size_{told}", lang)])
    if body is not None:
        paper.points([f"{body['paragraph']} {body['says']}"])
    paper.heading(text("work.report_progress", lang))
    log = [_cut(_met(contact.by, contact.data, lang), _LONG) for contact in lead.contacts[-8:]]
    paper.points([*(log or [text("work.talk_no_contact", lang)]), text("work.report_now", lang)])
    paper.heading(text("work.report_sign", lang))
    seal = "\n\n\n" + text("work.report_seal_day", lang)
    paper.table([text(f"work.report_sign_{who}", lang) for who in ("place", "centre")], [[seal, seal]], (8.3, 8.3))
    write_bytes(paper.content(title), path)


def _label(name: str, lang: str) -> str:
    return text(f"work.form_{name}", lang)


def _form_value(name: str, known: dict[str, object], lang: str) -> str:
    if name == "investment_m":
        shown, currency = money(known.get(name), known.get("currency"), lang), known.get("currency")
        if not shown or lang != "zh" or currency not in (None, "", "CNY"):
            return shown
        return shown + text("work.report_cny" if currency else "work.report_no_currency", lang)
    value = word("" if name == "capital" else name, known.get(name), lang)
    return text(f"ledger.code_{value}", lang) if name == "capital" and value else value
