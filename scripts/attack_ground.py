"""The ground of the attacks: a constructed case, a register, and what has been made of them once."""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import tempfile
from functools import cache
from importlib import import_module
from multiprocessing.util import Finalize
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


@cache
def ground() -> Path:
    """A folder with the constructed case, a register, a tagged folder and the outputs of a run."""
    from tests.toy import write_toy

    folder = Path(tempfile.mkdtemp(prefix="attack-"))
    # Who has made it takes it away, at the end of a process of any kind.
    Finalize(None, shutil.rmtree, args=(folder,), kwargs={"ignore_errors": True}, exitpriority=0)
    write_toy(folder / "toy")
    names = "甲乙丙丁戊己庚辛壬癸"
    lines = [f"构造{one}{two}科技有限公司,光伏组件制造;逆变器研发,嘉兴市" for one in names for two in names]
    (folder / "register.csv").write_text("\n".join(["企业名称,经营范围,城市", *lines, ""]), encoding="utf-8")
    main = import_module("chaingraph.cli.main").main
    register = ["import", "register", str(folder / "register.csv"), "--as-of", "2025-06-30"]
    run = ["run", str(folder / "toy"), "--region", "嘉兴", "--draws", "0", "--reference", "none"]
    tag = ["tag", str(folder / "city"), "--with", str(folder / "toy")]
    with contextlib.redirect_stdout(io.StringIO()):  # what is forked later has all modules
        for words, out in ((register, "city"), (tag, "tagged"), (run, "out")):
            assert main([*words, "--out", str(folder / out)]) == 0
    return folder


def fresh() -> Path:
    """An empty folder that goes with the ground."""
    return Path(tempfile.mkdtemp(dir=ground()))
