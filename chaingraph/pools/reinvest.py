"""增资扩股: foreign firms that are here already, by the plan's three lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaingraph.choosing.gates import plainest
from chaingraph.model.case import rows_of
from chaingraph.model.columns import is_missing
from chaingraph.model.days import months_before
from chaingraph.model.results.told import Words
from chaingraph.pools.ground import Ground, Pool, Row, held_back, ranked, sources_of, weakest

LISTS = ("new_large", "undistributed", "low_paid_in")
_NEEDS = {
    "new_large": ("registered", "total_investment_usd_m"),
    "undistributed": ("undistributed_usd_m",),
    "low_paid_in": ("contracted_usd_m", "paid_in_usd_m"),
}


def pool(ground: Ground) -> Pool:
    """Firms with foreign capital in the region: newly registered and large, profits undistributed, little paid in.

    A firm stands on every list whose figures it meets; a figure that is not known puts it on none, and is counted.
    """
    rows: list[dict[str, object]] = []
    held: dict[str, str] = {}
    unknown = dict.fromkeys(LISTS, 0)
    for record in rows_of(ground.graph["foreign_investments"]):
        firm_id = record["firm_id"]
        gate = plainest([None if firm_id in ground.inside else "not_local", ground.gates.get(firm_id)])
        if gate:
            held[firm_id] = gate
            continue
        for name in LISTS:
            if any(is_missing(record[column]) for column in _NEEDS[name]):
                unknown[name] += 1
            elif (amount := _amount(name, record, ground)) is not None:
                rows.append(_row(name, record, amount, ground))
    notes = [_figures(name, ground) for name in LISTS]
    notes += [
        ground.say("unknown_figures", list=ground.say(f"list_{name}"), count=n) for name, n in unknown.items() if n
    ]
    if ground.graph["foreign_investments"].empty:
        notes = [ground.say("empty_reinvest"), *notes]
    return Pool("reinvest", ranked(rows, ["amount"], descending=["amount"]), held_back(held, ground), tuple(notes))


def _amount(name: str, record: Row, ground: Ground) -> float | None:
    """The figure that puts a firm on a list, in million US dollars; None where it does not belong there."""
    rule: Mapping[str, Any] = ground.rules[name]
    if name == "new_large":
        # A month may be missing from the date: a bare year counts as its January, so that nothing stale passes.
        month = record["registered"][:7] if len(record["registered"]) >= 7 else record["registered"][:4] + "-01"
        young = months_before(ground.findings.as_of, rule["months"]) <= month <= ground.findings.as_of[:7]
        amount = float(record["total_investment_usd_m"])
        return amount if young and amount >= rule["total_investment_usd_m"] else None
    if name == "undistributed":
        amount = float(record["undistributed_usd_m"])
        return amount if amount >= rule["undistributed_usd_m"] else None
    contracted, paid = float(record["contracted_usd_m"]), float(record["paid_in_usd_m"])
    large = contracted >= rule["contracted_usd_m"]
    return contracted - paid if large and paid <= rule["paid_in_share"] * contracted else None


def _row(name: str, record: Row, amount: float, ground: Ground) -> dict[str, object]:
    firm_id = record["firm_id"]
    firm = ground.firms[firm_id]
    made = ground.graph["firm_segments"]
    segments = sorted(
        segment for segment in made.loc[made["firm_id"] == firm_id, "segment_id"] if segment in ground.gaps
    )
    figures = {key: value for key, value in record.items() if isinstance(value, (int, float, str))}
    investor = record["investor"] if isinstance(record["investor"], str) else None
    said = [
        ground.say(f"reason_{name}", amount=f"{amount:g}", **_shown(figures)),
        ground.say("investor", investor=investor) if investor else None,
        ground.say("makes_here", segment=ground.names["segments"][segments[0]]) if segments else None,
    ]
    return {
        "list": name,
        **ground.seat(firm_id),
        **(ground.gap(segments[0]) if segments else {}),
        "via": investor,
        "amount": amount,
        "amount_unit": "usd_m",
        "date": record["registered"],
        "reasons": ground.sentences(said),
        "next_step": ground.say(f"step_{name}"),
        "confidence": weakest(record["confidence"], firm["confidence"]),
        "sources": sources_of(record, firm),
    }


def _shown(figures: Mapping[Any, object]) -> dict[str, str]:
    """The figures of a record as the sentences print them; unknown ones as a dash."""
    columns = ("registered", "total_investment_usd_m", "contracted_usd_m", "paid_in_usd_m", "undistributed_usd_m")
    values = {column: figures.get(column) for column in columns}
    return {
        column: "-" if is_missing(value) else value if isinstance(value, str) else f"{value:g}"
        for column, value in values.items()
    }


def _figures(name: str, ground: Ground) -> Words:
    return ground.say(f"figures_{name}", **ground.rules[name])
