"""The public A-share graph, beside what one would write by hand: `scripts/bench ashare`.

Four jobs, each beside a plain way to do the same in the same run, both in processor seconds, so that other work on the
machine does not weigh: importing the graph (beside `pandas.read_json` of the same eight files, which cleans nothing),
tagging product texts (beside the twenty lines of `tagging.evaluation.baseline`), the fit of every city and firm by both
kernels (beside n x n kernels, the definition), and the question of `scripts/bench scale` on the tagged graph (beside
pandas and networkx). Where both give the same thing, the answers are compared. Needs the public data.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import bench_scale
import numpy as np
import pandas as pd
from benchmarks import CASE, ROOT, Figure, told

from chaingraph.backtest.panel import Panel, panel_of
from chaingraph.engines.duckdb import open_engine
from chaingraph.fit import kernels
from chaingraph.fit.kernels import Floats
from chaingraph.importers.ckg import import_ckg
from chaingraph.model.case import Case
from chaingraph.places.distance import distance_km
from chaingraph.reading.read import read_case
from chaingraph.tagging.cases import CHAIN_TABLES, examples, learn_tagger, tag_products
from chaingraph.tagging.evaluation import baseline
from chaingraph.writers.datasets import write_datasets
from chaingraph.writers.files import write_csv

TEXTS = 200_000
TURNS = 5  # of what takes less than a second
_PLACE = ["country", "province", "city", "district"]
T = TypeVar("T")


def timed(job: Callable[[], T]) -> tuple[T, float]:
    """What a job gives, and the processor seconds of this process that it took."""
    started = time.process_time()
    return job(), time.process_time() - started


def beside(name: str, ours: float, other: str, theirs: float, most: float) -> list[Figure]:
    """Three figures: ours, the other way, and ours / the other way with its bound."""
    return [
        Figure("ashare", name, ours, "s"),
        Figure("ashare", f"{name}: {other}", theirs, "s"),
        Figure("ashare", f"{name}: ours / {other}", ours / theirs, "x", most),
    ]


def importing(folder: Path) -> tuple[Case, list[Figure]]:
    """Reading, cleaning and connecting the eight files; and reading them alone."""
    files = sorted((folder / "ckg").glob("*.json"))
    plain, theirs = timed(lambda: [pd.read_json(file, lines=True, dtype=False) for file in files])
    case, ours = timed(lambda: import_ckg(folder / "ckg", folder / "ashare-hq" / "ckg_row_city.csv"))
    rows = sum(len(frame) for frame in plain)
    name = f"import of {len(files)} files, {rows:,} rows"
    return case, beside(name, ours, "pandas.read_json of the same files", theirs, 8)


def tagging(listed: Case, chains: Case, texts: int) -> tuple[Case, list[Figure]]:
    """The tagger and the baseline on the same texts, two product names of listed firms each; both have learnt."""
    names = sorted(set(listed["firm_products"]["product"]))
    many = [f"{names[n % len(names)]}、{names[(n * 7919 + n // len(names)) % len(names)]}" for n in range(texts)]
    tagger, judge = learn_tagger(chains), baseline(examples(chains))
    found, ours = timed(lambda: tagger.tag(many, least=tagger.threshold_))
    said, theirs = timed(lambda: [judge(many[at : at + 20_000], None) for at in range(0, texts, 20_000)])
    if found.empty or not any(map(len, said)):
        sys.exit("nothing was tagged")
    million = 1e6 / texts
    figures = beside(
        f"tagging, per million texts ({texts:,} tagged)", ours * million, "the baseline", theirs * million, 5
    )
    tables = {
        **listed.tables,
        **{name: chains[name] for name in CHAIN_TABLES},
        "firm_segments": tag_products(listed["firm_products"], tagger),
    }
    return Case("ashare", tables), figures


def fitting(listed: Case) -> list[Figure]:
    """Summed mixed kernel and walk between every city and firm, own pairs left out."""
    panel = panel_of({name: listed[name] for name in ("firms", "firm_products")}, distance_km, open_engine)
    member = np.zeros((panel.firms, len(panel.cities)))
    member[np.arange(panel.firms), panel.city] = 1.0
    (mix, walk), ours = timed(lambda: _sums(panel, member))
    (dense_mix, dense_walk), theirs = timed(lambda: _dense_sums(panel, member))
    for name, left, right in (("mix", mix, dense_mix), ("walk", walk, dense_walk)):
        if not np.allclose(left, right, rtol=1e-9, atol=1e-9):
            sys.exit(f"the sums of {name} differ by {np.abs(left - right).max():.2g}")
    name = f"fit of {len(panel.cities)} cities x {panel.firms:,} firms"
    return beside(name, ours, "n x n kernels", theirs, 1)


def _sums(panel: Panel, member: Floats) -> tuple[Floats, Floats]:
    """The package's way: nothing of the size firms x firms."""
    held = panel.population
    factors = kernels.mix_factors(held.means)
    mix = kernels.mix_sums(held.text, held.codes, (held.text, held.codes), factors, member)
    mix[np.arange(panel.firms), panel.city] -= kernels.own_mix(held.text, held.codes, factors)
    return mix, kernels.arrivals(held.attributes, member)


def _dense_sums(panel: Panel, member: Floats) -> tuple[Floats, Floats]:
    """The definition: a kernel of firms x firms with zero diagonal, a transition matrix of firms x firms."""
    held = panel.population
    factors = kernels.mix_factors(held.means)
    kernel = factors[3] * kernels.dense(held.text @ held.text.T)
    for factor, codes in zip(factors[:3], held.codes, strict=True):
        kernel += factor * (kernels.dense(codes @ codes.T) > 0)
    np.fill_diagonal(kernel, 0.0)
    forth = kernels.unit_rows(held.attributes, power=1)
    back = kernels.unit_rows(held.attributes.T.tocsr(), power=1)
    step = np.ascontiguousarray(kernels.dense(forth @ back).T)
    walk = kernels.RESTART * member
    for _ in range(kernels.STEPS):
        walk = kernels.RESTART * member + (1 - kernels.RESTART) * (step @ walk)
    return kernel @ member, walk


def asking(tagged: Case) -> list[Figure]:
    """The question of `bench_scale`, from frames in memory, on the tagged graph."""
    firms = tagged["firms"].copy()
    firms[_PLACE] = firms[_PLACE].fillna("")
    provinces = firms.set_index("firm_id")["province"]
    links = tagged["firm_segments"]
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        data = Path(made)
        write_datasets(
            [{"firms": firms, "firm_segments": links.assign(province=links["firm_id"].map(provinces))}], data
        )
        for name in CHAIN_TABLES:
            write_csv(tagged[name], data / f"{name}.csv", columns=list(tagged[name].columns))
        ways = {
            "ours": bench_scale.ask_ours(data, "duckdb", "2GB", in_memory=True),
            "pandas by hand": bench_scale.ask_pandas(data),
            "networkx by hand": bench_scale.ask_networkx(data),
        }
        spent: dict[str, float] = {}
        answers = {}
        for way, answer in ways.items():
            turns = [timed(answer) for _ in range(TURNS)]
            answers[way], spent[way] = turns[0][0], statistics.median(took for _, took in turns)
            bench_scale.same(answers["ours"], answers[way], way)
    name = f"gaps, pools and top-k of {len(firms):,} firms, {len(links):,} links"
    figures = beside(name, spent["ours"], "pandas by hand", spent["pandas by hand"], 10)
    return [*figures, *beside(name, spent["ours"], "networkx by hand", spent["networkx by hand"], 3)[1:]]


def figures(shared: Path, texts: int) -> list[Figure]:
    """All of them."""
    folder = shared / "data"
    listed, first = importing(folder)
    chains = read_case(CASE)
    tagged, second = tagging(listed, chains, texts)
    return [*first, *second, *fitting(listed), *asking(tagged)]


def main() -> None:
    """Print the figures, as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=lambda text: int(float(text)), default=TEXTS)
    home = Path(os.environ.get("CHAINGRAPH_SHARED", ROOT.parent / "shared"))
    parser.add_argument("--shared", type=Path, default=home, help="folder of the public data")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not (options.shared / "data" / "ckg").is_dir():
        sys.exit(f"no data/ckg under {options.shared}: --shared FOLDER, or set CHAINGRAPH_SHARED")
    print(told(figures(options.shared, options.texts), as_json=options.json))


if __name__ == "__main__":
    main()
