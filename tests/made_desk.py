"""Desks of a small case: as an object, and as the process that a user starts."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from chaingraph.desk.desk import Asked, Desk, Upload
from chaingraph.desk.home import desk_home
from chaingraph.reading.example import load_example
from chaingraph.writers.case import write_case

OFFICE = "构造市投促中心"
NOW = "2025-06-12T09:30"
TEXT = (
    "构造甲电子有限公司首班产能已经饱和，正在考察新的生产基地，选址尚未确定。\n"
    "构造乙电池有限公司与平湖市签约，总投资3亿元建设电池项目。"
)


def made_desk(folder: Path) -> Desk:
    """The desk of the example, with an office and a region."""
    case = folder / "case"
    write_case(load_example(), case, form="csv")
    home = desk_home(case, {"XDG_STATE_HOME": str(folder / "state")})
    desk = Desk(
        case,
        folder / "out",
        folder / "ledger.db",
        folder / "papers",
        home,
        lambda: NOW,
        {"lang": "zh", "region": "嘉兴"},
    )
    desk.choose(office=OFFICE)
    return desk


def ask(desk: Desk, *uploads: Upload, **form: str) -> Asked:
    return Asked(desk, form, form, uploads)


@dataclass
class Running:
    """A desk in a process of its own: where it is reached, and its cookie once it was opened."""

    process: subprocess.Popen[str]
    case: Path
    address: str
    cookie: str = ""
    state: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def own(self) -> str:
        """The secret part of every address, with its slash."""
        return "/" + urlsplit(self.address).path.split("/")[1]

    def ask(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str | None] | None = None
    ) -> tuple[int, dict[str, str], str]:
        """Ask as the user's browser would, but for the headers that are given; None leaves one out."""
        sent = {"Host": f"127.0.0.1:{self.port}", "Cookie": f"chaingraph_desk={self.cookie}"}
        if method == "POST":
            sent |= {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        wanted = {name: value for name, value in {**sent, **(headers or {})}.items() if value is not None}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.putrequest(method, path, skip_host=True)
            for name, value in wanted.items():
                line.putheader(name, value)
            if body is not None:
                line.putheader("Content-Length", str(len(body)))
            line.endheaders(body)
            answer = line.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
        finally:
            line.close()

    def get(self, path: str, **headers: str | None) -> tuple[int, dict[str, str], str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("GET", self.own + path, headers=named)

    def post(self, path: str, form: Mapping[str, str], **headers: str | None) -> tuple[int, dict[str, str], str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", self.own + path, body=urlencode(form).encode(), headers=named)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(30)
        if self.process.stdout:
            self.process.stdout.close()


def start_desk(case: Path, state: Path, *more: str) -> Running:
    """The command that a user types, without a browser; opened by its secret, with an office."""
    variables = {**os.environ, "XDG_STATE_HOME": str(state), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "chaingraph", "desk", str(case), "--region", "嘉兴", "--no-browser", *more]
    root = Path(__file__).resolve().parents[1]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=variables, cwd=root)
    assert process.stdout is not None
    told = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+\S+", told)
    assert found, told
    running = Running(process, case, found[0])
    for _ in range(100):
        try:
            status, headers, _body = running.ask("GET", urlsplit(found[0]).path, headers={"Cookie": None})
            break
        except ConnectionRefusedError:
            time.sleep(0.05)
    assert status == 200
    running.cookie = headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert running.post("/settings", {"office": OFFICE, "region": "嘉兴"})[0] == 303
    return running
