"""How the whole main job grows with the number of firms: `chaingraph run` of a constructed case as CSV and as Parquet.

Every figure is of a process of its own, the command as a user types it; memory is the system's own count of its peak.
The firms are those of `scripts/bench make`, in CSV sorted by id. The exponent is that of processor time from the
smallest to the largest size: 1 where twice the firms take twice the time.
"""

from __future__ import annotations

import argparse
import math
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
from bench_make import SMALL, count, make
from benchmarks import Figure, Spent, spend, told

SIZES = (10_000, 100_000, 1_000_000)
FORMS = ("CSV", "Parquet")
TABLES = {"firms": "firm_id", "firm_segments": "firm_id, segment_id"}
EXPONENT = 0.7
# Seconds of processor time and MB that CSV may take, by firms.
BOUNDS = {100_000: (22.0, 600.0), 1_000_000: (150.0, 2_500.0)}
# Peak memory of CSV over that of Parquet at the largest of a tenth of the sizes; 2.27 was measured.
MEMORY_OVER_PARQUET = 2.5
ONCE_FROM = 1_000_000  # firms: from there on one run; below, the median of three


def as_csv(datasets: Path, folder: Path) -> Path:
    """The same case with its datasets as CSV files, rows in the order of their ids."""
    folder.mkdir()
    for name in SMALL:
        shutil.copyfile(datasets / f"{name}.csv", folder / f"{name}.csv")
    with duckdb.connect() as connection:
        for name, key in TABLES.items():
            parts = f"{datasets / name}/**/*.parquet".replace("'", "''")
            rows = f"SELECT * EXCLUDE (province) FROM read_parquet('{parts}', hive_partitioning = true) ORDER BY {key}"  # noqa: S608 - paths of this file
            target = str(folder / f"{name}.csv").replace("'", "''")
            connection.execute(f"COPY ({rows}) TO '{target}' (HEADER)")
    return folder


def growth(sizes: Sequence[int], folder: Path, turns: int = 3) -> dict[tuple[str, int], list[Spent]]:
    """What every run took, by form and number of firms."""
    program = str(Path(sys.executable).with_name("chaingraph"))
    spent: dict[tuple[str, int], list[Spent]] = {}
    for size in sizes:
        cases = {"Parquet": folder / f"parquet-{size}"}
        make(size, cases["Parquet"])
        cases["CSV"] = as_csv(cases["Parquet"], folder / f"csv-{size}")
        for _ in range(1 if size >= ONCE_FROM else turns):
            for form in FORMS:
                out = folder / "out"
                job = [program, "run", str(cases[form]), "--region", "嘉兴", "--as-of", "2026-11-30", "--out", str(out)]
                spent.setdefault((form, size), []).append(spend(job))
                shutil.rmtree(out)
        for case in cases.values():
            shutil.rmtree(case)
    return spent


def figures(
    spent: Mapping[tuple[str, int], Sequence[Spent]], sizes: Sequence[int], exponent_alone: float | None = None
) -> list[Figure]:
    """Seconds, memory and exponent with their bounds; ``exponent_alone``: with that bound, and a ratio of memory."""
    rows, seconds = [], {}
    for form in FORMS:
        for size in sizes:
            runs = spent[form, size]
            most_s, most_mb = (
                BOUNDS.get(size, (None, None)) if form == "CSV" and exponent_alone is None else (None, None)
            )
            seconds[form, size] = statistics.median(run.processor_s for run in runs)
            wall = statistics.median(run.wall_s for run in runs)
            called = f"{size:,} firms, {form}"
            rows += [
                Figure("growth", f"{called}: processor time", seconds[form, size], "s", most_s),
                Figure("growth", f"{called}: wall", wall, "s"),
                Figure("growth", f"{called}: peak memory", max(run.peak_mb for run in runs), "MB", most_mb),
            ]
        if len(sizes) > 1:
            times = seconds[form, sizes[-1]] / seconds[form, sizes[0]]
            exponent = math.log(times) / math.log(sizes[-1] / sizes[0])
            called = f"exponent of {form}, {sizes[0]:,} to {sizes[-1]:,} firms"
            rows.append(Figure("growth", called, exponent, "", exponent_alone or EXPONENT))
    if exponent_alone is not None:
        peaks = {form: max(run.peak_mb for run in spent[form, sizes[-1]]) for form in FORMS}
        called = f"peak memory of CSV over that of Parquet, {sizes[-1]:,} firms"
        rows.append(Figure("growth", called, peaks["CSV"] / peaks["Parquet"], "x", MEMORY_OVER_PARQUET))
    return rows


def main() -> None:
    """Measure the sizes asked for."""
    parser = argparse.ArgumentParser(prog="scripts/bench growth", description=__doc__.partition("\n")[0])
    parser.add_argument("--firms", type=count, nargs="+", default=list(SIZES), metavar="N")
    parser.add_argument("--turns", type=int, default=3, metavar="N", help="runs of each case under a million firms")
    parser.add_argument(
        "--exponent",
        type=float,
        metavar="X",
        help="the bound of the exponents; of the others only a ratio of memory has one",
    )
    parser.add_argument("--json", action="store_true", help="what scripts/bench reads")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-growth-") as folder:
        sizes = sorted(options.firms)
        spent = growth(sizes, Path(folder), options.turns)
    print(told(figures(spent, sizes, options.exponent), as_json=options.json))


if __name__ == "__main__":
    main()
