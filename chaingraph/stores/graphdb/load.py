"""One load of a dataset into Neo4j: its record, its batches, and the fence that keeps an overtaken load from writing.

A batch is one transaction that first locks the load's own record and sees that it still runs; a later load of the same
dataset marks the earlier one broken off, and from then on none of the earlier one's batches is accepted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from chaingraph.errors import StoreError
from chaingraph.stores.graphdb import session as neo4j_session
from chaingraph.stores.graphdb.sameness import Held, read_held, transaction_number
from chaingraph.stores.graphdb.shape import TIER_LABELS, refuse, say

if TYPE_CHECKING:
    from neo4j import ManagedTransaction, Session, Transaction

Progress = Callable[[str, int], None]
BATCH_ROWS = 5_000
BATCH_CHARACTERS = 4_000_000
COUNTED = ("sent", "unchanged", "retired", "deleted")
_LOAD_PROPERTIES = (
    *("cg_uid", "cg_name", "cg_hash", "cg_load", "cg_retired", "cg_dataset", "dataset", "number", "state", "started"),
    *("touched", "finished", "content", "run_id", "counts", "hashes", "transaction"),
)
INDEXED = ("Chain", "Segment", "Firm", "Product", "Region")  # labels looked up by name


@dataclass(frozen=True)
class State:
    """The newest load on record, and the store's newest transaction."""

    number: int  # 0: none
    state: str
    regions: tuple[str, ...]  # for which runs are on record
    held: dict[str, Held]  # by part, as the load left them
    noted: int | None  # transaction after which nobody had written when the load, or a push that found no change, ended
    transaction: int | None  # the store's newest; None where the server does not tell

    @property
    def untouched(self) -> bool:
        """Whether nobody has written anything since our last look."""
        return self.state == "finished" and self.noted is not None and self.noted == self.transaction


@dataclass
class Loading:
    """A push under way."""

    session: Session
    dataset: str
    prune: bool
    state: State  # as the push found it
    progress: Progress | None
    number: int | None = None  # ours, once something had to be written
    limit: int = BATCH_ROWS  # halved when the server's memory does not suffice
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    constrained: set[str] = field(default_factory=set)
    rows: dict[str, int] = field(default_factory=dict)  # seen so far, by part
    committed: int = 0  # transactions of this load that wrote

    @property
    def next_transaction(self) -> int | None:
        """The number that our next transaction gets if nobody else has written since we looked; None: not told."""
        return None if self.state.transaction is None else self.state.transaction + self.committed + 1

    def count(self, kind: str, what: str, number: int) -> None:
        """Add to what the load's record will say."""
        self.counts.setdefault(kind, dict.fromkeys(COUNTED, 0))[what] += number


class Overtaken(Exception):
    """Another push began after we looked: look again."""


class TooLarge(Exception):
    """A batch outgrew the memory that the server grants a transaction."""


def read_state(session: Session, dataset: str, *, to_write: bool = False) -> State:
    """What the load records of a dataset say; to write, as the server that is written to knows it.

    In a cluster another may not know yet what somebody changed.
    """

    def read(transaction: ManagedTransaction) -> State:
        query = (
            "MATCH (l:Load {dataset: $dataset}) "
            "RETURN l.number AS n, l.state AS s, l.hashes AS hashes, l.transaction AS noted ORDER BY n DESC LIMIT 1"
        )
        last = transaction.run(query, dataset=dataset).single()
        query = "MATCH (r:Run {cg_dataset: $dataset}) RETURN DISTINCT r.region AS region ORDER BY region"
        regions = tuple(record["region"] for record in transaction.run(query, dataset=dataset))
        if last is None:
            return State(0, "none", regions, {}, None, None)
        return State(last["n"], last["s"], regions, read_held(last["hashes"]), last["noted"], None)

    state = (session.execute_write if to_write else session.execute_read)(read)
    return replace(state, transaction=transaction_number(session.last_bookmarks().raw_values))


def prepare(loading: Loading, labels: Iterable[str], types: Iterable[str], properties: Iterable[str]) -> None:
    """Make, before the first load, what the server makes in transactions of its own: constraints, indexes, names.

    Made in the middle of the load, they would look like somebody else's writing (see `graphdb.sameness`).
    """
    for label in ("Load", *labels):
        constrain(loading, label, is_node=True)
    for kind in types:
        constrain(loading, kind, is_node=False)
    # The names of labels and properties stay known although nothing is written.
    named = dict.fromkeys((*properties, *_LOAD_PROPERTIES), 0)
    query = f"CREATE (x:{':'.join(TIER_LABELS.values())}) SET x += $named DELETE x"

    def name(transaction: ManagedTransaction) -> None:
        transaction.run(query, named=named).consume()

    loading.session.execute_write(name)


def begin_load(loading: Loading) -> None:
    """Write the load's record, once; loads of the dataset that did not finish are marked broken off for good."""
    from neo4j.exceptions import ConstraintError

    if loading.number is not None:
        return
    constrain(loading, "Load", is_node=True)
    number = loading.state.number + 1

    def begin(transaction: ManagedTransaction) -> None:
        # SET before the test: it waits for a batch under way in the other load, and then reads what holds.
        transaction.run(
            "MATCH (l:Load {dataset: $dataset}) WHERE l.state = 'running' SET l.touched = datetime() "
            "WITH l WHERE l.state = 'running' SET l.state = 'broken off'",
            dataset=loading.dataset,
        ).consume()
        transaction.run(
            "CREATE (l:Load {cg_uid: $uid, cg_name: $uid, dataset: $dataset, number: $number, state: 'running', "
            "started: datetime()})",
            uid=_load_uid(loading.dataset, number),
            dataset=loading.dataset,
            number=number,
        ).consume()

    try:
        loading.session.execute_write(begin)
    except ConstraintError as error:
        raise Overtaken from error
    loading.number = number
    loading.committed += 1


def _load_uid(dataset: str, number: int | None) -> str:
    return f"{dataset}|load {number}"


def finish_load(loading: Loading, hashes: Mapping[str, str], run: str | None) -> None:
    """Write into the load's record that it is whole, with the hash of every part and of all of them."""
    query = (
        "MATCH (l:Load {cg_uid: $load}) SET l.state = 'finished', l.finished = datetime(), l.content = $content, "
        "l.run_id = $run, l.counts = $counts, l.hashes = $hashes, l.transaction = $transaction "
        "RETURN count(l) AS count"
    )
    content = blake2b(json.dumps(sorted(hashes.items())).encode(), digest_size=16).hexdigest()
    counts = json.dumps(loading.counts, sort_keys=True)
    noted = {"hashes": _noted(loading, hashes), "transaction": loading.next_transaction}
    _write(loading, query, content=content, run=run, counts=counts, **noted)


def note_unchanged(loading: Loading, hashes: Mapping[str, str]) -> None:
    """Write into the record of the last load that all is as it says, though others wrote; nothing where they did not.

    What results of other runs are made of is left out: nobody looked at them.
    """
    state = loading.state
    if state.transaction is None or (state.untouched and all(name in state.held for name in hashes)):
        return
    kept = dict(state.held) if state.untouched else {}
    query = (
        "MATCH (l:Load {cg_uid: $load}) WHERE l.state = 'finished' SET l.hashes = $hashes, l.transaction = $transaction"
    )
    parameters = {
        "load": _load_uid(loading.dataset, state.number),
        "hashes": _noted(loading, hashes, kept),
        "transaction": loading.next_transaction,
    }

    def note(transaction: ManagedTransaction) -> None:
        transaction.run(query, parameters).consume()

    loading.session.execute_write(note)


def _noted(loading: Loading, hashes: Mapping[str, str], kept: Mapping[str, Held] | None = None) -> str:
    parts = dict(kept or {}) | {name: Held(mark, loading.rows.get(name, 0)) for name, mark in hashes.items()}
    return json.dumps(parts, ensure_ascii=False, sort_keys=True)


def constrain(loading: Loading, name: str, *, is_node: bool) -> None:
    """See that keys of the label or type are unique, and names indexed. Names come from `graphdb.shape` only."""
    if not loading.constrained:
        shown = loading.session.run("SHOW INDEXES YIELD labelsOrTypes AS names, properties AS properties")
        held = {f"{record['names'][0]}.{record['properties'][0]}" for record in shown if record["names"]}
        loading.constrained = held | {"-"}
    pattern = f"(x:{name})" if is_node else f"()-[x:{name}]-()"
    wanted = [("cg_uid", f"CREATE CONSTRAINT cg_{name}_uid IF NOT EXISTS FOR {pattern} REQUIRE x.cg_uid IS UNIQUE")]
    if name in INDEXED:
        wanted.append(("cg_name", f"CREATE INDEX cg_{name}_name IF NOT EXISTS FOR {pattern} ON (x.cg_name)"))
    for column, statement in wanted:
        if f"{name}.{column}" not in loading.constrained:
            _create(loading.session, statement)
            loading.constrained.add(f"{name}.{column}")


def _create(session: Session, statement: str) -> None:
    """Create a constraint or index; another push may be creating the same, so a deadlock is tried again."""
    from neo4j.exceptions import ClientError

    def create(transaction: ManagedTransaction) -> None:
        transaction.run(statement).consume()

    try:
        session.execute_write(create)
    except ClientError as error:
        if not neo4j_session.code(error).endswith("AlreadyExists"):
            raise


def transact(session: Session, work: Callable[[Transaction], int]) -> int:
    """One transaction, repeated where the driver says that helps; what the work counted.

    Not a managed transaction: that one would repeat a batch too large for the server's memory for half a minute, and
    the server may say so only when it commits. So the work must be such that it may be done again.

    Raises
    ------
    TooLarge
        When the transaction outgrew the server's memory.
    """
    from neo4j.exceptions import DriverError, Neo4jError

    deadline = time.monotonic() + neo4j_session.RETRY_SECONDS
    pause = 0.2
    while True:
        try:
            with session.begin_transaction() as transaction:
                count = work(transaction)
                transaction.commit()
                return count
        except (DriverError, Neo4jError) as error:
            if neo4j_session.is_out_of_memory(error):
                raise TooLarge(str(error)) from error
            # A commit whose answer was lost is not retryable: it may have happened. Pushing again finds out.
            if not error.is_retryable() or time.monotonic() > deadline:
                raise
        time.sleep(pause)
        pause = min(2 * pause, 5.0)


def _write(loading: Loading, query: str, **parameters: Any) -> int:
    """One transaction of this load; the number that the query counts."""
    fence = "MATCH (l:Load {cg_uid: $load}) SET l.touched = datetime() WITH l WHERE l.state = 'running' RETURN 1"
    load = _load_uid(loading.dataset, loading.number)

    def work(transaction: Transaction) -> int:
        if transaction.run(fence, load=load).single() is None:
            refuse("superseded", dataset=loading.dataset, number=loading.number)
        record = transaction.run(query, load=load, number=loading.number, **parameters).single(strict=True)
        return int(record["count"])

    count = transact(loading.session, work)
    loading.committed += 1
    return count


def send(loading: Loading, kind: str, query: str, batch: list[Any]) -> None:
    """Write a batch; where the server's memory does not suffice, in halves."""
    pending = [batch]
    while pending:
        part = pending.pop()
        if len(part) > loading.limit:
            pending += [part[loading.limit :], part[: loading.limit]]
            continue
        try:
            count = _write(loading, query, rows=part)
        except TooLarge as error:
            if len(part) == 1:
                raise StoreError(say("memory", error=error)) from error
            loading.limit = (len(part) + 1) // 2
            pending.append(part)
            continue
        if count != len(part):
            refuse("lost_end", kind=kind, count=len(part) - count)
        if loading.progress:
            loading.progress(kind, len(part))


def batches(found: Iterable[tuple[str, int, list[Any]]]) -> Iterator[tuple[str, list[list[Any]]]]:
    """Rows (statement, size, row) as batches of one statement, cut by number of rows and by characters."""
    open_batches: dict[str, tuple[int, list[list[Any]]]] = {}
    for query, size, row in found:
        filled, batch = open_batches.get(query, (0, []))
        batch.append(row)
        if len(batch) >= BATCH_ROWS or filled + size >= BATCH_CHARACTERS:
            yield query, batch
            filled, size, batch = 0, 0, []
        open_batches[query] = (filled + size, batch)
    for query, (_, batch) in open_batches.items():
        if batch:
            yield query, batch
