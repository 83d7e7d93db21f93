#!/usr/bin/env python3
"""How soon a chain page can be used, beside pyvis 0.3.2 with physics off on the same graph, in the same run.

    .venv/bin/python scripts/bench_page.py [--check]

For constructed chains of 2,000 and 10,000 nodes (150 segments, the others firms that make or could make something in
them), and for a chain of 2,000 segments as cards: time to interactive in headless Chromium without a network, the
median of five, from the start of navigation until the page is drawn and has answered a click. For pyvis: until its
network has been drawn once. With --check the exit code is 1 when a page takes longer than the limits of this file.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from chaingraph.columns import DTYPES  # noqa: E402 - the line above makes it importable from a clone
from chaingraph.findings import Findings  # noqa: E402 - likewise
from chaingraph.graph import ChainGraph  # noqa: E402 - likewise
from chaingraph.schema import GAP_COLUMNS, TABLES  # noqa: E402 - likewise
from chaingraph.writers.page import write_pages  # noqa: E402 - likewise
from tests.made_findings import made_findings  # noqa: E402 - likewise

LIMITS = {2_000: 0.5, 10_000: 2.0}  # seconds
REPEATS = 5
AWAY = ("上海", "深圳", "武汉", "成都")
STAGES = ("upstream", "midstream", "downstream")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND")
READY = """
  const done = arguments[0];
  const asked = arguments[1];
  const ready = () => (asked ? window.drawnOnce : document.documentElement.dataset.ready);
  const answer = () => {
    if (!asked) document.querySelector('.card h4 button').click();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() / 1000)));
  };
  const look = () => (ready() ? answer() : setTimeout(look, 1));
  look();"""


def frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    held = pd.DataFrame([{"source": "made", **row} for row in rows], columns=TABLES[table].names)
    return held.astype({column.name: DTYPES[column.kind] for column in TABLES[table].columns})


def made_chain(nodes: int, segments: int) -> tuple[Findings, ChainGraph, list[tuple[str, str]]]:
    """Findings and graph with so many segments and firms, and the edges between them."""
    pick = random.Random(nodes)
    ids = [f"S{number:05d}" for number in range(segments)]
    third = -(-segments // 3)
    stage = {segment: STAGES[number // third] for number, segment in enumerate(ids)}
    feeds = sorted({(ids[n], ids[min(segments - 1, n + pick.randrange(1, third))]) for n in range(segments - 1)})
    firms = [f"F{number:05d}" for number in range(nodes - segments)]
    roles = [(firm, pick.choice(ids)) for firm in firms for _ in range(1 + (pick.random() < 0.3))]
    local = {firm for number, firm in enumerate(firms) if number % 2}
    links = [(firm, pick.choice(firms)) for firm in firms[::10]]
    city = {firm: ("嘉兴", "平湖市") if firm in local else (pick.choice(AWAY), None) for firm in firms}
    makes = {"kind": "maker", "basis": "site", "status": "producing"}
    rows: dict[str, list[dict[str, Any]]] = {
        "chains": [{"chain_id": "mk", "chain": "构造链", "chain_class": "emerging", "strategy": "extend"}],
        "segments": [{"segment_id": s, "chain_id": "mk", "segment": f"环节{s}", "stage": stage[s]} for s in ids],
        "segment_links": [{"from_segment_id": a, "to_segment_id": b, "kind": "feeds"} for a, b in feeds],
        "firms": [
            {
                "firm_id": f,
                "firm": f"构造企业{f}有限公司",
                "country": "中国",
                "city": city[f][0],
                "district": city[f][1],
            }
            for f in firms
        ],
        "firm_segments": [{"firm_id": f, "segment_id": s, "product": f"产品{f}", **makes} for f, s in roles],
        "firm_links": [{"source_id": a, "target_id": b, "kind": "supplies"} for a, b in links if a != b],
    }
    graph = ChainGraph("made", {table: frame(table, held) for table, held in rows.items()})
    made = made_findings()
    gaps = frame("segments", rows["segments"])[["chain_id", "segment_id", "segment", "stage"]]
    gaps = gaps.assign(chain="构造链", state="thin").reindex(columns=list(GAP_COLUMNS))
    text = dict.fromkeys([name for name in GAP_COLUMNS if name in ("local_buyers", "reasons", "sources")], "str")
    gaps = gaps.astype({"high_value": "boolean", "chokepoint": "boolean", "expected": float, **text})
    wanted = dict(reversed([(firm, segment) for firm, segment in roles if firm not in local]))
    listed = (
        made.targets["zh"]
        .iloc[[0] * len(wanted)]
        .reset_index(drop=True)
        .assign(
            firm_id=list(wanted), firm=list(wanted), segment_id=list(wanted.values()), rank=range(1, len(wanted) + 1)
        )
    )
    empty = {
        name: {lang: text.iloc[:0] for lang, text in getattr(made, name).items()}
        for name in ("leader_targets", "rankings", "leaders", "questions")
    }
    findings = Findings(
        **{
            **{name: getattr(made, name) for name in made.__dataclass_fields__},
            **empty,
            "gaps": {"zh": gaps, "en": gaps},
            "targets": {"zh": listed, "en": listed},
            **{name: getattr(made, name).iloc[:0] for name in ("terms", "shares", "words", "routes", "dropped")},
        }
    )
    return findings, graph, [*feeds, *roles, *links]


def write_pyvis(edges: list[tuple[str, str]], path: Path) -> None:
    from pyvis.network import Network

    network = Network(height="800px", cdn_resources="in_line", directed=True)
    names = sorted({end for edge in edges for end in edge})
    side = int(len(names) ** 0.5) + 1
    for number, name in enumerate(names):
        network.add_node(name, label=name, x=number % side * 120, y=number // side * 60, physics=False)
    network.add_edges(edges)
    network.toggle_physics(status=False)
    page = network.generate_html()
    told = "network = new vis.Network(container, data, options);"
    if told not in page:
        msg = "pyvis writes its page in another way: bench_page.py has to be looked at"
        raise SystemExit(msg)
    path.write_text(
        page.replace(told, told + "network.once('afterDrawing', () => { window.drawnOnce = true; });"), encoding="utf-8"
    )


@contextmanager
def chromium() -> Iterator[Any]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in FLAGS:
        options.add_argument(flag)
    browser = webdriver.Chrome(service=webdriver.ChromeService("/usr/bin/chromedriver"), options=options)
    browser.set_window_size(1280, 800)
    browser.set_script_timeout(120)
    try:
        yield browser
    finally:
        browser.quit()


def seconds(browser: Any, path: Path, *, pyvis: bool = False) -> float:
    taken = []
    script = READY.replace("arguments[0]", "arguments[arguments.length - 1]").replace("arguments[1]", "arguments[0]")
    for _ in range(REPEATS):
        browser.get("about:blank")
        browser.get(path.as_uri())
        taken.append(float(browser.execute_async_script(script, pyvis)))
    return statistics.median(taken)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="exit 1 above the limits")
    check = parser.parse_args().check
    slow = 0
    print(f"{'graph':<22}{'edges':>7}{'write s':>9}{'MB':>7}{'ready s':>9}{'pyvis s':>9}{'ratio':>7}")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for nodes, segments in ((2_000, 150), (10_000, 150), (2_000, 2_000)):
            findings, graph, edges = made_chain(nodes, segments)
            started = time.perf_counter()
            page = write_pages(findings, graph, Path(folder))[1]
            written = time.perf_counter() - started
            ours = seconds(browser, page)
            write_pyvis(edges, Path(folder) / "pyvis.html")
            theirs = seconds(browser, Path(folder) / "pyvis.html", pyvis=True)
            name = f"{nodes} nodes" + (", all cards" if nodes == segments else "")
            size = page.stat().st_size / 1e6
            told = f"{name:<22}{len(edges):>7}{written:>9.2f}{size:>7.2f}{ours:>9.2f}{theirs:>9.2f}"
            print(f"{told}{theirs / ours:>7.1f}", flush=True)
            if nodes != segments and ours > LIMITS[nodes]:
                slow = 1
    return slow if check else 0


if __name__ == "__main__":
    raise SystemExit(main())
