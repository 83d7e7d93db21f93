"""Clicks of a real mouse on pages in which everything bears a hostile name, without a network."""

from __future__ import annotations

import json
import random
from contextlib import closing
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from attack_ground import ground

CLICKS = 100  # of a try
WIDTHS = ((1440, 900), (390, 844))
TYPED = ("<img src=x onerror=window.hit=1>", "');window.hit=1;('", "甲", "L01", "\\", "(?:", "%00")
# Whatever stands in sight and can be met by a mouse; links that lead away are for leaving, and left alone.
CHOOSE = """
const [where, press] = arguments;
const met = [...document.querySelectorAll(
  "a:not([href^='http']), button, summary, select, option, label, input, th, td, li, article, h2, " +
  "svg g, svg text, svg rect, [tabindex]"
)].filter((node) => node.getClientRects().length);
if (!met.length) return [window.hit || 0, location.href, 9, 9, ""];
const node = met[Math.floor(where * met.length)];
node.scrollIntoView({block: "center", inline: "center"});
const box = node.getBoundingClientRect();
const inside = (at, size) => Math.max(1, Math.min(size - 2, at));
return [
  window.hit || 0, location.href,
  inside(box.left + press * box.width, innerWidth), inside(box.top + box.height / 2, innerHeight),
  node.matches("input:not([type]), input[type=search], input[type=text]") ? "text" : node.tagName,
];
"""


@cache
def pages() -> Path:
    """The pages of a run over the hostile case."""
    from chaingraph import survey
    from chaingraph.writers.page.page import write_pages
    from tests.made_hostile import hostile_graph

    graph, folder = hostile_graph(), ground() / "hostile"
    write_pages(survey(graph, region="嘉兴", as_of="2024-06", reference="none", draws=0), graph, folder)
    return folder


@cache
def browser() -> Any:
    """One browser of this process: it resolves no name, saves nothing and prints nothing."""
    from tests.browser_window import chromium

    opened = chromium()
    made = next(opened)
    Finalize(None, closing(opened).__exit__, args=(None, None, None), exitpriority=10)
    made.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "deny"})
    made.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": "window.print = () => {}"})
    return made


def clicks(chance: random.Random, _number: int) -> None:
    """A hundred clicks on the pages of the hostile case."""
    click_about(chance, browser(), pages())


def click_about(chance: random.Random, window: Any, folder: Path) -> None:
    """A hundred clicks: no name has run, nothing outside was asked for, no script has failed, the pages stay."""
    width, height = chance.choice(WIDTHS)
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    window.get("about:blank")
    for log in ("browser", "performance"):
        window.get_log(log)
    home = folder.as_uri()
    window.get(chance.choice(sorted(folder.glob("*.html"))).as_uri())
    for number in range(CLICKS):
        hit, address, left, top, kind = window.execute_script(CHOOSE, chance.random(), chance.random())
        assert not hit, f"a name was run, before click {number} at {address}"
        assert address.startswith(f"{home}/"), f"click {number - 1} led to {address}"
        spot = {"x": left, "y": top, "button": "left", "clickCount": 1}
        for event in ("mousePressed", "mouseReleased"):
            window.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": event, **spot})
        if kind == "text":
            window.execute_cdp_cmd("Input.insertText", {"text": chance.choice(TYPED)})
    assert not window.execute_script("return window.hit || 0"), "a name was run"
    assert len(window.window_handles) == 1, "a window was opened"
    said = [entry["message"] for entry in window.get_log("browser")]
    assert not [line for line in said if "Uncaught" in line or "ERR_" in line], said
    asked = [json.loads(entry["message"])["message"] for entry in window.get_log("performance")]
    addresses = [one["params"]["request"]["url"] for one in asked if one["method"] == "Network.requestWillBeSent"]
    outside = [one for one in addresses if not one.startswith((f"{home}/", "data:", "blob:", "about:"))]
    assert not outside, outside
