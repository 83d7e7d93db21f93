"""Push a graph to Neo4j: only rows that differ, in batches, safe to break off and to repeat. See `graphdb.shape`.

Every load that writes has a ``Load`` node: dataset, number, state (running, finished, broken off), started, finished,
counts, a hash of every label and type and of the whole content. A label or type whose hash is the same is not read
while nobody else has written to the store; see `graphdb.sameness`. The newest push completes the graph, whatever
happened to those before it; see `graphdb.load` for how two pushes at once are kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from chaingraph.model.case import Case
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
    note_unchanged,
    prepare,
    read_state,
    send,
)
from chaingraph.stores.graphdb.sameness import part_hashes, parts_of
from chaingraph.stores.graphdb.session import connect
from chaingraph.stores.graphdb.shape import RUN, TIER_LABELS, Edges, Nodes, Row, checked, refuse

if TYPE_CHECKING:
    from neo4j import ManagedTransaction, Session

COUNT_COLUMNS = ("kind", *COUNTED)
# A node may be deleted when nobody else's relationship hangs on it and it carries no property of somebody else.
FREE = "NOT EXISTS { (x)-[r]-() WHERE r.cg_uid IS NULL } AND all(name IN keys(x) WHERE name IN $own)"
CHANGED = -(2**64)  # no hash of ours: what was changed on the server is other than any row
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
        The graph whose tables are pushed, all of them.
    uri
        ``neo4j://host:7687``, ``bolt://…``, or with TLS ``neo4j+s://…``.
    user, password
        By default NEO4J_USER (else ``neo4j``) and NEO4J_PASSWORD.
    dataset
        Name of the dataset in the store, by default the graph's; datasets live side by side without touching.
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
    Names and tables are checked before any server is contacted.

    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> write_neo4j(graph, "bolt://localhost:1", dataset="my city")
    Traceback (most recent call last):
    ...
    chaingraph.errors.StoreError: ...dataset name 'my city' cannot be used: 1 to 64 characters without bars or blanks

    With a server (``scripts/neo4j start``) the counts are returned; where none answers, the error says so:

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
    loading = Loading(session, dataset, prune, read_state(session, dataset, to_write=True), progress)
    regions = tuple(sorted({*loading.state.regions, *([findings.region] if findings else [])}))
    run = results.run_id(findings) if findings else None
    where = rows.places(tables, regions)
    nodes = rows.case_nodes(tables, where) + (results.result_nodes(findings) if findings else [])
    edges = rows.case_edges(tables, where) + (results.result_edges(findings, where) if findings else [])
    if loading.state.number == 0:
        _prepare(loading, tables, nodes, edges)
    state = loading.state
    if state.state not in ("finished", "none"):
        begin_load(loading)  # from here on the load that did not finish cannot write any more
    parts = parts_of(nodes, edges)
    hashes = part_hashes(parts, tables, regions, run)
    gone: list[tuple[list[Nodes | Edges], dict[str, int | None]]] = []
    for name, kinds in parts.items():
        held = state.held.get(name)
        if held and held.hash == hashes[name] and state.untouched and not prune:
            loading.rows[name] = held.rows
            if held.rows:
                loading.count(_called(kinds), "unchanged", held.rows)
        else:
            gone.append((kinds, _sync(loading, name, kinds)))
    for kinds, left in reversed(gone):  # relationships before the nodes that they hang on
        if isinstance(kinds[0], Edges):
            _retire_edges(loading, kinds[0].type, left)
        elif kinds[0].retires:
            _retire_nodes(loading, kinds[0], left)
    if loading.number is not None:
        finish_load(loading, hashes, run)
    else:
        note_unchanged(loading, hashes)
    counts = pd.DataFrame([{"kind": kind} | held for kind, held in loading.counts.items()], columns=list(COUNT_COLUMNS))
    return Load(dataset, loading.number, run, counts)


def _prepare(
    loading: Loading, tables: Mapping[str, pd.DataFrame], nodes: Sequence[Nodes], edges: Sequence[Edges]
) -> None:
    """Before the first load: what the server is to know of the labels and types that will have rows."""
    filled = {name for name, frame in tables.items() if len(frame)} | {RUN}
    labels = [kind.label for kind in nodes if kind.made_of & filled]
    types = dict.fromkeys(kind.type for kind in edges if kind.made_of & filled)
    columns = {name for node in nodes for name in node.columns} | {name for edge in edges for name in edge.columns}
    prepare(loading, labels, types, sorted(columns))
    loading.state = read_state(loading.session, loading.dataset, to_write=True)


def _called(kinds: Sequence[Nodes | Edges]) -> str:
    return kinds[0].label if isinstance(kinds[0], Nodes) else kinds[0].type


def _sync(loading: Loading, part: str, kinds: Sequence[Nodes | Edges]) -> dict[str, int | None]:
    """Write the rows of a part that differ; return key and hash of those gone (None: marked before)."""
    first = kinds[0]
    if isinstance(first, Nodes):
        return _sync_nodes(loading, first)
    return _sync_edges(loading, part, [kind for kind in kinds if isinstance(kind, Edges)])


def _held(loading: Loading, pattern: str, prefix: str, columns: Sequence[str]) -> dict[str, int | None]:
    """Keys and hashes in the store; None for what is retired, CHANGED for what is not as its hash says."""
    wanted = "x.cg_uid AS uid, CASE WHEN x.cg_retired IS NULL THEN x.cg_hash END AS hash"
    looks = not loading.state.untouched  # somebody may have changed properties: the stored hash does not say so
    if looks:
        labels = "[name IN labels(x) WHERE name IN $labels]" if pattern == "(x:Firm)" else "[]"
        wanted += f", CASE WHEN x.cg_retired IS NULL THEN properties(x) END AS found, {labels} AS labels"
    query = f"MATCH {pattern} WHERE x.cg_uid STARTS WITH $prefix RETURN {wanted}"
    own = {*columns, rows.NAME}
    is_node = pattern.startswith("(x:")

    def read(transaction: ManagedTransaction) -> dict[str, int | None]:
        held: dict[str, int | None] = {}
        for uid, stored, *found in transaction.run(query, prefix=prefix, labels=list(TIER_LABELS.values())):
            if looks and stored is not None:
                values = {name: value for name, value in found[0].items() if name in own}
                placed = not is_node or found[0].get("cg_dataset") == loading.dataset
                held[uid] = stored if placed and rows.digest(values, found[1])[0] == stored else CHANGED
            else:
                held[uid] = stored
        return held

    return loading.session.execute_read(read)


def _differing(
    loading: Loading, part: str, kind: str, found: Iterator[Row], held: dict[str, int | None]
) -> Iterator[tuple[Row, bool]]:
    """Rows that the store lacks or holds otherwise, and whether it holds them; what is left in ``held`` is gone."""
    for row in found:
        loading.rows[part] = loading.rows.get(part, 0) + 1
        known = row.uid in held
        if known and held.pop(row.uid) == row.digest:
            loading.count(kind, "unchanged", 1)
            continue
        loading.count(kind, "sent", 1)
        yield row, known


def _values(row: Row, columns: Sequence[str], *, known: bool) -> dict[str, object]:
    own: dict[str, object] = {"cg_hash": row.digest}
    if not known:
        return row.values | own
    # A value that is missing now has to be taken away; properties of others are not in the map and so stay.
    return dict.fromkeys((*columns, rows.NAME)) | {"cg_retired": None} | row.values | own


def _sync_nodes(loading: Loading, kind: Nodes) -> dict[str, int | None]:
    held = _held(loading, f"(x:{kind.label})", f"{loading.dataset}|", kind.columns)
    tiers = ""
    if kind.label == "Firm":
        tiers = f" REMOVE x:{':'.join(TIER_LABELS.values())}"
        for label in TIER_LABELS.values():
            tiers += f" FOREACH (_ IN CASE WHEN '{label}' IN r[2] THEN [1] ELSE [] END | SET x:{label})"
    create, change = (
        f"UNWIND $rows AS r {verb} (x:{kind.label} {{cg_uid: r[0]}}) SET x += r[1], x.cg_load = $number{tiers} "
        "RETURN count(x) AS count"
        for verb in ("CREATE", "MATCH")
    )

    def lines() -> Iterator[tuple[str, int, list[Any]]]:
        found = rows.node_rows(kind, loading.dataset)
        for row, known in _differing(loading, kind.part, kind.label, found, held):
            values = _values(row, kind.columns, known=known)
            yield change if known else create, row.size, [row.uid, values, list(row.labels)]

    for statement, batch in batches(lines()):
        begin_load(loading)
        constrain(loading, kind.label, is_node=True)
        send(loading, kind.label, statement, batch)
    return held


def _sync_edges(loading: Loading, part: str, kinds: Sequence[Edges]) -> dict[str, int | None]:
    name = kinds[0].type
    columns = sorted({column for kind in kinds for column in kind.columns})
    held = _held(loading, f"()-[x:{name}]->()", f"{loading.dataset}|{kinds[0].scope}|", columns)
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
            for row, known in _differing(loading, part, name, rows.edge_rows(kind, loading.dataset), held):
                values = _values(row, columns, known=known)
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
