"""Pages of the documentation from the notebooks: one language each, with what the cells give, run while it is built.

A notebook is kept without outputs, so a page without a run would be a tutorial without its tables and pictures. The run
is kept under .cache, by a digest of the notebook, the package and the first case: nothing runs twice, and nothing that
is shown lags behind. Notebook 05 needs a server of Neo4j; its run is kept in docs/notebooks:

    eval "$(scripts/neo4j start)" && .venv/bin/python scripts/docs_notebooks.py    # keeps it anew
"""

from __future__ import annotations

import hashlib
import html
import os
import platform
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path

import nbformat
from jinja2 import DictLoader
from nbclient import NotebookClient
from nbconvert import MarkdownExporter
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = tuple(sorted((ROOT / "notebooks").glob("*.ipynb")))
KEPT, CACHE = ROOT / "docs" / "notebooks", ROOT / ".cache" / "notebooks"
SERVER = "05_neo4j"  # cannot run while the documentation is built
SEEN = (ROOT / "chaingraph", ROOT / "data" / "jiaxing")  # what a run depends on, beside the notebook and the libraries
LIBRARIES = ("pandas", "numpy", "scikit-learn", "matplotlib", "ipykernel")
PAGE = """{% extends 'markdown/index.md.j2' %}
{% block stream %}{{ output.text | strip_ansi | told }}{% endblock %}
{% block data_text %}{{ output.data['text/plain'] | strip_ansi | told }}{% endblock %}
{% block data_html %}{{ output.data['text/html'] | shown }}{% endblock %}
"""
HAN = re.compile(r"[\u3400-\u9fff]")
FRAME = re.compile(r'<iframe srcdoc="([^"]*)"([^>]*)></iframe>')
WORDS = {
    "lead": (
        "这一页由笔记本 [{name}.ipynb]({name}.ipynb) 生成，表和图是运行的结果。自己运行：`scripts/setup notebooks`，"
        "再 `.venv/bin/jupyter lab notebooks`。",
        "This page is made from the notebook [{name}.ipynb]({name}.ipynb); its tables and pictures are what the cells "
        "gave. To run it yourself: `scripts/setup notebooks`, then `.venv/bin/jupyter lab notebooks`.",
    ),
    "picture": ("图：{of}", "Picture: {of}"),
    "given": ("运行结果：{of}", "What the cell gives: {of}"),
    "frame": ("页面：{of}", "Page: {of}"),
}


def word(key: str, lang: str, **values: str) -> str:
    """A text of the pages."""
    return WORDS[key][lang == "en"].format(**values)


def language(text: str) -> str:
    """Whether a text is Chinese or English: a Chinese character counts as much as a word of English."""
    return "zh" if len(HAN.findall(text)) > len(re.findall(r"[A-Za-z]{2,}", text)) else "en"


def joined(text: str) -> str:
    """A line's end between two Chinese ones would be shown as a blank."""
    return re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef“”])\n(?=[\u3400-\u9fff“（])", "", text)


def one_language(source: str, lang: str) -> str:
    """The half of a bilingual cell that is in a language; its headings are "Chinese / English"."""
    held = []
    for part in re.split(r"\n\s*\n", source.strip()):
        if part.startswith("#"):
            marks, _, heading = part.partition(" ")
            chinese, _, english = heading.partition(" / ")
            held.append(f"{marks} {english if lang == 'en' and english else chinese}")
        elif language(part) == lang:
            held.append(joined(part))
    return "\n\n".join(held)


@cache
def _inputs() -> bytes:
    """A digest of what every notebook depends on."""
    digest = hashlib.sha256(" ".join([platform.python_version(), *map(version, LIBRARIES)]).encode())
    for path in sorted(path for folder in SEEN for path in folder.rglob("*") if path.is_file()):
        if "__pycache__" not in path.parts:
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.digest()


def run(path: Path) -> NotebookNode:
    """A notebook with what its cells give; a cell that fails stops the build."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=40"],  # not that it listens on this machine, in a quiet build
    )
    client.execute(env=os.environ | {"PYTHONPATH": str(ROOT)})
    return notebook


def executed(path: Path) -> NotebookNode:
    """The same, from the cache where nothing has changed, and from the repository where it takes a server."""
    if path.stem == SERVER:
        asked, notebook = nbformat.read(path, as_version=4), nbformat.read(KEPT / path.name, as_version=4)
        if [cell.source for cell in asked.cells] != [cell.source for cell in notebook.cells]:
            msg = f"docs/notebooks/{path.name} is a run of an older notebook; see scripts/docs_notebooks.py"
            raise ValueError(msg)
        return notebook
    kept = CACHE / f"{path.stem}-{hashlib.sha256(_inputs() + path.read_bytes()).hexdigest()[:16]}.ipynb"
    if not kept.exists():
        notebook = run(path)
        CACHE.mkdir(parents=True, exist_ok=True)
        for older in CACHE.glob(f"{path.stem}-*"):
            older.unlink(missing_ok=True)
        written = kept.with_suffix(f".{os.getpid()}")
        nbformat.write(notebook, written)
        written.replace(kept)
    return nbformat.read(kept, as_version=4)


def page(path: Path, lang: str) -> tuple[str, dict[str, bytes]]:
    """A notebook as Markdown in a language, and what stands beside it: pictures, pages, the notebook itself."""
    notebook = executed(path)
    files = {path.name: path.read_bytes()}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = one_language(cell.source, lang)

    def lang_of(text: str) -> str:
        other = language(html.unescape(re.sub(r"<[^>]*>", " ", text)))
        return f' lang="{other}"' if other != lang else ""

    def told(text: str) -> str:
        written = html.escape(text.rstrip(), quote=False)
        return f"\n<pre{lang_of(text)} data-search-exclude><code>{written}</code></pre>\n"

    def framed(found: re.Match[str]) -> str:
        name = f"{path.stem}_{len(files)}.html"
        files[name] = html.unescape(found[1]).encode()
        return f'<iframe src="{name}" title="FRAME"{found[2]}></iframe>'

    def shown(text: str) -> str:
        text = re.sub(r"<style scoped>.*?</style>", "", FRAME.sub(framed, text), flags=re.DOTALL)
        text = text.replace('<table border="1" class="dataframe">', "<table>").replace("<table", '<table class="given"')
        group = 'class="given" role="group" tabindex="0" aria-label="GIVEN"'  # a wide table scrolls, by keyboard too
        return f"\n<div {group}{lang_of(text)} data-search-exclude>\n{text.strip()}\n</div>\n"

    exporter = MarkdownExporter(extra_loaders=[DictLoader({"page.md.j2": PAGE})], template_file="page.md.j2")
    exporter.register_filter("told", told)
    exporter.register_filter("shown", shown)
    text, resources = exporter.from_notebook_node(notebook, {"unique_key": path.stem, "output_files_dir": ""})
    files |= resources["outputs"]
    return _named(text, path.stem, lang), files


def _named(text: str, name: str, lang: str) -> str:
    """The page with its lead, and its pictures and frames called by the heading above."""
    lines, heading = [], ""
    for line in text.strip().splitlines():
        if found := re.match(r"#{1,3} (.+)", line):
            heading = found[1]
        line = line.replace("![png]", f"![{word('picture', lang, of=heading)}]")
        for name_of, mark in (("frame", 'title="FRAME"'), ("given", 'aria-label="GIVEN"')):
            line = line.replace(mark, mark.partition("=")[0] + f'="{html.escape(word(name_of, lang, of=heading))}"')
        lines.append(line)
        if line.startswith("# ") and len(lines) == 1:
            lines += ["", word("lead", lang, name=name)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    nbformat.write(run(ROOT / "notebooks" / f"{SERVER}.ipynb"), KEPT / f"{SERVER}.ipynb")
