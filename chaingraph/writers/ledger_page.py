"""The ledger as one page: progress, what is due, lists; one file that loads nothing, made to be printed."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pandas as pd

from chaingraph.labels import text
from chaingraph.ledger.store import Ledger
from chaingraph.writers.files import clean_text, number_text, write_bytes
from chaingraph.writers.ledger_frames import Part, notes, parts

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
th, td { border: 1px solid var(--line); padding: 4px 7px; vertical-align: top }
td.number { text-align: right; font-variant-numeric: tabular-nums } tr:nth-child(even) td { background: var(--soft) }
@page { size: A4 landscape; margin: 10mm }
@media print { nav { display: none } body { max-width: none; padding: 0; font-size: 10px } .wide { overflow: visible }
  table { font-size: 9px } thead { display: table-header-group } tr { break-inside: avoid } h2 { break-after: avoid } }
"""


def write_ledger_page(
    ledger: Ledger,
    targets: pd.DataFrame,
    path: Path,
    *,
    as_of: str,
    zones: pd.DataFrame | None = None,
    lang: str = "zh",
) -> None:
    """Write every view of a ledger on a day as one HTML file; it runs no script and loads nothing.

    Raises
    ------
    StoreError
        When the file cannot be written; an older file in its place is untouched.
    """
    shown = parts(ledger, targets, as_of, lang, zones)
    title = text("ledger.title", lang)
    links = "".join(f'<a href="#{part.key}">{_shown(part.caption)}</a>' for part in shown)
    body = "".join(_section(part, lang) for part in shown)
    said = "".join(f"<p>{_shown(note)}</p>" for note in notes(ledger, as_of, lang))
    page = (
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{_shown(title)}</title><style>{_STYLE}</style></head><body><main><h1>{_shown(title)}</h1>{said}"
        f"<nav>{links}</nav>{body}</main></body></html>\n"
    )
    write_bytes(page.encode(), path)


def _section(part: Part, lang: str) -> str:
    heading = f'<section id="{part.key}"><h2>{_shown(part.caption)}</h2>'
    if part.table.empty:
        return f"{heading}<p>{_shown(text('ledger.empty', lang))}</p></section>"
    head = "".join(f'<th scope="col">{_shown(str(name))}</th>' for name in part.table.columns)
    columns = [part.table[name].astype(object).tolist() for name in part.table.columns]
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in zip(*columns, strict=True))
    return (
        f'{heading}<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>'
    )


def _cell(value: object) -> str:
    if value is None or value is pd.NA or value != value:  # NaN differs from itself
        return "<td></td>"
    if isinstance(value, str):
        return f"<td>{_shown(value)}</td>"
    return f'<td class="number">{number_text(float(str(value)))}</td>'


def _shown(value: str) -> str:
    return escape(clean_text(value))
