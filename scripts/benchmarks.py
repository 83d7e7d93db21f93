"""Benches with their bounds. Each row: what was measured, the figure, the bound it has to keep, and whether it did.

A new bench is a function that returns Figures, with a line in BENCHES. `--record` keeps the figures in
docs/benchmarks.json and writes the tables of docs/benchmarks.md from it, each with the day, the commit and the load.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "data" / "jiaxing"
KEPT = ROOT / "tests" / "cases" / "jiaxing"
RECORD = ROOT / "docs" / "benchmarks.json"
PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- written by scripts/bench -->", "<!-- end of what scripts/bench writes -->"
GROWTH_BEGIN, GROWTH_END = "<!-- growth, written by scripts/bench -->", "<!-- end of growth -->"
CUT = 1000  # figures above are shown whole
CALM = 0.5  # jobs waiting per core; above, figures say more about the other jobs
LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "networkx", "duckdb")
IMPORTS = "import pandas, scipy.sparse, sklearn, networkx, duckdb"
# Libraries that `import chaingraph` must not load: they are slow, or optional.
LATE = ("sklearn", "neo4j", "pyvis", "pyspark", "matplotlib", "openpyxl", "xlsxwriter")


@dataclass(frozen=True)
class Figure:
    """One measured figure; `bound` None says that it is shown only."""

    bench: str
    name: str
    value: float
    unit: str
    bound: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the bound was kept (true where there is none)."""
        return self.bound is None or self.value <= self.bound


@dataclass(frozen=True)
class Spent:
    """What one child process took: wall seconds, processor seconds, peak resident memory in MB (10^6 bytes)."""

    wall_s: float
    processor_s: float
    peak_mb: float


def spend(command: Sequence[str]) -> Spent:
    """Run a command to its end and say what it took; a failing one ends the bench with its own words."""
    # A user's modules are compiled once and kept, whatever the environment of the bench says.
    user = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as words:
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=words, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=user)
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            words.seek(0)
            said = words.read().decode(errors="replace")[-3000:]
            sys.exit(f"{' '.join(command)}\nended with {child.returncode}:\n{said}")
    # Linux counts ru_maxrss in KiB, macOS in bytes.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Spent(wall_s, usage.ru_utime + usage.ru_stime, peak / 1e6)


def in_turn(commands: Mapping[str, tuple[Sequence[str], int]]) -> dict[str, list[Spent]]:
    """Several commands so many times each, in turn, after one run of each that only warms the caches.

    In turn, so that whatever else the machine is doing falls on all of them.
    """
    for command, _ in commands.values():
        spend(command)
    runs: dict[str, list[Spent]] = {name: [] for name in commands}
    for turn in range(max(times for _, times in commands.values())):
        for name, (command, times) in commands.items():
            if turn < times:
                runs[name].append(spend(command))
    return runs


def median(runs: Sequence[Spent]) -> float:
    """Median wall seconds."""
    return statistics.median(run.wall_s for run in runs)


def bench_main() -> list[Figure]:
    """The main job beside the bare imports: at most 4.6 x the imports on the case that is kept for it, under 600 MB.

    A ratio, since bare seconds mean little elsewhere; 3.7 was measured, and slower machines swing by a tenth. The
    yardstick stays what it was, though a run no longer loads scikit-learn, which is half of it. The case is
    `tests/cases/jiaxing`, which stays as it is; data/jiaxing grows by the month and is measured beside it.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as out:
        program = str(Path(sys.executable).with_name("chaingraph"))
        jobs = {
            name: ([program, "run", str(case), "--region", "嘉兴", "--out", str(Path(out, name))], 3)
            for name, case in (("kept", KEPT), ("grown", CASE))
        }
        measured = in_turn({"imports": ([sys.executable, "-c", IMPORTS], 5), **jobs})
    imports, job, grown = (median(measured[name]) for name in ("imports", "kept", "grown"))
    spent = statistics.median(run.processor_s for run in measured["kept"])
    return [
        Figure("main", f"python -c '{IMPORTS}' (median of 5, warm)", imports, "s"),
        Figure("main", "chaingraph run tests/cases/jiaxing (median of 3, warm)", job, "s", 4.6 * imports),
        Figure("main", "the same, processor time", spent, "s"),
        Figure("main", "ratio of the two", job / imports, "x"),
        Figure("main", "peak memory of the main job (highest of 3)", _peak(measured["kept"]), "MB", 600),
        Figure("main", "chaingraph run data/jiaxing / the imports", grown / imports, "x"),
        Figure("main", "peak memory of chaingraph run data/jiaxing", _peak(measured["grown"]), "MB", 600),
    ]


def _peak(runs: Sequence[Spent]) -> float:
    return max(run.peak_mb for run in runs)


def bench_import() -> list[Figure]:
    """`import chaingraph`: at most 0.3 s, and none of the slow or optional libraries."""
    probe = (
        "import sys, time; started = time.perf_counter(); import chaingraph; took = time.perf_counter() - started; "
        f"print(took, *[name for name in {LATE!r} if name in sys.modules])"
    )
    seen = [
        subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(6)
    ][1:]
    loaded = sorted({name for _, *names in seen for name in names})
    return [
        Figure(
            "import",
            "import chaingraph (median of 5, warm)",
            statistics.median(float(row[0]) for row in seen),
            "s",
            0.3,
        ),
        Figure("import", f"of {', '.join(LATE)} loaded: {', '.join(loaded) or 'none'}", len(loaded), "", 0),
    ]


def _told_by(script: str, bench: str, *options: str) -> list[Figure]:
    """The figures of a bench that is a program of its own; where it gives up, its own words are all that is said."""
    words = [sys.executable, str(ROOT / "scripts" / script), "--json", *options]
    ended = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    if ended.returncode:
        sys.exit(ended.returncode)
    return [Figure(bench, **figure) for figure in json.loads(ended.stdout)]


def bench_neo4j() -> list[Figure]:
    """The A-share graph into Neo4j: 100 x one query per row, within 5 x neo4j-admin import, under 500 MB."""
    return _told_by("bench_neo4j.py", "neo4j")


def bench_page() -> list[Figure]:
    """A chain page can be used after 0.5 s (2,000 nodes or 2,000 cards), 2 s (10,000 nodes), beside pyvis."""
    return _told_by("bench_page.py", "page")


def bench_register() -> list[Figure]:
    """A million firms of a register read, tagged and scored for one city in one pass, under 8 GB."""
    return _told_by("bench_register.py", "register")


def bench_ashare() -> list[Figure]:
    """Import, tagging, fit and the question of `scale` on the A-share graph, each beside a plain way to do it."""
    return _told_by("bench_ashare.py", "ashare")


def bench_growth() -> list[Figure]:
    """The whole main job at 10,000, 100,000 and a million firms, CSV and Parquet: grows with exponent 0.7 at most."""
    return _told_by("bench_growth.py", "growth")


def bench_growth_tenth() -> list[Figure]:
    """The same at a tenth of the sizes, for CI: exponents and the memory of CSV over Parquet have bounds."""
    return _told_by("bench_growth.py", TENTH, "--firms", "1e3", "1e4", "1e5", "--turns", "1", "--exponent", "0.5")


TENTH = "growth-tenth"  # runs and is recorded where it is asked for by name only
BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "growth": bench_growth,
    TENTH: bench_growth_tenth,
    "main": bench_main,
    "import": bench_import,
    "page": bench_page,
    "neo4j": bench_neo4j,
    "register": bench_register,
    "ashare": bench_ashare,
}


# What a bench imports beyond the package, by the extra of `scripts/setup` that holds it.
NEEDS = {"page": {"selenium": "dev", "pyvis": "dev"}, "neo4j": {"neo4j": "neo4j"}}


def lacking(names: Sequence[str]) -> list[str]:
    """What cannot be measured here, and how to install what it needs."""
    return [
        f"bench {name} needs {module}, which is not installed here: run scripts/setup {extra}"
        for name in names
        for module, extra in NEEDS.get(name, {}).items()
        if importlib.util.find_spec(module) is None
    ]


def too_busy(waiting: float, cores: int) -> str:
    """Why nothing is measured now; empty on a calm machine."""
    if waiting <= CALM * cores:
        return ""
    return (
        f"{waiting:.1f} jobs waited for {cores} cores in the last minute, more than {CALM} a core: the figures would "
        "say more about them. Wait, or measure all the same with --loaded; the load is recorded beside the figures"
    )


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    return {
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in ("chaingraph", *LIBRARIES)},
    }


def facts_now() -> dict[str, str]:
    """The machine, and how many jobs waited for it before the bench began."""
    asked = ("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD")
    commit = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    waiting = f"{os.getloadavg()[0]:.1f} jobs in the minute before"
    return {**machine(), "date": date.today().isoformat(), "commit": commit or "-", "waiting": waiting}


def record(figures: Sequence[Figure], facts: Mapping[str, str], path: Path = RECORD) -> None:
    """Write the figures into the record, beside those of other benches."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    mine = {figure.bench for figure in figures}
    known = {name: held for name, held in known.items() if name not in mine}
    for bench in sorted(mine):
        rows = [
            {"name": f.name, "value": round(f.value, 3), "unit": f.unit, "bound": f.bound, "kept": f.kept}
            for f in figures
            if f.bench == bench
        ]
        known[bench] = {"machine": dict(facts), "figures": rows}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if path == RECORD:
        PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), known), encoding="utf-8")


def with_tables(page: str, known: Mapping[str, Mapping[str, Any]]) -> str:
    """The page of the benches, with a table of every bench of the record between its two marks."""
    if "growth" in known:
        page = _between(page, GROWTH_BEGIN, GROWTH_END, growth_table(known["growth"]))
    lines = []
    for bench, held in sorted(known.items()):
        if bench == "growth":
            continue
        lines += [f"### {bench}", "", f"{_when(held['machine'])}.", ""]
        lines += ["| what | measured | bound |", "|---|---|---|"]
        for row in held["figures"]:
            bound = (
                "" if row["bound"] is None else f"{row['bound']:.3g} {row['unit']}{'' if row['kept'] else ', exceeded'}"
            )
            name = row["name"].replace("|", "\\|")
            lines.append(f"| {name} | {row['value']:.4g} {row['unit']} | {bound} |")
        lines.append("")
    return _between(page, BEGIN, END, lines)


def _between(page: str, begin: str, end: str, lines: Sequence[str]) -> str:
    """The page with these lines between two of its marks."""
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return before + "\n".join([begin, "", *lines, end]) + after


def _when(facts: Mapping[str, str]) -> str:
    day, commit = facts.get("date", "day not recorded"), facts.get("commit", "not recorded")
    return f"{day}, commit {commit}, {facts['cores']} cores, {facts.get('waiting', 'load not recorded')}"


def growth_table(held: Mapping[str, Any]) -> list[str]:
    """The first table of the page: what the whole main job takes, by number of firms and form of the case."""
    rows: dict[str, dict[str, str]] = {}
    exponents = []
    for figure in held["figures"]:
        case, _, what = figure["name"].partition(": ")
        bound = figure["bound"]
        shown = f"{figure['value']:.3g}" if figure["value"] < CUT else f"{figure['value']:,.0f}"
        told = shown if bound is None else f"{shown} (bound {bound:,.4g}{'' if figure['kept'] else ', exceeded'})"
        if what:
            rows.setdefault(case, {})[what] = told
        else:
            exponents.append(f"{case}: {told}")
    lines = [f"{_when(held['machine'])}.", "", "| case | CPU s | wall s | peak MB |", "|---|---|---|---|"]
    columns = ("processor time", "wall", "peak memory")
    lines += [f"| {case} | {' | '.join(row[column] for column in columns)} |" for case, row in rows.items()]
    return [*lines, "", *(f"{line[0].upper()}{line[1:]}." for line in exponents), ""]


def shown(figures: Sequence[Figure]) -> str:
    """The figures as a table."""
    lines = [f"{'':4}  {'measured':>10}  {'bound':>9}  what"]
    for figure in figures:
        verdict = "" if figure.bound is None else "ok" if figure.kept else "OVER"
        bound = "" if figure.bound is None else f"{figure.bound:.2f} {figure.unit}"
        lines.append(f"{verdict:4}  {figure.value:8.2f} {figure.unit:2} {bound:>9}  {figure.bench}: {figure.name}")
    return "\n".join(lines)


def told(figures: Sequence[Figure], *, as_json: bool) -> str:
    """What a bench prints when it is run by itself: a table, or what `scripts/bench` reads."""
    if not as_json:
        return shown(figures)
    rows = [asdict(figure) for figure in figures]
    return json.dumps([{key: value for key, value in row.items() if key != "bench"} for row in rows])


def main() -> None:
    """Run the benches asked for, print them, keep them as JSON when asked, and fail on a bound that is exceeded."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("bench", nargs="*", help=f"any of: {', '.join(BENCHES)} (default: all but {TENTH})")
    parser.add_argument("--list", action="store_true", help="say what there is and end")
    parser.add_argument("--check", action="store_true", help="exit 1 when a bound is exceeded")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    parser.add_argument("--record", action="store_true", help=f"write the figures into {RECORD.relative_to(ROOT)}")
    parser.add_argument(
        "--loaded", action="store_true", help=f"measure with more than {CALM} jobs waiting per core too"
    )
    options = parser.parse_args()
    if options.list:
        for name, bench in BENCHES.items():
            print(f"{name}: {bench.__doc__}")
        return
    unknown = [name for name in options.bench if name not in BENCHES]
    if unknown:
        parser.error(f"no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    named = options.bench or [name for name in BENCHES if name != TENTH]
    if missing := lacking(named):
        parser.error("; ".join(missing))
    busy = too_busy(os.getloadavg()[0], os.cpu_count() or 1)
    if busy and not (options.loaded or (options.check and not options.record)):  # bounds are ratios of the same minutes
        parser.error(busy)
    facts = facts_now()
    print("  ".join(f"{name} {value}" for name, value in facts.items()), flush=True)
    figures = [figure for name in named for figure in BENCHES[name]()]
    print(shown(figures))
    if options.json:
        rows = [{**asdict(figure), "kept": figure.kept} for figure in figures]
        options.json.write_text(json.dumps({"machine": facts, "figures": rows}, ensure_ascii=False, indent=1) + "\n")
    if options.record:
        record(figures, facts)
    over = [figure.name for figure in figures if not figure.kept]
    if over:
        print(f"bounds exceeded: {len(over)}")
        if options.check:
            sys.exit(1)
    else:
        print("all bounds kept")


if __name__ == "__main__":
    main()
