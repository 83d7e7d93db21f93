"""Heading files: each heading sourced or marked as guessed; one's own are tried first, the shipped ones still count."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.cli.main import DONE, REFUSED, main
from chaingraph.errors import UnknownNameError
from chaingraph.importers.headings import load_headings
from chaingraph.model.registry import load, shipped
from chaingraph.reading.read import read_case

OWN = 'kind = "register"\n[columns]\nfirm = [{ header = "主体名称", source = "某平台导出" }]\n'


def written(folder: Path, content: str) -> str:
    path = folder / "mine.toml"
    path.write_text(content, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", shipped("headings"))
def test_every_shipped_heading_file_is_whole(name: str) -> None:
    kind = load("headings", name).content.get("kind", name)
    assert all(load_headings(name, kind).values())


def test_a_register_under_headings_of_ones_own(tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_text("主体名称,经营范围\n嘉兴某材料有限公司,光伏玻璃制造\n", encoding="utf-8")
    given = ["import", "register", str(export), "--as-of", "2026-01", "--out", str(tmp_path / "case")]
    assert main(given) == REFUSED  # nothing says which column holds the name
    assert main([*given, "--headings", written(tmp_path, OWN)]) == DONE
    case = read_case(tmp_path / "case", required=("firms",))
    assert case["firms"]["firm"].tolist() == ["嘉兴某材料有限公司"]
    assert len(case["firm_products"])  # the scope, under a shipped heading


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (OWN.replace('"register"', '"ranking"'), "heading file mine.toml: kind is 'ranking'; choose: register"),
        (OWN.replace("firm =", "frim ="), "heading file mine.toml, [columns]: key is 'frim'; choose: firm"),
        (OWN.replace(', source = "某平台导出"', ""), "主体名称 is ['header']; choose: source = \"…\" | guessed = true"),
        (OWN.replace('source = "某平台导出"', "guessed = false"), "guessed is False; choose: true"),
        (OWN + 'city = [{ header = "主体名称", guessed = true }]\n', "header is '主体名称'; choose: 1× (firm)"),
        (OWN.replace("[columns]", "[column]"), "表头对照 mine.toml：key 为 'column'；可选：columns"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(UnknownNameError) as refused:
        load_headings(written(tmp_path, content), "register")
    assert said in str(refused.value)
