"""Facts that a language model proposes, held to the text: what the quoted span does not say is dropped.

A model is told nothing of the case, and what it answers is data: its quote has to stand in the text, the firm in the
quote, the kind has to be one that the quote says, and every value is read again from the quote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from chaingraph.leads.facts import Fact, facts_of
from chaingraph.leads.sentences.dates import event_date
from chaingraph.leads.sentences.events import kinds_said, site_of, site_said, stage_of
from chaingraph.leads.sentences.figures import amounts_in
from chaingraph.leads.sentences.kinds import lead_kinds
from chaingraph.leads.sentences.namings import NO_NAMES, KnownNames
from chaingraph.leads.sentences.passages import cleaned, half_width
from chaingraph.leads.sentences.where import joined, lies_within, places_in
from chaingraph.leads.texts import Text
from chaingraph.matching.name_forms import normalise_name
from chaingraph.places.gazetteer import Path

METHOD = "model"
MOST = 50  # proposals of one text that are looked at
_LONGEST = 600  # characters of a quote
Proposal = Mapping[str, object]
Proposer = Callable[[str], Sequence[Proposal]]
FIELDS = ("stage", "date", "amount", "place", "product")


@dataclass(frozen=True)
class Checked:
    """What a text's proposals came to: facts that it bears out, how many were proposed, their values and those kept."""

    facts: tuple[Fact, ...]
    proposed: int
    values: int
    kept: int


def check_proposals(
    told: Text,
    proposals: Sequence[Proposal],
    *,
    region: Path,
    by_rule: Sequence[Fact] = (),
    known: KnownNames = NO_NAMES,
) -> Checked:
    """Hold what a model proposes to the text that it was given.

    Parameters
    ----------
    told
        The text.
    proposals
        Records with firm, kind, quote and, where known, stage, date, amount, place, product; anything else is ignored.
    region
        The path of the region that reads.
    by_rule
        Facts that the rules read: a proposal of the same firm and kind adds nothing.
    known
        Names of the case's firms.

    Returns
    -------
    Checked
        ``facts`` with method "model". A proposal whose quote is not in the text, whose firm is not in its quote or
        whose kind the quote does not say is dropped whole; of the others each value that the quote does not bear out.
    """
    facts: list[Fact] = []
    values = kept = 0
    said = {(normalise_name(fact.firm), fact.signal) for fact in by_rule}
    for proposal in list(proposals)[:MOST]:
        given = {str(name): value for name, value in proposal.items() if isinstance(value, str) and value.strip()}
        asked = [name for name in ("firm", "kind", "quote", *FIELDS) if name in given]
        values += len(asked)
        fact = _fact(told, given, region, known)
        if fact is None or (normalise_name(fact.firm), fact.signal) in said:
            continue
        said.add((normalise_name(fact.firm), fact.signal))
        facts.append(fact)
        kept += 3 + sum(name in given and _held(fact, name) is not None for name in FIELDS)
    return Checked(tuple(facts), len(proposals), values, kept)


def _held(fact: Fact, name: str) -> object:
    held: dict[str, object] = {"stage": fact.stage, "date": fact.date, "amount": fact.amount}
    return (held | {"place": fact.place, "product": fact.product})[name]


def _fact(told: Text, given: Mapping[str, str], region: Path, known: KnownNames) -> Fact | None:
    """The fact of one proposal, every value read again from its quote; None where the text does not bear it out."""
    quote, firm = cleaned(given.get("quote", ""))[:_LONGEST], given.get("firm", "").strip()
    start = told.body.find(quote) if quote else -1
    if start < 0 or not firm or firm not in quote:
        return None
    plain = half_width(quote)
    kind = next((one for one in kinds_said(plain) if given.get("kind") in (one.name, one.signal)), None)
    if kind is None:
        return None
    read = [
        one
        for one in facts_of(quote, published=told.published, region=region, known=known)
        if one.kind == kind.name and normalise_name(one.firm) == normalise_name(firm)
    ]
    if read:  # our own reading of the quote alone says the same: it is the better one
        one = read[0]
        return replace(one, start=start, end=start + len(quote), method=METHOD)
    stage = kind.stage or (found if (found := stage_of(plain)) == given.get("stage") else None)
    place = next((one for one in joined(places_in(plain), plain) if one.text == given.get("place", "").strip()), None)
    amount = next((one for one in amounts_in(plain) if half_width(given.get("amount", "")) == one.text), None)
    day = event_date(plain, told.published)
    product = given.get("product")
    site: str = site_of(kind, stage, site_said(plain), placed=place is not None, instead=False)
    if site == "decided":
        here = lies_within(place.path, region) if place else None
        site = "unknown" if here is None else "decided_here" if here else "decided_elsewhere"
    return Fact(
        firm=firm,
        firm_id=None,
        kind=kind.name,
        signal=lead_kinds()[kind.name].signal,
        stage=stage,
        site=site,
        date=day if day == given.get("date") else None,
        amount=amount,
        capacity=None,
        land_mu=None,
        floor_m2=None,
        place=place.text if place else None,
        path=place.path if place else (),
        instead=None,
        product=product if product and product in quote else None,
        counterpart=None,
        start=start,
        end=start + len(quote),
        method=METHOD,
    )
