"""Whom each stretch of a passage is about, and what earlier sentences told for those that follow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from chaingraph.leads.sentences import figures
from chaingraph.leads.sentences.dates import event_date
from chaingraph.leads.sentences.events import stage_of
from chaingraph.leads.sentences.kinds import lead_words
from chaingraph.leads.sentences.namings import BUILDERS, FirmNamed
from chaingraph.leads.sentences.passages import Passage
from chaingraph.leads.sentences.where import Named, joined, places_in
from chaingraph.matching.name_forms import normalise_name

_DISTRIBUTED = re.compile(r"分别")
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
    places = joined(places_in(head, zones), head)
    if not firms or piece.after == "\n":
        place = max(places, key=lambda one: len(one.path), default=None) or kept.place
    else:
        place = (places[-1] if places and piece.after == ";" else None) or kept.place
    day = event_date(head, published)
    if lead_words().together.search(head):
        return Around(stage_of(head), day or kept.date, place)
    if piece.after == ";" or (kept.stage and not day):
        return kept._replace(place=place, date=day or kept.date)
    return Around(kept.stage if firms else None, day or kept.date, place)


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
    starts = [0]
    for before, firm in pairwise(actors):
        gap = text[before.end : firm.start]
        comma = max(gap.rfind(","), gap.rfind("、"), gap.rfind(":"), gap.rfind("|"))
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
        dealt = _DISTRIBUTED.search(tail) is not None and len(amounts) == len(group)
        for place, zone in enumerate(group):
            own = f"{tail[: amounts[0].start]}{amounts[place].text}" if dealt else tail
            assert zone.firm is not None  # a group is of firms
            shared.append(zone._replace(text=text[zone.start : zone.firm.end] + own))
    return shared


def _bare_gap(text: str, one: Zone, other: Zone) -> bool:
    """Whether nothing but "and" stands between two firms."""
    if one.firm is None or other.firm is None:
        return False
    return text[one.firm.end : other.firm.start].strip() in ("、", "和", "与", "及", "、以及", "以及")


def core_name(firm: FirmNamed) -> str:
    """A firm's name without its legal form, by which two mentions of it are known as one."""
    return _FORM.sub("", normalise_name(firm.name))


def same_firm(one: FirmNamed | None, other: FirmNamed | None) -> bool:
    """Whether two mentions are of one firm, by its name without legal form."""
    if one is None or other is None:
        return one is other
    return core_name(one) == core_name(other)
