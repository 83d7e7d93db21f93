"""The tables of the ledger's workbook and page, in the reader's language: the same ones, so that none differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.labels import both, text
from chaingraph.ledger import progress, views
from chaingraph.ledger.fields import FACTORS, LISTS
from chaingraph.ledger.lists import chain_office, due, stations
from chaingraph.ledger.store import Ledger
from chaingraph.model.columns import split
from chaingraph.model.registry import near_first
from chaingraph.writers.ledger import VIEWS

Tables = Mapping[str, pd.DataFrame]
_CODED = {"stage", "state", "capital", "reason", "what", "measure", "of", "basis", "kind", "ledger_stage"}
_SETS = {"lacking", "secured"}
_LINES = {"leader_firms", "chain_post", "department", "introducers", "focus_chains"}
_PERCENT = {"completion", "lowest", "elapsed", "share", "wanted", "weight", "experienced_share"}  # captioned with (%)
_ROUNDED = {
    "pace",
    "projected",
    "actual",
    "usd_m",
    "cny_m",
    "bonus",
    "points",
    *FACTORS,
    *(f"{name}_open" for name in FACTORS),
}
_CASE_TABLES = ("chains", "chain_offices", "chain_events", "firms", "key_firms", "introducers", "outreach")


class Part(NamedTuple):
    """One table: its key, its caption, and its rows with captioned columns; ``starts`` begins a new sheet of paper."""

    key: str
    caption: str
    table: pd.DataFrame
    starts: bool = False


def parts(ledger: Ledger, case: Tables, as_of: str, lang: str, only: Sequence[str] = ()) -> list[Part]:
    """Every table of the ledger on a day: progress, scoreboards, lists, periods, what is due, offices, funnel, rules.

    Parameters
    ----------
    case
        Tables of the case. ``targets`` is needed; what the others say is shown where they are there.
    only
        Keys of the tables that are wanted, of `VIEWS`; all where empty.

    Raises
    ------
    UnknownNameError
        When no table has such a key.
    LedgerError
        When ``as_of`` is no whole day, or a target's period is none.
    """
    for key in only:
        if key not in VIEWS:
            raise UnknownNameError(both("ledger.no_view", name=key, choices=", ".join(near_first(key, VIEWS))))
    targets, places = case["targets"], case.get("place_targets")
    held = places is not None and len(places) > 0
    board = progress.board(ledger, targets, as_of, place_targets=places if held else None)
    shown: list[tuple[str, pd.DataFrame]] = [("progress", board.progress), ("board", board.stages)]
    for key, scores in (("places", board.places), ("departments", board.departments)):
        empty = (
            [] if scores["points"].notna().any() else ["completion", "lowest", "may_be_excellent", "bonus", "points"]
        )
        shown.append((key, scores.drop(columns=["weight", *empty])))
    if places is not None and held:
        shown.append(("broken_down", progress.broken_down(ledger, places, as_of)))
        warned = [
            progress.warnings(ledger, as_of, targets=places[places["of"] == of], of=of).assign(of=of)
            for of in ("place", "owner")
        ]
        shown.append(("warnings", pd.concat(warned, ignore_index=True)))
    shown += [
        ("due", due.biweekly(ledger, as_of)),
        ("expiring", due.expiring(ledger, as_of)),
        ("doubtful", due.doubtful(ledger)),
        ("dossier", due.dossier(ledger)),
    ]
    shown += [(stage, views.in_own_money(views.projects(ledger, stage)).drop(columns="stage")) for stage in LISTS]
    shown += [(period, views.happened(ledger, *views.span(as_of, period))) for period in ("week", "month", "quarter")]
    shown += [
        ("funnel", views.funnel(ledger, as_of)),
        ("teams", views.by(ledger, "team")),
        ("chains", views.by(ledger, "chain_id")),
        ("leaders", views.leaders(ledger, as_of[:4])),
    ]
    if all(name in case for name in _CASE_TABLES):
        key_firms = chain_office.key_firms(ledger, case, as_of)
        shown += [
            ("offices", _offices(ledger, case, as_of).drop(columns="chain_id")),
            ("factors", chain_office.factors(ledger)),
            ("key_firms", key_firms.drop(columns="firm_id")),
            ("introducers", _introducers(ledger, case)),
        ]
    if "zones" in case:
        year = views.span(as_of, "year")
        shown.append(("zones", views.in_zones(ledger, case["zones"], *year).rename(columns={"reached": "fulfilled"})))
    if "station_teams" in case:
        shown.append(("stations", stations.stations(ledger.rules, case["station_teams"], int(as_of[:4]))))
    names, words = chain_names(case), _indicators(targets, lang)
    paid = text("ledger.paid_unit", lang)
    units = {name: f"{words.get(name, name)}{paid}" for name in _paid_in(ledger)}  # where no column says the unit
    made = []
    for key, frame in shown:
        told = frame.replace({"indicator": words}) if "indicator" in frame and words else frame
        made.append(Part(key, caption(key, lang), captioned(told.rename(columns=words | units), lang, names)))
    made.append(Part("rules", caption("rules", lang), _rules(ledger, lang)))
    return [part for part in made if not only or part.key in only]


def chain_parts(ledger: Ledger, case: Tables, as_of: str, lang: str) -> list[Part]:
    """One sheet of paper per chain: who answers for it, its projects, what they lack, its events, its introducers."""
    names = chain_names(case)
    offices = _offices(ledger, case, as_of)
    projects, events = views.projects(ledger), case["chain_events"]
    made = []
    for chain_id, chain in names.items():
        own = (chain_id, chain)
        office = offices[offices["chain_id"] == chain_id].drop(columns=["chain_id", "chain"])
        mine = projects[projects["chain_id"].isin(own) & projects["stage"].ne("ended")]
        needs = chain_office.factors(ledger, own)
        held = events[events["chain_id"].isna() | (events["chain_id"] == chain_id)].sort_values(["date", "event"])
        parts_of = [
            ("projects", mine.drop(columns=["chain_id", "capital", "cny_m", "site_mu", "flags"])),
            ("factors", needs.drop(columns="chain_id")),
            ("events", held[["date", "event", "place", "host"]]),
        ]
        made.append(Part(f"chain_{chain_id}", chain, captioned(office, lang), starts=True))
        made += [
            Part(f"chain_{chain_id}_{key}", f"{chain} · {caption(key, lang)}", captioned(frame, lang))
            for key, frame in parts_of
        ]
    key_firms = chain_office.key_firms(ledger, case, as_of).drop(columns="firm_id")
    made.append(Part("key_firms", caption("key_firms", lang), captioned(key_firms, lang), starts=True))
    made.append(Part("dossier", caption("dossier", lang), captioned(due.dossier(ledger), lang)))
    return made


def chain_names(case: Tables) -> dict[str, str]:
    """The names of the case's chains by id, in its order."""
    chains = case.get("chains")
    return {} if chains is None else dict(zip(chains["chain_id"], chains["chain"], strict=True))


def _indicators(targets: pd.DataFrame, lang: str) -> dict[str, str]:
    """The English names of indicators, where the case gives them."""
    if lang != "en" or "indicator_en" not in targets:
        return {}
    known = targets.dropna(subset=["indicator_en"])
    return dict(zip(known["indicator"], known["indicator_en"], strict=True))


def _offices(ledger: Ledger, case: Tables, as_of: str) -> pd.DataFrame:
    return chain_office.offices(ledger, case, as_of).rename(columns={"lead_post": "chain_post"})


def _paid_in(ledger: Ledger) -> list[str]:
    body = ledger.rules.get("progress") or {"indicators": {}}
    return [name for name, indicator in body["indicators"].items() if indicator["measure"] == "paid_in"]


def _introducers(ledger: Ledger, case: Tables) -> pd.DataFrame:
    """Doors to the firms that are being talked to, as far as the case knows the firm."""
    known = {str(project.facts.get("firm_id")) for project in ledger.projects() if project.open}
    firms = case["firms"][case["firms"]["firm_id"].isin(known)]
    return chain_office.introductions(case, firms).drop(columns="firm_id")


def caption(key: str, lang: str) -> str:
    """What a table is called."""
    return text(f"ledger.stage_{key}" if key in LISTS else f"ledger.sheet_{key}", lang)


def captioned(frame: pd.DataFrame, lang: str, chains: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A table with its codes and columns in a language; numbers stay numbers, shares become percentages.

    ``chains`` gives the names of chains by id; what stands there and is no id stays.
    """
    shown = frame.copy()
    for name in shown.columns:
        if name in _CODED:
            shown[name] = shown[name].map(lambda code: _code(code, lang), na_action="ignore")
        elif name == "cny_m" and lang == "zh":  # 亿元, as registers of the trade have it
            shown[name] = (shown[name].astype("float64") / 100).round(4)
        elif name in _PERCENT:
            shown[name] = (100 * shown[name].astype("float64")).round(1)
        elif name in _ROUNDED:
            shown[name] = shown[name].astype("float64").round(2)
        elif name == "flags":
            shown[name] = shown[name].map(lambda codes: _flags(codes, lang), na_action="ignore")
        elif name in _SETS:
            shown[name] = shown[name].map(lambda codes: _set(codes, lang), na_action="ignore")
        elif name in _LINES:
            shown[name] = shown[name].map(lambda value: _joint(lang).join(split(value)), na_action="ignore")
        elif name == "chain_id" and chains:
            shown[name] = shown[name].map(lambda value: chains.get(value, value), na_action="ignore")
        elif str(shown[name].dtype) == "boolean":
            words = {True: text("ledger.code_yes", lang), False: text("ledger.code_no", lang)}
            shown[name] = shown[name].map(words, na_action="ignore").astype("str")
    if {"reason", "detail"} <= set(frame.columns):
        told = zip(frame["reason"], frame["detail"], strict=True)
        shown["detail"] = pd.Series([_detail(*row, lang) for row in told], index=shown.index, dtype="str")
    return shown.set_axis([_column(name, lang) for name in shown.columns], axis=1)


def _detail(reason: str, detail: object, lang: str) -> str | None:
    """What is said beside a reason; codes in words."""
    if not isinstance(detail, str) or not detail:
        return None
    if reason == "flagged":
        return _flags(detail, lang)
    return _set(detail, lang) if reason == "dossier" else detail


def _joint(lang: str) -> str:
    return "、" if lang == "zh" else ", "


def _set(codes: str, lang: str) -> str:
    return _joint(lang).join(_code(code, lang) for code in split(codes))


def _code(code: str, lang: str) -> str:
    for entry in (f"ledger.stage_{code}", f"ledger.code_{code}", f"codes.outreach_{code}"):
        try:
            return text(entry, lang)
        except UnknownNameError:
            continue
    return code


def _flags(codes: str, lang: str) -> str:
    return "; ".join(text(f"ledger.flag_{code}", lang) for code in split(codes))


def _column(name: str, lang: str) -> str:
    try:
        return text(f"ledger.column_{name}", lang)
    except UnknownNameError:
        return name  # an indicator, called as in the case


def _rules(ledger: Ledger, lang: str) -> pd.DataFrame:
    rows = [
        (text(f"ledger.rule_{name}", lang), body["paragraph"], body["says"], body.get("reading", ""))
        for name, body in ledger.rules.sections.items()
    ]
    names = [text(f"ledger.{name}", lang) for name in ("rule", "paragraph", "says", "reading")]
    return pd.DataFrame(rows, columns=names).astype("str")


def notes(ledger: Ledger, as_of: str, lang: str) -> list[str]:
    """What a reader has to know beforehand: the day, where the ledger begins, constructed examples, the journal."""
    said = [text("ledger.as_of", lang, as_of=as_of)]
    starts = views.first_day(ledger.connection)
    if starts:
        said.append(text("ledger.uncovered", lang, starts=starts))
    unknown = ledger.connection.execute("SELECT count(*) FROM standing WHERE NOT same AND major IS NULL").fetchone()[0]
    if unknown:
        said.append(text("ledger.unknown_size", lang, count=unknown))
    assessment = ledger.rules.get("assessment")
    if assessment is not None:
        weights = {name: f"{100 * assessment[f'weight_{name}']:g}" for name in ("counties", "departments")}
        said.append(text("ledger.weights", lang, **weights, line=f"{100 * assessment['excellent_from']:g}"))
    if any(project.facts.get("constructed") for project in ledger.projects()):
        said.append(text("ledger.constructed", lang))
    if ledger.journal == "delete":
        said.append(text("ledger.journal_delete", lang))
    return said
