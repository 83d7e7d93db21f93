"""A register of any size: the same firms and tags whether it is held in memory or written as Parquet datasets."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from chaingraph.cli import national as national_cli
from chaingraph.cli.main import main
from chaingraph.engines.duckdb import open_engine
from chaingraph.errors import StoreError
from chaingraph.importers.register import joined_parts, read_register_in_parts
from chaingraph.model.case import Case, empty_table
from chaingraph.reading.read import read_case
from chaingraph.stores.parquet import tag as parquet_tag
from chaingraph.stores.parquet.narrow import datasets
from chaingraph.tagging.cases import tag_and_tell
from chaingraph.writers.datasets import large_case_folder, write_datasets
from tests.made_exports import credit_code
from tests.shared_data import FROZEN

PLACES = ("浙江,嘉兴,海宁市", "浙江,杭州,", "江苏,苏州,昆山市", ",,", "火星/*?[x]'; --,无处,")
HEADER = "企业名称,统一社会信用代码,成立日期,经营范围,省份,城市,区县\n"
ODD = (
    "一家公司,12345,2001/2/3,光伏玻璃,浙江,嘉兴,\n"  # malformed code
    ",91330482MA2000001X,,,,,\n"  # nameless
    f"第1公司,{credit_code(1)},,别的产品\uff1b光伏玻璃,江苏,苏州,\n"  # the second firm again, elsewhere
)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made register: scopes of products that the curated case knows, and of others."""
    known = sorted(set(read_case(FROZEN)["firm_segments"]["product"].dropna()))
    others = ["餐饮服务", "房屋租赁", "货物运输", "服装", "日用百货", "技术咨询"]
    chance = random.Random(3)
    rows = [
        f"第{number}公司,{credit_code(number)},2015-03-07,"
        f'"{chr(0xFF1B).join(chance.sample(known, 3) + chance.sample(others, 3))}",{chance.choice(PLACES)}\n'
        for number in range(900)
    ]
    path = tmp_path_factory.mktemp("register") / "register.csv"
    path.write_text(HEADER + "".join(rows) + ODD, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def small(register: Path) -> Case:
    imported = joined_parts(list(read_register_in_parts(register, as_of="2019-04")))
    return tag_and_tell(imported.case, read_case(FROZEN))[0]


@pytest.fixture(scope="module")
def tagged(register: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The way of a province's centre, by the commands, in parts smaller than the register."""
    folder = tmp_path_factory.mktemp("tagged")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_tag, "_CHUNKS", 1)
        words = ["import", "register", str(register), "--as-of", "2019-04", "--large", "--out", str(folder / "case")]
        assert main(words) == 0
        assert main(["tag", str(folder / "case"), "--with", str(FROZEN), "--out", str(folder / "tagged")]) == 0
    return folder / "tagged"


def rows_of(path: Path, name: str) -> pd.DataFrame:
    """A dataset in memory, as its table's reader would have it, sorted by key."""
    with duckdb.connect() as connection:
        files = sorted(str(file) for file in (path / name).rglob("*.parquet"))
        read = "SELECT * FROM read_parquet($1, hive_partitioning = true, hive_types_autocast = false)"
        return connection.execute(read, [files]).df()


def same(left: pd.DataFrame, right: pd.DataFrame, key: list[str]) -> None:
    kinds = right.dtypes.to_dict()
    left = left[list(right.columns)].astype(kinds).sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(left, right.sort_values(key, ignore_index=True))


def test_firms_products_and_tags_are_the_same_in_memory_and_as_datasets(tagged: Path, small: Case) -> None:
    assert len(small["firm_products"]) > 2 * 2048  # more than one part is tagged
    assert len(small["firm_segments"]) > 500
    same(rows_of(tagged, "firms"), small["firms"], ["firm_id"])
    same(rows_of(tagged, "firm_products"), small["firm_products"], ["firm_id", "product"])
    same(rows_of(tagged, "firm_segments"), small["firm_segments"], ["firm_id", "segment_id"])
    for name in ("chains", "segments", "segment_links"):
        pd.testing.assert_frame_equal(read_case(tagged, required=())[name], small[name])


def test_how_a_register_is_cut_does_not_matter(register: Path, tmp_path: Path) -> None:
    for size in (100, 20_000):
        parts = read_register_in_parts(register, as_of="2019-04", size=size)
        (tmp_path / str(size)).mkdir()
        write_datasets(
            ({"firms": part.tables["firms"], "rejects": part.rejects} for part in parts), tmp_path / str(size)
        )
    few, many = (sorted((tmp_path / size).rglob("*.parquet")) for size in ("100", "20000"))
    assert [path.relative_to(tmp_path / "100") for path in few] == [
        path.relative_to(tmp_path / "20000") for path in many
    ]
    assert [path.read_bytes() for path in few] == [path.read_bytes() for path in many]


def test_an_import_counts_and_keeps_what_it_could_not_use(
    register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(national_cli, "_SMALL_PARTS", 0)  # as if the register were longer than 100,000 rows
    out = tmp_path / "case"
    words = ["import", "register", str(register), "--as-of", "2019-04", "--out", str(out), "--lang", "en"]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "903 rows, of which 901 kept, 1 merged, 1 left out whole" in shown
    assert "1: register.csv · 统一社会信用代码" in shown
    assert "such as 12345" in shown
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT * FROM read_parquet($1)", [str(out / "rejects.parquet")]).df()
    assert sorted(rows["column"]) == ["企业名称", "统一社会信用代码"]
    assert sorted(path.name for path in out.iterdir()) == ["firm_products", "firms", "rejects.parquet"]
    assert main(["check", str(out), "--lang", "en"]) == 1
    assert "chaingraph tag" in capsys.readouterr().err
    assert main(words) == 1  # never into a case that is there
    assert "name another folder" in capsys.readouterr().err


def test_a_table_without_rows_is_a_dataset_too(tmp_path: Path) -> None:
    write_datasets([{"firm_segments": empty_table("firm_segments").assign(province="")}], tmp_path)
    with open_engine({"firm_segments": tmp_path / "firm_segments"}) as query:
        assert query("large/tagged").iloc[0].tolist() == [0, 0, 0, 0]


def test_an_interruption_leaves_nothing_behind(register: Path, tmp_path: Path) -> None:
    def broken() -> Iterator[dict[str, pd.DataFrame]]:
        for part in read_register_in_parts(register, as_of="2019-04", size=300):
            yield {"firms": part.tables["firms"]}
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), large_case_folder(tmp_path / "case") as room:
        write_datasets(broken(), room)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_said(register: Path, tmp_path: Path) -> None:
    parts = ({"firms": part.tables["firms"]} for part in read_register_in_parts(register, as_of="2019-04"))
    (tmp_path / "firms").write_text("a file where the dataset should be")
    with pytest.raises(StoreError, match="could not be written"):
        write_datasets(parts, tmp_path)


def test_what_a_large_case_says_of_its_firms_itself_stays(
    tagged: Path, small: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case"
    shutil.copytree(tagged, case)
    shutil.rmtree(case / "firm_segments")
    first = small["firm_segments"].iloc[0]
    (case / "firm_segments").mkdir()
    told = pd.DataFrame({"firm_id": [first["firm_id"]], "segment_id": [first["segment_id"]], "kind": ["buyer"]})
    with duckdb.connect() as connection:
        connection.register("told", told)
        connection.execute("COPY (SELECT * FROM told) TO $1", [str(case / "firm_segments" / "a.parquet")])
    assert main(["tag", str(case), "--with", str(FROZEN), "--out", str(tmp_path / "again"), "--lang", "en"]) == 0
    rows = rows_of(tmp_path / "again", "firm_segments").set_index(["firm_id", "segment_id"])
    assert len(rows) == len(small["firm_segments"])
    assert rows["kind"].value_counts().to_dict() == {"maker": len(rows) - 1, "buyer": 1}
    assert rows.loc[(first["firm_id"], first["segment_id"]), "kind"] == "buyer"
    assert f"{len(rows)} tagged rows" in capsys.readouterr().out


def test_the_checked_case_is_clean_and_a_fault_in_its_products_is_found(
    tagged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tagged), "--lang", "en"]) == 0
    capsys.readouterr()
    case = tmp_path / "case"
    shutil.copytree(tagged, case)
    rows = pd.DataFrame(
        {
            "firm_id": ["nobody", None, "nobody2"],
            "product": ["纱线", "纱线", None],
            "share": [1.5, 0.5, None],
            "as_of": ["then", None, None],
        }
    )
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        target = case / "firm_products" / "province=-"
        target.mkdir()
        connection.execute("COPY (SELECT * FROM rows) TO $1", [str(target / "b.parquet")])
    assert main(["check", str(case), "--rejects", str(tmp_path / "r.parquet"), "--lang", "en"]) == 3
    with duckdb.connect() as connection:
        found = connection.execute("SELECT * FROM read_parquet($1)", [str(tmp_path / "r.parquet")]).df()
    assert found.groupby(["column_name", "reason"]).size().to_dict() == {
        ("as_of", "not_a_date"): 1,
        ("firm_id", "points_nowhere"): 2,
        ("firm_id", "required"): 1,
        ("product", "required"): 1,
        ("share", "out_of_range"): 1,
    }


def test_sql_reads_the_datasets_and_nothing_else(tagged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert set(datasets(tagged)) == {"firms", "firm_segments", "firm_products"}
    question = "SELECT count(DISTINCT p.firm_id) AS n FROM firm_products p JOIN firms f USING (firm_id)"
    assert main(["sql", str(tagged), question]) == 0
    assert "901" in capsys.readouterr().out
    assert main(["sql", str(tagged), "--lang", "en"]) == 0
    assert "firms (901): firm_id" in capsys.readouterr().out
    file = next((tagged / "firms").rglob("*.parquet"))
    for reaching in ("read_text('/etc/passwd')", "read_csv('/etc/passwd')", f"glob('{file.parent.parent}/*')"):
        assert main(["sql", str(tagged), f"SELECT * FROM {reaching}", "--lang", "en"]) == 1
        assert "reaches beyond" in capsys.readouterr().err
