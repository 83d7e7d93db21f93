"""What an installation asks for: floors that are tested, versions that CI is held to, licences that are named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
TESTED_AT_THE_FLOOR = ("neo4j", "mcda", "charts", "briefs", "slides", "desk")


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pinned(file: str) -> dict[str, Version]:
    lines = (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {_key(name): Version(version) for name, version in pins}


def _floors(lines: list[str]) -> dict[str, Version]:
    asked = [Requirement(line) for line in lines]
    return {_key(one.name): Version(part.version) for one in asked for part in one.specifier if part.operator == ">="}


def _shipped() -> list[str]:
    """What an installation may ask for; an extra that asks for another extra of ours says nothing new."""
    asked = [*PROJECT["dependencies"], *(line for extra in EXTRAS if extra != "dev" for line in EXTRAS[extra])]
    return [line for line in asked if not line.startswith("chaingraph[")]


def test_every_dependency_has_a_floor() -> None:
    assert [line for line in _shipped() if ">=" not in line] == []


def test_the_lowest_versions_are_the_floors() -> None:
    wanted = [*PROJECT["dependencies"], *(line for extra in TESTED_AT_THE_FLOOR for line in EXTRAS[extra])]
    assert _pinned("lowest.txt") == _floors(wanted)


def test_the_versions_of_ci_hold_everything_at_or_above_its_floor() -> None:
    pins = _pinned("ci.txt")
    wanted = [*PROJECT["dependencies"], *(line for extra in EXTRAS for line in EXTRAS[extra])]
    asked = [Requirement(line) for line in wanted if not line.startswith("chaingraph")]
    assert [one.name for one in asked if _key(one.name) not in pins] == []
    assert [str(one) for one in asked if not one.specifier.contains(pins[_key(one.name)])] == []


def test_every_library_asked_for_is_in_the_list_of_licences() -> None:
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    names = {_key(line.split(" | ")[0].removeprefix("| ")) for line in listed.splitlines() if line.startswith("| ")}
    assert {_key(Requirement(line).name) for line in _shipped()} - names == set()
    assert "not stated" not in listed
    assert not re.search(r"\b(A?GPL|General Public)", listed)
