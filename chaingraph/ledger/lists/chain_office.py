"""The chain office's view (the plan's 5 and 6): per chain its post, department, leaders, projects, factors and events;
key foreign firms one to one; who can introduce; and what each project still lacks before it is decided.

What is not stated in the case or the ledger is missing, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from chaingraph.ledger.fields import FACTORS, LADDER
from chaingraph.ledger.lists.feedback import with_ledger
from chaingraph.ledger.store import Ledger
from chaingraph.ledger.views import frame
from chaingraph.model.columns import split

Tables = Mapping[str, pd.DataFrame]
_LIVE = "FROM standing WHERE NOT same AND stage <> 'ended'"
OFFICE_COLUMNS = (
    "chain_id", "chain", "lead_post", "department", "leader_firms", *LADDER, "usd_m", *FACTORS,
    *(f"{name}_open" for name in FACTORS), "last_event", "next_event",
)  # fmt: skip


def offices(ledger: Ledger, tables: Tables, as_of: str) -> pd.DataFrame:
    """One row per chain: who answers for it, how many projects stand where, what they need, and what is planned.

    Parameters
    ----------
    tables
        Of the case: chains, chain_offices, firms, chain_events.

    Returns
    -------
    DataFrame
        OFFICE_COLUMNS: lead_post, department (``;``-joined; a row of chain_offices without a chain answers for all and
        is not repeated), leader_firms (names), a count per stage, usd_m (known investments), site_mu, energy_tce and
        emission_t (sums of what live projects state), ``…_open`` (of it not secured yet), last_event and next_event
        (day and name, seen from ``as_of``).
    """
    names = dict(zip(tables["firms"]["firm_id"], tables["firms"]["firm"], strict=True))
    own = tables["chain_offices"]
    counts = ", ".join(f"sum(stage = '{name}')" for name in LADDER)
    sums = ", ".join(f"sum({name})" for name in FACTORS)
    open_ = ", ".join(f"sum(CASE WHEN {_secured(name)} THEN NULL ELSE {name} END)" for name in FACTORS)
    query = f"SELECT chain_id, {counts}, sum(usd_m), {sums}, {open_} {_LIVE} GROUP BY chain_id"
    found = {row[0]: row[1:] for row in ledger.connection.execute(query)}
    held = tables["chain_events"]
    rows = []
    for chain_id, chain in zip(tables["chains"]["chain_id"], tables["chains"]["chain"], strict=True):
        mine = own[own["chain_id"] == chain_id]
        leaders = [names.get(firm, firm) for firms in mine["leader_firms"] for firm in split(firms)]
        # A bureau's sheet names the chain as often as its id.
        parts = [found[key] for key in (chain_id, chain) if key in found]
        numbers = [_sum([part[place] for part in parts]) for place in range(len(LADDER) + 1 + 2 * len(FACTORS))]
        numbers[: len(LADDER)] = [number or 0 for number in numbers[: len(LADDER)]]
        events = held[(held["chain_id"] == chain_id) | held["chain_id"].isna()].sort_values(["date", "event"])
        said = events["date"].fillna("") + " " + events["event"]
        past, ahead = said[events["date"] <= as_of], said[events["date"] > as_of]
        rows.append(
            (
                chain_id,
                chain,
                _joined(mine["lead_post"]),
                _joined(mine["department"]),
                ";".join(dict.fromkeys(leaders)) or None,
                *numbers,
                past.iloc[-1] if len(past) else None,
                ahead.iloc[0] if len(ahead) else None,
            )
        )
    return frame(rows, OFFICE_COLUMNS)


def _secured(name: str) -> str:
    return f"instr(';' || coalesce(secured, '') || ';', ';{FACTORS[name]};') > 0"


def _sum(values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _joined(values: pd.Series) -> str | None:
    return ";".join(values.dropna().drop_duplicates()) or None


def factors(ledger: Ledger, chain: tuple[str, ...] = ()) -> pd.DataFrame:
    """What each live project needs and has: one row per project that states a need, by chain and id.

    Parameters
    ----------
    chain
        Ids or names of one chain; all where empty.

    Returns
    -------
    DataFrame
        chain_id, project_id, project, investor, landing, zone, stage, site_mu, energy_tce, emission_t, secured,
        lacking (factors stated and not secured, ``;``-joined).
    """
    shown = ("chain_id", "project_id", "project", "investor", "landing", "zone", "stage", *FACTORS, "secured")
    stated = " OR ".join(f"{name} IS NOT NULL" for name in FACTORS)
    rows = ledger.connection.execute(f"SELECT {', '.join(shown)} {_LIVE} AND ({stated}) ORDER BY chain_id, project_id")
    made = []
    for row in rows:
        values = dict(zip(shown, row, strict=True))
        if chain and values["chain_id"] not in chain:
            continue
        lacking = [code for name, code in FACTORS.items() if values[name] and code not in split(values["secured"])]
        made.append((*row, ";".join(lacking) or None))
    return frame(made, (*shown, "lacking"))


def introductions(tables: Tables, firms: pd.DataFrame) -> pd.DataFrame:
    """Who can open a door to which firm.

    Parameters
    ----------
    tables
        Of the case: introducers, outreach.
    firms
        firm_id, firm, country, city.

    Returns
    -------
    DataFrame
        One row per firm and introducer: firm_id, firm, introducer, kind, basis (``named``: it knows the firm; ``city``,
        ``country``: it works where the firm sits; ``station``: a team or office of our own there), the surest first.
    """
    known, stations = tables["introducers"], tables["outreach"]
    rows: list[tuple[object, ...]] = []
    for firm_id, firm, country, city in firms[["firm_id", "firm", "country", "city"]].itertuples(index=False):
        for row in known.to_dict("records"):
            basis = _basis(row, firm_id, country, city)
            if basis:
                rows.append((firm_id, firm, row["introducer"], row["kind"], basis))
        for kind, place in zip(stations["kind"], stations["place"], strict=True):
            ours = isinstance(kind, str) and kind.startswith(("stationed", "overseas_office"))
            if ours and isinstance(place, str) and place in (country, city):
                rows.append((firm_id, firm, place, kind, "station"))
    order = ("named", "city", "station", "country")
    rows.sort(key=lambda row: (str(row[0]), order.index(str(row[4])), str(row[2])))
    return frame(rows, ("firm_id", "firm", "introducer", "kind", "basis"))


def _basis(row: Mapping[Any, Any], firm_id: str, country: object, city: object) -> str:
    if isinstance(row["knows_id"], str):
        return "named" if row["knows_id"] == firm_id else ""
    if isinstance(row["city"], str):
        return "city" if row["city"] == city else ""
    return "country" if isinstance(row["country"], str) and row["country"] == country else ""


def key_firms(ledger: Ledger, tables: Tables, as_of: str) -> pd.DataFrame:
    """The key foreign firms, each with the post and office that keeps contact, and what the ledger has of it.

    Returns
    -------
    DataFrame
        One row per firm of the case's table key_firms, in its order: firm_id, firm, country, lead_post, office, place,
        ledger_project, ledger_stage, ledger_place, ledger_since (missing where nothing is in the ledger), introducers
        (``;``-joined, the surest first), unattended (whether neither post nor office keeps contact).
    """
    shown = [
        "firm_id",
        "firm",
        "country",
        "lead_post",
        "office",
        "place",
        "ledger_project",
        "ledger_stage",
        "ledger_place",
        "ledger_since",
        "introducers",
        "unattended",
    ]
    key, firms = tables["key_firms"], tables["firms"]
    found = key.merge(firms[["firm_id", "firm", "country", "city"]], on="firm_id", how="left")
    doors = introductions(tables, found)
    by_firm = doors.groupby("firm_id", sort=False)["introducer"].agg(lambda names: ";".join(dict.fromkeys(names)))
    found = with_ledger(found, ledger.projects(), as_of=as_of)
    found["introducers"] = found["firm_id"].map(by_firm).astype("str")
    found["unattended"] = (found["lead_post"].isna() & found["office"].isna()).astype("boolean")
    return found[shown].reset_index(drop=True)
