"""Pull a dataset back from Neo4j as the tables that were pushed, and take a dataset away."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from chaingraph.errors import StoreError
from chaingraph.model.case import Case
from chaingraph.model.columns import DTYPES, SEPARATOR
from chaingraph.model.schema import TABLES
from chaingraph.stores.graphdb import results
from chaingraph.stores.graphdb.load import TooLarge, read_state, transact
from chaingraph.stores.graphdb.push import FREE, OWN_PROPERTIES
from chaingraph.stores.graphdb.session import connect
from chaingraph.stores.graphdb.shape import EDGE_TABLES, NODE_TABLES, EdgeTable, refuse, say

if TYPE_CHECKING:
    from neo4j import ManagedTransaction, Session, Transaction

_WIPED = 5_000  # nodes or relationships deleted in one transaction


def read_neo4j(
    uri: str,
    *,
    user: str | None = None,
    password: str | None = None,
    dataset: str | None = None,
    database: str = "neo4j",
) -> Case:
    """The tables of a dataset as they were pushed, to the cell; rows in the order in which a case is read.

    Rows marked retired, what a run found, and other people's nodes and properties are not part of it.

    Parameters
    ----------
    uri
        ``neo4j://host:7687``, ``bolt://…``, or with TLS ``neo4j+s://…``.
    user, password
        By default NEO4J_USER (else ``neo4j``) and NEO4J_PASSWORD.
    dataset
        Name of the dataset; not needed where the store holds only one.
    database
        Name of the database on the server.

    Returns
    -------
    Case
        Named like the dataset; its tables have the columns, types and units of `TABLES`, NaN = not known.

    Raises
    ------
    StoreError
        When the dataset does not exist, or is not named while there are several, its last load did not finish, no
        password is given, or the server cannot be reached.
    MissingExtraError
        When the driver is not installed (``pip install 'chaingraph[neo4j]'``).

    Examples
    --------
    With a server (``scripts/neo4j start``) `build_graph` takes what this gives; where none answers, that is said:

    >>> read_neo4j("bolt://localhost:1", password="secret", dataset="jiaxing")
    Traceback (most recent call last):
    ...
    chaingraph.errors.StoreError: ...no Neo4j answers at bolt://localhost:1...
    """
    with (
        connect(uri, user, password, database) as driver,
        driver.session(database=database, fetch_size=10_000) as session,
    ):
        name = _which(session, uri, dataset)
        state = read_state(session, name)
        if state.state != "finished":
            refuse("half", dataset=name, number=state.number, state=state.state)
        tables = session.execute_read(lambda transaction: _tables(transaction, name))
    return Case(name, tables)


def _which(session: Session, uri: str, dataset: str | None) -> str:
    def read(transaction: ManagedTransaction) -> list[str]:
        query = "MATCH (l:Load) WHERE l.cg_uid IS NOT NULL RETURN DISTINCT l.dataset AS name ORDER BY name"
        return [str(record["name"]) for record in transaction.run(query)]

    known = session.execute_read(read)
    if dataset is None and len(known) > 1:
        refuse("which", uri=uri, known=", ".join(known))
    name = dataset if dataset is not None else next(iter(known), "")
    if name not in known:
        refuse("nothing", uri=uri, dataset=name or "-", known=", ".join(known) or "-")
    return name


def _tables(transaction: ManagedTransaction, dataset: str) -> dict[str, pd.DataFrame]:
    prefix = f"{dataset}|"
    tables = {}
    for name, label in NODE_TABLES.items():
        columns = TABLES[name].names
        values = ", ".join(f"x.`{column}`" for column in columns)
        # Product nodes made of a firm's product text are not rows of the table of products.
        where = " AND x.product_id IS NOT NULL" if label == "Product" else ""
        query = f"MATCH (x:{label}) WHERE x.cg_uid STARTS WITH $prefix AND x.cg_retired IS NULL{where} RETURN {values}"
        tables[name] = _frame(name, [list(record) for record in transaction.run(query, prefix=prefix)], columns)
    found: dict[str, list[list[object]]] = {}
    for edge in EDGE_TABLES:
        for kind, type_name in edge.types.items():
            values = ", ".join(_edge_value(edge, column, kind) for column in TABLES[edge.table].names)
            query = (
                f"MATCH (a:{edge.start[0]})-[x:{type_name}]->(b:{edge.end[0]}) WHERE x.cg_uid STARTS WITH $prefix "
                f"AND x.cg_retired IS NULL AND x.cg_derived IS NULL RETURN {values}"
            )
            records = transaction.run(query, prefix=f"{prefix}case|")
            found.setdefault(edge.table, []).extend(list(record) for record in records)
    tables |= {name: _frame(name, lines, TABLES[name].names) for name, lines in found.items()}
    return tables


def _edge_value(edge: EdgeTable, column: str, kind: str) -> str:
    if kind and column == "kind":
        return f"'{kind}'"
    for variable, (_, own, name) in (("a", edge.start), ("b", edge.end)):
        if own == column and name:
            return f"{variable}.`{name}`"
    return f"x.`{column}`"


def _frame(name: str, found: list[list[object]], columns: list[str]) -> pd.DataFrame:
    table = TABLES[name]
    values = dict(zip(columns, zip(*found, strict=True), strict=True)) if found else {column: () for column in columns}
    series = {}
    for column in table.columns:
        cells = values[column.name]
        if column.kind == "set":
            cells = tuple(SEPARATOR.join(cell) if isinstance(cell, list) else cell for cell in cells)
        series[column.name] = pd.Series(list(cells), dtype=DTYPES[column.kind])
    frame = pd.DataFrame(series)
    return frame.sort_values(list(table.order), kind="stable", ignore_index=True)


def wipe_neo4j(
    uri: str,
    dataset: str,
    *,
    user: str | None = None,
    password: str | None = None,
    database: str = "neo4j",
) -> Mapping[str, int]:
    """Delete a dataset: its nodes, relationships, results and load records, and nothing that belongs to others.

    Parameters
    ----------
    uri
        ``neo4j://host:7687``, ``bolt://…``, or with TLS ``neo4j+s://…``.
    user, password
        By default NEO4J_USER (else ``neo4j``) and NEO4J_PASSWORD.
    dataset
        Name of the dataset.
    database
        Name of the database on the server.

    Returns
    -------
    dict of int
        How many ``nodes`` and ``relationships`` were deleted, and how many nodes were ``kept`` and marked retired
        because they carry relationships or properties of others.

    Raises
    ------
    StoreError
        When the dataset is not there, no password is given, or the server cannot be reached or refuses.
    MissingExtraError
        When the driver is not installed (``pip install 'chaingraph[neo4j]'``).

    Examples
    --------
    With a server (``scripts/neo4j start``) the counts are returned; where none answers, the error says so:

    >>> wipe_neo4j("bolt://localhost:1", "jiaxing", password="secret")
    Traceback (most recent call last):
    ...
    chaingraph.errors.StoreError: ...no Neo4j answers at bolt://localhost:1...
    """
    with connect(uri, user, password, database) as driver, driver.session(database=database) as session:
        name = _which(session, uri, dataset)
        parameters = {"prefix": f"{name}|", "own": _own_properties()}
        # The records go first: a push under way finds its own missing and stops.
        done = {"nodes": _repeat(session, "MATCH (x:Load) WHERE x.cg_uid STARTS WITH $prefix", parameters)}
        types = [kind for edge in EDGE_TABLES for kind in edge.types.values()]
        types = sorted({*types, *results.RESULT_TYPES, "IN_CHAIN", "LOCATED_IN", "ABOUT"})
        done["relationships"] = sum(
            _repeat(session, f"MATCH ()-[x:{kind}]->() WHERE x.cg_uid STARTS WITH $prefix", parameters)
            for kind in types
        )
        labels = sorted({*NODE_TABLES.values(), "Region", "Run"})
        for label in labels:
            start = f"MATCH (x:{label}) WHERE x.cg_uid STARTS WITH $prefix"
            done["nodes"] += _repeat(session, f"{start} AND {FREE}", parameters)
        done["kept"] = sum(_retire_all(session, label, parameters) for label in labels)
    return done


def _repeat(session: Session, match: str, parameters: dict[str, Any]) -> int:
    """Delete what matches, some thousands at a time, fewer where the server's memory does not suffice; how many."""
    query = f"{match} WITH x LIMIT $size DELETE x RETURN count(*) AS count"
    total, size = 0, _WIPED
    while True:
        values = parameters | {"size": size}
        try:
            count = transact(session, partial(_count, query=query, parameters=values))
        except TooLarge as error:
            if size == 1:
                raise StoreError(say("memory", error=error)) from error
            size = (size + 1) // 2
            continue
        total += count
        if count == 0:
            return total


def _retire_all(session: Session, label: str, parameters: dict[str, Any]) -> int:
    query = f"MATCH (x:{label}) WHERE x.cg_uid STARTS WITH $prefix SET x.cg_retired = 0 RETURN count(x) AS count"
    return session.execute_write(lambda transaction: _count(transaction, query, parameters))


def _count(transaction: ManagedTransaction | Transaction, query: str, parameters: dict[str, Any]) -> int:
    return int(transaction.run(query, parameters).single(strict=True)["count"])


def _own_properties() -> list[str]:
    columns = {column for name in NODE_TABLES for column in TABLES[name].names}
    return sorted({*columns, *OWN_PROPERTIES, "path", "level", *results.RUN_COLUMNS})
