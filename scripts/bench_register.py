"""A million firms of a register in one pass: `scripts/bench register`, or `bench_register.py --firms 1000000`.

The file is made once, from the rows of a business register (name, code, date, place, scope): every row as it is, then
again with a scope of its own items and some of another row's, until there are enough. It is then read in parts; every
part's scopes are tagged with the segments of data/jiaxing, and every firm is scored for one city against the listed
firms, which are frozen. The pass is a process of its own; its peak memory is the system's own count. Without the public
data (register, A-share graph) there is nothing to measure, and it says so.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CITY = "嘉兴"
PART = 20_000  # rows of the file at a time
HEADER = ("name", "credit_code", "reg_date", "province", "city", "county", "scope")
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def make(shared: Path, out: Path, firms: int, seed: int = 0) -> int:
    """Write a register of so many firms; how many of its rows are of the original."""
    folder = shared / "data" / "enterprise-registry"
    rows: list[tuple[str, ...]] = []
    for name in ("jiaxing.csv.gz", "zhejiang_other.csv.gz"):
        with gzip.open(folder / name, "rt", encoding="utf-8") as stream:
            rows += [
                (row["name"], row["credit_code"], row["reg_date"], "浙江", row["city"], row["county"], row["scope"])
                for row in csv.DictReader(stream)
            ]
    chance = random.Random(seed)
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows[:firms])
        for number in range(len(rows), firms):
            row, other = chance.choice(rows), chance.choice(rows)
            items = row[6].split("、") + other[6].split("、")[:3]
            chance.shuffle(items)
            code = "93" + "".join(chance.choices(SIGNS, k=16))
            writer.writerow((f"{row[0]}{number}", code, *row[2:6], "、".join(items)))
    return min(len(rows), firms)


def run(register: Path, shared: Path) -> dict[str, float]:
    """The pass itself: seconds and counts of its stages."""
    from chaingraph.facts.derived_tables import firm_places
    from chaingraph.fit.population import with_candidates
    from chaingraph.fit.reference import frozen_population
    from chaingraph.fit.score import fit_scores
    from chaingraph.importers.ckg import import_ckg
    from chaingraph.importers.register import read_register_in_parts
    from chaingraph.matching.merge import build_graph
    from chaingraph.model.columns import split
    from chaingraph.reading.read import read_case
    from chaingraph.tagging.cases import learn_tagger, speaking_products

    spent = dict.fromkeys(("learning", "reading", "tagging", "fit"), 0.0)
    counts = dict.fromkeys(("firms", "texts", "characters", "tagged_firms", "tagged_rows", "scored"), 0)
    started = time.perf_counter()

    def lap(stage: str) -> None:
        nonlocal started
        now = time.perf_counter()
        spent[stage] += now - started
        started = now

    chains = read_case(ROOT / "data" / "jiaxing")
    tagger = learn_tagger(chains)
    listed = import_ckg(shared / "data" / "ckg", shared / "data" / "ashare-hq" / "ckg_row_city.csv")
    graph = build_graph(listed)
    frozen = frozen_population(graph, chains["segments"])
    places = firm_places(graph, "中国").merge(graph["firms"][["firm_id", "city"]], on="firm_id")
    here = places.loc[places["city"] == CITY, "prefecture"].mode().iloc[0]
    seeds = places.loc[places["prefecture"] == here, ["firm_id"]]
    classes = {
        segment: split(codes)
        for segment, codes in zip(chains["segments"]["segment_id"], chains["segments"]["gbt4754"], strict=True)
    }
    lap("learning")
    for part in read_register_in_parts(register, as_of="2019-04", size=PART):
        products = part.tables["firm_products"]
        counts["firms"] += len(part.tables["firms"])
        counts["texts"] += len(products)
        counts["characters"] += int(products["product"].str.len().sum())
        lap("reading")
        spoken = speaking_products(products, tagger)[["firm_id", "segment_id"]].drop_duplicates()
        counts["tagged_firms"] += spoken["firm_id"].nunique()
        counts["tagged_rows"] += len(spoken)
        lap("tagging")
        codes = spoken.assign(scheme="gbt4754", code=spoken["segment_id"].map(classes)).explode("code").dropna()
        known = with_candidates(frozen, products, codes[["firm_id", "scheme", "code"]].astype("str"))
        scores = fit_scores(known, seeds, sorted(set(products["firm_id"])), cities=[here])
        counts["scored"] += int(scores["s"].notna().sum())
        lap("fit")
        del part, products, known, scores
    return {**spent, **counts}


def figures(shared: Path, firms: int) -> list[object]:
    """Make the file, run the pass in a process of its own, and say what it took."""
    from benchmarks import Figure, spend

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        register, told = Path(folder) / "register.csv", Path(folder) / "told.json"
        original = make(shared, register, firms)
        size = register.stat().st_size / 1e6
        words = [sys.executable, __file__, "--run", str(register), "--told", str(told), "--shared", str(shared)]
        spent = spend(words)
        said = json.loads(told.read_text())
    bound = 8000.0
    rows = [
        (
            f"{said['firms']:,.0f} firms ({original:,} as registered), {said['texts']:,.0f} items of scope",
            size,
            "MB",
            None,
        ),
        ("the pass: read, tag, fit for one city", spent.wall_s, "s", None),
        ("the same, processor time", spent.processor_s, "s", None),
        ("peak memory of the pass", spent.peak_mb, "MB", bound),
        ("learning the tagger, freezing the listed firms", said["learning"], "s", None),
        ("reading", said["reading"], "s", None),
        ("tagging", said["tagging"], "s", None),
        ("tagging, per million scopes", said["tagging"] / said["firms"] * 1e6, "s", None),
        ("tagging, per million items of scope", said["tagging"] / said["texts"] * 1e6, "s", None),
        ("fit of every firm for one city", said["fit"], "s", None),
        ("share of firms with a segment", 100 * said["tagged_firms"] / said["firms"], "%", None),
        ("share of firms with a fit", 100 * said["scored"] / said["firms"], "%", None),
    ]
    return [Figure("register", name, value, unit, limit) for name, value, unit, limit in rows]


def main() -> None:
    """Print the figures, as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=lambda text: int(float(text)), default=1_000_000)
    home = Path(os.environ.get("CHAINGRAPH_SHARED", ROOT.parent / "shared"))
    parser.add_argument("--shared", type=Path, default=home, help="folder of the public data")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--told", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        options.told.write_text(json.dumps(run(options.run, options.shared)))
        return
    if not (options.shared / "data" / "enterprise-registry").is_dir():
        sys.exit(f"no data/enterprise-registry under {options.shared}: --shared FOLDER")
    from benchmarks import told

    print(told(figures(options.shared, options.firms), as_json=options.json))


if __name__ == "__main__":
    main()
