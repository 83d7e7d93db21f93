"""Another user's files: read where they may be, refused in words where not, and never changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chaingraph.cli.main import main
from tests.toy import write_toy

NOBODY = 65_534

# A clone in a folder that is one's own alone (`mktemp -d`) cannot be read by the other account: nor can the program.
_SHUT = [path for path in Path(__file__).resolve().parents if not path.stat().st_mode & 0o001]
pytestmark = [
    pytest.mark.skipif(not hasattr(os, "setresuid") or os.getuid() != 0, reason="only root can become another user"),
    pytest.mark.skipif(bool(_SHUT), reason=f"other accounts may not enter {', '.join(map(str, _SHUT))}"),
]


@contextmanager
def another_user() -> Iterator[None]:
    groups = os.getgroups()
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
        os.setgroups(groups)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A case, an output and a ledger of root's, in a folder that others may enter but not write; one of nobody's."""
    with tempfile.TemporaryDirectory() as made:  # pytest's own folders are closed to others
        folder = Path(made)
        folder.chmod(0o755)
        write_toy(folder / "toy")
        (folder / "theirs").mkdir()
        os.chown(folder / "theirs", NOBODY, NOBODY)
        assert main([*RUN, str(folder / "toy"), "--out", str(folder / "out")]) == 0  # loads every module, too
        assert main([*ADD[:1], "add", str(folder / "ledger.db"), "p1", *ADD[1:], "--create"]) == 0
        assert main(["ledger", "check", str(folder / "ledger.db")]) == 0
        write_toy(folder / "secret" / "toy")
        (folder / "secret").chmod(0o700)
        yield folder


RUN = ("run", "--region", "嘉兴", "--draws", "0", "--reference", "none")
ADD = (
    "ledger", "--by", "centre", "--at", "2024-03-01", "--set", "project=构造一期", "--set", "investor=构造甲有限公司",
    "--set", "place=平湖市", "--set", "capital=外资", "--set", "constructed=是",
)  # fmt: skip


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    with another_user():
        code = main([*words, "--lang", "en"])
    said = capsys.readouterr().err
    assert code == 1, said
    assert said.startswith("Not done: ")
    return said


def listing(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.long
def test_what_is_another_users_is_refused_in_words_and_stays(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = listing(place)
    assert "ermission" in told(capsys, *RUN, str(place / "toy"), "--out", str(place / "out"))
    assert "ermission" in told(capsys, *RUN, str(place / "toy"), "--out", str(place / "new"))
    assert "secret" in told(capsys, *RUN, str(place / "secret" / "toy"), "--out", str(place / "theirs" / "out"))
    assert "ermission" in told(capsys, "gaps", str(place / "toy"), "--region", "嘉兴", "--out", str(place / "gaps.csv"))
    for words in (("check",), ("add", "p2")):
        ledger = [words[0], str(place / "ledger.db"), *words[1:], *(ADD[1:] if words[0] == "add" else ())]
        assert "ledger.db" in told(capsys, "ledger", *ledger)
    assert listing(place) == before


@pytest.mark.long
def test_another_users_case_is_read_into_a_place_of_ones_own(place: Path) -> None:
    out = place / "theirs" / "out"
    with another_user():
        assert main([*RUN, str(place / "toy"), "--out", str(out)]) == 0
    assert (out / "gaps.csv").read_bytes() == (place / "out" / "gaps.csv").read_bytes()
    assert (out / "gaps.csv").stat().st_uid == NOBODY
