"""From a text to its facts: who, what, how far, whether the site is open, when, how much, where, by which sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from chaingraph.leads.sentences.dates import assumed_year, event_date, same_day
from chaingraph.leads.sentences.drafts import AT_HOME, Draft, drafts_of, enriched, merged
from chaingraph.leads.sentences.events import site_of
from chaingraph.leads.sentences.figures import Amount, land_mu
from chaingraph.leads.sentences.kinds import STAGE_ORDER, LeadKind
from chaingraph.leads.sentences.namings import (
    NO_NAMES,
    FirmNamed,
    KnownNames,
    firms_in,
    heading,
    named_under,
    text_aliases,
)
from chaingraph.leads.sentences.passages import Passage, half_width, passages
from chaingraph.leads.sentences.speakers import is_byline, of_others, of_somebody, stated
from chaingraph.leads.sentences.text_days import dated, days_of_text
from chaingraph.leads.sentences.where import Named, city_of, joined, lies_within, meet, places_in
from chaingraph.leads.sentences.zones import Around, core_name, same_firm, told_around, zones_of
from chaingraph.places.gazetteer import Path


@dataclass(frozen=True)
class Fact:
    """One fact of one text, with the place of the passage that says it in the body.

    ``site``: open, comparing, decided_here, decided_elsewhere, unknown. ``amount`` is as written; missing is None.
    """

    firm: str
    firm_id: str | None
    kind: str
    signal: str
    stage: str | None
    site: str
    date: str | None
    amount: Amount | None
    capacity: str | None
    land_mu: float | None
    floor_m2: float | None
    place: str | None
    path: Path
    instead: str | None
    product: str | None
    counterpart: str | None
    start: int
    end: int
    method: str = "rule"  # or model, for what a language model proposed and the text bears out


_DWELLINGS = re.compile(r"住宅|房地产|商住|置业|地产(?!品)")
_LAND_REACH = 120  # characters behind a plot's sentence in which its use is told
# A report on how money raised long ago is kept and spent: no news of its raising.
_SPENT = re.compile(r"存放(?:、管理)?[与和及、](?:实际)?使用|前次募集资金使用|募集资金使用情况")
_HEAD = 400  # characters of a text in which its announcement is told
_SAME = re.compile("同[年月日]")  # what took place in the month or year told before
_ROW = 3  # firms in a row of whom a text only says that they were visited or came
_LOOKED_AT = 2_000  # characters of a text in which its year is looked for
_UNDECIDED = (None, "announced", "negotiating")
_ASKS = re.compile(r"^\s*(?:问|投资者提问|投资者)[:]")
_THE_COMPANY = re.compile(r"(?:上市|本)?公司(?:董事会)?(?:决定|同意|拟|将|审议|宣布|于)")
_PROJECT_OF = re.compile(r"^(?:该)?项目由")
_MANY = re.compile(
    r"项目\d+个|\d+多?个(?:[^,;]{0,4}项目|重大)|一个[^,;]{0,8}项目|"
    r"集中(?:开工|签约)|更多[^,;]{0,8}企业|开竣工|[一二三两]个项目|\d+家|共签约|累计"
)


def facts_of(
    body: str,
    *,
    published: str | None,
    region: Path,
    title: str | None = None,
    known: KnownNames = NO_NAMES,
    zones: Mapping[str, str] | None = None,
) -> list[Fact]:
    """The facts that a text states, in its order.

    Parameters
    ----------
    body
        The text as `passages.cleaned` gives it; positions are in it.
    published
        The day of the text, against which relative days are reckoned; None: they stay unknown.
    region
        The path of the region that reads: a decided site is decided here or elsewhere.
    title
        Whom the text is about, where the body says only "the company".
    known
        Names of the case's firms.
    zones
        Names of development zones and the place of each.

    Examples
    --------
    >>> told, jiaxing = "宁波甲乙电子有限公司已与嘉善签约,总投资3亿元。", ("中国", "浙江", "嘉兴")
    >>> fact, = facts_of(told, published="2025-06-12", region=jiaxing)
    >>> fact.firm, fact.kind, fact.stage, fact.site, fact.amount.million, fact.place
    ('宁波甲乙电子有限公司', 'expansion', 'signed', 'decided_here', 300.0, '嘉善')
    """
    published = published or assumed_year(half_width(body[:_LOOKED_AT]))
    aliases = text_aliases(f"{title}\n{body}" if title else body)
    headed = firms_in(title, known, aliases) if title else []
    subject: FirmNamed | None = headed[0] if headed else None
    around, named = Around(), {core_name(firm): firm for firm in headed}
    drafts: list[Draft] = []
    main, under = subject, None
    previous: Passage | None = None
    day, same = None, _SAME.search(body) is not None
    for piece in passages(body):
        if piece.after == "\n":
            previous = None
        if over := heading(piece.text):
            subject, main, under, around, previous = over, over, over.name, Around(), None
            continue
        if is_byline(piece.text):
            continue
        firms = named_under(under, firms_in(piece.text, known, aliases))
        named |= {core_name(firm): firm for firm in firms if not firm.other_side}
        if piece.question or (not firms and _ASKS.match(piece.text)):
            continue
        around = told_around(piece, firms, around, published, zones)
        around = around._replace(date=around.date or same_day(piece.text, day))
        day = (event_date(piece.text, published) if same else None) or day
        told = False
        kinds: list[LeadKind] = []
        others = (
            not firms
            and subject is not None
            and (
                of_somebody(piece.text) or (drafts and of_others(piece.text, amount_told=drafts[-1].amount is not None))
            )
        )
        for zone in zones_of(piece.text, firms, subject) if not others else ():
            subject = zone.firm or subject
            main = main or (subject if subject and not subject.unit else None)
            if zone.firm is None and main and subject and subject.unit and _THE_COMPANY.match(zone.text):
                subject = main  # the company of whose subsidiary the sentence before spoke
            zone = zone._replace(firm=subject, text=stated(zone.text))
            found = drafts_of(zone, piece, around, published, zones, kinds)
            if not found and firms and previous and _PROJECT_OF.match(piece.text):
                whole = zone._replace(text=f"{previous.text},{zone.text}", start=0)
                drafts = [draft for draft in drafts if draft.firm or draft.start != previous.start]
                found = [
                    replace(draft, start=previous.start)
                    for draft in drafts_of(whole, piece, around, published, zones, [])
                ]
            if previous and not zone.others:
                found = [_with_plot(draft, previous.text) for draft in found]
            kinds = [draft.kind for draft in found] or kinds
            if found:
                drafts, told = merged(drafts, found), True
            elif drafts and drafts[-1].firm is None and firms and piece.after == ";":
                drafts = [*drafts[:-1], enriched(replace(drafts[-1], firm=subject), zone, piece, published, zones)]
            elif drafts and same_firm(drafts[-1].firm, subject):
                drafts = [*drafts[:-1], enriched(drafts[-1], zone, piece, published, zones)]
        if not told and len({core_name(firm) for firm in firms if not firm.other_side}) >= _ROW:
            subject = None  # of several in a row nobody is whom the next sentence speaks of
        if told and not around.stage and piece.after != ";":
            around = around._replace(date=None)
        previous = piece
    if _SPENT.search(half_width(body[:_HEAD])):
        drafts = [draft for draft in drafts if draft.kind.name != "fundraising"]
    lone = next(iter(named.values())) if len(named) == 1 else None
    headline = len(title) if title and body.startswith(title) else 0
    drafts = [draft for draft in drafts if not _is_headline_of(draft, drafts, headline)]
    days = days_of_text(body, published)
    return _finished([dated(draft, days) for draft in drafts], lone, region, body)


def _is_headline_of(draft: Draft, drafts: Sequence[Draft], headline: int) -> bool:
    """Whether a fact of the headline is what the text below tells in full: same firm and kind, as far or farther."""
    order = {stage: number for number, stage in enumerate(STAGE_ORDER)}
    return draft.end <= headline and any(
        other.start >= headline
        and other.kind is draft.kind
        and same_firm(other.firm, draft.firm)
        and order.get(draft.stage or "", -1) <= order.get(other.stage or "", -1)
        for other in drafts
    )


def _with_plot(draft: Draft, before: str) -> Draft:
    """Land with the size of the plot that the sentence before it describes."""
    if draft.kind.name != "land" or draft.land_mu is not None:
        return draft
    return replace(draft, land_mu=land_mu(before))


def _finished(drafts: Sequence[Draft], lone: FirmNamed | None, region: Path, body: str) -> list[Fact]:
    """The facts of drafts: what names no firm is of the only one that the text names, or of nobody."""
    owned = [draft for draft in drafts if draft.firm]
    for draft in drafts:
        if draft.firm is None and lone is not None and not _MANY.search(body[draft.start : draft.end]):
            owned = merged(owned, [replace(draft, firm=lone)])
    waiting = {
        core_name(draft.firm): draft.said for draft in owned if draft.firm and draft.said in ("open", "comparing")
    }
    over = {core_name(draft.firm) for draft in owned if draft.firm and draft.kind.stage == "ended"}
    owned = [_with_plan(draft, owned) if draft.kind.stage == "ended" else draft for draft in owned]
    broken = {core_name(draft.firm) for draft in owned if draft.firm and draft.kind.name == "insolvency"}
    owned = [_with_details(draft, owned) for draft in owned if not _is_detail(draft, owned)]
    owned = [draft for draft in owned if not _told_better(draft, owned, body)]
    facts = []
    for draft in owned:
        assert draft.firm is not None  # so chosen
        core = core_name(draft.firm)
        if draft.kind.name == "downsizing" and core in broken:
            continue
        if draft.kind.name == "downsizing" and draft.instead is None:
            draft = replace(draft, instead=_went_to(draft, owned))
        if core in over and draft.kind.name == "expansion" and _was_planned(draft, owned):
            continue  # what a text says of a project's plan before it says that the project is over
        if draft.kind.name in ("lease_end", "fundraising") and draft.said == "unknown":
            draft = replace(draft, said=waiting.get(core, "unknown"))
        if draft.kind.name == "land" and _DWELLINGS.search(half_width(body[draft.start : draft.end + _LAND_REACH])):
            continue
        fact = _fact(draft, draft.firm, region)
        if not _inside_one_city(fact, draft, body):
            facts.append(fact)
    return facts


def _went_to(closed: Draft, drafts: Sequence[Draft]) -> Named | None:
    """Where the work of a plant that closes goes, as the text tells of the same firm's move."""
    moves = [
        one.instead or one.place for one in drafts if one.kind.name == "relocation" and same_firm(one.firm, closed.firm)
    ]
    places = [place for place in moves if place and (closed.place is None or not meet(place.path, closed.place.path))]
    return places[0] if len(places) == 1 else None


def _told_better(draft: Draft, drafts: Sequence[Draft], body: str) -> bool:
    """Whether another fact says what this one says by the way.

    The same of a subsidiary that is named; a unit to be set up for a project; a plan without a place where the text
    is about a customer that was won.
    """
    units = [other for other in drafts if _of_unit(draft, other)]
    if (
        draft.firm
        and not draft.firm.unit
        and any(
            _named_there(other, body) and (draft.start < other.end or not _named_there(draft, body)) for other in units
        )
    ):
        return True
    ended = [other for other in drafts if other.kind.stage == "ended" and other is not draft]
    if draft.firm and draft.firm.unit and ended and not _named_there(draft, body) and draft.kind.stage == "ended":
        return True  # of the group, which decides it
    if ended and draft.kind.name in ("land", "new_unit", "expansion") and draft.stage not in ("started", "producing"):
        group = [other for other in ended if (other.firm and other.firm.unit) or (draft.firm and draft.firm.unit)]
        if any(_was_planned(draft, [replace(other, firm=draft.firm)]) for other in group):
            return True  # bought, signed or set up for the project that is over
    if draft.kind.name == "revoked" and any(same_firm(other.firm, draft.firm) for other in ended):
        return True  # the company that was set up for the project
    if draft.stage != "announced" or draft.place is not None:
        return False
    others = {other.kind.name for other in drafts if other is not draft and same_firm(other.firm, draft.firm)}
    return (draft.kind.name == "new_unit" and "expansion" in others) or (
        draft.kind.name == "expansion"
        and ("customer_win" in others or (draft.said in ("open", "comparing") and "fundraising" in others))
    )


def _is_detail(plan: Draft, drafts: Sequence[Draft]) -> bool:
    """Whether a plan is that of a filing, or for a plot, that the text tells before of the same firm."""
    return plan.kind.name == "expansion" and plan.stage == "announced" and any(_detailed(plan, one) for one in drafts)


def _detailed(plan: Draft, one: Draft) -> bool:
    return (
        one.kind.name in ("filing", "land")
        and one.start < plan.start
        and same_firm(one.firm, plan.firm)
        and (
            one.place is None
            or plan.place is None
            or (one.firm is not None and one.place.text in one.firm.name)  # where it sits only
            or meet(one.place.path, plan.place.path)
        )
    )


def _with_details(one: Draft, drafts: Sequence[Draft]) -> Draft:
    """A filing with the figures of its plan."""
    plan = next((plan for plan in drafts if _is_detail(plan, [one])), None) if one.kind.name == "filing" else None
    if plan is None:
        return one
    return replace(
        one,
        amount=one.amount or plan.amount,
        capacity=one.capacity or plan.capacity,
        land_mu=one.land_mu if one.land_mu is not None else plan.land_mu,
        floor_m2=one.floor_m2 if one.floor_m2 is not None else plan.floor_m2,
        place=plan.place or one.place,
        product=one.product or plan.product,
    )


def _named_there(draft: Draft, body: str) -> bool:
    """Whether the passage of a fact names its firm, by any letters of it."""
    core = core_name(draft.firm)[-4:] if draft.firm else ""
    return core[:2] in half_width(body[draft.start : draft.end])


def _of_unit(draft: Draft, other: Draft) -> bool:
    """Whether a fact of a group is that of its subsidiary, which the text names too: 甲环股份:子公司竞得土地."""
    return (
        other.firm is not None
        and other.firm.unit
        and other.kind is draft.kind
        and (draft.place is None or other.place is None or meet(draft.place.path, other.place.path))
        and (draft.amount is None or (other.amount is not None and draft.amount.million == other.amount.million))
    )


def _was_planned(plan: Draft, drafts: Sequence[Draft]) -> bool:
    """Whether a plan is the one that the text says is over: not begun, and not where the project went instead."""
    if plan.stage not in (*_UNDECIDED, "signed", "registered"):
        return False
    ended = [draft for draft in drafts if draft.kind.stage == "ended" and same_firm(draft.firm, plan.firm)]
    if plan.place is None:
        return plan.stage in _UNDECIDED or bool(ended)
    return any(
        draft.place is None or meet(draft.place.path, plan.place.path) for draft in ended if draft.instead is None
    )


def _with_plan(ended: Draft, drafts: Sequence[Draft]) -> Draft:
    """An ended project with the figures and place that the text tells of its plan, where it has none itself."""
    for plan in drafts:
        if plan.kind.name == "expansion" and same_firm(plan.firm, ended.firm) and _was_planned(plan, drafts):
            ended = replace(
                ended,
                amount=ended.amount or plan.amount,
                place=ended.place or plan.place,
                capacity=ended.capacity or plan.capacity,
                product=ended.product or plan.product,
            )
    return ended


def _fact(draft: Draft, firm: FirmNamed | None, region: Path) -> Fact:
    assert firm is not None  # drafts without a firm are left out before
    site: str = site_of(
        draft.kind, draft.stage, draft.said, placed=draft.place is not None, instead=draft.instead is not None
    )
    at = draft.instead or (None if draft.kind.name in AT_HOME else draft.place)
    if site == "decided":
        here = lies_within(at.path, region) if at else None
        site = "unknown" if here is None else "decided_here" if here else "decided_elsewhere"
    return Fact(
        firm=firm.name,
        firm_id=firm.firm_id,
        kind=draft.kind.name,
        signal=draft.kind.signal,
        stage=draft.stage,
        site=site,
        date=draft.date,
        amount=draft.amount,
        capacity=draft.capacity,
        land_mu=draft.land_mu,
        floor_m2=draft.floor_m2,
        place=draft.place.text if draft.place else None,
        path=draft.place.path if draft.place else (),
        instead=draft.instead.text if draft.instead else None,
        product=draft.product,
        counterpart=draft.counterpart,
        start=draft.start,
        end=draft.end,
    )


def _inside_one_city(fact: Fact, draft: Draft, body: str) -> bool:
    """Whether a move stays inside one city: no relocation."""
    if fact.signal != "relocation":
        return False
    if draft.instead and draft.place:
        return city_of(draft.instead.path) == city_of(draft.place.path)
    text = body[fact.start : fact.end]
    away = re.search(r"(?:从|由|在)([^,;]{2,14}?)(?:整体)?(?:搬|迁|外迁)", text)
    origins = joined(places_in(away[1]), away[1]) if away else []
    if origins and fact.path:
        return city_of(origins[-1].path) == city_of(fact.path)
    if away and re.search(r"(?:镇|街道|路|村)$", away[1]):
        return True
    home = joined(places_in(fact.firm), fact.firm)
    return bool(home and fact.path and len(home[0].path) > 2 and city_of(home[0].path) == city_of(fact.path))
