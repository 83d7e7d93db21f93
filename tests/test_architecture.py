"""The rooms of the house and who may enter them, walked by reading the imports (CONTRIBUTING.md says why)."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "chaingraph"

# The floors, read from the folders: which rooms stand on each, from left to right. A room imports from lower floors, or
# from its left on its own. A room is a folder with all in it, or one of the few modules beside the folders.
FLOORS: dict[str, tuple[str, ...]] = {
    "vocabulary": ("__init__", "errors", "labels"),
    "nouns": ("places", "model"),
    "intake": ("reading", "matching", "tagging", "importers", "leads"),
    "facts": ("sql", "facts", "fit"),
    "decision": ("wording", "choosing", "pools", "backtest"),
    "outside world": ("engines", "stores", "ledger", "writers", "desk"),
    "face": ("clock", "api", "back_testing", "main_job", "cli", "__main__"),
}
# Facts and decision see tables and a query callable; no files, network, plotting, processes or clock.
CLOSED_FLOORS = ("facts", "decision")
CLOSED_TO = {
    "os", "io", "pathlib", "shutil", "tempfile", "glob", "socket", "urllib", "http", "ssl", "subprocess", "time",
    "random", "multiprocessing", "threading", "matplotlib", "pyvis", "duckdb", "neo4j", "pyspark", "openpyxl",
    "xlsxwriter", "click",
}  # fmt: skip
# Slow or optional: imported inside the function that uses them, so that `import chaingraph` stays light.
LATE = {
    "sklearn", "neo4j", "pyvis", "pyspark", "openpyxl", "xlsxwriter", "networkx", "matplotlib", "pyarrow", "py4j",
    "pypinyin", "flask", "werkzeug", "waitress",
}  # fmt: skip
# An estimator is a subclass of scikit-learn's, so its module cannot load without it; the module itself is loaded late.
ESTIMATORS = {"tagging.tagger"}
# Sentences on a measured back-test, made where it is measured.
READINGS = {"backtest.reading", "backtest.own_reading", "backtest.refit", "backtest.entry_fit"}
LINES = 400  # of a module
FILES = 16  # of a folder
TOP = 12  # beside the folders
WORD_BINS = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "mixin", "mixins", "base"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    """The module's name inside the package: ``writers.page``; ``__init__`` for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def room(module: str) -> str:
    return module.split(".")[0]


def places() -> dict[str, tuple[int, int]]:
    return {name: (floor, left) for floor, rooms in enumerate(FLOORS.values()) for left, name in enumerate(rooms)}


def floor_name(module: str) -> str:
    return next(name for name, rooms in FLOORS.items() if room(module) in rooms)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> tuple[tuple[int, str], ...]:
    """Every import of a file, wherever it stands: line and dotted name (own modules without ``chaingraph.``)."""
    return tuple(_imports(path, known_modules()))


@cache
def known_modules() -> frozenset[str]:
    return frozenset(dotted(module) for module in MODULES)


@cache
def known_rooms() -> frozenset[str]:
    return frozenset(map(room, known_modules()))


def _imports(path: Path, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.removeprefix("chaingraph.")
        elif isinstance(node, ast.Call):
            yield from by_name(node, known)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name}:{node.lineno}: write the whole name, no relative import"
            source = node.module or ""
            if source.split(".")[0] != "chaingraph":
                yield node.lineno, source
                continue
            inner = source.removeprefix("chaingraph").lstrip(".")
            for alias in node.names:
                longer = f"{inner}.{alias.name}".lstrip(".")
                yield node.lineno, longer if longer in known else inner or "__init__"


def by_name(call: ast.Call, known: Set[str]) -> Iterator[tuple[int, str]]:
    """The modules of ours that a call names in its arguments: ``import_module("chaingraph.writers.page")``.

    The registry is given a room and loads whichever of its modules is asked for: all of them count.
    """
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    whole = called in ("module_of", "function_of")
    for part in (text for argument in call.args for text in ast.walk(argument)):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            name = part.value.removeprefix("chaingraph.")
            if part.value.startswith("chaingraph.") and name in known:
                yield call.lineno, name
                if whole:
                    yield from ((call.lineno, module) for module in sorted(known) if module.startswith(f"{name}."))


@cache
def own_imports(path: Path) -> tuple[tuple[int, str], ...]:
    """Imports of our own; none of the package's ``__init__``, the front door that loads all rooms late."""
    if path == PACKAGE / "__init__.py":
        return ()
    return tuple((line, name) for line, name in imports(path) if room(name) in known_rooms())


def test_there_is_something_to_walk() -> None:
    assert len(MODULES) > 10
    assert (3, "") not in list(imports(PACKAGE / "model" / "case.py"))
    assert {name for _, name in own_imports(PACKAGE / "labels.py")} == {"errors"}


def test_every_room_has_a_floor() -> None:
    rooms = {room(dotted(path)) for path in MODULES}
    unplaced = sorted(name for name in rooms if name not in places())
    assert not unplaced, f"{unplaced}: give the room a floor here and in CONTRIBUTING.md"
    # The folders are the rooms: a module beside them is one of the few doors of the house.
    assert len([path for path in MODULES if path.parent == PACKAGE]) <= TOP


def test_a_room_can_be_overlooked() -> None:
    counts = Counter(path.parent for path in MODULES)
    full = {str(folder.relative_to(ROOT)): count for folder, count in counts.items() if count > FILES}
    assert not full, f"more than {FILES} modules in one folder: {full}"


def test_imports_made_by_name_are_seen() -> None:
    call = ast.parse('import_module("chaingraph.errors").StoreError').body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Attribute)
    assert isinstance(call.value.value, ast.Call)
    assert list(by_name(call.value.value, {"errors"})) == [(1, "errors")]
    found = ast.parse('registry.module_of("chaingraph.pools", pool)').body[0]
    assert isinstance(found, ast.Expr)
    assert isinstance(found.value, ast.Call)
    assert list(by_name(found.value, {"pools", "pools.fund", "places"})) == [(1, "pools"), (1, "pools.fund")]


def test_imports_come_from_below_or_from_the_left() -> None:
    place = places()
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {here} imports {name}, which stands above it or to its right"
        for path, here in ((path, room(dotted(path))) for path in MODULES)
        for line, name in own_imports(path)
        if room(name) != here and here in place and place.get(room(name), (99, 0)) > place[here]
    ]
    assert not wrong, "\n".join(wrong)


def test_no_circles() -> None:
    graph = {dotted(path): {name for _, name in own_imports(path)} - {dotted(path)} for path in MODULES}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in done:
            for target in sorted(graph.get(name, ())):
                visit(target, (*trail, name))
            done.add(name)

    for module in sorted(graph):
        visit(module, ())


def top_level_imports(path: Path) -> Iterator[tuple[int, str]]:
    """Imports that run when the module is loaded: not those inside functions, not those for type checkers only."""

    def walk(nodes: list[ast.stmt]) -> Iterator[ast.stmt]:
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
                yield from walk(node.orelse)
                continue
            yield node
            for field in ("body", "orelse", "finalbody", "handlers"):
                for child in getattr(node, field, []):
                    yield from walk(child.body if isinstance(child, ast.ExceptHandler) else [child])

    for node in walk(tree(path).body):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def test_slow_and_optional_libraries_are_imported_inside_functions() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: move `import {name}` into the function that uses it"
        for path in MODULES
        for line, name in top_level_imports(path)
        if (room(name) in LATE and dotted(path) not in ESTIMATORS) or name.removeprefix("chaingraph.") in ESTIMATORS
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", [path for path in MODULES if floor_name(dotted(path)) in CLOSED_FLOORS], ids=dotted)
def test_facts_and_decision_see_no_files_network_or_clock(path: Path) -> None:
    where = path.relative_to(ROOT)
    wrong = [f"{where}:{line}: imports {name}" for line, name in imports(path) if room(name) in CLOSED_TO]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            )
            if name in {"open", "now", "today", "utcnow", "to_csv", "read_csv", "write_text"}:
                wrong.append(f"{where}:{node.lineno}: calls {name}()")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", [path for path in MODULES if floor_name(dotted(path)) in CLOSED_FLOORS], ids=dotted)
def test_facts_and_decision_know_no_language(path: Path) -> None:
    """What is found is the same in every language: `wording` says it, when a face has been asked for one."""
    if room(dotted(path)) == "wording" or dotted(path) in READINGS:
        return
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.arg} is a parameter"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.arg) and node.arg in {"lang", "language"}
    ]
    assert not wrong, "\n".join(wrong)


def test_modules_are_short_and_named_for_what_they_are() -> None:
    lines = {dotted(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    long = [f"{name} has {count} lines" for name, count in lines.items() if count > LINES]
    assert not long, f"at most {LINES}; what is longer wants to be two: {long}"
    bins = [name for name in lines if WORD_BINS & set(name.split("."))]
    assert not bins, f"name them for what is in them: {bins}"


def test_every_module_is_met_by_a_test() -> None:
    """A file of its name in the folder of its name under ``tests/``, or a test that imports the module.

    A module may also be met through one that a test imports and that uses it: a room split in two keeps its tests.
    """
    tests = sorted(Path(__file__).parent.rglob("test_*.py"))
    folders = Path(__file__).parent
    names = {".".join(path.relative_to(folders).with_name(path.stem.removeprefix("test_")).parts) for path in tests}
    modules = {dotted(path): path for path in MODULES}
    met = {name for path in tests for _, name in imports(path)}
    met |= names & set(modules)
    met |= {name for module in met & set(modules) for _, name in own_imports(modules[module])}
    # An __init__ may be a heading only.
    headings = {name for name, path in modules.items() if len(tree(path).body) <= 1}
    unmet = sorted(set(modules) - met - headings - {"__init__", "__main__"})
    assert not unmet, f"no test for: {', '.join(unmet)}"
