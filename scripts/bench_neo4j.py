"""How fast the A-share graph goes into Neo4j: our push, one query per row as usual, neo4j-admin import as the limit.

One run, one server version, one machine: the figures are printed as a table (or with --json as JSON). The data are the
public A-share graph beside the project (CHAINGRAPH_SHARED names another place). Needs Java, and Maven the first time.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import spend

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = [sys.executable, str(ROOT / "scripts" / "neo4j")]
SAMPLE = 5_000  # rows of a kind written one query at a time: nodes, relationships without an index, and with one
PUSHES = 3
STARTS: list[float] = []  # seconds of every start of a server


def a_share_case() -> Any:
    """The A-share graph as a case: about 100,000 nodes and 165,000 relationships."""
    from chaingraph.importers.ckg import import_ckg

    shared = Path(os.environ.get("CHAINGRAPH_SHARED") or ROOT.parent / "shared")
    if not (shared / "data" / "ckg").is_dir():
        sys.exit(f"the A-share graph is not at {shared / 'data' / 'ckg'}; set CHAINGRAPH_SHARED")
    return import_ckg(shared / "data" / "ckg", shared / "data" / "ashare-hq" / "ckg_row_city.csv")


@contextmanager
def server(folder: Path) -> Iterator[dict[str, str]]:
    """A server of this bench's own; its address and password."""
    words = [*SCRIPT, "start", "--dir", str(folder), "--heap", "1g", "--page-cache", "256m"]
    started = time.perf_counter()
    shown = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout
    STARTS.append(time.perf_counter() - started)
    lines = [line.removeprefix("export ").partition("=") for line in shown.splitlines()]
    values = {name: shlex.split(value)[0] for name, _, value in lines}
    os.environ.update(values)
    try:
        yield values
    finally:
        subprocess.run([*SCRIPT, "stop", "--dir", str(folder)], check=True)


def client() -> None:
    """One push and, on the same process, the push that finds nothing to do; prints seconds, rows and peak memory."""
    from chaingraph.stores.graphdb.push import write_neo4j

    case = a_share_case()
    started = time.perf_counter()
    load = write_neo4j(case, os.environ["NEO4J_URI"], dataset="ckg")
    pushed = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    started = time.perf_counter()
    again = write_neo4j(case, os.environ["NEO4J_URI"], dataset="ckg")
    spent = time.perf_counter() - started
    print(json.dumps({"push": pushed, "rows": load.written, "peak": peak / 1e6, "again": spent, "left": again.written}))


def pushes() -> list[dict[str, float]]:
    """Several pushes into an empty store, each by a process of its own."""
    from chaingraph.stores.graphdb.pull import read_neo4j, wipe_neo4j

    found = []
    for turn in range(PUSHES):
        shown = subprocess.run([sys.executable, __file__, "--client"], stdout=subprocess.PIPE, text=True, check=True)
        found.append(json.loads(shown.stdout.splitlines()[-1]))
        if turn == 0:
            started = time.perf_counter()
            read_neo4j(os.environ["NEO4J_URI"], dataset="ckg")
            found[0]["pull"] = time.perf_counter() - started
        if turn < PUSHES - 1:
            wipe_neo4j(os.environ["NEO4J_URI"], "ckg")
    return found


def a_bureaus_case(uri: str, login: tuple[str, str]) -> list[tuple[str, float, str, float | None]]:
    """The command on data/jiaxing: into an empty store, again, and again after somebody else wrote to the store."""
    import neo4j

    program = str(Path(sys.executable).with_name("chaingraph"))
    command = [program, "neo4j", "push", str(ROOT / "data" / "jiaxing"), "--dataset", "jiaxing"]
    first = spend(command)
    again = [spend(command) for _ in range(PUSHES)]
    with neo4j.GraphDatabase.driver(uri, auth=login) as driver:
        driver.execute_query("CREATE (:Diary {of: 'somebody else'})", database_="neo4j")
    looked = spend(command)
    return [
        ("chaingraph neo4j push data/jiaxing, into an empty store", first.wall_s, "s", None),
        ("the same, nothing to write (median of 3)", statistics.median(each.wall_s for each in again), "s", 2.0),
        ("the same, processor time of the client", statistics.median(each.processor_s for each in again), "s", 1.0),
        ("the same after somebody else wrote: every row is looked at", looked.wall_s, "s", None),
        ("the same, processor time of the client", looked.processor_s, "s", None),
    ]


def one_query_per_row() -> dict[str, float]:
    """Seconds per row the way peers load: a query put together from strings for every row, each its own transaction.

    Relationships find their ends among all nodes of the graph (which the push before left there, copied to labels of
    the peers' own), once with an index on the name, once without as the peers have it.
    """
    import neo4j

    case = a_share_case()
    products = case["products"]["product"].tolist()
    names = dict(zip(case["products"]["product_id"], products, strict=True))
    links = case["product_links"].sample(SAMPLE, random_state=0)
    pairs = [(names[a], names[b]) for a, b in zip(links["from_product_id"], links["to_product_id"], strict=True)]
    login = (os.environ["NEO4J_USER"], os.environ["NEO4J_PASSWORD"])
    spent = {}
    with (
        neo4j.GraphDatabase.driver(os.environ["NEO4J_URI"], auth=login, notifications_min_severity="OFF") as driver,
        driver.session(database="neo4j") as session,
    ):

        def rows(label: str, queries: list[str]) -> None:
            started = time.perf_counter()
            for query in queries:
                session.run(query).consume()
            spent[label] = (time.perf_counter() - started) / len(queries)

        def quoted(text: str) -> str:
            return text.replace("\\", "\\\\").replace("'", "\\'")

        nodes = [f"CREATE (n:Sampled {{name: '{quoted(name)}', source: 'x'}})" for name in products[:SAMPLE]]
        rows("node", nodes)
        for first in range(0, len(products), 10_000):
            batch = products[first : first + 10_000]
            session.run("UNWIND $rows AS r CREATE (:Peer {name: r})", rows=batch).consume()
        match = (
            "MATCH (p:Peer), (q:Peer) WHERE p.name = '{}' AND q.name = '{}' CREATE (p)-[:INPUT {{source: 'x'}}]->(q)"
        )
        edges = [match.format(quoted(a), quoted(b)) for a, b in pairs]
        rows("relationship without index", edges)
        session.run("CREATE INDEX peer FOR (n:Peer) ON (n.name)").consume()
        session.run("CALL db.awaitIndexes(120)").consume()
        rows("relationship with index", edges)
    return spent


def write_import_files(folder: Path) -> tuple[list[str], int, int]:
    """The same nodes and relationships as CSV files for neo4j-admin; its arguments, and the counts."""
    from chaingraph.stores.graphdb import rows as neo4j_rows
    from chaingraph.stores.graphdb.shape import checked

    tables = checked(a_share_case().tables)
    where = neo4j_rows.places(tables)
    words, counts = [], [0, 0]
    for number, kind in enumerate([*neo4j_rows.case_nodes(tables, where), *neo4j_rows.case_edges(tables, where)]):
        is_node = hasattr(kind, "label")
        rows = list((neo4j_rows.node_rows if is_node else neo4j_rows.edge_rows)(kind, "ckg"))
        if not rows:
            continue
        counts[0 if is_node else 1] += len(rows)
        columns = sorted({column for row in rows for column in row.values})
        sample = {column: next(row.values[column] for row in rows if column in row.values) for column in columns}
        typed = [f"{column}:{_type(sample[column])}" for column in columns]
        own = ["cg_hash:long", "cg_load:long"]
        if is_node:
            header = [f"cg_uid:ID({kind.label})", *own, *typed]
            words.append(f"--nodes={kind.label}={folder / f'{number}.csv'}")
        else:
            header = [f":START_ID({kind.start})", f":END_ID({kind.end})", "cg_uid", *own, *typed]
            words.append(f"--relationships={kind.type}={folder / f'{number}.csv'}")
        with (folder / f"{number}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(header)
            for row in rows:
                values = [_cell(row.values.get(column)) for column in columns]
                writer.writerow([*row.ends, row.uid, row.digest, 1, *values])
    return words, counts[0], counts[1]


def _type(value: object) -> str:
    if isinstance(value, list):
        return "string[]"
    return {bool: "boolean", int: "long", float: "double"}.get(type(value), "string")


def _cell(value: object) -> object:
    return "\x1f".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else value


def import_tool(folder: Path) -> tuple[float, float, int, int]:
    """Seconds of neo4j-admin import on an empty folder, seconds to write its files, nodes, relationships."""
    files = folder / "import-files"
    files.mkdir(parents=True)
    started = time.perf_counter()
    words, nodes, relationships = write_import_files(files)
    written = time.perf_counter() - started
    with server(folder / "server"):
        pass  # makes the folder and its settings
    started = time.perf_counter()
    command = [*SCRIPT, "admin", "--dir", str(folder / "server"), "--", "database", "import", "full", "neo4j"]
    command += ["--overwrite-destination", "--array-delimiter=U+001F", "--multiline-fields=true", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"neo4j-admin import failed:\n{done.stdout[-2000:]}{done.stderr[-1000:]}")
    return time.perf_counter() - started, written, nodes, relationships


def measure() -> list[dict[str, Any]]:
    """The figures: name, value, unit, and the bound each has to keep (None: shown only)."""
    import neo4j

    from chaingraph.stores.graphdb.load import BATCH_ROWS

    with tempfile.TemporaryDirectory(prefix="bench-neo4j-") as folder:
        with server(Path(folder) / "push") as values:
            login = (values["NEO4J_USER"], values["NEO4J_PASSWORD"])
            with neo4j.GraphDatabase.driver(values["NEO4J_URI"], auth=login) as driver:
                record = driver.execute_query("CALL dbms.components() YIELD versions RETURN versions[0] AS v").records[
                    0
                ]
            case = a_bureaus_case(values["NEO4J_URI"], login)
            pushed = pushes()
            peers = one_query_per_row()
        tool, written, nodes, relationships = import_tool(Path(folder))
    push = statistics.median(turn["push"] for turn in pushed)
    bare = nodes * peers["node"] + relationships * peers["relationship without index"]
    indexed = nodes * peers["node"] + relationships * peers["relationship with index"]
    rows = nodes + relationships
    version = f"Neo4j {record['v']} community, driver {neo4j.__version__}"
    figures: list[tuple[str, float, str, float | None]] = [
        (f"push of {nodes} nodes, {relationships} relationships (median of 3); {version}", push, "s", None),
        *case,
        ("scripts/neo4j start, on an empty folder (slower of 2)", max(STARTS), "s", None),
        ("rows in a batch", BATCH_ROWS, "", None),
        ("the first push, no constraints yet, server just started", pushed[0]["push"], "s", None),
        ("rows per second", rows / push, "/s", None),
        ("peak memory of the client, data included (highest of 3)", max(turn["peak"] for turn in pushed), "MB", 500),
        ("push again, nothing to write", statistics.median(turn["again"] for turn in pushed), "s", None),
        ("rows written by that", max(turn["left"] for turn in pushed), "", 0),
        ("pull", pushed[0]["pull"], "s", None),
        (f"one query per row, a node ({SAMPLE} rows)", peers["node"] * 1000, "ms", None),
        (
            f"one query per row, a relationship, no index ({SAMPLE} rows)",
            peers["relationship without index"] * 1000,
            "ms",
            None,
        ),
        (
            f"one query per row, a relationship, index added ({SAMPLE} rows)",
            peers["relationship with index"] * 1000,
            "ms",
            None,
        ),
        ("one query per row, scaled to all rows, no index", bare, "s", None),
        ("one query per row, scaled to all rows, with an index", indexed, "s", None),
        ("push as a share of the peers' time, per cent (1 = 100 times as fast)", 100 * push / bare, "%", 1.0),
        ("the same against the peers' pattern with an index added", 100 * push / indexed, "%", None),
        ("neo4j-admin import of the same rows", tool, "s", None),
        ("writing its CSV files", written, "s", None),
        ("push against the import tool", push / tool, "x", 5.0),
    ]
    return [{"name": name, "value": value, "unit": unit, "bound": bound} for name, value, unit, bound in figures]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--client", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        client()
        return
    figures = measure()
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
        return
    for figure in figures:
        bound = "" if figure["bound"] is None else f"at most {figure['bound']:g}"
        print(f"{figure['value']:12.2f} {figure['unit']:3} {bound:12} {figure['name']}")


if __name__ == "__main__":
    main()
