"""None"""

from __future__ import annotations

import csv
import io
import itertools
import os
import random
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chaingraph.errors import CaseError, ChaingraphError
from chaingraph.model.schema import REQUIRED_TABLES
from chaingraph.reading.read import read_case, summarise
from tests.bad_files import END, HEAD, IN_KILOBYTES, MEGABYTE, memory_and_message, refused, workbook
from tests.toy import toy_tables


def test_nothing_there(tmp_path: Path) -> None:
    assert "there is nothing there" in refused(tmp_path / "none")
    assert "there is nothing there" in refused(tmp_path / "none" / ".." / "none")
    assert "there is nothing there" in refused(Path("a\0b"))
    assert "it cannot be opened" in refused(Path("x" * 5000))
    (tmp_path / "case.csv").write_text("a", encoding="utf-8")
    assert "a case is a folder or one XLSX workbook" in refused(tmp_path / "case.csv")


def test_an_empty_folder_lacks_every_required_table(tmp_path: Path) -> None:
    message = refused(tmp_path)
    for name in ("chains", "segments", "firms", "firm_segments"):
        assert f"- {name}: a required table is missing" in message


def test_a_path_with_dots_is_the_folder_it_means(toy: Path) -> None:
    case = read_case(toy / ".." / "toy")
    assert (case.name, len(case["firms"])) == ("toy", 22)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_are_not_followed(toy: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(toy)
    assert "the case path is a link" in refused(link)
    secret = tmp_path / "secret.csv"
    secret.write_text("parcel\nx\n", encoding="utf-8")
    (toy / "parcels.csv").unlink()
    (toy / "parcels.csv").symlink_to(secret)
    assert "parcels: 'parcels.csv' a link in the case" in refused(toy)


@pytest.mark.skipif(os.name == "nt", reason="no named pipes in folders on Windows")
def test_a_pipe_does_not_hang(toy: Path) -> None:
    os.mkfifo(toy / "confirmations.csv")
    assert "confirmations: 'confirmations.csv' not a regular file" in refused(toy)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "firms: 'firms.csv' the file is empty"),
        (b"\xef\xbb\xbf", "firms: the file is empty"),
        (b" \n\n  \n", "firms: the file is empty"),
        (
            'firm_id,firm,city\nL01,甲,嘉兴\nL02,"乙,嘉兴\nL03,丙",嘉兴\n'.encode(),
            "firms · row 3: '乙,嘉兴 L03,丙' a quote that is not closed",
        ),
        (b"firm_id,firm\nL01,\0\n", "firms: not a text file"),
        (b"firm_id,firm\nL01,\xff\xff\n", "firms: not a text file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "firms: not a text file"),
        (b"x,y\n1,2\n", "firms · row 1: 'x | y' no header of this table is in the first row"),
        (b'firm_id,firm\nL01,"never closed\nL02,x\n', "firms · row 2: 'unexpected end of data' malformed CSV"),
        (b"firm_id,firm\n", "firms: the table has no rows yet"),
        (b"firm_id,firm" + b",x" * 600 + b"\n", "firms: 602 columns; the limit is 512"),
        # Only the beginning of such a header is read.
        (b"firm_id,firm" + b",x" * 1_000_000 + b"\n", "firms: at least 32764 columns; the limit is 512"),
        (b"firm_id,firm" + b',"xx"' * 1_000_000 + b"\n", "firms: at least 13107 columns; the limit is 512"),
    ],
)
def test_files_that_are_no_table(toy: Path, content: bytes, message: str) -> None:
    (toy / "firms.csv").write_bytes(content)
    assert message in refused(toy)


def test_big5_is_not_read_as_gb18030(toy: Path) -> None:
    names = ["台灣積體電路製造股份有限公司", "友達光電", "台達電子"]
    content = "\r\n".join(["firm_id,firm", *(f"F{number},{name}" for number, name in enumerate(names))])
    said = (
        "firms: 'F0,台灣積體電路製造.*' the file is in Big5 .traditional Chinese. → read as GB18030 .*: save it as CSV"
    )
    far = "firm_id,firm\r\n" + "X,plain\r\n" * 10_000 + content  # beyond what is looked at before all is read
    for lines in (content, far):
        (toy / "firms.csv").write_bytes(lines.encode("big5"))
        with pytest.raises(CaseError, match=said):
            read_case(toy, lang="en")
    (toy / "alone").mkdir()
    for encoding in ("gb18030", "utf-8"):  # the same words in an encoding that is read
        (toy / "alone" / "firms.csv").write_bytes(content.encode(encoding))
        assert read_case(toy / "alone", required=("firms",))["firms"]["firm"].tolist() == names


def test_utf8_with_one_broken_byte_is_not_read_as_gb18030(toy: Path) -> None:
    content = (toy / "firms.csv").read_bytes()
    place = content.index("硅材料".encode()) + 1
    (toy / "firms.csv").write_bytes(content[:place] + b"\xff" + content[place + 1 :])
    message = refused(toy)
    assert "firms · row 3: broken bytes in UTF-8 text → near line 3" in message


def garbage(path: Path, head: bytes, blocks: Iterable[bytes], size: int = 200 * MEGABYTE) -> None:
    with path.open("wb") as file:
        file.write(head)
        for block in blocks:
            if file.tell() >= size:
                return
            file.write(block)


LETTERS = "abcdefgh,,,\n"
LINES = "abcdefghijklmn\n"


@pytest.mark.parametrize(
    ("head", "letters", "limit", "message"),
    [
        (b"", "", 20, "firms: not a text file"),
        (b"", LETTERS, 20, "firms · row 1: .* no header of this table"),
        (b"firm_id,firm\n", LETTERS, 250, "firms · row .*too many rows have more cells than the header"),
        pytest.param(b"firm_id,firm\n", LINES, 450, "firms · row .*more than 3000000 rows", marks=pytest.mark.slow),
    ],
    ids=["bytes", "letters", "letters under a header", "lines under a header"],
)
@pytest.mark.long
@IN_KILOBYTES
def test_200_mb_of_garbage(toy: Path, head: bytes, letters: str, limit: int, message: str) -> None:
    if letters:
        blocks = itertools.repeat("".join(random.Random(1).choices(letters, k=MEGABYTE)).encode())
    else:
        blocks = iter(lambda: os.urandom(MEGABYTE), b"")
    garbage(toy / "firms.csv", head, blocks)
    taken, said = memory_and_message(toy)
    assert re.search(message, said), said[:500]
    assert taken < limit, f"{taken} MB"


def test_a_file_beyond_the_limit_is_not_read(toy: Path) -> None:
    with (toy / "firms.csv").open("ab") as file:
        file.truncate(300 * MEGABYTE)  # sparse: takes no room on the disk
    assert "firms: 'firms.csv' the file has 300 MB; the limit is 256 MB" in refused(toy)


def test_a_hundred_thousand_rejects_are_enough(toy: Path) -> None:
    rows = "\n".join(f"N{number},名{number},坏" for number in range(100_010))
    (toy / "firms.csv").write_text(f"firm_id,firm,founded\n{rows}\n", encoding="utf-8")
    with pytest.raises(CaseError, match="more than 100000 problems; reading stopped"):
        read_case(toy, lang="en", max_reject_share=1)


def test_a_damaged_parquet_file(toy: Path) -> None:
    (toy / "firms.csv").unlink()
    (toy / "firms.parquet").write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    assert "the Parquet file is damaged" in refused(toy)


HOSTILE = [
    '=HYPERLINK("http://x","甲")',
    "<script>alert(1)</script>",
    "'; DROP TABLE firms; --",
    "x\u202ecod.exe",
    "../../x",
]


def test_hostile_names_are_only_text(toy: Path) -> None:
    with (toy / "firms.csv").open("a", encoding="utf-8") as file:
        for number, name in enumerate(HOSTILE):
            file.write(f'H{number},"{name.replace(chr(34), chr(34) * 2)}"\n')
    case = read_case(toy, lang="en")
    names = case["firms"].set_index("firm_id")["firm"]
    assert [names[f"H{number}"] for number in range(5)] == [name.replace("\u202e", "") for name in HOSTILE]
    assert len(case.rejects) == 0


def test_names_of_ten_thousand_characters(toy: Path) -> None:
    with (toy / "firms.csv").open("a", encoding="utf-8") as file:
        file.write(f"H1,{'名' * 10_000}\n")
    case = read_case(toy, lang="en")
    rejected = case.rejects.iloc[0]
    assert rejected["reason"] == "text too long (limit 500 characters); row left out"
    assert "it has 10000 characters" in rejected["remedy"]
    assert len(rejected["value"]) == 200
    assert "H1" not in set(case["firms"]["firm_id"])


def test_messages_hold_nothing_that_steers_a_terminal(toy: Path) -> None:
    (toy / "chains.csv").write_text("chain_id,chain\npv,x\n\x1b[31m\u202e,y\n", encoding="utf-8")
    message = refused(toy, max_reject_share=0.0)
    assert not {"\x1b", "\u202e"} & set(message)


def test_file_names_of_any_kind(toy: Path) -> None:
    if sys.platform == "linux":
        (toy / os.fsdecode(b"\xff\xfe\x1b[31m.csv")).write_bytes(b"x")
    (toy / "企业 表(2).csv").write_bytes(b"x")
    case = read_case(toy, lang="en")
    summarise(case, "en").encode("utf-8")
    assert set(case.rejects["reason"]) == {"not a table of a case, so it was not read"}


SETTINGS = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def check_anything(path: Path) -> None:
    """Whatever stands there is a case or a refusal that can be printed."""
    try:
        case = read_case(path, lang="en", max_reject_share=1)
    except ChaingraphError as error:
        said = str(error)
    else:
        said = summarise(case, "zh") + case.rejects.to_csv()
    assert said.encode("utf-8")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One table in every format, whole."""
    folder = tmp_path_factory.mktemp("sound")
    frame = toy_tables()["chains"]
    workbook(
        folder / "a.xlsx", [HEAD.replace(b"firm", b"chain"), b'<row r="2"><c r="A2" t="s"><v>0</v></c></row>', END]
    )
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute(f"COPY frame TO '{folder / 'a.parquet'}' (FORMAT parquet)")
    return {
        "csv": frame.to_csv(index=False).encode(),
        "xlsx": (folder / "a.xlsx").read_bytes(),
        "parquet": (folder / "a.parquet").read_bytes(),
    }


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
@SETTINGS
@given(edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=8))
def test_files_with_any_bytes_changed(
    toy: Path, sound: dict[str, bytes], suffix: str, edits: list[tuple[float, int, bytes]]
) -> None:
    content = sound[suffix]
    for where, length, new in edits:
        place = int(where * len(content))
        content = content[:place] + new + content[place + length :]
    (toy / "chains.csv").unlink(missing_ok=True)
    (toy / f"chains.{suffix}").write_bytes(content)
    check_anything(toy)


@SETTINGS
@given(content=st.binary(max_size=400))
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_files_of_any_bytes(toy: Path, suffix: str, content: bytes) -> None:
    (toy / "chains.csv").unlink(missing_ok=True)
    (toy / f"chains.{suffix}").write_bytes(content)
    check_anything(toy)


ANY = st.text(max_size=30) | st.sampled_from(
    ["示例", "=1+1", "2099", "-59", "1.2亿", "pv", "甲光伏", "'@", "#REF!", "{x}", "%s"]
)


@SETTINGS
@given(table=st.sampled_from(sorted(toy_tables())), rows=st.lists(st.lists(ANY, max_size=16), max_size=5))
def test_tables_of_any_cells(toy: Path, table: str, rows: list[list[str]]) -> None:
    kept = {f"{name}.csv" for name in (*REQUIRED_TABLES, table)}
    for path in toy.iterdir():
        if path.name not in kept:
            path.unlink()
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(toy_tables()[table].columns)
    writer.writerows(rows)
    (toy / f"{table}.csv").write_bytes(buffer.getvalue().encode("utf-8", "replace"))
    check_anything(toy)
    toy_tables()[table].to_csv(toy / f"{table}.csv", index=False)
