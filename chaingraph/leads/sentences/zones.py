"""Whom each stretch of a passage is about, and what earlier sentences told for those that follow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from chaingraph.leads.sentences import figures
from chaingraph.leads.sentences.dates import event_date
from chaingraph.leads.sentences.events import kinds_said, stage_of
from chaingraph.leads.sentences.kinds import lead_words
from chaingraph.leads.sentences.namings import BUILDERS, IN_A_ROW, FirmNamed
from chaingraph.leads.sentences.passages import Passage
from chaingraph.leads.sentences.where import Named, joined, places_in
from chaingraph.matching.name_forms import normalise_name
from chaingraph.places.gazetteer import CHINA

_DISTRIBUTED = re.compile(r"分别")
_SUM_OF_ALL = re.compile(
    r"(?:共|合计|总计|累计|[两二三四五六七八九十\d]个项目[^,;]{0,8}总额)(?:投资)?(?:约|达|为|超)?(?:人民币)?$"
)
_SEAT = re.compile(r"总部(?:位于|设在|在)$")
_PEOPLE = re.compile("系?(?:企业|メーカー|人)")  # 日本企业: whence firms come, not where they are
_ALSO = re.compile(r"(?<=,)(?:还|同时|并)(?:将|对|引导|推动)")  # what stands before is of others
_STOPS = re.compile(r"[、:|]|(?<!\d),|,(?!\d)")  # 8,000万元 has no comma
_FORM = re.compile(r"(?:股份|有限|责任|集团|株式会社|公司|厂)+$")


class Around(NamedTuple):
    """What earlier sentences of a text told for those that follow."""

    stage: str | None = None
    date: str | None = None
    place: Named | None = None


class Zone(NamedTuple):
    """A stretch of a passage that speaks of one firm."""

    firm: FirmNamed | None
    text: str
    start: int  # in the passage
    others: tuple[FirmNamed, ...] = ()  # named as the other side


def told_around(
    piece: Passage, firms: Sequence[FirmNamed], around: Around, published: str | None, zones: Mapping[str, str] | None
) -> Around:
    """What a passage tells for those that follow: a meeting at which projects reach a stage; the place and day."""
    head = piece.text[: firms[0].start] if firms else piece.text
    kept = around if piece.after in (";", "。", ",", "") else Around(place=around.place)
    places = [
        place
        for place in joined(places_in(head, zones), head)
        if place.path != (CHINA,)
        and not _SEAT.search(head[: place.start])
        and not (len(place.path) == 1 and _PEOPLE.match(head, place.end))
    ]
    if piece.after == "\n" and firms and text_is_english(piece.text):
        kept = kept._replace(place=None)  # the next story of a digest
    if not firms or piece.after == "\n":
        place = max(places, key=lambda one: (len(one.path), len(one.text)), default=None) or kept.place
    else:
        place = (places[-1] if places and piece.after == ";" else None) or kept.place
    day = event_date(head, published)
    if lead_words().together.search(head):
        both = re.search("开竣工|开工[^;]*(?:竣工|投产)", head)  # 集中开工、竣工投产: begun, all of them
        return Around("started" if both else stage_of(head), day or kept.date, place)
    if piece.after == ";" or (kept.stage and not day):
        return kept._replace(place=place, date=day or kept.date)
    return Around(kept.stage if firms else None, day or kept.date, place)


def text_is_english(text: str) -> bool:
    """Whether a passage is in Latin letters throughout."""
    return not re.search(r"[\u3400-\u9fff]", text)


def zones_of(text: str, firms: Sequence[FirmNamed], subject: FirmNamed | None) -> list[Zone]:
    """The stretches of a passage by the firm that each is about."""
    actors = [firm for firm in firms if not firm.other_side]
    others = tuple(firm for firm in firms if firm.other_side)
    if not actors:
        first = next((place for place, firm in enumerate(others) if firm.other_side not in BUILDERS), None)
        if first is not None and subject is None:
            actors, others = [others[first]], (*others[:first], *others[first + 1 :])
        else:
            return [Zone(None, text, 0, others)]
    also = list(_ALSO.finditer(text, 0, actors[0].start))
    starts = [also[-1].start() if also else 0]
    for before, firm in pairwise(actors):
        gap = text[before.end : firm.start]
        comma = max((found.start() for found in _STOPS.finditer(gap)), default=-1)
        starts.append(before.end + comma + 1 if comma >= 0 else firm.start)
    ends = [*starts[1:], len(text)]
    zones: list[Zone] = []
    for firm, start, end in zip(actors, starts, ends, strict=True):
        if zones and zones[-1].firm and same_firm(zones[-1].firm, firm):
            zones[-1] = zones[-1]._replace(text=text[zones[-1].start : end])
        else:
            zones.append(Zone(firm, text[start:end], start, others))
    return _listed(zones, text)


def _listed(zones: list[Zone], text: str) -> list[Zone]:
    """Firms named in a row share what is said after the last of them; amounts told 分别 are dealt out in order."""
    groups: list[list[Zone]] = []
    for zone in zones:
        if groups and _bare_gap(text, groups[-1][-1], zone):
            groups[-1].append(zone)
        else:
            groups.append([zone])
    shared: list[Zone] = []
    for group in groups:
        last = group[-1]
        if len(group) == 1 or last.firm is None:
            shared += group
            continue
        tail = text[last.firm.end : last.start + len(last.text)]
        amounts = figures.amounts_in(tail)
        if amounts and _SUM_OF_ALL.search(tail[: amounts[0].start]):
            first = amounts.pop(0)  # what all of them invest together is no one's
            tail = tail[: first.start] + "□" * (first.end - first.start) + tail[first.end :]
        dealt = _DISTRIBUTED.search(tail) is not None and len(amounts) == len(group)
        # 项目开工,由甲公司和乙公司投资: what is said of all may stand before the first.
        before = group[0].text[: group[0].firm.start - group[0].start] if group[0].firm else ""
        halves = kinds_said(before + tail) and not kinds_said(tail)  # 关闭甲厂、乙厂2家企业
        ahead = before if halves or kinds_said(before) else ""
        for place, zone in enumerate(group):
            own = f"{tail[: amounts[0].start]}{amounts[place].text}" if dealt else tail
            assert zone.firm is not None  # a group is of firms
            lead = ahead if place else ""
            start = group[0].start if lead else zone.start
            shared.append(zone._replace(text=lead + text[zone.start : zone.firm.end] + own, start=start))
    return shared


def _bare_gap(text: str, one: Zone, other: Zone) -> bool:
    """Whether nothing but "and" stands between two firms."""
    if one.firm is None or other.firm is None:
        return False
    return IN_A_ROW.fullmatch(text[one.firm.end : other.firm.start]) is not None


def core_name(firm: FirmNamed) -> str:
    """A firm's name without its legal form, by which two mentions of it are known as one."""
    return _FORM.sub("", normalise_name(firm.name))


def same_firm(one: FirmNamed | None, other: FirmNamed | None) -> bool:
    """Whether two mentions are of one firm, by its name without legal form."""
    if one is None or other is None:
        return one is other
    return core_name(one) == core_name(other)
