"""Pictures drawn with cells: the same facts as the charts, in a workbook that needs no matplotlib."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.writers.charts import data as chart_data
from chaingraph.writers.workbook import pictures as workbook_pictures
from chaingraph.writers.workbook.sheet import STATE_COLOURS
from chaingraph.writers.workbook.workbook import write_workbook
from tests.made_workbook import toy_findings, toy_graph
from tests.toy import toy_tables


def drawn(tmp_path: Path, findings: Findings, lang: str = "zh") -> Any:
    write_workbook(findings, toy_graph(), tmp_path / "b.xlsx", lang=lang, pictures=False)
    return openpyxl.load_workbook(tmp_path / "b.xlsx")


def cells(sheet: Any) -> list[Any]:
    return [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def test_every_segment_is_a_cell_in_its_lane_with_its_colour(tmp_path: Path) -> None:
    findings = toy_findings()
    sheet = drawn(tmp_path, findings)["产业链全景图"]
    lanes = {"upstream": 1, "midstream": 2, "downstream": 3}
    makers = chart_data.makers_by_segment(findings, toy_graph(), "zh")
    assert any(makers.values())
    for chain_id, own in findings.gaps["zh"].groupby("chain_id"):
        targets = chart_data.first_targets(findings, str(chain_id), "zh")
        for row in own.to_dict("records"):
            found = [cell for cell in cells(sheet) if cell.value.split("\n")[0].removesuffix(" ★") == row["segment"]]
            cell = next(cell for cell in found if cell.column == lanes[row["stage"]])
            assert cell.fill.start_color.rgb[-6:] == STATE_COLOURS[row["state"]][0][1:], row["segment"]
            assert all(name in cell.value for name in makers.get(row["segment_id"], []))
            assert targets.get(row["segment_id"], "") in cell.value
            assert (" ★" in cell.value) == (row["chokepoint"] is True or row["high_value"] is True)
    assert len(sheet.row_breaks.brk) == findings.gaps["zh"]["chain_id"].nunique() - 1


def test_firms_only_registered_here_are_not_told_as_those_of_a_group() -> None:
    row = {"found": 0, "presumed": 2, "group_only": 0}
    assert chart_data.local_line(row, ["甲", "乙"], "zh") == "本地在产0家；登记在本地（待核实）2家：甲、乙"
    both = chart_data.local_line({**row, "group_only": 1}, ["甲", "乙"], "zh")
    assert both == "本地在产0家；登记在本地（待核实）2家，集团能做或待证实1家：甲、乙"
    assert chart_data.local_line({**row, "presumed": 0, "group_only": 1}, ["丙"], "zh").endswith("集团能做或待证实：丙")


def test_a_firm_that_is_no_more_is_named_nowhere() -> None:
    findings, tables = toy_findings(), toy_tables()
    named = chart_data.makers_by_segment(findings, toy_graph(), "zh")
    assert any(named.values())
    firms = tables["firms"].assign(status="dissolved")
    assert chart_data.makers_by_segment(findings, ChainGraph("toy", {**tables, "firms": firms}), "zh") == {}


def test_counts_are_those_of_the_charts(tmp_path: Path) -> None:
    findings, graph = toy_findings(), toy_graph()
    sheet = drawn(tmp_path, findings)["产业链分布图"]
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    names = chart_data.chain_names(findings, "zh")
    for chain, counts in chart_data.district_counts(findings, graph, "zh").iterrows():
        assert [names[str(chain)], *(str(count) if count else "–" for count in counts)] in rows
    for chain, own in chart_data.open_segments(findings, "zh").groupby("chain_id"):
        said = [f"{n} / {of}" if of else "–" for n, of in zip(own["open"], own["total"], strict=True)]
        assert [names[str(chain)], *said] in rows
    assert not sheet._images


def test_bars_are_as_long_as_the_fit(tmp_path: Path) -> None:
    findings = toy_findings()
    sheet = drawn(tmp_path, findings)["产业链招商图"]
    rows = {row[0]: row for row in sheet.iter_rows(values_only=True) if isinstance(row[1], float)}
    targets = findings.targets["zh"].query("candidate_list == 'new'").dropna(subset=["fit_lift"])
    assert len(rows) == len(targets)
    most = max(targets["fit_lift"].max(), targets["fit_high"].max())
    for target in targets.to_dict("records"):
        _, lift, bar, *_ = rows[f"{target['rank']}  {target['firm']}"]
        assert lift == pytest.approx(target["fit_lift"], abs=0.005)
        assert bar.count("█") == round(40 * target["fit_lift"] / most)
        assert len(bar) == round(40 * max(target["fit_lift"], target["fit_high"]) / most)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_missing_matplotlib_leaves_the_drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    def missing(*_: object) -> Any:
        raise workbook_pictures.MissingExtraError("no matplotlib")

    monkeypatch.setattr(workbook_pictures, "_figures", missing)
    write_workbook(toy_findings(), toy_graph(), tmp_path / "b.xlsx", lang=lang)
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    sheet = book["产业链全景图" if lang == "zh" else "Chain panorama"]
    said = [cell.value for cell in cells(sheet)]
    assert any("no matplotlib" in value for value in said)
    assert "甲光伏" in said  # the toy has Chinese texts in both languages


def test_names_that_mean_harm_stay_text(tmp_path: Path) -> None:
    findings = toy_findings()
    frames = {lang: rows.assign(segment='=HYPERLINK("http://x","y")') for lang, rows in findings.gaps.items()}
    names = {lang: rows.assign(firm="=1+1") for lang, rows in findings.targets.items()}
    book = drawn(tmp_path, replace(findings, gaps=frames, targets=names))
    for title in ("产业链全景图", "产业链招商图"):
        harmed = [cell for cell in cells(book[title]) if "HYPERLINK" in cell.value or "=1+1" in cell.value]
        assert harmed
        assert all(cell.data_type != "f" and not cell.value.startswith("=") for cell in harmed)


def test_without_chains_nothing_is_drawn(tmp_path: Path) -> None:
    findings = toy_findings()
    none = {lang: rows.iloc[:0] for lang, rows in findings.gaps.items()}
    targets = {lang: rows.iloc[:0] for lang, rows in findings.targets.items()}
    sheet = drawn(tmp_path, replace(findings, gaps=none, targets=targets))["产业链全景图"]
    assert sheet.max_row <= 4
