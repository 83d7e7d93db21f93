"""A case is whole at every moment: versions, the way back, and a writer that is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chaingraph.errors import StoreError
from chaingraph.model.case import Case
from chaingraph.reading.read import read_case
from chaingraph.reading.unfinished import UNDER_WAY, versions_of
from chaingraph.writers.into import versions
from chaingraph.writers.into.add import add_to_case
from chaingraph.writers.into.versions import undo_addition
from tests.made_into import firm, folder, rows

GIVEN = {
    "firms": rows("firms", firm("x1", "嘉兴丁四新材料有限公司"), firm("x2", "嘉兴甲一机械有限公司", employees=9)),
    "firm_segments": rows("firm_segments", {"firm_id": "x1", "segment_id": "S2", "kind": "maker"}),
    "firm_signals": rows("firm_signals", {"firm_id": "x2", "kind": "expansion", "date": "2026-05", "text": "扩产"}),
}


def content(case: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(case.iterdir())}


def said(case: Case) -> dict[str, str]:
    return {name: frame.to_csv() for name, frame in case.tables.items() if len(frame)}


def test_undo_gives_the_files_back_to_the_byte_and_keeps_what_they_were_until_now(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    before = content(case)
    done = add_to_case(case, GIVEN, day="2026-11-30")
    after = content(case)
    assert done.version == tmp_path / "底库_历史版本" / "0001_2026-11-30"
    log = (done.version / "changes.csv").read_text(encoding="utf-8-sig")
    assert "企业" not in log.splitlines()[0]
    assert "firms,2,A1,employees,,9" in log
    undone = undo_addition(case)
    assert content(case) == before
    kept = {path.name: path.read_bytes() for path in (undone / "after").iterdir()}
    assert kept == {name: after[name] for name in kept}
    assert set(kept) == {name for name in after if after[name] != before.get(name)}
    with pytest.raises(StoreError, match="no import to take back"):
        undo_addition(case)


def test_changes_are_taken_back_one_by_one_the_last_first(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    states = [content(case)]
    for number in (1, 2):
        add_to_case(case, {"firms": rows("firms", firm(f"x{number}", f"嘉兴新{number}厂有限公司"))})
        states.append(content(case))
    for state in (states[1], states[0]):
        undo_addition(case)
        assert content(case) == state


def test_undo_does_not_lose_what_somebody_has_changed_since(tmp_path: Path) -> None:
    case = folder(tmp_path / "底库")
    add_to_case(case, GIVEN)
    with (case / "企业.csv").open("ab") as file:
        file.write("B9,嘉兴己六有限公司,嘉兴,,,,,\r\n".encode())
    now = content(case)
    with pytest.raises(StoreError, match="changed after the import"):
        undo_addition(case)
    assert content(case) == now


def test_a_file_that_cannot_be_replaced_leaves_the_case_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = folder(tmp_path / "底库")
    before = content(case)
    replace = Path.replace

    def held_by_excel(self: Path, target: Path) -> Path:
        if target.name == "企业环节.csv" and self.parent.name == "ready":
            raise PermissionError(13, "in use", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held_by_excel)
    with pytest.raises(StoreError, match="perhaps it is open in Excel"):
        add_to_case(case, GIVEN)
    monkeypatch.undo()
    assert content(case) == before
    assert versions_of(case) == []


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_change_broken_off_between_two_files_is_read_as_if_it_had_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    case = folder(tmp_path / "底库")
    before, read_before = content(case), said(read_case(case))
    replace, moved = Path.replace, []

    def dies(self: Path, target: Path) -> Path:
        if self.parent.name == "ready":
            if len(moved) == step - 1:
                raise KeyboardInterrupt
            moved.append(target)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        add_to_case(case, GIVEN)
    monkeypatch.undo()
    assert said(read_case(case)) == read_before
    assert (versions_of(case)[0] / UNDER_WAY).exists()
    with versions.case_held(case):  # the next writer puts it right
        assert content(case) == before
    assert versions_of(case) == []


def test_what_a_person_has_changed_after_a_change_was_broken_off_is_read_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = folder(tmp_path / "底库")
    replace = Path.replace

    def dies(self: Path, target: Path) -> Path:
        if target.name == "企业环节.csv" and self.parent.name == "ready":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        add_to_case(case, GIVEN)
    monkeypatch.undo()
    with (case / "企业.csv").open("ab") as file:
        file.write("B9,嘉兴己六有限公司,嘉兴,,,,,\r\n".encode())
    edited = (case / "企业.csv").read_bytes()
    assert "B9" in set(read_case(case)["firms"]["firm_id"])
    with versions.case_held(case):
        assert (case / "企业.csv").read_bytes() == edited


_WRITER = """
import sys
from pathlib import Path
from chaingraph.writers.into.add import add_to_case
from chaingraph.writers.into.versions import undo_addition
from tests.writers.into.test_versions import GIVEN
case = Path(sys.argv[1])
print("ready", flush=True)
while True:
    add_to_case(case, GIVEN)
    undo_addition(case)
"""


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of POSIX")
@pytest.mark.parametrize(("seed", "kills"), [(14, 3), pytest.param(15, 9, marks=pytest.mark.slow)])
def test_a_writer_that_is_killed_at_any_moment_leaves_the_case_before_or_after(
    seed: int, kills: int, tmp_path: Path
) -> None:
    case = folder(tmp_path / "底库")
    old = said(read_case(case))
    copy = folder(tmp_path / "neu")
    add_to_case(copy, GIVEN)
    new = said(read_case(copy))
    dice = random.Random(seed)
    for _ in range(kills):
        command = [sys.executable, "-c", _WRITER, str(case)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(dice.uniform(0.2, 1.2))
            writer.send_signal(signal.SIGKILL)
        assert said(read_case(case)) in (old, new)
        with versions.case_held(case):
            assert said(read_case(case)) in (old, new)
