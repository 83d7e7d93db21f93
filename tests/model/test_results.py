"""The columns of what is handed over: each said once, complete, captioned, and borne out by what a run writes."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from chaingraph.fit.score import FULL_FORM
from chaingraph.labels import LANGUAGES, entries
from chaingraph.main_job import run
from chaingraph.model import results
from chaingraph.model.columns import split
from chaingraph.model.results import FILES, SHEETS, TERMS
from chaingraph.model.results.columns import COLUMNS, ResultColumn, result_column
from chaingraph.model.schema import TABLES
from chaingraph.model.strategy import code_captions
from tests.toy import write_toy

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = ("count", "number", "share", "lift")
LISTS = {name: value for name, value in vars(results).items() if name.isupper() and name.endswith("_COLUMNS")}
LISTS |= {name: value for name, value in vars(results).items() if name.startswith(("TERMINAL_", "NOTEBOOK_"))}
LISTS |= FILES | {f"sheet {kind}": sheet.columns for kind, sheet in SHEETS.items()}


@pytest.mark.parametrize("name", LISTS)
def test_every_column_is_said(name: str) -> None:
    assert set(LISTS[name]) <= set(COLUMNS)
    assert len(set(LISTS[name])) == len(LISTS[name])


def test_every_column_said_stands_somewhere() -> None:
    held = {column for columns in LISTS.values() for column in columns}
    # What a team's or a bureau's sheet adds to any: columns to fill, and what the marks were when they were written.
    assert set(COLUMNS) - held == {"blank:", "mark_base"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_captions_and_notes_are_those_of_the_columns(lang: str) -> None:
    labels = entries("workbook", lang)
    captioned = {entry.removeprefix("column_") for entry in labels if entry.startswith("column_")}
    assert captioned == {name for name in COLUMNS if not name.endswith(":")}
    assert {entry.removeprefix("note_") for entry in labels if entry.startswith("note_")} <= captioned


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_of_a_file_says_what_it_holds(lang: str) -> None:
    """What nobody explains is guessed at: the page of columns has no empty cell."""
    noted = {entry.removeprefix("note_") for entry, said in entries("workbook", lang).items() if said.strip()}
    assert not {name for columns in FILES.values() for name in columns} - noted


def test_every_column_of_a_table_says_what_it_holds() -> None:
    silent = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if not (column.headers and column.note.strip() and column.note_zh.strip())
    ]
    assert not silent


@pytest.mark.parametrize("column", COLUMNS.values(), ids=lambda column: column.name)
def test_a_column_is_whole(column: ResultColumn) -> None:
    if column.kind in NUMBERS and column.name not in ("number", "row"):
        assert column.unit
        assert column.low is not None or column.unit == "nats"
    if column.kind == "share":
        assert (column.low, column.high) == (0, 1)
    assert column.width[0] <= column.width[1]
    if column.codes:
        assert any(entry.startswith(f"{column.codes}_") for entry in code_captions("zh"))


def test_profiles_name_columns_that_there_are() -> None:
    for path in sorted((ROOT / "chaingraph/library/profiles").glob("*.toml")):
        for sheet in tomllib.loads(path.read_text(encoding="utf-8"))["sheets"]:
            own = set(sheet.get("columns", ())) if sheet["kind"] != "table" else set()
            assert {name for name in own if not name.startswith("blank:")} <= set(SHEETS[sheet["kind"]].columns), path


def test_the_terms_are_those_of_the_score() -> None:
    assert tuple(FULL_FORM) == TERMS


@pytest.fixture(scope="module", params=["toy", "data/jiaxing"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    case = write_toy(folder / "toy") if request.param == "toy" else ROOT / request.param
    run(case, region="嘉兴", out=folder / "out")
    return folder / "out"


def test_what_a_run_writes_is_as_said(written: Path) -> None:
    files = sorted(written.glob("*.csv"))
    assert {path.name for path in files} == set(FILES) - {"pools.csv", "rejects.csv"}
    for path in files:
        table = pd.read_csv(path, dtype="str")
        assert tuple(table.columns) == FILES[path.name]
        for name in table:
            _hold(table[name].dropna(), name, path.name)


def _hold(values: pd.Series[str], name: str, where: str) -> None:
    column, place = result_column(name), f"{where}: {name}"
    if column.kind in NUMBERS:
        numbers = pd.to_numeric(values)
        assert column.low is None or (numbers >= column.low).all(), place
        assert column.high is None or (numbers <= column.high).all(), place
        assert column.kind != "count" or (numbers % 1 == 0).all(), place
    elif column.kind == "flag":
        assert values.isin(["0", "1"]).all(), place
    elif column.kind == "date":
        assert values.str.fullmatch(r"\d{4}(-\d{2}){0,2}").all(), place
    else:
        assert (values != "").all(), place
    assert not column.choices or values.isin(column.choices).all(), place
    if column.codes:
        known = {entry.removeprefix(f"{column.codes}_") for entry in code_captions("zh")}
        codes = {part.rstrip("?").partition("(")[0] for value in values for part in split(value)}
        assert codes <= known, place


def test_no_other_module_lists_the_columns_again() -> None:
    """A list of columns belongs in `results`; a module may name the few that it works with."""
    said = [set(columns) for columns in LISTS.values() if len(columns) > 4]
    again = []
    for path in sorted((ROOT / "chaingraph").rglob("*.py")):
        if "results" in path.parts or path.stem.startswith("schema"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = node.elts if isinstance(node, ast.Tuple | ast.List) else []
            names = {str(part.value) for part in parts if isinstance(part, ast.Constant)}
            if len(names) == len(parts) and any(names == columns for columns in said):
                again.append(f"{path.relative_to(ROOT)}:{node.lineno} {names}")
            if len(names) >= 10 and any(names <= columns for columns in said):
                again.append(f"{path.relative_to(ROOT)}:{node.lineno} {names}")
    assert not again, "\n".join(again)
