"""Every notebook runs from a clean kernel, within its time, and is kept without outputs, in both languages."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
RUN = [path for path in NOTEBOOKS if path.stem != "05_neo4j"]  # that one needs a server: test_neo4j_notebook.py


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs_in_both_languages(path: Path) -> None:
    nbformat = pytest.importorskip("nbformat", reason="pip install 'chaingraph[notebooks]'")
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert any("一" <= character <= "鿿" for character in cell.source), cell.source
            assert any(word.isascii() and word.isalpha() and len(word) > 2 for word in cell.source.split()), cell.source


@pytest.mark.slow
@pytest.mark.parametrize("path", RUN, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore")  # what Jupyter's own packages say when they start is not ours
def test_notebooks_run(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat = pytest.importorskip("nbformat", reason="pip install 'chaingraph[notebooks]'")
    nbclient = pytest.importorskip("nbclient", reason="pip install 'chaingraph[notebooks]'")
    for library in ("pyvis", "matplotlib"):
        pytest.importorskip(library, reason="pip install 'chaingraph[notebooks]'")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    notebook = nbformat.read(path, as_version=4)
    assert "assert " in "".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    started = time.perf_counter()
    folder = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources=folder).execute()
    assert time.perf_counter() - started < 60
    shown = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [data for data in shown if str(data.get("text/plain", "")).startswith("<Figure") and len(data) == 1]


@pytest.mark.filterwarnings("ignore")
def test_the_notebook_of_neo4j_says_what_it_needs_where_there_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEO4J_URI", raising=False)
    cells = json.loads((REPOSITORY / "notebooks" / "05_neo4j.ipynb").read_text(encoding="utf-8"))["cells"]
    first = next("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    with pytest.raises(SystemExit, match="scripts/neo4j start"):
        exec(first, {})
