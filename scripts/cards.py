"""Cards for a blind reading of lists: would a recruiter call this firm? Drawn mixed and unlabelled, judged, counted.

    scripts/cards draw RUN_A RUN_B --case CASE --region 嘉兴 --gone gone.csv --out cards --each 40 --seed 0
    scripts/cards score cards verdicts_first.csv verdicts_second.csv
    scripts/cards again RUN docs/blind_reading/second docs/blind_reading/third

``draw`` takes the first ten new targets per chain of two runs (shortlist.csv); of the second run also the first ten of
the leader lists and of reinvestment, and the month's list (calls.csv, its reserve apart); as many nearest makers
outside the region (a baseline that knows distances only), and rows of firms known to be gone (gone.csv: firm_id,
segment_id). It writes cards.csv (facts from fields of tables, no sentence of ours), verdicts.csv (to fill: call, maybe
or no, and why) and key.csv (which arm a card is of; not for readers). A row that several arms share is one card of all
of them. ``score`` prints per arm the share of "call" with its 95 % interval (Wilson), the control rate (gone firms that
were called), and Cohen's κ of two readers. ``again`` counts, for each list of a run, the rows among its first ten that
earlier readings judged, and their verdicts: what a change of order does to old verdicts. Rules that were made on those
verdicts are not tested by it.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from chaingraph.facts.derived_tables import firm_places
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import usable_signals
from chaingraph.model.graph import ChainGraph
from chaingraph.places import regions
from chaingraph.places.distance import distance_km
from chaingraph.reading.read import read_case
from chaingraph.writers.files import write_csv

FIELDS = (
    "chain", "segment", "gap_state", "firm", "firm_en", "country", "city", "decision_city", "tiers", "product",
    "signal", "signal_date", "site_status", "signal_product", "signal_amount_cny_m",
    "growth", "growth_date", "growth_product", "growth_place", "growth_site_status",
    "units_here", "supplies_here", "buys_here", "sites", "nearest_place", "nearest_km",
)  # fmt: skip
_MOST_NAMES = 5  # of firms here, or of places, on a card
VERDICTS = ("call", "maybe", "no")
ARMS = ("run_a", "run_b", "leaders", "reinvestment", "calls", "nearest", "gone")
FIRST = 10  # rows of each chain that a list shows
_KEY = ("chain_id", "segment_id", "firm_id")
# Kinds of fact that say that a firm grows: the newest is the "why now", where a later look only found no change.
_GROWTH = (
    "expansion", "fundraising", "land", "relocation", "order", "hiring", "capacity_full", "lease_end", "customer_win",
    "filing", "new_unit",
)  # fmt: skip


def of_run(folder: Path, arm: str = "run_a") -> pd.DataFrame:
    """The rows of one list of a run that are shown, in their order."""
    file = {"leaders": "leader_targets.csv", "calls": "calls.csv"}.get(arm, "shortlist.csv")
    rows = pd.read_csv(folder / file, dtype="str", encoding="utf-8-sig")
    if arm == "calls":
        return rows[rows["group"] != "reserve"].reset_index(drop=True)
    new = rows["candidate_kind"] == "new"
    rows = rows[~new if arm == "reinvestment" else new]
    rows = rows[pd.to_numeric(rows["rank"]) <= FIRST]
    return rows.reset_index(drop=True)


def ties(graph: ChainGraph, region: str) -> pd.DataFrame:
    """By firm: its units in the region, whom it supplies there and who it, and where its plants stand, by the case."""
    names = graph["firms"].drop_duplicates("firm_id").set_index("firm_id")["firm"]
    here = graph.firms_in(region)
    links = graph["firm_links"]
    links = links[links["kind"] == "supplies"]
    sold, bought = links[links["target_id"].isin(here)], links[links["source_id"].isin(here)]
    units = graph["firms"][graph["firms"]["firm_id"].isin(here)].drop_duplicates("firm_id").dropna(subset=["parent_id"])
    plants = graph["firm_sites"][graph["firm_sites"]["kind"] == "plant"]
    parts = {
        "units_here": units["firm"].groupby(units["parent_id"]).agg(_first_names),
        "supplies_here": _with_product(sold["target_id"].map(names), sold).groupby(sold["source_id"]).agg(_first_names),
        "buys_here": _with_product(bought["source_id"].map(names), bought)
        .groupby(bought["target_id"])
        .agg(_first_names),
        "sites": plants["region"].groupby(plants["firm_id"]).agg(_first_names),
    }
    return pd.DataFrame(parts).join(nearest_places(graph, region), how="outer")


def _with_product(names: pd.Series, links: pd.DataFrame) -> pd.Series:
    said = [f"({product})" if isinstance(product, str) else "" for product in links["product"]]
    return names + pd.Series(said, links.index, dtype="str")


def nearest_places(graph: ChainGraph, region: str) -> pd.DataFrame:
    """By firm: which of its places in China (seat, where it decides, units) is nearest, and how many km away."""
    firms, sites = graph["firms"], graph["firm_sites"]
    home = firms[firms["country"].isna() | (firms["country"] == regions.CHINA)]
    seats = home[["firm_id"]].assign(place=home["district"].fillna(home["city"]))
    decides = firms[["firm_id"]].assign(place=firms["decision_city"])
    units = sites[sites["kind"] != "contact"][["firm_id"]].assign(place=sites["region"])
    told = pd.concat([seats, decides, units], ignore_index=True).dropna().drop_duplicates()
    known = {place: (None, None, place, None) for place in told["place"].unique()}
    km = {
        place: distance_km(known[place], region)
        for place in known
        if regions.country_of(known[place]) in (None, regions.CHINA)
    }
    told = told.assign(nearest_km=told["place"].map(km)).dropna(subset=["nearest_km"])
    told = told.sort_values(["nearest_km", "firm_id", "place"], kind="stable").drop_duplicates("firm_id")
    whole = told["nearest_km"].round().astype("int64").astype("str")
    return told.assign(nearest_km=whole).set_index("firm_id").rename(columns={"place": "nearest_place"})


def _first_names(names: pd.Series) -> str:
    return "、".join(sorted(set(names.dropna()))[:_MOST_NAMES])


def of_case(graph: ChainGraph, pairs: pd.DataFrame, gaps: pd.DataFrame, region: str) -> pd.DataFrame:
    """The fields of a card, for every arm from the tables of the case: what only a run fills would tell its arm."""
    tied = ties(graph, region)
    used = usable_signals(graph["firm_signals"]).dropna(subset=["date"])
    newest = used.sort_values(["date", "signal_id"], kind="stable").drop_duplicates("firm_id", keep="last")
    newest = newest.set_index("firm_id")
    grows = used[used["kind"].isin(_GROWTH)].sort_values(["date", "signal_id"], kind="stable")
    grows = grows.drop_duplicates("firm_id", keep="last").set_index("firm_id")
    makes = graph["firm_segments"].drop_duplicates(["firm_id", "segment_id"])
    products = makes.set_index(["firm_id", "segment_id"])["product"]
    firms = graph["firms"].drop_duplicates("firm_id").set_index("firm_id")
    segments = graph["segments"].set_index("segment_id")
    chains = graph["chains"].set_index("chain_id")["chain"]
    rows = []
    for firm_id, segment_id in pairs[["firm_id", "segment_id"]].itertuples(index=False, name=None):
        firm, segment = firms.loc[firm_id], segments.loc[segment_id]
        own = {"product": products.get((firm_id, segment_id))}
        if firm_id in newest.index:
            sign = newest.loc[firm_id]
            own |= {"signal": sign["kind"], "signal_date": sign["date"], "site_status": sign["site_status"]}
            own |= {"signal_product": sign["product"], "signal_amount_cny_m": sign["amount_cny_m"]}
        if firm_id in grows.index:
            sign = grows.loc[firm_id]
            own |= {"growth": sign["kind"], "growth_date": sign["date"], "growth_site_status": sign["site_status"]}
            own |= {"growth_product": sign["product"], "growth_place": sign["place"]}
        if firm_id in tied.index:
            own |= tied.loc[firm_id].to_dict()
        own |= {name: firm[name] for name in ("firm", "firm_en", "country", "city", "decision_city", "tiers")}
        where = {"chain_id": segment["chain_id"], "chain": chains[segment["chain_id"]], "segment": segment["segment"]}
        state = gaps["state"].get(segment_id)
        rows.append({"firm_id": firm_id, "segment_id": segment_id, "gap_state": state, **own, **where})
    return pd.DataFrame(rows, columns=[*_KEY, *FIELDS])


def nearest_makers(graph: ChainGraph, region: str, asked: Sequence[str]) -> pd.DataFrame:
    """For each segment the nearest maker outside the region, nearest first: firm_id, segment_id."""
    places = firm_places(graph, region)
    outside = places[~places["inside"].fillna(value=False).astype(bool)].dropna(subset=["distance_km"])
    makes = graph["firm_segments"]
    rows = makes[(makes["kind"] == "maker") & makes["segment_id"].isin(asked)].merge(outside, on="firm_id")
    rows = rows.sort_values(["distance_km", "firm_id", "segment_id"], kind="stable").drop_duplicates("segment_id")
    return rows[["firm_id", "segment_id"]].reset_index(drop=True)


def draw(arms: dict[str, pd.DataFrame], each: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cards in an order that tells nothing, and the key: card, arm, rank."""
    random = np.random.default_rng(seed)
    picked = []
    for arm in ARMS:
        rows = arms[arm].drop_duplicates(list(_KEY)).sort_values(list(_KEY), kind="stable").reset_index(drop=True)
        chosen = rows.iloc[sorted(random.permutation(len(rows))[:each])]
        picked.append(chosen.assign(arm=arm))
    whole = pd.concat(picked, ignore_index=True)
    held = whole.groupby(list(_KEY), sort=True)
    cards = held[list(FIELDS)].first().reset_index()
    cards = cards.iloc[random.permutation(len(cards))].reset_index(drop=True)
    cards.insert(0, "card", [f"{number:03d}" for number in range(1, len(cards) + 1)])
    key = whole[[*_KEY, "arm", "rank"]].merge(cards[["card", *_KEY]], on=list(_KEY))
    return cards[["card", *FIELDS]], key.sort_values(["card", "arm"], ignore_index=True)[["card", "arm", "rank", *_KEY]]


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson)."""
    if not count:
        return math.nan, math.nan
    z, rate = 1.959964, hits / count
    middle, width = rate + z * z / (2 * count), z * math.sqrt(rate * (1 - rate) / count + z * z / (4 * count * count))
    return (middle - width) / (1 + z * z / count), (middle + width) / (1 + z * z / count)


def kappa(first: pd.Series, second: pd.Series) -> float:
    """Cohen's κ of two readers over the cards that both judged; NaN where chance alone explains all."""
    both = pd.DataFrame({"first": first, "second": second}).dropna()
    if both.empty:
        return math.nan
    agreed = float((both["first"] == both["second"]).mean())
    shares = [both[name].value_counts(normalize=True) for name in both]
    chance = float(sum(shares[0].get(word, 0.0) * shares[1].get(word, 0.0) for word in VERDICTS))
    return math.nan if chance >= 1 else (agreed - chance) / (1 - chance)


def score(key: pd.DataFrame, readers: Sequence[pd.DataFrame]) -> list[str]:
    """What the verdicts say, in lines."""
    said = []
    verdicts = [reader.set_index("card")["verdict"] for reader in readers]
    for number, verdict in enumerate(verdicts, start=1):
        for arm in ARMS:
            own = verdict.reindex(key.loc[key["arm"] == arm, "card"]).dropna()
            calls = int((own == "call").sum())
            low, high = wilson(calls, len(own))
            name = "control rate (gone firms called)" if arm == "gone" else arm
            share = f"{calls / len(own):.2f} [{low:.2f}, {high:.2f}]" if len(own) else "none judged"
            said.append(
                f"reader {number}  {name}: call {calls} of {len(own)}, {share}; maybe {int((own == 'maybe').sum())}"
            )
    if len(verdicts) == 2:
        said.append(f"kappa of two readers: {kappa(verdicts[0], verdicts[1].reindex(verdicts[0].index)):.2f}")
    return said


def again(run: Path, readings: Sequence[Path]) -> list[str]:
    """How the rows of a run's lists were judged in earlier readings, in lines."""
    judged: dict[tuple[str, str], list[str]] = {}
    for folder in readings:
        key = pd.read_csv(folder / "key.csv", dtype="str", encoding="utf-8-sig").drop_duplicates("card")
        for file in sorted(folder.glob("verdicts_*.csv")):
            told = key.merge(read_verdicts(file), on="card").dropna(subset=["verdict"])
            for firm, segment, verdict in told[["firm_id", "segment_id", "verdict"]].itertuples(index=False, name=None):
                judged.setdefault((firm, segment), []).append(verdict)
    said = []
    for arm in ARMS[1:5]:
        rows = of_run(run, arm)
        pairs = list(zip(rows["firm_id"], rows["segment_id"], strict=True))
        held = [judged[pair] for pair in pairs if pair in judged]
        verdicts = [verdict for row in held for verdict in row]
        share = f"{verdicts.count('call') / len(verdicts):.2f}" if verdicts else "none judged"
        said.append(
            f"{arm}: {len(rows)} rows, {len(held)} of them judged; call {verdicts.count('call')} of {len(verdicts)} "
            f"verdicts, {share}; by one reader at least {sum('call' in row for row in held)} rows"
        )
    return said


def read_verdicts(path: Path) -> pd.DataFrame:
    """A filled sheet of verdicts; anything but call, maybe, no or nothing is refused."""
    sheet = pd.read_csv(path, dtype="str", encoding="utf-8-sig")
    wrong = sheet[sheet["verdict"].notna() & ~sheet["verdict"].isin(VERDICTS)]
    if len(wrong):
        card, found = wrong.iloc[0]["card"], wrong.iloc[0]["verdict"]
        sys.exit(f"{path}: card {card} has {found!r}; write one of {', '.join(VERDICTS)} or leave it empty")
    return sheet


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw or score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    drawing = commands.add_parser("draw")
    drawing.add_argument("runs", nargs=2, type=Path, help="folders of two runs")
    drawing.add_argument("--case", type=Path, required=True)
    drawing.add_argument("--region", required=True)
    drawing.add_argument("--gone", type=Path, help="CSV of firms known to be gone: firm_id, segment_id")
    drawing.add_argument("--out", type=Path, required=True)
    drawing.add_argument("--each", type=int, default=40, help="cards of each arm")
    drawing.add_argument("--seed", type=int, default=0)
    scoring = commands.add_parser("score")
    scoring.add_argument("folder", type=Path)
    scoring.add_argument("verdicts", nargs="+", type=Path)
    repeating = commands.add_parser("again")
    repeating.add_argument("run", type=Path)
    repeating.add_argument("readings", nargs="+", type=Path)
    given = parser.parse_args(arguments)
    if given.command == "again":
        print("\n".join(again(given.run, given.readings)))
        return
    if given.command == "score":
        key = pd.read_csv(given.folder / "key.csv", dtype="str", encoding="utf-8-sig")
        print("\n".join(score(key, [read_verdicts(path) for path in given.verdicts])))
        return
    graph = build_graph(read_case(given.case))
    known = set(graph["firms"]["firm_id"])
    lists = {arm: of_run(given.runs[0] if arm == "run_a" else given.runs[1], arm) for arm in ARMS[:-2]}
    lists = {arm: rows[rows["firm_id"].isin(known)].reset_index(drop=True) for arm, rows in lists.items()}
    gaps = pd.read_csv(given.runs[0] / "gaps.csv", dtype="str", encoding="utf-8-sig").set_index("segment_id")
    asked = sorted(set(lists["run_a"]["segment_id"]) | set(lists["run_b"]["segment_id"]))
    gone = (
        pd.read_csv(given.gone, dtype="str", encoding="utf-8-sig") if given.gone else pd.DataFrame(columns=list(_KEY))
    )
    rest = {"nearest": nearest_makers(graph, given.region, asked), "gone": gone}
    arms = {
        arm: of_case(graph, rows, gaps, given.region).assign(rank=rows.get("rank"))
        for arm, rows in (lists | rest).items()
    }
    cards, key = draw(arms, given.each, given.seed)
    given.out.mkdir(parents=True, exist_ok=True)
    write_csv(cards, given.out / "cards.csv", columns=tuple(cards))
    sheet = cards[["card"]].assign(verdict=None, reason=None)
    write_csv(sheet, given.out / "verdicts.csv", columns=tuple(sheet))
    write_csv(key, given.out / "key.csv", columns=tuple(key))
    print(f"{len(cards)} cards; readers get cards.csv and verdicts.csv, never key.csv")


if __name__ == "__main__":
    main()
