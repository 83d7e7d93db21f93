"""A constructed case of any size: `scripts/bench make --firms N --out DIR`.

The chains, segments and links between segments are those of data/jiaxing. The firms are made up, and named so: ids
begin with SYN, which no Chinese credit code does (S is no letter of theirs). What is like the real thing:

* provinces: firms in proportion to the population of the 2020 census; within a province, equally many in each county or
  district of the region table, so that a city is as large as it has counties;
* segments: the first of a firm by Zipf's law (exponent 0.8, the order of segments shuffled by the seed), further ones
  among the neighbours of the first in the real segment graph; about two links a firm, geometric;
* products: the keywords of the segment; tiers 0.04 % of firms; revenue known for 2 %, by a power law.

What is not: the firms of a segment do not cluster in cities, nobody owns anybody, and no row is misspelt.

DuckDB writes Parquet province by province; memory does not grow with the number of firms. The same seed gives the same
rows with the same DuckDB (its hash function may change between versions).
"""

from __future__ import annotations

import argparse
import random
import shutil
import time
from pathlib import Path

import duckdb
import pandas as pd

from chaingraph.facts.derived_tables import segment_nodes
from chaingraph.matching.merge import build_graph
from chaingraph.model.graph import ChainGraph
from chaingraph.places.gazetteer import CHINA, gazetteer
from chaingraph.reading.read import read_case

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "data" / "jiaxing"
SMALL = ("chains", "segments", "segment_links")
FILE_FIRMS = 2_500_000
SLOTS = 100_000  # in how fine steps the shares of segments are held
# Residents in ten thousands, Seventh National Population Census (1 November 2020), Communiqué No. 3.
POPULATION = {
    "北京": 2189, "天津": 1387, "河北": 7461, "山西": 3492, "内蒙古": 2405, "辽宁": 4259, "吉林": 2407, "黑龙江": 3185,
    "上海": 2487, "江苏": 8475, "浙江": 6457, "安徽": 6103, "福建": 4154, "江西": 4519, "山东": 10153, "河南": 9937,
    "湖北": 5775, "湖南": 6644, "广东": 12601, "广西": 5013, "海南": 1008, "重庆": 3205, "四川": 8367, "贵州": 3856,
    "云南": 4721, "西藏": 365, "陕西": 3953, "甘肃": 2502, "青海": 592, "宁夏": 720, "新疆": 2585,
}  # fmt: skip

# One row per firm of a part: what is drawn of it. `draw` gives a number below `n`, by firm, purpose and seed.
_FIRMS = """
WITH drawn AS (
    SELECT i, draw(i, 'place', (SELECT count(*) FROM counties)) AS place, draw(i, 'tier', 100000) AS tier,
           draw(i, 'known', 50) AS known, 1 + draw(i, 'revenue', 1000000) AS size, draw(i, 'status', 1000) AS state,
           draw(i, 'founded', 40) AS age
    FROM part, unnest(range(start, stop)) AS t(i)
)
SELECT firm_id(i) AS firm_id, '构造企业' || i AS firm, '中国' AS country, city, district,
       CASE WHEN tier < 10 THEN 'listed' WHEN tier < 40 THEN 'little_giant' WHEN tier < 41 THEN 'champion' END AS tiers,
       CASE WHEN known = 0 OR tier < 41 THEN round(5 * pow(1e6 / size, 1 / 1.1), 1) END AS revenue_cny_m,
       CASE WHEN state < 880 THEN 'operating' WHEN state < 950 THEN 'dissolved' WHEN state < 955 THEN 'insolvent' END
           AS status,
       CAST(1985 + age AS VARCHAR) AS founded, '构造数据,仅供测量' AS source, '2026' AS as_of, 'known' AS confidence
FROM drawn JOIN counties ON counties.number = drawn.place
"""
# The first segment by its share; the k-th further one is the k-th neighbour, counted from a drawn one.
_LINKS = """
WITH firsts AS (
    SELECT i, s.segment AS first, degree, draw(i, 'turn', 1000) AS turn,
           CAST(floor(-log2((1 + draw(i, 'links', 1048576)) / 1048577.0) * 1.35) AS BIGINT) AS wanted
    FROM (SELECT i, draw(i, 'segment', 100000) AS slot FROM part, unnest(range(start, stop)) AS t(i)) AS d
    JOIN slots AS s ON s.slot = d.slot
),
linked AS (
    SELECT i, 0 AS k, first AS segment FROM firsts
    UNION ALL
    SELECT i, k + 1, n.segment
    FROM (SELECT i, first, degree, turn, unnest(range(least(wanted, degree))) AS k FROM firsts) AS f
    JOIN neighbours AS n ON n.first = f.first AND n.place = (f.turn + f.k) % f.degree
),
drawn AS (
    SELECT i, k, segment, draw(i * 16 + k, 'kind', 100) AS kind, draw(i * 16 + k, 'state', 100) AS state,
           draw(i * 16 + k, 'basis', 10) AS basis, draw(i * 16 + k, 'role', 2000) AS role,
           draw(i * 16 + k, 'term', terms) AS term, segment_id, service
    FROM linked JOIN segments USING (segment)
)
SELECT firm_id(i) AS firm_id, segment_id,
       CASE WHEN kind < 80 THEN CASE WHEN service THEN 'operator' ELSE 'maker' END
            WHEN kind < 85 THEN 'operator' WHEN kind < 95 THEN 'buyer' END AS kind,
       t.word AS product,
       CASE WHEN state < 75 THEN 'producing' WHEN state < 80 THEN 'building' WHEN state < 85 THEN 'stopped'
            ELSE 'unknown' END AS status,
       CASE WHEN basis = 0 THEN 'group' ELSE 'site' END AS basis, CASE WHEN role = 0 THEN 'leader' END AS role,
       '构造数据,仅供测量' AS source, '2026' AS as_of, 'known' AS confidence
FROM drawn AS d JOIN words AS t ON t.segment = d.segment AND t.place = d.term
"""


def province_sizes(firms: int) -> dict[str, int]:
    """How many firms each province gets; they add up."""
    total = sum(POPULATION.values())
    ends = [round(firms * sum(list(POPULATION.values())[: place + 1]) / total) for place in range(len(POPULATION))]
    return {name: end - start for name, start, end in zip(POPULATION, [0, *ends], ends, strict=False)}


def counties(province: str) -> pd.DataFrame:
    """The counties and districts of a province in the region table: number, city, district."""
    places = gazetteer().places.items()
    paths = sorted(path for path, _ in places if path[:2] == (CHINA, province) and len(path) == 4)
    rows = [(number, path[2], places_name(path)) for number, path in enumerate(paths)]
    return pd.DataFrame(rows, columns=["number", "city", "district"])


def places_name(path: tuple[str, ...]) -> str:
    """The registered name of a county: 海宁市."""
    return gazetteer().places[path].name


def segment_tables(graph: ChainGraph, seed: int) -> dict[str, pd.DataFrame]:
    """What links are drawn from: segments, slots (shares), neighbours, words."""
    nodes = segment_nodes(graph).set_index("segment_id")
    rows = graph["segments"].sort_values("segment_id")
    numbers = {segment: number for number, segment in enumerate(rows["segment_id"])}
    words = [
        (number, place, word)
        for number, (name, keywords) in enumerate(zip(rows["segment"], rows["keywords"], strict=True))
        for place, word in enumerate(keywords.split(";") if isinstance(keywords, str) else [name])
    ]
    near: dict[int, set[int]] = {number: set() for number in numbers.values()}
    links = graph["segment_links"]
    feeds = links[links["kind"] == "feeds"]
    for left, right in zip(feeds["from_segment_id"], feeds["to_segment_id"], strict=True):
        near[numbers[left]].add(numbers[right])
        near[numbers[right]].add(numbers[left])
    order = list(numbers.values())
    random.Random(seed).shuffle(order)
    shares = [1 / (rank + 1) ** 0.8 for rank in range(len(order))]
    ends = [round(SLOTS * sum(shares[: rank + 1]) / sum(shares)) for rank in range(len(order))]
    slots = [
        (slot, segment, len(near[segment]))
        for segment, start, end in zip(order, [0, *ends], ends, strict=False)
        for slot in range(start, end)
    ]
    spelled = pd.DataFrame(words, columns=["segment", "place", "word"])
    return {
        "slots": pd.DataFrame(slots, columns=["slot", "segment", "degree"]),
        "words": spelled,
        "neighbours": pd.DataFrame(
            [(first, place, other) for first, others in near.items() for place, other in enumerate(sorted(others))],
            columns=["first", "place", "segment"],
        ),
        "segments": pd.DataFrame(
            {
                "segment": list(numbers.values()),
                "segment_id": list(numbers),
                "service": [bool(nodes.at[segment, "service"]) for segment in numbers],
                "terms": spelled.groupby("segment").size().reindex(list(numbers.values())).to_numpy(),
            }
        ),
    }


def make(firms: int, out: Path, *, seed: int = 0, memory_limit: str = "1GB", threads: int = 2) -> dict[str, int]:
    """Write the case into a new folder; returns the number of firms and of links."""
    if out.exists():
        msg = f"{out} is there already: name a new folder"
        raise SystemExit(msg)
    graph = build_graph(read_case(CASE))
    out.mkdir(parents=True)
    for name in SMALL:
        shutil.copyfile(CASE / f"{name}.csv", out / f"{name}.csv")
    (out / "README.md").write_text(
        f"# Constructed case 构造案例\n\n{firms} firms, seed {seed}, made by scripts/bench_make.py. "
        "None of them exists. 企业均为构造,不存在。\n",
        encoding="utf-8",
    )
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory_limit, "threads": threads}
    links = 0
    with duckdb.connect(config=config) as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(
            "CREATE MACRO draw(i, purpose, n) AS CAST(hash(i, purpose, getvariable('seed')) % n AS BIGINT)"
        )
        connection.execute(
            "CREATE MACRO firm_id(i) AS 'SYN' || lpad(CAST((i + 1) * 982451653 % 1000000000000000 AS VARCHAR), 15, '0')"
        )
        connection.execute("SET VARIABLE seed = $1", [seed])
        for name, frame in segment_tables(graph, seed).items():
            connection.register("incoming", frame)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")  # noqa: S608 - names of this file
        start = 0
        for province, size in province_sizes(firms).items():
            connection.register("counties", counties(province))
            for number, first in enumerate(range(start, start + size, FILE_FIRMS)):
                stop = min(first + FILE_FIRMS, start + size)
                connection.execute("CREATE OR REPLACE TABLE part AS SELECT $1 AS start, $2 AS stop", [first, stop])
                for table, query in (("firms", _FIRMS), ("firm_segments", _LINKS)):
                    folder = out / table / f"province={province}"
                    folder.mkdir(parents=True, exist_ok=True)
                    target = str(folder / f"part-{number}.parquet").replace("'", "''")
                    written = connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)").fetchone()
                    links += written[0] if written and table == "firm_segments" else 0
            start += size
    return {"firms": firms, "links": links}


def count(text: str) -> int:
    """A number of firms as people write it: 50000, 1e6."""
    value = float(text)
    if value != int(value) or value < 1:
        msg = f"{text} is no number of firms"
        raise argparse.ArgumentTypeError(msg)
    return int(value)


def main() -> None:
    """Make a case as the options say."""
    parser = argparse.ArgumentParser(prog="scripts/bench make", description=__doc__.partition("\n")[0])
    parser.add_argument("--firms", type=count, required=True, metavar="N")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--memory-limit", default="1GB")
    options = parser.parse_args()
    started = time.perf_counter()
    made = make(options.firms, options.out, seed=options.seed, memory_limit=options.memory_limit)
    size = sum(path.stat().st_size for path in options.out.rglob("*.parquet")) / 1e6
    print(
        f"{made['firms']:,} firms, {made['links']:,} links, {size:,.0f} MB of Parquet in {options.out} "
        f"({time.perf_counter() - started:.1f} s)"
    )


if __name__ == "__main__":
    main()
