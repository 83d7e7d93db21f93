"""Conventions that are kept by tests: docstrings, signatures, a light import, complete labels, words that stay out."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import string
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import chaingraph
from chaingraph import labels

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "chaingraph"
EXTRAS = ("neo4j", "pyvis", "pyspark", "pyarrow", "matplotlib", "IPython")
SLOW = ("sklearn", "openpyxl", "xlsxwriter", "networkx")


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(chaingraph.__path__, "chaingraph."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


MODULES = list(modules())
PUBLIC = {
    f"{module.__name__}.{name}": member
    for module in MODULES
    for name, member in vars(module).items()
    if not name.startswith("_")
    and (inspect.isfunction(member) or inspect.isclass(member))
    and member.__module__ == module.__name__
}
EXPORTED = {name: getattr(chaingraph, name) for name in chaingraph.__all__}


def test_public_names_have_a_docstring() -> None:
    own = {name: (member.__doc__ or "").strip() for name, member in PUBLIC.items()}
    # A dataclass without one is given its signature as docstring; that says nothing.
    wrong = [name for name, told in own.items() if not told or told.startswith(f"{PUBLIC[name].__name__}(")]
    assert not wrong, f"without a docstring of their own: {wrong}"


def test_modules_say_what_they_are() -> None:
    wrong = [module.__name__ for module in MODULES if not (module.__doc__ or "").strip()]
    assert not wrong, f"without a docstring: {wrong}"


@pytest.mark.parametrize("name", EXPORTED)
def test_exported_names_are_documented(name: str) -> None:
    member = EXPORTED[name]
    if callable(member):
        assert inspect.getdoc(member), f"chaingraph.{name} has no docstring"


@pytest.mark.parametrize("name", [name for name, member in EXPORTED.items() if inspect.isfunction(member)])
def test_exported_functions_take_few_positional_arguments(name: str) -> None:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    given = [found.name for found in inspect.signature(EXPORTED[name]).parameters.values() if found.kind in kinds]
    assert len(given) <= 3, f"chaingraph.{name}: make the options keyword-only; positional are {given}"


def test_importing_the_package_loads_no_extra_and_warns_of_nothing() -> None:
    probe = f"import sys, chaingraph; print(*[name for name in {EXTRAS + SLOW!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-W", "error", "-c", probe], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


LABEL_FILES = sorted((PACKAGE / "library" / "labels").glob("*.toml"))
LABELS = {
    f"{path.stem}.{entry}": sentences
    for path in LABEL_FILES
    for entry, sentences in tomllib.loads(path.read_text(encoding="utf-8")).items()
}


def blanks(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None}


def faults_of(sentences: dict[str, str]) -> Iterator[str]:
    if set(sentences) != set(labels.LANGUAGES):
        yield f"needs exactly {labels.LANGUAGES}"
        return
    if not all(sentence.strip() for sentence in sentences.values()):
        yield "an empty sentence"
    # {chain} and {chain_en}, {table} and {table_zh}: the same blank, filled with the name in that language.
    held = {lang: {re.sub("_(zh|en)$", "", blank) for blank in blanks(text)} for lang, text in sentences.items()}
    if held["zh"] != held["en"]:
        yield f"blanks differ: {held}"
    if "" in held["zh"] | held["en"]:
        yield "give every blank a name"


def test_labels_stand_in_both_languages_with_the_same_blanks() -> None:
    assert len(LABELS) > 3000
    wrong = [f"{name}: {fault}" for name, sentences in LABELS.items() for fault in faults_of(sentences)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("sentences", "said"),
    [
        ({"zh": "甲"}, "needs exactly"),
        ({"zh": "甲", "en": " "}, "an empty sentence"),
        ({"zh": "{chain}", "en": "{firm}"}, "blanks differ"),
        ({"zh": "{}", "en": "{}"}, "give every blank a name"),
        ({"zh": "{chain}", "en": "{chain_en}"}, ""),
    ],
)
def test_what_a_label_lacks_is_said(sentences: dict[str, str], said: str) -> None:
    assert [fault[: len(said)] for fault in faults_of(sentences)] == ([said] if said else [])


def asked_labels() -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Every ``text("area.entry", …)`` or ``both`` of the package: where, which, its blanks (None: not readable)."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            key = node.args[0].value
            if name in ("text", "both") and isinstance(key, str) and re.fullmatch(r"[a-z_]+\.\w+", key):
                given = [keyword.arg for keyword in node.keywords]
                filled = None if None in given else frozenset(word for word in given if word)
                yield f"{path.relative_to(ROOT)}:{node.lineno}", key, filled


def test_every_label_that_the_code_asks_for_exists_and_is_filled() -> None:
    asked = list(asked_labels())
    assert len(asked) > 20
    wrong = []
    for where, key, filled in asked:
        area, _, entry = key.partition(".")
        if key not in LABELS:
            wrong.append(f"{where}: no label {key}")
        elif filled is not None and (absent := blanks(labels.entries(area, "en")[entry]) - filled):
            wrong.append(f"{where}: {key} needs {', '.join(sorted(absent))}")
    assert not wrong, "\n".join(wrong)


# The home of each rule, and what its rule looks like where it is spelled again.
RULES = {
    "sql/roles.sql": re.compile(r"'operator'\s+AND|\"operator\"|kind\w*\s*=\s*'maker'|\bkind IS NULL"),
    "choosing/gates.py": re.compile(
        # An order given in numbers, a state compared, states listed. What standing tells of a firm is no order.
        r"WHEN '?(dissolved|sanctioned|insolven\w+|delisted|downsizing|local|stopped|admission|not_maker)'? THEN \d"
        r"|status = '(dissolved|sanctioned|insolvent|delisted)'"
        r"|[\"']dissolved[\"'].{0,40}[\"'](sanctioned|delisted|insolven\w+)[\"']"
    ),
}


@pytest.mark.parametrize("home", RULES)
def test_a_rule_is_spelled_in_its_home_alone(home: str) -> None:
    # The nouns list what the columns may hold: they judge nothing.
    lists = set((PACKAGE / "model").glob("*.py"))
    told = [path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".sql") and path not in lists]
    assert PACKAGE / home in told
    again = [
        f"{path.relative_to(PACKAGE)}: {found.group()}"
        for path in told
        if path != PACKAGE / home
        for found in RULES[home].finditer(path.read_text(encoding="utf-8"))
    ]
    assert not again, f"read chaingraph/{home} instead of spelling its rule again:\n" + "\n".join(again)


# Where else a table becomes CSV: nobody opens these files, and what reads them must find the cells as they were.
CSV_INSIDE = {
    "stores/parquet/read.py": "rows chosen from datasets, in a temporary folder that `read_case` reads at once",
    "stores/graphdb/results.py": "text whose hash is the mark of a run",
}


def test_tables_leave_through_one_writer() -> None:
    """A name may be a formula: `writers.files` makes it inert, so nothing else writes CSV or a sheet from a frame."""
    methods = {"to_csv", "to_excel", "to_clipboard", "writerow", "writerows", "to_string", "to_html", "to_markdown"}
    wrong, inside = [], set()
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
            owner = ast.unparse(node.func.value) if called and isinstance(node, ast.Call) else ""
            if called not in methods and not (owner == "csv" and called in ("writer", "DictWriter")):
                continue
            if name in CSV_INSIDE:
                inside.add(name)
            elif name != "writers/files.py":
                wrong.append(f"{name}:{node.lineno}: {owner}.{called}")
    assert not wrong, "use `write_csv` or `csv_text` of writers/files.py:\n" + "\n".join(wrong)
    assert inside == set(CSV_INSIDE), "no longer needed: take it off the list"


def project_files() -> list[Path]:
    """The files of the project: those that git tracks; without git, all but what the tools leave behind."""
    if (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "-c", "safe.directory=*", "ls-files", "-z"]
        listed = subprocess.run(command, capture_output=True, check=False)
        if listed.returncode == 0:
            found = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
            return [path for path in found if path.is_file()]
    left = {".venv", "out", "wheelhouse", "dist", "build", ".git", "__pycache__", ".neo4j"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not left & set(path.relative_to(ROOT).parts)]


# Paths of one machine say nothing on another. Put together from pieces, so that this file does not hold them.
PATHS = [re.compile(f"(?<![\\w.])/{folder}/") for folder in ("work", "tmp", "root", "farm", "home", "Users")]
KEPT_OUT = tomllib.loads((ROOT / "tests" / "kept_out.toml").read_text(encoding="utf-8"))["words"]
WORDS = [re.compile("".join(word["pieces"]), 0 if word.get("case") else re.IGNORECASE) for word in KEPT_OUT]
LINK = re.compile(r"https?://\S+")  # a folder of somebody's web site is no path of a machine


def test_words_and_paths_that_do_not_belong_here_are_not_here() -> None:
    found = []
    for path in project_files():
        if "vendor" in path.parts:  # other people's code, as they published it
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, start=1):
            plain = LINK.sub("", line)
            held = [word.search(line) for word in WORDS] + [word.search(plain) for word in PATHS]
            found += [f"{path.relative_to(ROOT)}:{number}: {match[0]}" for match in held if match]
    assert not found, "\n".join(found)


def test_no_check_is_switched_off_unseen() -> None:
    """Suppressions of linter and type checker carry a reason on the same line, after a second # or a dash."""
    mute = re.compile(r"#\s*(no" + r"qa|type:\s*ig" + r"nore|pragma:\s*no cov" + r"er)[^#]*?(?P<reason>(#| - ).*)?$")
    bare = []
    for path in project_files():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] != "tests":
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if (held := mute.search(line)) and not held["reason"]:
                    bare.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert not bare, "say why:\n" + "\n".join(bare)


TESTS = sorted((ROOT / "tests").rglob("*.py"))


def test_what_tests_share_stands_beside_them_and_is_found_under_one_name() -> None:
    """Builders and fixtures are in conftest.py or in modules beside the rooms: a test file may go without another."""
    stems = {path.stem for path in TESTS}
    wrong = []
    for path in TESTS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in modules:
                if name in stems or (name.startswith("tests.") and name.split(".")[-1].startswith("test_")):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: {name}")
    assert not wrong, "not from a test file, and as tests.…:\n" + "\n".join(wrong)


def test_a_file_of_tests_has_one_subject_and_stays_short() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in TESTS}
    long = [f"{path.relative_to(ROOT)} has {count} lines" for path, count in lines.items() if count > 400]
    assert not long, f"part them along the modules that they test: {long}"


def test_the_rooms_of_the_tests_are_those_of_the_package() -> None:
    folders = {path.parent.relative_to(ROOT / "tests") for path in TESTS}
    strange = sorted(str(folder) for folder in folders if not (PACKAGE / folder).is_dir())
    assert not strange, f"no such room in chaingraph: {strange}"
