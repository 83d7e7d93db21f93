"""Charts hold the numbers of the tables, are the same twice, and say which font to install."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import chaingraph as cg
from chaingraph.cli.main import main
from chaingraph.errors import MissingExtraError, StoreError, UnknownNameError
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.registry import shipped
from chaingraph.writers.charts import charts, figure
from chaingraph.writers.charts import panorama as chart_panorama
from chaingraph.writers.charts.kinds import draw, load_chart
from chaingraph.writers.workbook.lists import local_rows
from tests.toy import toy_tables, write_toy


@pytest.fixture(scope="module")
def found() -> Findings:
    return cg.survey(ChainGraph("toy", toy_tables()), region="嘉兴", as_of="2024-06")


def texts(figure: object) -> list[str]:
    axes = figure.axes[0]
    return [item.get_text() for item in [*axes.texts, axes.title, *axes.get_xticklabels(), *axes.get_yticklabels()]]


def test_the_matrix_counts_open_segments(found: Findings) -> None:
    said = texts(charts.gap_matrix(found))
    # hy: upstream HY01 open, HY03 has a cluster; midstream HY02 open; downstream HY04 thin.
    assert said[:3] == ["1 / 2", "1 / 1", "0 / 1"]
    # pv: PV01 thin; PV02 and PV04 open, PV03 present; PV05 open.
    assert said[3:6] == ["0 / 1", "2 / 3", "1 / 1"]


def test_bars_are_the_lifts_in_list_order(found: Findings) -> None:
    axes = charts.target_bars(found, "pv").axes[0]
    rows = found.targets["zh"]
    rows = rows[(rows["chain_id"] == "pv") & (rows["candidate_list"] == "new")]
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], rows["fit_lift"].fillna(0))


def test_bars_of_a_chain_that_there_is_not_are_refused(found: Findings) -> None:
    with pytest.raises(UnknownNameError, match="no chain 'PV'; similar names: hy, pv"):
        charts.target_bars(found, "PV")


def test_a_picture_of_another_kind_is_refused(found: Findings, tmp_path: Path) -> None:
    with pytest.raises(
        StoreError, match=r"bars\.gif does not have the ending of a picture file: use one of \.svg, \.png, \.pdf"
    ):
        charts.write_chart(charts.target_bars(found, "pv"), tmp_path / "bars.gif")
    assert not list(tmp_path.iterdir())


def test_the_waterfall_ends_at_the_sum(found: Findings) -> None:
    axes = charts.score_waterfall(found, "O09", chain_id="pv").axes[0]
    heights = [bar.get_height() for bar in axes.patches]
    assert sum(heights[:-1]) == pytest.approx(heights[-1])
    row = found.targets["zh"].set_index(["chain_id", "firm_id"]).loc[("pv", "O09")]
    assert np.exp(heights[-1]) == pytest.approx(row["fit_lift"])


def test_the_waterfall_says_each_step_as_a_sum_and_as_a_factor(found: Findings) -> None:
    axes = charts.score_waterfall(found, "O09", chain_id="pv", lang="en").axes[0]
    said = [item.get_text() for item in axes.texts]
    assert len(said) == len(axes.patches)
    for words in said:
        step, factor = words.split("\n")
        assert np.log(float(factor.removeprefix("×"))) == pytest.approx(float(step), abs=0.02)
    total = float(said[-1].split("\n")[0])
    assert f"add up (their factors multiply) to {total:.2f}" in axes.get_xlabel()
    # No bar touches the title: the highest label ends below the upper edge.
    assert max(bar.get_y() + bar.get_height() for bar in axes.patches) < axes.get_ylim()[1] * 0.9


def test_shares_of_tiers_fill_each_bar(found: Findings) -> None:
    axes = charts.tier_shares(found, lang="en").axes[0]
    widths = np.array([bar.get_width() for bar in axes.patches]).reshape(-1, 2).sum(axis=0)
    np.testing.assert_allclose(widths, 1.0)


@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_same_chart_is_the_same_file(found: Findings, tmp_path: Path, form: str) -> None:
    for name in ("a", "b"):
        charts.write_chart(charts.gap_matrix(found), tmp_path / f"{name}.{form}")
    assert (tmp_path / f"a.{form}").read_bytes() == (tmp_path / f"b.{form}").read_bytes()


def test_without_a_chinese_font_the_message_names_some(found: Findings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure, "_FONTS", ("No Such Font",))
    with pytest.raises(MissingExtraError, match="Noto Sans CJK SC"):
        charts.gap_matrix(found)


def test_the_panorama_has_a_box_per_segment_with_state_and_hatch(found: Findings) -> None:
    graph = ChainGraph("toy", toy_tables())
    axes = chart_panorama.panorama(found, graph, "甲光伏").axes[0]
    said = [item.get_text() for item in axes.texts]
    segments = found.gaps["zh"].query("chain_id == 'pv'")["segment"]
    assert all(any(line.removesuffix(" ★") == segment for line in said) for segment in segments)
    # Two rectangles a segment: the ground with its hatch, and the frame.
    hatches = [patch.get_hatch() for patch in axes.patches if type(patch).__name__ == "Rectangle"]
    assert len(hatches) == 2 * len(segments)
    assert {"///", "\\\\"} <= set(hatches)


def test_the_district_matrix_counts_each_firm_once(found: Findings) -> None:
    graph = ChainGraph("toy", toy_tables())
    axes = chart_panorama.district_matrix(found, graph).axes[0]
    counted = sum(int(item.get_text()) for item in axes.texts if item.get_text() != "–")
    assert counted == len(local_rows(found, graph, "zh").drop_duplicates(["chain_id", "firm_id"]))


def test_a_segment_without_a_maker_names_nobody_as_one(found: Findings) -> None:
    graph = ChainGraph("toy", toy_tables())
    for chain in ("pv", "hy"):
        said = [item.get_text() for item in chart_panorama.panorama(found, graph, chain).axes[0].texts]
        assert not [line for line in said if line.startswith("本地0家：")]
    rows = local_rows(found, graph, "zh")
    none = found.gaps["zh"].query("found == 0")["segment_id"]
    assert rows["segment_id"].isin(none).any()  # else the check above would check nothing


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("panorama", ["--chain", "甲光伏"]),
        ("target_bars", ["--chain", "pv"]),
        ("score_waterfall", ["--firm", "O09", "--chain", "pv"]),
        ("gap_matrix", []),
        ("tier_shares", []),
        ("district_matrix", []),
    ],
)
def test_every_chart_is_drawn_from_the_command_line(tmp_path: Path, kind: str, more: list[str]) -> None:
    case, path = write_toy(tmp_path / "toy"), tmp_path / f"{kind}.svg"
    assert main(["chart", str(case), "--region", "嘉兴", "--kind", kind, *more, "--out", str(path)]) == 0
    assert path.read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--kind", "panorama", "--out", "a.svg"], "the chart panorama needs --chain"),
        (["--kind", "score_waterfall", "--out", "a.svg"], "the chart score_waterfall needs --firm"),
        (["--kind", "gap_matrix", "--out", "a.docx"], "use one of .svg, .png, .pdf"),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_refused_before_anything_is_read(
    capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    assert main(["chart", "no-such-case", "--region", "嘉兴", "--lang", "en", *more]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("name", shipped("charts"))
def test_every_chart_of_the_folder_is_drawn(found: Findings, name: str) -> None:
    graph = ChainGraph("toy", toy_tables())
    figure = draw(load_chart(name), found, graph, chain="pv", firm="O09", lang="en")
    assert texts(figure)


def test_a_chart_of_ones_own_bears_its_title_and_settings(found: Findings, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text('kind = "target_bars"\ntitle = "First of all"\n[settings]\ntop = 1\n', encoding="utf-8")
    axes = draw(load_chart(own), found, ChainGraph("toy", toy_tables()), chain="pv", firm=None, lang="en").axes[0]
    assert axes.get_title(loc="left") == "First of all"
    assert len(axes.get_yticks()) == 1
