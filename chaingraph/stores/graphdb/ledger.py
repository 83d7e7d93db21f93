"""The project ledger in Neo4j: Project nodes tied to the Firm, Chain, Segment and Zone of a pushed case, and to Team.

================  =====================  ===============================================================================
type              from -> to             from the project's
================  =====================  ===============================================================================
INVESTS_IN        Firm, Project          firm_id, credit code or whole name; (Investor, Project) where the case has none
FOR_CHAIN         Project, Chain         chain (id or name)
FOR_SEGMENT       Project, Segment       segment (id or name)
SITED_IN          Project, Zone          zone
RUN_BY            Project, Team          team
SAME_AS           Project, Project       decision that it is another
================  =====================  ===============================================================================

Nodes of the ledger carry ``ledger_uid`` (dataset, ledger, id) and its relationships ``ledger``, never the keys of a
case, so that a push of the case does not touch them. A push writes what differs; broken off, it is completed by the
next one. The ledger stays the record: what is changed here is not read back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from chaingraph.matching.name_forms import credit_key, normalise_name
from chaingraph.model.columns import is_missing
from chaingraph.stores.graphdb.session import connect
from chaingraph.stores.graphdb.shape import NAME_LENGTH, refuse

if TYPE_CHECKING:
    from neo4j import Driver, ManagedTransaction

BATCH_ROWS = 1_000
OWN_LABELS = ("Project", "Team", "Investor")
# relationship -> label of its other end, the column that names it, the properties of the case's node it may be named by
TIES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "FOR_CHAIN": ("Chain", "chain_id", ("chain_id", "chain")),
    "FOR_SEGMENT": ("Segment", "segment_id", ("segment_id", "segment")),
    "SITED_IN": ("Zone", "zone", ("zone",)),
}


class Pushed(NamedTuple):
    """What a push of a ledger did: projects in it, written, unchanged, deleted; ties made now, by relationship."""

    projects: int
    sent: int
    unchanged: int
    deleted: int
    ties: Mapping[str, int]


def write_ledger(
    projects: pd.DataFrame,
    uri: str,
    *,
    dataset: str,
    ledger: str,
    user: str | None = None,
    password: str | None = None,
    database: str = "neo4j",
) -> Pushed:
    """Make the projects of a ledger in Neo4j equal to its register; write only what differs.

    Parameters
    ----------
    projects
        One row per project: project_id, and what `chaingraph.ledger.views.register` gives.
    dataset
        The case's dataset, whose firms, chains, segments and zones the projects are tied to. It need not be there;
        pushing the ledger again after the case makes the ties.
    ledger
        Name of the ledger in the store; several lie side by side.

    Raises
    ------
    StoreError
        When the server cannot be reached or refuses, or a name is malformed.
    MissingExtraError
        When the driver is not installed.
    """
    for name in (dataset, ledger):
        if not re.fullmatch(r"[^|\s]{1,64}", name):
            refuse("bad_dataset", dataset=name)
    prefix = f"{dataset}|ledger|{ledger}|"
    with connect(uri, user, password, database) as driver:
        for label in OWN_LABELS:
            name = f"ledger_{label.lower()}"
            text = f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (x:{label}) REQUIRE x.ledger_uid IS UNIQUE"
            driver.execute_query(text, database_=database)
        known = _known(driver, database, dataset)
        rows = [_row(values, prefix, known) for values in projects.to_dict("records")]
        with driver.session(database=database) as session:
            held = session.execute_read(_held, prefix)
            changed = [row for row in rows if held.get(row["uid"]) != row["hash"]]
            made = {name: 0 for name in ("INVESTS_IN", *TIES, "RUN_BY", "SAME_AS")}
            for batch in _batches(changed):
                for name, count in session.execute_write(_write, batch).items():
                    made[name] += count
            gone = sorted(set(held) - {row["uid"] for row in rows})
            for batch in _batches([{"uid": uid} for uid in gone]):
                session.execute_write(_delete, batch)
            session.execute_write(_delete_unused, prefix)
    return Pushed(len(rows), len(changed), len(rows) - len(changed), len(gone), made)


Known = Mapping[str, Mapping[str, str]]


def _known(driver: Driver, database: str, dataset: str) -> Known:
    """Keys of the case's nodes by label and by what names them; a name that two nodes bear names none."""
    found: dict[str, dict[str, str]] = {}
    wanted = {label: names for label, _, names in TIES.values()} | {"Firm": ("firm_id", "credit_code", "firm")}
    for label, names in wanted.items():
        shown = ", ".join(f"x.{name} AS {name}" for name in names)
        text = f"MATCH (x:{label}) WHERE x.cg_uid STARTS WITH $prefix AND x.cg_retired IS NULL RETURN x.cg_uid AS uid, "
        given = {"prefix": f"{dataset}|"}
        records, _, _ = driver.execute_query(text + shown, given, database_=database, routing_="r")
        keys: dict[str, set[str]] = {}
        for record in records:
            for name in names:
                if isinstance(record[name], str):
                    keys.setdefault(_key(name, record[name]), set()).add(record["uid"])
        found[label] = {key: next(iter(uids)) for key, uids in keys.items() if len(uids) == 1}
    return found


def _key(name: str, value: str) -> str:
    """Ids count before names, and a name never passes for an id."""
    if name == "credit_code":
        return f"code {credit_key(value)}"
    return f"name {normalise_name(value)}" if name in ("firm", "chain", "segment", "zone") else f"id {value}"


def _row(values: Mapping[Any, Any], prefix: str, known: Known) -> dict[str, Any]:
    """A project as it is sent: properties, and the keys of what it is tied to."""
    told = {str(name): _plain(value) for name, value in values.items()}
    facts = {name: value for name, value in told.items() if value is not None}
    ties: dict[str, str | None] = {}
    for relation, (label, column, names) in TIES.items():
        ties[relation] = _find(known[label], [(name, facts.get(column)) for name in names])
    named = [
        ("firm_id", facts.get("firm_id")),
        ("credit_code", facts.get("credit_code")),
        ("firm", facts.get("investor")),
    ]
    ties["firm"] = _find(known["Firm"], named)
    investor = str(facts.get("investor", ""))
    own = {
        "investor": f"{prefix}{_short(investor)}" if investor and not ties["firm"] else None,
        "team": f"{prefix}{_short(str(facts['team']))}" if "team" in facts else None,
        "same": f"{prefix}{facts['same_as']}" if facts.get("same_as") else None,
    }
    content = json.dumps([facts, ties, own], ensure_ascii=False, sort_keys=True)
    digest = blake2b(content.encode(), digest_size=16).hexdigest()
    return {
        "uid": f"{prefix}{facts['project_id']}",
        "hash": digest,
        "facts": facts,
        "name": investor[:NAME_LENGTH],
        "team_name": facts.get("team"),
        "ties": ties,
        **own,
    }


def _find(keys: Mapping[str, str], named: Sequence[tuple[str, object]]) -> str | None:
    for name, value in named:
        uid = keys.get(_key(name, value)) if isinstance(value, str) else None
        if uid is not None:
            return uid
    return None


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[:60]}…{blake2b(name.encode(), digest_size=16).hexdigest()}"


def _plain(value: object) -> object:
    """A value as Neo4j keeps it; None where it is missing."""
    if is_missing(value):
        return None
    return value if isinstance(value, (str, bool, int, float)) else str(value)


def _held(transaction: ManagedTransaction, prefix: str) -> dict[str, str]:
    query = "MATCH (p:Project) WHERE p.ledger_uid STARTS WITH $prefix RETURN p.ledger_uid AS uid, p.ledger_hash AS hash"
    return {record["uid"]: record["hash"] for record in transaction.run(query, prefix=prefix)}


def _write(transaction: ManagedTransaction, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Write projects whole: their properties anew, their ties anew, all in one transaction."""
    transaction.run(
        "UNWIND $rows AS r MERGE (p:Project {ledger_uid: r.uid}) SET p = r.facts, p.ledger_uid = r.uid "
        "WITH p OPTIONAL MATCH (p)-[x]-() WHERE x.ledger AND (startNode(x) = p OR type(x) = 'INVESTS_IN') DELETE x",
        rows=rows,
    ).consume()
    texts = {
        "firm": "MATCH (o:Firm {cg_uid: r.ties.firm}) CREATE (o)-[:INVESTS_IN {ledger: true}]->(p)",
        "investor": "MERGE (o:Investor {ledger_uid: r.investor}) SET o.name = r.name "
        "CREATE (o)-[:INVESTS_IN {ledger: true}]->(p)",
        "RUN_BY": "MERGE (o:Team {ledger_uid: r.team}) SET o.name = r.team_name "
        "CREATE (p)-[:RUN_BY {ledger: true}]->(o)",
        "SAME_AS": "MERGE (o:Project {ledger_uid: r.same}) CREATE (p)-[:SAME_AS {ledger: true}]->(o)",
    }
    given = {"firm": "r.ties.firm", "investor": "r.investor", "RUN_BY": "r.team", "SAME_AS": "r.same"}
    for relation, (label, _, _) in TIES.items():
        given[relation] = f"r.ties.{relation}"
        texts[relation] = (
            f"MATCH (o:{label} {{cg_uid: r.ties.{relation}}}) CREATE (p)-[:{relation} {{ledger: true}}]->(o)"
        )
    made: dict[str, int] = {}
    for name, text in texts.items():
        query = (
            f"UNWIND $rows AS r WITH r WHERE {given[name]} IS NOT NULL MATCH (p:Project {{ledger_uid: r.uid}}) {text} "
            "RETURN count(*) AS count"
        )
        record = transaction.run(query, rows=rows).single()
        relation = "INVESTS_IN" if name in ("firm", "investor") else name
        made[relation] = made.get(relation, 0) + (record["count"] if record else 0)
    transaction.run(
        "UNWIND $rows AS r MATCH (p:Project {ledger_uid: r.uid}) SET p.ledger_hash = r.hash", rows=rows
    ).consume()
    return made


def _delete(transaction: ManagedTransaction, rows: Sequence[Mapping[str, Any]]) -> None:
    transaction.run("UNWIND $rows AS r MATCH (p:Project {ledger_uid: r.uid}) DETACH DELETE p", rows=rows).consume()


def _delete_unused(transaction: ManagedTransaction, prefix: str) -> None:
    """Teams and investors that no project names any more; what others have tied to stays."""
    for label in ("Team", "Investor"):
        query = f"MATCH (o:{label}) WHERE o.ledger_uid STARTS WITH $prefix AND NOT EXISTS {{ (o)--() }} DELETE o"
        transaction.run(query, prefix=prefix).consume()


def _batches(rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for first in range(0, len(rows), BATCH_ROWS):
        yield rows[first : first + BATCH_ROWS]
