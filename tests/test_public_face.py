"""The names that the package exports: seen by type checkers as they are loaded, documented so as to be used."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import chaingraph as cg

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = [name for name in cg._HOMES if inspect.isfunction(inspect.unwrap(getattr(cg, name)))]
# These have nothing to refuse.
NEVER_REFUSE = {
    "check_ledger", "cypher_queries", "doubtful", "framed", "lead_list", "load_example", "review_rows",
    "tell_back_test", "with_ledger",
}  # fmt: skip
# Whose result holds figures: by what formula, and from where.
FIGURES = {
    "back_test", "biweekly", "board", "check_ledger", "district_matrix", "explain", "find_gaps", "find_pool",
    "gap_matrix", "panorama", "run", "score_waterfall", "shortlist", "survey", "target_bars", "tier_shares",
    "with_ledger",
}  # fmt: skip


def seen_by_type_checkers() -> Iterator[tuple[str, str]]:
    """Name and module of every import under ``if TYPE_CHECKING`` of the package's own file."""
    for node in ast.parse((ROOT / "chaingraph" / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for line in node.body:
                assert isinstance(line, ast.ImportFrom)
                for alias in line.names:
                    assert alias.asname == alias.name, f"write `{alias.name} as {alias.name}`: it is exported"
                    yield alias.name, str(line.module).removeprefix("chaingraph.")


def test_type_checkers_see_what_is_loaded() -> None:
    assert dict(seen_by_type_checkers()) == cg._HOMES


def checked(program: str, folder: Path) -> str:
    """What mypy says to a user's program."""
    pytest.importorskip("mypy.api", reason="pip install 'chaingraph[dev]'")
    file = folder / "program.py"
    file.write_text(program, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, encoding="utf-8")
    assert not done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_user_s_mistake_is_seen_by_the_type_checker(tmp_path: Path) -> None:
    right = (
        "import chaingraph as cg\n"
        "graph: cg.ChainGraph = cg.build_graph(cg.load_example())\n"
        "found: cg.Findings = cg.shortlist(graph, chain='储能', region='嘉兴')\n"
        "print(cg.explain(found, '构造庚').upper())\n"
    )
    assert checked(right, tmp_path) == ""
    wrong = right + "cg.shortlst('x', nonsense=3)\ncg.read_case(1)\ncg.shortlist(graph, chain='储能', regoin='嘉兴')\n"
    said = checked(wrong, tmp_path)
    assert '5: error: Module has no attribute "shortlst"' in said
    assert '6: error: Argument 1 to "read_case" has incompatible type "int"' in said
    assert '7: error: Unexpected keyword argument "regoin"' in said


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_use_what_is_exported(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"(?:from|import) chaingraph\.[\w.]+", text), "give it a name on the package"
    assert set(re.findall(r"\bcg\.(\w+)", text)) <= set(cg.__all__)


def sections(name: str) -> set[str]:
    """The headings of a numpydoc docstring."""
    return set(re.findall(r"^(\w+)\n-{3,}$", inspect.getdoc(getattr(cg, name)) or "", flags=re.MULTILINE))


def entries(name: str, heading: str) -> str:
    """What stands under a heading of a docstring, down to the next."""
    told = inspect.getdoc(getattr(cg, name)) or ""
    return re.split(r"\n\n\w+\n-{3,}\n", told.partition(f"{heading}\n{'-' * len(heading)}\n")[2])[0]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_exported_functions_say_what_they_take_give_and_refuse(name: str) -> None:
    signature = inspect.signature(getattr(cg, name))
    wanted = {"Examples"} | ({"Parameters"} if signature.parameters else set())
    if signature.return_annotation not in ("None", None):
        wanted.add("Returns")
    if name not in NEVER_REFUSE:
        wanted.add("Raises")
    if name in FIGURES:
        wanted.add("Notes")
    assert wanted <= sections(name), f"chaingraph.{name} lacks {sorted(wanted - sections(name))}"
    taken = entries(name, "Parameters")
    absent = [
        word for word in signature.parameters if not re.search(rf"^(?:\w+, )*\**{word}\b", taken, flags=re.MULTILINE)
    ]
    assert not absent, f"chaingraph.{name} does not say what {absent} are"
    example = entries(name, "Examples")
    assert ">>> " in example
    assert "+SKIP" not in example


def test_every_error_that_is_told_of_is_one_that_can_be_caught() -> None:
    for name in FUNCTIONS:
        for error in re.findall(r"^(\w+)$", entries(name, "Raises"), flags=re.MULTILINE):
            assert issubclass(getattr(cg, error), cg.ChaingraphError), f"chaingraph.{name}: {error}"


def test_only_those_without_refusals_tell_of_none() -> None:
    assert {name for name in FUNCTIONS if "Raises" not in sections(name)} == NEVER_REFUSE
