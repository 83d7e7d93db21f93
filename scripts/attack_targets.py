"""What is attacked: each target makes one attempt from a seeded chance and raises where the program gives way.

A try ends well with an answer or a refusal in words. Anything else is a fault: another exception, a file that is half
written, an acknowledged event that is gone, a secret in an answer, a damaged ledger that is called whole.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import signal
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from attack_clicks import clicks
from attack_ground import fresh, ground
from attack_ledgers import ledger_kills, ledgers
from attack_questions import questions

PIECES = (
    "=cmd|' /C calc'!A0", "＝1+1", "</script><script>alert(1)</script>", "'; DROP TABLE firms; --", "\u202e甲", "\x00",
    "1e309", "-1", "0", "NaN", "999999999999999999999", "2024-02-30", "9999-12-31", "未知", "", " ", "甲" * 3000,
    "L01", "O02", "PV02", "HY02", "pv", "嘉兴", "平湖市", "浙江;浙江", ";;;", "1.2亿美元", "200%", "是", "maker",
    "dissolved",
    "🏭", "İ", "\ud7ff", '"', "\n", "supplies", "owns", "same_as", "global500(2022)", "CON", "../../x", "中国", "-0.0",
)  # fmt: skip


def _cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def cases(chance: random.Random, _number: int) -> None:
    """A mutated case: gaps and lists, or a refusal; a list is in its order and offers nobody twice."""
    from chaingraph import read_case, survey
    from chaingraph.errors import ChaingraphError
    from chaingraph.matching.merge import build_graph

    folder = fresh() / "toy"
    shutil.copytree(ground() / "toy", folder)
    for _ in range(chance.randint(1, 6)):
        _mutate(chance, folder)
    try:
        graph = build_graph(read_case(folder, lang="en"))
        found = survey(graph, region="嘉兴", lang="en", reference="none", draws=0)
    except ChaingraphError:
        return
    finally:
        shutil.rmtree(folder.parent)
    gaps = found.gaps["en"]
    assert not gaps.duplicated(["chain_id", "segment_id"]).any()
    targets = found.targets["en"]
    assert not targets.duplicated(["chain_id", "segment_id", "firm_id", "candidate_list"]).any()
    gone = set(graph.tables["firms"].loc[graph.tables["firms"]["status"] == "dissolved", "firm_id"])
    assert not gone & set(targets["firm_id"]), "a dissolved firm is on a list"
    for _, one in targets.groupby(["chain_id", "candidate_list"]):
        ranks = one["rank"].dropna()  # who has no local basis has no rank, and stands behind
        assert ranks.is_monotonic_increasing  # equals share a rank
        assert ranks.empty or ranks.iloc[0] == 1
        assert one["rank"].isna().is_monotonic_increasing


def _mutate(chance: random.Random, folder: Path) -> None:
    path = chance.choice(sorted(folder.glob("*.csv")))
    rows = _cells(path)
    if len(rows) < 2:
        return
    row, column = chance.randrange(1, len(rows)), chance.randrange(len(rows[0]))
    match chance.randrange(8):
        case 0:
            rows.append(list(chance.choice(rows[1:])))
        case 1:
            del rows[row]
        case 2:
            for held in rows:
                del held[column : column + 1]
        case 3:
            for held in rows[1:]:
                if column < len(held):
                    held[column] = ""
        case 4:
            chance.shuffle(rows)
        case 5:
            other = chance.choice(rows[1:])
            rows[row] = [chance.choice(pair) for pair in zip(rows[row], other, strict=False)]
        case _:
            rows[row] = [*rows[row][:column], chance.choice(PIECES), *rows[row][column + 1 :]]
    with path.open("w", encoding="utf-8", newline="", errors="surrogatepass") as file:
        csv.writer(file).writerows(rows)


def kills(chance: random.Random, _number: int) -> None:
    """A writer killed somewhere, or at a move of a file: what it wrote into is as it was, or whole and new."""
    chance.choice((_kill_into_a_folder, _kill_into_a_folder, _kill_into_a_case))(chance)


def _kill(chance: random.Random, words: list[str]) -> None:
    if chance.random() < 0.6:
        _forked(words, moves=chance.randrange(10))
    else:
        _forked(words, seconds=chance.uniform(0.05, 2.5))


def _kill_into_a_folder(chance: random.Random) -> None:
    """Every file is whole, none of the former ones is gone, and the next run is of one piece."""
    from chaingraph.writers.publishing import not_of_its_run

    base, place = ground(), fresh()
    out = place / "out"
    words = {
        "run": ["run", str(base / "toy"), "--region", "嘉兴", "--draws", "0", "--reference", "none", "--out", str(out)],
        "import": ["import", "register", str(base / "register.csv"), "--as-of", "2025-06-30", "--out", str(out)],
        "tag": ["tag", str(base / "city"), "--with", str(base / "toy"), "--out", str(out)],
        "sql": ["sql", str(base / "toy"), "SELECT * FROM firms ORDER BY firm_id", "--out", str(out)],
    }[chance.choice(("run", "run", "import", "tag", "sql"))]
    before: set[str] = set()
    if chance.random() < 0.6:
        assert _forked([*words, *(["--chain", "pv"] if words[0] == "run" else [])]) == 0
        before = set(_held(out))
    _kill(chance, words)
    for name, content in _held(out).items():
        _whole(name, content)
    assert before <= set(_held(out)), "a file of the former run is gone"
    assert _forked(words) == 0
    assert not_of_its_run(out) == ()
    assert [path.name for path in place.iterdir()] == ["out"]
    shutil.rmtree(place)


NEWS = (
    "嘉兴丁四新材料有限公司年产2万吨胶粘剂项目签约落户，总投资3亿元。\n2025年5月6日，苏州戊五电子有限公司产能已满产。\n"
)


def _kill_into_a_case(chance: random.Random) -> None:
    """The case reads as before or as after; the same again brings it to the state after."""
    place = fresh()
    case = place / "toy"
    shutil.copytree(ground() / "toy", case)
    (place / "news.txt").write_text(NEWS, encoding="utf-8")
    words = {
        "import": ["import", "register", str(ground() / "register.csv"), "--as-of", "2025-06-30"],
        "leads": ["leads", "read", str(place / "news.txt"), "--region", "嘉兴"],
    }[chance.choice(("import", "leads"))]
    before = _said(case)
    whole = place / "whole"
    shutil.copytree(case, whole)
    assert _forked([*words, "--into", str(whole)]) == 0
    after = _said(whole)
    assert after != before
    _kill(chance, [*words, "--into", str(case)])
    assert _said(case) in (before, after), "neither the case before nor the case after"
    assert _forked([*words, "--into", str(case)]) == 0
    assert _said(case) == after
    shutil.rmtree(place)


def _said(case: Path) -> dict[str, str]:
    from chaingraph import read_case

    return {name: frame.to_csv() for name, frame in read_case(case).tables.items() if len(frame)}


def _forked(words: list[str], moves: int | None = None, seconds: float | None = None) -> int:
    """The exit code of a command in a process that has all modules, killed at a move of a file or after a time."""
    from chaingraph.cli.main import main

    child = os.fork()
    if child == 0:
        code = 70
        try:
            for stream in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
            if moves is not None:
                _die_at_move(moves)
            code = main(words)
        finally:
            os._exit(code)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _die_at_move(left: int) -> None:
    """From here on the process ends, as by a kill, at the move of a file after so many."""

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def move(*given: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)

        return move

    for owner, name in ((os, "replace"), (os, "rename"), (Path, "replace"), (Path, "rename")):
        setattr(owner, name, dying(getattr(owner, name)))


def _held(out: Path) -> dict[str, bytes]:
    if out.is_file():
        return {out.name: out.read_bytes()}
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())} if out.is_dir() else {}


def _whole(name: str, content: bytes) -> None:
    if name.endswith(".html"):
        assert content.rstrip().endswith(b"</html>"), name
    elif name.endswith(".json"):
        json.loads(content)
    elif name.endswith(".xlsx"):
        assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None, name
    elif name.endswith(".parquet"):
        assert content[:4] == content[-4:] == b"PAR1", name
    else:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert content.endswith(b"\r\n"), name
        assert {len(row) for row in rows} == {len(rows[0])}, name


TARGETS: dict[str, Callable[[random.Random, int], None]] = {
    "cases": cases,
    "kills": kills,
    "ledger_kills": ledger_kills,
    "ledgers": ledgers,
    "questions": questions,
    "clicks": clicks,
}


def attempt(target: str, seed: int, number: int) -> None:
    """One try of a target: the same seed and number make the same attack, but for what a kill after a time meets."""
    TARGETS[target](random.Random(f"{seed}:{target}:{number}"), number)
