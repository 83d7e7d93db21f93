"""The pages as text: what they hold, what they may not hold, and that their numbers are those of the findings."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from chaingraph.choosing.surveying import survey_tables
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import ChaingraphError, UnknownNameError
from chaingraph.facts.derived_tables import firm_places
from chaingraph.facts.gaps import BESIDE, MADE, local_presence
from chaingraph.labels import LANGUAGES, entries
from chaingraph.model.columns import (
    ADMISSIONS,
    BASES,
    CHAIN_CLASSES,
    CONFIDENCE,
    KINDS,
    STAGES,
    STATUSES,
    STRATEGIES,
    TIERS,
)
from chaingraph.model.findings import Findings, only_chains
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import GAP_STATES
from chaingraph.model.schema import TABLES
from chaingraph.places.regions import distance_km
from chaingraph.writers.page.atlas import build_atlas
from chaingraph.writers.page.brief import brief, open_questions
from chaingraph.writers.page.page import one_page, write_pages
from chaingraph.writers.page.pinyin import initials
from chaingraph.writers.page.places import region_view
from tests.made_findings import made_findings
from tests.made_graph import BAD_NAMES, LONG, SEGMENTS, made_graph
from tests.toy import toy_tables

LIBRARY = Path(__file__).resolve().parents[3] / "chaingraph" / "library"
SCRIPTS = sorted((LIBRARY / "page").glob("*.js"))
STYLES = sorted((LIBRARY / "page").glob("*.css"))


class Parts(HTMLParser):
    """What a browser would make elements of: scripts and styles with their text, and every attribute."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] in ("script", "style"):
            self.raw.append((*self.open[-1], data))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass


def parsed(page: str) -> Parts:
    parts = Parts()
    parts.feed(page)
    return parts


def payload_of(page: str) -> dict[str, Any]:
    (text,) = [data for tag, attrs, data in parsed(page).raw if attrs.get("type") == "application/json"]
    held: dict[str, Any] = json.loads(text)
    return held


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages") / "out"
    paths = write_pages(made_findings(), made_graph(), folder)
    assert [path.name for path in paths] == ["index.html", "mk.html", "xk.html"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in paths)
    return {path.name: path.read_bytes().decode("utf-8") for path in paths}


@pytest.fixture(scope="module")
def chain(pages: dict[str, str]) -> dict[str, Any]:
    return payload_of(pages["mk.html"])


# What a page may hold


@pytest.mark.parametrize("name", ["index.html", "mk.html", "xk.html"])
def test_a_page_runs_its_own_script_only_and_loads_nothing(pages: dict[str, str], name: str) -> None:
    parts = parsed(pages[name])
    (policy,) = [
        attrs["content"] for tag, attrs in parts.elements if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))
    ran = [data for tag, attrs, data in parts.raw if tag == "script" and "type" not in attrs]
    styles = [data for tag, _, data in parts.raw if tag == "style"]
    assert (len(ran), len(styles)) == (1 if name == "index.html" else 2, 1)  # the drawing library where it has work
    for source, rule in ((ran, "script-src"), (styles, "style-src")):
        digests = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in source]
        assert set(rules[rule].split()) == {f"'sha256-{digest}'" for digest in digests}
    assert rules["default-src"] == "'none'"
    assert (rules["img-src"], rules["base-uri"], rules["form-action"]) == ("data:", "'none'", "'none'")
    for tag, attrs in parts.elements:
        assert not [key for key in attrs if key.startswith("on") or key in ("style", "src", "srcset", "action")], (
            tag,
            attrs,
        )
        assert attrs.get("href") in (None, "#content", "data:,"), (tag, attrs)
    assert sum(tag == "script" for tag, _ in parts.elements) == len(ran) + 1
    assert not [tag for tag, _ in parts.elements if tag in ("img", "iframe", "object", "embed", "base", "form")]


@pytest.mark.parametrize("name", ["index.html", "mk.html"])
def test_names_that_mean_harm_stay_inside_the_data(pages: dict[str, str], name: str) -> None:
    page = pages[name]
    (data,) = [text for tag, attrs, text in parsed(page).raw if attrs.get("type") == "application/json"]
    assert not set("<>&\u2028\u2029") & set(data)
    assert "alert(1)" in data
    assert "alert(1)" not in page.replace(data, "")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", page)
    assert LONG[:200] not in page


def test_bad_names_are_shown_as_they_are_apart_from_what_cannot_be_seen(chain: dict[str, Any]) -> None:
    full = {firm["id"]: firm["full"] for firm in chain["firms"]}
    assert [full[f"O{number:02d}"] for number in range(1, 5)] == list(BAD_NAMES[:4])
    assert full["O05"] == "甲乙丙"
    assert full["O06"] == "长" * 119 + "…"


def test_a_chain_called_by_a_bad_name_is_a_harmless_title(tmp_path: Path) -> None:
    graph = made_graph()
    chains = graph["chains"].assign(chain="</title><script>alert(4)</script>")
    write_pages(made_findings(), ChainGraph("made", {**graph.tables, "chains": chains}), tmp_path)
    page = (tmp_path / "mk.html").read_text(encoding="utf-8")
    assert sum(tag == "script" for tag, _ in parsed(page).elements) == 3


def test_the_drawing_library_is_whole_licensed_and_only_where_it_has_work(
    pages: dict[str, str], tmp_path: Path
) -> None:
    vendor = LIBRARY / "page" / "vendor"
    drawing = (vendor / "cytoscape.min.js").read_text(encoding="utf-8")
    assert "</script" not in drawing
    assert "The Cytoscape Consortium" in (vendor / "cytoscape.LICENSE").read_text(encoding="utf-8")
    assert drawing in pages["mk.html"]
    graph, findings = made_graph(), made_findings()
    untied = ChainGraph("untied", {**graph.tables, "firm_links": graph["firm_links"].iloc[:0]})
    write_pages(replace(findings, routes=findings.routes.iloc[:0]), untied, tmp_path)
    for page in (pages["index.html"], (tmp_path / "mk.html").read_text(encoding="utf-8")):
        assert "Cytoscape Consortium" not in page
        assert len(page) < 300_000
    assert len(drawing.encode()) < 1_500_000
    assert "cytoscape.min.js" in (LIBRARY.parents[1] / "NOTICE").read_text(encoding="utf-8")


# Which pages


def test_only_the_chains_that_were_surveyed_get_a_page(tmp_path: Path) -> None:
    paths = write_pages(only_chains(made_findings(), ["xk"]), made_graph(), tmp_path)
    assert [path.name for path in paths] == ["index.html", "xk.html"]
    assert [card["id"] for card in payload_of(paths[0].read_text(encoding="utf-8"))["cards"]] == ["xk"]


def _renamed(findings: Findings, old: str, new: str) -> Findings:
    gaps = {lang: frame.assign(chain_id=frame["chain_id"].replace(old, new)) for lang, frame in findings.gaps.items()}
    return replace(findings, gaps=gaps)


@pytest.mark.parametrize(
    ("new", "message"),
    [("index", "index"), ("../mk", "64"), ("con", "con"), ("MK", "mk.*MK|MK.*mk")],
)
def test_a_chain_id_that_cannot_be_a_file_name_is_refused(tmp_path: Path, new: str, message: str) -> None:
    graph = made_graph()
    tables = {
        name: graph[name].assign(chain_id=graph[name]["chain_id"].replace("xk", new)) for name in ("chains", "segments")
    }
    with pytest.raises(ChaingraphError, match=message):
        write_pages(_renamed(made_findings(), "xk", new), ChainGraph("made", {**graph.tables, **tables}), tmp_path)
    assert not list(tmp_path.iterdir())


def test_one_page_stands_alone() -> None:
    assert payload_of(one_page(made_findings(), made_graph(), "mk"))["alone"] is True
    with pytest.raises(UnknownNameError, match="was not surveyed; surveyed: mk, xk"):
        one_page(made_findings(), made_graph(), "nowhere")


# What the pages say


def test_the_order_of_the_rows_changes_no_page(pages: dict[str, str], tmp_path: Path) -> None:
    graph, findings = made_graph(), made_findings()
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in graph.tables.items()}
    changed: dict[str, Any] = {}
    for name in ("gaps", "targets", "leader_targets", "rankings", "leaders", "questions"):
        frames = getattr(findings, name)
        changed[name] = {lang: frame.iloc[::-1].reset_index(drop=True) for lang, frame in frames.items()}
    for name in ("terms", "shares", "words", "routes", "dropped", "segment_measures"):
        changed[name] = getattr(findings, name).iloc[::-1].reset_index(drop=True)
    write_pages(replace(findings, **changed), ChainGraph("made", turned), tmp_path)
    for name, page in pages.items():
        assert payload_of((tmp_path / name).read_text(encoding="utf-8")) == payload_of(page), name
        assert (tmp_path / name).read_text(encoding="utf-8") == page, name


def test_the_page_opens_in_the_language_of_the_run_and_holds_both(tmp_path: Path) -> None:
    write_pages(made_findings("en"), made_graph(), tmp_path)
    page = (tmp_path / "mk.html").read_text(encoding="utf-8")
    payload = payload_of(page)
    assert '<html lang="en">' in page
    assert payload["lang"] == "en"
    segment = next(row for row in payload["segments"] if row["id"] == "MK02")
    assert segment["name"] == {"zh": "构造环节MK02(材料与部件)", "en": "Made segment MK02"}
    assert segment["reasons"] == {"zh": ["第一条理由", "第二条(一;二)"], "en": ["first reason", "second (one; two)"]}


def test_unknown_is_absent_never_nought(chain: dict[str, Any]) -> None:
    rows = {(row["list"], row["firm"]): row for row in chain["targets"]}
    assert "fit_lift" not in rows["new", "O05"]
    assert "reach" not in rows["new", "O02"]
    assert "expected" not in chain["segments"][0]
    assert "null" not in json.dumps(chain)


def test_a_fit_comes_with_its_terms_and_the_local_firms_behind_it(chain: dict[str, Any]) -> None:
    row = next(row for row in chain["targets"] if (row["list"], row["firm"]) == ("new", "O01"))
    assert [term["term"] for term in row["terms"]] == ["mix", "ppr", "constant"]
    assert sum(term["contribution"] for term in row["terms"]) == pytest.approx(1.2, abs=2e-3)  # exp(1.2) is its lift
    assert [share["firm"] for share in row["shares"]] == ["L02", "L01", "L03", "L04", "L05"]
    assert row["shares"][0] == {"firm": "L02", "share": 0.6, "by_text": True, "words": ["粉体", "板材"]}
    assert row["shares"][1] == {"firm": "L01", "share": 0.25, "by_text": False, "words": []}
    (steps,) = [firm["route"] for firm in chain["firms"] if firm["id"] == "O02"]
    assert [(step["from_id"], step["to_id"]) for step in steps] == [("O02", "L02"), ("L02", "L01")]


def test_every_firm_and_unit_sits_where_the_regions_say_it_does(chain: dict[str, Any]) -> None:
    places, firms = chain["view"]["places"], {firm["id"]: firm for firm in chain["firms"]}
    seat = {firm: places[number] for firm, number in chain["view"]["seats"].items()}
    assert set(seat) == set(firms)
    for firm, place in seat.items():
        row = firms[firm]
        assert place["inside"] == row["local"], firm
        assert place["km"] == pytest.approx(
            distance_km("嘉兴", (row["country"], None, row["city"], row.get("district"))), abs=0.6
        )
    assert seat["O01"] == {
        "name": "上海", "country": "中国", "km": 87, "degrees": 52, "inside": False, "approximate": False,
    }  # fmt: skip
    assert (seat["O02"]["name"], seat["O02"]["country"], seat["O02"]["approximate"]) == ("慕尼黑", "德国", True)
    assert [place["km"] for place in places] == sorted(place["km"] for place in places)
    (unit,) = chain["view"]["units"]
    assert (unit["firm"], unit["kind"], places[unit["place"]]["name"]) == ("O08", "office", "上海")


def test_a_place_that_nobody_knows_is_nowhere() -> None:
    firms = [
        {"firm_id": "a", "country": "中国", "city": "无此城市"},
        {"firm_id": "b", "country": "德国"},
        {"firm_id": "c", "country": "中国", "city": "嘉兴", "district": "平湖市"},
    ]
    sites = [
        {"firm_id": "b", "region": "港区", "kind": "plant"},
        {"firm_id": "b", "region": "别处", "kind": "office"},
        {"firm_id": "b", "region": None, "kind": "lab"},
    ]
    view = region_view("嘉兴", firms, sites)
    assert set(view["seats"]) == {"c"}
    assert [place["inside"] for place in view["places"]] == [True, True]
    assert ["place" in unit for unit in view["units"]] == [True, False, False]
    assert view["places"][view["units"][0]["place"]]["approximate"] is True
    assert region_view("长三角", firms, sites) == {}


def test_places_have_english_names_where_those_are_known(chain: dict[str, Any]) -> None:
    places = chain["places"]
    assert (places["嘉兴"], places["上海"], places["慕尼黑"]) == ("Jiaxing", "Shanghai", "Munich")
    named = {firm[key] for firm in chain["firms"] for key in ("country", "city", "district") if key in firm}
    assert named <= set(places) | {name for name in named if name.isascii()}


def test_names_are_found_by_their_pinyin(chain: dict[str, Any]) -> None:
    firms = {firm["id"]: firm.get("initials") for firm in chain["firms"]}
    assert firms["O08"] == ["gzwdo08kjgfyxgs", "gwo08"]
    assert firms["O02"] == ["gwo02"]  # its name holds no Chinese, its alias does
    assert initials(["重庆银行", "重工", "银", "Flat", None]) == ["cqyh", "zg"]


def test_lists_stand_in_order(chain: dict[str, Any]) -> None:
    assert [row["list"] for row in chain["targets"]] == ["new"] * 30 + ["leader"] * 8 + ["reinvest"] * 4
    assert [row["rank"] for row in chain["targets"] if row["list"] == "new"] == list(range(1, 31))


def test_the_first_page_of_a_leader(chain: dict[str, Any]) -> None:
    brief = chain["brief"]
    assert brief["leaders"] == ["L01", "L02", "L03", "L04"]
    # MK01 is the most severe, but prohibited here; then by severity.
    assert brief["gaps"] == ["MK04", "MK07", "MK10"]
    # Three rows of the list stand for each segment: the third of each is passed over.
    assert brief["visits"] == ["O01", "O02", "O04", "O05", "O07"]
    assert brief["undated"] == 4  # only O01 has a dated signal
    assert brief["questions"] == ["MK10", "MK04", "MK01"]  # this week's two, then the most severe
    assert brief["not_found"] == 6
    assert brief["zones"] == ["构造园区甲", "构造园区乙"]


def test_a_chain_without_anything_found_still_has_a_first_page() -> None:
    atlas = build_atlas(made_findings(), made_graph())
    held = brief(atlas, "xk")
    assert (held["leaders"], held["visits"], held["questions"], open_questions(atlas, "xk")) == ([], [], [], [])
    assert held["gaps"] == ["XK01", "XK02"]
    assert held["not_found"] == 2


def test_unsure_firms_are_counted_once(chain: dict[str, Any]) -> None:
    local = {
        role["firm"] for row in chain["segments"] for role in row.get("firms", []) if role.get("confidence") == "unsure"
    }
    visits = {
        firm["id"]
        for firm in chain["firms"]
        if firm["id"] in chain["brief"]["visits"] and firm["confidence"] == "unsure"
    }
    assert chain["brief"]["unsure"] == len(local | visits) == 19


def test_local_firms_stand_on_a_card_as_the_gap_counts_them(chain: dict[str, Any]) -> None:
    for segment in chain["segments"]:
        made = [role for role in segment.get("firms", []) if role["standing"] == MADE]
        assert len(made) == segment["found"], segment["id"]
    first = chain["segments"][0]["firms"][0]
    assert (first["firm"], first["standing"], first["basis"]) == ("L22", BESIDE, "group")


def test_the_standing_of_local_firms_is_that_of_the_sql_text() -> None:
    graph = ChainGraph("toy", toy_tables())
    with open_engine(survey_tables(graph, firm_places(graph, "嘉兴"))) as query:
        presence = local_presence(query)
    rows = presence[["segment_id", "firm_id", "standing"]].itertuples(index=False, name=None)
    asked = {(segment, firm): standing for segment, firm, standing in rows}
    atlas = build_atlas(replace(made_findings(), gaps=_toy_gaps(graph)), graph)
    held = {
        (segment, role["firm"]): role["standing"]
        for segment, roles in atlas.roles.items()
        for role in roles
        if role["firm"] in atlas.local
    }
    assert held == asked


def _toy_gaps(graph: ChainGraph) -> dict[str, pd.DataFrame]:
    frame = graph["segments"][["chain_id", "segment_id", "segment", "stage"]]
    empty = pd.Series(None, index=frame.index, dtype="str")
    frame = frame.assign(state="thin", local_buyers=empty, reasons=empty, sources=empty)
    return {"zh": frame, "en": frame}


def test_a_segment_in_two_chains_points_to_the_other_page(chain: dict[str, Any]) -> None:
    by_id = {row["id"]: row for row in chain["segments"]}
    assert [(row["kind"], row["chain"], row["segment"]) for row in by_id["MK03"]["elsewhere"]] == [
        ("same", "xk", "XK01")
    ]
    assert [(row["kind"], row["segment"]) for row in by_id["MK18"]["elsewhere"]] == [("to", "XK02")]


def test_every_segment_stands_in_a_lane_of_its_stage(chain: dict[str, Any]) -> None:
    stage = {row["id"]: row["stage"] for row in chain["segments"]}
    placed = [(lane["stage"], item) for lane in chain["lanes"] for column in lane["columns"] for item in column]
    assert sorted(placed) == sorted((stage[item], item) for item in SEGMENTS)
    assert [lane["stage"] for lane in chain["lanes"]] == ["upstream", "midstream", "downstream"]


def test_the_index_counts_what_the_chains_hold(pages: dict[str, str]) -> None:
    index = payload_of(pages["index.html"])
    card, other = index["cards"]
    assert card["id"] == "mk"
    assert card["states"] == {"none_known": 6, "thin": 6, "present": 3, "present_unlisted": 3}
    assert sum(card["states"].values()) == card["total"] == 18
    assert card["makers"] == 21  # six segments with one, three with five
    assert [row["id"] for row in card["targets"]] == ["O01", "O02", "O03"]
    assert card["listed"] == 30
    # XK01 is the same node as MK03 and shares its five makers.
    assert (other["id"], other["makers"], other["listed"]) == ("xk", 5, 0)
    assert [row["rank"] for row in index["questions"]] == [1, 2]
    assert index["notes"] == [
        {"zh": "契合倍数相对于本案例样本(80家企业)。", "en": "Fit is relative to this case's sample (80 firms)."}
    ]


# Words


def _asked_labels() -> Iterator[str]:
    for path in SCRIPTS:
        yield from re.findall(r"label\(\s*'([a-z_]+)'", path.read_text(encoding="utf-8"))
    for path in (LIBRARY / "page").glob("*.html"):
        yield from re.findall(r'data-label="([a-z_]+)"', path.read_text(encoding="utf-8"))


def test_every_label_that_a_script_asks_for_exists_and_none_is_left_over() -> None:
    held = set(entries("page", "zh"))
    asked = set(_asked_labels())
    assert not asked - held
    words = set(re.findall(r"'([a-z_]+)'", "".join(path.read_text(encoding="utf-8") for path in SCRIPTS)))
    made = re.compile(
        r"(part|list|list_note|list_empty|filter|elsewhere|relation|zoom|region|band|bearing|place_counts|change)_\w+"
    )  # put together from a key in the script
    python = {"noscript", "not_surveyed", "same_file", "no_former_run", "chain_not_before"}
    left = {entry for entry in held - asked - python if entry not in words and not made.fullmatch(entry)}
    assert not left


def test_every_code_has_a_caption() -> None:
    columns = {column.name: column for table in TABLES.values() for column in table.columns}
    signals, sites = TABLES["firm_signals"].column("kind"), TABLES["firm_sites"].column("kind")
    codes = {
        "state": GAP_STATES,
        "state_note": GAP_STATES,
        "stage": STAGES,
        "strategy": STRATEGIES,
        "class": CHAIN_CLASSES,
        "kind": KINDS,
        "status": STATUSES,
        "basis": BASES,
        "confidence": CONFIDENCE,
        "tier": TIERS,
        "admission": ADMISSIONS,
        "signal": signals.choices,
        "site": sites.choices,
        "link": TABLES["firm_links"].column("kind").choices,
        "link_from": TABLES["firm_links"].column("kind").choices,
        "role": columns["role"].choices,
        "firm_status": TABLES["firms"].column("status").choices,
        "confirmed": TABLES["confirmations"].column("state").choices,
        "fill": ("recruit", "cultivate", "nearby", "unsuitable", "to_check"),
        "grade": "ABC",
        "grade_note": "ABC",
        "candidate": ("new", "reinvest", "leader"),
        "term": ("mix", "ppr", "near", "peers", "relatedness", "constant"),
        "ranking": ("global500", "specialised"),
    }
    for lang in LANGUAGES:
        captions = entries("codes", lang)
        missing = [
            f"{group}_{code}" for group, held in codes.items() for code in held if f"{group}_{code}" not in captions
        ]
        assert not missing, lang


def test_no_firm_known_is_never_called_missing() -> None:
    assert "缺失" not in entries("codes", "zh")["state_none_known"] + entries("codes", "zh")["state_note_none_known"]
    assert "缺失" not in "".join(entries("page", "zh").values())
    assert "missing" not in entries("codes", "en")["state_none_known"].lower()


def test_a_leader_reads_no_jargon() -> None:
    words = re.compile(r"\bnats?\b|AUROC|\bLQ\b|kernel|核函数|对数似然|区位熵|bootstrap|PageRank|TF-IDF", re.IGNORECASE)
    for area in ("page", "codes"):
        for lang in LANGUAGES:
            assert not [text for text in entries(area, lang).values() if words.search(text)], (area, lang)


# What an old browser can read


def test_scripts_keep_to_es2020() -> None:
    newer = {
        "logical assignment": r"(\?\?=|\|\|=|&&=)",
        "replaceAll": r"\.replaceAll\(",
        "at": r"\.at\(",
        "hasOwn": r"Object\.hasOwn\b",
        "findLast": r"\.findLast",
        "copying sorts": r"\.to(Sorted|Reversed|Spliced)\(",
        "numeric separator": r"\d_\d",
        "private member": r"\.#\w+|^\s*#\w+\s*[=(;]",
        "static block": r"static\s*\{",
        "grouping": r"\.groupBy\(",
        "structuredClone": r"structuredClone",
        "imports": r"^\s*(import|export)\b",
        "top-level await": r"^await\b",
    }
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert not [name for name, pattern in newer.items() if re.search(pattern, text, re.MULTILINE)], path.name


def test_scripts_make_no_markup_and_run_no_text() -> None:
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment"
        assert not re.findall(markup, text), path.name
        assert not re.findall(r"\beval\(|new Function|fetch\(|XMLHttpRequest|import\(|setTimeout\(['\"]", text), (
            path.name
        )
        assert "</script" not in text
        assert "<!--" not in text


def test_styles_hold_nothing_newer_than_chromium_90() -> None:
    rules = r"@container|@layer|@scope|@starting-style|@counter-style|subgrid|:has\(|:modal|:user-(in)?valid"
    values = (
        r"color-mix\(|\b(ok)?l(ch|ab)\(|\bhwb\(|\d[dsl]v[hwib]\b|accent-color|text-wrap|scrollbar-gutter|inert\b"
        r"|(?m:^|[;{])\s*(translate|rotate|scale|field-sizing|anchor-name|view-transition-name)\s*:"
    )
    for path in STYLES:
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.findall(f"{rules}|{values}", text), path.name
        assert "@import" not in text
        assert "url(" not in text
        assert "</style" not in text
        blocks = re.sub(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}", r"\1", text)
        assert not re.search(r"\{[^{}]*\{", blocks), f"{path.name}: nested rules"
    assert text


@pytest.mark.parametrize("path", [*SCRIPTS, *STYLES], ids=lambda path: path.name)
def test_a_part_of_a_page_stays_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450
