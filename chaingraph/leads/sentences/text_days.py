"""The day that a text tells once for all of it: in its first sentences, of its announcement, over its headline."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice

from chaingraph.leads.sentences.dates import announced_on, event_date
from chaingraph.leads.sentences.drafts import Draft
from chaingraph.leads.sentences.passages import half_width, passages
from chaingraph.model.days import day_or_none

_HEAD = 400  # characters of a text in which its announcement and its event are told
_HEADLINE = 80  # characters of a first line that is a headline
_OPENING = 3  # sentences of a text that tell its day
_TELLS = re.compile(r"\d|[昨今近日前本月]|day|week|month|[A-Z]|heute|gestern")  # without these no day is told
# A line under the headline with the day of the text, which is not that of its event.
_DATELINE = re.compile(
    r"(?:发布|来源|时间|日期|作者|记者)[^,;]{0,6}[:]|\d{1,2}:\d{2}|^\s*20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s*$"
)


@dataclass(frozen=True)
class TextDays:
    """The days of a text: ``spoken`` of its announcement; ``told`` in its first sentences, ``done`` of what is over.

    ``news`` is the day of the text where it has a headline, which ends at ``headline``.
    """

    spoken: str | None
    told: str | None
    done: str | None
    news: str | None
    headline: int


def days_of_text(body: str, published: str | None) -> TextDays:
    """The days that a text tells once for all of it.

    Parameters
    ----------
    body, published
        The text, and its day.

    Examples
    --------
    >>> days_of_text("昨日,某区举行开工活动。甲环科技扩产项目动工。", "2025-06-12").told
    '2025-06-11'
    """
    line = body.find("\n")
    head = [piece.text for piece in passages(body[:_HEAD]) if not _DATELINE.search(piece.text)]
    return TextDays(
        spoken=announced_on(half_width(body[:_HEAD]), published),
        told=_first(head, published, done=False),
        done=_first(head, published, done=True),
        news=published if day_or_none(published) and 0 < line <= _HEADLINE else None,
        headline=line,
    )


def _first(head: list[str], published: str | None, *, done: bool) -> str | None:
    """The first day of these sentences; a year alone only where it is that of the text."""
    days = (event_date(text, published, done=done) for text in islice(head, _OPENING) if _TELLS.search(text))
    return next((day for day in days if day and (len(day) > len("2025") or day == (published or "")[:4])), None)


def dated(draft: Draft, days: TextDays) -> Draft:
    """A draft with a day of its text where its sentence tells none.

    What is announced is of the day of the announcement; else what stands near the beginning of the day that the first
    sentences tell; and what the headline tells as news, of the day of the text.
    """
    if draft.date or draft.kind.name in ("lease_end", "capacity_full"):
        return draft
    begun = draft.stage in ("started", "producing")
    early = draft.start < _HEAD
    told = days.done if begun else days.spoken or (days.told if early else None)
    if begun and not early:
        told = None
    return replace(draft, date=told or (days.news if draft.start < days.headline else None))
