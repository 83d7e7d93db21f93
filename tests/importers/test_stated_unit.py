"""The unit that a heading says itself, in a provider's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.importers.headings import heading_file
from chaingraph.reading.headers import stated_unit


@pytest.mark.parametrize(("header", "unit"), [("年营收(万元)", "万元"), ("额（亿元）", "亿元"), ("名称(全称)", "")])
def test_a_unit_in_brackets_is_the_headings_own(header: str, unit: str) -> None:
    assert stated_unit(header) == unit


def test_a_heading_written_with_its_unit_needs_no_unit_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        'title = { zh = "自有", en = "Own" }\nkind = "register"\n[columns]\n'
        'revenue_cny_m = [{ header = "年营收(万元)", guessed = true }]\n',
        encoding="utf-8",
    )
    found = heading_file(file).find("年营收（万元）")
    assert found is not None
    assert (found[0], found[2]) == ("revenue_cny_m", "万元")
