"""The notebook on Neo4j runs from top to bottom, within its time, and is kept without outputs."""

from __future__ import annotations

import os

import pytest

from tests.neo4j_server import REPOSITORY, address, ask

NOTEBOOK = REPOSITORY / "notebooks" / "05_neo4j.ipynb"


def test_the_notebook_is_kept_without_outputs_in_both_languages() -> None:
    nbformat = pytest.importorskip("nbformat", reason="pip install 'chaingraph[notebooks]'")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert any("一" <= character <= "鿿" for character in cell.source), cell.source
            assert any(word.isascii() and word.isalpha() and len(word) > 2 for word in cell.source.split()), cell.source


@pytest.mark.neo4j
@pytest.mark.filterwarnings("ignore")  # what Jupyter's own packages say when they start is not ours
def test_the_notebook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat = pytest.importorskip("nbformat", reason="pip install 'chaingraph[notebooks]'")
    nbclient = pytest.importorskip("nbclient", reason="pip install 'chaingraph[notebooks]'")
    server = address()
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    started = os.times()
    folder = {"metadata": {"path": str(NOTEBOOK.parent)}}
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources=folder).execute()
    # Processor time of the kernel: other tests run beside it, and wall time would tell of them.
    ended = os.times()
    took = sum(getattr(ended, name) - getattr(started, name) for name in ("children_user", "children_system"))
    assert 1 < took < 60
    kinds = {kind for cell in notebook.cells for output in cell.get("outputs", ()) for kind in output.get("data", ())}
    assert {"text/html", "image/png"} <= kinds
    shown = "".join(str(output) for cell in notebook.cells for output in cell.get("outputs", ()))
    assert "<script" not in shown
    assert ask(server, "MATCH (n) WHERE n.cg_dataset = 'jiaxing-notebook' RETURN n LIMIT 1") == []
