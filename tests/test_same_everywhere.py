"""One case gives one set of files, in any locale and time zone, for any order of hashing; a folder holds one run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chaingraph.cli.main import main
from chaingraph.errors import ChaingraphError
from chaingraph.main_job import run
from chaingraph.writers.page.changes import former_run
from tests.toy import write_toy

ROOT = Path(__file__).resolve().parents[1]
PLACES = {
    "C, Kiritimati": {"LC_ALL": "C", "LANG": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"},
    "Turkish, Marquesas": {"LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Marquesas", "PYTHONHASHSEED": "2"},
    "Chinese, GBK console": {"LC_ALL": "zh_CN.GB18030", "TZ": "Asia/Shanghai", "PYTHONIOENCODING": "cp936"},
    "German": {"LC_ALL": "de_DE.UTF-8", "TZ": "Europe/Berlin", "PYTHONIOENCODING": "ascii"},
}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy(tmp_path_factory.mktemp("case") / "toy")


def _made(case: Path, out: Path, settings: dict[str, str]) -> dict[str, bytes]:
    """What a run writes where these are set."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LC_") and key != "LANG"}
    words = ["run", str(case), "--region", "嘉兴", "--lang", "zh", "--draws", "20", "--out", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "chaingraph", *words],
        env={**kept, "PYTHONPATH": str(ROOT), **settings},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_bytes() for path in out.iterdir() if path.suffix in (".csv", ".html")}


@pytest.fixture(scope="module")
def here(case: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    made = _made(case, tmp_path_factory.mktemp("here") / "out", {})
    assert len(made) == 16
    return made


@pytest.mark.long
@pytest.mark.parametrize(
    "place",
    ["Chinese, GBK console", *(pytest.param(name, marks=pytest.mark.slow) for name in PLACES if "GBK" not in name)],
)
def test_locale_time_zone_and_console_change_no_byte(
    place: str, here: dict[str, bytes], case: Path, tmp_path: Path
) -> None:
    files = _made(case, tmp_path / "out", PLACES[place])
    assert files.keys() == here.keys()
    assert [file for file in here if files[file] != here[file]] == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("end", "encoding"),
    [
        ("\r\n", "gb18030"),
        *(pytest.param(end, code, marks=pytest.mark.slow) for end, code in (("\r\n", "utf-8-sig"), ("\r", "utf-8"))),
    ],
)
def test_ends_of_lines_and_encodings_of_tables_change_no_byte(
    end: str, encoding: str, case: Path, tmp_path: Path
) -> None:
    """As Excel saves on Windows, in Chinese, and on an old Mac."""
    same = tmp_path / case.name
    same.mkdir()
    for path in case.iterdir():
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        (same / path.name).write_bytes("".join(f"{line}{end}" for line in lines).encode(encoding))
    for number, given in enumerate((case, same)):
        run(given, region="嘉兴", out=tmp_path / str(number), draws=0, reference="none")
    for path in (tmp_path / "0").glob("*.csv"):
        assert path.read_bytes() == (tmp_path / "1" / path.name).read_bytes(), path.name


@pytest.mark.long
def test_a_mixture_of_two_runs_is_told_and_is_no_run_to_compare_with(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run(case, region="嘉兴", out=out, draws=0)
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert len(record["run_id"]) == 16
    assert set(record["files"]) == {path.name for path in out.iterdir()} - {"run.json"}
    run(case, region="嘉兴", out=tmp_path / "other", draws=0, top=1)
    for name in ("shortlist.csv", "pv.html"):
        (tmp_path / "other" / name).replace(out / name)
    with pytest.raises(ChaingraphError, match=r"pv\.html, shortlist\.csv in .* so it cannot be compared with"):
        former_run(out, lang="en")
    words = ["run", str(case), "--region", "嘉兴", "--out", str(out), "--chain", "pv", "--draws", "0", "--lang", "en"]
    assert main(words) == 0
    said = capsys.readouterr().err
    assert "held files other than those its run.json names" in said
    assert "pv.html, shortlist.csv" in said
    assert not (out / "hy.html").exists()  # of the earlier run, and not of this one
    assert main(words) == 0
    assert "held files other" not in capsys.readouterr().err
    assert former_run(out).asked
