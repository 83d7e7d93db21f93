#!/usr/bin/env python3
"""How soon a chain page can be used, beside pyvis 0.3.2 with physics off on the same graph, in the same run.

    scripts/bench page [--check]
    .venv/bin/python scripts/bench_page.py [--json]

For constructed chains of 2,000 and 10,000 nodes (150 segments, the others firms that make or could make something in
them), and for a chain of 2,000 segments, each a card: time to interactive in headless Chromium without a network, from
the start of navigation until the page is drawn and has answered a click. For pyvis: until its network has been drawn
once. Both are opened in turn, the median of five after one that is not counted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from chaingraph.writers.page.page import write_pages  # noqa: E402 - the line above makes it importable from a clone
from tests.made_chain import made_chain  # noqa: E402 - likewise

SIZES = ((2_000, 150, 0.5), (10_000, 150, 2.0), (2_000, 2_000, 0.5))  # nodes, segments, bound in seconds
REPEATS = 5
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND")
READY = """
  const [asked, done] = arguments;
  const ready = () => (asked ? window.drawnOnce : document.documentElement.dataset.ready);
  const answer = () => {
    if (!asked) document.querySelector('.card h4 button').click();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() / 1000)));
  };
  const look = () => (ready() ? answer() : setTimeout(look, 1));
  look();"""


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
    try:
        from selenium import webdriver
    except ModuleNotFoundError as missing:
        msg = f"bench page: {missing.name} is not installed; scripts/setup dev installs it (Chromium is wanted too)"
        raise SystemExit(msg) from missing

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
    """From the start of navigation until the page has answered."""
    browser.get("about:blank")
    browser.get(path.as_uri())
    return float(browser.execute_async_script(READY, pyvis))


def figures() -> Iterator[dict[str, Any]]:
    """One measured figure after the other: name, value, unit, bound (None: shown only)."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for nodes, segments, bound in SIZES:
            findings, graph, edges = made_chain(nodes, segments)
            started = time.perf_counter()
            page = write_pages(findings, graph, Path(folder))[1]
            written = time.perf_counter() - started
            other = Path(folder) / "pyvis.html"
            write_pyvis(edges, other)
            turns = [(seconds(browser, page), seconds(browser, other, pyvis=True)) for _ in range(REPEATS + 1)][1:]
            ours, theirs = (statistics.median(column) for column in zip(*turns, strict=True))
            name = f"{nodes} nodes, {len(edges)} edges" + (", all cards" if nodes == segments else "")
            # Where even pyvis takes longer than the bound, the machine is what is slow, and pyvis is the bound.
            limit = max(bound, theirs)
            yield {"name": f"{name}: page ready (median of {REPEATS})", "value": ours, "unit": "s", "bound": limit}
            yield {"name": f"{name}: pyvis drawn, physics off", "value": theirs, "unit": "s", "bound": None}
            yield {"name": f"{name}: pyvis / page", "value": theirs / ours, "unit": "x", "bound": None}
            yield {"name": f"{name}: page written", "value": written, "unit": "s", "bound": None}
            yield {"name": f"{name}: page", "value": page.stat().st_size / 1e6, "unit": "MB", "bound": None}


def main() -> None:
    """Print the figures as lines, or as one JSON list."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON list, as scripts/benchmarks.py reads it")
    if parser.parse_args().json:
        print(json.dumps(list(figures())))
        return
    for row in figures():
        bound = "" if row["bound"] is None else f"   (at most {row['bound']})"
        print(f"{row['value']:8.2f} {row['unit']:2}  {row['name']}{bound}", flush=True)


if __name__ == "__main__":
    main()
