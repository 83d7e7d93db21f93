"""The ledger as one page: progress, what is due, lists; one file that loads nothing, made to be printed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import pandas as pd

from chaingraph.labels import text
from chaingraph.ledger.store import Ledger
from chaingraph.model.columns import is_missing
from chaingraph.writers.files import number_text, write_bytes
from chaingraph.writers.harmless import clean_text
from chaingraph.writers.ledger.frames import Part, Tables, chain_parts, notes, parts

_ANSWERS = 3  # post, department and leading firms stand first
_SHORT = 10  # characters that are not broken over lines: places, stages, dates
_STYLE = """
:root { --ink: #1c2733; --line: #c9d1da; --head: #1f3864; --soft: #f3f6fa }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1180px; padding: 24px; color: var(--ink);
  font: 14px/1.5 "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif }
h1 { color: var(--head); margin: 0 0 4px; font-size: 24px }
h2 { color: var(--head); font-size: 17px; margin: 28px 0 8px; border-bottom: 2px solid var(--head) }
p { margin: 2px 0 } nav { margin: 12px 0; line-height: 2 } nav a { margin-right: 14px; color: #0563c1 }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: 12.5px }
th { background: var(--head); color: #fff; text-align: left; position: sticky; top: 0 }
td.short { white-space: nowrap }
th, td { border: 1px solid var(--line); padding: 4px 7px; vertical-align: top }
td.number { text-align: right; font-variant-numeric: tabular-nums } tr:nth-child(even) td { background: var(--soft) }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 4px 18px; margin: 8px 0 }
dl div { border-bottom: 1px solid var(--line) } dt { color: #5b6673; font-size: 12px }
dd { margin: 0; font-weight: 600 }
section.starts h2 { font-size: 21px; border-bottom-width: 3px }
@page { size: A4 landscape; margin: 10mm }
@media print { nav { display: none } body { max-width: none; padding: 0; font-size: 10px } .wide { overflow: visible }
  table { font-size: 9px } section.starts { break-before: page } section.starts:first-of-type { break-before: auto }
  thead { display: table-header-group } tr { break-inside: avoid } h2 { break-after: avoid } }
"""


def write_ledger_page(
    ledger: Ledger, case: Tables, path: str | Path, *, as_of: str, only: Sequence[str] = (), lang: str = "zh"
) -> None:
    """Write every view of a ledger, as of a day, as one HTML file that runs no script and loads nothing.

    Parameters
    ----------
    ledger
        An open ledger.
    case
        Tables of the case by name, such as ``case.tables``; ``targets`` is required; the others (targets of places,
        chain offices, zones, …) are shown where they are present.
    path
        The file to write; it is written whole or not at all.
    as_of
        The day to look at, YYYY-MM-DD.
    only
        Keys of the tables to write, from ``chaingraph.writers.ledger.VIEWS``; where empty, all of them.
    lang
        zh or en.

    Raises
    ------
    LedgerError
        When ``as_of`` is no whole day, or a target's period is none.
    UnknownNameError
        When no table has such a key.
    StoreError
        When the file cannot be written; an older file in its place is untouched.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import chaingraph as cg
    >>> facts = {"project": "构造一期", "investor": "构造甲有限公司", "place": "平湖市", "constructed": True}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "ledger.html")
    ...     with cg.open_ledger(Path(folder, "ledger.db"), cg.load_rules("jiaxing"), create=True) as ledger:
    ...         _ = ledger.record(cg.Act("entered", "p1", "2024-03-01", "平湖市投促局", data=facts))
    ...         write_ledger_page(ledger, cg.load_example().tables, path, as_of="2024-04-01", only=["negotiating"])
    ...     "构造甲有限公司" in path.read_text(encoding="utf-8")
    True
    """
    ledger = ledger.as_of(as_of)
    shown = parts(ledger, case, as_of, lang, only)
    _write(shown, text("ledger.title", lang), notes(ledger, as_of, lang), Path(path), lang)


def write_offices_page(ledger: Ledger, case: Tables, path: Path, *, as_of: str, lang: str = "zh") -> None:
    """Write the chain offices, a sheet of paper per chain: post, department, leaders, projects, factors, events.

    Raises
    ------
    StoreError
        When the file cannot be written; an older file in its place is untouched.
    """
    ledger = ledger.as_of(as_of)
    said = notes(ledger, as_of, lang)
    _write(chain_parts(ledger, case, as_of, lang), text("ledger.title_offices", lang), said, path, lang)


def _write(shown: Sequence[Part], title: str, notes_: Sequence[str], path: Path, lang: str) -> None:
    first = any(part.starts for part in shown)  # then only the beginnings are led to
    links = "".join(
        f'<a href="#{_shown(part.key)}">{_shown(part.caption)}</a>' for part in shown if part.starts or not first
    )
    body = "".join(_section(part, lang) for part in shown)
    said = "".join(f"<p>{_shown(note)}</p>" for note in notes_)
    page = (
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{_shown(title)}</title><style>{_STYLE}</style></head><body><main><h1>{_shown(title)}</h1>{said}"
        f"<nav>{links}</nav>{body}</main></body></html>\n"
    )
    write_bytes(page.encode(), path)


def _section(part: Part, lang: str) -> str:
    begins = ' class="starts"' if part.starts else ""
    heading = f'<section id="{_shown(part.key)}"{begins}><h2>{_shown(part.caption)}</h2>'
    if part.starts and len(part.table) == 1:
        return f"{heading}<dl>{_facts(part.table, lang)}</dl></section>"
    if part.table.empty:
        return f"{heading}<p>{_shown(text('ledger.empty', lang))}</p></section>"
    shown = part.table.dropna(axis=1, how="all")  # a column of which nothing is known takes the others' room
    head = "".join(f'<th scope="col">{_shown(str(name))}</th>' for name in shown.columns)
    columns = [shown[name].astype(object).tolist() for name in shown.columns]
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in zip(*columns, strict=True))
    return (
        f'{heading}<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>'
    )


def _facts(table: pd.DataFrame, lang: str) -> str:
    """The one row of a table as pairs of caption and value; who answers for a chain is said to be missing."""
    pairs = zip(table.columns, table.astype(object).iloc[0], strict=True)
    told = []
    for place, (name, value) in enumerate(pairs):
        if not is_missing(value):
            told.append((str(name), value if isinstance(value, str) else number_text(float(value))))
        elif place < _ANSWERS:
            told.append((str(name), text("ledger.not_stated", lang)))
    return "".join(f"<div><dt>{_shown(name)}</dt><dd>{_shown(value)}</dd></div>" for name, value in told)


def _cell(value: object) -> str:
    if is_missing(value):
        return "<td></td>"
    if isinstance(value, str):
        kept = ' class="short"' if len(value) <= _SHORT else ""
        return f"<td{kept}>{_shown(value)}</td>"
    return f'<td class="number">{number_text(float(str(value)))}</td>'


def _shown(value: str) -> str:
    return escape(clean_text(value))
