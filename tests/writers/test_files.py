"""Files: inert text, the same bytes over runs, and never half an output, whatever kills the run."""

from __future__ import annotations

import csv
import errno
import io
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaingraph.errors import ChaingraphError, StoreError
from chaingraph.reading.cells import clean
from chaingraph.writers import files
from chaingraph.writers.files import (
    check_output,
    file_name,
    number_text,
    output_folder,
    whole_file,
    write_bytes,
    write_csv,
)
from chaingraph.writers.harmless import clean_text, plain_text, safe_text


@pytest.mark.parametrize(
    "first", ["=", "+", "-", "@", "\t", "\r", "\n", "|", *"＝＋－＠﹦﹢﹣﹫", " =", "\u3000＝", "\xa0+"]
)
def test_formula_starts_get_an_apostrophe(first: str) -> None:
    assert safe_text(f"{first}cmd|' /C calc'!A0") == f"'{first}cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    "harmless", ["隆基绿能", "a=b", "1-2", "'s-Hertogenbosch", "", "<script>alert(1)</script>", "2.5"]
)
def test_other_text_is_left_alone(harmless: str) -> None:
    assert safe_text(harmless) == harmless
    assert plain_text(harmless) == harmless


def test_hidden_characters_cannot_hide_a_formula() -> None:
    assert safe_text("\x00\u202e=1+1") == "'=1+1"
    assert clean_text("a\x1b[31mb\ud800c\uffff") == "a[31mbc"
    assert clean_text("第一行\n第二行\t列") == "第一行\n第二行\t列"


@given(st.text())
def test_safe_text_is_inert_and_can_be_undone(value: str) -> None:
    safe = safe_text(value)
    assert not safe.lstrip().startswith(("=", "+", "-", "@", "|", "＝", "＋", "－", "＠"))
    assert not safe.startswith(("\t", "\r", "\n"))
    assert plain_text(safe) == clean_text(value)
    safe.encode("utf-8")


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_numbers_keep_six_significant_digits(value: float) -> None:
    written = number_text(value)
    assert "e" not in written.lower()
    assert float(written) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("name", ["=SUM(A1)", "+86", "-5 ℃", "@home", "'=x", "隆基绿能", "＝甲＋乙", "|calc"])
def test_the_reader_of_cases_takes_the_apostrophe_off(name: str) -> None:
    assert clean(safe_text(name)) == name


def test_infinite_number_is_refused() -> None:
    with pytest.raises(ValueError, match="inf"):
        number_text(float("inf"))


def _frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "firm": pd.Series(['=HYPERLINK("http://x")', "甲,乙\n丙", None], dtype="str"),
            "lift": [0.1 + 0.2, float("nan"), 1234567.0],
            "count": pd.array([1, None, 0], dtype="Int64"),
            "flag": pd.array([True, False, None], dtype="boolean"),
            "unused": ["x", "y", "z"],
        }
    )


def test_csv_is_what_excel_opens_right(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    write_csv(_frame(), path, columns=["count", "firm", "lift", "flag"])
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows == [
        ["count", "firm", "lift", "flag"],
        ["1", '\'=HYPERLINK("http://x")', "0.3", "1"],
        ["", "甲,乙\n丙", "", "0"],
        ["0", "", "1234567", ""],
    ]
    write_csv(_frame(), tmp_path / "again.csv", columns=["count", "firm", "lift", "flag"])
    assert (tmp_path / "again.csv").read_bytes() == raw
    assert sorted(item.name for item in tmp_path.iterdir()) == ["again.csv", "表.csv"]


def test_headings_are_inert_too(tmp_path: Path) -> None:
    """An analyst's question names the columns of its answer."""
    write_csv(pd.DataFrame({"=1+1": ["＝1+1"]}), tmp_path / "a.csv", columns=["=1+1"])
    assert (tmp_path / "a.csv").read_bytes().decode("utf-8-sig") == "'=1+1\r\n'＝1+1\r\n"


def test_csv_of_no_rows_has_its_headers(tmp_path: Path) -> None:
    write_csv(_frame().iloc[:0], tmp_path / "a.csv", columns=["firm", "lift"])
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbffirm,lift\r\n"


def test_file_names_come_from_plain_ids_only() -> None:
    assert file_name("PV_2-x", ".html") == "PV_2-x.html"
    for bad in ("", "a/b", "..", "光伏", "a" * 65, "a\n", "a.b", "a\u202e"):
        with pytest.raises(ChaingraphError, match=r"字母.*letters"):
            file_name(bad, ".html")
    for taken in ("index", "CON", "lpt1"):
        with pytest.raises(ChaingraphError, match="reserved"):
            file_name(taken, ".html")


def _listing(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_outputs_arrive_together_and_leave_other_files_alone(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    with output_folder(out) as folder:
        (folder / "run.json").write_text("2")
        (folder / "gaps.csv").write_text("2")
        assert not out.exists()
    assert _listing(out) == {"run.json": b"2", "gaps.csv": b"2"}
    (out / "mine.txt").write_text("kept")
    with output_folder(out) as folder:
        (folder / "gaps.csv").write_text("3")
    assert _listing(out) == {"run.json": b"2", "gaps.csv": b"3", "mine.txt": b"kept"}
    assert [item.name for item in out.parent.iterdir()] == ["out"]


def test_failed_run_changes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "gaps.csv").write_text("old")

    def failing() -> None:
        with output_folder(out) as folder:
            (folder / "gaps.csv").write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        failing()
    assert _listing(out) == {"gaps.csv": b"old"}
    assert [item.name for item in tmp_path.iterdir()] == ["out"]


def test_file_link_and_input_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    for name in ("file", "link"):
        with pytest.raises(StoreError, match="不是文件夹"), output_folder(tmp_path / name):
            pass
    with (
        pytest.raises(StoreError, match="is the input"),
        output_folder(tmp_path / "folder", inputs=[tmp_path / "folder"]),
    ):
        pass
    for name in ("folder", "link"):
        with pytest.raises(StoreError, match="folder or a link"), whole_file(tmp_path / name):
            pass
    assert (tmp_path / "file").read_text() == "x"


def test_link_inside_out_is_replaced_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    out = tmp_path / "out"
    out.mkdir()
    (out / "gaps.csv").symlink_to(victim)
    with output_folder(out) as folder:
        (folder / "gaps.csv").write_text("new")
    assert victim.read_text() == "precious"
    assert not (out / "gaps.csv").is_symlink()


def test_folder_in_the_way_is_found_before_anything_moves(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "gaps.csv").mkdir(parents=True)

    def fill() -> None:
        with output_folder(out) as folder:
            (folder / "a.csv").write_text("new")
            (folder / "gaps.csv").write_text("new")

    with pytest.raises(StoreError, match="unchanged"):
        fill()
    assert _listing(out) == {}


def test_two_runs_into_one_place(tmp_path: Path) -> None:
    with output_folder(tmp_path / "out") as folder:
        (folder / "a").write_text("1")
        with pytest.raises(StoreError, match=r"另一次运行.*another run"), output_folder(tmp_path / "out"):
            pass
        with output_folder(tmp_path / "elsewhere"):
            pass
        assert (folder / "a").read_text() == "1"
    assert _listing(tmp_path / "out") == {"a": b"1"}


def test_missing_parent_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="make it first"):
        write_bytes(b"x", tmp_path / "no" / "file.csv")
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="not a folder"), output_folder(tmp_path / "file" / "out"):
        pass
    with pytest.raises(StoreError, match="shorter"):
        write_bytes(b"x", tmp_path / ("长" * 90))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="no permission"), output_folder(tmp_path / "out"):
            pass
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_is_said(tmp_path: Path) -> None:
    def fill() -> None:
        with output_folder(tmp_path / "out"), Path("/dev/full").open("wb", buffering=0) as place:
            place.write(b"x")

    with pytest.raises(StoreError, match="磁盘空间不足"):
        fill()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_file_larger_than_allowed_is_said(tmp_path: Path) -> None:
    import resource

    (tmp_path / "a.csv").write_text("old")
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, former[1]))
    try:
        with pytest.raises(StoreError, match=r"larger than a file may be there.*the old files are unchanged"):
            write_bytes(bytes(1001), tmp_path / "a.csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
    assert (tmp_path / "a.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_open_file_stops_the_move_and_the_message_says_how_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Windows answers when Excel holds a file."""
    real = Path.replace

    def held(self: Path, target: Path) -> Path:
        if target.name == "b.xlsx":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", held)

    def fill() -> None:
        with output_folder(tmp_path / "out") as folder:
            for name in ("run.json", "a.csv", "b.xlsx"):
                (folder / name).write_text("new")

    (tmp_path / "out").mkdir()
    with pytest.raises(StoreError, match=r"b\.xlsx.*Excel.*a\.csv"):
        fill()
    assert _listing(tmp_path / "out") == {"a.csv": b"new"}
    monkeypatch.setattr(Path, "replace", real)
    assert check_output(tmp_path / "out") == ("b.xlsx", "run.json")
    assert _listing(tmp_path / "out") == dict.fromkeys(("a.csv", "b.xlsx", "run.json"), b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_errors_of_reading_are_not_taken_for_errors_of_writing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), output_folder(tmp_path / "out"):
        (tmp_path / "case" / "firms.csv").read_text()


def test_place_without_locks_still_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(fcntl, "flock", refuse)
    write_bytes(b"x", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"x"


def test_out_whose_parent_cannot_take_the_work_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mount of its own: moving across file systems would not be whole, so the work folder goes inside."""
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(files.os, "access", lambda path, mode: False)
    with output_folder(out) as folder:
        assert folder.is_relative_to(out)
        (folder / "a").write_text("1")
    assert _listing(out) == {"a": b"1"}
    assert [item.name for item in out.iterdir()] == ["a"]


KILLED_WHILE_WRITING = """
    with output_folder(out) as folder:
        (folder / "gaps.csv").write_text("new")
        with (folder / "index.html").open("w") as page:
            page.write("<html>half")
            page.flush()
            print("ready", flush=True)
            time.sleep(60)
"""
KILLED_WHILE_MOVING = """
    real = Path.replace
    def slow(self, target):
        if target.name == "index.html":
            print("ready", flush=True)
            time.sleep(60)
        return real(self, target)
    Path.replace = slow
    with output_folder(out) as folder:
        for name in ("gaps.csv", "index.html", "run.json"):
            (folder / name).write_text("new")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize(
    ("body", "left", "mended"),
    [
        (KILLED_WHILE_WRITING, {"gaps.csv": b"old", "index.html": b"old", "run.json": b"old"}, {}),
        (
            KILLED_WHILE_MOVING,
            {"gaps.csv": b"new", "index.html": b"old", "run.json": b"old"},
            {"index.html": b"new", "run.json": b"new"},
        ),
    ],
)
def test_killed_run_leaves_whole_files_and_the_next_one_cleans_up(
    tmp_path: Path, body: str, left: dict[str, bytes], mended: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in left:
        (out / name).write_text("old")
    head = "import time\nfrom pathlib import Path\nfrom chaingraph.writers.files import output_folder\n"
    script = head + f"out = Path({str(out)!r})\n" + textwrap.dedent(body)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with pytest.raises(StoreError, match="another run"), output_folder(out):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert _listing(out) == left
    assert len(list(tmp_path.iterdir())) == 2  # what the killed run was filling
    with output_folder(out) as folder:
        assert list(folder.iterdir()) == []
        (folder / "gaps.csv").write_text("newer")
    assert _listing(out) == {**left, **mended, "gaps.csv": b"newer"}
    assert [item.name for item in tmp_path.iterdir()] == ["out"]
