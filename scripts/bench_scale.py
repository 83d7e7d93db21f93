"""How the cost grows with the number of firms: `scripts/bench scale --firms 1e6 1e7 5e7`.

One question throughout, for ten chains and one region, over Parquet: how many local makers has every segment, how many
outside firms come into question against which nothing known speaks, which are the first of them, and their whole rows.
Every figure is of a process of its own that has loaded its libraries; its peak memory is the system's own count. Beside
it stand, on the same files in the same run: the bare join in DuckDB (counts only), the whole question in one
hand-written DuckDB query each, and at small sizes pandas and networkx as one would write it by hand. All answers are
compared. Cost is processor time where the machine is shared, so both are shown.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pandas as pd
from bench_make import CASE, count, make
from benchmarks import RECORD, Figure, facts_now, record, shown, too_busy

from chaingraph.engines import named_engine
from chaingraph.matching.merge import build_graph
from chaingraph.model.graph import ChainGraph
from chaingraph.reading.read import read_case
from chaingraph.stores.parquet.narrow import LARGE_TABLES, chosen_rows, narrow, nodes_of, seats, segment_totals

ROOT = Path(__file__).resolve().parents[1]
REGION = "嘉兴"
KEEP = 50
# As many firms as the public A-share graph has, and as many as have its number of links (164 k; made firms have two).
A_SHARE_LINKS = 100_000
LARGE = 10_000_000  # below, what does not grow (places, plans, opening files) outweighs the join
BY_HAND = (4_600, A_SHARE_LINKS)

# The join that any answer needs, with the counts of both sides and nothing else.
_BARE_JOIN = """
SELECT m.segment_id, p.inside, count(*) AS n
FROM firm_segments AS m JOIN firms AS f USING (firm_id)
JOIN places AS p ON p.province = f.province AND p.city = f.city AND p.district = f.district
GROUP BY m.segment_id, p.inside
"""
_BARE_TOP = """
SELECT n.node, m.firm_id
FROM firm_segments AS m JOIN nodes AS n USING (segment_id) JOIN firms AS f USING (firm_id)
JOIN places AS p ON p.province = f.province AND p.city = f.city AND p.district = f.district
WHERE p.inside = 0 AND coalesce(f.status, '') NOT IN ('dissolved', 'sanctioned', 'insolvent')
  AND (m.kind IS NULL OR ((m.kind = 'maker' OR (m.kind = 'operator' AND n.service))
                          AND coalesce(m.status, '') <> 'stopped'))
QUALIFY row_number() OVER (
    PARTITION BY n.node
    ORDER BY f.tiers IS NULL, CASE WHEN f.revenue_cny_m >= 10000 THEN 0 WHEN f.revenue_cny_m >= 1000 THEN 1
             WHEN f.revenue_cny_m >= 100 THEN 2 WHEN f.revenue_cny_m >= 10 THEN 3
             WHEN f.revenue_cny_m IS NOT NULL THEN 4 ELSE 5 END, p.band, f.revenue_cny_m DESC NULLS LAST, m.firm_id
) <= 50
ORDER BY n.node, firm_id
"""


def frame_of(data: Path) -> ChainGraph:
    """The chains, segments and links of a made case."""
    return build_graph(read_case(CASE)) if not data else build_graph(_small(data))


def _small(data: Path) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("chains", "segments", "segment_links"):
            (Path(folder) / f"{name}.csv").write_bytes((data / f"{name}.csv").read_bytes())
        return read_case(folder, required=("chains", "segments"))


Answer = dict[str, Any]


def ask_ours(
    data: Path, engine: str, memory_limit: str, *, master: str | None = None, in_memory: bool = False
) -> Callable[[], Answer]:
    """The package's own way, on DuckDB or on Spark; over Parquet, or from the frames that by-hand versions get."""
    graph = frame_of(data)
    limit = memory_limit.lower().removesuffix("b") if engine == "spark" else memory_limit  # as Java writes it
    opened: Callable[..., Any] = partial(named_engine(engine, master), memory_limit=limit)
    tables: dict[str, Any] = {name: data / name for name in LARGE_TABLES}
    places = None
    if in_memory:
        firms, links, places = read_frames(data)
        tables = {"firms": firms, "firm_segments": links.drop(columns="province")}

    def answer() -> Answer:
        clock = Clock()
        with opened(tables) as query:
            clock.lap("open")
            found = narrow(graph, REGION, query, keep=KEEP, places=places)
            totals = segment_totals(found, graph)
            clock.lap("narrow")
            rows = chosen_rows(sorted(set(found.pool["firm_id"])), query)
            clock.lap("rows")
            java = {"java_s": processor_of_java(), "executors": executors()} if engine == "spark" else {}
        nodes = found.nodes.drop_duplicates("node").set_index("segment_id")["node"]
        known = totals.set_index("segment_id")
        pool = found.pool[found.pool["inside"] == 0]
        return {
            **java,
            "laps": clock.laps,
            "found": {int(node): int(known.at[segment, "found"]) for segment, node in nodes.items()},
            "open": {int(node): int(known.at[segment, "outside_open"]) for segment, node in nodes.items()},
            "first": {int(node): sorted(firms) for node, firms in pool.groupby("node")["firm_id"]},
            "rows": {name: f"{len(frame)} {_mark(frame)}" for name, frame in rows.items()},
        }

    return answer


class Clock:
    """Wall and processor seconds of the parts of an answer, in order."""

    def __init__(self) -> None:
        self.laps: dict[str, tuple[float, float]] = {}
        self._last = (time.perf_counter(), processor())

    def lap(self, name: str) -> None:
        """End a part."""
        now = (time.perf_counter(), processor())
        self.laps[name] = (now[0] - self._last[0], now[1] - self._last[1])
        self._last = now


def processor() -> float:
    """Processor seconds of this process and its ended children so far."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def _mark(frame: pd.DataFrame) -> str:
    return blake2b(frame.to_csv(index=False).encode(), digest_size=8).hexdigest()


def processor_of_java() -> float:
    """Processor seconds so far of the Java processes that this one started, those of Spark's executors included."""
    ticks, parents = {}, {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            held = place.read_text().rpartition(")")[2].split()
            number = int(place.parent.name)
            parents[number], ticks[number] = int(held[1]), int(held[11]) + int(held[12])
    ours: set[int] = set()
    newest = {os.getpid()}
    while newest:
        newest = {number for number, parent in parents.items() if parent in newest}
        ours |= newest
    return sum(ticks[number] for number in ours) / os.sysconf("SC_CLK_TCK")


def executors() -> int:
    """How many processes beside the driver work for the running Spark session."""
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    return int(session.sparkContext._jsc.sc().getExecutorMemoryStatus().size()) - 1 if session else 0


def ask_bare(data: Path, texts: Sequence[str], memory_limit: str) -> Callable[[], Answer]:
    """Hand-written DuckDB, without the package's engine."""
    import duckdb

    graph = frame_of(data)
    connection = duckdb.connect(config={"memory_limit": memory_limit, "threads": 2})
    for name in LARGE_TABLES:
        files = str(data / name / "*" / "*.parquet").replace("'", "''")
        connection.execute(
            f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{files}', hive_partitioning = true)"  # noqa: S608 - names of ours
        )
    written = connection.execute(
        "SELECT country, province, city, district, count(*) AS firms FROM firms GROUP BY ALL"
    ).df()
    connection.register("places", seats(written, REGION).drop(columns="firms"))
    connection.register("nodes", nodes_of(graph))

    def answer() -> Answer:
        clock = Clock()
        frames = []
        for number, text in enumerate(texts):
            frames.append(connection.execute(text).df())
            clock.lap(str(number))
        first = frames[-1].drop_duplicates().groupby("node")["firm_id"] if len(texts) > 1 else ()
        return {"laps": clock.laps, "first": {int(node): sorted(firms) for node, firms in first}}

    return answer


def read_frames(data: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What everybody starts from at small sizes: both tables in memory, and where each place lies."""
    import duckdb

    firms, links = (
        duckdb.sql(f"SELECT * FROM read_parquet('{data / name}/*/*.parquet', hive_partitioning = true)").df()  # noqa: S608 - names of ours
        for name in LARGE_TABLES
    )
    place = ["country", "province", "city", "district"]
    return firms, links, seats(firms.groupby(place).size().rename("firms").reset_index(), REGION)


def ask_networkx(data: Path) -> Callable[[], Answer]:
    """A graph of firms and segments, walked segment by segment; the graph is built in the time measured."""
    import networkx as nx

    firms, links, told = read_frames(data)
    nodes = nodes_of(frame_of(data)).set_index("segment_id")
    keys = told[["country", "province", "city", "district"]].itertuples(index=False, name=None)
    places = dict(zip(keys, zip(told["inside"], told["band"], strict=True), strict=True))

    def answer() -> Answer:
        clock = Clock()
        network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for row in firms.to_dict("records"):
            network.add_node(row["firm_id"], **row)
        for row in links.to_dict("records"):
            network.add_edge(row["firm_id"], row["segment_id"], **row)
        clock.lap("build")
        found: dict[int, set[str]] = {}
        opened: dict[int, dict[str, tuple[Any, ...]]] = {}
        for segment, node, service in zip(nodes.index, nodes["node"], nodes["service"], strict=True):
            local, outside = found.setdefault(int(node), set()), opened.setdefault(int(node), {})
            if segment not in network:
                continue
            for firm_id, _, link in network.in_edges(segment, data=True):
                firm = network.nodes[firm_id]
                inside, band = places[firm["country"], firm["province"], firm["city"], firm["district"]]
                makes = link["kind"] == "maker" or (link["kind"] == "operator" and service)
                if inside:
                    if makes and link["basis"] == "site" and link["status"] in ("producing", "building"):
                        local.add(firm_id)
                elif firm["status"] not in ("dissolved", "sanctioned", "insolvent") and (
                    (makes and link["status"] != "stopped") or pd.isna(link["kind"])
                ):
                    outside[firm_id] = order_of(firm["tiers"], firm["revenue_cny_m"], band, firm_id)
        answered = {
            "found": {node: len(ids) for node, ids in found.items()},
            "open": {node: len(ids) for node, ids in opened.items()},
            "first": {node: sorted(sorted(ids, key=ids.__getitem__)[:KEEP]) for node, ids in opened.items() if ids},
        }
        clock.lap("walk")
        return {"laps": clock.laps, **answered}

    return answer


def order_of(tiers: object, revenue: float, band: int, firm_id: str) -> tuple[Any, ...]:
    """On a list first, then by class of revenue, band of distance, revenue, id."""
    known = not pd.isna(revenue)
    steps = (10_000, 1_000, 100, 10)
    revenue_class = next((place for place, least in enumerate(steps) if revenue >= least), 4) if known else 5
    return (pd.isna(tiers), revenue_class, band, -revenue if known else 1, firm_id)


def ask_pandas(data: Path) -> Callable[[], Answer]:
    """Frames merged, filtered, grouped and sorted."""
    firms, links, places = read_frames(data)
    nodes = nodes_of(frame_of(data))

    def answer() -> Answer:
        clock = Clock()
        place = places[["country", "province", "city", "district", "inside", "band"]]
        whole = links.merge(nodes, on="segment_id").merge(firms, on="firm_id", suffixes=("", "_firm"))
        whole = whole.merge(place, on=["country", "province", "city", "district"], suffixes=("", "_place"))
        makes = (whole["kind"] == "maker") | ((whole["kind"] == "operator") & whole["service"])
        here = whole["inside"] == 1
        made = here & makes & (whole["basis"] == "site") & whole["status"].isin(["producing", "building"])
        stopped = whole["status"] == "stopped"
        held = whole["status_firm"].isin(["dissolved", "sanctioned", "insolvent"])
        outside = whole[~here & ~held & ((makes & ~stopped) | whole["kind"].isna())].copy()
        outside["unlisted"] = outside["tiers"].isna()
        bins = [-math.inf, 10, 100, 1_000, 10_000, math.inf]
        outside["revenue_class"] = 5.0
        known = outside["revenue_cny_m"].notna()
        classes = pd.cut(outside.loc[known, "revenue_cny_m"], bins, right=False, labels=[4, 3, 2, 1, 0])
        outside.loc[known, "revenue_class"] = classes.astype(float)
        outside = outside.sort_values(
            ["node", "unlisted", "revenue_class", "band", "revenue_cny_m", "firm_id"],
            ascending=[True, True, True, True, False, True],
        ).drop_duplicates(["node", "firm_id"])
        every = sorted(int(node) for node in nodes["node"].unique())
        counts = (whole[made].groupby("node")["firm_id"].nunique(), outside.groupby("node").size())
        answered = {
            name: {node: int(held.get(node, 0)) for node in every}
            for name, held in zip(("found", "open"), counts, strict=True)
        }
        answered["first"] = {
            int(node): sorted(ids) for node, ids in outside.groupby("node").head(KEEP).groupby("node")["firm_id"]
        }
        clock.lap("all")
        return {"laps": clock.laps, **answered}

    return answer


def run_child(
    way: str, data: Path, engine: str, memory_limit: str, turns: int, master: str | None = None
) -> dict[str, Any]:
    """Answer in a process of its own: laps of each turn, the answer, peak memory in GB (10^9 bytes)."""
    words = [sys.executable, __file__, "--child", way, "--data", str(data), "--engine", engine]
    words += ["--memory-limit", memory_limit, "--turns", str(turns), *(["--master", master] if master else [])]
    with tempfile.TemporaryFile("w+") as told:
        child = subprocess.Popen(words, stdout=told, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"{' '.join(words)} ended with {child.returncode}")
        told.seek(0)
        answer: dict[str, Any] = json.loads(told.read().splitlines()[-1])
    return answer | {"peak_gb": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9}


def child(way: str, data: Path, engine: str, memory_limit: str, turns: int, master: str | None) -> None:
    """What the child process does."""
    ways: dict[str, Callable[[], Callable[[], Answer]]] = {
        "ours": partial(ask_ours, data, engine, memory_limit, master=master),
        "memory": partial(ask_ours, data, engine, memory_limit, in_memory=True),
        "join": partial(ask_bare, data, [_BARE_JOIN], memory_limit),
        "bare": partial(ask_bare, data, [_BARE_JOIN, _BARE_TOP], memory_limit),
        "networkx": partial(ask_networkx, data),
        "pandas": partial(ask_pandas, data),
    }
    answer = ways[way]()
    answers = [answer() for _ in range(turns)]
    print(json.dumps({**answers[-1], "laps": [each["laps"] for each in answers]}))


def seconds(answer: Mapping[str, Any], *, processor_time: bool = False, only: str | None = None) -> float:
    """Median seconds of an answer over its turns; of one part of it, where named."""
    place = 1 if processor_time else 0
    return statistics.median(
        sum(lap[place] for name, lap in laps.items() if only in (None, name)) for laps in answer["laps"]
    )


def same(left: Mapping[str, Any], right: Mapping[str, Any], name: str) -> None:
    """End the bench when two ways do not answer the same."""
    for part in ("found", "open", "first", "rows"):
        if part in left and part in right and left[part] and right[part] and left[part] != right[part]:
            sys.exit(f"{name}: the answers differ in {part}")


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The slope of log(cost) on log(size), by least squares."""
    return statistics.linear_regression([math.log(size) for size in sizes], [math.log(cost) for cost in costs]).slope


def label(firms: int) -> str:
    """A number of firms for people: 50 M, 100 k."""
    return f"{firms / 1e6:g} M" if firms >= 1_000_000 else f"{firms / 1e3:g} k"


def measure(
    sizes: Sequence[int],
    data: Path,
    *,
    engine: str,
    memory_limit: str,
    turns: int,
    by_hand: Sequence[int],
    master: str | None = None,
) -> list[Figure]:
    """All figures, in the order of sizes; cases that are not there are made first."""
    if engine == "spark":
        return [figure for firms in sizes for figure in beside_duckdb(firms, data, memory_limit, master)]
    figures: list[Figure] = []
    costs = []
    add = partial(Figure, "scale")
    for firms in sorted({*sizes, *by_hand}, reverse=True):
        case = data / f"firms-{firms}"
        if not case.exists():
            make(firms, case)
        times = turns if firms <= 1_000_000 else 1
        ask = partial(run_child, data=case, engine=engine, memory_limit=memory_limit, turns=times)
        ours = ask("ours")
        size = label(firms)
        if firms in sizes:
            largest = firms >= 50_000_000
            wall, used = seconds(ours), seconds(ours, processor_time=True)
            figures += [
                add(f"{size} firms: gaps, pools, top-k and rows", wall, "s", 60 if largest else None),
                add(f"{size} firms: gaps, pools and top-k alone", seconds(ours, only="narrow"), "s"),
            ]
            figures += [
                add(f"{size} firms: the same, processor time", used, "s"),
                add(f"{size} firms: peak memory", ours["peak_gb"], "GB", 16 if largest else None),
            ]
            costs.append((firms, used))
            # By hand the top-k sorts every row of the join: beyond this size it is not waited for.
            bare = ask("bare" if firms <= LARGE else "join")
            same(ours, bare, "DuckDB by hand")
            ratio, of_all = (
                seconds(ours, processor_time=True, only="narrow") / seconds(bare, processor_time=True, only=only)
                for only in ("0", None)
            )
            figures += [
                add(f"{size} firms: the bare join in DuckDB", seconds(bare, only="0"), "s"),
                add(
                    f"{size} firms: ours / bare join, processor time",
                    ratio,
                    "x",
                    2 if firms >= LARGE else None,
                ),
            ]
            if firms <= LARGE:
                figures += [
                    add(f"{size} firms: top-k in DuckDB by hand", seconds(bare, only="1"), "s"),
                    add(
                        f"{size} firms: ours / join and top-k by hand, processor time",
                        of_all,
                        "x",
                        2 if firms >= 1_000_000 else 4,
                    ),
                ]
        if firms in by_hand:
            memory = ask("memory")
            took = seconds(memory, only="open") + seconds(memory, only="narrow")
            figures.append(add(f"{size} firms: gaps, pools and top-k from frames in memory", took, "s"))
            for way in ("pandas", "networkx"):
                other = ask(way)
                same(ours, other, way)
                figures += [
                    add(f"{size} firms: {way} by hand, from the same frames", seconds(other), "s"),
                    add(f"{size} firms: {way} by hand / ours", seconds(other) / took, "x"),
                ]
                if way == "networkx" and firms == A_SHARE_LINKS:
                    figures.append(add(f"{size} firms: ours / networkx by hand", took / seconds(other), "x", 0.05))
        print(shown(figures[-10:]), flush=True)
    if len(sizes) > 1:
        figures.append(
            add("exponent of processor time over the number of firms", exponent(*zip(*costs, strict=True)), "", 1.1)
        )
    return figures


def beside_duckdb(firms: int, data: Path, memory_limit: str, master: str | None) -> list[Figure]:
    """Spark once and DuckDB once over the same files, one after the other: the same answer, and what each took."""
    case = data / f"firms-{firms}"
    if not case.exists():
        make(firms, case)
    spark = run_child("ours", case, "spark", memory_limit, 1, master)
    duckdb = run_child("ours", case, "duckdb", memory_limit, 1)
    same(spark, duckdb, f"Spark and DuckDB over {label(firms)} firms")
    add = partial(Figure, f"scale spark {master or 'local[2]'}")
    size = label(firms)
    work = [seconds(each) - seconds(each, only="open") for each in (spark, duckdb)]
    used = spark["java_s"] + seconds(spark, processor_time=True)
    figures = [
        add(f"{size} firms: the same answer, executors", spark["executors"], ""),
        add(f"{size} firms: Spark's start", seconds(spark, only="open"), "s"),
        add(f"{size} firms: Spark, gaps, pools, top-k and rows", work[0], "s"),
        add(f"{size} firms: the same, processor time of Java and Python, start included", used, "s"),
        add(f"{size} firms: DuckDB, gaps, pools, top-k and rows", work[1], "s"),
        add(f"{size} firms: the same, processor time", seconds(duckdb, processor_time=True), "s"),
        add(f"{size} firms: Spark / DuckDB", work[0] / work[1], "x"),
        add(f"{size} firms: Spark / DuckDB, processor time", used / seconds(duckdb, processor_time=True), "x"),
    ]
    print(shown(figures), flush=True)
    return figures


def main() -> None:
    """Measure as the options say, print, record where asked, fail on a bound with --check."""
    parser = argparse.ArgumentParser(prog="scripts/bench scale", description=__doc__.partition("\n")[0])
    parser.add_argument("--firms", type=count, nargs="*", default=[100_000, 1_000_000], metavar="N")
    parser.add_argument("--by-hand", type=count, nargs="*", default=list(BY_HAND), metavar="N")
    parser.add_argument("--data", type=Path, help="folder of made cases, kept; default: a temporary one")
    parser.add_argument("--engine", default="duckdb", choices=("duckdb", "spark"))
    parser.add_argument("--master", help="where Spark runs: local[2], local-cluster[2,1,1024], spark://host:7077")
    parser.add_argument("--memory-limit", default="8GB")
    parser.add_argument("--turns", type=int, default=3, help="of cases up to a million firms; larger ones once")
    parser.add_argument("--record", action="store_true", help=f"write the figures into {RECORD.relative_to(ROOT)}")
    parser.add_argument("--check", action="store_true", help="exit 1 when a bound is exceeded")
    parser.add_argument("--loaded", action="store_true", help="on a busy machine too")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.data, options.engine, options.memory_limit, options.turns, options.master)
        return
    busy = too_busy(os.getloadavg()[0], os.cpu_count() or 1)
    if busy and not (options.loaded or (options.check and not options.record)):
        parser.error(busy)
    facts = facts_now()
    print("  ".join(f"{name} {value}" for name, value in facts.items()), flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as made:
        figures = measure(
            options.firms, options.data or Path(made), engine=options.engine, memory_limit=options.memory_limit,
            turns=options.turns, by_hand=options.by_hand, master=options.master,
        )  # fmt: skip
    print(shown(figures))
    if options.record:
        record(figures, facts)
    if options.check and not all(figure.kept for figure in figures):
        sys.exit(1)


if __name__ == "__main__":
    main()
