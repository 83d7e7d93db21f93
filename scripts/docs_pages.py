"""Pages of the documentation that say what the code says: tables, columns, commands, Python, decisions, records,
notebooks (docs_notebooks.py).

A hook of mkdocs: pages are made while the site is built and stand in no file, so that they cannot lag behind. A link
that leads out of the documentation, to a file of the repository, is shown as its path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import docs_notebooks as notebooks
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import chaingraph
from chaingraph.cli.main import command_line
from chaingraph.errors import UnknownNameError
from chaingraph.importers.headings import load_headings
from chaingraph.labels import text
from chaingraph.model.registry import KINDS, load, shipped
from chaingraph.model.results import FILES
from chaingraph.model.results.columns import result_column
from chaingraph.model.schema import TABLES

HEADING_KINDS = ("register", "ranking", "units", "facts")
ROOT = Path(__file__).resolve().parents[1]
RECORDS = ROOT / "docs"
SHIM = "https://unpkg.com/iframe-worker/shim"  # what the theme loads where a page is opened from a folder
LINKS = """
.md-typeset a:not(.headerlink) { text-decoration: underline; }
.md-typeset pre > code { white-space: pre-wrap; overflow-wrap: anywhere; }
.md-typeset .highlight { --md-code-hl-operator-color: #555; --md-code-hl-punctuation-color: #555;
  --md-code-hl-comment-color: #555; }
.md-typeset div.given { overflow-x: auto; margin: 1em 0; }
.md-typeset table.given { border-collapse: collapse; font-size: .64rem; }
.md-typeset table.given :is(td, th) { border: 1px solid #ccc; padding: .3em .6em; text-align: left;
  vertical-align: top; min-width: 3.5em; }
"""
WORDS = {
    "tables": ("底库的表", "Tables of a case"),
    "tables_lead": (
        "每张表每一列：表头可用中文名或英文名。带 * 的列必须有值；没有列出的列原样保留，不读。",
        "Every column of every table; headers may be the Chinese or the English name. A column with * needs a value.",
    ),
    "column": ("列", "column"),
    "caption": ("中文表头", "Chinese header"),
    "what": ("含义", "what it holds"),
    "values": ("取值", "values"),
    "kind": ("类型", "kind"),
    "unit": ("单位", "unit"),
    "results": ("结果的列", "Columns of the results"),
    "results_lead": (
        "各文件的列按此顺序。空格表示“不知道”或“不适用”，从不表示零。",
        "Files have their columns in this order. An empty cell means not known or not applicable, never zero.",
    ),
    "commands": ("命令", "Commands"),
    "commands_lead": (
        "与各命令的 `--help` 相同。",
        "The same as each command's `--help`.",
    ),
    "python": ("Python", "Python"),
    "python_lead": (
        "`import chaingraph as cg` 之后可用的名称；说明为英文。",
        "What `import chaingraph as cg` offers.",
    ),
    "shipped": ("随包提供", "Shipped"),
    "known": ("已知的表头", "headings known so far"),
    "name": ("名称", "name"),
    "title": ("标题", "title"),
}


def word(name: str, lang: str) -> str:
    """A heading of a generated page."""
    return WORDS[name][lang == "en"]


def lead(name: str, lang: str) -> str:
    """A sentence of the site's language on a page that is in the other one."""
    return f"{word(name, lang)}\n{{: lang={lang} }}"


def cell(value: object) -> str:
    """A text as it stands in a cell of a table: no line breaks, no column ends, nothing taken for a tag."""
    told = re.sub(r"\s+", " ", str(value)).strip()
    return told.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")


def table(headings: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    return "\n".join([*lines, *("| " + " | ".join(cell(value) for value in row) + " |" for row in rows)])


def note(name: str, lang: str) -> str:
    """What a column holds; nothing where its caption says it all."""
    try:
        return text(f"workbook.note_{name}", lang)
    except UnknownNameError:
        return ""


def tables_page(lang: str) -> str:
    """Every table of a case with its columns."""
    parts = [f"# {word('tables', lang)}\n\n{word('tables_lead', lang)}"]
    for held in TABLES.values():
        name = f"`{held.name}` {held.name_zh}" if lang == "en" else f"{held.name_zh} `{held.name}`"
        note = held.note if lang == "en" else held.note_zh or held.note
        rows = (
            (
                f"`{column.name}`" + ("*" if column.required else ""),
                column.headers[0] if column.headers else "",
                (column.note if lang == "en" else column.note_zh or column.note)
                + (f" → `{column.refers_to}`" if column.refers_to else ""),
                ", ".join(f"`{choice}`" for choice in column.choices) or column.kind,
                column.unit,
            )
            for column in held.columns
        )
        headings = tuple(word(each, lang) for each in ("column", "caption", "what", "values", "unit"))
        parts.append(f"## {name}\n\n{note}\n\n{table(headings, rows)}")
    return "\n\n".join(parts) + "\n"


def results_page(lang: str) -> str:
    """Every column of every file that is handed over."""
    parts = [f"# {word('results', lang)}\n\n{word('results_lead', lang)}"]
    for file, names in FILES.items():
        rows = (
            (
                f"`{name}`",
                text(f"workbook.column_{name}", lang),
                note(name, lang),
                ", ".join(f"`{choice}`" for choice in result_column(name).choices) or result_column(name).kind,
                result_column(name).unit,
            )
            for name in names
        )
        headings = tuple(word(each, lang) for each in ("column", "name", "what", "values", "unit"))
        parts.append(f"## {file}\n\n{table(headings, rows)}")
    return "\n\n".join(parts) + "\n"


def commands_of(command: click.Command, path: str, lang: str) -> Iterator[str]:
    """A command's help, and that of the commands below it."""
    with click.Context(command, info_name=path, terminal_width=100, max_content_width=100) as context:
        yield f"## {path}\n\n```text\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands_of(below, f"{path} {name}", lang)


def commands_page(lang: str) -> str:
    """Every command with its help."""
    parts = commands_of(command_line(lang), "chaingraph", lang)
    return "\n\n".join([f"# {word('commands', lang)}", word("commands_lead", lang), *parts]) + "\n"


def python_page(lang: str) -> str:
    """Every public name, from its docstring."""
    names = [name for name in chaingraph.__all__ if not name.startswith("_")]
    asked = "\n\n".join(f"::: chaingraph.{name}" for name in names)
    return f"# {word('python', lang)}\n\n{lead('python_lead', lang)}\n\n{asked}\n"


def heading_columns(lang: str) -> str:
    """What a heading file may speak of, by kind, with the headings that are known so far."""
    told = []
    for kind in HEADING_KINDS:
        rows = (
            (f"`{column}`", "、".join(known) if lang == "zh" else ", ".join(known))
            for column, known in load_headings(kind, kind).items()
        )
        heading = f'`kind = "{kind}"`: {load("headings", kind).title(lang)}'
        told.append(f"{heading}\n\n" + table((word("column", lang), word("known", lang)), rows))
    return "\n\n".join(told)


def shipped_tables(lang: str) -> str:
    """What each kind of the registry has in the package."""
    parts = []
    for kind in KINDS:
        rows = ((f"`{name}`", load(kind, name).title(lang)) for name in shipped(kind))
        parts.append(f"### library/{kind}\n\n{table((word('name', lang), word('title', lang)), rows)}")
    return "\n\n".join(parts)


def generated(lang: str) -> dict[str, str]:
    """The pages that are made: address to text."""
    decisions = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    pages = {
        "reference/tables.md": tables_page(lang),
        "reference/results.md": results_page(lang),
        "reference/commands.md": commands_page(lang),
        "reference/python.md": python_page(lang),
        "decisions.md": decisions,
        "data-jiaxing.md": (ROOT / "data" / "README.md").read_text(encoding="utf-8"),
    }
    for record in sorted(RECORDS.glob("*.md")):
        pages[f"records/{record.name}"] = record.read_text(encoding="utf-8")
    return pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made, and the pictures."""
    lang = str(config.theme["language"])
    for address, content in generated(lang).items():
        files.append(File.generated(config, address, content=content))
    for notebook in notebooks.NOTEBOOKS:
        markdown, beside = notebooks.page(notebook, lang)
        files.append(File.generated(config, f"notebooks/{notebook.stem}.md", content=markdown))
        for name, data in beside.items():
            files.append(File.generated(config, f"notebooks/{name}", content=data))
    for picture in sorted((RECORDS / "pictures").glob("*.png")):
        files.append(File.generated(config, f"pictures/{picture.name}", abs_src_path=str(picture)))
    shim = RECORDS / "vendor" / "iframe-worker" / "shim.js"
    files.append(File.generated(config, "assets/iframe-worker.js", abs_src_path=str(shim)))
    files.append(File.generated(config, "assets/links.css", content=LINKS))
    return files


def on_page_content(html: str, *, page: Any, config: MkDocsConfig, files: Files) -> str:
    """A page that stands in one language only says which, where that is not the site's."""
    address = page.file.src_uri
    if not address.startswith("records/") and address not in ("decisions.md", "data-jiaxing.md", "reference/python.md"):
        return html
    held = notebooks.language(re.sub(r"<pre.*?</pre>|<[^>]*>", " ", html, flags=re.DOTALL))
    return html if held == config.theme["language"] else f'<div lang="{held}">\n{html}\n</div>'


def on_post_page(output: str, *, page: Any, config: MkDocsConfig) -> str:
    """Nothing is loaded from elsewhere, search in a folder included."""
    output = output.replace('data-md-component="search" role="dialog"', 'data-md-component="search" role="search"')
    return output.replace(SHIM, "../" * page.url.count("/") + "assets/iframe-worker.js")


def on_post_template(output: str, *, template_name: str, config: MkDocsConfig) -> str:
    """The same for the page that says there is none."""
    return output.replace(SHIM, "assets/iframe-worker.js")


def on_page_markdown(markdown: str, *, page: Any, config: MkDocsConfig, files: Files) -> str:
    """Lists of what is shipped are filled in; links to files of the repository become pages of the site, or paths."""
    markdown = markdown.replace("<!-- shipped -->", shipped_tables(str(config.theme["language"])))
    markdown = markdown.replace("<!-- headings -->", heading_columns(str(config.theme["language"])))
    place = Path(str(config["docs_dir"])) / page.file.src_uri
    if page.file.src_uri.startswith("records/"):
        place = RECORDS / Path(page.file.src_uri).name
    elif page.file.src_uri.startswith("notebooks/"):
        place = ROOT / page.file.src_uri
    elif page.file.src_uri in ("decisions.md", "data-jiaxing.md"):
        place = ROOT / "CONTRIBUTING.md" if page.file.src_uri == "decisions.md" else ROOT / "data" / "README.md"
    depth = "../" * page.file.src_uri.count("/")
    own = Path(str(config["docs_dir"]))
    other = "en" if str(config.theme["language"]) == "zh" else "zh"

    def link(found: re.Match[str]) -> str:
        shown, address = found[1], found[2]
        if "://" in address or address.startswith("#") or files.get_file_from_path(_joined(page, address)):
            return found[0]
        path = (place.parent / address.partition("#")[0]).resolve()
        inside = path.relative_to(ROOT) if path.is_relative_to(ROOT) else None
        if inside is None or not path.exists():
            return found[0]  # a strict build refuses it
        known = {
            RECORDS / path.name: f"records/{path.name}",
            ROOT / "data" / "README.md": "data-jiaxing.md",
            ROOT / "CONTRIBUTING.md": "decisions.md",
            RECORDS / "pictures" / path.name: f"pictures/{path.name}",
        }
        if path in known and (known[path].endswith((".md", ".png"))):
            return f"[{shown}]({depth}{known[path]})"
        if path.parent == ROOT / "notebooks":
            return f"[{shown}]({depth}notebooks/{path.stem}.md)"
        if path.is_relative_to(own):
            return f"[{shown}]({depth}{path.relative_to(own).as_posix()})"
        if inside.parts[:2] == ("docs", other):
            return f"[{shown}]({depth}{'en/' if other == 'en' else '../'}{inside.name.replace('.md', '.html')})"
        return f"`{inside}`" if shown.strip("`") == inside.as_posix() else f"{shown} (`{inside}`)"

    markdown = re.sub(r"\[([^\]]*)\]\(([^)\s]+)\)", link, markdown)
    # What a notebook printed keeps its lines; its words were joined when the page was made.
    return markdown if page.file.src_uri.startswith("notebooks/") else notebooks.joined(markdown)


def _joined(page: Any, address: str) -> str:
    """The address of a link, seen from the root of the site."""
    parts: list[str] = []
    for part in [*page.file.src_uri.split("/")[:-1], *address.partition("#")[0].split("/")]:
        if part == "..":
            if not parts:
                return "\0"
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
