"""A desk of the example: as an object, as a process, and in a real browser that reaches this machine alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chaingraph.desk.desk import Desk
from chaingraph.reading.example import load_example
from chaingraph.writers.case import write_case
from tests.browser_window import NOWHERE, chromium
from tests.made_desk import Running, made_desk, start_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return made_desk(tmp_path)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("desk")
    write_case(load_example(), folder / "case", form="csv")
    pytest.importorskip("flask", reason="the extra desk is not installed")
    made = start_desk(folder / "case", folder / "state")
    yield made
    made.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    yield from chromium(f"{NOWHERE} , EXCLUDE 127.0.0.1")
