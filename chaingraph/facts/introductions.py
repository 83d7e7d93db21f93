"""Who here can open the door to a target: a local firm with a working relation to its group, in the same business."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import pandas as pd

from chaingraph.facts.derived_tables import segment_nodes
from chaingraph.facts.gaps import sensitive_firms
from chaingraph.facts.routes import Link, neighbours, route_table, steps_of
from chaingraph.matching.product_text import products_meet
from chaingraph.model.case import cells_of
from chaingraph.model.columns import split
from chaingraph.model.graph import ChainGraph
from chaingraph.places import regions

_KINDS = ("supplies", "partners", "invests", "owns")  # the nearer to daily work, the sooner
_HOLDING = ("owns", "invests")
Step = tuple[str, Link, str]


def find_introductions(
    graph: ChainGraph,
    targets: pd.DataFrame,
    leaders: Mapping[str, set[str]],
    local: set[str],
    families: pd.DataFrame,
    roles: pd.DataFrame,
) -> pd.DataFrame:
    """Through which local firm can each target be introduced?

    A recorded tie between a firm of the target's group and a local firm counts in every chain to whose business it
    belongs, and so does one of the local firm's parent or subsidiary: what is traded, or what the other side makes
    where that is not said, is of the chain, or goes into or out of what the target makes there. Precursors sold to a
    chemical group open no door for its film resins. Where neither is known the tie counts. Two units of one group, and
    an owner and what it owns, count only where the local one is in the chain too: steering gear opens no door to
    electrolysers. A local firm that makes the same thing is a rival, unless one of the two supplies the other; who
    merely shares a customer or a supplier is none. A tie that is unsure opens nothing.

    Parameters
    ----------
    targets
        chain_id, firm_id.
    leaders
        By chain, ids of its leaders: they are asked first.
    local
        Ids of the firms in the region.
    families
        firm_id, group_id.
    roles
        From `roles.firm_roles`.

    Returns
    -------
    DataFrame
        One row per target and step of its best way in: `routes.ROUTE_COLUMNS`, step 1 nearest the target. A target
        without a way in has no row.
    """
    names = dict(cells_of(graph["firms"], "firm_id", "firm"))
    tied = neighbours(graph)
    local = local - sensitive_firms(graph)
    group = dict(cells_of(families, "firm_id", "group_id"))
    members: dict[str, list[str]] = {}
    for firm in sorted(set(tied) - local):
        members.setdefault(group.get(firm, firm), []).append(firm)
    makes = _by_firm(roles[roles["maker"].fillna(value=True).astype(bool)], "node_id")
    nodes = segment_nodes(graph)[["node_id", "chain_id"]].drop_duplicates()
    chains = _by_firm(roles[["firm_id", "node_id"]].drop_duplicates().merge(nodes, on="node_id"), "chain_id")
    business = business_of(graph, roles)
    rows: list[tuple[object, ...]] = []
    for chain_id, firm_id in sorted(set(zip(targets["chain_id"], targets["firm_id"], strict=True))):
        family = members.get(group.get(firm_id, firm_id), [])
        best: tuple[tuple[object, ...], Sequence[Step]] | None = None
        for path in _ways(family, tied, local, group):
            door, links = path[-1][2], [link for _, link, _ in path]
            kinds = [str(link["kind"]) for link in links]
            same_group = group.get(door) == group.get(firm_id)
            if (same_group or (len(path) == 1 and kinds[0] in _HOLDING)) and chain_id not in chains.get(door, set()):
                continue
            if not business.belongs(links[0], firm_id, family, chain_id):
                continue
            same_thing = makes.get(door, set()) & makes.get(firm_id, set())
            if same_thing and not same_group and not (len(path) == 1 and kinds[0] == "supplies"):
                continue
            order = (len(path), door not in leaders.get(chain_id, set()), _KINDS.index(kinds[0]), door, path[0][0])
            if best is None or order < best[0]:
                best = (order, path)
        if best is not None:
            rows += steps_of(chain_id, firm_id, best[1], names)
    return route_table(rows)


@dataclass(frozen=True)
class Business:
    """What firms make, and which segments lie next to each other: whose business a tie is."""

    made: Mapping[str, Sequence[tuple[str, str]]]  # by firm: node, what it makes there in words
    of_chain: Mapping[str, Set[str]]  # nodes by chain
    near: Mapping[str, Set[str]]  # nodes that feed a node or are fed by it

    def dealt_in(self, link: Link, seller: str) -> set[str]:
        """The nodes that a tie is about: those whose words meet what is traded, else all that the seller makes."""
        held = self.made.get(seller, ())
        product = link["product"]
        if isinstance(product, str):
            met = {node for node, words in held if products_meet(product, words)}
            if met:
                return met
        return {node for node, _ in held}

    def belongs(self, link: Link, firm: str, family: Sequence[str], chain_id: str) -> bool:
        """Whether a tie of a group is of the business that is sought in a chain; what is not known counts."""
        if link["kind"] in _HOLDING:
            return True
        source, target = str(link["source_id"]), str(link["target_id"])
        other = target if source in family else source
        about = self.dealt_in(link, source if link["kind"] == "supplies" else other)
        own = set(self.of_chain.get(chain_id, ()))
        sought = own.union(*(self.near.get(node, set()) for node, _ in self.made.get(firm, ()) if node in own))
        return not about or not sought.isdisjoint(about)


def business_of(graph: ChainGraph, roles: pd.DataFrame) -> Business:
    """What the firms of all links make, in words and by node."""
    nodes = segment_nodes(graph)
    node = dict(zip(nodes["segment_id"], nodes["node_id"], strict=True))
    of_chain = {str(chain): set(rows) for chain, rows in nodes.groupby("chain_id")["node_id"]}
    near: dict[str, set[str]] = {}
    links = graph["segment_links"]
    feeds = links[links["kind"] == "feeds"]
    for one, two in zip(feeds["from_segment_id"].map(node), feeds["to_segment_id"].map(node), strict=True):
        near.setdefault(one, set()).add(two)
        near.setdefault(two, set()).add(one)
    tied = set(graph["firm_links"]["source_id"]) | set(graph["firm_links"]["target_id"])
    making = roles[roles["maker"].fillna(value=True).astype(bool) & roles["firm_id"].isin(tied)]
    held = graph["firm_segments"][["firm_id", "segment_id", "product"]].merge(
        making[["firm_id", "segment_id"]].drop_duplicates(), on=["firm_id", "segment_id"]
    )
    segments = graph["segments"]
    named = dict(zip(segments["segment_id"], segments["segment"] + ";" + segments["keywords"].fillna(""), strict=True))
    made: dict[str, list[tuple[str, str]]] = {}
    for firm, segment, product in cells_of(held, "firm_id", "segment_id", "product"):
        words = f"{product};{named[segment]}" if isinstance(product, str) else named[segment]
        made.setdefault(firm, []).append((node[segment], words))
    return Business(made, of_chain, near)


def introducers_for(
    introducers: Sequence[Mapping[str, object]],
    country: object,
    cities: Collection[str],
    chains: Collection[str],
) -> list[str]:
    """Who may be asked to help with a firm that nobody here is known to know: by its city, its country, its chain.

    That somebody serves a place opens no door and fills no mark: whether they know the firm is to be asked.

    Parameters
    ----------
    introducers
        Rows of the table of that name. Those that name a firm are about that firm alone.
    cities
        Where the firm sits and decides.
    chains
        The chain's id and names.

    Returns
    -------
    list of str
        Names, at most two: who serves one of its cities, then its country where that is not China (a chamber of
        that country), then the chain (an association or fund of the trade, wherever it sits).

    Examples
    --------
    >>> held = {"introducer": "日商协会", "knows_id": None, "country": "日本", "city": None, "focus_chains": None}
    >>> introducers_for([held], "日本", ("大阪",), ("PV",)), introducers_for([held], "德国", (), ())
    (['日商协会'], [])
    """
    found: list[tuple[int, str]] = []
    for row in introducers:
        name, land, city = str(row["introducer"]), row["country"], row["city"]
        if isinstance(row["knows_id"], str):
            continue
        trades = set(split(row["focus_chains"]))
        of_chain = not trades.isdisjoint(chains)
        if trades and not of_chain:
            continue
        if isinstance(city, str) and city in cities:
            found.append((0, name))
        elif not isinstance(city, str) and isinstance(land, str) and land == country and land != regions.CHINA:
            found.append((1, name))
        elif of_chain:
            found.append((2, name))
    return [name for _, name in sorted(set(found))][:2]


def _by_firm(roles: pd.DataFrame, column: str) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    for firm, value in cells_of(roles, "firm_id", column):
        held.setdefault(firm, set()).add(value)
    return held


def _ways(
    family: Sequence[str],
    tied: Mapping[str, Sequence[tuple[str, Link]]],
    local: set[str],
    group: Mapping[str, str],
) -> Iterator[tuple[Step, ...]]:
    """Ties of a group to a local firm, and to the owner or subsidiary of one."""
    for firm in family:
        for other, link in tied.get(firm, ()):
            if link["confidence"] == "unsure":  # hearsay opens no door
                continue
            if other in local:
                yield ((firm, link, other),)
            elif group.get(other, other) != group.get(firm, firm) and link["kind"] not in _HOLDING:
                for last, holding in tied.get(other, ()):
                    if last in local and holding["kind"] == "owns":
                        yield ((firm, link, other), (other, holding, last))
