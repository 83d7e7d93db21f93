"""A reviewed lead of the case taken into work: what the log needs to know of it, with the text it rests on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from chaingraph.labels import text
from chaingraph.leads.review import sources_of
from chaingraph.ledger.events import Act, LedgerError
from chaingraph.ledger.work.fields import SHARED
from chaingraph.ledger.work.lead import Lead
from chaingraph.model.case import REVIEWED
from chaingraph.model.columns import is_missing
from chaingraph.reading.cells import fold
from chaingraph.wording.work import money

_PROJECTS = ("expansion", "land", "new_unit", "relocation", "filing")  # whose amount is what is to be invested
_SUMS = ("fundraising", "order", "customer_win")  # whose amount has a name of its own


def taking(
    tables: Mapping[str, pd.DataFrame],
    signal_ids: Sequence[str],
    *,
    at: str,
    by: str,
    owner: str = "",
    lang: str = "zh",
) -> list[Act]:
    """The acts that take reviewed facts of a case into work, one lead each, under the id of the fact.

    The amount of a fact is what is planned to be invested where the fact is of a project; what a firm has raised or
    was ordered is told beside what was said, as what it is.

    Parameters
    ----------
    tables
        ``firms``, ``firm_segments``, ``firm_signals``, ``evidence``, ``segments`` of a case.
    signal_ids
        Which facts; one that is still to be reviewed, or was rejected, is refused.
    owner
        Whose leads they are (线索归属); the office that takes them where empty.
    lang
        Language in which other amounts are told: zh or en.

    Raises
    ------
    LedgerError
        When there is no such fact, or nobody has accepted it.

    Examples
    --------
    >>> import chaingraph as cg
    >>> case = cg.load_example()
    >>> taking(case.tables, ["nothing"], at="2026-03-02", by="市投促中心")
    Traceback (most recent call last):
        ...
    chaingraph.ledger.events.LedgerError: ...
    """
    signals = tables["firm_signals"].set_index("signal_id", drop=False)
    firms = tables["firms"].set_index("firm_id")
    sources = sources_of(tables["evidence"]).set_index("signal_id")
    chains = dict(zip(tables["segments"]["segment_id"], tables["segments"]["chain_id"], strict=True))
    names = chain_names((), tables)
    placed = tables["firm_segments"].dropna(subset=["segment_id"])
    acts = []
    for signal_id in dict.fromkeys(signal_ids):
        if signal_id not in signals.index:
            raise LedgerError(reason="no_signal", signal=signal_id)
        signal = signals.loc[signal_id]
        review = signal["review"]
        if not is_missing(review) and review not in REVIEWED:
            raise LedgerError(reason="not_reviewed", signal=signal_id, review=review)
        source = sources.loc[signal_id] if signal_id in sources.index else pd.Series(dtype=object)
        firm = firms.loc[signal["firm_id"]] if signal["firm_id"] in firms.index else pd.Series(dtype=object)
        # A fact that names no product of a chain is of the only segment, or else the only chain, of its firm.
        own = set(placed.loc[placed["firm_id"] == signal["firm_id"], "segment_id"])
        segment = signal["segment_id"] if not is_missing(signal["segment_id"]) else _only(own)
        named = _first(source.get("title"), signal["source"])
        amount = signal.get("amount_cny_m")
        planned = signal["kind"] in _PROJECTS and not is_missing(amount)
        known = {
            "firm": firm.get("firm", signal["firm_id"]),
            "firm_id": signal["firm_id"],
            "credit_code": firm.get("credit_code"),
            "signals": signal_id,
            "said": _told(_first(source.get("quote"), signal["text"]), str(signal["kind"]), amount, lang),
            "product": signal.get("product"),
            "on": signal["date"],
            "address": None if source.get("address") == named else source.get("address"),
            "source": named,
            "segment_id": segment,
            "chain_id": (chain := chains.get(segment, _only({chains[each] for each in own if each in chains}))),
            "chain": names.get(str(chain)),
            "site_status": signal.get("site_status"),
            "investment_m": amount if planned else None,
            "currency": "CNY" if planned else None,
        }
        facts = {name: value for name, value in known.items() if not is_missing(value) and value != ""}
        acts.append(Act("lead_taken", signal_id, at, by, "", facts | {"owner": owner or by}))
    return acts


def by_hand(
    tables: Mapping[str, pd.DataFrame], lead: str, facts: Mapping[str, Any], *, at: str, by: str, owner: str = ""
) -> Act:
    """The act that takes a lead which somebody types in, with the ids that a case has for its firm and chain.

    Raises
    ------
    LedgerError
        When it names a chain that is none of the case's; they are listed.
    """
    known = dict(facts)
    if "firm_id" not in known and (firm := firm_of(tables["firms"], known.get("firm"))):
        known["firm_id"] = firm
    chains = dict(zip(tables["chains"]["chain_id"], tables["chains"]["chain"], strict=True))
    if "chain_id" in known and known["chain_id"] not in chains:
        found = [each for each, name in chains.items() if fold(str(name)) == fold(str(known["chain_id"]))]
        if not found:
            names = ", ".join(f"{each} {name}" for each, name in chains.items())
            raise LedgerError(reason="no_chain", found=known["chain_id"], chains=names)
        known["chain_id"] = found[0]
    if "chain_id" in known:
        known["chain"] = chains[known["chain_id"]]
    return Act("lead_taken", lead, at, by, "", known | {"owner": owner or by})


def chain_names(
    leads: Iterable[Lead], tables: Mapping[str, pd.DataFrame] | None = None, *, lang: str = "zh"
) -> dict[str, str]:
    """What people call the chains, by id: as the case has it, else as it was recorded when a lead was taken.

    Examples
    --------
    >>> chain_names([Lead("s-1", {"chain_id": "PV", "chain": "光伏"}), Lead("s-2", {"chain_id": "ES"})])
    {'PV': '光伏'}
    """
    found = {str(lead.facts["chain_id"]): str(lead.facts["chain"]) for lead in leads if "chain" in lead.facts}
    chains = pd.DataFrame() if tables is None else tables.get("chains", pd.DataFrame())
    for column in ("chain", "chain_en") if lang == "en" else ("chain",):
        if column in chains:
            named = chains.dropna(subset=[column])
            found |= dict(zip(named["chain_id"].astype(str), named[column].astype(str), strict=True))
    return found


def chain_of(
    lead: Lead, leads: Iterable[Lead], tables: Mapping[str, pd.DataFrame] | None = None, *, lang: str = "zh"
) -> str | None:
    """What people call the chain of a lead; None where the lead names none. What is not written as an id is a name.

    Raises
    ------
    LedgerError
        When there is only an id, and neither ledger nor case knows what it is called.

    Examples
    --------
    >>> chain_of(Lead("s-1", {"chain_id": "光伏"}), ())
    '光伏'
    """
    chain = lead.facts.get("chain_id")
    if chain is None:
        return None
    names = chain_names(leads, tables, lang=lang)
    name = names.get(str(chain), str(chain))
    if str(chain) not in names and name.isascii() and name not in names.values():
        raise LedgerError(reason="chain_unnamed", lead=lead.lead_id, chain=chain)
    return name


def firm_of(firms: pd.DataFrame, name: object) -> str | None:
    """The id of the only firm of a case that has this name; None where none or several have it."""
    named = firms.loc[firms["firm"].map(lambda each: fold(str(each))) == fold(str(name)), "firm_id"]
    return str(named.iloc[0]) if len(named) == 1 else None


def completed(lead: Lead, project: Mapping[str, Any] | None, tables: Mapping[str, pd.DataFrame] | None) -> Lead:
    """A lead with what the project that it became says since, and where nothing is said with what the case knows.

    Parameters
    ----------
    project
        The facts of the project; None: it is none yet.
    tables
        ``firms`` and ``firm_segments`` of a case; None: only the log is told.
    """
    facts = {**lead.facts, **{name: value for name, value in (project or {}).items() if name in SHARED}}
    firm_id = facts.get("firm_id") or (None if tables is None else firm_of(tables["firms"], lead.firm))
    if tables is not None and firm_id is not None:
        made = tables["firm_segments"][tables["firm_segments"]["firm_id"] == firm_id]
        own = made[made["segment_id"] == facts["segment_id"]] if "segment_id" in facts else made
        product = _only(set(own["product"].dropna()))
        home = tables["firms"].loc[tables["firms"]["firm_id"] == firm_id, ["country", "province", "city"]]
        place = [str(part) for part in (home.iloc[0] if len(home) else ()) if not is_missing(part)]
        origin = "".join(dict.fromkeys(place[1:] or place))  # 北京北京 is 北京
        for name, value in (("product", product), ("origin", origin)):
            if value and not facts.get(name):
                facts[name] = value
    return dataclasses.replace(lead, facts=facts)


def _told(said: object, kind: str, amount: object, lang: str) -> object:
    """What was said, with an amount that is no investment named as what it is."""
    told = money(amount, "CNY", lang)
    if not told or kind in _PROJECTS:
        return said
    called = kind if kind in _SUMS else "other"
    return text(f"work.sum_{called}", lang, said=said or "", amount=told).strip()


def _only(values: set[str]) -> str | None:
    """The value where there is but one."""
    return next(iter(values)) if len(values) == 1 else None


def _first(*values: object) -> object:
    """The first value that is known."""
    return next((value for value in values if not is_missing(value) and value != ""), None)
