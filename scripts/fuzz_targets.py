"""What is fuzzed: each target takes bytes and must answer or refuse as designed; anything else it raises is a fault.

A target also checks what must hold of its answer (a cell read again is the same, escaped data come back, …), by plain
asserts. `scripts/fuzz` runs them guided by coverage; `plain` below makes inputs without it, for short seeded runs.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import random
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FAST = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
PIECES = (
    "=cmd|' /C calc'!A0", "</script><script>", "]]>", "-->", "'; DROP", "`MATCH (n) DETACH DELETE n`",
    "\u2028", "\u202e", "\x00", "1.2亿美元", "3,000万元", "35%", "2024-02-30", "45356", "1e309", "NaN",
    "#REF!", "-", "未知", "有限公司", "(嘉兴)", "浙江", '"', '""', ",", ";", "\t", "\r\n", "\ufeff",
    "91330400MA2B8XYZ1X", "600519.SH", "02198.HK", "\ud7ff", "𠮷", "İ", "ß", "ﬁ", "[[sheets]]",
    "kind = 'gaps'", "columns = ['firm']", '{"a":', "[[[[", "<row r='1'>", "<c t='s'><v>9</v></c>",
    "&#x41;",
)  # fmt: skip


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode("utf-8", "replace")


def _folder() -> Path:
    """A folder in memory where there is one, taken away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=FAST))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _place(name: str) -> Path:
    return _folder() / name


def _written(data: bytes, name: str) -> Path:
    path = _place(name)
    path.write_bytes(data)
    return path


def cells(data: bytes) -> None:
    """A cell of any column: a value or a problem, and a value read again is the same value."""
    from chaingraph.model.schema import TABLES
    from chaingraph.reading.cells import parser

    columns = _columns(TABLES)
    column = columns[(data[0] if data else 0) % len(columns)]
    read = parser(column)
    value, problem = read(_text(data[1:]))
    assert value is None or problem is None or column.kind == "set", (column.name, value, problem)
    if isinstance(value, str) and value and problem is None and column.kind in ("date", "choice"):
        assert read(value) == (value, None), (column.name, value)


_COLUMNS: list = []


def _columns(tables):
    if not _COLUMNS:
        kinds = {}
        for table in tables.values():
            for column in table.columns:
                kinds.setdefault((column.kind, column.unit, bool(column.choices), column.refers_to), column)
        _COLUMNS.extend(kinds.values())
    return _COLUMNS


def names(data: bytes) -> None:
    """Forms of firm names: made once and for all, and matching a name with itself never contradicts."""
    from chaingraph.matching.name_forms import core, credit_key, normalise_name, stock_key

    text = _text(data)
    normal = normalise_name(text)
    assert normalise_name(normal) == normal, text
    core(text), credit_key(text), stock_key(text)


def matching(data: bytes) -> None:
    """Two tables of firms with hostile names: each pair once, and swapping the sides swaps the pairs."""
    import pandas as pd

    from chaingraph.matching.names import match_firms
    from chaingraph.model.schema import TABLES

    parts = [part.strip() or "x" for part in _text(data).split("\n")][:8]
    half = max(1, len(parts) // 2)
    frames = []
    for side, held in (("a", parts[:half]), ("b", parts[half:] or parts[:1])):
        frame = pd.DataFrame({"firm_id": [f"{side}{i}" for i in range(len(held))], "firm": held})
        frames.append(frame.reindex(columns=TABLES["firms"].names).astype("str"))
    pairs, _ = match_firms(*frames)
    assert not pairs["other_id"].duplicated().any() if "other_id" in pairs else True


def outputs(data: bytes) -> None:
    """Text for a sheet never begins a formula and comes back; a file name is an id's or refused."""
    from chaingraph.errors import ChaingraphError
    from chaingraph.writers.files import file_name
    from chaingraph.writers.harmless import clean_text, plain_text, safe_text

    text = _text(data)
    safe = safe_text(text)
    assert not re.match(r"\s*[=+\-@|＝＋－＠﹦﹢﹣﹫]|[\t\r\n]", safe), safe
    assert plain_text(safe) == clean_text(text), text
    with contextlib.suppress(ChaingraphError):
        assert "/" not in file_name(text, ".html")


def page(data: bytes) -> None:
    """Page data with hostile names: no way out of the script element, and JSON that says the same."""
    from chaingraph.writers.page.page import inert_json
    from chaingraph.writers.page.pinyin import initials

    text = _text(data)
    written = inert_json({"firm": text, text: [text, None, 1.5]})
    assert not re.search("[<>&\u2028\u2029]", written), written
    assert json.loads(written) == {"firm": text, text: [text, None, 1.5]}
    assert all(isinstance(letters, str) for letters in initials([text]))


def csv_table(data: bytes) -> None:
    """A CSV file that is or is not the table of firms."""
    from chaingraph.model.schema import TABLES
    from chaingraph.reading.files import _read_csv
    from chaingraph.reading.rejects import Refusal

    try:
        sheet = _read_csv(_written(data, "firms.csv"), TABLES["firms"])
    except Refusal:
        return
    assert all(len(codes) == len(sheet.numbers) for codes in sheet.codes)


def workbook(data: bytes) -> None:
    """An XLSX file: the first byte says whether its sheet is exchanged for the input, or the file itself is it."""
    from chaingraph.reading.rejects import Refusal
    from chaingraph.reading.xlsx import open_workbook, sheet_rows

    content = data[1:] if data[:1] != b"s" else _with_sheet(data[1:])
    try:
        book = open_workbook(content)
        for name in book.sheets:
            for _, row in sheet_rows(book, name, []):
                assert all(isinstance(cell, str) for cell in row)
    except Refusal:
        pass


def _with_sheet(xml: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seed_workbook())) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, xml if entry.filename == "xl/worksheets/sheet1.xml" else old.read(entry))
    return buffer.getvalue()


@cache
def seed_workbook() -> bytes:
    """A small workbook of the table of firms, as XlsxWriter makes it."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("firms")
        for row, line in enumerate(
            [["firm_id", "firm", "founded"], ["A", "甲公司", "2024-01"], ["B", "乙公司", 45356]]
        ):
            sheet.write_row(row, 0, line)
    return buffer.getvalue()


def json_lines(data: bytes) -> None:
    """A file of the public product graph."""
    from chaingraph.errors import ChaingraphError
    from chaingraph.importers.ckg import COLUMNS, _Account, _read

    try:
        rows, raw = _read(_written(data, sorted(COLUMNS)[0]), _Account("zh"))
    except ChaingraphError:
        return
    assert len(rows) <= raw


def settings(data: bytes) -> None:
    """TOML of a workbook profile and of the ledger's rules."""
    from chaingraph.errors import ChaingraphError
    from chaingraph.ledger.rules import load_rules
    from chaingraph.writers.workbook.profile import parse_profile

    text = _text(data)
    with contextlib.suppress(ChaingraphError):
        parse_profile(text, "fuzz")
    with contextlib.suppress(ChaingraphError):
        load_rules(_written(data, "rules.toml"))


def bureau_sheet(data: bytes) -> None:
    """A bureau's own sheet of projects, as CSV."""
    from chaingraph.errors import ChaingraphError
    from chaingraph.ledger.intake.sheet import Journal, load_mapping, read_sheet

    with contextlib.suppress(ChaingraphError):
        read_sheet(_written(data, "projects.csv"), load_mapping(None), Journal("zh"))


def tagger(data: bytes) -> None:
    """Product text: split, cleaned, and tagged with probabilities that are probabilities."""
    from chaingraph.matching.product_text import clean_product, is_accounting_line, split_products

    text = _text(data)
    parts = split_products(text)
    assert all(part for part in parts)
    clean_product(text), is_accounting_line(text)
    values = _tagger().predict_proba([text])
    assert ((values >= 0) & (values <= 1)).all()


@cache
def _tagger():
    from chaingraph.reading.read import read_case
    from chaingraph.tagging.cases import learn_tagger

    return learn_tagger(read_case(ROOT / "data" / "jiaxing"))


def case_folder(data: bytes) -> None:
    """A whole case folder whose table of firms is the input: read, or refused with every reason."""
    from chaingraph.errors import ChaingraphError
    from chaingraph.reading.read import read_case

    folder = _case_folder()
    (folder / "firms.csv").write_bytes(data)
    try:
        case = read_case(folder)
    except ChaingraphError:
        return
    assert case["firms"]["firm_id"].is_unique


@cache
def _case_folder() -> Path:
    sys.path.insert(0, str(ROOT / "tests"))
    from toy import write_toy

    return write_toy(_folder() / "toy")


TARGETS: dict[str, Callable[[bytes], None]] = {
    "cells": cells, "names": names, "outputs": outputs, "page": page, "csv": csv_table, "xlsx": workbook,
    "json_lines": json_lines, "toml": settings, "bureau_sheet": bureau_sheet, "matching": matching, "tagger": tagger,
    "case": case_folder,
}  # fmt: skip


def seeds(target: str) -> list[bytes]:
    """Inputs to begin with: small and right, so that what is mutated gets past the first check."""
    header, *lines = (
        "firm_id,firm,country,city,founded,tiers",
        "A,甲公司,中国,嘉兴,2024-01,listed",
        "B,乙公司,德国,慕尼黑,,mnc",
    )
    firms = "\n".join([header, *lines, ""]).encode()
    if target in ("csv", "case"):
        return [firms, firms.decode().encode("gb18030"), b"\xef\xbb\xbf" + firms]
    if target == "xlsx":
        book = seed_workbook()
        with zipfile.ZipFile(io.BytesIO(book)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml")
        return [b"z" + book, b"s" + sheet]
    if target == "json_lines":
        from chaingraph.importers.ckg import COLUMNS

        columns = COLUMNS[sorted(COLUMNS)[0]]
        return [(json.dumps(dict.fromkeys(columns, "甲"), ensure_ascii=False) + "\n").encode() * 2]
    if target == "toml":
        library = ROOT / "chaingraph" / "library"
        return [path.read_bytes() for path in sorted([*library.glob("profiles/*.toml"), *library.glob("rules/*.toml")])]
    if target == "bureau_sheet":
        return ["项目名称,投资方,总投资(万元),阶段,报告日期\n甲项目,甲公司,12000,在谈,2024-05-01\n".encode()]
    return [piece.encode("utf-8", "surrogatepass") for piece in PIECES]


def plain(target: str, count: int, seed: int) -> Iterator[bytes]:
    """Seeded inputs without guidance: seeds cut, doubled, spliced with one another and with hostile pieces."""
    chance = random.Random(f"{seed}:{target}")
    pool = seeds(target)
    pieces = [piece.encode("utf-8", "surrogatepass") for piece in PIECES]
    for _ in range(count):
        made = bytearray(chance.choice(pool))
        for _ in range(chance.randint(1, 6)):
            place = chance.randint(0, len(made))
            match chance.randrange(6):
                case 0:
                    made[place:place] = chance.choice(pieces)
                case 1:
                    del made[place : place + chance.randint(1, 20)]
                case 2:
                    made[place : place + 1] = bytes([chance.randrange(256)])
                case 3:
                    other = chance.choice(pool)
                    cut = chance.randint(0, len(other))
                    made[place:] = other[cut:]
                case 4:
                    made[place:place] = made[max(0, place - 30) : place] * chance.randint(1, 5)
                case _:
                    made[place:place] = chance.randbytes(chance.randint(1, 12))
        yield bytes(made[:20_000])


def main() -> None:
    """``fuzz_targets.py TARGET`` and libFuzzer's own options: one target, guided by coverage."""
    import atheris

    target = sys.argv[1]
    with atheris.instrument_imports(include=["chaingraph"], enable_loader_override=False):
        import chaingraph.importers.ckg
        import chaingraph.ledger.intake.sheet
        import chaingraph.ledger.rules
        import chaingraph.matching.names
        import chaingraph.reading.read
        import chaingraph.tagging.cases
        import chaingraph.writers.page.page
        import chaingraph.writers.workbook.profile  # noqa: F401 - instrumented by being imported here
    corpus = _folder()
    for number, seed in enumerate(seeds(target)):
        (corpus / str(number)).write_bytes(seed)
    atheris.Setup([sys.argv[0], *sys.argv[2:], str(corpus)], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
