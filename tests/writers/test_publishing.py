"""What stands in a folder of outputs is of one run: a new one by one rename, an old one mended, a mixture told."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chaingraph.errors import StoreError
from chaingraph.writers.files import check_output, output_folder
from chaingraph.writers.publishing import hashes, mend, not_of_its_run, publish


def write_run(folder: Path, mark: str, names: tuple[str, ...]) -> None:
    for name in names:
        (folder / name).write_text(f"{mark} {name}")
    record = {"run": mark, "files": hashes(folder)}
    (folder / "run.json").write_text(json.dumps(record))


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text().split()[0] for path in folder.iterdir() if path.name != "run.json"}


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[str]]:
    """Let so many renames pass, then break off as a kill does: nothing after it is done."""
    real = {name: getattr(Path, name) for name in ("replace", "rename")}

    def allow(count: int) -> list[str]:
        done: list[str] = []

        def moved(name: str) -> Callable[[Path, Path], Path]:
            def move(self: Path, target: Path) -> Path:
                if len(done) == count:
                    raise KeyboardInterrupt
                done.append(target.name)
                return real[name](self, target)

            return move

        for name in real:
            monkeypatch.setattr(Path, name, moved(name))
        return done

    return allow


NAMES = ("A.html", "B.html", "gaps.csv", "shortlist.csv", "shortlist.xlsx")


def test_a_new_folder_appears_by_one_rename(tmp_path: Path, moves: Callable[[int], list[str]]) -> None:
    done = moves(99)
    with output_folder(tmp_path / "out") as folder:
        write_run(folder, "one", NAMES)
    assert done == ["out"]
    assert set(contents(tmp_path / "out").values()) == {"one"}
    assert not_of_its_run(tmp_path / "out") == ()


@pytest.mark.parametrize("moved", range(7))
def test_a_run_broken_off_at_any_rename_is_completed_by_the_next(
    moved: int, tmp_path: Path, moves: Callable[[int], list[str]]
) -> None:
    out, room = tmp_path / "out", tmp_path / ".out.chaingraph"
    with output_folder(out) as folder:
        write_run(folder, "old", NAMES)
    (room / "new").mkdir(parents=True)
    write_run(room / "new", "new", NAMES)
    moves(moved)
    with pytest.raises(KeyboardInterrupt):
        publish(room / "new", out)
    moves(99)
    mixture = set(contents(out).values())
    if len(mixture) == 2 and moved < 5:  # at the workbook the rest is of the new run but the record
        assert not_of_its_run(out) != ()
    mended = check_output(out)
    assert set(contents(out).values()) == {"new" if moved else "old"}
    assert bool(mended) == bool(moved)
    assert not_of_its_run(out) == ()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_the_run_did_not_make_again_goes_unless_somebody_has_changed_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with output_folder(out) as folder:
        write_run(folder, "old", (*NAMES, "C.html", "D.html"))
    (out / "mine.txt").write_text("kept")
    (out / "D.html").write_text("changed")
    with output_folder(out) as folder:
        write_run(folder, "new", NAMES)
    assert contents(out) == {**dict.fromkeys(NAMES, "new"), "D.html": "changed", "mine.txt": "kept"}


def test_a_record_of_somebody_else_takes_nothing_away(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("one")
    out = tmp_path / "out"
    out.mkdir()
    digest = hashes(tmp_path)["precious.txt"]
    for record in ({"files": {"../precious.txt": digest}}, {"files": ["a"]}, {"files": 1}, [1], "{", {}):
        (out / "run.json").write_text(json.dumps(record) if record != "{" else "{")
        assert not_of_its_run(out) == ()
        with output_folder(out) as folder:
            write_run(folder, "new", ())
    assert (tmp_path / "precious.txt").read_text() == "one"


def test_mending_spares_what_somebody_has_filled_in_since(tmp_path: Path) -> None:
    out, ready = tmp_path / "out", tmp_path / "room" / "ready"
    for folder, mark in ((out, "old"), (ready, "new")):
        folder.mkdir(parents=True)
        write_run(folder, mark, NAMES)
    (out / "shortlist.xlsx").write_text("filled")
    later = (ready / "shortlist.xlsx").stat().st_mtime + 5
    os.utime(out / "shortlist.xlsx", (later, later))
    for name in ("A.html", "B.html", "gaps.csv", "shortlist.csv", "run.json"):
        os.utime(out / name, (1, 1))
    assert "shortlist.xlsx" not in mend(tmp_path / "room", out)
    assert contents(out) == {**dict.fromkeys(NAMES, "new"), "shortlist.xlsx": "filled"}


def test_an_output_that_was_taken_away_does_not_come_back(tmp_path: Path) -> None:
    (tmp_path / "room" / "ready").mkdir(parents=True)
    write_run(tmp_path / "room" / "ready", "new", NAMES)
    assert mend(tmp_path / "room", tmp_path / "out") == ()
    assert not (tmp_path / "out").exists()


def test_a_folder_in_the_way_stops_all(tmp_path: Path) -> None:
    (tmp_path / "out" / "A.html").mkdir(parents=True)
    (tmp_path / "new").mkdir()
    write_run(tmp_path / "new", "new", NAMES)
    with pytest.raises(StoreError, match="is a folder where a file must go"):
        publish(tmp_path / "new", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["A.html"]
