"""The engine answers from its own tables and from nothing else on the machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from chaingraph.engines import duckdb as engine
from chaingraph.errors import StoreError
from chaingraph.model.case import empty_table
from tests.toy import toy_tables

HOSTILE = ("'; DROP TABLE firms; --", "/etc/passwd", "read_csv('/etc/passwd')", "\"; ATTACH 'x.db'", "?")


def test_no_query_reaches_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    texts = (
        f"SELECT * FROM '{secret}'",
        f"SELECT * FROM read_csv('{secret}')",
        f"COPY (SELECT 1) TO '{secret}.out'",
        f"ATTACH '{secret}.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
    )
    for text in texts:
        monkeypatch.setattr(engine, "sql_text", lambda name, text=text: text)
        with (
            engine.open_engine({"segments": empty_table("segments")}) as query,
            pytest.raises(StoreError, match="failed"),
        ):
            query("anything")
    assert not (tmp_path / "secret.csv.out").exists()


def test_no_query_reaches_a_frame_or_a_table_of_another_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "lying_about", pd.DataFrame({"a": [1]}), raising=False)
    with (
        engine.open_engine({"firms": toy_tables()["firms"]}) as other,
        engine.open_engine({"segments": empty_table("segments")}) as query,
    ):
        assert other("segment_count", tables={"segments": empty_table("segments")})["segments"].tolist() == [0]
        for name in ("lying_about", "firms"):
            monkeypatch.setattr(engine, "sql_text", lambda _, name=name: f"SELECT * FROM {name}")
            with pytest.raises(StoreError, match=name):
                query("anything")


def test_names_are_values_only() -> None:
    tables = toy_tables()
    tables["firms"].loc[: len(HOSTILE) - 1, "firm"] = list(HOSTILE)
    with engine.open_engine({**tables}) as query:
        assert query("segment_count")["segments"].tolist() == [9]


def test_missing_text_comes_back_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        engine, "sql_text", lambda name: "SELECT firm, firm_en, NULL AS nothing FROM firms ORDER BY firm_id"
    )
    with engine.open_engine({"firms": toy_tables()["firms"]}) as query:
        rows = query("anything")
    assert rows["firm_en"].isna().sum() > 0
    assert str(rows["firm_en"].dtype) == "str"
    assert rows["nothing"].isna().all()


def test_a_table_for_one_question_is_gone_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "sql_text", lambda name: "SELECT count(*) AS n FROM passing")
    with engine.open_engine({"firms": toy_tables()["firms"]}) as query:
        assert query("x", tables={"passing": pd.DataFrame({"a": [1, 2]})})["n"].tolist() == [2]
        with pytest.raises(StoreError, match="passing"):
            query("x")


def test_of_many_rows_texts_are_held_once_and_tables_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        "rows": "SELECT firm, city FROM firms ORDER BY firm_id",
        "held": "SELECT sum(memory_usage_bytes) AS bytes FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'",
    }
    monkeypatch.setattr(engine, "sql_text", texts.__getitem__)
    rows = 60_000
    cells = {"firm_id": map(str, range(rows)), "firm": ["某某新材料科技有限公司"] * rows, "city": ["嘉兴"] * rows}
    firms = pd.concat([empty_table("firms"), pd.DataFrame(cells)], ignore_index=True)
    with pd.option_context("mode.string_storage", "python"), engine.open_engine({"firms": firms}) as query:
        answer = query("rows")
        held = int(query("held")["bytes"].iloc[0])
    assert answer["firm"].tolist() == ["某某新材料科技有限公司"] * rows
    assert {len({id(cell) for cell in answer[name].to_numpy(dtype=object)}) for name in answer} == {1}
    assert held < rows * 16 * 3  # sixteen bytes a cell, were it only for the three columns that hold anything


def test_of_many_rows_ids_and_names_are_the_texts_that_were_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "sql_text", lambda _: "SELECT firm_id AS group_id, firm FROM firms ORDER BY firm_id")
    cells = {"firm_id": [f"F{row:05}" for row in range(10_000)], "firm": [f"企业{row}" for row in range(10_000)]}
    with pd.option_context("mode.string_storage", "python"):
        firms = pd.DataFrame(cells).reindex(columns=empty_table("firms").columns)
        with engine.open_engine({"firms": firms}, threads=1) as query:
            answer = query("x")
    for given, taken in (("firm_id", "group_id"), ("firm", "firm")):
        theirs, own = answer[taken].to_numpy(dtype=object), firms[given].to_numpy(dtype=object)
        assert all(cell is same for cell, same in zip(theirs, own, strict=True))


def write_dataset(folder: Path, rows: int = 4) -> Path:
    """A dataset of firms in two provinces, the province only in the folders' names."""
    with duckdb.connect() as connection:
        for number, province in enumerate(("浙江", "江苏")):
            part = folder / f"province={province}"
            part.mkdir(parents=True)
            connection.execute(
                f"COPY (SELECT 'F{number}' || range AS firm_id, '企业' || range AS firm FROM range({rows // 2})) "
                f"TO '{part}/data.parquet'"
            )
    return folder


def test_a_dataset_is_read_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "SELECT province, count(*) AS n, count(revenue_cny_m) AS known FROM firms GROUP BY province ORDER BY province"
    )
    monkeypatch.setattr(engine, "sql_text", lambda name: text)
    dataset = write_dataset(tmp_path / "firms").rename(tmp_path / "it's; DROP TABLE x --")
    with engine.open_engine({"firms": dataset}) as query:
        rows = query("anything")
    assert rows.to_dict("list") == {"province": ["江苏", "浙江"], "n": [2, 2], "known": [0, 0]}


def test_beside_a_dataset_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = write_dataset(tmp_path / "firms")
    secret = tmp_path / "secret.parquet"
    secret.write_bytes((dataset / "province=浙江" / "data.parquet").read_bytes())
    linked = dataset / "province=浙江" / "linked.parquet"
    linked.symlink_to(secret)
    assert engine.parquet_files(dataset) == [
        str((dataset / f"province={name}" / "data.parquet").resolve()) for name in ("江苏", "浙江")
    ]
    texts = (
        f"SELECT * FROM read_parquet('{secret}')",
        f"SELECT * FROM read_parquet('{linked}')",
        f"SELECT * FROM '{dataset}/*/*.parquet'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_text('/etc/hostname')",
        f"COPY (SELECT 1) TO '{dataset}/new.parquet'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET allowed_directories = ['/']",
        "SET memory_limit = '100GB'",
    )
    for text in texts:
        monkeypatch.setattr(engine, "sql_text", lambda name, text=text: text)
        with engine.open_engine({"firms": dataset}) as query, pytest.raises(StoreError, match="failed"):
            query("anything")
    assert not (dataset / "new.parquet").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [("none", "holds no Parquet"), ("a[1]", "rename"), ("link", "is a link"), ("bad", "cannot be read")],
)
def test_what_is_no_dataset_is_refused(tmp_path: Path, name: str, words: str) -> None:
    folder = tmp_path / name
    if name == "link":
        folder.symlink_to(write_dataset(tmp_path / "firms"))
    elif name == "bad":
        folder.mkdir()
        (folder / "x.parquet").write_text("no Parquet", encoding="utf-8")
    elif name != "none":
        write_dataset(folder)
    with pytest.raises(StoreError, match=words), engine.open_engine({"firms": folder}):
        pass


def test_what_does_not_fit_is_spilled_or_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = write_dataset(tmp_path / "firms", rows=2_000_000)
    texts = {
        "spills": "SELECT count(*) AS n FROM (SELECT firm_id, min(firm) AS firm FROM firms GROUP BY firm_id)",
        "fails": "SELECT length(string_agg(repeat(firm_id, 20), ';')) AS n FROM firms",  # one value: cannot be spilled
    }
    monkeypatch.setattr(engine, "sql_text", lambda name: texts[name])
    with engine.open_engine({"firms": dataset}, memory_limit="96MB") as query:
        assert query("spills")["n"].tolist() == [2_000_000]
        with pytest.raises(StoreError, match="memory limit of 96MB"):
            query("fails")
    assert not list(Path(tempfile.gettempdir()).glob(f"chaingraph-spill-*/duckdb_temp_{os.getpid()}_*"))


def test_a_table_that_does_not_fit_is_refused_in_words() -> None:
    firms = pd.DataFrame({"firm_id": [f"F{number:06}" for number in range(100_000)]})
    with (
        pytest.raises(StoreError, match=r"loading table firms \(100000 rows\) needs more than the memory limit of 1MB"),
        engine.open_engine({"firms": firms}, memory_limit="1MB"),
    ):
        pass
    odd = pd.DataFrame({"amount": [1 + 2j]})
    with (
        pytest.raises(StoreError, match="table amounts could not be handed to the engine"),
        engine.open_engine({"amounts": odd}),
    ):
        pass
