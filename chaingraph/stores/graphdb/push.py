"""Push a graph to Neo4j: only rows that differ, in batches, safe to break off and to repeat. See `graphdb.shape`.

Every load that writes has a ``Load`` node: dataset, number, state (running, finished, broken off), started, finished,
counts and a hash of the whole content. The newest push completes the graph, whatever happened to those before it; see
`graphdb.load` for how two pushes at once are kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import pandas as pd

from chaingraph.model.case import Case
from chaingraph.model.columns import split
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.stores.graphdb import results, rows
from chaingraph.stores.graphdb.load import (
    BATCH_ROWS,
    COUNTED,
    Loading,
    Overtaken,
    Progress,
    batches,
    begin_load,
    constrain,
    finish_load,
    read_state,
    send,
)
from chaingraph.stores.graphdb.session import connect
from chaingraph.stores.graphdb.shape import TIER_LABELS, Edges, Nodes, Row, checked, refuse

if TYPE_CHECKING:
    from neo4j import ManagedTransaction, Session

COUNT_COLUMNS = ("kind", *COUNTED)
# A node may be deleted when nobody else's relationship hangs on it and it carries no property of somebody else.
FREE = "NOT EXISTS { (x)-[r]-() WHERE r.cg_uid IS NULL } AND all(name IN keys(x) WHERE name IN $own)"
OWN_PROPERTIES = ("cg_uid", "cg_hash", "cg_load", "cg_retired", "cg_dataset", "cg_name")


@dataclass(frozen=True)
class Load:
    """What a push did. ``number`` is None where nothing differed, and so nothing was written.

    ``counts``: one row per label or type: kind, sent (created or changed), unchanged, retired, deleted (rows each).
    """

    dataset: str
    number: int | None
    run_id: str | None
    counts: pd.DataFrame

    @property
    def written(self) -> int:
        """Rows created, changed, retired or deleted."""
        return int(self.counts[["sent", "retired", "deleted"]].to_numpy().sum())


def write_neo4j(
    graph: ChainGraph | Case,
    uri: str,
    *,
    user: str | None = None,
    password: str | None = None,
    dataset: str | None = None,
    findings: Findings | None = None,
    prune: bool = False,
    database: str = "neo4j",
    progress: Progress | None = None,
) -> Load:
    """Make the dataset in Neo4j equal to a graph, and add what a run found; write only what differs.

    Parameters
    ----------
    graph
        The tables to push, all of them.
    uri
        ``neo4j://host:7687``, ``bolt://…``, or with TLS ``neo4j+s://…``.
    user, password
        By default NEO4J_USER (else ``neo4j``) and NEO4J_PASSWORD.
    dataset
        Name of the data in the store, by default the graph's name; datasets lie side by side and do not touch.
    findings
        What a run found, kept as GAP_IN, TARGETS and LEADS; without it, results in the store stay as they are.
    prune
        Delete what is no longer in the graph, instead of marking it ``cg_retired``. A node that carries properties or
        relationships of others is marked all the same.
    progress
        Called after every batch with the label or type and the rows sent.
    database
        Name of the database on the server.

    Returns
    -------
    Load
        ``dataset``, ``number`` of the load (None when the store held all of it already and was not touched), ``run_id``
        of the findings, and ``counts``, one row per label or type: kind, sent (created or changed), unchanged, retired,
        deleted (rows each).

    Raises
    ------
    StoreError
        When the tables cannot be kept whole (the message names table and rows), the dataset's name cannot be used, no
        password is given, the server cannot be reached or refuses, or another push of the dataset began meanwhile.
        Pushing again completes a load that broke off.
    MissingExtraError
        When the driver is not installed (``pip install 'chaingraph[neo4j]'``).

    Examples
    --------
    Names and tables are looked at before any server is asked.

    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> write_neo4j(graph, "bolt://localhost:1", dataset="my city")
    Traceback (most recent call last):
    ...
    chaingraph.errors.StoreError: ...dataset name 'my city' cannot be used: 1 to 64 characters without bar or blank

    With a server (``scripts/neo4j start``) the counts come back; where none answers, that is said:

    >>> write_neo4j(graph, "bolt://localhost:1", password="secret")
    Traceback (most recent call last):
    ...
    chaingraph.errors.StoreError: ...no Neo4j answers at bolt://localhost:1...
    """
    name = dataset if dataset is not None else graph.name
    if not re.fullmatch(r"[^|\s]{1,64}", name):
        refuse("bad_dataset", dataset=name)
    tables = checked(graph.tables)
    with connect(uri, user, password, database) as driver:
        for _ in range(5):
            with driver.session(database=database, fetch_size=10_000) as session:
                try:
                    return _push(session, name, tables, findings, prune=prune, progress=progress)
                except Overtaken:
                    continue
    refuse("overtaken", dataset=name)


def _push(
    session: Session,
    dataset: str,
    tables: Mapping[str, pd.DataFrame],
    findings: Findings | None,
    *,
    prune: bool,
    progress: Progress | None,
) -> Load:
    state = read_state(session, dataset)
    loading = Loading(session, dataset, prune, state.number, progress)
    if state.state not in ("finished", "none"):
        begin_load(loading)  # from here on the load that did not finish cannot write any more
    where = rows.places(tables, tuple(sorted({*state.regions, *([findings.region] if findings else [])})))
    nodes = rows.case_nodes(tables, where) + (results.result_nodes(findings) if findings else [])
    edges = rows.case_edges(tables, where) + (results.result_edges(findings, where) if findings else [])
    content = blake2b(digest_size=16)
    gone_nodes = [(kind, _sync_nodes(loading, kind, content)) for kind in nodes]
    by_type: dict[tuple[str, str], list[Edges]] = {}
    for edge in edges:
        by_type.setdefault((edge.type, edge.scope), []).append(edge)
    gone_edges = [(name, _sync_edges(loading, kinds, content)) for (name, _), kinds in by_type.items()]
    for name, left in gone_edges:
        _retire_edges(loading, name, left)
    for kind, left in gone_nodes:
        if kind.retires:
            _retire_nodes(loading, kind, left)
    run = results.run_id(findings) if findings else None
    if loading.number is not None:
        finish_load(loading, content.hexdigest(), run)
    counts = pd.DataFrame([{"kind": kind} | held for kind, held in loading.counts.items()], columns=list(COUNT_COLUMNS))
    return Load(dataset, loading.number, run, counts)


def _held(loading: Loading, pattern: str, prefix: str) -> dict[str, int | None]:
    """Keys and hashes in the store; None for what is retired."""
    query = (
        f"MATCH {pattern} WHERE x.cg_uid STARTS WITH $prefix "
        "RETURN x.cg_uid AS uid, CASE WHEN x.cg_retired IS NULL THEN x.cg_hash END AS hash"
    )

    def read(transaction: ManagedTransaction) -> dict[str, int | None]:
        return {record[0]: record[1] for record in transaction.run(query, prefix=prefix)}

    return loading.session.execute_read(read)


def _differing(
    loading: Loading, kind: str, found: Iterator[Row], held: dict[str, int | None], content: Any
) -> Iterator[tuple[Row, bool]]:
    """Rows that the store lacks or holds otherwise, and whether it holds them; what is left in ``held`` is gone."""
    for row in found:
        content.update(f"{row.uid}{row.digest}".encode())
        known = row.uid in held
        if known and held.pop(row.uid) == row.digest:
            loading.count(kind, "unchanged", 1)
            continue
        loading.count(kind, "sent", 1)
        yield row, known


def _values(row: Row, columns: tuple[str, ...], *, known: bool) -> dict[str, object]:
    own: dict[str, object] = {"cg_hash": row.digest}
    if not known:
        return row.values | own
    # A value that is missing now has to be taken away; properties of others are not in the map and so stay.
    return dict.fromkeys(columns) | {"cg_retired": None} | row.values | own


def _sync_nodes(loading: Loading, kind: Nodes, content: Any) -> dict[str, int | None]:
    """Write the nodes of a label that differ; return key and hash of those gone (None: marked before)."""
    held = _held(loading, f"(x:{kind.label})", f"{loading.dataset}|")
    tiers = ""
    if kind.label == "Firm":
        tiers = f" REMOVE x:{':'.join(TIER_LABELS.values())}"
        for tier, label in TIER_LABELS.items():
            tiers += f" FOREACH (_ IN CASE WHEN '{tier}' IN r[2] THEN [1] ELSE [] END | SET x:{label})"
    create, change = (
        f"UNWIND $rows AS r {verb} (x:{kind.label} {{cg_uid: r[0]}}) SET x += r[1], x.cg_load = $number{tiers} "
        "RETURN count(x) AS count"
        for verb in ("CREATE", "MATCH")
    )

    def lines() -> Iterator[tuple[str, int, list[Any]]]:
        for row, known in _differing(loading, kind.label, rows.node_rows(kind, loading.dataset), held, content):
            line: list[Any] = [row.uid, _values(row, kind.columns, known=known)]
            if tiers:
                members = row.values.get("tiers")
                listed = members if isinstance(members, list) else split(members)
                line.append([str(tier).partition("(")[0] for tier in listed])
            yield change if known else create, row.size, line

    for statement, batch in batches(lines()):
        begin_load(loading)
        constrain(loading, kind.label, is_node=True)
        send(loading, kind.label, statement, batch)
    return held


def _sync_edges(loading: Loading, kinds: list[Edges], content: Any) -> dict[str, int | None]:
    """Write the relationships of a type that differ; return key and hash of those gone (None: marked before)."""
    name = kinds[0].type
    held = _held(loading, f"()-[x:{name}]->()", f"{loading.dataset}|{kinds[0].scope}|")
    change = (
        f"UNWIND $rows AS r MATCH ()-[x:{name} {{cg_uid: r[2]}}]->() SET x += r[3], x.cg_load = $number "
        "RETURN count(x) AS count"
    )

    def lines() -> Iterator[tuple[str, int, list[Any]]]:
        for kind in kinds:
            create = (
                f"UNWIND $rows AS r MATCH (a:{kind.start} {{cg_uid: r[0]}}) MATCH (b:{kind.end} {{cg_uid: r[1]}}) "
                f"CREATE (a)-[x:{name} {{cg_uid: r[2]}}]->(b) SET x += r[3], x.cg_load = $number "
                "RETURN count(x) AS count"
            )
            for row, known in _differing(loading, name, rows.edge_rows(kind, loading.dataset), held, content):
                values = _values(row, kind.columns, known=known)
                yield change if known else create, row.size, [*row.ends, row.uid, values]

    for statement, batch in batches(lines()):
        begin_load(loading)
        constrain(loading, name, is_node=False)
        send(loading, name, statement, batch)
    return held


def _retire_edges(loading: Loading, name: str, left: Mapping[str, int | None]) -> None:
    """Mark relationships that are gone, or delete them where the push prunes."""
    pattern = f"UNWIND $rows AS uid MATCH ()-[x:{name} {{cg_uid: uid}}]->() "
    if loading.prune:
        _each(loading, name, "deleted", f"{pattern}DELETE x RETURN count(*) AS count", sorted(left))
    else:
        query = f"{pattern}SET x.cg_retired = $number RETURN count(x) AS count"
        _each(loading, name, "retired", query, _present(left))


def _retire_nodes(loading: Loading, kind: Nodes, left: Mapping[str, int | None]) -> None:
    """Mark nodes that are gone, with the results that hang on them; delete them where the push prunes."""
    pattern = f"UNWIND $rows AS uid MATCH (x:{kind.label} {{cg_uid: uid}}) "
    kept = _present(left)
    if loading.prune and left:
        own = [*OWN_PROPERTIES, *kind.columns]
        query = f"{pattern}WITH x WHERE {FREE} RETURN x.cg_uid AS uid"

        def read(transaction: ManagedTransaction) -> list[str]:
            return [str(record["uid"]) for record in transaction.run(query, rows=sorted(left), own=own)]

        free = loading.session.execute_read(read)
        kept = sorted(set(kept) - set(free))
        _each(loading, kind.label, "deleted", f"{pattern}DETACH DELETE x RETURN count(*) AS count", sorted(free))
    query = (
        f"{pattern}SET x.cg_retired = $number WITH x "
        f"OPTIONAL MATCH (x)-[r:{'|'.join(results.RESULT_TYPES)}]-() "
        "WHERE r.run_id IS NOT NULL AND r.cg_retired IS NULL SET r.cg_retired = $number "
        "RETURN count(DISTINCT x) AS count"
    )
    _each(loading, kind.label, "retired", query, kept)


def _present(left: Mapping[str, int | None]) -> list[str]:
    return sorted(uid for uid, digest in left.items() if digest is not None)


def _each(loading: Loading, kind: str, what: str, query: str, uids: list[str]) -> None:
    for first in range(0, len(uids), BATCH_ROWS):
        part = uids[first : first + BATCH_ROWS]
        begin_load(loading)
        send(loading, kind, query, part)
        loading.count(kind, what, len(part))
