"""Four cities from public data, by the documented commands alone: the figures that docs/four_cities.md prints."""

from __future__ import annotations

import csv
import importlib.machinery
import importlib.util
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from tests.shared_data import REPOSITORY, shared

LEAST = {"合肥": 25, "宁波": 25, "台州": 25, "沈阳": 20}  # firms registered there with products of the chains


def script() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("four_cities", str(REPOSITORY / "scripts" / "four_cities"))
    spec = importlib.util.spec_from_loader("four_cities", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.shared
@pytest.mark.slow
def test_each_city_has_makers_leaders_targets_and_what_it_is_known_for(tmp_path: Path) -> None:
    four = script()
    four.made(shared("data"), tmp_path)
    for city, least in LEAST.items():
        made = rows(tmp_path / city / "firm_segments.csv")
        assert len({row["firm_id"] for row in made}) >= least, city
        chains = {row["chain_id"] for row in rows(tmp_path / city / "chains.csv")}
        targets = Counter(row["chain_id"] for row in rows(tmp_path / f"{city}_out" / "shortlist.csv"))
        assert set(targets) == chains, city
        said = (tmp_path / f"{city}_start.txt").read_text(encoding="utf-8")
        assert said.count("龙头企业（建议）") == len(chains), city
    table = "\n".join(four.table(tmp_path))
    for name in ("江淮汽车", "皖维", "宁波韵升", "拓普集团", "海正药业", "利欧", "正兴阀门", "杰克缝纫", "沈阳机床"):
        listed = [line.split("|")[6] for line in table.splitlines() if name in line]
        assert any(name in cell for cell in listed), name
    stored = (REPOSITORY / "docs" / "four_cities.md").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("|---") for line in stored) == 1
