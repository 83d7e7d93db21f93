"""The Neo4j server that tests use, what is in it, and servers of a test's own that may be killed."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from chaingraph.model.case import Case
from chaingraph.model.findings import Findings
from chaingraph.model.results import GAP_COLUMNS, SHORTLIST_COLUMNS
from chaingraph.stores.graphdb.pull import read_neo4j
from chaingraph.stores.graphdb.push import write_neo4j
from tests.toy import toy_tables

REPOSITORY = Path(__file__).resolve().parents[1]
SCRIPT = REPOSITORY / "scripts" / "neo4j"


@dataclass(frozen=True)
class Address:
    """Where a server listens and how to get in."""

    uri: str
    user: str
    password: str

    @property
    def login(self) -> dict[str, str]:
        return {"user": self.user, "password": self.password}

    @property
    def environment(self) -> dict[str, str]:
        named = {"NEO4J_URI": self.uri, "NEO4J_USER": self.user, "NEO4J_PASSWORD": self.password}
        return {**os.environ, **named, "PYTHONPATH": str(REPOSITORY)}


def address() -> Address:
    """The server named in the environment; without one the test is skipped, with the reason (in CI: a failure)."""
    if "NEO4J_URI" not in os.environ:
        pytest.skip('no Neo4j server: eval "$(scripts/neo4j start)" starts one and names it in the environment')
    return Address(os.environ["NEO4J_URI"], os.environ.get("NEO4J_USER", "neo4j"), os.environ["NEO4J_PASSWORD"])


@contextmanager
def driver_at(where: Address) -> Iterator[Any]:
    import neo4j

    settings = {"auth": (where.user, where.password), "notifications_min_severity": "OFF"}
    with neo4j.GraphDatabase.driver(where.uri, **settings) as driver:
        yield driver


def ask(where: Address, query: str, **parameters: Any) -> list[dict[str, Any]]:
    """The records of a query, as dictionaries."""
    with driver_at(where) as driver:
        return [dict(record) for record in driver.execute_query(query, parameters, database_="neo4j").records]


def last_transaction(where: Address) -> str:
    """A mark that changes with every transaction that writes, and only then."""
    with driver_at(where) as driver, driver.session(database="neo4j") as session:
        session.run("RETURN 1").consume()
        return str(sorted(session.last_bookmarks().raw_values))


def content(where: Address, dataset: str | None = None) -> list[str]:
    """Everything in the store, as sorted lines, without the times of loads and which of several loads wrote a row."""
    prefix = None if dataset is None else f"{dataset}|"
    lines = []
    nodes = "MATCH (n) WHERE $prefix IS NULL OR n.cg_uid STARTS WITH $prefix RETURN labels(n) AS l, properties(n) AS p"
    for record in ask(where, nodes, prefix=prefix):
        if record["l"] != ["Load"]:
            lines.append(json.dumps([sorted(record["l"]), _lasting(record["p"])], ensure_ascii=False, sort_keys=True))
    edges = (
        "MATCH (a)-[r]->(b) WHERE $prefix IS NULL OR r.cg_uid STARTS WITH $prefix "
        "RETURN a.cg_uid AS a, type(r) AS t, b.cg_uid AS b, properties(r) AS p"
    )
    for record in ask(where, edges, prefix=prefix):
        ends = [record["a"], record["t"], record["b"]]
        lines.append(json.dumps([ends, _lasting(record["p"])], ensure_ascii=False, sort_keys=True))
    return sorted(lines)


def _lasting(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name != "cg_load"}


class Server:
    """A server of a test's own, in a folder of its own; it may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: tuple[str, ...] = ()

    def start(self, *settings: str, heap: str = "512m") -> Address:
        self.settings = settings
        words = [sys.executable, str(SCRIPT), "start", "--quick", "--dir", str(self.folder)]
        words += ["--heap", heap, "--page-cache", "32m"]
        for setting in settings:
            words += ["--set", setting]
        shown = subprocess.run(words, capture_output=True, text=True, check=False, timeout=900)
        assert shown.returncode == 0, shown.stderr
        named = dict(line.removeprefix("export ").partition("=")[::2] for line in shown.stdout.splitlines())
        values = {name: shlex.split(value)[0] for name, value in named.items()}
        return Address(values["NEO4J_URI"], values["NEO4J_USER"], values["NEO4J_PASSWORD"])

    def kill(self) -> None:
        """End it as a power cut would; nothing happens where it does not run."""
        pid = int((self.folder / "pid").read_text())
        try:
            if str(self.folder) not in Path(f"/proc/{pid}/cmdline").read_text():
                return
            os.kill(pid, signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            return
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                return
            if state == "Z":
                return
            time.sleep(0.05)

    def stop(self) -> None:
        words = [sys.executable, str(SCRIPT), "stop", "--dir", str(self.folder)]
        subprocess.run(words, capture_output=True, check=True, timeout=180)


def big_tables(note: str = "") -> dict[str, pd.DataFrame]:
    """The toy case's chains with 600 more firms, 1,200 roles and 600 links: some forty batches of 100 rows."""
    kept = ("chains", "segments", "segment_links", "firms", "firm_segments", "firm_links")
    tables = {name: frame for name, frame in toy_tables().items() if name in kept}
    numbers = range(600)
    firms = pd.DataFrame({"firm_id": [f"X{number:04}" for number in numbers]}, dtype="str")
    firms = firms.assign(
        firm=[f"批量第{number}有限公司" for number in numbers], country="中国", city="苏州", province="江苏"
    )
    firms = firms.assign(note=note, tiers="listed;little_giant(2023)", source="构造", as_of="2024-05")
    segments = list(tables["segments"]["segment_id"])
    roles = pd.DataFrame({"firm_id": [*firms["firm_id"], *firms["firm_id"]]}, dtype="str")
    roles["segment_id"] = [segments[(number + number // 600) % len(segments)] for number in range(len(roles))]
    roles = roles.assign(kind="maker", product=note or "硅片", share=0.5, source="构造")
    links = pd.DataFrame({"source_id": firms["firm_id"], "target_id": firms["firm_id"].shift(-1).fillna("L01")})
    links = links.assign(kind="supplies", product=note or "硅片", source="构造")
    for name, more in (("firms", firms), ("firm_segments", roles), ("firm_links", links)):
        frame = tables[name]
        tables[name] = pd.concat([frame, more.reindex(columns=frame.columns).astype(frame.dtypes)], ignore_index=True)
    return tables


def toy_findings(region: str = "嘉兴", lift: float = 2.7) -> Findings:
    """Findings for the toy case, typed in: two gaps, three targets in two lists, one leader."""
    gaps = pd.DataFrame(
        [
            {
                "chain_id": "pv",
                "segment_id": "PV02",
                "state": "none_known",
                "severity": 3.0,
                "fill_mode": "recruit",
                "found": 0,
                "expected": 1.4,
                "reasons": "本地组件厂3家在买",
                "sources": "构造",
            },
            {
                "chain_id": "hy",
                "segment_id": "HY02",
                "state": "none_known",
                "severity": 2.0,
                "fill_mode": "unsuitable",
                "found": 0,
                "expected": float("nan"),
                "reasons": "平湖限制",
                "sources": "构造",
            },
        ]
    )
    targets = pd.DataFrame(
        [
            {
                "chain_id": "pv",
                "segment_id": "PV02",
                "strategy": "extend",
                "rank": 1,
                "firm_id": "O02",
                "firm": "乙二电池科技股份有限公司",
                "fit_lift": lift,
                "fit_low": 1.9,
                "fit_high": 3.4,
                "top_share": 0.9,
                "reasons": "供货甲一",
                "sources": "构造",
                "candidate_list": "new",
                "tiers": "listed;little_giant(2023)",
            },
            {
                "chain_id": "pv",
                "segment_id": "PV02",
                "strategy": "extend",
                "rank": 2,
                "firm_id": "O03",
                "fit_lift": 1.2,
                "candidate_list": "new",
            },
            {
                "chain_id": "pv",
                "segment_id": "PV01",
                "strategy": "extend",
                "rank": 1,
                "firm_id": "O01",
                "fit_lift": 2.0,
                "candidate_list": "reinvest",
            },
        ]
    )
    leaders = pd.DataFrame([{"chain_id": "pv", "rank": 1, "firm_id": "L01", "firm": "甲一", "reason": "营收最高"}])
    terms = pd.DataFrame(
        [
            ("pv", "extend", "main", "O02", "mix", 0.6),
            ("pv", "extend", "main", "O02", "near", 0.4),
            ("pv", "extend", "main", "O03", "mix", 0.2),
        ],
        columns=["chain_id", "strategy", "list", "firm_id", "term", "contribution"],
    )
    gaps = gaps.reindex(columns=list(GAP_COLUMNS))
    targets = targets.reindex(columns=[*SHORTLIST_COLUMNS, "candidate_list"])
    none = {"zh": targets[:0], "en": targets[:0]}
    empty = pd.DataFrame()
    return Findings(
        region=region,
        as_of="2024-05",
        lang="zh",
        gaps={"zh": gaps},
        targets={"zh": targets},
        leader_targets=none,
        rankings={"zh": empty},
        leaders={"zh": leaders},
        questions={"zh": empty},
        terms=terms,
        shares=empty,
        words=empty,
        routes=empty,
        dropped=empty,
        notes={"zh": empty},
        parameters={"seed": 1},
    )


def push(server: Address, dataset: str, tables: dict[str, pd.DataFrame], **options: Any) -> Any:
    return write_neo4j(Case("toy", tables), server.uri, dataset=dataset, **server.login, **options)


def pull(server: Address, dataset: str) -> Case:
    return read_neo4j(server.uri, dataset=dataset, **server.login)
