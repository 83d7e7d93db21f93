"""What is attacked: each target makes one attempt from a seeded chance and raises where the program gives way.

A try ends well with an answer or a refusal in words. Anything else is a fault: another exception, a file that is half
written, an acknowledged event that is gone, a secret in an answer, a damaged ledger that is called whole.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PIECES = (
    "=cmd|' /C calc'!A0", "＝1+1", "</script><script>alert(1)</script>", "'; DROP TABLE firms; --", "\u202e甲", "\x00",
    "1e309", "-1", "0", "NaN", "999999999999999999999", "2024-02-30", "9999-12-31", "未知", "", " ", "甲" * 3000,
    "L01", "O02", "PV02", "HY02", "pv", "嘉兴", "平湖市", "浙江;浙江", ";;;", "1.2亿美元", "200%", "是", "maker",
    "dissolved",
    "🏭", "İ", "\ud7ff", '"', "\n", "supplies", "owns", "same_as", "global500(2022)", "CON", "../../x", "中国", "-0.0",
)  # fmt: skip

WRITER = """
import sys
from pathlib import Path
from chaingraph.ledger.events import Act
from chaingraph.ledger.rules import load_rules
from chaingraph.ledger.opening import open_ledger
path, mark = Path(sys.argv[1]), sys.argv[2]
with open_ledger(path, load_rules("jiaxing"), create=True) as ledger:
    for number in range(int(sys.argv[3])):
        facts = {"project": f"构造{mark}{number}", "investor": f"构造{mark}{number}号有限公司", "place": "平湖市",
                 "capital": "foreign", "investment_m": 150.0, "currency": "USD", "constructed": True}
        ledger.record(Act("entered", f"{mark}{number}", "2024-01-05", "市投促中心", "", facts))
        print(f"{mark}{number}", flush=True)
"""


def environment(**more: str) -> dict[str, str]:
    """For processes of ours: this package, whatever is installed."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **more}


@cache
def ground() -> Path:
    """A folder with the constructed case, a register and a sound ledger."""
    import atexit

    from tests.toy import write_toy

    folder = Path(tempfile.mkdtemp(prefix="attack-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
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
    _finished([WRITER, str(folder / "sound.db"), "p", "25"])
    return folder


def _finished(words: list[str], code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-c", *words], capture_output=True, text=True, env=environment(), check=False, timeout=300
    )
    assert done.returncode == code, done.stderr[-2000:]
    return done.stdout


def _fresh() -> Path:
    return Path(tempfile.mkdtemp(dir=ground()))


def _cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def cases(chance: random.Random) -> None:
    """A mutated case: gaps and lists, or a refusal; a list is in its order and offers nobody twice."""
    from chaingraph import find_gaps, read_case, survey
    from chaingraph.errors import ChaingraphError
    from chaingraph.matching.merge import build_graph

    folder = _fresh() / "toy"
    shutil.copytree(ground() / "toy", folder)
    for _ in range(chance.randint(1, 6)):
        _mutate(chance, folder)
    try:
        graph = build_graph(read_case(folder, lang="en"))
        gaps = find_gaps(graph, region="嘉兴", lang="en", reference="none")
        found = survey(graph, region="嘉兴", lang="en", reference="none", draws=0)
    except ChaingraphError:
        return
    finally:
        shutil.rmtree(folder.parent)
    assert not gaps.duplicated(["chain_id", "segment_id"]).any()
    targets = found.targets["en"]
    assert not targets.duplicated(["chain_id", "segment_id", "firm_id", "candidate_list"]).any()
    gone = set(graph.tables["firms"].loc[graph.tables["firms"]["status"] == "dissolved", "firm_id"])
    assert not gone & set(targets["firm_id"]), "a dissolved firm is on a list"
    for _, one in targets.groupby(["chain_id", "candidate_list"]):
        assert one["rank"].is_monotonic_increasing  # equals share a rank
        assert one["rank"].iloc[0] == 1


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


def kills(chance: random.Random) -> None:
    """A writer killed somewhere, or at a move of a file: every file is whole, and the next run is of one piece."""
    from chaingraph.writers.publishing import not_of_its_run

    base, place = ground(), _fresh()
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
    if chance.random() < 0.6:
        _forked(words, moves=chance.randrange(10))
    else:
        _forked(words, seconds=chance.uniform(0.05, 2.5))
    for name, content in _held(out).items():
        _whole(name, content)
    assert before <= set(_held(out)), "a file of the former run is gone"
    assert _forked(words) == 0
    assert not_of_its_run(out) == ()
    assert [path.name for path in place.iterdir()] == ["out"]
    shutil.rmtree(place)


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


def ledger_kills(chance: random.Random) -> None:
    """Writers of one ledger killed or stopped: what they said was recorded is there, and the ledger is whole."""
    from chaingraph.ledger.opening import open_ledger
    from chaingraph.ledger.proof.checks import check_ledger
    from chaingraph.ledger.rules import load_rules

    place = _fresh()
    path = place / "ledger.db"
    _finished([WRITER, str(path), "first", "1"])
    writers = []
    for mark in ("a", "b", "c"):
        said = (place / f"{mark}.txt").open("wb")
        words = [sys.executable, "-c", WRITER, str(path), mark, "400"]
        writers.append((mark, subprocess.Popen(words, stdout=said, stderr=subprocess.DEVNULL, env=environment())))
        said.close()
    time.sleep(chance.uniform(0.5, 2.5))
    stopped = chance.choice(writers)[1] if chance.random() < 0.5 else None
    if stopped is not None and stopped.poll() is None:
        stopped.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-c", WRITER, str(path), "late", "1"], capture_output=True, text=True,
                              env=environment(), check=False, timeout=120)  # fmt: skip
        assert done.returncode == 0 or "LedgerError" in done.stderr, done.stderr[-2000:]
        assert time.monotonic() - began < 90, "somebody waits for ever"
        with open_ledger(path, load_rules("jiaxing")) as ledger:  # a reader passes
            assert ledger.projects()
        stopped.send_signal(signal.SIGCONT)
    for _, writer in writers:
        writer.kill()
        writer.wait()
    acknowledged = {line for mark, _ in writers for line in (place / f"{mark}.txt").read_text().split()}
    with open_ledger(path, load_rules("jiaxing")) as ledger:
        held = {project.project_id for project in ledger.projects()}
        faults = list(check_ledger(ledger))
    assert faults == [], faults
    assert acknowledged <= held, sorted(acknowledged - held)[:5]
    shutil.rmtree(place)


DAMAGE = (
    ("DROP TRIGGER events_stay", "UPDATE events SET data = '{' WHERE number = 3"),
    ("DROP TRIGGER events_stay", "UPDATE events SET kind = 'vanished' WHERE number = 7"),
    ("DROP TRIGGER events_stay", "UPDATE events SET at = '9999-99-99' WHERE number = 2"),
    ("DROP TRIGGER events_remain", "DELETE FROM events WHERE number > 20"),
    ("DROP TRIGGER events_remain", "DELETE FROM events WHERE number = 5"),
    ("UPDATE projects SET state = '{}' WHERE project_id = 'p3'",),
    ("DROP TABLE projects", "CREATE VIEW projects AS SELECT 1 AS project_id"),
    ("DROP TABLE standing",),
    ("CREATE TRIGGER more AFTER INSERT ON events BEGIN SELECT 1; END",),
)


def ledgers(chance: random.Random) -> None:
    """A damaged ledger: told or refused in words; whoever calls it whole finds every event as it was."""
    import sqlite3

    from chaingraph.ledger.events import LedgerError
    from chaingraph.ledger.opening import open_ledger
    from chaingraph.ledger.proof.checks import check_ledger
    from chaingraph.ledger.proof.recover import recover
    from chaingraph.ledger.rules import load_rules

    rules, sound = load_rules("jiaxing"), ground() / "sound.db"
    place = _fresh()
    path = Path(shutil.copy(sound, place / "l.db"))
    if chance.random() < 0.4:
        connection = sqlite3.connect(path, isolation_level=None)
        for statement in chance.choice(DAMAGE):
            connection.execute(statement)
        connection.close()
    else:
        content = bytearray(path.read_bytes())
        for _ in range(chance.choice((1, 1, 3, 40))):
            spot = chance.randrange(len(content))
            match chance.randrange(5):
                case 0:
                    del content[spot:]
                case 1:
                    content[spot // 4096 * 4096 : (spot // 4096 + 1) * 4096] = chance.randbytes(4096)
                case 2:
                    content[spot : spot + 1] = bytes([chance.randrange(256)])
                case 3:
                    content[spot : spot + 64] = bytes(64)
                case _:
                    content[spot:spot] = chance.randbytes(chance.randint(1, 300))
            if not content:
                break
        path.write_bytes(bytes(content))
    told = False
    for look in ("check", "list", "recover"):
        try:
            if look == "recover":
                recover(path, place / "recovered.db", rules)
                continue
            with open_ledger(path, rules) as ledger:
                if look == "check":
                    told = told or bool(list(check_ledger(ledger)))
                else:
                    ledger.projects(), list(ledger.events())
        except LedgerError:
            told = told or look == "check"
    if not told:
        assert _events(path) == _events(sound), "called whole, and it is not"
    shutil.rmtree(place)


def _events(path: Path) -> list[tuple[object, ...]]:
    import sqlite3

    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT * FROM events ORDER BY number").fetchall()
    finally:
        connection.close()


OUTSIDE = (
    "SELECT * FROM read_text('{f}')", "SELECT * FROM read_csv('{f}')", "SELECT * FROM read_blob('{f}')",
    "SELECT * FROM '{f}'", "FROM '{f}'", "SELECT * FROM glob('{d}/*')", "SELECT * FROM sniff_csv('{f}')",
    "SELECT * FROM read_json('{f}')", "SELECT * FROM read_parquet('{f}')", "SELECT * FROM read_ndjson_auto('{f}')",
    "SELECT * FROM query('SELECT * FROM read_text(''{f}'')')", "SELECT * FROM query_table('{f}')",
    "COPY firms TO '{d}/x.csv'", "COPY (SELECT 1) TO '{d}/x.csv'", "EXPORT DATABASE '{d}/x'", "ATTACH '{d}/x.db'",
    "SELECT 1; COPY firms TO '{d}/x.csv'", "INSTALL httpfs", "LOAD httpfs", "INSTALL sqlite", "SET memory_limit='99GB'",
    "SET enable_external_access = true", "RESET lock_configuration", "PRAGMA database_list", "PRAGMA enable_profiling",
    "SELECT * FROM sqlite_scan('{f}', 'x')", "SELECT * FROM read_csv('http://127.0.0.1:9/x')", "CREATE TABLE t(a INT)",
    "CREATE MACRO f(a) AS a", "CREATE SECRET (TYPE S3)", "DELETE FROM firms", "UPDATE firms SET firm = 'x'",
    "DROP TABLE firms", "WITH x AS (DELETE FROM firms RETURNING *) SELECT * FROM x", "INSERT INTO firms VALUES (1)",
    "SELECT getenv('HOME')", "SELECT * FROM duckdb_secrets()", "SELECT * FROM duckdb_settings()",
    "CALL pragma_version()",
    "SELECT current_setting('temp_directory')", "SELECT * FROM pragma_database_list()", "CHECKPOINT", "VACUUM",
    "BEGIN; SELECT 1", "PREPARE p AS SELECT 1", "EXECUTE p", "EXPLAIN ANALYZE SELECT 1", "USE memory", "DETACH memory",
    "", ";", "--", "/*", "SELECT", "SELECT '", "SELECT \"", "SELECT \x07", "SELECT '\udcff'",
    "SELECT '甲\u202e' AS \"\u202e\"",
    "(" * 3000, "SELECT " + "1+" * 3000 + "1", "SELECT 1 AS a, 2 AS A", "SELECT * FROM firms, firms",
    "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3",
    "SELECT repeat('x', 1000000) FROM range(9000)", "SELECT repeat('x', 4000000000)", "SELECT * FROM range(9000000)",
    "SELECT list(a.i) FROM range(30000) a(i), range(30000) b(i)",
    "SELECT DISTINCT repeat(i::VARCHAR, 40) FROM range(900000000) r(i)",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "SELECT regexp_matches(repeat('a', 40), '(a+)+b')", "SELECT '=1+1' AS \"=1+1\"",
)  # fmt: skip


def questions(chance: random.Random) -> None:
    """A hostile question in SQL: an answer or a refusal, in bounded time; no secret, no file, no change."""
    from chaingraph.engines.analyst import Limits, ask
    from chaingraph.errors import ChaingraphError
    from tests.toy import toy_tables

    place = _fresh()
    (place / "secret.csv").write_text("a\nhidden-value\n", encoding="utf-8")
    question = chance.choice(OUTSIDE).replace("{f}", str(place / "secret.csv")).replace("{d}", str(place))
    began = time.monotonic()
    try:
        answer = ask(toy_tables(), question, lang="en", limits=Limits(rows=1000, seconds=5, memory_mb=300))
    except ChaingraphError as error:
        told = str(error)
    else:
        told = answer.rows.head(50).to_string()
        assert len(answer.rows) <= 1000
    assert "hidden-value" not in told, question
    assert time.monotonic() - began < 60, question
    assert [path.name for path in place.iterdir()] == ["secret.csv"], question
    shutil.rmtree(place)


TARGETS: dict[str, Callable[[random.Random], None]] = {
    "cases": cases, "kills": kills, "ledger_kills": ledger_kills, "ledgers": ledgers, "questions": questions,
}  # fmt: skip


def attempt(target: str, seed: int, number: int) -> None:
    """One try of a target: the same seed and number make the same attack, but for what a kill after a time meets."""
    TARGETS[target](random.Random(f"{seed}:{target}:{number}"))
